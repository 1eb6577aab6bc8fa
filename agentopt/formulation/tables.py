"""Tables by name: where a formulation's `from: plants.csv` is found, and what a prompt says about it.

A reference is a file name, with `#` and a sheet, database table or JSON key where a file holds several. It
is looked up among the files and folders the caller gave, then in the formulation's own folder, and nowhere
else: a formulation may come from a stranger or a language model, so references that leave those folders
(`..`, absolute paths, symbolic links to the outside) are refused.
"""

from __future__ import annotations

__all__ = ["ColumnSummary", "Shelf", "Table", "TableSummary", "describe", "read"]

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from agentopt.errors import BindingError, nearest
from agentopt.formulation.instance import canonical
from agentopt.formulation.table import Column, Table, is_empty, label_text
from agentopt.formulation.table_files import SUFFIXES, load, parts

_DATE = re.compile(r"\d{4}-\d\d?-\d\d?([ T].*)?\Z|\d{1,2}[./]\d{1,2}[./]\d{2,4}\Z")


def read(ref: str | Path, folder: Path | None = None) -> Table:
    """The table a path or reference stands for.

    With a `folder`, the reference must stay inside it; without one, `ref` is a path as the caller means it.

    Raises:
        BindingError: there is no such table, or it cannot be read.
    """
    if folder is not None:
        return Shelf((), folder).table(str(ref))
    path, part = _split(str(ref))
    return Shelf((Path(path),)).table(Path(path).name + (f"#{part}" if part else ""))


def _split(ref: str) -> tuple[str, str]:
    name, _, part = ref.partition("#")
    return name.strip(), part.strip()


class Shelf:
    """The tables within reach, each read once."""

    def __init__(self, given: Sequence[Path] = (), folder: Path | None = None) -> None:
        self.given = tuple(given)
        self.folder = folder
        self._read: dict[tuple[Path, str], Table] = {}

    def table(self, ref: str) -> Table:
        """The table of a reference.

        Raises:
            BindingError: it is not there, leaves the folders, or cannot be read.
        """
        name, part = _split(ref)
        path = self.find(name)
        key = (path, part)
        if key not in self._read:
            try:
                self._read[key] = load(path, part)
            except OSError as error:
                raise BindingError(f"{name} cannot be read: {error.strerror or error}") from None
        return self._read[key]

    def find(self, name: str) -> Path:
        """The file of a name.

        Raises:
            BindingError: there is none, or several.
        """
        relative = _inside(name)
        found: list[Path] = []
        for place in self.given:
            if place.is_dir():
                found += _within(place, relative) or _within(place, PurePosixPath(relative.name))
            elif place.name == relative.name:
                if not place.is_file():
                    raise BindingError(f"there is no file `{place}`")
                found.append(place)
        distinct = {path.resolve(): path for path in found}
        if len(distinct) > 1:
            raise BindingError(
                f"`{name}` may be {' or '.join(str(p) for p in distinct.values())}",
                hint="give only one of them",
            )
        if not found and self.folder is not None:
            found = _within(self.folder, relative)
        if not found:
            raise self._missing(name)
        return found[0]

    def unused(self) -> list[Path]:
        """The files given by name from which no table was read so far."""
        read = {path.resolve() for path, _ in self._read}
        return [path for path in self.given if path.is_file() and path.resolve() not in read]

    def files(self) -> Iterator[Path]:
        """Every file within reach that is read as a table, given ones first."""
        for place in (*self.given, *((self.folder,) if self.folder is not None else ())):
            if not place.is_dir():
                yield place
                continue
            for entry in sorted(place.iterdir()):
                if (
                    entry.suffix.lower() in SUFFIXES
                    and entry.is_file()
                    and not entry.name.startswith((".", "~$"))
                ):
                    yield entry

    def _missing(self, name: str) -> BindingError:
        known = sorted({path.name for path in self.files()})
        there = ", ".join(known[:10]) + (", ..." if len(known) > 10 else "")
        return BindingError(
            f"there is no table `{name}`" + (f"; there are {there}" if known else ""),
            hint=nearest(name, known) or "name a file of the formulation's folder, or give it with `--data`",
        )


def _inside(name: str) -> PurePosixPath:
    relative = PurePosixPath(name.replace("\\", "/"))
    outside = relative.is_absolute() or ".." in relative.parts or ":" in name or "\0" in name
    if outside or not relative.name:
        raise BindingError(
            f"`{name}` is not a file name inside the given folders", hint="name a file, such as `plants.csv`"
        )
    return relative


def _within(folder: Path, relative: PurePosixPath) -> list[Path]:
    path = folder / relative
    if path.is_dir():
        raise BindingError(f"`{relative}` is a folder, not a table", hint="name a file in it")
    if not path.is_file():
        return []
    if not path.resolve().is_relative_to(folder.resolve()):
        raise BindingError(
            f"`{relative}` is a link that leaves its folder", hint="copy the file into the folder"
        )
    return [path]


# -- summaries for prompts -----------------------------------------------------------------------------


