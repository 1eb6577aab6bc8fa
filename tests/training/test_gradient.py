"""The gradient trainers: every optimizer learns, constraints and bounds hold, and what is claimed is so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the trainers need the extra `train`")

from agentopt.compiling.arrays import Compiled  # noqa: E402
from agentopt.errors import EngineError  # noqa: E402
from agentopt.solvers import Limits, PointStatus, Solution, Termination, engine  # noqa: E402
from agentopt.solvers.card import cards  # noqa: E402
from agentopt.training.descent import Field, Plan, descend, slope  # noqa: E402
from agentopt.training.optimizers import OPTIMIZERS, Need, named  # noqa: E402
from agentopt.training.quasi import settle  # noqa: E402
from tests.compiling.models import compiled  # noqa: E402


def _never() -> bool:
    return False


def _field(loss: Callable[[object], object], columns: int = 6, points: int = 0) -> Field:
    wide = torch.full((columns,), torch.inf, dtype=torch.float64)
    shapes = ((0, 4, (2, 2)), (4, columns, (columns - 4,)))
    return Field(lambda z, picked: loss(z), points, -wide, wide, shapes)


def _solve(problem: Compiled, limits: Limits = Limits(), **options: object) -> Solution:  # noqa: B008
    return engine("gradient").solve(problem, limits, options)


def fit(rows: int = 300, **variable: object) -> Compiled:
    """A logistic regression over a table."""
    rng = np.random.default_rng(5)
    table = rng.normal(size=(rows, 3))
    left = rng.random(rows) < 1 / (1 + np.exp(-table @ [1.0, -2.0, 0.5]))
    names = [f"r{k}" for k in range(rows)]
    known = {
        name: dict(zip("abc", row, strict=True)) for name, row in zip(names, table.tolist(), strict=True)
    }
    return compiled(
        sets={"R": {"elements": names}, "F": {"elements": ["a", "b", "c"]}},
        parameters={
            "x": {"over": ["R", "F"], "values": known},
            "y": {"over": "R", "values": dict(zip(names, (2 * left - 1).tolist(), strict=True))},
        },
        variables={"w": {"over": "F", "lower": None, **variable}},
        objective={"minimize": "sum(log(1 + exp(-y[r]*sum(w[f]*x[r,f] for f in F))) for r in R)"},
        constraints={},
    )


def test_the_card_lists_every_optimizer() -> None:
    choices = cards()["gradient"].options["optimizer"].choices
    assert {*choices} == {"auto", *OPTIMIZERS}
    assert len(choices) == len({*choices})


@pytest.mark.parametrize("name", sorted(OPTIMIZERS))
def test_every_optimizer_goes_down(name: str) -> None:
    if not OPTIMIZERS[name].available:
        pytest.skip(f"needs {OPTIMIZERS[name].package}")
    aim = torch.tensor([0.5, -0.4, 0.3, 0.2, -0.3, 0.4], dtype=torch.float64)
    field = _field(lambda z: 0.5 * ((z - aim) ** 2).sum() + 0.1 * (z**4).sum())
    start = torch.zeros(6, dtype=torch.float64)
    first = float(field.loss(start, None))
    least = settle(field, start, 200, 1e-9, _never).loss
    found = descend(field, start, named(name), Plan(steps=150), _never)
    assert found.loss == pytest.approx(float(field.loss(found.z, None)))
    # At least a third of the way in 150 steps, whatever its own learning rate.
    assert found.loss - least < 0.67 * (first - least)


def test_needs_are_told_apart() -> None:
    assert OPTIMIZERS["sophia"].needs == {Need.GRADIENT, Need.HESSIAN}
    assert OPTIMIZERS["spsa"].needs == {Need.LOSS}
    assert OPTIMIZERS["schedule-free-sgd"].needs == {Need.GRADIENT, Need.MODES}
    assert OPTIMIZERS["lbfgs"].needs == {Need.GRADIENT, Need.CLOSURE}


def test_an_optimizer_that_only_compares_losses_needs_no_gradient() -> None:
    field = _field(lambda z: (z.detach() ** 2).sum())
    found = descend(field, torch.ones(6, dtype=torch.float64), named("spsa"), Plan(steps=300), _never)
    assert found.loss < 3.0


def test_bounds_hold_by_projection_and_are_left_where_the_slope_says_so() -> None:
    aim = torch.tensor([2.0, -2.0, 0.5], dtype=torch.float64)
    low, high = -torch.ones(3, dtype=torch.float64), torch.ones(3, dtype=torch.float64)
    field = Field(lambda z, picked: ((z - aim) ** 2).sum() + z[0] * z[1], 0, low, high, ((0, 3, (3,)),))
    start = torch.tensor([-1.0, 1.0, 1.0], dtype=torch.float64)
    for found in (
        settle(field, start, 200, 1e-8, _never),
        descend(field, start, named("adam"), Plan(steps=600), _never),
    ):
        assert found.z.numpy() == pytest.approx([1.0, -1.0, 0.5], abs=1e-3)
    assert slope(field, found.z)[2] < 1e-2


def test_a_fit_is_locally_optimal_and_never_more() -> None:
    found = _solve(fit())
    assert found.termination is Termination.LOCALLY_OPTIMAL
    assert found.bound is None
    assert found.reduced_costs == pytest.approx(np.zeros(3), abs=1e-2)


@pytest.mark.parametrize("name", ["adam", "schedule-free-sgd", "adahessian"])
def test_minibatches_come_near_and_the_whole_table_finishes(name: str) -> None:
    if not OPTIMIZERS[name].available:
        pytest.skip(f"needs {OPTIMIZERS[name].package}")
    problem = fit()
    best = _solve(problem).objective
    rough = _solve(problem, optimizer=name, batch_size=50, steps=120, polish=False)
    fine = _solve(problem, optimizer=name, batch_size=50, steps=120)
    assert rough.termination is Termination.ITERATION_LIMIT
    assert rough.point is PointStatus.FEASIBLE
    assert rough.objective == pytest.approx(best, rel=0.1)
    assert fine.termination is Termination.LOCALLY_OPTIMAL
    assert fine.objective == pytest.approx(best, rel=1e-9)


def test_the_same_seed_gives_the_same_run() -> None:
    options = {"optimizer": "adam", "batch_size": 32, "steps": 60, "polish": False}
    one, again = (_solve(fit(), **options, random_seed=4) for _ in range(2))
    other = _solve(fit(), **options, random_seed=5)
    assert np.array_equal(one.values, again.values)
    assert not np.array_equal(one.values, other.values)


def test_what_does_not_get_better_ends_early() -> None:
    options = {"optimizer": "adam", "steps": 100_000, "patience": 3, "polish": False, "learning_rate": 1e-9}
    found = _solve(fit(), **options, starts=1)
    assert found.iterations <= 200
    assert "no better point for a while" in found.message


def test_multipliers_are_the_worth_of_the_sides() -> None:
    def at(side: float) -> Solution:
        problem = compiled(
            variables={"x": {"lower": None}, "y": {"lower": None}},
            objective={"maximize": "3 - (x - 2)**2 - exp(y)*2 + y"},
            constraints={"a": {"that": f"x + y <= {side}"}, "b": {"that": "x**2 + y**2 <= 50"}},
        )
        return _solve(problem, starts=1)

    here, above, below = at(-1.0), at(-0.999), at(-1.001)
    assert here.duals is not None
    assert here.duals[0] == pytest.approx((above.objective - below.objective) / 0.002, rel=1e-3)
    assert here.duals[1] == pytest.approx(0.0, abs=1e-6)


def test_several_starts_leave_a_bad_valley() -> None:
    problem = compiled(
        variables={"x": {"lower": -4, "upper": 4, "start": 2.5}},
        objective={"minimize": "(x**2 - 4)**2 + 3*x + exp(0.01*x)"},
        constraints={},
    )
    assert _solve(problem, starts=1).values[0] > 0
    assert _solve(problem, starts=8).values[0] < 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": "adma"}, "one of"),
        ({"batch_size": 10, "optimizer": "lbfgs"}, "looks at the whole table"),
        ({"steps": 0}, "from 1"),
        ({"learning_rte": 1}, "has no option `learning_rte`"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(EngineError, match=message):
        _solve(fit(20), **options)


def test_without_a_table_there_are_no_minibatches() -> None:
    problem = compiled(variables={"x": {}}, objective={"minimize": "exp(x)"}, constraints={})
    with pytest.raises(EngineError, match="no minibatches"):
        _solve(problem, batch_size=5)


def test_a_point_where_nothing_is_defined_is_an_outcome_and_no_crash() -> None:
    problem = compiled(
        variables={"x": {"lower": -3, "upper": -1}}, objective={"minimize": "log(x)"}, constraints={}
    )
    found = _solve(problem)
    assert found.termination is Termination.ERROR
    assert found.values is None


def test_a_time_limit_of_zero_ends_at_once() -> None:
    found = _solve(fit(), Limits(seconds=0.0))
    assert found.termination is Termination.TIME_LIMIT


def test_it_stops_when_told_to() -> None:
    found = engine("gradient").solve(
        fit(), Limits(), {"starts": 1000, "optimizer": "adam", "steps": 10_000}, lambda progress: True
    )
    assert found.termination is Termination.INTERRUPTED
