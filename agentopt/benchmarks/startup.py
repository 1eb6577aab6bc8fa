"""What a whole process costs: from a formulation file to a checked answer, in seconds of CPU.

    python -m agentopt.benchmarks.startup [--repeats N] [--json]

Each row is a process of its own, run N times in turn with the others, so that a busy machine slows all
alike; the least and the median of user and system time are shown. The formulation has five variables; the
Pyomo script states the same model and solves it with HiGHS, without checking anything. Compiled bytecode is
cached, as it is after an installation.
"""

from __future__ import annotations

__all__ = ["Row", "main", "measure"]

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

FORMULATION = """
title: Five goods from one workshop
sets: {GOODS: {elements: [chair, table, shelf, bench, desk]}}
parameters:
  profit: {over: GOODS, values: {chair: 30, table: 50, shelf: 22, bench: 41, desk: 64}, role: reward}
  hours: {over: GOODS, values: {chair: 2, table: 4, shelf: 1.5, bench: 3, desk: 5}, role: rate}
  time: {value: 160, role: capacity}
variables: {make: {over: GOODS, domain: integer, upper: 20}}
objective: {maximize: "sum(profit[g]*make[g] for g in GOODS)"}
constraints: {workshop: {that: "sum(hours[g]*make[g] for g in GOODS) <= time"}}
"""

PYOMO = """
import pyomo.environ as pyo
goods = ["chair", "table", "shelf", "bench", "desk"]
profit = dict(zip(goods, [30, 50, 22, 41, 64]))
hours = dict(zip(goods, [2, 4, 1.5, 3, 5]))
model = pyo.ConcreteModel()
model.make = pyo.Var(goods, domain=pyo.NonNegativeIntegers, bounds=(0, 20))
model.profit = pyo.Objective(expr=sum(profit[g] * model.make[g] for g in goods), sense=pyo.maximize)
model.workshop = pyo.Constraint(expr=sum(hours[g] * model.make[g] for g in goods) <= 160)
pyo.SolverFactory("appsi_highs").solve(model)
print(pyo.value(model.profit))
"""


@dataclass(frozen=True)
class Row:
    """The CPU seconds of one kind of process."""

    name: str
    least: float
    median: float


def measure(repeats: int) -> list[Row]:
    """Every row, measured in turns.

    Raises:
        CalledProcessError: one of the processes fails.
    """
    with TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "five.yaml").write_text(FORMULATION, encoding="utf-8")
        (folder / "five.py").write_text(PYOMO, encoding="utf-8")
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode"), "HOME": str(folder)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        commands = _commands(folder)
        seconds: dict[str, list[float]] = {name: [] for name in commands}
        for turn in range(repeats + 1):
            for name, command in commands.items():
                spent = _cpu(command, environment)
                if turn:  # the first writes the bytecode
                    seconds[name].append(spent)
    return [Row(name, min(found), statistics.median(found)) for name, found in seconds.items()]


def _commands(folder: Path) -> dict[str, list[str]]:
    script = str(Path(sys.executable).with_name("agentopt"))
    five = str(folder / "five.yaml")
    return {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import numpy, pydantic, highspy": [sys.executable, "-c", "import numpy, pydantic.main, highspy"],
        "import agentopt": [sys.executable, "-c", "import agentopt"],
        "agentopt --help": [script, "--help"],
        "agentopt formulation check": [script, "formulation", "check", five],
        "agentopt formulation solve": [script, "formulation", "solve", five, "--quiet"],
        "Pyomo + HiGHS, nothing checked": [sys.executable, str(folder / "five.py")],
    }


def _cpu(command: Sequence[str], environment: Mapping[str, str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=dict(environment), stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    rows = measure(given.repeats)
    if given.json:
        print(json.dumps([asdict(row) for row in rows]))
        return
    print(f"{'CPU seconds of a process':<34}{'least':>8}{'median':>8}")
    for row in rows:
        print(f"{row.name:<34}{row.least:>8.3f}{row.median:>8.3f}")


if __name__ == "__main__":
    main()
