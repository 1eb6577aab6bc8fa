"""The models of a search: their replies kept in files, counted, and what was paid for them summed up."""

from __future__ import annotations

__all__ = ["Tallied", "kept", "paid"]

import threading
from collections.abc import Sequence
from pathlib import Path

from agentopt.budget import Cost
from agentopt.models.base import Model, Reply, Request, Watch, identity, watchable
from agentopt.models.cache import Cached
from agentopt.models.cache_file import CacheFile
from agentopt.models.prices import price_of
from agentopt.optimizers.journal import Used


class Tallied:
    """A model that counts the replies it gave since it was last asked, wherever they came from."""

    def __init__(self, model: Model) -> None:
        self._model = watchable(model)
        self.name = model.name
        self._lock = threading.Lock()
        self._used = Used()

    @property
    def identity(self) -> str:
        """The model's."""
        return identity(self._model)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """As the model."""
        replies = self._model.generate(requests, watch)
        with self._lock:
            for reply in replies:
                if reply.stop != "error":
                    usage = reply.usage
                    self._used = self._used.plus(Used(1, usage.prompt_tokens, usage.completion_tokens))
        return replies

    def tally(self) -> Used:
        """What was used since the last tally."""
        with self._lock:
            used, self._used = self._used, Used()
        return used

    def close(self) -> None:
        """Close the model."""
        self._model.close()


def kept(model: Model, folder: Path | None, name: str) -> Model:
    """The model with a file of its replies, from which a resumed run has them again."""
    return model if folder is None else Cached(model, folder / name)


def paid(folder: Path | None, name: str, model: Model) -> Cost:
    """What an earlier process paid for the replies in a file."""
    if folder is None or not (folder / name).exists():
        return Cost(0, dollars=0.0)
    file = CacheFile(folder / name)
    calls, prompt, completion = file.total()
    file.close()
    price = price_of(model)
    return Cost(calls, prompt, completion, None if price is None else price.dollars(prompt, completion))
