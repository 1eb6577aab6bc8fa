"""Graphs that are sums of squares: what stands under a root, or over a divisor."""

from __future__ import annotations

__all__ = ["all_norms", "norms", "same"]

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from agentopt.compiling.arrays import Affine, Graph, Indices
from agentopt.formulation.instance import Values
from agentopt.solvers.conic.cones import NotConvex
from agentopt.solvers.conic.quadratics import MAX_DENSE, Form, squares
from agentopt.solvers.conic.vectors import constants, folded, of_columns, plus, repeated, scaled, stacked

if TYPE_CHECKING:
    from agentopt.solvers.conic.disciplined import Rules


def same(one: Graph, other: Graph) -> bool:
    """Whether two graphs are the same expression, written the same way."""
    if one is other:
        return True
    if (one.operation, one.size, len(one.operands)) != (other.operation, other.size, len(other.operands)):
        return False
    for a, b in ((one.values, other.values), (one.columns, other.columns), (one.parents, other.parents)):
        if (a is None) != (b is None):
            return False
        if a is not None and b is not None and not np.array_equal(a, b):
            return False
    return all(same(a, b) for a, b in zip(one.operands, other.operands, strict=True))


def norms(rules: Rules, graph: Graph) -> Affine | None:
    """For a graph of one value: expressions whose squares add up to it; None if none are found."""
    found = all_norms(rules, graph)
    return None if found is None or len(found) != 1 else found[0]


def all_norms(rules: Rules, graph: Graph) -> list[Affine] | None:
    """For each value of a graph, expressions whose squares add up to it; None if none are found."""
    written = _squares(rules, graph)
    if written is not None:
        points, members = written
        return [repeated(members, np.flatnonzero(points == k)) for k in range(graph.size)]
    read = _read(graph)
    if read is None:
        return None
    try:
        return [_factored(read, k) for k in range(graph.size)]
    except NotConvex:
        return None


def _squares(rules: Rules, graph: Graph) -> tuple[Indices, Affine] | None:
    """Squares as they are written, with the value each belongs to."""
    from agentopt.solvers.conic.disciplined import EXACT, number

    own = np.arange(graph.size)
    values = number(graph)
    if values is not None:
        return (own, constants(np.sqrt(values))) if (values >= 0).all() else None
    match graph.operation:
        case "add":
            parts = [_squares(rules, each) for each in graph.operands]
            if any(part is None for part in parts):
                return None
            known = [part for part in parts if part is not None]
            return np.concatenate([part[0] for part in known]), stacked([part[1] for part in known])
        case "sum":
            found = _squares(rules, graph.operands[0])
            assert graph.parents is not None
            return None if found is None else (graph.parents[found[0]], found[1])
        case "power":
            powers = number(graph.operands[1])
            if powers is None or (powers != 2).any():
                return None
            base, factors = graph.operands[0], np.ones(graph.size)
        case "multiply":
            numbers = [number(each) for each in graph.operands]
            factors = np.ones(graph.size)
            for value in numbers:
                factors = factors if value is None else factors * value
            rest = [each for each, value in zip(graph.operands, numbers, strict=True) if value is None]
            if (factors < 0).any():
                return None
            if len(rest) == 1:
                found = _squares(rules, rest[0])
                return None if found is None else (found[0], scaled(found[1], np.sqrt(factors[found[0]])))
            if len(rest) != 2 or not same(*rest):
                return None
            base = rest[0]
        case _:
            return None
    try:
        return own, scaled(rules.bound(base, EXACT), np.sqrt(factors))
    except NotConvex:
        return None


@dataclass(frozen=True, eq=False)
class _Quadratics:
    """N polynomials of degree two: linear parts, and `values * x[first] * x[second]` in number `points`."""

    linear: Affine
    points: Indices
    first: Indices
    second: Indices
    values: Values


