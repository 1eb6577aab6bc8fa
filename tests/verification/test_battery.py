"""The falsification tests: right models are left alone whatever their roles, reversed rows are found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agentopt.benchmarks.mutant_models import MODELS
from agentopt.benchmarks.mutant_twists import TWISTS
from agentopt.formulation.elements import Formulation
from agentopt.formulation.resolve import parse
from agentopt.solvers import solve
from agentopt.verification.battery import changed
from agentopt.verification.roles import direction, uses
from tests.verification.answers import SHIPPING, certified, failed, hand, model, said


def outcome(parts: dict[str, object], **options: object):
    compiled = model(parts)
    return certified(compiled, solve(compiled), battery=True, **options)


def spoiled(**constraints: str) -> dict[str, object]:
    """Shipping with some rows stated otherwise."""
    rows = dict(SHIPPING["constraints"])  # type: ignore[call-overload]  # a mapping
    return {
        **SHIPPING,
        "constraints": {n: {**row, "that": constraints.get(n, row["that"])} for n, row in rows.items()},
    }


def test_a_right_model_passes_every_test():
    certificate = outcome(SHIPPING)
    assert certificate.verdict == "verified"
    checks = {each.check for each in certificate.not_falsified}
    assert {"capacity-monotone", "requirement-monotone", "cost-monotone", "crush"} <= checks
    assert {"objective-scaling", "dropped-row", "subgradient", "convexity", "exchange"} <= checks
    assert certificate.num_tests >= len(certificate.not_falsified)


@pytest.mark.parametrize("name", [*MODELS, *TWISTS])
def test_no_right_model_is_accused(name):
    case = {**MODELS, **TWISTS}[name]
    compiled = model(dict(case.parts))
    certificate = certified(compiled, solve(compiled), battery=True, text=case.text)
    assert not certificate.failed
    assert "feasible" in {each.check for each in certificate.proved}


def test_a_requirement_turned_into_an_upper_limit_is_found():
    certificate = outcome(spoiled(meet_demand="sum(ship[p,m] for p in P) <= demand[m]"))
    assert failed(certificate) == {"crush"}
    (found,) = said(certificate, "failed", "crush")
    assert found.element == "meet_demand"
    assert "1,000 times as much `demand` required" in found.statement


def test_a_capacity_turned_into_a_lower_limit_is_found():
    certificate = outcome(spoiled(within_supply="sum(ship[p,m] for m in M) >= supply[p]"))
    assert failed(certificate) == {"crush", "capacity-monotone"}
    (found,) = said(certificate, "failed", "capacity-monotone")
    assert "role: capacity" in found.statement
    assert found.data["after"] > found.data["before"]


def test_a_role_alone_accuses_nobody():
    wordless = {
        **SHIPPING,
        "constraints": {
            "one": {"for": "p in P", "that": "sum(ship[p,m] for m in M) >= supply[p]"},
            "other": {"for": "m in M", "that": "sum(ship[p,m] for p in P) >= demand[m]"},
        },
    }
    certificate = outcome(wordless)
    assert not certificate.failed
    assert said(certificate, "unknown", "capacity-monotone")
    assert certificate.verdict == "verified"


def test_costs_that_are_maximized_against_the_words_are_found():
    parts = {**spoiled(), "objective": {"maximize": "sum(cost[p,m]*ship[p,m] for p in P for m in M)"}}
    text = "Ship at the least cost: minimize it. Each market needs at least its demand."
    assert "sense" in failed(outcome(parts, text=text))
    assert "sense" not in failed(outcome(parts))
    assert "sense" not in failed(outcome(parts, text="Maximize the cost."))
    assert said(outcome(SHIPPING, text=text), "not_falsified", "sense")


def test_an_engine_that_gives_wrong_answers_is_found():
    compiled = model(SHIPPING)
    right = solve(compiled)

    def biased(arrays):
        found = solve(arrays)
        return replace(found, objective=found.objective * 1.5) if found.objective is not None else found

    certificate = certified(compiled, right, battery=True, resolve=biased)
    assert {"objective-scaling", "dropped-row"} & failed(certificate)


def test_there_is_no_battery_without_an_engine_or_when_switched_off():
    compiled = model(SHIPPING)
    solution = solve(compiled)
    assert certified(compiled, solution, battery=True, resolve=None).num_tests == 0
    assert certified(compiled, solution, battery=False).num_tests == 0


def test_the_battery_ends_with_the_time():
    compiled = model(SHIPPING)
    slow = replace(solve(compiled), seconds=1e6)
    certificate = certified(compiled, slow, battery=True)
    assert said(certificate, "unknown", "time")
    assert not certificate.failed


def test_a_changed_instance_leaves_the_old_one_alone():
    compiled = model(SHIPPING)
    before = compiled.instance.parameters["supply"].values.copy()
    again = changed(compiled.instance, {"supply": 2.0})
    assert again.parameters["supply"].values.tolist() == (2 * before).tolist()
    assert np.array_equal(compiled.instance.parameters["supply"].values, before)
    assert again.parameters["supply"].codes.tolist() == compiled.instance.parameters["supply"].codes.tolist()


def use_of(that: str, because: str = "", role: str = "capacity", **more: object):
    parts = {
        "parameters": {"p": {"value": 5, "role": role, **more}},
        "variables": {"x": {}, "y": {"domain": "binary"}},
        "constraints": {"c": {"that": that, "because": because}},
    }
    (found,) = uses(parse(Formulation.model_validate(parts)))
    return found


@pytest.mark.parametrize(
    ("that", "limits"),
    [
        ("x <= p", "above"),
        ("x >= p", "below"),
        ("p >= x", "above"),
        ("p <= x", "below"),
        ("x <= p*y", "above"),
        ("x == p", "both"),
        ("x <= 0.6*p", ""),
        ("x + p <= 9", ""),
        ("implies(y, x <= p)", ""),
        ("x <= p or x >= 2*p", ""),
    ],
)
def test_how_a_row_limits_is_read_from_its_sides(that, limits):
    assert use_of(that).limits == limits


@pytest.mark.parametrize(
    ("because", "role", "agrees"),
    [
        ("at most 5 can be used", "capacity", True),
        ("at least 5 must be used", "capacity", False),
        ("at least 5", "requirement", True),
        ("between at least 2 and at most 5", "requirement", False),
        ("the store has 5", "capacity", False),
        ("exactly at most 5", "capacity", False),
    ],
)
def test_a_role_counts_only_where_the_words_of_the_row_agree(because, role, agrees):
    assert use_of("x <= p", because, role).said == agrees


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("Minimize the cost.", "minimize"),
        ("Which plan earns the highest profit?", "maximize"),
        ("Maximize profit and minimize risk.", ""),
        ("How many?", ""),
    ],
)
def test_the_direction_is_read_from_the_words_if_they_say_one(text, way):
    assert direction(Formulation(), text) == way


def test_a_claim_that_is_not_feasible_is_not_tested_further():
    compiled = model(SHIPPING)
    certificate = certified(compiled, hand([0] * 6, 0.0), battery=True)
    assert certificate.num_tests == 0


def test_an_engine_that_can_be_stopped_is_stopped_at_the_deadline():
    compiled = model(SHIPPING)
    asked = []

    def endless(arrays, *, report=None):
        asked.append(report)
        for _ in range(10_000_000):
            if report(None):
                break
        return solve(arrays)

    certificate = certified(compiled, solve(compiled), battery=True, resolve=endless, seconds=2.0)
    assert len(asked) == 1
    assert "optimal" in {each.check for each in certificate.proved}
    assert not certificate.failed
