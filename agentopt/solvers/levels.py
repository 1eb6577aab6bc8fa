"""Objectives of one priority as rows for the next: what was reached is kept, less its tolerance."""

from __future__ import annotations

__all__ = ["held", "only"]

from dataclasses import replace

import numpy as np

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Nonlinear,
    ProblemClass,
    QuadraticRow,
    RowBlock,
)
from agentopt.compiling.compiler import problem_class, with_convexity
from agentopt.compiling.evaluate import objective_value
from agentopt.formulation.instance import Values
from agentopt.solvers.matrices import extended

LINEAR_SLACK = 1e-12
"""Relative slack of a linear level's row beyond its tolerance: the rounding of its own value."""

CURVED_SLACK = 1e-9
"""The same for other levels, whose row would otherwise leave no inside."""


def only(compiled: Compiled, objective: CompiledObjective) -> Compiled:
    """The same model with one objective, and the class that makes it."""
    return _classified(replace(compiled, objectives=(objective,)))


def held(compiled: Compiled, level: CompiledObjective, reached: Values) -> Compiled:
    """The model with one more row: the level may not become worse than at `reached`, its tolerance aside.

    The point becomes the start of the next level.
    """
    value = objective_value(level, reached)
    linear = level.quadratic is None and level.nonlinear is None
    beyond = LINEAR_SLACK if linear else CURVED_SLACK
    slack = level.tolerance * abs(value) + beyond * max(1.0, abs(value))
    row = compiled.num_rows
    minimize = level.sense == "minimize"
    side = value + slack - level.offset if minimize else value - slack - level.offset
    used = np.flatnonzero(level.cost)
    matrix = extended(
        compiled.matrix, row + 1, compiled.num_columns, np.full(len(used), row), used, level.cost[used]
    )
    quadratic = compiled.quadratic_rows
    if level.quadratic is not None:
        first, second, values = level.quadratic
        quadratic = (
            *quadratic,
            QuadraticRow(row, first, second, np.where(first == second, 0.5, 1.0) * values),
        )
    nonlinear = compiled.nonlinear
    if level.nonlinear is not None:
        nonlinear = (*nonlinear, Nonlinear(np.array([row]), level.nonlinear.graph))
    return replace(
        compiled,
        rows=(
            *compiled.rows,
            RowBlock(level.name, row, np.empty((1, 0), dtype=np.int64), auxiliary=True),
        ),
        matrix=matrix,
        row_lower=np.append(compiled.row_lower, -np.inf if minimize else side),
        row_upper=np.append(compiled.row_upper, side if minimize else np.inf),
        quadratic_rows=quadratic,
        nonlinear=nonlinear,
        start=reached.copy(),
    )


def _classified(compiled: Compiled) -> Compiled:
    objective = compiled.objective
    found: ProblemClass = problem_class(
        discrete=bool(compiled.integrality.any()),
        quadratic_objective=objective is not None and objective.quadratic is not None,
        quadratic_rows=bool(compiled.quadratic_rows),
        nonlinear=bool(compiled.nonlinear) or (objective is not None and objective.nonlinear is not None),
        structured=bool(compiled.structures),
        semidefinite=any(each.kind == "semidefinite" for each in compiled.structures),
    )
    return with_convexity(replace(compiled, problem_class=found))
