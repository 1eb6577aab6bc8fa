"""Engines for one kind of problem, against enumeration and against each other."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agentopt.compiling import export
from agentopt.compiling.arrays import Compiled
from agentopt.errors import CompileError, EngineError
from agentopt.solvers import Limits, Solution, Termination, engine, route
from agentopt.solvers.classes import refusal
from tests.compiling.models import compiled


def solved(name: str, problem: Compiled, **options: object) -> Solution:
    return engine(name).solve(problem, Limits(seconds=30), options)


def sack(weights: list[int], profits: list[int], counts: list[int], capacity: int) -> Compiled:
    items = {"over": ["I"]}
    return compiled(
        sets={"I": {"first": 1, "last": len(weights)}},
        parameters={
            "weight": {**items, "values": weights},
            "profit": {**items, "values": profits},
            "most": {**items, "values": counts},
        },
        variables={"take": {**items, "domain": "integer", "upper": "most[i]", "with": ["i"]}},
        objective={"maximize": "sum(profit[i]*take[i] for i in I)"},
        constraints={"room": {"that": f"sum(weight[i]*take[i] for i in I) <= {capacity}"}},
    )


def most(weights: list[int], profits: list[int], counts: list[int], capacity: int) -> int:
    best = [0] * (capacity + 1)
    for weight, profit, count in zip(weights, profits, counts, strict=True):
        for _ in range(count):
            for room in range(capacity, weight - 1, -1):
                best[room] = max(best[room], best[room - weight] + profit)
    return best[capacity]


@pytest.mark.parametrize("seed", range(12))
def test_a_knapsack_is_filled_best(seed: int) -> None:
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 25))
    weights, counts = rng.integers(1, 30, count).tolist(), rng.integers(0, 4, count).tolist()
    profits = rng.integers(1, 40, count).tolist() if seed % 2 else [each + 5 for each in weights]
    capacity = int(rng.integers(0, 150))
    found = solved("knapsack", sack(weights, profits, counts, capacity))
    assert found.termination is Termination.OPTIMAL
    assert found.objective == found.bound == most(weights, profits, counts, capacity)


def packing(weights: list[int], capacity: int, bins: int, **more: Any) -> Compiled:
    return compiled(
        sets={"I": {"first": 1, "last": len(weights)}, "B": {"first": 1, "last": bins}},
        parameters={"weight": {"over": ["I"], "values": weights}},
        variables={
            "put": {"over": ["I", "B"], "domain": "binary"},
            "use": {"over": ["B"], "domain": "binary"},
        },
        objective={"minimize": "sum(use[b] for b in B)"},
        constraints={
            "once": {"for": "i in I", "that": "sum(put[i,b] for b in B) == 1"},
            "room": {"for": "b in B", "that": f"sum(weight[i]*put[i,b] for i in I) <= {capacity}*use[b]"},
            **more,
        },
    )


@pytest.mark.parametrize("seed", range(6))
def test_packings_are_those_of_highs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(20, 60, 8).tolist()
    more = {"link": {"for": "i in I, b in B", "that": "put[i,b] <= use[b]"}} if seed % 2 else {}
    problem = packing(weights, 100, 6, **more)
    found, other = solved("cutting", problem), solved("highs", problem)
    assert (found.termination, found.objective) == (other.termination, other.objective)


def test_a_packing_that_no_greedy_rule_finds_is_found() -> None:
    weights = [44, 24, 24, 22, 21, 17, 8, 8, 6, 6]
    problem = packing(weights, 60, 5)
    found = solved("cutting", problem)
    assert (found.termination, found.objective) == (Termination.OPTIMAL, 3.0)
    assert found.objective == solved("highs", problem).objective


def tour(costs: np.ndarray, **more: Any) -> Compiled:
    return compiled(
        sets={"N": {"first": 1, "last": len(costs)}},
        parameters={"far": {"over": ["N", "N"], "values": costs.tolist()}},
        variables={"go": {"over": ["N", "N"], "domain": "binary"}},
        objective={"minimize": "sum(far[i,j]*go[i,j] for i in N for j in N if i != j)"},
        constraints={"tour": {"that": "circuit(go[i,j] for i in N for j in N if i != j)"}, **more},
    )


def shortest(costs: np.ndarray) -> float:
    rest = range(1, len(costs))
    return min(
        sum(costs[a, b] for a, b in itertools.pairwise([0, *order, 0]))
        for order in itertools.permutations(rest)
    )


@pytest.mark.parametrize("seed", range(10))
def test_tours_are_shortest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    costs = rng.integers(1, 50, (size := int(rng.integers(3, 8)), size)).astype(float)
    costs = np.minimum(costs, costs.T) if seed % 2 else costs
    found = solved("tsp", tour(costs))
    assert found.termination is Termination.OPTIMAL
    assert found.objective == found.bound == shortest(costs)


def test_a_tour_between_two_crowds_needs_cuts() -> None:
    rng = np.random.default_rng(4)
    towns = np.vstack((rng.random((9, 2)), rng.random((9, 2)) + np.array([9, 0]))) * 100
    costs = np.round(np.hypot(*(towns[:, None] - towns[None]).transpose(2, 0, 1)))
    found = solved("tsp", tour(costs))
    assert found.termination is Termination.OPTIMAL
    assert found.objective == solved("cpsat", tour(costs)).objective


def test_routes_are_good_and_nothing_is_claimed() -> None:
    rng = np.random.default_rng(1)
    towns = rng.random((9, 2)) * 100
    costs = np.round(np.hypot(*(towns[:, None] - towns[None]).transpose(2, 0, 1)))
    problem = compiled(
        sets={"N": {"first": 1, "last": 9}},
        parameters={"far": {"over": ["N", "N"], "values": costs.tolist()}},
        variables={"go": {"over": ["N", "N"], "domain": "binary"}},
        objective={"minimize": "sum(far[i,j]*go[i,j] for i in N for j in N if i != j)"},
        constraints={
            "vans": {"that": "routes(1, 3, (go[i,j], 1) for i in N for j in N if i != j)"},
            "fleet": {"that": "sum(go[1,j] for j in N if j > 1) <= 3"},
        },
    )
    found = solved("vrp", problem, iterations=300)
    assert (found.termination, found.bound) == (Termination.LOCALLY_OPTIMAL, None)
    assert found.objective is not None
    assert found.objective <= 1.05 * (solved("cpsat", problem).objective or 0.0)


@pytest.mark.parametrize(
    ("name", "problem", "reason"),
    [
        ("tsp", tour(np.ones((5, 5)), more={"that": "go[1,2] + go[2,3] <= 1"}), "further constraints"),
        ("tsp", tour(np.ones((5, 5)), more={"that": "go[1,2] == 1"}), "prescribed"),
        ("vrp", tour(np.ones((5, 5))), "not one `routes"),
        (
            "cutting",
            packing([3, 4], 9, 2, more={"that": "put[1,1] + put[2,1] <= 1"}),
            "asks for an item|two ways",
        ),
        ("cutting", packing([3, 4], 9, 2, more={"that": "use[1] + use[2] >= 2"}), "tied together"),
        ("knapsack", packing([3, 4], 9, 2), "one row"),
    ],
)
def test_what_is_more_than_their_problem_is_refused(name: str, problem: Compiled, reason: str) -> None:
    import re

    assert re.search(reason, refusal(engine(name), problem))


def test_large_ones_are_recognised_and_small_ones_left_to_the_usual_engines() -> None:
    rng = np.random.default_rng(0)
    assert route(tour(rng.integers(1, 9, (24, 24)).astype(float))).engine.name == "tsp"
    assert route(tour(rng.integers(1, 9, (12, 12)).astype(float))).engine.name == "cpsat"
    assert route(tour(rng.integers(1, 9, (5, 5)).astype(float))).engine.name == "highs"
    assert route(packing([5] * 20, 12, 20)).engine.name == "cutting"
    assert route(packing([5] * 4, 12, 4)).engine.name not in {"cutting", "knapsack"}
    many = rng.integers(1, 99, 300).tolist()
    assert route(sack(many, many, [1] * 300, 999)).engine.name == "knapsack"


def test_a_statement_without_rows_is_for_cp_sat_alone(tmp_path: Path) -> None:
    problem = compiled(
        sets={"J": {"first": 1, "last": 2}},
        variables={
            "start": {"over": ["J"], "domain": "integer", "upper": 9},
            "long": {"over": ["J"], "domain": "integer", "upper": 4},
        },
        objective={"maximize": "sum(long[j] for j in J) - sum(start[j] for j in J)"},
        constraints={
            "hands": {"that": "cumulative(1, (start[j], long[j], 1) for j in J)"},
            "day": {"for": "j in J", "that": "start[j] + long[j] <= 6"},
        },
    )
    assert route(problem).engine.name == "cpsat"
    with pytest.raises(EngineError, match="`cumulative` is not made of rows"):
        solved("highs", problem)
    with pytest.raises(CompileError, match="a model file holds only rows"):
        export(problem, tmp_path / "plan.mps")
    found = solved("cpsat", problem)
    assert (found.termination, found.objective) == (Termination.OPTIMAL, 4.0)
