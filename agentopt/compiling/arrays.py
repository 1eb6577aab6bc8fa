"""What a bound formulation compiles to: arrays any engine can take.

The model is
    min or max  cost @ x + offset + x' Q x / 2 + nonlinear objective
    subject to  row_lower <= A x + quadratic and nonlinear parts <= row_upper,   lower <= x <= upper,
with integrality by column. Rows and columns keep the names and indices of the formulation they came from.
"""

from __future__ import annotations

__all__ = [
    "Affine",
    "Compiled",
    "CompiledObjective",
    "Graph",
    "Integrality",
    "Nonlinear",
    "ProblemClass",
    "QuadraticRow",
    "RowBlock",
    "SparseMatrix",
    "Structure",
    "VariableBlock",
]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agentopt.formulation.instance import Codes, Instance, Label, Values

Indices = NDArray[np.int64]


class ProblemClass(StrEnum):
    """What kind of problem the arrays state; engines are routed by it."""

    LP = "LP"
    MILP = "MILP"
    QP = "QP"
    """Quadratic objective, linear rows, continuous; convexity is settled separately (`Compiled.convex`)."""
    MIQP = "MIQP"
    QCP = "QCP"
    MIQCP = "MIQCP"
    NLP = "NLP"
    MINLP = "MINLP"
    CP = "CP"
    """Linear, with sequencing statements (`Compiled.structures`) beside the rows that restate them."""
    SDP = "SDP"
    """With matrices that are positive semidefinite (`Compiled.structures`), whatever the rest is."""


class Integrality(IntEnum):
    """Kind of a column; the values are HiGHS's."""

    CONTINUOUS = 0
    INTEGER = 1
    SEMICONTINUOUS = 2
    SEMIINTEGER = 3


@dataclass(frozen=True, eq=False)
class SparseMatrix:
    """Compressed sparse columns. `starts` (n + 1,), `indices` (nnz,) row numbers, `values` (nnz,)."""

    num_rows: int
    num_columns: int
    starts: Indices
    indices: NDArray[np.int32]
    values: Values


@dataclass(frozen=True, eq=False)
class VariableBlock:
    """The columns of one variable: `start` to `start + len(codes)`, in the order of `codes` (n, arity).

    `auxiliary` marks columns a reformulation added; they have no name in the formulation.
    """

    name: str
    start: int
    codes: Codes
    auxiliary: bool = False


@dataclass(frozen=True, eq=False)
class RowBlock:
    """The rows of one constraint, in the order of `codes` (n, arity), the values of its `for` indices.

    `indices` names those indices. `auxiliary` marks rows a reformulation added for `name`.
    """

    name: str
    start: int
    codes: Codes
    indices: tuple[str, ...] = ()
    auxiliary: bool = False


@dataclass(frozen=True, eq=False)
class QuadraticRow:
    """The quadratic part of one row: sum of `values[k] * x[first[k]] * x[second[k]]` (each pair once)."""

    row: int
    first: Indices
    second: Indices
    values: Values


@dataclass(frozen=True, eq=False)
class Graph:
    """A vectorised expression over columns: N values at once.

    `operation` is one of
    - `constant`: `values` (N,);
    - `column`: `columns` (N,) column numbers;
    - `add`, `multiply` (any number of operands), `divide`, `power`, `negate`, `max`, `min` and what is in
      `agentopt.formulation.tree.FUNCTIONS`, elementwise over `operands`, all of N values;
    - `sum`, `prod`, `fold_max`, `fold_min`: the values of the single operand (M,), folded into `size` N by
      `parents` (M,).
    """

    operation: str
    size: int
    operands: tuple[Graph, ...] = ()
    values: Values | None = None
    columns: Indices | None = None
    parents: Indices | None = None


@dataclass(frozen=True, eq=False)
class Nonlinear:
    """General nonlinear terms added to rows `rows` (N,); for an objective, `rows` is empty and N is 1."""

    rows: Indices
    graph: Graph


