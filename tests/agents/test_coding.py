"""The strategy `code`: what the program states counts, not what it prints; faults go back to be mended."""

from __future__ import annotations

import functools
import json
import os
from dataclasses import replace

import pytest

from agentopt.agents import Problem, run
from agentopt.agents.coding import program_of
from agentopt.errors import AvailabilityError, ReplyError
from agentopt.models.base import Reply
from agentopt.sandbox import Sandbox, Unconfined, availability, workshop
from tests.agents.conftest import OPTIMUM, TEXT, Folder, Script
from tests.agents.programs import HIGHSPY, RIGHT, changed, fenced

PROBLEM = Problem(TEXT)


@pytest.fixture(scope="module")
def shared():
    with Sandbox() as made:
        yield made


@pytest.fixture
def make(make_context, shared):
    """A context for the strategy, with a sandbox that all tests share."""
    return functools.partial(make_context, strategy="code", programs=shared)


pytestmark = pytest.mark.skipif(bool(availability()), reason=availability() or "confined")


@pytest.mark.parametrize("source", [RIGHT, HIGHSPY])
def test_a_program_becomes_a_formulation_a_checked_optimum_and_an_explanation(make, source):
    model = Script({"formulate": [fenced(source)]})
    answer = run(PROBLEM, make(model, battery=True))
    assert answer.status == "optimal"
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.program == source.rstrip("\n")
    assert answer.certificate is not None
    assert answer.certificate.verdict == "verified"
    assert answer.formulation is not None
    assert answer.formulation.title == "Benches and shelves to make for the highest earnings."
    assert "workshop" in answer.formulation.constraints
    assert model.components == ["code/formulate"]
    assert not answer.warnings


def test_what_it_prints_and_what_its_solver_says_decide_nothing(make):
    lie = changed(
        "objective = pyo.value(model.earnings)", "objective = 10**6; model.make['bench'].value = 999"
    )
    answer = run(PROBLEM, make(Script({"formulate": [lie]})))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.variables["make"] == {("bench",): pytest.approx(4), ("shelf",): pytest.approx(12)}


def test_where_its_own_solver_came_to_something_else_that_is_told(make, shared):
    class Early:
        def run(self, job):
            return replace(shared.run(job), claimed=540.0)

    answer = run(PROBLEM, make(Script({"formulate": [fenced(RIGHT)]}), programs=Early()))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.warnings == ("the program's own solver came to 540; its model, solved here, to 560",)


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        ("Four benches and twelve shelves.", "the reply holds no program"),
        ("", "the reply holds no program"),
        (changed("earn = {", "earn = ("), "SyntaxError"),
        (changed("model.market =", "model.market = cap ="), ""),
        (changed("<= time)", "<= tme)"), "NameError: name 'tme' is not defined"),
        (changed("import pyomo.environ as pyo", "import gurobipy"), "No module named 'gurobipy'"),
        (fenced("print('4 benches, 12 shelves: 560')\n"), "it stated no model"),
        (fenced("import os\nos._exit(0)\n"), "it stated no model"),
        (fenced("import pyomo.environ as pyo\nopen('/etc/passwd')\n"), "Permission denied: '/etc/passwd'"),
        (fenced("import os\nos.abort()\n"), "ended by signal 6"),
    ],
)
def test_a_program_that_does_not_work_is_mended_from_what_was_found(make, reply, told):
    model = Script({"formulate": [reply], "repair": [fenced(RIGHT)]})
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    if told:
        assert model.components == ["code/formulate", "code/repair"]
        assert told in model.asked[1].messages[1].content
        assert answer.repairs == 1


def test_what_it_printed_is_shown_to_who_mends_it(make):
    model = Script({"formulate": [fenced("print('no solver found')\n")], "repair": [fenced(RIGHT)]})
    run(PROBLEM, make(model))
    asked = model.asked[1].messages[1].content
    assert "it printed:\nno solver found" in asked
    assert "<program>\nprint('no solver found')\n</program>" in asked


def test_a_program_that_fails_after_its_model_still_counts(make):
    late = changed("print(objective)", "print(model.profit)")
    answer = run(PROBLEM, make(Script({"formulate": [late]})))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert any("after it had stated its model" in w and "profit" in w for w in answer.warnings)


def test_a_program_stopped_between_two_models_is_mended(make):
    again = changed("print(objective)", 'pyo.SolverFactory("appsi_highs").solve(model); print(model.profit)')
    model = Script({"formulate": [again], "repair": [fenced(RIGHT)]})
    assert run(PROBLEM, make(model)).objective == pytest.approx(OPTIMUM)
    assert "it had solved 2 models by then" in model.asked[1].messages[1].content


def test_a_solver_that_is_not_there_is_no_fault(make):
    other = changed('"appsi_highs"', '"gurobi"')
    answer = run(PROBLEM, make(Script({"formulate": [other]})))
    assert answer.objective == pytest.approx(OPTIMUM)


def test_an_infeasible_model_goes_back_once_and_is_believed_then(make):
    wrong = changed("<= time)", "<= -time)")
    model = Script({"formulate": [wrong], "repair": [wrong]})
    answer = run(PROBLEM, make(model))
    assert answer.status == "infeasible"
    assert "no answer at all" in model.asked[1].messages[1].content
    assert any("stands by its program (infeasible)" in warning for warning in answer.warnings)


def test_an_unbounded_model_is_put_right(make):
    wrong = changed("<= time)", ">= time)")
    model = Script({"formulate": [wrong], "repair": [fenced(RIGHT)]})
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert "improved without limit" in model.asked[1].messages[1].content


