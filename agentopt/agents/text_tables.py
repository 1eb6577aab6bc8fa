"""Large tables inside a problem text, moved out so that a formulation refers to them, not copies them.

Copying numbers is where models err most on data-heavy texts. A Markdown table with many numbers becomes a
CSV file beside the attached ones; the text keeps its heading, its first rows and the name of the file.
"""

from __future__ import annotations

__all__ = ["move_out"]

import csv
import io
import re
from dataclasses import dataclass

MIN_NUMBERS = 40
"""Tables with fewer numbers stay in the text, where their meaning is plainest."""

SHOWN_ROWS = 3

_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*\Z")
_NUMBER = re.compile(r"[-+]?\$?\d[\d,]*(\.\d+)?%?\Z")
_OMITTED = re.compile(r"\.{2,}|…\Z")


@dataclass(frozen=True)
class TextTable:
    """A table of the text: the name it is referred to by, and its content as CSV."""

    name: str
    csv: str


def move_out(text: str) -> tuple[str, tuple[TextTable, ...]]:
    r"""The text with its large tables cut short, and those tables.

    >>> body = "\n".join(f"| p{n} | {n} | {n * n} |" for n in range(30))
    >>> short, tables = move_out("Costs:\n| plant | a | b |\n|---|---|---|\n" + body + "\nMinimize.")
    >>> tables[0].name, tables[0].csv.splitlines()[:2]
    ('text_table_1.csv', ['plant,a,b', 'p0,0,0'])
    >>> short.splitlines()[-2:]
    ['(and so on: every row is in the attached table text_table_1.csv)', 'Minimize.']
    """
    lines = text.split("\n")
    kept: list[str] = []
    tables: list[TextTable] = []
    place = 0
    while place < len(lines):
        end = _end(lines, place)
        rows = [_cells(line) for line in (lines[place], *lines[place + 2 : end])] if end else []
        if not end or not _whole(rows):
            kept.append(lines[place])
            place += 1
            continue
        table = TextTable(f"text_table_{len(tables) + 1}.csv", _csv(rows))
        tables.append(table)
        kept += lines[place : place + 2 + SHOWN_ROWS]
        kept.append(f"(and so on: every row is in the attached table {table.name})")
        place = end
    return "\n".join(kept), tuple(tables)


def _end(lines: list[str], start: int) -> int:
    """The line after a Markdown table that starts at `start`, 0 when none does."""
    if "|" not in lines[start] or start + 1 >= len(lines):
        return 0
    if "|" not in lines[start + 1] or not _RULE.match(lines[start + 1]):
        return 0
    end = start + 2
    while end < len(lines) and "|" in lines[end]:
        end += 1
    return end


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _whole(rows: list[list[str]]) -> bool:
    """Whether a table is rectangular, with distinct headings, nothing left out, and many numbers."""
    heading, *body = rows
    if len(set(heading)) != len(heading) or any(len(row) != len(heading) for row in body):
        return False
    cells = [cell for row in body for cell in row]
    if any(_OMITTED.match(cell) for cell in cells):
        return False
    return sum(_NUMBER.match(cell) is not None for cell in cells) >= MIN_NUMBERS


def _csv(rows: list[list[str]]) -> str:
    """CSV, numbers without the thousands commas and dollar signs of prose."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for place, row in enumerate(rows):
        plain = [
            c.replace(",", "").replace("$", "") if place and _NUMBER.match(c) and not c.endswith("%") else c
            for c in row
        ]
        writer.writerow(plain)
    return out.getvalue()
