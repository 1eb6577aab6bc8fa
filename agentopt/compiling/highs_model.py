"""The compiled model handed to HiGHS in one call, without a Python loop per row, column or coefficient."""

from __future__ import annotations

__all__ = ["build", "silent"]

from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective
from agentopt.errors import EngineError

_MAX_INT = 2**31 - 1


def silent() -> Any:  # highspy's own types are incomplete
    """A HiGHS that never writes on standard output."""
    import highspy

    # `Highs()` sets a callback while its console is still on, and so prints a banner; its base does not.
    highs = highspy.Highs.__base__()  # type: ignore[misc]  # the class beneath is built without arguments
    highs.setOptionValue("log_to_console", False)
    return highs


def build(compiled: Compiled, *, objective: CompiledObjective | None = None, highs: Any = None) -> Any:
    """HiGHS with the arrays: linear rows, kinds of columns, a linear or quadratic objective.

    Args:
        compiled: the arrays.
        objective: which objective; the first level of `compiled.levels` when not given.
        highs: where to put them, with its options set; a silent one when not given.

    Raises:
        EngineError: the model has quadratic rows or nonlinear parts, or HiGHS does not take its numbers.
    """
    import highspy

    if compiled.quadratic_rows or compiled.nonlinear:
        raise EngineError("HiGHS takes linear rows only", hint="choose an engine for its class")
    chosen = compiled.objective if objective is None else objective
    if chosen is not None and chosen.nonlinear is not None:
        raise EngineError(
            "HiGHS takes linear and quadratic objectives only", hint="choose an engine for its class"
        )
    if highs is None:
        highs = silent()
    matrix = compiled.matrix
    if len(matrix.values) > _MAX_INT:
        raise EngineError(f"HiGHS takes at most {_MAX_INT:,} coefficients; there are {len(matrix.values):,}")
    maximize = chosen is not None and chosen.sense == "maximize"
    status = highs.passModel(
        compiled.num_columns,
        compiled.num_rows,
        len(matrix.values),
        int(highspy.MatrixFormat.kColwise),
        -1 if maximize else 1,
        0.0 if chosen is None else chosen.offset,
        np.zeros(compiled.num_columns) if chosen is None else chosen.cost,
        compiled.lower,
        compiled.upper,
        compiled.row_lower,
        compiled.row_upper,
        matrix.starts.astype(np.int32),
        matrix.indices,
        matrix.values,
        compiled.integrality.astype(np.int32),
    )
    if status == highspy.HighsStatus.kError:
        raise EngineError("HiGHS does not take the model's numbers", hint="look for coefficients above 1e15")
    if chosen is not None and chosen.quadratic is not None:
        _pass_hessian(highs, compiled.num_columns, chosen)
    return highs


def _pass_hessian(highs: Any, dimension: int, objective: CompiledObjective) -> None:
    """The lower triangle of Q by columns, its rows sorted and its diagonal present, as HiGHS wants it."""
    import highspy

    assert objective.quadratic is not None
    first, second, values = objective.quadratic
    order = np.lexsort((first, second))
    first, second, values = first[order], second[order], values[order]
    starts = np.zeros(dimension + 1, dtype=np.int32)
    np.cumsum(np.bincount(second, minlength=dimension), out=starts[1:])
    status = highs.passHessian(
        dimension,
        len(values),
        int(highspy.HessianFormat.kTriangular),
        starts,
        first.astype(np.int32),
        values,
    )
    if status == highspy.HighsStatus.kError:
        raise EngineError("HiGHS does not take the quadratic objective", hint="solve it with SCIP")
