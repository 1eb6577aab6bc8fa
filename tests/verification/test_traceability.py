"""From the text to the formulation and back: doubts are raised where something is left over, and only
there.
"""

from __future__ import annotations

import pytest

from agentopt.benchmarks.mutant_models import MODELS
from agentopt.benchmarks.mutant_twists import TWISTS
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers import solve
from agentopt.verification.sentences import sentences
from agentopt.verification.traceability import coverage
from tests.verification.answers import certified, model, said


def covered(text: str, **parts: object):
    return coverage(text, Formulation.model_validate({"variables": {"x": {}}, **parts}))


def scalar(value: float, **more: object) -> dict[str, object]:
    return {"parameters": {"p": {"value": value, **more}}}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("at most 40 units", 40),
        ("at most 30% of it", 0.3),
        ("a discount of 15%", 0.85),
        ("a surcharge of 15%", 1.15),
        ("a shift of 8 hours", 480),
        ("a budget of $1.2 million", 1.2),
        ("a budget of $1.2 million", 1_200_000),
        ("a third of the seats", 0.3333),
        ("two dozen eggs", 24),
        ("at most twenty-five trucks", 25),
        ("5 hours a unit", 0.2),
        ("12 units an hour", 5),
    ],
)
def test_a_number_counts_as_used_in_the_forms_people_give_it(text, value):
    assert not covered(text, **scalar(value)).unused


@pytest.mark.parametrize("text", ["at most 40 units", "30% of it", "at least 1,200", "no fewer than seven"])
def test_a_number_that_is_nowhere_is_unused(text):
    (use,) = covered(text, **scalar(77.7)).unused
    assert use.quantity.text in text


def test_a_waived_number_is_not_unused():
    parts = {"waived": [{"number": "45", "why": "the size of the room does not matter"}]}
    assert not covered("The room has 45 square metres.", **parts).unused


def test_a_number_made_of_two_of_the_text_counts_them_as_used():
    found = covered("There are 6 machines with 35 hours each.", **scalar(210))
    assert not found.unused
    assert not found.inventions


def test_a_number_that_comes_from_nowhere_is_an_invention():
    (found,) = covered(
        "There are 6 machines.", parameters={"p": {"value": 6}, "q": {"value": 83.5}}
    ).inventions
    assert found.where == "parameters.q.value"


def test_a_value_that_its_own_quote_contradicts_is_an_invention():
    text = "The pack holds at most 11 kg; 10 things may go in."
    parts = {"parameters": {"p": {"value": 110, "quote": "at most 11 kg"}, "q": {"value": 10}}}
    assert [each.where for each in covered(text, **parts).inventions] == ["parameters.p.value"]
    parts["parameters"]["p"]["value"] = 11
    assert not covered(text, **parts).inventions


def test_a_quote_is_found_whatever_its_spaces_and_case():
    found = covered("There  are\n40 hours.", **scalar(40, quote="there are 40 HOURS"))
    assert found.quotes == {"p": (0, 19)}


def test_a_sentence_with_a_limit_that_nothing_cites_is_reported():
    text = "We bake bread. Rye must never be baked after wheat. At most 5 loaves fit."
    found = covered(text, constraints={"few": {"that": "x <= 5", "because": "At most 5 loaves fit"}})
    assert [use.sentence.text for use in found.uncited] == ["Rye must never be baked after wheat."]


def test_abbreviations_do_not_end_a_sentence():
    assert len(sentences("Use e.g. rye. At most 5, approx. 6, fit.")) == 2


def test_doubts_about_the_text_are_unknown_and_never_failed():
    parts = {"variables": {"x": {"upper": 9}}, "objective": {"maximize": "x"}}
    compiled = model(parts)
    text = "At most 45 trips can be made. Trucks must not drive at night."
    certificate = certified(compiled, solve(compiled), text=text)
    assert not certificate.failed
    assert said(certificate, "unknown", "numbers")
    assert said(certificate, "unknown", "inventions")
    assert said(certificate, "unknown", "sentences")


def test_a_text_all_of_whose_numbers_are_used_passes():
    compiled = model({"variables": {"x": {"upper": 45}}, "objective": {"maximize": "x"}})
    certificate = certified(compiled, solve(compiled), text="At most 45 trips can be made.")
    assert said(certificate, "not_falsified", "numbers")


def test_a_very_long_text_is_not_searched():
    compiled = model({"variables": {"x": {"upper": 45}}, "objective": {"maximize": "x"}})
    certificate = certified(compiled, solve(compiled), text="At most 45 trips. " * 10_000)
    (note,) = said(certificate, "unknown", "numbers")
    assert "180,000 characters" in note.statement


@pytest.mark.parametrize(
    "name", [n for n in (*MODELS, *TWISTS) if n not in ("cutting", "facility", "assignment", "max_flow")]
)
def test_a_careful_formulation_leaves_no_number_over(name):
    case = {**MODELS, **TWISTS}[name]
    formulation = Formulation.model_validate(case.parts)
    found = coverage(case.text, formulation, bind(formulation))
    assert [use.quantity.text for use in found.unused] == []
