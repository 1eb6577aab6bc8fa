"""Tables that come with a problem: those laid out inside its text, and those attached as CSV.

Four layouts are found in a text: markdown (`| A | 3 | 4 |`), columns apart by tabs or several spaces, lines
of comma or semicolon separated cells, and rows of a list (`Boston: 3, 4, 5`, `- Tent: value 40, weight 5`).
Every cell keeps its place, and every number in it the token it is, so that an account of the numbers stays
complete. A table is reported as it stands: rows of different lengths and cells without a number are for a
reader to judge.
"""

from __future__ import annotations

__all__ = ["Cell", "Table", "attached", "tables_in"]

import csv
import io
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Literal

from agentopt.reader.tokens import Token, tokenize

Layout = Literal["attached", "markdown", "columns", "separated", "list"]

MAX_CELLS = 20_000
"""Cells of one table; what is larger is data for a formulation, not for a reader of prose."""

BLANK = frozenset({"", "-", "–", "—", "--", "n/a", "na", "none", "x", "/", "."})
"""What stands in a cell that holds nothing."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell.

    Attributes:
        text: as written, without the blanks around it.
        value: its number, if it is one number with at most a unit or currency (`$4`, `5 kg`, `30%`).
        tokens: the number tokens of the text in it, also those of a label ("Plant 2"); empty when attached.
        place: where it is, in words, when attached ("costs.csv, row 2, Chicago"); else empty.
    """

    text: str
    value: Fraction | None = None
    tokens: tuple[int, ...] = ()
    place: str = ""

    @property
    def is_blank(self) -> bool:
        """Whether it holds nothing."""
        return self.text.strip().lower() in BLANK


@dataclass(frozen=True, slots=True)
class Table:
    """Cells in rows.

    Attributes:
        name: the file it was attached as, or the line of the text that leads to it.
        header: the cells above the columns, or none; for a list, the words the items of every row share.
        rows: the cells, row by row; the first is the label where rows have one.
        layout: how it was written.
        first, last: the tokens of the text it takes up; `last` is the one after; both 0 when attached.
    """

    name: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[Cell, ...], ...]
    layout: Layout
    first: int = 0
    last: int = 0

    @property
    def is_even(self) -> bool:
        """Whether every row is as long as the header, or as the first row where there is none."""
        width = len(self.header or self.rows[0])
        return all(len(row) == width for row in self.rows)

    def cells(self) -> Iterator[Cell]:
        """All cells, the header's first."""
        yield from self.header
        for row in self.rows:
            yield from row

    def column(self, at: int) -> tuple[Cell, ...]:
        """The cells of one column, without the header."""
        return tuple(row[at] for row in self.rows)


def attached(name: str, text: str) -> Table | None:
    r"""The table in the text of a CSV file, or None when it holds none.

    >>> costs = attached("costs.csv", "from,Chicago,Topeka\nSeattle,1.7,1.8\n")
    >>> costs.rows[0][1].value, costs.rows[0][1].place
    (Fraction(17, 10), 'costs.csv, row 2, Chicago')
    """
    text = text.removeprefix("\ufeff")
    lines = [line for line in islice(io.StringIO(text), 1) if line.strip()]
    if not lines or "\0" in text:
        return None
    separator = max(",;\t|", key=lines[0].count)
    records = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
    rows: list[tuple[int, list[str]]] = []
    count = 0
    try:
        for record in records:
            cells = [cell.strip() for cell in record]
            if any(cells):
                rows.append((records.line_num, cells))
            count += len(cells)
            if count > MAX_CELLS:
                return None
    except csv.Error:
        return None
    if not rows:
        return None
    headed = len(rows) > 1 and not any(_value(cell) is not None for cell in rows[0][1][1:])
    titles = rows[0][1] if headed else []
    return Table(
        name,
        tuple(Cell(title, _value(title), place=f"{name}, row {rows[0][0]}") for title in titles),
        tuple(
            tuple(
                Cell(cell, _value(cell), place=f"{name}, row {number}, {_title(titles, column)}")
                for column, cell in enumerate(row)
            )
            for number, row in rows[headed:]
        ),
        "attached",
    )


def _title(titles: Sequence[str], column: int) -> str:
    known = column < len(titles) and titles[column]
    return titles[column] if known else f"column {column + 1}"


