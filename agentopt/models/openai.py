"""Any endpoint that speaks OpenAI's chat format: the API itself, vLLM, transformers, llama.cpp, a proxy.

Requests go through the `openai` package (addresses, authentication, errors) over our own transport
(`transport`), with our own retries (`retries`): two layers that retry would multiply. Replies are read by
`wire`, not into the package's response objects, whose making costs more CPU than the rest of the call.
Batches run in one background event loop owned by the endpoint, bounded by one semaphore however many threads
call. What a server refuses is put otherwise (`adapting`).
"""

from __future__ import annotations

__all__ = ["OPENAI_ADDRESS", "Endpoint"]

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from agentopt.errors import ModelError
from agentopt.models import wire
from agentopt.models.adapting import Manner, Manners
from agentopt.models.base import Reply, Request, Watch
from agentopt.models.capabilities import Capabilities
from agentopt.models.keys import Secret, checked
from agentopt.models.loop import Loop
from agentopt.models.retries import Failure, Patience

if TYPE_CHECKING:
    from agentopt.models.sending import Sender

OPENAI_ADDRESS = "https://api.openai.com/v1"

Piece = str | Reply | None
"""What a batch tells of under way: a piece of text, a whole reply, or None where a stream begins anew."""
Tell = Callable[[Piece], None]
T = TypeVar("T")


@dataclass
class _Connected:
    """What belongs to one event loop; the server wants to be left alone until `resume_at`."""

    loop: asyncio.AbstractEventLoop
    sender: Sender
    slots: asyncio.Semaphore
    resume_at: float = 0.0


