"""Tables read from files: CSV, TSV, JSON, Excel, SQLite, Parquet.

Nothing about a cell is guessed while reading: text formats give text, typed formats give what they hold. A file is
untrusted: SQLite is opened read-only and only its tables are read, workbooks are not recalculated and their unpacked
size is limited, JSON is read without NaN.
"""

from __future__ import annotations

__all__ = ["SUFFIXES", "load", "parts"]

import csv
import io
import json
import sqlite3
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from agentopt.errors import AvailabilityError, BindingError, nearest
from agentopt.formulation.instance import Codes
from agentopt.formulation.table import Column, Table, is_empty

MAX_BYTES = 1 << 31
"""The largest file that is read, also once unpacked."""

_CHUNK = 1 << 16


def load(path: Path, part: str = "", name: str = "") -> Table:
    """The table in a file; `part` names a sheet, a database table or a key of a JSON document.

    Raises:
        BindingError: the file cannot be read as what its name says.
        AvailabilityError: Parquet, without the package that reads it.
    """
    name = name or (f"{path.name}#{part}" if part else path.name)
    reader = _reader(path)
    size = path.stat().st_size
    if size == 0:
        raise BindingError(f"{name} is empty", hint="it needs a row of column names and rows of cells")
    if size > MAX_BYTES:
        raise BindingError(f"{name} has {size:,} bytes; at most {MAX_BYTES:,} are read")
    table = reader(path, part, name)
    if not table.columns:
        raise BindingError(f"{name} has no columns", hint="it needs a row of column names and rows of cells")
    return table


def parts(path: Path) -> list[str]:
    """The names after `#` under which a file's tables are found; one empty name for a file that is one table."""
    match path.suffix.lower():
        case ".xlsx" | ".xlsm":
            names = _sheet_names(path)
        case ".sqlite" | ".sqlite3" | ".db":
            names = _with_database(path, path.name, _table_names)
        case ".json":
            names = _json_parts(_json(path, path.name))
        case _:
            names = []
    return names if len(names) > 1 else [""]


def _reader(path: Path) -> Callable[[Path, str, str], Table]:
    found = _READERS.get(path.suffix.lower())
    if found is None:
        known = ", ".join(SUFFIXES)
        hint = (
            "save it as .xlsx or .csv"
            if path.suffix.lower() in {".xls", ".ods"}
            else f"known formats: {known}"
        )
        raise BindingError(f"{path.name} has a format that is not read", hint=hint)
    return found


def _unread(name: str, error: BaseException, what: str) -> BindingError:
    return BindingError(f"{name} cannot be read as {what}: {error}")


# -- text ------------------------------------------------------------------------------------------------------


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
        if len(self._encoder) > _CHUNK // 2:
            known = list(self._encoder)
            self._cells = [known[c] for chunk in self._chunks for c in chunk.tolist()]
            self._encoder, self._chunks = None, []

    def column(self, name: str) -> Column:
        if self._encoder is None:
            return Column(name, self._cells)
        codes = np.concatenate(self._chunks) if self._chunks else np.empty(0, dtype=np.int32)
        return Column(name, list(self._encoder), codes)


def _delimited(path: Path, part: str, name: str) -> Table:
    _no_part(part, name, path)
    text, notes = _decoded(path, name)
    tabs = path.suffix.lower() in {".tsv", ".tab"}
    records = csv.reader(
        io.StringIO(text, newline=""), delimiter="\t" if tabs else _delimiter(text), strict=True
    )
    try:
        return _records(records, name, notes)
    except csv.Error as error:
        raise _unread(f"{name}, row {records.line_num}", error, "delimited text") from None


def _decoded(path: Path, name: str) -> tuple[str, list[str]]:
    raw = path.read_bytes()
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return raw.decode("utf-16"), []
        except UnicodeDecodeError as error:
            raise _unread(name, error, "text") from None
    if b"\0" in raw:
        raise BindingError(f"{name} is not a text file", hint="save the table as CSV")
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        note = (
            f"{name}: byte {error.start} is not UTF-8; the file was read as Latin-1, check names with accents"
        )
        return raw.decode("latin-1"), [note]


def _delimiter(text: str) -> str:
    """The separator that occurs most often in the heading, outside quotes."""
    heading = next((line for line in io.StringIO(text) if line.strip()), "")
    outside = "".join(heading.split('"')[::2])
    best = max(",;\t|", key=outside.count)
    return best if best in outside else ","


