"""The one that writes: requests wait in a line, and a single thread decodes them in the order they came.

A request whose client went away is taken out of the line, or ended after the token under way.
"""

from __future__ import annotations

__all__ = ["Busy", "Closing", "Job", "Writer"]

import logging
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from queue import Empty, SimpleQueue

from agentopt.models.decoding import Decoding, Token, Wanted, Written

_log = logging.getLogger(__name__)

Piece = tuple[int, str, tuple[Token, ...]]
"""Which sample, the next of its text, the tokens of it."""


class Busy(Exception):  # noqa: N818 - it is not a fault
    """The line is full."""


class Closing(Exception):  # noqa: N818 - it is not a fault
    """The server is being stopped."""


class Job:
    """One request under way, between the thread that talks to its client and the one that writes.

    Attributes:
        written: every sample, once all is written.
        failure: why nothing was written; empty if something was.
    """

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.written: list[Written] = []
        self.failure = ""
        self._heard: SimpleQueue[Piece | None] = SimpleQueue()
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for it any more."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Nobody waits for it any more."""
        self._cancelled.set()

    def hear(self, place: int, text: str, tokens: tuple[Token, ...]) -> None:
        """Take a piece from the one that writes."""
        self._heard.put((place, text, tokens))

    def done(self, written: list[Written], failure: str = "") -> None:
        """All is written, or it failed."""
        self.written, self.failure = written, failure
        self._heard.put(None)

    def pieces(self, seconds: float) -> Iterator[Piece | None]:
        """The pieces until the end; None every so many seconds among them, so that one can look around."""
        look = time.monotonic() + seconds
        while True:
            if (left := look - time.monotonic()) <= 0:
                look = time.monotonic() + seconds
                yield None
                continue
            try:
                piece = self._heard.get(timeout=left)
            except Empty:
                continue
            if piece is None:
                return
            yield piece


class Writer:
    """The line and the thread.

    Args:
        decoder: what writes.
        most: requests that may be in the line, the one being written among them.
    """

    def __init__(self, decoder: Decoding, most: int = 512) -> None:
        self._decoder, self._most = decoder, most
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="agentopt writer")
        self._jobs: set[Job] = set()
        self._lock = threading.Lock()
        self._closing = False

    def put(self, wanted: Wanted) -> Job:
        """Put a request in the line.

        Raises:
            Busy: the line is full.
            Closing: the server is being stopped.
        """
        job = Job(wanted)
        with self._lock:
            if self._closing:
                raise Closing
            if sum(not each.cancelled for each in self._jobs) >= self._most:
                raise Busy
            self._jobs.add(job)
            future = self._pool.submit(self._write, job)
        future.add_done_callback(lambda done: self._finish(job, done))
        return job

    def close(self) -> None:
        """End what is under way, let go of what waits, and wait for the thread."""
        with self._lock:
            self._closing = True
            for job in self._jobs:
                job.cancel()
        self._pool.shutdown(wait=True)

    def _write(self, job: Job) -> list[Written]:
        if job.cancelled:
            return []
        return self._decoder.decode(job.wanted, job.hear, lambda: not job.cancelled)

    def _finish(self, job: Job, done: Future[list[Written]]) -> None:
        with self._lock:
            self._jobs.discard(job)
        error = done.exception()
        if error is None:
            job.done(done.result())
            return
        _log.error("a reply could not be written", exc_info=error)
        job.done([], f"{type(error).__name__}: {error}"[:300])
