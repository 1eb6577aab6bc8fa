"""Engine cards: what an engine solves, how to install it, which options it has; TOML files people can edit.

A card is looked for in the folders of `agentopt.assets.folders("solvers")`; the first folder that has a
file of an engine's name wins, so that a project can change a default, a priority or the gap rule without
touching code. A file with `extends = true` changes only what it has: the rest is that of the card in the
next folder, so that what is learned there later, such as a version that must not be used, is not hidden.
"""

from __future__ import annotations

__all__ = ["Card", "Evidence", "GapRule", "Option", "Refused", "cards", "load"]

import functools
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentopt.assets import folders
from agentopt.errors import SettingsError, nearest

Value = bool | int | float | str

ClassName = Literal[
    "LP", "MILP", "convex QP", "QP", "MIQP", "QCP", "MIQCP", "NLP", "MINLP", "CP", "SDP", "black-box"
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Part):
    """One option of an engine: what it may be and what it means.

    Attributes:
        type: `choice` is one of `choices`.
        native: the engine's own name for it, when that differs.
        default: what the engine is started with; none means the engine's own default.
        tune: values worth trying on a stream of instances (`agentopt tune`); none where it changes what
            counts as an answer and not how it is found.
        tune_for: the classes for which they are; empty for all.
    """

    type: Literal["bool", "int", "float", "str", "choice"]
    means: str
    default: Value | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    native: str = ""
    tune: tuple[Value, ...] = ()
    tune_for: tuple[ClassName, ...] = ()


class GapRule(_Part):
    """At which relative gap optimality is claimed: `small` on small models, `large` on others."""

    small: float = Field(default=0.0, ge=0)
    large: float = Field(default=1e-4, ge=0)
    max_discrete: int = 5000
    """Discrete columns of a small model, at most."""
    max_nonzeros: int = 100_000
    """Coefficients of a small model, at most."""


class Refused(_Part):
    """A version that must not be used."""

    version: str
    reason: str


class Evidence(_Part):
    """Why a default is what it is: what `agentopt tune` measured on instances that it had not chosen by.

    Attributes:
        date: when, in UTC.
        engine_version: of the engine it was measured with.
        measure: what was compared, and how instances that were not finished count.
        time_limit: seconds of one solve.
        instances: fresh instances, each solved with and without the changes.
        before, after: the shifted geometric mean of the measure, with `shift` added to each.
        ratio: after by before, with a 95 % interval.
        p_value: one-sided, of the paired test.
        unfinished_before, unfinished_after: fresh instances that were not solved to the end.
        tried: settings that were compared, on `solves` solves in all.
        run: the run that has every solve.
    """

    date: str
    engine_version: str
    measure: str
    time_limit: float
    instances: int
    shift: float
    before: float
    after: float
    ratio: float
    ratio_interval: tuple[float, float]
    p_value: float
    unfinished_before: int
    unfinished_after: int
    method: str
    tried: int
    solves: int
    run: str


class Card(_Part):
    """What is known of an engine.

    Attributes:
        name: how it is asked for (`--engine NAME`).
        title: its name as its authors write it.
        licence: of the engine, as its package states it.
        package: the distribution that has it, `module` what is imported.
        minimum: the least version that is used.
        install: what to type to get it.
        process: `own` for an engine that must not share a process with others, or may crash.
        least_columns: from how many columns on it is routed to without being asked for by name.
        preferred_from: from how many values of nonlinear expressions on it comes before all others, whatever
            its priority; 0 for never.
        priority: the classes it solves; the engine with the highest number is asked first, one
            with 0 only by name.
        gap: when optimality is claimed.
        options: by name.
        extends: whether the file said only what differs from the card in the next folder.
        tuned: what the defaults of its options rest on, where they were tuned.
    """

    name: str
    title: str
    summary: str
    licence: str
    homepage: str = ""
    package: str
    module: str
    minimum: str = ""
    install: str
    refused: tuple[Refused, ...] = ()
    process: Literal["shared", "own"] = "shared"
    least_columns: int = Field(default=0, ge=0)
    preferred_from: int = Field(default=0, ge=0)
    priority: dict[ClassName, int]
    gap: GapRule = GapRule()
    options: dict[str, Option] = Field(default_factory=dict)
    extends: bool = False
    tuned: Evidence | None = None

    def rank(self, wanted: str) -> int:
        """The priority for a class; 0 for one that is not among them."""
        return next((number for name, number in self.priority.items() if name == wanted), 0)


def cards(override: Path | None = None) -> dict[str, Card]:
    """Every engine's card by name, from the folders that have them; the first folder with a name wins.

    Raises:
        SettingsError: a card is malformed.

    >>> cards()["highs"].licence
    'MIT'
    """
    found: dict[str, list[Path]] = {}
    for folder in folders("solvers", override):
        for path in sorted(folder.glob("*.toml")):
            found.setdefault(path.stem, []).append(path)
    return {name: load(*paths) for name, paths in sorted(found.items())}


def load(path: Path, *below: Path) -> Card:
    """One card.

    Args:
        path: its file.
        below: files of the same name in the folders that come after, for a file that extends them.

    Raises:
        SettingsError: it is not TOML, or has an unknown or ill-typed key.
    """
    return _load(*((each, each.stat().st_mtime_ns) for each in (path, *below)))


@functools.lru_cache(maxsize=64)
def _load(*stated: tuple[Path, int]) -> Card:
    path = stated[0][0]
    written = _written(path)
    for under, _ in stated[1:]:
        if written.get("extends") is not True:
            break
        base = _written(under)
        written = {**_over(written, base), "extends": base.get("extends", False)}
    try:
        card = Card.model_validate(written)
    except ValidationError as error:
        raise _fault(path, error) from None
    if card.name != path.stem:
        raise SettingsError(
            f"engine card `{path}` is for `{card.name}`, but its file is named `{path.stem}`",
            hint=f"rename it to {card.name}.toml",
        )
    return card


def _written(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"engine card `{path}` is not TOML: {error}") from None


def _over(upper: dict[str, Any], lower: dict[str, Any]) -> dict[str, Any]:
    """One table laid over another, tables inside it likewise."""
    merged = dict(lower)
    for name, value in upper.items():
        under = merged.get(name)
        merged[name] = _over(value, under) if isinstance(value, dict) and isinstance(under, dict) else value
    return merged


def _fault(path: Path, error: ValidationError) -> SettingsError:
    """The first fault of a card in a sentence, with the nearest known key where one is unknown."""
    first = error.errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        unknown = str(first["loc"][-1])
        return SettingsError(
            f"engine card `{path}`: unknown key `{place}`", hint=nearest(unknown, _known(first["loc"]))
        )
    found: Any = first["input"]
    missing = first["type"] == "missing"
    hint = f"add `{first['loc'][-1]} = ...`" if missing else ""
    value = "" if missing or isinstance(found, dict) else f" (found {found!r})"
    return SettingsError(f"engine card `{path}`, `{place}`: {first['msg']}{value}", hint=hint)


def _known(location: tuple[int | str, ...]) -> list[str]:
    inside: dict[str, type[_Part]] = {
        "options": Option,
        "gap": GapRule,
        "refused": Refused,
        "tuned": Evidence,
    }
    part = inside.get(str(location[0]), Card) if len(location) > 1 else Card
    return list(part.model_fields)
