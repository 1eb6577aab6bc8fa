"""A model that asks the meter before it sends anything.

Before a call is sent its most is reserved: a bound on the tokens read, and all the tokens the reply may
have. A request without a bound on its reply is given one, or nothing could be promised. An attempt that was
sent and whose reply did not arrive whole (a timeout, a stream cut in the middle, nonsense) may have been
charged for: it counts at its most, and the request is sent again only if another most can be reserved. A
refused connection, a 429 or a 5xx costs nothing.
"""

from __future__ import annotations

__all__ = ["Metered", "is_refused", "most_tokens"]

import json
import time
from collections.abc import Sequence
from dataclasses import replace

from agentopt.budget import Cost, Meter, Reservation
from agentopt.errors import BudgetExceeded, ModelError, SettingsError
from agentopt.models.base import Model, Reply, Request, Usage, Watch, failed, identity, watchable
from agentopt.models.prices import Price, price_of

DEFAULT_MAX_TOKENS = 16_384
_PREAMBLE, _OVERHEAD = 64, 8
"""Tokens a chat format spends on what it says of itself, and on a turn, at most."""


_REFUSED = "budget: "


def is_refused(reply: Reply) -> bool:
    """Whether a request was not sent because the budget has no room for it."""
    return reply.stop == "error" and reply.error.startswith(_REFUSED)