def test_a_number_of_the_text_that_neither_program_nor_model_holds_goes_back_once(make):
    without = RIGHT.replace('model.market = pyo.Constraint(expr=model.make["shelf"] <= sold)\n', "").replace(
        "time, sold = 40, 12", "time = 40"
    )
    model = Script({"formulate": [fenced(without)], "repair": [fenced(RIGHT)]})
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert "the number 12 in" in model.asked[1].messages[1].content


def test_a_number_only_the_program_holds_is_used(make):
    derived = changed("<= time)", "<= 60 * time / 60 + 0 * sold)")
    model = Script({"formulate": [derived]})
    assert run(PROBLEM, make(model)).objective == pytest.approx(OPTIMUM)
    assert len(model.asked) == 1


def test_a_fault_that_is_repeated_is_not_asked_about_forever(make):
    broken = changed("<= time)", "<= tme)")
    model = Script({"formulate": [broken], "repair": [broken]})
    answer = run(PROBLEM, make(model, max_repairs=9))
    assert len(model.asked) == 2
    assert answer.status == "no formulation"
    assert any("repeats a program" in warning for warning in answer.warnings)


def test_tables_are_files_of_the_program(make, tmp_path):
    table = tmp_path / "pieces.csv"
    table.write_text("piece,earn,hours\nbench,50,4\nshelf,30,2\n")
    source = RIGHT.replace(
        'earn = {"bench": 50, "shelf": 30}\nhours = {"bench": 4, "shelf": 2}',
        "import csv\nrows = list(csv.DictReader(open('pieces.csv')))\n"
        "earn = {r['piece']: float(r['earn']) for r in rows}\n"
        "hours = {r['piece']: float(r['hours']) for r in rows}",
    )
    problem = Problem("What earns most, with 40 hours and at most 12 shelves?", tables=(table,))
    model = Script({"formulate": [fenced(source)]})
    answer = run(problem, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert "pieces.csv" in model.asked[0].messages[1].content


def test_a_nonlinear_model_is_taken_over_too(make):
    curved = changed(
        "<= sold)", "<= sold)\nmodel.taste = pyo.Constraint(expr=pyo.exp(model.make['shelf']) <= 20100)"
    )
    curved = curved.replace('"appsi_highs"', '"scip_direct"')
    answer = run(PROBLEM, make(Script({"formulate": [curved]})))
    assert answer.objective == pytest.approx(6 * 50 + 8 * 30)


def test_a_vote_over_programs(make):
    model = Script({"formulate": [fenced(RIGHT), changed("40, 12", "20, 12"), fenced(RIGHT)]})
    answer = run(PROBLEM, make(model, vote=3))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.votes == (2, 3)


def test_a_killed_solve_goes_on_and_pays_for_no_call_twice(make_context, tmp_path):
    def stopped(request):
        raise KeyboardInterrupt

    broken = changed("<= time)", "<= tme)")
    first = Script({"formulate": [broken], "repair": [stopped]})
    with pytest.raises(KeyboardInterrupt):
        run(PROBLEM, make_context(first, strategy="code", run=Folder(tmp_path)))
    second = Script({"formulate": [], "repair": [fenced(RIGHT)]})
    answer = run(PROBLEM, make_context(second, strategy="code", run=Folder(tmp_path)))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert second.components == ["code/repair"]
    assert answer.program.startswith('"""Benches')


def test_without_a_sandbox_no_model_is_asked(make_context, monkeypatch):
    monkeypatch.setattr(workshop, "availability", lambda: "the kernel 5.4.0 has no Landlock")
    model = Script({"formulate": [fenced(RIGHT)]})
    with pytest.raises(AvailabilityError, match="must not run unconfined"):
        run(PROBLEM, make_context(model, strategy="code"))
    assert not model.asked


def test_who_says_unsafe_gets_it_where_there_is_no_other_way(make_context, monkeypatch):
    from agentopt.agents import solve

    monkeypatch.setattr(solve, "availability", lambda: "the kernel 5.4.0 has no Landlock")
    made = []
    monkeypatch.setattr(solve, "Unconfined", lambda: made.append(Unconfined()) or made[0])
    model = Script({"formulate": [fenced(RIGHT)]})
    answer = run(PROBLEM, make_context(model, strategy="code", unsafe=True))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert made


def test_unsafe_changes_nothing_where_there_is_a_sandbox(make):
    spy = fenced(f"import os\nos.listdir({os.path.expanduser('~')!r})\n{RIGHT}")  # noqa: PTH111
    model = Script({"formulate": [spy], "repair": [fenced(RIGHT)]})
    run(PROBLEM, make(model, unsafe=True))
    assert "Permission denied" in model.asked[1].messages[1].content


@pytest.mark.parametrize("text", ["", "x = 1", "```json\n{}\n```", "import is what we do"])
def test_a_reply_without_a_program_is_refused(text):
    with pytest.raises(ReplyError, match="no program"):
        program_of(Reply(text))


def test_a_bare_program_is_one():
    assert program_of(Reply("import highspy\nh = highspy.Highs()")).startswith("import")


def test_the_last_block_counts():
    assert program_of(Reply("```python\nx = 1\n```\nor rather\n```python\nx = 2\n```")) == "x = 2"


def test_the_answer_as_data_holds_the_program(make):
    from agentopt.display.answers import answer_json

    answer = run(PROBLEM, make(Script({"formulate": [fenced(RIGHT)]})))
    document = json.loads(json.dumps(answer_json(answer)))
    assert document["program"] == answer.program
    assert document["objective"] == OPTIMUM
