"""One run of HiGHS: the model handed over by one `passModel`, the run watched, the outcome read.

Duals and reduced costs are derivatives of the objective in the model's own sense, for minimization and
maximization alike: raising the right-hand side of row i by a little changes the optimum by `duals[i]` times
as much.
"""

from __future__ import annotations

__all__ = ["HighsRun"]

import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Basis, Compiled
from agentopt.compiling.evaluate import objective_value
from agentopt.compiling.highs_model import build, silent
from agentopt.formulation.instance import Values
from agentopt.solvers import highs_why as why
from agentopt.solvers.base import Limits, Report
from agentopt.solvers.sharing import Shared
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.tidy import tidied
from agentopt.solvers.watching import Stop, watch

MAX_LOG_LINES = 4000
"""Messages of the log that are kept, the last ones."""

MAX_BASIS = 200_000
"""Columns and rows up to which the last basis is kept."""

_BASIC = 1

MAX_POOL = 10
"""Incumbents that are kept beside the best."""

_TERMINATIONS = {
    "kOptimal": Termination.OPTIMAL,
    "kInfeasible": Termination.INFEASIBLE,
    "kUnbounded": Termination.UNBOUNDED,
    "kUnboundedOrInfeasible": Termination.INFEASIBLE_OR_UNBOUNDED,
    "kTimeLimit": Termination.TIME_LIMIT,
    "kMemoryLimit": Termination.MEMORY_LIMIT,
    "kIterationLimit": Termination.ITERATION_LIMIT,
    "kSolutionLimit": Termination.ITERATION_LIMIT,
    "kObjectiveTarget": Termination.INTERRUPTED,
    "kObjectiveBound": Termination.INTERRUPTED,
    "kInterrupt": Termination.INTERRUPTED,
    "kHighsInterrupt": Termination.INTERRUPTED,
}

_FEASIBLE = 2
"""HiGHS's code for a solution that is feasible."""


