"""A study: variables, what is evaluated, and constraints, in a YAML or JSON file a person writes.

    title: Bake the crispest loaf
    variables:
      temperature: {lower: 150, upper: 250}
      minutes: {domain: integer, lower: 5, upper: 60}
      mode: {choices: [fan, grill]}
    maximize: {python: oven.py:crispness}
    constraints: {energy: temperature*minutes <= 9000}

In place of `python`, `command: [./bake, "{temperature}", "{minutes}", "{mode}"]` runs a program. Either gives
a number, or a mapping with `value` and, under `constraints`, numbers that must be at most 0. Constraints
written in the study are of the numeric variables alone, in the language of formulations; they cost no
evaluation.
"""

from __future__ import annotations

__all__ = ["Evaluated", "Study", "Variable", "load"]

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from agentopt.errors import UsageError, nearest

Value = float | int | str
Point = dict[str, Value]

_MOST = 1 << 20


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Variable(_Part):
    """One variable: a number between two bounds, or one of several words.

    Attributes:
        domain: `real`, `integer` or `binary`; not given with `choices`.
        log: whether orders of magnitude matter more than differences; bounds are then above 0.
        choices: instead of bounds.
    """

    domain: Literal["real", "integer", "binary"] = "real"
    lower: float | None = None
    upper: float | None = None
    log: bool = False
    choices: tuple[str, ...] = ()
    unit: str = ""
    meaning: str = ""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.choices:
            if self.lower is not None or self.upper is not None or self.log or self.domain != "real":
                raise ValueError("has choices, so no bounds, domain or log")
            if len(set(self.choices)) < len(self.choices):
                raise ValueError("has a choice twice")
            return self
        low, high = self.bounds
        if not low <= high or high - low == float("inf"):
            raise ValueError("needs a finite `lower` and an `upper` that is not below it, or `choices`")
        if self.log and low <= 0:
            raise ValueError("is logarithmic, so `lower` must be above 0")
        return self

    @property
    def bounds(self) -> tuple[float, float]:
        """Lower and upper; those of a binary are 0 and 1. Without one, infinite."""
        if self.domain == "binary":
            return 0.0, 1.0
        low = -float("inf") if self.lower is None else self.lower
        return low, float("inf") if self.upper is None else self.upper


class Evaluated(_Part):
    """What is evaluated: `python`, a function as FILE.py:NAME, or `command`, a program and its arguments."""

    python: str | None = None
    command: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.python is None) == (not self.command):
            raise ValueError("is either `python: FILE.py:NAME` or `command: [program, argument, ...]`")
        if self.python is not None and not all(self.python.rpartition(":")[::2]):
            raise ValueError("names a function as FILE.py:NAME")
        return self


class Study(_Part):
    """Variables, objective, constraints, and how it is evaluated.

    Attributes:
        repeats: how often each point is evaluated, the mean counting: for noisy objectives.
        seconds: of one evaluation, after which it is ended and counts as failed; None for no limit.
    """

    title: str = ""
    variables: Annotated[dict[str, Variable], Field(min_length=1)]
    minimize: Evaluated | None = None
    maximize: Evaluated | None = None
    constraints: dict[str, str] = Field(default_factory=dict)
    repeats: Annotated[int, Field(ge=1)] = 1
    seconds: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _sense(self) -> Self:
        if self.minimize is not None and self.maximize is not None:
            raise ValueError("has both `minimize` and `maximize`")
        return self

    @property
    def evaluated(self) -> Evaluated | None:
        """What is evaluated; None where the caller gives a function of its own."""
        return self.minimize or self.maximize

    @property
    def sign(self) -> float:
        """1 where less is better, -1 where more is."""
        return -1.0 if self.maximize is not None else 1.0

    @property
    def digest(self) -> str:
        """Identifies what is searched: two studies with one digest may share a history."""
        kept = self.model_dump(mode="json", exclude={"title", "seconds"})
        return hashlib.sha256(json.dumps(kept, sort_keys=True).encode()).hexdigest()[:16]


def load(path: Path) -> Study:
    """A study from a file.

    Raises:
        UsageError: it cannot be read, or is not a study; the message names the place.
    """
    import yaml

    try:
        if path.stat().st_size > _MOST:
            raise UsageError(f"{path} is too large for a study", hint="is it another file?")
        written = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not YAML: {' '.join(str(error).split())}") from error
    return study(written, str(path))


def study(written: object, place: str = "the study") -> Study:
    """A study from data.

    Raises:
        UsageError: it is not one.
    """
    if not isinstance(written, dict):
        raise UsageError(f"{place} is not a study", hint="write `variables:` and `minimize:` or `maximize:`")
    try:
        return Study.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        if first["type"] == "extra_forbidden":
            inside = first["loc"][0]
            part: type[_Part] = Variable if inside == "variables" else Evaluated
            known = (Study if len(first["loc"]) == 1 else part).model_fields
            hint = nearest(str(first["loc"][-1]), known) or f"known: {', '.join(known)}"
            raise UsageError(f"{place}: unknown key `{where}`", hint=hint) from None
        message = first["msg"].removeprefix("Value error, ")
        raise UsageError(f"{place}: {f'`{where}` ' if where else 'it '}{message}") from None
