"""Engine cards: what an engine solves, how to install it, which options it has; TOML files people can edit.

A card is looked for in the folders of `agentopt.assets.folders("solvers")`; the first folder that has a
file of an engine's name wins, so that a project can change a default, a priority or the gap rule without
touching code.
"""

from __future__ import annotations

__all__ = ["Card", "GapRule", "Option", "Refused", "cards", "load"]

import functools
import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentopt.assets import folders
from agentopt.errors import SettingsError, nearest

Value = bool | int | float | str

ClassName = Literal[
    "LP", "MILP", "convex QP", "QP", "MIQP", "QCP", "MIQCP", "NLP", "MINLP", "CP", "black-box"
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Option(_Part):
    """One option of an engine: what it may be and what it means.

    Attributes:
        type: `choice` is one of `choices`.
        native: the engine's own name for it, when that differs.
        default: what the engine is started with; none means the engine's own default.
    """

    type: Literal["bool", "int", "float", "str", "choice"]
    means: str
    default: Value | None = None
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    native: str = ""


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
        priority: the classes it solves; the engine with the highest number is asked first, one
            with 0 only by name.
        gap: when optimality is claimed.
        options: by name.
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
    priority: dict[ClassName, int]
    gap: GapRule = GapRule()
    options: dict[str, Option] = Field(default_factory=dict)

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
    found: dict[str, Path] = {}
    for folder in folders("solvers", override):
        for path in sorted(folder.glob("*.toml")):
            found.setdefault(path.stem, path)
    return {name: load(path) for name, path in sorted(found.items())}


def load(path: Path) -> Card:
    """One card.

    Raises:
        SettingsError: it is not TOML, or has an unknown or ill-typed key.
    """
    return _load(path, path.stat().st_mtime_ns)


@functools.lru_cache(maxsize=64)
def _load(path: Path, changed: int) -> Card:
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"engine card `{path}` is not TOML: {error}") from None
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
    inside: dict[str, type[_Part]] = {"options": Option, "gap": GapRule, "refused": Refused}
    part = inside.get(str(location[0]), Card) if len(location) > 1 else Card
    return list(part.model_fields)
