"""Claims that there is no answer."""

from __future__ import annotations

import numpy as np
import pytest

from agentopt.solvers import PointStatus, Solution, Termination, solve
from tests.verification.answers import SHIPPING, certified, failed, model, said

INFEASIBLE = Solution(Termination.INFEASIBLE, PointStatus.NONE, "hand")
UNBOUNDED = Solution(Termination.UNBOUNDED, PointStatus.NONE, "hand")
EITHER = Solution(Termination.INFEASIBLE_OR_UNBOUNDED, PointStatus.NONE, "hand")


def short() -> dict[str, object]:
    rows = dict(SHIPPING["constraints"])  # type: ignore[call-overload]  # a mapping
    return {
        **SHIPPING,
        "constraints": {**rows, "cap": {"that": "sum(ship[p,m] for p in P for m in M) <= 899"}},
    }


@pytest.mark.parametrize("claim", [INFEASIBLE, EITHER])
def test_a_linear_contradiction_is_proved_and_names_its_constraints(claim):
    certificate = certified(model(short()), claim)
    (empty,) = said(certificate, "proved", "infeasible")
    assert "`cap`" in empty.statement
    assert "`meet_demand`" in empty.statement
    assert "`within_supply`" not in empty.statement
    assert certificate.verdict == "verified"


@pytest.mark.parametrize("integer", [False, True])
def test_a_wrong_claim_of_infeasibility_is_refuted(integer):
    parts = (
        SHIPPING
        if not integer
        else {**SHIPPING, "variables": {"ship": {"over": ["P", "M"], "domain": "integer"}}}
    )
    certificate = certified(model(parts), INFEASIBLE)
    assert failed(certificate) == {"infeasible"}


def test_an_integer_contradiction_is_proved_by_cases():
    compiled = model(
        {
            "variables": {v: {"domain": "integer", "upper": 9} for v in ("x", "y")},
            "constraints": {"c": {"that": "3*x + 3*y == 10"}, "d": {"that": "x >= y"}},
        }
    )
    assert solve(compiled).termination is Termination.INFEASIBLE
    (empty,) = said(certified(compiled, INFEASIBLE), "proved", "infeasible")
    assert empty.data["by"] == "cases"


def test_crossed_bounds_are_a_contradiction():
    compiled = model({"variables": {"x": {"lower": 3, "upper": 2}}, "constraints": {"c": {"that": "x <= 9"}}})
    assert said(certified(compiled, INFEASIBLE), "proved", "infeasible")


def test_a_contradiction_of_logic_is_proved_from_the_arrays():
    compiled = model(
        {
            "variables": {v: {"domain": "binary"} for v in ("x", "y")},
            "constraints": {"a": {"that": "at_least(2, x, y)"}, "b": {"that": "implies(x, not y)"}},
        }
    )
    (empty,) = said(certified(compiled, INFEASIBLE), "proved", "infeasible")
    assert empty.data["by"] in {"cases", "multipliers"}


@pytest.mark.parametrize("claim", [UNBOUNDED, EITHER])
def test_an_unbounded_model_is_proved_by_a_point_and_a_direction(claim):
    compiled = model(
        {
            "variables": {"x": {}, "y": {}, "z": {"upper": 3}},
            "objective": {"maximize": "x + z"},
            "constraints": {"c": {"that": "x - y <= 2"}, "d": {"that": "x + z >= 1"}},
        }
    )
    (proof,) = said(certified(compiled, claim), "proved", "unbounded")
    assert proof.data["variables"] == ["x", "y"]


def test_a_wrong_claim_of_unboundedness_is_not_proved():
    certificate = certified(model(SHIPPING), UNBOUNDED)
    assert not said(certificate, "proved", "unbounded")
    assert said(certificate, "unknown", "unbounded")


def test_a_ray_without_a_point_proves_nothing():
    compiled = model(
        {
            "variables": {"x": {}, "y": {"upper": 1}},
            "objective": {"maximize": "x"},
            "constraints": {"c": {"that": "y >= 2"}},
        }
    )
    certificate = certified(compiled, UNBOUNDED)
    assert not said(certificate, "proved", "unbounded")
    claim = Solution(Termination.UNBOUNDED, PointStatus.NONE, "hand", ray=np.array([1.0, 0.0]))
    assert not said(certified(compiled, claim), "proved", "unbounded")


def test_a_nonlinear_claim_is_left_to_the_second_engine():
    compiled = model(
        {
            "variables": {"x": {"upper": 3}, "y": {"upper": 3}},
            "objective": {"minimize": "x"},
            "constraints": {"c": {"that": "x*y >= 10"}},
        }
    )
    certificate = certified(compiled, INFEASIBLE)
    assert not certificate.failed
    assert not said(certificate, "proved", "infeasible")
    assert said(certificate, "unknown", "infeasible")
