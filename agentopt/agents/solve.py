"""From a problem to its answer: read, formulate, check, bind, compile, solve, verify, explain."""

from __future__ import annotations

__all__ = ["Answer", "Context", "Problem", "formulate", "resume", "run"]

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from agentopt.agents.answer import Answer, answer_of
from agentopt.agents.calls import CallStore
from agentopt.agents.context import Context, Problem
from agentopt.agents.graph import run_graph
from agentopt.agents.session import Session
from agentopt.agents.strategies import builtin_graph, graph_of, named
from agentopt.agents.text_tables import move_out
from agentopt.errors import AvailabilityError, RunError
from agentopt.sandbox import Runner, Sandbox, Unconfined, availability


def run(problem: Problem, context: Context, *, until: str = "explain") -> Answer:
    """The answer to a problem.

    With `context.run`, everything paid for is kept in the run folder; the same call on the same folder goes
    on where an earlier process was stopped, and on a finished one gives the answer again, calling nothing.

    Args:
        problem: what is to be solved. With a formulation no model is called.
        context: what may be used.
        until: the last node to run: `check`, `bind`, `compile`, `solve`, or all of them.

    Raises:
        UsageError: the problem is empty, too long or names files that do not exist.
        FormulationError, BindingError, CompileError: a given formulation does not hold.
        ModelError: the model could not be reached; the run can be resumed.
        AvailabilityError: there is no model, no engine for the class is installed, or the strategy runs
            programs and they cannot be confined here.
    """
    problem.check()
    strategy = named(context.strategy)
    if problem.formulation is None and context.model is None and not context.builtin:
        raise AvailabilityError(
            "a problem in words needs a language model",
            hint="name one with `--model URL#name`, or give a formulation file",
        )
    if problem.formulation is not None:
        context = replace(context, model=None, vote=1)
    folder = _folder(problem, context)
    with contextlib.ExitStack() as stack:
        store = stack.enter_context(_store(folder))
        if context.builtin and problem.formulation is None:
            answer = _by_builtin(problem, context, store, folder, until)
            if answer is not None:
                return answer
        if strategy.programs and problem.formulation is None and context.programs is None:
            context = replace(context, programs=stack.enter_context(_place_for_programs(context)))
        problem = stack.enter_context(_tables_of_text(problem, folder))
        if context.vote > 1:
            from agentopt.agents.vote import run_vote

            return run_vote(problem, context, store, folder, until=until)
        session = Session(problem, context, store)
        graph = graph_of(strategy, until=until, cross_check=context.cross_check)
        state = run_graph(graph, session, folder)
        return answer_of(state, session, store.spend, until=until)


def _place_for_programs(context: Context) -> contextlib.AbstractContextManager[Runner]:
    """A sandbox; without one nothing, unless the person said otherwise."""
    return Unconfined() if context.unsafe and availability() else Sandbox()


def _by_builtin(
    problem: Problem, context: Context, store: CallStore, folder: Path | None, until: str
) -> Answer | None:
    """The built-in reader's answer; None where a language model follows and the reader was not sure."""
    alone = context.model is None
    own = replace(context, model=None, vote=1, ask_person=context.ask_person if alone else None)
    session = Session(problem, own, store)
    state = run_graph(builtin_graph(until=until, first=not alone), session, folder)
    answer = answer_of(state, session, store.spend, until=until)
    if alone:
        return answer
    sure = answer.ok and answer.verdict == "solve" and not _is_refuted(answer)
    follower = "" if sure or context.model is None else f"; {context.model.name} is asked"
    session.emit(
        "progress", f"cascade: {'answered by' if sure else 'left open by'} the built-in reader{follower}"
    )
    return answer if sure else None


def _is_refuted(answer: Answer) -> bool:
    return answer.certificate is not None and bool(answer.certificate.failed)


def resume(context: Context) -> Answer:
    """Go on with the problem kept in the context's run folder; a finished run gives its answer again.

    Raises:
        RunError: the folder holds no problem.
        As `run`.
    """
    folder = None if context.run is None else context.run.folder
    path = Path("problem.json") if folder is None else folder / "problem.json"
    try:
        problem = Problem.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{folder}: there is no solve to go on with", hint="see `agentopt runs list`"
        ) from error
    return run(problem, context)


def formulate(problem: Problem, context: Context) -> Answer:
    """The formulation of a problem, checked and bound to its data, not solved.

    Raises:
        As `run`.
    """
    return run(problem, context, until="bind")


def _folder(problem: Problem, context: Context) -> Path | None:
    """The run folder, with the problem in it; a folder of another problem is refused."""
    if context.run is None:
        return None
    folder = context.run.folder
    path = folder / "problem.json"
    text = problem.dumps()
    try:
        if path.exists():
            _same(folder, path.read_text(encoding="utf-8"), text)
            return folder
        part = path.with_suffix(".part")
        part.write_text(text, encoding="utf-8")
        part.replace(path)
    except OSError as error:
        raise RunError(
            f"{folder}: the problem cannot be written down: {error.strerror}",
            hint="see that the disk has room and the folder can be written",
        ) from error
    return folder


@contextlib.contextmanager
def _tables_of_text(problem: Problem, folder: Path | None) -> Iterator[Problem]:
    """The problem with the large tables of its text as files of the run folder, or of a passing one."""
    text, tables = ("", ()) if problem.formulation is not None else move_out(problem.text)
    if not tables:
        yield problem
        return
    with contextlib.ExitStack() as stack:
        place = Path(stack.enter_context(TemporaryDirectory())) if folder is None else folder / "text_tables"
        try:
            place.mkdir(exist_ok=True)
            for table in tables:
                (place / table.name).write_text(table.csv, encoding="utf-8")
        except OSError as error:
            raise RunError(
                f"{place}: the tables of the text cannot be written: {error.strerror}",
                hint="see that the disk has room and the folder can be written",
            ) from error
        files = tuple(place / table.name for table in tables)
        yield replace(problem, text=text, tables=(*problem.tables, *files))


def _same(folder: Path, kept: str, text: str) -> None:
    """Refuse to go on with another problem, or with tables that have changed since."""
    if kept == text:
        return
    was, now = json.loads(kept), json.loads(text)
    changed = [path for path, digest in now.pop("digests").items() if was["digests"].get(path) != digest]
    was.pop("digests")
    if was != now:
        raise RunError(f"{folder} is the run of another problem", hint="start a new run for this one")
    name = Path(changed[0]).name if changed else "a table"
    raise RunError(f"{name} has changed since the run {folder.name} was begun", hint="start a new run")


@contextlib.contextmanager
def _store(folder: Path | None) -> Iterator[CallStore]:
    store = CallStore(None if folder is None else folder / "calls.sqlite")
    try:
        yield store
    finally:
        store.close()
