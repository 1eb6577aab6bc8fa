"""The arrays while they grow: columns, rows and blocks of coefficients in the order they are stated."""

from __future__ import annotations

__all__ = ["Builder", "Terms"]

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import (
    Integrality,
    Nonlinear,
    QuadraticRow,
    RowBlock,
    SparseMatrix,
    VariableBlock,
)
from agentopt.compiling.assemble import Block, assemble
from agentopt.compiling.terms import Monomial, Space
from agentopt.formulation.derive import Data
from agentopt.formulation.frames import Frame, Ints
from agentopt.formulation.instance import Codes, Values


@dataclass
class Terms:
    """An expression over a root frame, read: constants by root point, linear and quadratic monomials."""

    constant: Values
    linear: list[Monomial] = field(default_factory=list)
    quadratic: list[Monomial] = field(default_factory=list)

    @classmethod
    def of(cls, monomials: Sequence[Monomial], root: tuple[int, ...]) -> Terms:
        """Sort monomials by degree; constants are folded onto the root."""
        terms = cls(np.zeros((1,) * len(root)))
        for monomial in monomials:
            if not monomial.columns:
                terms.constant = terms.constant + monomial.frame.fold(monomial.coefficient)
            elif len(monomial.columns) == 1:
                terms.linear.append(monomial)
            else:
                terms.quadratic.append(monomial)
        return terms


class Builder:
    """Collects columns, rows and coefficients; `finish` turns them into arrays."""

    def __init__(self, data: Data, space: Space) -> None:
        self.data, self.space = data, space
        self.variables: list[VariableBlock] = []
        self.rows: list[RowBlock] = []
        self.num_columns = 0
        self.num_rows = 0
        self._bounds: list[tuple[Values, Values]] = []
        self._integrality: list[NDArray[np.int8]] = []
        self._row_bounds: list[tuple[Values, Values]] = []
        self.blocks: list[Block] = []
        self.quadratic_rows: list[QuadraticRow] = []
        self.nonlinear: list[Nonlinear] = []
        self.warnings: list[str] = []
        self.strict: list[str] = []

    def add_columns(
        self,
        name: str,
        codes: Codes,
        lower: Values | float,
        upper: Values | float,
        kind: Integrality,
        *,
        auxiliary: bool = False,
    ) -> int:
        """One column per row of `codes`; returns the first one's number."""
        start, count = self.num_columns, len(codes)
        self.variables.append(VariableBlock(name, start, codes, auxiliary))
        self._bounds.append((_filled(lower, count), _filled(upper, count)))
        self._integrality.append(np.full(count, kind, dtype=np.int8))
        self.num_columns += count
        return start

    def add_rows(
        self,
        name: str,
        frame: Frame,
        indices: Sequence[tuple[str, str]],
        terms: Terms,
        lower: Values | float,
        upper: Values | float,
        *,
        auxiliary: bool = False,
    ) -> int:
        """One row per point of a (rooted) frame: lower <= terms <= upper, constants moved to the bounds.

        `indices` pairs each index name with the name its column has in the frame.
        """
        start, shape = self.num_rows, frame.lengths
        columns = [frame.column(key) for _, key in indices]
        codes = (
            np.stack(columns, axis=1).astype(np.int64)
            if columns
            else np.empty((frame.size, 0), dtype=np.int64)
        )
        self.rows.append(RowBlock(name, start, codes, tuple(shown for shown, _ in indices), auxiliary))
        self.num_rows += frame.size
        bounds = [
            np.array(np.broadcast_to(np.asarray(bound) - terms.constant, shape), dtype=float).reshape(-1)
            for bound in (lower, upper)
        ]
        self._row_bounds.append((bounds[0], bounds[1]))
        for monomial in terms.linear:
            self.blocks.append(self.block(monomial, start, len(self.rows)))
        if terms.quadratic:
            self.quadratic_rows.extend(quadratic_rows(terms.quadratic, start))
        return start

    def block(self, monomial: Monomial, row_start: int, group: int) -> Block:
        """The coefficients of a linear monomial in the rows that start at `row_start`."""
        (columns,) = monomial.columns
        return Block(
            monomial.frame.lengths,
            row_start,
            monomial.frame.parent_parts(),
            columns.start,
            columns.parts,
            np.asarray(monomial.coefficient, dtype=float),
            (group, self.owner(columns.start)),
        )

    def owner(self, column: int) -> int:
        """Which variable block a column belongs to."""
        starts = [block.start for block in self.variables]
        return int(np.searchsorted(starts, column, "right"))

    def bounds(self) -> tuple[Values, Values]:
        """Lower and upper bounds of all columns so far."""
        lower = np.concatenate([b[0] for b in self._bounds]) if self._bounds else np.empty(0)
        upper = np.concatenate([b[1] for b in self._bounds]) if self._bounds else np.empty(0)
        return lower, upper

    def integrality(self) -> NDArray[np.int8]:
        """Kinds of all columns so far."""
        return np.concatenate(self._integrality) if self._integrality else np.empty(0, dtype=np.int8)

    def row_bounds(self) -> tuple[Values, Values]:
        """Lower and upper bounds of all rows so far."""
        lower = np.concatenate([b[0] for b in self._row_bounds]) if self._row_bounds else np.empty(0)
        upper = np.concatenate([b[1] for b in self._row_bounds]) if self._row_bounds else np.empty(0)
        return lower, upper

    def matrix(self) -> SparseMatrix:
        """The coefficients of all rows so far."""
        return assemble(self.blocks, self.num_rows, self.num_columns)


def _filled(value: Values | float, count: int) -> Values:
    array = np.asarray(value, dtype=float)
    return np.full(count, float(array)) if array.ndim == 0 else array.reshape(-1)


def quadratic_rows(monomials: Sequence[Monomial], row_start: int) -> list[QuadraticRow]:
    """The quadratic parts of consecutive rows, each pair of columns once."""
    rows, first, second, values = products(monomials, row_start)
    edges = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]]) if len(rows) else np.empty(0, dtype=np.int64)
    ends = np.r_[edges[1:], len(rows)] if len(rows) else edges
    return [
        QuadraticRow(int(rows[a]), first[a:b], second[a:b], values[a:b])
        for a, b in zip(edges.tolist(), ends.tolist(), strict=True)
    ]


def products(monomials: Sequence[Monomial], row_start: int) -> tuple[Ints, Ints, Ints, Values]:
    """Quadratic monomials as (row, first >= second, coefficient of the product), sorted, each pair once."""
    parts = []
    for monomial in monomials:
        shape = monomial.frame.lengths
        blocks = [
            Block(
                shape,
                row_start,
                monomial.frame.parent_parts(),
                c.start,
                c.parts,
                monomial.coefficient,
                (0, 0),
            )
            for c in monomial.columns
        ]
        rows, one, values = blocks[0].flat()
        other = blocks[1].flat()[1]
        parts.append((rows, np.maximum(one, other), np.minimum(one, other), values))
    rows, first, second = (np.concatenate([p[k] for p in parts]).astype(np.int64) for k in range(3))
    values = np.concatenate([p[3] for p in parts])
    order = np.lexsort((second, first, rows))
    rows, first, second, values = rows[order], first[order], second[order], values[order]
    changed = (np.diff(rows) != 0) | (np.diff(first) != 0) | (np.diff(second) != 0)
    starts = np.flatnonzero(np.r_[True, changed]) if len(rows) else np.empty(0, dtype=np.int64)
    values = np.add.reduceat(values, starts) if len(rows) else values
    keep = values != 0
    starts = starts[keep]
    return rows[starts], first[starts], second[starts], values[keep]
