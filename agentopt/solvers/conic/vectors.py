"""Arithmetic on vectors of linear expressions (`agentopt.compiling.arrays.Affine`)."""

from __future__ import annotations

__all__ = [
    "constants",
    "folded",
    "interleaved",
    "of_columns",
    "plus",
    "ranges",
    "repeated",
    "scaled",
    "stacked",
]

from collections.abc import Sequence

import numpy as np

from agentopt.compiling.arrays import Affine, Indices
from agentopt.formulation.instance import Values

_NONE = np.empty(0, dtype=np.int64)


def constants(values: Values) -> Affine:
    """Numbers, shape (N,), as expressions."""
    return Affine(np.asarray(values, dtype=float), _NONE, _NONE, np.empty(0))


def of_columns(columns: Indices) -> Affine:
    """N columns as they are."""
    size = len(columns)
    return Affine(np.zeros(size), np.arange(size), np.asarray(columns, dtype=np.int64), np.ones(size))


def plus(*parts: Affine) -> Affine:
    """The sum of expressions of one length.

    >>> plus(constants(np.array([1.0])), constants(np.array([2.0]))).constant
    array([3.])
    """
    return Affine(
        np.sum([part.constant for part in parts], axis=0),
        np.concatenate([part.points for part in parts]),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def scaled(part: Affine, factors: Values | float) -> Affine:
    """Each expression times its number."""
    each = np.broadcast_to(np.asarray(factors, dtype=float), part.constant.shape)
    return Affine(part.constant * each, part.points, part.columns, part.values * each[part.points])


def folded(part: Affine, parents: Indices, size: int) -> Affine:
    """Sums of expressions: number k is added to number `parents[k]` of `size`."""
    constant = np.bincount(parents, weights=part.constant, minlength=size).astype(float)
    return Affine(constant, parents[part.points], part.columns, part.values)


def repeated(part: Affine, picked: Indices) -> Affine:
    """The expressions picked, any of them more than once."""
    counts = np.bincount(part.points, minlength=len(part.constant))
    order = np.argsort(part.points, kind="stable")
    starts = np.cumsum(counts) - counts
    rep = counts[picked]
    offsets = np.arange(int(rep.sum())) - np.repeat(np.cumsum(rep) - rep, rep)
    chosen = order[np.repeat(starts[picked], rep) + offsets]
    return Affine(
        part.constant[picked],
        np.repeat(np.arange(len(picked)), rep),
        part.columns[chosen],
        part.values[chosen],
    )


def stacked(parts: Sequence[Affine]) -> Affine:
    """Expressions one after the other."""
    starts = np.cumsum([0, *(len(part.constant) for part in parts)])
    return Affine(
        np.concatenate([part.constant for part in parts]),
        np.concatenate([part.points + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def interleaved(parts: Sequence[Affine]) -> Affine:
    """The first of each part, then the second of each, and so on; all of one length.

    >>> interleaved([constants(np.array([1.0, 2.0])), constants(np.array([3.0, 4.0]))]).constant
    array([1., 3., 2., 4.])
    """
    number = len(parts)
    return Affine(
        np.stack([part.constant for part in parts], axis=1).reshape(-1),
        np.concatenate([part.points * number + k for k, part in enumerate(parts)]),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def ranges(part: Affine, lower: Values, upper: Values) -> tuple[Values, Values]:
    """The least and the greatest each expression can be between bounds of the columns."""
    size = len(part.constant)
    kept = part.values != 0
    points, values, columns = part.points[kept], part.values[kept], part.columns[kept]
    up = values > 0
    low, high = np.where(up, lower[columns], upper[columns]), np.where(up, upper[columns], lower[columns])
    return (
        part.constant + np.bincount(points, weights=values * low, minlength=size),
        part.constant + np.bincount(points, weights=values * high, minlength=size),
    )
