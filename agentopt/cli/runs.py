"""`agentopt runs`: what was done before, and how to go on with it."""

from __future__ import annotations

__all__ = ["app"]

import json
import shlex
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentopt.cli import completing
from agentopt.cli.options import (
    AsJson,
    EngineOptions,
    ModelOptions,
    OutputOptions,
    RunOptions,
    VerifyOptions,
    settled,
    spread,
)
from agentopt.display.figures import figure
from agentopt.display.listing import bold, card, listing
from agentopt.display.terminal import write_json, write_out
from agentopt.errors import RunError

if TYPE_CHECKING:
    from agentopt.runs import Entry, Run, Summary

app = typer.Typer(rich_markup_mode=None)

_Name = Annotated[
    str,
    typer.Argument(
        metavar="RUN", autocompletion=completing.runs, help="Its name, the beginning or end of it, or `last`."
    ),
]
_POLL = 0.3


@app.command("list", help="List the runs, the newest first.")
@spread
def list_(
    runs: RunOptions,
    limit: Annotated[
        int, typer.Option("--limit", "-n", metavar="N", help="At most so many; 0 for all.")
    ] = 20,
    json: AsJson = False,
) -> None:
    """One line a run."""
    from agentopt.runs import listed

    root = settled(runs).runs
    found = listed(root)
    shown = found[:limit] if limit > 0 else found
    heads = {"id": "run", "status": "status", "outcome": "outcome", "about": "about"}
    listing([_row(each) for each in shown], heads, as_json=json, empty=f"there are no runs in {root}")
    if len(found) > len(shown) and not json:
        write_out(f"({len(found) - len(shown):,} more; `--limit 0` lists all)")


@app.command(help="Show the answer of a run again, or how far it came.")
@spread
def show(name: _Name, runs: RunOptions, json: AsJson = False) -> None:
    """What the run has kept, as it was printed."""
    run = _opened(name, runs)
    if json:
        write_json(_document(run))
    elif run.has("answer.txt"):
        write_out(run.read("answer.txt").decode("utf-8", "replace"))
    else:
        manifest = run.manifest
        lines = {
            "run": str(run.folder),
            "command": shlex.join(["agentopt", *manifest.arguments])[:400],
            "begun": f"{manifest.created:%Y-%m-%d %H:%M:%S} UTC",
            "status": _summary(run).status,
            "came to": str(manifest.summary.get("error", "")) or "no answer yet",
            "go on": f"agentopt runs resume {run.id}",
        }
        write_out(bold(manifest.title))
        write_out(card(lines))


@app.command(
    help="Go on with a run where it was stopped; nothing is paid twice. Options change what it is given."
)
@spread
def resume(
    name: _Name,
    model: ModelOptions,
    engine: EngineOptions,
    verify: VerifyOptions,
    runs: RunOptions,
    output: OutputOptions,
) -> int:
    """The same problem with the same settings, except for those given here."""
    from agentopt.cli.resuming import resumed
    from agentopt.runs import Run, find

    folder = find(name, settled(runs).runs)
    run = Run.open(folder, write=True)
    return resumed(run, [model, verify, runs], engine, output)


@app.command(help="Write the report of a run, one HTML file, and say where it is.")
@spread
def report(
    name: _Name,
    runs: RunOptions,
    open_: Annotated[bool, typer.Option("--open", help="Open it in the browser.")] = False,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", metavar="FILE", help="Also write a copy there.")
    ] = None,
    json: AsJson = False,
) -> None:
    """The report kept with the answer; made now for a run that came to none."""
    from agentopt.cli.results import copy_file, unfinished_report

    run = _opened(name, runs)
    path = run.folder / "report.html"
    content = run.read("report.html") if run.has("report.html") else unfinished_report(run)
    if out is not None:
        path = copy_file(content, out)
    elif not run.has("report.html"):
        path = copy_file(content, path)
    if json:
        write_json({"run": run.id, "file": str(path)})
    else:
        write_out(str(path))
    if open_:
        typer.launch(str(path))


@app.command(help="Print what happened in a run, a line an event.")
@spread
def events(
    name: _Name,
    runs: RunOptions,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on while the run does.")] = False,
    json: AsJson = False,
) -> None:
    """The journal; with `--json` a JSON object a line."""
    run = _opened(name, runs)
    told = 0
    while True:
        is_over = _summary(run).status != "running"
        entries = list(run.events())
        for entry in entries[told:]:
            write_out(_json_line(entry) if json else _line(entry))
        told = len(entries)
        if not follow or is_over:
            return
        sys.stdout.flush()
        time.sleep(_POLL)


def _opened(name: str, runs: RunOptions) -> Run:
    from agentopt.runs import Run, find

    return Run.open(find(name, settled(runs).runs))


def _row(each: Summary) -> dict[str, object]:
    outcome = each.summary.get("status") or each.summary.get("error") or each.problem
    value = each.summary.get("objective")
    shown = f"{outcome}, {figure(value)}" if isinstance(value, int | float) else outcome
    return {
        "id": each.id,
        "status": each.status,
        "command": each.command,
        "title": each.title,
        "created": each.created.isoformat(),
        "finished": None if each.finished is None else each.finished.isoformat(),
        "summary": dict(each.summary),
        "problem": each.problem,
        "folder": str(each.folder),
        "outcome": _short(str(shown or "")),
        "about": _short(each.title, 56),
    }


def _short(text: str, most: int = 40) -> str:
    line = text.splitlines()[0] if text else ""
    return line if len(line) <= most else f"{line[: most - 1]}…"


def _summary(run: Run) -> Summary:
    from agentopt.runs import listed

    found = next((each for each in listed(run.folder.parent) if each.id == run.id), None)
    if found is None:
        raise RunError(f"{run.folder} is gone")
    return found


def _document(run: Run) -> object:
    """The answer; without one, what the manifest says."""
    if run.has("answer.json"):
        try:
            return json.loads(run.read("answer.json"))
        except ValueError as error:
            raise RunError(
                f"{run.folder / 'answer.json'} is damaged: {error}",
                hint=f"`agentopt runs resume {run.id}` writes it again",
            ) from error
    return {"run": run.id, "status": None, "manifest": run.manifest.model_dump(mode="json")}


def _json_line(entry: Entry) -> str:
    kept = asdict(entry)
    kept["time"] = None if entry.time is None else entry.time.isoformat()
    return json.dumps(kept, ensure_ascii=True, default=str)


def _line(entry: Entry) -> str:
    from agentopt.agents.context import Event
    from agentopt.display.progress import event_line

    when = "--:--:--" if entry.time is None else f"{entry.time:%H:%M:%S}"
    node, message = entry.data.get("node"), entry.data.get("message")
    if not isinstance(node, str):
        return f"{when}  {entry.kind}  {_short(json.dumps(dict(entry.data), ensure_ascii=False), 200)}"
    data, sample = entry.data.get("data"), entry.data.get("sample")
    event = Event(
        entry.kind,  # type: ignore[arg-type]  # as a journal wrote it; an unknown kind is shown as it stands
        node,
        message if isinstance(message, str) else "",
        data if isinstance(data, dict) else {},
        sample if isinstance(sample, int) else 0,
    )
    return f"{when}  {event_line(event) or f'{node}: begun'}"
