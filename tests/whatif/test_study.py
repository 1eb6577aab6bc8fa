"""Changed problems come to what a fresh solve comes to; prices and ranges hold when they are tried."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import agentopt
from agentopt.agents.subjects import read_subject
from agentopt.compiling import compile_instance, read
from agentopt.compiling.arrays import Compiled
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers import Solution, solve
from agentopt.solvers.sensitivity import sensitivity
from agentopt.whatif.changes import Change
from agentopt.whatif.prices import WHOLE, prices
from agentopt.whatif.study import Study, compiled_of, of_arrays
from agentopt.whatif.sweeping import sweep, sweep_of
from tests.whatif.studies import study


def test_a_change_is_compared_with_what_was_before():
    found = study().step(Change("set", "demand[topeka]=300"))
    difference = found.difference
    assert difference is not None
    assert (difference.before, difference.after) == (pytest.approx(148770), pytest.approx(152100))
    (decision,) = difference.decisions
    assert (decision.label, decision.before, decision.after) == ("ship[san-diego, topeka]", 275, 300)
    assert difference.stays is False


@pytest.mark.parametrize("name", ["shipping", "bakery", "production"])
def test_every_step_equals_a_fresh_solve(name):
    """Random changes on top of each other, each outcome beside a solve that knows nothing of them."""
    own, rng = study(name), Random(name)
    instance = own.instance
    for _ in range(3):
        parameter = rng.choice([n for n, p in instance.formulation.parameters.items() if p.formula is None])
        step = own.step(Change("set", f"{parameter}=+{rng.randint(1, 9)}%"))
        fresh = solve(compiled_of(step.problem))
        assert step.outcome.solution.termination == fresh.termination
        if fresh.objective is not None:
            assert step.outcome.objective == pytest.approx(fresh.objective, rel=1e-6)
    while own.undo():
        pass
    assert own.current is own.base


def test_a_forced_decision_costs_what_a_fresh_solve_says():
    own = study()
    trial = own.tried(Change("force", "ship[denver, topeka]>=50"))
    assert own.changes == ()
    model = read_subject("example:shipping")
    stated = {"that": "ship['denver', 'topeka'] >= 50"}
    formulation = model.formulation.model_copy(
        update={"constraints": {**model.formulation.constraints, "own": _constraint(stated)}}
    )
    fresh = agentopt.solve(formulation.with_origin(model.folder / "formulation.yaml"))
    assert trial.outcome.objective == pytest.approx(fresh.objective)
    assert trial.difference is not None
    assert trial.difference.change > 0


def _constraint(fields):
    from agentopt.formulation.elements import Constraint

    return Constraint.model_validate(fields)


def test_what_cannot_be_forced_is_explained_by_its_conflict():
    trial = study().tried(Change("force", "ship[denver, topeka]>=500"))
    assert trial.outcome.status == "infeasible"
    assert trial.outcome.diagnosis is not None
    conflicts = trial.outcome.diagnosis.conflicts
    assert conflicts is not None
    assert all(any(m.name == "whatif_1" for m in each.members) for each in conflicts.found)


def test_whole_numbers_have_no_shadow_prices_and_are_solved_again():
    base = study("bakery").base

    def resolve(compiled: Compiled) -> Solution:
        return solve(compiled)

    found = prices(base, resolve)
    assert (found.note, found.prices) == (WHOLE, ())
    unit = next(each for each in found.units if each.label == "few_products")
    more = study("bakery").step(Change("set", "most_products+=1"))
    assert unit.more == pytest.approx(more.outcome.objective)


@pytest.mark.parametrize("seed", range(12))
def test_prices_and_ranges_of_random_linear_programs_hold(seed):
    """Inside its range a price is exact; inside its range a cost leaves the answer as it is."""
    model = _random(seed)
    found = sensitivity(model)
    assert found is not None
    tried = 0
    for row in np.flatnonzero(np.abs(found.duals) > 1e-9).tolist():
        low, high = found.side_ranges[row]
        side = found.sides[row]
        for end in (low, high):
            if not np.isfinite(end) or abs(end) > 1e15 or abs(end - side) < 1e-9:
                continue
            tried += 1
            moved = side + 0.9 * (end - side)
            assert _with_side(model, row, side, moved).objective == pytest.approx(
                found.objective + found.duals[row] * (moved - side), abs=1e-6
            )
    for column in range(model.num_columns):
        for end in found.cost_ranges[column]:
            if np.isfinite(end) and abs(end) < 1e15 and abs(end - found.costs[column]) > 1e-9:
                tried += 1
                cost = found.costs[column] + 0.9 * (end - found.costs[column])
                assert _with_cost(model, column, cost).objective == pytest.approx(
                    found.objective + (cost - found.costs[column]) * found.values[column], abs=1e-6
                )
    assert tried


def _random(seed: int) -> Compiled:
    rng = Random(seed)
    names = "abcd"
    constraints = {
        f"r{k}": {"that": f"{' + '.join(f'{rng.randint(1, 9)}*{n}' for n in names)} <= {rng.randint(20, 90)}"}
        for k in range(4)
    }
    constraints["least"] = {"that": f"a + b >= {rng.randint(1, 2)}"}
    objective = {"maximize": " + ".join(f"{rng.randint(1, 9)}*{n}" for n in names)}
    parts = {
        "variables": {n: {"upper": 20} for n in names},
        "objective": objective,
        "constraints": constraints,
    }
    return compile_instance(bind(Formulation.model_validate(parts)))


def _with_side(model: Compiled, row: int, side: float, moved: float) -> Solution:
    from dataclasses import replace

    lower, upper = model.row_lower.copy(), model.row_upper.copy()
    (upper if upper[row] == side else lower)[row] = moved
    return solve(replace(model, row_lower=lower, row_upper=upper))


def _with_cost(model: Compiled, column: int, cost: float) -> Solution:
    from dataclasses import replace

    costs = model.objectives[0].cost.copy()
    costs[column] = cost
    return solve(replace(model, objectives=(replace(model.objectives[0], cost=costs),)))


def test_a_price_of_a_parameter_in_two_places_is_told_of_the_row():
    parts = {
        "parameters": {"room": {"value": 10}},
        "variables": {"x": {}, "y": {}},
        "objective": {"maximize": "x + 2*y"},
        "constraints": {"one": {"that": "x <= room"}, "two": {"that": "y <= room"}},
    }
    formulation = Formulation.model_validate(parts)
    from agentopt.agents.context import Context, Problem

    found = prices(Study(Problem(formulation=formulation), Context()).base)
    assert [(each.label, each.limit, each.price) for each in found.prices] == [
        ("two", None, 2.0),
        ("one", None, 1.0),
    ]


def test_a_sweep_says_where_there_is_no_answer_and_where_decisions_change():
    own = study()
    points = sweep(own, sweep_of("supply[denver]=300:500:5"))
    assert [each.value for each in points] == [300, 350, 400, 450, 500]
    assert points[0].outcome.status == "infeasible"
    assert [each.outcome.objective for each in points[1:]] == pytest.approx([158310, 153540, 148770, 144000])
    assert own.changes == ()


def test_a_model_file_can_be_changed(tmp_path):
    path = agentopt.Formulation.load("example:shipping").export(tmp_path / "m.lp")
    arrays = read(path)
    from agentopt.agents.context import Context

    own = Study(of_arrays(arrays), Context())
    assert own.base.objective == pytest.approx(148770)
    step = own.step(Change("set", "at_least_side[meet_demand_topeka]=300"))
    assert step.outcome.objective == pytest.approx(152100)
