"""How long it takes to build a model and hand it to HiGHS, side by side with other layers in one run.

Usage: `python -m agentopt.benchmarks.building [--sizes 1e3,1e4,1e5,1e6] [--layers LAYER,...] [--python
PATH]`; PATH names an interpreter that has the peers as well (`pip install linopy pyomo highspy pandas`).

What is timed: from the data a layer starts from, through its own model, to a HiGHS object that holds the
model; for agentopt that is checking and parsing the formulation, binding, compiling and `passModel`.
Nothing is solved, no import is timed. Times are CPU seconds, medians of up to 15 builds after a small
first one, every measurement in a process of its own; `--rounds` takes several in turns. Peak memory is
how far the resident set of the process rises during the first full build. In every process alike the C
library is told to keep freed memory: left to itself it gives it back in some processes and not in others,
and fetching it again doubled the time of one and the same floor.

What a layer starts from:

- `agentopt`, `linopy-dictionaries` (through pandas), `pyomo`: lists of labels, and dictionaries from
  labels or tuples of labels to numbers, in the order a comprehension makes them;
- `agentopt-shuffled`: the same with the entries of every dictionary in random order;
- `floor`, `agentopt-arrays`, `linopy`: numpy arrays, and lists of labels, which the floor does not need;
- `floor-tables`, `agentopt-tables`, `linopy-tables`, `pyomo-tables`: CSV files; all but agentopt read
  them with pandas, and the floor trusts the order of their rows.

The floor is numpy and scipy written by hand for each family by somebody who knows the structure of its
matrix. It is timed, from arrays, beside every repetition of every layer in the same process: `/ floor` is
the ratio of the two medians. `x pyomo` and `x linopy` say how many times longer the peer took in the same
round: from tables beside tables, else `pyomo` from dictionaries and `linopy` from arrays, which is the
fastest of its three forms.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from agentopt.benchmarks.building_cases import FAMILIES

LAYERS = (
    "floor",
    "floor-tables",
    "agentopt",
    "agentopt-shuffled",
    "agentopt-arrays",
    "agentopt-tables",
    "linopy",
    "linopy-dictionaries",
    "linopy-tables",
    "pyomo",
    "pyomo-tables",
)

_KEEP_MEMORY = {"MALLOC_TRIM_THRESHOLD_": str(2**34), "MALLOC_MMAP_THRESHOLD_": str(2**30)}
"""What glibc reads; elsewhere they mean nothing."""

Row = dict[str, Any]


def measured(python: str, family: str, size: str, layer: str, seconds: float) -> Row:
    """One measurement in its own process; `error` says why there is none."""
    command = [python, "-m", "agentopt.benchmarks.building_measure", family, size, layer]
    root = str(Path(__file__).parents[2])
    alone = dict.fromkeys(
        ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS"), "1"
    )
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            env={**os.environ, **alone, **_KEEP_MEMORY, "PYTHONWARNINGS": "ignore", "PYTHONPATH": root},
        )
    except subprocess.TimeoutExpired:
        return {"error": f"more than {seconds:g} s"}
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["no output"])[-1][:120]}
    found: Row = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def merged(rounds: list[Row]) -> Row:
    """Medians over the rounds of one layer."""
    good = [row for row in rounds if "error" not in row]
    if not good:
        return rounds[0]
    numbers = ("seconds", "wall", "floor", "ratio", "peak_mb")
    return {**good[0], **{name: statistics.median(row[name] for row in good) for name in numbers}}


def table(rows: list[Row]) -> str:
    """The measurements of every family and size as text."""
    lines = [
        f"{'family':<11}{'nonzeros':>9}  {'layer':<20}{'CPU s':>9}{'/ floor':>9}{'x pyomo':>9}{'x linopy':>9}"
        f"{'peak MB':>9}{'/ floor':>9}"
    ]
    for row in rows:
        head = f"{row['family']:<11}{row.get('nonzeros', row['size']):>9}  {row['layer']:<20}"
        if "error" in row:
            lines.append(f"{head}  skipped: {row['error']}")
            continue
        beside = {r["layer"]: r for r in rows if (r["family"], r["size"]) == (row["family"], row["size"])}
        kind = "-tables" if row["layer"].endswith("-tables") else ""
        cells = f"{row['seconds']:>9.4f}{row['ratio']:>9.2f}"
        for peer in ("pyomo", "linopy"):
            other = beside.get(f"{peer}{kind}", {})
            cells += f"{other['seconds'] / row['seconds']:>9.2f}" if "seconds" in other else f"{'':>9}"
        least = beside.get("floor", {}).get("peak_mb")
        lines.append(
            f"{head}{cells}{row['peak_mb']:>9.1f}" + (f"{row['peak_mb'] / least:>9.2f}" if least else "")
        )
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="agentopt.benchmarks.building", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1e3,1e4,1e5,1e6", help="nonzeros, separated by commas")
    parser.add_argument("--families", default=",".join(FAMILIES))
    parser.add_argument("--layers", default=",".join(LAYERS), help="of " + ", ".join(LAYERS))
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--rounds", type=int, default=1, help="how often each is measured, in turns")
    parser.add_argument("--seconds", type=float, default=300.0, help="limit of one measurement")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = parser.parse_args(arguments)
    rows: list[Row] = []
    for family in chosen.families.split(","):
        for size in chosen.sizes.split(","):
            layers = chosen.layers.split(",")
            found: dict[str, list[Row]] = {layer: [] for layer in layers}
            for _ in range(chosen.rounds):
                for layer in layers:
                    row = {"family": family, "size": size, "layer": layer}
                    row |= measured(chosen.python, family, size, layer, chosen.seconds)
                    found[layer].append(row)
                    if chosen.json:
                        print(json.dumps(row), flush=True)
            rows += [merged(each) for each in found.values()]
            if not chosen.json:
                print(table(rows[-len(layers) :]), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
