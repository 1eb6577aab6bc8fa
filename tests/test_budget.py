"""Budgets: as they are written, and a meter that never lets them be overspent."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentopt.budget import Budget, Cost, Meter, Spend
from agentopt.errors import UsageError


@pytest.mark.parametrize(
    ("text", "budget"),
    [
        ("calls=200", Budget(calls=200)),
        ("tokens=1M", Budget(tokens=1_000_000)),
        ("tokens=1.5k calls=3", Budget(calls=3, tokens=1500)),
        ("calls = 1_000 , dollars = $0.50", Budget(calls=1000, dollars=0.5)),
        ("time=90s", Budget(seconds=90.0)),
        ("time=1h30m", Budget(seconds=5400.0)),
        ("seconds=12", Budget(seconds=12.0)),
        ("TIME=2min;calls=0", Budget(calls=0, seconds=120.0)),
    ],
)
def test_a_budget_is_read_as_people_write_it(text: str, budget: Budget) -> None:
    assert Budget.parse(text) == budget
    assert Budget.parse(str(budget)) == budget


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not of the form NAME=NUMBER"),
        ("calls", "not of the form NAME=NUMBER"),
        ("calls=", "not of the form NAME=NUMBER"),
        ("calls=many", "not a whole number"),
        ("calls=1.5", "not a whole number"),
        ("calls=-1", "not a whole number"),
        ("tokens=1.2.3k", "not a whole number"),
        ("dollars=1e9", "not an amount"),
        ("dollars=nan", "not an amount"),
        ("time=1h30", "not a time"),
        ("time=soon", "not a time"),
        ("call=3", "a budget has no `call`"),
        ("calls=1,calls=2", "caps `calls` twice"),
        ("time=1s,seconds=2", "caps `seconds` twice"),
    ],
)
def test_what_is_no_budget_is_refused_with_an_example(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        Budget.parse(text)
    assert caught.value.hint


@given(
    st.builds(
        Budget,
        calls=st.none() | st.integers(0, 10**9),
        tokens=st.none() | st.integers(0, 10**11),
        dollars=st.none() | st.integers(0, 10**6).map(lambda cents: cents / 100),
        seconds=st.none() | st.integers(0, 10**6).map(float),
    ).filter(lambda budget: budget != Budget())
)
def test_every_budget_is_written_so_that_it_is_read_again(budget: Budget) -> None:
    assert Budget.parse(str(budget)) == budget


BUDGETS = [
    Budget(calls=150),
    Budget(tokens=60_000),
    Budget(dollars=0.7),
    Budget(calls=200, tokens=70_000, dollars=0.9),
]


@pytest.mark.parametrize("budget", BUDGETS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_thirty_two_threads_with_costs_of_all_sizes_never_overspend(budget: Budget, seed: int) -> None:
    meter = Meter(budget)
    over: list[Spend] = []
    refused: list[int] = []

    def within(spend: Spend) -> bool:
        caps = (
            (spend.calls, budget.calls),
            (spend.tokens, budget.tokens),
            (spend.dollars or 0.0, budget.dollars),
        )
        return all(cap is None or spent <= cap * (1 + 1e-9) for spent, cap in caps)

    def work(number: int) -> None:
        rng = random.Random(1000 * seed + number)
        for _ in range(12):
            batch = [
                Cost(1, rng.randrange(400), rng.randrange(1, 900), rng.random() * 0.02)
                for _ in range(rng.randrange(1, 4))
            ]
            reserved = meter.reserve(batch)
            refused.append(len(batch) - len(reserved))
            for reservation in reserved:
                time.sleep(rng.random() * 0.001)
                most, part = reservation.cost, rng.random()
                spent = Cost(
                    1,
                    int(most.prompt_tokens * part),
                    int(most.completion_tokens * part),
                    (most.dollars or 0.0) * part,
                )
                meter.settle(reservation, rng.choice([spent, most, Cost(0)]))
                if not within(meter.spend()):
                    over.append(meter.spend())

    with ThreadPoolExecutor(32) as threads:
        list(threads.map(work, range(32)))
    assert over == []
    assert sum(refused) > 0
    assert meter.reserve([Cost(1, 399, 899, 0.02)]) == []


def test_what_is_reserved_and_spent_together_stays_within_the_cap_at_every_moment() -> None:
    meter = Meter(Budget(tokens=1000))
    held: list[int] = []
    most: list[int] = []
    lock = threading.Lock()

    def work(number: int) -> None:
        rng = random.Random(number)
        for _ in range(30):
            for reservation in meter.reserve([Cost(1, rng.randrange(1, 300))]):
                with lock:
                    held.append(reservation.cost.tokens)
                    most.append(sum(held))
                time.sleep(0.0005)
                with lock:
                    held.remove(reservation.cost.tokens)
                meter.settle(reservation, Cost(0))

    with ThreadPoolExecutor(32) as threads:
        list(threads.map(work, range(32)))
    assert 300 < max(most) <= 1000


def test_a_call_that_fits_once_another_is_settled_waits_for_it() -> None:
    meter = Meter(Budget(tokens=100))
    (first,) = meter.reserve([Cost(1, 80)])
    with ThreadPoolExecutor(1) as threads:
        second = threads.submit(meter.reserve, [Cost(1, 50)])
        time.sleep(0.05)
        assert not second.done()
        meter.settle(first, Cost(1, 40))
        (given_,) = second.result(timeout=5)
    assert given_.cost.tokens == 50


def test_nothing_is_given_once_no_call_can_free_enough() -> None:
    meter = Meter(Budget(calls=2))
    reserved = meter.reserve([Cost(), Cost(), Cost()])
    assert len(reserved) == 2
    for each in reserved:
        meter.settle(each, Cost())
    assert meter.reserve([Cost()]) == []
    assert meter.shortage(Cost()) == "the budget of 2 calls is spent"


def test_settling_twice_counts_once() -> None:
    meter = Meter()
    (reserved,) = meter.reserve([Cost()])
    for _ in range(2):
        meter.settle(reserved, Cost(1, 5, 6, 0.1, 2.0))
    assert meter.spend() == Spend(1, 5, 6, 0.1, 2.0)


def test_time_runs_out_for_those_who_wait_too() -> None:
    meter = Meter(Budget(calls=1, seconds=0.15))
    meter.reserve([Cost()])
    assert meter.reserve([Cost()]) == []
    assert "time" in meter.shortage(Cost())


def test_time_goes_on_where_an_earlier_run_stopped() -> None:
    now = [100.0]
    meter = Meter(Budget(seconds=60.0), elapsed=50.0, clock=lambda: now[0])
    assert meter.remaining_seconds() == 10.0
    now[0] += 11.0
    assert (meter.remaining_seconds(), meter.reserve([Cost()])) == (0.0, [])


def test_what_was_spent_before_counts() -> None:
    meter = Meter(Budget(calls=5, dollars=1.0), spent=Spend(4, dollars=0.5))
    assert len(meter.reserve([Cost(dollars=0.1), Cost(dollars=0.1)])) == 1


def test_dollars_need_a_price() -> None:
    with pytest.raises(UsageError, match="price of the model"):
        Meter(Budget(dollars=1.0)).reserve([Cost(dollars=None)])


def test_a_spend_of_unknown_price_has_no_dollars_and_free_calls_do_not_make_it_so() -> None:
    assert Spend().plus(Cost(1, 5, dollars=None)).dollars is None
    assert Spend().plus(Cost(0)).dollars == 0.0
    assert Spend(dollars=None).plus(Cost(1, dollars=0.5)).dollars is None


def test_a_budget_of_one_call_is_told_in_the_singular() -> None:
    assert Meter(Budget(calls=1), spent=Spend(calls=1)).shortage(Cost()) == "the budget of 1 call is spent"
