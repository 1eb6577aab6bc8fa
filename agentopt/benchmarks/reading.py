"""Run benchmark rows through the agent graph and compare the answers with their labels.

    python -m agentopt.benchmarks.reading ROWS.jsonl... --model URL#name --out results.jsonl

With `--record DIR` every exchange is kept, sealed, so that tests can replay it from the rows.

Rows are JSON objects with `id`, `question`, `answer` (a number, a list, or null where no optimum exists),
`accept` (further values a defensible reading gives), `status` and, for attached data, `tables` (file names
to CSV texts). A value is right within a relative 1e-4 (absolute 1e-6 near 0) of `answer` or one of
`accept`, or within half a unit of the label's last printed digit. Four outcomes are kept apart: right,
wrong, none (no answer came of it), unmeasured (the model could not be reached, or the budget ran out); a
row without an optimum is right when the answer says so.
"""

from __future__ import annotations

__all__ = [
    "Outcome",
    "Result",
    "Row",
    "chosen",
    "exchanges",
    "main",
    "measure",
    "outcome_of",
    "read_rows",
    "right",
    "summary",
]

import argparse
import json
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal, get_args

from agentopt.agents import Answer, Context, Event, Problem, run
from agentopt.agents.calls import CallStore
from agentopt.agents.reading import written
from agentopt.assets import folders
from agentopt.errors import AgentoptError, BudgetExceeded, ModelError
from agentopt.models.base import Reply, Request
from agentopt.models.capabilities import SchemaMode
from agentopt.models.recordings import write_recording
from agentopt.solvers.base import Limits

Outcome = Literal["right", "wrong", "none", "unmeasured"]

SCORED = ("ok", "single", "computed", "no_solution")
"""The statuses of labels that count."""

_NEGATIVE = ("infeasible", "unbounded", "infeasible or unbounded")


@dataclass(frozen=True)
class Row:
    """One benchmark problem. `answer` is None where no optimum exists; `status` says if the label holds."""

    id: str
    question: str
    answer: float | None
    accept: tuple[float, ...] = ()
    status: str = "ok"
    tables: dict[str, str] = field(default_factory=dict)
    label: str = ""


@dataclass(frozen=True)
class Result:
    """What came of a row.

    Attributes:
        falsified: what the certificate says has failed.
        sent_back: why the formulation went back to the model, each time: the reason and the first finding.
    """

    id: str
    strategy: str
    outcome: Outcome
    status: str
    value: float | None
    label: float | None
    accept: tuple[float, ...]
    label_status: str
    verdict: str
    num_tests: int
    falsified: tuple[str, ...]
    sent_back: tuple[str, ...]
    calls: int
    prompt_tokens: int
    completion_tokens: int
    seconds: float
    findings: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    formulation: object = None


@dataclass(frozen=True)
class _Folder:
    folder: Path


def read_rows(paths: Iterable[Path], ids: Sequence[str] = ()) -> list[Row]:
    """The rows of JSON Lines files, those named by `ids` in that order when given.

    Raises:
        AgentoptError: a named row is in none of the files.
    """
    rows = {}
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            found = json.loads(line)
            label = found["answer"][0] if isinstance(found["answer"], list) else found["answer"]
            rows[found["id"]] = Row(
                found["id"],
                found["question"],
                None if label is None else float(label),
                tuple(float(v) for v in found.get("accept") or () if isinstance(v, int | float)),
                found.get("status", "ok"),
                found.get("tables") or {},
                str(label),
            )
    missing = [name for name in ids if name not in rows]
    if missing:
        raise AgentoptError(f"there is no row `{missing[0]}` in {', '.join(map(str, paths))}")
    return [rows[name] for name in ids] if ids else list(rows.values())


