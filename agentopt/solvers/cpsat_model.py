"""A model in integers handed to CP-SAT: sequencing statements as its own constraints, the rest as rows."""

from __future__ import annotations

__all__ = ["Built", "build"]

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Affine, Compiled, Integrality, Structure
from agentopt.compiling.integers import Integers
from agentopt.compiling.standing import standing
from agentopt.formulation.instance import Values


@dataclass(frozen=True, eq=False)
class Built:
    """The model, and its variables by column; None for a column that only restates a statement."""

    model: Any
    variables: list[Any]
    scale: np.ndarray

    def values(self, value: Any) -> Values:
        """Column values from a function of variables; 0 where there is no variable."""
        found = [0 if each is None else value(each) for each in self.variables]
        return np.asarray(np.array(found, dtype=float) / self.scale)


def build(
    compiled: Compiled, whole: Integers, hint: Values | None = None, least: float | None = None
) -> Built:
    """The CP-SAT model of a compiled model in integers.

    Args:
        compiled: the model.
        whole: it in integers.
        hint: shape (n,), a point to begin from, instead of the model's own start.
        least: a proved bound on the objective in integers, which is minimized.
    """
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    structures = [each for each in standing(compiled) if _scaled(each, whole) is not None]
    # Those of one statement share rows: either all of them stand for these, or none.
    ranges = [each.rows for each in structures]
    structures = [
        each
        for each in structures
        if ranges.count(each.rows) == sum(other.rows == each.rows for other in compiled.structures)
    ]
    hidden = np.zeros(compiled.num_columns, dtype=bool)
    left_out = np.zeros(compiled.num_rows, dtype=bool)
    for each in structures:
        hidden[each.columns[0] : each.columns[1]] = True
        left_out[each.rows[0] : each.rows[1]] = True
    variables = _variables(model, compiled, whole, hidden)
    _rows(model, whole, variables, left_out)
    for each in structures:
        expressions = _scaled(each, whole)
        assert expressions is not None
        _STATED[each.kind](
            model, each, {role: _linear(model, part, variables) for role, part in expressions.items()}
        )
    _objective(model, whole, variables, least)
    _hints(model, compiled.start if hint is None else hint, whole, variables)
    return Built(model, variables, whole.scale)


def _variables(model: Any, compiled: Compiled, whole: Integers, hidden: np.ndarray) -> list[Any]:
    from ortools.sat.python import cp_model

    semi = compiled.integrality == Integrality.SEMIINTEGER
    found: list[Any] = []
    for column in range(compiled.num_columns):
        if hidden[column]:
            found.append(None)
            continue
        low, high = int(whole.lower[column]), int(whole.upper[column])
        if semi[column]:
            least, most = math.ceil(compiled.lower[column]), math.floor(compiled.upper[column])
            intervals = [[0, 0]] + ([[least, most]] if least <= most else [])
            domain = cp_model.Domain.from_intervals(intervals)
            found.append(model.new_int_var_from_domain(domain, f"x{column}"))
        else:
            found.append(model.new_int_var(low, high, f"x{column}"))
    return found


def _rows(model: Any, whole: Integers, variables: Sequence[Any], left_out: np.ndarray) -> None:
    from ortools.sat.python import cp_model

    ends = np.searchsorted(whole.rows, np.arange(len(left_out) + 1))
    for row in np.flatnonzero(~left_out).tolist():
        low, high = whole.row_lower[row], whole.row_upper[row]
        if low is None and high is None:
            continue
        entries = slice(int(ends[row]), int(ends[row + 1]))
        terms = [variables[j] for j in whole.columns[entries].tolist()]
        expression = cp_model.LinearExpr.weighted_sum(terms, whole.values[entries].tolist())
        least = cp_model.INT_MIN if low is None else low
        most = cp_model.INT_MAX if high is None else high
        model.add_linear_constraint(expression, least, most)


def _objective(model: Any, whole: Integers, variables: Sequence[Any], least: float | None) -> None:
    from ortools.sat.python import cp_model

    priced = np.flatnonzero(whole.cost).tolist()
    if priced:
        terms = [variables[j] for j in priced]
        total = cp_model.LinearExpr.weighted_sum(terms, whole.cost[priced].tolist())
        model.minimize(total)
        if least is not None and abs(least) < 2**52:
            model.add_linear_constraint(total, math.ceil(least - 1e-6), cp_model.INT_MAX)


def _hints(model: Any, start: Values | None, whole: Integers, variables: Sequence[Any]) -> None:
    if start is None:
        return
    for column in np.flatnonzero(~np.isnan(start)).tolist():
        if variables[column] is not None:
            model.add_hint(variables[column], round(float(start[column]) * int(whole.scale[column])))


_FAR = 2**55
"""Beyond any time that can be reached."""

_Parts = dict[str, list[tuple[int, list[int], list[int]]]]
"""Expressions by role: a constant, columns and coefficients each."""

_TIMES = ("start", "length")
_VALUES = ("member", "value")


def _scaled(structure: Structure, whole: Integers) -> _Parts | None:
    """The expressions of a structure in integers; those that are compared with each other by one factor."""
    written = {role: _fractions(part, whole) for role, part in structure.parts.items()}
    groups = [[role for role in group if role in written] for group in (_TIMES, _VALUES)]
    groups += [[role] for role in written if role not in _TIMES + _VALUES]
    found: _Parts = {}
    for group in groups:
        numbers = [n for role in group for constant, _, values in written[role] for n in (constant, *values)]
        factor = math.lcm(1, *(number.denominator for number in numbers))
        if factor > 1 and (structure.kind == "cumulative" or group not in ([*_TIMES], [*_VALUES])):
            return None
        if any(abs(number) * factor > 2**52 for number in numbers):
            return None
        for role in group:
            found[role] = [
                (int(constant * factor), columns, [int(value * factor) for value in values])
                for constant, columns, values in written[role]
            ]
    if any(not float(value).is_integer() for part in structure.numbers.values() for value in part.tolist()):
        return None
    return found


