"""Measure the built-in reader: how often it is right, how often so where it does not ask, and how fast.

    python -m agentopt.benchmarks.reader ROWS.jsonl... [--latency] [--out FILE.json]

Without files: the project's own problems and texts out of scope, their `test` rows. Three figures a set:
right at full coverage (the best reading of every text, also of those it would show to be checked or decline),
precision and coverage of what it solves without asking, and the verdicts. Each share has a 95 % interval
(Wilson, 1927). Rows and what counts as right are those of `agentopt.benchmarks.reading`.
"""

from __future__ import annotations

__all__ = ["Measured", "Share", "main", "measure", "out_of_scope"]

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from agentopt.assets import shipped
from agentopt.benchmarks.reading import Row, read_rows, right
from agentopt.compiling import compile_instance
from agentopt.errors import AgentoptError
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.reader.judging import Verdict, read
from agentopt.solvers import solve
from agentopt.solvers.base import Limits

SCORED = ("ok", "single", "computed")
"""Statuses of labels that count: rows without an optimum are left out."""

_EXAMPLE = (
    "A workshop makes desks, chairs, tables, stools and shelves. A desk takes 3 hours, a chair 1 hour, a "
    "table 4 hours, a stool 0.5 hours and a shelf 2 hours of labor. There are 400 hours of labor available. "
    "The profit is $40 for a desk, $12 for a chair, $60 for a table, $5 for a stool and $20 for a shelf. At "
    "most 30 desks and at most 50 tables can be sold, and at least 20 chairs must be made. How many of each "
    "should be made to maximize profit?"
)


@dataclass(frozen=True)
class Share:
    """So many of so many."""

    count: int
    of: int

    def __str__(self) -> str:
        if not self.of:
            return "none"
        low, high = self.interval()
        return f"{self.count}/{self.of} = {self.count / self.of:.1%} ({100 * low:.0f}–{100 * high:.0f})"

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share.

        >>> low, high = Share(8, 10).interval()
        >>> round(low, 2), round(high, 2)
        (0.49, 0.94)
        """
        z, n, p = 1.96, self.of, self.count / self.of
        middle, reach = p + z * z / (2 * n), z * ((p * (1 - p) + z * z / (4 * n)) / n) ** 0.5
        return (middle - reach) / (1 + z * z / n), (middle + reach) / (1 + z * z / n)


@dataclass(frozen=True)
class Measured:
    """What came of one row.

    Attributes:
        id: of the row.
        verdict: of the reader.
        right: whether the optimum of its best reading, solved or not, is an accepted value.
        milliseconds: processor time of reading.
        reasons: why it was not solved without asking.
    """

    id: str
    verdict: str
    right: bool
    milliseconds: float
    reasons: tuple[str, ...]


def measure(row: Row) -> Measured:
    """Read one row and compare the optimum of the best reading with the label."""
    began = time.process_time()
    outcome = read(row.question, row.tables)
    spent = 1000 * (time.process_time() - began)
    found = None if outcome.understanding is None else _optimum(outcome.understanding.formulation)
    good = found is not None and right(found, row)
    return Measured(row.id, str(outcome.verdict), good, spent, outcome.reasons)


def _optimum(formulation: Formulation) -> float | None:
    try:
        compiled = compile_instance(bind(formulation))
        solution = solve(compiled, limits=Limits(seconds=20))
    except AgentoptError:
        return None
    return solution.objective if solution.has_point else None


def out_of_scope(path: Path, split: str = "test") -> tuple[Share, list[str]]:
    """How many texts that are no problem were solved without asking, and which."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    rows = [row for row in rows if row.get("split", split) == split]
    solved = [row["id"] for row in rows if read(row["text"]).verdict is Verdict.SOLVE]
    return Share(len(solved), len(rows)), solved


def _own(path: Path, split: str) -> list[Row]:
    """The rows of the project's own set, by split; the family is the first part of the id."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        if row.get("split", split) == split:
            found.append(
                Row(
                    row["id"],
                    row["question"],
                    row["answer"],
                    tuple(row["accept"]),
                    tables=row.get("tables", {}),
                )
            )
    return found


def _table(name: str, found: Sequence[Measured]) -> list[str]:
    solved = [each for each in found if each.verdict == Verdict.SOLVE]
    verdicts = Counter(each.verdict for each in found)
    return [
        f"{name}: {len(found)} rows",
        f"  right at full coverage   {Share(sum(each.right for each in found), len(found))}",
        f"  solved without asking    {Share(len(solved), len(found))}",
        f"    right of these         {Share(sum(each.right for each in solved), len(solved))}",
        f"  verdicts                 {', '.join(f'{n} {each}' for each, n in verdicts.most_common())}",
        f"  processor time           {sum(each.milliseconds for each in found) / len(found):.0f} ms a text",
    ]


def _cold() -> float:
    """Processor seconds of a whole process, from a text to the checked answer."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "agentopt",
            "solve",
            _EXAMPLE,
            "--model",
            "builtin",
            "--quiet",
            "--json",
        ],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime - before.ru_utime) + (after.ru_stime - before.ru_stime)


def _sets(paths: Iterable[Path]) -> dict[str, list[Row]]:
    found = {path.stem: [row for row in read_rows([path]) if row.status in SCORED] for path in paths}
    if not found:
        own = _own(shipped("datasets") / "reader" / "problems.jsonl", "test")
        found["own problems"] = own
        for family in dict.fromkeys(row.id.split("/")[0] for row in own):
            found[f"own problems, {family}"] = [row for row in own if row.id.startswith(f"{family}/")]
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line of this module."""
    parser = argparse.ArgumentParser(prog="python -m agentopt.benchmarks.reader", description=__doc__)
    parser.add_argument("rows", nargs="*", type=Path, help="benchmark files; the project's own sets if none")
    parser.add_argument("--latency", action="store_true", help="also time whole processes")
    parser.add_argument("--out", type=Path, help="write every row's outcome there, as JSON")
    options = parser.parse_args(arguments)
    everything = {}
    for name, rows in _sets(options.rows).items():
        everything[name] = found = [measure(row) for row in rows]
        print("\n".join(_table(name, found)), flush=True)
    if not options.rows:
        share, solved = out_of_scope(shipped("datasets") / "reader" / "out_of_scope.jsonl")
        print(f"texts out of scope solved without asking: {share} {' '.join(solved)}")
    if options.latency:
        seconds = sorted(_cold() for _ in range(5))
        print(f"a whole process with its answer: {seconds[2]:.2f} s of processor time, the middle of 5")
    if options.out:
        rows_out = {name: [asdict(each) for each in found] for name, found in everything.items()}
        options.out.write_text(json.dumps(rows_out, indent=1), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
