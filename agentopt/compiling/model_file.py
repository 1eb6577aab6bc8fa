"""What an LP or MPS file states, and the draft its reader fills in line by line.

Rows that demand nothing (free ones, objectives that were not chosen) are left out. Numbers of 1e20 and more
are infinite as bounds and sides, as for every solver that reads these files; no coefficient is too small to
keep.
"""

from __future__ import annotations

__all__ = ["INFINITE", "Draft", "Indicator", "ModelFile", "SpecialSet", "fault"]

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Indices, Integrality, QuadraticRow, SparseMatrix
from agentopt.errors import FormulationError
from agentopt.formulation.instance import Values

_Numbers = Sequence[int] | Sequence[float] | Indices | Values

INFINITE = 1e20
"""From here on a bound or a side is none."""


@dataclass(frozen=True, eq=False)
class SpecialSet:
    """A special ordered set: at most `kind` of the columns `members`, neighbours, are nonzero."""

    name: str
    kind: Literal[1, 2]
    members: Indices


@dataclass(frozen=True)
class Indicator:
    """Row `row` holds where column `column`, a binary one, is `value`."""

    row: int
    column: int
    value: Literal[0, 1]


@dataclass(frozen=True, eq=False)
class ModelFile:
    """The arrays of a file in the order it lists them, with the meaning they have in `Compiled`."""

    name: str
    sense: Literal["minimize", "maximize"]
    columns: list[str]
    rows: list[str]
    cost: Values
    offset: float
    matrix: SparseMatrix
    bounds: tuple[Values, Values]
    row_bounds: tuple[Values, Values]
    integrality: NDArray[np.int8]
    quadratic: tuple[Indices, Indices, Values] | None = None
    quadratic_rows: tuple[QuadraticRow, ...] = ()
    special: tuple[SpecialSet, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass
class Draft:
    """A file being read: columns and rows by name, entries as they come.

    Attributes:
        entries: row, column and value of coefficients; equal places add up.
        products: row (-1 for the objective), both columns and the factor of `x[first] * x[second]`.
    """

    name: str
    sense: Literal["minimize", "maximize"] = "minimize"
    columns: dict[str, int] = field(default_factory=dict)
    rows: dict[str, int] = field(default_factory=dict)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    row_lower: list[float] = field(default_factory=list)
    row_upper: list[float] = field(default_factory=list)
    offset: float = 0.0
    cost: tuple[_Numbers, _Numbers] = ((), ())
    entries: tuple[_Numbers, _Numbers, _Numbers] = ((), (), ())
    products: list[tuple[int, int, int, float]] = field(default_factory=list)
    special: list[SpecialSet] = field(default_factory=list)
    indicators: list[Indicator] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def column(self, name: str) -> int:
        """The number of a column, new ones with the bounds 0 and infinity."""
        code = self.columns.setdefault(name, len(self.columns))
        if code == len(self.kinds):
            self.kinds.append(Integrality.CONTINUOUS)
            self.lower.append(0.0)
            self.upper.append(np.inf)
        return code

    def row(self, name: str) -> int:
        """The number of a new row without sides."""
        self.rows[name] = len(self.row_lower)
        self.row_lower.append(-np.inf)
        self.row_upper.append(np.inf)
        return len(self.row_lower) - 1

    def file(self) -> ModelFile:
        """The arrays.

        Raises:
            FormulationError: there is no column.
        """
        if not self.columns:
            raise FormulationError(
                f"`{self.name}` states no columns, so there is nothing to decide",
                hint="is the file whole?",
            )
        lower, upper = infinite(self.lower), infinite(self.upper)
        row_lower, row_upper = infinite(self.row_lower), infinite(self.row_upper)
        _check_sides(self.name, "column", list(self.columns), lower, upper)
        _check_sides(self.name, "row", list(self.rows), row_lower, row_upper)
        conditional = {each.row for each in self.indicators}
        kept = ~(np.isinf(row_lower) & np.isinf(row_upper) & (row_lower < row_upper))
        kept[list(conditional)] = True
        place = np.cumsum(kept) - 1
        cost = np.zeros(len(self.columns))
        np.add.at(cost, np.asarray(self.cost[0], dtype=np.int64), np.asarray(self.cost[1], dtype=float))
        return ModelFile(
            self.name,
            self.sense,
            list(self.columns),
            [name for name, keep in zip(self.rows, kept.tolist(), strict=True) if keep],
            cost,
            self.offset,
            _matrix(self.entries, kept, len(self.columns)),
            (lower, upper),
            (row_lower[kept], row_upper[kept]),
            np.array(self.kinds, dtype=np.int8),
            self.quadratic(),
            self.quadratic_rows(kept, place),
            tuple(self.special),
            tuple(Indicator(int(place[each.row]), each.column, each.value) for each in self.indicators),
            tuple(self.warnings),
        )

    def quadratic(self) -> tuple[Indices, Indices, Values] | None:
        """The triangle of Q in x'Qx/2."""
        found = _triangle([each for each in self.products if each[0] == -1])
        if found is None:
            return None
        first, second, values = found
        return first, second, np.where(first == second, 2.0 * values, values)

    def quadratic_rows(self, kept: NDArray[np.bool_], place: Indices) -> tuple[QuadraticRow, ...]:
        """The quadratic parts of rows that are kept."""
        by_row: dict[int, list[tuple[int, int, int, float]]] = {}
        for each in self.products:
            if each[0] >= 0 and kept[each[0]]:
                by_row.setdefault(int(place[each[0]]), []).append(each)
        found = ((row, _triangle(products)) for row, products in sorted(by_row.items()))
        return tuple(QuadraticRow(row, *part) for row, part in found if part is not None)


def infinite(values: Sequence[float]) -> Values:
    """The values, those of 1e20 and more infinite."""
    found = np.array(values, dtype=float)
    found[found >= INFINITE] = np.inf
    found[found <= -INFINITE] = -np.inf
    return found


def fault(name: str, line: int, message: str, *, hint: str = "") -> FormulationError:
    """What is wrong with a line, counted from 1.

    >>> fault("plant.mps", 7, "there is no row `r9`").message
    '`plant.mps`, line 7: there is no row `r9`'
    """
    return FormulationError(f"`{name}`, line {line}: {message}", hint=hint)


def _check_sides(name: str, what: str, names: Sequence[str], lower: Values, upper: Values) -> None:
    wrong = np.flatnonzero((lower == np.inf) | (upper == -np.inf) | np.isnan(lower) | np.isnan(upper))
    if len(wrong):
        k = int(wrong[0])
        raise FormulationError(
            f"`{name}`: {what} `{names[k]}` must be at least {lower[k]:g} and at most {upper[k]:g}",
            hint=f"numbers of {INFINITE:g} and more are infinite",
        )


def _triangle(products: Sequence[tuple[int, int, int, float]]) -> tuple[Indices, Indices, Values] | None:
    """Products added up by pair, first >= second; None without any."""
    totals: dict[tuple[int, int], float] = {}
    for _, one, two, value in products:
        pair = (max(one, two), min(one, two))
        totals[pair] = totals.get(pair, 0.0) + value
    pairs = sorted((pair for pair, value in totals.items() if value), key=lambda pair: pair[::-1])
    if not pairs:
        return None
    first, second = (np.array([pair[k] for pair in pairs], dtype=np.int64) for k in (0, 1))
    return first, second, np.array([totals[pair] for pair in pairs])


def _matrix(
    entries: tuple[_Numbers, _Numbers, _Numbers],
    kept: NDArray[np.bool_],
    num_columns: int,
) -> SparseMatrix:
    """The entries of kept rows by column and row; equal places added up, zeros left out."""
    rows, columns = (np.asarray(part, dtype=np.int64) for part in entries[:2])
    values = np.asarray(entries[2], dtype=float)
    chosen = kept[rows] & (values != 0)
    rows, columns, values = rows[chosen], columns[chosen], values[chosen]
    num_rows = int(kept.sum())
    rows = (np.cumsum(kept) - 1)[rows]
    key = columns * max(num_rows, 1) + rows
    order = np.argsort(key, kind="stable")
    key, values = key[order], values[order]
    new = np.concatenate([[True], key[1:] != key[:-1]]) if len(key) else np.empty(0, dtype=bool)
    if not new.all():
        values = np.add.reduceat(values, np.flatnonzero(new))
        key = key[new]
        key, values = key[values != 0], values[values != 0]
    starts = np.zeros(num_columns + 1, dtype=np.int64)
    np.cumsum(np.bincount(key // max(num_rows, 1), minlength=num_columns), out=starts[1:])
    return SparseMatrix(num_rows, num_columns, starts, (key % max(num_rows, 1)).astype(np.int32), values)
