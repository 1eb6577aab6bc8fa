"""Run by `test_resume.py`: forks a process that solves, kills it with SIGKILL at its n-th event, resumes it.

Arguments: the server's URL, a folder, a JSON object of context settings, and where to kill: `nodes` (at the
start of every node, after every call, at the end), `writes` (after some checkpoint writes), or every n-th
event.
Prints one JSON line for each kill point: the point, the signal it died of, and what the resumed answer is.
"""

from __future__ import annotations

import importlib
import itertools
import json
import os
import signal
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from agentopt.agents import Context, Event, Problem, run
from agentopt.models.base import Reply, Request, Usage
from tests.agents.conftest import PROMPTS, TEXT, Folder

PRELOADED = (
    "agentopt.compiling.compiler",
    "agentopt.formulation.binding",
    "agentopt.formulation.check",
    "agentopt.formulation.schema",
    "agentopt.formulation.tables",
    "agentopt.solvers",
    "agentopt.verification",
    "highspy",
    "jinja2.meta",
    "jinja2.sandbox",
    "langgraph.checkpoint.sqlite",
    "langgraph.graph",
    "scipy.sparse",
    "yaml",
)
"""Imported before forking, so that no child need."""


class Loopback:
    """Posts every prompt to the test's server."""

    name = "loopback"

    def __init__(self, url: str) -> None:
        self.url = url
        self.lock = threading.Lock()
        self.in_flight = 0

    def generate(self, requests: Sequence[Request]) -> list[Reply]:
        with self.lock:
            self.in_flight += 1
        return [self._one(request) for request in requests]

    def _one(self, request: Request) -> Reply:
        body = json.dumps({"component": request.component, "index": request.sampling.index}).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url, body), timeout=30) as answer:
            return Reply(answer.read().decode(), Usage(prompt_tokens=7, completion_tokens=3))


def kill_after_write(number: int) -> None:
    """Die when the checkpointer has written `number` times, say between an update and its checkpoint."""
    from langgraph.checkpoint.sqlite import SqliteSaver

    count = itertools.count(1)
    for name in ("put", "put_writes"):
        write = getattr(SqliteSaver, name)

        def counted(*given: object, write: Callable[..., object] = write, **more: object) -> object:
            done = write(*given, **more)
            if next(count) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return done

        setattr(SqliteSaver, name, counted)


def solve(url: str, folder: Path, settings: dict[str, object], kill_at: int | None) -> dict[str, object]:
    seen: list[Event] = []
    if kill_at is not None and kill_at < 0:
        kill_after_write(-kill_at)
    model = Loopback(url)

    def on_event(event: Event) -> None:
        # A call that another sample has in flight is lost to a kill, whatever is done; so the kill waits.
        seen.append(event)
        with model.lock:
            model.in_flight -= event.kind == "call"
            if kill_at is not None and 0 < kill_at <= len(seen) and not model.in_flight:
                os.kill(os.getpid(), signal.SIGKILL)

    context = Context(
        model=model, prompts=(PROMPTS,), run=Folder(folder), on_event=on_event, battery=False, **settings
    )
    answer = run(Problem(TEXT), context)
    return {
        "status": answer.status,
        "objective": answer.objective,
        "calls": answer.spend.calls,
        "repairs": answer.repairs,
        "events": len(seen),
        "visited": [f"{e.kind} {e.node}" for e in seen],
        "ended": [e.node for e in seen if e.kind == "end"],
    }


def in_child(
    url: str, folder: Path, settings: dict[str, object], kill_at: int | None
) -> tuple[int, dict[str, object]]:
    """The child's exit signal, and its result when it came to one."""
    out = folder / "result.json"
    child = os.fork()
    if child == 0:
        try:
            out.write_text(json.dumps(solve(url, folder, settings, kill_at)))
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return (os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0), json.loads(
        out.read_text()
    ) if out.exists() else {}


def points(where: str, visited: list[str]) -> Iterable[int]:
    """The events at which to kill, counted from 1; checkpoint writes as negative numbers."""
    if where == "nodes":
        return [
            place
            for place, visit in enumerate(visited, start=1)
            if visit.startswith(("start", "call")) or place == len(visited)
        ]
    if where == "writes":
        return range(-1, -2 * sum(visit.startswith("end") for visit in visited), -3)
    return range(1, len(visited) + 1, int(where))


def main() -> None:
    url, folder, settings = sys.argv[1], Path(sys.argv[2]), json.loads(sys.argv[3])
    for module in PRELOADED:
        importlib.import_module(module)

    def fresh(name: str) -> tuple[str, Path]:
        (folder / name).mkdir()
        return f"{url}/{name}", folder / name

    _, whole = in_child(*fresh("whole"), settings, None)
    print(json.dumps({"point": None, "signal": 0, **whole}), flush=True)
    for point in points(sys.argv[4], [str(visit) for visit in list(whole["visited"])]):  # type: ignore[call-overload]
        where, place = fresh(f"at-{point}")
        ended, _ = in_child(where, place, settings, point)
        _, result = in_child(where, place, settings, None)
        print(json.dumps({"point": point, "signal": ended, **result}), flush=True)


if __name__ == "__main__":
    main()
