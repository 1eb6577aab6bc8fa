"""What a table says of the things it names: a matrix of pairs, columns of attributes, or one pair to a line.

Headings and labels that say an attribute ("Supply", "Cost ($)") are told from those that name things by the
words a reader gives. A cell says something of its row, of its column, or of both.
"""

from __future__ import annotations

__all__ = ["Attributes", "Grid", "Said", "grid"]

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentopt.reader.families.nouns import TYPE_NOUNS, stem
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import tokenize

Attributes = Mapping[str, frozenset[str]]
"""The stems that say an attribute, by its name; "total" is for sums."""


@dataclass(frozen=True, slots=True)
class Said:
    """A cell, what it is said of, and the attribute its heading or label names ("" for none)."""

    row: str | None
    column: str | None
    attribute: str
    cell: Cell


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, unfolded.

    Attributes:
        rows, columns: the names down the side and across the top, or of the two columns of a table of pairs.
        row_noun, column_noun: the nouns that head them, "" for none.
        said: every cell that is no label.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    row_noun: str
    column_noun: str
    said: tuple[Said, ...]


def grid(table: Table, attributes: Attributes, *, ragged: bool = False) -> Grid | None:
    """A table with a heading as what its cells say; None when it has another form.

    Args:
        table: not a list.
        attributes: the words that say an attribute.
        ragged: whether rows may be shorter than the heading, as where the corner of two margins is left out.
    """
    width = len(table.header)
    if table.layout == "list" or width < 2 or any(len(row) > width for row in table.rows):
        return None
    if not ragged and not table.is_even:
        return None
    if any(cell.value is not None for row in table.rows for cell in row[:1]):
        return None
    if width >= 3 and not any(row[1].value is not None for row in table.rows if len(row) > 1):
        return _pairs(table, attributes)
    return _matrix(table, attributes)


def _matrix(table: Table, attributes: Attributes) -> Grid | None:
    heads = [_attribute(cell.text, attributes) for cell in table.header]
    labels = [_attribute(row[0].text, attributes) for row in table.rows]
    rows = [_name(row[0]) for row, label in zip(table.rows, labels, strict=True) if not label]
    columns = [_name(cell) for cell, head in zip(table.header[1:], heads[1:], strict=True) if not head]
    if not _distinct(rows) or not _distinct(columns):
        return None
    said = tuple(
        Said(
            None if label else _name(row[0]),
            None if head else _name(title),
            label or head,
            cell,
        )
        for row, label in zip(table.rows, labels, strict=True)
        for cell, title, head in zip(row[1:], table.header[1:], heads[1:], strict=False)
    )
    row_noun, column_noun = _corner(table.header[0].text)
    return Grid(tuple(rows), tuple(columns), row_noun, column_noun, said)


def _pairs(table: Table, attributes: Attributes) -> Grid | None:
    """Lines such as `Seattle, Chicago, 1.7`."""
    heads = [_attribute(cell.text, attributes) for cell in table.header]
    if not table.is_even or any(cell.is_blank for row in table.rows for cell in row):
        return None
    rows = tuple(dict.fromkeys(_name(row[0]) for row in table.rows))
    columns = tuple(dict.fromkeys(_name(row[1]) for row in table.rows))
    said = tuple(
        Said(_name(row[0]), _name(row[1]), head, cell)
        for row in table.rows
        for cell, head in zip(row[2:], heads[2:], strict=True)
    )
    nouns = (_noun(table.header[0].text), _noun(table.header[1].text))
    return Grid(rows, columns, *nouns, said)


def _name(cell: Cell) -> str:
    return cell.text.strip("*_`~ ").strip()


def _distinct(names: Sequence[str]) -> bool:
    return all(names) and len(set(names)) == len(names)


def _attribute(heading: str, attributes: Attributes) -> str:
    """The attribute whose word comes last in a heading, "" for a name."""
    found = ""
    tokens = tokenize(heading)
    if len(tokens) > 1 and tokens[-1].text.isalnum() and (tokens[-1].is_number or len(tokens[-1].text) == 1):
        return ""  # `Investment A` is a name
    for token in tokens:
        for attribute, words in attributes.items():
            if stem(token.text) in words:
                found = attribute
    return found


def _corner(heading: str) -> tuple[str, str]:
    """The nouns of a corner such as `From/To`, `Plant | Store` or `Worker`."""
    nouns = list(_nouns(heading))
    return (nouns[0], nouns[1] if len(nouns) > 1 else "") if nouns else ("", "")


def _noun(heading: str) -> str:
    return next(_nouns(heading), "")


def _nouns(heading: str) -> Iterator[str]:
    for token in tokenize(heading):
        if stem(token.text) in TYPE_NOUNS or token.lower in ("from", "to"):
            yield stem(token.text)
