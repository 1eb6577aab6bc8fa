"""Robust plans against plans for every vertex of the set at once."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from agentopt.errors import FormulationError
from agentopt.uncertainty.generation import generate
from agentopt.uncertainty.robust import Asked, robust
from agentopt.uncertainty.two_stage import two_stage
from tests.uncertainty.small import corners, extensive, problem, solved, stated

LATE = ["ship", "outside"]


def box(budget: float | None) -> dict[str, Any]:
    return {
        "recourse": LATE,
        "parameters": {"demand": {"deviation": "spread[j]", "with": "j"}},
        **({} if budget is None else {"budget": budget}),
    }


@pytest.mark.parametrize(
    ("seed", "budget", "kind", "method"),
    [
        (0, None, {}, "milp"),
        (1, 0, {}, "milp"),
        (2, 1, {}, "milp"),
        (3, 1.5, {}, "milp"),
        (4, 2, {"exact": True}, "vertices"),
        (5, 2, {"free": False}, "vertices"),
        (6, 1.5, {"free": False}, "vertices"),
    ],
)
def test_generation_finds_what_every_vertex_at_once_gives(
    seed: int, budget: float | None, kind: dict[str, bool], method: str
) -> None:
    """Where a missing unit has no price, no big-M can be proved, and the vertices are looked at instead."""
    f = stated(Random(seed), box(budget), **kind)
    expected = extensive(f, corners(f, "demand", 3.0 if budget is None else budget))
    found = robust(problem(f))
    assert found.method == method
    if expected is None:
        assert found.status == "infeasible"
        return
    assert found.status == "optimal"
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert found.bound == pytest.approx(expected, rel=1e-6)
    assert found.nominal == pytest.approx(solved(f), rel=1e-6)


@pytest.mark.parametrize("seed", [0])
def test_the_three_adversaries_agree_under_budgets_and_restrictions(seed: int) -> None:
    stated_set = box(2)
    f = stated(Random(seed), stated_set)
    values = {m: robust(problem(f), Asked(adversary=m)).value for m in ("milp", "vertices", "bilinear")}
    assert values["vertices"] == pytest.approx(values["milp"], rel=1e-6)
    assert values["bilinear"] == pytest.approx(values["milp"], rel=1e-5)
    together = {"that": "sum(demand[j] for j in J) <= 30", "because": "there are not more people"}
    f = stated(Random(seed), {**box(None), "constraints": {"together": together}})
    total = sum(f.parameters["demand"].values.values())  # type: ignore[union-attr]
    if total > 30:
        pytest.skip("the stated values are not in the set")
    one = robust(problem(f), Asked(adversary="vertices"))
    assert one.value <= robust(problem(stated(Random(seed), box(None)))).value + 1e-6
    assert sum(one.worst.values()) <= 30 + 1e-6
    with pytest.raises(FormulationError, match="bounds and budgets"):
        robust(problem(f), Asked(adversary="milp"))


@pytest.mark.parametrize("seed", range(2))
def test_policies_are_ordered_and_the_static_one_holds_at_every_vertex(seed: int) -> None:
    f = stated(Random(seed), box(2))
    adaptive, affine, static = (
        robust(problem(f), Asked(policy=policy)) for policy in ("adaptive", "affine", "static")
    )
    assert solved(f) <= adaptive.value + 1e-6  # type: ignore[operator]
    assert adaptive.value <= affine.value + 1e-6  # type: ignore[operator]
    assert affine.value <= static.value + 1e-6  # type: ignore[operator]
    assert affine.missed == pytest.approx(0, abs=1e-6)
    everything_now = f.model_copy(
        update={"uncertainty": f.uncertainty.model_copy(update={"recourse": []})}  # type: ignore[union-attr]
    )
    expected = extensive(everything_now, corners(f, "demand", 2))
    assert static.value == pytest.approx(expected, rel=1e-6)


def weighed(rng: Random, budget: float) -> Any:
    """A knapsack whose weights and profits are uncertain: the problem of Bertsimas and Sim (2004)."""
    from agentopt.formulation.elements import Formulation

    things = ["p", "q", "r", "s"]
    return Formulation.model_validate(
        {
            "sets": {"T": {"elements": things}},
            "parameters": {
                "weight": {"over": "T", "values": {t: rng.randint(3, 9) for t in things}},
                "spread": {"over": "T", "values": {t: rng.randint(1, 3) for t in things}},
                "gain": {"over": "T", "values": {t: rng.randint(5, 20) for t in things}},
            },
            "variables": {"take": {"over": "T", "domain": "binary"}},
            "objective": {"maximize": "sum(gain[t]*take[t] for t in T)"},
            "constraints": {"fits": {"that": "sum(weight[t]*take[t] for t in T) <= 14"}},
            "uncertainty": {
                "parameters": {"weight": {"deviation": "spread[t]", "with": "t"}},
                "budget": budget,
            },
        }
    )


@pytest.mark.parametrize(("seed", "budget"), [(0, 0), (1, 1), (2, 2.5), (3, 4)])
def test_uncertain_coefficients_of_whole_decisions_are_exact(seed: int, budget: float) -> None:
    f = weighed(Random(seed), budget)
    found = robust(problem(f))
    assert (found.policy, found.method) == ("static", "duality")
    assert found.value == pytest.approx(extensive(f, corners(f, "weight", budget)), rel=1e-7)
    assert found.missed == pytest.approx(0, abs=1e-6)


def test_uncertain_costs_of_recourse_are_taken_by_the_global_engine() -> None:
    uncertain = {
        "recourse": LATE,
        "parameters": {"haul": {"lower": "haul[i,j]", "upper": "haul[i,j] + 4", "with": ["i", "j"]}},
        "budget": 2,
    }
    f = stated(Random(1), uncertain)
    found = robust(problem(f))
    assert (found.status, found.method) == ("optimal", "bilinear")
    # By minimax, recourse after the costs are known is worth what recourse before is: all is convex there.
    static = robust(problem(f), Asked(policy="static"))
    assert found.value == pytest.approx(static.value, rel=1e-4)


def test_the_price_grows_with_the_budget_and_chances_fall() -> None:
    found = robust(problem(weighed(Random(3), 4)), Asked(prices=(0.0, 1.0, 2.0, 3.0, 4.0)))
    values = [each.value for each in found.prices]
    assert values[0] == pytest.approx(found.nominal)
    assert values[-1] == pytest.approx(found.value)
    assert values == sorted(values, reverse=True)  # type: ignore[type-var]
    chances = [each.chance for each in found.prices]
    assert chances == pytest.approx([0.6875, 0.5, 0.3125, 0.1875, 0.0625])


def test_the_adversary_is_worst_among_all_vertices_for_any_plan() -> None:
    from agentopt.uncertainty.adversary import Adversary
    from agentopt.uncertainty.sets import vertices

    stages = two_stage(problem(stated(Random(5), box(2))))
    plan = generate(stages).point
    assert plan is not None
    adversary = Adversary(stages)
    a, b = adversary.right(plan)
    every = vertices(stages.polytope)
    assert every is not None
    costs = [adversary.cost(z, a, b, missing=False) for z in every]
    attack = adversary.worst(plan)
    assert attack.value == pytest.approx(max(costs))
    assert attack.bound >= max(costs) - 1e-6
    assert np.isfinite(attack.bound)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"variables": {"outside": {"domain": "integer"}}}, "whole numbers only"),
        ({"parameters": {"demand": {"lower": 99}}}, "not between its bounds"),
        ({"parameters": {"spread": {"deviation": 1}}}, "no objective or constraint mentions"),
        ({"parameters": {"demnd": {"deviation": 1}}}, "is not a parameter"),
        ({"recourse": ["shipp"]}, "is not a variable"),
        ({"budget": -1}, "below 0"),
        ({"parameters": {"demand": {"values": {"s": 1}}}}, "values by scenario, but there are none"),
        ({"constraints": {"c": {"that": 'demand["a"] >= 90'}}}, "do not satisfy"),
        ({"constraints": {"c": {"that": 'demand["a"]*demand["b"] <= 900'}}}, "not linear"),
    ],
)
def test_what_makes_no_sense_is_said(change: dict[str, Any], message: str) -> None:
    from agentopt.errors import AgentoptError

    uncertainty = box(1)
    if "variables" in change:
        f = stated(Random(0), uncertainty)
        variable = f.variables["outside"].model_copy(update=change["variables"]["outside"])
        f = f.model_copy(update={"variables": {**f.variables, "outside": variable}})
    else:
        f = stated(Random(0), {**uncertainty, **change})
    with pytest.raises(AgentoptError, match=message):
        robust(problem(f))


def test_a_derived_parameter_or_bound_of_what_is_uncertain_is_refused_with_the_way_out() -> None:
    f = stated(Random(0), box(1))
    capped = f.variables["ship"].model_copy(update={"upper": "demand[j]", "with_": ["i", "j"]})
    with pytest.raises(FormulationError, match="a bound is uncertain"):
        robust(problem(f.model_copy(update={"variables": {**f.variables, "ship": capped}})))
