"""Blocks of coefficients to one sparse matrix by columns, without sorting or writing out index columns.

A block's row and column numbers are sums of one small array per axis of its frame. How many entries each
column gets is therefore known axis by axis; a running fill pointer per column then says where each entry
goes, and every block is written straight into the final arrays: through a strided view where its places
are evenly spaced, as they mostly are, else entry by entry. Only blocks that could state the same
coefficient twice are checked and, where they do, added up.
"""

from __future__ import annotations

__all__ = ["Block", "assemble", "dense_vector"]

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from agentopt.compiling.arrays import SparseMatrix
from agentopt.formulation.frames import Ints, shaped
from agentopt.formulation.instance import Values

SMALL = 4096
"""Below this many entries one sort of everything is cheaper than the bookkeeping of blocks."""


@dataclass(frozen=True, eq=False)
class Block:
    """Coefficients over a frame: entry (row, column, coefficient) at every point.

    Attributes:
        lengths: the frame's axes.
        row_start, rows: the row number is `row_start` plus one contribution per axis.
        column_start, columns: likewise the column number.
        values: broadcasts over the frame.
        group: blocks of different groups never state the same coefficient (one group per pair of
        constraint and
            variable); nothing is known about a group whose first number is negative.
    """

    lengths: tuple[int, ...]
    row_start: int
    rows: Mapping[int, Ints]
    column_start: int
    columns: Mapping[int, Ints]
    values: Values
    group: tuple[int, int]

    @property
    def size(self) -> int:
        """How many entries the block states."""
        size = 1
        for length in self.lengths:
            size *= length
        return size

    def numbers(self, start: int, parts: Mapping[int, Ints]) -> Ints:
        """Row or column numbers, broadcastable over the frame."""
        total: Ints = np.full((1,) * len(self.lengths), start, dtype=np.int32)
        for axis, column in parts.items():
            total = total + shaped(column, axis, len(self.lengths))
        return total

    def flat(self) -> tuple[Ints, Ints, Values]:
        """Rows, columns and values written out, each of shape (size,)."""
        rows = np.broadcast_to(self.numbers(self.row_start, self.rows), self.lengths)
        columns = np.broadcast_to(self.numbers(self.column_start, self.columns), self.lengths)
        return rows.reshape(-1), columns.reshape(-1), np.broadcast_to(self.values, self.lengths).reshape(-1)


