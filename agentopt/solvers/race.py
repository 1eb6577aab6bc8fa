"""Two engines on one mixed-integer linear problem: HiGHS alone, and after a head start another beside it.

HiGHS closes most problems in seconds, and then nothing else was started. On the others a second engine takes
the idle core: SCIP, or, where every column is integer and it is there, CP-SAT in a process of its own. Points
are shared as they are found, the first proof ends the race, and at the limit the answer is the best point and
the best bound of either. A point of one that contradicts the proof of the other is an error, and said.

The outcome depends on which engine was quicker; the optimum does not, the point among equals may.
"""

from __future__ import annotations

__all__ = ["Contender", "Contest", "Race", "cores", "second"]

import os
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.solvers.availability import availability
from agentopt.solvers.base import Availability, Feature, Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.classes import check, refusal
from agentopt.solvers.gap import relative_gap
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.race_board import Board, Lane
from agentopt.solvers.race_outcome import outcome
from agentopt.solvers.registry import ENGINES, engine
from agentopt.solvers.sharing import SharingEngine
from agentopt.solvers.solution import Progress, Solution, Termination
from agentopt.solvers.trivial import settled
from agentopt.solvers.watching import Stop, watch

Options = Mapping[str, object]

FIRST = "highs"

SECONDS: tuple[str, ...] = ("cpsat", "scip")
"""Who may be second, the first one that can and is there."""

INTEGERS_ONLY = frozenset({"cpsat"})
"""Engines that are asked only where every column is integer: they would round the others."""

LINGER = 0.3
"""Seconds the loser is waited for; it was told to stop, and ends by itself soon after."""

PROOFS = frozenset({Termination.OPTIMAL, Termination.INFEASIBLE, Termination.UNBOUNDED})


