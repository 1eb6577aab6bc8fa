"""The neighbourhoods: what each keeps, frees and asks for."""

from __future__ import annotations

import numpy as np
import pytest

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Values
from agentopt.solvers import Limits, engine
from agentopt.solvers.alns.neighbourhoods import ARMS, Around, narrowed
from tests.compiling.models import compiled

MAKERS = {arm.name: arm.make for arm in ARMS}


def model(sense: str = "maximize") -> Compiled:
    """Ten binaries, an integer and a continuous column."""
    names = [f"b{i}" for i in range(10)]
    total = " + ".join(f"{3 + i}*{name}" for i, name in enumerate(names))
    limit = "<= 30" if sense == "maximize" else ">= 30"
    return compiled(
        variables={
            **{name: {"domain": "binary"} for name in names},
            "n": {"domain": "integer", "upper": 4},
            "x": {"upper": 2.5},
        },
        objective={sense: f"{total} + 2*n + x"},
        constraints={"c": {"that": f"{total} + n + x {limit}"}},
    )


def around(share: float = 0.5, relaxed: Values | None = None, sense: str = "maximize") -> Around:
    problem = model(sense)
    current = np.zeros(12)
    current[[7, 8, 11]] = [1, 1, 1]
    if sense == "minimize":
        current[:10] = 1
    other = np.zeros(12)
    other[[9, 8]] = [1, 1]
    if relaxed is None:
        relaxed = np.array([0, 0, 0, 0, 0, 0, 0.5, 1, 1, 0, 0, 0.0])
    return Around(problem, current, (other,), relaxed, share, np.random.default_rng(1))


def test_mutation_keeps_a_share_of_the_integers() -> None:
    found = MAKERS["mutation"](around(0.7))
    assert found is not None
    assert len(found.fixed) == round(0.7 * 11)
    assert 11 not in found.fixed
    assert found.values.tolist() == around().current[found.fixed].tolist()


def test_rins_keeps_what_the_relaxation_agrees_on() -> None:
    found = MAKERS["rins"](around(0.1))
    assert found is not None
    assert set(found.fixed) == set(range(11)) - {6}


def test_crossover_keeps_what_another_point_agrees_on() -> None:
    found = MAKERS["crossover"](around(0.1))
    assert found is not None
    assert set(found.fixed) == set(range(11)) - {7, 9}
    alone = around()
    assert MAKERS["crossover"](Around(alone.compiled, alone.current, (), None, 0.5, alone.rng)) is None


def test_rens_rounds_the_relaxation_up_and_down() -> None:
    near = around(1.0)
    found = MAKERS["rens"](near)
    assert found is not None
    small = narrowed(near, found, 0.5)
    assert (small.lower[6], small.upper[6]) == (0, 1)
    assert small.lower[:6].tolist() == small.upper[:6].tolist() == [0] * 6
    assert small.lower[7] == 1


def test_local_branching_and_proximity_count_what_changes() -> None:
    near = around(0.8)
    found = MAKERS["local-branching"](near)
    assert found is not None
    assert found.row is not None
    weights, most = found.row
    assert weights @ near.current == -2
    assert most == 2.0 - 2.0
    moved = near.current.copy()
    moved[[0, 7]] = [1, 0]
    assert weights @ moved - weights @ near.current == 2
    nearest = MAKERS["proximity"](near)
    assert nearest is not None
    assert nearest.cost is not None
    assert nearest.cost.tolist() == weights.tolist()
    assert nearest.improves


@pytest.mark.parametrize("sense", ["maximize", "minimize"])
@pytest.mark.parametrize("name", sorted(MAKERS))
def test_what_is_found_in_a_neighbourhood_is_feasible_and_better_where_asked(name: str, sense: str) -> None:
    near = around(0.3, sense=sense)
    objective = near.compiled.objective
    assert objective is not None
    change = MAKERS[name](near)
    assert change is not None
    small = narrowed(near, change, 0.01)
    found = engine("highs").solve(small, Limits(seconds=20), {})
    if found.values is None:
        assert change.improves
        return
    better = objective.cost @ (found.values - near.current)
    assert (better if sense == "maximize" else -better) >= (0.01 if change.improves else 0.0) - 1e-9
    assert found.values[change.fixed] == pytest.approx(change.values, abs=1e-6)
