"""The reading benchmark: labels, outcomes, and what a run leaves behind."""

from __future__ import annotations

import json

import pytest

from agentopt.agents import Answer, Context
from agentopt.benchmarks.reading import Row, exchanges, measure, outcome_of, read_rows, right
from agentopt.errors import AgentoptError, BudgetExceeded, ModelError
from tests.agents.conftest import PROMPTS, TEXT, Script, joinery


@pytest.mark.parametrize(
    ("value", "label", "accept", "text", "agrees"),
    [
        (560.0, 560.0, (), "560", True),
        (560.05, 560.0, (), "560", True),
        (561.0, 560.0, (), "560", False),
        (888.8888, 880.0, (888.888888889,), "880", True),
        (99.54, 99.5, (), "99.5", True),
        (99.56, 99.5, (), "99.5", False),
        (1e-7, 0.0, (), "0", True),
        (1e-3, 0.0, (), "0", False),
        (-560.0, 560.0, (), "560", False),
    ],
)
def test_a_value_is_right_within_the_stated_tolerance(value, label, accept, text, agrees):
    assert right(value, Row("r", "", label, accept, label=text)) is agrees


def test_a_row_without_an_optimum_is_right_when_the_answer_says_so():
    row = Row("r", "", None, status="no_solution")
    assert outcome_of(Answer("infeasible"), row) == "right"
    assert outcome_of(Answer("no formulation"), row) == "none"
    assert outcome_of(Answer("infeasible"), Row("r", "", 3.0)) == "wrong"


def context(model: object) -> Context:
    return Context(model=model, prompts=(PROMPTS,), battery=False)


def test_a_row_is_measured_and_its_exchanges_are_kept(tmp_path):
    result = measure(
        Row("a/1", TEXT, 560.0, label="560"), context(Script({"formulate": [joinery()]})), tmp_path / "r"
    )
    assert (result.outcome, result.value, result.calls) == ("right", pytest.approx(560), 1)
    ((request, reply),) = exchanges(tmp_path / "r")
    assert TEXT in request.messages[1].content
    assert json.loads(reply.text) == joinery()
    again = measure(Row("a/1", TEXT, 560.0, label="560"), context(Script({})), tmp_path / "r")
    assert again.outcome == "right"


@pytest.mark.parametrize("error", [ModelError("no server"), BudgetExceeded("0 calls left")])
def test_a_row_that_could_not_be_measured_is_not_called_wrong(tmp_path, error):
    result = measure(Row("a/1", TEXT, 560.0), context(Script({"formulate": [error]})), tmp_path / "r")
    assert result.outcome == "unmeasured"


def test_a_reply_without_a_formulation_is_none(tmp_path):
    result = measure(
        Row("a/1", TEXT, 560.0), context(Script({"formulate": ["x"], "repair": ["y"]})), tmp_path / "r"
    )
    assert (result.outcome, result.status) == ("none", "no formulation")


def test_rows_are_read_in_the_order_they_are_named(tmp_path):
    path = tmp_path / "rows.jsonl"
    rows = [{"id": f"x/{n}", "question": "q", "answer": [n, 9], "accept": [1.5]} for n in range(3)]
    path.write_text("\n".join(json.dumps(row) for row in rows))
    assert [(row.id, row.answer) for row in read_rows([path], ["x/2", "x/0"])] == [("x/2", 2.0), ("x/0", 0.0)]
    with pytest.raises(AgentoptError, match="no row `x/7`"):
        read_rows([path], ["x/7"])
