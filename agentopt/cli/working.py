"""One solve from the command line: a run folder, the model, live progress, the answer, the exit status."""

from __future__ import annotations

__all__ = ["Work", "exit_status", "perform", "title_of"]

import json
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agentopt.display.terminal import write_json, write_out
from agentopt.errors import AgentoptError, UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agentopt.agents.answer import Answer
    from agentopt.agents.context import Context
    from agentopt.agents.subjects import Subject
    from agentopt.budget import Meter
    from agentopt.cli.options import OutputOptions
    from agentopt.display.progress import Progress
    from agentopt.runs import Run
    from agentopt.settings import Settings

INTERRUPTED = 130


@dataclass(frozen=True)
class Work:
    """What is to be done.

    Attributes:
        command: the command, for the manifest.
        subject: what is solved.
        settings: the settings in force.
        engine_options: `NAME=VALUE` each.
        until: the last node to run.
        title: for the run's name.
    """

    command: str
    subject: Subject
    settings: Settings
    engine_options: Sequence[str] = ()
    until: str = "explain"
    title: str = ""


def perform(work: Work, data: Sequence[Path], output: OutputOptions, *, run: Run | None = None) -> int:
    """Do it, print and keep the answer; the exit status.

    Args:
        work: what is to be done.
        data: files and folders of tables.
        output: what is printed and written.
        run: the run to go on with; a new one if None.

    Raises:
        AgentoptError: it cannot be done; what was paid for is kept in the run.
    """
    from agentopt.api import with_data
    from agentopt.display.progress import following

    _writable(output.out)
    with ExitStack() as stack:
        if run is None:
            run = _new_run(work)
        stack.enter_context(run)
        subject = stack.enter_context(with_data(work.subject, list(data)))
        progress = stack.enter_context(following(run, quiet=output.quiet))
        try:
            answer = _answer(replace(work, subject=subject), run, progress, stack)
        except KeyboardInterrupt:
            progress.stop()
            run.finish("interrupted")
            _how_to_go_on(run)
            return INTERRUPTED
        except AgentoptError as error:
            progress.stop()
            if error.exit_code != 2 and not error.hint:
                error.hint = f"`agentopt runs resume {run.id}` goes on from here"
            raise
        progress.stop()
        document = _keep(answer, run)
        _write_out_files(answer, output.out, document)
        if output.json:
            write_json(document)
        else:
            from agentopt.display.answer_text import answer_text

            write_out(answer_text(answer, run=run.folder))
        status = exit_status(answer)
        run.finish("interrupted" if status == INTERRUPTED else "done", **_summary(answer))
        if status == INTERRUPTED:
            sys.stdout.flush()
            _how_to_go_on(run)
    return status


def title_of(subject: Subject, otherwise: str) -> str:
    """What a run is called after."""
    from agentopt.agents.context import Problem

    if not isinstance(subject, Problem):
        return otherwise
    if subject.formulation is not None:
        return subject.formulation.title or otherwise
    return " ".join(subject.text[:400].split())


def exit_status(answer: Answer) -> int:
    """0 for an answer to act on, 1 for a negative one, 130 where a person stopped the engine."""
    from agentopt.solvers.solution import Termination

    if answer.solution is not None and answer.solution.termination is Termination.INTERRUPTED:
        return INTERRUPTED
    return 0 if answer.ok else 1


def _answer(work: Work, run: Run, progress: Progress, stack: ExitStack) -> Answer:
    from agentopt.agents.context import Problem
    from agentopt.api import answer

    context = _context(work, run, progress)
    wordy = isinstance(work.subject, Problem) and work.subject.formulation is None
    if wordy:
        context = replace(context, model=_model(work, run, progress, stack))
    return answer(work.subject, context, until=work.until)


