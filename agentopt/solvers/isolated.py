"""Engines in processes of their own: one that crashes, even by a segmentation fault, costs its job only.

An engine whose card says `process = "own"` is reached through `Isolated`, which looks like the engine and
hands each job to a worker (`agentopt.solvers.worker`). A worker that has done its job waits for the next; it
ends with this process.
"""

from __future__ import annotations

__all__ = ["Isolated"]

import atexit
import contextlib
import functools
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from multiprocessing.connection import Connection
from pathlib import Path

from agentopt.compiling.arrays import Compiled
from agentopt.errors import AgentoptError
from agentopt.solvers.base import Availability, Engine, Limits, Report
from agentopt.solvers.classes import check
from agentopt.solvers.sharing import Shared
from agentopt.solvers.solution import PointStatus, Solution, Termination

PAUSE = 0.05
"""Seconds between looks at a worker."""

GRACE = 10.0
"""Seconds past its limit after which a worker that does not answer is ended."""


class Isolated:
    """An engine reached through a worker process.

    Args:
        engine: the engine; only its card and what it says of itself is used here.
        cards: the folder of cards it was made from, if one goes before the usual ones.
        own_seconds: whether a solution keeps the engine's own time, the way to the worker not counted.
    """

    def __init__(self, engine: Engine, cards: Path | None = None, *, own_seconds: bool = False) -> None:
        self.engine, self.cards, self.own_seconds = engine, cards, own_seconds
        self.name, self.features = engine.name, engine.features
        self.sequences = bool(getattr(engine, "sequences", False))

    def available(self) -> Availability:
        """Whether the engine is installed."""
        return self.engine.available()

    def refuses(self, compiled: Compiled) -> str:
        """Why the engine does not take a model of its classes; empty where it does."""
        ask = getattr(self.engine, "refuses", None)
        return str(ask(compiled)) if ask is not None else ""

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
        *,
        shared: Shared | None = None,
    ) -> Solution:
        """Solve in a worker; one that dies is an answer of termination `error` that says how.

        Args:
            compiled: the model.
            limits: where to stop.
            options: of the engine.
            report: called with progress; True asks to stop.
            shared: of an engine with `Feature.SHARES`, what it shares with others beside it.

        Raises:
            EngineError: what the engine raises.
        """
        check(self, compiled)
        started = time.perf_counter()
        worker = _pool().take(self.name)
        job = (self.name, self.cards, compiled, limits, dict(options), shared is not None)
        with contextlib.ExitStack() as undoing:
            undoing.callback(worker.kill)
            found = _watched(worker, job, limits, report, shared)
            undoing.pop_all()
        if isinstance(found, AgentoptError):
            _pool().give(self.name, worker)
            raise found
        if isinstance(found, Solution):
            _pool().give(self.name, worker)
            if self.own_seconds:
                return found
        else:
            worker.kill()
            version = self.available().version
            found = Solution(found[0], PointStatus.NONE, self.name, version, message=found[1], log=found[2])
        return replace(found, seconds=time.perf_counter() - started)


def _watched(
    worker: _Worker, job: object, limits: Limits, report: Report | None, shared: Shared | None
) -> Solution | AgentoptError | tuple[Termination, str, str]:
    """Send a job and wait for its outcome, passing progress and points on, and requests to stop."""
    started, stopped, asked = time.monotonic(), False, False
    try:
        worker.link.send(job)
        while True:
            try:
                if worker.link.poll(PAUSE):
                    kind, content = worker.link.recv()
                    if kind == "outcome":
                        return content  # type: ignore[no-any-return]  # what the worker sends
                    if kind == "point" and shared is not None:
                        shared.offer(content)
                    if kind == "progress":
                        asked = (report is not None and report(content) is True) or asked
                if shared is not None and not stopped:
                    asked = shared.stop.reason is not None or asked
                    point = shared.take()
                    if point is not None:
                        worker.link.send(("point", point))
                late = limits.seconds is not None and time.monotonic() - started > limits.seconds + GRACE
                if late:
                    return (
                        Termination.TIME_LIMIT,
                        "the engine did not stop at its time limit, and was ended",
                        "",
                    )
            except KeyboardInterrupt:
                if stopped:
                    raise
                asked = True
            if asked and not stopped:
                worker.link.send("stop")
                stopped = True
    except (EOFError, OSError):
        return Termination.ERROR, worker.ending(), worker.words()


class _Worker:
    """One worker process and the link to it."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        self.owner = os.getpid()
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the worker
        path = os.pathsep.join(each or str(Path.cwd()) for each in sys.path)
        self.process = subprocess.Popen(
            [sys.executable, "-m", "agentopt.solvers.worker", str(theirs.fileno())],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.errors,
            pass_fds=[theirs.fileno()],
            env={**os.environ, "PYTHONPATH": path},
            start_new_session=True,
        )
        theirs.close()
        self.link = Connection(ours.detach())

    def alive(self) -> bool:
        """Whether it can take a job from this process."""
        return self.owner == os.getpid() and self.process.poll() is None

    def kill(self) -> None:
        """End it."""
        self.link.close()
        if self.owner == os.getpid():
            with contextlib.suppress(ProcessLookupError):
                self.process.kill()
            self.process.wait()
        self.errors.close()

    def ending(self) -> str:
        """How it ended, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            code = self.process.wait(timeout=5)
            if code < 0:
                name = signal.Signals(-code).name if -code in {*signal.Signals} else str(-code)
                return f"the engine's process was ended by signal {-code} ({name})"
            last = self.words().strip().splitlines()
            return f"the engine's process ended with code {code}" + (f": {last[-1]}" if last else "")
        return "the engine's process does not answer"

    def words(self) -> str:
        """The last of what it wrote to its standard error."""
        if self.errors.closed:
            return ""
        size = self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, size - 20_000))
        return self.errors.read().decode(errors="replace")


class _Pool:
    """Workers that wait for a job; one is kept for each engine, since some cannot live in one process."""

    def __init__(self) -> None:
        self.idle: dict[str, _Worker] = {}
        self.lock = threading.Lock()
        atexit.register(self.close)

    def take(self, name: str) -> _Worker:
        """A worker that waits, or a new one."""
        with self.lock:
            waiting = self.idle.pop(name, None)
        if waiting is not None:
            if waiting.alive():
                return waiting
            waiting.kill()
        return _Worker()

    def give(self, name: str, worker: _Worker) -> None:
        """Keep a worker for the next job."""
        with self.lock:
            if name not in self.idle and worker.alive():
                self.idle[name] = worker
                return
        worker.kill()

    def close(self) -> None:
        """End all that wait."""
        with self.lock:
            waiting, self.idle = [*self.idle.values()], {}
        for worker in waiting:
            worker.kill()


@functools.lru_cache(maxsize=1)
def _pool() -> _Pool:
    return _Pool()
