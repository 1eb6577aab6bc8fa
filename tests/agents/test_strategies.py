"""The strategies: which prompts are asked, in what order, and what is sent back where."""

from __future__ import annotations

import json

import pytest

from agentopt.agents import Problem, run
from agentopt.agents.context import Question
from agentopt.agents.graph import END
from agentopt.agents.strategies import STRATEGIES, graph_of
from tests.agents.conftest import OPTIMUM, TEXT, Script, broken, joinery

PROBLEM = Problem(TEXT)


def verdict(elements: bool, formulation: bool, analysis: str = "nothing is wrong") -> str:
    return (
        f"<analysis>{analysis}</analysis>\n<elements>{elements}</elements>\n"
        f"<formulation>{formulation}.</formulation>"
    )


FIVE = "## Sets: pieces ...\n## Constraints: hours"


def test_five_elements_are_stated_formulated_solved_and_judged(make_context):
    model = Script({"elements": [FIVE], "formulate": [joinery()], "judge": [verdict(True, True)]})
    answer = run(PROBLEM, make_context(model, strategy="five-element"))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert model.components == ["five-element/elements", "five-element/formulate", "five-element/judge"]
    assert FIVE in model.asked[1].messages[1].content
    judged = model.asked[2].messages[1].content
    assert "objective value: 560" in judged
    assert '"workshop"' in judged


def test_a_wrong_formulation_goes_back_with_the_judges_analysis(make_context):
    model = Script(
        {
            "elements": [FIVE],
            "formulate": [broken("sum(hours[p]*make[p] for p in PIECES) <= 2*time")],
            "judge": [verdict(True, False, "the time is doubled"), verdict(True, True)],
            "repair": [joinery()],
        }
    )
    answer = run(PROBLEM, make_context(model, strategy="five-element"))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.repairs == 1
    assert [c.split("/")[1] for c in model.components] == [
        "elements",
        "formulate",
        "judge",
        "repair",
        "judge",
    ]
    assert "the time is doubled" in model.asked[3].messages[1].content


def test_wrong_elements_are_stated_anew_with_the_judges_analysis(make_context):
    model = Script(
        {
            "elements": ["## Sets: nonsense", FIVE],
            "formulate": [broken("sum(hours[p]*make[p] for p in PIECES) <= 2*time"), joinery()],
            "judge": [verdict(False, False, "hours are missing"), verdict(True, True)],
        }
    )
    answer = run(PROBLEM, make_context(model, strategy="five-element"))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert [c.split("/")[1] for c in model.components] == ["elements", "formulate", "judge"] * 2
    again = model.asked[3].messages[1].content
    assert "hours are missing" in again
    assert "## Sets: nonsense" in again


def test_a_judge_that_is_never_content_is_bounded(make_context):
    model = Script({"elements": [FIVE], "formulate": [joinery()], "judge": [verdict(False, False, "no")]})
    answer = run(PROBLEM, make_context(model, strategy="five-element", max_repairs=2))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert len(model.asked) <= 9


def test_a_formulation_its_model_stands_by_is_kept_against_the_judge(make_context):
    model = Script(
        {
            "elements": [FIVE],
            "formulate": [joinery()],
            "judge": [verdict(True, False, "I would not")],
            "repair": [joinery()],
        }
    )
    answer = run(PROBLEM, make_context(model, strategy="five-element"))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert any("stands by its formulation" in warning for warning in answer.warnings)
    assert len(model.asked) <= 6


def test_a_verdict_that_cannot_be_read_changes_nothing(make_context):
    model = Script({"elements": [FIVE], "formulate": [joinery()], "judge": ["looks good"]})
    answer = run(PROBLEM, make_context(model, strategy="five-element"))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert any("verdict was not used" in warning for warning in answer.warnings)


def test_orthought_reasons_and_ends_in_a_fence_without_a_schema(make_context):
    reasoned = f"## 1 Understanding\nThe set {{bench, shelf}}.\n## 3\n```json\n{json.dumps(joinery())}\n```"
    model = Script({"formulate": [reasoned]})
    answer = run(PROBLEM, make_context(model, strategy="orthought"))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert model.asked[0].schema is None
    assert model.components == ["orthought/formulate"]


def test_orthought_repairs_with_its_own_prompt(make_context):
    model = Script({"formulate": ["## 1 Understanding"], "repair": [joinery()]})
    assert run(PROBLEM, make_context(model, strategy="orthought")).objective == pytest.approx(OPTIMUM)
    assert model.components[1] == "orthought/repair"


QUESTIONS = {
    "questions": [
        {"question": "May a bench be cut in half?", "options": ["yes", "no"], "why": "whole or not"},
        {"question": "Per day or week?", "options": [], "why": ""},
        {"question": "And?"},
        {"question": "Too many?"},
    ]
}


def test_a_person_is_asked_at_most_three_questions_and_the_answers_reach_the_model(make_context):
    asked: list[Question] = []

    def person(question: Question) -> str:
        asked.append(question)
        return "no" if question.options else ""

    model = Script({"clarify": [QUESTIONS], "formulate": [joinery()]})
    answer = run(PROBLEM, make_context(model, ask_person=person))
    assert [question.text for question in asked] == [
        "May a bench be cut in half?",
        "Per day or week?",
        "And?",
    ]
    assert asked[0].options == ("yes", "no")
    assert answer.questions == (("May a bench be cut in half?", "no"),)
    assert "May a bench be cut in half? no" in model.asked[1].messages[1].content


@pytest.mark.parametrize(
    "reply", ['{"questions": []}', "None.", '{"questions": "many"}', '{"questions": [{"q": 1}]}']
)
def test_no_question_is_put_where_there_is_none(make_context, reply):
    model = Script({"clarify": [reply], "formulate": [joinery()]})
    answer = run(PROBLEM, make_context(model, ask_person=lambda question: pytest.fail(question.text)))
    assert answer.objective == pytest.approx(OPTIMUM)


def test_a_person_is_not_asked_again_after_a_resume(make_context, tmp_path):
    from tests.agents.conftest import Folder

    asked: list[str] = []

    def person(question: Question) -> str:
        asked.append(question.text)
        if len(asked) == 2:
            raise KeyboardInterrupt
        return "no"

    two = {"questions": QUESTIONS["questions"][:2]}
    model = Script({"clarify": [two], "formulate": [joinery()]})
    with pytest.raises(KeyboardInterrupt):
        run(PROBLEM, make_context(model, ask_person=person, run=Folder(tmp_path)))
    answer = run(PROBLEM, make_context(model, ask_person=person, run=Folder(tmp_path)))
    assert asked == ["May a bench be cut in half?", "Per day or week?", "Per day or week?"]
    assert model.components == ["shared/clarify", "direct/formulate"]
    assert len(answer.questions) == 2


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("until", ["check", "bind", "solve", "explain"])
def test_every_route_leads_to_a_node_and_every_graph_to_its_end(name, until):
    graph = graph_of(STRATEGIES[name], until=until)
    targets = {target for _, places in graph.routes.values() for target in places}
    assert targets <= {*graph.nodes, END}
    assert set(graph.routes) == set(graph.nodes)
    assert "explain" in graph.mermaid()
