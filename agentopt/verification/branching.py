"""A proof by cases that no point of a mixed-integer linear model is better: branch and bound with exact
bounds.

The relaxation of each case is solved in floating point, but a case is closed only by a bound or a
contradiction that holds in rational arithmetic (`agentopt.verification.duality`).
"""

from __future__ import annotations

__all__ = ["Proof", "prove"]

import time
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from agentopt.formulation.instance import Values
from agentopt.verification.duality import Bounds, granularity, objective_bound, proves_empty, value_at
from agentopt.verification.gap import ABSOLUTE, RELATIVE
from agentopt.verification.linear import Oracle
from agentopt.verification.programs import Program, Side

MAX_CASES = 20_000
_WHOLE = 1e-6


@dataclass(frozen=True, eq=False)
class Proof:
    """The outcome.

    Attributes:
        closed: every case is closed: no point is better than the target.
        cases: how many cases were looked at.
        better: an integer point that meets all rows and is better than the target, if one was found.
        value: its exact objective, to be minimized.
    """

    closed: bool
    cases: int
    better: Values | None = None
    value: Fraction | None = None


def prove(program: Program, target: Fraction | None, tolerance: Fraction, deadline: float) -> Proof:
    """Try to prove that no point has an objective below `target - tolerance`; None: that no point exists.

    Args:
        program: linear, without semi-continuous columns.
        target: an objective, to be minimized.
        tolerance: by how much a point may be better without refuting the target.
        deadline: on the monotonic clock.
    """
    oracle = Oracle(program)
    cost = program.objective.terms
    limit = None if target is None else target - tolerance
    step = granularity(cost, program.whole)
    if limit is not None and step is not None and target is not None:
        # Objectives differ by whole steps: anything better is better by one.
        limit = target - step + min(tolerance, step / 2)
    whole = sorted(program.whole)
    stack: list[dict[int, tuple[Side, Side]]] = [{}]
    cases = 0
    while stack:
        if cases >= MAX_CASES or time.monotonic() > deadline:
            return Proof(False, cases)
        cases += 1
        case = stack.pop()
        sides = _within(program, case)
        lower, upper = oracle.lower.copy(), oracle.upper.copy()
        for column, (low, high) in case.items():
            lower[column] = -np.inf if low is None else float(low)
            upper[column] = np.inf if high is None else float(high)
        outcome = oracle.solve(lower, upper, deadline - time.monotonic())
        if outcome is None:
            return Proof(False, cases)
        if outcome.empty or outcome.point is None:
            if outcome.multipliers is None or not proves_empty(
                program, outcome.multipliers.tolist(), sides, deadline
            ):
                return Proof(False, cases)
            continue
        assert outcome.multipliers is not None
        if limit is not None:
            proven = objective_bound(program, cost, outcome.multipliers.tolist(), sides, limit, deadline)
            if proven is not None and proven >= limit:
                continue
        chosen = _most_fractional(outcome.point, whole)
        if chosen is None:
            point = outcome.point.copy()
            point[whole] = np.round(point[whole])
            value = value_at(program.objective, dict(enumerate(map(Fraction, point.tolist()))))
            refutes = meets(program, point) and (limit is None or value < limit)
            return Proof(False, cases, point, value) if refutes else Proof(False, cases)
        split = Fraction(int(np.floor(outcome.point[chosen])))
        low, high = case.get(chosen, (program.lower[chosen], program.upper[chosen]))
        below, above = {**case, chosen: (low, split)}, {**case, chosen: (split + 1, high)}
        near = outcome.point[chosen] - float(split) > 0.5
        stack += [below, above] if near else [above, below]
    return Proof(True, cases)


def _within(program: Program, case: dict[int, tuple[Side, Side]]) -> Bounds:
    lower, upper = list(program.lower), list(program.upper)
    for column, (low, high) in case.items():
        lower[column], upper[column] = low, high
    return lower, upper


def _most_fractional(point: Values, whole: list[int]) -> int | None:
    if not whole:
        return None
    away = np.abs(point[whole] - np.round(point[whole]))
    k = int(np.argmax(away))
    return whole[k] if away[k] > _WHOLE else None


def meets(program: Program, point: Values) -> bool:
    """Whether a point meets every row and bound of a program, within the tolerance of linear statements."""
    exact = dict(enumerate(map(Fraction, point.tolist())))

    def within(value: Fraction, low: Side, high: Side) -> bool:
        return not (
            (low is not None and value < low - ABSOLUTE - RELATIVE * abs(low))
            or (high is not None and value > high + ABSOLUTE + RELATIVE * abs(high))
        )

    return all(
        within(value, low, high)
        for value, low, high in zip(exact.values(), program.lower, program.upper, strict=True)
    ) and all(within(value_at(row.body, exact), row.low, row.high) for row in program.rows)
