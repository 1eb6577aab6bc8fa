"""Small two-stage problems at random, and their answers by looking at every case."""

from __future__ import annotations

import itertools
from random import Random
from typing import Any

import numpy as np

from agentopt.agents.context import Problem
from agentopt.compiling import compile_instance
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers import solve

THINGS = ["a", "b", "c"]


def stated(
    rng: Random, uncertainty: dict[str, Any], *, free: bool = True, exact: bool = False
) -> Formulation:
    """Sites with room that is bought now, and demand that is served later, at a price or from outside.

    Without `free`, nothing comes from outside, and a plan may fail; `exact` serves no more than is wanted.
    """
    places = ["x", "y"]
    document: dict[str, Any] = {
        "sets": {"I": {"elements": places}, "J": {"elements": THINGS}},
        "parameters": {
            "fixed": {"over": "I", "values": {i: rng.randint(5, 40) for i in places}},
            "room": {"over": "I", "values": {i: rng.randint(1, 6) for i in places}},
            "haul": {
                "over": ["I", "J"],
                "values": {i: {j: rng.randint(1, 9) for j in THINGS} for i in places},
            },
            "demand": {"over": "J", "values": {j: rng.randint(3, 12) for j in THINGS}},
            "spread": {"over": "J", "values": {j: rng.randint(1, 3) for j in THINGS}},
            "weight": {"value": 2},
        },
        "variables": {
            "open": {"over": "I", "domain": "binary"},
            "size": {"over": "I", "upper": 60},
            "ship": {"over": ["I", "J"]},
            "outside": {"over": "J", "upper": None if free else 0},
        },
        "objective": {
            "minimize": "sum(fixed[i]*open[i] + room[i]*size[i] for i in I)"
            " + sum(haul[i,j]*ship[i,j] for i in I for j in J) + sum(25*outside[j] for j in J)"
        },
        "constraints": {
            "built": {"for": "i in I", "that": "size[i] <= 40*open[i]"},
            "within": {"for": "i in I", "that": "sum(ship[i,j] for j in J) <= size[i]"},
            "served": {
                "for": "j in J",
                "that": "sum(ship[i,j] for i in I) + outside[j] " + ("==" if exact else ">=") + " demand[j]",
            },
            "some": {"that": "sum(weight*size[i] for i in I) >= 4"},
        },
        "uncertainty": uncertainty,
    }
    return Formulation.model_validate(document)


def problem(f: Formulation) -> Problem:
    """As the functions take it."""
    return Problem(formulation=f)


def extensive(f: Formulation, cases: list[dict[str, Any]]) -> float | None:
    """The best worst case over cases of given numbers, as one program put together by hand; None without.

    Every case gets its own copy of the arrays; what is decided before has one value in all.
    """
    from agentopt.uncertainty.programs import Program

    assert f.uncertainty is not None
    plain = f.model_copy(update={"uncertainty": None})
    program = Program()
    worst = program.columns(-np.inf, np.inf, 1.0, count=1)
    shared: dict[int, int] = {}
    for case in cases:
        arrays = compile_instance(bind(plain, case))
        assert arrays.objective is not None
        place = program.columns(arrays.lower, arrays.upper, integer=arrays.integrality == 1)
        late = np.zeros(arrays.num_columns, dtype=bool)
        for block in arrays.variables:
            late[block.start : block.start + len(block.codes)] = block.name in f.uncertainty.recourse
        for k in np.flatnonzero(~late).tolist():
            if k in shared:
                both = np.array([place[k], shared[k]])
                program.rows([0.0], [0.0], (np.zeros(2, int), both, np.array([1.0, -1.0])))
            shared.setdefault(k, int(place[k]))
        column = np.repeat(np.arange(arrays.num_columns), np.diff(arrays.matrix.starts))
        program.rows(
            arrays.row_lower, arrays.row_upper, (arrays.matrix.indices, place[column], arrays.matrix.values)
        )
        sign = 1.0 if arrays.objective.sense == "minimize" else -1.0
        used = np.concatenate([place, worst])
        cost = np.concatenate([sign * arrays.objective.cost, [-1.0]])
        program.rows([-np.inf], [-sign * arrays.objective.offset], (np.zeros(len(used), int), used, cost))
    found = program.solved()
    if found.value is None:
        return None
    return found.value if sign > 0 else -found.value


def corners(f: Formulation, parameter: str, budget: float) -> list[dict[str, Any]]:
    """Every vertex of stated values plus or minus `spread`, at most `budget` of them away at once."""
    instance = bind(f)
    keys = [key[0] for key in instance.labels.tuples(instance.parameters[parameter].codes)]
    middle = instance.parameters[parameter].values.reshape(-1)
    spread = instance.parameters["spread"].values.reshape(-1)
    part = budget - int(budget)
    found = []
    for ways in itertools.product(sorted({-1.0, 0.0, 1.0, -part, part}), repeat=len(keys)):
        used = sum(abs(way) for way in ways)
        broken = sum(0 < abs(way) < 1 for way in ways)
        # A broken budget is spent to its end at a vertex; other points are inside.
        if used <= budget + 1e-9 and broken <= 1 and (not broken or used == budget):
            values = middle + np.array(ways) * spread
            found.append({parameter: [[key, float(v)] for key, v in zip(keys, values, strict=True)]})
    return found


def solved(f: Formulation, data: dict[str, Any] | None = None) -> float | None:
    """The best value as stated."""
    plain = f.model_copy(update={"uncertainty": None})
    return solve(compile_instance(bind(plain, data))).objective
