"""A parameter moved in steps from one value to another, the problem solved at each."""

from __future__ import annotations

__all__ = ["MAX_STEPS", "Point", "Sweep", "sweep", "sweep_of"]

import re
from collections.abc import Callable
from dataclasses import dataclass

from agentopt.errors import UsageError
from agentopt.whatif.changes import Change
from agentopt.whatif.outcomes import Key, Outcome
from agentopt.whatif.study import Study

MAX_STEPS = 200

_FORM = re.compile(r"^(?P<what>[^=]+?)\s*=\s*(?P<low>[^:]+):(?P<high>[^:]+):(?P<steps>\d+)\s*$")


@dataclass(frozen=True)
class Sweep:
    """What is moved, between which values, in how many points."""

    what: str
    low: float
    high: float
    points: int

    @property
    def values(self) -> list[float]:
        """The values, both ends included."""
        width = self.high - self.low
        return [float(f"{self.low + width * k / (self.points - 1):.12g}") for k in range(self.points)]


@dataclass(frozen=True, eq=False)
class Point:
    """The outcome at one value, and whether the decisions differ from those at the point before."""

    value: float
    outcome: Outcome
    differs: bool


def sweep_of(text: str) -> Sweep:
    """A sweep as it is typed: `demand[topeka]=200:400:11`, from, to, and how many points.

    Raises:
        UsageError: it has not that form.

    >>> sweep_of("freight=0.1:0.2:3").values
    [0.1, 0.15, 0.2]
    """
    found = _FORM.match(text.strip())
    if found is None:
        raise UsageError(
            f"`{text}` is not of the form NAME=FROM:TO:POINTS",
            hint="for instance `demand[topeka]=200:400:11`",
        )
    try:
        low, high, points = float(found["low"]), float(found["high"]), int(found["steps"])
    except ValueError:
        raise UsageError(f"`{text}` does not go from a number to a number") from None
    if not 2 <= points <= MAX_STEPS:
        raise UsageError(f"a sweep has 2 to {MAX_STEPS} points, not {points}")
    return Sweep(found["what"].strip(), low, high, points)


def sweep(study: Study, wanted: Sweep, tell: Callable[[Point], None] | None = None) -> tuple[Point, ...]:
    """Solve at every value, each from the answer at the one before; the study stays where it is.

    Raises:
        UsageError: there is no such parameter.
    """
    found: list[Point] = []
    before = study.current
    for value in wanted.values:
        problem = study.changed([*study.changes, Change("set", f"{wanted.what}={value!r}")])
        outcome = study.solved(problem, before)
        now = outcome.values
        differs = bool(found) and _differ(before.values, now)
        found.append(Point(value, outcome, differs))
        before = outcome if now else before
        if tell is not None:
            tell(found[-1])
    return tuple(found)


def _differ(one: dict[Key, float], other: dict[Key, float]) -> bool:
    return any(
        abs(one.get(key, 0.0) - other.get(key, 0.0)) > 1e-6 * max(1.0, abs(one.get(key, 0.0)))
        for key in {**one, **other}
    )
