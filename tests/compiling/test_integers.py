"""Models in integers: scaled exactly, or refused with the reason."""

from __future__ import annotations

from typing import Any

import pytest

from agentopt.compiling.integers import Integers, integers
from tests.compiling.models import compiled


def scaled(**parts: Any) -> Integers:
    found = integers(compiled(**parts))
    assert isinstance(found, Integers), found
    return found


def whole(**bounds: object) -> dict[str, object]:
    return {"domain": "integer", **bounds}


def test_rows_are_multiplied_by_their_own_denominator_and_rounded_inwards() -> None:
    found = scaled(
        variables={"x": whole(upper=9), "y": whole(upper=9)},
        objective={"maximize": "0.25*x + 0.5*y + 3"},
        constraints={"a": {"that": "0.2*x + 0.5*y <= 3.33"}, "b": {"that": "x - y >= -2.5"}},
    )
    assert found.values.tolist() == [2, 5, 1, -1]
    assert found.row_upper == [33, None]
    assert found.row_lower == [None, -2]
    assert (found.factor, found.cost.tolist()) == (4, [-1, -2])
    assert found.objective(-3.0) == 3.75


def test_real_columns_of_a_network_go_on_the_grid_of_its_sides() -> None:
    found = scaled(
        variables={"s": {"upper": 10}, "t": {"upper": 10}, "z": {"domain": "binary"}},
        objective={"minimize": "t"},
        constraints={"a": {"that": "t - s + 10*z >= 1.5"}, "b": {"that": "2*s >= 0.5"}},
    )
    assert found.scale.tolist() == [4, 4, 1]
    assert found.upper.tolist() == [40, 40, 1]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"constraints": {"a": {"that": "s + t >= 1"}}}, "no grid"),
        ({"constraints": {"a": {"that": "2*s - t >= 1"}}}, "no grid"),
        ({"constraints": {"a": {"that": "3*s - 3*t >= 1/7"}}}, "no grid"),
        ({"constraints": {"a": {"that": "n*(1/3) <= 4"}}}, "short decimal"),
        ({"constraints": {"a": {"that": "n + 1000000000000*k <= 1"}}}, "too large"),
        ({"objective": {"maximize": "m"}}, "`m` has no finite bounds"),
        ({"objective": {"minimize": "n*n"}}, "not linear"),
    ],
)
def test_what_is_not_proved_is_refused(parts: dict[str, Any], reason: str) -> None:
    written = str(parts)
    variables: dict[str, Any] = {"n": whole(upper=9), "k": whole(upper=9000)}
    if "s " in written or "s -" in written:
        variables |= {"s": {"upper": 9}, "t": {"upper": 9}}
    if "'m'" in written:
        variables["m"] = whole()
    found = integers(compiled(variables=variables, **parts))
    assert isinstance(found, str)
    assert reason in found


def test_what_costs_and_is_asked_for_gets_the_bound_it_can_need() -> None:
    found = scaled(
        variables={"s": whole(upper=7), "end": {}, "early": {"lower": None, "upper": 3}},
        objective={"minimize": "end - early"},
        constraints={"a": {"that": "end >= s + 2.5"}, "b": {"that": "early <= 2*s - 4"}},
    )
    assert (found.upper[1] / found.scale[1], found.lower[2] / found.scale[2]) == (10, -4)
