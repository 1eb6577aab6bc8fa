"""The vote over samples: who wins, and that samples are drawn apart."""

from __future__ import annotations

import pytest

from agentopt.agents import Problem, run
from agentopt.agents.vote import Features, winner
from tests.agents.conftest import OPTIMUM, TEXT, Script, broken, joinery

PROBLEM = Problem(TEXT)


def sampled(*replies: object) -> Script:
    """A script that answers each sample with its own reply."""
    return Script({"formulate": [lambda request: replies[request.sampling.index]], "repair": ["no"]})


def test_the_reading_most_samples_share_wins(make_context):
    doubled = broken("sum(hours[p]*make[p] for p in PIECES) <= 2*time")
    model = sampled(doubled, joinery(), joinery())
    answer = run(PROBLEM, make_context(model, vote=3))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.votes == (2, 3)
    assert answer.certificate is not None
    assert answer.spend.calls == 3
    assert {request.sampling.index for request in model.asked} == {0, 1, 2}
    assert all(request.sampling.temperature > 0 for request in model.asked)


def test_samples_without_a_formulation_do_not_vote(make_context):
    model = sampled("prose", joinery(), "prose")
    answer = run(PROBLEM, make_context(model, vote=3, max_repairs=0))
    assert answer.objective == pytest.approx(OPTIMUM)
    assert answer.votes == (1, 3)


def test_when_no_sample_comes_to_a_solution_there_is_no_answer(make_context):
    answer = run(PROBLEM, make_context(sampled("prose", "prose"), vote=2, max_repairs=0))
    assert answer.status == "no formulation"


def features(
    value: float | str, direction: str = "maximize", num_binary: int = 0, num_integer: int = 2
) -> Features:
    return Features(value, direction, num_binary, num_integer)


def test_structure_breaks_a_tie_of_values():
    # 10 and 12 have one sample each and 14 too; the structure of 12 is shared by 10's other features.
    samples = [features(10.0, num_integer=0), features(12.0), features(14.0, "minimize")]
    assert winner(samples) == 1


def test_values_within_rounding_agree():
    assert winner([features(9.0), features(10.0), features(10.0 + 1e-8)]) == 1


def test_an_optimum_outranks_any_number_of_infeasible_samples():
    assert winner([features("infeasible"), features("infeasible"), features(3.0)]) == 2
    assert winner([None, features("infeasible")]) == 1
    assert winner([None, None]) is None