@dataclass
class HighsRun:
    """A model and how to solve it.

    Attributes:
        compiled: the model as given.
        plain: the same without semi-continuous columns; its first columns and rows are those of `compiled`.
        settings: native options, checked.
        started: when the engine was asked, on the performance counter.
        shared: what other engines running beside it found; None when it runs alone.
    """

    engine: str
    version: str
    compiled: Compiled
    plain: Compiled
    limits: Limits
    report: Report | None
    settings: Mapping[str, object]
    started: float
    stop: Stop = field(default_factory=Stop)
    log: deque[str] = field(default_factory=lambda: deque(maxlen=MAX_LOG_LINES))
    latest: Progress = field(default_factory=lambda: Progress(0.0, None, None))
    pool: deque[Values] = field(default_factory=lambda: deque(maxlen=MAX_POOL + 1))
    shared: Shared | None = None

    def solution(self) -> Solution:
        """Solve, and find out what there is to know where there is no optimum."""
        highs = self.ready(self.plain)
        self.start(highs)
        failure = self.run(highs)
        found = self.read(highs, failure)
        if found.termination in {Termination.OPTIMAL, Termination.TIME_LIMIT} or self.stop.reason is not None:
            return found
        return replace(why.explained(self, found), log=self.log_text())

    # -- running ---------------------------------------------------------------------------------------------

    def ready(self, model: Compiled, **extra: object) -> Any:
        """A HiGHS with the options, what is left of the time, and a model."""
        highs = silent()
        for name, value in {**self.settings, **extra}.items():
            highs.setOptionValue(name, value)
        left = self.seconds_left()
        if left is not None:
            highs.setOptionValue("time_limit", left)
        build(model, highs=highs)
        self.listen(highs)
        return highs

    def seconds_left(self) -> float | None:
        """What is left of the time limit; None without one."""
        limit = self.settings.get("time_limit")
        if not isinstance(limit, float):
            return None
        return max(0.0, limit - (time.perf_counter() - self.started))

    def start(self, highs: Any) -> None:
        """Give the start values, where some are given, to the search for integer points; else the basis."""
        start = self.plain.start
        if not self.plain.integrality.any():
            self.start_basis(highs)
            return
        if start is None:
            return
        given = np.flatnonzero(~np.isnan(start))
        if len(given):
            highs.setSolution(len(given), given.astype(np.int32), start[given])

    def start_basis(self, highs: Any) -> None:
        """Give the basis of a linear problem, where one is given that fits; HiGHS then needs no presolve."""
        import highspy

        basis, model = self.plain.basis, self.plain
        if basis is None or len(basis.columns) != model.num_columns or len(basis.rows) != model.num_rows:
            return
        made = highspy.HighsBasis()
        kinds = [highspy.HighsBasisStatus(kind) for kind in range(5)]
        made.col_status = [kinds[each] for each in basis.columns.tolist()]
        made.row_status = [kinds[each] for each in basis.rows.tolist()]
        # With as many basic ones as rows it is one; else HiGHS is told to make one of it.
        basic = np.count_nonzero(basis.columns == _BASIC) + np.count_nonzero(basis.rows == _BASIC)
        made.alien = bool(basic != model.num_rows)
        made.valid = True
        highs.setBasis(made)

    def run(self, highs: Any, work: Callable[[], object] | None = None) -> BaseException | None:
        """Solve, or do something else with HiGHS, under the limits."""
        wanted = highs.run if work is None else work
        return watch(
            lambda: (wanted(), None)[1],
            cancel=_nothing,
            look=lambda: replace(self.latest, seconds=time.perf_counter() - self.started),
            limits=replace(self.limits, seconds=self.seconds_left()),
            report=self.report,
            stop=self.stop,
        )

    def listen(self, highs: Any) -> None:
        """Subscribe to what is logged, found and asked."""
        from highspy import cb

        kinds = cb.HighsCallbackType
        logging, improving = kinds.kCallbackLogging, kinds.kCallbackMipImprovingSolution
        asking = kinds.kCallbackMipUserSolution
        searching = {kinds.kCallbackMipInterrupt, kinds.kCallbackMipLogging, improving}
        interrupts = {
            kinds.kCallbackSimplexInterrupt,
            kinds.kCallbackIpmInterrupt,
            kinds.kCallbackMipInterrupt,
            kinds.kHighsCallbackQpInterrupt,  # type: ignore[attr-defined]  # missing in highspy's stubs
        }

        def heard(kind: Any, message: str, out: Any, into: Any, _: Any) -> None:
            if kind in interrupts and self.stop.reason is not None:
                into.user_interrupt = True
            if kind == logging:
                self.log.append(message)
            if kind in searching:
                self.latest = _progress(out)
            if kind == improving:
                self.pool.append(np.array(out.mip_solution)[: self.compiled.num_columns])
                if self.shared is not None:
                    self.shared.offer(self.pool[-1])
            if kind == asking and self.shared is not None:
                point = self.shared.take()
                if point is not None:
                    into.setSolution(point)

        # A point of another engine says nothing about the columns that stand for semi-continuity.
        takes = self.shared is not None and self.plain is self.compiled
        highs.setCallback(heard, None)
        for kind in interrupts | searching | {logging} | ({asking} if takes else set()):
            highs.startCallback(kind)

    def log_text(self) -> str:
        """The log so far."""
        return "".join(self.log)

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, highs: Any, failure: BaseException | None) -> Solution:
        """The outcome as HiGHS has it."""
        status, info = highs.getModelStatus(), highs.getInfo()
        termination = _TERMINATIONS.get(status.name, Termination.ERROR)
        message = highs.modelStatusToString(status) if failure is None else str(failure)
        if self.stop.reason is not None and status.name in {"kInterrupt", "kHighsInterrupt"}:
            termination, message = self.stop.reason, self.stop.message
        found = Solution(
            termination,
            PointStatus.NONE,
            self.engine,
            self.version,
            iterations=max(
                0, info.simplex_iteration_count, info.ipm_iteration_count, info.qp_iteration_count
            ),
            nodes=max(0, info.mip_node_count),
            message=message,
            log=self.log_text(),
        )
        if termination in {
            Termination.INFEASIBLE,
            Termination.UNBOUNDED,
            Termination.INFEASIBLE_OR_UNBOUNDED,
        }:
            return found
        discrete = bool(self.plain.integrality.any())
        found = self.with_point(found, highs.getSolution(), info, discrete=discrete)
        if discrete:
            return replace(found, bound=_finite(info.mip_dual_bound))
        return self.with_duals(found, highs)

    def with_point(self, found: Solution, solution: Any, info: Any, *, discrete: bool) -> Solution:
        """The point, and other incumbents on the way to it, best first."""
        status = info.primal_solution_status
        if not solution.value_valid or not status:
            return found
        values = np.array(solution.col_value)[: self.compiled.num_columns]
        feasible = status == _FEASIBLE
        if not feasible and discrete:
            return found
        if feasible:
            values = tidied(self.compiled, values)
        objective = self.compiled.objective
        pool = [each for each in reversed(self.pool) if not np.allclose(each, values, rtol=0, atol=1e-9)]
        return replace(
            found,
            point=PointStatus.FEASIBLE if feasible else PointStatus.INFEASIBLE,
            values=values,
            objective=0.0 if objective is None else objective_value(objective, values),
            pool=tuple(tidied(self.compiled, each) for each in pool[:MAX_POOL]),
        )

    def with_duals(self, found: Solution, highs: Any) -> Solution:
        """Duals, reduced costs and the bound of a continuous problem."""
        if found.termination is Termination.OPTIMAL:
            solution = highs.getSolution()
            found = replace(found, bound=found.objective, basis=self.basis(highs))
            if solution.dual_valid:
                found = replace(
                    found,
                    duals=np.array(solution.row_dual)[: self.compiled.num_rows] + 0.0,
                    reduced_costs=np.array(solution.col_dual)[: self.compiled.num_columns] + 0.0,
                )
        return found

    def basis(self, highs: Any) -> Basis | None:
        """Where the simplex method ended; None where there was none, or the model is large."""
        found, model = highs.getBasis(), self.plain
        if not found.valid or model is not self.compiled:
            return None
        if model.num_columns + model.num_rows > MAX_BASIS:
            return None
        columns = np.fromiter(map(int, found.col_status), dtype=np.int8, count=model.num_columns)
        return Basis(columns, np.fromiter(map(int, found.row_status), dtype=np.int8, count=model.num_rows))


def _nothing() -> None:
    """HiGHS asks whether to stop; it needs no telling."""


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _progress(out: Any) -> Progress:
    return Progress(
        0.0, _finite(out.mip_primal_bound), _finite(out.mip_dual_bound), max(0, int(out.mip_node_count))
    )
