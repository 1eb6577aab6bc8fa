from __future__ import annotations

import json
from dataclasses import fields, replace

import numpy as np
import pytest

from agentopt.agents.answer import Answer
from agentopt.display.answers import answer_json
from agentopt.formulation.elements import Formulation
from agentopt.verification.certificate import Certificate, Finding
from tests.display.answered import TEXTS, answered, formulation

KEYS = {
    "format", "status", "ok", "objective", "bound", "gap", "variables", "duals", "reduced_costs", "report",
    "explanation", "formulation", "reading", "certificate", "conflict", "diagnosis", "problem_class",
    "engine", "engine_version", "termination", "message", "seconds", "spend", "repairs", "verdict", "reasons",
    "account", "votes", "questions", "findings", "warnings", "run",
    "program",
}  # fmt: skip


@pytest.mark.parametrize("name", TEXTS)
def test_every_answer_has_the_same_keys_and_is_json(name: str) -> None:
    found = answer_json(answered(name), run="2026-11-25-0114-bakery-x7f")
    assert set(found) == KEYS
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert Formulation.model_validate(found["formulation"]) == formulation(name)


def test_scalars_are_numbers_and_indexed_ones_lists_in_order() -> None:
    assert answer_json(answered("scalars"))["variables"] == {"bread": 75.0, "cake": 12.5}
    ship = answer_json(answered("flows"))["variables"]["ship"]
    assert [each["index"] for each in ship] == [
        [p, m] for p in ("seattle", "san-diego") for m in ("new-york", "chicago", "topeka")
    ]
    assert sum(each["value"] for each in ship) == pytest.approx(900)


def test_whole_decisions_are_whole_numbers() -> None:
    answer = answered("assignment")
    assert answer.solution is not None
    assert answer.solution.values is not None
    noisy = replace(answer.solution, values=answer.solution.values + 1e-9)
    values = [each["value"] for each in answer_json(replace(answer, solution=noisy))["variables"]["assign"]]
    assert sorted(values) == [0] * 6 + [1] * 3
    assert all(type(value) is int for value in values)


def test_duals_say_what_one_more_unit_is_worth() -> None:
    found = answer_json(answered("flows"))
    assert {tuple(each["index"]): each["value"] for each in found["duals"]["meet"]} == pytest.approx(
        {("new-york",): 2.5, ("chicago",): 1.7, ("topeka",): 1.4}
    )
    assert found["reduced_costs"]["ship"][0]["index"] == ["seattle", "new-york"]


def test_numbers_that_are_not_finite_are_null() -> None:
    answer = answered("scalars")
    assert answer.solution is not None
    odd = replace(
        answer.solution, bound=float("inf"), objective=float("nan"), values=np.array([np.inf, np.nan])
    )
    certificate = Certificate(proved=(Finding("rows", "all hold", data={"worst": float("-inf")}),))
    found = answer_json(replace(answer, solution=odd, certificate=certificate))
    assert (found["objective"], found["bound"], found["gap"]) == (None, None, None)
    assert found["variables"] == {"bread": None, "cake": None}
    assert found["certificate"]["proved"][0]["data"] == {"worst": None}


def test_negative_answers_have_no_variables_and_say_what_contradicts() -> None:
    found = answer_json(answered("infeasible"))
    assert (found["status"], found["ok"], found["objective"]) == ("infeasible", False, None)
    assert found["variables"] == found["duals"] == {}
    assert answer_json(answered("unbounded"))["status"] == "unbounded"
    assert found["conflict"] is not None
    assert found["conflict"]["constraints"]
    unexplained = replace(answered("infeasible"), diagnosis=None)
    assert answer_json(unexplained)["conflict"] is None


def test_a_vote_and_questions_are_objects() -> None:
    found = answer_json(Answer("no formulation", votes=(3, 5), questions=(("How many?", "two"),)))
    assert found["votes"] == {"agree": 3, "of": 5}
    assert found["questions"] == [{"question": "How many?", "answer": "two"}]


def test_no_field_of_an_answer_is_forgotten() -> None:
    inside = {"instance", "compiled", "solution"}
    assert {each.name for each in fields(Answer)} - inside <= KEYS