def _read(graph: Graph) -> _Quadratics | None:
    """A graph as polynomials of degree two; None where it is something else."""
    from agentopt.solvers.conic.disciplined import number

    values = number(graph)
    if values is not None:
        return _linear(constants(values))
    parts = [_read(each) for each in graph.operands]
    if any(part is None for part in parts):
        return None
    known = [part for part in parts if part is not None]
    match graph.operation:
        case "column":
            assert graph.columns is not None
            return _linear(of_columns(graph.columns))
        case "add":
            return _total(known)
        case "negate":
            return _scaled(known[0], -np.ones(graph.size))
        case "sum":
            assert graph.parents is not None
            one = known[0]
            return _Quadratics(
                folded(one.linear, graph.parents, graph.size),
                graph.parents[one.points],
                one.first,
                one.second,
                one.values,
            )
        case "multiply":
            found: _Quadratics | None = known[0]
            for each in known[1:]:
                found = None if found is None else _times(found, each)
            return found
        case "power":
            powers = number(graph.operands[1])
            return _times(known[0], known[0]) if powers is not None and (powers == 2).all() else None
    return None


def _linear(part: Affine) -> _Quadratics:
    nothing = np.empty(0, dtype=np.int64)
    return _Quadratics(part, nothing, nothing, nothing, np.empty(0))


def _total(parts: list[_Quadratics]) -> _Quadratics:
    return _Quadratics(
        plus(*(each.linear for each in parts)),
        np.concatenate([each.points for each in parts]),
        np.concatenate([each.first for each in parts]),
        np.concatenate([each.second for each in parts]),
        np.concatenate([each.values for each in parts]),
    )


def _scaled(one: _Quadratics, factors: Values) -> _Quadratics:
    return _Quadratics(
        scaled(one.linear, factors), one.points, one.first, one.second, one.values * factors[one.points]
    )


def _times(one: _Quadratics, other: _Quadratics) -> _Quadratics | None:
    """The product, as long as its degree is two at most."""
    for a, b in ((one, other), (other, one)):
        if not len(a.linear.columns) and not len(a.points):
            return _scaled(b, a.linear.constant)
    if len(one.points) or len(other.points):
        return None
    p, q = one.linear, other.linear
    order = np.argsort(q.points, kind="stable")
    counts = np.bincount(q.points, minlength=len(q.constant))
    starts = np.cumsum(counts) - counts
    repeats = counts[p.points]
    left = np.repeat(np.arange(len(p.points)), repeats)
    offsets = np.arange(int(repeats.sum())) - np.repeat(np.cumsum(repeats) - repeats, repeats)
    right = order[np.repeat(starts[p.points], repeats) + offsets]
    crossed = plus(
        scaled(Affine(np.zeros_like(p.constant), p.points, p.columns, p.values), q.constant),
        scaled(Affine(np.zeros_like(q.constant), q.points, q.columns, q.values), p.constant),
        constants(p.constant * q.constant),
    )
    return _Quadratics(
        crossed, p.points[left], p.columns[left], q.columns[right], p.values[left] * q.values[right]
    )


def _factored(read: _Quadratics, k: int) -> Affine:
    """Expressions whose squares add up to polynomial number k.

    Raises:
        NotConvex: it is no sum of squares of linear expressions.
    """
    linear = repeated(read.linear, np.array([k]))
    mine = read.points == k
    used = np.unique(np.concatenate([read.first[mine], read.second[mine], linear.columns]))
    if len(used) + 1 > MAX_DENSE:
        raise NotConvex("was not proved convex")
    one = len(used)
    first, second = np.searchsorted(used, read.first[mine]), np.searchsorted(used, read.second[mine])
    places = np.searchsorted(used, linear.columns)
    # The constant is one more coordinate, the last.
    form = Form(
        np.concatenate([first, places, [one]]),
        np.concatenate([second, np.full(len(places), one), [one]]),
        np.concatenate([read.values[mine], linear.values, linear.constant]),
    )
    members = squares(form)
    shift = members.columns == one
    constant = np.bincount(
        members.points[shift], weights=members.values[shift], minlength=len(members.constant)
    ).astype(float)
    rest = np.flatnonzero(~shift)
    return Affine(constant, members.points[rest], used[members.columns[rest]], members.values[rest])
