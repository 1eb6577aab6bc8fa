"""What is counted and comes out as a fraction is a doubt; what is measured, or whole as it is, is none."""

from __future__ import annotations

import pytest

from tests.verification.answers import certified, hand, model, said


def doubts(text=None, *, name="x", at=2.5, **variable):
    compiled = model({"variables": {name: {"upper": 10, **variable}}, "objective": {"maximize": name}})
    certificate = certified(compiled, hand([at], at), text=text)
    assert not said(certificate, "failed", "whole")
    return [each.element for each in said(certificate, "unknown", "whole")]


@pytest.mark.parametrize(
    "words",
    [
        {"meaning": "number of trucks sent"},
        {"meaning": "How many of the workers are on duty"},
        {"unit": "trucks"},
        {"name": "trucks", "text": "How many trucks should be sent?"},
        {"meaning": "1 if the depot is open", "upper": 1, "at": 0.5},
        {"meaning": "whether to build", "upper": 1, "at": 0.5},
    ],
)
def test_a_fraction_of_what_is_counted_is_a_doubt(words):
    assert doubts(**words) == [words.get("name", "x")]
    assert doubts(**{**words, "at": 1.0}) == []


@pytest.mark.parametrize(
    "words",
    [
        {"meaning": "number of hours worked"},
        {"meaning": "tonnes of steel", "unit": "tonne"},
        {"name": "flour", "text": "How many kg of flour should be used by how many bakers?"},
        {"meaning": "litres"},
        {"name": "trucks", "text": "Send the goods at the least cost."},
        {"meaning": "share invested", "upper": 1, "at": 0.5},
    ],
)
def test_a_fraction_of_what_is_measured_is_none(words):
    assert doubts(**words) == []
