"""How small and how large an expression can be, as far as the formulation itself says.

Bounds and numbers written in the formulation are followed through an expression by interval arithmetic; what
comes from tables may be anything. So a statement that cannot hold, or can never bind, is found before any
data is read, and nothing is claimed that data could contradict.
"""

from __future__ import annotations

__all__ = ["Extent", "check_extents", "extent"]

import math
from collections.abc import Iterator, Mapping
from functools import reduce
from itertools import pairwise

from agentopt.formulation import tree as t
from agentopt.formulation.diagnostics import Diagnostic
from agentopt.formulation.elements import Parameter, Variable
from agentopt.formulation.fields import MAX_NUMBER
from agentopt.formulation.resolve import Parsed, ParsedVariable
from agentopt.formulation.unparse import unparse

Extent = tuple[float, float]
"""The smallest and the largest value."""

_ANY: Extent = (-math.inf, math.inf)
_SLACK = 1e-9


def check_extents(parsed: Parsed) -> Iterator[Diagnostic]:
    """Bounds that cross, and statements that cannot hold or can never bind, whatever the data.

    >>> from agentopt.formulation.elements import Formulation
    >>> from agentopt.formulation.resolve import parse
    >>> f = {"variables": {"x": {"upper": 4}}, "constraints": {"c": {"that": "2*x >= 9"}}}
    >>> next(check_extents(parse(Formulation.model_validate(f)))).message
    'it cannot hold: `9` is at least 9 and `2*x` at most 8'
    """
    f = parsed.formulation
    known = {name: _parameter(each) for name, each in f.parameters.items()}
    for name, variable in f.variables.items():
        bounds = parsed.variables[name]
        yield from _crossing(name, variable, bounds, known)
    known |= {name: _variable(each, parsed.variables[name], known) for name, each in f.variables.items()}
    for constraint in parsed.constraints.values():
        text = f.constraints[constraint.name].that
        parts = constraint.statement
        for part in parts.operands if isinstance(parts, t.And) else (parts,):
            if isinstance(part, t.Compare) and _decides(part, f.variables):
                yield from _comparison(f"{constraint.path}.that", text, part, known)


def _crossing(
    name: str, variable: Variable, bounds: ParsedVariable, known: Mapping[str, Extent]
) -> Iterator[Diagnostic]:
    """Two numbers are compared where they are declared; here at least one bound is an expression."""
    if bounds.lower is None or bounds.upper is None:
        return
    if not (isinstance(variable.lower, str) or isinstance(variable.upper, str)):
        return
    low, high = extent(bounds.lower.expression, known)[0], extent(bounds.upper.expression, known)[1]
    if low > high + _slack(low, high):
        yield Diagnostic(
            "error",
            f"variables.{name}",
            f"the lower bound `{bounds.lower.text}` is at least {low:g} and the upper bound "
            f"`{bounds.upper.text}` at most {high:g}",
            "correct one of them",
        )


def _comparison(path: str, text: str, node: t.Compare, known: Mapping[str, Extent]) -> Iterator[Diagnostic]:
    """A finding for each pair of a chain whose extents settle it."""
    sides = [(each, extent(each, known)) for each in node.operands]
    for operator, (left, right) in zip(node.operators, pairwise(sides), strict=True):
        if operator == "!=":
            continue
        (first, (low, high)), (second, (least, most)) = (
            (right, left) if operator in (">=", ">") else (left, right)
        )
        if operator == "==" and least > high + _slack(least, high):
            first, second, low, most = second, first, least, high
        if low > most + _slack(low, most):
            ends = f"at least {low:g}", f"at most {most:g}"
            what, hint = "cannot hold", "correct a bound, a number or the direction"
        elif operator != "==" and high < least - _slack(high, least):
            ends = f"at most {high:g}", f"at least {least:g}"
            what, hint = "never binds", "leave it out, or correct a number"
        else:
            continue
        message = f"it {what}: `{_short(first)}` is {ends[0]} and `{_short(second)}` {ends[1]}"
        yield Diagnostic("warning", path, message, hint, node.at[0] if node.at is not None else None, text)


def _slack(a: float, b: float) -> float:
    return _SLACK * max(1.0, min(abs(a), abs(b)))


def _short(node: t.Expr) -> str:
    text = unparse(node)
    return text if len(text) <= 60 else text[:57] + "..."