@dataclass(frozen=True, eq=False)
class Affine:
    """N expressions: `constant` (N,), and for each k `values[k] * x[columns[k]]` in number `points[k]`."""

    constant: Values
    points: Indices
    columns: Indices
    values: Values

    def at(self, point: Values) -> Values:
        """Their values, shape (N,)."""
        weights = self.values * point[self.columns]
        return self.constant + np.bincount(self.points, weights=weights, minlength=len(self.constant))

    def take(self, picked: Indices) -> Affine:
        """Some of the expressions, in the order picked; each at most once."""
        place = np.full(len(self.constant), -1, dtype=np.int64)
        place[picked] = np.arange(len(picked))
        kept = place[self.points] >= 0
        return Affine(self.constant[picked], place[self.points[kept]], self.columns[kept], self.values[kept])


@dataclass(frozen=True, eq=False)
class Structure:
    """A sequencing statement as it was made, beside the rows and binaries that restate it.

    Attributes:
        kind: a form of `agentopt.formulation.tree.SEQUENCING`, or `semidefinite`.
        name: the constraint or objective it stands in.
        rows, columns: (first, end) of what restates it, or it and its like at other points, and nothing else.
        parts: expressions by role: `member` (alldifferent); `place` (one), `member`, `value` (one; element);
            `arc` (0 or 1; circuit, routes); `start`, `length`, `present` (no_overlap, cumulative), `capacity`
            (one; cumulative); `entry` (semidefinite; the upper triangle by columns).
        numbers: data by role: `tail`, `head` (node of each arc, from 0), `load` (of each node), `capacity`
            (one), `need` (of each task). The depot of `routes` is node 0.
        auxiliary: the columns of the restatement by role, see `agentopt.compiling.completing`.
        digest: of its rows and columns as they were made.
        restated: whether there are rows; without them only a constraint solver can take the model.
    """

    kind: str
    name: str
    rows: tuple[int, int]
    columns: tuple[int, int]
    parts: Mapping[str, Affine]
    numbers: Mapping[str, Values] = field(default_factory=dict)
    auxiliary: Mapping[str, Indices] = field(default_factory=dict)
    restated: bool = True
    digest: int = 0


@dataclass(frozen=True, eq=False)
class CompiledObjective:
    """One objective: `cost` (n,), `offset`, x'Qx/2 by the triangle of Q with first >= second, nonlinear."""

    name: str
    sense: Literal["minimize", "maximize"]
    cost: Values
    offset: float = 0.0
    quadratic: tuple[Indices, Indices, Values] | None = None
    nonlinear: Nonlinear | None = None
    weight: float = 1.0
    priority: int = 0
    tolerance: float = 0.0


