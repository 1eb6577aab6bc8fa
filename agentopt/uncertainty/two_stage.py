"""A formulation with an uncertainty set as arrays: how rows and objective depend on what is uncertain.

The uncertain parameters are compiled as if they were variables, so that the arrays show exactly where they
stand: alone (a right-hand side), or beside a decision (a coefficient). All parts are then written in the
steps z of the polytope; everything is minimized.
"""

from __future__ import annotations

__all__ = ["TwoStage", "two_stage"]

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.agents.context import Problem
from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.errors import CompileError, FormulationError
from agentopt.formulation.check import require
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Label, Values
from agentopt.formulation.resolve import parse
from agentopt.formulation.uncertainty import Uncertainty
from agentopt.formulation.uncertainty_check import mentioned, touched
from agentopt.uncertainty.programs import Indices
from agentopt.uncertainty.sets import Polytope
from agentopt.uncertainty.spread import Spread, bound, places

Matrix = tuple[Indices, Indices, Values]
"""Row, column, coefficient."""
Cube = tuple[Indices, Indices, Indices, Values]
"""Row, column, step, coefficient."""


@dataclass(frozen=True, eq=False)
class TwoStage:
    """min cost @ v + cost_steps @ z + (cost_cube) subject to rows, for columns v and steps z.

    Attributes:
        compiled: what the columns and rows are; its columns of uncertain parameters are not among them.
        columns: the place of each column in `compiled`, shape (n,).
        is_late: which columns may wait, shape (n,).
        sign: 1 where the problem minimizes, -1 where it maximizes.
        matrix, row_lower, row_upper: rows at the stated values.
        row_steps: what a step adds to a row by itself.
        row_cube: what it adds to a coefficient of a row.
        cost, offset, cost_steps, cost_cube: the same of the objective; the rows of `cost_cube` are all 0.
        moves: which rows mention a late column or a step, shape (m,).
    """

    polytope: Polytope
    compiled: Compiled
    columns: Indices
    is_late: NDArray[np.bool_]
    lower: Values
    upper: Values
    integer: NDArray[np.bool_]
    matrix: Matrix
    row_lower: Values
    row_upper: Values
    row_steps: Matrix
    row_cube: Cube
    cost: Values
    offset: float
    cost_steps: Values
    cost_cube: Cube
    sign: float
    moves: NDArray[np.bool_]

    def name(self, column: int) -> tuple[str, tuple[Label, ...]]:
        """The variable and index of a column; an empty name for one a reformulation added."""
        place = int(self.columns[column])
        for block in self.compiled.variables:
            if block.start <= place < block.start + len(block.codes):
                if block.auxiliary:
                    return "", ()
                at = place - block.start
                return block.name, self.compiled.instance.labels.tuples(block.codes[at : at + 1])[0]
        raise IndexError(column)

    def values(self, point: Values, *, late: bool) -> dict[str, float | dict[tuple[Label, ...], float]]:
        """The decisions of one stage by variable, from a point over all columns."""
        full = np.zeros(self.compiled.num_columns)
        full[self.columns] = point
        found = self.compiled.values_by_name(full)
        names = {self.name(int(k))[0] for k in np.flatnonzero(self.is_late == late)}
        return {name: value for name, value in found.items() if name in names}


def two_stage(problem: Problem) -> TwoStage:
    """The arrays of a problem whose formulation has an uncertainty set.

    Raises:
        FormulationError: it has errors or no set, or depends on what is uncertain where it may not.
        BindingError: its data does not fit, or a stated value is outside its bounds.
        CompileError: rows or objective are not linear in decisions and in what is uncertain.
    """
    f = problem.formulation
    assert f is not None
    require(f)
    if f.uncertainty is None or f.uncertainty.scenarios is not None:
        raise FormulationError(
            "the formulation has no uncertainty set", hint="bound its parameters under `uncertainty:`"
        )
    _refuse(f)
    spread = Spread(f, f.uncertainty)
    stated = bound(spread.formulation(), problem, problem.data)
    given = {name: each for name, each in problem.data.items() if name not in f.uncertainty.parameters}
    given.update(spread.data(stated))
    instance = bound(spread.promoted(), problem, given)
    try:
        compiled = compile_instance(instance, whole=frozenset(f.uncertainty.parameters))
    except CompileError as error:
        names = ", ".join(f"`{name}`" for name in f.uncertainty.parameters)
        raise CompileError(
            f"{error.message} (with {names} uncertain)", hint=error.hint or "state it linearly"
        ) from None
    return _Arrays(f.uncertainty, compiled, spread.polytope(stated, problem, given)).made()


