"""From the arrays of a model to a conic program, or the reason why there is none."""

from __future__ import annotations

__all__ = ["Multipliers", "OneSided", "Program", "build", "reason"]

import weakref
from dataclasses import dataclass, field, replace

import numpy as np

from agentopt.compiling.arrays import Affine, Compiled, Graph, Indices, Integrality
from agentopt.compiling.convexity import objective_is_convex
from agentopt.compiling.curvature import objective_bends, why_not_convex
from agentopt.compiling.names import shown_row
from agentopt.formulation.instance import Values
from agentopt.solvers.conic.cones import Cones, NotConvex
from agentopt.solvers.conic.disciplined import DOWN, EXACT, UP, Rules
from agentopt.solvers.conic.quadratics import Form, above_squares, one_sided, squares
from agentopt.solvers.conic.vectors import constants, of_columns, plus, repeated, scaled


@dataclass(frozen=True, eq=False)
class Multipliers:
    """Where duals are found: those of `targets` are `sign` times what the solver gives at `places`."""

    targets: Indices
    places: Indices
    sign: float


@dataclass(frozen=True, eq=False)
class OneSided:
    """A quadratic row that became one cone by a change of coordinates; its dual is read off gradients.

    Attributes:
        form, linear: the row's left-hand side.
        above: whether the side is above it.
        first, end: the places of the cone.
    """

    row: int
    form: Form
    linear: Affine
    above: bool
    first: int
    end: int


@dataclass(eq=False)
class Program:
    """A conic program for a model, to be minimized.

    Attributes:
        cones: its columns, the model's first, and its cones.
        cost: over the columns of `cones`.
        curvature: P of x'Px/2 by its triangle, or None.
        offset: what the objective has beside them, the model's own offset aside.
        rows, bounds: where the duals of rows and the reduced costs are.
        one_sided: rows whose duals take more.
    """

    cones: Cones
    cost: Values = field(default_factory=lambda: np.empty(0))
    curvature: tuple[Indices, Indices, Values] | None = None
    offset: float = 0.0
    rows: list[Multipliers] = field(default_factory=list)
    bounds: list[Multipliers] = field(default_factory=list)
    one_sided: list[OneSided] = field(default_factory=list)

    def sides(
        self, kept: list[Multipliers], targets: Indices, members: Affine, kind: str, sign: float
    ) -> None:
        """State linear expressions and keep where their duals will be."""
        if len(targets):
            start = self.cones.add(kind, len(targets), scaled(members, sign))
            kept.append(Multipliers(targets, np.arange(start, start + len(targets)), sign))


_KNOWN: weakref.WeakKeyDictionary[Compiled, Program | str] = weakref.WeakKeyDictionary()
"""What was found about models: routing asks before the engine does."""


def reason(compiled: Compiled) -> str:
    """Why a model is no conic program; empty where it is one."""
    found = _KNOWN.get(compiled)
    if found is None:
        try:
            found = _Builder(compiled).program()
        except NotConvex as error:
            found = str(error)
        _KNOWN[compiled] = found
    return found if isinstance(found, str) else ""


def build(compiled: Compiled) -> Program:
    """The program of a model that `reason` has nothing against."""
    why = reason(compiled)
    found = _KNOWN[compiled]
    assert isinstance(found, Program), why
    return found


