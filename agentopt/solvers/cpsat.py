"""CP-SAT: sequencing, scheduling and other models over integers alone.

It takes linear models whose numbers are proved to be integers on some scale (`agentopt.compiling.integers`),
and refuses others with the reason. OR-tools and highspy cannot be loaded into one process; the card says
that this engine runs in one of its own (`agentopt.solvers.isolated`).

Beside other engines it offers every point it finds. It cannot be handed one while it searches: it begins from
the best there is, and where another finds a better one it begins anew from that, keeping the bound it has
proved, after a time that doubles with every round.
"""

from __future__ import annotations

__all__ = ["Cpsat"]

import math
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
from agentopt.solvers.base import Feature, Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.carded import Carded
from agentopt.solvers.classes import check
from agentopt.solvers.cpsat_model import Built, build
from agentopt.solvers.gap import relative_gap
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.sharing import Shared
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.trivial import settled
from agentopt.solvers.watching import Stop, watch

MAX_LOG = 200_000
"""Characters of log that are kept, the last ones."""

_UNKNOWN_BOUND = 1e17
"""Bounds as large stand for none."""

PATIENCE = 5.0
"""Seconds a search is left alone, in its first round, before it begins anew from another's better point."""


class Cpsat(Carded):
    """CP-SAT through `ortools`.

    >>> from agentopt.solvers.card import cards
    >>> Cpsat(cards()["cpsat"]).name
    'cpsat'
    """

    sequences = True
    """It takes sequencing statements without rows."""

    abilities = frozenset(
        {Feature.GLOBAL, Feature.WARM_START, Feature.INTERRUPT, Feature.PROGRESS, Feature.SHARES}
    )

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
        *,
        shared: Shared | None = None,
    ) -> Solution:
        """Solve the first objective of a model; beside other engines where `shared` is given.

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
        if shared is not None:
            run.shared, run.stop = shared, shared.stop
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
    shared: Shared | None = None
    points: list[Values] = field(default_factory=list)
    handed: Values | None = None
    begun: float = 0.0
    patience: float = PATIENCE

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
        """Search, and again from the points of others, until there is an end."""
        from ortools.sat.python import cp_model

        seconds = solver.parameters.max_time_in_seconds
        least: float | None = None
        while True:
            self.hear()
            built = build(self.compiled, whole, self.handed, least)
            self.handed = None
            left = seconds
            if self.limits.seconds is not None:
                left = max(0.0, min(seconds, self.limits.seconds - (time.perf_counter() - self.started)))
            solver.parameters.max_time_in_seconds = left
            status, failure = self.round(solver, whole, built)
            open_ = status in (cp_model.FEASIBLE, cp_model.UNKNOWN) and failure is None
            if not open_ or self.handed is None or self.stop.reason is not None:
                return self.read(solver, status, whole, failure)
            self.patience *= 2
            if abs(solver.best_objective_bound) < _UNKNOWN_BOUND:
                least = max(solver.best_objective_bound, -math.inf if least is None else least)

    def round(self, solver: Any, whole: Integers, built: Built) -> tuple[Any, BaseException | None]:
        """One search: its status, and what it raised."""
        from ortools.sat.python import cp_model

        outcome: list[Any] = []
        self.begun = time.perf_counter()
        listener = _listener(self, whole, built)
        solver.best_bound_callback = lambda bound: self.proved(whole, bound)
        failure = watch(
            lambda: outcome.append(solver.solve(built.model, listener)),
            cancel=solver.stop_search,
            look=lambda: self.look(solver),
            limits=self.limits,
            report=self.report,
            stop=self.stop,
        )
        return outcome[0] if outcome else cp_model.UNKNOWN, failure

    def look(self, solver: Any) -> Progress:
        """Where it stands; a better point of another engine, in time, ends the round."""
        now = time.perf_counter()
        self.hear()
        if self.handed is not None and now - self.begun >= self.patience:
            solver.stop_search()
        return Progress(now - self.started, self.incumbent, self.bound)

    def hear(self) -> None:
        """Take the better point of another engine, if there is one."""
        point = None if self.shared is None else self.shared.take()
        self.handed = self.handed if point is None else point

    def proved(self, whole: Integers, bound: float) -> None:
        """Note a bound; those of all rounds hold."""
        found = whole.objective(bound)
        if self.bound is None or self.sign * (found - self.bound) > 0:
            self.bound = found

    def found(self, whole: Integers, objective: float, values: Values) -> None:
        """Note a point, if it is the best of all rounds, and offer it."""
        value = whole.objective(objective)
        if self.incumbent is not None and self.sign * (self.incumbent - value) <= 0:
            return
        self.incumbent, self.points[:] = value, [values]
        if self.shared is None:
            return
        first, handed = self.compiled.objective, self.handed
        if first is None or (
            handed is not None and self.sign * (value - objective_value(first, handed)) <= 0
        ):
            self.handed = None
        self.shared.offer(completed(self.compiled, values))

    @property
    def sign(self) -> float:
        """1 where less is better, -1 where more is."""
        objective = self.compiled.objective
        return -1.0 if objective is not None and objective.sense == "maximize" else 1.0

    def read(self, solver: Any, status: Any, whole: Integers, failure: BaseException | None) -> Solution:
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
        values = self.points[-1] if self.points and termination is not Termination.INFEASIBLE else None
        objective = bound = None
        if values is not None:
            values = completed(self.compiled, values)
            first = self.compiled.objective
            objective = 0.0 if first is None else objective_value(first, values)
        known = status in (cp_model.OPTIMAL, cp_model.FEASIBLE, cp_model.UNKNOWN) and failure is None
        if known and (values is not None or solver.best_objective_bound > -_UNKNOWN_BOUND):
            if abs(solver.best_objective_bound) < _UNKNOWN_BOUND:
                self.proved(whole, solver.best_objective_bound)
            bound = self.bound
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


def _listener(solve: _Solve, whole: Integers, built: Built) -> Any:
    from ortools.sat.python import cp_model

    class Noting(cp_model.CpSolverSolutionCallback):
        def on_solution_callback(self) -> None:
            solve.proved(whole, self.best_objective_bound)
            solve.found(whole, self.objective_value, built.values(self.value))
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
