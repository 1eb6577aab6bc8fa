"""Column-and-constraint generation for two-stage robust problems (Zeng and Zhao, 2013).

A master problem decides for the points of the uncertainty set found so far, with a copy of the recourse for
each; its bound is a bound for the whole set. The adversary looks for the worst point of the master's plan:
one where recourse is missing, or the dearest. That point's recourse is added, and its cost closes the gap.
"""

from __future__ import annotations

__all__ = ["Generated", "Round", "generate"]

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from agentopt.formulation.instance import Values
from agentopt.uncertainty.adversary import Adversary, Method
from agentopt.uncertainty.programs import Indices, Program
from agentopt.uncertainty.two_stage import TwoStage

_MISSED = 1e-6
"""How much may be missing, relative to the largest right-hand side, where recourse counts as existing."""


@dataclass(frozen=True, eq=False)
class Round:
    """One round: the bounds after it, in the sense of minimization, and the point that was added."""

    number: int
    lower: float
    upper: float
    kind: str
    z: Values | None


@dataclass(frozen=True, eq=False)
class Generated:
    """What came of it.

    Attributes:
        status: `optimal`, `infeasible`, `unbounded` or `limit`.
        point: the plan over all columns, its late ones as they are at the stated values; None without one.
        method: of the adversary, as it was used last.
        complete: whether recourse was proved to exist whatever is decided and happens.
        lower: no plan is better in its worst case, by the master's bound.
        upper: the plan's own worst case is no worse, by the adversary's bound.
        worst: the worst point found for that plan.
        recourse: all columns at that worst point.
    """

    status: str
    point: Values | None
    lower: float
    upper: float
    worst: Values | None
    recourse: Values | None
    rounds: tuple[Round, ...]
    method: str
    complete: bool

    @property
    def gap(self) -> float:
        """(upper - lower) / max(1, |upper|)."""
        if not np.isfinite(self.upper - self.lower):
            return np.inf
        return max(0.0, self.upper - self.lower) / max(1.0, abs(self.upper))


def generate(
    stages: TwoStage,
    *,
    gap: float = 1e-6,
    method: Method = "auto",
    most: int = 200,
    deadline: float | None = None,
    threads: int | None = None,
    tell: Callable[[Round], None] | None = None,
) -> Generated:
    """The best plan against the worst case.

    Args:
        stages: the problem.
        gap: relative, at which it stops.
        method: of the adversary.
        most: rounds.
        deadline: by `time.monotonic`.
        threads: of the engines.
        tell: hears every round.

    Raises:
        FormulationError: the recourse is none that duality covers.
        EngineError: an engine fails.
    """
    adversary = Adversary(stages, method, deadline, threads)
    lower, upper = -np.inf, np.inf
    plan: Values | None = None
    worst: Values | None = None
    points = [np.zeros(stages.polytope.size)]
    rounds: list[Round] = []
    status = "limit"
    for number in range(1, most + 1):
        found, x = _master(stages, points, gap, deadline, threads)
        if x is None:
            status = str(found)
            lower = np.inf if found == "infeasible" else lower
            break
        bound = float(found)
        lower = max(lower, bound)
        kind, attack = "missing", None
        if not adversary.is_complete:
            attack = adversary.missing(x)
            scale = max(1.0, float(np.abs(adversary.side[np.isfinite(adversary.side)]).max(initial=1.0)))
            if attack.z is not None and attack.value <= _MISSED * scale:
                attack = None
        if attack is None:
            kind, attack = "dearest", adversary.worst(x)
            early = float(stages.cost[~stages.is_late] @ x[~stages.is_late]) + stages.offset
            if attack.z is not None and early + attack.bound < upper:
                upper, plan, worst = early + attack.bound, x, attack.z
        rounds.append(Round(number, lower, upper, kind, attack.z))
        if tell is not None:
            tell(rounds[-1])
        if np.isfinite(upper) and upper - lower <= gap * max(1.0, abs(upper)):
            status = "optimal"
            break
        if attack.z is None or (deadline is not None and time.monotonic() > deadline):
            break
        if any(np.abs(attack.z - each).max(initial=0.0) < 1e-9 for each in points):
            break  # The rest is the engines' tolerance; the gap is told as it is.
        points.append(attack.z)
    recourse = None if plan is None or worst is None else _carried_out(stages, plan, worst, deadline)
    return Generated(
        status,
        plan,
        lower,
        upper,
        worst,
        recourse,
        tuple(rounds),
        adversary.used or adversary.method,
        adversary.is_complete if len(adversary.late) else False,
    )


