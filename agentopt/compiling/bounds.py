"""Intervals of expressions over variable bounds, and bounds that rows imply: what a big-M may rest on.

Everything here errs outward: an interval contains every value the expression can take at a feasible point.
"""

from __future__ import annotations

__all__ = ["Interval", "interval", "tightened"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import SparseMatrix
from agentopt.compiling.build import Terms, flat_columns
from agentopt.formulation.instance import Values

ROUNDS = 5
_OUTWARD = 1e-9


@dataclass(frozen=True, eq=False)
class Interval:
    """Least and greatest value by root point, and the columns that make one of them infinite."""

    low: Values
    high: Values
    unbounded: tuple[int, ...] = ()


def interval(terms: Terms, root: tuple[int, ...], lower: Values, upper: Values) -> Interval:
    """Bounds of an expression at each root point from the bounds of its columns."""
    low = np.array(np.broadcast_to(terms.constant, root), dtype=float).reshape(-1)
    high = low.copy()
    unbounded: list[int] = []
    for monomial in (*terms.linear, *terms.quadratic):
        rows, columns, values = flat_columns(monomial)
        kept = values != 0
        rows, values = rows[kept], values[kept]
        parts = [column[kept] for column in columns]
        least, most = _product_bounds(parts, lower, upper)
        below = np.where(values > 0, values * least, values * most)
        above = np.where(values > 0, values * most, values * least)
        low += np.bincount(rows, weights=below, minlength=len(low))
        high += np.bincount(rows, weights=above, minlength=len(high))
        for part in parts:
            loose = np.isinf(lower[part]) | np.isinf(upper[part])
            unbounded.extend(np.unique(part[loose]).tolist())
    return Interval(low.reshape(root), high.reshape(root), tuple(sorted(set(unbounded))))


def _product_bounds(
    parts: Sequence[NDArray[np.integer]], lower: Values, upper: Values
) -> tuple[Values, Values]:
    least, most = lower[parts[0]], upper[parts[0]]
    for part in parts[1:]:
        with np.errstate(invalid="ignore"):
            corners = [a * b for a in (least, most) for b in (lower[part], upper[part])]
        # 0 times infinity is 0 here: a variable that is 0 makes the product 0.
        corners = [np.where(np.isnan(corner), 0.0, corner) for corner in corners]
        least, most = np.minimum.reduce(corners), np.maximum.reduce(corners)
        if len(parts) == 2 and (square := parts[0] == part).any():
            least = np.where(square, np.maximum(least, 0.0), least)
    return least, most


def tightened(
    matrix: SparseMatrix, row_lower: Values, row_upper: Values, lower: Values, upper: Values
) -> tuple[Values, Values]:
    """Column bounds implied by the rows: rounds of activity-based tightening (Savelsbergh 1994, section 1).

    Rows whose other parts are not in `matrix` must be given with infinite sides.
    """
    columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    rows, values = matrix.indices, matrix.values
    lower, upper = lower.copy(), upper.copy()
    for _ in range(ROUNDS):
        before = np.isinf(lower).sum() + np.isinf(upper).sum()
        if not before:
            break
        for sign, sides in ((1.0, row_upper), (-1.0, -row_lower)):
            coefficients = sign * values
            least = np.where(coefficients > 0, coefficients * lower[columns], coefficients * upper[columns])
            infinite = np.isinf(least)
            finite = np.where(infinite, 0.0, least)
            total = np.bincount(rows, weights=finite, minlength=matrix.num_rows)
            missing = np.bincount(rows, weights=infinite, minlength=matrix.num_rows)
            others = missing[rows] - infinite
            room = sides[rows] - (total[rows] - finite)
            usable = (others == 0) & np.isfinite(room)
            limit = np.where(usable, room, np.inf) / coefficients
            limit += np.where(
                np.isfinite(limit), np.sign(coefficients) * _OUTWARD * np.maximum(1.0, np.abs(limit)), 0.0
            )
            positive = usable & (coefficients > 0)
            negative = usable & (coefficients < 0)
            np.minimum.at(upper, columns[positive], limit[positive])
            np.maximum.at(lower, columns[negative], limit[negative])
        if np.isinf(lower).sum() + np.isinf(upper).sum() == before:
            break
    crossed = lower > upper
    if crossed.any():  # infeasible: any bounds are right, finite ones are useful
        lower[crossed], upper[crossed] = np.minimum(lower, upper)[crossed], np.maximum(lower, upper)[crossed]
    return lower, upper