@dataclass(frozen=True, eq=False)
class Basis:
    """Where a simplex method may begin: for every column (n,) and row (m,) how it stands.

    0 at its lower bound, 1 basic, 2 at its upper bound, 3 free at zero, 4 not basic, at whichever bound.
    """

    columns: NDArray[np.int8]
    rows: NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Compiled:
    """A model as arrays.

    Attributes:
        instance: the bound formulation it came from (for names, and for checks outside the arrays).
        objectives: in order of declaration; empty for a feasibility problem. A single objective, or the
        weighted
            sum of those with one priority, is what engines see (`objective`).
        matrix: A.
        lower, upper: column bounds, shape (n,), infinite where there is none.
        row_lower, row_upper: row bounds, shape (m,).
        integrality: shape (n,), values of `Integrality`.
        start: shape (n,), NaN where no start value is given; or None.
        basis: where a simplex method may begin; one that does not fit is passed over.
        convex: for QP, whether Q is positive (minimize) or negative (maximize) semidefinite; None when
        unknown or
            not applicable.
        structures: sequencing statements, for engines that know them.
        strict: rows that were stated with `<` or `>` (solved as `<=`, `>=`), for the certificate.
        seconds: wall time spent compiling.
    """

    instance: Instance
    variables: tuple[VariableBlock, ...]
    rows: tuple[RowBlock, ...]
    objectives: tuple[CompiledObjective, ...]
    matrix: SparseMatrix
    lower: Values
    upper: Values
    row_lower: Values
    row_upper: Values
    integrality: NDArray[np.int8]
    problem_class: ProblemClass
    quadratic_rows: tuple[QuadraticRow, ...] = ()
    nonlinear: tuple[Nonlinear, ...] = ()
    start: Values | None = None
    basis: Basis | None = None
    convex: bool | None = None
    structures: tuple[Structure, ...] = ()
    strict: tuple[str, ...] = ()
    warnings: Sequence[str] = field(default_factory=tuple)
    seconds: float = 0.0

    @property
    def levels(self) -> tuple[CompiledObjective, ...]:
        """The objectives to settle in turn: those of one priority added up by weight, highest first.

        The sum takes the direction of its first objective; one of the other direction counts negatively.
        """
        found = []
        for priority in sorted({each.priority for each in self.objectives}, reverse=True):
            found.append(_weighted([each for each in self.objectives if each.priority == priority]))
        return tuple(found)

    @property
    def objective(self) -> CompiledObjective | None:
        """The first of `levels`, what an engine of one objective sees; None for a feasibility problem."""
        return self.levels[0] if self.objectives else None

    @property
    def num_columns(self) -> int:
        """Columns, auxiliary ones included."""
        return len(self.lower)

    @property
    def num_rows(self) -> int:
        """Rows, auxiliary ones included."""
        return len(self.row_lower)

    @property
    def size(self) -> str:
        """The class of problem and its columns and rows, for a line of progress."""
        columns, rows = self.num_columns, self.num_rows
        return (
            f"{self.problem_class}, {columns:,} column{'s' if columns != 1 else ''}, "
            f"{rows:,} row{'s' if rows != 1 else ''}"
        )

    def values_by_name(self, values: Values) -> dict[str, float | dict[tuple[Label, ...], float]]:
        """Column values by variable and index, a number for a scalar; auxiliary columns are left out."""
        found: dict[str, float | dict[tuple[Label, ...], float]] = {}
        for block in self.variables:
            if block.auxiliary:
                continue
            part = values[block.start : block.start + len(block.codes)].tolist()
            if block.codes.shape[1] == 0:
                found[block.name] = part[0]
            else:
                found[block.name] = dict(zip(self.instance.labels.tuples(block.codes), part, strict=True))
        return found


def _weighted(objectives: Sequence[CompiledObjective]) -> CompiledObjective:
    first = objectives[0]
    if len(objectives) == 1 and first.weight == 1.0:
        return first
    factors = [each.weight if each.sense == first.sense else -each.weight for each in objectives]
    triplets = [
        (each.quadratic[0], each.quadratic[1], each.quadratic[2] * factor)
        for each, factor in zip(objectives, factors, strict=True)
        if each.quadratic is not None
    ]
    graphs = [
        Graph("multiply", 1, (Graph("constant", 1, values=np.array([factor])), each.nonlinear.graph))
        for each, factor in zip(objectives, factors, strict=True)
        if each.nonlinear is not None
    ]
    nothing = np.empty(0, dtype=np.int64)
    return CompiledObjective(
        " + ".join(each.name for each in objectives),
        first.sense,
        np.sum([factor * each.cost for each, factor in zip(objectives, factors, strict=True)], axis=0),
        float(sum(factor * each.offset for each, factor in zip(objectives, factors, strict=True))),
        _merged_triplets(triplets) if triplets else None,
        Nonlinear(nothing, graphs[0] if len(graphs) == 1 else Graph("add", 1, tuple(graphs)))
        if graphs
        else None,
        priority=first.priority,
        tolerance=max(each.tolerance for each in objectives),
    )


def _merged_triplets(parts: Sequence[tuple[Indices, Indices, Values]]) -> tuple[Indices, Indices, Values]:
    first, second = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
    values = np.concatenate([part[2] for part in parts])
    pairs, inverse = np.unique(np.stack([first, second], axis=1), axis=0, return_inverse=True)
    summed = np.bincount(inverse.reshape(-1), weights=values, minlength=len(pairs))
    return pairs[:, 0], pairs[:, 1], summed.astype(np.float64, copy=False)
