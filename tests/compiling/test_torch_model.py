"""The torch view of a model says what the arrays say, in whole and over some points of a table."""

from __future__ import annotations

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the torch view needs the extra `train`")

from agentopt.compiling.evaluate import objective_value, row_values  # noqa: E402
from agentopt.compiling.torch_model import build  # noqa: E402
from tests.compiling.models import compiled  # noqa: E402

SETS = {"I": {"elements": ["p", "q", "r", "s"]}, "J": {"elements": ["a", "b", "c"]}}
TABLE = np.round(np.random.default_rng(0).normal(size=(4, 3)), 2).tolist()
PARAMETERS = {
    "t": {
        "over": ["I", "J"],
        "values": {i: dict(zip("abc", row, strict=True)) for i, row in zip("pqrs", TABLE, strict=True)},
    },
    "y": {"over": ["I"], "values": {"p": 1, "q": -1, "r": 1, "s": -1}},
}
VARIABLES = {
    "w": {"over": ["J"], "lower": None},
    "b": {"lower": None},
    "m": {"over": ["J", "J"], "lower": None},
}
OBJECTIVES = [
    "sum(log(1 + exp(-y[i]*(b + sum(w[j]*t[i,j] for j in J)))) for i in I) + 3*b + sum(w[j]**2 for j in J)",
    "sum((b - y[i] + sum(tanh(sum(m[j,k]*t[i,j] for j in J))*w[k] for k in J))**4 for i in I)/7 - b**2",
    "2*exp(b) - cos(w[first(J)])*sum(sqrt(1 + w[j]**2) for j in J) + prod(1 + m[j,j]**2 for j in J)",
    "sum(sqrt(1 + sum(w[j]*t[i,j] for j in J if t[i,j] > 0.3)**2) for i in I)",
    "sum(max(exp(w[j]), 2, b**3) - min(sin(b), w[j]**3) for j in J) + norm(exp(w[j]) for j in J)",
    "max(exp(w[j])*t[i,j] for i in I for j in J) + sum(min(exp(m[j,k]) for k in J) for j in J)",
    "sum(y[i]*2**b*exp(w[last(J)]) for i in I) + sum(5 for i in I) + sum(exp(b) for i in I for j in J)",
]


def _same(problem, point) -> None:  # type: ignore[no-untyped-def]  # of the tests' own
    model = build(problem)
    x = torch.as_tensor(point).requires_grad_()
    sign = -1.0 if problem.objective.sense == "maximize" else 1.0
    value = model.objective(x)
    assert value.item() == pytest.approx(sign * objective_value(problem.objective, point), rel=1e-12)
    assert model.rows(x).detach().numpy() == pytest.approx(row_values(problem, point), rel=1e-12)
    (gradient,) = torch.autograd.grad(value, x)
    for k in range(len(point)):
        step = np.zeros_like(point)
        step[k] = 1e-6
        above, below = (objective_value(problem.objective, point + s * step) for s in (1, -1))
        assert gradient[k].item() == pytest.approx(sign * (above - below) / 2e-6, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("objective", OBJECTIVES)
@pytest.mark.parametrize("sense", ["minimize", "maximize"])
def test_objective_and_gradient_are_those_of_the_arrays(objective: str, sense: str) -> None:
    problem = compiled(
        sets=SETS, parameters=PARAMETERS, variables=VARIABLES, objective={sense: objective}, constraints={}
    )
    _same(problem, np.random.default_rng(1).normal(size=problem.num_columns))


def test_rows_are_those_of_the_arrays() -> None:
    problem = compiled(
        sets=SETS,
        parameters=PARAMETERS,
        variables=VARIABLES,
        objective={"minimize": "b"},
        constraints={
            "linear": {"for": "i in I", "that": "sum(w[j]*t[i,j] for j in J) + 2*b <= y[i]"},
            "curved": {"for": "j in J", "that": "w[j]*b + m[j,j]**2 >= 1"},
            "general": {"for": "i in I", "that": "exp(b) + sum(t[i,j]*sin(w[j]) for j in J) == 1"},
        },
    )
    _same(problem, np.random.default_rng(2).normal(size=problem.num_columns))


def test_points_add_up_to_the_whole_and_stand_for_it() -> None:
    problem = compiled(
        sets=SETS,
        parameters=PARAMETERS,
        variables=VARIABLES,
        objective={"minimize": OBJECTIVES[1]},
        constraints={},
    )
    model, rng = build(problem), np.random.default_rng(3)
    x = torch.as_tensor(rng.normal(size=problem.num_columns))
    assert model.points == 4
    rest = sum(part(x) for part in model.whole)
    alone = [model.objective(x, torch.tensor([k])) - rest for k in range(4)]
    assert torch.stack(alone).mean() + rest == pytest.approx(model.objective(x).item())


def test_a_probability_is_told_where_its_exponential_has_no_number() -> None:
    problem = compiled(
        variables={"b": {"lower": None}}, objective={"minimize": "log(1 + exp(b))"}, constraints={}
    )
    x = torch.tensor([900.0], dtype=torch.float64, requires_grad=True)
    value = build(problem).objective(x)
    assert value.item() == 900.0
    assert torch.autograd.grad(value, x)[0].item() == 1.0


def test_the_root_of_a_square_has_a_slope_of_zero_at_zero() -> None:
    problem = compiled(
        variables={"b": {"lower": None}}, objective={"minimize": "sqrt(b**2) + exp(b)"}, constraints={}
    )
    x = torch.zeros(1, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.grad(build(problem).objective(x), x)[0].item() == 1.0
