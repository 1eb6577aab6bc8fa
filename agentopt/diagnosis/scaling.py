"""How hard the numbers of a model are for floating-point engines, which are to blame, and what to change.

Engines decide feasibility within about 1e-6 and drop coefficients below 1e-9: a model whose numbers span more
than about ten powers of ten cannot be solved reliably by any of them.
"""

from __future__ import annotations

__all__ = ["Range", "Scaling", "scaling"]

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agentopt.compiling.arrays import Compiled, Indices
from agentopt.formulation.instance import Values

WIDE = 1e9
"""Ratio of the largest to the smallest number of a kind from which it is called hard."""

LARGE = 1e8
"""A coefficient, cost or finite limit from which it is called large."""

SMALL = 1e-6
MAX_LISTED = 5


@dataclass(frozen=True)
class Range:
    """The numbers of one kind: coefficients, costs, limits of rows, limits of decisions.

    Attributes:
        least, most: absolute values, zeros aside.
        least_at, most_at: (row or None, column or None) where they stand.
    """

    what: str
    least: float
    most: float
    least_at: tuple[int | None, int | None]
    most_at: tuple[int | None, int | None]

    @property
    def ratio(self) -> float:
        """How many times the largest is the smallest."""
        return self.most / self.least


@dataclass(frozen=True)
class Scaling:
    """The report.

    Attributes:
        ranges: of the kinds there are numbers of.
        columns: (column, power of ten by which its unit should grow) of decisions whose coefficients are all
            large or all small, the furthest first.
    """

    ranges: tuple[Range, ...]
    columns: tuple[tuple[int, int], ...] = ()

    @property
    def is_hard(self) -> bool:
        """Whether an engine may go wrong over these numbers."""
        return any(each.ratio > WIDE or each.most > LARGE or each.least < SMALL for each in self.ranges)


def scaling(compiled: Compiled) -> Scaling:
    """The report of a model; one without numbers has no ranges."""
    matrix = compiled.matrix
    owner = np.repeat(np.arange(compiled.num_columns), np.diff(matrix.starts))
    found = [_range("coefficients", matrix.values, matrix.indices.astype(np.int64), owner)]
    for objective in compiled.levels:
        found.append(_range("costs", objective.cost, None, np.arange(compiled.num_columns)))
    rows, columns = np.arange(compiled.num_rows), np.arange(compiled.num_columns)
    found.append(
        _range(
            "limits of constraints",
            np.concatenate([compiled.row_lower, compiled.row_upper]),
            np.concatenate([rows, rows]),
            None,
        )
    )
    found.append(
        _range(
            "limits of decisions",
            np.concatenate([compiled.lower, compiled.upper]),
            None,
            np.concatenate([columns, columns]),
        )
    )
    return Scaling(tuple(each for each in found if each is not None), tuple(_units(compiled, owner)))


def _range(what: str, values: Values, rows: Indices | None, columns: Indices | None) -> Range | None:
    size = np.abs(values)
    kept = np.flatnonzero(np.isfinite(size) & (size > 0))
    if not len(kept):
        return None

    def at(place: int) -> tuple[int | None, int | None]:
        return (
            None if rows is None else int(rows[place]),
            None if columns is None else int(columns[place]),
        )

    least, most = int(kept[np.argmin(size[kept])]), int(kept[np.argmax(size[kept])])
    return Range(what, float(size[least]), float(size[most]), at(least), at(most))


def _units(compiled: Compiled, owner: Indices) -> Sequence[tuple[int, int]]:
    """Decisions measured in too small or too large a unit: their coefficients are all far from one."""
    values = np.abs(compiled.matrix.values)
    some = values > 0
    logs = np.log10(values[some])
    count = np.bincount(owner[some], minlength=compiled.num_columns)
    middle = np.bincount(owner[some], weights=logs, minlength=compiled.num_columns) / np.maximum(count, 1)
    whole = compiled.integrality != 0
    away = np.where(whole | (count == 0), 0.0, np.abs(middle))
    order = np.argsort(-away, kind="stable")[:MAX_LISTED].tolist()
    return [
        (column, -round(float(middle[column]))) for column in order if away[column] >= 4.0 - math.ulp(4.0)
    ]
