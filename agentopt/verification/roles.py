"""What the formulation and its words say about a parameter with a role: where it stands, alone or not, and
as what.

A role is the modeller's word, and may be wrong where the model is right. A test that rests on a role
accuses the model only if words other than the role say the same: names, meanings, quotes, the sentence a
constraint cites.
"""

from __future__ import annotations

__all__ = ["Use", "direction", "uses"]

import re
from dataclasses import dataclass
from typing import Literal

from agentopt.formulation import tree as t
from agentopt.formulation.elements import Formulation, Role
from agentopt.formulation.resolve import Parsed

_UPPER = re.compile(
    r"\b(?:at most|up to|no more than|not more than|(?:not|cannot|can't|never) exceed|within|maximum|max|"
    r"limit(?:ed|s)?|no more|capacity)\b",
    re.IGNORECASE,
)
_LOWER = re.compile(
    r"\b(?:at least|minimum|min|no (?:less|fewer) than|not (?:less|fewer) than|enough|"
    r"must (?:be )?(?:meet|met|satisf\w+|fulfil\w*|cover\w*|receiv\w+|get)|meet|satisfy|fulfil)\b",
    re.IGNORECASE,
)
_EITHER = re.compile(r"\b(?:exactly|equal|all of it|must use|use up|between)\b", re.IGNORECASE)
_COST = re.compile(r"\b(?:costs?|expenses?|charges?|fees?|wages?|penalt(?:y|ies))\b", re.IGNORECASE)
_REWARD = re.compile(
    r"\b(?:profits?|revenues?|prices?|rewards?|earnings?|returns?|sells? for|income)\b", re.IGNORECASE
)
_DOWN = re.compile(
    r"\b(?:minimi[sz]\w*|cheapest|least cost|lowest cost|as (?:cheap|little) as)\b", re.IGNORECASE
)
_UP = re.compile(r"\b(?:maximi[sz]\w*|highest|greatest|as (?:much|many) as|most profit\w*)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Use:
    """Where a parameter with a role stands.

    Attributes:
        name, role: of the parameter.
        constraints: the constraints it stands in, once for each time.
        in_objective: how often it stands in an objective.
        elsewhere: whether other data, a set, a bound or a condition depends on it.
        alone: it stands once, as a whole side of a comparison (perhaps times a binary variable), and the
            other side holds the variables.
        limits: for one that stands alone, whether its row bounds the other side from above or below.
        said: whether words other than the role say the same as the role, and none the opposite.
    """

    name: str
    role: Role
    constraints: tuple[str, ...]
    in_objective: int
    elsewhere: bool
    alone: bool
    limits: Literal["above", "below", "both", ""]
    said: bool


def uses(parsed: Parsed, text: str | None = None) -> list[Use]:
    """Every parameter with a role that a test can rest on, in order of declaration."""
    f = parsed.formulation
    return [
        _use(parsed, name, parameter.role)
        for name, parameter in f.parameters.items()
        if parameter.role in {Role.CAPACITY, Role.REQUIREMENT, Role.COST, Role.REWARD}
    ]


def _use(parsed: Parsed, name: str, role: Role) -> Use:
    standing = [c.name for c in parsed.constraints.values() for _ in range(_count(c.statement, name))]
    conditions = [
        node for c in parsed.constraints.values() for g in c.generators for node in (g.domain, *g.conditions)
    ]
    data = [
        formula.expression
        for part in (parsed.filters, parsed.set_formulas, parsed.formulas)
        for formula in part.values()
    ]
    for variable in parsed.variables.values():
        data += [side.expression for side in (variable.lower, variable.upper) if side is not None]
    inner = [
        node
        for root in [c.statement for c in parsed.constraints.values()]
        + [o.expression for o in parsed.objectives]
        for each in t.walk(root)
        for node in _conditions(each)
    ]
    ends = [str(end) for each in parsed.formulation.sets.values() for end in (each.first, each.last)]
    elsewhere = name in ends or any(_count(node, name) for node in [*conditions, *data, *inner])
    in_objective = sum(_count(o.expression, name) for o in parsed.objectives)
    limits: Literal["above", "below", "both", ""] = ""
    if len(standing) == 1 and not in_objective and not elsewhere:
        limits = _limits(parsed.formulation, parsed.constraints[standing[0]].statement, name)
    return Use(
        name,
        role,
        tuple(standing),
        in_objective,
        elsewhere,
        bool(limits),
        limits,
        _said(parsed.formulation, name, role, standing),
    )


def _conditions(node: t.Node) -> list[t.Node]:
    match node:
        case t.Choice(condition=condition):
            return [condition]
        case t.Aggregate(generators=generators):
            return [part for g in generators for part in (g.domain, *g.conditions)]
        case t.Item(keys=keys):
            return list(keys)
    return []


def _count(root: t.Node, name: str) -> int:
    return sum(
        (isinstance(node, t.Name) and node.id == name) or (isinstance(node, t.Item) and node.name == name)
        for node in t.walk(root)
    )


def _limits(f: Formulation, statement: t.Expr, name: str) -> Literal["above", "below", "both", ""]:
    """How a comparison bounds the variables by a parameter that is one of its sides."""
    if not isinstance(statement, t.Compare) or len(statement.operands) != 2:
        return ""
    (left, right), (operator,) = statement.operands, statement.operators
    if _is_side(f, left, name) and _decides(f, right) and not _count(right, name):
        operator = {"<=": ">=", "<": ">", ">=": "<=", ">": "<"}.get(operator, operator)  # type: ignore[assignment]  # still one
    elif not (_is_side(f, right, name) and _decides(f, left) and not _count(left, name)):
        return ""
    side = right if _is_side(f, right, name) else left
    if operator in {"==", "!="}:
        return "both" if operator == "==" else ""
    del side
    return "above" if operator in {"<=", "<"} else "below"


def _is_side(f: Formulation, expr: t.Expr, name: str) -> bool:
    """Whether an expression is the parameter, perhaps times one binary variable."""
    match expr:
        case t.Name(id=own):
            return own == name
        case t.Item(name=own):
            return own == name
        case t.Multiply(factors=(one, other)):
            for side, rest in ((one, other), (other, one)):
                variable = (
                    rest.id if isinstance(rest, t.Name) else rest.name if isinstance(rest, t.Item) else ""
                )
                if _is_side(f, side, name) and variable in f.variables:
                    return f.variables[variable].domain == "binary"
    return False


def _decides(f: Formulation, expr: t.Expr) -> bool:
    return any(
        (node.id if isinstance(node, t.Name) else node.name) in f.variables
        for node in t.walk(expr)
        if isinstance(node, t.Name | t.Item)
    )


def _said(f: Formulation, name: str, role: Role, standing: list[str]) -> bool:
    parameter = f.parameters[name]
    own = " . ".join([name, parameter.meaning, parameter.quote or ""]).replace("_", " ")
    rows = [f"{each} . {f.constraints[each].because}" for each in dict.fromkeys(standing)]
    cited = " . ".join(rows).replace("_", " ")
    match role:
        # The row's own words must say it, and neither they nor the parameter's the opposite.
        case Role.CAPACITY:
            return bool(_UPPER.search(cited)) and not (
                _LOWER.search(f"{own} . {cited}") or _EITHER.search(cited)
            )
        case Role.REQUIREMENT:
            return bool(_LOWER.search(cited)) and not (
                _UPPER.search(f"{own} . {cited}") or _EITHER.search(cited)
            )
        case Role.COST:
            return bool(_COST.search(own)) and not _REWARD.search(own)
        case Role.REWARD:
            return bool(_REWARD.search(own)) and not _COST.search(own)
    return False


def direction(f: Formulation, text: str | None) -> Literal["minimize", "maximize", ""]:
    """The way the words of the problem say; empty where they say neither or both."""
    said = " . ".join([text or "", f.title, *(o.meaning for o in f.objectives)])
    down, up = bool(_DOWN.search(said)), bool(_UP.search(said))
    return "" if down == up else "minimize" if down else "maximize"
