"""Engines in processes of their own: whatever they do, the run goes on."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from agentopt.errors import EngineError
from agentopt.solvers import Limits, PointStatus, Termination, engine, solve
from agentopt.solvers.isolated import Isolated
from tests.solvers.problems import KNOWN
from tests.solvers.test_contract import model

CODE = """
import os, signal, sys, time
from agentopt.errors import EngineError
from agentopt.solvers.base import Availability, Feature
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination


class Crasher:
    name = "crasher"
    features = frozenset([Feature.LP])

    def __init__(self, card):
        pass

    def available(self):
        return Availability(True, "1.0")

    def solve(self, compiled, limits, options, report=None):
        match options.get("do"):
            case "segfault":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "exit":
                os._exit(7)
            case "raise":
                raise RuntimeError("the matrix is singular")
            case "refuse":
                raise EngineError("not today", hint="tomorrow")
            case "print":
                print("noise"), os.write(1, b"noise")
            case "wait":
                for step in range(1000):
                    if report(Progress(step / 10, float(step), None)):
                        return Solution(Termination.INTERRUPTED, PointStatus.NONE, "crasher")
                    time.sleep(0.02)
        return Solution(Termination.ITERATION_LIMIT, PointStatus.NONE, "crasher", message=str(os.getpid()))
"""


@pytest.fixture
def crasher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Isolated:
    (tmp_path / "crasher_engine.py").write_text(CODE)
    info = tmp_path / "crasher_engine-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: crasher-engine\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[agentopt.engines]\ncrasher = crasher_engine:Crasher\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return Isolated(engine("crasher"))


PLAN = model(KNOWN[0])


def test_a_crash_costs_its_job_only(crasher: Isolated) -> None:
    found = crasher.solve(PLAN, Limits(), {"do": "segfault"})
    assert (found.termination, found.point) == (Termination.ERROR, PointStatus.NONE)
    assert found.message == "the engine's process was ended by signal 11 (SIGSEGV)"
    assert crasher.solve(PLAN, Limits(), {}).termination is Termination.ITERATION_LIMIT


def test_a_process_that_exits_or_raises_is_an_error_that_says_how(crasher: Isolated) -> None:
    assert crasher.solve(PLAN, Limits(), {"do": "exit"}).message == "the engine's process ended with code 7"
    found = crasher.solve(PLAN, Limits(), {"do": "raise"})
    assert found.message == "the engine's process ended with code 1: RuntimeError: the matrix is singular"
    assert "Traceback" in found.log


def test_errors_of_the_engine_come_through_with_their_hints(crasher: Isolated) -> None:
    with pytest.raises(EngineError, match="not today") as raised:
        crasher.solve(PLAN, Limits(), {"do": "refuse"})
    assert raised.value.hint == "tomorrow"


def test_a_worker_serves_one_job_after_the_other(crasher: Isolated) -> None:
    first, second = (crasher.solve(PLAN, Limits(), {}).message for _ in range(2))
    assert first == second


def test_what_an_engine_prints_is_not_seen(crasher: Isolated, capfd: pytest.CaptureFixture[str]) -> None:
    crasher.solve(PLAN, Limits(), {"do": "print"})
    assert capfd.readouterr() == ("", "")


def test_progress_comes_through_and_a_request_to_stop_goes_back(crasher: Isolated) -> None:
    seen: list[float | None] = []

    def report(progress: object) -> bool:
        seen.append(progress.incumbent)  # type: ignore[attr-defined]  # a Progress
        return len(seen) >= 3

    found = crasher.solve(PLAN, Limits(), {"do": "wait"}, report)
    assert found.termination is Termination.INTERRUPTED
    assert seen[:3] == [0.0, 1.0, 2.0]


def test_ctrl_c_asks_the_engine_to_stop(crasher: Isolated) -> None:
    pressed = []

    def report(progress: object) -> None:
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt

    found = crasher.solve(PLAN, Limits(), {"do": "wait"}, report)
    assert found.termination is Termination.INTERRUPTED


def test_a_process_that_does_not_stop_is_ended(crasher: Isolated, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentopt.solvers.isolated.GRACE", 0.2)
    found = crasher.solve(PLAN, Limits(seconds=0.1), {"do": "wait"})
    assert found.termination is Termination.TIME_LIMIT
    assert "was ended" in found.message


def test_a_model_and_its_answer_survive_the_way_to_a_worker() -> None:
    problem = model(next(known for known in KNOWN if known.name == "jobs on one machine"))
    copy = pickle.loads(pickle.dumps(problem))
    assert solve(copy, engine="highs").objective == solve(problem, engine="highs").objective


def test_highs_and_cp_sat_work_side_by_side() -> None:
    problem = model(next(known for known in KNOWN if known.name == "two hands for three jobs"))
    found = [solve(problem, engine=name) for name in ("highs", "cpsat", "highs", "cpsat")]
    assert [each.objective for each in found] == [7.0] * 4
    assert [each.engine for each in found] == ["highs", "cpsat", "highs", "cpsat"]
