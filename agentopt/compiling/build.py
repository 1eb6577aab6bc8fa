"""The arrays while they grow: columns, rows and blocks of coefficients in the order they are stated."""

from __future__ import annotations

__all__ = ["Builder", "Terms", "flat_columns", "products", "quadratic_rows"]

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
    Structure,
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
        self.structures: list[Structure] = []
        self.quadratic: list[tuple[Ints, Ints, Ints, Values]] = []
        self.nonlinear: list[Nonlinear] = []
        self.warnings: list[str] = []
        self.strict: list[str] = []
        self._implied: set[int] = set()
        self._proven: tuple[Values, Values] | None = None

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
            self.quadratic.append(products(terms.quadratic, start))
        return start

    def add_flat_rows(
        self, name: str, parts: Sequence[tuple[Ints, Values]], lower: Values, upper: Values
    ) -> None:
        """Auxiliary rows without indices; each part gives every row one column and coefficient."""
        count, start = len(lower), self.num_rows
        self.rows.append(RowBlock(name, start, np.empty((count, 0), dtype=np.int64), auxiliary=True))
        self.num_rows += count
        self._row_bounds.append((lower, upper))
        along = {0: np.arange(count, dtype=np.int32)}
        for columns, values in parts:
            self.blocks.append(Block((count,), start, along, 0, {0: columns}, values, (-1, 0)))

    def add_sparse_rows(
        self, name: str, rows: Ints, columns: Ints, values: Values, lower: Values, upper: Values
    ) -> None:
        """Auxiliary rows: `values[k]` stands in row `rows[k]` of these, column `columns[k]`."""
        count, start = len(lower), self.num_rows
        self.rows.append(RowBlock(name, start, np.empty((count, 0), dtype=np.int64), auxiliary=True))
        self.num_rows += count
        self._row_bounds.append((lower, upper))
        along = {0: rows.astype(np.int32)}, {0: columns.astype(np.int32)}
        self.blocks.append(Block((len(values),), start, along[0], 0, along[1], values, (-1, -1)))

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

    def proven_bounds(self) -> tuple[Values, Values]:
        """Bounds of all columns so far, with those the rows imply; worked out once, when first asked for."""
        lower, upper = self.bounds()
        kinds = self.integrality()
        semi = (kinds == Integrality.SEMICONTINUOUS) | (kinds == Integrality.SEMIINTEGER)
        lower[semi] = np.minimum(lower[semi], 0.0)
        if self._proven is None:
            from agentopt.compiling.bounds import tightened

            row_lower, row_upper = self.row_bounds()
            partial = np.concatenate(
                [np.empty(0, dtype=np.int64)]
                + [part[0] for part in self.quadratic]
                + [part.rows for part in self.nonlinear]
            )
            row_lower[partial], row_upper[partial] = -np.inf, np.inf
            self._proven = tightened(self.matrix(), row_lower, row_upper, lower, upper)
        known = len(self._proven[0])
        lower[:known] = np.maximum(lower[:known], self._proven[0])
        upper[:known] = np.minimum(upper[:known], self._proven[1])
        return lower, upper

    def set_bounds(self, start: int, lower: Values, upper: Values) -> None:
        """Replace the bounds of the block of columns that starts at `start`."""
        number = self.owner(start) - 1
        count = len(self.variables[number].codes)
        self._bounds[number] = (_filled(lower, count), _filled(upper, count))

    def mark_integral(self, start: int) -> None:
        """Note that the continuous columns of a block take integer values at every point that matters."""
        self._implied.add(self.owner(start) - 1)

    def integral(self) -> NDArray[np.bool_]:
        """Which columns so far take integer values only, by declaration or by what they are equal to."""
        discrete = (Integrality.INTEGER, Integrality.SEMIINTEGER)
        parts = [
            np.full(len(kinds), number in self._implied) | np.isin(kinds, discrete)
            for number, kinds in enumerate(self._integrality)
        ]
        return np.concatenate(parts) if parts else np.empty(0, dtype=bool)

    def is_binary(self, name: str) -> bool:
        """Whether a declared variable takes 0 and 1 only."""
        number = next((k for k, block in enumerate(self.variables) if block.name == name), None)
        if number is None or not (self._integrality[number] == Integrality.INTEGER).all():
            return False
        lower, upper = self._bounds[number]
        return bool((lower >= 0).all() and (upper <= 1).all())

    def shown(self, column: int) -> tuple[str, str]:
        """The variable a column belongs to and the column as `name[labels]`; empty for an auxiliary one."""
        block = self.variables[self.owner(column) - 1]
        if block.auxiliary:
            return "", ""
        labels = self.data.labels.tuples(block.codes[column - block.start : column - block.start + 1])[0]
        return block.name, f"{block.name}[{', '.join(map(str, labels))}]" if labels else block.name

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


def quadratic_rows(rows: Ints, first: Ints, second: Ints, values: Values) -> list[QuadraticRow]:
    """Triplets ordered by row, as one object a row."""
    one, other = first.astype(np.int64, copy=False), second.astype(np.int64, copy=False)
    edges = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]]) if len(rows) else np.empty(0, dtype=np.int64)
    ends = np.r_[edges[1:], len(rows)] if len(rows) else edges
    return [
        QuadraticRow(int(rows[a]), one[a:b], other[a:b], values[a:b])
        for a, b in zip(edges.tolist(), ends.tolist(), strict=True)
    ]


def flat_columns(monomial: Monomial) -> tuple[Ints, list[Ints], Values]:
    """A monomial written out: root point, columns and coefficient at every point of its frame."""
    shape, parents = monomial.frame.lengths, monomial.frame.parent_parts()
    rows: Ints = np.empty(0, dtype=np.int32)
    values: Values = np.empty(0)
    columns = []
    for each in monomial.columns:
        block = Block(shape, 0, parents, each.start, each.parts, monomial.coefficient, (0, 0))
        rows, column, values = block.flat()
        columns.append(column)
    return rows, columns, values


def products(monomials: Sequence[Monomial], row_start: int) -> tuple[Ints, Ints, Ints, Values]:
    """Quadratic monomials as (row, first >= second, coefficient of the product), sorted, each pair once."""
    parts = []
    for monomial in monomials:
        rows, (one, other), values = flat_columns(monomial)
        parts.append((rows + row_start, np.maximum(one, other), np.minimum(one, other), values))
    rows, first, second = (np.concatenate([p[k] for p in parts]).astype(np.int64) for k in range(3))
    return summed(rows, first, second, np.concatenate([p[3] for p in parts]))


def summed(rows: Ints, first: Ints, second: Ints, values: Values) -> tuple[Ints, Ints, Ints, Values]:
    """Triplets in order, each once, zeros dropped."""
    order = np.lexsort((second, first, rows))
    rows, first, second, values = rows[order], first[order], second[order], values[order]
    changed = (np.diff(rows) != 0) | (np.diff(first) != 0) | (np.diff(second) != 0)
    starts = np.flatnonzero(np.r_[True, changed]) if len(rows) else np.empty(0, dtype=np.int64)
    values = np.add.reduceat(values, starts) if len(rows) else values
    keep = values != 0
    starts = starts[keep]
    return rows[starts], first[starts], second[starts], values[keep]
