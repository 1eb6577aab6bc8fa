"""The adversary: the worst that can happen to a plan, found exactly, and how bad it is, proved.

For a plan x the recourse is a linear program; by duality its cost at the steps z is the largest
    lambda' r(x, z)  with  W' lambda <= q  (and lambda >= 0 but for equations),   r = a + B z,
so that the worst case is one maximization over lambda and z together. Three ways, each exact:

- `milp`: where the vertices of the set are 0-1 vectors (box and budgets), the products z_j (B' lambda)_j are
  stated with binaries. The big-M of each is the largest and smallest value of (B' lambda)_j over all dual
  points, found by a linear program, hence proved.
- `vertices`: every vertex of the set, one linear program each.
- `bilinear`: SCIP, which is global, for any polytope, and for uncertain costs of recourse.

Whether the recourse exists at all is asked in the same ways, with slacks whose sum is the cost.
"""

from __future__ import annotations

__all__ = ["METHODS", "Adversary", "Attack"]

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from agentopt.errors import AvailabilityError, EngineError, FormulationError
from agentopt.formulation.instance import Values
from agentopt.uncertainty.programs import Indices, Outcome, Program
from agentopt.uncertainty.sets import vertices
from agentopt.uncertainty.two_stage import Matrix, TwoStage

Method = Literal["auto", "milp", "vertices", "bilinear"]
METHODS: tuple[Method, ...] = ("auto", "milp", "vertices", "bilinear")

_ABOVE = 1.0 + 1e-6
"""A big-M is taken a little larger than the bound a linear program gives, for its tolerance."""


@dataclass(frozen=True, eq=False)
class Attack:
    """The worst that was found.

    Attributes:
        z: where; None where the search was stopped before anything was found.
        value: what the recourse costs there (or by how much it is missed).
        bound: no point of the set is worse.
    """

    z: Values | None
    value: float
    bound: float


