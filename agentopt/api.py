"""The public functions: a problem in words, a formulation or a model file in; an answer out.

A thin layer over `agentopt.agents`: it reads what was given, connects the model, and hands both on. The
command line and the methods of `Formulation` are faces of these functions.
"""

from __future__ import annotations

__all__ = [
    "Data",
    "Source",
    "answer",
    "check_formulation",
    "compiled",
    "connected",
    "export",
    "export_compiled",
    "formulate",
    "load_formulation",
    "read",
    "solve",
    "with_data",
]

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, TypeAlias

from agentopt.errors import UsageError

if TYPE_CHECKING:
    from agentopt.agents.answer import Answer as Answer  # the methods of `Formulation` name it
    from agentopt.agents.context import Asker, Context, Journal, Listener
    from agentopt.agents.subjects import Subject
    from agentopt.budget import Budget, Meter
    from agentopt.compiling.arrays import Compiled
    from agentopt.formulation.diagnostics import Diagnostic
    from agentopt.formulation.elements import Formulation
    from agentopt.models.base import Model, Watch, WatchableModel

Source: TypeAlias = "str | Path | Formulation"
"""A problem: words, `example:NAME`, a file or a folder with a formulation, or the formulation itself."""

Given: TypeAlias = "str | Path | Mapping[str, object]"
Data: TypeAlias = "Given | Sequence[Given] | None"
"""Files and folders of tables; or, by name, values of parameters, elements of sets, and data frames."""


def solve(
    problem: Source,
    *,
    data: Data = None,
    model: str | Model | None = None,
    engine: str | None = None,
    strategy: str = "direct",
    budget: str | Budget | None = None,
    vote: int = 1,
    time_limit: float | None = None,
    mip_gap: float | None = None,
    threads: int | None = None,
    memory_limit: float | None = None,
    options: Mapping[str, object] | None = None,
    prompts: str | Path | None = None,
    seed: int = 0,
    run: Journal | None = None,
    cross_check: bool = False,
    unsafe: bool = False,
    on_event: Listener | None = None,
    ask_person: Asker | None = None,
) -> Answer:
    """The answer to a problem, with the formulation behind it and a certificate of what was checked.

    Args:
        problem: words; or, without a model, a formulation, its file, `example:NAME`, an LP or MPS file.
        data: tables for a problem in words, or what a formulation is bound to; wins over its own.
        model: a language model, or its specification (`openai:NAME`, `URL#NAME`, `scripted:FILE`, ...);
            `builtin`, the built-in reader, if None; `builtin,SPECIFICATION` for the one after the other.
        cross_check: compare what a language model wrote with what the built-in reader comes to.
        engine: by name; chosen by the class of the problem if None.
        strategy: how the model is asked.
        budget: what may be spent on the model, such as `"calls=20,dollars=1"`.
        vote: draw so many formulations and vote over them.
        time_limit: of the engine, in seconds.
        mip_gap: relative gap at which a mixed-integer answer counts as optimal.
        threads: of the engine.
        memory_limit: of the engine, in megabytes.
        options: of the engine, by the names its card lists.
        prompts: a folder of prompt files that override the shipped ones.
        seed: for sampling and the falsification tests.
        run: a run folder (`agentopt.runs.Run`); with one a killed solve resumes and pays nothing twice.
        unsafe: run programs a model writes without a sandbox, where the system has none.
        on_event: told what happens as it happens.
        ask_person: answers questions where the answer changes the model.

    Raises:
        AgentoptError: what was given does not hold together, or something that is needed is not there.

    >>> answer = solve("example:bakery")
    >>> answer.status, round(answer.objective, 2)
    ('optimal', 1241.2)
    >>> solve("example:bakery", data={"flour_in_store": 100}).objective < answer.objective
    True
    """
    context = _context(
        engine=engine,
        strategy=strategy,
        vote=vote,
        limits=(time_limit, mip_gap, threads, memory_limit),
        options=options,
        prompts=prompts,
        seed=seed,
        run=run,
        on_event=on_event,
        ask_person=ask_person,
    )
    context = replace(context, cross_check=cross_check, unsafe=unsafe)
    return _answered(problem, data, context, model, budget, until="explain")


def formulate(
    problem: Source,
    *,
    data: Data = None,
    model: str | Model | None = None,
    strategy: str = "direct",
    budget: str | Budget | None = None,
    prompts: str | Path | None = None,
    seed: int = 0,
    run: Journal | None = None,
    on_event: Listener | None = None,
    ask_person: Asker | None = None,
) -> Answer:
    """The formulation of a problem in words, checked and bound to its data, not solved.

    Args and errors as `solve`; the answer's status is `formulated` if all is well.
    """
    context = _context(
        strategy=strategy,
        prompts=prompts,
        seed=seed,
        run=run,
        on_event=on_event,
        ask_person=ask_person,
    )
    return _answered(problem, data, context, model, budget, until="bind")


