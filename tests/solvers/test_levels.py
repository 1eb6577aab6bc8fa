"""Objectives of several priorities, settled one after the other."""

from __future__ import annotations

import pytest

from agentopt.errors import EngineError
from agentopt.solvers import Limits, Termination, solve
from tests.compiling.models import compiled

SQUARE = {"x": {"upper": 10}, "y": {"upper": 10}}
ROWS = {"a": {"that": "x + y <= 12"}}


def levels(*stated: tuple[str, str, float], **parts: object) -> dict[str, object]:
    """Objectives from first to last: (sense, expression, tolerance)."""
    objectives = [
        {"name": f"level{k}", sense: expression, "priority": len(stated) - k, "tolerance": tolerance}
        for k, (sense, expression, tolerance) in enumerate(stated)
    ]
    return {"variables": SQUARE, "constraints": ROWS, "objective": objectives, **parts}


def test_the_second_objective_chooses_among_the_optima_of_the_first() -> None:
    problem = compiled(**levels(("maximize", "x + y", 0), ("minimize", "x", 0)))
    found = solve(problem)
    assert found.termination is Termination.OPTIMAL
    assert problem.values_by_name(found.values) == pytest.approx({"x": 2.0, "y": 10.0}, abs=1e-6)
    assert found.objective == pytest.approx(12.0)
    assert found.bound == pytest.approx(12.0)
    assert "`level0` 12" in found.message
    assert "`level1` 2" in found.message
    assert found.duals is not None
    assert len(found.duals) == problem.num_rows


def test_a_tolerance_gives_the_next_level_room() -> None:
    problem = compiled(**levels(("maximize", "x + y", 0.25), ("minimize", "x + 2*y", 0)))
    found = solve(problem)
    assert problem.values_by_name(found.values) == pytest.approx({"x": 9.0, "y": 0.0}, abs=1e-6)
    assert found.objective == pytest.approx(9.0)


def test_three_levels_and_integers() -> None:
    problem = compiled(
        **levels(
            ("maximize", "n + m", 0),
            ("minimize", "n", 0),
            ("maximize", "m", 0),
            variables={"n": {"domain": "integer", "upper": 7}, "m": {"domain": "integer", "upper": 7}},
            constraints={"a": {"that": "2*n + 2*m <= 17"}},
        )
    )
    found = solve(problem)
    assert problem.values_by_name(found.values) == {"n": 1.0, "m": 7.0}


def test_a_quadratic_level_becomes_a_quadratic_row() -> None:
    problem = compiled(**levels(("minimize", "(x - 3)**2 + (y - x)**2", 0), ("maximize", "y", 0)))
    found = solve(problem)
    assert found.termination is Termination.OPTIMAL
    assert problem.values_by_name(found.values) == pytest.approx({"x": 3.0, "y": 3.0}, abs=1e-2)


def test_a_nonlinear_level_is_only_locally_optimal_to_the_end() -> None:
    problem = compiled(**levels(("minimize", "sqrt(x + 1) + y", 0.01), ("maximize", "x", 0)))
    found = solve(problem)
    assert found.termination is Termination.LOCALLY_OPTIMAL
    assert found.bound is None
    assert problem.values_by_name(found.values)["x"] == pytest.approx(0.0201, abs=1e-4)


def test_an_infeasible_first_level_is_infeasible() -> None:
    problem = compiled(
        **levels(("maximize", "x", 0), ("minimize", "y", 0), constraints={"a": {"that": "x + y >= 21"}})
    )
    assert solve(problem).termination is Termination.INFEASIBLE


def test_an_unbounded_later_level_keeps_the_point_of_the_earlier() -> None:
    problem = compiled(
        **levels(("minimize", "x", 0), ("maximize", "z", 0), variables={**SQUARE, "z": {"lower": 0}})
    )
    found = solve(problem)
    assert found.termination is Termination.UNBOUNDED
    assert found.objective == pytest.approx(0.0)
    assert "level1" in found.message


def test_an_engine_that_cannot_hold_a_level_says_so() -> None:
    problem = compiled(**levels(("minimize", "(x - 3)**2 + (y - x)**2", 0), ("maximize", "y", 0)))
    with pytest.raises(EngineError, match="after those of higher priority became constraints"):
        solve(problem, engine="highs", limits=Limits())
