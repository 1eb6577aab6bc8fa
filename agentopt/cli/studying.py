"""One study from the command line: opened, changed, kept in a run, told; or carried on line by line."""

from __future__ import annotations

__all__ = ["Asked", "performed"]

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from agentopt.display.terminal import is_terminal, without_style, write_error, write_json, write_out
from agentopt.errors import AgentoptError, UsageError

if TYPE_CHECKING:
    from agentopt.agents.context import Context
    from agentopt.cli.options import OutputOptions
    from agentopt.compiling.arrays import Compiled
    from agentopt.runs import Run
    from agentopt.settings import Settings
    from agentopt.solvers.solution import Solution
    from agentopt.whatif.changes import Change
    from agentopt.whatif.dialogue import Reply
    from agentopt.whatif.outcomes import Outcome
    from agentopt.whatif.study import Study
    from agentopt.whatif.sweeping import Point, Sweep

Resolve: TypeAlias = "Callable[[Compiled], Solution]"

_FILES = (".json", ".txt", ".svg")


@dataclass(frozen=True)
class Asked:
    """What the command line asks."""

    source: str
    words: str = ""
    changes: tuple[Change, ...] = ()
    why_not: tuple[str, ...] = ()
    sweep: str | None = None
    prices: bool = False
    chat: bool = False
    model: str | None = None
    data: tuple[Path, ...] = ()


def performed(asked: Asked, settings: Settings, engine_options: Sequence[str], output: OutputOptions) -> int:
    """Do it, print and keep it; 0, or 1 where the changed problem has no answer.

    Raises:
        AgentoptError: there is no such run or file, or a change makes no sense.
    """
    from agentopt.runs import Run

    _check_places(output.out, svg=asked.sweep is not None)
    study, title = _study(asked, settings, engine_options)
    resolve = _resolver(settings)
    with Run.create(settings.runs, "whatif", arguments=sys.argv[1:], title=f"what if: {title}") as run:
        if asked.chat:
            _dialogue(study, asked, settings, run, resolve)
            _keep_problem(study, run)
            run.finish("done", status=study.current.status, objective=study.current.objective)
            return 0
        parts, texts = _answered(study, asked, settings, run, resolve)
        from agentopt.display.whatif_json import whatif_json

        document = whatif_json(study.base, parts, run=run.id)
        text = "\n\n".join(texts)
        _keep_problem(study, run)
        run.write("whatif.json", json.dumps(document, ensure_ascii=False))
        run.write("answer.txt", without_style(text))
        outcome = study.current
        run.finish("done", status=outcome.status, objective=outcome.objective)
    if output.json:
        write_json(document)
    else:
        write_out(text)
    _write_files(output.out, text, json.dumps(document, ensure_ascii=False), run.folder)
    return 0 if outcome.solution.has_point else 1


# -- opening -------------------------------------------------------------------------------------------------


def _study(asked: Asked, settings: Settings, engine_options: Sequence[str]) -> tuple[Study, str]:
    from agentopt.agents.context import Context, Problem
    from agentopt.api import read, with_data
    from agentopt.cli.options import assigned
    from agentopt.runs import find
    from agentopt.solvers.base import Limits
    from agentopt.whatif.study import Study, of_arrays, opened

    context: Context = Context(
        engine=settings.engine,
        limits=Limits(settings.time_limit, settings.mip_gap, settings.threads, settings.memory_limit),
        options=assigned(engine_options),
        seed=settings.seed,
        verify_seconds=settings.verify_seconds,
    )
    base: Outcome | None = None
    if _is_file(asked.source):
        with with_data(read(asked.source), list(asked.data)) as subject:
            problem = subject if isinstance(subject, Problem) else of_arrays(subject)
        if problem.formulation is None:
            raise UsageError(
                f"{asked.source} is a problem in words, not solved yet",
                hint=f"solve it first: `agentopt solve {asked.source}`, then `agentopt whatif last`",
            )
    else:
        if asked.data:
            raise UsageError("a run has its tables; `--data` goes with a formulation")
        problem, base = opened(find(asked.source, settings.runs))
    assert problem.formulation is not None
    return Study(problem, context, base), problem.formulation.title or asked.source


