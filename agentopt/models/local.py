"""A transformers model in this process: for experiments without a server (extra `hf`).

One request after the other, each with its own seed, so that a reply does not depend on its neighbours. A
schema is kept to token by token (`grammars`). For throughput, serve the model instead.
"""

from __future__ import annotations

__all__ = ["Local"]

import logging
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec

from agentopt.errors import AvailabilityError
from agentopt.models.base import Reply, Request, Usage, Watch
from agentopt.models.decoding import Decoder, Decoding, PromptRefused, Wanted, Written
from agentopt.models.grammars import GrammarError, json_under
from agentopt.models.serving.folders import resolve
from agentopt.models.wire import sent_seed

_log = logging.getLogger(__name__)

DEFAULT_MAX_TOKENS = 2048


class Local:
    """A model from a folder or a hub name, loaded when first asked.

    Args:
        source: a folder in transformers' format, or a hub name.
        device: `cpu`, `cuda`; chosen if empty.

    Raises:
        AvailabilityError: torch or transformers is not installed.
        ModelError: the folder is not one of a chat model, or, once asked, the model cannot be loaded.
        UsageError: there is no such folder.
    """

    def __init__(self, source: str, *, device: str = "") -> None:
        self._named = resolve(source)
        missing = [each for each in ("torch", "transformers") if find_spec(each) is None]
        if missing:
            raise AvailabilityError(
                f"`local:{source}` needs what is not installed: {', '.join(missing)}",
                hint="pip install 'agentopt[hf]', or serve the model elsewhere and name its address",
            )
        self.source = source
        self.name = f"local:{source}"
        self._device = device
        self._lock = threading.Lock()
        self._decoder: Decoding | None = None
        self._warned = False

    @property
    def identity(self) -> str:
        """Its name, and which weights lay there."""
        return f"local:{self._named.source} {self._named.name}"

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """Replies, one after the other."""
        seen, replies = watch or Watch(), []
        with self._lock:
            for position, request in enumerate(requests):
                if _over(seen.deadline):
                    reply = Reply(
                        "", Usage(calls=0), "error", "the time was over before the request was read"
                    )
                else:
                    reply = self._one(request, partial(seen.text, position), seen.deadline)
                seen.reply(position, reply)
                replies.append(reply)
        return replies

    def close(self) -> None:
        """Let go of the weights; a later call loads them again."""
        with self._lock:
            self._decoder = None

    def _load(self) -> Decoding:
        if self._decoder is None:
            self._decoder = Decoder.load(self._named.source, device=self._device)
        return self._decoder

    def _one(self, request: Request, show: Callable[[str], None], deadline: float | None) -> Reply:
        decoder = self._load()
        began, sampling = time.monotonic(), request.sampling
        try:
            prompt = decoder.encode(
                [{"role": turn.role, "content": turn.content} for turn in request.messages]
            )
        except PromptRefused as error:
            return Reply("", Usage(calls=0), "error", str(error), self.name)
        asked = len(prompt)
        if asked >= decoder.room:
            message = f"the prompt has {asked:,} tokens, and {self.name} reads {decoder.room:,}"
            return Reply("", Usage(asked, 0), "error", message, self.name)
        wanted = Wanted(
            prompt,
            min(sampling.max_tokens or DEFAULT_MAX_TOKENS, decoder.room - asked),
            temperature=sampling.temperature,
            top_p=sampling.top_p,
            seed=sent_seed(sampling),
            stop=sampling.stop,
            grammar=self._grammar(request, decoder),
        )
        try:
            (written,) = decoder.decode(wanted, lambda _, piece, __: show(piece), lambda: not _over(deadline))
        except GrammarError as error:
            return Reply("", Usage(asked, 0), "error", f"the schema cannot be kept to: {error}", self.name)
        return self._reply(written, Usage(asked, written.tokens, 0.0, time.monotonic() - began))

    def _grammar(self, request: Request, decoder: Decoding) -> str:
        """What the reply is kept to; without the package for it, or for a schema past it, nothing."""
        if request.schema is None:
            return ""
        try:
            grammar = json_under(request.schema)
            decoder.check(grammar)
        except (AvailabilityError, GrammarError) as error:
            if not self._warned:
                _log.warning("%s: replies are not kept to the schema: %s", self.name, error)
                self._warned = True
            return ""
        return grammar

    def _reply(self, written: Written, usage: Usage) -> Reply:
        if written.stop == "cancelled":
            message = f"the time was over after {written.tokens:,} tokens"
            partial_text: dict[str, object] = {"partial": written.text}
            return Reply("", usage, "error", message, self.name, partial_text)
        return Reply(written.text, usage, written.stop, "", self.name)


def _over(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline
