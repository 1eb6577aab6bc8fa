"""HiGHS, from arrays: linear, mixed-integer linear and convex quadratic problems."""

from __future__ import annotations

__all__ = ["Highs"]

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.compiling.highs_model import silent
from agentopt.errors import EngineError
from agentopt.solvers.base import Feature, Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.carded import Carded
from agentopt.solvers.classes import check
from agentopt.solvers.gap import relative_gap
from agentopt.solvers.highs_run import HighsRun
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.semicontinuous import without_semicontinuous
from agentopt.solvers.sharing import Shared
from agentopt.solvers.solution import Solution
from agentopt.solvers.trivial import settled

_OURS = frozenset({"output_flag", "log_to_console", "log_file"})
"""Options that would make HiGHS write where it must not; the log is in the solution."""

_KEPT = 1e-9
"""Smallest coefficient HiGHS keeps unless told otherwise."""


class Highs(Carded):
    """HiGHS through `highspy`.

    >>> from agentopt.solvers.card import cards
    >>> Highs(cards()["highs"]).name
    'highs'
    """

    abilities = frozenset(
        {
            Feature.GLOBAL,
            Feature.DUALS,
            Feature.WARM_START,
            Feature.INTERRUPT,
            Feature.PROGRESS,
            Feature.SHARES,
        }
    )

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
        *,
        shared: Shared | None = None,
    ) -> Solution:
        """Solve the first objective of a model; beside other engines where `shared` is given.

        Raises:
            EngineError: the class is not one of `features`;
                an option is unknown, or HiGHS does not take the model.
        """
        started = time.perf_counter()
        check(self, compiled)
        version = self.available().version
        chosen = _settings(self.card, compiled, limits, options)
        found = settled(compiled, self.name, version)
        if found is None:
            plain = without_semicontinuous(compiled)
            run = HighsRun(self.name, version, compiled, plain, limits, report, chosen, started)
            if shared is not None:
                run.shared, run.stop = shared, shared.stop
            found = run.solution()
        shown = tuple((name, str(value)) for name, value in sorted(chosen.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)


def _settings(
    card: Card, compiled: Compiled, limits: Limits, options: Mapping[str, object]
) -> dict[str, object]:
    """Native options: the gap rule, the card's defaults, the limits, then what the user asked for.

    Raises:
        EngineError: one that HiGHS does not have or take.
    """
    given = checked(card, options)
    found: dict[str, object] = {}
    if (compiled.integrality != Integrality.CONTINUOUS).any():
        found["mip_rel_gap"] = relative_gap(card, compiled, limits)
        if found["mip_rel_gap"] == 0:
            found["mip_abs_gap"] = 1e-9
    smallest = np.abs(compiled.matrix.values[compiled.matrix.values != 0]).min(initial=np.inf)
    if smallest <= _KEPT:
        found["small_matrix_value"] = 1e-12
    if limits.seconds is not None:
        found["time_limit"] = float(limits.seconds)
    for name, value in given.known.items():
        found[card.options[name].native or name] = value
    if limits.threads is not None and "threads" not in options:
        found["threads"] = limits.threads
    found.update(given.native)
    probe = silent()
    for native, wanted in list(found.items()):
        if native in _OURS:
            raise EngineError(f"option `{native}` cannot be set", hint="the log is in the solution's `log`")
        found[native] = _set(card, probe, native, wanted)
    return found


def _set(card: Card, highs: Any, name: str, value: object) -> object:
    """Set one native option; the value in HiGHS's own type."""
    import highspy

    status, kind = highs.getOptionType(name)
    if status == highspy.HighsStatus.kError:
        raise unknown(card, name, [n for n in dir(highs.getOptions()) if not n.startswith("_")])
    kinds = highspy.HighsOptionType
    readers: dict[object, Callable[[object], object]] = {
        kinds.kBool: _truth,
        kinds.kInt: lambda v: int(str(v)),
        kinds.kDouble: lambda v: float(str(v)),
        kinds.kString: str,
    }
    try:
        converted = readers[kind](value)
    except (ValueError, KeyError):
        raise EngineError(f"option `{name}` of {card.title} cannot be {value!r}") from None
    if highs.setOptionValue(name, converted) == highspy.HighsStatus.kError:
        raise EngineError(f"option `{name}` of {card.title} cannot be {value!r}")
    return converted


def _truth(value: object) -> bool:
    return {"true": True, "on": True, "1": True, "false": False, "off": False, "0": False}[
        str(value).casefold()
    ]
