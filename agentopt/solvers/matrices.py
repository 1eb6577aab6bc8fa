"""Larger matrices from compressed ones."""

from __future__ import annotations

__all__ = ["extended"]

import numpy as np

from agentopt.compiling.arrays import Indices, SparseMatrix
from agentopt.formulation.instance import Values


def extended(
    matrix: SparseMatrix, num_rows: int, num_columns: int, rows: Indices, columns: Indices, values: Values
) -> SparseMatrix:
    """A matrix of at least the old size with more entries, none of which is there yet.

    >>> one = SparseMatrix(1, 1, np.array([0, 1]), np.array([0], dtype=np.int32), np.array([5.0]))
    >>> extended(one, 2, 1, np.array([1]), np.array([0]), np.array([7.0])).values
    array([5., 7.])
    """
    old = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    all_columns = np.concatenate([old, columns])
    all_rows = np.concatenate([matrix.indices, rows]).astype(np.int32)
    order = np.lexsort((all_rows, all_columns))
    starts = np.zeros(num_columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(all_columns, minlength=num_columns), out=starts[1:])
    return SparseMatrix(
        num_rows, num_columns, starts, all_rows[order], np.concatenate([matrix.values, values])[order]
    )
