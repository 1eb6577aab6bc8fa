"""Look-ups from codes to positions in a set and to values of a parameter, vectorised.

A set's position table is dense over labels when it fits, else sorted keys; a parameter's values are dense
over the product of its sets when it fits, else sorted positions. Both answer many questions at once by
broadcasting.
"""

from __future__ import annotations

__all__ = ["MAX_KEY", "ParameterTable", "SetIndex", "separable"]

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import CompileError
from agentopt.formulation.frames import Ints
from agentopt.formulation.instance import BoundParameter, Values

_DENSE = 1 << 22
MAX_KEY = 1 << 62
"""Row-major positions are 64-bit integers."""


def _column_table(column: Ints) -> tuple[Ints, int]:
    """A dense map from code to its rank among the distinct codes of `column`; unknown codes give -1."""
    top = int(column.max()) + 1 if len(column) else 0
    present = np.zeros(top, dtype=bool)
    present[column] = True
    table = np.full(top + 1, -1, dtype=np.int32)
    found = np.flatnonzero(present)
    table[found] = np.arange(len(found), dtype=np.int32)
    return table, len(found)


def _look(table: Ints, codes: Ints) -> Ints:
    # The last slot holds -1: codes beyond the table and the code -1 ("no such label") both land there.
    return table[np.minimum(codes, len(table) - 1)]


class SetIndex:
    """Positions of elements in a set of any arity.

    >>> index = SetIndex(np.array([[4, 1], [4, 2]]))
    >>> index.find([np.array([4, 4, 9]), np.array([2, 3, 1])]).tolist()
    [1, -1, -1]
    """

    def __init__(self, codes: Ints) -> None:
        self.length, self.arity = codes.shape
        if self.arity == 1:
            column = codes[:, 0]
            self._table = np.full(int(column.max()) + 2 if len(column) else 1, -1, dtype=np.int32)
            self._table[column] = np.arange(self.length, dtype=np.int32)
            return
        self._columns = [_column_table(codes[:, k]) for k in range(self.arity)]
        size = math.prod(max(1, count) for _, count in self._columns)
        if size > MAX_KEY:
            raise CompileError(
                f"a set of {self.length:,} elements with {self.arity} labels each is too wide to look up",
                hint="give the elements names of their own, and the parts as parameters",
            )
        keys = self._key([codes[:, k] for k in range(self.arity)])[0]
        self._sorted: tuple[Ints, Ints] | None = None
        if size <= max(_DENSE, 4 * self.length):
            self._table = np.full(size + 1, -1, dtype=np.int32)
            self._table[keys] = np.arange(self.length, dtype=np.int32)
        else:
            order = np.argsort(keys, kind="stable").astype(np.int32)
            self._sorted = (keys[order], order)

    def _key(self, columns: Sequence[Ints]) -> tuple[Ints, NDArray[np.bool_]]:
        key: Ints = np.zeros((), dtype=np.int64)
        unknown: NDArray[np.bool_] = np.zeros((), dtype=bool)
        for codes, (table, count) in zip(columns, self._columns, strict=True):
            rank = _look(table, codes)
            unknown = unknown | (rank < 0)
            key = key * max(1, count) + rank
        return key, unknown

    def find(self, columns: Sequence[Ints]) -> Ints:
        """Positions of many elements (broadcast over the columns), -1 where there is no such element."""
        if self.arity == 1:
            return _look(self._table, columns[0])
        key, unknown = self._key(columns)
        if self._sorted is None:
            return self._table[np.where(unknown, len(self._table) - 1, key)]
        if not self.length:
            return np.full(key.shape, -1, dtype=np.int32)
        keys, order = self._sorted
        place = np.minimum(np.searchsorted(keys, key), self.length - 1)
        return np.where(unknown | (keys[place] != key), np.int32(-1), order[place])


def separable(position: Ints) -> tuple[int, Ints] | None:
    """The one axis a position array varies along and its column; None if it varies along none or several."""
    varying = [axis for axis, length in enumerate(position.shape) if length != 1]
    return (varying[0], position.reshape(-1)) if len(varying) == 1 else None


class ParameterTable:
    """The values of a parameter by positions in the sets it ranges over."""

    def __init__(self, parameter: BoundParameter, indices: Sequence[SetIndex]) -> None:
        self.shape = tuple(index.length for index in indices)
        self.default = parameter.default
        size = math.prod(self.shape)
        missing = np.nan if parameter.default is None else parameter.default
        self._dense: Values | None = None
        if parameter.shape == self.shape or _is_product(parameter.codes, indices):
            self._dense = parameter.values.reshape(self.shape)
            return
        codes, values = parameter.codes, parameter.values
        key = self._flat(_positions(codes, indices))
        if size <= max(_DENSE, 4 * len(values)):
            dense = np.full(size, missing, dtype=float)
            dense[key] = values
            self._dense = dense.reshape(self.shape)
        else:
            order = np.argsort(key, kind="stable")
            self._keys, self._values = key[order], values[order]

    def _flat(self, positions: Sequence[Ints]) -> Ints:
        key: Ints = np.zeros((), dtype=np.int64)
        for length, position in zip(self.shape, positions, strict=True):
            key = key * length + position
        return key

    def get(self, positions: Sequence[Ints], num_axes: int) -> Values:
        """Values at broadcastable positions (all valid), NaN for none; a view where possible."""
        if self._dense is None:
            key = self._flat(positions)
            place = np.minimum(np.searchsorted(self._keys, key), len(self._keys) - 1)
            missing = np.nan if self.default is None else self.default
            if not len(self._keys):
                return np.full(key.shape, missing)
            return np.where(self._keys[place] == key, self._values[place], missing)
        view = self._view(positions, num_axes)
        return self._dense.reshape(-1)[self._flat(positions)] if view is None else view

    def _view(self, positions: Sequence[Ints], num_axes: int) -> Values | None:
        """The table itself, transposed, when every set is walked in full and in order along its own axis."""
        assert self._dense is not None
        axes = []
        for length, position in zip(self.shape, positions, strict=True):
            along = separable(position)
            if along is None or len(along[1]) != length or along[0] in axes:
                return None
            if along[1][0] != 0 or along[1][-1] != length - 1 or not (np.diff(along[1]) == 1).all():
                return None
            axes.append(along[0])
        order = np.argsort(axes)
        shape = [1] * num_axes
        for axis, length in zip(axes, self.shape, strict=True):
            shape[axis] = length
        return self._dense.transpose(order).reshape(shape)


def _positions(codes: Ints, indices: Sequence[SetIndex]) -> list[Ints]:
    found, column = [], 0
    for index in indices:
        found.append(index.find([codes[:, column + k] for k in range(index.arity)]))
        column += index.arity
    return found


def _is_product(codes: Ints, indices: Sequence[SetIndex]) -> bool:
    """Whether the rows are exactly the product of the sets, row-major (checked without a look-up per row)."""
    shape = tuple(index.length for index in indices)
    if len(codes) != math.prod(shape) or not len(codes):
        return False
    grid, column = codes.reshape((*shape, codes.shape[1])), 0
    for axis, index in enumerate(indices):
        picked = [slice(0, 1)] * len(shape)
        picked[axis] = slice(None)
        part = grid[(*picked, slice(column, column + index.arity))]
        along = part.reshape(index.length, index.arity)
        if not (index.find([along[:, k] for k in range(index.arity)]) == np.arange(index.length)).all():
            return False
        if not (grid[..., column : column + index.arity] == part).all():
            return False
        column += index.arity
    return True
