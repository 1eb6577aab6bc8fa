"""Tables about two groups, as grids are read from them: plain labels, numbered things by their kind."""

from __future__ import annotations

__all__ = ["cleaned"]

import re
from dataclasses import replace

from agentopt.reader.families.nouns import TYPE_NOUNS, stem
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import tokenize

_AROUND = re.compile(r"^(?:(?:to|from)\b\s*|(?:->|→|⇒|=>)\s*)|\s*(?:->|→)$", re.IGNORECASE)
_UNIT = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")


def cleaned(table: Table) -> Table:
    """A table with its labels bare.

    `to Denver ($)` becomes `Denver`, `mill_1` becomes `mill 1`, a row that is labelled `2` under `Store`
    becomes `Store 2`; a first column that only counts the rows is left out.
    """
    if table.layout == "list" or not table.header or not table.rows:
        return table
    rows = [list(row) for row in table.rows]
    header = list(table.header)
    if _counts(table) and len(header) > 2 and rows[0][1].value is None:
        header, rows = header[1:], [row[1:] for row in rows]
    kind = next((stem(t.text) for t in tokenize(header[0].text) if stem(t.text) in TYPE_NOUNS), "")
    for row in rows:
        if row and row[0].value is not None and row[0].text.isalnum():
            called = f"{kind or 'row'} {row[0].text}"
            row[0] = replace(row[0], text=called, value=None)
        elif row:
            row[0] = _bare(row[0])
    if len(header) == 2 and header[1].value is None and len(header[1].text.split()) == 1:
        header[1] = replace(header[1], text=f"amount of {header[1].text}")
    numbered = all(cell.text.isdecimal() for cell in header[1:]) and len(header) > 2
    for at in range(1, len(header)):
        cell = header[at]
        header[at] = replace(cell, text=f"column {cell.text}", value=None) if numbered else _bare(cell)
    return replace(table, header=tuple(header), rows=tuple(tuple(row) for row in rows))


def _counts(table: Table) -> bool:
    """Whether the first column only counts the rows."""
    first = [row[0].value for row in table.rows if row]
    return first == list(range(1, len(first) + 1)) and table.header[0].text.lower() in (
        "#",
        "",
        "no",
        "no.",
        "nr",
    )


def _bare(cell: Cell) -> Cell:
    """A label without direction, unit and marks."""
    text = cell.text.replace("_", " ").strip("*`~ ")
    short = _UNIT.sub("", text)
    short = _AROUND.sub("", short).strip() if len(short.split()) > 1 or "→" in short else short
    return replace(cell, text=short or text)