def _is_file(source: str) -> bool:
    return source.startswith("example:") or Path(source).exists()


def _resolver(settings: Settings) -> Resolve:
    """Solves arrays for what a unit more or less comes to, a few seconds each."""
    from agentopt.solvers import Limits, solve

    limit = min(5.0, settings.time_limit or 5.0)
    limits = Limits(limit, settings.mip_gap, settings.threads, settings.memory_limit)

    def resolve(compiled: Compiled) -> Solution:
        return solve(compiled, engine=settings.engine, limits=limits)

    return resolve


# -- answering -----------------------------------------------------------------------------------------------


def _answered(
    study: Study, asked: Asked, settings: Settings, run: Run, resolve: Resolve
) -> tuple[dict[str, object], list[str]]:
    """What was asked, as data and as texts."""
    from agentopt.display import whatif_json as data
    from agentopt.display import whatif_text as text
    from agentopt.whatif.changes import Change
    from agentopt.whatif.prices import prices
    from agentopt.whatif.sweeping import sweep, sweep_of

    wanted = None if asked.sweep is None else sweep_of(asked.sweep)
    changes = asked.changes
    why_not = asked.why_not
    parts: dict[str, object] = {}
    texts = []
    if asked.words:
        lines = _lines(study, asked.words, asked.model, settings, run)
        read = [_read(line) for line in lines]
        changes = (*changes, *(Change(k, t) for k, t in read if k != "why not"))  # type: ignore[arg-type]  # a Kind
        why_not = (*why_not, *(t for k, t in read if k == "why not"))
    if changes:
        step = study.step(*changes)
        run.record("step", changes=[str(each) for each in changes], objective=step.outcome.objective)
        parts["step"] = data.step_json(step)
        texts.append(text.step_text(step, last=len(changes)))
    trials = [study.tried(Change("force", each)) for each in why_not]
    parts["why_not"] = [data.step_json(each) for each in trials]
    texts += [text.trial_text(each) for each in trials]
    if wanted is not None:
        points = sweep(study, wanted)
        run.record("sweep", what=wanted.what, points=len(points))
        parts["sweep"] = data.sweep_json(wanted, points)
        texts.append(text.sweep_text(wanted, points))
        run.write("sweep.svg", _svg(study, wanted, points))
    if asked.prices or not (changes or why_not or wanted):
        found = prices(study.current, resolve)
        parts["prices"] = data.prices_json(found)
        if not (changes or why_not or wanted):
            texts.append(text.outcome_text(study.current))
        texts.append(text.prices_text(found, study.current))
    return parts, texts


def _read(line: str) -> tuple[str, str]:
    from agentopt.whatif.changes import KINDS
    from agentopt.whatif.dialogue import read

    command, rest = read(line)
    if command not in (*KINDS, "why not"):
        raise UsageError(f"`{line}` is no change", hint="in a dialogue (`--chat`) it would be answered")
    return command, rest


def _lines(study: Study, words: str, model: str | None, settings: Settings, run: Run) -> tuple[str, ...]:
    """The commands that words amount to, by a language model."""
    from agentopt.whatif.words import understood

    if model is None:
        raise UsageError(
            "changes in words need a language model",
            hint="name one with `--model URL#NAME`, or use --set, --force, --add, --drop, --why-not",
        )
    from agentopt.api import connected
    from agentopt.assets import folders
    from agentopt.budget import Meter

    connection = connected(model, meter=Meter(settings.budget))
    try:
        found = understood(study, words, connection, folders("prompts", settings.prompts))
    finally:
        connection.close()
    run.record("understood", words=words, commands=list(found))
    sys.stderr.write("".join(f"understood: {each}\n" for each in found))
    return found


# -- the dialogue --------------------------------------------------------------------------------------------


