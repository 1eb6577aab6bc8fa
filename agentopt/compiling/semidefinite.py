"""Positive semidefinite matrices: symmetric by rows, the rest kept for engines that know them."""

from __future__ import annotations

__all__ = ["state"]

import numpy as np

from agentopt.compiling.arrays import Affine, Indices, Structure
from agentopt.compiling.reformulate import Rewriter
from agentopt.errors import CompileError

_Entry = tuple[float, dict[int, float]]


def state(rewriter: Rewriter, name: str, entries: Affine, rows: Indices, columns: Indices) -> None:
    """Keep one matrix, and let entries on both sides of its diagonal be equal.

    Args:
        rewriter: what holds the model so far.
        name: the constraint.
        entries: what stands in the matrix, shape (N,).
        rows: the labels of the row of each entry, shape (N, arity).
        columns: the labels of its column.

    Raises:
        CompileError: an entry is missing on both sides, or rows and columns are not the same labels.
    """
    number = len(rows)
    labels, place = np.unique(np.concatenate([rows, columns]), axis=0, return_inverse=True)
    # In the order in which the rows are first named.
    first = np.full(len(labels), number)
    np.minimum.at(first, place.reshape(-1)[:number], np.arange(number))
    rank = np.argsort(np.argsort(first, kind="stable"), kind="stable")
    tails, heads = rank[place.reshape(-1)[:number]], rank[place.reshape(-1)[number:]]
    size = len(labels)
    known: dict[tuple[int, int], int] = {}
    for k, pair in enumerate(zip(tails.tolist(), heads.tolist(), strict=True)):
        if pair in known:
            raise CompileError("an entry of `semidefinite` is given twice", hint="name each entry once")
        known[pair] = k
    picked, unequal = [], []
    for column in range(size):
        for row in range(column + 1):
            found = [known[pair] for pair in ((row, column), (column, row)) if pair in known]
            if not found:
                raise CompileError(
                    "`semidefinite` lacks an entry of its matrix",
                    hint="give every entry, those beside the diagonal on at least one side",
                )
            picked.append(found[0])
            if len(found) > 1 and found[0] != found[1]:
                unequal.append((found[0], found[1]))
    _symmetric(rewriter, name, entries, unequal)
    rewriter.builder.structures.append(
        Structure(
            "semidefinite",
            name,
            (0, 0),
            (0, 0),
            {"entry": entries.take(np.array(picked, dtype=np.int64))},
            {"size": np.array([float(size)])},
            restated=False,
        )
    )


def _symmetric(rewriter: Rewriter, name: str, entries: Affine, pairs: list[tuple[int, int]]) -> None:
    """Rows that say that two entries are equal, where they are not the same expression."""
    read: list[_Entry] = [(constant, {}) for constant in entries.constant.tolist()]
    for point, column, value in zip(
        entries.points.tolist(), entries.columns.tolist(), entries.values.tolist(), strict=True
    ):
        read[point][1][column] = read[point][1].get(column, 0.0) + value
    rows: list[int] = []
    columns: list[int] = []
    values: list[float] = []
    sides: list[float] = []
    for one, other in pairs:
        apart = dict(read[one][1])
        for column, value in read[other][1].items():
            apart[column] = apart.get(column, 0.0) - value
        apart = {column: value for column, value in apart.items() if value}
        side = read[other][0] - read[one][0]
        if not apart and not side:
            continue
        rows += [len(sides)] * len(apart)
        columns += [*apart]
        values += [*apart.values()]
        sides.append(side)
    if sides:
        side_array = np.array(sides)
        rewriter.builder.add_sparse_rows(
            name,
            np.array(rows, dtype=np.int32),
            np.array(columns, dtype=np.int32),
            np.array(values),
            side_array,
            side_array.copy(),
        )
