"""The meter around a model: reserved before it is sent, settled at what it was, never beyond the budget."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from agentopt.budget import Budget, Cost, Meter, Spend
from agentopt.errors import BudgetExceeded, ModelError, SettingsError
from agentopt.models.base import Message, Reply, Request, Usage, Watch
from agentopt.models.cache import Cached
from agentopt.models.metered import DEFAULT_MAX_TOKENS, Metered, most_tokens
from agentopt.models.openai import Endpoint
from agentopt.models.prices import Price
from tests.models.conftest import QUICK, ask
from tests.models.loopback import Body, Fault, Loopback, refusal

Make = Callable[..., Endpoint]
PRICE = Price(model="tiny", input=100.0, output=1000.0)


def counting(rng: random.Random) -> Callable[[Body], Body]:
    """A server that writes as many tokens as it likes, within the bound it is given, and counts them."""

    def finished(body: Body) -> Body:
        written = rng.randrange(1, body.get("max_tokens", 300) + 1)
        read = rng.randrange(1, sum(len(turn["content"]) for turn in body["messages"]) + 1)
        message = {"role": "assistant", "content": "x " * written}
        return {
            "model": body["model"],
            "choices": [{"message": message, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": read, "completion_tokens": written},
        }

    return finished


@pytest.mark.parametrize(
    "budget",
    [Budget(calls=90), Budget(tokens=20_000), Budget(dollars=12.0)],
    ids=str,
)
def test_thirty_two_threads_never_spend_more_than_there_is(
    server: Loopback, endpoint: Make, budget: Budget
) -> None:
    rng = random.Random(0)
    server.finished = counting(rng)
    meter = Meter(budget)
    model = Metered(endpoint(), meter, price=PRICE, max_tokens=300)
    refused: list[int] = []

    def work(number: int) -> list[Reply]:
        own = random.Random(number)
        had: list[Reply] = []
        for _ in range(6):
            batch = [ask("x" * own.randrange(1, 200)) for _ in range(own.randrange(1, 4))]
            try:
                had += model.generate(batch)
            except BudgetExceeded:
                refused.append(len(batch))
            spend = meter.spend()
            assert budget.calls is None or spend.calls <= budget.calls
            assert budget.tokens is None or spend.tokens <= budget.tokens
            assert budget.dollars is None or (spend.dollars or 0.0) <= budget.dollars * (1 + 1e-9)
        return had

    with ThreadPoolExecutor(32) as threads:
        replies = [reply for had in threads.map(work, range(32)) for reply in had]
    paid = [reply for reply in replies if reply.stop == "end"]
    assert refused
    assert len(server.bodies) == len(paid) == meter.spend().calls
    assert meter.spend().tokens == sum(
        reply.usage.prompt_tokens + reply.usage.completion_tokens for reply in paid
    )
    assert meter.spend().dollars == pytest.approx(sum(reply.usage.dollars or 0.0 for reply in paid))


def test_what_does_not_fit_any_more_is_not_sent_and_says_why(server: Loopback, endpoint: Make) -> None:
    model = Metered(endpoint(), Meter(Budget(calls=3)))
    told: list[int] = []
    replies = model.generate([ask(f"{n}") for n in range(5)], Watch(on_reply=lambda n, _: told.append(n)))
    assert [reply.stop for reply in replies] == ["end"] * 3 + ["error"] * 2
    assert replies[4].error == "budget: the budget of 3 calls is spent"
    assert (replies[4].usage.calls, len(server.bodies), sorted(told)) == (0, 3, [0, 1, 2, 3, 4])
    with pytest.raises(
        BudgetExceeded, match="the budget of 3 calls is spent: 2 calls were not sent"
    ) as caught:
        model.generate([ask("x"), ask("y")])
    assert "--budget" in caught.value.hint
    assert len(server.bodies) == 3


def test_a_request_without_a_bound_is_given_one_where_tokens_or_dollars_are_capped(
    server: Loopback, endpoint: Make
) -> None:
    Metered(endpoint(), Meter(Budget(calls=9))).generate([ask("x")])
    Metered(endpoint(), Meter(Budget(tokens=10**6))).generate([ask("x"), ask("y", max_tokens=7)])
    assert "max_tokens" not in server.bodies[0]
    assert sorted(body["max_tokens"] for body in server.bodies[1:]) == [7, DEFAULT_MAX_TOKENS]


def test_what_is_cached_costs_nothing(server: Loopback, endpoint: Make, tmp_path: Path) -> None:
    meter = Meter(Budget(calls=1, tokens=10**6))
    cached = Cached(endpoint(), tmp_path / "replies.sqlite")
    cached.generate([ask("x", max_tokens=DEFAULT_MAX_TOKENS)])
    model = Metered(cached, meter)
    for _ in range(3):
        assert model.generate([ask("x")])[0].usage.cached
    assert meter.spend() == Spend()
    assert model.generate([ask("y")])[0].stop == "end"
    with pytest.raises(BudgetExceeded):
        model.generate([ask("z")])
    cached.close()


def test_what_was_refused_costs_nothing_and_what_timed_out_is_counted(
    server: Loopback, endpoint: Make
) -> None:
    meter = Meter(Budget(tokens=10**6))
    patience = replace(QUICK, attempt_seconds=0.2, max_retries=0)
    model = Metered(endpoint(patience=patience), meter)
    server.fail(refusal("no", status=403))
    with pytest.raises(ModelError):
        model.generate([ask("x")])
    assert meter.spend().calls == 0
    server.refuse = lambda body: Fault(wait=0.5)
    (reply,) = model.generate([ask("x" * 40)])
    # What it cost is not known: the most it can have cost is counted, and told.
    most = most_tokens(ask("x" * 40)) + DEFAULT_MAX_TOKENS
    assert (reply.stop, meter.spend().calls, meter.spend().tokens) == ("error", 1, most)
    assert reply.usage.prompt_tokens + reply.usage.completion_tokens == most


@pytest.mark.parametrize(
    "fault", [Fault(wait=0.5), Fault(cut=20), Fault(content="no json")], ids=["timeout", "cut", "nonsense"]
)
def test_an_attempt_whose_reply_did_not_arrive_counts_at_its_most_beside_the_one_that_did(
    server: Loopback, endpoint: Make, fault: Fault
) -> None:
    meter = Meter(Budget(tokens=10**6))
    model = Metered(endpoint(patience=replace(QUICK, attempt_seconds=0.2, max_retries=2)), meter, price=PRICE)
    server.fail(fault)
    (reply,) = model.generate([ask("x", max_tokens=50)])
    lost = most_tokens(ask("x"))
    assert (reply.stop, reply.usage.calls) == ("end", 2)
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (lost + 11, 50 + 7)
    assert reply.usage.dollars == pytest.approx(PRICE.dollars(lost + 11, 57))
    assert (meter.spend().calls, meter.spend().tokens) == (2, lost + 50 + 18)


@pytest.mark.parametrize("status", [429, 500, 503])
def test_an_attempt_that_was_refused_or_failed_costs_nothing(
    server: Loopback, endpoint: Make, status: int
) -> None:
    meter = Meter(Budget(tokens=10**6))
    server.fail(refusal("later", status=status))
    (reply,) = Metered(endpoint(), meter).generate([ask("x")])
    assert (reply.usage.calls, meter.spend().calls, meter.spend().tokens) == (1, 1, 18)


def test_a_lost_attempt_before_a_refusal_is_not_forgotten(server: Loopback, endpoint: Make) -> None:
    meter = Meter(Budget(tokens=10**6))
    server.fail(Fault(cut=20), refusal("no", status=403))
    (reply,) = Metered(endpoint(), meter).generate([ask("x", max_tokens=50)])
    assert "403" in reply.error
    assert (meter.spend().calls, meter.spend().tokens) == (1, most_tokens(ask("x")) + 50)


def test_a_request_is_not_sent_again_where_a_lost_attempt_has_used_up_the_budget(
    server: Loopback, endpoint: Make
) -> None:
    meter = Meter(Budget(calls=1))
    server.fail(Fault(cut=20))
    (reply,) = Metered(endpoint(), meter).generate([ask("x")])
    assert (reply.stop, len(server.bodies), meter.spend().calls) == ("error", 1, 1)


def test_thirty_two_threads_never_pay_for_more_attempts_than_there_is_room_for(
    server: Loopback, endpoint: Make
) -> None:
    lock, chance = threading.Lock(), random.Random(1)

    def unlucky(body: Body) -> Fault | None:
        with lock:
            return Fault(cut=20) if chance.random() < 0.4 else None

    server.refuse = unlucky
    meter = Meter(Budget(calls=60, tokens=60_000))
    model = Metered(endpoint(), meter)
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda number: _asked(model, number), range(64)))
    # Every body the server read may be charged for; the meter knows of each.
    assert len(server.bodies) == meter.spend().calls <= 60
    assert meter.spend().tokens <= 60_000


def _asked(model: Metered, number: int) -> list[Reply]:
    try:
        return model.generate([ask(f"{number}", max_tokens=100)])
    except BudgetExceeded:
        return []


def test_replies_that_were_paid_for_are_not_lost_when_later_ones_fail(
    server: Loopback, endpoint: Make
) -> None:
    # Room for one call at a time: the batch is sent in parts, of which the last is refused.
    model = Metered(endpoint(), Meter(Budget(tokens=1500)), max_tokens=900)
    server.refuse = lambda body: refusal("bad word") if "bad" in body["messages"][-1]["content"] else None
    told: dict[int, Reply] = {}
    replies = model.generate([ask("good"), ask("fine"), ask("bad")], Watch(on_reply=told.__setitem__))
    assert [reply.stop for reply in replies] == ["end", "end", "error"]
    assert "bad word" in replies[2].error
    assert told == dict(enumerate(replies))


def test_an_interrupted_batch_gives_back_what_it_had_reserved() -> None:
    class Stopped:
        name = "stopped"

        def generate(self, requests: Sequence[Request]) -> list[Reply]:
            raise KeyboardInterrupt

    meter = Meter(Budget(calls=1))
    with pytest.raises(KeyboardInterrupt):
        Metered(Stopped(), meter).generate([ask("x")])
    assert len(meter.reserve([Cost()])) == 1


def test_the_time_of_a_budget_ends_calls_that_are_under_way(server: Loopback, endpoint: Make) -> None:
    server.wait = 2.0
    model = Metered(endpoint(), Meter(Budget(seconds=0.3)))
    began = time.monotonic()
    (reply,) = model.generate([ask("x")])
    assert (reply.stop, time.monotonic() - began < 1.5) == ("error", True)
    with pytest.raises(BudgetExceeded, match=r"time of 0\.3 s is over"):
        model.generate([ask("x")])


def test_dollars_need_a_price_and_the_hint_shows_how_to_give_one(endpoint: Make) -> None:
    with pytest.raises(SettingsError, match=r"no price of .*#tiny. is known") as caught:
        Metered(endpoint(), Meter(Budget(dollars=1.0)))
    assert 'model = "tiny"' in caught.value.hint


def test_a_price_turns_tokens_into_dollars(endpoint: Make) -> None:
    meter = Meter(Budget(dollars=1000.0))
    (reply,) = Metered(endpoint(), meter, price=PRICE).generate([ask("x")])
    assert reply.usage.dollars == pytest.approx((11 * 100 + 7 * 1000) / 1e6)
    assert meter.spend().dollars == pytest.approx(reply.usage.dollars)


def test_without_a_price_dollars_are_not_known_rather_than_nothing(endpoint: Make) -> None:
    meter = Meter()
    (reply,) = Metered(endpoint(), meter).generate([ask("x")])
    assert (reply.usage.dollars, meter.spend().dollars, meter.spend().tokens) == (None, None, 18)


TEXTS = [
    "",
    "Maximise the profit of the two products.",
    "x" * 500,
    "qzxjv kwpf bdgh " * 40,
    "3.14159, 2.71828; 1,000,000\n" * 20,
    "数学の問題を解いてください。",
    "🙂🙃" * 30,
    "\x00\x01\ud83d",
    json.dumps({"a": [1, 2, {"b": None}]}),
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_tokenizer_reads_more_tokens_than_are_reserved(text: str) -> None:
    # Tokenizers of language models work on bytes: a token has at least one.
    plain = most_tokens(Request((Message("user", text),)))
    assert plain >= len(text.encode("utf-8", "surrogatepass"))
    assert most_tokens(Request((Message("system", text), Message("user", text)))) > 2 * len(text)
    assert most_tokens(Request((Message("user", text),), schema={"title": text})) > plain + len(text)


def test_a_server_that_counts_more_than_was_reserved_is_reserved_more_from_then_on(
    server: Loopback, endpoint: Make
) -> None:
    meter = Meter(Budget(tokens=10_000))
    model = Metered(endpoint(), meter, max_tokens=10)
    content = {"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}
    server.refuse = lambda body: Fault(
        content=json.dumps({**content, "usage": {"prompt_tokens": 4_000, "completion_tokens": 1}})
    )
    for _ in range(2):
        assert model.generate([ask("x")])[0].stop == "end"
    with pytest.raises(BudgetExceeded):
        model.generate([ask("x")])
    assert meter.spend().tokens == 8_002


def test_a_plain_model_of_somebody_else_is_metered_too() -> None:
    class Plain:
        name = "plain"

        def generate(self, requests: Sequence[Request]) -> list[Reply]:
            return [Reply("four", Usage(3, 1)) for _ in requests]

    meter = Meter(Budget(calls=2))
    assert [reply.stop for reply in Metered(Plain(), meter).generate([ask("x")] * 3)] == [
        "end",
        "end",
        "error",
    ]
    assert meter.spend() == Spend(2, 6, 2, None)
