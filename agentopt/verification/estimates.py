"""Rows of large models in floating point with a proven error bound, all rows of a constraint at once.

A sum of products evaluated in double precision is off by at most k u M, where u is the unit roundoff, k the
number of roundings on the way of any term, and M the same expression with the absolute value of every leaf
(Higham 2002, section 3.1). Derived parameters are written out, so that every leaf is known to half a unit.
Rows whose violation is then surely below `CLEAR` are done; the others are left for exact evaluation.
"""

from __future__ import annotations

__all__ = ["Estimates"]

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import AgentoptError
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Data
from agentopt.formulation.frames import Frame
from agentopt.formulation.generators import expand
from agentopt.formulation.instance import BoundParameter, Values
from agentopt.formulation.resolve import ParsedConstraint, ParsedFormula
from agentopt.verification.elements import Env
from agentopt.verification.enclosures import Enclosure
from agentopt.verification.exact import Evaluator
from agentopt.verification.inlining import inlined
from agentopt.verification.point import Answer
from agentopt.verification.statements import integral

CLEAR = 1e-9
"""A row whose violation is surely below this needs no exact look; far below the tolerance."""
UNIT = 2.0**-53
TINY = 1e-290
"""More than underflow can lose."""
MAX_POWER = 4


@dataclass(frozen=True, eq=False)
class Estimate:
    """One constraint: how many rows, a bound on the violation of the clear ones, and the others' indices."""

    num_rows: int
    worst: float
    open: tuple[Env, ...]


