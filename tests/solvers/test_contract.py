"""Every engine on every problem of the classes it claims: one set of expectations."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from agentopt.compiling import export
from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.errors import EngineError
from agentopt.solvers import Feature, Limits, PointStatus, Solution, Termination, cards, engines
from agentopt.solvers.classes import feature, refusal
from agentopt.solvers.highs_run import HighsRun
from agentopt.solvers.highs_why import explained
from agentopt.solvers.routing import require
from tests.compiling.models import compiled
from tests.solvers.problems import KNOWN, Known

OPTIONAL = {"gradient"}
"""Engines whose packages the tests do not ask for: tested where they are."""

ENGINES = {
    name: each
    for name, each in engines().items()
    if Feature.BLACK_BOX not in each.features and (name not in OPTIONAL or each.available())
}
"""Those that solve arrays; objectives that are only evaluated are tested in `tests/solvers/blackbox`."""


def model(known: Known) -> Compiled:
    parts = {"constraints": {}, **known.parts}
    parts["variables"] = {
        name: {key: value for key, value in variable.items() if value is not None}
        | ({"lower": None} if variable.get("lower", 0) is None else {})
        for name, variable in parts["variables"].items()
    }
    return compiled(**parts)


CASES = [
    pytest.param(name, known, id=f"{name}: {known.name}")
    for name, engine in sorted(ENGINES.items())
    for known in KNOWN
    if known.feature in engine.features and not refusal(engine, model(known))
]


def first(name: str) -> Compiled:
    """The first problem an engine solves."""
    return next(
        problem
        for problem in (model(each) for each in KNOWN if each.feature in ENGINES[name].features)
        if not refusal(ENGINES[name], problem)
    )


def _option(name: str) -> str:
    """An option whose value is a number; seeds are not for engines that choose nothing at random."""
    return "random_seed" if "random_seed" in cards()[name].options else "time_limit"


@pytest.mark.parametrize(("name", "known"), CASES)
def test_it_finds_the_known_answer(name: str, known: Known) -> None:
    problem = model(known)
    assert feature(problem) is known.feature
    found = ENGINES[name].solve(problem, Limits(seconds=20), {})
    local = Feature.GLOBAL not in ENGINES[name].features
    expected = known.termination
    if local:
        # It proves nothing: not that a point is best, and not that there is none.
        optimal = expected is Termination.OPTIMAL
        expected = Termination.LOCALLY_OPTIMAL if optimal else Termination.ERROR
    assert found.termination is expected, found.message
    assert found.engine == name
    assert found.version
    if known.optimum is None:
        assert found.values is None
        assert found.objective is None
        assert found.point is PointStatus.NONE
        return
    assert found.point is PointStatus.FEASIBLE
    assert found.values is not None
    assert found.values.shape == (problem.num_columns,)
    assert found.objective == pytest.approx(known.optimum, rel=1e-6, abs=1e-6)
    if problem.objective is not None:
        assert found.objective == pytest.approx(objective_value(problem.objective, found.values), abs=1e-9)
    assert max_violation(problem, found.values) <= 2e-6
    for variable, value in known.point.items():
        assert problem.values_by_name(found.values)[variable] == pytest.approx(value, abs=1e-3)
    if local:
        assert found.bound is None
    else:
        assert found.bound == pytest.approx(known.optimum, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("name", ["highs", "scip"])
def test_a_model_without_columns_is_settled_without_the_engine(name: str) -> None:
    empty = compiled(
        sets={"I": {"elements": []}}, variables={"x": {"over": ["I"]}}, objective={"minimize": "7"}
    )
    found = ENGINES[name].solve(empty, Limits(), {})
    assert (found.termination, found.objective, found.bound) == (Termination.OPTIMAL, 7.0, 7.0)


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_numbers_that_are_none_are_refused(name: str) -> None:
    problem = first(name)
    broken = replace(problem, lower=problem.lower * np.nan)
    with pytest.raises(EngineError, match="not a number"):
        ENGINES[name].solve(broken, Limits(), {})
    objective = replace(problem.objectives[0], cost=np.full(problem.num_columns, np.inf))
    with pytest.raises(EngineError, match="not a finite number"):
        ENGINES[name].solve(replace(problem, objectives=(objective,)), Limits(), {})


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_an_unknown_option_is_an_error_with_the_nearest_name(name: str) -> None:
    problem = first(name)
    option = _option(name)
    with pytest.raises(EngineError, match=f"has no option `{option[:-2]}d`") as raised:
        ENGINES[name].solve(problem, Limits(), {f"{option[:-2]}d": 1})
    assert raised.value.hint == f"did you mean `{option}`?"


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_options_from_text_are_recorded_as_set(name: str) -> None:
    found = ENGINES[name].solve(first(name), Limits(), {_option(name): "3"})
    assert {"3", "3.0"} & {*dict(found.options).values()}


@pytest.mark.parametrize("name", ["highs", "scip"])
def test_the_log_is_kept_and_nothing_is_printed(name: str, capfd: pytest.CaptureFixture[str]) -> None:
    found = ENGINES[name].solve(model(KNOWN[12]), Limits(), {})
    assert found.log
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_class_it_does_not_solve_is_an_error(name: str) -> None:
    for known in KNOWN:
        if known.feature not in ENGINES[name].features:
            with pytest.raises(EngineError, match=f"`{name}` does not solve problems"):
                ENGINES[name].solve(model(known), Limits(), {})


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_a_model_it_refuses_is_an_error_that_says_why(name: str) -> None:
    for known in KNOWN:
        problem = model(known)
        if known.feature in ENGINES[name].features and (why := refusal(ENGINES[name], problem)):
            with pytest.raises(EngineError, match=re.escape(why)):
                ENGINES[name].solve(problem, Limits(), {})
            with pytest.raises(EngineError, match=f"`{name}` does not take this model"):
                require(ENGINES[name], problem)


def test_a_fresh_process_that_reads_and_solves_prints_nothing(tmp_path: Path) -> None:
    export(model(KNOWN[0]), tmp_path / "plan.mps")
    code = (
        "from agentopt.compiling import read\nfrom agentopt.solvers import solve\n"
        f"model = read({str(tmp_path / 'plan.mps')!r})\n"
        "for engine in ('highs', 'scip'): assert abs(solve(model, engine=engine).objective - 43) < 1e-6"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_highs_gives_a_ray_along_which_the_objective_improves() -> None:
    for known in KNOWN:
        if known.termination is not Termination.UNBOUNDED:
            continue
        problem = model(known)
        if feature(problem) not in ENGINES["highs"].features:
            continue
        ray = ENGINES["highs"].solve(problem, Limits(), {}).ray
        assert ray is not None
        assert problem.objective is not None
        gain = float(problem.objective.cost @ ray)
        assert gain > 0 if problem.objective.sense == "maximize" else gain < 0
        point = np.ones(problem.num_columns)
        assert max_violation(problem, point + 1e6 * ray) <= 1e-6


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("rows that contradict", Termination.INFEASIBLE),
        ("nothing stops growth", Termination.UNBOUNDED),
        ("unbounded with integers", Termination.UNBOUNDED),
        ("a production plan", Termination.INFEASIBLE_OR_UNBOUNDED),
    ],
)
def test_infeasible_and_unbounded_are_told_apart(name: str, expected: Termination) -> None:
    problem = model(next(each for each in KNOWN if each.name == name))
    run = HighsRun("highs", "", problem, problem, Limits(), None, {}, time.perf_counter())
    unclear = Solution(Termination.INFEASIBLE_OR_UNBOUNDED, PointStatus.NONE, "highs")
    assert explained(run, unclear).termination is expected
