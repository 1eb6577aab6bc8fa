"""Plans over scenarios against the same computed by hand, or put together as one program."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from agentopt.agents.context import Context
from agentopt.errors import AgentoptError, BindingError, FormulationError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.uncertainty import Risk
from agentopt.uncertainty.deterministic import equivalent
from agentopt.uncertainty.stochastic import Stochastic, measured, stochastic
from tests.uncertainty.small import THINGS, extensive, problem, solved, stated

LATE = ["ship", "outside"]


def over(rng: Random, count: int, **more: Any) -> Formulation:
    names = [f"s{k}" for k in range(count)]
    weights = [rng.randint(1, 5) for _ in names]
    return stated(
        rng,
        {
            "recourse": LATE,
            "scenarios": {
                "elements": names,
                "probability": {n: w / sum(weights) for n, w in zip(names, weights, strict=True)},
            },
            "parameters": {"demand": {"values": {n: {j: rng.randint(2, 12) for j in THINGS} for n in names}}},
            **more,
        },
    )


def done(f: Formulation, risk: Risk | None = None) -> Stochastic:
    return stochastic(problem(f), Context(verify_seconds=2.0), risk)


def cases(f: Formulation) -> list[dict[str, Any]]:
    assert f.uncertainty is not None
    values: Any = f.uncertainty.parameters["demand"].values
    return [{"demand": each} for each in values.values()]


@pytest.mark.parametrize("seed", range(3))
def test_the_worst_of_all_scenarios_is_that_of_one_program(seed: int) -> None:
    f = over(Random(seed), 4)
    found = done(f, Risk(measure="worst"))
    assert found.value == pytest.approx(extensive(f, cases(f)))
    assert found.value == pytest.approx(max(each.value for each in found.scenarios))  # type: ignore[type-var]
    assert found.answer.certificate is not None
    assert str(found.answer.certificate.verdict) == "verified"


@pytest.mark.parametrize("seed", range(3))
def test_the_worth_of_the_plan_and_of_knowing_are_what_they_are_defined_to_be(seed: int) -> None:
    f = over(Random(seed), 4)
    found = done(f)
    weights = [each.probability for each in found.scenarios]
    assert found.value == pytest.approx(
        sum(w * each.value for w, each in zip(weights, found.scenarios, strict=True))  # type: ignore[operator]
    )
    informed = [solved(f, case) for case in cases(f)]
    assert [each.informed for each in found.scenarios] == pytest.approx(informed)
    mean = {j: sum(w * c["demand"][j] for w, c in zip(weights, cases(f), strict=True)) for j in THINGS}
    assert solved(f, {"demand": mean}) <= found.value + 1e-6  # type: ignore[operator] # Jensen
    assert found.value_of_stochastic_solution is not None
    assert found.value_of_stochastic_solution >= -1e-6
    assert found.value_of_perfect_information is not None
    assert found.value_of_perfect_information >= -1e-6


def newsvendor(**uncertainty: Any) -> Formulation:
    return Formulation.model_validate(
        {
            "parameters": {"price": {"value": 5}, "cost": {"value": 3}, "demand": {}},
            "variables": {"order": {"domain": "integer"}, "sold": {}},
            "objective": {"maximize": "price*sold - cost*order", "unit": "dollar"},
            "constraints": {"a": {"that": "sold <= order"}, "b": {"that": "sold <= demand"}},
            "uncertainty": {
                "recourse": "sold",
                "scenarios": {"elements": [1, 2, 3, 4]},
                "parameters": {"demand": {"values": [[1, 10], [2, 20], [3, 30], [4, 40]]}},
                **uncertainty,
            },
        }
    )


@pytest.mark.parametrize(
    "risk",
    [
        Risk(),
        Risk(measure="worst"),
        Risk(measure="cvar", level=0.5),
        Risk(measure="cvar", level=0.75, weight=0.5),
        Risk(measure="cvar", level=0.9, weight=0),
    ],
)
def test_every_measure_of_the_newsvendor_is_best_among_all_orders(risk: Risk) -> None:
    found = done(newsvendor(), risk)
    demands = [10, 20, 30, 40]
    every = [
        measured([5.0 * min(order, d) - 3 * order for d in demands], [0.25] * 4, risk, "maximize")
        for order in range(60)
    ]
    assert found.value == pytest.approx(max(every))  # type: ignore[type-var]
    assert every[round(found.first_stage["order"])] == pytest.approx(max(every))  # type: ignore[arg-type, type-var]


def test_what_is_derived_and_filtered_by_what_is_uncertain_differs_by_scenario() -> None:
    f = newsvendor(
        scenarios={"elements": ["low", "high"], "probability": {"low": 0.5, "high": 0.5}},
        parameters={"demand": {"values": {"low": 10, "high": 40}}},
    )
    f = Formulation.model_validate(
        {
            **f.model_dump(by_alias=True, exclude_defaults=True, mode="json"),
            "parameters": {
                "price": {"value": 5},
                "cost": {"value": 3},
                "demand": {},
                "local": {"formula": "demand/2"},
            },
            "constraints": {
                "a": {"that": "sold <= order"},
                "b": {"that": "sold <= local"},
            },
            "report": {"unsold": "order - sold"},
        }
    )
    made = equivalent(f).formulation
    assert made.parameters["local"].formula == "demand[s]/2"
    assert made.report["unsold"] == "sum(probability[s]*(-sold[s]) for s in SCENARIOS) + order"
    found = done(f)
    assert found.value == pytest.approx(max(5 * (min(o, 5) + min(o, 20)) / 2 - 3 * o for o in range(40)))


def test_a_plan_for_the_mean_that_fails_is_worth_nothing() -> None:
    f = Formulation.model_validate(
        {
            "parameters": {"need": {}},
            "variables": {"buy": {}, "more": {"upper": 1}},
            "objective": {"minimize": "buy + 5*more"},
            "constraints": {"c": {"that": "buy + more >= need"}},
            "uncertainty": {
                "recourse": ["more"],
                "scenarios": {"elements": ["a", "b"]},
                "parameters": {"need": {"values": {"a": 0, "b": 10}}},
            },
        }
    )
    found = done(f)
    assert (found.value, found.mean_plan) == (pytest.approx(10), None)
    assert found.value_of_stochastic_solution == float("inf")
    assert found.value_of_perfect_information == pytest.approx(5)


@pytest.mark.parametrize(
    ("uncertainty", "message"),
    [
        (
            {"scenarios": {"elements": [1, 2], "probability": {"1": 0.5, "2": 0.4}}},
            "sum to 0.9, not to 1",
        ),
        ({"scenarios": {"elements": [1, 2], "probability": {"1": 1.5, "2": -0.5}}}, "below 0"),
        ({"scenarios": {"elements": [1, 2, 3, 4, 5]}}, "5"),
        ({"parameters": {"demand": {"deviation": 1}}}, "has bounds, but there are scenarios"),
        ({"parameters": {"demand": {}}}, "has no values by scenario"),
        ({"budget": 2}, "is for a set"),
    ],
)
def test_what_makes_no_sense_is_said(uncertainty: dict[str, Any], message: str) -> None:
    f = newsvendor()
    assert f.uncertainty is not None
    document = f.model_dump(by_alias=True, exclude_defaults=True, mode="json")
    document["uncertainty"].update(uncertainty)
    if len(uncertainty.get("scenarios", {}).get("elements", ())) == 2:
        document["uncertainty"]["parameters"] = {"demand": {"values": [[1, 10], [2, 20]]}}
    with pytest.raises(AgentoptError, match=message):
        done(Formulation.model_validate(document))


def test_a_set_that_would_differ_by_scenario_is_refused() -> None:
    document = over(Random(0), 2).model_dump(by_alias=True, exclude_defaults=True, mode="json")
    document["sets"]["MANY"] = {"of": ["J"], "with": ["j"], "where": "demand[j] > 3"}
    document["constraints"]["more"] = {"for": "j in MANY", "that": "outside[j] <= 5"}
    with pytest.raises(FormulationError, match=r"sets.MANY"):
        done(Formulation.model_validate(document))


def test_a_missing_number_names_the_scenario() -> None:
    f = newsvendor(parameters={"demand": {"values": {"1": 10, "2": 20, "3": 30}}})
    with pytest.raises(BindingError, match="4"):
        done(f)
