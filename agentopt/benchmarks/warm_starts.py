"""What a warm start saves: iterations of changed linear problems, from scratch and from the last basis.

    python -m agentopt.benchmarks.warm_starts [--folder DIR] [--changes 5] [--time-limit 60]

Without a folder, transportation problems are made. Of each problem the sides of a tenth of the rows, drawn by
a fixed seed, are moved by up to 10 % of their size, and the changed problem is solved twice. Iterations do
not depend on the machine; the seconds beside them do. The exit status is 1 when the two answers differ.
"""

from __future__ import annotations

__all__ = ["Compared", "compared", "main", "transportation"]

import argparse
import json
import math
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from agentopt.compiling import compile_instance, read
from agentopt.compiling.arrays import Compiled, ProblemClass
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers import Limits, Termination, solve

SIZES = ((10, 20), (20, 40), (40, 80))
"""Plants and markets of the problems that are made."""


@dataclass(frozen=True)
class Compared:
    """One changed problem: iterations and seconds from scratch and from the basis, and whether they agree."""

    name: str
    cold_iterations: int
    warm_iterations: int
    cold_seconds: float
    warm_seconds: float
    agree: bool


def transportation(plants: int, markets: int, seed: int = 0) -> Compiled:
    """A transportation problem whose supplies are scarce, so that presolve does not settle it."""
    rng = np.random.default_rng(seed)
    demand = rng.integers(20, 60, markets)
    supply = math.ceil(1.05 * int(demand.sum()) / plants)
    stated = {
        "sets": {"P": {"first": 1, "last": plants}, "M": {"first": 1, "last": markets}},
        "parameters": {
            "cost": {"over": ["P", "M"], "values": rng.integers(10, 99, (plants, markets)).tolist()},
            "supply": {"over": ["P"], "values": [supply] * plants},
            "demand": {"over": ["M"], "values": demand.tolist()},
        },
        "variables": {"ship": {"over": ["P", "M"]}},
        "objective": {"minimize": "sum(cost[p,m]*ship[p,m] for p in P for m in M)"},
        "constraints": {
            "within": {"for": "p in P", "that": "sum(ship[p,m] for m in M) <= supply[p]"},
            "met": {"for": "m in M", "that": "sum(ship[p,m] for p in P) >= demand[m]"},
        },
    }
    return compile_instance(bind(Formulation.model_validate(stated)))


def compared(name: str, model: Compiled, changes: int, seconds: float) -> list[Compared]:
    """Some changes of one problem; empty where it has no optimum in the time."""
    limits, rng = Limits(seconds=seconds, threads=1), np.random.default_rng(0)
    base = solve(model, engine="highs", limits=limits)
    sides = np.flatnonzero(np.isfinite(model.row_upper) | np.isfinite(model.row_lower))
    if base.basis is None or not len(sides):
        return []
    found: list[Compared] = []
    for _ in range(changes):
        picked = rng.choice(sides, max(1, len(sides) // 10), replace=False)
        by = rng.uniform(-0.1, 0.1, len(picked))
        lower, upper = model.row_lower.copy(), model.row_upper.copy()
        for side in (lower, upper):
            side[picked] += by * _size(side[picked])
        if (lower[picked] > upper[picked]).any():
            continue
        changed = replace(model, row_lower=lower, row_upper=upper)
        cold = solve(changed, engine="highs", limits=limits)
        warm = solve(replace(changed, basis=base.basis), engine="highs", limits=limits)
        if Termination.TIME_LIMIT in (cold.termination, warm.termination):
            continue
        same = cold.termination is warm.termination
        if same and cold.objective is not None and warm.objective is not None:
            same = abs(cold.objective - warm.objective) <= 1e-6 * max(1.0, abs(cold.objective))
        found.append(Compared(name, cold.iterations, warm.iterations, cold.seconds, warm.seconds, same))
    return found


def _size(sides: np.ndarray) -> np.ndarray:
    """What sides are moved by a share of; infinite ones by nothing."""
    return np.where(np.isfinite(sides), np.maximum(1.0, np.abs(sides)), 0.0)


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="agentopt.benchmarks.warm_starts", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--folder", type=Path, help="LP and MPS files")
    parser.add_argument("--changes", type=int, default=5, help="of each problem")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds of each solve")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = parser.parse_args(arguments)
    if chosen.folder is None:
        models = [(f"transport {p}x{m}", transportation(p, m)) for p, m in SIZES]
    else:
        files = sorted(each for each in chosen.folder.iterdir() if {".lp", ".mps"} & {*each.suffixes})
        every = ((each.name, read(each)) for each in files)
        models = [(name, model) for name, model in every if model.problem_class is ProblemClass.LP]
    rows: list[Compared] = []
    for name, model in models:
        rows += (own := compared(name, model, chosen.changes, chosen.time_limit))
        for each in own:
            print(json.dumps(asdict(each)) if chosen.json else _line(each), flush=True)
    if not rows:
        print("no linear problem had an optimum in the time")
        return 0
    ratio = math.exp(
        sum(math.log((e.warm_iterations + 1) / (e.cold_iterations + 1)) for e in rows) / len(rows)
    )
    quick = math.exp(sum(math.log(e.warm_seconds / e.cold_seconds) for e in rows) / len(rows))
    print(f"{len(rows)} changes: iterations warm by cold {ratio:.3f}, seconds {quick:.3f} (geometric means)")
    return 0 if all(each.agree for each in rows) else 1


def _line(each: Compared) -> str:
    return (
        f"{each.name:<24} iterations {each.cold_iterations:>7} cold {each.warm_iterations:>6} warm"
        f"   seconds {each.cold_seconds:.3f} cold {each.warm_seconds:.3f} warm"
        f"{'' if each.agree else '   THE ANSWERS DIFFER'}"
    )


if __name__ == "__main__":
    raise SystemExit(main())
