"""Bad input at the graph: each has a clear end, and nothing paid for is lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentopt.agents import Problem, resume, run
from agentopt.errors import BindingError, EngineError, FormulationError, ModelError, UsageError
from agentopt.formulation.elements import Formulation
from agentopt.models.openai import Endpoint
from agentopt.models.retries import Patience
from tests.agents.conftest import OPTIMUM, TEXT, Folder, Script, broken, joinery
from tests.models.loopback import Fault, serve

FEASIBLE = "Seat 3 guests on 2 sofas. No sofa takes more than 2 guests. Is there a way?"


def seating(**changes: object) -> dict[str, object]:
    return {
        "sets": [{"name": "SOFAS", "first": 1, "last": 2}],
        "parameters": [
            {"name": "guests", "value": 3, "quote": "3 guests"},
            {"name": "most", "value": 2, "role": "bound", "quote": "more than 2 guests"},
        ],
        "variables": [{"name": "seat", "over": ["SOFAS"], "domain": "integer"}],
        "constraints": [
            {"name": "all_sit", "that": "sum(seat[s] for s in SOFAS) == guests"},
            {"name": "room", "for": "s in SOFAS", "that": "seat[s] <= most"},
        ],
        **changes,
    }


def test_a_problem_without_an_objective_is_answered_by_any_way_of_meeting_it(make_context):
    answer = run(Problem(FEASIBLE), make_context(Script({"formulate": [seating()]})))
    assert answer.ok
    assert answer.explanation.startswith("All constraints can be met; one way of doing so follows.")
    assert sum(answer.variables["seat"].values()) == pytest.approx(3)


def test_words_that_decide_nothing_end_without_a_formulation(make_context):
    model = Script({"formulate": ["This is a greeting, not a problem."], "repair": ["As I said."]})
    answer = run(Problem("Good morning!"), make_context(model))
    assert answer.status == "no formulation"
    assert not answer.ok
    assert "This is a greeting" in answer.explanation or "As I said" in answer.explanation


def test_contradictory_data_is_told_in_the_words_of_the_problem(make_context):
    text = FEASIBLE.replace("3 guests", "7 guests")
    wrong = seating(
        parameters=[
            {"name": "guests", "value": 7, "quote": "7 guests"},
            {"name": "most", "value": 2, "role": "bound", "quote": "more than 2 guests"},
        ]
    )
    model = Script({"formulate": [wrong], "repair": [wrong]})
    answer = run(Problem(text), make_context(model))
    assert answer.status == "infeasible"
    assert len(model.asked) == 2
    assert "contradict each other" in answer.explanation
    assert any("stands by its formulation" in warning for warning in answer.warnings)


TABLED = {
    "sets": [{"name": "PIECES", "from": "pieces.csv", "column": "piece"}],
    "parameters": [
        {"name": "earn", "over": ["PIECES"], "from": "pieces.csv", "column": "earn", "key": ["piece"]},
        {"name": "hours", "over": ["PIECES"], "from": "hours.csv", "column": "hours", "key": ["piece"]},
    ],
    "variables": [{"name": "make", "over": ["PIECES"], "domain": "integer"}],
    "objective": {"maximize": "sum(earn[p]*make[p] for p in PIECES)"},
    "constraints": [{"name": "workshop", "that": "sum(hours[p]*make[p] for p in PIECES) <= 40"}],
}
TABLED_TEXT = "Which pieces earn most in 40 hours?"


@pytest.fixture
def tables(tmp_path: Path) -> Path:
    folder = tmp_path / "tables"
    folder.mkdir()
    (folder / "pieces.csv").write_text("piece,earn\nbench,50\nshelf,30\n")
    (folder / "hours.csv").write_text("piece,hours\nbench,4\n")
    return folder


def test_a_table_with_a_missing_key_goes_back_with_its_place_and_is_told(make_context, tables):
    other = {**TABLED, "title": "Pieces"}
    model = Script({"formulate": [TABLED], "repair": [other]})
    answer = run(Problem(TABLED_TEXT, (tables,)), make_context(model, max_repairs=1))
    findings = model.asked[1].messages[1].content.split("Findings:")[1]
    assert "hours.csv" in findings
    assert "shelf" in findings
    assert answer.status == "not solved"
    assert "hours.csv" in answer.explanation
    assert "shelf" in answer.explanation


def test_a_missing_key_may_be_given_a_default_by_the_model(make_context, tables):
    parameters = [{**p, "default": 2} if p["name"] == "hours" else p for p in TABLED["parameters"]]
    model = Script({"formulate": [TABLED], "repair": [{**TABLED, "parameters": parameters}]})
    answer = run(Problem(TABLED_TEXT, (tables,)), make_context(model))
    assert answer.objective == pytest.approx(600)


def test_a_missing_key_under_a_given_formulation_is_an_error(make_context, tables):
    given = Formulation.model_validate(TABLED)
    with pytest.raises(BindingError, match=r"hours\.csv.*shelf|shelf.*hours\.csv"):
        run(Problem(formulation=given, tables=(tables,)), make_context())


def test_a_damaged_table_that_a_given_formulation_does_not_use_is_left_alone(make_context, tables):
    (tables / "hours.csv").write_text("piece,hours\nbench,4\nshelf,2\n")
    (tables / "other.parquet").write_bytes(b"PAR1 and no more")
    given = Formulation.model_validate(TABLED)
    answer = run(Problem(formulation=given, tables=(tables,)), make_context())
    assert answer.objective == pytest.approx(600)


@pytest.mark.parametrize(
    "deep",
    [
        "(" * 10_000 + "time" + ")" * 10_000,
        "-" * 10_000 + "time",
        "+".join(["time"] * 10_000),
        "abs(" * 10_000 + "time" + ")" * 10_000,
        "time[" * 10_000 + "time" + "]" * 10_000,
    ],
    ids=["parentheses", "signs", "terms", "calls", "indices"],
)
def test_an_expression_of_10_000_levels_is_a_finding_like_another(make_context, deep):
    wrong = broken(f"sum(hours[p]*make[p] for p in PIECES) <= {deep}")
    model = Script({"formulate": [wrong], "repair": [joinery()]})
    answer = run(Problem(TEXT), make_context(model))
    if model.components[1:]:
        assert "workshop" in model.asked[1].messages[1].content.split("Findings:")[1]
        assert len(model.asked[1].messages[1].content) < 250_000
        assert answer.objective == pytest.approx(OPTIMUM)
    else:
        assert answer.status == "optimal"
    if deep[0] in "(a":
        with pytest.raises(FormulationError):
            run(Problem(formulation=Formulation.model_validate(wrong)), make_context())


def test_json_nested_10_000_levels_is_a_finding_like_another(make_context):
    reply = '{"sets": ' + "[" * 10_000 + "]" * 10_000 + "}"
    model = Script({"formulate": [reply], "repair": [joinery()]})
    answer = run(Problem(TEXT), make_context(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert "nested" in model.asked[1].messages[1].content


HASTY = Patience(attempt_seconds=10, call_seconds=10, max_retries=1, first_delay=0.001, max_delay=0.002)


def test_a_server_that_dies_in_its_reply_loses_nothing_that_was_paid(make_context, tmp_path):
    replies = iter([json.dumps(broken("make['bench'] <= q")), json.dumps(joinery())])
    with (
        serve(answer=lambda body: next(replies)) as server,
        Endpoint(server.address, "tiny", patience=HASTY) as model,
    ):
        dying = Fault(content='{"choices": [{"mess', cut=10)
        server.refuse = lambda body: dying if len(server.bodies) > 1 else None
        with pytest.raises(ModelError, match="tiny"):
            run(Problem(TEXT), make_context(model, run=Folder(tmp_path)))
        asked = len(server.bodies)
        server.refuse = lambda body: None
        answer = resume(make_context(model, run=Folder(tmp_path)))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.spend.calls == 2
    assert len(server.bodies) == asked + 1


def test_a_server_that_is_not_there_is_an_error_and_the_run_can_go_on(make_context, tmp_path):
    with serve() as server:
        address = server.address
    with Endpoint(address, "tiny", patience=HASTY) as model, pytest.raises(ModelError, match=r"127\.0\.0\.1"):
        run(Problem(TEXT), make_context(model, run=Folder(tmp_path)))
    answer = resume(make_context(Script({"formulate": [joinery()]}), run=Folder(tmp_path)))
    assert answer.objective == pytest.approx(OPTIMUM)


@pytest.mark.parametrize(
    ("text", "said"),
    [("x" * 5_000_000, "has 5,000,000 characters"), ("Make \udce9clairs.", "is not text: character 5")],
)
def test_a_text_that_cannot_be_sent_is_refused_before_any_call(make_context, text, said):
    model = Script({"formulate": [joinery()]})
    with pytest.raises(UsageError, match=said):
        run(Problem(text), make_context(model))
    assert not model.asked


@pytest.mark.parametrize(
    "filling",
    [
        "1" * 400_000,
        "|1" * 200_000,
        "fifty thousand " * 20_000,
        "(" * 300_000,
        "1,0" * 100_000,
        "\n" * 300_000,
    ],
    ids=["a number", "bars", "words", "brackets", "commas", "lines"],
)
def test_a_text_full_of_anything_is_read(make_context, filling):
    model = Script({"formulate": [joinery()]})
    answer = run(Problem(f"{TEXT}\n{filling}\n"), make_context(model))
    assert answer.objective == pytest.approx(OPTIMUM)


def test_a_table_that_cannot_be_read_at_all_is_told_before_any_call(make_context, tmp_path):
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere.csv")
    model = Script({"formulate": [joinery()]})
    with pytest.raises(UsageError, match=r"gone\.csv"):
        run(Problem(TEXT, (tmp_path / "gone.csv",)), make_context(model))
    assert not model.asked


def test_an_engine_the_person_chose_is_not_talked_over_with_the_model(make_context):
    model = Script({"formulate": [joinery()]})
    with pytest.raises(EngineError):
        run(Problem(TEXT), make_context(model, engine="ipopt"))
    assert len(model.asked) == 1
