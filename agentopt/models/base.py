"""The model protocol: a batch of requests in, as many replies out, in order.

Anything with `name` and `generate(requests)` is a model. Those of this package also take a `Watch`, through
which a caller hears of text and replies as they arrive; `watchable` makes any other model take one, so that
wrappers (cache, meter, recorder) need not care what they hold.
"""

from __future__ import annotations

__all__ = [
    "Message",
    "Model",
    "Reply",
    "Request",
    "Sampling",
    "Usage",
    "Watch",
    "WatchableModel",
    "failed",
    "identity",
    "watchable",
]

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, cast

from agentopt.errors import ModelError


@dataclass(frozen=True)
class Message:
    """One turn."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class Sampling:
    """How a reply is drawn; `index` tells apart repeated samples of one request, for caches too."""

    temperature: float = 0.0
    top_p: float = 1.0
    max_tokens: int | None = None
    seed: int | None = None
    stop: tuple[str, ...] = ()
    index: int = 0


@dataclass(frozen=True)
class Request:
    """What is asked of a model.

    Attributes:
        schema: a JSON schema the reply should satisfy; used for constrained decoding where the server honours
            it. The reply is validated by the caller in any case.
        component: the prompt it was rendered from (`solve/formulate`), for journals and meters; not sent.
    """

    messages: tuple[Message, ...]
    sampling: Sampling = Sampling()
    schema: Mapping[str, object] | None = None
    component: str = ""


@dataclass(frozen=True)
class Usage:
    """What a reply cost. `cached` replies cost nothing; `dollars` is None when no price is known.

    `calls`: attempts that the server may charge for: the one that gave the reply, and those sent before it
    whose reply did not arrive whole. Tokens are the last one's; a meter adds what the others may have cost.

    `estimated`: the server did not count tokens; they are characters over four.
    """

    prompt_tokens: int = 0
    completion_tokens: int = 0
    dollars: float | None = None
    seconds: float = 0.0
    cached: bool = False
    calls: int = 1
    estimated: bool = False


@dataclass(frozen=True)
class Reply:
    """What came back; `stop`: the text is whole (`end`), cut (`length`) or could not be had (`error`).

    With `stop == "error"`, `text` is empty and `error` says why; other replies of the batch are unaffected.
    `raw` is what the server sent; of a stream that broke off, `raw["partial"]` is the text that had arrived.
    """

    text: str
    usage: Usage = Usage()
    stop: Literal["end", "length", "error"] = "end"
    error: str = ""
    model: str = ""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False, compare=False)


class Model(Protocol):
    """A language model; wrappers (cache, meter, record, route) compose by holding another."""

    name: str

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        """Replies to the requests, in order.

        Raises:
            ModelError: the server cannot be reached or refuses every request.
            BudgetExceeded: a request would exceed the budget; nothing was sent.
        """


@dataclass(frozen=True)
class Watch:
    """How a batch is watched while it is under way, all in the thread that called `generate`.

    Attributes:
        on_text: told the position of a request in the batch and a piece of its reply; asks for streaming.
        on_restart: told the position of a request whose pieces so far are void: the server broke off, and the
            reply begins anew.
        on_reply: told the position of a request and its whole reply, as soon as it is there.
        deadline: the `time.monotonic()` after which no reply is waited for.
        may_retry: asked, in whichever thread, whether a request may be sent again after an attempt that the
            server may have charged for; it must not wait.
    """

    on_text: Callable[[int, str], None] | None = None
    on_restart: Callable[[int], None] | None = None
    on_reply: Callable[[int, Reply], None] | None = None
    deadline: float | None = None
    may_retry: Callable[[int], bool] | None = None

    def of(self, positions: Sequence[int]) -> Watch:
        """The same for a batch of some of the requests, which stand at `positions` of the whole."""
        on_text, on_restart, on_reply = self.on_text, self.on_restart, self.on_reply
        may_retry = self.may_retry
        return Watch(
            None if on_text is None else lambda place, text: on_text(positions[place], text),
            None if on_restart is None else lambda place: on_restart(positions[place]),
            None if on_reply is None else lambda place, reply: on_reply(positions[place], reply),
            self.deadline,
            None if may_retry is None else lambda place: may_retry(positions[place]),
        )

    def text(self, position: int, text: str) -> None:
        """Tell of a piece of text."""
        if self.on_text is not None and text:
            self.on_text(position, text)

    def restart(self, position: int) -> None:
        """Tell that the pieces so far are void."""
        if self.on_restart is not None:
            self.on_restart(position)

    def reply(self, position: int, reply: Reply) -> None:
        """Tell of a reply."""
        if self.on_reply is not None:
            self.on_reply(position, reply)


class WatchableModel(Protocol):
    """A model whose batches can be watched."""

    name: str

    @property
    def identity(self) -> str:
        """What a cache must tell apart beside the request: endpoint, model, how requests are put."""

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """As `Model.generate`."""

    def close(self) -> None:
        """Let go of connections and files; the model may still be used, and opens them again."""


def watchable(model: Model) -> WatchableModel:
    """The model itself where it takes a watch, or the model told about when its whole batch is there."""
    if "watch" in inspect.signature(model.generate).parameters:
        return cast(WatchableModel, model)
    return _Unwatched(model)


def failed(error: ModelError, count: int) -> list[Reply]:
    """The replies to so many requests that came to an error, for a batch that has other replies."""
    return [Reply("", Usage(calls=0), "error", error.message) for _ in range(count)]


def identity(model: Model) -> str:
    """What a cache must tell apart beside the request; the name, for a model that does not say."""
    return str(getattr(model, "identity", model.name))


class _Unwatched:
    """A model that tells nothing until its batch is done."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.name = model.name

    @property
    def identity(self) -> str:
        return identity(self.model)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        replies = self.model.generate(requests)
        for position, reply in enumerate(replies if watch is not None else ()):
            assert watch is not None
            watch.text(position, reply.text)
            watch.reply(position, reply)
        return replies

    def close(self) -> None:
        close = getattr(self.model, "close", None)
        if close is not None:
            close()
