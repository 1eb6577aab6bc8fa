"""Index frames: the points a `for` ranges over, kept as a product of axes as long as it is one.

A frame is a product of axes; an axis is a table of codes. `for p in PLANTS for m in MARKETS` has two axes,
so `cost[p, m]` is a view of the parameter's table and `demand[m]` has shape (1, |MARKETS|): numpy's
broadcasting does the rest, and the |PLANTS| x |MARKETS| index columns are never written out. A condition on
one axis filters that axis; one that ties axes together (`q == p`, `(p, m) in LANES`) merges just those, by
a join rather than by filtering their product.

Every frame remembers the frame it grew from (its root): `parents` says for each root axis which axis now
carries it and at which positions. Sums over a generator are formed by folding a frame back onto its root.
"""

from __future__ import annotations

__all__ = ["MAX_POINTS", "Frame", "Index", "Ints", "join", "shaped"]

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import CompileError
from agentopt.formulation.instance import MAX_POINTS, BoundSet, Values

Ints = NDArray[np.integer[Any]]


def join(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """Pairs (i, j) with `left[i] == right[j]`, ordered by i, then j.

    >>> [a.tolist() for a in join(np.array([7, 5, 7]), np.array([5, 7, 7]))]
    [[0, 0, 1, 2, 2], [1, 2, 0, 1, 2]]
    """
    order = np.argsort(right, kind="stable").astype(np.int32)
    keys = right[order]
    low = np.searchsorted(keys, left, "left")
    counts = np.searchsorted(keys, left, "right") - low
    picked = np.repeat(np.arange(len(left), dtype=np.int32), counts)
    ends = np.cumsum(counts)
    within = np.arange(len(picked)) - np.repeat(ends - counts, counts)
    return picked, order[np.repeat(low, counts) + within]


def _limited(size: int) -> None:
    if size > MAX_POINTS:
        raise CompileError(
            f"{size:,} combinations of indices", hint="state it over a set of those that matter"
        )


def shaped(column: NDArray[Any], axis: int, num_axes: int) -> NDArray[Any]:
    """A column of one axis, reshaped to broadcast over a frame of `num_axes` axes."""
    return column.reshape((1,) * axis + (-1,) + (1,) * (num_axes - axis - 1))


@dataclass(frozen=True, eq=False)
class Index:
    """The codes of one index name along its axis; `domain` is the set whose order it follows."""

    axis: int
    codes: Ints
    domain: BoundSet | None = None


@dataclass(frozen=True, eq=False)
class Frame:
    """A product of axes with named indices.

    Attributes:
        lengths: the number of entries of each axis; the frame has their product of points.
        indices: each index name's axis and codes.
        root: the lengths of the frame this one grew from.
        parents: for each root axis, the axis that carries it now, and the root positions of that axis's
            entries (None for every entry in order).
    """

    lengths: tuple[int, ...] = ()
    indices: Mapping[str, Index] = field(default_factory=dict)
    root: tuple[int, ...] = ()
    parents: tuple[tuple[int, Ints | None], ...] = ()

    @property
    def size(self) -> int:
        """How many points the frame has."""
        return math.prod(self.lengths)

    @property
    def root_size(self) -> int:
        """How many points the root has."""
        return math.prod(self.root)

    def rooted(self) -> Frame:
        """The same points, as the root of frames to come."""
        return replace(
            self, root=self.lengths, parents=tuple((axis, None) for axis in range(len(self.lengths)))
        )

    def project(self, axes: Sequence[int]) -> Frame:
        """Only the named axes, rooted."""
        number = {axis: k for k, axis in enumerate(axes)}
        indices = {
            name: replace(index, axis=number[index.axis])
            for name, index in self.indices.items()
            if index.axis in number
        }
        return Frame(tuple(self.lengths[a] for a in axes), indices).rooted()

    def append(self, columns: Mapping[str, Ints], length: int, domain: BoundSet | None) -> Frame:
        """One more axis, with a code column for each new index."""
        axis = len(self.lengths)
        indices = dict(self.indices)
        for name, codes in columns.items():
            indices[name] = Index(axis, codes, domain if domain is not None and domain.arity == 1 else None)
        return replace(self, lengths=(*self.lengths, length), indices=indices)

    def take(self, axes: Sequence[int], selections: Sequence[Ints]) -> Frame:
        """Merge `axes` into one, in place of the first; its entry k combines entries `selections[...][k]`."""
        first, length = min(axes), len(selections[0])
        chosen = dict(zip(axes, selections, strict=True))
        kept = [a for a in range(len(self.lengths)) if a not in chosen or a == first]
        number = {a: k for k, a in enumerate(kept)} | dict.fromkeys(axes, kept.index(first))
        indices = {}
        for name, index in self.indices.items():
            codes = index.codes[chosen[index.axis]] if index.axis in chosen else index.codes
            indices[name] = replace(index, axis=number[index.axis], codes=codes)
        parents = []
        for axis, positions in self.parents:
            if axis in chosen:
                positions = chosen[axis] if positions is None else positions[chosen[axis]]
            parents.append((number[axis], positions))
        lengths = tuple(length if a == first else self.lengths[a] for a in kept)
        return Frame(lengths, indices, self.root, tuple(parents))

    def merge(self, axes: Sequence[int]) -> Frame:
        """Write out the product of `axes` as one axis, the last varying fastest.

        Raises:
            CompileError: it has more than `MAX_POINTS` points.
        """
        axes = sorted(axes)
        if len(axes) < 2:
            return self
        _limited(math.prod(self.lengths[a] for a in axes))
        return self.take(axes, self.unravel(axes))

    def unravel(self, axes: Sequence[int]) -> list[Ints]:
        """For each of `axes`, its entry at every point of their product."""
        lengths = [self.lengths[a] for a in axes]
        size = inner = math.prod(lengths)
        selections: list[Ints] = []
        for length in lengths:
            inner = inner // length if length else 0
            column = np.repeat(np.arange(length, dtype=np.int32), inner)
            selections.append(np.tile(column, size // len(column)) if len(column) else column)
        return selections

    def filter(self, axis: int, mask: NDArray[np.bool_]) -> Frame:
        """Keep the entries of one axis where `mask` holds."""
        if mask.all():
            return self
        return self.take([axis], [np.flatnonzero(mask).astype(np.int32)])

    def column(self, name: str) -> Ints:
        """The codes of an index at every point, shape (size,).

        Raises:
            CompileError: there are more than `MAX_POINTS` points.
        """
        _limited(self.size)
        index = self.indices[name]
        view = shaped(index.codes, index.axis, len(self.lengths))
        return np.broadcast_to(view, self.lengths).reshape(-1)

    def parent_parts(self) -> dict[int, Ints]:
        """The row-major number of each point's root, as a sum of one column per axis."""
        parts: dict[int, Ints] = {}
        stride = self.root_size
        for length, (axis, positions) in zip(self.root, self.parents, strict=True):
            stride = stride // length if length else 0
            column = np.arange(length, dtype=np.int32) if positions is None else positions
            column = column * np.int32(stride) if stride != 1 else column
            parts[axis] = parts[axis] + column if axis in parts else column
        return parts

    def fold(self, values: NDArray[Any] | float) -> Values | float:
        """Sum `values` (broadcastable over the frame) over all points of each root point.

        The result broadcasts over the root frame.
        """
        carried = [axis for axis, positions in self.parents if positions is None]
        if len(carried) == len(self.root) and len(set(carried)) == len(carried):
            own = set(carried)
            array = np.asarray(values, dtype=float)
            if array.ndim == 0:
                array = array.reshape((1,) * len(self.lengths))
            scale = 1.0
            summed = []
            for axis, length in enumerate(self.lengths):
                if axis not in own:
                    if array.shape[axis] == 1:
                        scale *= length
                    else:
                        summed.append(axis)
            if summed:
                array = array.sum(axis=tuple(summed), keepdims=True)
            spare = tuple(a for a in range(len(self.lengths)) if a not in own)
            array = array.squeeze(axis=spare) if spare else array
            order = sorted(range(len(carried)), key=lambda k: carried[k])
            array = array.transpose(np.argsort(order)) if order != list(range(len(order))) else array
            return array * scale if scale != 1.0 else array
        rows = np.broadcast_to(self.parent_numbers(), self.lengths).reshape(-1)
        weights = np.broadcast_to(np.asarray(values, dtype=np.float64), self.lengths).reshape(-1)
        folded = np.bincount(rows, weights=weights, minlength=self.root_size)
        return np.asarray(folded, dtype=np.float64).reshape(self.root)

    def parent_numbers(self) -> Ints:
        """The row-major number of each point's root, broadcastable over the frame."""
        total: Ints = np.zeros((1,) * len(self.lengths), dtype=np.int32)
        for axis, column in self.parent_parts().items():
            total = total + shaped(column, axis, len(self.lengths))
        return total