@dataclass(frozen=True)
class ColumnSummary:
    """A column in a few words.

    Attributes:
        name: its heading.
        kind: `integer`, `number`, `date`, `text` or `empty`.
        num_distinct: how many different cells it has.
        num_empty: how many cells are empty.
        low: the smallest number, or None.
        high: the largest number, or None.
    """

    name: str
    kind: str
    num_distinct: int
    num_empty: int
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class TableSummary:
    """What a prompt may know of a table: its shape and a few rows, never all of it.

    Attributes:
        ref: how a formulation names it.
        num_rows: rows without the heading.
        columns: the first of its columns.
        num_columns: how many there are in all.
        rows: the first rows, every cell cut short.
        warnings: what reading it had to assume.
    """

    ref: str
    num_rows: int
    columns: tuple[ColumnSummary, ...]
    num_columns: int
    rows: tuple[tuple[str, ...], ...]
    warnings: tuple[str, ...] = ()

    def render(self) -> str:
        """The summary as lines of text."""
        lines = [f"table {self.ref}: {self.num_rows:,} rows, {self.num_columns:,} columns"]
        for column in self.columns:
            span = "" if column.low is None else f", {column.low:g} to {column.high:g}"
            empty = f", {column.num_empty:,} empty" if column.num_empty else ""
            lines.append(f"- {column.name}: {column.kind}, {column.num_distinct:,} distinct{span}{empty}")
        if self.num_columns > len(self.columns):
            lines.append(f"- and {self.num_columns - len(self.columns):,} more columns")
        if self.rows:
            lines.append(f"first {len(self.rows)} of {self.num_rows:,} rows:")
            lines += [" | ".join(row) for row in ([c.name for c in self.columns], *self.rows)]
        return "\n".join([*lines, *(f"warning: {w}" for w in self.warnings)])


def describe(
    paths: Sequence[Path], *, max_rows: int = 3, max_columns: int = 40, max_characters: int = 40
) -> list[TableSummary]:
    """Summaries of every table in the given files and folders.

    What cannot be read in a folder, or in one part of a file of several, is a summary with only a warning.

    Raises:
        BindingError: a file given by name cannot be read.
    """
    found: list[TableSummary] = []
    for path in Shelf(paths).files():
        if not path.is_file():
            raise BindingError(f"there is no file `{path}`", hint=_sibling(path))
        try:
            for part in (names := parts(path)):
                try:
                    found.append(_summary(load(path, part), max_rows, max_columns, max_characters))
                except BindingError as error:
                    if len(names) == 1:
                        raise
                    found.append(_unreadable(f"{path.name}#{part}", error))
        except BindingError as error:
            if path in paths:
                raise
            found.append(_unreadable(path.name, error))
    return found


def _unreadable(ref: str, error: BindingError) -> TableSummary:
    return TableSummary(ref, 0, (), 0, (), (error.message,))


def _sibling(path: Path) -> str:
    if not path.parent.is_dir():
        return ""
    return nearest(path.name, (entry.name for entry in os.scandir(path.parent)))


def _summary(table: Table, max_rows: int, max_columns: int, max_characters: int) -> TableSummary:
    columns = list(table.columns.values())
    kept = columns[:max_columns]
    rows = tuple(
        tuple(_cut(column[row], max_characters) for column in kept)
        for row in range(min(max_rows, len(table)))
    )
    summaries = tuple(_column_summary(table, column, max_characters) for column in kept)
    return TableSummary(table.name, len(table), summaries, len(columns), rows, tuple(table.warnings))


def _cut(cell: object, width: int) -> str:
    text = "" if cell is None else " ".join(str(label_text(cell)).split())
    text = "".join(c if c.isprintable() else "?" for c in text)
    return text if len(text) <= width else f"{text[: width - 3]}..."


def _column_summary(table: Table, column: Column, width: int) -> ColumnSummary:
    cells = column.cells.tolist() if isinstance(column.cells, np.ndarray) else column.cells
    distinct = {
        label_text(cell) for cell in cells if not is_empty(cell) and not isinstance(cell, list | dict)
    }
    num_empty = int(np.count_nonzero(table.empties(column)))
    name = _cut(column.name, width)
    if not distinct:
        return ColumnSummary(name, "empty", 0, num_empty)
    try:
        numbers = table.numbers(column)
    except BindingError:
        dates = all(isinstance(d, str) and _DATE.match(d.strip()) for d in distinct)
        return ColumnSummary(name, "date" if dates else "text", len(distinct), num_empty)
    # Codes such as 007 are read as labels, so the prompt should not call them integers.
    if any(
        isinstance(canonical(d), str)
        and str(d).strip().lstrip("-").startswith("0")
        and str(d).strip().isdigit()
        for d in distinct
    ):
        return ColumnSummary(name, "text", len(distinct), num_empty)
    given = numbers[~np.isnan(numbers)]
    kind = "integer" if (given == np.floor(given)).all() else "number"
    return ColumnSummary(name, kind, len(distinct), num_empty, float(given.min()), float(given.max()))
