"""Planted contradictions: how many are found exactly, and whether anything false is claimed.

Usage: `python -m agentopt.benchmarks.diagnosis [--number 200] [--seed 0] [--json]`. Needs scipy (extra
`bench`), which settles the truth (`agentopt.benchmarks.planted`). For every formulation it is measured
- whether the conflicts found are exactly the plants;
- false claims: a conflict called irreducible that is no plant; a set called complete that lacks one; a change
  called enough after which scipy finds no point; a change called least of which a little less is enough;
- the time beside that of one plain solve, which only says "infeasible".
The exit status is 1 if anything false was claimed.
"""

from __future__ import annotations

__all__ = ["Measured", "main", "measured"]

import argparse
import json
import time
from collections import Counter
from dataclasses import asdict, dataclass, field, replace

import numpy as np

from agentopt.benchmarks.planted import Planted, drawn, has_point
from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis import Change, Diagnosis, Repair, diagnose
from agentopt.diagnosis.members import without
from agentopt.solvers import Termination, solve

LESS = 1e-3
"""How much less than what is called least must not be enough, relative to the amount."""


@dataclass
class Measured:
    """What came of one formulation."""

    kinds: tuple[str, ...]
    planted: int
    found: int
    exact: bool
    exactly_proved: int
    repairs: int
    false: list[str] = field(default_factory=list)
    seconds: float = 0.0
    probes: int = 0
    solve_seconds: float = 0.0


def measured(problem: Planted, seconds: float = 20.0) -> Measured:
    """Diagnose one formulation and compare with its truth."""
    compiled = problem.compiled
    began = time.perf_counter()
    solution = solve(compiled)
    solved = time.perf_counter() - began
    diagnosis = diagnose(compiled, solution, seconds)
    conflicts = diagnosis.conflicts
    assert conflicts is not None, solution.termination
    sets = [frozenset((m.kind, m.name, m.key) for m in each.members) for each in conflicts.found]
    false = []
    if solution.termination is not Termination.INFEASIBLE:
        false.append(f"called {solution.termination}")
    for each, members in zip(conflicts.found, sets, strict=True):
        if each.irreducible and members not in problem.plants:
            false.append(f"irreducible: {sorted(members, key=repr)}")
    if conflicts.complete and not problem.plants <= set(sets):
        false.append("complete, but a conflict is missing")
    count = 0
    for repair in _enough(diagnosis):
        count += 1
        false += _refuted(compiled, repair)
    return Measured(
        problem.kinds,
        len(problem.plants),
        len(sets),
        set(sets) == problem.plants and len(sets) == len(problem.plants),
        sum(each.proof == "exact" for each in conflicts.found),
        count,
        false,
        diagnosis.seconds,
        diagnosis.probes,
        solved,
    )


def _enough(diagnosis: Diagnosis) -> list[Repair]:
    found = [repair for each in diagnosis.repairs for repair in each if repair.enough]
    return found + ([diagnosis.joint] if diagnosis.joint is not None else [])


def _refuted(compiled: Compiled, repair: Repair) -> list[str]:
    """What is false about a repair."""
    words = [f"{c.kind} {c.member.label} {c.side} by {c.amount:g}" for c in repair.changes]
    found = []
    if not has_point(_changed(compiled, repair.changes, 1.0 + 1e-9)):
        found.append(f"not enough: {words}")
    single = len(repair.changes) == 1 and repair.changes[0].kind == "loosen"
    if single and repair.least and has_point(_changed(compiled, repair.changes, 1.0 - LESS)):
        found.append(f"less is enough: {words}")
    return found


def _changed(compiled: Compiled, changes: tuple[Change, ...], share: float) -> Compiled:
    """The arrays with each change made as far as a share of it."""
    model = without(compiled, [c.member for c in changes if c.kind != "loosen"])
    for each in changes:
        if each.kind != "loosen":
            continue
        way = -each.amount * share if each.side == "lower" else each.amount * share
        rows, columns = list(each.member.rows), list(each.member.columns)
        sides = {
            "row_lower": model.row_lower,
            "row_upper": model.row_upper,
            "lower": model.lower,
            "upper": model.upper,
        }
        name = ("row_" if rows else "") + each.side
        sides[name] = np.array(sides[name])
        sides[name][rows or columns] += way
        model = replace(
            model,
            row_lower=sides["row_lower"],
            row_upper=sides["row_upper"],
            lower=sides["lower"],
            upper=sides["upper"],
        )
    return model


def main(arguments: list[str] | None = None) -> int:
    """Measure and print; 1 when something false was claimed."""
    parser = argparse.ArgumentParser(
        prog="agentopt.benchmarks.diagnosis", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--number", type=int, default=200, help="formulations")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="one JSON object a formulation")
    chosen = parser.parse_args(arguments)
    rows = []
    for problem in drawn(chosen.seed, chosen.number):
        rows.append(measured(problem))
        if chosen.json:
            print(json.dumps(asdict(rows[-1])), flush=True)
        elif rows[-1].false or not rows[-1].exact:
            print(f"{', '.join(rows[-1].kinds)}: {rows[-1].false or 'not exactly found'}", flush=True)
    false = sum(len(row.false) for row in rows)
    if not chosen.json:
        print(report(rows))
    return 1 if false else 0


def report(rows: list[Measured]) -> str:
    """The figures of all formulations."""
    plants = sum(row.planted for row in rows)
    exact = sum(row.exact for row in rows)
    kinds = Counter(kind for row in rows for kind in row.kinds)
    times = sorted(row.seconds for row in rows)
    ratio = sum(times) / max(1e-9, sum(row.solve_seconds for row in rows))
    return "\n".join(
        [
            f"{len(rows)} formulations, {plants} planted conflicts "
            f"({', '.join(f'{count} {kind}' for kind, count in sorted(kinds.items()))})",
            f"exactly recovered: {exact} of {len(rows)} formulations",
            f"false claims: {sum(len(row.false) for row in rows)}",
            f"conflicts proved in rational arithmetic too: {sum(row.exactly_proved for row in rows)} "
            f"of {sum(row.found for row in rows)}",
            f"repairs called enough, all tried: {sum(row.repairs for row in rows)}",
            f"time: median {times[len(times) // 2]:.2f} s, longest {times[-1]:.2f} s, "
            f"{ratio:.0f} times a plain solve in all; "
            f"{sum(row.probes for row in rows) / len(rows):.0f} probes each",
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
