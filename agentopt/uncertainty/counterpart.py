"""Robust counterparts by linear programming duality: decisions that do not wait, or follow a linear rule.

A row `f0(v) + sum_j f_j(v) z_j <= 0` holds for every z of the polytope {0 <= z <= 1, R z <= r} exactly if
some mu, nu >= 0 have  f0(v) + r' mu + sum_j nu_j <= 0  and  (R' mu)_j + nu_j >= f_j(v)  for every step j
(Ben-Tal and Nemirovski, 1999; with a budget, Bertsimas and Sim, 2004).

- `static`: every decision is made before; uncertain coefficients may stand anywhere, whole numbers too.
- `affine`: late decisions are y0 + Y z, a linear rule in the steps (Ben-Tal et al., 2004); never worse than
  static, and no better than what column-and-constraint generation gives.
"""

from __future__ import annotations

__all__ = ["Counterpart", "Policy", "counterpart", "row_chances"]

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agentopt.errors import FormulationError
from agentopt.formulation.instance import Values
from agentopt.uncertainty.programs import Indices, Program
from agentopt.uncertainty.two_stage import TwoStage

Policy = Literal["static", "affine"]

_TOLERANCE = 1e-6


@dataclass(frozen=True, eq=False)
class Counterpart:
    """What came of it, in the sense of minimization.

    Attributes:
        status: `optimal`, `infeasible`, `unbounded` or `limit`.
        value: of the objective in its worst case; None without a point.
        point: all columns, those that wait as they are at the stated values (y0).
        rule: Y, shape (columns, steps); zero but for late columns of an affine policy.
        missed: by how much the worst row is missed at the worst point of the set for it, relative to its
            size: computed afresh, by a linear program over the set for each row.
    """

    status: str
    value: float | None
    bound: float
    point: Values | None
    rule: Values | None
    missed: float

    @property
    def gap(self) -> float:
        """(value - bound) / max(1, |value|)."""
        if self.value is None or not np.isfinite(self.bound):
            return np.inf
        return max(0.0, self.value - self.bound) / max(1.0, abs(self.value))


@dataclass(frozen=True, eq=False)
class _Row:
    """`constant + base @ v + sum_j (alone_j + cube_j @ v) z_j <= 0`, v over the columns of the program."""

    constant: float
    base: tuple[Indices, Values]
    alone: Values
    cube: tuple[Indices, Indices, Values]
    """Column, step, coefficient."""


def counterpart(
    stages: TwoStage,
    policy: Policy = "static",
    *,
    gap: float = 0.0,
    deadline: float | None = None,
    threads: int | None = None,
) -> Counterpart:
    """The best decisions of a policy against the worst case.

    Raises:
        FormulationError: an affine rule for whole numbers, or beside uncertain coefficients.
        EngineError: the engine fails.
    """
    return _Counterpart(stages, policy, deadline, threads).solved(gap)