def _decides(node: t.Node, variables: Mapping[str, Variable]) -> bool:
    names = (each.id if isinstance(each, t.Name) else getattr(each, "name", "") for each in t.walk(node))
    return any(name in variables for name in names)


def _parameter(declared: Parameter) -> Extent:
    """The least and the largest number that is written; labels that are numbers only widen it."""
    given = (declared.value, declared.default)
    numbers = [float(each) for each in given if each is not None]
    numbers += _leaves(declared.values)
    from_elsewhere = declared.from_ is not None or declared.formula is not None
    return _ANY if from_elsewhere or not numbers else (min(numbers), max(numbers))


def _leaves(values: object) -> Iterator[float]:
    stack = [values]
    while stack:
        match stack.pop():
            case bool() | None | str():
                pass
            case int() | float() as number:
                yield float(number) if abs(number) <= MAX_NUMBER else math.copysign(math.inf, number)
            case Mapping() as inner:
                stack.extend(inner.values())
            case list() as inner:
                stack.extend(inner)


def _variable(declared: Variable, bounds: ParsedVariable, known: Mapping[str, Extent]) -> Extent:
    if declared.domain == "binary":
        return (0.0, 1.0)
    low = -math.inf if bounds.lower is None else extent(bounds.lower.expression, known)[0]
    high = math.inf if bounds.upper is None else extent(bounds.upper.expression, known)[1]
    if declared.domain in ("semicontinuous", "semiinteger"):
        return (min(low, 0.0), max(high, 0.0))
    return (low, high) if low <= high else _ANY


def extent(node: t.Expr, known: Mapping[str, Extent]) -> Extent:
    """The values an expression can take when each name takes those in `known`; any where nothing is known.

    >>> from agentopt.formulation.parse import parse_expression
    >>> extent(parse_expression("2*x - y"), {"x": (0, 3), "y": (-1, 1)})
    (-1.0, 7.0)
    """
    low, high = _extent(node, known)
    return _ANY if math.isnan(low) or math.isnan(high) or low > high else (low, high)


def _extent(node: t.Expr, known: Mapping[str, Extent]) -> Extent:
    match node:
        case t.Number(value=value):
            return (float(value), float(value))
        case t.Name(id=name) | t.Item(name=name):
            return known.get(name, _ANY)
        case t.Negate(operand=operand):
            low, high = extent(operand, known)
            return (-high, -low)
        case t.Add(terms=terms):
            parts = [extent(each, known) for each in terms]
            return (sum(low for low, _ in parts), sum(high for _, high in parts))
        case t.Multiply(factors=factors):
            return reduce(_times, [extent(each, known) for each in factors])
        case t.Divide(numerator=top, denominator=bottom):
            low, high = extent(bottom, known)
            return _ANY if low <= 0 <= high else _times(extent(top, known), (1 / high, 1 / low))
        case t.Power(base=base, exponent=t.Number(value=2)):
            low, high = extent(base, known)
            low, high = _size(low, high)
            return (low * low, high * high)
        case t.Call(function="abs", arguments=(argument,)):
            low, high = extent(argument, known)
            return _size(low, high)
        case t.Call(function="min" | "max" as function, arguments=arguments):
            pick = min if function == "min" else max
            parts = [extent(each, known) for each in arguments]
            return (pick(low for low, _ in parts), pick(high for _, high in parts))
        case t.Call(function="sin" | "cos" | "tanh"):
            return (-1.0, 1.0)
        case t.Call(function="exp" | "len" | "ord"):
            return (0.0, math.inf)
        case t.Aggregate(function="sum", body=body):
            # How many terms there are is not known, and there may be none.
            low, high = extent(body, known)
            return (0.0 if low >= 0 else -math.inf, 0.0 if high <= 0 else math.inf)
        case t.Aggregate(function="min" | "max", body=body):
            return extent(body, known)
        case t.Aggregate(function="count" | "norm"):
            return (0.0, math.inf)
        case t.Choice(then=then, otherwise=otherwise):
            parts = [extent(then, known), extent(otherwise, known)]
            return (min(low for low, _ in parts), max(high for _, high in parts))
        case _:
            return _ANY


def _size(low: float, high: float) -> Extent:
    return (0.0 if low <= 0 <= high else min(abs(low), abs(high)), max(abs(low), abs(high)))


def _times(a: Extent, b: Extent) -> Extent:
    # Nothing times without end is nothing here: the end is a bound, not a value.
    products = [0.0 if 0.0 in (x, y) else x * y for x in a for y in b]
    return (min(products), max(products))
