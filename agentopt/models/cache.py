"""A model that is not asked the same thing twice.

The key holds all that can change a reply: endpoint, model, how requests are put to it, every message, all of
the sampling with its index, the schema. What is being asked for already is waited for, across threads and, as
far as the file can be written, across processes. Errors are never kept; a reply that was cut is kept as cut.
"""

from __future__ import annotations

__all__ = ["Cached"]

import threading
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from agentopt.errors import ModelError
from agentopt.models.base import Model, Reply, Request, Usage, Watch, failed, identity, watchable
from agentopt.models.cache_file import CacheFile
from agentopt.models.fingerprints import fingerprint


@dataclass
class _Flight:
    """A reply that a batch of this process is getting; None when it was not got."""

    batch: _Batch
    landed: threading.Event = field(default_factory=threading.Event)
    reply: Reply | None = None


class Cached:
    """A model with a cache in a file.

    >>> import tempfile
    >>> from agentopt.models.base import Message
    >>> from agentopt.models.scripted import Scripted
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     model = Cached(Scripted(["four"]), Path(folder) / "replies.sqlite")
    ...     asked = Request((Message("user", "2 + 2?"),))
    ...     first, again = model.generate([asked])[0], model.generate([asked])[0]
    ...     model.close()
    >>> first.usage.cached, again.usage.cached, again.text
    (False, True, 'four')
    """

    def __init__(self, model: Model, path: Path) -> None:
        self._model = watchable(model)
        self.name = model.name
        self._file = CacheFile(path)
        self._flights: dict[str, _Flight] = {}
        self._lock = threading.Lock()

    @property
    def identity(self) -> str:
        """The model's."""
        return identity(self._model)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """Replies from the file, from whoever is getting them, or from the model; errors as the model's."""
        who = self.identity
        batch = _Batch(requests, [fingerprint(request, who) for request in requests], watch or Watch())
        while missing := batch.missing():
            mine, theirs = self._take_off(missing, batch)
            try:
                self._fetch(mine, batch)
            finally:
                self._file.release(self._land(mine, None, batch))
            for position, flight in theirs.items():
                batch.await_flight(position, flight)
        return [batch.replies[position] for position in range(len(requests))]

    def close(self) -> None:
        """Close the file and the model."""
        self._file.close()
        self._model.close()

    def _take_off(self, missing: list[int], batch: _Batch) -> tuple[dict[str, int], dict[int, _Flight]]:
        """What this call gets itself, by key, and what another, or an earlier request of it, is getting."""
        mine: dict[str, int] = {}
        theirs: dict[int, _Flight] = {}
        with self._lock:
            for position in missing:
                key = batch.keys[position]
                flight = self._flights.get(key)
                if flight is None:
                    self._flights[key] = _Flight(batch)
                    mine[key] = position
                else:
                    theirs[position] = flight
        return mine, theirs

    def _land(self, keys: Iterable[str], reply: Reply | None, batch: _Batch) -> list[str]:
        """Tell those who wait for a batch's reply, or that it was not got; the keys still under way."""
        with self._lock:
            own = [key for key in keys if key in self._flights and self._flights[key].batch is batch]
            landed = [self._flights.pop(key) for key in own]
        for flight in landed:
            flight.reply = reply
            flight.landed.set()
        return own

    def _fetch(self, mine: dict[str, int], batch: _Batch) -> None:
        """Get replies from the file, from the model, and from other processes, in this order."""
        for key, reply in self._file.find(list(mine)).items():
            self._land([key], reply, batch)
            batch.have(mine[key], reply)
        wanted = [key for key, position in mine.items() if position not in batch.replies]
        claimed = self._file.claim(wanted)
        self._send([key for key in wanted if key in claimed], mine, batch)
        elsewhere, pause = [key for key in wanted if key not in claimed], 0.02
        while elsewhere and not batch.is_over():
            time.sleep(pause)
            pause = min(0.5, pause * 1.5)
            asked = self._file.claimed_elsewhere(elsewhere)
            for key, reply in self._file.find(elsewhere).items():
                self._land([key], reply, batch)
                batch.have(mine[key], reply)
            elsewhere = [key for key in elsewhere if key in asked and mine[key] not in batch.replies]
        for key in elsewhere:
            batch.late(mine[key])

    def _send(self, keys: list[str], mine: dict[str, int], batch: _Batch) -> None:
        if not keys:
            return
        positions = [mine[key] for key in keys]

        def keep(place: int, reply: Reply) -> None:
            if reply.stop == "error":
                self._file.release([keys[place]])
            else:
                self._file.put(keys[place], reply)
            self._land([keys[place]], reply, batch)
            batch.have(positions[place], reply, streamed=True)

        inner = replace(batch.watch.of(positions), on_reply=keep)
        others = bool(batch.replies)
        try:
            replies = self._model.generate([batch.requests[position] for position in positions], inner)
        except ModelError as error:
            if not others:
                raise
            replies = failed(error, len(positions))  # the replies of the batch that are there are not lost
        for place, reply in enumerate(replies):
            if positions[place] not in batch.replies:
                keep(place, reply)


@dataclass
class _Batch:
    """The requests of one call, and the replies it has so far."""

    requests: Sequence[Request]
    keys: list[str]
    watch: Watch
    replies: dict[int, Reply] = field(default_factory=dict)

    def missing(self) -> list[int]:
        return [position for position in range(len(self.keys)) if position not in self.replies]

    def have(self, position: int, reply: Reply, *, streamed: bool = False) -> None:
        self.replies[position] = reply
        if not streamed:
            self.watch.text(position, reply.text)
        self.watch.reply(position, reply)

    def is_over(self) -> bool:
        return self.watch.deadline is not None and time.monotonic() >= self.watch.deadline

    def late(self, position: int) -> None:
        """Give up on a reply that somebody else is getting."""
        why = "the time was over before the reply to the same request came"
        self.have(position, Reply("", Usage(calls=0), "error", why))

    def await_flight(self, position: int, flight: _Flight) -> None:
        """Share the reply of a flight; without one, or with another's error, the request stays missing."""
        left = None if self.watch.deadline is None else max(0.0, self.watch.deadline - time.monotonic())
        if not flight.landed.wait(left):
            self.late(position)
        elif flight.reply is not None and (flight.reply.stop != "error" or flight.batch is self):
            usage = replace(flight.reply.usage, dollars=0.0, seconds=0.0, cached=True)
            self.have(position, replace(flight.reply, usage=usage))
