"""Linear models over integers, with every number scaled to an integer, or the reason why there is none.

A coefficient stands for the decimal that prints it; a row is multiplied by the least common denominator of
its own, and its sides are rounded inwards, which leaves out no integer point. Continuous columns count as
multiples of some 1/k where that is proved to change no optimum: the rows hold at most two of them, of
opposite signs and one size, and the rest of such a row, divided by that size, is a multiple of 1/k. For any
choice of the integers that is a network matrix, totally unimodular, so there is an optimum on the grid
(Hoffman and Kruskal 1956). A column without a bound gets
the one that dominance gives: nobody needs more of what costs something than the rows ask for.
"""

from __future__ import annotations

__all__ = ["Integers", "integers"]

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.compiling.bounds import tightened
from agentopt.compiling.names import shown_column
from agentopt.formulation.instance import Values

LARGEST = 2**52
"""The largest size an expression may reach; beyond, sums in 64 bits are not safe."""

MAX_FACTOR = 10**12
"""The largest common denominator of a row."""

MAX_PARTS = 10_000
"""The finest grid that continuous columns are put on."""

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Integers:
    """A linear model in integers.

    Attributes:
        rows, columns, values: the coefficients by row, shape (nnz,), scaled.
        row_lower, row_upper: sides, None for none.
        lower, upper: bounds of the columns, all finite.
        scale: column j stands for `scale[j]` times the model's column.
        cost: of the objective, shape (n,), to be minimized.
        factor: the objective in the model's own sense is `sign * cost @ x / factor + offset`.
    """

    rows: Whole
    columns: Whole
    values: Whole
    row_lower: Sequence[int | None]
    row_upper: Sequence[int | None]
    lower: Whole
    upper: Whole
    scale: Whole
    cost: Whole
    factor: int
    sign: int
    offset: float

    def objective(self, value: float) -> float:
        """A value of the scaled objective in the model's own sense."""
        return self.sign * value / self.factor + self.offset


def integers(compiled: Compiled) -> Integers | str:
    """The model in integers, or why it is not one.

    >>> from agentopt.formulation.binding import bind
    >>> from agentopt.formulation.elements import Formulation
    >>> from agentopt.compiling.compiler import compile_instance
    >>> f = {"variables": {"x": {"domain": "integer"}}, "objective": {"maximize": "0.5*x"},
    ...      "constraints": {"a": {"that": "0.3*x <= 2"}}}
    >>> found = integers(compile_instance(bind(Formulation.model_validate(f))))
    >>> found.values.tolist(), found.row_upper, found.upper.tolist()
    ([3], [20], [6])
    """
    if compiled.quadratic_rows or compiled.nonlinear:
        return "it is not linear"
    objective = compiled.objective
    if objective is not None and (objective.quadratic is not None or objective.nonlinear is not None):
        return "its objective is not linear"
    if (compiled.integrality == Integrality.SEMICONTINUOUS).any():
        return "it has semi-continuous variables"
    matrix = compiled.matrix
    columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    order = np.argsort(matrix.indices, kind="stable")
    rows, columns, values = matrix.indices[order].astype(np.int64), columns[order], matrix.values[order]
    parts = _continuous(compiled, rows, columns, values)
    if isinstance(parts, str):
        return parts
    scale = np.where(compiled.integrality == Integrality.CONTINUOUS, parts, 1).astype(np.int64)
    bounds = _bounds(compiled, scale)
    if isinstance(bounds, str):
        return bounds
    scaled = _rows(rows, values, scale[columns], compiled.num_rows)
    if scaled is None:
        return "a coefficient is no short decimal number"
    factors, whole = scaled
    lower, upper = bounds
    widest = np.maximum(np.abs(lower), np.abs(upper))
    sizes = np.bincount(rows, weights=np.abs(whole) * widest[columns], minlength=compiled.num_rows)
    if (sizes > LARGEST).any():
        return "its numbers are too large or too long to be scaled to integers"
    cost = np.zeros(compiled.num_columns) if objective is None else objective.cost
    priced = _rows(np.zeros(len(cost), dtype=np.int64), cost, scale, 1)
    if priced is None or float(np.abs(priced[1]) @ widest) > LARGEST:
        return "the numbers of its objective are too large or too long to be scaled to integers"
    sign = -1 if objective is not None and objective.sense == "maximize" else 1
    return Integers(
        rows,
        columns,
        whole,
        _sides(compiled.row_lower, factors, math.ceil),
        _sides(compiled.row_upper, factors, math.floor),
        lower.astype(np.int64),
        upper.astype(np.int64),
        scale,
        sign * priced[1],
        priced[0][0],
        sign,
        0.0 if objective is None else objective.offset,
    )


def _rows(rows: Whole, values: Values, scale: Whole, num_rows: int) -> tuple[list[int], Whole] | None:
    """The common denominator of each row of `values / scale`, and the row times it; None if too long."""
    pairs, inverse = np.unique(np.stack([values, scale.astype(float)]), axis=1, return_inverse=True)
    fractions = [Fraction(repr(value)) / int(by) for value, by in pairs.T.tolist()]
    if any(each.denominator > MAX_FACTOR or abs(each) > LARGEST for each in fractions):
        return None
    inverse = inverse.reshape(-1)
    factors = [1] * num_rows
    denominators = np.array([each.denominator for each in fractions], dtype=np.int64)
    odd = np.flatnonzero(denominators[inverse] > 1)
    for k in odd.tolist():
        row = int(rows[k])
        factors[row] = math.lcm(factors[row], int(denominators[inverse[k]]))
        if factors[row] > MAX_FACTOR:
            return None
    if not len(odd):
        return factors, np.array([int(each) for each in fractions], dtype=np.int64)[inverse]
    found = [int(fractions[i] * factors[r]) for i, r in zip(inverse.tolist(), rows.tolist(), strict=True)]
    if max(map(abs, found)) > LARGEST:
        return None
    return factors, np.array(found, dtype=np.int64)


