"""The reading benchmark: labels, outcomes, and what a run leaves behind."""

from __future__ import annotations

import json

import pytest

from agentopt.agents import Answer, Context, Problem, run
from agentopt.benchmarks.reading import (
    Row,
    chosen,
    exchanges,
    main,
    measure,
    outcome_of,
    read_rows,
    right,
)
from agentopt.errors import AgentoptError, BudgetExceeded, ModelError
from agentopt.models.recorded import Replayed
from tests.agents.conftest import PROMPTS, TEXT, Script, broken, joinery
from tests.models.loopback import serve


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


def test_why_a_formulation_went_back_is_counted(tmp_path):
    model = Script({"formulate": [broken("make['bench'] <= q")], "repair": [joinery()]})
    result = measure(Row("a/1", TEXT, 560.0), context(model), tmp_path / "r")
    assert result.outcome == "right"
    (why,) = result.sent_back
    assert why.startswith("check: ")
    assert "`q`" in why


def test_rows_chosen_by_chance_are_the_same_for_the_same_seed_and_in_order():
    rows = [Row(str(n), "", 0.0) for n in range(50)]
    first = chosen(rows, 5, 7)
    assert first == chosen(rows, 5, 7)
    assert first != chosen(rows, 5, 8)
    assert [int(row.id) for row in first] == sorted(int(row.id) for row in first)
    assert chosen(rows, 0, 7) == rows


@pytest.fixture
def rows(tmp_path):
    path = tmp_path / "rows.jsonl"
    made = [{"id": f"mine/{n}", "question": f"{TEXT} ({n})", "answer": 560} for n in range(3)]
    made.append({"id": "mine/bad", "question": "?", "answer": 1, "status": "broken"})
    path.write_text("".join(json.dumps(row) + "\n" for row in made))
    return path


def test_the_command_reports_by_benchmark_and_keeps_exchanges_that_replay(rows, tmp_path, capsys):
    out, kept = tmp_path / "out.jsonl", tmp_path / "kept"
    with serve(answer=lambda body: json.dumps(joinery(title=body["messages"][1]["content"][-3:]))) as server:
        arguments = [str(rows), "--model", server.spec, "--out", str(out), "--schema", "none"]
        assert main([*arguments, "--record", str(kept), "--threads", "2"]) == 0
        assert len(server.bodies) == 3
        assert "response_format" not in server.bodies[0]
    assert "mine             3 right of 3 measured; 0 wrong" in capsys.readouterr().err
    assert sorted(json.loads(line)["id"] for line in out.read_text().splitlines()) == [
        "mine/0",
        "mine/1",
        "mine/2",
    ]
    files = sorted((kept / "direct").iterdir())
    assert [file.name for file in files] == ["mine-0.jsonl", "mine-1.jsonl", "mine-2.jsonl"]
    assert TEXT[:40] not in files[0].read_text()
    again = measure(read_rows([rows], ["mine/0"])[0], context(Replayed(kept)), tmp_path / "again")
    assert again.outcome == "right"
    with pytest.raises(ModelError, match="message 2, the user message"):
        run(Problem(f"{TEXT} (9)"), context(Replayed(kept)))
