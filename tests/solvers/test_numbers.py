"""Numbers that engines cannot hold, and models that none of them takes."""

from __future__ import annotations

import pytest

from agentopt.errors import EngineError
from agentopt.solvers import Termination, solve
from tests.compiling.models import compiled


@pytest.mark.parametrize("engine", ["highs", "scip", None])
@pytest.mark.parametrize(("lower", "upper"), [(0, 10**20), (-(2**53) - 2, 5)])
def test_whole_numbers_beyond_the_exact_range_are_refused_by_name(
    engine: str | None, lower: int, upper: int
) -> None:
    problem = compiled(
        sets={"I": {"elements": ["a", "b"]}},
        variables={"lots": {"over": ["I"], "domain": "integer", "lower": lower, "upper": upper}},
        objective={"maximize": "sum(lots[i] for i in I)"},
    )
    with pytest.raises(EngineError, match=r"`lots\[a\]` is a whole number that may reach") as raised:
        solve(problem, engine=engine)
    assert "9,007,199,254,740,992" in raised.value.message
    assert "thousands or millions" in raised.value.hint


def test_whole_numbers_up_to_the_exact_range_are_solved() -> None:
    problem = compiled(
        variables={"n": {"domain": "integer", "upper": 2**53}},
        objective={"maximize": "n"},
        constraints={"a": {"that": "2*n <= 2000001"}},
    )
    found = solve(problem)
    assert found.termination is Termination.OPTIMAL
    assert found.objective == 1_000_000


def test_a_whole_number_without_a_bound_is_not_refused() -> None:
    problem = compiled(
        variables={"n": {"domain": "integer"}},
        objective={"minimize": "n"},
        constraints={"a": {"that": "n >= 2.5"}},
    )
    assert solve(problem).objective == 3


def test_a_model_that_every_engine_refuses_says_why() -> None:
    problem = compiled(
        sets={"N": {"first": 1, "last": 2}},
        variables={"n": {"domain": "integer", "upper": 3}},
        objective={"minimize": "n"},
        constraints={"m": {"that": "semidefinite((n if i == j else 1) for i in N for j in N)"}},
    )
    with pytest.raises(EngineError, match="no engine takes this problem of class SDP") as raised:
        solve(problem)
    assert "`clarabel`: it has variables that are not continuous" in raised.value.message
