"""Which expressions are known to be convex, what they come to, and why others are refused."""

from __future__ import annotations

import math
from typing import Any

import pytest

from agentopt.compiling.arrays import Compiled
from agentopt.errors import EngineError
from agentopt.solvers import Limits, Termination, engine, solve
from agentopt.solvers.classes import refusal
from tests.compiling.models import compiled

FREE = {"lower": None}
PLUS = {"upper": 9}


def model(
    objective: dict[str, str], *rows: str, x: dict[str, Any] = PLUS, y: dict[str, Any] = PLUS
) -> Compiled:
    constraints = {f"r{k}": {"that": row} for k, row in enumerate(rows)}
    return compiled(variables={"x": x, "y": y}, objective=objective, constraints=constraints)


CONVEX = {
    "a product above a number": (model({"minimize": "x + 2*y"}, "x*y >= 8"), 8.0),
    "a norm below a variable": (
        model({"minimize": "y"}, "(x - 1)**2 + 4 <= y**2", "x >= 1"),
        2.0,
    ),
    "a square over a variable": (model({"minimize": "(x - 3)**2/y + y + x"}, "y >= 0.1"), 3.075),
    "reciprocals": (model({"minimize": "4/x + 1/y"}, "x + y <= 3"), 3.0),
    "a root to grow": (model({"maximize": "sqrt(x)"}, "x**1.5 <= 8"), 2.0),
    "a root of a sum of squares": (model({"minimize": "sqrt((x - 3)**2 + (y - 4)**2)"}, "x + y <= 0"), 5.0),
    "a root of a form": (
        model({"minimize": "sqrt(2*x*x + 2*x*y + 5*y*y)"}, "x + y == 3"),
        math.sqrt(16.2),
    ),
    "a power below one": (model({"maximize": "2*x**0.3"}, "x <= 1"), 2.0),
    "a negative power": (model({"minimize": "x**(-2)"}, "x <= 5"), 0.04),
    "an even power of anything": (model({"minimize": "(x - 1)**4 + 2"}, x=FREE), 2.0),
    "an odd power above zero": (model({"maximize": "x"}, "x**3 <= 27"), 3.0),
    "exponentials": (model({"maximize": "x"}, "exp(x) + exp(2*y) <= 3"), math.log(2.0)),
    "a number to a variable power": (
        model({"minimize": "2**x - x"}),
        1 / math.log(2) + math.log2(math.log(2)),
    ),
    "logarithms": (model({"maximize": "log(x) + log2(y)"}, "x <= 1", "y <= 8"), 3.0),
    "a logarithm of exponentials": (model({"minimize": "log(exp(x) + exp(-x))"}, x=FREE), math.log(2.0)),
    "entropy": (model({"maximize": "-x*log(x) - y*log(y)"}, "x + y == 1"), math.log(2.0)),
    "relative entropy": (model({"minimize": "x*log(x/y)"}, "x == 2", "y <= 1"), 2 * math.log(2.0)),
    "the largest of bent things": (model({"minimize": "max(exp(x), y**2 + 3)"}), 3.0),
    "a square and an exponential in a row": (model({"maximize": "y"}, "x**2 + y**2 + exp(x) <= 5"), 2.0),
}


@pytest.mark.parametrize("name", CONVEX)
def test_convex_expressions_are_solved_with_a_bound(name: str) -> None:
    problem, optimum = CONVEX[name]
    found = engine("clarabel").solve(problem, Limits(), {})
    assert found.termination is Termination.OPTIMAL, found.message
    assert found.objective == pytest.approx(optimum, abs=2e-6)
    assert found.bound == pytest.approx(optimum, abs=2e-6)