class Contender(ABC):
    """An engine that is HiGHS with another beside it; a subclass says who, and when."""

    def __init__(self, card: Card) -> None:
        self.card, self.name = card, card.name
        self.features = frozenset(Feature(each) for each in card.priority) | {
            Feature.GLOBAL,
            Feature.WARM_START,
            Feature.INTERRUPT,
            Feature.PROGRESS,
        }

    @abstractmethod
    def contest(
        self, compiled: Compiled, limits: Limits, options: Options, report: Report | None, started: float
    ) -> Contest:
        """What is to be run on a model."""

    def available(self) -> Availability:
        """Whether HiGHS, which runs first, is installed."""
        return availability(self.card)

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> Solution:
        """Solve the first objective of a model.

        Raises:
            EngineError: the class is not one of `features`, or an option is unknown.
        """
        started = time.perf_counter()
        check(self, compiled)
        given = checked(self.card, options)
        for name in given.native:
            raise unknown(self.card, name)
        version = self.available().version
        found = settled(compiled, self.name, version)
        if found is None:
            contest = self.contest(compiled, limits, given.known, report, started)
            found = replace(contest.run(), engine=self.name, version=version)
        shown = tuple((name, str(value)) for name, value in sorted(given.known.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)


class Race(Contender):
    """Two engines side by side. One thread (`limits.threads`) is no race: HiGHS runs alone.

    >>> from agentopt.solvers.card import cards
    >>> Race(cards()["race"]).name
    'race'
    """

    def contest(
        self, compiled: Compiled, limits: Limits, options: Options, report: Report | None, started: float
    ) -> Contest:
        """HiGHS, and after a head start whoever suits the model."""
        return Contest(
            self.card,
            compiled,
            limits,
            options,
            report,
            started,
            partner=lambda: _partner(compiled, options),
            may_follow=cores() > 1 and limits.threads != 1,
        )


def cores() -> int:
    """Cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def second(compiled: Compiled, wanted: str) -> SharingEngine | None:
    """Who runs beside HiGHS on a model; None for nobody.

    Args:
        compiled: the model.
        wanted: `auto`, `none`, or an engine's name.
    """
    whole = bool((compiled.integrality == Integrality.INTEGER).all())
    for name in SECONDS if wanted == "auto" else (wanted,):
        if name not in ENGINES or (name in INTEGERS_ONLY and not whole):
            continue
        found = engine(name)
        able = {Feature.MILP, Feature.SHARES} <= found.features and not refusal(found, compiled)
        if able and found.available() and isinstance(found, SharingEngine):
            return found
    return None


def _partner(compiled: Compiled, options: Mapping[str, object]) -> tuple[SharingEngine, Options] | None:
    found = second(compiled, str(options["second"]))
    return None if found is None else (found, {})


@dataclass
class _Runner:
    """An engine at work in a thread of its own."""

    engine: SharingEngine
    lane: Lane
    started: float
    options: Options
    found: Solution | None = None
    failure: BaseException | None = None
    thread: threading.Thread | None = None

    @property
    def proved(self) -> bool:
        return self.found is not None and self.found.termination in PROOFS

    @property
    def over(self) -> bool:
        return self.found is not None or self.failure is not None


@dataclass
class Contest:
    """HiGHS, and another engine beside it.

    Attributes:
        card: of the engine that holds the contest, for its gap rule.
        options: of that engine: `head_start`, `random_seed`, `share`.
        started: when it was asked, on the performance counter.
        partner: who follows HiGHS, with its options; None for nobody.
        may_follow: whether anybody is to.
    """

    card: Card
    compiled: Compiled
    limits: Limits
    options: Mapping[str, object]
    report: Report | None
    started: float
    partner: Callable[[], tuple[SharingEngine, Options] | None]
    may_follow: bool = True
    stop: Stop = field(default_factory=Stop)
    wake: threading.Event = field(default_factory=threading.Event)
    runners: list[_Runner] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        gap = relative_gap(self.card, self.compiled, self.limits)
        self.board = Board(self.compiled, gap, self.wake.set)

    def run(self) -> Solution:
        """Race, and give what came of it.

        Raises:
            EngineError: the first engine does not take the model.
        """
        failure = watch(
            self.work,
            cancel=self.wake.set,
            look=lambda: self.board.progress(time.perf_counter() - self.started),
            limits=self.limits,
            report=self.report,
            stop=self.stop,
        )
        failures = [each.failure for each in self.runners if each.failure is not None]
        found = [(each.lane.name, each.found) for each in self.runners if each.found is not None]
        if failure is not None:
            raise failure
        if not found and failures:
            raise failures[0]
        self.notes += [str(each) for each in failures]
        return outcome(self.board, found, self.stop, self.notes)

    # -- the race itself -------------------------------------------------------------------------------------

    def work(self) -> None:
        """Start the engines, wait for a proof, stop the rest; runs in the thread of `watch`."""
        self.launch(engine(FIRST), {"random_seed": self.options["random_seed"]})
        may_follow = self.may_follow
        if not may_follow:
            self.notes.append("alone, on one core")
        while not self.decided():
            self.wake.wait(self.patience() if may_follow else None)
            self.wake.clear()
            if may_follow and not self.decided() and (self.patience() == 0 or self.runners[0].over):
                may_follow = False
                self.follow()
            if not may_follow and all(each.over for each in self.runners):
                break
        for each in self.runners:
            each.lane.stop.ask(Termination.INTERRUPTED, "another engine was first")
        end = time.perf_counter() + LINGER
        # Where nothing is proved, what each engine has is wanted: its log, its bound, its last point.
        proved = self.board.closed or any(each.proved for each in self.runners)
        for each in self.runners:
            if each.thread is not None:
                each.thread.join(max(0.0, end - time.perf_counter()) if proved else None)

    def decided(self) -> bool:
        """Whether there is a proof, or the race was stopped from outside."""
        return self.stop.reason is not None or self.board.closed or any(each.proved for each in self.runners)

    def patience(self) -> float:
        """Seconds left of the head start."""
        head_start = float(self.options["head_start"])  # type: ignore[arg-type]  # the card says it is a float
        return max(0.0, head_start - (time.perf_counter() - self.started))

    def follow(self) -> None:
        """Start the second engine, if there is one."""
        other = self.partner()
        if other is None:
            self.notes.append("no second engine for this model")
        else:
            self.launch(*other)

    def launch(self, chosen: object, options: Options) -> None:
        """Start an engine in a thread of its own."""
        assert isinstance(chosen, SharingEngine)
        lane = Lane(chosen.name, self.board, share=bool(self.options["share"]))
        runner = _Runner(chosen, lane, time.perf_counter(), options)
        self.runners.append(runner)
        # Not a daemon: at the end of the interpreter an engine that still runs is waited for.
        runner.thread = threading.Thread(target=self.drive, args=(runner,), name=f"race {chosen.name}")
        runner.thread.start()

    def drive(self, runner: _Runner) -> None:
        """Run one engine to its end; in its own thread."""
        limits = replace(self.limits, threads=1 if runner.lane.name == FIRST else None)
        if limits.seconds is not None:
            limits = replace(limits, seconds=max(0.0, limits.seconds - (runner.started - self.started)))

        def heard(progress: Progress) -> bool:
            self.board.note(runner.lane.name, progress)
            return False

        try:
            found = runner.engine.solve(
                self.compiled, limits, dict(runner.options), heard, shared=runner.lane
            )
            if found.values is not None and found.has_point:
                self.board.offer(runner.lane.name, found.values)
            if found.bound is not None:
                self.board.note(runner.lane.name, Progress(0.0, None, found.bound, found.nodes))
            runner.found = found
        except BaseException as error:
            runner.failure = error
        finally:
            self.wake.set()
