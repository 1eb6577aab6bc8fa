"""The optimizer model as a method sees it: prompts by name, replies in order, repeats told apart."""

from __future__ import annotations

__all__ = ["Asking", "Losses"]

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from agentopt.errors import BudgetExceeded, ModelError
from agentopt.models.base import Message, Model, Request, Sampling
from agentopt.models.fingerprints import fingerprint
from agentopt.models.metered import is_refused
from agentopt.prompts import Prompt, load


class Losses(Protocol):
    """Keeps which requests of which ask were not answered."""

    def known(self, ask: int) -> Sequence[int]:
        """Those of an ask that was made before."""
        ...

    def note(self, ask: int, places: Sequence[int]) -> None:
        """Those of an ask that was made now."""
        ...


class Asking:
    """Asks a model on behalf of a search.

    The n-th time that a search asks the same thing is another sample: it is counted, so that a cache answers
    each time with the reply that was drawn for it, and a replayed search pays for none.

    Args:
        model: metered and cached as the caller wants; None for methods that ask nothing.
        folders: of prompt files, highest priority first.
        max_tokens: of a reply.
        losses: remembers which requests were not answered, so that a replayed search misses the same ones.

    Attributes:
        lost: how many requests were not answered.
    """

    def __init__(
        self,
        model: Model | None,
        folders: Sequence[Path] = (),
        *,
        max_tokens: int | None = None,
        losses: Losses | None = None,
    ) -> None:
        self.lost = 0
        self._losses = losses
        self._asks = 0
        self._model = model
        self._folders = folders
        self._max_tokens = max_tokens
        self._prompts: dict[str, Prompt] = {}
        self._times: Counter[str] = Counter()

    def ask(
        self,
        prompt: str,
        inputs: Sequence[Mapping[str, object]],
        *,
        temperature: float = 0.0,
        samples: int = 1,
    ) -> list[str]:
        """Replies to a prompt file rendered with each of the inputs, `samples` times each, in that order.

        A request that could not be answered (transport, refusal) is an empty text.

        Raises:
            BudgetExceeded: the budget does not hold them all.
            ModelError: no request could be answered.
            PromptError: there is no such prompt, or an input is missing.
        """
        found = self._prompts.get(prompt) or self._prompts.setdefault(prompt, load(prompt, self._folders))
        rendered = [
            tuple(Message(each.role, each.content) for each in found.render(**values)) for values in inputs
        ]
        return self.say([each for each in rendered for _ in range(samples)], prompt, temperature=temperature)

    def say(
        self, conversations: Sequence[tuple[Message, ...]], component: str, *, temperature: float = 0.0
    ) -> list[str]:
        """Replies to conversations, in order; errors as `ask`."""
        if self._model is None:
            raise ModelError("this optimizer needs a model to ask", hint="name one with `--optimizer-model`")
        if not conversations:
            return []
        sampling = Sampling(temperature=temperature, max_tokens=self._max_tokens)
        requests = [self._counted(Request(each, sampling, component=component)) for each in conversations]
        self._asks += 1
        missing = set(self._losses.known(self._asks) if self._losses is not None else ())
        there = [place for place in range(len(requests)) if place not in missing]
        replies = self._model.generate([requests[place] for place in there]) if there else []
        if any(is_refused(reply) for reply in replies):
            raise BudgetExceeded(
                "the budget ends within a step", hint="give a larger `--budget`; nothing is paid twice"
            )
        if not missing and all(reply.stop == "error" for reply in replies):
            raise ModelError(f"no request of `{component}` could be answered: {replies[0].error}")
        failed = [place for place, reply in zip(there, replies, strict=True) if reply.stop == "error"]
        if failed and self._losses is not None:
            self._losses.note(self._asks, failed)
        self.lost += len(missing) + len(failed)
        texts = {
            at: "" if reply.stop == "error" else reply.text for at, reply in zip(there, replies, strict=True)
        }
        return [texts.get(place, "") for place in range(len(requests))]

    def _counted(self, request: Request) -> Request:
        key = fingerprint(request, "")
        index = self._times[key]
        self._times[key] += 1
        return replace(request, sampling=replace(request.sampling, index=index))
