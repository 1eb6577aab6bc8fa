"""Lists and cards: aligned columns of text for a person, or JSON for a program."""

from __future__ import annotations

__all__ = ["bold", "card", "columns", "dim", "listing", "paragraph", "shown"]

import sys
import textwrap
from collections.abc import Mapping, Sequence

from agentopt.display.terminal import styled, width, write_json, write_out

_GAP = "  "
_LEAST = 20
"""Characters the last column has at least, however narrow the terminal."""


def listing(
    rows: Sequence[Mapping[str, object]], heads: Mapping[str, str], *, as_json: bool, empty: str
) -> None:
    """Print rows to standard output.

    Args:
        rows: all that is known of each, as JSON can say it.
        heads: the keys that a person is shown, and the heading of each.
        as_json: print the whole rows as a JSON list.
        empty: what a person is told when there are none.
    """
    if as_json:
        write_json([dict(row) for row in rows])
    elif not rows:
        write_out(empty)
    else:
        cells = [[shown(row.get(key)) for key in heads] for row in rows]
        write_out(columns(list(heads.values()), cells))


def card(pairs: Mapping[str, object]) -> str:
    """Names and values, one pair a line."""
    return columns([], [[name, shown(value)] for name, value in pairs.items()])


def columns(heads: Sequence[str], rows: Sequence[Sequence[str]], *, indent: int = 0) -> str:
    """Cells aligned in columns; the last is wrapped to the terminal, less an indent that is to come.

    >>> print(columns(["name", "what"], [["highs", "linear"], ["scip", "nonlinear"]]))
    name   what
    highs  linear
    scip   nonlinear
    """
    every = [*([list(heads)] if heads else []), *rows]
    if not every:
        return ""
    widths = [max(len(line) for row in every for line in row[k].split("\n")) for k in range(len(every[0]))]
    left = sum(widths[:-1]) + len(_GAP) * (len(widths) - 1)
    room = max(_LEAST, width() - left - indent)
    lines = []
    for number, row in enumerate(every):
        cells = [cell.split("\n") for cell in row[:-1]]
        cells.append([line for part in row[-1].split("\n") for line in textwrap.wrap(part, room) or [""]])
        for place in range(max(map(len, cells))):
            parts = [
                (cell[place] if place < len(cell) else "").ljust(w)
                for cell, w in zip(cells, [*widths[:-1], 0], strict=True)
            ]
            text = _GAP.join(parts).rstrip()
            lines.append(bold(text) if heads and number == 0 else text)
    return "\n".join(lines)


def paragraph(text: str) -> str:
    """A text wrapped to the terminal."""
    return textwrap.fill(text, width())


def shown(value: object) -> str:
    """A value for a person."""
    if value is None or value == "" or value == []:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(shown(each) for each in value)
    return str(value)


def bold(text: str) -> str:
    """The text, bold where that can be shown."""
    return f"\x1b[1m{text}\x1b[0m" if text and styled(sys.stdout) else text


def dim(text: str) -> str:
    """The text, faint where that can be shown."""
    return f"\x1b[2m{text}\x1b[0m" if text and styled(sys.stdout) else text