def _master(
    stages: TwoStage,
    points: list[Values],
    gap: float,
    deadline: float | None,
    threads: int | None,
) -> tuple[str | float, Values | None]:
    """The bound and the plan for the points found so far; or why there is none."""
    s = stages
    program = Program(deadline, threads)
    early = np.flatnonzero(~s.is_late)
    place = np.full(len(s.columns), -1, dtype=np.int64)
    place[early] = program.columns(s.lower[early], s.upper[early], s.cost[early], integer=s.integer[early])
    theta = program.columns(-np.inf, np.inf, 1.0, count=1)
    still = np.flatnonzero(~s.moves)
    rank = np.full(len(s.moves), -1, dtype=np.int64)
    rank[still] = np.arange(len(still))
    ours = ~s.moves[s.matrix[0]]
    program.rows(
        s.row_lower[still],
        s.row_upper[still],
        (rank[s.matrix[0][ours]], place[s.matrix[1][ours]], s.matrix[2][ours]),
    )
    first = place
    for z in points:
        place = first.copy()
        late = np.flatnonzero(s.is_late)
        place[late] = program.columns(s.lower[late], s.upper[late])
        copy(program, s, place, z)
        # theta covers what is not the plan's own cost at the stated values.
        extra = np.bincount(
            s.cost_cube[1], weights=s.cost_cube[3] * z[s.cost_cube[2]], minlength=len(s.columns)
        )
        cost = np.asarray(np.where(s.is_late, s.cost, 0.0) + extra, dtype=np.float64)
        used = np.flatnonzero(cost)
        program.rows(
            [float(s.cost_steps @ z)],
            [np.inf],
            (np.zeros(1, dtype=np.int64), theta, np.ones(1)),
            (np.zeros(len(used), dtype=np.int64), place[used], -cost[used]),
        )
    found = program.solved(gap=min(gap / 10, 1e-7))
    if found.point is None:
        return found.status, None
    x = np.zeros(len(s.columns))
    x[early] = found.point[first[early]]
    whole = early[s.integer[early]]
    x[whole] = np.round(x[whole])
    x[late] = found.point[np.arange(theta[0] + 1, theta[0] + 1 + len(late))]
    return found.bound + s.offset, x


def copy(program: Program, s: TwoStage, place: Indices, z: Values) -> None:
    """Add the rows that move, as they are at the steps z, over columns at their places."""
    moving = np.flatnonzero(s.moves)
    rank = np.full(len(s.moves), -1, dtype=np.int64)
    rank[moving] = np.arange(len(moving))
    ours = s.moves[s.matrix[0]]
    shift = np.bincount(s.row_steps[0], weights=s.row_steps[2] * z[s.row_steps[1]], minlength=len(s.moves))
    program.rows(
        s.row_lower[moving] - shift[moving],
        s.row_upper[moving] - shift[moving],
        (rank[s.matrix[0][ours]], place[s.matrix[1][ours]], s.matrix[2][ours]),
        (rank[s.row_cube[0]], place[s.row_cube[1]], s.row_cube[3] * z[s.row_cube[2]]),
    )


def _carried_out(stages: TwoStage, plan: Values, z: Values, deadline: float | None) -> Values | None:
    """All columns at a point of the set, the plan fixed."""
    s = stages
    program = Program()
    fixed = ~s.is_late
    cost = s.cost + np.bincount(
        s.cost_cube[1], weights=s.cost_cube[3] * z[s.cost_cube[2]], minlength=len(s.columns)
    )
    lower, upper = np.where(fixed, plan, s.lower), np.where(fixed, plan, s.upper)
    place = program.columns(lower, upper, np.where(fixed, 0.0, cost))
    copy(program, s, place, z)
    return program.solved().point
