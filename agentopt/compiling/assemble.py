"""Blocks of coefficients to one sparse matrix by columns, without sorting or writing out index columns.

A block's row and column numbers are sums of one small array per axis of its frame. How many entries each
column gets is therefore known axis by axis; a running fill pointer per column then says where each entry
goes, and every block is scattered straight into the final arrays. Only blocks that could state the same
coefficient twice are checked and, where they do, added up.
"""

from __future__ import annotations

__all__ = ["Block", "assemble", "dense_vector"]

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
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
        counts[spread.distinct] += spread.multiplicity
    starts = np.zeros(num_columns + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    fill = starts[:-1].astype(np.int32)
    indices = np.empty(int(starts[-1]), dtype=np.int32)
    values = np.empty(int(starts[-1]))
    for spread in spreads:
        block = spread.block
        place = np.broadcast_to(fill[spread.columns] + spread.slots, block.lengths)
        indices[place] = np.broadcast_to(block.numbers(block.row_start, block.rows), block.lengths)
        values[place] = np.broadcast_to(block.values, block.lengths)
        fill[spread.distinct] += spread.multiplicity.astype(np.int32)
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
        columns = np.broadcast_to(spread.columns, reduced.lengths)
        if spread.injective:
            vector[columns] += reduced.values
        else:
            vector += np.bincount(
                columns.reshape(-1),
                weights=np.broadcast_to(reduced.values, reduced.lengths).reshape(-1),
                minlength=length,
            )
    return vector


class _Spread:
    """Where a block's entries go among those of their column: slot numbers and how many there are."""

    def __init__(self, block: Block) -> None:
        self.block, axes = block, len(block.lengths)
        self.columns = block.numbers(block.column_start, block.columns)
        self.injective = True
        distinct: Ints = np.full((1,) * axes, block.column_start, dtype=np.int32)
        multiplicity: Ints = np.ones((1,) * axes, dtype=np.int64)
        slots: Ints = np.zeros((1,) * axes, dtype=np.int32)
        for axis, length in enumerate(block.lengths):
            part = block.columns.get(axis)
            if part is None:
                slots = slots * np.int32(length) + shaped(np.arange(length, dtype=np.int32), axis, axes)
                multiplicity = multiplicity * length
                self.injective = self.injective and length == 1
                continue
            if length < 2 or (part[1:] > part[:-1]).all():
                distinct = distinct + shaped(part, axis, axes)
                continue
            order = np.argsort(part, kind="stable")
            ordered = part[order]
            first = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
            counts = np.diff(np.r_[first, length])
            rank, own = np.empty(length, dtype=np.int32), np.empty(length, dtype=np.int32)
            rank[order] = np.arange(length) - np.repeat(first, counts)
            own[order] = np.repeat(counts, counts)
            slots = slots * shaped(own, axis, axes) + shaped(rank, axis, axes)
            distinct = distinct + shaped(ordered[first], axis, axes)
            multiplicity = multiplicity * shaped(counts, axis, axes)
            self.injective = self.injective and len(first) == length
        self.slots, self.distinct, self.multiplicity = slots, distinct, multiplicity


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
