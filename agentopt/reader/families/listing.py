"""Things with numbers, whatever the layout: what tables say of them is read here."""

from __future__ import annotations

__all__ = ["Amount", "Column", "Records", "column_of", "is_drawn", "of_table"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from agentopt.reader.families.nouns import stem, words
from agentopt.reader.families.units import NO_UNIT, Unit, unit_at, unit_in
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import tokenize


@dataclass(frozen=True, slots=True)
class Amount:
    """A number with its unit.

    Attributes:
        token: where it stands in the text; -1 in an attached table.
        cell: where it stands in a table.
    """

    value: Fraction
    unit: Unit = NO_UNIT
    token: int = -1
    cell: Cell | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """One number of every record.

    Attributes:
        words: stems of what is said by it in most records, or in its heading.
        amounts: in the order of the records.
    """

    words: frozenset[str]
    amounts: tuple[Amount, ...]

    @property
    def unit(self) -> Unit:
        """The unit of its numbers; `NO_UNIT` if none is said."""
        return next((each.unit for each in self.amounts if each.unit != NO_UNIT), NO_UNIT)

    def values(self, unit: Unit | None = None) -> tuple[Fraction, ...]:
        """The numbers, in a unit of the same kind, or in their own."""
        own = self.unit
        counted = unit is not None and {own.kind, unit.kind} <= {"", "money"} and own.size != 1
        into = unit if unit is not None and ((unit.kind and unit.kind == own.kind) or counted) else own
        return tuple(
            each.value * (each.unit if each.unit.kind else own).size / into.size for each in self.amounts
        )


@dataclass(frozen=True, slots=True)
class Records:
    """Things with numbers.

    Attributes:
        names: of the things, each another; "item 1" and so on where the text gives none.
        columns: their numbers.
        given: whether the names stand in the text.
        noun: what one of them is called, in the singular; "" where nothing says it.
    """

    names: tuple[str, ...]
    columns: tuple[Column, ...]
    given: bool = True
    noun: str = ""

    def with_columns(self, more: Sequence[Column]) -> Records:
        """The records with further numbers."""
        return replace(self, columns=(*self.columns, *more))


def is_drawn(table: Table) -> bool:
    """Whether a table is no list, and no line of prose with commas: its labels hold no numbers with units."""
    if table.layout == "list":
        return False
    if table.layout in ("markdown", "attached"):
        return True
    labels = [(row[0], tokenize(row[0].text)) for row in table.rows]
    return not any(
        cell.value is None and any(unit_at(said, at)[0].kind for at, t in enumerate(said) if t.is_number)
        for cell, said in labels
    )


def of_table(table: Table) -> Records | None:
    """The records of a table with things down or across; None where it has another form."""
    rows = [row for row in table.rows if row[0].text.strip("*_ ").lower() not in _SUMS]
    width = len(table.header) or max((len(row) for row in rows), default=0)
    if not rows or width < 1 or any(len(row) != width for row in rows):
        return None
    if table.header and _is_across(table.header, rows):
        return _across(table.header, rows)
    return _down(table.header, rows, width)


_SUMS = words("total sum totals")
_IDS = words("no no. nr nr. # id pos pos.")
_LABELS = _IDS | words(
    "order parcel item job project week month period day quarter year shift piece package file task"
)
_MEASURED = words(
    """
    value worth profit return benefit npv revenue score reward weight kg cost price budget time hour day
    space volume size length demand quantity qty capacity holding setup storage
    """
)


def _down(header: Sequence[Cell], rows: Sequence[Sequence[Cell]], width: int) -> Records | None:
    heads = [cell.text for cell in header] or [""] * width
    numeric = [at for at in range(width) if all(row[at].value is not None for row in rows)]
    texts = [at for at in range(width) if at not in numeric]
    label = next((at for at in texts if len({row[at].text for row in rows}) == len(rows)), -1)
    if texts and label < 0:
        return None
    if label < 0 and len(numeric) > 1 and _counts_up(heads[numeric[0]], [row[numeric[0]] for row in rows]):
        label = numeric[0]
    data = [at for at in numeric if at != label and stem(heads[at].strip()) not in _IDS]
    if not data or len(rows) < 2:
        return None
    names = [row[label].text.strip("*_`~ ") if label >= 0 else f"item {n}" for n, row in enumerate(rows, 1)]
    if len(set(names)) != len(names):
        return None
    columns = [column_of(heads[at], [row[at] for row in rows]) for at in data]
    return Records(tuple(names), tuple(columns), label >= 0, _noun(heads[label]) if label >= 0 else "")


def _counts_up(head: str, cells: Sequence[Cell]) -> bool:
    """Whether a column of numbers only tells its rows apart."""
    values = [cell.value for cell in cells]
    counted = values == list(range(1, len(values) + 1))
    named = stem(head.strip().lower()) in _LABELS or not head.strip()
    return len(set(values)) == len(values) and (counted or named)


def column_of(heading: str, cells: Sequence[Cell]) -> Column:
    """The numbers of some cells under a heading."""
    tokens = tokenize(heading)
    unit = unit_in(tokens)
    said = frozenset(stem(token.text) for token in tokens if token.kind == "word" or token.is_number)
    amounts = []
    for cell in cells:
        own = unit_in([token for token in tokenize(cell.text) if not token.is_number])
        token = next(iter(cell.tokens), -1)
        amounts.append(Amount(cell.value or Fraction(0), own if own.kind else unit, token, cell))
    return Column(said, tuple(amounts))


def _is_across(header: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether things stand above the columns: few rows, all of numbers, under no heading of a measure."""
    numbers = all(cell.value is not None for row in rows for cell in row[1:])
    labelled = all(row[0].value is None for row in rows)
    said = {stem(token.text) for cell in header[1:] for token in tokenize(cell.text)}
    return numbers and labelled and len(header) > 3 and len(rows) <= 5 and not said & _MEASURED


def _across(header: Sequence[Cell], rows: Sequence[Sequence[Cell]]) -> Records | None:
    names = [cell.text.strip("*_`~ ") for cell in header[1:]]
    if len(set(names)) != len(names):
        return None
    columns = [column_of(row[0].text, row[1:]) for row in rows]
    return Records(tuple(names), tuple(columns), True, _noun(header[0].text))


def _noun(heading: str) -> str:
    said = [token for token in tokenize(heading) if token.kind == "word"]
    return stem(said[-1].text) if len(said) == 1 else ""