class _Builder:
    def __init__(self, compiled: Compiled) -> None:
        self.compiled = compiled
        self.cones = Cones(compiled.lower.copy(), compiled.upper.copy())
        self.found = Program(self.cones)
        self.rules = Rules(self.cones)
        matrix = compiled.matrix
        columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
        rows = matrix.indices.astype(np.int64)
        self.linear = Affine(np.zeros(compiled.num_rows), rows, columns, matrix.values)
        self.curved = {
            part.row: Form(part.first, part.second, part.values) for part in compiled.quadratic_rows
        }

    def program(self) -> Program:
        compiled = self.compiled
        if (compiled.integrality != Integrality.CONTINUOUS).any():
            raise NotConvex("it has variables that are not continuous")
        self.bounds()
        bent = np.zeros(compiled.num_rows, dtype=bool)
        for part in compiled.nonlinear:
            bent[part.rows] = True
        plain = ~bent
        plain[list(self.curved)] = False
        self.plain(plain)
        for part in compiled.nonlinear:
            self.bent(part.rows, part.graph)
        for row in self.curved:
            if not bent[row]:
                self.quadratic(row, None, 0)
        self.matrices()
        self.objective()
        return self.found

    def bounds(self) -> None:
        lower, upper, found = self.compiled.lower, self.compiled.upper, self.found
        open_ = lower < upper
        for picked, sides, kind, sign in (
            (lower == upper, lower, "zero", 1.0),
            (open_ & np.isfinite(lower), lower, "nonnegative", 1.0),
            (open_ & np.isfinite(upper), upper, "nonnegative", -1.0),
        ):
            columns = np.flatnonzero(picked)
            members = plus(of_columns(columns), constants(-sides[columns]))
            found.sides(found.bounds, columns, members, kind, sign)

    def plain(self, plain: Values) -> None:
        """Linear rows: equations, then each finite side."""
        lower, upper, found = self.compiled.row_lower, self.compiled.row_upper, self.found
        equal = lower == upper
        for picked, sides, kind, sign in (
            (plain & equal, lower, "zero", 1.0),
            (plain & ~equal & np.isfinite(lower), lower, "nonnegative", 1.0),
            (plain & ~equal & np.isfinite(upper), upper, "nonnegative", -1.0),
        ):
            rows = np.flatnonzero(picked)
            members = plus(repeated(self.linear, rows), constants(-sides[rows]))
            found.sides(found.rows, rows, members, kind, sign)

    # -- curved rows -----------------------------------------------------------------------------------------

    def bent(self, rows: Indices, graph: Graph) -> None:
        """Rows with a nonlinear part, those with the same sides together."""
        low, high = np.isfinite(self.compiled.row_lower[rows]), np.isfinite(self.compiled.row_upper[rows])
        for way, picked in ((EXACT, low & high), (UP, ~low & high), (DOWN, low & ~high)):
            mine = np.flatnonzero(picked)
            if not len(mine):
                continue
            part = graph if len(mine) == len(rows) else _taken(graph, mine)
            try:
                inner = self.rules.bound(part, way)
            except NotConvex as error:
                raise NotConvex(f"`{shown_row(self.compiled, int(rows[mine[0]]))}` {error}") from None
            curved = [k for k, row in enumerate(rows[mine].tolist()) if row in self.curved]
            for k in curved:
                self.quadratic(int(rows[mine[k]]), repeated(inner, np.array([k])), way)
            rest = np.setdiff1d(np.arange(len(mine)), curved)
            self.one_row(rows[mine[rest]], repeated(inner, rest), way)

    def one_row(self, rows: Indices, inner: Affine, way: int) -> None:
        """Linear parts and what bounds the others, against the sides there are."""
        compiled, found = self.compiled, self.found
        body = plus(repeated(self.linear, rows), inner)
        equal = compiled.row_lower[rows] == compiled.row_upper[rows]
        kinds = (
            (np.flatnonzero(equal), compiled.row_lower, "zero", 1.0),
            (np.flatnonzero(~equal), compiled.row_lower, "nonnegative", 1.0),
            (np.flatnonzero(~equal), compiled.row_upper, "nonnegative", -1.0),
        )
        for picked, sides, kind, sign in kinds:
            if (kind == "zero" and not way) or (kind != "zero" and way != sign):
                members = plus(repeated(body, picked), constants(-sides[rows[picked]]))
                found.sides(found.rows, rows[picked], members, kind, sign)

    def quadratic(self, row: int, inner: Affine | None, way: int) -> None:
        """A row with a quadratic part, and with what bounds a nonlinear one where there is one."""
        compiled = self.compiled
        low, high = compiled.row_lower[row], compiled.row_upper[row]
        name = shown_row(compiled, row)
        if np.isfinite(low) and np.isfinite(high):
            raise NotConvex(
                f"`{name}` is an equation with a product of variables"
                if low == high
                else f"`{name}` keeps a product of variables between two numbers"
            )
        if not np.isfinite(low) and not np.isfinite(high):
            return
        above = bool(np.isfinite(high))
        form = self.curved[row] if above else self.curved[row].negated()
        sign, side = (1.0, float(high)) if above else (-1.0, float(low))
        linear = repeated(self.linear, np.array([row]))
        try:
            members = squares(form)
        except NotConvex as error:
            if inner is not None:
                raise NotConvex(f"`{name}` {error}") from None
            self.by_side(row, form, linear, above=above)
            return
        top = above_squares(self.cones, members, abs(side))
        extra = scaled(top, sign) if inner is None else plus(scaled(top, sign), inner)
        body = plus(linear, extra, constants(np.array([-side])))
        self.found.sides(self.found.rows, np.array([row]), body, "nonnegative", -sign)

    def by_side(self, row: int, form: Form, linear: Affine, *, above: bool) -> None:
        compiled = self.compiled
        sign = 1.0 if above else -1.0
        side = compiled.row_upper[row] if above else compiled.row_lower[row]
        rest = scaled(plus(linear, constants(np.array([-float(side)]))), sign)
        first = self.cones.num_rows
        try:
            one_sided(self.cones, form, rest)
        except NotConvex as error:
            why = why_not_convex(compiled, form.first, form.second, form.values)
            turned = "" if above else " from above"
            said = f": seen{turned}, {why}" if why and turned else f": {why}" if why else ""
            raise NotConvex(f"`{shown_row(compiled, row)}` {error}{said}") from None
        self.found.one_sided.append(OneSided(row, form, linear, above, first, self.cones.num_rows))

    def matrices(self) -> None:
        """Semidefinite matrices, their entries beside the diagonal times sqrt(2)."""
        for each in self.compiled.structures:
            if each.kind == "semidefinite":
                size = int(each.numbers["size"][0])
                row, column = np.tril_indices(size)
                weights = np.where(row == column, 1.0, np.sqrt(2.0))
                self.cones.add("semidefinite", size, scaled(each.parts["entry"], weights))

    # -- the objective ---------------------------------------------------------------------------------------

    def objective(self) -> None:
        objective, found = self.compiled.objective, self.found
        if objective is None:
            found.cost = np.zeros(self.cones.num_columns)
            return
        sign = 1.0 if objective.sense == "minimize" else -1.0
        extra = None
        if objective.nonlinear is not None:
            try:
                extra = self.rules.bound(objective.nonlinear.graph, UP if sign > 0 else DOWN)
            except NotConvex as error:
                raise NotConvex(f"the objective {error}") from None
        if objective.quadratic is not None:
            if objective_is_convex(replace(objective, nonlinear=None)) is not True:
                why = objective_bends(self.compiled, objective)
                raise NotConvex(
                    f"the objective is not convex: {why}" if why else "the objective was not proved convex"
                )
            first, second, values = objective.quadratic
            found.curvature = (first, second, sign * values)
        found.cost = np.zeros(self.cones.num_columns)
        found.cost[: len(objective.cost)] = sign * objective.cost
        if extra is not None:
            np.add.at(found.cost, extra.columns, sign * extra.values)
            found.offset = sign * float(extra.constant[0])


def _taken(graph: Graph, picked: Indices) -> Graph:
    """Some of the values of a graph."""
    if graph.values is not None:
        return replace(graph, size=len(picked), values=graph.values[picked])
    if graph.columns is not None:
        return replace(graph, size=len(picked), columns=graph.columns[picked])
    if graph.parents is not None:
        place = np.full(graph.size, -1, dtype=np.int64)
        place[picked] = np.arange(len(picked))
        kept = np.flatnonzero(place[graph.parents] >= 0)
        operands = (_taken(graph.operands[0], kept),)
        return replace(graph, size=len(picked), operands=operands, parents=place[graph.parents[kept]])
    return replace(graph, size=len(picked), operands=tuple(_taken(each, picked) for each in graph.operands))