class Adversary:
    """Searches the uncertainty set for the worst of a plan.

    Args:
        stages: the problem.
        method: how; `auto` for `milp` where it applies, then `vertices`, then `bilinear`.
        deadline: by `time.monotonic`; None for none.
        threads: of HiGHS and SCIP.

    Raises:
        FormulationError: a recourse decision is a whole number, or stands beside an uncertain coefficient.
    """

    def __init__(
        self,
        stages: TwoStage,
        method: Method = "auto",
        deadline: float | None = None,
        threads: int | None = None,
    ) -> None:
        self.stages, self.wanted, self.deadline, self.threads = stages, method, deadline, threads
        self.used: Method | None = None
        late = stages.is_late
        for column in np.flatnonzero(late & stages.integer)[:1].tolist():
            name = stages.name(column)[0] or "a decision a statement was restated with"
            raise FormulationError(
                f"`{name}` waits for what is uncertain, and takes whole numbers only: its worst case is not "
                "given by duality",
                hint="decide it before (`--policy static`), let it be real, or use scenarios",
            )
        for column in stages.row_cube[1][late[stages.row_cube[1]]][:1].tolist():
            raise FormulationError(
                f"`{stages.name(column)[0]}` waits for what is uncertain, and stands beside an uncertain "
                "coefficient in a constraint",
                hint="decide it before (`--policy static`), or use scenarios",
            )
        self._rows()

    # -- the recourse as a linear program --------------------------------------------------------------------

    def _rows(self) -> None:
        """Every row and bound of the recourse as `W y >= r` or, for equations, `W y == r`."""
        s = self.stages
        late = np.flatnonzero(s.is_late)
        self.late, rank = late, np.full(len(s.columns), -1, dtype=np.int64)
        rank[late] = np.arange(len(late))
        moving = np.flatnonzero(s.moves)
        low, high = s.row_lower[moving], s.row_upper[moving]
        equal = low == high
        parts = [(moving[equal], 1.0), (moving[~equal & np.isfinite(low)], 1.0)]
        parts.append((moving[~equal & np.isfinite(high)], -1.0))
        self.source = np.concatenate([rows for rows, _ in parts])
        self.way = np.concatenate([np.full(len(rows), way) for rows, way in parts])
        sides = np.where(self.way > 0, s.row_lower[self.source], s.row_upper[self.source])
        self.free_dual = np.arange(len(self.source)) < int(equal.sum())
        by_row: dict[int, list[int]] = {}
        for k, row in enumerate(self.source.tolist()):
            by_row.setdefault(row, []).append(k)
        self.by_row = by_row
        ours = s.is_late[s.matrix[1]] & s.moves[s.matrix[0]]
        row, entry = self._spread(s.matrix[0][ours])
        self.w: Matrix = row, rank[s.matrix[1][ours][entry]], s.matrix[2][ours][entry] * self.way[row]
        self.side = sides * self.way
        self._column_bounds()

    def _spread(self, rows: Indices) -> tuple[Indices, Indices]:
        """The rows here that come from some rows there, and which of those."""
        pairs = [(k, at) for at, row in enumerate(rows.tolist()) for k in self.by_row.get(row, ())]
        found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
        return found[:, 0], found[:, 1]

    def _column_bounds(self) -> None:
        """Bounds that are not "at least 0" as rows of their own."""
        s = self.stages
        low, high = s.lower[self.late], s.upper[self.late]
        self.at_least_zero = low == 0
        extra = [(np.flatnonzero(~self.at_least_zero & np.isfinite(low)), 1.0, low)]
        extra.append((np.flatnonzero(np.isfinite(high)), -1.0, -high))
        for columns, way, side in extra:
            start = len(self.side)
            rows = np.arange(start, start + len(columns))
            ways = np.full(len(columns), way)
            self.w = (
                np.concatenate([self.w[0], rows]),
                np.concatenate([self.w[1], columns]),
                np.concatenate([self.w[2], ways]),
            )
            self.side = np.concatenate([self.side, side[columns]])
            self.free_dual = np.concatenate([self.free_dual, np.zeros(len(columns), dtype=bool)])

    def right(self, x: Values) -> tuple[Values, Values]:
        """A (rows,) and B (rows, steps) of `r = a + B z` at a plan x, a point over all columns."""
        s = self.stages
        early = ~s.is_late[s.matrix[1]] & s.moves[s.matrix[0]]
        row, entry = self._spread(s.matrix[0][early])
        a = self.side.copy()
        np.add.at(a, row, -self.way[row] * s.matrix[2][early][entry] * x[s.matrix[1][early][entry]])
        b = np.zeros((len(self.side), s.polytope.size))
        row, entry = self._spread(s.row_steps[0])
        np.add.at(b, (row, s.row_steps[1][entry]), -self.way[row] * s.row_steps[2][entry])
        row, entry = self._spread(s.row_cube[0])
        weights = s.row_cube[3][entry] * x[s.row_cube[1][entry]]
        np.add.at(b, (row, s.row_cube[2][entry]), -self.way[row] * weights)
        return a, b

    @cached_property
    def costs(self) -> tuple[Values, Values]:
        """Q (late,) and what steps add to it (late, steps)."""
        s = self.stages
        rank = np.full(len(s.columns), -1, dtype=np.int64)
        rank[self.late] = np.arange(len(self.late))
        ours = s.is_late[s.cost_cube[1]]
        steps = np.zeros((len(self.late), s.polytope.size))
        np.add.at(steps, (rank[s.cost_cube[1][ours]], s.cost_cube[2][ours]), s.cost_cube[3][ours])
        return s.cost[self.late], steps

    def early_steps(self, x: Values) -> Values:
        """What each step adds to the cost of the plan itself, shape (steps,)."""
        s = self.stages
        found = s.cost_steps.copy()
        ours = ~s.is_late[s.cost_cube[1]]
        np.add.at(found, s.cost_cube[2][ours], s.cost_cube[3][ours] * x[s.cost_cube[1][ours]])
        return found

    # -- the dual --------------------------------------------------------------------------------------------

    def _dual(self, *, missing: bool) -> tuple[Program, Indices, Indices]:
        """A program with the dual points and the set; its columns of lambda and of z."""
        program = Program(self.deadline, self.threads)
        top = 1.0 if missing else np.inf
        lam = program.columns(np.where(self.free_dual, -top, 0.0), top, count=len(self.side))
        z = self.stages.polytope.put(program)
        q, steps = self.costs
        if missing:
            q, steps = np.zeros_like(q), np.zeros_like(steps)
        lower = np.where(self.at_least_zero, -np.inf, q)
        row, column = np.nonzero(steps)
        program.rows(lower, q, (self.w[1], lam[self.w[0]], self.w[2]), (row, z[column], -steps[row, column]))
        return program, lam, z

    @cached_property
    def is_complete(self) -> bool:
        """Whether the recourse exists whatever is decided and whatever happens: no dual ray."""
        if not len(self.late):
            return False
        program, lam, _ = self._dual(missing=True)
        ends = [np.where(self.free_dual, 0.0, -1.0)]
        for k in np.flatnonzero(self.free_dual).tolist():
            unit = np.eye(1, len(self.side), k).reshape(-1)
            ends += [unit, -unit]
        for end in ends:
            cost = np.zeros(program.num_columns)
            cost[lam] = end
            found = program.again(cost)
            if found.status != "optimal" or found.value is None or found.value < -1e-9:
                return False
        return True

    def spans(self, b: Values, *, missing: bool) -> tuple[Values, Values]:
        """The smallest and largest (B' lambda)_j over all dual points; infinite where there is none."""
        program, lam, _ = self._dual(missing=missing)
        low, high = np.zeros(b.shape[1]), np.zeros(b.shape[1])
        for j in np.flatnonzero(np.abs(b).any(axis=0)).tolist():
            for sign, into in ((1.0, low), (-1.0, high)):
                cost = np.zeros(program.num_columns)
                cost[lam] = sign * b[:, j]
                found = program.again(cost)
                optimal = found.status == "optimal" and found.value is not None
                into[j] = sign * found.value if optimal and found.value is not None else -sign * np.inf
        return low, high

    # -- attacks ---------------------------------------------------------------------------------------------

    @property
    def method(self) -> Method:
        """The way that is tried first; `used` is the one the last attack took."""
        if self.wanted != "auto":
            return self.wanted
        if self.stages.polytope.is_plain and not self.costs[1].any():
            return "milp"
        return "vertices" if self._vertices is not None and not self.costs[1].any() else "bilinear"

    @cached_property
    def _vertices(self) -> list[Values] | None:
        return vertices(self.stages.polytope)

    def missing(self, x: Values) -> Attack:
        """Where the recourse misses its rows by most, and by how much."""
        return self._attack(x, missing=True)

    def worst(self, x: Values) -> Attack:
        """Where the plan is dearest, recourse included; the plan's own cost at the stated values is not."""
        return self._attack(x, missing=False)

    def _attack(self, x: Values, *, missing: bool) -> Attack:
        a, b = self.right(x)
        self.used = self.method
        own = np.zeros(b.shape[1]) if missing else self.early_steps(x)
        method = self.method
        if method == "vertices" or self.costs[1].any():
            self._check(method)
        if method == "vertices":
            return self._by_vertices(a, b, own, missing=missing)
        if method == "bilinear":
            return self._by_scip(a, b, own, missing=missing)
        if not self.stages.polytope.is_plain:
            raise FormulationError(
                "`milp` needs a set of bounds and budgets", hint="use `--adversary bilinear` or `vertices`"
            )
        low, high = self.spans(b, missing=missing)
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            if self._vertices is None:
                raise self._unbounded()
            self.used = "vertices"
            return self._by_vertices(a, b, own, missing=missing)
        return self._by_milp(a, b, own, (low, high), missing=missing)

    def _check(self, method: Method) -> None:
        if self.costs[1].any() and method != "bilinear":
            raise FormulationError(
                f"`{method}` does not take uncertain costs of recourse", hint="use `--adversary bilinear`"
            )
        if method == "vertices" and self._vertices is None:
            raise FormulationError(
                "the set has too many vertices to look at each", hint="use `--adversary milp` or `bilinear`"
            )

    def _unbounded(self) -> FormulationError:
        return FormulationError(
            "what a missing unit costs has no bound, so that no big-M can be proved for the worst case",
            hint="let what is missing be bought or dropped at a cost (a variable of recourse), or use "
            "`--policy affine`",
        )

    def _by_milp(
        self, a: Values, b: Values, own: Values, spans: tuple[Values, Values], *, missing: bool
    ) -> Attack:
        """Z at vertices by binaries; w_j = z_j (B' lambda)_j by big-M."""
        s = self.stages
        program, lam, z = self._dual(missing=missing)
        size = s.polytope.size
        low, high = np.minimum(spans[0], 0.0) * _ABOVE, np.maximum(spans[1], 0.0) * _ABOVE
        shares = np.ones(size)
        parts = [(program.columns(0.0, 1.0, integer=True, count=size), shares)]
        broken = [(m, limit) for m, limit in s.polytope.budgets if not limit.is_integer()]
        for members, limit in broken:
            part = np.zeros(size)
            part[members] = limit - math.floor(limit)
            whole = parts[0][0]
            # At a vertex of a broken budget, so many are whole, and at most one is the rest.
            program.rows(
                [-np.inf],
                [math.floor(limit)],
                (np.zeros(len(members), dtype=np.int64), whole[members], np.ones(len(members))),
            )
            top = (part > 0).astype(float)
            extra = program.columns(np.zeros(size), top, integer=True)
            program.rows([-np.inf], [1.0], (np.zeros(size, dtype=np.int64), extra, np.ones(size)))
            parts.append((extra, part))
        each = np.arange(size)
        entries = [(each, z, np.ones(size))] + [(each, columns, -part) for columns, part in parts]
        program.rows(np.zeros(size), np.zeros(size), *entries)
        cost = np.zeros(program.num_columns)
        cost[lam], cost[z] = -a, -own
        row, column = np.nonzero(b.T)
        for columns, part in parts:
            w = program.columns(-np.inf, np.inf, count=size)
            cost = np.concatenate([cost, -np.ones(size)])
            none = np.full(size, -np.inf)
            program.rows(none, np.zeros(size), (each, w, np.ones(size)), (each, columns, -part * high))
            program.rows(
                none,
                -part * low,
                (each, w, np.ones(size)),
                (row, lam[column], -part[row] * b.T[row, column]),
                (each, columns, -part * low),
            )
        return self._read(program.again(cost), z, a, b, own, missing=missing)

    def _read(
        self, found: Outcome, z: Indices, a: Values, b: Values, own: Values, *, missing: bool
    ) -> Attack:
        if found.point is None:
            if found.status == "limit":
                return Attack(None, -np.inf, np.inf)
            raise EngineError(f"the search for the worst case ended {found.status}")
        point = np.clip(found.point[z], 0.0, 1.0)
        whole = np.round(point)
        point = np.where(np.abs(point - whole) < 1e-6, whole, point)
        value = self.cost(point, a, b, missing=missing) + float(own @ point)
        return Attack(point, value, max(value, -found.bound))

    def cost(self, z: Values, a: Values, b: Values, *, missing: bool) -> float:
        """What the recourse costs at z, by its own linear program; infinite where there is none."""
        program = Program(self.deadline, self.threads)
        q, steps = self.costs
        y = program.columns(
            np.where(self.at_least_zero, 0.0, -np.inf), np.inf, np.zeros_like(q) if missing else q + steps @ z
        )
        right = a + b @ z
        entries = [(self.w[0], y[self.w[1]] if len(y) else self.w[1], self.w[2])]
        if missing:
            rows = np.arange(len(right))
            up = program.columns(0.0, np.inf, 1.0, count=len(right))
            entries.append((rows, up, np.ones(len(rows))))
            down = program.columns(0.0, np.where(self.free_dual, np.inf, 0.0), 1.0)
            entries.append((rows, down, -np.ones(len(rows))))
        program.rows(right, np.where(self.free_dual, right, np.inf), *entries)
        found = program.solved()
        if found.status == "infeasible":
            return np.inf
        if found.value is None:
            return -np.inf
        return found.value

    def _by_vertices(self, a: Values, b: Values, own: Values, *, missing: bool) -> Attack:
        assert self._vertices is not None
        best: Values | None = None
        value = -np.inf
        for z in self._vertices:
            here = self.cost(z, a, b, missing=missing) + float(own @ z)
            if here > value:
                best, value = z, here
        return Attack(best, value, value)

    def _by_scip(self, a: Values, b: Values, own: Values, *, missing: bool) -> Attack:
        """Max lambda' (a + B z) + own' z over dual points and the set, globally."""
        from agentopt.solvers.registry import engine

        available = engine("scip").available()
        if not available:
            raise AvailabilityError(f"`bilinear` needs SCIP: {available.reason}", hint=available.fix)
        if not missing:
            self._check_bounded(b)
        return _scip(self, (a, b, own), missing=missing)

    def _check_bounded(self, b: Values) -> None:
        """SCIP proves nothing where a factor of a product has no bound."""
        low, high = self.spans(np.eye(len(self.side))[:, np.abs(b).any(axis=1)], missing=False)
        if not (np.isfinite(low).all() and np.isfinite(high).all()):
            raise self._unbounded()


