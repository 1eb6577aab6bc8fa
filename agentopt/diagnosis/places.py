"""Where a statement and its numbers come from: the sentence, the words of the text, the cell of a table.

A limit is told as the number a person would change: the parameter that stands alone on one side of a
comparison, or the figure written there.
"""

from __future__ import annotations

__all__ = ["Limit", "Side", "is_behind_one", "limit_of", "numbers_of", "statement"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis.members import Member
from agentopt.formulation import tree as t
from agentopt.formulation.instance import Instance, Label
from agentopt.formulation.resolve import Parsed, ParsedFormula, parse

Side = Literal["lower", "upper"]

MAX_NUMBERS = 4
"""Numbers of one statement that are told with their place."""


@dataclass(frozen=True)
class Limit:
    """The number that would be changed to make a side of a statement give way.

    Attributes:
        name, key: of the parameter; an empty name where the number is written in the statement itself.
        value: as it is.
        grows: whether giving way means a larger number.
        unit: of the parameter, or of the decision it limits; may be empty.
    """

    name: str
    key: tuple[Label, ...]
    value: float
    grows: bool
    unit: str = ""

    @property
    def label(self) -> str:
        """Name and index."""
        return f"{self.name}[{', '.join(map(str, self.key))}]" if self.key else self.name


def statement(compiled: Compiled, member: Member) -> str:
    """What a member states, with the sentence behind it and the places of its numbers."""
    formulation = compiled.instance.formulation
    if member.kind == "constraint":
        declared = formulation.constraints[member.name]
        words = f"{member.label}: {declared.that}"
        if declared.for_ and not member.key:
            words += f" for {declared.for_}"
        if declared.because:
            words += f" (“{declared.because.strip('“”')}”)"
    else:
        words = _limits(compiled, member)
    numbers = list(numbers_of(compiled, member))
    return f"{words}; {', '.join(numbers)}" if numbers else words


def _limits(compiled: Compiled, member: Member) -> str:
    declared = compiled.instance.formulation.variables[member.name]
    meaning = f" ({declared.meaning})" if declared.meaning else ""
    unit = f" {declared.unit}" if declared.unit else ""
    if member.kind == "whole":
        what = "is yes or no" if declared.domain == "binary" else "is a whole number"
        return f"{member.name} {what}{meaning}"
    column = member.columns[0]
    if member.kind == "lower":
        low = compiled.lower[column]
        return f"{member.label} cannot be {'negative' if low == 0 else f'below {low:.10g}{unit}'}{meaning}"
    return f"{member.label} is at most {compiled.upper[column]:.10g}{unit}{meaning}"


def numbers_of(compiled: Compiled, member: Member) -> Iterator[str]:
    """The parameters a statement speaks of, each with its value and where that was read."""
    parsed = parse(compiled.instance.formulation)
    told: dict[str, str] = {}
    for node in _nodes(parsed, member):
        if not isinstance(node, t.Name | t.Item):
            continue
        name = node.name if isinstance(node, t.Item) else node.id
        if name not in compiled.instance.parameters or name in told:
            continue
        key = _key(compiled, member, node)
        value = _value(compiled.instance, name, key)
        if value is not None and key is not None and (place := _place(compiled.instance, name, key)):
            unit = compiled.instance.formulation.parameters[name].unit
            label = f"{name}[{', '.join(map(str, key))}]" if key else name
            told[name] = f"{label} = {value:.10g}{f' {unit}' if unit else ''}, {place}"
    yield from list(told.values())[:MAX_NUMBERS]


def limit_of(compiled: Compiled, member: Member, side: Side) -> Limit | None:
    """The number behind one side of a member; None where no single one is."""
    parsed = parse(compiled.instance.formulation)
    declared = compiled.instance.formulation
    if member.kind in ("lower", "upper"):
        formulas = parsed.variables[member.name]
        formula = formulas.lower if member.kind == "lower" else formulas.upper
        unit = declared.variables[member.name].unit or ""
        if formula is None:
            return None
        return _number(compiled, member, formula.expression, grows=side == "upper", unit=unit)
    constraint = parsed.constraints.get(member.name)
    if constraint is None or len(member.rows) != 1 or not isinstance(constraint.statement, t.Compare):
        return None
    operands, operators = constraint.statement.operands, constraint.statement.operators
    unit = _unit(compiled, member.rows[0])
    if len(operands) == 3:
        low, high = (operands[0], operands[2]) if operators[0] in {"<", "<="} else (operands[2], operands[0])
        chosen = low if side == "lower" else high
        return _number(compiled, member, chosen, grows=side == "upper", unit=unit)
    if len(operands) != 2:
        return None
    left, right = operands
    # The row is left less right: where it may rise, the right side gives way by growing, the left by falling.
    found = _number(compiled, member, right, grows=side == "upper", unit=unit)
    return found or _number(compiled, member, left, grows=side == "lower", unit=unit)


def is_behind_one(compiled: Compiled, member: Member, limit: Limit) -> bool:
    """Whether the parameter of a limit stands nowhere else, and at each index of its constraint another."""
    parsed = parse(compiled.instance.formulation)
    if len(limit.key) < len(member.key):
        return False
    trees: list[t.Node] = [each.expression for each in parsed.objectives]
    for constraint in parsed.constraints.values():
        trees += [constraint.statement, *constraint.generators]
    for formulas in (parsed.formulas, parsed.filters, parsed.set_formulas):
        trees += [each.expression for each in formulas.values()]
    for bounds in parsed.variables.values():
        trees += [each.expression for each in (bounds.lower, bounds.upper) if each is not None]
    count = sum(
        (isinstance(node, t.Name) and node.id == limit.name)
        or (isinstance(node, t.Item) and node.name == limit.name)
        for tree in trees
        for node in t.walk(tree)
    )
    return count == 1


def _number(
    compiled: Compiled, member: Member, expression: t.Expr, *, grows: bool, unit: str
) -> Limit | None:
    match expression:
        case t.Number(value=written):
            return Limit("", (), float(written), grows, unit)
        case t.Name() | t.Item():
            name = expression.name if isinstance(expression, t.Item) else expression.id
            key = _key(compiled, member, expression)
            if name not in compiled.instance.parameters or key is None:
                return None
            value = _value(compiled.instance, name, key)
            own = compiled.instance.formulation.parameters[name].unit
            return None if value is None else Limit(name, key, value, grows, own or unit)
    return None


def _nodes(parsed: Parsed, member: Member) -> Iterator[t.Node]:
    if member.kind == "constraint":
        if member.name in parsed.constraints:
            yield from t.walk(parsed.constraints[member.name].statement)
        return
    formulas = parsed.variables.get(member.name)
    formula: ParsedFormula | None = None
    if formulas is not None:
        formula = {"lower": formulas.lower, "upper": formulas.upper}.get(member.kind)
    if formula is not None:
        yield from t.walk(formula.expression)


def _key(compiled: Compiled, member: Member, node: t.Name | t.Item) -> tuple[Label, ...] | None:
    """The labels an item stands for at the member's index; None where that is no matter of looking."""
    if isinstance(node, t.Name):
        return ()
    parsed = parse(compiled.instance.formulation)
    names: tuple[str, ...]
    if member.kind == "constraint":
        generators = parsed.constraints[member.name].generators
        names = tuple(target for each in generators for target in each.targets)
    else:
        formulas = parsed.variables[member.name]
        formula = formulas.lower if member.kind == "lower" else formulas.upper
        names = formula.indices if formula is not None else ()
    at = dict(zip(names, member.key, strict=False))
    found: list[Label] = []
    for key in node.keys:
        match key:
            case t.Name(id=name) if name in at:
                found.append(at[name])
            case t.Label(text=text):
                found.append(text)
            case t.Number(value=value):
                found.append(value)
            case _:
                return None
    return tuple(found)


def _value(instance: Instance, name: str, key: tuple[Label, ...] | None) -> float | None:
    if key is None:
        return None
    bound = instance.parameters[name]
    codes = [instance.labels.find(label) for label in key]
    if None in codes:
        return None
    found = bound.by_codes.get(tuple(code for code in codes if code is not None))
    return bound.default if found is None else found


def _place(instance: Instance, name: str, key: tuple[Label, ...]) -> str:
    """Where a number was read: the words of the text, or the cell of a table."""
    declared = instance.formulation.parameters[name]
    if instance.sources.get(name) == "the data given":
        return "as given"
    if declared.quote:
        return f"“{declared.quote}”"
    if declared.from_ is None:
        return ""
    column = f", column {declared.column}" if declared.column else ""
    heads = declared.key or [_head(instance, name) for name in declared.over]
    row = " and ".join(f"{head} {label}" for head, label in zip(heads, key, strict=False))
    return f"{declared.from_}{column}{f', row of {row}' if row else ''}"


def _head(instance: Instance, name: str) -> str:
    """What a table calls the elements of a set: the column they were read from, else the set's name."""
    columns = instance.formulation.sets[name].column
    return columns[0] if columns and len(columns) == 1 else name


def _unit(compiled: Compiled, row: int) -> str:
    """The unit a row is in, where its coefficients are ones and its decisions share one."""
    matrix = compiled.matrix
    at = np.flatnonzero(matrix.indices == row)
    if not len(at) or not (np.abs(matrix.values[at]) == 1).all():
        return ""
    columns = np.searchsorted(matrix.starts, at, side="right") - 1
    starts = [block.start for block in compiled.variables]
    blocks = {compiled.variables[int(np.searchsorted(starts, c, side="right")) - 1] for c in columns.tolist()}
    declared = compiled.instance.formulation.variables
    units = {declared[b.name].unit or "" if b.name in declared else "" for b in blocks}
    return units.pop() if len(units) == 1 else ""
