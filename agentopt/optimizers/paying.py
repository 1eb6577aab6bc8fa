"""The models of a search: their replies kept in files, counted, and what was paid for them summed up."""

from __future__ import annotations

__all__ = ["Parted", "Tallied", "kept", "paid"]

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from agentopt.budget import Cost
from agentopt.evaluation.graders import JUDGE
from agentopt.models.base import Model, Reply, Request, Watch, identity, watchable
from agentopt.models.cache import Cached
from agentopt.models.cache_file import CacheFile
from agentopt.models.prices import price_of
from agentopt.optimizers.journal import Used


class Tallied:
    """A model that counts the replies it gave since it was last asked, wherever they came from.

    Args:
        model: the model.
        heard: told of every reply as soon as it is there, one at a time.
    """

    def __init__(self, model: Model, heard: Callable[[], None] | None = None) -> None:
        self._model = watchable(model)
        self._heard = heard
        self.name = model.name
        self._lock = threading.Lock()
        self._used = Used()

    @property
    def identity(self) -> str:
        """The model's."""
        return identity(self._model)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """As the model."""
        if self._heard is not None:
            outer, heard = watch or Watch(), self._heard

            def told(place: int, reply: Reply) -> None:
                outer.reply(place, reply)
                with self._lock:
                    heard()

            watch = replace(outer, on_reply=told)
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


class Parted:
    """The model of a task and its judge as one: a judge's requests are known by their component.

    >>> from agentopt.models.base import Message
    >>> from agentopt.models.scripted import Scripted
    >>> both = Parted(Scripted(["a", "b"]), Scripted(["5"]))
    >>> asked = [Request((Message("user", "?"),), component=name) for name in ("prompt", JUDGE, "prompt")]
    >>> [reply.text for reply in both.generate(asked)]
    ['a', '5', 'b']
    """

    def __init__(self, model: Model, judge: Model) -> None:
        self._model = watchable(model)
        self._judge = watchable(judge)
        self.name = model.name

    @property
    def identity(self) -> str:
        """Both models'."""
        return f"{identity(self._model)} judged by {identity(self._judge)}"

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """As the models."""
        found: dict[int, Reply] = {}
        for model, is_judge in ((self._model, False), (self._judge, True)):
            places = [at for at, each in enumerate(requests) if (each.component == JUDGE) is is_judge]
            if places:
                inner = None if watch is None else watch.of(places)
                found |= zip(places, model.generate([requests[at] for at in places], inner), strict=True)
        return [found[at] for at in range(len(requests))]

    def close(self) -> None:
        """Close both."""
        self._model.close()
        self._judge.close()


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
