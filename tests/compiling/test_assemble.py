"""Blocks of coefficients become the matrix they state, written block by block or sorted as a whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.compiling import assemble as module
from agentopt.compiling.arrays import SparseMatrix
from agentopt.compiling.assemble import Block, assemble, dense_vector
from agentopt.formulation.frames import Ints

NUM_ROWS, NUM_COLUMNS = (12, 24), (24, 8)
"""The rows of two constraints and the columns of two variables."""


def parts(draw: st.DrawFn, lengths: list[int], sides: tuple[int, ...]) -> dict[int, Ints]:
    """Contributions of axes to row-major numbers over a grid, each side of it following one axis or none."""
    found: dict[int, Ints] = {}
    stride = int(np.prod(sides))
    for side in sides:
        stride //= side
        axis = draw(st.sampled_from([None, *range(len(lengths))]))
        if axis is not None:
            length = lengths[axis]
            even = st.just([k % side for k in range(length)])
            place = draw(even | st.lists(st.integers(0, side - 1), min_size=length, max_size=length))
            found[axis] = found.get(axis, np.zeros(length, dtype=np.int32)) + np.array(
                [p * stride for p in place], dtype=np.int32
            )
    return found


@st.composite
def blocks(draw: st.DrawFn) -> list[Block]:
    stated = []
    for _ in range(draw(st.integers(1, 5))):
        lengths = draw(st.lists(st.integers(1, 4), max_size=3))
        constraint, variable = draw(st.integers(0, 1)), draw(st.integers(0, 1))
        varies = [n if draw(st.booleans()) else 1 for n in lengths] if draw(st.booleans()) else []
        count = int(np.prod(varies))
        values = draw(st.lists(st.sampled_from([0.0, 1.0, -1.0, 2.5]), min_size=count, max_size=count))
        stated.append(
            Block(
                tuple(lengths),
                (0, NUM_ROWS[0])[constraint],
                parts(draw, lengths, ((4, 3), (2, 3, 4))[constraint]),
                (0, NUM_COLUMNS[0])[variable],
                parts(draw, lengths, ((4, 3, 2), (2, 4))[variable]),
                np.array(values).reshape(varies),
                (constraint + 1, variable + 1),
            )
        )
    return stated


def dense(stated: list[Block]) -> np.ndarray:
    table = np.zeros((sum(NUM_ROWS), sum(NUM_COLUMNS)))
    for block in stated:
        rows, columns, values = block.flat()
        np.add.at(table, (rows, columns), values)
    return table


def written_out(matrix: SparseMatrix) -> np.ndarray:
    table = np.zeros((matrix.num_rows, matrix.num_columns))
    columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    np.add.at(table, (matrix.indices, columns), matrix.values)
    assert len(set(zip(matrix.indices.tolist(), columns.tolist(), strict=True))) == len(columns)
    return table


@pytest.mark.parametrize("limit", [-1, module.SMALL])
@settings(deadline=None, max_examples=300)
@given(stated=blocks())
def test_the_matrix_is_the_sum_of_its_blocks(limit: int, stated: list[Block]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SMALL", limit)
        matrix = assemble(stated, sum(NUM_ROWS), sum(NUM_COLUMNS))
    assert written_out(matrix) == pytest.approx(dense(stated))


@settings(deadline=None, max_examples=300)
@given(stated=blocks())
def test_an_objective_is_the_sum_of_its_blocks(stated: list[Block]) -> None:
    assert dense_vector(stated, sum(NUM_COLUMNS)) == pytest.approx(dense(stated).sum(axis=0))


def test_evenly_spaced_entries_are_written_in_the_order_of_their_columns() -> None:
    """A variable walked backwards and one walked across its order."""
    three, two = np.arange(3, dtype=np.int32), np.arange(2, dtype=np.int32)
    stated = [
        Block((3, 2), 0, {0: three}, 0, {0: (2 - three) * 2, 1: two}, np.arange(6.0).reshape(3, 2), (1, 1)),
        Block((2, 3), 3, {0: two}, 0, {0: two, 1: three * 2}, np.arange(6.0).reshape(2, 3) + 10, (2, 1)),
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "SMALL", -1)
        matrix = assemble(stated, 5, 6)
    assert matrix.starts.tolist() == [0, 2, 4, 6, 8, 9, 11]
    assert written_out(matrix).tolist() == [
        [0, 0, 0, 0, 0, 1],
        [0, 0, 2, 3, 0, 0],
        [4, 5, 0, 0, 0, 0],
        [10, 0, 11, 0, 12, 0],
        [0, 13, 0, 14, 0, 15],
    ]
