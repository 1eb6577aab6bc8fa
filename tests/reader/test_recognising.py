"""Recognising the class of a text by its words: it parts readers, and never takes a mix for another class."""

from __future__ import annotations

import pytest

from agentopt.formulation.elements import Formulation, Objective, Variable
from agentopt.reader.judging import Verdict, read
from agentopt.reader.recognising import best_of, other_class, spoken_of
from agentopt.reader.understanding import Understanding
from agentopt.synthesis.generator import generate


def _claim(family: str, *doubts: str) -> Understanding:
    made = Formulation(title="t", variables={"x": Variable(meaning="x")}, objective=Objective(minimize="x"))
    return Understanding(family, made, (), doubts)


def test_a_mix_gives_way_to_any_other_class() -> None:
    found = best_of([_claim("mix"), _claim("bins")], "Pack it all.")
    assert found is not None
    assert found.family == "bins"


def test_fewer_doubts_win_and_words_part_the_rest() -> None:
    claims = [_claim("network", "a doubt"), _claim("scheduling")]
    text = "Which order has the smallest total tardiness, on the shortest route from A to B?"
    found = best_of(claims, text)
    assert found is not None
    assert found.family == "scheduling"
    found = best_of([_claim("network"), _claim("scheduling")], "Find the shortest route from A to B.")
    assert found is not None
    assert found.family == "network"
    assert best_of([_claim("network"), _claim("scheduling")], "Do it well.") is None


def test_a_doubtful_reading_does_not_stand_against_the_words() -> None:
    assert best_of([_claim("bins", "a doubt")], "Find the shortest route from A to B.") is None


@pytest.mark.parametrize("seed", range(60))
def test_product_mixes_are_taken_for_no_other_class(seed: int) -> None:
    assert other_class(generate("mix", difficulty=1 + seed % 5, seed=seed).text) == ""


def test_what_speaks_of_another_class_is_not_solved_as_a_mix() -> None:
    text = (
        "A garage has two lifts. Repairs of 3, 5 and 2 hours are waiting, each with its own mechanic who "
        "comes "
        "at a time not yet known. In which order should they be done for the smallest total tardiness?"
    )
    assert "scheduling" in spoken_of(text)
    found = read(text)
    assert found.verdict is Verdict.DECLINE
    assert any("a schedule" in reason for reason in found.reasons)