class _Counterpart:
    def __init__(self, stages: TwoStage, policy: Policy, deadline: float | None, threads: int | None) -> None:
        self.s, self.policy = stages, policy
        self.program = Program(deadline, threads)
        s, size = stages, stages.polytope.size
        ruled = s.is_late & (policy == "affine")
        if (ruled & s.integer).any():
            name = s.name(int(np.flatnonzero(ruled & s.integer)[0]))[0]
            raise FormulationError(
                f"`{name}` takes whole numbers only, and a linear rule does not keep to them",
                hint="decide it before (`--policy static`), or use scenarios",
            )
        if ruled[s.row_cube[1]].any() or ruled[s.cost_cube[1]].any():
            raise FormulationError(
                "a decision that waits stands beside an uncertain coefficient; under a linear rule their "
                "product is not linear",
                hint="use `--policy static`, or `--policy adaptive` if only costs are uncertain",
            )
        free = np.where(ruled, -np.inf, s.lower), np.where(ruled, np.inf, s.upper)
        self.v = self.program.columns(*free, integer=s.integer)
        self.t = self.program.columns(-np.inf, np.inf, 1.0, count=1)
        self.late = np.flatnonzero(ruled)
        self.rule = np.full((len(s.columns), size), -1, dtype=np.int64)
        if len(self.late):
            new = self.program.columns(-np.inf, np.inf, count=len(self.late) * size)
            self.rule[self.late] = new.reshape(len(self.late), size)
        self.kept: list[_Row] = []

    def solved(self, gap: float) -> Counterpart:
        s = self.s
        still = np.flatnonzero(~s.moves)
        rank = np.full(len(s.moves), -1, dtype=np.int64)
        rank[still] = np.arange(len(still))
        ours = ~s.moves[s.matrix[0]]
        self.program.rows(
            s.row_lower[still],
            s.row_upper[still],
            (rank[s.matrix[0][ours]], self.v[s.matrix[1][ours]], s.matrix[2][ours]),
        )
        for row in self._rows():
            self.kept.append(row)
            self._put(row)
        found = self.program.solved(gap=gap)
        if found.point is None:
            return Counterpart(found.status, None, found.bound, None, None, 0.0)
        point = found.point
        rule = np.where(self.rule >= 0, point[self.rule], 0.0)
        missed = self._missed(point)
        return Counterpart(
            found.status,
            float(point[self.t[0]]),
            found.bound,
            point[self.v],
            rule,
            missed,
        )

    # -- rows ------------------------------------------------------------------------------------------------

    def _rows(self) -> list[_Row]:
        """Every row that moves, as one or two `<= 0`; bounds of what follows a rule; the objective."""
        s, size = self.s, self.s.polytope.size
        moving = np.flatnonzero(s.moves)
        matrix, own, cubes = (_grouped(part[0], len(s.moves)) for part in (s.matrix, s.row_steps, s.row_cube))
        found: list[_Row] = []
        for r in moving.tolist():
            a, b, c = matrix[r], own[r], cubes[r]
            base = s.matrix[1][a], s.matrix[2][a]
            alone = np.zeros(size)
            np.add.at(alone, s.row_steps[1][b], s.row_steps[2][b])
            cube = s.row_cube[1][c], s.row_cube[2][c], s.row_cube[3][c]
            for side, sign in ((s.row_upper[r], 1.0), (s.row_lower[r], -1.0)):
                if np.isfinite(side):
                    found.append(self._row(-sign * side, base, alone, cube, sign))
        for k in self.late.tolist():
            base = np.array([k]), np.ones(1)
            none = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
            for side, sign in ((s.upper[k], 1.0), (s.lower[k], -1.0)):
                if np.isfinite(side):
                    found.append(self._row(-sign * side, base, np.zeros(size), none, sign))
        used = np.flatnonzero(s.cost)
        row = self._row(s.offset, (used, s.cost[used]), s.cost_steps, s.cost_cube[1:], 1.0)
        goal = np.append(row.base[0], self.t), np.append(row.base[1], -1.0)
        return [*found, _Row(row.constant, goal, row.alone, row.cube)]

    def _row(
        self,
        constant: float,
        base: tuple[Indices, Values],
        alone: Values,
        cube: tuple[Indices, Indices, Values],
        sign: float,
    ) -> _Row:
        """A row with what rules add to the coefficients of its steps."""
        columns, steps, values = [self.v[cube[0]]], [cube[1]], [sign * cube[2]]
        size = self.s.polytope.size
        for k, value in zip(*(part.tolist() for part in base), strict=True):
            if self.rule[k, 0] >= 0:
                columns.append(self.rule[k])
                steps.append(np.arange(size))
                values.append(np.full(size, sign * value))
        whole = np.concatenate(columns), np.concatenate(steps), np.concatenate(values)
        return _Row(constant, (self.v[base[0]], sign * base[1]), sign * alone, whole)

    def _put(self, row: _Row) -> None:
        """The dual of the row's worst case, as rows and columns."""
        polytope, program = self.s.polytope, self.program
        touched = np.zeros(polytope.size, dtype=bool)
        touched[row.alone != 0] = True
        touched[row.cube[1]] = True
        if not touched.any():
            zeros = np.zeros(len(row.base[0]), dtype=np.int64)
            program.rows([-np.inf], [-row.constant], (zeros, *row.base))
            return
        # A step the row has nothing to do with matters only where a restriction would pay for it.
        touched |= (polytope.rows < 0).any(axis=0)
        steps = np.flatnonzero(touched)
        rank = np.full(polytope.size, -1, dtype=np.int64)
        rank[steps] = np.arange(len(steps))
        mu = program.columns(0.0, np.inf, count=len(polytope.limits))
        nu = program.columns(0.0, np.inf, count=len(steps))
        one = np.zeros(1, dtype=np.int64)
        program.rows(
            [-np.inf],
            [-row.constant],
            (np.repeat(one, len(row.base[0])), *row.base),
            (np.repeat(one, len(mu)), mu, polytope.limits),
            (np.repeat(one, len(nu)), nu, np.ones(len(nu))),
        )
        limit, step = np.nonzero(polytope.rows[:, steps])
        program.rows(
            row.alone[steps],
            np.full(len(steps), np.inf),
            (step, mu[limit], polytope.rows[:, steps][limit, step]),
            (np.arange(len(steps)), nu, np.ones(len(steps))),
            (rank[row.cube[1]], row.cube[0], -row.cube[2]),
        )

    def _missed(self, point: Values) -> float:
        """The worst row at its own worst point of the set, found without the dual."""
        program = Program()
        z = self.s.polytope.put(program)
        worst = 0.0
        for row in self.kept:
            slope = row.alone.copy()
            np.add.at(slope, row.cube[1], row.cube[2] * point[row.cube[0]])
            terms = row.base[1] * point[row.base[0]]
            value = row.constant + float(terms.sum())
            if slope.any():
                cost = np.zeros(program.num_columns)
                cost[z] = -slope
                value -= program.again(cost).bound
            size = max(1.0, abs(row.constant), float(np.abs(terms).max(initial=0.0)))
            worst = max(worst, value / size)
        return worst


