"""Run by `test_full_disk.py`: solves with files limited to some bytes, then goes on without the limit.

Arguments: the server's URL, a folder, and the limits. Prints one JSON line for each limit: the limit, the
error of the first process (empty if it came to its end), and what the resumed answer is.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from importlib import import_module
from pathlib import Path

from agentopt.errors import AgentoptError
from tests.agents.killed import PRELOADED, solve


def in_child(url: str, folder: Path, limit: int, out: Path) -> None:
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            try:
                found = {"error": "", **solve(url, folder, {}, None)}
            except AgentoptError as error:
                found = {"error": type(error).__name__, "message": error.message, "hint": error.hint}
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            out.write_text(json.dumps(found))
        finally:
            os._exit(0)
    os.waitpid(child, 0)


def main() -> None:
    url, folder = sys.argv[1], Path(sys.argv[2])
    for module in PRELOADED:
        import_module(module)
    for limit in map(int, sys.argv[3:]):
        place = folder / f"full-{limit}"
        place.mkdir()
        found = []
        for allowed in (limit, resource.RLIM_INFINITY):
            out = folder / f"{limit}-{allowed}.json"
            in_child(f"{url}/full-{limit}", place, allowed, out)
            found.append(json.loads(out.read_text()) if out.exists() else {"error": "a traceback"})
        print(json.dumps({"limit": limit, "first": found[0], "second": found[1]}), flush=True)


if __name__ == "__main__":
    main()
