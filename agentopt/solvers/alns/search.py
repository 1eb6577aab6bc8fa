"""The search itself, as an engine that works beside HiGHS: it proves nothing, and offers better points.

Adaptive large-neighbourhood search (Ropke, Pisinger 2006) over whole-solver neighbourhoods, the arms of a
bandit (Balans: Cai, Kadıoğlu, Dilkina 2024). It waits for a first point, starts every smaller problem from
the current point, and moves as the acceptance rule says; what it offers is only ever better than the best.
"""

from __future__ import annotations

__all__ = ["Search"]

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality, ProblemClass
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.formulation.instance import Values
from agentopt.solvers.alns.acceptance import acceptance
from agentopt.solvers.alns.bandits import bandit
from agentopt.solvers.alns.neighbourhoods import ARMS, Around, narrowed
from agentopt.solvers.base import Availability, Feature, Limits, Report
from agentopt.solvers.highs_run import HighsRun
from agentopt.solvers.semicontinuous import without_semicontinuous
from agentopt.solvers.sharing import Shared
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.tidy import tidied

PAUSE = 0.02
"""Seconds between looks for a first point."""

MAX_POOL = 12
"""Points that are kept to cross with."""

FEASIBLE = 1e-6
"""How far a row of a point may be exceeded."""

LEAST, MOST = 0.5, 10.0
"""Seconds of one smaller problem: from the option, doubled where it was too short, halved where not."""


@dataclass(eq=False)
class Search:
    """Large-neighbourhood search; it needs somebody to share points with.

    Attributes:
        settings: native options of the HiGHS beneath.
    """

    settings: Mapping[str, object] = field(default_factory=dict)
    name: str = "neighbourhoods"
    features: frozenset[Feature] = frozenset({Feature.MILP, Feature.SHARES})

    def available(self) -> Availability:
        """Where HiGHS is, this is."""
        return Availability(True)

    def solve(
        self,
        compiled: Compiled,
        limits: Limits,
        options: Mapping[str, object],
        report: Report | None = None,
        *,
        shared: Shared | None = None,
    ) -> Solution:
        """Search until stopped or out of time; alone, with nobody's point to start from, it does nothing."""
        if shared is None or compiled.objective is None or not (compiled.integrality == 1).any():
            return Solution(Termination.ITERATION_LIMIT, PointStatus.NONE, self.name)
        return _Searching(self.settings, compiled, limits, options, report, shared).run()


