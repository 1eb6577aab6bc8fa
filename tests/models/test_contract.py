"""What every model keeps to, whatever it is made of."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import pytest

from agentopt.budget import Budget, Meter, Spend
from agentopt.errors import ModelError
from agentopt.models.base import Model, Reply, Request, Watch, WatchableModel, identity, watchable
from agentopt.models.cache import Cached
from agentopt.models.metered import Metered
from agentopt.models.openai import Endpoint
from agentopt.models.recorded import Recorded, Replayed
from agentopt.models.scripted import Line, Scripted
from agentopt.models.watched import Watched
from tests.models.conftest import QUICK, ask
from tests.models.loopback import Loopback, refusal

TEXTS = [f"request {number}" for number in range(20)]
BAD = "a bad request"


def echo(text: str) -> str:
    return f"echo: {text}"


class Plain:
    """A model of somebody else's: no watch, no `close`, no identity."""

    name = "plain"

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        return [self._one(request.messages[-1].content) for request in requests]

    @staticmethod
    def _one(text: str) -> Reply:
        return Reply("", stop="error", error="no: bad") if text == BAD else Reply(echo(text))


class Makers:
    """One way to make each model; all of them echo, and refuse a bad request."""

    def __init__(self, server: Loopback, folder: Path) -> None:
        self.server, self.folder = server, folder

    def endpoint(self) -> WatchableModel:
        return Endpoint(self.server.address, "tiny", patience=QUICK, rng=random.Random(0))

    def scripted(self) -> WatchableModel:
        lines = [Line(match=f"^{text}$", reply=echo(text)) for text in TEXTS]
        return Scripted([Line(match=BAD, stop="error", error="no: bad"), *lines])

    def plain(self) -> WatchableModel:
        return watchable(Plain())

    def replayed(self) -> WatchableModel:
        kept = self.folder / "kept"
        if not kept.exists():
            recorder = Recorded(Plain(), kept)
            recorder.generate([ask(text, index=index) for text in TEXTS for index in range(3)])
        return Replayed(kept)

    def recording(self, model: Model) -> WatchableModel:
        return Recorded(model, self.folder / "recorded.jsonl")

    def cached(self, model: Model) -> WatchableModel:
        return Cached(model, self.folder / "replies.sqlite")

    def metered(self, model: Model) -> WatchableModel:
        return Metered(model, Meter(Budget(calls=10_000, tokens=10**9)))

    def watched(self, model: Model) -> WatchableModel:
        return Watched(model, Watch(on_text=lambda *_: None))


BASES = ("endpoint", "scripted", "plain", "replayed")
WRAPPERS = (
    (),
    ("cached",),
    ("metered",),
    ("recording",),
    ("watched",),
    ("metered", "cached"),
    ("cached", "metered"),
    ("recording", "metered", "watched", "cached"),
)
CASES = ["+".join([base, *wrappers]) for base in BASES for wrappers in WRAPPERS]


@pytest.fixture(params=CASES)
def model(request: pytest.FixtureRequest, server: Loopback, tmp_path: Path) -> Iterator[WatchableModel]:
    server.refuse = lambda body: refusal("no: bad") if body["messages"][-1]["content"] == BAD else None
    makers = Makers(server, tmp_path)
    base, *wrappers = request.param.split("+")
    made: WatchableModel = getattr(makers, base)()
    for wrapper in wrappers:
        made = getattr(makers, wrapper)(made)
    with ExitStack() as stack:
        stack.callback(made.close)
        yield made


def texts(replies: Sequence[Reply]) -> list[str]:
    return [reply.text for reply in replies]


def test_replies_stand_where_their_requests_stood(model: WatchableModel) -> None:
    order = random.Random(1).sample(TEXTS, len(TEXTS))
    replies = model.generate([ask(text) for text in order])
    assert texts(replies) == [echo(text) for text in order]
    assert {reply.stop for reply in replies} == {"end"}


def test_nothing_comes_of_nothing(model: WatchableModel) -> None:
    assert model.generate([]) == []


def test_the_same_request_twice_in_a_batch_has_two_replies(model: WatchableModel) -> None:
    asked = [TEXTS[0], TEXTS[1], TEXTS[0], TEXTS[0]]
    assert texts(model.generate([ask(text) for text in asked])) == [echo(text) for text in asked]


def test_samples_of_one_request_each_have_a_reply(model: WatchableModel) -> None:
    asked = [ask(TEXTS[0], index=index) for index in range(3)]
    assert texts(model.generate(asked)) == [echo(TEXTS[0])] * 3


