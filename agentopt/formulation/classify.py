"""What class of problem a formulation states, from its trees alone.

Without data this is an upper bound: a product of variables may vanish when bound, and what compiling
reformulates exactly counts as linear with integers (logic, piecewise-linear functions, and absolute values,
minima and maxima unless the model pushes them the convex way). The class of the compiled arrays is the one
engines are routed by.
"""

from __future__ import annotations

__all__ = ["Classes", "Degree", "classify", "degree"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Literal

from agentopt.formulation import tree as t
from agentopt.formulation.elements import Formulation
from agentopt.formulation.resolve import Parsed, parse

ClassName = Literal["LP", "MILP", "QP", "MIQP", "QCP", "MIQCP", "NLP", "MINLP", "CP", "SDP"]


class Degree(IntEnum):
    """How variables enter an expression."""

    DATA = 0
    LINEAR = 1
    QUADRATIC = 2
    NONLINEAR = 3


_OPPOSITE: Mapping[str, t.CompareOperator] = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}
_REFORMULATED = frozenset(["abs", "min", "max"])


@dataclass(frozen=True)
class Classes:
    """What a formulation states.

    Attributes:
        problem_class: `LP`, `MILP`, ... as compiling names them.
        constraints: the degree of each constraint.
        objectives: the degree of each objective, by name.
        integer: whether there are integer or semi-continuous variables, or statements that need binaries.
        reformulated: the constraints and objectives that may be rewritten with auxiliary binaries.
    """

    problem_class: ClassName
    constraints: Mapping[str, Degree]
    objectives: Mapping[str, Degree]
    integer: bool
    reformulated: Sequence[str] = ()


def classify(formulation: Formulation | Parsed) -> Classes:
    """The class of a formulation that parses.

    >>> f = {"variables": {"x": {}, "y": {"domain": "binary"}}, "objective": {"minimize": "x*x + y"}}
    >>> classify(Formulation.model_validate(f)).problem_class
    'MIQP'
    """
    parsed = formulation if isinstance(formulation, Parsed) else parse(formulation)
    variables = parsed.formulation.variables
    names = frozenset(variables)
    constraints = {name: degree(c.statement, names) for name, c in parsed.constraints.items()}
    objectives = {o.name: degree(o.expression, names) for o in parsed.objectives}
    trees: list[tuple[str, t.Expr, int]] = [(n, c.statement, 0) for n, c in parsed.constraints.items()]
    trees += [(o.name, o.expression, 1 if o.objective.sense == "minimize" else -1) for o in parsed.objectives]
    reformulated = tuple(name for name, tree, held in trees if _needs_binaries(tree, held, names))
    sequencing = any(
        isinstance(node, t.Form) and node.kind in t.SEQUENCING
        for _, tree, _ in trees
        for node in t.walk(tree)
    )
    integer = bool(reformulated) or any(v.domain != "real" for v in variables.values())
    statements = [c.statement for c in parsed.constraints.values()]
    worst = max(objectives.values(), default=Degree.DATA)
    rows = max(constraints.values(), default=Degree.DATA)
    found = _class(worst, rows, integer=integer)
    found = "CP" if sequencing and found == "MILP" else found
    found = "SDP" if any(_is_semidefinite(tree) for tree in statements) else found
    return Classes(found, constraints, objectives, integer, reformulated)


def _is_semidefinite(tree: t.Node) -> bool:
    return any(isinstance(node, t.Form) and node.kind == "semidefinite" for node in t.walk(tree))


def _class(objective: Degree, rows: Degree, *, integer: bool) -> ClassName:
    if max(objective, rows) == Degree.NONLINEAR:
        return "MINLP" if integer else "NLP"
    if rows == Degree.QUADRATIC:
        return "MIQCP" if integer else "QCP"
    if objective == Degree.QUADRATIC:
        return "MIQP" if integer else "QP"
    return "MILP" if integer else "LP"


