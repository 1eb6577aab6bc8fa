"""Fits over big tables: the gradient trainers beside SciPy's L-BFGS on the same objective.

    python -m agentopt.benchmarks.fitting [--rows 100000] [--features 8] [--repeat 3] [--optimizers adam,lion]

The same logistic regression, stated once as a formulation and once by hand in numpy (objective and gradient,
two matrix products each, as one would write it for SciPy). Reported are the objective each comes to, relative
to the better one; the seconds of the solve alone, the median of `--repeat`; and what binding and compiling
the formulation took. Optimizers named are run on minibatches, without the L-BFGS that follows by default.
Needs the extras `train` and `bench`.
"""

from __future__ import annotations

__all__ = ["Fit", "main", "measure"]

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np

from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Values
from agentopt.solvers import solve

RIDGE = 0.5

STATED = {
    "sets": {"ROWS": {"first": 1, "last": "rows"}, "FEATURES": {"first": 1, "last": "features"}},
    "parameters": {
        "rows": {"value": 1},
        "features": {"value": 1},
        "x": {"over": ["ROWS", "FEATURES"], "values": {}, "default": 0},
        "y": {"over": "ROWS", "values": {}, "default": 0},
    },
    "variables": {"w": {"over": "FEATURES", "lower": None}, "b": {"lower": None}},
    "objective": {
        "minimize": "sum(log(1 + exp(-y[i]*(b + sum(w[j]*x[i,j] for j in FEATURES)))) for i in ROWS)"
        f" + {RIDGE}*sum(w[j]**2 for j in FEATURES)"
    },
}


@dataclass(frozen=True)
class Fit:
    """One way of fitting: what it came to, relative to the best, and how long it took."""

    name: str
    objective: float
    above_best: float
    seconds: float
    steps: int
    status: str


def table(rows: int, features: int, seed: int = 0) -> tuple[Values, Values]:
    """Features (rows, features) and labels -1 or 1 (rows,) drawn from a logistic model."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, features))
    weights = rng.normal(size=features)
    chance = 1.0 / (1.0 + np.exp(-(x @ weights + 0.3)))
    return x, np.where(rng.random(rows) < chance, 1.0, -1.0)


def stated(x: Values, y: Values) -> Compiled:
    """The fit as a compiled formulation."""
    data = {"rows": x.shape[0], "features": x.shape[1], "x": x, "y": y}
    return compile_instance(bind(Formulation.model_validate(STATED), data))


def by_scipy(x: Values, y: Values) -> tuple[float, int, str]:
    """The same fit by SciPy's L-BFGS, with the gradient by hand."""
    from scipy.optimize import minimize

    def loss(point: Values) -> tuple[float, Values]:
        weights, base = point[:-1], point[-1]
        margin = y * (x @ weights + base)
        value = np.logaddexp(0.0, -margin).sum() + RIDGE * weights @ weights
        pull = -y / (1.0 + np.exp(margin))
        return float(value), np.append(x.T @ pull + 2 * RIDGE * weights, pull.sum())

    found = minimize(loss, np.zeros(x.shape[1] + 1), jac=True, method="L-BFGS-B", options={"gtol": 1e-6})
    return float(found.fun), int(found.nfev), str(found.message)


def measure(rows: int, features: int, repeat: int, optimizers: Sequence[str]) -> tuple[list[Fit], float]:
    """Every way of fitting, and the seconds of binding and compiling."""
    x, y = table(rows, features)
    started = time.perf_counter()
    compiled = stated(x, y)
    building = time.perf_counter() - started

    def trained(**options: object) -> tuple[float, int, str]:
        found = solve(compiled, engine="gradient", options={"starts": 1, **options})
        return (
            float("nan") if found.objective is None else found.objective,
            found.iterations,
            found.termination,
        )

    # Importing torch, and the first run of everything, are not what is compared.
    trained(steps=5)
    ways: dict[str, Callable[[], tuple[float, int, str]]] = {
        "scipy L-BFGS": lambda: by_scipy(x, y),
        "gradient lbfgs": trained,
    }
    for name in optimizers:
        batch = max(1, min(4096, rows // 8))
        ways[f"gradient {name}"] = lambda name=name, batch=batch: trained(  # type: ignore[misc]  # bound early
            optimizer=name, batch_size=batch, steps=400, polish=False
        )
    found = {name: _timed(way, repeat) for name, way in ways.items()}
    best = min(each[0] for each, _ in found.values())
    return [
        Fit(name, each[0], each[0] / best - 1.0, seconds, each[1], each[2])
        for name, (each, seconds) in found.items()
    ], building


def _timed(way: Callable[[], tuple[float, int, str]], repeat: int) -> tuple[tuple[float, int, str], float]:
    seconds, found = [], (float("nan"), 0, "")
    for _ in range(repeat):
        started = time.perf_counter()
        found = way()
        seconds.append(time.perf_counter() - started)
    return found, statistics.median(seconds)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m agentopt.benchmarks.fitting")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--features", type=int, default=8)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--optimizers", default="", help="names, with commas, run on minibatches")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args(arguments)
    names = [each for each in given.optimizers.split(",") if each]
    fits, building = measure(given.rows, given.features, given.repeat, names)
    if given.json:
        shown = {"rows": given.rows, "building": building, "fits": [asdict(each) for each in fits]}
        sys.stdout.write(json.dumps(shown, indent=2) + "\n")
        return 0
    sys.stdout.write(
        f"{given.rows:,} rows, {given.features} features; bound and compiled in {building:.2f} s\n"
    )
    for each in fits:
        sys.stdout.write(
            f"{each.name:28s} {each.seconds:8.2f} s  {each.steps:5d} steps  {each.above_best:9.1e} above best"
            f"  {each.status}\n"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
