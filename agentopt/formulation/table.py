"""A table in memory: named columns of cells that remember the row they came from.

A column keeps its distinct cells and an integer code per row, so that a million rows of a few hundred
labels cost four bytes a row and every conversion (to labels, to numbers) is done once per distinct cell. A
column of mostly different cells keeps them as they are.
"""

from __future__ import annotations

__all__ = [
    "Column",
    "Table",
    "headings",
    "is_empty",
    "label_text",
    "listed",
    "shown",
    "unread",
    "without_blanks",
]

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentopt.errors import BindingError, nearest
from agentopt.formulation.instance import Codes, Values

Cell = object
"""A text, a number, a truth value, a date, or None for an empty cell."""


@dataclass(frozen=True, eq=False)
class Column:
    """The cells of one column.

    Attributes:
        name: its heading.
        cells: the distinct cells, or all of them in order when `codes` is None.
        codes: for every row, the number of its cell among `cells`.
    """

    name: str
    cells: Sequence[Cell] | NDArray[Any]
    codes: Codes | None = None

    def __len__(self) -> int:
        return len(self.cells) if self.codes is None else len(self.codes)

    def __getitem__(self, row: int) -> Cell:
        return self.cells[row if self.codes is None else int(self.codes[row])]

    def spread(self, each: NDArray[Any]) -> NDArray[Any]:
        """A value per row from one per cell of `cells`."""
        return each if self.codes is None else each[self.codes]

    def row_of(self, cell: int) -> int:
        """The first row that holds a cell of `cells`."""
        return cell if self.codes is None else int(np.argmax(self.codes == cell))

    def take(self, rows: Codes) -> Column:
        """The column of some of the rows."""
        if self.codes is not None:
            used, codes = np.unique(self.codes[rows], return_inverse=True)
            return Column(self.name, [self.cells[c] for c in used.tolist()], codes.astype(np.int32))
        return Column(self.name, [self.cells[r] for r in rows.tolist()])


def is_empty(cell: Cell) -> bool:
    """Whether there is nothing in a cell."""
    return (
        cell is None
        or (isinstance(cell, str) and not cell.strip())
        or (isinstance(cell, float) and cell != cell)
    )


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of one length.

    Attributes:
        name: what messages call it: `plants.csv`, `book.xlsx#lanes`.
        columns: by heading, in order.
        row_numbers: the number of each row in the file, counting the heading; None for consecutive ones.
        first_row: the number of the first row when they are consecutive.
        noun: what the format calls a row.
        warnings: what reading it had to assume.
    """

    name: str
    columns: Mapping[str, Column]
    row_numbers: Codes | None = None
    first_row: int = 2
    noun: str = "row"
    warnings: Sequence[str] = field(default=())

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()))) if self.columns else 0

    def take(self, rows: Codes) -> Table:
        """Some of the rows, which keep their numbers."""
        numbers = self.first_row + rows if self.row_numbers is None else self.row_numbers[rows]
        columns = {key: column.take(rows) for key, column in self.columns.items()}
        return Table(self.name, columns, numbers, noun=self.noun, warnings=self.warnings)

    def at(self, row: int, column: str | None = None) -> str:
        """The place of a cell as messages name it."""
        number = self.first_row + row if self.row_numbers is None else int(self.row_numbers[row])
        return f"{self.name}, {self.noun} {number}" + (f", column `{column}`" if column is not None else "")

    def column(self, name: str, wanted_by: str = "") -> Column:
        """A column by its heading; upper and lower case and surrounding space are not told apart.

        `wanted_by` is what a message starts with, as in `parameters.cost: `.

        Raises:
            BindingError: there is none.
        """
        found = self.columns.get(name)
        if found is None:
            same = [c for c in self.columns if c.strip().casefold() == name.strip().casefold()]
            if len(same) == 1:
                return self.columns[same[0]]
            raise BindingError(
                f"{wanted_by}{self.name} has no column `{name}`; its columns are {listed(self.columns)}",
                hint=nearest(name, self.columns),
            )
        return found

    def empties(self, column: Column) -> NDArray[np.bool_]:
        """The rows whose cell is empty."""
        if isinstance(column.cells, np.ndarray):
            return column.spread(np.asarray(column.cells != column.cells))
        return column.spread(np.fromiter(map(is_empty, column.cells), dtype=bool, count=len(column.cells)))

    def numbers(self, column: Column) -> Values:
        """A number per row, NaN where the cell is empty.

        Raises:
            BindingError: a cell holds something else; nothing is guessed from separators, signs or units.
        """
        cells = column.cells
        if isinstance(cells, np.ndarray):
            return column.spread(cells.astype(np.float64))
        quick = _quick(cells)
        if quick is not None:
            return column.spread(quick)
        values = np.empty(len(cells))
        for number, cell in enumerate(cells):
            value = np.nan if is_empty(cell) else _number(cell)
            if value is None:
                row = column.row_of(number)
                raise BindingError(
                    f"{self.at(row, column.name)}: `{shown(cell)}` is not a number", hint=_advice(cell)
                )
            values[number] = value
        return column.spread(values)

    def label_codes(self, column: Column, code: Callable[[Sequence[Cell]], Codes]) -> Codes:
        """A label code per row, given codes for many labels at once.

        Raises:
            BindingError: a cell is empty or no label.
        """
        cells = column.cells.tolist() if isinstance(column.cells, np.ndarray) else column.cells
        if any(map(is_empty, cells)) and (empty := self.empties(column)).any():
            where = self.at(int(np.argmax(empty)), column.name)
            raise BindingError(
                f"{where}: the cell is empty, where a label is expected",
                hint="fill it in, or delete the row",
            )
        kinds = set(map(type, cells))
        if kinds & {list, dict, tuple, bytes}:
            bad = next(k for k, cell in enumerate(cells) if isinstance(cell, list | dict | tuple | bytes))
            where = self.at(column.row_of(bad), column.name)
            raise BindingError(f"{where}: `{shown(cells[bad])}` is not a label", hint="use texts or numbers")
        texts = cells if kinds <= {str, int, float} else [label_text(cell) for cell in cells]
        return np.asarray(column.spread(code(texts)))


def label_text(cell: Cell) -> Cell:
    """Dates as ISO text, everything else as it is."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else cell


