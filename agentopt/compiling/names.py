"""Readable, legal, distinct names of columns and rows for model files.

Names are in the order of the arrays, so that a solution by name goes back to columns by position.
"""

from __future__ import annotations

__all__ = ["column_names", "fresh", "row_names", "shown_column", "shown_row"]

import re
from collections.abc import Iterable, Sequence

from agentopt.compiling.arrays import Compiled, RowBlock, VariableBlock

_LONGEST = 200


def column_names(compiled: Compiled) -> list[str]:
    """One name a column: `ship_seattle_topeka`."""
    return _distinct(_names(compiled, compiled.variables), "x")


def row_names(compiled: Compiled) -> list[str]:
    """One name a row: `meet_demand_topeka`."""
    return _distinct(_names(compiled, compiled.rows), "r")


def shown_column(compiled: Compiled, column: int) -> str:
    """A column as a person writes it: `ship[seattle, topeka]`."""
    return _shown(compiled, compiled.variables, column) or f"column {column}"


def shown_row(compiled: Compiled, row: int) -> str:
    """A row as a person writes it: `meet_demand[topeka]`."""
    return _shown(compiled, compiled.rows, row) or f"row {row}"


def _shown(compiled: Compiled, blocks: Sequence[VariableBlock] | Sequence[RowBlock], place: int) -> str:
    for block in blocks:
        if block.start <= place < block.start + len(block.codes):
            at = place - block.start
            labels = compiled.instance.labels.tuples(block.codes[at : at + 1])[0]
            return f"{block.name}[{', '.join(map(str, labels))}]" if labels else block.name
    return ""


def fresh(name: str, taken: Iterable[str]) -> str:
    """The name, with underscores after it until nothing else is called so.

    >>> fresh("obj", ["x", "obj", "obj_"])
    'obj__'
    """
    known = set(taken)
    while name in known:
        name += "_"
    return name


def _names(compiled: Compiled, blocks: Sequence[VariableBlock] | Sequence[RowBlock]) -> Iterable[str]:
    for block in blocks:
        if block.codes.shape[1] == 0:
            yield block.name
        else:
            for labels in compiled.instance.labels.tuples(block.codes):
                yield "_".join([block.name, *map(str, labels)])


def _distinct(names: Iterable[str], prefix: str) -> list[str]:
    """Letters, digits and underscores only; no name that could be read as a number or keyword; none twice.

    >>> _distinct(["ship_a b", "ship_a-b", "e1", "free", "2x"], "x")
    ['ship_a_b', 'ship_a_b__2', 'x_e1', 'x_free', 'x_2x']
    """
    found: list[str] = []
    seen: dict[str, int] = {}
    for name in names:
        legal = re.sub(r"[^A-Za-z0-9_]", "_", name)[:_LONGEST]
        if not _SAFE.match(legal) or legal.lower() in _KEYWORDS:
            legal = f"{prefix}_{legal}"
        count = seen.get(legal, 0)
        candidate = legal
        while count and candidate in seen:
            count += 1
            candidate = f"{legal}__{count}"
        seen[legal] = max(1, count)
        seen.setdefault(candidate, 1)
        found.append(candidate)
    return found


_SAFE = re.compile(r"(?![eE][0-9_+-]*$)(?![eE][0-9])[A-Za-z_]")
_KEYWORDS = frozenset(
    [
        "min",
        "minimize",
        "minimum",
        "max",
        "maximize",
        "maximum",
        "subject",
        "such",
        "st",
        "bounds",
        "bound",
        "free",
        "inf",
        "infinity",
        "general",
        "generals",
        "gen",
        "integer",
        "integers",
        "int",
        "binary",
        "binaries",
        "bin",
        "semi",
        "semis",
        "sos",
        "sos1",
        "sos2",
        "end",
        "obj",
    ]
)
