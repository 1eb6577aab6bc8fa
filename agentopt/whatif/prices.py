"""What one more unit of each limit is worth, and how far that holds; honest where whole numbers forbid it.

A linear program has shadow prices with ranges. Where decisions are whole there are none: what a unit more is
worth depends on how many, so the problem is solved again with one unit more and one less instead.
"""

from __future__ import annotations

__all__ = ["Cost", "Price", "Prices", "Unit", "prices"]

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality, ProblemClass
from agentopt.diagnosis.members import Member, members
from agentopt.diagnosis.places import Limit, Side, is_behind_one, limit_of
from agentopt.formulation.instance import Label
from agentopt.solvers.sensitivity import Sensitivity, sensitivity
from agentopt.solvers.solution import Solution, Termination
from agentopt.whatif.outcomes import Outcome

MAX_RESOLVED = 8
"""Limits of a problem with whole numbers for which a unit more and less is tried."""

WHOLE = (
    "There are no shadow prices here: some decisions are whole numbers, and what one more unit is worth "
    "depends on how many more."
)
CURVED = (
    "There are no ranges here: the problem is not linear, and what a unit is worth changes with every unit."
)
NO_POINT = "There is no answer, so nothing has a price."


@dataclass(frozen=True)
class Price:
    """What one more unit of a limit changes the objective by.

    Attributes:
        label: the constraint and its index.
        limit: the number behind it, where a single one is; else the amounts are those of the row.
        value: of the limit now.
        price: d objective / d value.
        low, high: between which values that holds.
    """

    label: str
    limit: Limit | None
    value: float
    price: float
    low: float
    high: float


@dataclass(frozen=True)
class Cost:
    """How far the objective's coefficient of a decision can move with the answer staying what it is."""

    name: str
    key: tuple[Label, ...]
    value: float
    amount: float
    low: float
    high: float
    reduced: float

    @property
    def label(self) -> str:
        """Name and index."""
        return f"{self.name}[{', '.join(map(str, self.key))}]" if self.key else self.name


@dataclass(frozen=True)
class Unit:
    """The objective with one unit more, and one less, of a limit; None where that leaves no answer."""

    label: str
    limit: Limit | None
    value: float
    more: float | None
    less: float | None


@dataclass(frozen=True)
class Prices:
    """What was found out.

    Attributes:
        note: why there are no shadow prices, where there are none.
        prices: of limits the answer is at, the dearest first.
        costs: of decisions, in the order of the formulation.
        units: where there are no shadow prices, what a unit more and less comes to.
    """

    note: str = ""
    prices: tuple[Price, ...] = ()
    costs: tuple[Cost, ...] = ()
    units: tuple[Unit, ...] = ()


def prices(
    outcome: Outcome, resolve: Callable[[Compiled], Solution] | None = None, seconds: float = 20.0
) -> Prices:
    """What limits are worth at an outcome.

    Args:
        outcome: with a point.
        resolve: solves arrays, for problems with whole numbers; None to leave that out.
        seconds: for solving again.
    """
    compiled = outcome.compiled
    if not outcome.solution.has_point:
        return Prices(NO_POINT)
    if compiled.problem_class is ProblemClass.LP:
        found = sensitivity(compiled, seconds)
        if found is not None:
            return Prices("", tuple(_prices(compiled, found)), tuple(_costs(compiled, found)))
    is_whole = bool((compiled.integrality != Integrality.CONTINUOUS).any())
    units = () if resolve is None else tuple(_units(outcome, resolve, seconds))
    return Prices(WHOLE if is_whole else CURVED, units=units)


def _prices(compiled: Compiled, found: Sensitivity) -> list[Price]:
    listed = []
    for member in members(compiled):
        if member.kind != "constraint" or member.rewritten:
            continue
        for row in member.rows:
            if np.isnan(found.sides[row]) or abs(found.duals[row]) <= 1e-9:
                continue
            side: Side = "upper" if found.sides[row] == compiled.row_upper[row] else "lower"
            limit = _own_limit(compiled, member, side)
            sign = _sign(limit, side)
            value = float(found.sides[row]) if limit is None else limit.value
            now = float(found.sides[row])
            ends = sorted(value + sign * (end - now) for end in found.side_ranges[row].tolist())
            price = sign * float(found.duals[row])
            listed.append(Price(member.label, limit, value, price, ends[0] + 0.0, ends[1] + 0.0))
    return sorted(listed, key=lambda each: -abs(each.price))


def _own_limit(compiled: Compiled, member: Member, side: Side) -> Limit | None:
    """The number behind a row, where it is behind this row alone."""
    limit = limit_of(compiled, member, side)
    if limit is None or not limit.name:
        return limit
    return limit if is_behind_one(compiled, member, limit) else None


def _sign(limit: Limit | None, side: Side) -> float:
    """How a row's side moves with the number behind it."""
    if limit is None:
        return 1.0
    return 1.0 if limit.grows == (side == "upper") else -1.0


def _costs(compiled: Compiled, found: Sensitivity) -> list[Cost]:
    listed = []
    for block in compiled.variables:
        if block.auxiliary:
            continue
        for key, j in zip(
            compiled.instance.labels.tuples(block.codes),
            range(block.start, block.start + len(block.codes)),
            strict=True,
        ):
            low, high = found.cost_ranges[j].tolist()
            listed.append(
                Cost(
                    block.name,
                    key,
                    float(found.costs[j]),
                    float(found.values[j]),
                    low + 0.0,
                    high + 0.0,
                    float(found.reduced_costs[j]),
                )
            )
    return listed


def _units(outcome: Outcome, resolve: Callable[[Compiled], Solution], seconds: float) -> list[Unit]:
    """One unit more and less of the limits the answer is at, solved again for each."""
    end = time.monotonic() + seconds
    compiled, binding = outcome.compiled, set(outcome.binding)
    chosen = [m for m in members(compiled) if m.kind == "constraint" and m.label in binding]
    listed = []
    for member in chosen[:MAX_RESOLVED]:
        if member.rewritten or len(member.rows) != 1 or time.monotonic() > end:
            continue
        row = member.rows[0]
        upper = bool(np.isfinite(compiled.row_upper[row]))
        side: Side = "upper" if upper else "lower"
        limit = _own_limit(compiled, member, side)
        value = float((compiled.row_upper if upper else compiled.row_lower)[row])
        sign = _sign(limit, side)
        more, less = (_moved(outcome, member, side, step, resolve) for step in (sign, -sign))
        listed.append(Unit(member.label, limit, value if limit is None else limit.value, more, less))
    return listed


def _moved(
    outcome: Outcome, member: Member, side: Side, step: float, resolve: Callable[[Compiled], Solution]
) -> float | None:
    compiled = outcome.compiled
    name = f"row_{side}"
    sides: Sequence[float] = getattr(compiled, name)
    moved = np.array(sides, dtype=float)
    moved[list(member.rows)] += step
    start = outcome.solution.values
    model = replace(compiled, start=start)
    model = replace(model, row_upper=moved) if side == "upper" else replace(model, row_lower=moved)
    found = resolve(model)
    return found.objective if found.has_point and found.termination is Termination.OPTIMAL else None
