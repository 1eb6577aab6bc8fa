"""Tables in text files: CSV and its kin, and JSON.

Cells of delimited text stay text; JSON keeps the types it has and is read without NaN.
"""

from __future__ import annotations

__all__ = ["delimited", "json_parts", "json_table", "no_part", "read_json", "read_json_table"]

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from agentopt.errors import BindingError, nearest
from agentopt.formulation.instance import Codes
from agentopt.formulation.table import Column, Table, headings, unread, without_blanks
from agentopt.formulation.validation import unpaired
from agentopt.formulation.yaml_text import MAX_DIGITS

_LINE = re.compile(r"\S[^\r\n]*")

_CHUNK = 1 << 9
"""Rows read at a time; more at once make the garbage collector walk them again and again."""

_BLOCK = 1 << 15
"""Characters of lines without quotes that are split at once; about what the processor's cache holds."""

_MANY = 1 << 15
"""A column with more different cells than this is kept as it is."""


class _Encoder(dict[str, int]):
    """Numbers for texts in order of appearance, without a Python frame for those seen before."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code


class _Builder:
    """One column while it is read: codes as long as cells repeat, else the cells themselves."""

    def __init__(self) -> None:
        self._encoder: _Encoder | None = _Encoder()
        self._chunks: list[Codes] = []
        self._cells: list[str] = []

    def add(self, cells: Sequence[str]) -> None:
        if self._encoder is None:
            self._cells.extend(cells)
            return
        self._chunks.append(
            np.fromiter(map(self._encoder.__getitem__, cells), dtype=np.int32, count=len(cells))
        )
        if len(self._encoder) > _MANY:
            known = list(self._encoder)
            self._cells = [known[c] for chunk in self._chunks for c in chunk.tolist()]
            self._encoder, self._chunks = None, []

    def column(self, name: str) -> Column:
        if self._encoder is None:
            return Column(name, self._cells)
        codes = np.concatenate(self._chunks) if self._chunks else np.empty(0, dtype=np.int32)
        return Column(name, list(self._encoder), codes)


def delimited(path: Path, part: str, name: str) -> Table:
    """The table in a CSV or TSV file; the separator is the one that is most frequent in the heading."""
    no_part(part, name, path)
    text, notes = _decoded(path, name)
    tabs = path.suffix.lower() in {".tsv", ".tab"}
    return _Text(text, "\t" if tabs else _delimiter(text), name).table(notes)


def _decoded(path: Path, name: str) -> tuple[str, list[str]]:
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise unread(name, error, "text") from None
    if b"\0" in raw:
        raise BindingError(f"{name} is not a text file", hint="save the table as CSV")
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        note = (
            f"{name}: byte {error.start} is not UTF-8; it was read as Windows-1252, check names with accents"
        )
        try:
            return raw.decode("cp1252"), [note]
        except UnicodeDecodeError:
            return raw.decode("latin-1"), [note]


def _delimiter(text: str) -> str:
    """The separator that occurs most often in the heading, outside quotes."""
    heading = _LINE.search(text)
    outside = "".join(heading.group().split('"')[::2]) if heading else ""
    best = max(",;\t|", key=outside.count)
    return best if best in outside else ","


class _Text:
    """Delimited text on its way into columns."""

    def __init__(self, text: str, delimiter: str, name: str) -> None:
        self.text, self.delimiter, self.name = text, delimiter, name

    def table(self, notes: list[str]) -> Table:
        name, number = self.name, 0
        stream = io.StringIO(self.text, newline="")
        records = self.records(stream, 0)
        header: list[str] = []
        for header in records:
            number += 1
            if any(cell.strip() for cell in header):
                break
        chunk = list(islice(records, _CHUNK))
        first = number + 1
        if _without_heading(header, chunk):
            chunk, first, number = [header, *chunk], number, number - 1
            header = [f"column_{place}" for place, _ in enumerate(header, 1)]
            notes = [
                *notes,
                f"{name} has no row of column names; they are taken to be {', '.join(header[:9])}",
            ]
        names = headings(header, name)
        if not names:
            raise BindingError(f"{name} is empty", hint="it needs a row of column names and rows of cells")
        builders = [_Builder() for _ in names]
        number = self.add(builders, iter(chunk), number)
        if '"' in self.text:
            self.add(builders, records, number)
        else:
            # Without quotes every line is a record, and lines may be split many at a time.
            for block in _blocks(self.text, stream.tell()):
                columns = _split(block, self.delimiter, len(names))
                if columns is None:
                    number = self.add(builders, self.records(io.StringIO(block, newline=""), number), number)
                    continue
                for builder, cells in zip(builders, columns, strict=True):
                    builder.add(cells)
                number += len(columns[0])
        found = {heading: b.column(heading) for heading, b in zip(names, builders, strict=True)}
        return without_blanks(Table(name, found, first_row=first, warnings=notes))

    def records(self, stream: io.StringIO, number: int) -> Iterator[list[str]]:
        """The records of a text that has `number` lines before it."""
        records = csv.reader(stream, delimiter=self.delimiter, skipinitialspace=True, strict=True)
        try:
            yield from records
        except csv.Error as error:
            raise unread(f"{self.name}, row {number + records.line_num}", error, "delimited text") from None

    def add(self, builders: Sequence[_Builder], records: Iterator[list[str]], number: int) -> int:
        """Add records, of which `number` came before, to their columns; how many came now."""
        width = len(builders)
        while chunk := list(islice(records, _CHUNK)):
            if set(map(len, chunk)) != {width}:
                chunk = [_fitted(record, width, number + k, self.name) for k, record in enumerate(chunk, 1)]
            for builder, cells in zip(builders, zip(*chunk, strict=True), strict=True):
                builder.add(cells)
            number += len(chunk)
        return number


def _blocks(text: str, start: int) -> Iterator[str]:
    """The text from `start` on in runs of whole lines."""
    while start < len(text):
        end = text.find("\n", start + _BLOCK)
        end = len(text) if end < 0 else end + 1
        yield text[start:end]
        start = end


def _split(block: str, delimiter: str, width: int) -> list[list[str]] | None:
    r"""The columns of lines without quotes; None where a record may take a closer look.

    >>> _split("a,1\nb,2\n", ",", 2), _split("a,1\nb\n", ",", 2)
    ([['a', 'b'], ['1', '2']], None)
    """
    block = block.replace("\r\n", "\n")
    if not block.endswith("\n"):
        block += "\n"
    spaced = block[0] == " " or "\n " in block or f"{delimiter} " in block
    if spaced or "\r" in block or len(block) > csv.field_size_limit():
        return None
    # A line break becomes a cell of its own: where all stand one width apart, every line has that width.
    cells = block.replace("\n", f"{delimiter}\n{delimiter}").split(delimiter)
    rows = block.count("\n")
    if len(cells) != rows * (width + 1) + 1 or cells[width :: width + 1] != ["\n"] * rows:
        return None
    return [cells[k : -1 : width + 1] for k in range(width)]


_DIGITS = re.compile(r"\d+")
_NUMBER = re.compile(r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?\s*\Z")


def _without_heading(first: Sequence[str], rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row is data: each of its cells is made like cells below it.

    Numbers are alike, and so are texts that differ in their digits alone; a text without digits is a name.
    A row of whole numbers may name the elements of a set, and is taken to.

    >>> _without_heading(["C1", "1.98"], [["C2", "18.3"], ["C34", "7"]])
    True
    >>> _without_heading(["plant", "1"], [["Lyon", "7"]]), _without_heading(["1", "2"], [["3", "4"]])
    (False, False)
    """
    whole = [row for row in rows if any(cell.strip() for cell in row)]
    if not whole or any(len(row) != len(first) for row in whole) or all(c.strip().isdigit() for c in first):
        return False
    for cell, column in zip(first, zip(*whole, strict=True), strict=True):
        below = {_shape(other) for other in column if other.strip()}
        if "" in below or _shape(cell) not in below:
            return False
    return True