def _records(records: Iterator[list[str]], name: str, notes: list[str]) -> Table:
    number = 0
    header: list[str] = []
    for header in records:
        number += 1
        if any(cell.strip() for cell in header):
            break
    names = _headings(header, name)
    if not names:
        raise BindingError(f"{name} is empty", hint="it needs a row of column names and rows of cells")
    width = len(names)
    builders = [_Builder() for _ in names]
    blanks: list[int] = []
    first = number + 1
    while chunk := list(islice(records, _CHUNK)):
        if set(map(len, chunk)) != {width}:
            blanks += [number + k for k, record in enumerate(chunk, 1) if not record]
            chunk = [_fitted(record, width, number + k, name) for k, record in enumerate(chunk, 1)]
        for builder, cells in zip(builders, zip(*chunk, strict=True), strict=True):
            builder.add(cells)
        number += len(chunk)
    columns = {heading: b.column(heading) for heading, b in zip(names, builders, strict=True)}
    return _without_blanks(Table(name, columns, first_row=first, warnings=notes))


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


def _headings(header: Iterable[object], name: str) -> list[str]:
    """Column names: unique; trailing empty ones are dropped, others numbered.

    Raises:
        BindingError: a name occurs twice.
    """
    names = ["" if cell is None else str(cell).strip() for cell in header]
    while names and not names[-1]:
        names.pop()
    names = [each or f"column {number}" for number, each in enumerate(names, 1)]
    seen: dict[str, int] = {}
    for number, each in enumerate(names, 1):
        if each in seen:
            raise BindingError(
                f"{name}: the columns {seen[each]} and {number} are both named `{each}`",
                hint="rename one of them",
            )
        seen[each] = number
    return names


def _without_blanks(table: Table) -> Table:
    """The table without rows that hold nothing."""
    columns = list(table.columns.values())
    blank = table.empties(columns[0])
    for column in columns[1:]:
        if not blank.any():
            return table
        blank = blank & table.empties(column)
    if not blank.any():
        return table
    kept = np.flatnonzero(~blank)
    return Table(
        table.name,
        {key: column.take(kept) for key, column in table.columns.items()},
        table.first_row + kept,
        noun=table.noun,
        warnings=table.warnings,
    )


def _no_part(part: str, name: str, path: Path) -> None:
    if part:
        raise BindingError(
            f"{name}: a {path.suffix} file is one table and has no part `{part}`", hint=f"write `{path.name}`"
        )


# -- JSON ------------------------------------------------------------------------------------------------------


def _json(path: Path, name: str) -> Any:
    text, _ = _decoded(path, name)

    def no_constant(word: str) -> Any:
        raise ValueError(f"{word} is not a number")

    try:
        if path.suffix.lower() == ".jsonl":
            return [
                json.loads(line, parse_constant=no_constant) for line in text.splitlines() if line.strip()
            ]
        return json.loads(text, parse_constant=no_constant)
    except RecursionError:
        raise BindingError(f"{name} is nested too deeply") from None
    except ValueError as error:
        raise _unread(name, error, "JSON") from None


