"""A model file as a formulation: variables over the file's columns, constraints over its rows.

The formulation has one variable per kind of column, one constraint per kind of row, and the coefficients in
parameters over the set of entries. It is bound to the file's numbers directly, and the arrays come from the
file too: what is compiled is what was read.
"""

from __future__ import annotations

__all__ = ["from_highs"]

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Indices,
    Integrality,
    RowBlock,
    SparseMatrix,
    VariableBlock,
)
from agentopt.compiling.compiler import problem_class, with_convexity
from agentopt.compiling.highs_model import silent
from agentopt.errors import CompileError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import BoundParameter, BoundSet, Codes, Instance, Labels, Values

_KINDS = {
    Integrality.CONTINUOUS: ("x", "COLUMNS", "real"),
    Integrality.INTEGER: ("n", "INTEGER_COLUMNS", "integer"),
    Integrality.SEMICONTINUOUS: ("s", "SEMICONTINUOUS_COLUMNS", "semicontinuous"),
    Integrality.SEMIINTEGER: ("k", "SEMIINTEGER_COLUMNS", "semiinteger"),
}
_SENSES = {"equal": "==", "at_most": "<=", "at_least": ">="}


def from_highs(path: Path, shown: str) -> Compiled:
    """Read a file with HiGHS and state it as a formulation with its arrays.

    Raises:
        CompileError: HiGHS cannot read it.
    """
    import highspy

    started = time.perf_counter()
    highs = silent()
    # Coefficients this small are dropped while reading; the least HiGHS allows.
    highs.setOptionValue("small_matrix_value", 1e-12)
    if highs.readModel(str(path)) == highspy.HighsStatus.kError:
        raise CompileError(
            f"`{shown}` does not parse as {'an LP' if path.suffix == '.lp' else 'an MPS'} file",
            hint="HiGHS reads free and fixed MPS and CPLEX-style LP; SOS and quadratic rows are not read",
        )
    model = highs.getModel()
    lp, hessian = model.lp_, model.hessian_
    rows, columns = int(lp.num_row_), int(lp.num_col_)
    matrix = lp.a_matrix_
    file = _File(
        shown,
        "maximize" if lp.sense_ == highspy.ObjSense.kMaximize else "minimize",
        np.array(lp.col_cost_, dtype=float),
        float(lp.offset_),
        SparseMatrix(
            rows,
            columns,
            np.array(matrix.start_, dtype=np.int64)[: columns + 1]
            if columns
            else np.zeros(1, dtype=np.int64),
            np.array(matrix.index_, dtype=np.int32),
            np.array(matrix.value_, dtype=float),
        ),
        (np.array(lp.col_lower_, dtype=float), np.array(lp.col_upper_, dtype=float)),
        (np.array(lp.row_lower_, dtype=float), np.array(lp.row_upper_, dtype=float)),
        np.array([int(k) for k in lp.integrality_] or [0] * columns, dtype=np.int8),
        list(lp.col_names_) or [f"c{j + 1}" for j in range(columns)],
        list(lp.row_names_) or [f"r{i + 1}" for i in range(rows)],
        _triangle(int(hessian.dim_), hessian.start_, hessian.index_, hessian.value_),
    )
    if matrix.format_ != highspy.MatrixFormat.kColwise:
        raise CompileError(f"`{shown}` was read by rows")
    return _Flat(file).compiled(started)


def _triangle(
    dimension: int, starts: Sequence[int], indices: Sequence[int], values: Sequence[float]
) -> tuple[Indices, Indices, Values] | None:
    """HiGHS's lower triangle by columns as (first >= second, value)."""
    if not dimension or not len(values):
        return None
    columns = np.repeat(np.arange(dimension), np.diff(np.array(starts)[: dimension + 1]))
    rows = np.array(indices, dtype=np.int64)
    return np.maximum(rows, columns), np.minimum(rows, columns), np.array(values, dtype=float)


@dataclass(frozen=True, eq=False)
class _File:
    """What a file states."""

    name: str
    sense: str
    cost: Values
    offset: float
    matrix: SparseMatrix
    bounds: tuple[Values, Values]
    row_bounds: tuple[Values, Values]
    integrality: NDArray[np.int8]
    columns: list[str]
    rows: list[str]
    quadratic: tuple[Indices, Indices, Values] | None


