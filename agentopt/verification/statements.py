"""By how much a statement is violated at a point: comparisons, logic, counts, SOS and all-different.

`and` is violated by as much as its worst part, `or` by as much as its best, `implies(a, b)` is `not a or
b`; `at most k` of n hold when n - k of the negations do. `a < b` means `a <= b - 1` between integers;
between real quantities it is measured as `a <= b`, as it was solved, and whether equality occurs is a
matter for the certificate.
"""

from __future__ import annotations

__all__ = ["gaps", "integral"]

import itertools
import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from agentopt.formulation import tree as t
from agentopt.verification.elements import Env, Missing, Scope
from agentopt.verification.enclosures import Number, ends, size
from agentopt.verification.exact import Evaluator
from agentopt.verification.gap import ABSOLUTE, FALSE, NONE, RELATIVE, Gap
from agentopt.verification.polynomials import Polynomial

Measure = Callable[[Env], Gap]

_OPPOSITE: dict[str, t.CompareOperator] = {"<=": ">", ">=": "<", "<": ">=", ">": "<=", "==": "!=", "!=": "=="}
_WHOLE = frozenset(["binary", "integer", "semiinteger"])


def gaps(evaluator: Evaluator, expr: t.Expr, scope: Scope) -> Measure:
    """How much a statement is violated, as a function of the indices.

    Raises:
        Missing: it cannot be evaluated; on a call, at these indices.
    """
    if not isinstance(expr, t.Form) and evaluator.is_data(expr) and not _measurable(evaluator, expr, scope):
        truth = evaluator.truth(expr, scope)
        return lambda env: NONE if truth(env) else FALSE
    match expr:
        case t.And(operands=operands):
            parts = [gaps(evaluator, each, scope) for each in operands]
            return lambda env: _worst([part(env) for part in parts])
        case t.Or(operands=operands):
            parts = [gaps(evaluator, each, scope) for each in operands]
            return lambda env: _best([part(env) for part in parts])
        case t.Not(operand=operand):
            return _negated(evaluator, operand, scope)
        case t.Compare(operands=operands, operators=operators):
            links = [
                _link(evaluator, a, o, b, scope)
                for a, o, b in zip(operands, operators, operands[1:], strict=False)
            ]
            return links[0] if len(links) == 1 else lambda env: _worst([link(env) for link in links])
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            chosen = evaluator.truth(condition, scope)
            first, second = gaps(evaluator, then, scope), gaps(evaluator, otherwise, scope)
            return lambda env: first(env) if chosen(env) else second(env)
        case t.Aggregate(function="all" | "any" as function, body=body, generators=generators):
            walk, inner = evaluator.walk(generators, scope)
            each = gaps(evaluator, body, inner)
            fold = _worst if function == "all" else _best
            return lambda env: fold([each(e) for e in walk(env)])
        case t.Form(kind="implies", arguments=(premise, conclusion)):
            return gaps(evaluator, t.Or((t.Not(premise), conclusion)), scope)
        case t.Form(kind="iff", arguments=(one, other)):
            both = t.And((one, other))
            neither = t.And((t.Not(one), t.Not(other)))
            return gaps(evaluator, t.Or((both, neither)), scope)
        case t.Form(kind="at_most" | "at_least" | "exactly" as kind, arguments=(count, *members)):
            return _counted(evaluator, kind, count, members, scope)
        case t.Form(kind="sos1" | "sos2" | "alldifferent" as kind, arguments=members):
            return _special(evaluator, kind, members, scope)
        case t.Form(kind="semidefinite", arguments=(entries,)):
            from agentopt.verification.semidefinite import matrix_gaps

            return matrix_gaps(evaluator, entries, scope)
        case t.Form(kind="circuit" | "routes" | "no_overlap" | "cumulative"):
            from agentopt.verification.sequences import sequence_gaps

            return sequence_gaps(evaluator, expr, scope, _holds)
    value = evaluator.number(expr, scope)
    return lambda env: _at_least(_plain(value(env)), Fraction(1), linear=True)


def _holds(evaluator: Evaluator, expr: t.Expr, scope: Scope) -> Callable[[Env], bool]:
    """Whether a condition holds, as a function of the indices."""
    measure = gaps(evaluator, expr, scope)
    return lambda env: measure(env).holds


def _measurable(evaluator: Evaluator, expr: t.Expr, scope: Scope) -> bool:
    """Whether a statement compares numbers, not labels, and so is off by an amount."""
    return isinstance(expr, t.Compare) and not any(evaluator.is_label(side, scope) for side in expr.operands)


