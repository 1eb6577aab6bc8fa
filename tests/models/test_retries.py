"""Delays between attempts, and what a server asks for."""

from __future__ import annotations

import email.utils
import random
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentopt.errors import ModelError
from agentopt.models.openai import Endpoint
from agentopt.models.retries import Patience, retry_after
from tests.models.conftest import QUICK, ask
from tests.models.loopback import Fault, Loopback

Make = Callable[..., Endpoint]


@given(retries=st.integers(0, 10_000), seed=st.integers(), at_least=st.none() | st.floats(0, 1e6))
def test_delays_are_bounded_and_never_before_the_server_says(
    retries: int, seed: int, at_least: float | None
) -> None:
    patience = Patience(first_delay=0.5, max_delay=30.0)
    delay = patience.delay(retries, random.Random(seed), at_least=at_least)
    assert delay >= (at_least or 0.0)
    assert delay <= max(30.0, (at_least or 0.0) + 0.5)


def test_delays_double_and_are_not_all_the_same() -> None:
    patience, rng = Patience(first_delay=1.0, max_delay=100.0), random.Random(0)
    for retries in range(5):
        delays = {patience.delay(retries, rng) for _ in range(50)}
        assert len(delays) > 40
        assert all(2**retries / 2 <= delay <= 2**retries for delay in delays)


def test_those_told_to_wait_equally_long_do_not_come_back_at_once() -> None:
    patience, rng = Patience(), random.Random(0)
    assert len({patience.delay(0, rng, at_least=10.0) for _ in range(50)}) > 40


NOW = 1_800_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.25"}, 0.25),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": email.utils.formatdate(NOW + 90, usegmt=True)}, 90.0),
        ({"retry-after": email.utils.formatdate(NOW - 90, usegmt=True)}, 0.0),
        ({"retry-after": "Wed, 99 Foo 2026"}, None),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "x", "retry-after": "9"}, None),
        ({"retry-after": "9" * 400}, None),
        ({"retry-after-ms": "nan"}, None),
        ({"retry-after-ms": "inf"}, None),
    ],
)
def test_what_a_server_asks_for_is_understood_or_read_over(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert retry_after(headers, now=NOW) == seconds


@pytest.mark.parametrize("value", ["9" * 400, "nan", "inf", "-1", "soon"])
def test_nonsense_from_a_server_does_not_stop_the_retries(
    server: Loopback, endpoint: Make, value: str
) -> None:
    headers = (("retry-after-ms", value), ("retry-after", value))
    server.fail(Fault(429, "{}", headers=headers))
    assert endpoint().generate([ask("x")])[0].text == "echo: x"


def test_a_server_that_wants_to_be_left_alone_is_left_alone_by_the_whole_batch(
    server: Loopback, endpoint: Make
) -> None:
    model = endpoint(concurrency=1)
    server.fail(Fault(429, "{}", headers=(("retry-after", "0.3"),)))
    replies = model.generate([ask(f"{number}") for number in range(4)])
    assert [reply.text for reply in replies] == [f"echo: {number}" for number in range(4)]
    assert len(server.bodies) == 5


def test_patience_ends_with_the_call_whatever_the_retries(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: Fault(503, "{}")
    patience = replace(QUICK, call_seconds=0.3, max_retries=10_000)
    try:
        (reply,) = endpoint(patience=patience).generate([ask("x")])
        said = reply.error  # the last attempt ran out of time
    except ModelError as error:
        said = error.message
    assert re.search(r"\(tried \d+ times\)", said)
    assert 1 < len(server.bodies) < 100
