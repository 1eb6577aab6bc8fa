"""Scattered Forest Search: seeds, directions, notes, the best program, and every reply that can be wrong."""

from __future__ import annotations

import functools

import pytest

from agentopt.agents import Problem, run
from agentopt.agents.forest import NUM_ITERATIONS, NUM_SEEDS, Node, Score, select
from agentopt.errors import BudgetExceeded
from agentopt.sandbox import Sandbox, availability
from tests.agents.conftest import OPTIMUM, TEXT, Script
from tests.agents.programs import RIGHT, changed, fenced

PROBLEM = Problem(TEXT)
TESTS = '''```python
ANSWER = """answer["make"]["bench"], answer["make"]["shelf"]: how many are made; objective: dollars"""


def test_hours():
    made = answer["make"]
    assert 4 * made["bench"] + 2 * made["shelf"] <= 40 + 1e-6, "there are 40 hours in all"


def test_market():
    assert answer["make"]["shelf"] <= 12 + 1e-6, "no more than 12 shelves can be sold"


def test_earnings():
    assert abs(objective - 50 * answer["make"]["bench"] - 30 * answer["make"]["shelf"]) < 1e-6
```'''
NO_MARKET = changed('model.make["shelf"] <= sold', 'model.make["shelf"] <= 99 * sold')
BROKEN = changed("<= time)", "<= tme)")
DIRECTIONS = {"directions": ["Sell no more than 12 shelves.", "Use binaries.", "Allow halves."]}
INSIGHTS = "<insights>The market limit matters.</insights>"

pytestmark = pytest.mark.skipif(bool(availability()), reason=availability() or "confined")


@pytest.fixture(scope="module")
def shared():
    with Sandbox() as made:
        yield made


@pytest.fixture
def make(make_context, shared):
    return functools.partial(make_context, strategy="scattered-forest", programs=shared)


def script(seeds, **more):
    return Script(
        {"tests": [TESTS], "formulate": seeds, "directions": [DIRECTIONS], "insights": [INSIGHTS], **more}
    )


def names(model: Script) -> list[str]:
    return [component.split("/")[1] for component in model.components]


def test_a_first_program_that_passes_every_test_ends_the_search(make):
    model = script([BROKEN, fenced(RIGHT)])
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert names(model) == ["tests", "formulate", "formulate"]
    assert answer.program == RIGHT.rstrip("\n")
    styles = {request.messages[0].content for request in model.asked[1:]}
    assert len(styles) == 2
    assert "how many are made" in model.asked[1].messages[1].content


def test_directions_are_tried_until_all_tests_pass_and_what_they_taught_is_told(make):
    model = script([NO_MARKET], improve=[BROKEN, fenced(RIGHT)])
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert names(model)[: 1 + NUM_SEEDS] == ["tests", *["formulate"] * NUM_SEEDS]
    assert names(model)[1 + NUM_SEEDS :][:3] == ["directions", "improve", "insights"]
    improve = next(request for request in model.asked if request.component.endswith("improve"))
    asked = improve.messages[1].content
    assert "Sell no more than 12 shelves." in asked
    assert "failed: test_market: AssertionError: no more than 12 shelves can be sold" in asked
    assert "passed: test_hours" in asked
    later = [r for r in model.asked if r.component.endswith("insights")][1:]
    assert all("The market limit matters." in request.messages[1].content for request in later)


def test_the_search_is_bounded_and_the_best_program_counts(make):
    model = script([BROKEN, NO_MARKET, BROKEN], improve=[BROKEN])
    answer = run(PROBLEM, make(model))
    assert sum(name in ("formulate", "improve") for name in names(model)) == NUM_SEEDS + NUM_ITERATIONS
    assert "99 * sold" in answer.program
    assert answer.objective == pytest.approx(600)
    assert any("test_market" in warning and "12 shelves" in warning for warning in answer.warnings)


def test_a_budget_that_runs_out_leaves_the_best_program_so_far(make):
    model = script([NO_MARKET, BudgetExceeded("2 calls of 2 are used")])
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(600)
    assert any("ended at 1 of 10 programs: 2 calls of 2" in warning for warning in answer.warnings)


def test_a_budget_that_allows_no_program_is_no_formulation(make):
    model = Script({"tests": [BudgetExceeded("0 calls of 0 are left")]})
    assert run(PROBLEM, make(model)).status == "no formulation"


@pytest.mark.parametrize("tests", ["I would test the hours.", "```python\ndef test_(: pass\n```", ""])
def test_without_tests_of_its_own_ours_are_left(make, tests):
    model = script([BROKEN, fenced(RIGHT)], tests=[tests])
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert names(model) == ["tests", "formulate", "formulate"]


@pytest.mark.parametrize(
    "directions", ["none", {"directions": []}, {"directions": "many"}, {"directions": [1]}]
)
def test_directions_that_are_none_are_replaced(make, directions):
    model = script([NO_MARKET], directions=[directions], improve=[fenced(RIGHT)], insights=["no notes"])
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    improve = next(request for request in model.asked if request.component.endswith("improve"))
    assert "Mend what the failed tests show" in improve.messages[1].content


def test_replies_without_programs_end_in_a_repair(make):
    model = script(["no idea"], repair=[fenced(RIGHT)])
    answer = run(PROBLEM, make(model))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert model.components[-1] == "code/repair"


def leaf(value: float, visits: int = 1, directions: int = 0) -> Node:
    return Node(None, Score(0, 1, ""), value, visits, ["d"] * directions)


def test_the_search_goes_where_the_value_is_and_no_further_than_an_untried_direction():
    best, other = leaf(0.8, directions=1), leaf(0.2)
    root = leaf(0.0, visits=3)
    root.children = [other, best]
    best.children = [leaf(0.9)]
    assert select(root) == [root, best]
    best.directions = []
    assert select(root) == [root, best, best.children[0]]
    best.children = [leaf(0.7)]
    assert select(root) == [root, best]


def test_a_program_seldom_visited_has_its_turn():
    root = leaf(0.0, visits=20)
    root.children = [leaf(0.8, visits=18), leaf(0.5, visits=1)]
    assert select(root)[-1] is root.children[1]
