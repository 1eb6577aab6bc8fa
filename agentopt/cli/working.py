"""One solve from the command line: a run folder, the model, live progress, the answer, the exit status."""

from __future__ import annotations

__all__ = ["Work", "exit_status", "perform", "title_of"]

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agentopt.display.terminal import write_json, write_out
from agentopt.errors import AgentoptError, RunError, UsageError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from agentopt.agents.answer import Answer
    from agentopt.agents.context import Context
    from agentopt.agents.subjects import Subject
    from agentopt.cli.options import OutputOptions
    from agentopt.display.progress import Progress
    from agentopt.models.base import WatchableModel
    from agentopt.runs import Run
    from agentopt.settings import Settings

INTERRUPTED = 130
_NOT_KEPT = frozenset(["runs", "cache"])


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
        file: of a subject that is a model file, where it is.
    """

    command: str
    subject: Subject
    settings: Settings
    engine_options: Sequence[str] = ()
    until: str = "explain"
    title: str = ""
    file: Path | None = None


def perform(work: Work, data: Sequence[Path], output: OutputOptions, *, run: Run | None = None) -> int:
    """Do it, print and keep the answer; the exit status.

    Args:
        work: what is to be done.
        data: files and folders of tables.
        output: what is printed and written.
        run: the run to go on with, open for writing; a new one if None.

    Raises:
        AgentoptError: it cannot be done; what was paid for is kept in the run.
    """
    from agentopt.api import with_data
    from agentopt.cli.results import check_places, keep, summary, write_files
    from agentopt.display.answer_text import answer_text
    from agentopt.display.answers import answer_json
    from agentopt.display.progress import following

    check_places(output.out)
    with ExitStack() as stack:
        subject = stack.enter_context(with_data(work.subject, list(data)))
        model = _connected(subject, work.settings, stack)
        _say_who_reads(subject, work.settings, quiet=output.quiet)
        run = stack.enter_context(_new_run(work) if run is None else run)
        progress = stack.enter_context(following(run, quiet=output.quiet))
        try:
            answer = _answer(replace(work, subject=subject), run, progress, model)
        except KeyboardInterrupt:
            progress.stop()
            run.finish("interrupted")
            _how_to_go_on(run)
            return INTERRUPTED
        except AgentoptError as error:
            progress.stop()
            _with_way_on(error, run)
            raise
        progress.stop()
        text = answer_text(answer, run=run.folder)
        document = answer_json(answer, run=run.id)
        status = exit_status(answer)
        try:
            keep(answer, run, text, document)
            run.finish("interrupted" if status == INTERRUPTED else "done", **summary(answer))
        except RunError as error:
            _print(text, document, output)
            _with_way_on(error, run)
            raise
    # Whatever becomes of the output, the answer is in the run.
    _print(text, document, output)
    write_files(answer, output.out, document)
    if status == INTERRUPTED:
        sys.stdout.flush()
        _how_to_go_on(run)
    return status


def _print(text: str, document: dict[str, JsonValue], output: OutputOptions) -> None:
    if output.json:
        write_json(document)
    else:
        write_out(text)


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


def _connected(subject: Subject, settings: Settings, stack: ExitStack) -> WatchableModel | None:
    """The model of a problem in words; what cannot be solved is refused before a run is made of it."""
    from agentopt.agents.consulting import stages
    from agentopt.agents.context import Problem

    if not isinstance(subject, Problem):
        return None
    subject.check()
    if subject.formulation is not None:
        return None
    _, named = stages(settings.model)
    if named is None:
        if settings.vote > 1 or settings.strategy != "direct":
            raise UsageError(
                "the built-in reader is asked once; a vote or a strategy needs a language model",
                hint="name one with `--model URL#NAME`, or leave out --vote and --strategy",
            )
        return None
    from agentopt.models.registry import connect

    found = connect(named)
    stack.callback(found.close)
    return found


def _say_who_reads(subject: Subject, settings: Settings, *, quiet: bool) -> None:
    """One line where the built-in reader reads: that it does, what it covers, and what else there is."""
    from agentopt.agents.consulting import COVERS, stages
    from agentopt.agents.context import Problem

    if quiet or not isinstance(subject, Problem) or subject.formulation is not None:
        return
    builtin, named = stages(settings.model)
    if not builtin:
        return
    idle = "; --cross-check has nothing to compare with" if settings.cross_check and named is None else ""
    sys.stderr.write(f"{COVERS if named is None else _FIRST}{idle}\n")


_FIRST = "the built-in reader reads first; what it is not sure of goes to the language model"


def _answer(work: Work, run: Run, progress: Progress, model: WatchableModel | None) -> Answer:
    from agentopt.api import answer

    context = _context(work, run, progress)
    if model is not None:
        context = replace(context, model=_wrapped(model, work.settings, run, progress))
    return answer(work.subject, context, until=work.until)


def _context(work: Work, run: Run, progress: Progress) -> Context:
    from agentopt.agents.consulting import stages
    from agentopt.agents.context import Context
    from agentopt.assets import folders
    from agentopt.cli.options import assigned
    from agentopt.solvers.base import Limits

    settings = work.settings
    builtin, named = stages(settings.model)
    # A doubtful reading is put to a person who can press a key, not to a file.
    asks = settings.ask and (named is not None or sys.stdin.isatty())
    return Context(
        prompts=folders("prompts", settings.prompts),
        strategy=settings.strategy,
        vote=settings.vote,
        engine=settings.engine,
        limits=Limits(settings.time_limit, settings.mip_gap, settings.threads, settings.memory_limit),
        options=assigned(work.engine_options),
        race=settings.race,
        run=run,
        on_event=progress.on_event,
        ask_person=progress.ask if asks else None,
        seed=settings.seed,
        max_repairs=settings.repairs,
        temperature=settings.temperature,
        max_tokens=settings.max_tokens,
        battery=settings.battery,
        builtin=builtin,
        cross_check=settings.cross_check is not None,
        unsafe=settings.unsafe,
        verify_seconds=settings.verify_seconds,
    )


def _wrapped(model: WatchableModel, settings: Settings, run: Run, progress: Progress) -> WatchableModel:
    """The model watched, within what is left of the budget, behind the cache unless its replies are given."""
    from agentopt.agents.calls import spent
    from agentopt.agents.consulting import stages
    from agentopt.api import connected
    from agentopt.budget import Meter
    from agentopt.models.base import Watch

    _, named = stages(settings.model)
    assert named is not None
    given = named.startswith(("scripted:", "recorded:"))
    cache = None if given else settings.cache
    if cache is not None:
        cache.parent.mkdir(parents=True, exist_ok=True)
    return connected(
        model,
        meter=Meter(settings.budget, spent=spent(run.folder)),
        cache=cache,
        watch=Watch(on_text=progress.on_text, on_restart=progress.on_restart),
    )


def _new_run(work: Work) -> Run:
    from agentopt.runs import Run

    run = Run.create(
        work.settings.runs,
        work.command,
        arguments=sys.argv[1:],
        title=work.title,
        seed=work.settings.seed,
    )
    run.write("options.json", json.dumps(_options(work)))
    return run


def _options(work: Work) -> Mapping[str, object]:
    """What a resume needs to know beside the problem, as the command line would give it."""
    from agentopt.settings import Settings

    kept: dict[str, object] = {
        "command": work.command,
        "engine_option": list(work.engine_options),
        "until": work.until,
        "file": None if work.file is None else str(work.file.absolute()),
    }
    settings: dict[str, object] = {}
    for name in Settings.model_fields:
        value = getattr(work.settings, name)
        if isinstance(value, Path):
            value = str(value.absolute())
        elif value is not None and not isinstance(value, str | int | float | bool):
            value = str(value) or None
        if name not in _NOT_KEPT and value is not None:
            settings[name] = value
    settings.setdefault("model", "builtin")  # whatever is connected when the run is resumed
    return {**kept, "settings": settings}


def _with_way_on(error: AgentoptError, run: Run) -> None:
    """Say how to go on, where the fault is not in what was given."""
    if error.exit_code != 2 and "runs resume" not in error.hint:
        way = f"`agentopt runs resume {run.id}` goes on from here"
        error.hint = f"{error.hint}; then {way}" if error.hint else way
    elif "`agentopt runs resume`" in error.hint:
        error.hint = error.hint.replace("`agentopt runs resume`", f"`agentopt runs resume {run.id}`")


def _how_to_go_on(run: Run) -> None:
    sys.stderr.write(f"\ninterrupted; `agentopt runs resume {run.id}` goes on from here\n")
