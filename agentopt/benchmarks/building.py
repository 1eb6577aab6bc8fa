"""How long it takes to build a model and hand it to HiGHS, side by side with other layers in one run.

Usage: `python -m agentopt.benchmarks.building [--sizes 1e3,1e4,1e5,1e6] [--peers pyomo,linopy] [--python PATH]`.
Every measurement is a fresh process in which hand-written numpy (the floor) is timed beside the builder, so that
ratios compare like with like on a busy machine. `--python` names an interpreter that has the peers.
"""

from __future__ import annotations

__all__ = ["main"]

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from agentopt.benchmarks import building_cases

OWN = ("agentopt", "agentopt-arrays", "floor")


def measured(python: str, family: str, size: str, builder: str, seconds: float) -> dict[str, Any]:
    """One measurement in its own process; `error` says why there is none."""
    command = [python, str(Path(building_cases.__file__)), family, size, builder]
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            timeout=seconds,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore"},
        )
    except subprocess.TimeoutExpired:
        return {"error": f"more than {seconds:g} s"}
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["no output"])[-1][:120]}
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def table(rows: list[dict[str, Any]]) -> str:
    """The measurements as text: seconds, ratio to the floor, to agentopt, and peak memory."""
    lines = [f"{'family':<11}{'nonzeros':>9}  {'builder':<16}{'seconds':>9}{'/ floor':>9}{'/ agentopt':>12}{'peak MB':>9}"]
    for row in rows:
        head = f"{row['family']:<11}{row.get('nonzeros', row['size']):>9}  {row['builder']:<16}"
        if "error" in row:
            lines.append(f"{head}  skipped: {row['error']}")
            continue
        own = next(
            (r for r in rows if r["builder"] == "agentopt" and (r["family"], r["size"]) == (row["family"], row["size"])),
            row,
        )
        against = row["ratio"] / own["ratio"] if "ratio" in own else float("nan")
        lines.append(f"{head}{row['seconds']:>9.4f}{row['ratio']:>9.2f}{against:>12.2f}{row['peak_mb']:>9.1f}")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="agentopt.benchmarks.building", description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", default="1e3,1e4,1e5,1e6", help="nonzeros, separated by commas")
    parser.add_argument("--families", default=",".join(building_cases.FAMILIES))
    parser.add_argument("--peers", default="linopy,pyomo", help="of linopy, pyomo; empty for none")
    parser.add_argument("--python", default=sys.executable, help="an interpreter that has the peers")
    parser.add_argument("--seconds", type=float, default=300.0, help="limit of one measurement")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = parser.parse_args(arguments)
    rows = []
    for family in chosen.families.split(","):
        for size in chosen.sizes.split(","):
            for builder in [*OWN, *filter(None, chosen.peers.split(","))]:
                python = sys.executable if builder in OWN else chosen.python
                found = measured(python, family, size, builder, chosen.seconds)
                rows.append({"family": family, "size": size, "builder": builder, **found})
                if chosen.json:
                    print(json.dumps(rows[-1]), flush=True)
                else:
                    print(table(rows[-1:]).splitlines()[-1], file=sys.stderr, flush=True)
    if not chosen.json:
        print(table(rows))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
