"""Bin packing and cutting stock recognised in the arrays of a model."""

from __future__ import annotations

__all__ = ["Bins", "recognised"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.formulation.instance import Values

Whole = NDArray[np.int64]

MAX_WORK = 200_000_000
"""Capacity times items up to which the knapsack over patterns is in reach."""


@dataclass(frozen=True, eq=False)
class Bins:
    """A packing problem in its own terms, and the way back.

    Attributes:
        weights, demands: of each item.
        cost: of one bin.
        put: (items, bins) columns; used: (bins,) columns.
    """

    compiled: Compiled
    weights: Whole
    demands: Whole
    capacity: int
    cost: float
    offset: float
    put: Whole
    used: Whole

    @property
    def num_bins(self) -> int:
        """How many bins the model has."""
        return len(self.used)

    def point(self, plan: Sequence[Whole]) -> Values:
        """The columns of a packing; bins are used in the order of the model."""
        values = np.zeros(self.compiled.num_columns)
        for number, pattern in enumerate(plan):
            values[self.put[:, number]] = pattern
            values[self.used[number]] = 1.0
        return values


def recognised(compiled: Compiled) -> Bins | str:
    """The packing problem a model states, or why it states none."""
    objective = compiled.objective
    if objective is None or objective.sense != "minimize" or objective.quadratic or objective.nonlinear:
        return "it does not minimize the number of bins"
    used = np.flatnonzero(objective.cost)
    if (
        len(used) < 2
        or (objective.cost[used] != objective.cost[used[0]]).any()
        or objective.cost[used[0]] <= 0
    ):
        return "its objective is not a number of bins"
    if (compiled.integrality != Integrality.INTEGER).any() or (compiled.lower != 0).any():
        return "it has variables that do not count from 0"
    if (compiled.upper[used] != 1).any():
        return "a bin is used more than once"
    rows = _Rows(compiled)
    is_used = np.zeros(compiled.num_columns, dtype=bool)
    is_used[used] = True
    bins_in = np.bincount(rows.rows[is_used[rows.columns]], minlength=compiled.num_rows)
    others_in = np.bincount(rows.rows[~is_used[rows.columns]], minlength=compiled.num_rows)
    demands = _demands(compiled, rows, np.flatnonzero(bins_in == 0))
    if isinstance(demands, str):
        return demands
    item_of, asked = demands
    if not _ordered(compiled, rows, np.flatnonzero((others_in == 0) & (bins_in > 0)), used):
        return "bins are tied together"
    return _packing(compiled, rows, np.flatnonzero((bins_in > 0) & (others_in > 0)), used, item_of, asked)


class _Rows:
    """The entries of a model by row."""

    def __init__(self, compiled: Compiled) -> None:
        matrix = compiled.matrix
        columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
        order = np.argsort(matrix.indices, kind="stable")
        self.rows, self.columns = matrix.indices[order].astype(np.int64), columns[order]
        self.values = matrix.values[order]
        self.ends = np.searchsorted(self.rows, np.arange(compiled.num_rows + 1))

    def of(self, row: int) -> tuple[Whole, Values]:
        """Columns and coefficients of a row."""
        part = slice(int(self.ends[row]), int(self.ends[row + 1]))
        return self.columns[part], self.values[part]


def _demands(compiled: Compiled, rows: _Rows, numbers: Whole) -> tuple[Whole, Whole] | str:
    """The item of each column (-1 for none) and how often each is asked for."""
    item_of = np.full(compiled.num_columns, -1, dtype=np.int64)
    asked = []
    for item, row in enumerate(numbers.tolist()):
        columns, values = rows.of(row)
        low = compiled.row_lower[row]
        if not len(columns) or (values != 1).any() or low < 0 or not float(low).is_integer():
            return "a row neither asks for an item nor limits a bin"
        if compiled.row_upper[row] not in (np.inf, low) or (item_of[columns] >= 0).any():
            return "an item is asked for in two ways"
        item_of[columns] = item
        asked.append(int(low))
    return item_of, np.array(asked, dtype=np.int64)


def _ordered(compiled: Compiled, rows: _Rows, numbers: Whole, used: Whole) -> bool:
    """Whether rows over bins alone say no more than that bins are used in order."""
    place = {int(column): number for number, column in enumerate(used)}
    for row in numbers.tolist():
        columns, values = rows.of(row)
        low, high = compiled.row_lower[row], compiled.row_upper[row]
        if (
            len(columns) != 2
            or sorted(values.tolist()) != [-1.0, 1.0]
            or (low, high) not in ((0, np.inf), (-np.inf, 0))
        ):
            return False
        first = columns[np.flatnonzero(values == (1.0 if high == np.inf else -1.0))[0]]
        other = int(columns.sum() - first)
        if place[int(first)] > place[other]:
            return False
    return True


def _packing(
    compiled: Compiled, rows: _Rows, numbers: Whole, used: Whole, item_of: Whole, asked: Whole
) -> Bins | str:
    """The bins from the rows that limit them, and those that tie an item to its bin."""
    put = np.full((len(asked), len(used)), -1, dtype=np.int64)
    weights: Values | None = None
    capacity = 0.0
    place = {int(column): number for number, column in enumerate(used)}
    links = []
    for row in numbers.tolist():
        columns, values = rows.of(row)
        low, high = compiled.row_lower[row], compiled.row_upper[row]
        if (low, high) == (0, np.inf):
            values = -values
        elif (low, high) != (-np.inf, 0):
            return "a bin has another limit than its capacity"
        mine = np.array([int(column) in place for column in columns])
        items = item_of[columns[~mine]]
        if mine.sum() != 1 or (items < 0).any() or (values[~mine] <= 0).any() or values[mine][0] >= 0:
            return "a row is about more than one bin"
        number = place[int(columns[mine][0])]
        if len(items) < len(asked):
            links.append((number, columns[~mine], values))
            continue
        order = np.argsort(items)
        here = values[~mine][order]
        if (items[order] != np.arange(len(asked))).any() or (put[:, number] >= 0).any():
            return "not every item may go to every bin"
        if weights is None:
            weights, capacity = here, -float(values[mine][0])
        if (here != weights).any() or -values[mine][0] != capacity:
            return "the bins differ"
        put[:, number] = columns[~mine][order]
    if weights is None or (put < 0).any() or put.size + len(used) != compiled.num_columns:
        return "not every bin has a capacity"
    if any(
        len(columns) != 1 or values.max() > -values.min() or columns[0] not in put[:, number]
        for number, columns, values in links
    ):
        return "an item is limited in a bin"
    return _scaled(compiled, weights, capacity, asked, put, used)


def _scaled(
    compiled: Compiled, weights: Values, capacity: float, asked: Whole, put: Whole, used: Whole
) -> Bins | str:
    """Weights as integers."""
    import math
    from fractions import Fraction

    exact = [Fraction(repr(value)) for value in weights.tolist()]
    factor = math.lcm(*(each.denominator for each in exact))
    if factor > 10**9 or factor * capacity * len(asked) > MAX_WORK:
        return "the capacity is too large a number for patterns"
    whole = np.array([int(each * factor) for each in exact], dtype=np.int64)
    room = math.floor(Fraction(repr(capacity)) * factor)
    most = np.minimum(asked, room // whole)
    if (compiled.upper[put] < most[:, None]).any():
        return "an item is limited in a bin"
    objective = compiled.objective
    assert objective is not None
    return Bins(compiled, whole, asked, room, float(objective.cost[used[0]]), objective.offset, put, used)
