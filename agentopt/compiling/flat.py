"""A model file as a formulation: variables over the file's columns, constraints over its rows.

The formulation has one variable per kind of column, one constraint per kind of row, and the coefficients in
parameters over the set of entries. It is bound to the file's numbers directly, and the arrays come from the
file too: what is compiled is what was read. Only special ordered sets and indicators, which arrays have no
words for, go through the compiler.
"""

from __future__ import annotations

__all__ = ["compiled_file"]

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from agentopt.compiling.arrays import (
    Compiled,
    CompiledObjective,
    Indices,
    Integrality,
    QuadraticRow,
    RowBlock,
    SparseMatrix,
    VariableBlock,
)
from agentopt.compiling.compiler import compile_instance, problem_class, with_convexity
from agentopt.compiling.model_file import ModelFile
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import BoundParameter, BoundSet, Codes, Instance, Labels, Values

_KINDS = {
    Integrality.CONTINUOUS: ("x", "COLUMNS", "real"),
    Integrality.INTEGER: ("n", "INTEGER_COLUMNS", "integer"),
    Integrality.SEMICONTINUOUS: ("s", "SEMICONTINUOUS_COLUMNS", "semicontinuous"),
    Integrality.SEMIINTEGER: ("k", "SEMIINTEGER_COLUMNS", "semiinteger"),
}
_ROWS = ("equal", "at_most", "at_least", "range")
_SENSES = {"equal": "==", "at_most": "<=", "at_least": ">="}


def compiled_file(file: ModelFile, started: float) -> Compiled:
    """A file's statement as a formulation with its arrays.

    Args:
        file: what was read.
        started: when reading began, by `time.perf_counter`.

    Raises:
        CompileError: a special set or an indicator has columns without proven bounds.
    """
    return _Flat(file).compiled(started)