@dataclass
class _Searching:
    settings: Mapping[str, object]
    compiled: Compiled
    limits: Limits
    options: Mapping[str, object]
    report: Report | None
    shared: Shared
    started: float = field(default_factory=time.perf_counter)
    best: Values | None = None
    current: Values | None = None
    pool: list[Values] = field(default_factory=list)
    rounds: int = 0
    nodes: int = 0
    log: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(int(str(self.options.get("random_seed", 0))))
        self.bandit = bandit(str(self.options.get("bandit", "thompson")), len(ARMS))
        self.acceptance = acceptance(str(self.options.get("acceptance", "hill-climbing")))
        self.slice = float(str(self.options.get("sub_seconds", 2.0)))
        objective = self.compiled.objective
        assert objective is not None
        self.objective = objective
        self.sign = -1.0 if objective.sense == "maximize" else 1.0

    # -- the loop --------------------------------------------------------------------------------------------

    def run(self) -> Solution:
        """Search to the end."""
        relaxed = self.relaxed()
        while not self.over():
            self.hear()
            if self.current is None or self.best is None:
                time.sleep(PAUSE)
                continue
            number = self.bandit.choose(self.rng)
            arm = ARMS[number]
            around = Around(self.compiled, self.current, self.others(), relaxed, arm.share, self.rng)
            change = arm.make(around)
            if change is None:
                self.bandit.learn(number, 0.0)
                continue
            before = self.value(self.best)
            step = max(1e-6 * max(1.0, abs(before)), 1e-9)
            point = self.solved(narrowed(around, change, step))
            reward = self.judge(point, before)
            self.bandit.learn(number, reward)
            self.rounds += 1
            self.log.append(f"{self.seconds():8.2f} {arm.name} {arm.share:g}: {self.value(self.best):.10g}\n")
            if self.report is not None:
                self.report(Progress(self.seconds(), self.value(self.best), None, self.nodes))
        return self.solution()

    def hear(self) -> None:
        """A better point of the others becomes the best and the current one."""
        point = self.shared.take()
        if point is not None:
            self.keep(point)
            if self.best is None or self.gain(point, self.best) > 0:
                self.best = self.current = point

    def judge(self, point: Values | None, before: float) -> float:
        """Keep, offer and go on from a point where it deserves it; the reward of the arm."""
        if point is None or self.current is None or self.best is None:
            return 0.0
        self.keep(point)
        loss = -self.gain(point, self.best) / max(1.0, abs(before))
        if self.acceptance.accepts(loss, self.rng):
            self.current = point
        if loss < -1e-9:
            self.best = point
            self.shared.offer(point)
            return 1.0
        return 0.0

    def over(self) -> bool:
        if self.shared.stop.reason is not None:
            return True
        return self.limits.seconds is not None and self.seconds() >= self.limits.seconds

    # -- smaller problems ------------------------------------------------------------------------------------

    def solved(self, model: Compiled) -> Values | None:
        """The best point of a smaller problem found in its time, feasible by our own evaluation; or None."""
        left = None if self.limits.seconds is None else self.limits.seconds - self.seconds()
        seconds = self.slice if left is None else max(0.05, min(self.slice, left))
        found = self.highs(model, seconds)
        limited = found.termination is Termination.TIME_LIMIT
        self.slice = min(MOST, self.slice * 1.1) if limited else max(LEAST, self.slice * 0.95)
        if found.values is None or not found.has_point:
            return None
        point = tidied(self.compiled, found.values)
        return point if max_violation(self.compiled, point) <= FEASIBLE else None

    def relaxed(self) -> Values | None:
        """The optimum without integrality, or None where none is found soon."""
        plain = np.full(self.compiled.num_columns, Integrality.CONTINUOUS, dtype=np.int8)
        model = replace(self.compiled, integrality=plain, problem_class=ProblemClass.LP, start=None)
        half = None if self.limits.seconds is None else self.limits.seconds / 4
        found = self.highs(model, half)
        return found.values if found.termination is Termination.OPTIMAL else None

    def highs(self, model: Compiled, seconds: float | None) -> Solution:
        """One run of HiGHS that ends when the search is to end."""
        settings = dict(self.settings)
        if seconds is not None:
            settings["time_limit"] = float(seconds)
        run = HighsRun(
            "highs",
            "",
            model,
            without_semicontinuous(model),
            replace(self.limits, seconds=seconds),
            lambda _: self.shared.stop.reason is not None,
            settings,
            time.perf_counter(),
        )
        highs = run.ready(run.plain)
        run.start(highs)
        found = run.read(highs, run.run(highs))
        self.nodes += found.nodes
        return found

    # -- points ----------------------------------------------------------------------------------------------

    def value(self, point: Values) -> float:
        return objective_value(self.objective, point)

    def gain(self, point: Values, than: Values) -> float:
        """By how much a point is better than another."""
        return self.sign * (self.value(than) - self.value(point))

    def keep(self, point: Values) -> None:
        """Add a point to those that are crossed, unless it is there; of too many the worst goes."""
        if any(np.allclose(point, each, rtol=0, atol=1e-6) for each in self.pool):
            return
        self.pool.append(point)
        self.pool.sort(key=lambda each: self.sign * self.value(each))
        del self.pool[MAX_POOL:]

    def others(self) -> tuple[Values, ...]:
        assert self.current is not None
        return tuple(each for each in self.pool if not np.array_equal(each, self.current))

    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def solution(self) -> Solution:
        stopped = self.shared.stop
        return Solution(
            stopped.reason or Termination.TIME_LIMIT,
            PointStatus.NONE if self.best is None else PointStatus.FEASIBLE,
            "neighbourhoods",
            objective=None if self.best is None else self.value(self.best),
            values=self.best,
            nodes=self.nodes,
            iterations=self.rounds,
            message=stopped.message or "time limit reached",
            log="".join(self.log),
        )