def right(value: float, row: Row) -> bool:
    """Whether a value agrees with the label or an accepted reading.

    >>> right(880.00001, Row("a", "", 880.0)), right(888.9, Row("a", "", 880.0, (888.888889,)))
    (True, True)
    >>> right(99.46, Row("a", "", 99.5, label="99.5")), right(99.4, Row("a", "", 99.5, label="99.5"))
    (True, False)
    """
    digits = Decimal(row.label).as_tuple().exponent if row.label not in ("", "None") else None
    half = 0.5 * 10.0**digits if isinstance(digits, int) and digits < 0 else 0.0
    for label in (*([] if row.answer is None else [row.answer]), *row.accept):
        slack = max(1e-6, 1e-4 * abs(label), half if label == row.answer else 0.0)
        if abs(value - label) <= slack:
            return True
    return False


def outcome_of(answer: Answer, row: Row) -> Outcome:
    """The outcome of an answer."""
    if row.answer is None:
        return "right" if answer.status in _NEGATIVE else "none" if answer.objective is None else "wrong"
    if answer.objective is not None:
        return "right" if right(answer.objective, row) else "wrong"
    return "wrong" if answer.status in _NEGATIVE else "none"


def measure(row: Row, context: Context, folder: Path) -> Result:
    """Run one row in its folder; what was paid before in the same folder is not paid again."""
    began = time.monotonic()
    folder.mkdir(parents=True, exist_ok=True)
    tables = folder / "tables"
    if row.tables:
        tables.mkdir(exist_ok=True)
        for name, text in row.tables.items():
            (tables / Path(name).name).write_text(text, encoding="utf-8")
    problem = Problem(row.question, (tables,) if row.tables else ())
    sent_back: list[str] = []

    def listen(event: Event) -> None:
        if event.kind == "repair":
            sent_back.append(event.message)
        if context.on_event is not None:
            context.on_event(event)

    try:
        answer = run(problem, replace(context, run=_Folder(folder), on_event=listen))
        outcome = outcome_of(answer, row)
        if outcome == "none" and any("budget is used up" in w for w in answer.warnings):
            outcome = "unmeasured"
    except (ModelError, BudgetExceeded) as error:
        answer, outcome = Answer("no formulation", findings=(error.message,)), "unmeasured"
    except AgentoptError as error:
        answer, outcome = Answer("not solved", findings=(error.message,)), "none"
    certificate = answer.certificate
    spend = answer.spend
    shown = answer.formulation
    return Result(
        id=row.id,
        strategy=context.strategy,
        outcome=outcome,
        status=answer.status,
        value=answer.objective,
        label=row.answer,
        accept=row.accept,
        label_status=row.status,
        verdict=certificate.verdict if certificate is not None else "",
        num_tests=certificate.num_tests if certificate is not None else 0,
        falsified=tuple(each.statement for each in certificate.failed) if certificate is not None else (),
        sent_back=tuple(sent_back),
        calls=spend.calls,
        prompt_tokens=spend.prompt_tokens,
        completion_tokens=spend.completion_tokens,
        seconds=round(time.monotonic() - began, 2),
        findings=answer.findings,
        warnings=answer.warnings,
        formulation=None if shown is None else written(shown),
    )


def exchanges(folder: Path) -> list[tuple[Request, Reply]]:
    """The calls kept in a row's folder, in the order they were paid."""
    store = CallStore(folder / "calls.sqlite")
    try:
        return list(store.exchanges())
    finally:
        store.close()