@dataclass
class _Flat:
    """Builds the formulation, its data and the arrays with columns grouped by kind and rows by sense."""

    file: ModelFile
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
        kinds = [Integrality(k) for k in sorted(set(file.integrality.tolist()))]
        variables = self.variables(kinds, columns)
        objective = self.objective(kinds, columns)
        blocks, row_order = self.constraints(kinds, columns, rows)
        self.special(columns)
        formulation = Formulation.model_validate(
            {"title": file.name, **self.declared, "objective": {file.sense: objective}}
        )
        instance = Instance(formulation, self.labels, self.sets, self.parameters, {}, file.warnings)
        if file.special or file.indicators:
            compiled = compile_instance(instance)
        else:
            compiled = self.arrays(instance, variables, blocks, row_order)
        return replace(compiled, seconds=time.perf_counter() - started)

    def arrays(
        self,
        instance: Instance,
        variables: tuple[VariableBlock, ...],
        blocks: tuple[RowBlock, ...],
        row_order: Indices,
    ) -> Compiled:
        """The file's arrays in the order of the blocks."""
        file = self.file
        order = np.argsort(file.integrality, kind="stable")
        column, row = _rank(order), _rank(row_order)
        quadratic = None
        if file.quadratic is not None:
            quadratic = _moved(column, *file.quadratic)
        integrality = file.integrality[order]
        return with_convexity(
            Compiled(
                instance=instance,
                variables=variables,
                rows=blocks,
                objectives=(
                    CompiledObjective("objective", file.sense, file.cost[order], file.offset, quadratic),
                ),
                matrix=_permuted(file.matrix, row, order),
                lower=file.bounds[0][order],
                upper=file.bounds[1][order],
                row_lower=file.row_bounds[0][row_order],
                row_upper=file.row_bounds[1][row_order],
                integrality=integrality,
                problem_class=problem_class(
                    discrete=bool(integrality.any()),
                    quadratic_objective=quadratic is not None,
                    quadratic_rows=bool(file.quadratic_rows),
                    nonlinear=False,
                ),
                quadratic_rows=tuple(
                    QuadraticRow(int(row[q.row]), *_moved(column, q.first, q.second, q.values))
                    for q in sorted(file.quadratic_rows, key=lambda q: int(row[q.row]))
                ),
                warnings=file.warnings,
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
            first, second, values = self.file.quadratic
            values = np.where(first == second, values / 2, values)
            terms += self.products("quadratic", columns, (first, second), values)
        if self.file.offset or not terms:
            terms.append(repr(self.file.offset))
        return " + ".join(terms)

    def products(
        self,
        name: str,
        columns: Codes,
        pairs: tuple[Indices, Indices],
        values: Values,
        rows: Codes | None = None,
    ) -> list[str]:
        """The sums of products of two columns, one for each pair of kinds; with `rows`, of row `r`."""
        kind = self.file.integrality
        first, second = pairs
        terms = []
        for a, b in sorted(set(zip(kind[first].tolist(), kind[second].tolist(), strict=True))):
            chosen = np.flatnonzero((kind[first] == a) & (kind[second] == b))
            one, two = _KINDS[Integrality(a)][0], _KINDS[Integrality(b)][0]
            over, parameter = f"{name.upper()}_{one}{two}", f"{name}_{one}{two}"
            found = [columns[first[chosen]], columns[second[chosen]]]
            codes = np.stack(found if rows is None else [rows[chosen], *found], axis=1)
            self.add_set(over, codes, "pairs of columns with a product")
            self.add_parameter(parameter, over, codes, values[chosen])
            if rows is None:
                terms.append(f"sum({parameter}[c,d]*{one}[c]*{two}[d] for (c, d) in {over})")
            else:
                entry = f"{parameter}[i,c,d]*{one}[c]*{two}[d]"
                terms.append(f"sum({entry} for (i, c, d) in {over} if i == r)")
        return terms

    def constraints(
        self, kinds: Sequence[Integrality], columns: Codes, rows: Codes
    ) -> tuple[tuple[RowBlock, ...], Indices]:
        """One constraint per sense of row, over the entries of the matrix; those under indicators last."""
        lower, upper = self.file.row_bounds
        left = self.activity(kinds, columns, rows)
        sense = np.select([lower == upper, np.isinf(lower), np.isinf(upper)], [0, 1, 2], default=3)
        quadratic = np.zeros(len(rows), dtype=bool)
        quadratic[[each.row for each in self.file.quadratic_rows]] = True
        curve = self.curves(columns, rows)
        condition = np.full(len(rows), -1, dtype=np.int64)
        for each in self.file.indicators:
            condition[each.row] = each.value
        trigger = {each.row: each.column for each in self.file.indicators}
        blocks, order, start = [], [], 0
        for value, number, curved in sorted(
            set(zip(condition.tolist(), sense.tolist(), quadratic.tolist(), strict=True))
        ):
            chosen = np.flatnonzero((condition == value) & (sense == number) & (quadratic == curved))
            name = f"{'quadratic_' if curved else ''}{_ROWS[number]}{f'_if_{value}' if value >= 0 else ''}"
            codes = rows[chosen].reshape(-1, 1)
            if value >= 0:
                binary = columns[[trigger[row] for row in chosen.tolist()]]
                codes = np.column_stack([codes, binary])
            over = f"{name.upper()}_ROWS"
            self.add_set(over, codes, f"rows that are {name.replace('_', ' ')}")
            key = "r" if value < 0 else "r,b"
            that = self.row_statement(name, number, [*left, *(curve if curved else [])], over, codes, chosen)
            self.declared["constraints"][name] = {
                "for": f"{'r' if value < 0 else '(r, b)'} in {over}",
                "that": that if value < 0 else f"implies(n[b] == {value}, {that})",
            }
            blocks.append(RowBlock(name, start, codes, tuple(key.split(","))))
            order.append(chosen)
            start += len(codes)
        return tuple(blocks), np.concatenate(order) if order else np.empty(0, dtype=np.int64)

    def activity(self, kinds: Sequence[Integrality], columns: Codes, rows: Codes) -> list[str]:
        """The linear terms of row `r`."""
        matrix = self.file.matrix
        entry_columns = np.repeat(np.arange(len(columns)), np.diff(matrix.starts))
        found = []
        for kind in kinds:
            name = _KINDS[kind][0]
            chosen = np.flatnonzero(self.file.integrality[entry_columns] == kind)
            if len(chosen):
                over = f"ENTRIES_{name}"
                pairs = np.stack([rows[matrix.indices[chosen]], columns[entry_columns[chosen]]], axis=1)
                self.add_set(over, pairs, "row and column of each coefficient")
                self.add_parameter(f"{name}_coefficient", over, pairs, matrix.values[chosen])
                found.append(f"sum({name}_coefficient[i,c]*{name}[c] for (i, c) in {over} if i == r)")
        return found

    def curves(self, columns: Codes, rows: Codes) -> list[str]:
        """The quadratic terms of row `r`."""
        parts = self.file.quadratic_rows
        if not parts:
            return []
        owner = np.concatenate([np.full(len(each.values), each.row) for each in parts])
        first = np.concatenate([each.first for each in parts])
        second = np.concatenate([each.second for each in parts])
        values = np.concatenate([each.values for each in parts])
        return self.products("row_quadratic", columns, (first, second), values, rows[owner])

    def row_statement(
        self, name: str, sense: int, terms: Sequence[str], over: str, codes: Codes, chosen: Indices
    ) -> str:
        lower, upper = (bound[chosen] for bound in self.file.row_bounds)
        left, key = " + ".join(terms) or "0", "[r]" if codes.shape[1] == 1 else "[r,b]"
        if _ROWS[sense] == "range":
            self.add_parameter(f"{name}_least", over, codes, lower)
            self.add_parameter(f"{name}_most", over, codes, upper)
            return f"{name}_least{key} <= {left} <= {name}_most{key}"
        self.add_parameter(f"{name}_side", over, codes, upper if _ROWS[sense] == "at_most" else lower)
        return f"{left} {_SENSES[_ROWS[sense]]} {name}_side{key}"

    def special(self, columns: Codes) -> None:
        """Special ordered sets: one constraint for those of one kind of columns, one each for mixed ones."""
        names = self.names([each.name for each in self.file.special], "s")
        groups: dict[tuple[int, int], list[int]] = {}
        for k, each in enumerate(self.file.special):
            kinds = np.unique(self.file.integrality[each.members])
            if len(kinds) == 1:
                groups.setdefault((each.kind, int(kinds[0])), []).append(k)
            elif len(kinds):
                members = [self.member(columns, int(j)) for j in each.members]
                self.declared["constraints"][f"sos{each.kind}_mixed_{k + 1}"] = {
                    "that": f"sos{each.kind}({', '.join(members)})"
                }
        for (width, kind), chosen in groups.items():
            name = _KINDS[Integrality(kind)][0]
            over = f"SOS{width}_{name}"
            parts = [self.file.special[k].members for k in chosen]
            pairs = np.stack(
                [names[np.repeat(chosen, [len(part) for part in parts])], columns[np.concatenate(parts)]],
                axis=1,
            )
            self.add_set(over, names[chosen], f"special ordered sets of type {width}")
            self.add_set(f"{over}_MEMBERS", pairs, "set and column of each member, in order of weight")
            self.declared["constraints"][f"sos{width}_{name}"] = {
                "for": f"q in {over}",
                "that": f"sos{width}({name}[c] for (s, c) in {over}_MEMBERS if s == q)",
            }

    def member(self, columns: Codes, column: int) -> str:
        """A column as an expression."""
        kind = Integrality(int(self.file.integrality[column]))
        return f"{_KINDS[kind][0]}[{self.labels[int(columns[column])]!r}]"


def _rank(order: Indices) -> Indices:
    """Where each place goes when things are put in an order."""
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    return rank


def _moved(
    column: Indices, first: Indices, second: Indices, values: Values
) -> tuple[Indices, Indices, Values]:
    """A triangle with its columns at new places."""
    one, two = column[first], column[second]
    return np.maximum(one, two), np.minimum(one, two), values


def _permuted(matrix: SparseMatrix, rank: Indices, column_order: Indices) -> SparseMatrix:
    """The matrix with rows at their rank and columns in a new order."""
    counts = np.diff(matrix.starts)[column_order]
    starts = np.zeros(len(counts) + 1, dtype=np.int64)
    np.cumsum(counts, out=starts[1:])
    source = np.repeat(matrix.starts[:-1][column_order] - starts[:-1], counts) + np.arange(int(starts[-1]))
    rows = rank[matrix.indices[source]].astype(np.int32)
    # Some engines take the rows of a column in ascending order only.
    inside = np.lexsort((rows, np.repeat(np.arange(len(counts)), counts)))
    values = matrix.values[source][inside]
    return SparseMatrix(matrix.num_rows, matrix.num_columns, starts, rows[inside], values)
