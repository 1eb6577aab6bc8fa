"""What engines for one kind of problem have in common: they look at a model's structure, and take it or not.

Such an engine recognises its problem in the arrays of a `Compiled`, solves it by its own method, and puts
what it finds back into the columns it came from. Whoever checks the answer checks it against the arrays.
"""

from __future__ import annotations

__all__ = ["Clock", "Outcome", "Specialist"]

import time
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values
from agentopt.solvers.availability import availability
from agentopt.solvers.base import Availability, Feature, Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.classes import check
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.trivial import settled

Shape = TypeVar("Shape")

EVERY = 0.5
"""Seconds between reports."""

TOLERANCE = 1e-6
"""How far a point may be from a row before it counts as a fault of the engine."""


@dataclass(frozen=True, eq=False)
class Outcome:
    """What a method found: values of the model's columns, a proved bound, and why it ended."""

    termination: Termination
    values: Values | None = None
    bound: float | None = None
    message: str = ""
    iterations: int = 0
    nodes: int = 0


class Clock:
    """The time a method has, and whether it was asked to stop."""

    def __init__(self, seconds: float | None, report: Report | None) -> None:
        self.started = time.perf_counter()
        self.seconds, self.report = seconds, report
        self.reported, self.stopped = self.started, False

    @property
    def left(self) -> float | None:
        """Seconds that are left; None without a limit."""
        return None if self.seconds is None else self.seconds - (time.perf_counter() - self.started)

    def over(self, incumbent: float | None = None, bound: float | None = None) -> bool:
        """Whether to stop; passes progress on twice a second."""
        now = time.perf_counter()
        if self.report is not None and now - self.reported >= EVERY:
            self.reported = now
            if self.report(Progress(now - self.started, incumbent, bound)) is True:
                self.stopped = True
        return self.stopped or (self.left is not None and self.left <= 0)

    @property
    def ending(self) -> Termination:
        """Why it is over."""
        return Termination.INTERRUPTED if self.stopped else Termination.TIME_LIMIT


class Specialist(ABC, Generic[Shape]):
    """An engine for one kind of problem; a subclass says how it is recognised, and how it is solved.

    Attributes:
        proves: whether its claims are global.
    """

    proves: ClassVar[bool] = True

    def __init__(self, card: Card) -> None:
        self.card, self.name = card, card.name
        found = {Feature(each) for each in card.priority} | {Feature.PROGRESS, Feature.INTERRUPT}
        self.features = frozenset(found | {Feature.GLOBAL} if self.proves else found)

    @abstractmethod
    def recognise(self, compiled: Compiled) -> Shape | str:
        """The problem in a model, or why there is none."""

    @abstractmethod
    def work(self, shape: Shape, clock: Clock, options: Mapping[str, object]) -> Outcome:
        """Solve the problem."""

    def available(self) -> Availability:
        """Whether what it stands on is installed."""
        return availability(self.card)

    def refuses(self, compiled: Compiled) -> str:
        """Why it does not take a model; empty where it does."""
        found = self.recognise(compiled)
        return found if isinstance(found, str) else ""

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> Solution:
        """Recognise a model and solve it.

        Raises:
            EngineError: the class or the model is not the engine's, an option is unknown, or what came out is
                no point of the model.
        """
        started = time.perf_counter()
        check(self, compiled)
        given = checked(self.card, options)
        for name in given.native:
            raise unknown(self.card, name)
        known = dict(given.known)
        seconds = known.pop("time_limit", limits.seconds)
        version = self.available().version
        shown = tuple((name, str(value)) for name, value in sorted(given.known.items()))
        found = settled(compiled, self.name, version)
        if found is not None:
            return replace(found, options=shown)
        shape = self.recognise(compiled)
        if isinstance(shape, str):
            raise EngineError(f"`{self.name}` does not take this model: {shape}", hint="leave the engine out")
        clock = Clock(None if seconds is None else float(seconds), report)
        try:
            outcome = self.work(shape, clock, known)
        except KeyboardInterrupt:
            outcome = Outcome(Termination.INTERRUPTED, message="stopped by Ctrl-C")
        solution = _solution(self.name, compiled, outcome, version)
        return replace(solution, options=shown, seconds=time.perf_counter() - started)


def _solution(engine: str, compiled: Compiled, outcome: Outcome, version: str) -> Solution:
    objective = None
    if outcome.values is not None:
        if max_violation(compiled, outcome.values) > TOLERANCE:
            raise EngineError(f"`{engine}` found a point that is none of the model", hint="leave it out")
        first = compiled.objective
        objective = 0.0 if first is None else objective_value(first, outcome.values)
    bound = outcome.bound
    if outcome.termination is Termination.OPTIMAL and bound is None:
        bound = objective
    return Solution(
        outcome.termination,
        PointStatus.NONE if outcome.values is None else PointStatus.FEASIBLE,
        engine,
        version,
        objective=objective,
        bound=bound,
        values=outcome.values,
        iterations=outcome.iterations,
        nodes=outcome.nodes,
        message=outcome.message or outcome.termination.value,
    )
