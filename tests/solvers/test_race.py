"""Two engines on one problem: who is started when, what is shared, and what comes of it."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Values
from agentopt.solvers import (
    Availability,
    Feature,
    Limits,
    PointStatus,
    Progress,
    Solution,
    Termination,
    engine,
    solve,
)
from agentopt.solvers import race as racing
from agentopt.solvers.base import Report
from agentopt.solvers.race_board import Board, Lane
from agentopt.solvers.race_outcome import outcome
from agentopt.solvers.sharing import Shared, SharingEngine
from agentopt.solvers.watching import Stop
from tests.compiling.models import compiled

MODEL: Mapping[str, object] = {
    "variables": {
        "x": {"domain": "integer", "upper": 9},
        "y": {"domain": "integer", "upper": 9},
    },
    "objective": {"maximize": "3*x + 2*y"},
    "constraints": {"c": {"that": "2*x + 2*y <= 13"}},
}
"""The optimum is 18, at x = 6."""


def point(x: float, y: float) -> Values:
    return np.array([x, y], dtype=float)


class Acting:
    """An engine that does what it is told: offers points, notes bounds, and ends or waits to be stopped."""

    features = frozenset({Feature.MILP, Feature.SHARES})

    def __init__(self, name: str, *, points: list[Values] = [], bound: float | None = None) -> None:  # noqa: B006
        self.name = name
        self.points, self.bound = points, bound
        self.ends: Termination | None = None
        self.fails: Exception | None = None
        self.limits = Limits()
        self.started, self.stopped = threading.Event(), threading.Event()
        self.taken: list[Values] = []
        self.waits_for: threading.Event | None = None

    def available(self) -> Availability:
        return Availability(True, "1")

    def solve(
        self,
        compiled: Compiled,
        limits: Limits,
        options: Mapping[str, object],
        report: Report | None = None,
        *,
        shared: Shared | None = None,
    ) -> Solution:
        assert shared is not None
        assert report is not None
        self.limits = limits
        self.started.set()
        if self.fails is not None:
            raise self.fails
        if self.waits_for is not None:
            assert self.waits_for.wait(20)
        for each in self.points:
            shared.offer(each)
        report(Progress(0.0, None, self.bound))
        if self.ends is None:
            for _ in range(2000):
                taken = shared.take()
                if taken is not None:
                    self.taken.append(taken)
                if shared.stop.reason is not None:
                    break
                self.stopped.wait(0.01)
            self.stopped.set()
        values = self.points[-1] if self.points else None
        objective = None if values is None else float(values @ np.array([3.0, 2.0]))
        return Solution(
            self.ends or Termination.INTERRUPTED,
            PointStatus.NONE if values is None else PointStatus.FEASIBLE,
            self.name,
            objective=objective,
            bound=self.bound,
            values=values,
            message=f"{self.name} says so",
            log=f"log of {self.name}",
            nodes=3,
        )


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> tuple[Acting, Acting]:
    """A first and a second engine in place of HiGHS and SCIP, on two cores."""
    first, other = Acting("highs"), Acting("scip")
    monkeypatch.setattr(racing, "engine", lambda name: {"highs": first, "scip": other}[name])
    monkeypatch.setattr(racing, "ENGINES", {"highs": "", "scip": ""})
    monkeypatch.setattr(racing, "cores", lambda: 2)
    return first, other


def raced(options: Mapping[str, object] = {}, limits: Limits = Limits(seconds=30)) -> Solution:  # noqa: B008
    return engine("race").solve(compiled(**MODEL), limits, {"head_start": 0, **options})


def test_the_first_proof_ends_the_race_and_the_loser_is_stopped(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    other.points, other.bound, other.ends = [point(6, 0)], 18.0, Termination.OPTIMAL
    found = raced()
    assert (found.termination, found.objective, found.bound) == (Termination.OPTIMAL, 18.0, 18.0)
    assert found.engine == "race"
    assert "scip" in found.message
    assert first.stopped.is_set()


def test_an_engine_that_is_done_in_its_head_start_has_nobody_beside_it(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    first.points, first.bound, first.ends = [point(6, 0)], 18.0, Termination.OPTIMAL
    found = raced({"head_start": 20})
    assert found.termination is Termination.OPTIMAL
    assert not other.started.is_set()


@pytest.mark.parametrize("alone", [{"threads": 1}, {"cores": 1}, {"second": "none"}])
def test_one_core_or_one_thread_is_no_race(
    stage: tuple[Acting, Acting], monkeypatch: pytest.MonkeyPatch, alone: dict[str, object]
) -> None:
    first, other = stage
    first.points, first.ends = [point(6, 0)], Termination.TIME_LIMIT
    if "cores" in alone:
        monkeypatch.setattr(racing, "cores", lambda: 1)
    threads = 1 if "threads" in alone else None
    found = raced({"second": alone.get("second", "auto")}, Limits(seconds=30, threads=threads))
    assert (found.termination, found.objective) == (Termination.TIME_LIMIT, 18.0)
    assert not other.started.is_set()


def test_a_point_of_one_reaches_the_other_once(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    other.points, other.bound = [point(0, 6), point(5, 1)], 18.0
    first.waits_for = threading.Event()

    def heard(progress: Progress) -> bool:
        assert first.waits_for is not None
        if progress.incumbent == 17.0:
            first.waits_for.set()
        return bool(first.taken)

    found = engine("race").solve(compiled(**MODEL), Limits(), {"head_start": 0}, heard)
    assert [each.tolist() for each in first.taken] == [[5, 1]]
    assert (found.termination, found.objective, found.bound) == (Termination.INTERRUPTED, 17.0, 18.0)


def test_points_are_kept_apart_where_that_is_asked(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    other.points, other.ends, other.bound = [point(5, 1)], Termination.TIME_LIMIT, 18.0
    first.points, first.ends, first.waits_for = [point(0, 6)], Termination.TIME_LIMIT, other.started
    found = raced({"share": "false"})
    assert first.taken == []
    assert (found.termination, found.objective) == (Termination.TIME_LIMIT, 17.0)


def test_the_point_of_one_and_the_bound_of_the_other_are_a_proof(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    first.points, first.bound = [point(6, 0)], 19.5
    other.bound = 18.0
    found = raced()
    assert (found.termination, found.objective, found.bound) == (Termination.OPTIMAL, 18.0, 18.0)
    assert found.message == "point by highs, bound by scip"


def test_at_the_limit_the_best_point_and_the_best_bound_are_given(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    first.points, first.bound, first.ends = [point(4, 2)], 18.5, Termination.TIME_LIMIT
    other.points, other.bound, other.ends = [point(5, 1)], 19.0, Termination.TIME_LIMIT
    found = raced()
    assert (found.termination, found.objective, found.bound) == (Termination.TIME_LIMIT, 17.0, 18.5)
    assert "log of highs" in found.log
    assert "log of scip" in found.log
    assert found.nodes == 6


def test_an_engine_that_fails_costs_its_own_part_only(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    other.fails = RuntimeError("SCIP: error in input data")
    first.points, first.ends, first.bound = [point(6, 0)], Termination.OPTIMAL, 18.0
    first.waits_for = other.started
    assert raced().termination is Termination.OPTIMAL
    first.fails, other.fails = ValueError("the first"), RuntimeError("the second")
    with pytest.raises(ValueError, match="the first"):
        raced()


def test_a_first_engine_that_gives_up_is_followed_at_once(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    first.ends = Termination.ERROR
    other.points, other.bound, other.ends = [point(6, 0)], 18.0, Termination.OPTIMAL
    assert raced({"head_start": 1000}).termination is Termination.OPTIMAL


def test_a_proof_that_a_point_contradicts_is_an_error(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    other.points = [point(6, 0)]
    first.points, first.bound, first.ends = [point(0, 6)], 12.0, Termination.OPTIMAL
    first.waits_for = threading.Event()
    release = first.waits_for

    def heard(progress: Progress) -> bool:
        if progress.incumbent == 18.0:
            release.set()
        return False

    found = engine("race").solve(compiled(**MODEL), Limits(), {"head_start": 0}, heard)
    assert (found.termination, found.objective, found.bound) == (Termination.ERROR, 18.0, None)
    assert "highs says nothing is better than 12, but scip found a feasible point of 18" in found.message


def test_infeasibility_is_not_believed_against_a_point() -> None:
    board = Board(compiled(**MODEL), 0.0, lambda: None)
    assert board.offer("scip", point(1, 1))
    claim = Solution(Termination.INFEASIBLE, PointStatus.NONE, "highs")
    found = outcome(board, [("highs", claim)], Stop())
    assert (found.termination, found.objective) == (Termination.ERROR, 5.0)


def test_the_board_takes_feasible_better_points_only() -> None:
    board = Board(compiled(**MODEL), 0.0, lambda: None)
    assert board.offer("a", point(3, 0))
    assert not board.offer("b", point(7, 0))
    assert not board.offer("b", point(2, 0))
    assert not board.offer("b", point(3, 0))
    assert not board.offer("b", point(np.nan, 0))
    assert board.offer("b", point(5.9999999, 0))
    assert (board.objective, board.finder) == (18.0, "b")
    board.note("a", Progress(0, None, 20.0))
    board.note("b", Progress(0, None, 25.0))
    board.note("a", Progress(0, None, 30.0))
    assert board.bound == 20.0
    assert not board.closed
    own, others = Lane("b", board), Lane("a", board)
    assert own.take() is None
    assert others.take() is not None
    assert others.take() is None


def test_the_limit_of_the_second_engine_is_what_is_left(stage: tuple[Acting, Acting]) -> None:
    first, other = stage
    first.ends = other.ends = Termination.TIME_LIMIT
    raced()
    assert first.limits.seconds is not None
    assert other.limits.seconds is not None
    assert other.limits.seconds <= first.limits.seconds <= 30


class Counting(Lane):
    """Counts the points it gives."""

    count = 0

    def take(self) -> Values | None:
        found = super().take()
        self.count += found is not None
        return found


@pytest.mark.parametrize("name", ["highs", "scip"])
def test_real_engines_offer_and_take_points(name: str) -> None:
    chosen = engine(name)
    assert isinstance(chosen, SharingEngine)
    model = hard()
    board = Board(model, 0.0, lambda: None)
    found = chosen.solve(model, Limits(seconds=60), {}, shared=Lane(name, board))
    assert found.termination is Termination.OPTIMAL
    assert board.objective == pytest.approx(found.objective, abs=1e-6)
    told = Board(model, 0.0, lambda: None)
    assert found.values is not None
    told.offer("other", found.values)
    lane = Counting(name, told)
    again = chosen.solve(model, Limits(seconds=60), {}, shared=lane)
    assert again.objective == pytest.approx(found.objective, abs=1e-6)
    assert lane.count == 1


def test_both_engines_race_to_the_optimum() -> None:
    model = hard()
    expected = engine("highs").solve(model, Limits(), {}).objective
    found = engine("race").solve(model, Limits(), {"head_start": 0})
    assert found.termination is Termination.OPTIMAL
    assert found.objective == pytest.approx(expected, abs=1e-6)


def test_by_default_only_who_sets_it_races_and_only_mixed_integer_problems() -> None:
    model = compiled(**MODEL)
    assert solve(model).engine == "highs"
    assert solve(model, race=True).engine == "race"
    assert solve(model, race=True, options={"presolve": "off"}).engine == "highs"
    assert solve(model, race=True, engine="scip").engine == "scip"
    linear = compiled(variables={"x": {"upper": 9}}, objective={"maximize": "x"})
    assert solve(linear, race=True).engine == "highs"


def hard() -> Compiled:
    """A multi-dimensional knapsack that takes more than its root node."""
    rng = np.random.default_rng(5)
    weights = rng.integers(10, 60, (2, 16))
    rows = {
        f"r{i}": {
            "that": " + ".join(f"{weights[i, j]}*x{j}" for j in range(16)) + f" <= {weights[i].sum() // 2}"
        }
        for i in range(2)
    }
    values = weights.sum(axis=0) + rng.integers(0, 20, 16)
    found = compiled(
        variables={f"x{j}": {"domain": "binary"} for j in range(16)},
        objective={"maximize": " + ".join(f"{values[j]}*x{j}" for j in range(16))},
        constraints=rows,
    )
    return replace(found, start=None)
