"""Exact reformulations of values: abs, min, max, piecewise-linear, and conditions used as numbers.

Each becomes columns of its own over just the axes it depends on. Where the direction in which the value
is held suffices (the value is minimized, or bounded above), the epigraph is enough; otherwise binaries
select the active piece, with big-M taken from proven bounds (`agentopt.compiling.bounds`), or an error
names what is unbounded.
"""

from __future__ import annotations

__all__ = ["Rewriter", "Scope"]

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Integrality
from agentopt.compiling.bounds import Interval, interval
from agentopt.compiling.build import Builder, Terms
from agentopt.compiling.terms import Auxiliary, Columns, Monomial, Pending, Space, columns_of, monomials
from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Data, Env
from agentopt.formulation.frames import Frame, Index
from agentopt.formulation.generators import expand
from agentopt.formulation.instance import Values


@dataclass(frozen=True)
class Scope:
    """Where a statement stands: the element it belongs to, its frame, and the names of its indices."""

    name: str
    frame: Frame
    env: Env
    indices: tuple[tuple[str, str], ...] = ()

    def at(self, frame: Frame, env: Env | None = None) -> Scope:
        """The same statement over another (rooted) frame."""
        return replace(self, frame=frame.rooted(), env=self.env if env is None else env)


class Rewriter:
    """Turns what is not a polynomial into columns and rows."""

    def __init__(self, data: Data, space: Space, builder: Builder) -> None:
        from agentopt.compiling.logic import Logic

        self.data, self.space, self.builder = data, space, builder
        self.logic = Logic(self)
        self._element = ""

    # -- reading ---------------------------------------------------------------------------------------------

    def terms(self, expr: t.Expr, scope: Scope, held: int = 0) -> Terms:
        """An expression of degree at most two over a scope's frame."""

        def lift(part: t.Expr, env: Env, frame: Frame, direction: int) -> tuple[Auxiliary, Frame]:
            return self.lift(scope.name, part, env, frame, direction)

        found = list(monomials(self.space, [Pending(expr, scope.env)], scope.frame, lift, held=held))
        return Terms.of(found, scope.frame.lengths)

    def interval(self, terms: Terms, frame: Frame) -> Interval:
        """Proven bounds of an expression at each point."""
        lower, upper = self.builder.bounds()
        found = interval(terms, frame.lengths, *_relaxed(lower, upper, self.builder.integrality()))
        if np.isfinite(found.low).all() and np.isfinite(found.high).all():
            return found
        return interval(terms, frame.lengths, *self.builder.proven_bounds())

    def finite(self, bound: Values, found: Interval, scope: Scope, why: str) -> Values:
        """`bound`, or an error that names the columns to bound.

        Raises:
            CompileError: it is infinite somewhere.
        """
        if np.isfinite(bound).all():
            return bound
        lower, upper = self.builder.proven_bounds()
        loose = [j for j in found.unbounded if np.isinf(lower[j]) or np.isinf(upper[j])] or list(
            found.unbounded
        )
        named = [self.builder.shown(j) for j in loose]
        names = sorted({name for name, _ in named if name})
        first = next((text for name, text in named if name), "a value inside it")
        side = "an upper bound" if not loose or np.isinf(upper[loose[0]]) else "a lower bound"
        raise CompileError(
            f"{why} needs finite bounds, and `{first}` has none that can be proven",
            hint=f"give `{names[0] if names else first}` {side}",
        )

    # -- columns ---------------------------------------------------------------------------------------------

    def columns(
        self, scope: Scope, lower: Values | float, upper: Values | float, kind: Integrality, label: str
    ) -> tuple[Auxiliary, Scope]:
        """New columns, one per point of a scope's frame, and the scope with hidden indices for them."""
        frame, size = scope.frame, scope.frame.size
        visible = [key for _, key in scope.indices if key in frame.indices]
        codes = (
            np.stack([frame.column(key) for key in visible], axis=1).astype(np.int64)
            if visible
            else np.arange(size, dtype=np.int64).reshape(-1, 1)[:, :0]
        )
        start = self.builder.add_columns(
            f"{scope.name}.{label}",
            codes,
            np.broadcast_to(lower, frame.lengths).reshape(-1) if np.ndim(lower) else lower,
            np.broadcast_to(upper, frame.lengths).reshape(-1) if np.ndim(upper) else upper,
            kind,
            auxiliary=True,
        )
        indices, strides, stride = dict(frame.indices), {}, 1
        for axis in reversed(range(len(frame.lengths))):
            hidden = f"#{start}.{axis}"
            indices[hidden] = Index(axis, np.arange(frame.lengths[axis], dtype=np.int32))
            strides[hidden] = stride
            stride *= frame.lengths[axis]
        return Auxiliary(start, strides), replace(scope, frame=replace(frame, indices=indices))

    def binaries(self, scope: Scope, label: str) -> tuple[Auxiliary, Scope]:
        """New 0-1 columns."""
        return self.columns(scope, 0.0, 1.0, Integrality.INTEGER, label)

    def times(self, item: Auxiliary | Pending, frame: Frame, factor: Values | float = 1.0) -> Monomial:
        """`factor` times a column at each point of a frame (whose labels lie on one axis each)."""
        found = columns_of(self.space, item, frame)
        if not isinstance(found, Columns):
            raise TypeError("the axes of a column must be merged first")
        return Monomial(frame, np.asarray(factor, dtype=float), (found,))

    def rows(
        self,
        scope: Scope,
        terms: Terms,
        extra: Sequence[Monomial],
        lower: Values | float,
        upper: Values | float,
    ) -> None:
        """Auxiliary rows lower <= terms + extra <= upper."""
        combined = Terms(terms.constant, [*terms.linear, *extra], terms.quadratic)
        indices = [pair for pair in scope.indices if pair[1] in scope.frame.indices]
        self.builder.add_rows(scope.name, scope.frame, indices, combined, lower, upper, auxiliary=True)

    # -- values ----------------------------------------------------------------------------------------------

    def lift(self, name: str, expr: t.Expr, env: Env, frame: Frame, held: int) -> tuple[Auxiliary, Frame]:
        """Columns that take an expression's value, over the axes it depends on (see `terms.Lift`)."""
        axes = self.data.axes(expr, frame, env)
        shown = tuple((key, key) for key in frame.indices if not key.startswith("#"))
        scope = Scope(name, frame.project(axes), env, shown)
        found = self.value(expr, scope, held)
        indices = dict(frame.indices)
        hidden = sorted(found.strides, key=lambda key: int(key.rpartition(".")[2]))
        for axis, key in zip(axes, hidden, strict=True):
            indices[key] = Index(axis, np.arange(frame.lengths[axis], dtype=np.int32))
        return found, replace(frame, indices=indices)

    def value(self, expr: t.Expr, scope: Scope, held: int) -> Auxiliary:
        """Columns over the scope's frame that take the value of an expression."""
        match expr:
            case t.Call(function="abs", arguments=(inner,)):
                return self.greatest(
                    [(inner, scope), (t.Negate(inner), scope)], scope, held, "abs", least=0.0
                )
            case t.Call(function="max", arguments=parts):
                return self.greatest([(part, scope) for part in parts], scope, held, "max")
            case t.Call(function="min", arguments=parts):
                return self.greatest(
                    [(t.Negate(part), scope) for part in parts], scope, -held, "min", sign=-1.0
                )
            case t.Aggregate(function="max" | "min" as fold, body=body, generators=generators):
                sign = 1.0 if fold == "max" else -1.0
                part = t.Aggregate("each", body if fold == "max" else t.Negate(body), generators)
                return self.greatest([(part, scope)], scope, held * int(sign), fold, sign=sign)
            case t.Form(kind="piecewise", arguments=(inner, *points)):
                from agentopt.compiling.piecewise import piecewise

                return piecewise(self, inner, points, scope, held)
            case t.Form(kind="element", arguments=parts):
                from agentopt.compiling.sequencing import element

                return element(self, parts, scope)
            case t.Compare() | t.And() | t.Or() | t.Not() | t.Form() | t.Aggregate(function="any" | "all"):
                return self.logic.indicator(expr, scope, held)
        raise CompileError(
            f"`{getattr(expr, 'function', type(expr).__name__.lower())}` of a variable "
            "has no linear reformulation here",
            hint="keep products to two variables, or state it as a general nonlinear term on its own",
        )

    def greatest(
        self,
        parts: Sequence[tuple[t.Expr, Scope]],
        scope: Scope,
        held: int,
        label: str,
        *,
        sign: float = 1.0,
        least: float = -np.inf,
    ) -> Auxiliary:
        """Columns v with `sign * v = max(parts)`; `held` is the direction in which that maximum is held.

        v >= every part always; unless the maximum is held down, a binary per part picks one that v does not
        exceed: v <= part + (U - lower bound of part) (1 - z), with U the largest upper bound.
        """
        merged = scope.at(scope.frame)
        value, over = self.columns(merged, -np.inf, np.inf, Integrality.CONTINUOUS, label)
        read: list[tuple[Scope, Terms, Interval]] = []
        for expr, _ in parts:
            inner, each = over.at(over.frame), expr
            outer = over.frame
            if isinstance(expr, t.Aggregate) and expr.function == "each":
                frame, env = expand(self.data, over.frame.rooted(), over.env, expr.generators)
                if np.unique(frame.parent_numbers()).size < outer.size:
                    raise CompileError(f"`{label}` over no elements", hint="leave such indices out with `if`")
                shown = tuple((key, key) for key in frame.indices if not key.startswith("#"))
                inner, each = Scope(scope.name, frame, env, shown), expr.body
                parents = frame
            else:
                parents = inner.frame
            rooted = inner.at(inner.frame)
            terms = self.terms(each, rooted, 1 if held == 1 else 0)
            self.rows(rooted, terms, [self.times(value, rooted.frame, -sign)], -np.inf, 0.0)
            read.append((replace(inner, frame=parents), terms, self.interval(terms, rooted.frame)))
        low, high = self._greatest_bounds(read, over.frame)
        low = np.maximum(low, least)
        self.builder.set_bounds(value.start, *((low, high) if sign > 0 else (-high, -low)))
        if all(self.logic.integral(terms) for _, terms, _ in read):
            self.builder.mark_integral(value.start)
        if held == 1:
            return value
        self._select(value, over, read, high, sign, label)
        return value

    def _greatest_bounds(
        self, read: Sequence[tuple[Scope, Terms, Interval]], frame: Frame
    ) -> tuple[Values, Values]:
        """Bounds of the maximum at each point of `frame`."""
        low, high = np.full(frame.size, -np.inf), np.full(frame.size, -np.inf)
        for scope, _, found in read:
            parents = np.broadcast_to(scope.frame.parent_numbers(), scope.frame.lengths).reshape(-1)
            np.maximum.at(low, parents, found.low.reshape(-1))
            np.maximum.at(high, parents, found.high.reshape(-1))
        return low.reshape(frame.lengths), high.reshape(frame.lengths)

    def _select(
        self,
        value: Auxiliary,
        over: Scope,
        read: Sequence[tuple[Scope, Terms, Interval]],
        high: Values,
        sign: float,
        label: str,
    ) -> None:
        """One binary per part, one of them 1, and the value not above the part it picks."""
        chosen: list[Monomial] = []
        for scope, terms, found in read:
            parents = np.broadcast_to(scope.frame.parent_numbers(), scope.frame.lengths)
            most = high.reshape(-1)[parents] if high.size else high
            slack = self.finite(np.asarray(most - found.low), found, scope, f"`{label}`")
            binary, inner = self.binaries(scope.at(scope.frame), f"{label}_is")
            # v - part + slack z <= slack
            negated = Terms(-terms.constant, [_scaled(m, -1.0) for m in terms.linear])
            negated.quadratic = [_scaled(m, -1.0) for m in terms.quadratic]
            extra = [self.times(value, inner.frame, sign), self.times(binary, inner.frame, slack)]
            self.rows(inner, negated, extra, -np.inf, slack)
            hidden = replace(scope.frame, indices=inner.frame.indices)
            chosen.append(self.times(binary, hidden))
        nothing = Terms(np.zeros((1,) * len(over.frame.lengths)))
        self.rows(over.at(over.frame), nothing, chosen, 1.0, 1.0)


def _scaled(monomial: Monomial, factor: float) -> Monomial:
    return replace(monomial, coefficient=np.asarray(monomial.coefficient * factor))


def _relaxed(lower: Values, upper: Values, kinds: NDArray[np.int8]) -> tuple[Values, Values]:
    """Bounds that also hold the zero of semi-continuous columns."""
    semi = (kinds == Integrality.SEMICONTINUOUS) | (kinds == Integrality.SEMIINTEGER)
    return np.where(semi, np.minimum(lower, 0.0), lower), np.where(semi, np.maximum(upper, 0.0), upper)