def answer(subject: Subject, context: Context, *, until: str = "explain") -> Answer:
    """The answer to what `read_subject` read: the graph for a problem, the engine for a model file."""
    from agentopt.agents.context import Problem

    if isinstance(subject, Problem):
        from agentopt.agents.solve import run

        return run(subject, context, until=until)
    from agentopt.agents.model_file import run_compiled

    return run_compiled(subject, context)


def load_formulation(source: str | Path) -> Formulation:
    """The formulation in a YAML, JSON, LP or MPS file, gzipped or not, in a folder, or `example:NAME`.

    An LP or MPS file becomes a formulation over its columns, rows and entries; its numbers stay there.

    Raises:
        UsageError: there is no such file.
        FormulationError, CompileError: it does not hold what its name says.

    >>> load_formulation("example:shipping").title
    'Ship cases from plants to markets at least cost'
    """
    from agentopt.agents.subjects import formulation_file, is_model_file
    from agentopt.formulation.io import load

    path = formulation_file(source)
    if is_model_file(path):
        from agentopt.compiling.files import read

        return read(path).instance.formulation.with_origin(path)
    return load(path)


def check_formulation(formulation: Formulation, *, text: str | None = None) -> list[Diagnostic]:
    """Everything that can be found without data: names, indices, shapes, units, and the numbers of a text.

    >>> from agentopt.formulation.elements import Formulation
    >>> wrong = Formulation.model_validate(
    ...     {"variables": {"x": {}}, "objective": {"minimize": "x + z"}, "constraints": {}}
    ... )
    >>> [found.element for found in check_formulation(wrong) if found.severity == "error"]
    ['objective.minimize']
    """
    from agentopt.formulation.check import check

    return check(formulation, text=text)


def export(source: Source, target: str | Path, *, data: Data = None) -> Path:
    """Write a formulation as `.yaml` or `.json`, or with its data as `.lp`, `.mps`, `.nl` or Pyomo (`.py`).

    Raises:
        UsageError: the suffix is none of these, or the file cannot be written.
        CompileError: the format cannot state the model.
        BindingError: the data does not fit.
    """
    path = Path(target)
    with with_data(read(source), data) as subject:
        try:
            return _exported(subject, path)
        except OSError as error:
            raise UsageError(f"{path} cannot be written: {error.strerror or error}") from error


def _exported(subject: Subject, path: Path) -> Path:
    suffix = path.suffix.lower()
    if suffix in (".yaml", ".yml", ".json"):
        from agentopt.formulation.io import dumps

        written = _formulation(subject)
        text = dumps(written, "json" if suffix == ".json" else "yaml")
        return _write(path, text)
    return export_compiled(compiled(subject), path)


def export_compiled(arrays: Compiled, path: Path) -> Path:
    """Write arrays as `.lp`, `.mps` (also `.gz`), `.nl` or a Pyomo script (`.py`).

    Raises:
        UsageError: the suffix is none of these.
        CompileError: the format cannot state the model.
    """
    if path.suffix.lower() == ".py":
        from agentopt.compiling import pyomo_script

        return _write(path, pyomo_script.text(arrays))
    from agentopt.compiling import files

    return files.export(arrays, path)


def _write(path: Path, text: str) -> Path:
    from agentopt.runs.files import replace_whole

    replace_whole(path.resolve(), text.encode())
    return path


def _formulation(subject: Subject) -> Formulation:
    from agentopt.agents.context import Problem

    if not isinstance(subject, Problem):
        return subject.instance.formulation
    if subject.formulation is None:
        raise UsageError("a problem in words is no formulation yet", hint="type `agentopt formulate` first")
    return subject.formulation


def compiled(subject: Subject) -> Compiled:
    """The arrays of a formulation with its data, or of a model file.

    Raises:
        FormulationError, BindingError, CompileError: it does not hold.
        UsageError: the problem is stated in words.
    """
    from agentopt.agents.context import Problem

    if not isinstance(subject, Problem):
        return subject
    if subject.formulation is None:
        raise UsageError("a problem in words has no arrays", hint="formulate it first: `agentopt formulate`")
    from agentopt.compiling import compile_instance
    from agentopt.formulation.binding import bind
    from agentopt.formulation.check import require

    require(subject.formulation)
    return compile_instance(
        bind(subject.formulation, subject.data or None, tables=subject.tables, folder=subject.folder)
    )