def tables_in(text: str, tokens: tuple[Token, ...]) -> tuple[Table, ...]:
    r"""The tables laid out in a text, in order.

    >>> text = "Costs:\n| | X | Y |\n|---|---|---|\n| A | 3 | 4 |\n| B | 5 | 6 |\nShip at least cost."
    >>> table, = tables_in(text, tokenize(text))
    >>> [cell.text for cell in table.header], [[cell.text for cell in row] for row in table.rows]
    (['', 'X', 'Y'], [['A', '3', '4'], ['B', '5', '6']])
    """
    lines = _lines(text)
    place = _Places(text, tokens)
    found: list[Table] = []
    at, free = 0, 0
    while at < len(lines):
        drawn = _markdown(text, lines, at) or _columns(text, lines, at) or _separated(text, lines, at)
        if drawn is None:
            at += 1
            continue
        found += _lists(text, lines[free:at], place)
        found.append(place.table(drawn))
        at = free = drawn.end
    found += _lists(text, lines[free:], place)
    return tuple(found)


_Span = tuple[int, int]
"""First character, and the one after the last."""


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A table by the places of its cells; `end` is the line or piece after it."""

    layout: Layout
    header: list[_Span]
    rows: list[list[_Span]]
    lead: str
    end: int


@dataclass(frozen=True, slots=True)
class _Places:
    """A text and its tokens, to turn places into cells."""

    text: str
    tokens: tuple[Token, ...]

    def table(self, drawn: _Drawn) -> Table:
        header = tuple(map(self.cell, drawn.header))
        rows = tuple(tuple(map(self.cell, row)) for row in drawn.rows)
        if drawn.layout == "list":
            rows = tuple((row[0], *map(self.item, row[1:])) for row in rows)
            header = _shared(rows)
        spans = [*drawn.header, *(span for row in drawn.rows for span in row)]
        first, last = self.between((min(a for a, _ in spans), max(b for _, b in spans)))
        return Table(drawn.lead, header, rows, drawn.layout, first, last)

    def cell(self, span: _Span) -> Cell:
        start, end = span
        written = self.text[start:end].strip()
        first, last = self.between(span)
        numbers = tuple(at for at in range(first, last) if self.tokens[at].is_number)
        return Cell(written, _value(written), numbers)

    def item(self, cell: Cell) -> Cell:
        """An item of a list, whose number may have words around it ("value 40")."""
        return replace(cell, value=next(token.value for token in tokenize(cell.text) if token.is_number))

    def between(self, span: _Span) -> tuple[int, int]:
        """The tokens that touch a span, as first and the one after the last."""
        first = bisect_left(self.tokens, span[0] + 1, key=lambda token: token.end)
        last = bisect_left(self.tokens, span[1], key=lambda token: token.start)
        return first, max(first, last)


def _value(cell: str) -> Fraction | None:
    """The number a cell is, with at most a currency and a unit of one or two words around it."""
    bare = _MINUS.sub(r"\2-", cell.strip().strip("*_`~"))
    if not any(letter.isnumeric() for letter in bare) or len(bare) > 40:
        return None
    tokens = tokenize(bare)
    numbers = [token for token in tokens if token.is_number]
    if len(numbers) != 1:
        return None
    at = tokens.index(numbers[0])
    before, after = tokens[:at], tokens[at + 1 :]
    plain = all(token.text in "$€£¥-−+" for token in before) and len(after) <= 3
    units = all(token.kind == "word" or token.text in "$€£¥/²³.-" for token in after)
    return numbers[0].value if plain and units and numbers[0].kind != "spelled" else None


_MINUS = re.compile(r"^([-−])([$€£¥])")


def _lines(text: str) -> list[_Span]:
    """Every line without its end; a run of blank lines keeps its length."""
    found, start = [], 0
    for line in text.splitlines(keepends=True):
        found.append((start, start + len(line.rstrip("\r\n"))))
        start += len(line)
    return found


def _lead(text: str, lines: Sequence[_Span], at: int) -> str:
    """The line that leads to a table: the one before it, over at most one blank line."""
    for start, end in reversed(lines[max(0, at - 2) : at]):
        if text[start:end].strip():
            line = text[start:end].strip(" \t#*_:")
            return re.split(r"(?<=[.?!])\s+", line)[-1]
    return ""


# Markdown: bars between cells, and usually a ruled line below the header.

_RULE = re.compile(r"\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*")


def _markdown(text: str, lines: Sequence[_Span], at: int) -> _Drawn | None:
    rows: list[list[_Span]] = []
    ruled = False
    end = at
    while end < len(lines) and "|" in (line := text[slice(*lines[end])]):
        if _RULE.fullmatch(line) and (len(rows) == 1 or "--" in line):
            ruled = ruled or len(rows) == 1
        else:
            rows.append(_split(text, lines[end], re.compile(r"\|"), framed=True))
        end += 1
    if len(rows) < 2 or len(rows[0]) < 2 or not (ruled or len({len(row) for row in rows}) == 1):
        return None
    header, body = (rows[0], rows[1:]) if ruled or _is_header(text, rows) else ([], rows)
    return _Drawn("markdown", header, body, _lead(text, lines, at), end)


def _split(text: str, line: _Span, between: re.Pattern[str], *, framed: bool = False) -> list[_Span]:
    """The cells of a line; a frame is a bar at its two ends that parts nothing."""
    start, end = line
    while end > start and text[end - 1].isspace():
        end -= 1
    if framed:
        while start < end and text[start].isspace():
            start += 1
        start += text[start] == "|"
        end -= text[end - 1] == "|"
    cells, left = [], start
    for bar in between.finditer(text, start, end):
        cells.append((left, bar.start()))
        left = bar.end()
    return [*cells, (left, end)]


def _is_header(text: str, rows: list[list[_Span]]) -> bool:
    """Whether the first row names columns: no number stands alone in it, and one does below."""
    head = [_value(text[a:b]) for a, b in rows[0]]
    below = [_value(text[a:b]) for row in rows[1:] for a, b in row]
    return not any(value is not None for value in head) and any(value is not None for value in below)


# Columns apart by tabs or by two or more spaces, and cells apart by commas or semicolons.

_GAP = re.compile(r"\t+| {2,}\t* *")
_COMMA, _SEMICOLON, _TAB = re.compile(","), re.compile(";"), re.compile("\t")


def _columns(text: str, lines: Sequence[_Span], at: int) -> _Drawn | None:
    tabs = _block(text, lines, at, _TAB)
    return tabs or _block(text, lines, at, _GAP)


def _separated(text: str, lines: Sequence[_Span], at: int) -> _Drawn | None:
    return _block(text, lines, at, _COMMA) or _block(text, lines, at, _SEMICOLON)


def _block(text: str, lines: Sequence[_Span], at: int, between: re.Pattern[str]) -> _Drawn | None:
    """Lines that split into as many cells each, labels before numbers; the header may lack its corner."""
    rows: list[list[_Span]] = []
    rules = 0
    for start, end in lines[at : at + MAX_CELLS]:
        line = text[start:end]
        if rows and set(line.strip()) <= set("-=+ \t") and line.strip():
            rules += 1
            continue
        start += 0 if between is _TAB else len(line) - len(line.lstrip())
        cells = _split(text, (start, end), between)
        if len(cells) < 2 or (rows and not _is_row(text, cells)):
            break
        if between in (_COMMA, _SEMICOLON) and any(_ends(text[a:b]) for a, b in cells):
            break
        rows.append(cells)
    if len(rows) < 2:
        return None
    width = max(map(len, rows[1:]))
    most = sum(len(row) == width for row in rows[1:]) * 2 > len(rows) - 1
    if len(rows[0]) == width - 1 and most and _is_header(text, rows):
        rows[0] = [(rows[0][0][0], rows[0][0][0]), *rows[0]]
    headed = _is_header(text, rows) and all(len(text[a:b].split()) <= 6 for a, b in rows[0])
    if not headed and not _is_row(text, rows[0]):
        return None
    layout: Layout = "separated" if between in (_COMMA, _SEMICOLON) else "columns"
    body = rows[1:] if headed else rows
    if len(body) < 2 and (layout == "separated" or not headed):
        return None
    return _Drawn(layout, rows[0] if headed else [], body, _lead(text, lines, at), at + len(rows) + rules)


def _is_row(text: str, cells: list[_Span]) -> bool:
    """Whether cells are short, and one after the first is a number."""
    written = [text[a:b].strip() for a, b in cells]
    short = all(len(cell.split()) <= 6 and not cell.endswith((":", "?", "!")) for cell in written)
    return short and any(_value(cell) is not None for cell in written[1:])


def _ends(cell: str) -> bool:
    """Whether it ends a sentence or a label, as no cell between commas does."""
    return cell.rstrip().endswith((".", "?", "!")) or ": " in cell


# Rows of a list: a label, a colon, and items with one number each.

_PIECES = re.compile(r"[^\n;]+?(?=[\n;]|\.\s|\.?\Z|[\])}],\s+[^\d\s][^:,\n]*:)\.?")
_ITEM = re.compile(r",\s+(?:and\s+)?|\s+and\s+|,(?=[^\d\s])|\s*/\s+|\s+\|\s+")


def _lists(text: str, lines: Sequence[_Span], place: _Places) -> list[Table]:
    """The lists among some lines: neighbouring rows of as many items each."""
    found: list[Table] = []
    rows: list[list[_Span]] = []
    lead = ""
    before = ""
    for piece in _pieces(text, lines):
        row = _list_row(text, piece)
        if row is None or (rows and len(row) != len(rows[0])):
            found += _listed(rows, lead, place)
            rows, lead = ([row], before) if row else ([], "")
        else:
            lead = lead if rows else before
            rows.append(row)
        before = text[slice(*piece)].strip(" \t#*_:")
    return [*found, *_listed(rows, lead, place)]


def _listed(rows: list[list[_Span]], lead: str, place: _Places) -> list[Table]:
    """The table of some rows; one row is one when it holds several items."""
    some = len(rows) > 1 or (len(rows) == 1 and len(rows[0]) > 2)
    return [place.table(_Drawn("list", [], list(rows), lead, 0))] if some else []


def _pieces(text: str, lines: Sequence[_Span]) -> Iterator[_Span]:
    """Lines cut at semicolons and at the ends of sentences, without the blank ones."""
    for start, end in lines:
        for piece in _PIECES.finditer(text, start, end):
            a, b = piece.span()
            while a < b and text[a] in " \t-*•–.;,])}":
                a += 1
            while b > a and text[b - 1] in " \t.;":
                b -= 1
            if a < b:
                yield a, b


def _list_row(text: str, piece: _Span) -> list[_Span] | None:
    """Label and items of a row of a list, or None for what is none."""
    start, end = piece
    colon = text.rfind(":", start, end)
    if colon < 0 or end - start > 400 or (colon + 1 < end and text[colon + 1].isdigit()):
        return None
    label = text[start:colon].strip()
    left = text.rfind(":", start, colon) + 1
    begin = left if left > start else start
    if not label or len(text[begin:colon].split()) > 8:
        return None
    while colon + 1 < end and text[colon + 1] in " \t[({":
        colon += 1
    while end > colon + 1 and text[end - 1] in " \t])}":
        end -= 1
    items = _split(text, (colon + 1, end), _ITEM)
    if len(items) == 1 and re.fullmatch(r"[\d.,$€£]+(?:[ \t]+[\d.,$€£]+)+", text[colon + 1 : end]):
        items = _split(text, items[0], re.compile(r"[ \t]+"))
    for a, b in items:
        if len(text[a:b].split()) > 8 or not _one_number(text[a:b]):
            return None
    return [(begin, text.find(":", begin)), *items]


def _one_number(item: str) -> bool:
    return sum(token.is_number for token in tokenize(item)) == 1


def _shared(rows: tuple[tuple[Cell, ...], ...]) -> tuple[Cell, ...]:
    """The words that the items of every row share, as a header; none when a column has no such words."""
    words = [{_words(row[at].text) for row in rows} for at in range(1, len(rows[0]))]
    if not all(len(each) == 1 for each in words) or not any(next(iter(each)) for each in words):
        return ()
    return (Cell(""), *(Cell(next(iter(each))) for each in words))


def _words(item: str) -> str:
    """What an item says besides its number."""
    return " ".join(token.text for token in tokenize(item) if not token.is_number)
