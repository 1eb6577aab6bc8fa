"""What a program in the sandbox costs, and what hostile ones get.

    python -m agentopt.benchmarks.sandbox [--repeats N] [--corpus] [--json]

Latency is wall time of one small Pyomo model solved with HiGHS, in turn with the others, so that a busy
machine slows all alike: in a cold process that imports Pyomo, and as a job of a fork server that has it
imported. With `--corpus` every hostile program is run as well; whatever it got, and how long past its limit
it took to end, is listed.
"""

from __future__ import annotations

__all__ = ["Ran", "Row", "corpus", "latency", "main"]

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

from agentopt.benchmarks.hostile import PROGRAMS, Target
from agentopt.sandbox import Job, JobLimits, Sandbox

PYOMO = """
import pyomo.environ as pyo
model = pyo.ConcreteModel()
model.x = pyo.Var(range(3), bounds=(0, 4), domain=pyo.Integers)
model.gain = pyo.Objective(expr=sum(model.x[k] for k in range(3)), sense=pyo.maximize)
model.room = pyo.Constraint(expr=model.x[0] + 2 * model.x[1] <= 5)
pyo.SolverFactory("appsi_highs").solve(model)
print(pyo.value(model.gain))
"""
HIGHSPY = """
import highspy
model = highspy.Highs()
model.silent()
x = model.addIntegrals(3, lb=0, ub=4)
model.addConstr(x[0] + 2 * x[1] <= 5)
model.maximize(sum(x))
print(model.getObjectiveValue())
"""
_IMPORT = "import pyomo.environ"
SECONDS = 2.0
"""The wall time a hostile program has."""


@dataclass(frozen=True)
class Row:
    """Wall seconds of one way of running a program; `ratio` is to the cold process that solves the model."""

    name: str
    median: float
    least: float
    ratio: float


@dataclass(frozen=True)
class Ran:
    """What a hostile program came to: `late` is how many seconds past its limit it ended."""

    name: str
    ending: str
    seconds: float
    late: float
    harm: tuple[str, ...]


def latency(repeats: int) -> list[Row]:
    """Every way, measured in turns."""
    seconds: dict[str, list[float]] = {}
    with Sandbox() as sandbox:
        ways: dict[str, Callable[[], None]] = {
            "cold process, Pyomo model": lambda: _cold(PYOMO),
            "cold process, import pyomo alone": lambda: _cold(_IMPORT),
            "python -c pass": lambda: _cold("pass"),
            "sandbox, Pyomo model": lambda: _job(sandbox, PYOMO),
            "sandbox, highspy model": lambda: _job(sandbox, HIGHSPY),
            "sandbox, import pyomo alone": lambda: _job(sandbox, _IMPORT),
            "sandbox, nothing": lambda: _job(sandbox, "pass"),
        }
        for turn in range(repeats + 1):
            for name, way in ways.items():
                began = time.perf_counter()
                way()
                if turn:  # the first starts the server and fills caches
                    seconds.setdefault(name, []).append(time.perf_counter() - began)
    whole = statistics.median(seconds["cold process, Pyomo model"])
    return [
        Row(name, statistics.median(found), min(found), statistics.median(found) / whole)
        for name, found in seconds.items()
    ]


def _cold(source: str) -> None:
    subprocess.run([sys.executable, "-c", source], stdout=subprocess.DEVNULL, check=True)


def _job(sandbox: Sandbox, source: str) -> None:
    outcome = sandbox.run(Job(source))
    if not outcome.ok:
        raise RuntimeError(outcome.error)


def corpus(limits: JobLimits) -> list[Ran]:
    """Every hostile program, one after the other, on one server."""
    found = []
    with Sandbox() as sandbox:
        sandbox.run(Job("pass"))  # what follows is not to wait for the server
        for program in PROGRAMS:
            with Target(sandbox.server) as target:
                began = time.perf_counter()
                outcome = sandbox.run(Job(target.source(program), limits=limits))
                seconds = time.perf_counter() - began
                harm = target.harm(outcome)
                if outcome.ending not in program.endings:
                    harm.append(f"it ended otherwise than it may: {outcome.told(limits)}")
            late = max(0.0, seconds - limits.seconds)
            found.append(Ran(program.name, outcome.ending, seconds, late, tuple(harm)))
    return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--corpus", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    rows = latency(given.repeats)
    ran = corpus(JobLimits(seconds=SECONDS, memory_mb=2048)) if given.corpus else []
    if given.json:
        print(json.dumps({"latency": [asdict(r) for r in rows], "corpus": [asdict(r) for r in ran]}))
        return
    print(f"{'wall milliseconds':<36}{'median':>8}{'least':>8}{'ratio':>10}")
    for row in rows:
        print(f"{row.name:<36}{1e3 * row.median:>8.1f}{1e3 * row.least:>8.1f}{row.ratio:>10.4f}")
    for each in ran:
        print(f"{each.name:<44}{each.ending:<9}{each.seconds:>6.2f}  {'; '.join(each.harm) or 'no harm'}")
    if ran:
        harmed = sum(bool(each.harm) for each in ran)
        print(f"{len(ran)} programs, {harmed} with harm, {max(r.late for r in ran):.2f} s late at most")


if __name__ == "__main__":
    main()