def _fractions(part: Affine, whole: Integers) -> list[tuple[Fraction, list[int], list[Fraction]]]:
    order = np.argsort(part.points, kind="stable")
    ends = np.searchsorted(part.points[order], np.arange(len(part.constant) + 1))
    found = []
    for point, constant in enumerate(part.constant.tolist()):
        entries = order[ends[point] : ends[point + 1]]
        columns = part.columns[entries].tolist()
        values = part.values[entries].tolist()
        scales = whole.scale[part.columns[entries]].tolist()
        shares = [Fraction(repr(value)) / scale for value, scale in zip(values, scales, strict=True)]
        found.append((Fraction(repr(constant)), columns, shares))
    return found


def _linear(model: Any, part: list[tuple[int, list[int], list[int]]], variables: Sequence[Any]) -> list[Any]:
    """CP-SAT expressions of one variable at most; a plain one stays plain, since literals must be."""
    found: list[Any] = []
    for constant, columns, values in part:
        if not columns:
            found.append(constant)
        elif constant == 0 and values == [1]:
            found.append(variables[columns[0]])
        elif constant == 1 and values == [-1] and _is_binary(variables[columns[0]]):
            found.append(variables[columns[0]].negated())
        elif len(columns) == 1:
            found.append(values[0] * variables[columns[0]] + constant)
        else:
            terms = [(variables[j], value) for j, value in zip(columns, values, strict=True)]
            found.append(_total(model, terms, constant))
    return found


def _total(model: Any, terms: Sequence[tuple[Any, int]], constant: int) -> Any:
    """A variable that is a sum of several."""
    domains = [(list(each.proto.domain), value) for each, value in terms]
    sides = [(domain[0] * value, domain[-1] * value) for domain, value in domains]
    low, high = (constant + sum(fold(pair) for pair in sides) for fold in (min, max))
    total = model.new_int_var(low, high, f"sum{len(model.proto.variables)}")
    model.add(total == sum(value * each for each, value in terms) + constant)
    return total


def _end(model: Any, start: Any, length: Any, name: str) -> Any:
    """When a task ends: an expression of one variable, which a sum of two is not."""
    if isinstance(start, int):
        return start + length
    end = model.new_int_var(-_FAR, _FAR, f"end_{name}")
    model.add(end == start + length)
    return end


def _is_binary(variable: Any) -> bool:
    domain = list(variable.proto.domain)
    return bool(domain[0] >= 0 and domain[-1] <= 1)


# -- statements ----------------------------------------------------------------------------------------------


def _all_different(model: Any, structure: Structure, parts: dict[str, list[Any]]) -> None:
    model.add_all_different(parts["member"])


def _element(model: Any, structure: Structure, parts: dict[str, list[Any]]) -> None:
    model.add_element(parts["place"][0] - 1, parts["member"], parts["value"][0])


def _intervals(model: Any, parts: dict[str, list[Any]]) -> list[Any]:
    found = []
    for number, (start, length, present) in enumerate(
        zip(parts["start"], parts["length"], parts["present"], strict=True)
    ):
        name = f"task{number}"
        if isinstance(present, int) and present == 1:
            found.append(_interval(model, start, length, name))
        elif isinstance(length, int):
            found.append(model.new_optional_fixed_size_interval_var(start, length, present, name))
        else:
            end = _end(model, start, length, name)
            found.append(model.new_optional_interval_var(start, length, end, present, name))
    return found


def _interval(model: Any, start: Any, length: Any, name: str) -> Any:
    if isinstance(length, int):
        return model.new_fixed_size_interval_var(start, length, name)
    return model.new_interval_var(start, length, _end(model, start, length, name), name)


def _no_overlap(model: Any, structure: Structure, parts: dict[str, list[Any]]) -> None:
    model.add_no_overlap(_intervals(model, parts))


def _cumulative(model: Any, structure: Structure, parts: dict[str, list[Any]]) -> None:
    needs = [int(need) for need in structure.numbers["need"].tolist()]
    model.add_cumulative(_intervals(model, parts), needs, parts["capacity"][0])


def _arcs(model: Any, structure: Structure, parts: dict[str, list[Any]]) -> list[tuple[int, int, Any]]:
    tails, heads = (structure.numbers[role].astype(int).tolist() for role in ("tail", "head"))
    return list(zip(tails, heads, parts["arc"], strict=True))


def _circuit(model: Any, structure: Structure, parts: dict[str, list[Any]]) -> None:
    model.add_circuit(_arcs(model, structure, parts))


def _routes(model: Any, structure: Structure, parts: dict[str, list[Any]]) -> None:
    arcs = _arcs(model, structure, parts)
    load = structure.numbers["load"].astype(int).tolist()
    capacity = int(structure.numbers["capacity"][0])
    model.add_multiple_circuit(arcs)
    carried = [model.new_int_var(each, max(each, capacity), f"load{node}") for node, each in enumerate(load)]
    for node, each in enumerate(load):
        if node and each > capacity:
            model.add_bool_or([])
    for tail, head, literal in arcs:
        if tail and head:
            model.add(carried[head] >= carried[tail] + load[head]).only_enforce_if(literal)


_STATED = {
    "alldifferent": _all_different,
    "element": _element,
    "no_overlap": _no_overlap,
    "cumulative": _cumulative,
    "circuit": _circuit,
    "routes": _routes,
}
