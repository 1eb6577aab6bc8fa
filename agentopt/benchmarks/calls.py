"""What a call to a language model costs the client, side by side with other clients in one run.

Usage: `python -m agentopt.benchmarks.calls [--calls 500 --concurrency 32 --latency 0.05] [--python PATH]`.
A server in a process of its own answers every call after the same time; every client makes the same calls to
it in a process of its own, and what counts is that process's CPU time. Clients take turns, round by round, so
that a busy machine hits all alike. `--python` names an interpreter that has DSPy.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from agentopt.benchmarks import calls_clients

Row = Mapping[str, object]
PEER = "dspy"
OWN = ("agentopt", "agentopt-metered-cached", "openai", "aiohttp")
COLUMNS = ("client", "version", "CPU ms a call", "(least)", "wall s", "start CPU s", "ratio")
LAYOUT = "{:<26}{:<10}{:>14}{:>9}{:>8}{:>13}{:>8}"


@contextmanager
def served(latency: float) -> Iterator[str]:
    """The address of a server that answers every call after so many seconds."""
    command = [sys.executable, str(Path(calls_clients.__file__)), "serve", str(latency)]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def measured(python: str, client: str, address: str, calls: int, concurrency: int, seconds: float) -> Row:
    """One client's calls in a process of its own; `error` says why there is no figure."""
    command = [python, str(Path(calls_clients.__file__)), client, address, str(calls), str(concurrency)]
    with tempfile.TemporaryDirectory() as scratch:
        surroundings = {**os.environ, "TMPDIR": scratch, "PYTHONWARNINGS": "ignore"}
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, env=surroundings)
        except (subprocess.TimeoutExpired, OSError) as error:
            return {"client": client, "error": str(error)}
    if done.returncode:
        return {"client": client, "error": (done.stderr.strip().splitlines() or ["no output"])[-1][:120]}
    return {"client": client, **json.loads(done.stdout.strip().splitlines()[-1])}


def table(rows: Sequence[Row]) -> str:
    """Medians over the rounds, the least CPU of any, and the ratio to the cheapest way DSPy has."""
    clients = list(dict.fromkeys(str(row["client"]) for row in rows))
    figures = {client: _figures(rows, client) for client in clients}
    of_peer = [found["cpu_ms"] for client, found in figures.items() if client.startswith(PEER) and found]
    lines = [LAYOUT.format(*COLUMNS)]
    for client in clients:
        found = figures[client]
        if not found:
            error = next(row["error"] for row in rows if row["client"] == client and "error" in row)
            lines.append(f"{client:<26}skipped: {error}")
            continue
        version = next(row["version"] for row in rows if row["client"] == client and "version" in row)
        ratio = f"{found['cpu_ms'] / min(of_peer):.2f}" if of_peer else ""
        shown = [f"{found[name]:.3f}" for name in ("cpu_ms", "least")]
        shown += [f"{found[name]:.2f}" for name in ("wall", "start_cpu")]
        lines.append(LAYOUT.format(client, version, *shown, ratio))
    return "\n".join(lines)


def _figures(rows: Sequence[Row], client: str) -> dict[str, float]:
    mine = [row for row in rows if row["client"] == client and "error" not in row]
    if not mine:
        return {}
    columns = {name: [float(str(row[name])) for row in mine] for name in ("cpu_ms", "wall", "start_cpu")}
    return {name: statistics.median(values) for name, values in columns.items()} | {
        "least": min(columns["cpu_ms"])
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="agentopt.benchmarks.calls", description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=500)
    parser.add_argument("--concurrency", type=int, default=32, help="calls in flight at most")
    parser.add_argument("--latency", type=float, default=0.05, help="seconds until the server answers")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--clients", default=",".join(calls_clients.CLIENTS), help="separated by commas")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has DSPy")
    parser.add_argument("--seconds", type=float, default=120.0, help="limit of one measurement")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = parser.parse_args(arguments)
    clients = chosen.clients.split(",")
    if unknown := [client for client in clients if client not in calls_clients.CLIENTS]:
        parser.error(f"there is no client `{unknown[0]}`; there are {', '.join(calls_clients.CLIENTS)}")
    rows: list[Row] = []
    with served(chosen.latency) as address:
        for number in range(chosen.rounds):
            for client in clients:
                python = sys.executable if client in OWN else chosen.python
                found = measured(python, client, address, chosen.calls, chosen.concurrency, chosen.seconds)
                rows.append({"round": number, **found})
                if chosen.json:
                    print(json.dumps(rows[-1]), flush=True)
    if not chosen.json:
        best = math.ceil(chosen.calls / chosen.concurrency) * chosen.latency
        print(
            f"{chosen.calls} calls, {chosen.concurrency} at once, {chosen.rounds} rounds; best: {best:.2f} s"
        )
        print(table(rows))
        print(f"ratio: CPU a call to the cheapest {PEER}'s; start: imports and {calls_clients.WARM_UP} calls")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
