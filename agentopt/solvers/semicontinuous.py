"""Semi-continuous columns as a binary each: x is 0, or between its bounds.

Stated here for all engines, since their own forms differ: HiGHS cuts large upper bounds off, SCIP has none.
"""

from __future__ import annotations

__all__ = ["without_semicontinuous"]

from dataclasses import replace

import numpy as np

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Integrality,
    RowBlock,
    VariableBlock,
)
from agentopt.errors import EngineError
from agentopt.solvers.matrices import extended


def without_semicontinuous(compiled: Compiled) -> Compiled:
    """The same model with plain columns only; its first columns and rows are those of the original.

    Raises:
        EngineError: a semi-continuous column has no finite upper (or lower) bound.
    """
    semi = np.flatnonzero(compiled.integrality >= Integrality.SEMICONTINUOUS)
    if not len(semi):
        return compiled
    lower, upper = compiled.lower[semi], compiled.upper[semi]
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        raise EngineError(
            "a semi-continuous variable has no finite bounds",
            hint="give it an upper bound that is never reached",
        )
    # Where no value is between the bounds, only zero is left.
    empty = lower > upper
    count, columns, rows = len(semi), compiled.num_columns, compiled.num_rows
    binaries = np.arange(columns, columns + count)
    least, most = np.arange(rows, rows + count), np.arange(rows + count, rows + 2 * count)
    one, codes = np.ones(count), np.empty((count, 0), dtype=np.int64)
    # x - lower * on >= 0 and x - upper * on <= 0
    matrix = extended(
        compiled.matrix,
        rows + 2 * count,
        columns + count,
        np.concatenate([least, most, least, most]),
        np.concatenate([semi, semi, binaries, binaries]),
        np.concatenate([one, one, -lower, -upper]),
    )
    integrality = compiled.integrality.copy()
    integrality[semi] -= Integrality.SEMICONTINUOUS
    nothing, infinite = np.zeros(count), np.full(count, np.inf)
    start = compiled.start
    if start is not None:
        on = np.where(np.isnan(start[semi]), np.nan, (start[semi] != 0).astype(float))
        start = np.concatenate([start, on])
    low, high = compiled.lower.copy(), compiled.upper.copy()
    low[semi], high[semi] = np.minimum(lower, 0.0), np.maximum(upper, 0.0)
    low[semi[empty]] = high[semi[empty]] = 0.0
    return replace(
        compiled,
        variables=(*compiled.variables, VariableBlock("is_on", columns, codes, auxiliary=True)),
        rows=(
            *compiled.rows,
            RowBlock("is_on_least", rows, codes, auxiliary=True),
            RowBlock("is_on_most", rows + count, codes, auxiliary=True),
        ),
        objectives=tuple(_widened(each, count) for each in compiled.objectives),
        matrix=matrix,
        lower=np.concatenate([low, nothing]),
        upper=np.concatenate([high, np.where(empty, 0.0, 1.0)]),
        row_lower=np.concatenate([compiled.row_lower, nothing, -infinite]),
        row_upper=np.concatenate([compiled.row_upper, infinite, nothing]),
        integrality=np.concatenate([integrality, np.full(count, Integrality.INTEGER, dtype=np.int8)]),
        start=start,
    )


def _widened(objective: CompiledObjective, count: int) -> CompiledObjective:
    return replace(objective, cost=np.concatenate([objective.cost, np.zeros(count)]))
