"""Quadratic forms as sums of squares and second-order cones.

A row `x'Qx + e <= 0`, e linear, is a cone where Q has no negative eigenvalue, and where the form with the
constant as one more coordinate has one negative eigenvalue and the bounds say on which side of it the points
lie: a norm against a linear expression, or a product of two expressions that are not negative.
"""

from __future__ import annotations

__all__ = ["MAX_DENSE", "Form", "above_squares", "one_sided", "squares"]

from dataclasses import dataclass

import numpy as np

from agentopt.compiling.arrays import Affine, Indices
from agentopt.formulation.instance import Values
from agentopt.solvers.conic.cones import Cones, NotConvex
from agentopt.solvers.conic.vectors import constants, plus, scaled, stacked

MAX_DENSE = 1500
"""Columns of a form up to which its eigenvalues are worked out."""

SMALL = 1e-11
"""Relative to the largest, an eigenvalue that counts as zero."""


@dataclass(frozen=True, eq=False)
class Form:
    """One quadratic form: the sum of `values[k] * x[first[k]] * x[second[k]]`, each pair once."""

    first: Indices
    second: Indices
    values: Values

    def negated(self) -> Form:
        """Minus the form."""
        return Form(self.first, self.second, -self.values)

    def matrix(self, used: Indices) -> Values:
        """The symmetric matrix over the columns `used`, which are sorted and hold all of the form's."""
        row, column = np.searchsorted(used, self.first), np.searchsorted(used, self.second)
        dense = np.zeros((len(used), len(used)))
        np.add.at(dense, (row, column), self.values / 2)
        np.add.at(dense, (column, row), self.values / 2)
        return dense


def squares(form: Form) -> Affine:
    """Expressions whose squares add up to a form.

    Raises:
        NotConvex: it may be negative, or is too large to tell.
    """
    used = np.unique(np.concatenate([form.first, form.second]))
    if (form.first == form.second).all():
        weights = np.bincount(np.searchsorted(used, form.first), weights=form.values, minlength=len(used))
        if (weights < 0).any():
            raise NotConvex("is not convex")
        kept = used[weights > 0]
        return Affine(np.zeros(len(kept)), np.arange(len(kept)), kept, np.sqrt(weights[weights > 0]))
    values, vectors = _eigen(form.matrix(used))
    if values[0] < -SMALL * max(values[-1], -values[0]):
        raise NotConvex("is not convex")
    return _products(values, vectors, used)


def above_squares(cones: Cones, members: Affine, size: float) -> Affine:
    """A new column that is at least the sum of the squares of expressions.

    Args:
        cones: the program.
        members: the expressions.
        size: about how large the sum will be, for the scale of the cone.
    """
    above = cones.fresh(1, 0.0)
    scale = max(1.0, float(np.sqrt(size)))
    halves = [
        scaled(plus(scaled(above, 1 / scale), constants(np.array([shift]))), 0.5) for shift in (scale, -scale)
    ]
    cones.add("second", 2 + len(members.constant), stacked([*halves, members]))
    return above


def one_sided(cones: Cones, form: Form, rest: Affine) -> None:
    """State `form + rest <= 0`, `rest` one linear expression, where the form has one negative eigenvalue.

    Raises:
        NotConvex: that is no convex set, or was not found to be one.
    """
    used = np.unique(np.concatenate([form.first, form.second, rest.columns]))
    place = np.searchsorted(used, rest.columns)
    last = len(used)
    if last + 1 > MAX_DENSE:
        raise NotConvex("was not proved convex")
    dense = np.zeros((last + 1, last + 1))
    dense[:last, :last] = form.matrix(used)
    side = np.bincount(place, weights=rest.values / 2, minlength=last)
    dense[:last, last] += side
    dense[last, :last] += side
    dense[last, last] = rest.constant[0]
    scale = np.sqrt(np.abs(dense).max(axis=0))
    scale[scale == 0] = 1.0
    values, vectors = _eigen(dense / np.outer(scale, scale))
    limit = SMALL * float(np.abs(values).max())
    if len(values) > 1 and values[1] < -limit:
        raise NotConvex("is not convex")
    if values[0] >= -limit:
        raise NotConvex("was not proved convex")
    vectors = vectors * scale[:, None]
    head = _combined(np.sqrt(-values[:1]), vectors[:, :1], used)
    low, high = cones.ranges(head)
    if high[0] <= 0:
        head = scaled(head, -1.0)
    elif low[0] < 0:
        raise NotConvex("is convex only on one side, and the bounds of its variables do not say on which")
    kept = values > limit
    members = _combined(np.sqrt(values[kept]), vectors[:, kept], used)
    cones.add("second", 1 + len(members.constant), stacked([head, members]))


def _eigen(dense: Values) -> tuple[Values, Values]:
    if len(dense) > MAX_DENSE:
        raise NotConvex("was not proved convex")
    values, vectors = np.linalg.eigh(dense)
    return values, vectors


def _products(values: Values, vectors: Values, used: Indices) -> Affine:
    kept = values > SMALL * values[-1]
    factors = np.sqrt(values[kept])
    number = len(factors)
    weights = (vectors[:, kept] * factors).T
    return Affine(
        np.zeros(number),
        np.repeat(np.arange(number), len(used)),
        np.tile(used, number),
        weights.reshape(-1),
    )


def _combined(factors: Values, vectors: Values, used: Indices) -> Affine:
    """Expressions over the columns `used` and, last, the constant; tiny weights are rounding."""
    weights = (vectors * factors).T
    weights[np.abs(weights) < 1e-14 * np.abs(weights).max(initial=0.0)] = 0.0
    number = len(factors)
    return Affine(
        weights[:, -1].copy(),
        np.repeat(np.arange(number), len(used)),
        np.tile(used, number),
        weights[:, :-1].reshape(-1),
    )