class Metered:
    """A model within a budget.

    Args:
        model: what is asked.
        meter: shared by everything that spends from one budget.
        price: of the model; looked up if None.
        max_tokens: the bound given to requests without one, where tokens or dollars are capped.

    Raises:
        SettingsError: dollars are capped and no price is known.
    """

    def __init__(
        self, model: Model, meter: Meter, *, price: Price | None = None, max_tokens: int = DEFAULT_MAX_TOKENS
    ) -> None:
        self._model = watchable(model)
        self.name = model.name
        self.meter = meter
        self.price = price or price_of(model)
        self._max_tokens = max_tokens
        self._excess = 1.0
        if self.price is None and meter.budget.dollars is not None:
            raise SettingsError(
                f"the budget is in dollars, and no price of `{model.name}` is known",
                hint="cap tokens instead, or put into ~/.config/agentopt/prices.toml: [[price]], "
                f'model = "{getattr(model, "model", model.name)}", input = 0.5, output = 1.5',
            )

    @property
    def identity(self) -> str:
        """The model's."""
        return identity(self._model)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """Replies to what the budget allows; requests beyond it are replies with `stop="error"`.

        Raises:
            BudgetExceeded: it allows none of them; nothing was sent.
            ModelError: as the model.
        """
        replies: list[Reply] = []
        while len(replies) < len(requests):
            rest = [self._bounded(request) for request in requests[len(replies) :]]
            costs = [self._most(request) for request in rest]
            reserved = self.meter.reserve(costs)
            if not reserved:
                replies += self._beyond(costs, len(requests), len(replies), watch)
            else:
                replies += self._send(rest[: len(reserved)], reserved, len(replies), watch)
        return replies

    def close(self) -> None:
        """Close the model."""
        self._model.close()

    def _send(
        self, requests: list[Request], reserved: list[Reservation], first: int, watch: Watch | None
    ) -> list[Reply]:
        """Send what is reserved; each reply is settled, and then told, as soon as it is there."""

        def may_retry(place: int) -> bool:
            return self.meter.more(reserved[place], reserved[place].cost)

        def settle(place: int, reply: Reply) -> None:
            priced = self._charged(reply, reserved[place].cost)
            usage = priced.usage
            spent = Cost(
                usage.calls, usage.prompt_tokens, usage.completion_tokens, usage.dollars, usage.seconds
            )
            self.meter.settle(reserved[place], Cost(0) if usage.cached else spent)
            self._learn(requests[place], reply)
            if watch is not None:
                watch.reply(first + place, priced)

        outer = (watch or Watch()).of(range(first, first + len(requests)))
        try:
            deadline = self._deadline(outer)
            inner = replace(outer, on_reply=settle, deadline=deadline, may_retry=may_retry)
            replies = self._model.generate(requests, inner)
        except ModelError as error:
            if not first:
                raise
            replies = failed(error, len(requests))  # the replies that were paid for are not lost
            for place, reply in enumerate(replies):
                outer.reply(place, reply)
        finally:
            for reservation in reserved:  # what had no reply was not sent, or came to nothing
                self.meter.settle(reservation, Cost(0))
        return [self._charged(reply, each.cost) for reply, each in zip(replies, reserved, strict=True)]

    def _beyond(self, costs: list[Cost], wanted: int, had: int, watch: Watch | None) -> list[Reply]:
        why = self.meter.shortage(costs[0])
        if not had:
            raise BudgetExceeded(
                f"{why}: {wanted} calls were not sent" if wanted > 1 else f"{why}: the call was not sent",
                hint="give a larger `--budget`; `agentopt runs resume` goes on and pays nothing twice",
            )
        refused = [Reply("", Usage(calls=0), "error", f"{_REFUSED}{why}") for _ in costs]
        for place, reply in enumerate(refused if watch is not None else ()):
            assert watch is not None
            watch.reply(had + place, reply)
        return refused

    def _bounded(self, request: Request) -> Request:
        budget = self.meter.budget
        if request.sampling.max_tokens is not None or (budget.tokens is None and budget.dollars is None):
            return request
        return replace(request, sampling=replace(request.sampling, max_tokens=self._max_tokens))

    def _most(self, request: Request) -> Cost:
        prompt = round(most_tokens(request) * self._excess)
        completion = request.sampling.max_tokens or 0
        dollars = None if self.price is None else self.price.dollars(prompt, completion)
        return Cost(1, prompt, completion, dollars)

    def _learn(self, request: Request, reply: Reply) -> None:
        """Estimate higher from now on, where a tokenizer turned out to need more."""
        usage = reply.usage
        if not usage.estimated and not usage.cached:
            self._excess = max(self._excess, usage.prompt_tokens / most_tokens(request))

    def _charged(self, reply: Reply, most: Cost) -> Reply:
        """A reply with its price, and with the most of every attempt whose reply did not arrive whole."""
        usage = reply.usage
        if usage.cached:
            return reply
        whole = reply.stop != "error" or not usage.estimated
        lost = usage.calls - int(whole)
        if lost > 0:
            read, written = lost * most.prompt_tokens, lost * most.completion_tokens
            if whole:
                read, written = read + usage.prompt_tokens, written + usage.completion_tokens
            else:  # without a bound on a reply, what arrived of it is the least it can have cost
                read, written = max(read, usage.prompt_tokens), max(written, usage.completion_tokens)
            usage = replace(usage, prompt_tokens=read, completion_tokens=written, estimated=True)
        if self.price is not None:
            dollars = self.price.dollars(usage.prompt_tokens, usage.completion_tokens)
            usage = replace(usage, dollars=dollars)
        return replace(reply, usage=usage)

    def _deadline(self, watch: Watch) -> float | None:
        left = self.meter.remaining_seconds()
        ends = [] if left is None else [time.monotonic() + left]
        return min(ends + ([] if watch.deadline is None else [watch.deadline]), default=None)


def most_tokens(request: Request) -> int:
    """Tokens a prompt cannot exceed: a token has at least a byte, and the format of a chat a few of its own.

    The schema is counted too, for some servers put it before the model.

    >>> from agentopt.models.base import Message
    >>> most_tokens(Request((Message("user", "hello"),)))
    77
    """
    texts = [turn.content for turn in request.messages]
    if request.schema is not None:
        texts.append(json.dumps(request.schema, ensure_ascii=False, default=str))
    frame = _PREAMBLE + _OVERHEAD * len(request.messages)
    return frame + sum(len(text.encode("utf-8", "surrogatepass")) for text in texts)
