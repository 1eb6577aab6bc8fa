"""Whether an engine can run here, decided from installed metadata alone: nothing heavy is imported."""

from __future__ import annotations

__all__ = ["availability"]

import functools
import re
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec

from agentopt.solvers.base import Availability
from agentopt.solvers.card import Card


@functools.lru_cache(maxsize=64)
def _installed(package: str, module: str) -> tuple[str, bool] | None:
    """A package's version and whether it has its module; looked up once: a certificate solves many times."""
    try:
        return version(package), find_spec(module) is not None
    except PackageNotFoundError:
        return None


def availability(card: Card) -> Availability:
    """Whether the package of a card is there in a version that is used, or why not and what to type."""
    installed = _installed(card.package, card.module)
    if installed is None:
        return Availability(False, reason=f"the package `{card.package}` is not installed", fix=card.install)
    found, has_module = installed
    if not has_module:
        return Availability(
            False, found, reason=f"`{card.package}` {found} has no module `{card.module}`", fix=card.install
        )
    for refused in card.refused:
        if _numbers(found) == _numbers(refused.version):
            return Availability(
                False, found, reason=f"`{card.package}` {found} {refused.reason}", fix=card.install
            )
    if _numbers(found) < _numbers(card.minimum):
        reason = f"`{card.package}` {found} is older than {card.minimum}"
        return Availability(False, found, reason=reason, fix=card.install)
    return Availability(True, found)


def _numbers(text: str) -> tuple[int, ...]:
    """The numbers of a version, for comparing: `1.15.0rc1` counts as 1.15.0.

    >>> _numbers("1.15.1") < _numbers("1.16")
    True
    """
    release = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(part) for part in release[0].split(".")) if release else ()
