"""A running engine watched from outside: limits kept, progress reported, Ctrl-C turned into an answer.

The engine works in a thread of its own with the interpreter's lock released; the caller's thread waits, and
is where `report` is called and where Ctrl-C arrives. The first Ctrl-C asks the engine to stop and give what
it has; a second one is raised.
"""

from __future__ import annotations

__all__ = ["Stop", "resident_mb", "watch"]

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentopt.solvers.base import Limits, Report
from agentopt.solvers.solution import Progress, Termination

PAUSE = 0.05
"""Seconds between looks at a running engine."""

EVERY = 0.5
"""Seconds between reports; an improved incumbent is reported at the next look."""

GRACE = 0.5
"""Seconds past the limit after which an engine that keeps its own time is told to stop."""


@dataclass
class Stop:
    """Why an engine was told to stop; None while it was not."""

    reason: Termination | None = None
    message: str = ""

    def ask(self, reason: Termination, message: str) -> None:
        """Record the first reason."""
        if self.reason is None:
            self.reason, self.message = reason, message


def watch(
    work: Callable[[], None],
    *,
    cancel: Callable[[], None],
    look: Callable[[], Progress],
    limits: Limits,
    report: Report | None,
    stop: Stop,
) -> BaseException | None:
    """Run `work` to its end, keeping the limits; what it raised, if anything.

    Args:
        work: what runs the engine.
        cancel: asks the engine to stop soon; called again at every look until it has.
        look: where the engine stands.
        limits: `seconds` only as a second line: engines keep their own time.
        report: called about twice a second; True asks to stop.
        stop: where the reason for stopping early is put.
    """
    failures: list[BaseException] = []
    # Not `Thread.join`: interrupted by Ctrl-C it may take a running thread for a finished one.
    done = threading.Event()

    def run() -> None:
        try:
            work()
        except BaseException as failure:
            failures.append(failure)
        finally:
            done.set()

    started = time.monotonic()
    threading.Thread(target=run, name="engine", daemon=True).start()
    watcher = _Watcher(look, limits, report, stop, started)
    while True:
        try:
            if done.wait(PAUSE):
                break
            watcher.step()
        except KeyboardInterrupt:
            if stop.reason is Termination.INTERRUPTED:
                cancel()
                raise
            stop.ask(Termination.INTERRUPTED, "stopped by Ctrl-C")
        if stop.reason is not None:
            cancel()
    return failures[0] if failures else None


@dataclass
class _Watcher:
    look: Callable[[], Progress]
    limits: Limits
    report: Report | None
    stop: Stop
    started: float
    reported: float = 0.0
    incumbent: float | None = None

    def step(self) -> None:
        """One look: memory, time, report."""
        now = time.monotonic() - self.started
        if self.limits.memory_mb is not None and resident_mb() > self.limits.memory_mb:
            self.stop.ask(Termination.MEMORY_LIMIT, f"more than {self.limits.memory_mb:g} MB of memory")
        if self.limits.seconds is not None and now > self.limits.seconds + GRACE:
            self.stop.ask(Termination.TIME_LIMIT, f"more than {self.limits.seconds:g} s")
        if self.report is None:
            return
        progress = self.look()
        improved = progress.incumbent is not None and progress.incumbent != self.incumbent
        if improved or now - self.reported >= EVERY:
            self.reported, self.incumbent = now, progress.incumbent
            if self.report(progress) is True:
                self.stop.ask(Termination.INTERRUPTED, "stopped by the caller")


def resident_mb() -> float:
    """Memory this process holds now (its peak where the system does not say), in MB."""
    with contextlib.suppress(OSError, ValueError, IndexError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        import resource

        return pages * resource.getpagesize() / 1e6
    try:
        import resource
        import sys
    except ImportError:
        return 0.0
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
