"""Dimension analysis of a formulation: what is added or compared must measure the same.

It never accuses a right model. A quantity without a unit, a literal coefficient (which may hide one) and
what they are multiplied with are unknown, and unknown agrees with everything; counted things (cases, trucks)
agree with each other. What remains are plain mistakes, such as money compared with hours. Two findings are
only warnings: a period on one side alone (`hour/week` and `hour`), and two sizes of one unit added without a
factor (minutes and hours).
"""

from __future__ import annotations

__all__ = ["check_units"]

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.formulation import tree as t
from agentopt.formulation.diagnostics import Diagnostic, Severity
from agentopt.formulation.elements import Role
from agentopt.formulation.measures import Unit, ambiguous, parse_unit, physical
from agentopt.formulation.resolve import Parsed
from agentopt.formulation.unparse import unparse

_KEEP = frozenset(["abs", "floor", "ceil", "round", "min", "max", "mod"])
_FOLD = frozenset(["sum", "min", "max", "norm"])
_TIME = "time"


@dataclass(frozen=True)
class _Literal:
    """A number written out: it agrees with every unit when added, and may hide one when multiplied."""


_LITERAL = _Literal()
_Measure = Unit | _Literal | None
"""A unit, a literal, or None for unknown."""


@dataclass(frozen=True)
class _Doubt:
    """Two quantities whose words differ."""

    path: str
    text: str
    first: t.Expr | None
    second: t.Expr
    units: tuple[Unit, Unit]


def check_units(parsed: Parsed) -> list[Diagnostic]:
    """Errors and warnings about units that do not fit together.

    >>> from agentopt.formulation.elements import Formulation
    >>> from agentopt.formulation.resolve import parse
    >>> f = {"parameters": {"cost": {"value": 2, "unit": "dollar"}}, "variables": {"x": {"unit": "hour"}}}
    >>> f["constraints"] = {"c": {"that": "x <= cost"}}
    >>> check_units(parse(Formulation.model_validate(f)))[0].message
    '`x` is in hour and `cost` in dollar, and they are compared'
    """
    f = parsed.formulation
    stated = {f"variables.{name}.unit": each.unit for name, each in f.variables.items()}
    stated |= {f"parameters.{name}.unit": each.unit for name, each in f.parameters.items()}
    stated |= {each.path.rpartition(".")[0] + ".unit": each.objective.unit for each in parsed.objectives}
    if not any(stated.values()):
        return []
    analysis = _Analysis(parsed)
    analysis.run()
    found = [_judge(doubt) for doubt in analysis.doubts]
    return [*_unread(stated), *dict.fromkeys(d for d in found if d is not None)]


def _unread(stated: Mapping[str, str | None]) -> Iterator[Diagnostic]:
    """Texts that are no units: what they measure is not checked."""
    for path, unit in stated.items():
        if unit and unit.strip() and parse_unit(unit) is None:
            yield Diagnostic(
                "warning",
                path,
                f"`{_short(unit)}` is not read as a unit, so it is not checked",
                "write a product of units, such as `dollar/hour`, and scale the numbers instead",
            )


