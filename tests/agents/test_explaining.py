"""Answers in words, the reading of numbers, and what is said of a model without an optimum."""

from __future__ import annotations

import numpy as np
import pytest

from agentopt.agents.context import Context
from agentopt.agents.explaining import brief, explanation, readings
from agentopt.agents.findings import (
    certificate_from_json,
    certificate_to_json,
    column_name,
    row_name,
    why_negative,
)
from agentopt.agents.shelf import load_solution, save_solution
from agentopt.compiling import compile_instance
from agentopt.diagnosis import diagnose
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers.base import Limits
from agentopt.solvers.solution import PointStatus, Solution, Termination
from agentopt.verification.certificate import Certificate, Finding
from tests.agents.conftest import joinery


@pytest.fixture
def compiled():
    found = joinery(assumptions=["Pieces are whole."], waived=[{"number": "12", "why": "said twice"}])
    return compile_instance(bind(Formulation.model_validate(found)))


def solution(values: list[float] | None, termination: Termination = Termination.OPTIMAL, **more) -> Solution:
    if values is None:
        return Solution(termination, PointStatus.NONE, "highs", **more)
    point = np.array(values)
    return Solution(
        termination,
        PointStatus.FEASIBLE,
        "highs",
        objective=50 * values[0] + 30 * values[1],
        values=point,
        **more,
    )


def test_an_optimum_is_told_with_its_unit_decisions_limits_and_assumptions(compiled):
    words = explanation(compiled, solution([4, 12]), {"pieces": 16.0})
    assert words.splitlines()[0] == "Greatest value of the objective: 560 dollar. This is the optimum."
    assert "  make[bench] = 4  (pieces made)\n  make[shelf] = 12" in words
    assert "Constraints at their limit:\n  workshop\n  market" in words
    assert "  pieces = 16" in words
    assert "  Pieces are whole.\n  12 is not used: said twice" in words


def test_constraints_with_slack_are_not_called_tight(compiled):
    words = explanation(compiled, solution([1, 12]))
    assert "  market" in words
    assert "  workshop" not in words


def test_a_limit_is_told_with_the_bound(compiled):
    words = explanation(compiled, solution([4, 10], Termination.TIME_LIMIT, bound=560.0))
    assert "time limit was reached" in words
    assert "No answer can be more than 560 (gap 12%)" in words


def test_shadow_prices_are_told_for_a_linear_program():
    found = joinery(variables=[{"name": "make", "over": ["PIECES"]}])
    compiled = compile_instance(bind(Formulation.model_validate(found)))
    words = explanation(compiled, solution([4, 12], duals=np.array([12.5, 5.0]), reduced_costs=np.zeros(2)))
    assert "workshop: one more unit of its limit changes the objective by 12.5" in words


def test_what_contradicts_is_told_in_the_words_of_the_problem():
    found = joinery()
    found["constraints"].append({"name": "order", "that": 'make["bench"] >= 1000'})
    compiled = compile_instance(bind(Formulation.model_validate(found)))
    none = solution(None, Termination.INFEASIBLE)
    words = explanation(compiled, none, None, diagnose(compiled, none))
    assert words.startswith("There is no answer: the conditions contradict each other.")
    assert "workshop: sum(hours[p]*make[p] for p in PIECES) <= time" in words
    assert "order" in words
    assert why_negative(compiled, none)[0].startswith("the model is infeasible")


def test_a_ray_names_what_grows(compiled):
    found = why_negative(compiled, solution(None, Termination.UNBOUNDED, ray=np.array([0.0, 1.0])))
    assert found[1:] == ["make[shelf] can grow without limit"]


def test_an_engine_that_failed_is_told_in_its_own_words(compiled):
    words = explanation(compiled, solution(None, Termination.ERROR, message="numerical trouble"))
    assert words == "No answer was found: highs stopped with error (numerical trouble)."


def test_the_outcome_for_a_judge_is_brief(compiled):
    assert brief(compiled, solution([4, 12])).splitlines()[:2] == ["status: optimal", "objective value: 560"]
    assert "infeasible" in brief(compiled, solution(None, Termination.INFEASIBLE))


def test_rows_and_columns_are_named_as_in_the_formulation(compiled):
    assert [row_name(compiled, row) for row in range(2)] == ["workshop", "market"]
    assert [column_name(compiled, column) for column in range(2)] == ["make[bench]", "make[shelf]"]


def test_readings_give_value_unit_and_place(compiled):
    found = readings(compiled.instance)
    assert "time = 40, from “There are 40 hours”" in found
    assert any(line.startswith("earn = 2 values") for line in found)


def test_a_solution_survives_the_shelf(tmp_path):
    kept = solution([1.5, 2.0], duals=np.array([0.1, np.inf]), options=(("gap", "0"),), seconds=0.5)
    save_solution(tmp_path / "s.npz", kept)
    found = load_solution(tmp_path / "s.npz")
    assert found is not None
    for name in ("termination", "point", "objective", "bound", "options", "seconds", "ray"):
        assert getattr(found, name) == getattr(kept, name)
    assert np.array_equal(found.values, kept.values)
    assert np.array_equal(found.duals, kept.duals)
    (tmp_path / "s.npz").write_bytes(b"PK\x03\x04 cut off")
    assert load_solution(tmp_path / "s.npz") is None
    assert load_solution(tmp_path / "none.npz") is None


def test_a_certificate_survives_the_state():
    kept = Certificate(
        proved=(Finding("feasible", "all rows hold", "c", {"rows": 3, "worst": 0.5}),),
        failed=(Finding("capacity", "more time hurts"),),
        num_tests=2,
    )
    assert certificate_from_json(certificate_to_json(kept)) == kept


@pytest.mark.parametrize(
    ("priority", "head"),
    [(1, "Objectives, settled one after the other:"), (0, "Objectives, added up by weight to 560:")],
)
def test_several_objectives_are_told_one_by_one(priority, head):
    objectives = [
        {"name": "shelves", "minimize": "make['shelf']", "unit": "piece"},
        {"meaning": "income", "maximize": "50*make['bench'] + 30*make['shelf']", "priority": priority},
    ]
    compiled = compile_instance(bind(Formulation.model_validate(joinery(objective=objectives))))
    told = ["  income = 560 (maximized)", "  shelves = 12 piece (minimized)"]
    words = explanation(compiled, solution([4, 12])).split("\n\n")[0].splitlines()
    assert words == ["This is the optimum.", head, *(told if priority else told[::-1])]


def test_verifying_takes_no_longer_than_a_solve_may():
    found = solution([4, 12])
    assert Context(prompts=()).seconds_to_verify(found) == 20.0
    assert Context(prompts=(), limits=Limits(seconds=5.0)).seconds_to_verify(found) == 5.0
    assert Context(prompts=(), limits=Limits(seconds=0.1)).seconds_to_verify(found) == 1.0
    stopped = solution([4, 12], Termination.INTERRUPTED)
    assert Context(prompts=(), limits=Limits(seconds=5.0)).seconds_to_verify(stopped) == 1.0
