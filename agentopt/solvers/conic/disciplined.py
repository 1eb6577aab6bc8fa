"""Nonlinear expressions as cones, by the rules of disciplined convex programming.

Every function is convex or concave in its argument, and grows or falls with it; what is built by the rules
is convex, and each step has a cone (Grant, Boyd and Ye 2006, "Disciplined convex programming"; Boyd and
Vandenberghe 2004, section 3.2). An expression that no rule covers is refused, be it convex or not.
"""

from __future__ import annotations

__all__ = ["Rules"]

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from agentopt.compiling.arrays import Affine, Graph
from agentopt.formulation.instance import Values
from agentopt.solvers.conic.cones import Cones, NotConvex
from agentopt.solvers.conic.forms import all_norms, norms, same
from agentopt.solvers.conic.vectors import (
    constants,
    folded,
    interleaved,
    of_columns,
    plus,
    repeated,
    scaled,
    stacked,
)

UP, DOWN, EXACT = 1, -1, 0
_BASES = {"log": 1.0, "log2": float(np.log(2.0)), "log10": float(np.log(10.0))}
_SHAPES = {UP: "convex", DOWN: "concave", EXACT: "linear"}


@dataclass(frozen=True, eq=False)
class Rules:
    """Turns graphs into linear expressions that bound them, adding cones to a program."""

    cones: Cones

    def bound(self, graph: Graph, way: int) -> Affine:
        """A linear expression at least (`UP`) or at most (`DOWN`) the graph, tight where the model pushes it.

        Raises:
            NotConvex: no rule says that the graph is convex (`UP`), concave (`DOWN`) or linear (`EXACT`).
        """
        rule: Callable[[Graph, int], Affine] | None = {
            "constant": self._constant,
            "column": self._column,
            "add": self._add,
            "negate": self._negate,
            "sum": self._sum,
            "multiply": self._multiply,
            "divide": self._divide,
            "power": self._power,
            "sqrt": self._sqrt,
            "exp": self._exp,
            "log": self._log,
            "log2": self._log,
            "log10": self._log,
            "abs": self._abs,
            "max": self._extreme,
            "min": self._extreme,
            "fold_max": self._extreme,
            "fold_min": self._extreme,
        }.get(graph.operation)
        if rule is None:
            raise _refused(graph, way)
        return rule(graph, way)

    # -- linear ----------------------------------------------------------------------------------------------

    def _constant(self, graph: Graph, way: int) -> Affine:
        assert graph.values is not None
        return constants(graph.values)

    def _column(self, graph: Graph, way: int) -> Affine:
        assert graph.columns is not None
        return of_columns(graph.columns)

    def _add(self, graph: Graph, way: int) -> Affine:
        return plus(*(self.bound(each, way) for each in graph.operands))

    def _negate(self, graph: Graph, way: int) -> Affine:
        return scaled(self.bound(graph.operands[0], -way), -1.0)

    def _sum(self, graph: Graph, way: int) -> Affine:
        assert graph.parents is not None
        return folded(self.bound(graph.operands[0], way), graph.parents, graph.size)

    def _times(self, factors: Values, graph: Graph, way: int) -> Affine:
        """Numbers times a graph; of one sign, or the graph is linear."""
        if (factors >= 0).all():
            return scaled(self.bound(graph, way), factors)
        if (factors <= 0).all():
            return scaled(self.bound(graph, -way), factors)
        return scaled(self.bound(graph, EXACT), factors)

    # -- products and powers ---------------------------------------------------------------------------------

    def _multiply(self, graph: Graph, way: int) -> Affine:
        factors = np.ones(graph.size)
        rest: list[Graph] = []
        for each in graph.operands:
            while each.operation == "negate":
                each, factors = each.operands[0], -factors
            value = number(each)
            if value is None:
                rest.append(each)
            else:
                factors = factors * value
        if not rest:
            return constants(factors)
        if len(rest) == 1:
            return self._times(factors, rest[0], way)
        if len(rest) == 2:
            return self._product(factors, rest[0], rest[1], graph, way)
        raise _refused(graph, way)

    def _product(self, factors: Values, one: Graph, other: Graph, graph: Graph, way: int) -> Affine:
        sign = 1 if (factors >= 0).all() else -1 if (factors <= 0).all() else 0
        if same(one, other) and way * sign == UP:
            return scaled(self._square(one), factors)
        for each, log in ((one, other), (other, one)):
            if log.operation in _BASES and way * sign == UP:
                return scaled(self._entropy(each, log, graph, way), factors / _BASES[log.operation])
        raise _refused(graph, way)

    def _square(self, graph: Graph) -> Affine:
        """Above the square of a linear graph, or of a convex one that is not negative."""
        base = self._base(graph)
        above = self.cones.fresh(graph.size, 0.0)
        self.cones.square_below(base, above, self.cones.ones(graph.size))
        return above

    def _base(self, graph: Graph) -> Affine:
        """What may be raised to an even power: linear, or convex and not negative."""
        try:
            return self.bound(graph, EXACT)
        except NotConvex:
            found = self.bound(graph, UP)
            if not _never_negative(graph):
                raise
            return found

    def _entropy(self, factor: Graph, log: Graph, graph: Graph, way: int) -> Affine:
        """Above x log(x / y) or x log(x)."""
        inside = log.operands[0]
        x = self.bound(factor, EXACT)
        if same(factor, inside):
            y = self.cones.ones(graph.size)
        elif inside.operation == "divide" and same(factor, inside.operands[0]):
            y = self.bound(inside.operands[1], EXACT)
        else:
            raise _refused(graph, way)
        above = self.cones.fresh(graph.size)
        # x exp(-above / x) <= y.
        self.cones.exponential(scaled(above, -1.0), x, y)
        return above

    def _divide(self, graph: Graph, way: int) -> Affine:
        top, bottom = graph.operands
        below = number(bottom)
        if below is not None:
            if (below == 0).any():
                raise NotConvex("divides by zero")
            return self._times(1.0 / below, top, way)
        sign = 1 if way == UP else -1
        divisor = self.bound(bottom, EXACT)
        least, _ = self.cones.ranges(divisor)
        if (least < 0).any():
            raise NotConvex("divides by what the bounds do not keep from being negative")
        above = self.cones.fresh(graph.size, 0.0)
        value = number(top)
        if value is not None and (sign * value >= 0).all() and way:
            self.cones.square_below(constants(np.sqrt(sign * value)), above, divisor)
            return scaled(above, sign)
        members = norms(self, top) if way == UP else None
        if members is None:
            raise _refused(graph, way)
        # |y|^2 <= above * divisor.
        self._norm_rows(members, [plus(above, divisor), plus(above, scaled(divisor, -1.0))], 2.0)
        return above

    def _norm_rows(self, members: Affine, heads: list[Affine], factor: float) -> None:
        """For N = 1: the first of `heads` is at least the norm of the others and of the scaled members."""
        self.cones.add(
            "second", len(heads) + len(members.constant), stacked([*heads, scaled(members, factor)])
        )

    def _power(self, graph: Graph, way: int) -> Affine:
        base, exponent = graph.operands
        powers = number(exponent)
        if powers is None:
            factors = number(base)
            if factors is None or (factors <= 0).any() or way != UP:
                raise _refused(graph, way)
            return self._above_exp(self._times(np.log(factors), exponent, UP))
        if len(np.unique(powers)) != 1:
            raise _refused(graph, way)
        p = float(powers[0])
        if p == 1:
            return self.bound(base, way)
        if p == 2 and way == UP:
            return self._square(base)
        one = self.cones.ones(graph.size)
        each = np.full(graph.size, 1.0)
        if way == UP and p > 1:
            inner = self._base(base)
            above = self.cones.fresh(graph.size, 0.0)
            if not (p.is_integer() and int(p) % 2 == 0):
                self._keep_positive(inner, base, p)
            self.cones.power(above, one, inner, each / p)
            return above
        if way == UP and p < 0:
            inner = self.bound(base, DOWN)
            if p.is_integer():
                self._keep_positive(inner, base, p)
            above = self.cones.fresh(graph.size, 0.0)
            # above * x**(-p) >= 1.
            self.cones.power(above, inner, one, each / (1 - p))
            return above
        if way == DOWN and 0 < p < 1:
            below = self.cones.fresh(graph.size)
            self.cones.power(self.bound(base, DOWN), one, below, each * p)
            return below
        raise _refused(graph, way)

    def _keep_positive(self, inner: Affine, base: Graph, power: float) -> None:
        """A power that is convex only above zero: known to be there, or not defined elsewhere."""
        if (self.cones.ranges(inner)[0] >= 0).all():
            return
        if power.is_integer():
            raise NotConvex(f"raises to the power {power:g} what may be negative")
        self.cones.nonnegative(inner)

    # -- roots, exponentials, logarithms ---------------------------------------------------------------------

    def _sqrt(self, graph: Graph, way: int) -> Affine:
        (inside,) = graph.operands
        if way == DOWN:
            below = self.cones.fresh(graph.size)
            self.cones.square_below(below, self.bound(inside, DOWN), self.cones.ones(graph.size))
            return below
        if way != UP:
            raise _refused(graph, way)
        above = self.cones.fresh(graph.size, 0.0)
        found = all_norms(self, inside)
        if found is None:
            raise _refused(graph, way)
        for k, members in enumerate(found):
            self._norm_rows(members, [repeated(above, np.array([k]))], 1.0)
        return above

    def _exp(self, graph: Graph, way: int) -> Affine:
        if way != UP:
            raise _refused(graph, way)
        return self._above_exp(self.bound(graph.operands[0], UP))

    def _above_exp(self, inner: Affine) -> Affine:
        size = len(inner.constant)
        above = self.cones.fresh(size, 0.0)
        self.cones.exponential(inner, self.cones.ones(size), above)
        return above

    def _log(self, graph: Graph, way: int) -> Affine:
        (inside,) = graph.operands
        factor = 1.0 / _BASES[graph.operation]
        if way == DOWN:
            below = self.cones.fresh(graph.size)
            self.cones.exponential(below, self.cones.ones(graph.size), self.bound(inside, DOWN))
            return scaled(below, factor)
        if way == UP and inside.operation in {"sum", "add"}:
            return scaled(self._log_sum_exp(inside, graph), factor)
        raise _refused(graph, way)

    def _log_sum_exp(self, inside: Graph, graph: Graph) -> Affine:
        """Above log(sum of exponentials): the sum of exp(x - above) is at most 1."""
        terms = [inside.operands[0]] if inside.operation == "sum" else list(inside.operands)
        if any(each.operation != "exp" for each in terms):
            raise _refused(graph, UP)
        above = self.cones.fresh(graph.size)
        total: list[Affine] = []
        for each in terms:
            inner = self.bound(each.operands[0], UP)
            parents = inside.parents if inside.operation == "sum" else np.arange(graph.size)
            assert parents is not None
            parts = self._above_exp(plus(inner, scaled(repeated(above, parents), -1.0)))
            total.append(folded(parts, parents, graph.size))
        self.cones.nonnegative(plus(self.cones.ones(graph.size), *(scaled(each, -1.0) for each in total)))
        return above

    # -- extremes --------------------------------------------------------------------------------------------

    def _abs(self, graph: Graph, way: int) -> Affine:
        if way != UP:
            raise _refused(graph, way)
        inner = self._base(graph.operands[0])
        above = self.cones.fresh(graph.size, 0.0)
        self.cones.nonnegative(interleaved([plus(above, inner), plus(above, scaled(inner, -1.0))]))
        return above

    def _extreme(self, graph: Graph, way: int) -> Affine:
        wanted = UP if graph.operation in {"max", "fold_max"} else DOWN
        if way != wanted:
            raise _refused(graph, way)
        beyond = self.cones.fresh(graph.size)
        for each in graph.operands:
            inner = self.bound(each, way)
            own = beyond if graph.parents is None else repeated(beyond, graph.parents)
            self.cones.nonnegative(scaled(plus(own, scaled(inner, -1.0)), float(way)))
        return beyond


def _refused(graph: Graph, way: int) -> NotConvex:
    shown = {"multiply": "a product", "divide": "a quotient", "power": "a power"}.get(
        graph.operation, f"`{graph.operation.removeprefix('fold_')}`"
    )
    return NotConvex(f"has {shown} where only a {_SHAPES[way]} function fits, and no rule shows that it is")


def number(graph: Graph) -> Values | None:
    """The values of a graph without columns; None for another."""
    from agentopt.compiling.evaluate import graph_values

    if _holds_columns(graph):
        return None
    return graph_values(graph, np.empty(0))


def _holds_columns(graph: Graph) -> bool:
    return graph.operation == "column" or any(_holds_columns(each) for each in graph.operands)


def _never_negative(graph: Graph) -> bool:
    """Whether a function cannot be below zero, whatever its argument."""
    if graph.operation in {"abs", "exp", "sqrt"}:
        return True
    if graph.operation == "power":
        powers = number(graph.operands[1])
        return powers is not None and bool((powers % 2 == 0).all())
    if graph.operation in {"add", "sum", "max", "fold_max"}:
        return all(_never_negative(each) for each in graph.operands)
    values = number(graph)
    return values is not None and bool((values >= 0).all())
