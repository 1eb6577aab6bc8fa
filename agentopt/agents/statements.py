"""A small linear model in plain sums, each statement a line, and how two such models differ."""

from __future__ import annotations

__all__ = ["differences", "statements"]

from collections.abc import Sequence

import numpy as np

from agentopt.agents.explaining import number
from agentopt.agents.findings import column_name
from agentopt.compiling.arrays import Compiled, Integrality

MAX_STATED = 30
"""Statements that are listed."""


def statements(compiled: Compiled, names: Sequence[str] | None = None) -> list[str]:
    """The objective, the rows, and bounds other than zero, without the names of parameters.

    Args:
        compiled: the arrays.
        names: of the columns, instead of its own.

    >>> from agentopt.compiling import compile_instance
    >>> from agentopt.formulation.binding import bind
    >>> from agentopt.formulation.elements import Formulation
    >>> model = Formulation.model_validate(
    ...     {
    ...         "variables": {"x": {"upper": 4}, "y": {"domain": "integer"}},
    ...         "objective": {"maximize": "2*x + y"},
    ...         "constraints": {"both": {"that": "x + 3*y <= 9 - x"}},
    ...     }
    ... )
    >>> statements(compile_instance(bind(model)))
    ['maximize 2 x + y', '2 x + 3 y ≤ 9', 'x ≤ 4', 'y is whole']
    """
    names = _names(compiled) if names is None else names
    found = [f"{each.sense} {_sum(enumerate(each.cost.tolist()), names)}" for each in compiled.objectives]
    rows: list[list[tuple[int, float]]] = [[] for _ in range(compiled.num_rows)]
    starts = compiled.matrix.starts.tolist()
    for column in range(compiled.num_columns):
        for place in range(starts[column], starts[column + 1]):
            rows[int(compiled.matrix.indices[place])].append((column, float(compiled.matrix.values[place])))
    for row, low, high in zip(rows, compiled.row_lower.tolist(), compiled.row_upper.tolist(), strict=True):
        found += _related(_sum(row, names), low, high)
    for name, low, high in zip(names, compiled.lower.tolist(), compiled.upper.tolist(), strict=True):
        found += _related(name, low if low else -np.inf, high)
    whole = compiled.integrality == Integrality.INTEGER
    if whole.all() and compiled.num_columns > 1:
        found.append("all amounts are whole")
    else:
        found += [f"{names[column]} is whole" for column in np.flatnonzero(whole).tolist()]
    return found


def differences(one: Compiled, other: Compiled) -> tuple[list[str], list[str]]:
    """What only the one states, and what only the other does.

    Columns are matched by name; where the names differ, and there are as many, by their order.
    """
    names = _names(one)
    others = _names(other)
    if set(names) != set(others) and len(names) == len(others):
        others = names
    mine, yours = statements(one, names), statements(other, others)
    return [each for each in mine if each not in yours], [each for each in yours if each not in mine]


def _names(compiled: Compiled) -> list[str]:
    """Columns by their index alone where there is one variable, otherwise by variable and index."""
    full = [column_name(compiled, column) for column in range(compiled.num_columns)]
    if len([block for block in compiled.variables if not block.auxiliary]) > 1:
        return full
    return [name.partition("[")[2].removesuffix("]") or name for name in full]


def _sum(terms: enumerate[float] | list[tuple[int, float]], names: Sequence[str]) -> str:
    parts: list[str] = []
    for column, value in terms:
        if value == 0:
            continue
        size = "" if abs(value) == 1 else f"{number(abs(value))} "
        sign = ("- " if value < 0 else "+ ") if parts else ("-" if value < 0 else "")
        parts.append(f"{sign}{size}{names[column]}")
    return " ".join(parts) or "0"


def _related(what: str, low: float, high: float) -> list[str]:
    if low == high:
        return [f"{what} = {number(low)}"]
    found = [f"{what} ≥ {number(low)}"] if np.isfinite(low) else []
    return found + ([f"{what} ≤ {number(high)}"] if np.isfinite(high) else [])
