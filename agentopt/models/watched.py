"""A model whose every batch is watched, whoever asks it."""

from __future__ import annotations

__all__ = ["Watched"]

from collections.abc import Sequence
from dataclasses import replace

from agentopt.models.base import Model, Reply, Request, Watch, identity, watchable


class Watched:
    """A model that tells one watch of all its replies; a caller's own watch is told too, in its place.

    >>> from agentopt.models.base import Message
    >>> from agentopt.models.scripted import Scripted
    >>> said = []
    >>> model = Watched(Scripted(["four"]), Watch(on_text=lambda place, text: said.append(text)))
    >>> model.generate([Request((Message("user", "2 + 2?"),))])[0].text, said
    ('four', ['four'])
    """

    def __init__(self, model: Model, watch: Watch) -> None:
        self._model = watchable(model)
        self.name = model.name
        self._watch = watch

    @property
    def identity(self) -> str:
        """The model's."""
        return identity(self._model)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """As the model's."""
        if watch is None:
            return self._model.generate(requests, self._watch)
        ours = self._watch

        def on_text(place: int, text: str) -> None:
            ours.text(place, text)
            watch.text(place, text)

        def on_restart(place: int) -> None:
            ours.restart(place)
            watch.restart(place)

        def on_reply(place: int, reply: Reply) -> None:
            ours.reply(place, reply)
            watch.reply(place, reply)

        both = replace(watch, on_text=on_text, on_restart=on_restart, on_reply=on_reply)
        return self._model.generate(requests, both)

    def close(self) -> None:
        """Close the model."""
        self._model.close()
