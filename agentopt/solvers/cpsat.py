"""CP-SAT: sequencing, scheduling and other models over integers alone.

It takes linear models whose numbers are proved to be integers on some scale (`agentopt.compiling.integers`),
and refuses others with the reason. OR-tools and highspy cannot be loaded into one process; the card says
that this engine runs in one of its own (`agentopt.solvers.isolated`).
"""

from __future__ import annotations

__all__ = ["Cpsat"]

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.completing import completed
from agentopt.compiling.evaluate import objective_value
from agentopt.compiling.integers import Integers, integers
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values
from agentopt.solvers.availability import availability
from agentopt.solvers.base import Availability, Feature, Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.classes import check
from agentopt.solvers.cpsat_model import Built, build
from agentopt.solvers.gap import relative_gap
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.trivial import settled
from agentopt.solvers.watching import Stop, watch

MAX_LOG = 200_000
"""Characters of log that are kept, the last ones."""


class Cpsat:
    """CP-SAT through `ortools`.

    >>> from agentopt.solvers.card import cards
    >>> Cpsat(cards()["cpsat"]).name
    'cpsat'
    """

    sequences = True
    """It takes sequencing statements without rows."""

    def __init__(self, card: Card) -> None:
        self.card = card
        self.name = card.name
        self.features = frozenset(Feature(each) for each in card.priority) | {
            Feature.GLOBAL,
            Feature.WARM_START,
            Feature.INTERRUPT,
            Feature.PROGRESS,
        }

    def available(self) -> Availability:
        """Whether ortools is installed."""
        return availability(self.card)

    def refuses(self, compiled: Compiled) -> str:
        """Why a model of its classes cannot be put in integers; empty where it can."""
        found = integers(compiled)
        return found if isinstance(found, str) else ""

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> Solution:
        """Solve the first objective of a model.

        Raises:
            EngineError: the class is not one of `features`, the model cannot be put in integers, or an option
                is unknown.
        """
        started = time.perf_counter()
        check(self, compiled)
        version = self.available().version
        given = checked(self.card, options)
        found = settled(compiled, self.name, version)
        run = _Solve(self.card, version, compiled, limits, report, started)
        solver = run.solver(given.known, given.native)
        if found is None:
            whole = integers(compiled)
            if isinstance(whole, str):
                raise EngineError(
                    f"`{self.name}` takes whole numbers only, and of this model {whole}",
                    hint="leave the engine out, or declare the variables `domain: integer` with bounds",
                )
            found = run.run(solver, whole)
        shown = tuple((name, str(value)) for name, value in sorted(run.settings.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)


@dataclass
class _Solve:
    """One run: the model handed over, the run watched, the outcome read."""

    card: Card
    version: str
    compiled: Compiled
    limits: Limits
    report: Report | None
    started: float
    settings: dict[str, object] = field(default_factory=dict)
    stop: Stop = field(default_factory=Stop)
    log: list[str] = field(default_factory=list)
    incumbent: float | None = None
    bound: float | None = None

    def solver(self, known: Mapping[str, object], native: Mapping[str, object]) -> Any:
        """A solver with its parameters set.

        Raises:
            EngineError: an option that CP-SAT does not have or take.
        """
        from ortools.sat.python import cp_model

        solver = cp_model.CpSolver()
        found: dict[str, object] = {"relative_gap_limit": relative_gap(self.card, self.compiled, self.limits)}
        if self.limits.threads is not None:
            found["num_workers"] = self.limits.threads
        if self.limits.memory_mb is not None:
            found["max_memory_in_mb"] = int(self.limits.memory_mb)
        if self.limits.seconds is not None:
            found["max_time_in_seconds"] = float(self.limits.seconds)
        for name, value in known.items():
            wanted = self.card.options[name].native or name
            if not (wanted in found and value == self.card.options[name].default):
                found[wanted] = value
        found.update(native)
        for name, value in found.items():
            if name.startswith("log_"):
                raise EngineError(f"option `{name}` cannot be set", hint="the log is in the solution's `log`")
            _set(self.card, solver.parameters, name, value)
        self.settings = found
        solver.parameters.log_search_progress = True
        solver.parameters.log_to_stdout = False
        solver.log_callback = self.log.append
        return solver

    def run(self, solver: Any, whole: Integers) -> Solution:
        from ortools.sat.python import cp_model

        built = build(self.compiled, whole)
        if self.limits.seconds is not None:
            left = self.limits.seconds - (time.perf_counter() - self.started)
            solver.parameters.max_time_in_seconds = max(0.0, min(left, solver.parameters.max_time_in_seconds))
        outcome: list[Any] = []
        points: list[Values] = []
        listener = _listener(self, whole, built, points)
        solver.best_bound_callback = lambda bound: setattr(self, "bound", whole.objective(bound))
        failure = watch(
            lambda: outcome.append(solver.solve(built.model, listener)),
            cancel=solver.stop_search,
            look=lambda: Progress(time.perf_counter() - self.started, self.incumbent, self.bound),
            limits=self.limits,
            report=self.report,
            stop=self.stop,
        )
        status = outcome[0] if outcome else cp_model.UNKNOWN
        return self.read(solver, status, whole, points, failure)

    def read(
        self, solver: Any, status: Any, whole: Integers, points: list[Values], failure: BaseException | None
    ) -> Solution:
        """The outcome; the point is completed by the columns CP-SAT did not need."""
        from ortools.sat.python import cp_model

        termination, message = {
            cp_model.OPTIMAL: (Termination.OPTIMAL, "optimal"),
            cp_model.INFEASIBLE: (Termination.INFEASIBLE, "infeasible"),
            cp_model.MODEL_INVALID: (Termination.ERROR, "the model is not valid"),
        }.get(status, (Termination.TIME_LIMIT, "time limit reached"))
        if status in (cp_model.FEASIBLE, cp_model.UNKNOWN) and self.stop.reason is not None:
            termination, message = self.stop.reason, self.stop.message
        if failure is not None:
            termination, message = Termination.ERROR, str(failure)
        values = points[-1] if points and termination is not Termination.INFEASIBLE else None
        objective = bound = None
        if values is not None:
            values = completed(self.compiled, values)
            first = self.compiled.objective
            objective = 0.0 if first is None else objective_value(first, values)
        known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN) and failure is None
        if known and (values is not None or solver.best_objective_bound > -1e17):
            bound = whole.objective(solver.best_objective_bound)
            bound = objective if termination is Termination.OPTIMAL and not whole.cost.any() else bound
        return Solution(
            termination,
            PointStatus.NONE if values is None else PointStatus.FEASIBLE,
            self.card.name,
            self.version,
            objective=objective,
            bound=bound,
            values=values,
            nodes=int(solver.num_branches) if failure is None else 0,
            message=message,
            log="\n".join(self.log)[-MAX_LOG:],
        )


def _listener(solve: _Solve, whole: Integers, built: Built, points: list[Values]) -> Any:
    from ortools.sat.python import cp_model

    class Noting(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            points[:] = [built.values(self.value)]
            solve.incumbent = whole.objective(self.objective_value)
            solve.bound = whole.objective(self.best_objective_bound)
            if solve.stop.reason is not None:
                self.stop_search()

    return Noting()


def _set(card: Card, parameters: Any, name: str, value: object) -> None:
    """Set one native parameter."""
    fields = [each for each in dir(parameters) if not each.startswith("_")]
    if name not in fields:
        raise unknown(card, name, fields)
    current = getattr(parameters, name)
    text = {"true": True, "on": True, "false": False, "off": False}
    try:
        if isinstance(current, bool):
            setattr(parameters, name, text[value.casefold()] if isinstance(value, str) else bool(value))
        elif isinstance(current, int):
            setattr(parameters, name, int(str(value)))
        elif isinstance(current, float):
            setattr(parameters, name, float(str(value)))
        else:
            setattr(parameters, name, value)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise EngineError(f"option `{name}` of {card.title} cannot be {value!r}") from error