def test_a_failed_request_leaves_the_others_alone(
    model: WatchableModel, request: pytest.FixtureRequest
) -> None:
    if "replayed" in request.node.callspec.id:
        pytest.skip("what was not recorded is an error of whoever asks, below")
    told: dict[int, Reply] = {}
    asked = [ask(text) for text in (TEXTS[0], BAD, TEXTS[1], BAD)]
    replies = model.generate(asked, Watch(on_reply=told.__setitem__))
    assert [reply.stop for reply in replies] == ["end", "error", "end", "error"]
    assert texts(replies) == [echo(TEXTS[0]), "", echo(TEXTS[1]), ""]
    assert all("no: bad" in reply.error for reply in replies if reply.stop == "error")
    assert told == dict(enumerate(replies))
    assert texts(model.generate([ask(TEXTS[2])])) == [echo(TEXTS[2])]


def test_where_every_request_fails_the_reason_is_told(model: WatchableModel) -> None:
    for _ in range(2):
        try:
            (reply,) = model.generate([ask(BAD)])
        except ModelError as error:
            reply = Reply("", stop="error", error=error.message)
        assert (reply.stop, reply.text) == ("error", "")
        assert "no: bad" in reply.error or "no recording" in reply.error


def test_a_closed_model_opens_again(model: WatchableModel) -> None:
    for text in TEXTS[:3]:
        assert texts(model.generate([ask(text)])) == [echo(text)]
        model.close()
        model.close()


def test_a_watch_hears_every_piece_and_every_reply_once(model: WatchableModel) -> None:
    pieces: dict[int, list[str]] = {}
    told: list[tuple[int, Reply]] = []

    def hear(position: int, text: str) -> None:
        pieces.setdefault(position, []).append(text)

    asked = [ask(text) for text in (*TEXTS[:6], TEXTS[0])]
    model.generate([asked[2]])
    replies = model.generate(asked, Watch(on_text=hear, on_reply=lambda *each: told.append(each)))
    assert {position: "".join(heard) for position, heard in pieces.items()} == dict(enumerate(texts(replies)))
    assert sorted(told, key=lambda each: each[0]) == list(enumerate(replies))


def test_what_a_watch_raises_ends_the_batch_and_nothing_else(model: WatchableModel) -> None:
    def refuse(position: int, reply: Reply) -> None:
        raise KeyError("of the watcher")

    with pytest.raises(KeyError, match="of the watcher"):
        model.generate([ask(text) for text in TEXTS[:3]], Watch(on_reply=refuse))
    assert texts(model.generate([ask(text) for text in TEXTS[:3]])) == [echo(text) for text in TEXTS[:3]]


def test_threads_may_share_it(model: WatchableModel) -> None:
    def one(number: int) -> list[str]:
        return texts(model.generate([ask(TEXTS[(number + step) % 7]) for step in range(3)]))

    with ThreadPoolExecutor(12) as threads:
        found = list(threads.map(one, range(24)))
    assert found == [[echo(TEXTS[(number + step) % 7]) for step in range(3)] for number in range(24)]


def test_what_it_says_of_itself_stays_the_same(model: WatchableModel) -> None:
    before = (model.name, identity(model))
    model.generate([ask(text) for text in TEXTS[:3]])
    assert (model.name, identity(model)) == before
    assert all(before)


def test_its_replies_are_counted_once_and_free_when_they_were_paid_before(model: WatchableModel) -> None:
    batch = [ask(text) for text in TEXTS[:5]]
    first = model.generate(batch)
    spend = Spend.of(vars(reply.usage) for reply in first)
    assert spend.calls in (0, 5)
    assert all(reply.usage.calls == 1 for reply in first)
    again = model.generate(batch)
    if any(reply.usage.cached for reply in again):
        assert all(reply.usage.cached and reply.usage.dollars == 0.0 for reply in again)
        assert Spend.of(vars(reply.usage) for reply in again).calls == 0


def test_who_asks_does_not_change_the_reply(
    model: WatchableModel, make_component: Callable[[str], Request]
) -> None:
    replies = model.generate([make_component("solve/formulate"), make_component("solve/repair")])
    assert texts(replies) == [echo(TEXTS[0])] * 2


@pytest.fixture
def make_component() -> Callable[[str], Request]:
    return lambda component: ask(TEXTS[0], component=component)


def test_what_was_not_recorded_names_the_nearest(server: Loopback, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"the nearest, exchanges\.jsonl:"):
        Makers(server, tmp_path).replayed().generate([ask(TEXTS[0]), ask(BAD)])