def assemble(blocks: Sequence[Block], num_rows: int, num_columns: int) -> SparseMatrix:
    """The sum of all blocks, zeros dropped."""
    if sum(block.size for block in blocks) <= SMALL:
        return _sorted([block.flat() for block in blocks], num_rows, num_columns)
    reduced = [_without_zeros(_reduce(block)) for block in blocks]
    spreads = [_Spread(block) for block in reduced if block.size]
    counts = np.zeros(num_columns, dtype=np.int64)
    for spread in spreads:
        spread.count(counts)
    starts = np.zeros(num_columns + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    fill = starts[:-1].astype(np.int32)
    indices = np.empty(int(starts[-1]), dtype=np.int32)
    values = np.empty(int(starts[-1]))
    for spread in spreads:
        block = spread.block
        rows = block.numbers(block.row_start, block.rows)
        pointers = spread.of_columns(fill)
        even = _even(pointers) if spread.steps is not None else None
        if even is not None and spread.steps is not None:
            first, steps = even[0], [a + b for a, b in zip(even[1], spread.steps, strict=True)]
            _window(indices, first, steps, block.lengths)[...] = rows
            _window(values, first, steps, block.lengths)[...] = block.values
        else:
            place = np.broadcast_to(pointers + spread.slots, block.lengths).reshape(-1)
            indices[place] = np.broadcast_to(rows, block.lengths).reshape(-1)
            values[place] = np.broadcast_to(block.values, block.lengths).reshape(-1)
        spread.count(fill)
    matrix = SparseMatrix(num_rows, num_columns, starts, indices, values)
    groups = [block.group for block in reduced]
    counted = Counter(groups)
    repeated = {group[1] for group in groups if counted[group] > 1 or group[0] < 0}
    touched = np.zeros(num_columns, dtype=bool)
    for spread in spreads:
        if spread.block.group[1] in repeated or -1 in repeated:
            touched[spread.distinct] = True
    return _merged(matrix, touched) if touched.any() else matrix


def dense_vector(blocks: Sequence[Block], length: int) -> Values:
    """The sum of all blocks as one row."""
    vector = np.zeros(length)
    for block in blocks:
        reduced = _reduce(block)
        if not reduced.size:
            continue
        spread = _Spread(reduced)
        lengths, values = reduced.lengths, spread.block.values
        if spread.injective and spread.even is not None:
            view = _window(vector, *spread.even, lengths)
            view += values
        elif spread.injective:
            vector[np.broadcast_to(spread.columns, lengths)] += values
        else:
            vector += np.bincount(
                np.broadcast_to(spread.columns, lengths).reshape(-1),
                weights=np.broadcast_to(values, lengths).reshape(-1),
                minlength=length,
            )
    return vector


class _Spread:
    """Where a block's entries go among those of their column: slot numbers and how many there are.

    Attributes:
        columns: the column of each entry; 1 long along axes that stay within a column.
        distinct, multiplicity: the columns, each once, and how many entries each gets.
        slots: the place of each entry among those of its column.
        steps: what one entry further along each axis adds to the slot; None if that differs.
        even: the first column and the step along each axis, where these are the same throughout.
        injective: whether no two entries share a column.
    """

    def __init__(self, block: Block) -> None:
        block, axes = _ordered(block), len(block.lengths)
        self.block, self.columns = block, block.numbers(block.column_start, block.columns)
        self.injective = True
        multiplicity: Ints = np.ones((1,) * axes, dtype=np.int32)
        slots: Ints = np.zeros((1,) * axes, dtype=np.int32)
        steps: list[int] | None = [0] * axes
        firsts: dict[int, Ints] = {}
        for axis, length in enumerate(block.lengths):
            part = block.columns.get(axis)
            if part is None:
                slots = slots * np.int32(length) + shaped(np.arange(length, dtype=np.int32), axis, axes)
                steps = steps and [step * length for step in steps[:axis]] + [1] + steps[axis + 1 :]
                multiplicity = multiplicity * np.int32(length)
                self.injective = self.injective and length == 1
                continue
            new = part[1:] != part[:-1]
            if new.all():
                continue
            first = np.flatnonzero(np.r_[True, new])
            counts = np.diff(np.r_[first, length]).astype(np.int32)
            own, rank = np.repeat(counts, counts), np.arange(length) - np.repeat(first, counts)
            slots = slots * shaped(own, axis, axes) + shaped(rank.astype(np.int32), axis, axes)
            firsts[axis], steps = part[first], None
            multiplicity = multiplicity * shaped(counts, axis, axes)
            self.injective = False
        distinct = block.numbers(block.column_start, {**block.columns, **firsts}) if firsts else self.columns
        self.slots, self.distinct, self.multiplicity, self.steps = slots, distinct, multiplicity, steps
        self.even = None if firsts else _even(self.columns)

    def of_columns(self, each: Ints) -> Ints:
        """What an array of one number per column holds for each entry; a view where possible."""
        return each[self.columns] if self.even is None else _window(each, *self.even, self.columns.shape)

    def count(self, totals: Ints) -> None:
        """Add how many entries each column gets."""
        if self.even is None:
            totals[self.distinct] += self.multiplicity
        else:
            view = _window(totals, *self.even, self.columns.shape)
            view += self.multiplicity


def _ordered(block: Block) -> Block:
    """The block with the entries of each axis in the order of their columns."""
    for axis, part in block.columns.items():
        if (part[1:] >= part[:-1]).all():
            continue
        order = np.argsort(part, kind="stable")
        rows, columns = (
            {a: each[order] if a == axis else each for a, each in parts.items()}
            for parts in (block.rows, block.columns)
        )
        values, spare = block.values, len(block.lengths) - block.values.ndim
        if axis >= spare and values.shape[axis - spare] > 1:
            values = np.take(values, order, axis=axis - spare)
        block = replace(block, rows=rows, columns=columns, values=values)
    return block


def _even(numbers: Ints) -> tuple[int, list[int]] | None:
    """The first of an array of numbers and the step along each axis, where these are the same throughout."""
    axes, corner = numbers.ndim, (0,) * numbers.ndim
    first = last = int(numbers[corner])
    steps = []
    expected: Ints = np.full((1,) * axes, first, dtype=np.int32)
    for axis, length in enumerate(numbers.shape):
        beside = (*corner[:axis], 1, *corner[axis + 1 :])
        steps.append(int(numbers[beside]) - first if length > 1 else 0)
        last += steps[-1] * (length - 1)
        expected = expected + shaped(np.arange(length, dtype=np.int32) * np.int32(steps[-1]), axis, axes)
    # Steps are not negative, so nothing before a last number that is right was too large for its type.
    if min(steps, default=0) < 0 or last != int(numbers[(-1,) * axes]):
        return None
    return (first, steps) if np.array_equal(numbers, expected) else None


def _window(array: NDArray[Any], first: int, steps: Sequence[int], lengths: Sequence[int]) -> NDArray[Any]:
    """The entries of an array at evenly spaced places, as a view of shape `lengths`.

    The places must lie within the array.
    """
    strides = [step * array.itemsize for step in steps]
    return as_strided(array[first:], lengths, strides)


def _reduce(block: Block) -> Block:
    """Add up along axes (or parts of an axis) that lead to the same row and column."""
    for axis, length in enumerate(block.lengths):
        if length < 2:
            continue
        row, column = block.rows.get(axis), block.columns.get(axis)
        if any(part is not None and (part[1:] > part[:-1]).all() for part in (row, column)):
            continue
        zero = np.zeros(length, dtype=np.int64)
        row = zero if row is None else row
        column = zero if column is None else column
        order = np.lexsort((column, row))
        new = np.r_[True, (np.diff(row[order]) != 0) | (np.diff(column[order]) != 0)]
        first = np.flatnonzero(new)
        if len(first) == length:
            continue
        shape = [1] * len(block.lengths)
        shape[axis] = length
        full = np.broadcast_to(block.values, np.broadcast_shapes(block.values.shape, tuple(shape)))
        values = np.add.reduceat(np.take(full, order, axis=axis), first, axis=axis)
        keep = order[first]
        block = Block(
            (*block.lengths[:axis], len(first), *block.lengths[axis + 1 :]),
            block.row_start,
            {a: part[keep] if a == axis else part for a, part in block.rows.items()},
            block.column_start,
            {a: part[keep] if a == axis else part for a, part in block.columns.items()},
            values,
            block.group,
        )
    return block


def _without_zeros(block: Block) -> Block:
    zero = block.values == 0
    if not zero.any():
        return block
    rows, columns, values = block.flat()
    keep = values != 0
    return Block((int(keep.sum()),), 0, {0: rows[keep]}, 0, {0: columns[keep]}, values[keep], block.group)


def _sorted(parts: Sequence[tuple[Ints, Ints, Values]], num_rows: int, num_columns: int) -> SparseMatrix:
    """Everything written out, ordered by column and row, added up."""
    rows = np.concatenate([p[0] for p in parts]) if parts else np.empty(0, dtype=np.int32)
    columns = np.concatenate([p[1] for p in parts]) if parts else np.empty(0, dtype=np.int32)
    values = np.concatenate([p[2] for p in parts]) if parts else np.empty(0)
    order = np.lexsort((rows, columns))
    rows, columns, values = rows[order], columns[order], values[order]
    if len(rows):
        first = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]) | (columns[1:] != columns[:-1])])
        rows, columns, values = rows[first], columns[first], np.add.reduceat(values, first)
        keep: NDArray[np.bool_] = values != 0
        rows, columns, values = rows[keep], columns[keep], values[keep]
    starts = np.zeros(num_columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(columns, minlength=num_columns), out=starts[1:])
    return SparseMatrix(num_rows, num_columns, starts, rows.astype(np.int32), values)


def _merged(matrix: SparseMatrix, touched: NDArray[np.bool_]) -> SparseMatrix:
    """Add up repeated entries in the touched columns, if there are any."""
    lengths = np.diff(matrix.starts)
    chosen = np.flatnonzero(touched)
    inside = np.repeat(touched, lengths)
    rows = matrix.indices[inside]
    columns = np.repeat(chosen, lengths[chosen])
    key = columns * np.int64(matrix.num_rows) + rows
    ordered = np.sort(key)
    if not (ordered[1:] == ordered[:-1]).any():
        return matrix
    other = ~inside
    all_columns = np.repeat(np.arange(matrix.num_columns, dtype=np.int32), lengths)
    return _sorted(
        [
            (matrix.indices[inside], all_columns[inside], matrix.values[inside]),
            (matrix.indices[other], all_columns[other], matrix.values[other]),
        ],
        matrix.num_rows,
        matrix.num_columns,
    )
