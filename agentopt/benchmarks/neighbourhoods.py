"""What large-neighbourhood search brings: `alns` beside HiGHS alone, by the primal integral.

    python -m agentopt.benchmarks.neighbourhoods --folder DIR [--time-limit 60] [--seeds 3]

DIR holds model files with `manifest.json` beside or above them, as in `agentopt.benchmarks.instances`. Both
get the same time and two cores: HiGHS once with one thread and once with two, of which the better counts.
Instances that HiGHS closes in the time are counted apart. The primal integral is the mean gap to the best
known value over the time. To be run on a machine with two idle cores; the exit status is 1 when an answer
contradicts what is known.
"""

from __future__ import annotations

__all__ = ["Compared", "compared", "main", "summary"]

import argparse
import json
import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agentopt.benchmarks.mip_runs import MipRun, instances, primal_integral, run
from agentopt.compiling.arrays import Compiled
from agentopt.solvers import Limits
from agentopt.tuning.evidence import shifted_mean

SHIFT = 0.001
"""Added to every integral before the geometric mean: a tenth of a per cent of the time at full gap."""


@dataclass(frozen=True)
class Compared:
    """One instance: the primal integrals of both (0 best, 1 worst) and the last objectives."""

    instance: str
    alone: float
    alns: float
    alone_objective: float | None
    alns_objective: float | None
    best_known: float
    closed: bool
    wrong: tuple[str, ...]

    @property
    def ratio(self) -> float:
        """The integral of `alns` by HiGHS's alone, both shifted."""
        return (self.alns + SHIFT) / (self.alone + SHIFT)


def compared(
    name: str, model: Compiled, known: Mapping[str, Any], seconds: float, seeds: int
) -> Compared | None:
    """Both on one instance; None where no value is known to compare with."""
    best = known.get("best_known")
    if best is None:
        return None
    alone: list[tuple[float, MipRun]] = []
    search: list[tuple[float, MipRun]] = []
    for seed in range(seeds):
        by_threads = [
            _measured(name, model, known, "highs", seconds, threads, seed, best) for threads in (1, 2)
        ]
        alone.append(min(by_threads, key=lambda pair: pair[0]))
        search.append(_measured(name, model, known, "alns", seconds, None, seed, best))
    wrong = tuple(each.verdict for _, each in alone + search if each.verdict.startswith("WRONG"))
    return Compared(
        name,
        statistics.median(value for value, _ in alone),
        statistics.median(value for value, _ in search),
        alone[-1][1].objective,
        search[-1][1].objective,
        best,
        all(each.proved for _, each in alone),
        wrong,
    )


def _measured(
    name: str,
    model: Compiled,
    known: Mapping[str, Any],
    engine: str,
    seconds: float,
    threads: int | None,
    seed: int,
    best: float,
) -> tuple[float, MipRun]:
    options: dict[str, object] = {"random_seed": seed}
    if threads == 2:
        options["parallel"] = "on"
    found = run(name, model, known, engine, Limits(seconds=seconds, threads=threads), options)
    return primal_integral(found.trace, best, seconds), found


def summary(rows: Sequence[Compared]) -> dict[str, object]:
    """The figures over the instances HiGHS did not close, and over all; the losers by name."""
    left = [each for each in rows if not each.closed]
    found: dict[str, object] = {"instances": len(rows), "not_closed": len(left)}
    for name, part in (("not_closed_ratio", left), ("all_ratio", list(rows))):
        if part:
            alone = shifted_mean([each.alone for each in part], SHIFT)
            found[name] = (shifted_mean([each.alns for each in part], SHIFT) + SHIFT) / (alone + SHIFT)
    found["losers"] = sorted(each.instance for each in rows if each.ratio > 1.05)
    found["winners"] = sorted(each.instance for each in rows if each.ratio < 0.95)
    found["wrong"] = sorted(each.instance for each in rows if each.wrong)
    return found


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="agentopt.benchmarks.neighbourhoods", description=__doc__.splitlines()[0]
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the model files are")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each solve")
    parser.add_argument("--seeds", type=int, default=1, help="how often each is repeated, with other seeds")
    parser.add_argument("--only", default="", help="names to run, separated by commas")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = parser.parse_args(arguments)
    rows: list[Compared] = []
    if not chosen.json:
        print(
            f"{'instance':<20}{'HiGHS':>10}{'alns':>10}{'ratio':>7}"
            f"{'HiGHS ends':>18}{'alns ends':>18}{'best':>18}"
        )
    for name, model, known in instances(chosen.folder, filter(None, chosen.only.split(","))):
        found = compared(name, model, known, chosen.time_limit, chosen.seeds)
        if found is not None:
            rows.append(found)
            print(json.dumps(asdict(found)) if chosen.json else _line(found), flush=True)
    if not rows:
        raise SystemExit(f"there is no mixed-integer instance with a known value in {chosen.folder}")
    figures = summary(rows)
    print(json.dumps(figures) if chosen.json else "\n".join(f"{k}: {_shown(v)}" for k, v in figures.items()))
    return 1 if figures["wrong"] else 0


def _line(row: Compared) -> str:
    ends = "".join(
        f"{'-' if each is None else format(each, '.10g'):>18}"
        for each in (row.alone_objective, row.alns_objective, row.best_known)
    )
    name = row.instance + ("" if row.closed else "*")
    return f"{name:<20}{row.alone:>10.5f}{row.alns:>10.5f}{row.ratio:>7.2f}{ends}  {'; '.join(row.wrong)}"


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


if __name__ == "__main__":
    sys.exit(main())
