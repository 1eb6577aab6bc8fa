"""Nonlinear expressions mean to SCIP and Ipopt what they mean to our evaluator, and to Pyomo's SCIP."""

from __future__ import annotations

import pytest

from agentopt.compiling import pyomo_model
from agentopt.compiling.evaluate import objective_value
from agentopt.errors import EngineError
from agentopt.solvers import Limits, Termination, engines, solve
from tests.compiling.models import compiled

EXPRESSIONS = [
    "exp(x) + log(y) - sqrt(x*y)",
    "log10(x) + log2(y) - 3*x/y",
    "sin(x)*cos(y) + tan(x/4)",
    "sinh(x) - cosh(y) + tanh(x - y)",
    "asin(x/3) + acos(y/3) + atan(x*y)",
    "abs(x - y)**3 - abs(-exp(x))",
    "max(x**3, y, 1.2) - min(exp(x), 4*y)",
    "(x + y)**2.5 - (x + y + 1)**7/100",
    "x**y + 2**x - y**-1.5",
    "(x + y)*(x - y)*(x + 2*y + 1)/(x*y + 1)",
    "-(x/exp(y)) - (-y)/(1 + x**2)",
    "prod(v[i] + x for i in I) + sum(exp(v[i])*i for i in I)",
    "max(v[i]*x for i in I) - min(v[i] - y for i in I) + norm(v[i]*x for i in I)",
    "(exp(x) if 1 <= 2 else y) + x**3",
]
POINTS = [(1.3, 0.7), (0.6, 2.1)]


def fixed(expression: str, x: float, y: float) -> dict[str, object]:
    """The expression as an objective at one point."""
    variables = {"x": {"lower": x, "upper": x}, "y": {"lower": y, "upper": y}}
    variables["v"] = {"over": ["I"], "lower": 0.8, "upper": 0.8}  # type: ignore[dict-item]
    return {
        "sets": {"I": {"elements": [1, 2, 3]}},
        "variables": variables,
        "objective": {"maximize": expression},
    }


@pytest.mark.parametrize("engine", ["scip", "ipopt"])
@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_has_the_same_value_at_a_point(engine: str, expression: str) -> None:
    for x, y in POINTS:
        problem = compiled(**fixed(f"{expression} + 0*exp(x)", x, y))
        assert problem.objective is not None
        expected = objective_value(problem.objective, (problem.lower + problem.upper) / 2)
        if engine == "scip":
            # The bound is SCIP's own word, not our evaluation of the point.
            found = engines()["scip"].solve(problem, Limits(), {})
            assert found.bound == pytest.approx(expected, rel=1e-6, abs=1e-6)
        else:
            import casadi as ca

            from agentopt.solvers.casadi_model import build

            columns, objective, _ = build(problem)
            value = ca.Function("f", [columns], [objective])((problem.lower + problem.upper) / 2)
            assert -float(value) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    "expression", ["exp(x) - 3*x*y + y**2", "sin(3*x) + (y - x)**2", "x*y - log(x + y + 1)"]
)
def test_pyomos_scip_interface_has_the_same_optimum(expression: str) -> None:
    import pyomo.environ as pyo

    problem = compiled(
        variables={"x": {"lower": 0, "upper": 2}, "y": {"lower": 0, "upper": 2}},
        objective={"minimize": expression},
        constraints={"a": {"that": "x**2 + y <= 3"}},
    )
    built = pyomo_model.build(problem)
    pyo.SolverFactory("scip_direct").solve(built)
    found = solve(problem, engine="scip")
    assert found.objective == pytest.approx(pyo.value(built.objective), abs=1e-4)


def test_a_start_decides_where_a_local_engine_ends() -> None:
    stated = {"objective": {"minimize": "(x**2 - 1)**2 + 0.1*x"}, "constraints": {}}
    right = compiled(variables={"x": {"lower": -2, "upper": 2, "start": 1.0}}, **stated)
    found = engines()["ipopt"].solve(right, Limits(), {"starts": 1})
    assert found.values is not None
    assert found.values[0] > 0.9
    several = engines()["ipopt"].solve(right, Limits(), {})
    assert several.values is not None
    assert several.values[0] < -0.9
    assert several.termination is Termination.LOCALLY_OPTIMAL


def test_a_base_that_may_be_negative_is_refused_for_whole_exponents() -> None:
    problem = compiled(
        variables={"x": {"lower": -2, "upper": 2}, "n": {"domain": "integer", "upper": 3}},
        objective={"minimize": "x**n"},
    )
    with pytest.raises(EngineError, match="base that may be negative") as raised:
        solve(problem)
    assert raised.value.hint == "give the base a lower bound of 0"


def test_large_products_are_not_multiplied_out() -> None:
    names = [str(k) for k in range(400)]
    problem = compiled(
        sets={"I": {"elements": names}},
        variables={"x": {"over": ["I"], "lower": 0.01, "upper": 0.01}},
        objective={"maximize": "sum(x[i] for i in I)*sum(2*x[i] for i in I)*sum(x[i] + 1 for i in I)"},
    )
    found = solve(problem, engine="scip")
    assert found.bound == pytest.approx(4 * 8 * 404, rel=1e-6)
