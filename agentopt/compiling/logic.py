"""Logical statements as rows and binaries: implies, iff, and, or, not, at most k, any, all.

A statement is *enforced*, always or whenever a literal is true. A literal is a 0-1 column, or its
complement, tied to a condition in one direction or both; a condition on one binary variable is its own
literal. Conditional rows use big-M from proven bounds. The negation of `a <= b` is `a >= b + 1` where
both sides are integers; otherwise it is taken closed (`a >= b`) and a warning says so, because no solver
knows strict inequalities.
"""

from __future__ import annotations

__all__ = ["Literal", "Logic", "negation"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.build import Terms, flat_columns
from agentopt.compiling.terms import Auxiliary, Columns, Monomial, Pending, columns_of
from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.frames import Frame
from agentopt.formulation.generators import expand, filtered
from agentopt.formulation.instance import Values

if TYPE_CHECKING:
    from agentopt.compiling.reformulate import Rewriter, Scope

_OPPOSITE: dict[str, t.CompareOperator] = {"<=": ">", ">=": "<", "<": ">=", ">": "<=", "==": "!=", "!=": "=="}

_PARTS = (1, 2, 3, 4, 5, 6, 8, 10, 20, 100, 1000)
"""Fractions that count as coefficients of integers: halves, thirds and so on."""


_MEMBERS = frozenset(["sos1", "sos2", "alldifferent"])
_ALONE = _MEMBERS | {"circuit", "routes", "no_overlap", "cumulative", "semidefinite"}
"""Forms that are stated on their own, not under a condition."""


@dataclass(frozen=True)
class Literal:
    """A 0-1 column, or `1 - column` when `negated`."""

    item: Auxiliary | Pending
    negated: bool = False

    def complement(self) -> Literal:
        """True exactly when this one is false."""
        return replace(self, negated=not self.negated)


def negation(expr: t.Expr) -> t.Expr:
    """`not expr` with the `not` pushed down to comparisons.

    >>> from agentopt.formulation.parse import parse_expression
    >>> negation(parse_expression("x <= 1 and y > 2")) == parse_expression("x > 1 or y <= 2")
    True
    """
    match expr:
        case t.Not(operand=operand):
            return operand
        case t.And(operands=operands):
            return t.Or(tuple(negation(each) for each in operands))
        case t.Or(operands=operands):
            return t.And(tuple(negation(each) for each in operands))
        case t.Member():
            return replace(expr, negated=not expr.negated)
        case t.Compare(operands=operands, operators=operators):
            links = zip(operands, operators, operands[1:], strict=False)
            flipped = [t.Compare((a, b), (_OPPOSITE[o],)) for a, o, b in links]
            return flipped[0] if len(flipped) == 1 else t.Or(tuple(flipped))
        case t.Form(kind="implies", arguments=(premise, conclusion)):
            return t.And((premise, negation(conclusion)))
        case t.Form(kind="iff", arguments=(one, other)):
            return t.Form("iff", (one, negation(other)))
        case t.Form(kind="at_most", arguments=(count, *rest)):
            return t.Form("at_least", (t.Add((count, t.Number(1))), *rest))
        case t.Form(kind="at_least", arguments=(count, *rest)):
            return t.Form("at_most", (t.Add((count, t.Number(-1))), *rest))
        case t.Form(kind="exactly", arguments=(count, *rest)):
            fewer = t.Form("at_most", (t.Add((count, t.Number(-1))), *rest))
            more = t.Form("at_least", (t.Add((count, t.Number(1))), *rest))
            return t.Or((fewer, more))
        case t.Aggregate(function="any", body=body, generators=generators):
            return t.Aggregate("all", negation(body), generators)
        case t.Aggregate(function="all", body=body, generators=generators):
            return t.Aggregate("any", negation(body), generators)
    return t.Not(expr)


class Logic:
    """Enforces statements with the columns and rows of a `Rewriter`."""

    def __init__(self, rewriter: Rewriter) -> None:
        self.rewriter = rewriter
        self.data, self.space, self.builder = rewriter.data, rewriter.space, rewriter.builder

    # -- statements ------------------------------------------------------------------------------------------

    def enforce(self, expr: t.Expr, scope: Scope, when: Literal | None = None) -> None:
        """Let a statement hold at every point of a scope's frame, or at those where `when` is true.

        Raises:
            CompileError: a big-M cannot be proven finite, or the statement has no exact reformulation.
        """
        if not scope.frame.size:
            return
        if self.space.is_data(expr) and not isinstance(expr, t.Form):
            self.impossible(self.restricted(scope, t.Not(expr)), when)
            return
        match expr:
            case t.And(operands=operands):
                for operand in operands:
                    self.enforce(operand, scope, when)
            case t.Or(operands=operands):
                self.disjunction(operands, scope, when)
            case t.Not(operand=t.Name() | t.Item() as item):
                self.comparison(item, "<=", t.Number(0), scope, when, literal=True)
            case t.Not(operand=operand):
                self.enforce(negation(operand), scope, when)
            case t.Name() | t.Item():
                self.comparison(expr, ">=", t.Number(1), scope, when, literal=True)
            case t.Compare(operands=operands, operators=operators):
                for left, operator, right in zip(operands, operators, operands[1:], strict=False):
                    self.comparison(left, operator, right, scope, when)
            case t.Aggregate(function="all", body=body, generators=generators):
                frame, env = expand(self.data, scope.frame.rooted(), scope.env, generators)
                self.enforce(body, self.inner(scope, frame, env), when)
            case t.Aggregate(function="any", body=body, generators=generators):
                self.count(t.Number(1), [t.Aggregate("each", body, generators)], "at_least", scope, when)
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                self.enforce(then, self.restricted(scope, condition), when)
                self.enforce(otherwise, self.restricted(scope, t.Not(condition)), when)
            case t.Form(kind="implies", arguments=(premise, conclusion)):
                self.implication(premise, conclusion, scope, when)
            case t.Form(kind="iff", arguments=(one, other)):
                self.equivalence(one, other, scope, when)
            case t.Form(kind="at_most" | "at_least" | "exactly" as kind, arguments=(count, *rest)):
                self.count(count, rest, kind, scope, when)
            case t.Form(kind=kind, arguments=members) if kind in _ALONE:
                if when is not None:
                    raise CompileError(
                        f"`{kind}` cannot stand inside another condition", hint="state it on its own"
                    )
                from agentopt.compiling import sequencing, special

                if kind in _MEMBERS:
                    special.state(self.rewriter, kind, members, scope)
                else:
                    sequencing.state(self.rewriter, expr, scope)
            case _:
                found = expr.kind if isinstance(expr, t.Form) else type(expr).__name__.lower()
                raise CompileError(
                    f"`{found}` is not a statement", hint="compare it with something: `... <= ...`"
                )

    def inner(self, scope: Scope, frame: Frame, env: object) -> Scope:
        """The scope of statements over a grown frame."""
        shown = tuple((key, key) for key in frame.indices if not key.startswith("#"))
        return replace(scope, frame=frame.rooted(), env=env, indices=shown)  # type: ignore[arg-type]  # an Env

    def restricted(self, scope: Scope, condition: t.Expr) -> Scope:
        """The points of a scope at which a data condition holds."""
        return scope.at(filtered(self.data, scope.frame, scope.env, condition))

    def impossible(self, scope: Scope, when: Literal | None) -> None:
        """Points at which a statement about data is false: infeasible, or the literal must be false."""
        if not scope.frame.size:
            return
        scope = self.resolved(scope, when)
        nothing = Terms(np.zeros((1,) * len(scope.frame.lengths)))
        if when is None:
            self.rewriter.rows(scope, nothing, [], 1.0, np.inf)
            return
        term = self.rewriter.times(when.item, scope.frame)
        self.rewriter.rows(scope, nothing, [term], *((1.0, np.inf) if when.negated else (-np.inf, 0.0)))

    def resolved(self, scope: Scope, literal: Literal | None) -> Scope:
        """The scope with axes merged so that the literal's column is found at every point."""
        while literal is not None:
            found = columns_of(self.space, literal.item, scope.frame)
            if isinstance(found, Columns):
                break
            scope = scope.at(scope.frame.merge(found))
        return scope

    def disjunction(self, operands: Sequence[t.Expr], scope: Scope, when: Literal | None) -> None:
        """At least one of the operands holds."""
        data = [each for each in operands if self.space.is_data(each)]
        rest = [each for each in operands if not self.space.is_data(each)]
        for each in data:
            scope = self.restricted(scope, t.Not(each))
        if not scope.frame.size:
            return
        if len(rest) == 1:
            self.enforce(rest[0], scope, when)
        elif len(rest) == 2 and when is None:
            self.implication(negation(rest[0]), rest[1], scope, None)
        elif not rest:
            self.impossible(scope, when)
        else:
            self.count(t.Number(1), rest, "at_least", scope, when)

    def implication(self, premise: t.Expr, conclusion: t.Expr, scope: Scope, when: Literal | None) -> None:
        """The conclusion holds wherever the premise does."""
        if self.space.is_data(premise):
            self.enforce(conclusion, self.restricted(scope, premise), when)
        elif self.space.is_data(conclusion):
            self.enforce(negation(premise), self.restricted(scope, t.Not(conclusion)), when)
        elif when is not None:
            self.count(t.Number(1), [negation(premise), conclusion], "at_least", scope, when)
        elif (direct := self.direct(premise, scope)) is not None:
            self.enforce(conclusion, scope, direct)
        elif (direct := self.direct(conclusion, scope)) is not None:
            self.enforce(negation(premise), scope, direct.complement())
        else:
            literal, inner = self.literal(premise, scope, forward=False, backward=True)
            self.enforce(conclusion, inner, literal)

    def equivalence(self, one: t.Expr, other: t.Expr, scope: Scope, when: Literal | None) -> None:
        """Both hold or neither does."""
        if when is not None:
            self.enforce(t.Form("implies", (one, other)), scope, when)
            self.enforce(t.Form("implies", (other, one)), scope, when)
            return
        if self.direct(one, scope) is None and self.direct(other, scope) is not None:
            one, other = other, one
        if self.space.is_data(one) or self.space.is_data(other):
            self.implication(one, other, scope, None)
            self.implication(other, one, scope, None)
            return
        literal, inner = self.literal(one, scope, forward=True, backward=True)
        self.enforce(other, inner, literal)
        self.enforce(negation(other), inner, literal.complement())

    def count(
        self, count: t.Expr, members: Sequence[t.Expr], kind: str, scope: Scope, when: Literal | None
    ) -> None:
        """At most, at least or exactly `count` members hold; with a literal, by big-M on their number."""
        scope = self.resolved(scope, when)
        forward, backward = kind in {"at_least", "exactly"}, kind in {"at_most", "exactly"}
        total: list[Monomial] = []
        constant: Values = np.zeros(scope.frame.lengths)
        for member in members:
            expr, frame, env = member, scope.frame.rooted(), scope.env
            if isinstance(member, t.Aggregate) and member.function == "each":
                frame, env = expand(self.data, frame, env, member.generators)
                expr = member.body
            if not frame.size:
                continue
            if self.space.is_data(expr):
                truth = self.data.truth(expr, frame, env).astype(float)
                constant = constant + frame.fold(truth)
                continue
            shown = tuple((key, key) for key in frame.indices if not key.startswith("#"))
            within = replace(scope, frame=frame, env=env, indices=shown)
            literal, lifted = self.literal(expr, within, forward=forward, backward=backward)
            constant = constant + (lifted.frame.fold(1.0) if literal.negated else 0.0)
            total.append(self.rewriter.times(literal.item, lifted.frame, -1.0 if literal.negated else 1.0))
        limit = self.rewriter.terms(t.Negate(count), scope)
        terms = Terms(limit.constant + constant, [*limit.linear, *total], limit.quadratic)
        low = 0.0 if forward else -np.inf
        high = 0.0 if backward else np.inf
        self.conditional(scope, terms, low, high, when, kind)

    # -- comparisons -----------------------------------------------------------------------------------------

    def comparison(
        self,
        left: t.Expr,
        operator: str,
        right: t.Expr,
        scope: Scope,
        when: Literal | None,
        *,
        literal: bool = False,
    ) -> None:
        """A comparison at each point; a strict one is exact between integers, else closed with a warning."""
        scope = self.resolved(scope, when)
        held = {"<": 1, "<=": 1, ">": -1, ">=": -1}.get(operator, 0)
        terms = self.rewriter.terms(t.Add((left, t.Negate(right))), scope, held)
        if literal:
            self.require_binary(terms, left)
        if operator == "!=":
            self.unequal(left, right, terms, scope, when)
            return
        step = self.step(operator, terms, scope)
        low = step if operator in {">=", ">", "=="} else -np.inf
        high = -step if operator in {"<=", "<", "=="} else np.inf
        self.conditional(scope, terms, low, high, when, "a condition")

    def step(self, operator: str, terms: Terms, scope: Scope) -> float:
        """How far apart the sides of a strict comparison are: 1 between integers, else 0 with a warning.

        Integers with simple fractions as coefficients lie on a grid, and are one step of it apart.
        """
        if operator not in {"<", ">"}:
            return 0.0
        parts = self.parts(terms)
        if parts:
            return 1.0 / parts
        if scope.name not in self.builder.strict:
            self.builder.strict.append(scope.name)
            closed = "<=" if operator == "<" else ">="
            self.builder.warnings.append(
                f"`{scope.name}`: `{operator}` between real quantities is solved as `{closed}`; "
                "equality counts as satisfying it"
            )
        return 0.0

    def parts(self, terms: Terms) -> int:
        """The parts of 1 an expression takes multiples of, few enough for a solver to tell apart; else 0."""
        return next((parts for parts in _PARTS if self.integral(terms, parts)), 0)

    def integral(self, terms: Terms, parts: int = 1) -> bool:
        """Whether an expression takes integer values only; with `parts`, multiples of 1/parts."""
        if not _whole(parts * np.asarray(terms.constant)):
            return False
        discrete = self.builder.integral()
        for monomial in (*terms.linear, *terms.quadratic):
            if not _whole(parts * np.asarray(monomial.coefficient)):
                return False
            if not all(discrete[np.unique(column)].all() for column in flat_columns(monomial)[1]):
                return False
        return True

    def unequal(self, left: t.Expr, right: t.Expr, terms: Terms, scope: Scope, when: Literal | None) -> None:
        """Two integer expressions differ."""
        if not self.parts(terms):
            raise CompileError(
                "`!=` between real quantities excludes a single value, which no solver can",
                hint="say by how much they differ: `abs(a - b) >= 0.01`",
            )
        below, above = t.Compare((left, right), ("<",)), t.Compare((left, right), (">",))
        if when is None:
            self.implication(negation(below), above, scope, None)
        else:
            self.count(t.Number(1), [below, above], "at_least", scope, when)

    def conditional(
        self,
        scope: Scope,
        terms: Terms,
        low: float,
        high: float,
        when: Literal | None,
        why: str,
    ) -> None:
        """Rows low <= terms <= high, in force where `when` is true: terms <= high + M (1 - z)."""
        rewriter = self.rewriter
        if when is None:
            rewriter.rows(scope, terms, [], low, high)
            return
        found = rewriter.interval(terms, scope.frame)
        for bound, extreme, sign in ((high, found.high, 1.0), (low, found.low, -1.0)):
            if np.isinf(bound):
                continue
            big = rewriter.finite(np.maximum(sign * (extreme - bound), 0.0), found, scope, why)
            if not big.any():
                continue
            # z true relaxes nothing; false relaxes by M. Written with the column itself, so a negated
            # literal flips.
            factor = sign * big * (-1.0 if when.negated else 1.0)
            side = np.full(scope.frame.lengths, bound) + (0.0 if when.negated else sign * big)
            term = rewriter.times(when.item, scope.frame, factor)
            rewriter.rows(scope, terms, [term], *((-np.inf, side) if sign > 0 else (side, np.inf)))

    # -- literals --------------------------------------------------------------------------------------------

    def indicator(self, expr: t.Expr, scope: Scope, held: int) -> Auxiliary:
        """Columns that are 1 where a condition holds and 0 where not (the direction `held` permitting)."""
        item, inner = self.rewriter.binaries(scope, "holds")
        literal = Literal(item)
        if held <= 0:
            self.enforce(expr, inner, literal)
        if held >= 0:
            self.enforce(negation(expr), inner, literal.complement())
        return item

    def literal(self, expr: t.Expr, scope: Scope, *, forward: bool, backward: bool) -> tuple[Literal, Scope]:
        """A literal true only if a condition holds (`forward`), false only if it fails (`backward`)."""
        direct = self.direct(expr, scope)
        if direct is not None:
            return direct, self.resolved_keeping_root(scope, direct)
        held = 0 if forward and backward else -1 if forward else 1
        item, frame = self.rewriter.lift(scope.name, expr, scope.env, scope.frame, held)
        return Literal(item), replace(scope, frame=frame)

    def resolved_keeping_root(self, scope: Scope, literal: Literal) -> Scope:
        """Like `resolved`, but the frame keeps the root it grew from."""
        found = columns_of(self.space, literal.item, scope.frame)
        while not isinstance(found, Columns):
            scope = replace(scope, frame=scope.frame.merge(found))
            found = columns_of(self.space, literal.item, scope.frame)
        return scope

    def direct(self, expr: t.Expr, scope: Scope) -> Literal | None:
        """The literal of a condition that is just a binary variable: `y`, `y == 1`, `y >= 1`, `not y`, ..."""
        match expr:
            case t.Not(operand=operand):
                inner = self.direct(operand, scope)
                return None if inner is None else inner.complement()
            case t.Name() | t.Item() if not self.space.is_data(expr):
                if not self.is_binary(expr, scope):
                    shown = expr.id if isinstance(expr, t.Name) else expr.name
                    raise CompileError(
                        f"`{shown}` stands as a condition but is not binary",
                        hint=f"write `{shown} >= 1` or alike",
                    )
                return Literal(Pending(expr, scope.env))
            case t.Compare(
                operands=(t.Name() | t.Item() as item, t.Number(value=value)), operators=(operator,)
            ):
                return self._direct(item, operator, value, scope)
            case t.Compare(
                operands=(t.Number(value=value), t.Name() | t.Item() as item), operators=(operator,)
            ):
                mirrored = {"<=": ">=", ">=": "<=", "<": ">", ">": "<"}.get(operator, operator)
                return self._direct(item, mirrored, value, scope)
        return None

    def _direct(self, item: t.Name | t.Item, operator: str, value: float, scope: Scope) -> Literal | None:
        if self.space.is_data(item) or not self.is_binary(item, scope):
            return None
        at_zero, at_one = (_holds(point, operator, value) for point in (0, 1))
        if at_zero == at_one:
            return None
        return Literal(Pending(item, scope.env), negated=at_zero)

    def is_binary(self, item: t.Name | t.Item, scope: Scope) -> bool:
        """Whether a variable takes 0 and 1 only, by its declaration."""
        name = item.id if isinstance(item, t.Name) else item.name
        return self.builder.is_binary(name)

    def require_binary(self, terms: Terms, expr: t.Expr) -> None:
        """Refuse a condition on a variable that is not binary."""
        name = expr.id if isinstance(expr, t.Name) else getattr(expr, "name", "")
        if not self.builder.is_binary(name):
            raise CompileError(
                f"`{name}` stands as a condition but is not binary", hint=f"write `{name} >= 1` or alike"
            )


def _holds(point: float, operator: str, value: float) -> bool:
    return {
        "<=": point <= value,
        ">=": point >= value,
        "<": point < value,
        ">": point > value,
        "==": point == value,
        "!=": point != value,
    }[operator]


def _whole(values: NDArray[np.float64]) -> bool:
    return bool((values == np.round(values)).all())
