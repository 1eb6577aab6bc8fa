"""Sensitivity of a linear program: how far each limit and each cost can move before the basis changes.

Between the ends of a limit's range its dual is exactly what one more unit is worth; between the ends of a
cost's range the answer stays the same. At a degenerate answer another basis may hold further, so ranges are
what is certain, not all there is. HiGHS computes them at its final basis (`getRanging`).
"""

from __future__ import annotations

__all__ = ["Sensitivity", "sensitivity"]

from dataclasses import dataclass, replace

import numpy as np

from agentopt.compiling.arrays import Compiled, ProblemClass
from agentopt.formulation.instance import Values

_TIGHT = 1e-7


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Ranges at the optimum of a linear program.

    Attributes:
        objective: at the optimum.
        duals: shape (m,): d objective / d right-hand side, in the model's own sense.
        sides: shape (m,): the limit each row is at; NaN for a row with room to spare.
        side_ranges: shape (m, 2): how far that limit can move with the dual staying what it is.
        costs: shape (n,): of the objective.
        cost_ranges: shape (n, 2): how far each can move with the answer staying what it is.
        reduced_costs: shape (n,).
        values: shape (n,): the answer.
    """

    objective: float
    duals: Values
    sides: Values
    side_ranges: Values
    costs: Values
    cost_ranges: Values
    reduced_costs: Values
    values: Values


def sensitivity(compiled: Compiled, seconds: float = 30.0) -> Sensitivity | None:
    """The ranges of a linear program of one objective level; None for other models or without an optimum."""
    import highspy

    from agentopt.compiling.highs_model import build, silent

    if compiled.problem_class is not ProblemClass.LP or len(compiled.levels) != 1:
        return None
    objective = compiled.levels[0]
    highs = silent()
    highs.setOptionValue("time_limit", seconds)
    highs.setOptionValue("solver", "simplex")
    build(replace(compiled, start=None), highs=highs)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    solution, basis = highs.getSolution(), highs.getBasis()
    status, ranging = highs.getRanging()
    if status != highspy.HighsStatus.kOk or not solution.dual_valid:
        return None
    activity, duals = np.array(solution.row_value), np.array(solution.row_dual) + 0.0
    basic = np.array([each == highspy.HighsBasisStatus.kBasic for each in basis.row_status], dtype=bool)
    ranges = np.stack(
        [np.array(ranging.row_bound_dn.value_), np.array(ranging.row_bound_up.value_)], axis=1
    ).reshape(-1, 2)
    sides = _sides(compiled, activity, duals)
    ranges[basic] = sides[basic, None]  # a basic row's dual is zero, and holds only where it stands
    free = basic & np.isnan(sides)
    ranges[free] = np.nan
    costs = np.stack(
        [np.array(ranging.col_cost_dn.value_), np.array(ranging.col_cost_up.value_)], axis=1
    ).reshape(-1, 2)
    return Sensitivity(
        float(highs.getInfo().objective_function_value),
        duals,
        sides,
        np.sort(ranges, axis=1),
        objective.cost.copy(),
        np.sort(costs, axis=1),
        np.array(solution.col_dual) + 0.0,
        np.array(solution.col_value),
    )


def _sides(compiled: Compiled, activity: Values, duals: Values) -> Values:
    """The limit each row is at, NaN where it is at none."""
    scale = _TIGHT * np.maximum(1.0, np.abs(activity))
    low = np.abs(activity - compiled.row_lower) <= scale
    high = np.abs(activity - compiled.row_upper) <= scale
    return np.where(high, compiled.row_upper, np.where(low, compiled.row_lower, np.nan))
