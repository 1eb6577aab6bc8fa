"""A problem under study: what it came to, the changes made so far, and what came of them."""

from __future__ import annotations

__all__ = ["Step", "Study", "compiled_of", "of_arrays", "opened"]

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import JsonValue

from agentopt.agents.answer import status_of
from agentopt.agents.context import Context, Problem
from agentopt.agents.reporting import reported
from agentopt.agents.shelf import load_solution
from agentopt.compiling.arrays import Compiled
from agentopt.errors import RunError
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance
from agentopt.solvers.solution import Solution
from agentopt.whatif.changes import Change, changed
from agentopt.whatif.outcomes import Difference, Outcome, basis_of, difference, outcome_of, point_of


@dataclass(frozen=True, eq=False)
class Step:
    """One state of a study: the changes in force, the problem they make, what came of it."""

    changes: tuple[Change, ...]
    problem: Problem
    outcome: Outcome
    difference: Difference | None = None


class Study:
    """A problem, its outcome, and steps away from it; every step starts from the one before.

    Args:
        problem: with a formulation.
        context: how changed problems are solved.
        base: what the problem came to; found out when first needed if None.
    """

    def __init__(self, problem: Problem, context: Context, base: Outcome | None = None) -> None:
        self.problem, self.context = problem, context
        self._base = base
        self._instance: Instance | None = None if base is None else base.compiled.instance
        self.steps: list[Step] = []

    @property
    def base(self) -> Outcome:
        """What the problem came to before any change.

        Raises:
            AgentoptError: it does not hold, or no engine is there.
        """
        if self._base is None:
            self._base = self.solved(self.problem)
        return self._base

    @property
    def instance(self) -> Instance:
        """The problem bound to its data."""
        if self._instance is None:
            self._instance = self.base.compiled.instance
        return self._instance

    @property
    def changes(self) -> tuple[Change, ...]:
        """The changes in force."""
        return self.steps[-1].changes if self.steps else ()

    @property
    def current(self) -> Outcome:
        """The outcome with the changes in force."""
        return self.steps[-1].outcome if self.steps else self.base

    def changed(self, changes: Sequence[Change]) -> Problem:
        """The problem with changes made, unsolved.

        Raises:
            UsageError, ExpressionError: a change makes no sense.
        """
        return changed(self.problem, self.instance, changes)

    def step(self, *changes: Change) -> Step:
        """Make further changes, solve, and compare with what was before them; they stay in force.

        Raises:
            AgentoptError: a change makes no sense, or no engine is there; then nothing has changed.
        """
        found = self.tried(*changes)
        self.steps.append(found)
        return found

    def tried(self, *changes: Change) -> Step:
        """The same, but the changes do not stay."""
        every = (*self.changes, *changes)
        problem = self.changed(every)
        before = self.current
        outcome = self.solved(problem, before)
        return Step(every, problem, outcome, difference(before, outcome))

    def undo(self) -> bool:
        """Take the last step back; False where there is none."""
        if not self.steps:
            return False
        self.steps.pop()
        return True

    def solved(self, problem: Problem, before: Outcome | None = None) -> Outcome:
        """What a problem comes to, the engine starting from the point, and for an LP the basis, of before.

        Raises:
            AgentoptError: it does not hold, or no engine is there.
        """
        from agentopt.agents.model_file import run_compiled

        compiled = compiled_of(problem)
        if before is not None and before.values:
            start = point_of(before.values, compiled)
            compiled = replace(compiled, start=start, basis=basis_of(before, compiled))
        answer = run_compiled(compiled, replace(self.context, run=None))
        report: dict[str, float] = {}
        if answer.solution is not None and answer.solution.values is not None and answer.solution.has_point:
            report, _ = reported(compiled, answer.solution.values)
        found = outcome_of(replace(answer, report=report))
        assert found is not None  # arrays always come to a solution
        return found


def compiled_of(problem: Problem) -> Compiled:
    """The arrays of a problem with a formulation.

    Raises:
        FormulationError, BindingError, CompileError: it does not hold.
    """
    from agentopt.compiling import compile_instance
    from agentopt.formulation.binding import bind
    from agentopt.formulation.check import require

    assert problem.formulation is not None
    require(problem.formulation)
    return compile_instance(
        bind(problem.formulation, problem.data or None, tables=problem.tables, folder=problem.folder)
    )


def of_arrays(compiled: Compiled) -> Problem:
    """A model file as a problem: its formulation, and its sets and numbers as data."""
    instance = compiled.instance
    data: dict[str, object] = {}
    for name, bound in instance.sets.items():
        labels = instance.labels.tuples(bound.codes)
        data[name] = [each[0] for each in labels] if bound.arity == 1 else [list(each) for each in labels]
    for name, parameter in instance.parameters.items():
        rows = zip(instance.labels.tuples(parameter.codes), parameter.values.tolist(), strict=True)
        data[name] = [[*key, value] for key, value in rows] if parameter.over else float(parameter.values[0])
    return Problem(formulation=instance.formulation, data=data)


def opened(folder: Path) -> tuple[Problem, Outcome | None]:
    """The problem a run solved, as its formulation and data, and what it came to if that was kept.

    Raises:
        RunError: the run reached no formulation, or is damaged.
    """
    problem = _problem(folder)
    written = folder / "formulation.yaml"
    if problem.formulation is None and not written.is_file():
        raise RunError(
            f"{folder.name} reached no formulation, so there is nothing to change",
            hint="`agentopt runs list` shows what each run came to",
        )
    formulation = problem.formulation or _formulation(written)
    tables = [*problem.tables]
    own = folder / "text_tables"
    if own.is_dir():
        tables += sorted(own.iterdir())
    problem = replace(problem, text="", formulation=formulation, tables=tuple(tables))
    return problem, _kept(folder, problem)


def _problem(folder: Path) -> Problem:
    path = folder / "problem.json"
    if not path.is_file():
        raise RunError(
            f"{folder.name} is not the run of a problem", hint="name a run of `solve` or `formulation solve`"
        )
    try:
        return Problem.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RunError(f"{path} is damaged", hint="solve the problem anew") from error


def _formulation(path: Path) -> Formulation:
    from agentopt.formulation.io import load

    return load(path)


def _kept(folder: Path, problem: Problem) -> Outcome | None:
    """The solution of the run, where its arrays are those of the problem; None where it must be solved."""
    from agentopt.agents.reading import written
    from agentopt.agents.session import digest

    assert problem.formulation is not None
    stated: dict[str, JsonValue] = written(problem.formulation)
    found: Solution | None = load_solution(folder / f"solution-0-{digest(stated)}.npz")
    if found is None or found.values is None or not found.has_point:
        return None
    compiled = compiled_of(problem)
    if len(found.values) != compiled.num_columns:
        return None
    report, _ = reported(compiled, found.values)
    return Outcome(status_of(found), compiled, found, report)
