"""Limits are kept, progress is reported, and what stops a run early leaves its incumbent and bound."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agentopt.compiling.evaluate import max_violation
from agentopt.solvers import Limits, PointStatus, Progress, Solution, Termination, engines, solve
from agentopt.solvers.watching import resident_mb
from tests.compiling.models import compiled
from tests.solvers.hard import hard

ROOT = Path(__file__).parents[2]
SEARCHING = ["highs", "scip"]
HARD = hard()


def holds_incumbent_and_bound(found: Solution) -> None:
    assert found.point is PointStatus.FEASIBLE
    assert found.values is not None
    assert max_violation(HARD, found.values) <= 1e-6
    assert (found.values == np.round(found.values)).all()
    assert found.objective is not None
    assert found.bound is not None
    assert found.bound > found.objective
    assert found.gap is not None
    assert 0 < found.gap < 1


@pytest.mark.parametrize("name", SEARCHING)
def test_the_time_limit_leaves_incumbent_and_bound(name: str) -> None:
    found = solve(HARD, engine=name, limits=Limits(seconds=0.7))
    assert found.termination is Termination.TIME_LIMIT
    holds_incumbent_and_bound(found)
    for other in found.pool:
        assert max_violation(HARD, other) <= 1e-6


@pytest.mark.parametrize("name", SEARCHING)
def test_no_time_at_all_is_a_time_limit_without_a_claim(name: str) -> None:
    found = solve(HARD, engine=name, limits=Limits(seconds=0.0))
    assert found.termination is Termination.TIME_LIMIT
    assert found.termination is not Termination.OPTIMAL


@pytest.mark.parametrize("name", SEARCHING)
def test_a_report_of_true_stops_the_run(name: str) -> None:
    seen: list[Progress] = []

    def report(progress: Progress) -> bool:
        seen.append(progress)
        return progress.incumbent is not None and progress.bound is not None

    found = solve(HARD, engine=name, limits=Limits(seconds=60), report=report)
    assert found.termination is Termination.INTERRUPTED
    assert found.message == "stopped by the caller"
    holds_incumbent_and_bound(found)
    assert seen[-1].seconds > 0
    assert seen[-1].bound is not None
    assert seen[-1].incumbent is not None
    assert seen[-1].bound > seen[-1].incumbent


@pytest.mark.parametrize("name", SEARCHING)
def test_the_memory_limit_stops_the_run(name: str) -> None:
    found = solve(HARD, engine=name, limits=Limits(seconds=60, memory_mb=resident_mb() / 2))
    assert found.termination is Termination.MEMORY_LIMIT
    assert found.message


@pytest.mark.parametrize("name", SEARCHING)
def test_a_wide_gap_is_optimal_within_it(name: str) -> None:
    found = solve(HARD, engine=name, limits=Limits(seconds=60, gap=0.2))
    assert found.termination is Termination.OPTIMAL
    assert found.gap is not None
    assert found.gap <= 0.25


@pytest.mark.parametrize("name", SEARCHING)
def test_ctrl_c_returns_the_incumbent(name: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "tests.solvers.hard", name],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        process.send_signal(signal.SIGINT)
        outcome, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
    assert outcome == "interrupted|True|True|stopped by Ctrl-C\n"


def test_ipopt_keeps_its_time_limit_and_its_points() -> None:
    problem = compiled(
        sets={"I": {"elements": [str(k) for k in range(60)]}},
        variables={"x": {"over": ["I"], "lower": -3, "upper": 3}},
        objective={"minimize": "sum(sin(3*x[i]) + x[i]**2/9 for i in I)"},
    )
    found = solve(problem, engine="ipopt", limits=Limits(seconds=0.2), options={"starts": 1000})
    assert found.termination is Termination.TIME_LIMIT
    assert found.bound is None


def test_the_same_seed_gives_the_same_starts() -> None:
    problem = compiled(
        variables={"x": {"lower": -9, "upper": 9}},
        objective={"minimize": "sin(3*x) + (x - 1)**2/20"},
    )
    one, two = (engines()["ipopt"].solve(problem, Limits(), {"random_seed": 5}) for _ in range(2))
    assert one.values is not None
    assert two.values is not None
    assert (one.values == two.values).all()
    assert one.objective == pytest.approx(-0.98389, abs=1e-4)


@pytest.mark.parametrize("name", SEARCHING)
def test_start_values_become_the_first_incumbent(name: str) -> None:
    from dataclasses import replace

    best = solve(HARD, engine="highs", limits=Limits(seconds=1.0))
    assert best.values is not None
    started = replace(HARD, start=best.values)
    found = solve(started, engine=name, limits=Limits(seconds=0.3))
    assert found.objective is not None
    assert best.objective is not None
    assert found.objective >= best.objective - 1e-6
