"""Why HiGHS found no optimum: infeasible told from unbounded, a ray, a second try.

What contradicts what in an infeasible model is found by `agentopt.diagnosis`, whatever the engine.
"""

from __future__ import annotations

__all__ = ["explained", "recession"]

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Integrality,
    ProblemClass,
    RowBlock,
)
from agentopt.formulation.instance import Values
from agentopt.solvers.matrices import extended
from agentopt.solvers.solution import Solution, Termination

if TYPE_CHECKING:
    from agentopt.solvers.highs_run import HighsRun

FEASIBILITY_SECONDS = 60.0
"""Time for finding any feasible point, at most: over integers without bounds the search may have no end."""

_STEP = 1e-9
"""Improvement along a direction of length one that counts as one."""


def explained(run: HighsRun, found: Solution) -> Solution:
    """A solution without an optimum, with what can be found out about why."""
    if found.termination is Termination.ERROR:
        return _second_try(run, found)
    if found.termination in {Termination.UNBOUNDED, Termination.INFEASIBLE_OR_UNBOUNDED}:
        found = _told_apart(run, found)
    return found


def _told_apart(run: HighsRun, found: Solution) -> Solution:
    """Unbounded where some point is feasible and a direction improves without end."""
    feasible = _is_feasible(run)
    if feasible is False:
        return replace(found, termination=Termination.INFEASIBLE, message="Infeasible")
    ray = recession(run)
    sure = found.termination is Termination.UNBOUNDED or ray is not None
    if feasible and sure:
        return replace(found, termination=Termination.UNBOUNDED, message="Unbounded", ray=ray)
    return replace(found, termination=Termination.INFEASIBLE_OR_UNBOUNDED)


def _second_try(run: HighsRun, found: Solution) -> Solution:
    """A problem HiGHS gave up on, another way: a quadratic one with a little curvature, others unreduced."""
    objective = run.plain.objective
    changed: dict[str, object] = {"presolve": "off"}
    if objective is not None and objective.quadratic is not None:
        if recession(run) is not None:
            return explained(run, replace(found, termination=Termination.UNBOUNDED))
        changed = {"qp_regularization_value": 1e-7}
    highs = run.ready(run.plain, **changed)
    again = run.read(highs, run.run(highs))
    note = ", ".join(f"{name} {value}" for name, value in changed.items())
    again = replace(again, message=f"{again.message} (at the second try, with {note})")
    return again if again.termination is Termination.ERROR else explained(run, again)


def _limit(run: HighsRun, highs: Any, seconds: float) -> None:
    """Give a step a time of its own, within what is left of the run's."""
    left = run.seconds_left()
    highs.setOptionValue("time_limit", seconds if left is None else min(seconds, left))


def _is_feasible(run: HighsRun) -> bool | None:
    """Whether any point meets rows, bounds and integrality; None when that is not found out."""
    import highspy

    highs = run.ready(replace(run.plain, objectives=(), problem_class=ProblemClass.MILP))
    _limit(run, highs, FEASIBILITY_SECONDS)
    run.run(highs)
    status = highs.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        return False
    return True if status == highspy.HighsModelStatus.kOptimal else None


def recession(run: HighsRun) -> Values | None:
    """A direction in which every point stays feasible and the objective improves for ever; None without one.

    With integer columns the direction is one of the problem without integrality, which for rational data some
    multiple of it takes from whole points to whole points.
    """
    import highspy

    cone = _cone(run.plain)
    if cone is None:
        return None
    highs = run.ready(cone)
    run.run(highs)
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    gain = float(highs.getInfo().objective_function_value)
    improves = gain < -_STEP if cone.objectives[0].sense == "minimize" else gain > _STEP
    return np.array(highs.getSolution().col_value)[: run.compiled.num_columns] if improves else None


def _cone(model: Compiled) -> Compiled | None:
    """The directions, of entries up to one, that rows and bounds allow for ever and x'Qx does not grow in."""
    objective = model.objective
    if objective is None:
        return None
    matrix = model.matrix
    row_lower, row_upper = (
        np.where(np.isfinite(side), 0.0, side) for side in (model.row_lower, model.row_upper)
    )
    rows = model.num_rows
    if objective.quadratic is not None:
        # Qd = 0: both halves of the symmetric matrix, one row per column of it.
        first, second, values = objective.quadratic
        off = first != second
        matrix = extended(
            matrix,
            rows + model.num_columns,
            model.num_columns,
            rows + np.concatenate([first, second[off]]),
            np.concatenate([second, first[off]]),
            np.concatenate([values, values[off]]),
        )
        nothing = np.zeros(model.num_columns)
        row_lower, row_upper = np.concatenate([row_lower, nothing]), np.concatenate([row_upper, nothing])
    block = RowBlock("directions", 0, np.empty((matrix.num_rows, 0), dtype=np.int64), auxiliary=True)
    linear = CompiledObjective(objective.name, objective.sense, objective.cost)
    return replace(
        _relaxed(model),
        rows=(block,),
        objectives=(linear,),
        matrix=matrix,
        lower=np.where(np.isfinite(model.lower), 0.0, -1.0),
        upper=np.where(np.isfinite(model.upper), 0.0, 1.0),
        row_lower=row_lower,
        row_upper=row_upper,
    )


def _relaxed(model: Compiled) -> Compiled:
    """Without integrality, start and quadratic part: the linear program over the rows and bounds."""
    objectives = tuple(replace(each, quadratic=None) for each in model.objectives[:1])
    return replace(
        model,
        objectives=objectives,
        integrality=np.full(model.num_columns, Integrality.CONTINUOUS, dtype=np.int8),
        problem_class=ProblemClass.LP,
        start=None,
    )