def _negated(evaluator: Evaluator, expr: t.Expr, scope: Scope) -> Measure:
    match expr:
        case t.Not(operand=operand):
            return gaps(evaluator, operand, scope)
        case t.And(operands=operands):
            return gaps(evaluator, t.Or(tuple(t.Not(each) for each in operands)), scope)
        case t.Or(operands=operands):
            return gaps(evaluator, t.And(tuple(t.Not(each) for each in operands)), scope)
        case t.Compare(operands=operands, operators=operators):
            links = zip(operands, operators, operands[1:], strict=False)
            return gaps(
                evaluator, t.Or(tuple(t.Compare((a, b), (_OPPOSITE[o],)) for a, o, b in links)), scope
            )
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            return gaps(evaluator, t.Choice(condition, t.Not(then), t.Not(otherwise)), scope)
        case t.Aggregate(function="any" | "all" as function, body=body, generators=generators):
            other = "all" if function == "any" else "any"
            return gaps(evaluator, t.Aggregate(other, t.Not(body), generators), scope)
        case t.Form(kind="implies", arguments=(premise, conclusion)):
            return gaps(evaluator, t.And((premise, t.Not(conclusion))), scope)
        case t.Form(kind="iff", arguments=(one, other)):
            return gaps(evaluator, t.Form("iff", (one, t.Not(other))), scope)
        case t.Form(kind="at_most", arguments=(count, *members)):
            return gaps(evaluator, t.Form("at_least", (t.Add((count, t.Number(1))), *members)), scope)
        case t.Form(kind="at_least", arguments=(count, *members)):
            return gaps(evaluator, t.Form("at_most", (t.Add((count, t.Number(-1))), *members)), scope)
        case t.Form(kind="exactly", arguments=(count, *members)):
            fewer = t.Form("at_most", (t.Add((count, t.Number(-1))), *members))
            more = t.Form("at_least", (t.Add((count, t.Number(1))), *members))
            return gaps(evaluator, t.Or((fewer, more)), scope)
        case t.Form(kind=kind):
            raise Missing(f"`not {kind}(...)` cannot be evaluated")
    value = evaluator.number(expr, scope)
    return lambda env: _at_least(-_plain(value(env)), Fraction(0), linear=True)


def _link(evaluator: Evaluator, left: t.Expr, operator: str, right: t.Expr, scope: Scope) -> Measure:
    first, second = evaluator.number(left, scope), evaluator.number(right, scope)
    linear = evaluator.degree(left) <= 1 and evaluator.degree(right) <= 1
    if operator == "!=":
        return lambda env: _apart(_plain(first(env)), _plain(second(env)))
    step = Fraction(0)
    if operator in {"<", ">"} and integral(evaluator, left) and integral(evaluator, right):
        step = Fraction(1)
    if operator in {"<", "<="}:
        return lambda env: _at_least(_plain(second(env)), _plain(first(env)), step, linear=linear)
    if operator in {">", ">="}:
        return lambda env: _at_least(_plain(first(env)), _plain(second(env)), step, linear=linear)

    def equal(env: Env) -> Gap:
        a, b = _plain(first(env)), _plain(second(env))
        return _worst([_at_least(a, b, linear=linear), _at_least(b, a, linear=linear)])

    return equal


def _at_least(value: Number, limit: Number, step: Fraction = Fraction(0), *, linear: bool) -> Gap:
    """How much `value >= limit + step` is violated."""
    (low, high), (least, most) = ends(value), ends(limit)
    return Gap(
        max(Fraction(0), least + step - high),
        max(Fraction(0), most + step - low),
        _allowed(max(abs(low), abs(most)), linear),
    )


def _allowed(size: Fraction, linear: bool) -> Fraction:
    if linear:
        return ABSOLUTE if size <= 1 else ABSOLUTE + RELATIVE * size
    return ABSOLUTE * max(Fraction(1), size)


def _apart(a: Number, b: Number) -> Gap:
    """How much two integers fail to differ."""
    (low, high), (least, most) = ends(a), ends(b)
    nearest = max(Fraction(0), low - most, least - high)
    farthest = max(abs(high - least), abs(most - low))
    return Gap(max(Fraction(0), 1 - farthest), max(Fraction(0), 1 - nearest), ABSOLUTE)


def _worst(found: Sequence[Gap]) -> Gap:
    return max(found, key=_rank, default=NONE)


