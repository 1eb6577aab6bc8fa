"""Tables read from files: CSV, TSV, JSON, Excel, SQLite, Parquet.

Nothing about a cell is guessed while reading: text formats give text, typed formats give what they hold. A
file is untrusted: SQLite is opened read-only and only its tables are read, workbooks are not recalculated
and their unpacked size is limited, JSON is read without NaN.
"""

from __future__ import annotations

__all__ = ["SUFFIXES", "load", "parts"]

import sqlite3
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np

from agentopt.errors import AvailabilityError, BindingError, nearest
from agentopt.formulation.table import Column, Table, headings, is_empty, listed, unread, without_blanks
from agentopt.formulation.text_tables import delimited, json_parts, no_part, read_json, read_json_table

_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    SyntaxError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
)
"""What reading a workbook raises that is damaged, on purpose or not."""

MAX_BYTES = 1 << 31
"""The largest file that is read, also once unpacked."""


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
    """The names after `#` of a file's tables; one empty name for a file that is one table."""
    match path.suffix.lower():
        case ".xlsx" | ".xlsm":
            names = _sheet_names(path)
        case ".sqlite" | ".sqlite3" | ".db":
            names = _with_database(path, path.name, _table_names)
        case ".json":
            names = json_parts(read_json(path, path.name))
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


# -- Excel ---------------------------------------------------------------------------------------------


@contextmanager
def _workbook(path: Path, name: str) -> Iterator[Any]:
    """A workbook while it is read; whatever it hides, damage is a `BindingError`."""
    from openpyxl import load_workbook

    # The file is opened here, since openpyxl leaves it open when it fails.
    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with zipfile.ZipFile(stream) as archive:
                unpacked = sum(entry.file_size for entry in archive.infolist())
            if unpacked > MAX_BYTES:
                raise BindingError(f"{name} unpacks to {unpacked:,} bytes; at most {MAX_BYTES:,} are read")
            book = load_workbook(stream, read_only=True, data_only=True)
            try:
                yield book
            finally:
                book.close()
        except _DAMAGE as error:
            raise unread(name, error, "a workbook") from None


def _sheet_names(path: Path) -> list[str]:
    with _workbook(path, path.name) as book:
        return [sheet.title for sheet in book.worksheets]


def _excel(path: Path, part: str, name: str) -> Table:
    with _workbook(path, name) as book:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        sheet = sheets[_chosen(part, list(sheets), name, path, "sheet")]
        sheet.reset_dimensions()
        rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    start = next((k for k, row in enumerate(rows) if not all(map(is_empty, row))), None)
    if start is None:
        raise BindingError(
            f"{name} is an empty sheet", hint="it needs a row of column names and rows of cells"
        )
    names = headings(rows[start], name)
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
    return without_blanks(Table(name, columns, first_row=start + 2))


def _chosen(part: str, names: Sequence[str], name: str, path: Path, noun: str) -> str:
    if part:
        if part in names:
            return part
        raise BindingError(
            f"{name}: there is no {noun} `{part}` among {listed(names)}",
            hint=nearest(part, names),
        )
    if len(names) == 1:
        return names[0]
    if not names:
        raise BindingError(f"{name} has no {noun}")
    raise BindingError(
        f"{name} has {len(names)} {noun}s: {listed(names)}",
        hint=f"write `{path.name}#{names[0]}`",
    )


# -- SQLite --------------------------------------------------------------------------------------------


def _with_database(path: Path, name: str, work: Callable[[sqlite3.Connection], Any]) -> Any:
    try:
        connection = sqlite3.connect(f"file:{quote(str(path.resolve()))}?mode=ro", uri=True)
        try:
            connection.execute("pragma trusted_schema = off")
            return work(connection)
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise unread(name, error, "an SQLite database") from None


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
        names = headings((d[0] for d in cursor.description), name)
        cells = list(zip(*cursor.fetchall(), strict=True)) or [()] * len(names)
        columns = {n: Column(n, list(c)) for n, c in zip(names, cells, strict=True)}
        return Table(name, columns, first_row=1)

    found: Table = _with_database(path, name, work)
    return found


# -- Parquet -------------------------------------------------------------------------------------------


def _parquet(path: Path, part: str, name: str) -> Table:
    no_part(part, name, path)
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
        raise unread(name, error, "Parquet") from None
    columns = {}
    for heading, field in zip(headings(data.column_names, name), data.columns, strict=True):
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
    ".csv": delimited,
    ".tsv": delimited,
    ".tab": delimited,
    ".json": read_json_table,
    ".jsonl": read_json_table,
    ".xlsx": _excel,
    ".xlsm": _excel,
    ".sqlite": _sqlite,
    ".sqlite3": _sqlite,
    ".db": _sqlite,
    ".parquet": _parquet,
}

SUFFIXES = tuple(_READERS)
"""The endings of files that are read as tables."""
