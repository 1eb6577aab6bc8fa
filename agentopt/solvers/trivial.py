"""What needs no engine: numbers no engine takes, bounds that cross, models without columns."""

from __future__ import annotations

__all__ = ["settled"]

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.compiling.evaluate import objective_value, row_values
from agentopt.errors import EngineError
from agentopt.solvers.solution import PointStatus, Solution, Termination

TOLERANCE = 1e-9
"""How far a row without columns may be from its bounds."""


EXACT = 2**53
"""The largest size up to which every whole number is a double."""


def settled(compiled: Compiled, engine: str, version: str) -> Solution | None:
    """The outcome, where a look at the bounds tells it; None where an engine is needed.

    Raises:
        EngineError: a coefficient, cost or bound is not a number, or the bound of a whole number is beyond
            those that doubles tell apart.
    """
    _refuse_nonsense(compiled)
    _refuse_inexact(compiled)
    rows = np.flatnonzero(_crossed(compiled.row_lower, compiled.row_upper))
    if len(rows):
        message = "the bounds of a row leave nothing between them"
        return _infeasible(engine, version, message)
    semi = compiled.integrality >= Integrality.SEMICONTINUOUS
    columns = np.flatnonzero(_crossed(compiled.lower, compiled.upper) & ~semi)
    if len(columns):
        message = "the bounds of a variable leave nothing between them"
        return _infeasible(engine, version, message)
    if compiled.num_columns:
        return None
    nothing = np.empty(0)
    values = row_values(compiled, nothing)
    off = np.maximum(compiled.row_lower - values, values - compiled.row_upper) > TOLERANCE
    if off.any():
        message = "a row without variables does not hold"
        return _infeasible(engine, version, message)
    objective = 0.0 if compiled.objective is None else objective_value(compiled.objective, nothing)
    return Solution(
        Termination.OPTIMAL,
        PointStatus.FEASIBLE,
        engine,
        version,
        objective=objective,
        bound=objective,
        values=nothing,
        duals=np.zeros(compiled.num_rows),
        reduced_costs=nothing,
        message="there is nothing to decide",
    )


def _refuse_inexact(compiled: Compiled) -> None:
    """See that the bounds of whole numbers are ones that doubles tell apart from their neighbours."""
    discrete = np.isin(compiled.integrality, (Integrality.INTEGER, Integrality.SEMIINTEGER))
    for bounds in (compiled.lower, compiled.upper):
        beyond = np.flatnonzero(discrete & np.isfinite(bounds) & (np.abs(bounds) > EXACT))
        if len(beyond):
            from agentopt.compiling.names import shown_column

            column = int(beyond[0])
            raise EngineError(
                f"`{shown_column(compiled, column)}` is a whole number that may reach {bounds[column]:.6g}, "
                f"and beyond {EXACT:,} engines cannot tell one whole number from the next",
                hint="count it in thousands or millions, make it a real number, "
                "or leave its bound out if it has none",
            )


def _crossed(lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    return np.asarray((lower > upper) | (lower == np.inf) | (upper == -np.inf))


def _infeasible(engine: str, version: str, message: str) -> Solution:
    return Solution(Termination.INFEASIBLE, PointStatus.NONE, engine, version, message=message)


def _refuse_nonsense(compiled: Compiled) -> None:
    objectives = compiled.objectives
    finite = {
        "a coefficient": [compiled.matrix.values, *(row.values for row in compiled.quadratic_rows)],
        "a cost": [each.cost for each in objectives]
        + [each.quadratic[2] for each in objectives if each.quadratic is not None]
        + [np.array([each.offset]) for each in objectives],
    }
    for what, arrays in finite.items():
        if not all(np.isfinite(values).all() for values in arrays):
            raise EngineError(
                f"{what} of the model is not a finite number", hint="look at the data it is from"
            )
    bounds = [compiled.lower, compiled.upper, compiled.row_lower, compiled.row_upper]
    if any(np.isnan(values).any() for values in bounds):
        raise EngineError("a bound of the model is not a number", hint="look at the data it is from")