def _best(found: Sequence[Gap]) -> Gap:
    return min(found, key=_rank, default=FALSE)


def _rank(gap: Gap) -> Fraction:
    return gap.high / gap.allowed


def _plain(value: Number | Polynomial) -> Number:
    if isinstance(value, Polynomial):
        raise Missing("a statement about symbols has no value")
    return value


def _counted(
    evaluator: Evaluator, kind: str, count: t.Expr, members: Sequence[t.Expr], scope: Scope
) -> Measure:
    """`at_least k`: the k-th smallest violation; `at_most k`: the (n - k)-th smallest of the negations."""
    limit = evaluator.number(count, scope)
    holding = [_each(evaluator, member, scope, negate=False) for member in members]
    failing = [_each(evaluator, member, scope, negate=True) for member in members]

    def kth(found: list[Gap], k: int) -> Gap:
        if k <= 0:
            return NONE
        return sorted(found, key=_rank)[k - 1] if k <= len(found) else FALSE

    def measured(env: Env) -> Gap:
        number = _plain(limit(env))
        low, high = ends(number)
        parts = []
        if kind != "at_most":
            parts.append(kth([g for part in holding for g in part(env)], math.ceil(low - ABSOLUTE)))
        if kind != "at_least":
            found = [g for part in failing for g in part(env)]
            parts.append(kth(found, len(found) - math.floor(high + ABSOLUTE)))
            if math.floor(high + ABSOLUTE) < 0:
                parts.append(FALSE)
        return _worst(parts)

    return measured


def _each(evaluator: Evaluator, member: t.Expr, scope: Scope, *, negate: bool) -> Callable[[Env], list[Gap]]:
    if isinstance(member, t.Aggregate) and member.function == "each":
        walk, inner = evaluator.walk(member.generators, scope)
        each = gaps(evaluator, t.Not(member.body) if negate else member.body, inner)
        return lambda env: [each(e) for e in walk(env)]
    single = gaps(evaluator, t.Not(member) if negate else member, scope)
    return lambda env: [single(env)]


def _special(evaluator: Evaluator, kind: str, members: Sequence[t.Expr], scope: Scope) -> Measure:
    parts: list[Callable[[Env], list[Number]]] = [_values(evaluator, member, scope) for member in members]

    def measured(env: Env) -> Gap:
        found = [value for part in parts for value in part(env)]
        if kind == "alldifferent":
            ordered = sorted(found, key=ends)
            return _worst([_apart(a, b) for a, b in itertools.pairwise(ordered)])
        sizes = [ends(size(value)) for value in found]
        width = 1 if kind == "sos1" else 2
        windows = [
            Gap(
                max((low for low, _ in outside), default=Fraction(0)),
                max((high for _, high in outside), default=Fraction(0)),
            )
            for start in range(max(1, len(sizes) - width + 1))
            for outside in [sizes[:start] + sizes[start + width :]]
        ]
        return _best(windows) if windows else NONE

    return measured


def _values(evaluator: Evaluator, member: t.Expr, scope: Scope) -> Callable[[Env], list[Number]]:
    if isinstance(member, t.Aggregate) and member.function == "each":
        walk, inner = evaluator.walk(member.generators, scope)
        each = evaluator.number(member.body, inner)
        return lambda env: [_plain(each(e)) for e in walk(env)]
    single = evaluator.number(member, scope)
    return lambda env: [_plain(single(env))]


def integral(evaluator: Evaluator, expr: t.Expr) -> bool:
    """Whether an expression takes integer values only, as far as its parts show."""
    f = evaluator.instance.formulation
    for node in t.walk(expr):
        match node:
            case t.Divide() | t.Power() | t.Choice() | t.Form() | t.Label():
                return False
            case t.Call(function=function) if function not in {"len", "ord", "abs", "min", "max"}:
                return False
            case t.Aggregate(function="norm"):
                return False
            case t.Number(value=value) if value != int(value):
                return False
            case t.Name() | t.Item():
                name = node.id if isinstance(node, t.Name) else node.name
                if name in f.variables:
                    if f.variables[name].domain not in _WHOLE:
                        return False
                elif name in evaluator.instance.parameters:
                    if not evaluator.whole(name):
                        return False
                elif isinstance(node, t.Name) and name not in evaluator.instance.sets:
                    found = evaluator.labels.numeric
                    if (found != found.round())[found == found].any():
                        return False
    return True