@dataclass
class _Flat:
    """Builds the formulation, its data and the arrays with columns grouped by kind and rows by sense."""

    file: _File
    labels: Labels = field(default_factory=Labels)
    sets: dict[str, BoundSet] = field(default_factory=dict)
    parameters: dict[str, BoundParameter] = field(default_factory=dict)
    declared: dict[str, dict[str, dict[str, object]]] = field(
        default_factory=lambda: {"sets": {}, "parameters": {}, "variables": {}, "constraints": {}}
    )

    def compiled(self, started: float) -> Compiled:
        file = self.file
        columns = self.names(file.columns, "c")
        rows = self.names(file.rows, "r")
        kinds = [Integrality(k) for k in sorted(set(file.integrality.tolist()))] or [Integrality.CONTINUOUS]
        order = np.argsort(file.integrality, kind="stable")
        variables = self.variables(kinds, columns)
        objective = self.objective(kinds, columns)
        blocks, row_order = self.constraints(kinds, columns, rows)
        matrix = _permuted(file.matrix, row_order, order)
        place = np.empty(len(order), dtype=np.int64)
        place[order] = np.arange(len(order))
        quadratic = None
        if file.quadratic is not None:
            one, two = place[file.quadratic[0]], place[file.quadratic[1]]
            quadratic = (np.maximum(one, two), np.minimum(one, two), file.quadratic[2])
        formulation = Formulation.model_validate(
            {"title": file.name, **self.declared, "objective": {file.sense: objective}}
        )
        integrality = file.integrality[order]
        return with_convexity(
            Compiled(
                instance=Instance(formulation, self.labels, self.sets, self.parameters, {}, ()),
                variables=variables,
                rows=blocks,
                objectives=(
                    CompiledObjective("objective", file.sense, file.cost[order], file.offset, quadratic),  # type: ignore[arg-type]  # one of the two senses
                ),
                matrix=matrix,
                lower=file.bounds[0][order],
                upper=file.bounds[1][order],
                row_lower=file.row_bounds[0][row_order],
                row_upper=file.row_bounds[1][row_order],
                integrality=integrality,
                problem_class=problem_class(
                    discrete=bool(integrality.any()),
                    quadratic_objective=quadratic is not None,
                    quadratic_rows=False,
                    nonlinear=False,
                ),
                seconds=time.perf_counter() - started,
            )
        )

    def names(self, names: list[str], prefix: str) -> Codes:
        """Codes of a file's names; told apart by a number where two spell one label."""
        codes = self.labels.codes(names)
        if len(np.unique(codes)) < len(codes) or not all(names):
            codes = self.labels.codes([f"{prefix}{k + 1}_{name}" for k, name in enumerate(names)])
        return codes

    def add_set(self, name: str, codes: Codes, meaning: str) -> None:
        codes = codes.reshape(len(codes), -1)
        self.sets[name] = BoundSet(name, codes)
        # The elements are in the instance; one that repeated those of a large file could not be shown.
        self.declared["sets"][name] = {
            "from": self.file.name,
            "column": ["name"] * codes.shape[1],
            "meaning": meaning,
        }

    def add_parameter(
        self, name: str, over: str, codes: Codes, values: Values, default: float | None = None
    ) -> None:
        self.parameters[name] = BoundParameter(name, (over,), codes.reshape(len(codes), -1), values, default)
        declared: dict[str, object] = {"over": [over], "from": self.file.name, "column": "value"}
        if default is not None:
            declared["default"] = default
        self.declared["parameters"][name] = declared

    def variables(self, kinds: Sequence[Integrality], columns: Codes) -> tuple[VariableBlock, ...]:
        """One variable per kind of column; bounds that are not 0 and infinity are stated as constraints."""
        found, start = [], 0
        lower, upper = self.file.bounds
        for kind in kinds:
            name, over, domain = _KINDS[kind]
            chosen = np.flatnonzero(self.file.integrality == kind)
            codes = columns[chosen].reshape(-1, 1)
            self.add_set(over, codes, f"{domain} columns of the file")
            semi = kind in {Integrality.SEMICONTINUOUS, Integrality.SEMIINTEGER}
            stated: dict[str, object] = {"over": [over], "domain": domain}
            for side, values, none in (("lower", lower[chosen], -np.inf), ("upper", upper[chosen], np.inf)):
                stated[side] = self.stated_bound(name, over, codes, side, values, none, semi=semi)
            if any(isinstance(stated[side], str) for side in ("lower", "upper")):
                stated["with"] = ["c"]
            self.declared["variables"][name] = stated
            found.append(VariableBlock(name, start, codes))
            start += len(codes)
        return tuple(found)

    def stated_bound(
        self, name: str, over: str, codes: Codes, side: str, values: Values, none: float, *, semi: bool
    ) -> str | float | None:
        """How a bound is written: a number, a parameter, or none and a constraint over those with one."""
        distinct = np.unique(values)
        if len(distinct) == 1:
            return None if distinct[0] == none else float(distinct[0])
        finite = np.isfinite(values)
        parameter = f"{name}_{side}"
        if finite.all() or semi:
            self.add_parameter(parameter, over, codes, values)
            return f"{parameter}[c]"
        bounded = f"{over}_WITH_{side.upper()}"
        self.add_set(bounded, codes[finite], f"columns with a {side} bound")
        self.add_parameter(parameter, bounded, codes[finite], values[finite])
        sign = ">=" if side == "lower" else "<="
        self.declared["constraints"][f"{name}_{side}_bound"] = {
            "for": f"c in {bounded}",
            "that": f"{name}[c] {sign} {parameter}[c]",
        }
        return None

    def objective(self, kinds: Sequence[Integrality], columns: Codes) -> str:
        terms = []
        for kind in kinds:
            name, over, _ = _KINDS[kind]
            chosen = np.flatnonzero((self.file.integrality == kind) & (self.file.cost != 0))
            if len(chosen):
                self.add_parameter(f"{name}_cost", over, columns[chosen], self.file.cost[chosen], 0.0)
                terms.append(f"sum({name}_cost[c]*{name}[c] for c in {over})")
        if self.file.quadratic is not None:
            terms.extend(self.quadratic_terms(columns))
        if self.file.offset or not terms:
            terms.append(repr(self.file.offset))
        return " + ".join(terms)

    def quadratic_terms(self, columns: Codes) -> list[str]:
        assert self.file.quadratic is not None
        first, second, values = self.file.quadratic
        values = np.where(first == second, values / 2, values)
        kind = self.file.integrality
        terms = []
        for a, b in sorted(set(zip(kind[first].tolist(), kind[second].tolist(), strict=True))):
            chosen = np.flatnonzero((kind[first] == a) & (kind[second] == b))
            one, two = _KINDS[Integrality(a)][0], _KINDS[Integrality(b)][0]
            over, name = f"PRODUCTS_{one}{two}", f"quadratic_{one}{two}"
            pairs = np.stack([columns[first[chosen]], columns[second[chosen]]], axis=1)
            self.add_set(over, pairs, "pairs of columns with a quadratic cost")
            self.add_parameter(name, over, pairs, values[chosen])
            terms.append(f"sum({name}[c,d]*{one}[c]*{two}[d] for (c, d) in {over})")
        return terms

    def constraints(
        self, kinds: Sequence[Integrality], columns: Codes, rows: Codes
    ) -> tuple[tuple[RowBlock, ...], Indices]:
        """One constraint per sense of row, over the entries of the matrix."""
        lower, upper = self.file.row_bounds
        entry_columns = np.repeat(np.arange(len(columns)), np.diff(self.file.matrix.starts))
        activity = []
        for kind in kinds:
            name = _KINDS[kind][0]
            chosen = np.flatnonzero(self.file.integrality[entry_columns] == kind)
            if len(chosen):
                over = f"ENTRIES_{name}"
                pairs = np.stack(
                    [rows[self.file.matrix.indices[chosen]], columns[entry_columns[chosen]]], axis=1
                )
                self.add_set(over, pairs, "row and column of each coefficient")
                self.add_parameter(f"{name}_coefficient", over, pairs, self.file.matrix.values[chosen])
                activity.append(f"sum({name}_coefficient[i,c]*{name}[c] for (i, c) in {over} if i == r)")
        left = " + ".join(activity) or "0"
        sense = np.select(
            [lower == upper, np.isinf(lower) & np.isfinite(upper), np.isinf(upper) & np.isfinite(lower)],
            [0, 1, 2],
            default=3,
        )
        sense[np.isinf(lower) & np.isinf(upper)] = 4
        blocks, order, start = [], [], 0
        for number, kind_of_row in enumerate(("equal", "at_most", "at_least", "range", "free")):
            chosen = np.flatnonzero(sense == number)
            if not len(chosen):
                continue
            codes = rows[chosen].reshape(-1, 1)
            if kind_of_row != "free":
                over = f"{kind_of_row.upper()}_ROWS"
                self.add_set(over, codes, f"rows that are {kind_of_row.replace('_', ' ')}")
                self.declared["constraints"][kind_of_row] = {
                    "for": f"r in {over}",
                    "that": self.row_statement(kind_of_row, left, over, codes, chosen),
                }
            blocks.append(RowBlock(kind_of_row, start, codes, ("r",), auxiliary=kind_of_row == "free"))
            order.append(chosen)
            start += len(codes)
        return tuple(blocks), np.concatenate(order) if order else np.empty(0, dtype=np.int64)

    def row_statement(self, kind: str, left: str, over: str, codes: Codes, chosen: Indices) -> str:
        lower, upper = (bound[chosen] for bound in self.file.row_bounds)
        if kind == "range":
            self.add_parameter("range_least", over, codes, lower)
            self.add_parameter("range_most", over, codes, upper)
            return f"range_least[r] <= {left} <= range_most[r]"
        self.add_parameter(f"{kind}_side", over, codes, upper if kind == "at_most" else lower)
        return f"{left} {_SENSES[kind]} {kind}_side[r]"


def _permuted(matrix: SparseMatrix, row_order: Indices, column_order: Indices) -> SparseMatrix:
    """The matrix with rows and columns in a new order."""
    rank = np.empty(len(row_order), dtype=np.int32)
    rank[row_order] = np.arange(len(row_order), dtype=np.int32)
    counts = np.diff(matrix.starts)[column_order]
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    source = np.repeat(matrix.starts[:-1][column_order] - starts[:-1], counts) + np.arange(int(starts[-1]))
    return SparseMatrix(
        matrix.num_rows, matrix.num_columns, starts, rank[matrix.indices[source]], matrix.values[source]
    )
