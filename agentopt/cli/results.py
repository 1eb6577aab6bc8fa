"""What is kept of an answer in its run, and written where the person wants it."""

from __future__ import annotations

__all__ = [
    "check_places",
    "copy_file",
    "keep",
    "keep_report",
    "summary",
    "unfinished_report",
    "write_files",
]

import csv
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agentopt.display.terminal import without_style
from agentopt.errors import UsageError, nearest
from agentopt.runs.files import replace_whole

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agentopt.agents.answer import Answer
    from agentopt.runs import Run

ANSWERS = (".json", ".csv", ".html", ".txt")
MODELS = (".yaml", ".yml", ".lp", ".mps", ".gz", ".nl", ".py")


def keep(answer: Answer, run: Run, text: str, document: Mapping[str, JsonValue]) -> None:
    """Write the artifacts of an answer, its text, and the answer as JSON, into its run.

    Raises:
        RunError: they cannot be written.
    """
    if answer.formulation is not None:
        from agentopt.formulation.io import dumps

        run.write("formulation.yaml", dumps(answer.formulation))
    if answer.program:
        run.write("program.py", answer.program)
    run.write("answer.json", _json(document))
    run.write("answer.txt", without_style(text))
    keep_report(answer, run)


def unfinished_report(run: Run) -> bytes:
    """The report of a run that came to no answer, as far as it came."""
    if run.has("task.json") and run.has("trials.jsonl"):
        from agentopt.display.report_search import search_report

        return search_report(run).encode()
    from agentopt.display.report import html

    return html(None, run=run).encode()


def copy_file(content: bytes, path: Path) -> Path:
    """Write a file.

    Raises:
        UsageError: it cannot be written.
    """
    try:
        replace_whole(path.resolve(), content)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error
    return path


def keep_report(answer: Answer, run: Run) -> Path:
    """Write the report of a run."""
    from agentopt.display.report import html

    return run.write("report.html", html(answer, run=run))


def summary(answer: Answer) -> Mapping[str, object]:
    """The outcome in a few figures, for listings."""
    return {
        "status": answer.status,
        "objective": answer.objective,
        "calls": answer.spend.calls,
        "tokens": answer.spend.tokens,
        "dollars": answer.spend.dollars,
    }


def check_places(paths: Sequence[Path]) -> None:
    """Refuse files that could not be written, before anything is paid for.

    Raises:
        UsageError: one has no known suffix, is a folder, or is in none.
    """
    known = (*ANSWERS, *MODELS)
    for path in paths:
        if path.suffix.lower() not in known:
            raise UsageError(
                f"--out {path}: the suffix says what is written, and `{path.suffix}` says nothing",
                hint=nearest(path.suffix, known) or f"one of {', '.join(known)}",
            )
        if path.is_dir() or not path.parent.is_dir():
            what = "is a folder" if path.is_dir() else f"cannot be written: there is no folder {path.parent}"
            raise UsageError(f"--out {path} {what}", hint="name a file in a folder that exists")


def write_files(answer: Answer, paths: Sequence[Path], document: Mapping[str, JsonValue]) -> None:
    """Write the answer or its model, as each suffix says.

    Raises:
        UsageError: a file cannot be written, or there is no model to write.
        CompileError: a format cannot state the model.
    """
    for path in paths:
        try:
            _write_file(answer, path, document)
        except OSError as error:
            raise UsageError(f"--out {path} cannot be written: {error.strerror or error}") from error


def _write_file(answer: Answer, path: Path, document: Mapping[str, JsonValue]) -> None:
    match path.suffix.lower():
        case ".json":
            text = _json(document)
        case ".csv":
            text = _csv(answer)
        case ".txt":
            from agentopt.display.answer_text import answer_text

            text = without_style(answer_text(answer)) + "\n"
        case ".html":
            from agentopt.display.report import html

            text = html(answer)
        case ".yaml" | ".yml":
            from agentopt.formulation.io import dumps

            if answer.formulation is None:
                raise UsageError(f"--out {path}: no formulation was reached")
            text = dumps(answer.formulation)
        case _:
            _write_model(answer, path)
            return
    replace_whole(path.resolve(), text.encode())


def _write_model(answer: Answer, path: Path) -> None:
    from agentopt.api import export_compiled
    from agentopt.compiling import compile_instance

    compiled = answer.compiled
    if compiled is None and answer.instance is not None:
        compiled = compile_instance(answer.instance)
    if compiled is None:
        raise UsageError(f"--out {path}: no formulation was reached")
    export_compiled(compiled, path)


def _csv(answer: Answer) -> str:
    """The decisions, a line each: variable, index, value."""
    from agentopt.display.decisions import decisions

    found = list(decisions(answer))
    most = max((each.arity for each in found), default=0)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["variable", *(f"index{k + 1}" for k in range(most)), "value"])
    for each in found:
        pad = [""] * (most - each.arity)
        for labels, value in zip(each.labels(), each.values.tolist(), strict=True):
            writer.writerow([each.name, *labels, *pad, int(value) if each.integer else value])
    return stream.getvalue()


def _json(document: Mapping[str, JsonValue]) -> str:
    return json.dumps(document, ensure_ascii=False, allow_nan=False)