def _shape(cell: str) -> str:
    if _NUMBER.match(cell):
        return "a number"
    shape, count = _DIGITS.subn("9", cell.strip())
    return shape if count else ""


def _fitted(record: list[str], width: int, number: int, name: str) -> list[str]:
    if not record:
        return [""] * width
    if len(record) > width and not any(cell.strip() for cell in record[width:]):
        return record[:width]
    if len(record) != width:
        raise BindingError(
            f"{name}, row {number} has {len(record)} cells, but the heading has {width}",
            hint="quote cells that hold the separator, and write empty cells out",
        )
    return record


def no_part(part: str, name: str, path: Path) -> None:
    """Refuse the name of a part where a file has none."""
    if part:
        raise BindingError(
            f"{name}: a {path.suffix} file is one table and has no part `{part}`", hint=f"write `{path.name}`"
        )


def read_json(path: Path, name: str) -> Any:
    """The value of a JSON document, or the values of a `.jsonl` file."""
    text, _ = _decoded(path, name)

    decoder = json.JSONDecoder(parse_constant=_no_constant, parse_int=_whole, object_pairs_hook=_once)
    try:
        if path.suffix.lower() == ".jsonl":
            found = [decoder.decode(line) for line in text.split("\n") if line.strip()]
        else:
            found = decoder.decode(text)
    except RecursionError:
        raise BindingError(f"{name} is nested too deeply") from None
    except ValueError as error:
        raise unread(name, error, "JSON") from None
    # Only an escape can make half a character.
    if "\\u" in text and unpaired(found):
        raise BindingError(f"{name} holds half a character (an unpaired surrogate)", hint="delete it")
    return found


