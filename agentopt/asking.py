"""What may be asked of a problem beside its answer: what if it changed, why it has none; and black boxes.

    import agentopt

    answer = agentopt.solve("example:shipping")
    print(agentopt.what_if(answer, "set demand[topeka]=300").difference.change)

Like `agentopt.api`, a thin layer: the command line is a face of these functions.
"""

from __future__ import annotations

__all__ = ["Reasons", "blackbox", "diagnose", "diagnosed", "what_if"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agentopt.api import Data, Source, compiled, read, with_data
from agentopt.errors import UsageError

if TYPE_CHECKING:
    from agentopt.agents.answer import Answer
    from agentopt.compiling.arrays import Compiled
    from agentopt.diagnosis import Diagnosis
    from agentopt.diagnosis.scaling import Scaling
    from agentopt.solvers.base import Limits
    from agentopt.solvers.blackbox.loop import Outcome
    from agentopt.solvers.blackbox.proposing import Trial
    from agentopt.solvers.solution import Solution
    from agentopt.whatif.changes import Change
    from agentopt.whatif.study import Step


def what_if(
    source: Source | Answer,
    *changes: str,
    data: Data = None,
    engine: str | None = None,
    time_limit: float | None = None,
    mip_gap: float | None = None,
    threads: int | None = None,
    options: Mapping[str, object] | None = None,
) -> Step:
    """What a problem comes to when it is changed, and how that differs from what it was.

    A changed linear problem is solved again from the basis of the answer before.

    Args:
        source: an answer of `solve`, which is not solved again; or a formulation, its file, `example:NAME`,
            an LP or MPS file.
        changes: made together, as on the command line: `set demand[topeka]=300`, `force open[denver]`,
            `forbid ship[seattle, topeka]`, `add CONSTRAINT`, `drop NAME`; `why not STATEMENT` is what it
            would cost to have it, or why it cannot be.
        data: what a formulation is bound to; wins over its own.
        engine: by name; chosen by the class of the problem if None.
        time_limit: of the engine, in seconds.
        mip_gap: relative gap at which a mixed-integer answer counts as optimal.
        threads: of the engine.
        options: of the engine, by the names its card lists.

    Raises:
        UsageError: a change makes no sense; the problem is in words and not solved yet.
        AgentoptError: as `solve`.

    >>> step = what_if("example:shipping", "set demand[topeka]=300")
    >>> round(step.difference.change), step.difference.decisions[0].label
    (3330, 'ship[san-diego, topeka]')
    """
    from agentopt.agents.answer import Answer
    from agentopt.agents.context import Context, Problem
    from agentopt.solvers.base import Limits
    from agentopt.whatif.outcomes import outcome_of
    from agentopt.whatif.study import Study, of_arrays

    context = Context(
        engine=engine, limits=Limits(time_limit, mip_gap, threads, None), options=dict(options or {})
    )
    if isinstance(source, Answer):
        base = outcome_of(source)
        if base is None or source.compiled is None:
            raise UsageError("the answer reached no formulation, so there is nothing to change")
        if data is not None:
            raise UsageError("an answer has its data; change numbers by `set NAME[KEY]=VALUE`")
        study = Study(of_arrays(source.compiled), context, base)
        return study.step(*map(_change, changes))
    with with_data(read(source), data) as subject:
        problem = subject if isinstance(subject, Problem) else of_arrays(subject)
        if problem.formulation is None:
            raise UsageError(
                "a problem in words is not solved yet", hint="give the answer of `agentopt.solve` to it"
            )
        return Study(problem, context).step(*map(_change, changes))


@dataclass(frozen=True)
class Reasons:
    """Why a problem has no answer, or how hard its numbers are.

    Attributes:
        sentences: in the words of the problem, a line each.
        diagnosis: conflicts and repairs, or missing limits; None where there is an answer.
        scaling: of the numbers of the model.
    """

    compiled: Compiled
    solution: Solution
    diagnosis: Diagnosis | None
    scaling: Scaling
    sentences: tuple[str, ...]

    @property
    def status(self) -> str:
        """Why the engine stopped."""
        return self.solution.termination.value

    def __str__(self) -> str:
        return "\n".join(self.sentences)


def diagnose(
    source: Source | Answer,
    *,
    data: Data = None,
    engine: str | None = None,
    time_limit: float | None = None,
    options: Mapping[str, object] | None = None,
) -> Reasons:
    """Why a problem has no answer: conflicts and repairs, missing limits; and how hard its numbers are.

    Args:
        source: an answer of `solve`; or a formulation, its file, `example:NAME`, an LP or MPS file.
        data: what a formulation is bound to.
        engine: by name; chosen by the class of the problem if None.
        time_limit: of the engine and of the diagnosis, in seconds each.
        options: of the engine.

    Raises:
        AgentoptError: as `solve`.

    >>> reasons = diagnose("example:bakery", data={"flour_in_store": -1})
    >>> reasons.status, reasons.diagnosis.kind
    ('infeasible', 'infeasible')
    """
    from agentopt.agents.answer import Answer
    from agentopt.solvers.base import Limits

    limits = Limits(seconds=time_limit)
    if isinstance(source, Answer):
        if source.compiled is None:
            raise UsageError("the answer reached no formulation, so there is nothing to diagnose")
        return diagnosed(source.compiled, limits, engine, options or {}, source.solution)
    with with_data(read(source), data) as subject:
        return diagnosed(compiled(subject), limits, engine, options or {})


def diagnosed(
    arrays: Compiled,
    limits: Limits,
    engine: str | None = None,
    options: Mapping[str, object] = {},
    solution: Solution | None = None,
) -> Reasons:
    """The same for arrays; solved first where no solution is given."""
    from agentopt.diagnosis import SECONDS, told
    from agentopt.diagnosis import diagnose as found_out
    from agentopt.diagnosis.scaling import scaling
    from agentopt.diagnosis.telling import scaling_words
    from agentopt.solvers import solve

    found = solution or solve(arrays, engine=engine, limits=limits, options=options)
    seconds = SECONDS if limits.seconds is None else max(1.0, limits.seconds)
    numbers = scaling(arrays)
    diagnosis = None if found.has_point else found_out(arrays, found, seconds)
    sentences = [f"{found.termination}, by {found.engine}"]
    if diagnosis is not None:
        sentences += told(arrays, diagnosis)
    if diagnosis is None or diagnosis.scaling is None:
        sentences += scaling_words(arrays, numbers)
    return Reasons(arrays, found, diagnosis, numbers, tuple(sentences))


def blackbox(
    objective: Callable[..., object] | str | Path,
    variables: Mapping[str, Mapping[str, object]] | None = None,
    *,
    maximize: bool = False,
    constraints: Mapping[str, str] | None = None,
    evaluations: int = 100,
    engine: str | None = None,
    batch: int = 1,
    repeats: int = 1,
    seed: int = 0,
    time_limit: float | None = None,
    history: str | Path | None = None,
    report: Callable[[int, Trial, Trial | None], bool | None] | None = None,
) -> Outcome:
    """The best point of an objective that is only evaluated.

    Args:
        objective: a function of the variables by name, which gives a number, or a mapping with `value` and
            under `constraints` numbers that must be at most 0; or the file of a study, which says the rest.
        variables: by name: `{"lower": 0, "upper": 5}`, with `domain: integer` or `log: True`, or
            `{"choices": [...]}`.
        maximize: whether more is better.
        constraints: of the numeric variables alone, in the language of formulations.
        evaluations: points that are evaluated, at most.
        engine: `tpe`, `cmaes`, `consensus` or `random`; what suits if None.
        batch: points that are evaluated at once, in threads.
        repeats: how often each point is evaluated, the mean counting.
        seed: of the search.
        time_limit: seconds after which no further evaluation is started.
        history: a file evaluations are kept in; the same call goes on from those it has.
        report: called with the number of evaluations, the latest and the best; True asks to stop.

    Raises:
        UsageError: it is not a study, or can never be evaluated.
        AvailabilityError: the engine is not installed.
        RunError: the history is of another search.

    >>> found = blackbox(lambda x: (x - 2) ** 2, {"x": {"lower": 0, "upper": 5}}, engine="random")
    >>> abs(found.best.point["x"] - 2) < 0.5
    True
    """
    from agentopt.solvers.blackbox.evaluating import OfFunction, evaluator
    from agentopt.solvers.blackbox.loop import Plan, optimize
    from agentopt.solvers.blackbox.study import load, study

    kept = None if history is None else Path(history)
    plan = Plan(evaluations, engine, batch, seed, time_limit, kept)
    if callable(objective):
        if not variables:
            raise UsageError("a function needs the variables it is searched over", hint="give `variables`")
        named = f"{objective.__module__}:{getattr(objective, '__qualname__', type(objective).__name__)}"
        stated = study(
            {
                "variables": {name: dict(each) for name, each in variables.items()},
                "maximize" if maximize else "minimize": {"python": named},
                "constraints": dict(constraints or {}),
                "repeats": repeats,
            }
        )
        return optimize(stated, OfFunction(objective), plan, report)
    if variables or constraints or maximize or repeats != 1:
        raise UsageError("the file of a study says what its variables and constraints are")
    path = Path(objective)
    stated = load(path)
    evaluate = evaluator(stated, path.resolve().parent)
    try:
        return optimize(stated, evaluate, plan, report)
    finally:
        evaluate.close()


def _change(line: str) -> Change:
    """A change as it is typed."""
    from agentopt.whatif.changes import KINDS, Change
    from agentopt.whatif.dialogue import read as command

    kind, rest = command(line)
    if kind == "why not":
        return Change("force", rest)
    known = next((each for each in KINDS if each == kind), None)
    if known is None:
        raise UsageError(f"`{line}` is no change", hint=f"begin it with one of {', '.join(KINDS)}, why not")
    return Change(known, rest)