def chosen(rows: Sequence[Row], num: int, seed: int | None) -> list[Row]:
    """At most `num` rows in their order: by chance with a seed, evenly spread without.

    >>> rows = [Row(str(n), "", 0.0) for n in range(9)]
    >>> [row.id for row in chosen(rows, 3, None)]
    ['0', '3', '6']
    """
    if num <= 0 or num >= len(rows):
        return list(rows)
    if seed is None:
        return list(rows[:: len(rows) // num][:num])
    return [rows[place] for place in sorted(random.Random(seed).sample(range(len(rows)), num))]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark; a line a row on standard error, results as JSON Lines in `--out`."""
    options = _options(arguments)
    from agentopt.models import connect
    from agentopt.models.capabilities import Capabilities

    ids = [*(options.id or ()), *(options.ids.read_text(encoding="utf-8").split() if options.ids else ())]
    rows = read_rows(options.rows, ids)
    if not ids:
        rows = [row for row in rows if options.all or row.status in SCORED]
        rows = chosen(rows, options.num, options.seed)
    context = Context(
        model=connect(options.model, capabilities=Capabilities(schema=options.schema)),
        prompts=tuple(folders("prompts", options.prompts)),
        strategy=options.strategy,
        vote=options.vote,
        max_repairs=options.repairs,
        limits=Limits(seconds=options.seconds),
    )
    results: list[Result] = []
    lock = threading.Lock()
    with TemporaryDirectory() as passing, options.out.open("a", encoding="utf-8") as out:
        place = options.keep or Path(passing)

        def one(row: Row) -> None:
            folder = place / options.strategy / row.id.replace("/", "-")
            result = measure(row, context, folder)
            with lock:
                results.append(result)
                out.write(json.dumps(asdict(result), default=str) + "\n")
                out.flush()
                sys.stderr.write(_line(result) + "\n")
                if options.record is not None:
                    _record(options.record / options.strategy, row, folder)

        with ThreadPoolExecutor(options.threads) as pool:
            list(pool.map(one, rows))
    sys.stderr.write("\n".join(summary(results)) + "\n")
    return 0


def summary(results: Iterable[Result]) -> list[str]:
    """A line for each benchmark, and one for all."""
    groups: dict[str, list[Result]] = {}
    for result in results:
        for name in (result.id.split("/")[0], "all"):
            groups.setdefault(name, []).append(result)
    lines = []
    for name, group in sorted(groups.items(), key=lambda each: (each[0] == "all", each[0])):
        counts = Counter(result.outcome for result in group)
        lines.append(
            f"{name:16} {counts['right']} right of {len(group) - counts['unmeasured']} measured; "
            f"{counts['wrong']} wrong, {counts['none']} without an answer, "
            f"{counts['unmeasured']} unmeasured; "
            f"{sum(result.calls for result in group)} calls, "
            f"{sum(result.prompt_tokens for result in group)} tokens in, "
            f"{sum(result.completion_tokens for result in group)} out"
        )
    return lines


def _line(result: Result) -> str:
    back = f"  sent back: {'; '.join(result.sent_back)}" if result.sent_back else ""
    return (
        f"{result.outcome:10} {result.id:28} {result.status:12} value {result.value} label {result.label} "
        f"{result.verdict or '-'} calls {result.calls}{back}"
    )


def _record(folder: Path, row: Row, kept: Path) -> None:
    """Keep a row's exchanges, sealed: the problem's text stays where it came from."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = [write_recording(request, reply, row.id, seal=True) for request, reply in exchanges(kept)]
    path = folder / f"{row.id.replace('/', '-')}.jsonl"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="agentopt.benchmarks.reading", description="Run benchmark rows.")
    parser.add_argument("rows", nargs="+", type=Path, help="JSON Lines files of benchmark rows")
    parser.add_argument("--model", required=True, help="URL#name, openai:NAME, ...")
    parser.add_argument("--out", required=True, type=Path, help="results, one JSON line a row, appended")
    parser.add_argument(
        "--keep", type=Path, help="folder for run folders; a second run resumes what is there"
    )
    parser.add_argument("--record", type=Path, help="folder for sealed recordings, by strategy and row")
    parser.add_argument("--prompts", type=Path, help="a folder of prompts before the shipped one")
    parser.add_argument("--strategy", default="direct")
    parser.add_argument("--vote", type=int, default=1)
    parser.add_argument("--repairs", type=int, default=3)
    parser.add_argument("--id", action="append", help="a row by its id; may be repeated")
    parser.add_argument("--ids", type=Path, help="a file with the ids of rows")
    parser.add_argument("--num", type=int, default=0, help="at most this many rows")
    parser.add_argument("--seed", type=int, help="choose them by chance; evenly spread without")
    parser.add_argument("--all", action="store_true", help="also rows whose label is disputed or broken")
    parser.add_argument("--schema", choices=get_args(SchemaMode), help="how a schema is put to the server")
    parser.add_argument("--threads", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit of each solve")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    sys.exit(main())
