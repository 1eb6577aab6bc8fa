"""What the second core brings: `race` beside HiGHS alone, by time to proof and by proofs.

    python -m agentopt.benchmarks.racing --folder DIR [--time-limit 60] [--repeats 3]

DIR holds model files with `manifest.json` beside or above them, as in `agentopt.benchmarks.instances`. Both
take turns on each instance, in alternating order; an instance's time is the median of its repeats, and the
limit where nothing was proved. To be run on a machine with two idle cores. The exit status is 1 when an
answer contradicts what is known, or the race proves fewer instances than HiGHS alone.
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

from agentopt.benchmarks.mip_runs import MipRun, instances, run
from agentopt.compiling.arrays import Compiled
from agentopt.solvers import Limits
from agentopt.tuning.evidence import shifted_mean

SHIFT = 1.0
"""Seconds added to every time before the geometric mean."""


@dataclass(frozen=True)
class Compared:
    """One instance: seconds to proof (the limit without one) and how often it was proved, of each."""

    instance: str
    alone_seconds: float
    race_seconds: float
    alone_proved: bool
    race_proved: bool
    alone_gap: float | None
    race_gap: float | None
    wrong: tuple[str, ...]
    message: str

    @property
    def ratio(self) -> float:
        """The race's time by HiGHS's alone, both shifted."""
        return (self.race_seconds + SHIFT) / (self.alone_seconds + SHIFT)


def compared(
    name: str,
    model: Compiled,
    known: Mapping[str, Any],
    seconds: float,
    repeats: int,
    options: Mapping[str, object] | None = None,
) -> Compared:
    """Both on one instance."""
    alone: list[MipRun] = []
    race: list[MipRun] = []
    for number in range(repeats):
        turns = [("highs", alone, 1), ("race", race, None)]
        for engine, runs, threads in turns if number % 2 == 0 else turns[::-1]:
            limits = Limits(seconds=seconds, threads=threads)
            runs.append(run(name, model, known, engine, limits, options if engine == "race" else None))
    wrong = tuple(each.verdict for each in alone + race if each.verdict.startswith("WRONG"))
    return Compared(
        name,
        statistics.median(each.seconds if each.proved else seconds for each in alone),
        statistics.median(each.seconds if each.proved else seconds for each in race),
        sum(each.proved for each in alone) * 2 > repeats,
        sum(each.proved for each in race) * 2 > repeats,
        _gap(alone[-1]),
        _gap(race[-1]),
        wrong,
        race[-1].message,
    )


def _gap(found: MipRun) -> float | None:
    if found.objective is None or found.bound is None:
        return None
    return abs(found.objective - found.bound) / max(1.0, abs(found.objective))


def summary(rows: Sequence[Compared]) -> dict[str, object]:
    """The figures over all instances, the losers by name."""
    alone = shifted_mean([each.alone_seconds for each in rows], SHIFT)
    race = shifted_mean([each.race_seconds for each in rows], SHIFT)
    return {
        "instances": len(rows),
        "alone_mean": alone,
        "race_mean": race,
        "ratio": race / alone,
        "alone_proofs": sum(each.alone_proved for each in rows),
        "race_proofs": sum(each.race_proved for each in rows),
        "race_slower": sorted(each.instance for each in rows if each.ratio > 1.05),
        "race_faster": sorted(each.instance for each in rows if each.ratio < 0.95),
        "lost_proofs": sorted(each.instance for each in rows if each.alone_proved and not each.race_proved),
        "wrong": sorted(each.instance for each in rows if each.wrong),
    }


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="agentopt.benchmarks.racing", description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True, help="where the model files are")
    parser.add_argument("--time-limit", type=float, default=60.0, help="seconds for each solve")
    parser.add_argument("--repeats", type=int, default=1, help="of every solve")
    parser.add_argument("--only", default="", help="names to run, separated by commas")
    parser.add_argument("--second", default="auto", help="who works beside HiGHS: auto, scip or cpsat")
    parser.add_argument("--head-start", type=float, default=3.0, help="seconds HiGHS works alone in the race")
    parser.add_argument("--json", action="store_true", help="one JSON object a line instead of a table")
    chosen = parser.parse_args(arguments)
    options = {"second": chosen.second, "head_start": chosen.head_start}
    rows = []
    if not chosen.json:
        print(f"{'instance':<20}{'HiGHS s':>9}{'race s':>9}{'ratio':>7}{'gap':>9}{'gap':>9}  how")
    for name, model, known in instances(chosen.folder, filter(None, chosen.only.split(","))):
        rows.append(compared(name, model, known, chosen.time_limit, chosen.repeats, options))
        print(json.dumps(asdict(rows[-1])) if chosen.json else _line(rows[-1]), flush=True)
    if not rows:
        raise SystemExit(f"there is no mixed-integer instance to run in {chosen.folder}")
    found = summary(rows)
    print(
        json.dumps(found) if chosen.json else "\n".join(f"{name}: {_shown(v)}" for name, v in found.items())
    )
    return 1 if found["wrong"] or found["lost_proofs"] else 0


def _line(row: Compared) -> str:
    gaps = "".join(
        f"{'-' if each is None else format(each, '.1e'):>9}" for each in (row.alone_gap, row.race_gap)
    )
    marks = f"{'' if row.alone_proved else '*'}{'' if row.race_proved else '+'}"
    return (
        f"{row.instance + marks:<20}{row.alone_seconds:>9.2f}{row.race_seconds:>9.2f}{row.ratio:>7.2f}{gaps}"
        f"  {'; '.join(row.wrong) or row.message}"
    )


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.3f}"
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value)


if __name__ == "__main__":
    sys.exit(main())