class Endpoint:
    """A model at an address.

    Args:
        address: the base URL, up to and with `/v1`.
        model: its name there.
        name: what it is called in messages and journals; `address#model` if empty.
        key: sent to this address alone.
        capabilities: what a probe found; found out under way where None.
        concurrency: requests in flight at most.
        patience: times and retries.
        rng: for the jitter of delays.

    Raises:
        SettingsError: the key cannot be one.
    """

    def __init__(
        self,
        address: str,
        model: str,
        *,
        name: str = "",
        key: Secret | None = None,
        capabilities: Capabilities | None = None,
        concurrency: int = 32,
        patience: Patience | None = None,
        rng: random.Random | None = None,
    ) -> None:
        self.address = address.rstrip("/")
        self.model = model
        self.name = name or f"{self.address}#{model}"
        self.patience = patience or Patience()
        self.capabilities = capabilities or _unprobed(self.address)
        self._manners = Manners(self.capabilities)
        self._key = checked(key or Secret(""), self.address)
        self._rng = rng or random.Random()
        self._loop = Loop(f"agentopt {self.name}")
        self._concurrency = concurrency
        self._connected: _Connected | None = None
        self._answered = False

    def __repr__(self) -> str:
        return f"Endpoint({self.name!r})"

    @property
    def identity(self) -> str:
        """Address, model, and how requests are put; what is learned under way follows from these."""
        return f"{self.address}#{self.model} {self.capabilities.identity}"

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """Replies in order; a request that failed after every retry is a reply with `stop="error"`.

        Threads may call it at once; they share the slots.

        Raises:
            ModelError: no request had a reply, and none can have been charged for.
        """
        if not requests:
            return []
        # The `openai` package takes a second to import, which the loop must not wait for.
        import agentopt.models.sending  # noqa: F401

        pieces: SimpleQueue[tuple[int, Piece] | None] = SimpleQueue()
        job = self._loop.submit(self._batch(list(requests), watch or Watch(), pieces))
        try:
            if watch is not None:
                job.add_done_callback(lambda _: pieces.put(None))
                for position, piece in iter(pieces.get, None):
                    _pass_on(watch, position, piece)
            outcomes = job.result()
        except CancelledError:
            raise ModelError(f"{self.name} was closed while its replies were under way") from None
        except BaseException:
            job.cancel()
            raise
        failures = [each for each in outcomes if isinstance(each, Failure)]
        if len(failures) == len(requests) and not any(failure.calls for failure in failures):
            raise ModelError(failures[0].message, hint=failures[0].hint)
        return [_reply(each, request) for each, request in zip(outcomes, requests, strict=True)]

    def models(self, *, seconds: float = 20.0) -> list[str]:
        """The names the server lists.

        Raises:
            ModelError: it does not answer, or does not list them.
        """

        async def ask() -> list[str] | Failure:
            return await self._connect().sender.names(seconds)

        return _or_raise(self._loop.submit(ask()).result())

    def post(self, body: Mapping[str, object], *, seconds: float = 120.0) -> str | Failure:
        """What the server answers to a body as it stands, sent once and not read: for probes."""
        # As in `generate`: not imported within the loop.
        import agentopt.models.sending  # noqa: F401

        async def ask() -> str | Failure:
            return await self._connect().sender.text(body, seconds)

        return self._loop.submit(ask()).result()

    def close(self) -> None:
        """Close connections and end the background thread; a later call opens them again."""
        self._loop.close()
        self._connected = None

    def __enter__(self) -> Endpoint:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # What follows runs in the event loop.

    def _connect(self) -> _Connected:
        loop = asyncio.get_running_loop()
        if self._connected is None or self._connected.loop is not loop:
            from agentopt.models.sending import Sender

            sender = Sender(self.address, self._key, connect_seconds=self.patience.connect_seconds)
            self._loop.on_close(sender.close)
            self._connected = _Connected(loop, sender, asyncio.Semaphore(self._concurrency))
        return self._connected

    async def _batch(
        self, requests: Sequence[Request], watch: Watch, pieces: SimpleQueue[tuple[int, Piece] | None]
    ) -> list[Reply | Failure]:
        end = float("inf") if watch.deadline is None else watch.deadline

        async def one(position: int, request: Request) -> Reply | Failure:
            def tell(piece: Piece) -> None:
                pieces.put((position, piece))

            def may_retry() -> bool:
                return watch.may_retry is None or watch.may_retry(position)

            outcome = await self._one(request, end, tell if watch.on_text is not None else None, may_retry)
            if watch.on_reply is not None:
                tell(_reply(outcome, request))
            return outcome

        return list(await asyncio.gather(*(one(*each) for each in enumerate(requests))))

    async def _one(
        self, request: Request, end: float, tell: Tell | None, may_retry: Callable[[], bool]
    ) -> Reply | Failure:
        """One request with every attempt it is worth, by `end` on the monotonic clock.

        After an attempt that may have been charged for, `may_retry` has to allow the next.
        """
        manner, retries, lost, connected = self._manners.first(request), 0, 0, self._connect()
        while True:
            async with connected.slots:
                if (wait := min(connected.resume_at, end) - time.monotonic()) > 0:
                    await asyncio.sleep(wait)
                began = time.monotonic()
                end = min(end, began + self.patience.call_seconds) if retries == 0 else end
                outcome = await self._attempt(connected.sender, request, manner, end - began, tell)
            if isinstance(outcome, Reply):
                self._answered = True
                self._manners.keep(manner)
                seconds = time.monotonic() - began
                usage = replace(outcome.usage, seconds=seconds, calls=outcome.usage.calls + lost)
                return replace(outcome, usage=usage)
            outcome = replace(outcome, lost=lost)
            self._answered = self._answered or outcome.kind != "unreachable"
            other = self._manners.next(manner, outcome, retries)
            delay = self.patience.delay(retries, self._rng, at_least=outcome.wait)
            if other is None and (not self._worth(outcome, retries) or time.monotonic() + delay >= end):
                return _after(outcome, retries)
            if outcome.billed and not may_retry():
                return _after(outcome, retries)
            lost = outcome.calls
            if other is not None:
                manner = other
                continue
            if outcome.kind == "busy" and outcome.wait:
                connected.resume_at = max(connected.resume_at, time.monotonic() + outcome.wait)
            if tell is not None and outcome.partial:
                tell(None)
            await asyncio.sleep(delay)
            retries += 1

    async def _attempt(
        self, sender: Sender, request: Request, manner: Manner, left: float, tell: Tell | None
    ) -> Reply | Failure:
        seconds = min(self.patience.attempt_seconds, left)
        if seconds <= 0:
            return Failure("busy", f"{self.name}: the time was over before the request was sent", again=False)
        body = wire.body(request, self.model, manner.capabilities, manner.mode, stream=tell is not None)
        if tell is None:
            return await sender.call(body, seconds, lambda payload: wire.read(payload, request))
        return await sender.stream(body, seconds, request, tell)

    def _worth(self, failure: Failure, retries: int) -> bool:
        """Whether another attempt may help: none at a server that never answered, one at nonsense."""
        if failure.kind == "unreachable" and not self._answered:
            return False
        most = min(1, self.patience.max_retries) if failure.kind == "malformed" else self.patience.max_retries
        return failure.again and retries < most


def _unprobed(address: str) -> Capabilities:
    """What is expected of a server nobody probed."""
    ours = address == OPENAI_ADDRESS
    return Capabilities(tokens_field="max_completion_tokens" if ours else "max_tokens")


def _pass_on(watch: Watch, position: int, piece: Piece) -> None:
    if isinstance(piece, Reply):
        watch.reply(position, piece)
    elif piece is None:
        watch.restart(position)
    else:
        watch.text(position, piece)


def _after(failure: Failure, retries: int) -> Failure:
    tried = f" (tried {retries + 1} times)" if retries else ""
    return replace(failure, message=failure.message + tried)


def _reply(outcome: Reply | Failure, request: Request) -> Reply:
    """The error reply a failure comes to; it is counted where the server may charge for it."""
    if isinstance(outcome, Reply):
        return outcome
    usage = wire.estimated(request, outcome.partial)
    counted = (usage.prompt_tokens, usage.completion_tokens) if outcome.billed else (0, 0)
    usage = replace(usage, prompt_tokens=counted[0], completion_tokens=counted[1], calls=outcome.calls)
    raw: dict[str, object] = {"partial": outcome.partial} if outcome.partial else {}
    return Reply("", usage, "error", outcome.message, raw=raw)


def _or_raise(outcome: T | Failure) -> T:
    if isinstance(outcome, Failure):
        raise ModelError(outcome.message, hint=outcome.hint)
    return outcome