def _scip(adversary: Adversary, parts: tuple[Values, Values, Values], *, missing: bool) -> Attack:
    import time

    from pyscipopt import Model, quicksum

    a, b, own = parts
    polytope = adversary.stages.polytope
    model: Any = Model()
    model.hideOutput()
    model.setParam("limits/gap", 0.0)
    if adversary.deadline is not None:
        model.setParam("limits/time", max(0.0, adversary.deadline - time.monotonic()))
    q, steps = adversary.costs
    if missing:
        q, steps = np.zeros_like(q), np.zeros_like(steps)
    used = np.abs(b).any(axis=1)
    low, high = np.where(adversary.free_dual, -np.inf, 0.0), np.full(len(a), np.inf)
    if missing:
        low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
    else:
        spans = adversary.spans(np.eye(len(a))[:, used], missing=False)
        low[used] = np.maximum(low[used], spans[0] * _ABOVE - 1e-9)
        high[used] = np.minimum(high[used], spans[1] * _ABOVE + 1e-9)
    lam = [
        model.addVar(lb=None if np.isinf(lo) else lo, ub=None if np.isinf(hi) else hi)
        for lo, hi in zip(low.tolist(), high.tolist(), strict=True)
    ]
    z = [model.addVar(lb=0.0, ub=1.0) for _ in range(polytope.size)]
    for row, limit in zip(polytope.rows, polytope.limits, strict=True):
        model.addCons(quicksum(float(row[j]) * z[j] for j in np.flatnonzero(row)) <= float(limit))
    sums: list[list[Any]] = [[] for _ in range(len(q))]
    for i, c, value in zip(*(part.tolist() for part in adversary.w), strict=True):
        sums[c].append(value * lam[i])
    for c, terms in enumerate(sums):
        right = float(q[c]) + quicksum(float(steps[c, j]) * z[j] for j in np.flatnonzero(steps[c]))
        left = quicksum(terms)
        model.addCons(left <= right if adversary.at_least_zero[c] else left == right)
    goal = model.addVar(lb=None, ub=None)
    products = [float(b[i, j]) * lam[i] * z[j] for i, j in zip(*np.nonzero(b), strict=True)]
    plain = [float(v) * lam[i] for i, v in enumerate(a) if v] + [float(v) * z[j] for j, v in enumerate(own)]
    model.addCons(goal <= quicksum(products) + quicksum(plain))
    model.setObjective(goal, "maximize")
    model.optimize()
    if model.getStatus() in ("infeasible", "unbounded", "inforunbd"):
        raise EngineError(f"the search for the worst case ended {model.getStatus()}")
    bound = float(model.getDualbound())
    if not model.getNSols():
        return Attack(None, -np.inf, bound)
    point = np.clip(np.array([model.getVal(each) for each in z]), 0.0, 1.0)
    value = adversary.cost(point, a, b, missing=missing) + float(own @ point)
    return Attack(point, value, max(bound, value))