def _grouped(rows: Indices, count: int) -> list[Indices]:
    """For every row, which entries are its own."""
    order = np.argsort(rows, kind="stable")
    edges = np.searchsorted(rows[order], np.arange(count + 1))
    return [order[edges[k] : edges[k + 1]] for k in range(count)]


def row_chances(stages: TwoStage, budget: float) -> float | None:
    """An upper bound on the chance that a limit is missed, were every number to vary on its own.

    For independent numbers, symmetric about their stated values within their deviations, the chance that a
    row with n of them is missed under a budget is at most B(n, budget) (Bertsimas and Sim, 2004, theorem 3);
    given is the largest over the rows. None where a deviation is not symmetric.

    >>> from types import SimpleNamespace as Some
    >>> steps = tuple(Some(name="a", key=(k,), size=way) for k in range(4) for way in (1.0, -1.0))
    >>> flat = np.arange(8)
    >>> stages = Some(
    ...     polytope=Some(steps=steps, size=8),
    ...     row_steps=(np.zeros(8, int), flat, np.ones(8)),
    ...     row_cube=(np.zeros(0, int), np.zeros(0, int), np.zeros(0, int), np.zeros(0)),
    ... )
    >>> row_chances(stages, 4), row_chances(stages, 0)
    (0.0625, 0.6875)
    """
    sizes: dict[tuple[str, object], list[float]] = {}
    for step in stages.polytope.steps:
        sizes.setdefault((step.name, step.key), []).append(step.size)
    if any(len(ways) != 2 or abs(ways[0] + ways[1]) > 1e-9 * abs(ways[0]) for ways in sizes.values()):
        return None
    number = {place: k for k, place in enumerate(sizes)}
    owner = np.array([number[step.name, step.key] for step in stages.polytope.steps])
    rows = np.concatenate([stages.row_steps[0], stages.row_cube[0]])
    steps = np.concatenate([stages.row_steps[1], stages.row_cube[2]])
    if not len(rows):
        return None
    pairs = np.unique(np.stack([rows, owner[steps]], axis=1), axis=0)
    most = int(np.bincount(pairs[:, 0]).max())
    return _chance(most, budget)


def _chance(n: int, budget: float) -> float:
    """B(n, budget), equation (18) of Bertsimas and Sim (2004)."""
    if budget > n:
        return 0.0
    middle = (budget + n) / 2
    low = math.floor(middle)
    part = middle - low
    terms = (1 - part) * math.comb(n, low) + sum(math.comb(n, k) for k in range(low + 1, n + 1))
    return min(1.0, float(terms) / 2.0**n)