def _refuse(f: Formulation) -> None:
    """What a set cannot be: in sets, in derived parameters, in bounds of variables."""
    parsed = parse(f)
    assert f.uncertainty is not None
    late = touched(parsed)
    derived = sorted(late - set(f.uncertainty.parameters))
    if derived:
        section = "sets" if derived[0] in f.sets else "parameters"
        raise FormulationError(
            f"{section}.{derived[0]}: it is derived from what is uncertain",
            hint="with a set of uncertainty, write its formula into the constraints; or use scenarios",
        )
    for name, bounds in parsed.variables.items():
        trees = [each.expression for each in (bounds.lower, bounds.upper) if each is not None]
        if mentioned(trees) & late:
            raise FormulationError(
                f"variables.{name}: a bound is uncertain", hint="state it as a constraint instead"
            )
    if len(f.objectives) > 1:
        raise FormulationError(
            f"there are {len(f.objectives)} objectives; the worst case is of one", hint="state one"
        )


class _Arrays:
    """Takes the arrays apart: what belongs to decisions, and what to steps."""

    def __init__(self, stated: Uncertainty, compiled: Compiled, polytope: Polytope) -> None:
        self.stated, self.compiled, self.polytope = stated, compiled, polytope
        place = places(compiled, stated.parameters)
        count = compiled.num_columns
        self.is_uncertain = np.zeros(count, dtype=bool)
        self.is_uncertain[list(place.values())] = True
        self.middle = np.zeros(count)
        self.step_column = np.array([place[s.name, s.key] for s in polytope.steps], dtype=np.int64)
        self.step_size = np.array([s.size for s in polytope.steps])
        # A number that cannot move is its bound; one that can is what its steps start from.
        self.middle[self.is_uncertain] = compiled.lower[self.is_uncertain]
        self.middle[self.step_column] = [s.stated for s in polytope.steps]
        self.columns = np.flatnonzero(~self.is_uncertain)
        self.rank = np.full(count, -1, dtype=np.int64)
        self.rank[self.columns] = np.arange(len(self.columns))

    def made(self) -> TwoStage:
        compiled = self.compiled
        if compiled.nonlinear or len(compiled.objectives) > 1:
            raise CompileError(
                "an uncertainty set needs linear statements", hint="state them linearly, or use scenarios"
            )
        kinds = compiled.integrality[self.columns]
        if (kinds > Integrality.INTEGER).any():
            raise CompileError(
                "a semi-continuous variable has no robust counterpart here",
                hint="state it with a binary variable: `x <= most*b`, `x >= least*b`",
            )
        matrix, row_steps = self.linear()
        bilinear = self.quadratic()
        known = row_steps[3]
        shift = np.bincount(known[0], weights=known[2], minlength=compiled.num_rows)
        matrix = _joined(matrix, self.at_middle(bilinear))
        cost, offset, cost_steps, pairs = self.objective()
        moves = np.zeros(compiled.num_rows, dtype=bool)
        is_late = self.late(matrix)
        moves[matrix[0][is_late[matrix[1]]]] = True
        moves[row_steps[0]] = True
        cube = self.over_steps(bilinear)
        moves[cube[0]] = True
        sign = self.sign
        extra = self.at_middle(pairs)
        np.add.at(cost, extra[1], extra[2])
        cost_cube = self.over_steps(pairs)
        return TwoStage(
            polytope=self.polytope,
            compiled=compiled,
            columns=self.columns,
            is_late=is_late,
            lower=compiled.lower[self.columns],
            upper=compiled.upper[self.columns],
            integer=kinds == Integrality.INTEGER,
            matrix=matrix,
            row_lower=compiled.row_lower - shift,
            row_upper=compiled.row_upper - shift,
            row_steps=row_steps[:3],
            row_cube=cube,
            cost=sign * cost,
            offset=sign * offset,
            cost_steps=sign * cost_steps,
            cost_cube=(*cost_cube[:3], sign * cost_cube[3]),
            sign=sign,
            moves=moves,
        )

    @property
    def sign(self) -> float:
        chosen = self.compiled.objective
        return -1.0 if chosen is not None and chosen.sense == "maximize" else 1.0

    def late(self, matrix: Matrix) -> NDArray[np.bool_]:
        """Columns that may wait: those of recourse, and what reformulations tie to them or to steps."""
        named = np.zeros(self.compiled.num_columns, dtype=bool)
        added = np.zeros(self.compiled.num_columns, dtype=bool)
        for block in self.compiled.variables:
            place = slice(block.start, block.start + len(block.codes))
            named[place] = not block.auxiliary and block.name in self.stated.recourse
            added[place] = block.auxiliary
        found, added = named[self.columns], added[self.columns]
        while True:
            rows = np.unique(matrix[0][found[matrix[1]]])
            tied = np.unique(matrix[1][np.isin(matrix[0], rows)])
            more = np.zeros(len(found), dtype=bool)
            more[tied] = True
            more &= added & ~found
            if not more.any():
                return found
            found |= more

    def linear(self) -> tuple[Matrix, tuple[Indices, Indices, Values, Matrix]]:
        """Rows over the decisions; what steps add to them; and what the stated values come to."""
        compiled = self.compiled
        column = np.repeat(np.arange(compiled.num_columns), np.diff(compiled.matrix.starts))
        row, value = compiled.matrix.indices.astype(np.int64), compiled.matrix.values
        ours = ~self.is_uncertain[column]
        known = row[~ours], column[~ours], value[~ours]
        step, entry = self.steps_of(known[1])
        over = known[0][entry], step, known[2][entry] * self.step_size[step]
        at = known[0], known[1], known[2] * self.middle[known[1]]
        return (row[ours], self.rank[column[ours]], value[ours]), (*over, at)

    def quadratic(self) -> Cube:
        """(row, column of a decision, column of an uncertain number, coefficient)."""
        parts = [
            (np.full(len(q.values), q.row), *self.apart(q.first, q.second), q.values)
            for q in self.compiled.quadratic_rows
        ]
        if not parts:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing, nothing, np.empty(0)
        row, decision, number, value = (np.concatenate([p[k] for p in parts]) for k in range(4))
        return row, decision, number, value

    def apart(self, first: Indices, second: Indices) -> tuple[Indices, Indices]:
        """The decision and the uncertain number of each product.

        Raises:
            CompileError: a product is of two decisions, or of two uncertain numbers.
        """
        one, two = self.is_uncertain[first], self.is_uncertain[second]
        if (one & two).any():
            raise CompileError(
                "two uncertain parameters are multiplied", hint="an uncertainty set needs linear statements"
            )
        if (~one & ~two).any():
            raise CompileError(
                "two decisions are multiplied", hint="an uncertainty set needs linear statements"
            )
        return self.rank[np.where(one, second, first)], np.where(one, first, second)

    def steps_of(self, columns: Indices) -> tuple[Indices, Indices]:
        """Every (step, place in `columns`) where the step is one of that column's number."""
        order = np.argsort(self.step_column, kind="stable")
        low = np.searchsorted(self.step_column[order], columns, side="left")
        high = np.searchsorted(self.step_column[order], columns, side="right")
        entry = np.repeat(np.arange(len(columns)), high - low)
        inside = np.arange(len(entry)) - np.repeat(np.cumsum(high - low) - (high - low), high - low)
        return order[low[entry] + inside].astype(np.int64), entry

    def at_middle(self, cube: Cube) -> Matrix:
        """What products come to at the stated values."""
        return cube[0], cube[1], cube[3] * self.middle[cube[2]]

    def over_steps(self, cube: Cube) -> Cube:
        """Products with uncertain numbers as products with steps."""
        step, entry = self.steps_of(cube[2])
        return cube[0][entry], cube[1][entry], step, cube[3][entry] * self.step_size[step]

    def objective(self) -> tuple[Values, float, Values, Cube]:
        """Cost of the decisions, constant, cost of the steps, and products."""
        nothing = np.empty(0, dtype=np.int64)
        chosen = self.compiled.objective
        empty: Cube = nothing, nothing, nothing, np.empty(0)
        if chosen is None:
            return np.zeros(len(self.columns)), 0.0, np.zeros(self.polytope.size), empty
        cost_steps = chosen.cost[self.step_column] * self.step_size
        offset = chosen.offset + float(chosen.cost[self.is_uncertain] @ self.middle[self.is_uncertain])
        pairs = empty
        if chosen.quadratic is not None:
            first, second, values = chosen.quadratic
            decision, number = self.apart(first, second)
            pairs = np.zeros(len(values), dtype=np.int64), decision, number, values
        return chosen.cost[self.columns].copy(), offset, cost_steps, pairs


def _joined(one: Matrix, other: Matrix) -> Matrix:
    """The sum of two, each place once."""
    row, column, value = (np.concatenate([one[k], other[k]]) for k in range(3))
    width = int(column.max(initial=0)) + 1
    keys, inverse = np.unique(row * width + column, return_inverse=True)
    summed = np.bincount(inverse.reshape(-1), weights=value, minlength=len(keys))
    return keys // width, keys % width, np.asarray(summed, dtype=np.float64)
