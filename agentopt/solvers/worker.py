"""A process that solves what it is sent, one job after the other: `python -m agentopt.solvers.worker FD`.

The file descriptor is a socket to `agentopt.solvers.isolated`. In come `(engine, cards, compiled, limits,
options, shares)` and, while it works, `"stop"` and `("point", values)` of other engines; out go progress, the
points it shares, and the outcome. It ends when the other side does.
"""

from __future__ import annotations

__all__ = ["main"]

import os
import sys
import threading
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

from agentopt.errors import AgentoptError
from agentopt.formulation.instance import Values
from agentopt.solvers.solution import Progress, Termination
from agentopt.solvers.watching import Stop


@dataclass
class _Far:
    """What is shared with engines on the other side of a link (`agentopt.solvers.sharing.Shared`)."""

    link: Connection[Any, Any]
    stop: Stop = field(default_factory=Stop)
    point: Values | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, kind: str, content: object) -> None:
        """Tell the other side; without one, end."""
        try:
            with self.lock:
                self.link.send((kind, content))
        except (EOFError, OSError):
            os._exit(0)  # nobody waits for the answer

    def listen(self) -> bool:
        """Hear what there is to hear; whether to stop."""
        try:
            with self.lock:
                while self.link.poll():
                    heard = self.link.recv()
                    if heard == "stop":
                        self.stop.ask(Termination.INTERRUPTED, "stopped by the caller")
                    else:
                        self.point = heard[1]
        except (EOFError, OSError):
            os._exit(0)
        return self.stop.reason is not None

    def report(self, progress: Progress) -> bool:
        """Pass progress on; whether to stop."""
        self.send("progress", progress)
        return self.listen()

    def offer(self, values: Values) -> None:
        """Pass a point on."""
        self.send("point", values)

    def take(self) -> Values | None:
        """The latest point of another engine, once."""
        self.listen()
        point, self.point = self.point, None
        return point


def main(descriptor: int) -> None:
    """Serve the jobs of one link until it is closed."""
    link: Connection[Any, Any] = Connection(descriptor)
    engines: dict[tuple[str, object], Any] = {}
    while True:
        try:
            name, cards, compiled, limits, options, shares = _next(link)
        except (EOFError, OSError):
            return
        from agentopt.solvers.registry import bare

        key = (name, cards)
        if key not in engines:
            engines[key] = bare(name, cards)
        far = _Far(link)
        beside = {"shared": far} if shares else {}
        try:
            outcome = engines[key].solve(compiled, limits, options, far.report, **beside)
        except AgentoptError as error:
            outcome = error
        link.send(("outcome", outcome))


def _next(link: Connection[Any, Any]) -> Any:
    """The next job; a request to stop, or a point, that came too late is dropped."""
    found = link.recv()
    while found == "stop" or found[0] == "point":
        found = link.recv()
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
