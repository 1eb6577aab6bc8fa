"""Duals and reduced costs are derivatives of the optimum, in the model's own sense."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from agentopt.compiling.arrays import Compiled
from agentopt.solvers import Limits, engines
from tests.compiling.models import compiled

STEP = 1e-4


def shifted(problem: Compiled, *, row: int | None = None, column: int | None = None, by: float) -> Compiled:
    """The model with both sides of a row, or both bounds of a column, moved."""
    name, index = ("row", row) if row is not None else ("", column)
    sides = {f"{name}_{side}".strip("_"): None for side in ("lower", "upper")}
    for side in sides:
        values = getattr(problem, side).copy()
        values[index] += by
        sides[side] = values
    return replace(problem, **sides)


PROBLEMS = {
    "linear": {
        "variables": {
            "x": {"lower": 1, "upper": 4},
            "y": {"lower": 0, "upper": 9},
            "z": {"lower": -2, "upper": 8},
        },
        "objective": "7*x + 2*y - 3*z + 11",
        "constraints": {
            "a": {"that": "x + 2*y + z <= 11.3"},
            "b": {"that": "-5 <= x - y - z"},
            "c": {"that": "x + z == 4.2"},
        },
    },
    "quadratic": {
        "variables": {
            "x": {"lower": 1, "upper": 4},
            "y": {"lower": 0, "upper": 9},
            "z": {"lower": -2, "upper": 8},
        },
        "objective": "{sign}((x - 5)**2 + (x - y)**2 + 2*z**2 - y) + 3*z",
        "constraints": {
            "a": {"that": "x + 2*y + z <= 7.3"},
            "b": {"that": "-5 <= x - y - z"},
            "c": {"that": "x + z == 4.2"},
        },
    },
    "smooth": {
        "variables": {
            "x": {"lower": 1, "upper": 4},
            "y": {"lower": 0.5, "upper": 9},
            "z": {"lower": -2, "upper": 8},
        },
        "objective": "{sign}(exp(x) + (x - y)**2 - log(y) + z**4) + 3*z",
        "constraints": {
            "a": {"that": "x + 2*y + z <= 7.3"},
            "b": {"that": "x*y - z >= -5"},
            "c": {"that": "x + z == 4.2"},
        },
    },
    "cones": {
        "variables": {
            "x": {"lower": 1, "upper": 4},
            "y": {"lower": 0.5, "upper": 9},
            "z": {"lower": -2, "upper": 8},
        },
        "objective": "{sign}(exp(x) + 2*y - sqrt(z + 3)) - 0.01*z",
        "constraints": {
            "a": {"that": "x**2 + 0.1*z**2 - y <= 7.3"},
            "b": {"that": "x*y >= 5"},
            "c": {"that": "x + z <= 4.2"},
        },
    },
}


@pytest.mark.parametrize("sense", ["minimize", "maximize"])
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("highs", "linear"),
        ("highs", "quadratic"),
        ("ipopt", "quadratic"),
        ("ipopt", "smooth"),
        ("clarabel", "linear"),
        ("clarabel", "quadratic"),
        ("clarabel", "cones"),
    ],
)
def test_duals_are_derivatives_by_the_right_hand_side(name: str, kind: str, sense: str) -> None:
    engine = engines()[name]
    parts = PROBLEMS[kind]
    sign = "1*" if sense == "minimize" else "-1*"
    problem = compiled(
        variables=parts["variables"],
        objective={sense: str(parts["objective"]).replace("{sign}", sign)},
        constraints=parts["constraints"],
    )

    def optimum(changed: Compiled) -> float:
        found = engine.solve(changed, Limits(), {})
        assert found.objective is not None
        return found.objective

    found = engine.solve(problem, Limits(), {})
    assert found.duals is not None
    assert found.reduced_costs is not None
    assert np.abs(found.duals).max() > 0.1
    for i, dual in enumerate(found.duals.tolist()):
        ends = [optimum(shifted(problem, row=i, by=step)) for step in (-STEP, STEP)]
        assert dual == pytest.approx((ends[1] - ends[0]) / (2 * STEP), abs=2e-3), f"row {i}"
    for j, cost in enumerate(found.reduced_costs.tolist()):
        ends = [optimum(shifted(problem, column=j, by=step)) for step in (-STEP, STEP)]
        assert cost == pytest.approx((ends[1] - ends[0]) / (2 * STEP), abs=2e-3), f"column {j}"


def test_integer_problems_have_no_duals() -> None:
    problem = compiled(
        variables={"n": {"domain": "integer", "upper": 5}},
        objective={"maximize": "n"},
        constraints={"a": {"that": "2*n <= 7"}},
    )
    found = engines()["highs"].solve(problem, Limits(), {})
    assert found.objective == 3
    assert found.duals is None
    assert found.reduced_costs is None