def connected(
    model: str | Model,
    *,
    meter: Meter | None = None,
    cache: Path | None = None,
    watch: Watch | None = None,
) -> WatchableModel:
    """A model by its specification; watched, within a budget, behind a cache, as far as these are given."""
    from agentopt.models.base import watchable

    if isinstance(model, str):
        from agentopt.models.registry import connect

        found = connect(model)
    else:
        found = watchable(model)
    if watch is not None:
        from agentopt.models.watched import Watched

        found = Watched(found, watch)
    if meter is not None:
        from agentopt.models.metered import Metered

        found = Metered(found, meter)
    if cache is not None:
        from agentopt.models.cache import Cached

        found = Cached(found, cache)
    return found


@contextmanager
def with_data(subject: Subject, data: Data, *, folder: Path | None = None) -> Iterator[Subject]:
    """The subject with data added; frames that stand for tables are files while the context lasts.

    Args:
        subject: what it is for.
        data: as `solve` takes it.
        folder: where such files are written; a passing one if None.

    Raises:
        UsageError: a model file is given data, or a piece of data is neither a path nor a mapping.
    """
    from agentopt.agents.context import Problem

    files, values = _split(data)
    if not isinstance(subject, Problem):
        if files or values:
            raise UsageError("an LP or MPS file has its numbers in it; it takes no data")
        yield subject
        return
    named = (
        set() if subject.formulation is None else {*subject.formulation.sets, *subject.formulation.parameters}
    )
    frames = {name: each for name, each in values.items() if name not in named and hasattr(each, "to_csv")}
    kept = {name: each for name, each in values.items() if name not in frames}
    if kept and subject.formulation is None:
        raise UsageError(
            f"data was given for `{next(iter(kept))}`, but a problem in words has no parameters yet",
            hint="give tables: files, or data frames by name",
        )
    with ExitStack() as stack:
        place = folder
        if frames and place is None:
            place = Path(stack.enter_context(TemporaryDirectory()))
        for name, frame in frames.items():
            assert place is not None
            path = place / (name if name.endswith(".csv") else f"{name}.csv")
            frame.to_csv(path, index=False)
            files.append(path)
        yield replace(subject, tables=(*subject.tables, *files), data={**subject.data, **kept})


def _split(data: Data) -> tuple[list[Path], dict[str, object]]:
    """Paths, and values by name."""
    files: list[Path] = []
    values: dict[str, object] = {}
    given: Sequence[object] = (
        [] if data is None else [data] if isinstance(data, str | Path | Mapping) else list(data)
    )
    for each in given:
        if isinstance(each, str | Path):
            files.append(Path(each))
        elif isinstance(each, Mapping):
            values.update(each)
        else:
            raise UsageError(
                f"data is given as paths and mappings by name, not as a {type(each).__name__}",
                hint='name it: `data={"demand": ...}`',
            )
    return files, values


def read(source: Source) -> Subject:
    """What a source means: a problem for the agents, or the arrays of a model file; errors as `solve`."""
    from agentopt.agents.subjects import read_subject

    return read_subject(source)


def _context(
    *,
    engine: str | None = None,
    strategy: str = "direct",
    vote: int = 1,
    limits: tuple[float | None, float | None, int | None, float | None] = (None, None, None, None),
    options: Mapping[str, object] | None = None,
    prompts: str | Path | None = None,
    seed: int = 0,
    run: Journal | None = None,
    on_event: Listener | None = None,
    ask_person: Asker | None = None,
) -> Context:
    from agentopt.agents.context import Context
    from agentopt.assets import folders
    from agentopt.solvers.base import Limits

    return Context(
        prompts=folders("prompts", None if prompts is None else Path(prompts)),
        strategy=strategy,
        vote=vote,
        engine=engine,
        limits=Limits(*limits),
        options=options or {},
        run=run,
        on_event=on_event,
        ask_person=ask_person,
        seed=seed,
    )


def _answered(
    problem: Source,
    data: Data,
    context: Context,
    model: str | Model | None,
    budget: str | Budget | None,
    *,
    until: str,
) -> Answer:
    """Read, connect, answer, and let go of the model."""
    from agentopt.agents.consulting import stages

    subject = read(problem)
    folder = None if context.run is None else context.run.folder
    with ExitStack() as stack:
        subject = stack.enter_context(with_data(subject, data, folder=folder))
        named = model
        if model is None or isinstance(model, str):
            builtin, named = stages(model)
            context = replace(context, builtin=builtin)
        if named is not None:
            meter = _meter(budget, folder)
            found = connected(named, meter=meter)
            if isinstance(model, str):
                stack.callback(found.close)
            context = replace(context, model=found)
        return answer(subject, context, until=until)


def _meter(budget: str | Budget | None, folder: Path | None) -> Meter | None:
    """The meter of a budget, with what the run has spent before."""
    if budget is None:
        return None
    from agentopt.agents.calls import spent
    from agentopt.budget import Budget, Meter

    caps = Budget.parse(budget) if isinstance(budget, str) else budget
    return Meter(caps, spent=None if folder is None else spent(folder))
