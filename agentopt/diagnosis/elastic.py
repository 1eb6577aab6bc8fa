"""Limits that give way at a price: a slack column a side, and the least price as objective."""

from __future__ import annotations

__all__ = ["Give", "elastic"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Integrality, RowBlock, VariableBlock
from agentopt.solvers.matrices import extended


@dataclass(frozen=True)
class Give:
    """A side of a row or of a column's limits that may be exceeded, at a price a unit."""

    kind: Literal["row", "column"]
    number: int
    side: Literal["lower", "upper"]
    price: float = 1.0


def elastic(model: Compiled, gives: Sequence[Give]) -> Compiled:
    """The model with a slack column a side, from column `model.num_columns` on, in the order of `gives`.

    A side that is no limit of the model gives way too, in vain.
    """
    columns, rows = model.num_columns, model.num_rows
    limits = [(k, give) for k, give in enumerate(gives) if give.kind == "column"]
    at_row, at_column, value = list[int](), list[int](), list[float]()
    lower, upper = model.lower.copy(), model.upper.copy()
    row_lower, row_upper = list[float](), list[float]()
    for k, give in enumerate(gives):
        if give.kind == "row":
            at_row.append(give.number)
            at_column.append(columns + k)
            value.append(1.0 if give.side == "lower" else -1.0)
    for place, (k, give) in enumerate(limits):
        sign = 1.0 if give.side == "lower" else -1.0
        at_row += [rows + place, rows + place]
        at_column += [give.number, columns + k]
        value += [1.0, sign]
        row_lower.append(float(model.lower[give.number]) if give.side == "lower" else -np.inf)
        row_upper.append(float(model.upper[give.number]) if give.side == "upper" else np.inf)
        (lower if give.side == "lower" else upper)[give.number] = -np.inf if give.side == "lower" else np.inf
    count = len(gives)
    price = np.concatenate([np.zeros(columns), [give.price for give in gives]])
    nothing = np.empty((count, 0), dtype=np.int64)
    blocks = model.rows
    if limits:
        blocks = (*blocks, RowBlock("limit", rows, nothing[: len(limits)], auxiliary=True))
    return replace(
        model,
        variables=(*model.variables, VariableBlock("slack", columns, nothing, auxiliary=True)),
        rows=blocks,
        objectives=(CompiledObjective("change", "minimize", price),),
        matrix=extended(
            model.matrix,
            rows + len(limits),
            columns + count,
            np.array(at_row, dtype=np.int64),
            np.array(at_column, dtype=np.int64),
            np.array(value),
        ),
        lower=np.concatenate([lower, np.zeros(count)]),
        upper=np.concatenate([upper, np.full(count, np.inf)]),
        row_lower=np.concatenate([model.row_lower, row_lower]),
        row_upper=np.concatenate([model.row_upper, row_upper]),
        integrality=np.concatenate(
            [model.integrality, np.full(count, Integrality.CONTINUOUS, dtype=model.integrality.dtype)]
        ),
        start=None,
    )
