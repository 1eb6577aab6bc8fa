"""The numbers of a formulation with the field each stands in: values, literals of expressions, sizes of sets,
quotes.
"""

from __future__ import annotations

__all__ = ["Given", "given_numbers"]

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from agentopt.errors import ExpressionError
from agentopt.formulation import tree as t
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance
from agentopt.formulation.parse import parse_domain, parse_expression

MAX_VALUES = 200_000
"""Distinct table values of one parameter that are compared with the text."""

Sort = Literal["value", "literal", "label", "size", "table"]


@dataclass(frozen=True)
class Given:
    """One number of a formulation.

    Attributes:
        value: exact; a float stands for the decimal that `repr` prints.
        where: the path of the field, such as `parameters.demand.values[chicago]`.
        sort: only a `value` or a `literal` can be an invention of whoever wrote the formulation.
    """

    value: Fraction
    where: str
    sort: Sort


def given_numbers(formulation: Formulation, instance: Instance | None = None) -> list[Given]:
    """Every number of a formulation; with its instance, those of its tables too.

    >>> parts = {"parameters": {"cost": {"value": 0.3}}, "variables": {"x": {"upper": 9}}}
    >>> [(str(g.value), g.where) for g in given_numbers(Formulation.model_validate(parts))]
    [('3/10', 'parameters.cost.value'), ('0', 'variables.x.lower'), ('9', 'variables.x.upper')]
    """
    return [*_sets(formulation), *_parameters(formulation), *_rest(formulation), *_bound(instance)]


def exact(value: float) -> Fraction:
    """A number as written: the decimal that `repr` prints."""
    return Fraction(value) if isinstance(value, int) else Fraction(repr(value))


def _sets(f: Formulation) -> Iterator[Given]:
    for name, each in f.sets.items():
        path = f"sets.{name}"
        for label in each.elements or ():
            for part in label if isinstance(label, list) else [label]:
                yield from _label(part, f"{path}.elements")
        if each.elements is not None:
            yield Given(Fraction(len(each.elements)), f"{path}.elements", "size")
        if isinstance(each.last, int):
            first = each.first if isinstance(each.first, int) else 1
            yield Given(Fraction(each.last), f"{path}.last", "label")
            yield Given(Fraction(first), f"{path}.first", "label")
            yield Given(
                Fraction(max(0, (each.last - first) // each.step + 1)) if each.step else Fraction(0),
                path,
                "size",
            )
        for text in (each.where, each.formula):
            yield from _literals(text, path)


def _label(label: object, where: str) -> Iterator[Given]:
    if isinstance(label, int | float):
        yield Given(exact(label), where, "label")
    elif isinstance(label, str):
        try:
            yield Given(Fraction(label.strip()), where, "label")
        except (ValueError, ZeroDivisionError):
            return


def _parameters(f: Formulation) -> Iterator[Given]:
    for name, each in f.parameters.items():
        path = f"parameters.{name}"
        if each.value is not None:
            yield Given(exact(each.value), f"{path}.value", "value")
        if each.default is not None:
            yield Given(exact(each.default), f"{path}.default", "label")
        if each.values is not None:
            yield from _leaves(each.values, f"{path}.values")
        yield from _literals(each.formula, f"{path}.formula")


def _leaves(values: object, where: str) -> Iterator[Given]:
    """Numbers of nested mappings and lists; a string counts if it is one."""
    match values:
        case bool() | None:
            return
        case int() | float():
            yield Given(exact(values), where, "value")
        case str():
            yield from _label(values, where)
        case dict():
            for key, value in values.items():
                yield from (Given(g.value, g.where, "label") for g in _label(key, where))
                yield from _leaves(value, f"{where}[{key}]" if len(where) < 200 else where)
        case list():
            for value in values:
                yield from _leaves(value, where)


def _rest(f: Formulation) -> Iterator[Given]:
    for name, each in f.variables.items():
        for field, bound in (("lower", each.lower), ("upper", each.upper)):
            path = f"variables.{name}.{field}"
            if isinstance(bound, int | float):
                yield Given(exact(bound), path, "literal")
            else:
                yield from _literals(bound, path)
        if each.domain == "binary":
            yield Given(Fraction(1), f"variables.{name}.domain", "label")
    for number, objective in enumerate(f.objectives):
        place = f"objective[{number}]" if len(f.objectives) > 1 else "objective"
        yield from _literals(objective.expression, f"{place}.{objective.sense}")
        for value in (objective.weight, float(objective.priority), objective.tolerance):
            yield Given(exact(value), place, "label")
    for name, constraint in f.constraints.items():
        yield from _literals(constraint.that, f"constraints.{name}.that")
        if constraint.for_:
            yield from _literals(constraint.for_, f"constraints.{name}.for", domain=True)
    for name, text in f.report.items():
        yield from (Given(g.value, g.where, "label") for g in _literals(text, f"report.{name}"))


def _literals(text: str | None, where: str, *, domain: bool = False) -> Iterator[Given]:
    """The literals of an expression; those that do not parse hold none."""
    if not text or not text.strip():
        return
    try:
        roots: tuple[t.Node, ...] = parse_domain(text) if domain else (parse_expression(text),)
    except ExpressionError:
        return
    for root in roots:
        for node in t.walk(root):
            if isinstance(node, t.Number):
                yield Given(exact(node.value), where, "literal")
            elif isinstance(node, t.Label):
                yield from _label(node.text, where)


def _bound(instance: Instance | None) -> Iterator[Given]:
    if instance is None:
        return
    for name, bound in instance.sets.items():
        yield Given(Fraction(len(bound)), f"sets.{name}", "size")
        for row in bound.codes[:MAX_VALUES].tolist():
            for code in row:
                yield from _label(instance.labels[code], f"sets.{name}")
    for name, parameter in instance.parameters.items():
        for value in {float(v) for v in parameter.values[:MAX_VALUES].tolist()}:
            yield Given(exact(value), f"parameters.{name}", "table")
