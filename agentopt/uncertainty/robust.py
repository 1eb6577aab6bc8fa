"""Two-stage robust problems from a formulation: the best plan of a policy, and what caution costs."""

from __future__ import annotations

__all__ = ["POLICIES", "Asked", "Policy", "Priced", "Robust", "robust"]

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from agentopt.agents.context import Problem
from agentopt.errors import UsageError
from agentopt.formulation.instance import Label, Values
from agentopt.solvers.base import Limits
from agentopt.uncertainty.adversary import Method
from agentopt.uncertainty.counterpart import Counterpart, counterpart, row_chances
from agentopt.uncertainty.generation import Generated, Round, generate
from agentopt.uncertainty.sets import Polytope
from agentopt.uncertainty.two_stage import TwoStage, two_stage

Policy = Literal["adaptive", "affine", "static"]
POLICIES: tuple[Policy, ...] = ("adaptive", "affine", "static")
GAP = 1e-6

Decisions = dict[str, float | dict[tuple[Label, ...], float]]


@dataclass(frozen=True)
class Asked:
    """What is wanted.

    Attributes:
        policy: of what waits: `adaptive`, anything once all is known; `affine`, a linear rule; `static`, the
            same whatever happens. None for adaptive where something waits, else static.
        budget: how many numbers may be away from their stated values at once, in place of the one stated.
        adversary: how the worst case is looked for, under the adaptive policy.
        prices: budgets for which the price of robustness is wanted.
    """

    policy: Policy | None = None
    budget: float | None = None
    adversary: Method = "auto"
    prices: tuple[float, ...] = ()


@dataclass(frozen=True)
class Priced:
    """The best worst case under one budget.

    Attributes:
        value: of it; None where there is no plan.
        chance: for the static policy, at most so likely is a limit missed if the numbers vary independently
            and symmetrically and no budget holds them; None where that says nothing.
        solved: whether it was closed within the gap.
    """

    budget: float
    value: float | None
    chance: float | None
    solved: bool


@dataclass(frozen=True, eq=False)
class Robust:
    """What came of it; values are in the problem's own sense.

    Attributes:
        status: `optimal`, `feasible` (stopped early), `infeasible`, `unbounded` or `not solved`.
        nominal: the best value if all is as stated; None where there is no plan even then.
        value: no possible case makes the plan worse than this.
        bound: no plan of the policy has a better worst case.
        plan: what is decided now.
        reaction: what is decided later, in the worst case found (for static and affine policies: as stated).
        worst: the uncertain numbers in the worst case found; empty where none was looked for.
        rounds: of column-and-constraint generation, in the sense of minimization.
        method: how the worst case was proved.
        missed: for static and affine policies, by how much the worst row is missed, afresh and relatively.
        prices: one for each budget that was asked.
    """

    stages: TwoStage
    policy: Policy
    status: str
    nominal: float | None
    value: float | None
    bound: float | None
    gap: float | None
    plan: Decisions
    reaction: Decisions
    worst: dict[tuple[str, tuple[Label, ...]], float]
    rounds: tuple[Round, ...]
    method: str
    missed: float | None
    prices: tuple[Priced, ...]
    seconds: float

    @property
    def sense(self) -> str:
        """`minimize` or `maximize`."""
        return "minimize" if self.stages.sign > 0 else "maximize"


def robust(
    problem: Problem,
    asked: Asked = Asked(),
    limits: Limits = Limits(),  # noqa: B008 - frozen
    tell: Callable[[Round], None] | None = None,
) -> Robust:
    """The best plan against an uncertainty set.

    Raises:
        FormulationError, BindingError, CompileError: what is stated has no such plan; the message says why.
        UsageError: a budget is below 0.
        EngineError: an engine fails.
    """
    began = time.monotonic()
    for budget in (*asked.prices, *(() if asked.budget is None else (asked.budget,))):
        if not budget >= 0:
            raise UsageError(f"a budget of {budget:g} is below 0", hint="it counts numbers: 0 or more")
    stages = two_stage(problem)
    if asked.budget is not None:
        stages = _limited(stages, asked.budget)
    policy = asked.policy or ("adaptive" if stages.is_late.any() else "static")
    deadline = None if limits.seconds is None else began + limits.seconds
    found = _solved(stages, policy, asked, limits, deadline, tell)
    nominal = _nominal(stages, limits, deadline)
    prices = _prices(stages, policy, asked, limits, deadline)
    return replace(
        _read(stages, policy, found), nominal=nominal, prices=prices, seconds=time.monotonic() - began
    )


def _solved(
    stages: TwoStage,
    policy: Policy,
    asked: Asked,
    limits: Limits,
    deadline: float | None,
    tell: Callable[[Round], None] | None = None,
) -> Generated | Counterpart:
    if policy == "adaptive":
        return generate(
            stages,
            gap=GAP if limits.gap is None else limits.gap,
            method=asked.adversary,
            deadline=deadline,
            threads=limits.threads,
            tell=tell,
        )
    return counterpart(stages, policy, gap=limits.gap or 0.0, deadline=deadline, threads=limits.threads)


def _limited(stages: TwoStage, budget: float) -> TwoStage:
    return replace(stages, polytope=stages.polytope.limited(budget))


def _nominal(stages: TwoStage, limits: Limits, deadline: float | None) -> float | None:
    """The best value if all is as stated: the static counterpart of a set of one point."""
    polytope = stages.polytope
    still = Polytope(polytope.steps, np.ones((1, polytope.size)), np.zeros(1), 1)
    found = counterpart(
        replace(stages, polytope=still), gap=limits.gap or 0.0, deadline=deadline, threads=limits.threads
    )
    return None if found.value is None else stages.sign * found.value


def _prices(
    stages: TwoStage, policy: Policy, asked: Asked, limits: Limits, deadline: float | None
) -> tuple[Priced, ...]:
    found = []
    for budget in asked.prices:
        here = _limited(stages, budget)
        came = _read(here, policy, _solved(here, policy, asked, limits, deadline))
        chance = row_chances(here, budget) if policy == "static" else None
        found.append(Priced(budget, came.value, chance, came.status in ("optimal", "infeasible")))
    return tuple(found)


def _read(stages: TwoStage, policy: Policy, found: Generated | Counterpart) -> Robust:
    """The outcome in the problem's own sense."""
    sign = stages.sign
    if isinstance(found, Generated):
        value = found.upper if found.point is not None else None
        bound, worst, missed = found.lower, found.worst, None
        later = found.recourse if found.recourse is not None else found.point
        rounds: Sequence[Round] = found.rounds
        method = found.method
    else:
        value, bound, worst, missed = found.value, found.bound, None, found.missed
        later, rounds, method = found.point, (), "duality"
    has = found.point is not None
    if found.status in ("infeasible", "unbounded"):
        status = found.status
    elif has and (found.status == "optimal"):
        status = "optimal"
    else:
        status = "feasible" if has else "not solved"
    return Robust(
        stages=stages,
        policy=policy,
        status=status,
        nominal=None,
        value=None if value is None else sign * value,
        bound=sign * bound if np.isfinite(bound) else None,
        gap=found.gap if has and np.isfinite(found.gap) else None,
        plan=stages.values(_clean(found.point), late=False) if found.point is not None else {},
        reaction=stages.values(_clean(later), late=True) if later is not None else {},
        worst={} if worst is None else stages.polytope.values(worst),
        rounds=tuple(rounds),
        method=method,
        missed=missed,
        prices=(),
        seconds=0.0,
    )


def _clean(point: Values) -> Values:
    """Without minus zeros and dust."""
    return np.where(np.abs(point) < 1e-9, 0.0, point)
