"""Going on with a run: its problem and options read back, with what the command line changes."""

from __future__ import annotations

__all__ = ["resumed"]

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from agentopt.cli.options import EngineOptions, OutputOptions, given_settings
from agentopt.cli.working import Work, perform
from agentopt.errors import RunError

if TYPE_CHECKING:
    from agentopt.agents.subjects import Subject
    from agentopt.runs import Run


class Options(BaseModel):
    """What `options.json` of a run holds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    command: str
    engine_option: list[str] = Field(default_factory=list)
    until: str = "explain"
    file: str | None = None
    settings: dict[str, JsonValue] = Field(default_factory=dict)
    tune: dict[str, JsonValue] | None = None
    blackbox: dict[str, JsonValue] | None = None
    optimize: dict[str, JsonValue] | None = None


def resumed(run: Run, groups: Sequence[object], engine: EngineOptions, output: OutputOptions) -> int:
    """Go on with a run that is open for writing; the exit status.

    Args:
        run: the run.
        groups: options of the command line; what they give goes before what the run was given.
        engine: the same for the engine's; with any of them what was solved is solved again.
        output: what is printed and written.

    Raises:
        RunError: the run holds nothing to go on with.
        As `perform`.
    """
    from agentopt.settings import load

    try:
        options = _options(run)
        if options.tune is not None:
            from agentopt.cli import tuning

            return tuning.resume(run, options.tune, quiet=output.quiet, as_json=output.json)
        if options.optimize is not None:
            from agentopt.cli import optimizing

            budget = given_settings(*groups).get("budget")
            return optimizing.resume(
                run,
                options.optimize,
                budget=None if budget is None else str(budget),
                quiet=output.quiet,
                as_json=output.json,
            )
        if options.blackbox is not None:
            from agentopt.cli import blackbox

            return blackbox.resume(run, options.blackbox, quiet=output.quiet, as_json=output.json)
        subject = _subject(run, options)
        if engine != EngineOptions() or _was_interrupted(run):
            _forget_solutions(run)
    except BaseException:
        run.close()
        raise
    settings = load({**options.settings, **given_settings(*groups, engine)})
    work = Work(
        options.command,
        subject,
        settings,
        engine.engine_option or options.engine_option,
        options.until,
        run.manifest.title,
        None if options.file is None else Path(options.file),
    )
    return perform(work, [], output, run=run)


def _options(run: Run) -> Options:
    if not run.has("options.json"):
        raise _nothing(run)
    try:
        return Options.model_validate_json(run.read("options.json"))
    except ValidationError as error:
        raise RunError(
            f"{run.folder / 'options.json'} is damaged: {error.errors()[0]['msg']}",
            hint="start the problem anew",
        ) from error


def _subject(run: Run, options: Options) -> Subject:
    from agentopt.agents.context import Problem
    from agentopt.agents.subjects import read_subject

    if options.file is not None:
        return read_subject(Path(options.file))
    if not run.has("problem.json"):
        raise _nothing(run)
    try:
        return Problem.loads(run.read("problem.json").decode("utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(f"{run.folder / 'problem.json'} is damaged", hint="start the problem anew") from error


def _was_interrupted(run: Run) -> bool:
    """Whether the engine was stopped by a person, with an answer in hand."""
    try:
        kept = json.loads(run.read("answer.json")) if run.has("answer.json") else {}
    except ValueError:
        return True
    return isinstance(kept, dict) and kept.get("termination") == "interrupted"


def _forget_solutions(run: Run) -> None:
    """Have it solved again: what was paid for, the replies, is kept apart and stays."""
    for path in run.folder.iterdir():
        if path.name.startswith(("solution-", "checkpoints.sqlite")):
            path.unlink()


def _nothing(run: Run) -> RunError:
    return RunError(
        f"{run.id} was stopped before it had written down its problem",
        hint="start it anew; nothing was paid for",
    )