class _Analysis:
    """Walks every expression, collecting doubts; units are words here."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        f = parsed.formulation
        self.units: dict[str, Unit | None] = {}
        self.shorthand: set[str] = set()
        for name, variable in f.variables.items():
            self.units[name] = parse_unit(variable.unit) if variable.unit else None
        for name, parameter in f.parameters.items():
            unit = parse_unit(parameter.unit) if parameter.unit else None
            self.units[name] = unit
            # `price: dollar` is often short for dollars per piece.
            per_piece = parameter.role in (Role.RATE, Role.COST, Role.REWARD)
            if per_piece and unit is not None and all(power > 0 for power in unit.powers.values()):
                self.shorthand.add(name)
        self.doubts: list[_Doubt] = []
        self.path = self.text = ""

    def run(self) -> None:
        f, parsed = self.parsed.formulation, self.parsed
        for formula in parsed.filters.values():
            self.at(formula.path, formula.text)
            self.of(formula.expression)
        for name, formula in parsed.formulas.items():
            self.at(formula.path, formula.text)
            self.declared(formula.expression, self.units[name])
        for name, bounds in parsed.variables.items():
            for each in (bounds.lower, bounds.upper, bounds.start):
                if each is not None:
                    self.at(each.path, each.text)
                    self.declared(each.expression, self.units[name])
        for objective in parsed.objectives:
            self.at(objective.path, objective.objective.expression)
            stated = objective.objective.unit
            self.declared(objective.expression, parse_unit(stated) if stated else None)
        for formula in parsed.reports.values():
            self.at(formula.path, formula.text)
            self.of(formula.expression)
        for name, constraint in parsed.constraints.items():
            declared = f.constraints[name]
            self.at(f"{constraint.path}.for", declared.for_ or "")
            self.generators(constraint.generators)
            self.at(f"{constraint.path}.that", declared.that)
            self.of(constraint.statement)

    def at(self, path: str, text: str) -> None:
        self.path, self.text = path, text

    def declared(self, expression: t.Expr, unit: Unit | None) -> None:
        """An expression that should be in a declared unit."""
        found = self.of(expression)
        if isinstance(found, Unit) and unit is not None:
            self.agree(None, expression, unit, found)

    def agree(self, first: t.Expr | None, second: t.Expr, a: Unit, b: Unit) -> None:
        if a.powers != b.powers:
            self.doubts.append(_Doubt(self.path, self.text, first, second, (a, b)))

    def same(self, parts: Sequence[t.Expr]) -> _Measure:
        """What parts that are added or compared measure, each next to the first that is known."""
        known: tuple[t.Expr, Unit] | None = None
        literal = True
        for part in parts:
            measure = self.of(part)
            literal = literal and isinstance(measure, _Literal)
            if isinstance(measure, Unit):
                if known is None:
                    known = (part, measure)
                elif measure.powers != known[1].powers:
                    self.agree(known[0], part, known[1], measure)
                    return None
        if known is not None:
            return known[1]
        return _LITERAL if literal and parts else None

    def of(self, node: t.Node) -> _Measure:
        """What an expression measures; what is wrong inside is noted on the way."""
        match node:
            case t.Number():
                return _LITERAL
            case t.Name(id=name):
                return self.units.get(name)
            case t.Item(name=name):
                return self.units.get(name)
            case t.Negate(operand=operand):
                return self.of(operand)
            case t.Add(terms=parts):
                return self.same(parts)
            case t.Multiply(factors=factors):
                return self.product(factors)
            case t.Divide(numerator=top, denominator=bottom):
                above, below = self.of(top), self.of(bottom)
                if isinstance(above, _Literal) and isinstance(below, _Literal):
                    return _LITERAL
                if self.is_shorthand(top) or self.is_shorthand(bottom):
                    return None
                return above / below if isinstance(above, Unit) and isinstance(below, Unit) else None
            case t.Power(base=base, exponent=exponent):
                return self.power(base, exponent)
            case t.Call(function=function, arguments=arguments) if function in _KEEP:
                return self.same(arguments)
            case t.Call(function="sqrt", arguments=(argument,)):
                inner = self.of(argument)
                return inner ** Fraction(1, 2) if isinstance(inner, Unit) else inner
            case t.Aggregate(function=function, body=body, generators=generators):
                self.generators(generators)
                inner = self.of(body)
                return inner if function in _FOLD else None
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                self.of(condition)
                return self.same((then, otherwise))
            case t.Compare(operands=operands):
                self.same(operands)
            case t.And(operands=operands) | t.Or(operands=operands):
                for operand in operands:
                    self.of(operand)
            case t.Not(operand=operand):
                self.of(operand)
            case t.Form(arguments=arguments):
                for argument in arguments:
                    self.of(argument)
        return None

    def generators(self, generators: Sequence[t.Generator]) -> None:
        for generator in generators:
            for condition in generator.conditions:
                self.of(condition)

    def product(self, factors: Sequence[t.Expr]) -> _Measure:
        measures = [self.of(factor) for factor in factors]
        if all(isinstance(m, _Literal) for m in measures):
            return _LITERAL
        result = Unit()
        for factor, measure in zip(factors, measures, strict=True):
            if isinstance(measure, _Literal) and isinstance(factor, t.Number) and abs(factor.value) == 1:
                continue
            if not isinstance(measure, Unit):
                return None
            if self.is_shorthand(factor):
                return None
            result = result * measure
        return result

    def is_shorthand(self, node: t.Expr) -> bool:
        name = node.name if isinstance(node, t.Item) else node.id if isinstance(node, t.Name) else ""
        return name in self.shorthand

    def power(self, base: t.Expr, exponent: t.Expr) -> _Measure:
        measure = self.of(base)
        self.of(exponent)
        if isinstance(measure, _Literal) or not isinstance(exponent, t.Number):
            return None
        if measure is None or abs(exponent.value) > 9:
            return None
        return measure ** Fraction(exponent.value).limit_denominator(12)


def _judge(doubt: _Doubt) -> Diagnostic | None:
    """What is left of a doubt when physical words are understood."""
    a, b = (physical(unit)[0] for unit in doubt.units)
    first, second = doubt.units
    severity: Severity = "error"
    hint = "multiply by a rate, or correct a `unit`"
    if a.powers == b.powers:
        if not a.powers or math.isclose(a.factor, b.factor, rel_tol=1e-9):
            return None
        if _has_literal(doubt.first) or _has_literal(doubt.second):
            return None
        severity, hint = "warning", "convert one of them with a factor"
    elif any(ambiguous(unit) for unit in doubt.units):
        return None
    elif _period_only(a, b):
        severity, hint = "warning", "say over which period both are meant"
    shown = unparse(doubt.second)
    if doubt.first is None:
        message = f"`{_short(shown)}` is in {second}, and {first} is declared"
    else:
        message = f"`{_short(unparse(doubt.first))}` is in {first} and `{_short(shown)}` in {second}"
        message += ", and they are compared" if _compared(doubt) else ", and they are added or compared"
    position = doubt.second.at[0] if doubt.second.at is not None else None
    return Diagnostic(severity, doubt.path, message, hint, position, doubt.text)


def _compared(doubt: _Doubt) -> bool:
    """Whether the two are the sides of the statement at the top."""
    from agentopt.formulation.parse import parse_expression

    if not doubt.path.endswith((".that", ".where")):
        return False
    whole = parse_expression(doubt.text)
    return isinstance(whole, t.Compare) and doubt.second in whole.operands


def _period_only(a: Unit, b: Unit) -> bool:
    """Whether two units differ by a time alone and one of them is stated per time."""
    difference = (a / b).powers
    return set(difference) == {_TIME} and abs(difference[_TIME]) == 1 and (a.rate or b.rate)


def _has_literal(node: t.Expr | None) -> bool:
    return node is not None and any(isinstance(each, t.Number) for each in t.walk(node))


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:57] + "..."