def _sides(sides: Values, factors: Sequence[int], inwards: object) -> list[int | None]:
    assert callable(inwards)
    return [
        int(inwards(Fraction(repr(side)) * factor)) if math.isfinite(side) else None
        for side, factor in zip(sides.tolist(), factors, strict=True)
    ]


def _continuous(compiled: Compiled, rows: Whole, columns: Whole, values: Values) -> int | str:
    """The k of the grid 1/k on which continuous columns may lie, or why there is none."""
    real = compiled.integrality == Integrality.CONTINUOUS
    if not real.any():
        return 1
    if any(not each.restated for each in compiled.structures):
        return "it has continuous variables in a statement that is not made of rows"
    why = "it has continuous variables, and no grid that an optimum surely lies on"
    mine = real[columns]
    size = np.zeros(compiled.num_rows)
    np.maximum.at(size, rows[mine], np.abs(values[mine]))
    if (np.abs(values[mine]) != size[rows[mine]]).any():
        return why
    for positive in (True, False):
        signed = mine & ((values > 0) == positive)
        if (np.bincount(rows[signed], minlength=compiled.num_rows) > 1).any():
            return why
    within = np.flatnonzero(size[rows] > 0)
    pairs = {*zip(values[within].tolist(), size[rows[within]].tolist(), strict=True)}
    for side in (compiled.row_lower, compiled.row_upper):
        kept = np.flatnonzero((size > 0) & np.isfinite(side))
        pairs |= {*zip(side[kept].tolist(), size[kept].tolist(), strict=True)}
    for side in (compiled.lower[real], compiled.upper[real]):
        pairs |= {(value, 1.0) for value in side[np.isfinite(side)].tolist()}
    parts = 1
    for value, by in pairs:
        parts = math.lcm(parts, (Fraction(repr(value)) / Fraction(repr(by))).denominator)
        if parts > MAX_PARTS:
            return why
    return parts


def _bounds(compiled: Compiled, scale: Whole) -> tuple[Values, Values] | str:
    """Finite whole bounds of all columns, scaled, or which has none."""
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    semi = compiled.integrality == Integrality.SEMIINTEGER
    lower[semi], upper[semi] = np.minimum(lower[semi], 0.0), np.maximum(upper[semi], 0.0)
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        lower, upper = tightened(compiled.matrix, compiled.row_lower, compiled.row_upper, lower, upper)
        _dominance(compiled, lower, upper)
    wide = np.flatnonzero(~(np.isfinite(lower) & np.isfinite(upper)))
    if len(wide):
        return f"`{shown_column(compiled, int(wide[0]))}` has no finite bounds"
    # Bounds worked out in floating point are rounded outwards before they are rounded inwards.
    lower, upper = np.ceil(lower * scale - 1e-6), np.floor(upper * scale + 1e-6)
    if max(np.abs(lower).max(initial=0.0), np.abs(upper).max(initial=0.0)) > LARGEST:
        return "a bound is too large a number"
    return lower, upper


def _dominance(compiled: Compiled, lower: Values, upper: Values) -> None:
    """Bound, in place, what is only asked to be large and costs something, or the other way round."""
    objective = compiled.objective
    cost = np.zeros(compiled.num_columns) if objective is None else objective.cost
    cost = -cost if objective is not None and objective.sense == "maximize" else cost
    by_row, members = _by_row(compiled), _members(compiled)
    for column in np.flatnonzero(~(np.isfinite(lower) & np.isfinite(upper))).tolist():
        if column in members:
            continue
        if np.isinf(upper[column]) and cost[column] >= 0:
            upper[column] = np.ceil(_needed(compiled, by_row, column, 1.0, lower, upper))
        elif np.isinf(lower[column]) and cost[column] <= 0:
            lower[column] = -np.ceil(_needed(compiled, by_row, column, -1.0, lower, upper))


def _needed(
    compiled: Compiled,
    by_row: dict[int, list[tuple[int, float]]],
    column: int,
    sign: float,
    lower: Values,
    upper: Values,
) -> float:
    """The most of `sign * column` that any row can ask for; infinite if one limits it or asks for no end."""
    matrix = compiled.matrix
    need = lower[column] if sign > 0 else -upper[column]
    for entry in range(matrix.starts[column], matrix.starts[column + 1]):
        row, value = int(matrix.indices[entry]), float(matrix.values[entry]) * sign
        # Turned so that the column helps the lower side.
        turn = 1.0 if value > 0 else -1.0
        sides = turn * compiled.row_lower[row], turn * compiled.row_upper[row]
        asked, limit = (min(sides), max(sides)) if value < 0 else sides
        if np.isfinite(limit):
            return math.inf
        rest = sum(min(turn * v * lower[j], turn * v * upper[j]) for j, v in by_row[row] if j != column)
        need = max(need, (asked - rest) / abs(value))
    return float(need) if math.isfinite(need) else math.inf


def _by_row(compiled: Compiled) -> dict[int, list[tuple[int, float]]]:
    matrix, found = compiled.matrix, dict[int, list[tuple[int, float]]]()
    columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    for row, column, value in zip(
        matrix.indices.tolist(), columns.tolist(), matrix.values.tolist(), strict=True
    ):
        found.setdefault(row, []).append((column, value))
    return found


def _members(compiled: Compiled) -> set[int]:
    """Columns that statements without rows are about."""
    return {
        column
        for structure in compiled.structures
        if not structure.restated
        for part in structure.parts.values()
        for column in part.columns.tolist()
    }
