"""One engine on one mixed-integer instance, its incumbents over time, and the means of comparison."""

from __future__ import annotations

__all__ = ["MipRun", "instances", "primal_integral", "run"]

import threading
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agentopt.benchmarks.instances import listed, verdict
from agentopt.compiling import read
from agentopt.compiling.arrays import Compiled, ProblemClass
from agentopt.solvers import Limits, Progress, Termination, solve


@dataclass(frozen=True)
class MipRun:
    """One engine on one instance.

    Attributes:
        trace: (seconds, incumbent), at every improvement.
        proved: optimal or infeasible, by the engine's own word, and not contradicting what is known.
        verdict: how the outcome compares with what is known (`agentopt.benchmarks.instances.verdict`).
    """

    instance: str
    engine: str
    seconds: float
    objective: float | None
    bound: float | None
    proved: bool
    verdict: str
    trace: tuple[tuple[float, float], ...]
    message: str = ""


def instances(folder: Path, only: Iterable[str] = ()) -> list[tuple[str, Compiled, Mapping[str, Any]]]:
    """The mixed-integer linear instances of a folder that its manifest knows: name, model, what is known."""
    wanted = set(only)
    found = []
    for path, known in listed(folder):
        name = path.name.split(".")[0]
        if wanted and name not in wanted:
            continue
        model = read(path)
        if model.problem_class is ProblemClass.MILP:
            found.append((name, model, known))
    return found


def run(
    name: str,
    model: Compiled,
    known: Mapping[str, Any],
    engine: str,
    limits: Limits,
    options: Mapping[str, object] | None = None,
) -> MipRun:
    """Solve an instance and note its incumbents; returns when nothing of the engine runs any more."""
    trace: list[tuple[float, float]] = []

    def heard(progress: Progress) -> None:
        if progress.incumbent is not None and (not trace or trace[-1][1] != progress.incumbent):
            trace.append((time.perf_counter() - started, progress.incumbent))

    # HiGHS keeps the number of threads of its first run for the whole process.
    import highspy

    highspy.Highs.resetGlobalScheduler(True)
    started = time.perf_counter()
    found = solve(model, engine=engine, limits=limits, options=options or {}, report=heard)
    seconds = time.perf_counter() - started
    if found.objective is not None and (not trace or trace[-1][1] != found.objective):
        trace.append((seconds, found.objective))
    for thread in threading.enumerate():
        if thread.name.startswith("race "):
            thread.join()
    judged = verdict(found, known)
    right = not judged.startswith("WRONG")
    proofs = (Termination.OPTIMAL, Termination.INFEASIBLE)
    return MipRun(
        name,
        engine,
        seconds,
        found.objective,
        found.bound,
        right and found.termination in proofs,
        judged,
        tuple(trace),
        found.message,
    )


def primal_integral(trace: Sequence[tuple[float, float]], best: float, seconds: float) -> float:
    """The mean primal gap over a time, from 0 (the best at once) to 1 (no point at all).

    The gap is that of Berthold, "Measuring the impact of primal heuristics" (2013): 1 without a point or
    where signs differ, else the difference relative to the larger of both values.

    >>> primal_integral([(1.0, 20.0), (3.0, 10.0)], 10.0, 4.0)
    0.5
    """
    area, gap, since = 0.0, 1.0, 0.0
    for at, value in trace:
        if at >= seconds:
            break
        area += gap * (at - since)
        since, gap = at, _gap(value, best)
    return (area + gap * (seconds - since)) / seconds


def _gap(value: float, best: float) -> float:
    if abs(value - best) <= 1e-9 * max(1.0, abs(best)):
        return 0.0
    if value * best < 0:
        return 1.0
    return min(1.0, abs(value - best) / max(abs(value), abs(best)))
