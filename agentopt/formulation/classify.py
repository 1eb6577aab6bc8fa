"""What class of problem a formulation states, from its trees alone.

Without data this is an upper bound: a product of variables may vanish when bound, and what compiling
reformulates exactly (absolute values, min and max, logic, piecewise-linear functions) counts as linear with
integers. The class of the compiled arrays is the one engines are routed by.
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

ClassName = Literal["LP", "MILP", "QP", "MIQP", "QCP", "MIQCP", "NLP", "MINLP"]


class Degree(IntEnum):
    """How variables enter an expression."""

    DATA = 0
    LINEAR = 1
    QUADRATIC = 2
    NONLINEAR = 3


_REFORMULATED = frozenset(["abs", "min", "max"])


@dataclass(frozen=True)
class Classes:
    """What a formulation states.

    Attributes:
        problem_class: `LP`, `MILP`, ... as compiling names them.
        constraints: the degree of each constraint.
        objectives: the degree of each objective, by name.
        integer: whether there are integer or semi-continuous variables, or statements that need binaries.
        reformulated: the constraints and objectives that are rewritten with auxiliary variables.
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
    trees = [*((n, c.statement) for n, c in parsed.constraints.items())]
    trees += [(o.name, o.expression) for o in parsed.objectives]
    reformulated = tuple(name for name, tree in trees if _needs_binaries(tree, names))
    integer = bool(reformulated) or any(v.domain != "real" for v in variables.values())
    worst = max(objectives.values(), default=Degree.DATA)
    rows = max(constraints.values(), default=Degree.DATA)
    return Classes(_class(worst, rows, integer=integer), constraints, objectives, integer, reformulated)


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


def _needs_binaries(tree: t.Node, variables: frozenset[str]) -> bool:
    """Whether compiling will add binaries for a part; convex uses of `abs` and `max` may need none."""
    for node in t.walk(tree):
        logical = isinstance(node, t.Form | t.Or | t.Not)
        if logical and degree(node, variables):
            return True
        if isinstance(node, t.Aggregate) and node.function in ("count", "any") and degree(node, variables):
            return True
        if isinstance(node, t.Compare) and "!=" in node.operators and degree(node, variables):
            return True
    return False