def _quick(cells: Sequence[Cell]) -> Values | None:
    """All cells as finite numbers at once, None if some need a closer look."""
    kinds = set(map(type, cells))
    try:
        if kinds <= {int, float}:
            values = np.array(cells, dtype=np.float64)
        elif kinds == {str}:
            texts: Any = cells
            # `float` reads 1_000, which nobody writes in a table on purpose.
            if "_" in "".join(texts):
                return None
            values = np.fromiter(map(float, texts), dtype=np.float64, count=len(cells))
        else:
            return None
    except (ValueError, OverflowError):
        return None
    return values if np.isfinite(values).all() else None


def _number(cell: Cell) -> float | None:
    if isinstance(cell, bool):
        return None
    try:
        if not isinstance(cell, int | float | Decimal | Fraction) and not (
            isinstance(cell, str) and "_" not in cell
        ):
            return None
        value = float(cell)
    except (ValueError, OverflowError):
        return None
    return value if np.isfinite(value) else None


def _advice(cell: Cell) -> str:
    text = str(cell)
    if isinstance(cell, bool):
        return "write 1 or 0"
    if "%" in text:
        return "write 20% as 0.2, and say so in `unit`"
    if any(sign in text for sign in "$€£¥"):
        return "leave the currency to `unit`"
    if any(c.isdigit() for c in text) and any(c in text for c in ",'_ \u00a0\u202f"):
        return "write 1234.5: a point for decimals, nothing between thousands"
    if text.strip().casefold() in {"na", "n/a", "nan", "null", "none", "-", "#n/a", "?"}:
        return "leave the cell empty and give the parameter a `default`, or delete the row"
    return "write a plain number, or name another column"


def shown(cell: Cell) -> str:
    """At most 60 characters of a cell."""
    text = str(cell)
    return text if len(text) <= 60 else f"{text[:57]}..."


def headings(header: Iterable[object], name: str) -> list[str]:
    """Column names: unique; trailing empty ones are dropped, others numbered.

    Raises:
        BindingError: a name occurs twice.
    """
    names = ["" if cell is None else str(label_text(cell)).strip() for cell in header]
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


def without_blanks(table: Table) -> Table:
    """The table without rows that hold nothing."""
    columns = list(table.columns.values())
    blank = table.empties(columns[0])
    for column in columns[1:]:
        if not blank.any():
            return table
        blank = blank & table.empties(column)
    if not blank.any():
        return table
    return table.take(np.flatnonzero(~blank))


def unread(name: str, error: BaseException, what: str) -> BindingError:
    """The error for a file that is not what its name says."""
    return BindingError(f"{name} cannot be read as {what}: {error}")


def listed(names: Iterable[object], most: int = 20) -> str:
    """The first names of many, as messages show them.

    >>> listed(["a", "b", "c"], 2)
    '`a`, `b`, ...'
    """
    first = list(islice(names, most + 1))
    return ", ".join(f"`{n}`" for n in first[:most]) + (", ..." if len(first) > most else "")
