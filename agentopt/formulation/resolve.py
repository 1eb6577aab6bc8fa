"""A formulation with every expression parsed once: what checking, rendering and classifying walk.

Texts that do not parse are left out of the result and kept as `faults`, so that one bad expression does not
hide what is wrong with the others.
"""

from __future__ import annotations

__all__ = [
    "Fault",
    "Parsed",
    "ParsedConstraint",
    "ParsedFormula",
    "ParsedObjective",
    "ParsedVariable",
    "parse",
]

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from agentopt.errors import ExpressionError
from agentopt.formulation import tree as t
from agentopt.formulation.elements import Formulation, Objective
from agentopt.formulation.parse import parse_domain, parse_expression

Tree = TypeVar("Tree")


@dataclass(frozen=True)
class Fault:
    """A text that does not parse: the element's path (`constraints.meet_demand.that`), the text, and why."""

    path: str
    text: str
    error: ExpressionError


@dataclass(frozen=True)
class ParsedFormula:
    """An expression over the index names `indices`: a derived parameter, a filter, a bound.

    `path` is the field it comes from and `text` what was written there.
    """

    path: str
    text: str
    indices: tuple[str, ...]
    expression: t.Expr


@dataclass(frozen=True)
class ParsedObjective:
    """One objective; `name` is its own or `objective`, numbered when there are several."""

    path: str
    name: str
    objective: Objective
    expression: t.Expr


@dataclass(frozen=True)
class ParsedConstraint:
    """A constraint: `statement` must hold for every index of `generators` (none for a single statement)."""

    path: str
    name: str
    generators: tuple[t.Generator, ...]
    statement: t.Expr


@dataclass(frozen=True)
class ParsedVariable:
    """The bounds and start value of a variable, as trees; a number given as a number is one too."""

    lower: ParsedFormula | None = None
    upper: ParsedFormula | None = None
    start: ParsedFormula | None = None


@dataclass(frozen=True)
class Parsed:
    """A formulation and its trees.

    Attributes:
        formulation: what was parsed.
        filters: the `where` of each set that has one.
        set_formulas: the `formula` of each set that has one; a set expression.
        formulas: the `formula` of each derived parameter.
        variables: bounds and start of each variable.
        objectives: in order of declaration.
        constraints: in order of declaration; those whose texts do not parse are missing.
        reports: further quantities to evaluate at the answer.
        faults: the texts that do not parse.
    """

    formulation: Formulation
    filters: Mapping[str, ParsedFormula] = field(default_factory=dict)
    set_formulas: Mapping[str, ParsedFormula] = field(default_factory=dict)
    formulas: Mapping[str, ParsedFormula] = field(default_factory=dict)
    variables: Mapping[str, ParsedVariable] = field(default_factory=dict)
    objectives: tuple[ParsedObjective, ...] = ()
    constraints: Mapping[str, ParsedConstraint] = field(default_factory=dict)
    reports: Mapping[str, ParsedFormula] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()


def parse(formulation: Formulation) -> Parsed:
    """Parse every expression of a formulation; never raises, faults are in the result.

    >>> f = Formulation.model_validate({"variables": {"x": {}}, "constraints": {"c": {"that": "x <= 1"}}})
    >>> type(parse(f).constraints["c"].statement).__name__
    'Compare'
    """
    return _Parser(formulation).parse()


class _Parser:
    def __init__(self, formulation: Formulation) -> None:
        self.formulation = formulation
        self.faults: list[Fault] = []

    def parse(self) -> Parsed:
        f = self.formulation
        filters, set_formulas, formulas = {}, {}, {}
        for name, each in f.sets.items():
            if (found := self.formula(f"sets.{name}.where", each.where, each.with_)) is not None:
                filters[name] = found
            if (found := self.set_formula(f"sets.{name}.formula", each.formula)) is not None:
                set_formulas[name] = found
        for name, parameter in f.parameters.items():
            path = f"parameters.{name}.formula"
            if (found := self.formula(path, parameter.formula, parameter.with_)) is not None:
                formulas[name] = found
        variables = {}
        for name, variable in f.variables.items():
            bounds = {
                key: self.formula(f"variables.{name}.{key}", value, variable.with_)
                for key, value in (
                    ("lower", variable.lower),
                    ("upper", variable.upper),
                    ("start", variable.start),
                )
            }
            variables[name] = ParsedVariable(**bounds)
        reports = {}
        for name, text in f.report.items():
            if (found := self.formula(f"report.{name}", text, None)) is not None:
                reports[name] = found
        return Parsed(
            formulation=f,
            filters=filters,
            set_formulas=set_formulas,
            formulas=formulas,
            variables=variables,
            objectives=self.objectives(),
            constraints=self.constraints(),
            reports=reports,
            faults=tuple(self.faults),
        )

    def objectives(self) -> tuple[ParsedObjective, ...]:
        found = []
        several = isinstance(self.formulation.objective, list)
        for number, objective in enumerate(self.formulation.objectives):
            place = f"objective[{number}]" if several else "objective"
            path = f"{place}.{objective.sense}"
            name = objective.name or (f"objective_{number + 1}" if several else "objective")
            expression = self.read(path, objective.expression, parse_expression)
            if expression is not None:
                found.append(ParsedObjective(path, name, objective, expression))
        return tuple(found)

    def constraints(self) -> dict[str, ParsedConstraint]:
        found = {}
        for name, constraint in self.formulation.constraints.items():
            path = f"constraints.{name}"
            generators: tuple[t.Generator, ...] | None = ()
            if constraint.for_ is not None and constraint.for_.strip():
                generators = self.read(f"{path}.for", constraint.for_, parse_domain)
            statement = self.read(f"{path}.that", constraint.that, parse_expression)
            if generators is not None and statement is not None:
                found[name] = ParsedConstraint(path, name, generators, statement)
        return found

    def formula(
        self, path: str, value: str | int | float | None, indices: list[str] | None
    ) -> ParsedFormula | None:
        if value is None:
            return None
        expression: t.Expr | None = None
        match value:
            case str():
                expression = self.read(path, value, parse_expression)
            case _:
                expression = t.Number(value)
        if expression is None:
            return None
        return ParsedFormula(path, str(value), tuple(indices or ()), expression)

    def set_formula(self, path: str, text: str | None) -> ParsedFormula | None:
        """A set expression, read with the grammar of what stands after `in`."""
        if text is None:
            return None
        generators = self.read(path, text, _set_expression)
        return None if generators is None else ParsedFormula(path, text, (), generators)

    def read(self, path: str, text: str, parser: Callable[[str], Tree]) -> Tree | None:
        try:
            return parser(text)
        except ExpressionError as error:
            self.faults.append(Fault(path, text, error))
            return None


def _set_expression(text: str) -> t.Expr:
    prefix = "_ in "
    try:
        generators = parse_domain(prefix + text)
    except ExpressionError as error:
        position = None if error.position is None else max(0, error.position - len(prefix))
        raise ExpressionError(error.message, hint=error.hint, position=position) from None
    if len(generators) != 1 or generators[0].conditions:
        raise ExpressionError(f"`{text}` is not a set", hint="write `A | B`, `A - B`, `A & B`", position=0)
    return generators[0].domain
