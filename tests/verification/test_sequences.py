"""Sequencing statements measured from their words: broken answers are found, whoever gives them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agentopt.compiling import compile_instance
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers import solve
from agentopt.verification import verify


def checked(values: dict[str, list[float]], **parts: Any) -> list[str]:
    """What fails of an answer whose first columns are those given."""
    formulation = Formulation.model_validate(parts)
    instance = bind(formulation)
    problem = compile_instance(instance)
    found = solve(problem, engine="highs")
    assert found.values is not None
    point = found.values.copy()
    for name, column in values.items():
        block = next(each for each in problem.variables if each.name == name)
        point[block.start : block.start + len(column)] = column
    claimed = replace(found, values=point)
    certificate = verify(instance, problem, claimed)
    return [each.element for each in certificate.failed if each.check != "optimal"]


JOBS = {
    "sets": {"J": {"first": 1, "last": 3}},
    "variables": {
        "start": {"over": ["J"], "domain": "integer", "upper": 9},
        "use": {"over": ["J"], "domain": "binary"},
    },
}


@pytest.mark.parametrize(
    ("starts", "use", "fails"),
    [
        ([0, 2, 4], [1, 1, 1], False),
        ([0, 2, 3], [1, 1, 1], True),
        ([0, 2, 3], [1, 1, 0], False),
        ([4, 2, 0], [1, 1, 1], False),
        ([0, 0, 5], [1, 1, 1], True),
    ],
)
def test_tasks_that_overlap_are_found(starts: list[float], use: list[float], fails: bool) -> None:
    found = checked(
        {"start": starts, "use": use},
        **JOBS,
        constraints={"machine": {"that": "no_overlap((start[j], 2, use[j]) for j in J)"}},
    )
    assert ("machine" in "".join(found)) == fails


@pytest.mark.parametrize(
    ("starts", "fails"), [([0, 0, 2], False), ([0, 1, 1], True), ([0, 0, 1], True), ([2, 0, 0], True)]
)
def test_needs_beyond_the_capacity_are_found(starts: list[float], fails: bool) -> None:
    parts = {**JOBS, "parameters": {"need": {"over": ["J"], "values": [1, 1, 2]}}}
    found = checked(
        {"start": starts},
        **parts,
        constraints={"hands": {"that": "cumulative(2, (start[j], 2, need[j]) for j in J)"}},
    )
    assert ("hands" in "".join(found)) == fails


TOWNS = {
    "sets": {"N": {"first": 1, "last": 4}},
    "variables": {"go": {"over": ["N", "N"], "domain": "binary"}},
}


def arcs(*pairs: tuple[int, int]) -> list[float]:
    return [float((i, j) in pairs) for i in range(1, 5) for j in range(1, 5)]


@pytest.mark.parametrize(
    ("taken", "fails"),
    [
        (arcs((1, 2), (2, 3), (3, 4), (4, 1)), False),
        (arcs((1, 2), (2, 1), (3, 4), (4, 3)), True),
        (arcs((1, 2), (2, 3), (3, 1)), True),
    ],
)
def test_subtours_are_found(taken: list[float], fails: bool) -> None:
    tour = {"tour": {"that": "circuit(go[i,j] for i in N for j in N if i != j)"}}
    assert ("tour" in "".join(checked({"go": taken}, **TOWNS, constraints=tour))) == fails


@pytest.mark.parametrize(
    ("taken", "fails"),
    [
        (arcs((1, 2), (2, 3), (3, 1), (1, 4), (4, 1)), False),
        (arcs((1, 2), (2, 3), (3, 4), (4, 1)), True),
        (arcs((1, 2), (2, 1), (3, 4), (4, 3)), True),
    ],
)
def test_routes_with_too_much_load_or_without_the_depot_are_found(taken: list[float], fails: bool) -> None:
    routes = {"vans": {"that": "routes(1, 2, (go[i,j], 1) for i in N for j in N if i != j)"}}
    assert ("vans" in "".join(checked({"go": taken}, **TOWNS, constraints=routes))) == fails


def test_the_element_at_a_place_is_looked_up() -> None:
    parts = {
        "sets": {"I": {"first": 1, "last": 3}},
        "parameters": {"price": {"over": ["I"], "values": [7, 5, 6]}},
        "variables": {"x": {"domain": "integer", "lower": 1, "upper": 3}, "y": {"upper": 9}},
        "objective": {"minimize": "y"},
        "constraints": {"cost": {"that": "y >= element(x, price[i] for i in I)"}},
    }
    assert checked({}, **parts) == []
    assert "cost" in "".join(checked({"x": [1.0]}, **parts))
