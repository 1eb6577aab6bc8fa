"""Every public instance of a folder imported, solved and checked against the best value known.

Usage: `python -m agentopt.benchmarks.instances --folder DIR [--time-limit 60] [--engine highs]`. DIR holds
model files and, beside or above them, `manifest.json`: a list of objects with `file`, `best_known`,
`status` and `sense`. The exit status is 1 when an answer contradicts what is known, or an instance cannot
be imported.
"""

from __future__ import annotations

__all__ = ["main", "verdict"]

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentopt.compiling import read
from agentopt.compiling.evaluate import max_violation
from agentopt.errors import AgentoptError
from agentopt.solvers import Limits, Solution, Termination, solve

TOLERANCE = 1e-6
"""Relative difference to the best known value that is none; or one unit of its last decimal."""

VIOLATION = 1e-5
"""How far rows may be exceeded, relative to the largest side of the model."""


def verdict(found: Solution, known: Mapping[str, Any]) -> str:
    """How an outcome compares: `proved`, `limit`, `infeasible`, `unproved`, or `WRONG` with the reason.

    >>> from agentopt.solvers import PointStatus
    >>> verdict(Solution(Termination.INFEASIBLE, PointStatus.NONE, "highs"), {"status": "infeasible"})
    'infeasible'
    """
    if found.termination is Termination.INFEASIBLE:
        return "infeasible" if known["status"] == "infeasible" else "WRONG: called infeasible"
    if found.termination is Termination.UNBOUNDED:
        return "unbounded" if known["status"] == "unbounded" else "WRONG: called unbounded"
    if known["status"] == "infeasible":
        return "WRONG: a point of an infeasible model" if found.has_point else "limit"
    best = known.get("best_known")
    if best is None:
        return "proved, no value known" if found.termination is Termination.OPTIMAL else "limit"
    margin = max(TOLERANCE * max(1.0, abs(best)), _last_digit(best))
    sign = -1.0 if str(known.get("sense", "min")).startswith("max") else 1.0
    if found.objective is not None and found.has_point:
        behind = sign * (found.objective - best)
        if found.termination is Termination.OPTIMAL and abs(behind) > margin:
            return f"WRONG: {found.objective:.10g} is called optimal, {best:.10g} is known"
        if behind < -margin:
            return f"WRONG: {found.objective:.10g} is better than the best known {best:.10g}"
    if found.bound is not None and sign * (found.bound - best) > margin:
        return f"WRONG: the bound {found.bound:.10g} excludes the best known {best:.10g}"
    if found.termination is Termination.OPTIMAL:
        return "proved"
    return "limit" if found.termination is Termination.TIME_LIMIT else f"unproved: {found.message}"


def _last_digit(value: float) -> float:
    """One unit in the last decimal a known value is given with: 82.1999 may stand for 82.19999924.

    >>> _last_digit(82.1999), _last_digit(16.0)
    (0.0001, 0.0)
    """
    _, _, decimals = repr(value).partition(".")
    return 0.0 if decimals in {"", "0"} or not decimals.isdigit() else float(f"1e-{len(decimals)}")


def measured(path: Path, known: Mapping[str, Any], seconds: float, engine: str | None) -> dict[str, Any]:
    """One instance: imported, solved, compared."""
    started = time.perf_counter()
    try:
        model = read(path)
        imported = time.perf_counter() - started
        found = solve(model, engine=engine, limits=Limits(seconds=seconds, threads=1))
    except AgentoptError as error:
        return {"name": path.name, "verdict": f"WRONG: {error.message}"}
    outcome = verdict(found, known)
    violation = None
    if found.values is not None and found.has_point:
        violation = max_violation(model, found.values)
        sides = [abs(side) for bound in (model.row_lower, model.row_upper) for side in bound.tolist()]
        scale = max([1.0, *(side for side in sides if side < 1e20)])
        if violation > VIOLATION * scale:
            outcome = f"WRONG: a row is exceeded by {violation:.2g}"
    return {
        "name": path.name,
        "class": model.problem_class.value,
        "rows": model.num_rows,
        "columns": model.num_columns,
        "nonzeros": len(model.matrix.values),
        "import_seconds": imported,
        "seconds": found.seconds,
        "termination": found.termination.value,
        "objective": found.objective,
        "bound": found.bound,
        "gap": found.gap,
        "best_known": known.get("best_known"),
        "nodes": found.nodes,
        "violation": violation,
        "verdict": outcome,
    }


def line(row: Mapping[str, Any]) -> str:
    """One instance as a line of the table."""
    if "class" not in row:
        return f"{row['name']:<26}{row['verdict']}"

    def shown(value: float | None, form: str) -> str:
        return "-" if value is None else format(value, form)

    return (
        f"{row['name']:<26}{row['class']:<5}{row['rows']:>7}{row['columns']:>7}{row['nonzeros']:>8}"
        f"{row['import_seconds']:>8.2f}{row['seconds']:>8.2f}"
        f"{shown(row['objective'], '.10g'):>18}{shown(row['best_known'], '.10g'):>18}"
        f"{shown(row['gap'], '.1e'):>9}{row['nodes']:>8}  {row['verdict']}"
    )


HEAD = (
    f"{'instance':<26}{'class':<5}{'rows':>7}{'columns':>7}{'nonzeros':>8}{'import':>8}{'solve':>8}"
    f"{'objective':>18}{'best known':>18}{'gap':>9}{'nodes':>8}  verdict"
)


def listed(folder: Path) -> list[tuple[Path, Mapping[str, Any]]]:
    """The model files of a folder that the manifest knows."""
    for manifest in (folder / "manifest.json", folder.parent / "manifest.json"):
        if manifest.is_file():
            break
    else:
        raise SystemExit(f"there is no manifest.json in or above {folder}")
    known = {Path(each["file"]).name: each for each in json.loads(manifest.read_text(encoding="utf-8"))}
    files = sorted(path for path in folder.iterdir() if ".mps" in path.suffixes or ".lp" in path.suffixes)
    return [(path, known[path.name]) for path in files if path.name in known]


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when an answer contradicts what is known."""
    parser = argparse.ArgumentParser(
        prog="agentopt.benchmarks.instances", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the model files are")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each instance")
    parser.add_argument("--engine", help="instead of the one each class is routed to")
    parser.add_argument("--only", default="", help="names to run, separated by commas")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = parser.parse_args(arguments)
    wanted = set(filter(None, chosen.only.split(",")))
    rows = []
    if not chosen.json:
        print(HEAD)
    for path, known in listed(chosen.folder):
        if wanted and path.name.split(".")[0] not in wanted:
            continue
        rows.append(measured(path, known, chosen.time_limit, chosen.engine))
        print(json.dumps(rows[-1]) if chosen.json else line(rows[-1]), flush=True)
    kinds = Counter(row["verdict"].split(":")[0] for row in rows)
    summary = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    print(f"{len(rows)} instances: {summary}", file=sys.stderr if chosen.json else sys.stdout)
    return 1 if kinds["WRONG"] else 0


if __name__ == "__main__":
    raise SystemExit(main())
