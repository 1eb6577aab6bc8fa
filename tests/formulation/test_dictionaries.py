"""Dictionaries from whole indices to numbers mean the same in any order, and every oddity is found."""

from __future__ import annotations

import random
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from agentopt.errors import BindingError
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation

PLANTS, MARKETS = [f"p{k}" for k in range(30)], list(range(1, 31))
COSTS = {(p, m): float(7 * a + m) for a, p in enumerate(PLANTS) for m in MARKETS}
"""More keys than are read at a time."""


def bound(costs: object, over: object = ("I", "J")) -> list[float]:
    stated = {"sets": {"I": {}, "J": {}}, "parameters": {"cost": {"over": over}}}
    instance = bind(Formulation.model_validate(stated), {"I": PLANTS, "J": MARKETS, "cost": costs})
    return instance.parameters["cost"].values.tolist()


def shuffled(data: dict) -> dict:
    keys = list(data)
    random.Random(1).shuffle(keys)
    return {key: data[key] for key in keys}


@pytest.mark.parametrize(
    "kind", [float, int, np.float64, Decimal, Fraction, lambda v: int(v) if v % 2 else v]
)
def test_numbers_of_any_kind_in_any_order_are_the_same_table(kind: type) -> None:
    costs = {key: kind(value) for key, value in COSTS.items()}
    assert bound(costs) == bound(shuffled(costs)) == list(COSTS.values())


def test_labels_may_be_spelled_in_other_ways() -> None:
    costs = {(f" {p} ", str(m) if m % 2 else float(m)): value for (p, m), value in COSTS.items()}
    assert bound(costs) == bound(shuffled(costs)) == list(COSTS.values())


def test_keys_of_one_label_may_be_tuples() -> None:
    demand = {m: m / 2 for m in MARKETS}
    for data in (demand, shuffled(demand), {(m,): v for m, v in shuffled(demand).items()}):
        assert bound(data, "J") == list(demand.values())


def test_a_last_key_of_another_length_is_found() -> None:
    costs = shuffled({key: v for key, v in COSTS.items() if key != ("p0", 1)})
    with pytest.raises(BindingError, match=r"the key `\('p0', 1, 2\)` of `cost` has 3 labels, expected 2"):
        bound({**costs, ("p0", 1, 2): 1.0})
    with pytest.raises(BindingError, match="the key `p0` of `cost` has 1 label, expected 2"):
        bound({**costs, "p0": 1.0})


@pytest.mark.parametrize("value", [True, "7", None, "seven", np.str_("7")])
def test_a_last_value_that_is_no_number_is_found(value: object) -> None:
    with pytest.raises(BindingError, match=r"`cost\[p0, 1\]` is .*, not a number"):
        bound({**{key: v for key, v in COSTS.items() if key != ("p0", 1)}, ("p0", 1): value})


def test_a_label_of_no_set_is_shown_as_it_was_written() -> None:
    costs = shuffled(COSTS)
    costs["p 30", 1] = 5.0
    with pytest.raises(BindingError, match="`cost` has a value for `p 30`, which is not in the set `I`"):
        bound(costs)


def test_a_text_of_two_letters_is_no_index_of_two_labels() -> None:
    stated = {"sets": {"I": {}, "J": {}}, "parameters": {"cost": {"over": ["I", "J"]}}}
    with pytest.raises(BindingError, match="the key `ab` of `cost` has 1 label, expected 2"):
        bind(Formulation.model_validate(stated), {"I": ["a"], "J": ["b"], "cost": {"ab": 1.0}})


def test_a_single_number_takes_no_mapping_of_labels() -> None:
    with pytest.raises(BindingError, match="`cost` has a mapping, where a number is expected"):
        bound({"p0": 1.0}, [])
