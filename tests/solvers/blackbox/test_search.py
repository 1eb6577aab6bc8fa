"""Searching studies: every engine, constraints, noise, failures, batches, and going on from a file."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import numpy as np
import pytest

from agentopt.errors import AvailabilityError, EngineError, RunError, UsageError
from agentopt.solvers import Availability, engines
from agentopt.solvers.base import Feature
from agentopt.solvers.blackbox import engines as choosing
from agentopt.solvers.blackbox.engines import PROPOSERS, chosen
from agentopt.solvers.blackbox.evaluating import Found, OfFunction
from agentopt.solvers.blackbox.loop import Outcome, Plan, optimize
from agentopt.solvers.blackbox.proposing import Trial, penalized
from agentopt.solvers.blackbox.space import Space, space
from agentopt.solvers.blackbox.study import Point, Study, Variable, study

BOWL = {"variables": {"x": {"lower": -5, "upper": 5}, "y": {"lower": -5, "upper": 5}}}


class Counting:
    """A bowl with its bottom at (1, -2), and how often it was asked."""

    def __init__(self, fails_at: int = -1) -> None:
        self.calls, self.fails_at = 0, fails_at
        self.lock = threading.Lock()

    def evaluate(self, point: Point) -> Found:
        with self.lock:
            self.calls += 1
            if self.calls == self.fails_at:
                raise KeyboardInterrupt
        return Found(bowl(**point))

    def close(self) -> None:
        pass


def bowl(x: float, y: float) -> float:
    return (x - 1) ** 2 + (y + 2) ** 2


@pytest.mark.parametrize("name", sorted(PROPOSERS))
def test_every_engine_comes_nearer_than_its_first_points_and_is_repeatable(name: str) -> None:
    evaluations = 40 if name == "tpe" else 150
    plan = Plan(evaluations, name, seed=1)
    found = optimize(study(BOWL), OfFunction(bowl), plan)
    assert found.value is not None
    assert len(found.trials) == evaluations
    first = min(each.loss or 0.0 for each in found.trials[:10])
    assert found.value < first
    again = optimize(study(BOWL), OfFunction(bowl), plan)
    assert [each.point for each in again.trials] == [each.point for each in found.trials]


@pytest.mark.parametrize("name", ["cmaes", "consensus", "tpe"])
def test_engines_that_learn_beat_the_control(name: str) -> None:
    evaluations = 60 if name == "tpe" else 200

    def reached(engine: str) -> float:
        found = [optimize(study(BOWL), OfFunction(bowl), Plan(evaluations, engine, seed=s)) for s in range(3)]
        return float(np.median([each.value for each in found if each.value is not None]))

    assert reached(name) < 0.7 * reached("random")


@pytest.mark.parametrize("name", sorted(PROPOSERS))
def test_maximizing_over_numbers_whole_numbers_and_words(name: str) -> None:
    stated = study(
        {
            "variables": {
                "n": {"domain": "integer", "lower": 1, "upper": 9},
                "on": {"domain": "binary"},
                "mode": {"choices": ["slow", "fast"]},
                "rate": {"lower": 1e-4, "upper": 1.0, "log": True},
            },
            "maximize": {"python": "unused.py:f"},
        }
    )

    def gain(n: int, on: int, mode: str, rate: float) -> float:
        assert isinstance(n, int)
        assert isinstance(on, int)
        assert 1 <= n <= 9
        assert on in (0, 1)
        assert 1e-4 <= rate <= 1.0
        return n + 5 * on + (3 if mode == "fast" else 0) - abs(np.log10(rate) + 2)

    found = optimize(stated, OfFunction(gain), Plan(60, name))
    assert found.best is not None
    assert found.value == pytest.approx(gain(**found.best.point))  # type: ignore[arg-type]
    assert found.value > 12


@pytest.mark.parametrize("name", sorted(PROPOSERS))
def test_written_constraints_are_never_evaluated_and_measured_ones_decide(name: str) -> None:
    stated = study({**BOWL, "constraints": {"half": "x + y <= 0"}})
    seen: list[Point] = []

    def measured(x: float, y: float) -> dict[str, object]:
        seen.append({"x": x, "y": y})
        return {"value": bowl(x, y), "constraints": {"left": x, "low": -3 - y}}

    found = optimize(stated, OfFunction(measured), Plan(40, name))
    assert len(seen) == 40
    assert all(each["x"] + each["y"] <= 1e-6 for each in seen)  # type: ignore[operator]
    assert found.best is not None
    assert found.best.point["x"] <= 0  # type: ignore[operator]
    assert any(not each.feasible for each in found.trials)


def test_constraints_no_point_meets_end_the_search() -> None:
    stated = study({**BOWL, "constraints": {"never": "x + y >= 11"}})
    found = optimize(stated, Counting(), Plan(10, "random"))
    assert (found.best, found.trials) == (None, ())
    assert "broke the constraints" in found.stopped


@pytest.mark.parametrize("name", sorted(PROPOSERS))
def test_failures_are_noted_and_the_search_goes_on(name: str) -> None:
    def brittle(x: float, y: float) -> float:
        if x > 2:
            raise ValueError("too hot")
        return float("nan") if y > 3 else bowl(x, y)

    found = optimize(study(BOWL), OfFunction(brittle), Plan(50, name))
    assert len(found.trials) == 50
    failures = {each.failure for each in found.trials}
    assert "ValueError: too hot" in failures
    assert found.best is not None
    assert found.best.point["x"] <= 2  # type: ignore[operator]


def test_noise_is_averaged_and_its_error_told() -> None:
    rng = random.Random(0)

    def noisy(x: float, y: float) -> float:
        return bowl(x, y) + rng.gauss(0, 1)

    found = optimize(study({**BOWL, "repeats": 16}), OfFunction(noisy), Plan(20, "random"))
    assert found.best is not None
    assert found.error is not None
    assert 0.05 < found.error < 1.0
    assert len(found.trials) == 20


def test_a_batch_is_evaluated_at_once() -> None:
    together = threading.Barrier(4)

    def waits(x: float, y: float) -> float:
        together.wait(20)
        return bowl(x, y)

    assert len(optimize(study(BOWL), OfFunction(waits), Plan(8, "random", batch=4)).trials) == 8


@pytest.mark.parametrize("name", sorted(PROPOSERS))
@pytest.mark.parametrize("batch", [1, 3])
def test_a_search_that_was_stopped_goes_on_as_if_it_had_not_been(
    name: str, batch: int, tmp_path: Path
) -> None:
    whole = optimize(study(BOWL), Counting(), Plan(24, name, batch, seed=5))
    kept = tmp_path / "evaluations.jsonl"

    def going_on(evaluator: Counting) -> Outcome:
        return optimize(study(BOWL), evaluator, Plan(24, name, batch, seed=5, history=kept))

    first = Counting(fails_at=10)
    stopped = going_on(first)
    assert stopped.stopped == "stopped by Ctrl-C"
    with kept.open("ab") as file:
        file.write(b'{"evaluation": 23, "poi')
    second = Counting()
    found = going_on(second)
    assert [each.point for each in found.trials] == [each.point for each in whole.trials]
    assert found.value == whole.value
    assert found.reused == 24 - second.calls
    assert 0 < second.calls < 24
    third = Counting()
    assert going_on(third).value == whole.value
    assert third.calls == 0


def test_a_history_of_another_search_is_refused(tmp_path: Path) -> None:
    kept = tmp_path / "evaluations.jsonl"
    optimize(study(BOWL), Counting(), Plan(3, "random", history=kept))
    with pytest.raises(RunError, match="its seed differ"):
        optimize(study(BOWL), Counting(), Plan(3, "random", seed=1, history=kept))
    kept.write_text("not a history\n", encoding="utf-8")
    with pytest.raises(RunError, match="not a history"):
        optimize(study(BOWL), Counting(), Plan(3, "random", history=kept))


def test_the_caller_and_the_clock_stop_a_search() -> None:
    found = optimize(study(BOWL), Counting(), Plan(50, "random"), lambda number, trial, best: number == 4)
    assert (len(found.trials), found.stopped) == (4, "stopped by the caller")
    found = optimize(study(BOWL), Counting(), Plan(50, "random", seconds=0))
    assert len(found.trials) == 0
    assert found.stopped == "the time of 0 s was over"


def test_the_engine_suits_the_study(monkeypatch: pytest.MonkeyPatch) -> None:
    words = study({"variables": {"m": {"choices": ["a", "b"]}}})
    assert chosen(study(BOWL), 100, None)[0] == "tpe"
    assert chosen(study(BOWL), 101, None)[0] == "cmaes"
    assert chosen(words, 500, None)[0] == "tpe"
    with pytest.raises(EngineError, match="no black-box engine `cma`") as raised:
        chosen(study(BOWL), 10, "cma")
    assert raised.value.hint == "did you mean `cmaes`?"
    missing = Availability(False, reason="not installed", fix="pip install it")
    monkeypatch.setattr(choosing, "availability", lambda card: missing)
    name, why = chosen(study(BOWL), 10, None)
    assert name == "consensus"
    assert "pip install it" in why
    with pytest.raises(AvailabilityError):
        chosen(study(BOWL), 10, "tpe")


def test_engines_are_listed_and_take_no_arrays() -> None:
    from tests.compiling.models import compiled

    listed = engines()
    arrays = compiled(variables={"x": {"upper": 1}}, objective={"maximize": "x"})
    for name in PROPOSERS:
        assert listed[name].features == {Feature.BLACK_BOX}
        with pytest.raises(EngineError, match=f"`{name}` does not solve problems"):
            listed[name].solve(arrays, None, {})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({}, "variables"),
        ({"variables": {}}, "variables"),
        ({"variables": {"x": {"lower": 0}}}, "finite"),
        ({"variables": {"x": {"lower": 2, "upper": 1}}}, "not below"),
        ({"variables": {"x": {"lower": 0, "upper": 1, "log": True}}}, "above 0"),
        ({"variables": {"x": {"choices": ["a", "a"]}}}, "twice"),
        ({"variables": {"x": {"lower": 0, "uper": 1}}}, "unknown key `variables.x.uper`"),
        ({**BOWL, "minimize": {"python": "f.py"}}, "FILE.py:NAME"),
        ({**BOWL, "minimize": {}}, "is either"),
        ({**BOWL, "minimize": {"command": ["a"]}, "maximize": {"command": ["a"]}}, "both"),
        ("words", "is not a study"),
    ],
)
def test_a_study_that_is_none_is_refused_with_its_place(written: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        study(written)


def test_a_constraint_of_unknown_names_or_words_is_refused() -> None:
    with pytest.raises(UsageError, match="a constraint of the study"):
        space(study({**BOWL, "constraints": {"c": "x + z <= 1"}}))


def test_whole_numbers_are_met_evenly_and_logarithms_by_magnitude() -> None:
    box = Space(
        {"n": Variable(domain="integer", lower=1, upper=4), "r": Variable(lower=0.01, upper=1, log=True)}
    )
    units = np.linspace(0, 1, 1000, endpoint=False)
    counts = np.bincount([int(box.point(np.array([u, 0.0]))["n"]) for u in units])[1:]
    assert counts.tolist() == [250] * 4
    assert box.point(np.array([1.0, 0.5])) == {"n": 4, "r": pytest.approx(0.1)}


def test_infeasible_trials_come_after_feasible_ones_and_failures_last() -> None:
    trials = [Trial({}, 1e6), Trial({}, -9.0, 0.1), Trial({}, None, 2.0), Trial({}, None, failure="raised")]
    values = penalized(trials, None)
    assert values == sorted(values)
    assert isinstance(study(BOWL), Study)
