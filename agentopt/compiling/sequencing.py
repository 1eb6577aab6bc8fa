"""Sequencing statements: kept as they are for constraint solvers, and restated as rows for all others.

Each becomes a `Structure` per point of its scope. The restatement (`agentopt.compiling.restating`) is exact,
so that any engine for linear problems with integers may solve the model, and the answer of a constraint
solver is checked against rows it never saw.
"""

from __future__ import annotations

__all__ = ["affine", "element", "joined", "read", "state"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling import restating, semidefinite
from agentopt.compiling.arrays import Affine, Integrality
from agentopt.compiling.build import Terms, flat_columns
from agentopt.compiling.reformulate import Rewriter, Scope
from agentopt.compiling.restating import Arcs, Tasks
from agentopt.compiling.terms import Auxiliary
from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.generators import expand
from agentopt.formulation.instance import Values

Groups = NDArray[np.integer]


@dataclass(frozen=True, eq=False)
class _Members:
    """One argument written out: the scope of its members, what they are, and the point each belongs to."""

    scope: Scope
    body: t.Expr
    groups: Groups
    arcs: tuple[str, ...] = ()


def state(rewriter: Rewriter, form: t.Form, scope: Scope) -> None:
    """State a form at each point of a scope.

    Raises:
        CompileError: a bound is missing that the restatement needs, or data is out of its range.
    """
    scope = scope.at(scope.frame)
    match form.kind:
        case "no_overlap":
            tasks = _tasks(rewriter, form.kind, form.arguments, scope)
            for group in tasks.numbers:
                restating.no_overlap(rewriter, scope, tasks.take(group))
        case "cumulative":
            tasks = _tasks(rewriter, form.kind, form.arguments[1:], scope)
            capacity, _ = read(rewriter, form.arguments[0], scope, form.kind)
            for group in tasks.numbers:
                restating.cumulative(rewriter, scope, tasks.take(group), capacity.take(np.array([group])))
        case "circuit":
            arcs = _arcs(rewriter, form.kind, form.arguments[0], scope)
            for group in np.unique(arcs.groups):
                restating.circuit(rewriter, scope, arcs.take(int(group)))
        case "semidefinite":
            _matrices(rewriter, form.arguments[0], scope)
        case _:
            _routes(rewriter, form.arguments, scope)


def read(rewriter: Rewriter, expr: t.Expr, scope: Scope, kind: str) -> tuple[Affine, Terms]:
    """A linear expression at every point of a scope.

    Raises:
        CompileError: it is not linear.
    """
    terms = rewriter.terms(expr, scope)
    return affine(terms, scope, kind), terms


def affine(terms: Terms, scope: Scope, kind: str) -> Affine:
    """Terms over a scope, written out."""
    if terms.quadratic:
        raise CompileError(f"`{kind}` holds a product of variables", hint="give the product its own variable")
    constant = np.broadcast_to(terms.constant, scope.frame.lengths).reshape(-1).astype(float)
    parts = [flat_columns(monomial) for monomial in terms.linear]
    nothing = np.empty(0, dtype=np.int64)
    return Affine(
        constant,
        np.concatenate([nothing, *(rows for rows, _, _ in parts)]).astype(np.int64),
        np.concatenate([nothing, *(columns[0] for _, columns, _ in parts)]).astype(np.int64),
        np.concatenate([np.empty(0), *(values for _, _, values in parts)]),
    )


def element(rewriter: Rewriter, arguments: Sequence[t.Expr], scope: Scope) -> Auxiliary:
    """Columns with the value at a place, one per point of a scope; places are counted from 1."""
    place_expr, *values = arguments
    scope = scope.at(scope.frame)
    place, terms = read(rewriter, place_expr, scope, "element")
    if not rewriter.logic.integral(terms):
        raise CompileError("the place in `element` is a whole number", hint="declare it `domain: integer`")
    members = [_expanded(rewriter, each, scope) for each in values]
    found = [read(rewriter, each.body, each.scope, "element") for each in members]
    bounds = [
        rewriter.interval(terms, each.scope.frame) for each, (_, terms) in zip(members, found, strict=True)
    ]
    for each, bound in zip(members, bounds, strict=True):
        rewriter.finite(np.stack([bound.low, bound.high]), bound, each.scope, "`element`")
    low, high = (
        np.concatenate([np.broadcast_to(side, each.scope.frame.lengths).reshape(-1) for side, each in part])
        for part in (
            zip([b.low for b in bounds], members, strict=True),
            zip([b.high for b in bounds], members, strict=True),
        )
    )
    groups = np.concatenate([each.groups for each in members])
    integral = all(rewriter.logic.integral(terms) for _, terms in found)
    size = scope.frame.size
    if len(np.unique(groups)) < size:
        raise CompileError("`element` over no values", hint="leave such indices out with `if`")
    least, most = np.full(size, np.inf), np.full(size, -np.inf)
    np.minimum.at(least, groups, low)
    np.maximum.at(most, groups, high)
    kind = Integrality.INTEGER if integral else Integrality.CONTINUOUS
    shape = scope.frame.lengths
    value, _ = rewriter.columns(scope, least.reshape(shape), most.reshape(shape), kind, "element")
    member = joined([affine_ for affine_, _ in found])
    for point in range(size):
        picked = np.flatnonzero(groups == point)
        restating.element(
            rewriter,
            scope,
            place.take(np.array([point])),
            member.take(picked),
            np.stack([low[picked], high[picked]]),
            value.start + point,
        )
    return value


# -- reading members -----------------------------------------------------------------------------------------


def _expanded(rewriter: Rewriter, member: t.Expr, scope: Scope) -> _Members:
    """One argument over one axis, in the order listed."""
    body, grown, env = member, scope.frame.rooted(), scope.env
    names: tuple[str, ...] = ()
    if isinstance(member, t.Aggregate) and member.function == "each":
        grown, env = expand(rewriter.data, grown, env, member.generators)
        body = member.body
        names = tuple(env[target] for generator in member.generators for target in generator.targets)
    grown = grown.merge(range(len(grown.lengths)))
    groups = np.broadcast_to(grown.parent_numbers(), grown.lengths).reshape(-1)
    shown = tuple((key, key) for key in grown.indices if not key.startswith("#"))
    return _Members(Scope(scope.name, grown.rooted(), env, shown), body, groups, names)


def _truth(rewriter: Rewriter, expr: t.Expr, scope: Scope) -> Affine:
    """A condition as expressions that are 1 where it holds and 0 where not."""
    if rewriter.space.is_data(expr) and not isinstance(expr, t.Form):
        truth = rewriter.data.truth(expr, scope.frame, scope.env)
        nothing = np.empty(0, dtype=np.int64)
        held = np.broadcast_to(truth, scope.frame.lengths).reshape(-1).astype(float)
        return Affine(held, nothing, nothing, np.empty(0))
    literal, lifted = rewriter.logic.literal(expr, scope, forward=True, backward=True)
    sign = -1.0 if literal.negated else 1.0
    item = rewriter.times(literal.item, lifted.frame, sign)
    constant = np.full((1,) * len(scope.frame.lengths), 1.0 if literal.negated else 0.0)
    return affine(Terms(constant, [item]), scope, "a condition")


def _data(rewriter: Rewriter, expr: t.Expr, scope: Scope) -> Values:
    found = rewriter.data.number(expr, scope.frame, scope.env)
    return np.broadcast_to(found, scope.frame.lengths).reshape(-1).astype(float)


def joined(parts: Sequence[Affine]) -> Affine:
    """Expressions one after the other."""
    starts = np.cumsum([0, *(len(part.constant) for part in parts)])
    return Affine(
        np.concatenate([part.constant for part in parts]),
        np.concatenate([part.points + start for part, start in zip(parts, starts, strict=False)]),
        np.concatenate([part.columns for part in parts]),
        np.concatenate([part.values for part in parts]),
    )


def _tasks(rewriter: Rewriter, kind: str, arguments: Sequence[t.Expr], scope: Scope) -> Tasks:
    """The tasks of `no_overlap` and `cumulative` at all points."""
    found = []
    for argument in arguments:
        each = _expanded(rewriter, argument, scope)
        if not each.scope.frame.size:
            continue
        assert isinstance(each.body, t.Form)
        start_expr, length_expr, *rest = each.body.arguments
        start, start_terms = read(rewriter, start_expr, each.scope, kind)
        length, length_terms = read(rewriter, length_expr, each.scope, kind)
        spans = [rewriter.interval(terms, each.scope.frame) for terms in (start_terms, length_terms)]
        sides = []
        for span in spans:
            rewriter.finite(np.stack([span.low, span.high]), span, each.scope, f"`{kind}`")
            sides += [
                np.broadcast_to(side, each.scope.frame.lengths).reshape(-1) for side in (span.low, span.high)
            ]
        if (sides[2] < 0).any():
            raise CompileError(f"a length in `{kind}` may be below zero", hint="give it `lower: 0`")
        whole = all(rewriter.logic.integral(terms) for terms in (start_terms, length_terms))
        if kind == "cumulative" and not whole:
            raise CompileError(
                "`cumulative` is about whole numbers: starts and lengths",
                hint="declare the starts `domain: integer`",
            )
        need = (
            _data(rewriter, rest.pop(0), each.scope)
            if kind == "cumulative"
            else np.zeros(len(start.constant))
        )
        if (need < 0).any():
            raise CompileError("a need in `cumulative` is below zero", hint="look at the data it is from")
        present = (
            _truth(rewriter, rest[0], each.scope)
            if rest
            else Affine(np.ones(len(need)), *(np.empty(0, dtype=np.int64),) * 2, np.empty(0))
        )
        found.append(Tasks(start, length, present, need, np.stack(sides), each.groups))
    if not found:
        return Tasks.none()
    return Tasks(
        joined([each.start for each in found]),
        joined([each.length for each in found]),
        joined([each.present for each in found]),
        np.concatenate([each.need for each in found]),
        np.concatenate([each.sides for each in found], axis=1),
        np.concatenate([each.groups for each in found]),
    )


def _arcs(rewriter: Rewriter, kind: str, argument: t.Expr, scope: Scope) -> Arcs:
    """The arcs of `circuit` and `routes` at all points; nodes are tuples of labels."""
    each = _expanded(rewriter, argument, scope)
    body = each.body
    loads = np.zeros(each.scope.frame.size)
    if isinstance(body, t.Form) and body.kind == "tuple":
        body, load = body.arguments
        loads = _data(rewriter, load, each.scope)
    names, half = each.arcs, len(each.arcs) // 2
    if not names or len(names) % 2:
        raise CompileError(f"an arc of `{kind}` has two ends", hint="`for i in N for j in N if i != j`")
    columns = [each.scope.frame.column(name).astype(np.int64) for name in names]
    tails, heads = np.stack(columns[:half], axis=1), np.stack(columns[half:], axis=1)
    literal = _truth(rewriter, body, each.scope)
    return Arcs(literal, tails, heads, loads, each.groups)


def _matrices(rewriter: Rewriter, argument: t.Expr, scope: Scope) -> None:
    """The matrices of `semidefinite`, one per point."""
    each = _expanded(rewriter, argument, scope)
    entries, _ = read(rewriter, each.body, each.scope, "semidefinite")
    names, half = each.arcs, len(each.arcs) // 2
    if not names or len(names) % 2:
        raise CompileError(
            "an entry of `semidefinite` has a row and a column", hint="`x[i, j] for i in N for j in N`"
        )
    columns = np.stack([each.scope.frame.column(name).astype(np.int64) for name in names], axis=1)
    for group in np.unique(each.groups):
        picked = np.flatnonzero(each.groups == group)
        semidefinite.state(
            rewriter, scope.name, entries.take(picked), columns[picked, :half], columns[picked, half:]
        )


def _routes(rewriter: Rewriter, arguments: Sequence[t.Expr], scope: Scope) -> None:
    depot_expr, capacity_expr, arcs_expr = arguments
    arcs = _arcs(rewriter, "routes", arcs_expr, scope)
    if arcs.tails.shape[1] != 1:
        raise CompileError("the nodes of `routes` have one label each", hint="use a set of plain labels")
    depots = np.broadcast_to(
        rewriter.data.codes(depot_expr, scope.frame, scope.env), scope.frame.lengths
    ).reshape(-1)
    capacities = _data(rewriter, capacity_expr, scope)
    for group in np.unique(arcs.groups):
        restating.routes(rewriter, scope, arcs.take(int(group)), int(depots[group]), float(capacities[group]))