def _no_constant(word: str) -> Any:
    raise ValueError(f"{word} is not a number")


def _whole(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise ValueError(f"a number of {len(text):,} digits is too large")
    return int(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]  # `add` gives None
        raise ValueError(f"`{twice}` is given twice in one record")
    return found


def read_json_table(path: Path, part: str, name: str) -> Table:
    """The table in a JSON document, at the keys `part` leads through."""
    value = read_json(path, name)
    for key in part.split(".") if part else ():
        if not isinstance(value, dict) or key not in value:
            keys = list(value)[:20] if isinstance(value, dict) else []
            raise BindingError(
                f"{name}: there is no `{key}`"
                + (f" among {', '.join(f'`{k}`' for k in keys)}" if keys else ""),
                hint=nearest(key, keys),
            )
        value = value[key]
    return json_table(value, name)


def json_table(value: object, name: str) -> Table:
    """The table a JSON value stands for.

    Records (a list of mappings), columns (a mapping of lists of one length), a list with a row of names
    first, a mapping of mappings that share keys (columns `key` and theirs), a mapping of scalars (columns
    `key`, `value`), a list of scalars (column `value`).

    Raises:
        BindingError: it is none of these.
    """
    found = _listed(value, name) if isinstance(value, list) else _mapped(value, name)
    if found is not None:
        return found
    keys = json_parts(value)
    if keys:
        raise BindingError(
            f"{name} holds several tables: {', '.join(f'`{k}`' for k in keys[:20])}",
            hint=f"write `{name}{'.' if '#' in name else '#'}{keys[0]}`",
        )
    raise BindingError(
        f"{name} is JSON, but not a table", hint="give a list of records or a mapping of columns"
    )


def _flat(cells: Iterable[object]) -> bool:
    return not any(isinstance(cell, dict | list) for cell in cells)


def _listed(value: list[Any], name: str) -> Table | None:
    if not value:
        return None
    if all(isinstance(record, dict) for record in value):
        return _from_records(value, name)
    if _flat(value):
        return _entries(name, {"value": value})
    if all(isinstance(r, list) for r in value) and all(isinstance(cell, str) for cell in value[0]):
        names = headings(value[0], name)
        for number, row in enumerate(value[1:], 2):
            if len(row) != len(names):
                raise BindingError(
                    f"{name}, row {number} has {len(row)} cells, but the heading has {len(names)}"
                )
        cells = list(zip(*value[1:], strict=True)) or [()] * len(names)
        return Table(name, {n: Column(n, list(c)) for n, c in zip(names, cells, strict=True)})
    return None


def _mapped(value: object, name: str) -> Table | None:
    if not isinstance(value, dict) or not value:
        return None
    inner = list(value.values())
    if _flat(inner):
        return _entries(name, {"key": list(value), "value": inner})
    if all(isinstance(v, list) for v in inner):
        same = len({len(v) for v in inner}) == 1 and all(map(_flat, inner))
        return _entries(name, value) if same else None
    if all(isinstance(v, dict) and _flat(v.values()) for v in inner) and set.intersection(*map(set, inner)):
        return _from_records([{"key": key, **v} for key, v in value.items()], name)
    return None


def _entries(name: str, columns: Mapping[str, list[Any]]) -> Table:
    return Table(name, {n: Column(n, cells) for n, cells in columns.items()}, first_row=1, noun="entry")


def _from_records(records: Sequence[Mapping[str, object]], name: str) -> Table:
    names = list(dict.fromkeys(key for record in records for key in record))
    columns = {key: Column(key, [record.get(key) for record in records]) for key in names}
    return Table(name, columns, first_row=1, noun="record")


def json_parts(value: object) -> list[str]:
    """The keys of a document under which tables may stand; none if it is a table itself."""
    if not isinstance(value, dict) or _mapped(value, "") is not None:
        return []
    return [key for key, inner in value.items() if isinstance(inner, list | dict) and inner]