REFUSED = {
    "`exp` where only a concave function fits": model({"maximize": "exp(x)"}),
    "`sin` where only a convex function fits": model({"minimize": "sin(x)"}),
    "`r0` has `log` where only a convex function fits": model({"minimize": "x"}, "log(x) <= 1"),
    "`r0` has `exp` where only a linear function fits": model({"minimize": "x"}, "exp(x) == y"),
    "`r0` is an equation with a product of variables": model({"minimize": "x"}, "x*x + y*y == 4"),
    "no square of `y`": model({"minimize": "x"}, "x*y <= 4"),
    "bounds of its variables do not say on which": model({"minimize": "x"}, "x*y >= 4", x=FREE, y=FREE),
    "raises to the power 3 what may be negative": model({"minimize": "x**3"}, x=FREE),
    "divides by what the bounds do not keep from being negative": model({"minimize": "1/x"}, x=FREE),
    "`r0` is not convex: seen from above, its square of `x` counts -1": model(
        {"minimize": "x"}, "x*x + y*y >= 4"
    ),
}


@pytest.mark.parametrize("said", REFUSED)
def test_what_is_not_convex_is_refused_with_the_reason(said: str) -> None:
    assert said in refusal(engine("clarabel"), REFUSED[said])
    with pytest.raises(EngineError) as raised:
        engine("clarabel").solve(REFUSED[said], Limits(), {})
    assert said in raised.value.message


@pytest.mark.parametrize(
    ("objective", "said"),
    [
        ({"minimize": "y*y - x*x"}, "its square of `x` counts -1, so it bends down along `x`"),
        ({"maximize": "x*x"}, "turned round to be minimized, its square of `x` counts -1"),
        ({"minimize": "x*y + x*x"}, "it holds the product `y*x` (1), but no square of `y`"),
        ({"minimize": "x*x + y*y - 4*x*y"}, "it bends down along the direction x +1, y +1"),
    ],
)
@pytest.mark.parametrize("name", ["highs", "clarabel"])
def test_a_quadratic_objective_that_is_not_convex_says_where(
    objective: dict[str, str], said: str, name: str
) -> None:
    with pytest.raises(EngineError, match="is not convex") as raised:
        solve(model(objective), engine=name)
    assert said in raised.value.message
    assert "scip" in raised.value.hint


def test_a_contradiction_names_the_rows_it_rests_on() -> None:
    problem = model({"minimize": "x"}, "x**2 + y**2 <= 4", "x + y >= 3", x=FREE, y=FREE)
    found = engine("clarabel").solve(problem, Limits(), {})
    assert found.termination is Termination.INFEASIBLE
    assert "`r0`" in found.message
    assert "`r1`" in found.message


def test_an_unbounded_cone_has_a_ray_that_stays_inside() -> None:
    problem = model({"minimize": "y - x"}, "sqrt(x**2 + 1) <= y + 2*x", x=FREE, y=FREE)
    found = engine("clarabel").solve(problem, Limits(), {})
    assert found.termination is Termination.UNBOUNDED
    assert found.ray is not None
    dx, dy = found.ray.tolist()
    assert dy - dx < 0
    assert abs(dx) <= dy + 2 * dx + 1e-6


def test_a_time_limit_of_zero_ends_without_a_point() -> None:
    problem, _ = CONVEX["exponentials"]
    found = engine("clarabel").solve(problem, Limits(seconds=0), {})
    assert found.termination is Termination.TIME_LIMIT
    assert found.values is None


def test_a_convex_model_is_sent_to_the_cone_solver_and_another_is_not() -> None:
    assert solve(CONVEX["entropy"][0]).engine == "clarabel"
    assert solve(model({"minimize": "x + y"}, "x**2 + y**2 >= 4")).engine == "scip"


def test_a_setting_that_the_engine_does_not_take_is_an_error() -> None:
    problem, _ = CONVEX["exponentials"]
    with pytest.raises(EngineError, match="chordal_decomposition_merge_method"):
        engine("clarabel").solve(problem, Limits(), {"chordal_decomposition_merge_method": "zzz"})


def test_the_log_is_kept_and_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    found = engine("clarabel").solve(CONVEX["exponentials"][0], Limits(), {})
    assert "Clarabel" in found.log
    assert capfd.readouterr() == ("", "")
