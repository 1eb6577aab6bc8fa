"""Piecewise-linear functions given by points, exactly.

Where the value is held down and the function is convex (or up and concave) its segments' lines suffice.
Otherwise the point is a combination of two neighbouring breakpoints (the lambda formulation; Dantzig
1960), with one binary per segment.
"""

from __future__ import annotations

__all__ = ["piecewise"]

from collections.abc import Sequence

import numpy as np

from agentopt.compiling.arrays import Integrality
from agentopt.compiling.build import Terms
from agentopt.compiling.reformulate import Rewriter, Scope
from agentopt.compiling.terms import Auxiliary, Monomial
from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.instance import Values


def piecewise(
    rewriter: Rewriter, inner: t.Expr, points: Sequence[t.Expr], scope: Scope, held: int
) -> Auxiliary:
    """Columns with the value of the polyline through `points` (x0, y0, x1, y1, ...) at `inner`.

    `inner` must lie between the first and the last x; that is stated too.
    """
    if len(points) < 4 or len(points) % 2:
        raise CompileError(
            "`piecewise` takes an expression and at least two points",
            hint="`piecewise(x, (0, 0), (10, 5), (20, 8))`",
        )
    scope = scope.at(scope.frame)
    shape = scope.frame.lengths
    values = [np.broadcast_to(rewriter.data.number(p, scope.frame, scope.env), shape) for p in points]
    xs, ys = np.stack(values[0::2]), np.stack(values[1::2])
    if (np.diff(xs, axis=0) <= 0).any():
        raise CompileError("the points of `piecewise` must have increasing first coordinates")
    slopes = np.diff(ys, axis=0) / np.diff(xs, axis=0)
    convex = (np.diff(slopes, axis=0) >= 0).all()
    concave = (np.diff(slopes, axis=0) <= 0).all()
    value, over = rewriter.columns(scope, ys.min(axis=0), ys.max(axis=0), Integrality.CONTINUOUS, "piecewise")
    read = rewriter.terms(inner, over)
    if (held == 1 and convex) or (held == -1 and concave) or (convex and concave):
        rewriter.rows(over, read, [], xs[0], xs[-1])
        for slope, x, y in zip(slopes, xs, ys, strict=False):
            # value - slope * inner compared with y - slope * x
            terms = _scaled_terms(rewriter, inner, over, slope)
            side = y - slope * x
            low = -np.inf if held == -1 and not (convex and concave) else side
            high = np.inf if held == 1 and not (convex and concave) else side
            rewriter.rows(over, terms, [rewriter.times(value, over.frame)], low, high)
            if convex and concave:
                break
        return value
    _lambda(rewriter, read, value, over, xs, ys)
    return value


def _scaled_terms(rewriter: Rewriter, inner: t.Expr, scope: Scope, slope: Values) -> Terms:
    """`-slope * inner`, with the slope of each point multiplied in along the frame of every monomial."""
    read = rewriter.terms(inner, scope)
    terms = Terms(-slope * read.constant)
    for target, monomials in ((terms.linear, read.linear), (terms.quadratic, read.quadratic)):
        for monomial in monomials:
            parents = monomial.frame.parent_numbers()
            factor = -np.asarray(slope).reshape(-1)[parents]
            target.append(
                Monomial(monomial.frame, np.asarray(monomial.coefficient * factor), monomial.columns)
            )
    return terms


def _lambda(rewriter: Rewriter, read: Terms, value: Auxiliary, scope: Scope, xs: Values, ys: Values) -> None:
    weights: list[Auxiliary] = []
    segments: list[Auxiliary] = []
    for _ in range(len(xs)):
        weight, scope = rewriter.columns(scope, 0.0, 1.0, Integrality.CONTINUOUS, "weight")
        weights.append(weight)
    for _ in range(len(xs) - 1):
        segment, scope = rewriter.binaries(scope, "segment")
        segments.append(segment)
    frame = scope.frame
    nothing = Terms(np.zeros((1,) * len(frame.lengths)))
    times = rewriter.times
    rewriter.rows(scope, nothing, [times(w, frame) for w in weights], 1.0, 1.0)
    rewriter.rows(scope, nothing, [times(s, frame) for s in segments], 1.0, 1.0)
    rewriter.rows(scope, read, [times(w, frame, -x) for w, x in zip(weights, xs, strict=True)], 0.0, 0.0)
    along = [times(w, frame, y) for w, y in zip(weights, ys, strict=True)]
    rewriter.rows(scope, nothing, [times(value, frame, -1.0), *along], 0.0, 0.0)
    for k, weight in enumerate(weights):
        beside = [segments[j] for j in (k - 1, k) if 0 <= j < len(segments)]
        extra = [times(weight, frame), *(times(s, frame, -1.0) for s in beside)]
        rewriter.rows(scope, nothing, extra, -np.inf, 0.0)
