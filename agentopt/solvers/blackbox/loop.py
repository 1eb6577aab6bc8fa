"""The search of a study: ask, evaluate, tell, until the evaluations or the time are used up."""

from __future__ import annotations

__all__ = ["Outcome", "Plan", "optimize"]

import math
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from agentopt.errors import UsageError
from agentopt.solvers.blackbox.engines import chosen, made
from agentopt.solvers.blackbox.evaluating import Evaluator, Found
from agentopt.solvers.blackbox.history import History
from agentopt.solvers.blackbox.proposing import Proposer, Trial
from agentopt.solvers.blackbox.space import Space, space
from agentopt.solvers.blackbox.study import Point, Study

FORBIDDEN = 200
"""Forbidden points asked for in a row, for each of a batch, after which the search ends."""


@dataclass(frozen=True)
class Plan:
    """How a study is searched.

    Attributes:
        evaluations: points that are evaluated, at most.
        engine: its name; None for the one that suits.
        batch: points that are evaluated at once.
        seconds: wall time after which no further evaluation is started; None for no limit.
        history: the file evaluations are kept in and taken from; None for none.
    """

    evaluations: int = 100
    engine: str | None = None
    batch: int = 1
    seed: int = 0
    seconds: float | None = None
    history: Path | None = None


@dataclass(frozen=True)
class Outcome:
    """What a search came to.

    Attributes:
        best: the best feasible trial; None where there is none. Its loss is in the direction of minimizing.
        value: its value in the study's own direction.
        error: the standard error of the mean of its repeats; None without repeats.
        trials: all trials that were evaluated, in order.
        reused: how many of them came from the history.
        stopped: why the search ended.
    """

    best: Trial | None
    value: float | None
    error: float | None
    trials: tuple[Trial, ...]
    reused: int
    engine: str
    why: str
    stopped: str
    seconds: float


def optimize(
    study: Study,
    evaluate: Evaluator,
    plan: Plan = Plan(),
    report: Callable[[int, Trial, Trial | None], bool | None] | None = None,
) -> Outcome:
    """Search for the best point.

    Args:
        study: what is searched.
        evaluate: what evaluates a point.
        plan: how.
        report: called with the number of evaluations, the latest and the best; True asks to stop.

    Raises:
        UsageError: the objective can never be evaluated, or a constraint of the study cannot be read.
        AvailabilityError: the engine is not installed.
        RunError: the history is of another search.
    """
    if plan.evaluations < 1 or plan.batch < 1:
        raise UsageError("a search needs at least one evaluation, and a batch of at least one")
    box = space(study)
    name, why = chosen(study, plan.evaluations, plan.engine)
    head: dict[str, object] = {
        "study": study.digest,
        "engine": name,
        "seed": plan.seed,
        "batch": plan.batch,
        # Some engines plan by it.
        "evaluations": plan.evaluations if name == "consensus" else None,
    }
    proposer = made(name, box, plan.seed, plan.evaluations)
    return _Search(study, box, evaluate, plan, report, History(plan.history, head)).run(proposer, name, why)


class _Search:
    def __init__(
        self,
        study: Study,
        box: Space,
        evaluate: Evaluator,
        plan: Plan,
        report: Callable[[int, Trial, Trial | None], bool | None] | None,
        history: History,
    ) -> None:
        self.study, self.box, self.evaluate, self.plan = study, box, evaluate, plan
        self.report, self.history = report, history
        self.trials: list[Trial] = []
        self.errors: dict[int, float] = {}
        self.best: int | None = None
        self.reused = 0
        self.started = time.monotonic()
        self.stopped = ""

    def run(self, proposer: Proposer, name: str, why: str) -> Outcome:
        in_vain = 0
        with ThreadPoolExecutor(self.plan.batch) as pool:
            try:
                while not self.over():
                    count = min(self.plan.batch, self.plan.evaluations - len(self.trials))
                    points: list[Point] = proposer.ask(count)
                    trials = self.batch(points, pool)
                    proposer.tell(trials)
                    allowed = sum(not each.violation or each.loss is not None for each in trials)
                    in_vain = 0 if allowed else in_vain + count
                    if in_vain >= FORBIDDEN * self.plan.batch:
                        self.stopped = f"{in_vain} points in a row broke the constraints of the study"
            except KeyboardInterrupt:
                self.stopped = "stopped by Ctrl-C"
                self.evaluate.close()
        best = None if self.best is None else self.trials[self.best]
        value = None if best is None or best.loss is None else self.study.sign * best.loss
        return Outcome(
            best,
            value,
            None if self.best is None else self.errors.get(self.best),
            tuple(self.trials),
            self.reused,
            name,
            why,
            self.stopped or f"{len(self.trials)} evaluations were made",
            time.monotonic() - self.started,
        )

    def over(self) -> bool:
        if self.stopped or len(self.trials) >= self.plan.evaluations:
            return True
        if self.plan.seconds is not None and time.monotonic() - self.started >= self.plan.seconds:
            self.stopped = f"the time of {self.plan.seconds:g} s was over"
        return bool(self.stopped)

    def batch(self, points: Sequence[Point], pool: ThreadPoolExecutor) -> list[Trial]:
        """The trials of some points, in their order; those of the history and forbidden ones cost nothing."""
        violations = [self.box.violation(point) for point in points]
        first = len(self.trials)
        allowed = [point for point, violation in zip(points, violations, strict=True) if violation <= 0]
        kept = [self.history.take(first + k, point) for k, point in enumerate(allowed)]
        futures = [
            None if runs is not None else pool.submit(self.repeated, point)
            for point, runs in zip(allowed, kept, strict=True)
        ]
        numbered = iter(range(len(allowed)))
        found: list[Trial] = []
        for point, violation in zip(points, violations, strict=True):
            if violation > 0:
                found.append(Trial(point, None, violation))
                continue
            k = next(numbered)
            runs, future = kept[k], futures[k]
            if runs is None:
                assert future is not None
                runs = future.result()
                self.history.add(first + k, point, runs)
            else:
                self.reused += 1
            found.append(self.noted(point, runs))
        return found

    def repeated(self, point: Point) -> list[Found]:
        """The evaluations of one point; a failed one is the last."""
        runs: list[Found] = []
        for _ in range(self.study.repeats):
            runs.append(self.evaluate.evaluate(point))
            if runs[-1].failure:
                break
        return runs

    def noted(self, point: Point, runs: list[Found]) -> Trial:
        """The trial of some evaluations; constraints hold on the mean as the value does."""
        failure = next((each.failure for each in runs if each.failure), "")
        values = [each.value for each in runs if each.value is not None]
        if failure or not values:
            trial = Trial(point, None, 0.0, failure or "it gave nothing")
        else:
            names = {name for each in runs for name in each.constraints}
            means = [statistics.fmean(each.constraints.get(name, 0.0) for each in runs) for name in names]
            over = sum(max(0.0, each) for each in means)
            trial = Trial(point, self.study.sign * statistics.fmean(values), over)
        number = len(self.trials)
        self.trials.append(trial)
        if len(values) > 1 and not failure:
            self.errors[number] = statistics.stdev(values) / math.sqrt(len(values))
        best = None if self.best is None else self.trials[self.best]
        if trial.feasible and (best is None or (trial.loss or 0.0) < (best.loss or 0.0)):
            self.best, best = number, trial
        if self.report is not None and self.report(len(self.trials), trial, best) is True:
            self.stopped = "stopped by the caller"
        return trial