def _dialogue(study: Study, asked: Asked, settings: Settings, run: Run, resolve: Resolve) -> None:
    """Lines from standard input, each answered on standard output; an error is told, and the next is read."""
    from agentopt.display.whatif_text import outcome_text

    is_person = is_terminal(sys.stdin)
    if is_person:
        sys.stderr.write("one command a line; `help` lists them, `quit` ends\n")
    write_out(outcome_text(study.current))
    told: list[str] = []
    for change in asked.changes:
        _tell(_line(study, str(change), asked, settings, run, resolve), study, told)
    while True:
        if is_person:
            sys.stderr.write("> ")
            sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            break
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        replies = _line(study, line, asked, settings, run, resolve)
        _tell(replies, study, told)
        if any(each.over for each in replies):
            break
    run.write("answer.txt", without_style("\n\n".join(told) + "\n") if told else "nothing was asked\n")


def _line(
    study: Study, line: str, asked: Asked, settings: Settings, run: Run, resolve: Resolve
) -> list[Reply]:
    """The replies to a line; words that are no command go to the model, where there is one."""
    from agentopt.whatif.dialogue import answered, read

    try:
        lines: Sequence[str] = [line]
        if asked.model is not None:
            try:
                read(line)
            except UsageError:
                lines = _lines(study, line.strip(), asked.model, settings, run)
        replies = [answered(study, each, resolve) for each in lines]
    except AgentoptError as error:
        write_error(error.message, error.hint)
        run.record("refused", line=line.strip(), error=error.message)
        return []
    for each, reply in zip(lines, replies, strict=True):
        run.record("line", line=each.strip(), command=reply.command, objective=study.current.objective)
    return replies


def _tell(replies: Sequence[Reply], study: Study, told: list[str]) -> None:
    for reply in replies:
        text = _text(reply, study)
        if text:
            write_out(text)
            sys.stdout.flush()
            told.append(text)


def _text(reply: Reply, study: Study) -> str:
    from agentopt.display import whatif_text as text

    if reply.step is not None:
        return text.step_text(reply.step)
    if reply.trial is not None:
        return text.trial_text(reply.trial)
    if reply.points is not None:
        return text.sweep_text(*reply.points)
    if reply.prices is not None:
        return text.prices_text(reply.prices, study.current)
    if reply.show:
        from agentopt.agents.explaining import explanation

        outcome = study.current
        return explanation(outcome.compiled, outcome.solution, outcome.report, outcome.diagnosis)
    return reply.words


# -- keeping -------------------------------------------------------------------------------------------------


def _keep_problem(study: Study, run: Run) -> None:
    """The changed problem and its solution, so that the run can be changed further, or resumed."""
    from agentopt.agents.reading import written
    from agentopt.agents.session import digest
    from agentopt.agents.shelf import save_solution
    from agentopt.formulation.io import dumps

    problem = study.steps[-1].problem if study.steps else study.problem
    assert problem.formulation is not None
    run.write("problem.json", problem.dumps())
    run.write("formulation.yaml", dumps(problem.formulation))
    options = {"command": "whatif", "settings": {"model": "builtin"}}
    run.write("options.json", json.dumps(options))
    key = digest(written(problem.formulation))
    save_solution(run.folder / f"solution-0-{key}.npz", study.current.solution)


def _svg(study: Study, wanted: Sweep, points: Sequence[Point]) -> str:
    from agentopt.display.plot_sweep import sweep_svg

    declared = study.current.compiled.instance.formulation.objectives
    return sweep_svg(wanted, points, (declared[0].unit or "") if len(declared) == 1 else "")


def _check_places(paths: Sequence[Path], *, svg: bool) -> None:
    for path in paths:
        if path.suffix.lower() not in _FILES or (path.suffix.lower() == ".svg" and not svg):
            hint = "one of .json, .txt" + (", .svg" if svg else "; .svg draws a `--sweep`")
            raise UsageError(f"--out {path}: the suffix does not say what is written", hint=hint)
        if path.is_dir() or not path.parent.is_dir():
            raise UsageError(f"--out {path} cannot be written", hint="name a file in a folder that exists")


def _write_files(paths: Sequence[Path], text: str, document: str, run: Path) -> None:
    from agentopt.cli.results import copy_file

    for path in paths:
        match path.suffix.lower():
            case ".json":
                content = document.encode()
            case ".svg":
                content = (run / "sweep.svg").read_bytes()
            case _:
                content = (without_style(text) + "\n").encode()
        copy_file(content, path)