def degree(node: t.Node, variables: frozenset[str]) -> Degree:
    """How variables enter an expression or statement; what is reformulated counts by its arguments."""
    match node:
        case t.Name(id=name) | t.Item(name=name):
            return Degree.LINEAR if name in variables else Degree.DATA
        case t.Multiply(factors=factors):
            return Degree(min(3, sum(degree(each, variables) for each in factors)))
        case t.Divide(numerator=top, denominator=bottom):
            below = degree(bottom, variables)
            return degree(top, variables) if below == Degree.DATA else Degree.NONLINEAR
        case t.Power(base=base, exponent=exponent):
            return _power(degree(base, variables), exponent, variables)
        case t.Call(function=function, arguments=arguments):
            worst = max((degree(each, variables) for each in arguments), default=Degree.DATA)
            return worst if worst == Degree.DATA or function in _REFORMULATED else Degree.NONLINEAR
        case t.Aggregate(function=function, body=body):
            inner = degree(body, variables)
            return Degree.NONLINEAR if function in ("prod", "norm") and inner else inner
        case t.Choice(then=then, otherwise=otherwise):
            return max(degree(then, variables), degree(otherwise, variables))
        case t.Negate(operand=operand) | t.Not(operand=operand):
            return degree(operand, variables)
        case t.Add(terms=parts) | t.Compare(operands=parts):
            return max((degree(each, variables) for each in parts), default=Degree.DATA)
        case t.And(operands=parts) | t.Or(operands=parts):
            return max((degree(each, variables) for each in parts), default=Degree.DATA)
        case t.Form(arguments=parts):
            return max((degree(each, variables) for each in parts), default=Degree.DATA)
        case _:
            return Degree.DATA


def _power(base: Degree, exponent: t.Expr, variables: frozenset[str]) -> Degree:
    if degree(exponent, variables):
        return Degree.NONLINEAR
    if base == Degree.DATA:
        return Degree.DATA
    if isinstance(exponent, t.Number) and exponent.value in (0, 1, 2):
        return Degree(min(3, base * int(exponent.value)))
    return Degree.NONLINEAR


def _needs_binaries(tree: t.Node, held: int, variables: frozenset[str]) -> bool:
    """Whether compiling may add binaries for a part.

    `held` says which way the rest of the model pushes the value: 1 down, -1 up, 0 neither or not known. An
    absolute value or a maximum that is held down, and a minimum that is held up, need none.
    """
    if not degree(tree, variables):
        return False
    match tree:
        case t.Compare(operands=operands, operators=operators):
            if "!=" in operators:
                return True
            side = 0 if len(operands) > 2 else {"<": 1, "<=": 1, ">": -1, ">=": -1}.get(operators[0], 0)
            sides = [side, *[-side] * (len(operands) - 1)]
            parts = zip(operands, sides, strict=True)
            return any(_needs_binaries(each, way, variables) for each, way in parts)
        case t.Not(operand=t.Compare(operands=operands, operators=(operator,))) if operator in _OPPOSITE:
            return _needs_binaries(t.Compare(operands, (_OPPOSITE[operator],)), held, variables)
        case t.Form(kind="semidefinite"):
            return False
        case t.Form() | t.Or() | t.Not() | t.Aggregate(function="count" | "any"):
            return True
        case t.Negate(operand=operand):
            return _needs_binaries(operand, -held, variables)
        case t.Multiply(factors=factors):
            sign = _sign([each for each in factors if not degree(each, variables)])
            decided = [each for each in factors if degree(each, variables)]
            way = held * sign if len(decided) == 1 else 0
            return any(_needs_binaries(each, way, variables) for each in decided)
        case t.Divide(numerator=top, denominator=bottom):
            ways = (top, held * _sign([bottom])), (bottom, 0)
            return any(_needs_binaries(each, way, variables) for each, way in ways)
        case t.Call(function="abs", arguments=(argument,)):
            return held != 1 or _needs_binaries(argument, 0, variables)
        case t.Call(function="max" | "min" as function, arguments=arguments):
            free = held == (1 if function == "max" else -1)
            return not free or any(_needs_binaries(each, held, variables) for each in arguments)
        case t.Aggregate(function="max" | "min" as function, body=body):
            free = held == (1 if function == "max" else -1)
            return not free or _needs_binaries(body, held, variables)
        case t.Add() | t.Aggregate(function="sum") | t.Choice() | t.And() | t.Aggregate(function="all"):
            return any(_needs_binaries(each, held, variables) for each in _parts(tree))
        case _:
            return any(_needs_binaries(each, 0, variables) for each in _parts(tree))


def _parts(tree: t.Node) -> tuple[t.Node, ...]:
    """The parts of a node whose values go into its own."""
    match tree:
        case t.Add(terms=parts) | t.And(operands=parts) | t.Call(arguments=parts):
            return parts
        case t.Aggregate(body=body):
            return (body,)
        case t.Choice(then=then, otherwise=otherwise):
            return (then, otherwise)
        case t.Power(base=base, exponent=exponent):
            return (base, exponent)
        case _:
            return ()


def _sign(factors: Sequence[t.Expr]) -> int:
    """The sign of a product of literals; 0 for data whose sign is not known."""
    sign = 1
    for each in factors:
        match each:
            case t.Number(value=value):
                sign *= (value > 0) - (value < 0)
            case t.Negate(operand=operand):
                sign *= -_sign([operand])
            case _:
                return 0
    return sign