def _json_table(path: Path, part: str, name: str) -> Table:
    value = _json(path, name)
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

    Records (a list of mappings), columns (a mapping of lists of one length), a list with a row of names first, a
    mapping of mappings that share keys (columns `key` and theirs), a mapping of scalars (columns `key`, `value`),
    a list of scalars (column `value`).

    Raises:
        BindingError: it is none of these.
    """
    found = _listed(value, name) if isinstance(value, list) else _mapped(value, name)
    if found is not None:
        return found
    keys = _json_parts(value)
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
        names = _headings(value[0], name)
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


def _json_parts(value: object) -> list[str]:
    """The keys of a document under which tables may stand; none if it is a table itself."""
    if not isinstance(value, dict) or _mapped(value, "") is not None:
        return []
    return [key for key, inner in value.items() if isinstance(inner, list | dict) and inner]


# -- Excel -----------------------------------------------------------------------------------------------------


def _workbook(path: Path, name: str) -> Any:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MAX_BYTES:
            raise BindingError(f"{name} unpacks to {unpacked:,} bytes; at most {MAX_BYTES:,} are read")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return load_workbook(path, read_only=True, data_only=True)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, ValueError, SyntaxError) as error:
        raise _unread(name, error, "a workbook") from None


def _sheet_names(path: Path) -> list[str]:
    book = _workbook(path, path.name)
    names = [sheet.title for sheet in book.worksheets]
    book.close()
    return names


def _excel(path: Path, part: str, name: str) -> Table:
    book = _workbook(path, name)
    try:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        sheet = sheets[_chosen(part, list(sheets), name, path, "sheet")]
        sheet.reset_dimensions()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    finally:
        book.close()
    start = next((k for k, row in enumerate(rows) if not all(map(is_empty, row))), None)
    if start is None:
        raise BindingError(
            f"{name} is an empty sheet", hint="it needs a row of column names and rows of cells"
        )
    names = _headings(rows[start], name)
    width = len(names)
    body = []
    for number, row in enumerate(rows[start + 1 :], start + 2):
        if not all(map(is_empty, row[width:])):
            raise BindingError(
                f"{name}, row {number} has {len(row)} cells, but the heading has {width}",
                hint="name every column",
            )
        body.append(row[:width] + [None] * (width - len(row)))
    columns = {n: Column(n, [row[k] for row in body]) for k, n in enumerate(names)}
    return _without_blanks(Table(name, columns, first_row=start + 2))


def _chosen(part: str, names: Sequence[str], name: str, path: Path, noun: str) -> str:
    if part:
        if part in names:
            return part
        raise BindingError(
            f"{name}: there is no {noun} `{part}` among {', '.join(f'`{n}`' for n in names[:20])}",
            hint=nearest(part, names),
        )
    if len(names) == 1:
        return names[0]
    if not names:
        raise BindingError(f"{name} has no {noun}")
    raise BindingError(
        f"{name} has {len(names)} {noun}s: {', '.join(f'`{n}`' for n in names[:20])}",
        hint=f"write `{path.name}#{names[0]}`",
    )


# -- SQLite ----------------------------------------------------------------------------------------------------


def _with_database(path: Path, name: str, work: Callable[[sqlite3.Connection], Any]) -> Any:
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
        try:
            connection.execute("pragma trusted_schema = off")
            return work(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise _unread(name, error, "an SQLite database") from None


def _table_names(connection: sqlite3.Connection) -> list[str]:
    found = connection.execute(
        "select name from sqlite_master where type = 'table' and name not like 'sqlite_%'"
    )
    return [row[0] for row in found]


def _sqlite(path: Path, part: str, name: str) -> Table:
    def work(connection: sqlite3.Connection) -> Table:
        table = _chosen(part, _table_names(connection), name, path, "table")
        quoted = table.replace('"', '""')
        cursor = connection.execute(f'select * from "{quoted}"')
        names = _headings((d[0] for d in cursor.description), name)
        cells = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
        columns = {n: Column(n, list(c)) for n, c in zip(names, cells, strict=True)}
        return Table(name, columns, first_row=1)

    found: Table = _with_database(path, name, work)
    return found


# -- Parquet ---------------------------------------------------------------------------------------------------


def _parquet(path: Path, part: str, name: str) -> Table:
    _no_part(part, name, path)
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        raise AvailabilityError(
            f"{name}: reading Parquet needs pyarrow", hint='pip install "agentopt[parquet]"'
        ) from None
    try:
        data = parquet.read_table(path)
    except (pyarrow.ArrowException, OSError) as error:
        raise _unread(name, error, "Parquet") from None
    columns = {}
    for heading, field in zip(_headings(data.column_names, name), data.columns, strict=True):
        columns[heading] = _arrow_column(pyarrow, heading, field)
    return Table(name, columns, first_row=1)


def _arrow_column(pyarrow: Any, heading: str, field: Any) -> Column:
    kind, types = field.type, pyarrow.types
    if (types.is_integer(kind) or types.is_floating(kind)) and not field.null_count:
        return Column(heading, field.to_numpy())
    if types.is_string(kind) or types.is_large_string(kind):
        encoded = field.combine_chunks().dictionary_encode()
        if not encoded.null_count:
            return Column(
                heading, encoded.dictionary.to_pylist(), encoded.indices.to_numpy().astype(np.int32)
            )
    return Column(heading, field.to_pylist())


_READERS: Mapping[str, Callable[[Path, str, str], Table]] = {
    ".csv": _delimited,
    ".tsv": _delimited,
    ".tab": _delimited,
    ".json": _json_table,
    ".jsonl": _json_table,
    ".xlsx": _excel,
    ".xlsm": _excel,
    ".sqlite": _sqlite,
    ".sqlite3": _sqlite,
    ".db": _sqlite,
    ".parquet": _parquet,
}

SUFFIXES = tuple(_READERS)
"""The endings of files that are read as tables."""