def _context(work: Work, run: Run, progress: Progress) -> Context:
    from agentopt.agents.context import Context
    from agentopt.assets import folders
    from agentopt.cli.options import assigned
    from agentopt.solvers.base import Limits

    settings = work.settings
    return Context(
        prompts=folders("prompts", settings.prompts),
        strategy=settings.strategy,
        vote=settings.vote,
        engine=settings.engine,
        limits=Limits(settings.time_limit, settings.mip_gap, settings.threads, settings.memory_limit),
        options=assigned(work.engine_options),
        run=run,
        on_event=progress.on_event,
        ask_person=progress.ask if settings.ask else None,
        seed=settings.seed,
        max_repairs=settings.repairs,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens,
        battery=settings.battery,
        verify_seconds=settings.verify_seconds,
    )


def _model(work: Work, run: Run, progress: Progress, stack: ExitStack) -> object:
    from agentopt.api import connected
    from agentopt.models.base import Watch

    settings = work.settings
    if settings.model is None:
        raise no_model()
    cache = settings.cache
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
    found = connected(
        settings.model,
        meter=_meter(settings, run),
        cache=None if settings.model.startswith(("scripted:", "recorded:")) else cache,
        watch=Watch(on_text=progress.on_text, on_restart=progress.on_restart),
    )
    stack.callback(found.close)
    return found


def no_model() -> UsageError:
    """What is said to somebody who states a problem in words and has connected no model."""
    return UsageError(
        "a problem in words needs a language model, and none is connected",
        hint="name one with `--model URL#NAME` or AGENTOPT_MODEL (`agentopt models list` shows every form); "
        "without one, `agentopt formulation solve example:bakery` solves a formulation",
    )


def _meter(settings: Settings, run: Run) -> Meter:
    from agentopt.agents.calls import spent
    from agentopt.budget import Meter

    return Meter(settings.budget, spent=spent(run.folder))


def _new_run(work: Work) -> Run:
    from agentopt.runs import Run

    run = Run.create(
        work.settings.runs,
        work.command,
        arguments=[each for each in sys.argv[1:]],
        title=work.title,
        seed=work.settings.seed,
    )
    run.write("options.json", json.dumps(options_of(work)))
    return run


def options_of(work: Work) -> dict[str, object]:
    """What a resume needs to know beside the problem, as the command line would give it."""
    from agentopt.settings import Settings

    kept: dict[str, object] = {"engine_option": list(work.engine_options), "until": work.until}
    for name in Settings.model_fields:
        value = getattr(work.settings, name)
        if name in ("runs", "cache"):
            continue
        if isinstance(value, Path):
            value = str(value.absolute())
        elif value is not None and not isinstance(value, str | int | float | bool):
            value = str(value) or None
        kept[name] = value
    return kept


def _keep(answer: Answer, run: Run) -> dict[str, JsonValue]:
    """Write the artifacts of an answer; the answer as JSON."""
    from agentopt.display.answers import answer_json

    document = answer_json(answer, run=run.id)
    if answer.formulation is not None:
        from agentopt.formulation.io import dumps

        run.write("formulation.yaml", dumps(answer.formulation))
    run.write("answer.json", json.dumps(document, ensure_ascii=False, allow_nan=False))
    return document


def _summary(answer: Answer) -> dict[str, object]:
    return {
        "status": answer.status,
        "objective": answer.objective,
        "calls": answer.spend.calls,
        "tokens": answer.spend.tokens,
        "dollars": answer.spend.dollars,
    }


def _writable(paths: Sequence[Path]) -> None:
    """Refuse files that could not be written before anything is paid for."""
    for path in paths:
        if path.is_dir() or not path.parent.is_dir():
            what = "is a folder" if path.is_dir() else f"cannot be written: there is no folder {path.parent}"
            raise UsageError(f"--out {path} {what}", hint="name a file in a folder that exists")


def _write_out_files(answer: Answer, paths: Sequence[Path], document: dict[str, JsonValue]) -> None:
    for path in paths:
        if path.suffix == ".json":
            path.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False), encoding="utf-8")


def _how_to_go_on(run: Run) -> None:
    sys.stderr.write(f"\ninterrupted; go on with `agentopt runs resume {run.id}`\n")