class Estimates:
    """Evaluates constraints over whole frames at a point.

    Which rows there are is decided by the same walk over generators the compiler uses; what they say is not.
    """

    def __init__(self, evaluator: Evaluator, answer: Answer) -> None:
        self.evaluator = evaluator
        instance = evaluator.instance
        parameters = dict(instance.parameters)
        for name, block in answer.blocks.items():
            over = tuple(instance.formulation.variables[name].over)
            shape = tuple(len(instance.sets[each]) for each in over)
            parameters[name] = BoundParameter(name, over, block.codes, answer.part(name), shape=shape)
        for name, each in list(parameters.items()):
            default = None if each.default is None else abs(each.default)
            codes = each.codes
            parameters[_size(name)] = BoundParameter(
                _size(name), each.over, codes, np.abs(each.values), default, shape=each.shape
            )
        self.data = Data(replace(instance, parameters=parameters))

    def rows(self, constraint: ParsedConstraint) -> Estimate | None:
        """One constraint; None where there is no such bound, and it has to be evaluated row by row."""
        looked = self._violations(constraint)
        if looked is None:
            return None
        frame, env, flat = looked
        clear = flat <= CLEAR
        targets = [target for generator in constraint.generators for target in generator.targets]
        return Estimate(
            int(flat.size),
            float(flat[clear].max(initial=0.0)),
            tuple(self._envs(frame, [(name, env[name]) for name in targets], ~clear)),
        )

    def bounds(self, name: str) -> NDArray[np.bool_] | None:
        """Which columns of a variable are surely within those of its bounds that are expressions."""
        instance = self.evaluator.instance
        variable, formulas = instance.formulation.variables[name], self.evaluator.parsed.variables[name]
        clear: NDArray[np.bool_] | None = None
        sides: tuple[tuple[object, ParsedFormula | None, t.CompareOperator], ...] = (
            (variable.lower, formulas.lower, ">="),
            (variable.upper, formulas.upper, "<="),
        )
        for stated, formula, operator in sides:
            if not isinstance(stated, str) or formula is None:
                continue
            indices = iter(formula.indices)
            generators = tuple(
                t.Generator(tuple(itertools.islice(indices, instance.sets[each].arity)), t.Name(each))
                for each in variable.over
            )
            keys = tuple(t.Name(index) for index in formula.indices)
            item: t.Expr = t.Item(name, keys) if keys else t.Name(name)
            compare = t.Compare((item, formula.expression), (operator,))
            looked = self._violations(ParsedConstraint(formula.path, name, generators, compare))
            if looked is None:
                return None
            frame, env, flat = looked
            places = self.data.instance.parameters[name].codes
            same = all(
                np.array_equal(frame.column(env[index]), places[:, k])
                for k, index in enumerate(formula.indices)
            )
            if not same or len(flat) != len(places):
                return None
            clear = flat <= CLEAR if clear is None else clear & (flat <= CLEAR)
        return clear

    def _violations(self, constraint: ParsedConstraint) -> tuple[Frame, Mapping[str, str], Values] | None:
        """The frame of a constraint, its names, and by at most how much each of its rows is violated."""
        links = [
            (left, operator, right)
            for one, operator, other in _links(constraint.statement)
            if (left := self._plain(one)) is not None and (right := self._plain(other)) is not None
        ]
        if not links or len(links) != len(list(_links(constraint.statement))):
            return None
        try:
            frame, env = expand(self.data, Frame(), {}, constraint.generators)
            frame = frame.rooted()
            over = np.zeros(frame.lengths)
            for left, operator, right in links:
                step = self._step(left, operator, right)
                value = self.data.number(t.Add((left, t.Negate(right))), frame, env)
                size = self.data.number(t.Add((self._sizes(left), self._sizes(right))), frame, env)
                roundings = self._roundings(left) + self._roundings(right) + 3
                error = np.asarray(size * (roundings * UNIT * (1 + 1e-6)) + TINY)
                for sign in {"<": (1,), "<=": (1,), ">": (-1,), ">=": (-1,)}.get(operator, (1, -1)):
                    over = np.maximum(over, sign * value + step + error)
        except AgentoptError:
            return None
        return frame, env, np.broadcast_to(over, frame.lengths).reshape(-1)

    def _plain(self, expr: t.Expr) -> t.Expr | None:
        """An expression with derived parameters written out, if it has a proven error bound."""
        written = inlined(expr, self.evaluator.parsed.formulas, self.evaluator.instance)
        return written if written is not None and self._fits(written) else None

    def objective(self, expression: t.Expr) -> Enclosure | None:
        """The value of an objective, enclosed; None where there is no such bound."""
        plain = self._plain(expression)
        if plain is None:
            return None
        try:
            value = self.data.scalar(plain)
            size = self.data.scalar(self._sizes(plain))
        except AgentoptError:
            return None
        if not (np.isfinite(value) and np.isfinite(size)):
            return None
        error = Fraction(size) * Fraction((self._roundings(plain) + 3) * UNIT * (1 + 1e-6))
        return Enclosure(Fraction(value) - error, Fraction(value) + error)

    def _envs(self, frame: Frame, names: list[tuple[str, str]], mask: NDArray[np.bool_]) -> Iterator[Env]:
        rows = np.flatnonzero(mask)
        columns = [frame.column(key)[rows].tolist() for _, key in names]
        for k in range(len(rows)):
            yield {name: column[k] for (name, _), column in zip(names, columns, strict=True)}

    def _step(self, left: t.Expr, operator: str, right: t.Expr) -> float:
        strict = operator in {"<", ">"}
        return float(strict and integral(self.evaluator, left) and integral(self.evaluator, right))

    def _fits(self, expr: t.Expr) -> bool:
        """Whether an expression is made of sums and products of what is known to half a unit."""
        match expr:
            case t.Number():
                return True
            case t.Name(id=name) | t.Item(name=name):
                return self.evaluator.instance.sources.get(name) != "derived"
            case t.Negate(operand=operand):
                return self._fits(operand)
            case t.Add(terms=parts) | t.Multiply(factors=parts):
                return all(self._fits(part) for part in parts)
            case t.Divide(numerator=top, denominator=bottom):
                return (
                    self._fits(top) and isinstance(bottom, t.Number | t.Name | t.Item) and self._fits(bottom)
                )
            case t.Power(base=base, exponent=t.Number(value=value)):
                return value in range(MAX_POWER + 1) and self._fits(base)
            case t.Aggregate(function="sum", body=body):
                return self._fits(body)
            case t.Choice(then=then, otherwise=otherwise):
                return self._fits(then) and self._fits(otherwise)
        return False

    def _sizes(self, expr: t.Expr) -> t.Expr:
        """The expression with every leaf, and so every term, in absolute value."""
        match expr:
            case t.Number(value=value):
                return t.Number(abs(value))
            case t.Name(id=name) if name in self.data.instance.parameters:
                return t.Name(_size(name))
            case t.Name():
                return t.Call("abs", (expr,))
            case t.Item(name=name, keys=keys):
                return t.Item(_size(name), keys)
            case t.Negate(operand=operand):
                return self._sizes(operand)
            case t.Add(terms=terms):
                return t.Add(tuple(self._sizes(term) for term in terms))
            case t.Multiply(factors=factors):
                return t.Multiply(tuple(self._sizes(factor) for factor in factors))
            case t.Divide(numerator=top, denominator=bottom):
                return t.Divide(self._sizes(top), self._sizes(bottom))
            case t.Power(base=base, exponent=exponent):
                return t.Power(self._sizes(base), exponent)
            case t.Aggregate(body=body):
                return replace(expr, body=self._sizes(body))
            case t.Choice(then=then, otherwise=otherwise):
                return replace(expr, then=self._sizes(then), otherwise=self._sizes(otherwise))
        raise TypeError(type(expr).__name__)

    def _roundings(self, expr: t.Expr) -> float:
        """How many roundings a term may go through, sums over generators included."""
        count = 0.0
        for node in t.walk(expr):
            count += MAX_POWER if isinstance(node, t.Power) else 1
            if isinstance(node, t.Aggregate):
                size = 1.0
                for generator in node.generators:
                    size *= self._length(generator.domain)
                count += size
        return count

    def _length(self, domain: t.Expr) -> float:
        if isinstance(domain, t.Name) and domain.id in self.data.instance.sets:
            return len(self.data.instance.sets[domain.id])
        return 1e6


def _size(name: str) -> str:
    """The name under which the absolute values of a parameter or variable are kept; no identifier."""
    return f"|{name}|"


def _links(statement: t.Expr) -> Iterator[tuple[t.Expr, str, t.Expr]]:
    """The comparisons of a statement; none if it is anything else as well."""
    parts = statement.operands if isinstance(statement, t.And) else (statement,)
    if not all(isinstance(part, t.Compare) and "!=" not in part.operators for part in parts):
        return
    for part in parts:
        assert isinstance(part, t.Compare)
        yield from zip(part.operands, part.operators, part.operands[1:], strict=False)
