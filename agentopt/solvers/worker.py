"""A process that solves what it is sent, one job after the other: `python -m agentopt.solvers.worker FD`.

The file descriptor is a socket to `agentopt.solvers.isolated`. In come `(engine, cards, compiled, limits,
options)` and, while it works, `"stop"`; out go progress and the outcome. It ends when the other side does.
"""

from __future__ import annotations

__all__ = ["main"]

import os
import sys
from multiprocessing.connection import Connection
from typing import Any

from agentopt.errors import AgentoptError
from agentopt.solvers.solution import Progress


def main(descriptor: int) -> None:
    """Serve the jobs of one link until it is closed."""
    link: Connection[Any, Any] = Connection(descriptor)
    engines: dict[tuple[str, object], Any] = {}
    while True:
        try:
            name, cards, compiled, limits, options = _next(link)
        except (EOFError, OSError):
            return
        from agentopt.solvers.registry import bare

        key = (name, cards)
        if key not in engines:
            engines[key] = bare(name, cards)

        def report(progress: Progress) -> bool:
            try:
                link.send(("progress", progress))
                return bool(link.poll() and link.recv() == "stop")
            except (EOFError, OSError):
                os._exit(0)  # nobody waits for the answer

        try:
            outcome = engines[key].solve(compiled, limits, options, report)
        except AgentoptError as error:
            outcome = error
        link.send(("outcome", outcome))


def _next(link: Connection[Any, Any]) -> Any:
    """The next job; a request to stop that came too late is dropped."""
    found = link.recv()
    while found == "stop":
        found = link.recv()
    return found


if __name__ == "__main__":
    main(int(sys.argv[1]))
