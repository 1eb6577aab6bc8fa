"""Ipopt, through CasADi: points of smooth problems that are optimal nearby, from several starts.

Nothing is proved about other points: the best outcome is called locally optimal, and has no bound. No start
leading to a feasible point is no proof that there is none.
"""

from __future__ import annotations

__all__ = ["Ipopt"]

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values
from agentopt.solvers.base import Feature, Limits, Report
from agentopt.solvers.card import Card, Value
from agentopt.solvers.carded import Carded
from agentopt.solvers.classes import check
from agentopt.solvers.doubt import still_improves
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.starting import starts
from agentopt.solvers.trivial import settled
from agentopt.solvers.watching import Stop, watch

MAX_LOG = 200_000
"""Characters of log that are kept, the last ones."""

TOLERANCE = 1e-6
"""How far rows and bounds may be exceeded at a feasible point, relative to the sides."""

_SOLVED = {"Solve_Succeeded", "Solved_To_Acceptable_Level", "Feasible_Point_Found"}

_OURS = frozenset({"print_level", "output_file", "file_print_level", "sb"})


class Ipopt(Carded):
    """Ipopt through `casadi`.

    >>> from agentopt.solvers.card import cards
    >>> Ipopt(cards()["ipopt"]).name
    'ipopt'
    """

    abilities = frozenset({Feature.DUALS, Feature.WARM_START, Feature.INTERRUPT, Feature.PROGRESS})

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> Solution:
        """Solve the first objective of a model from several starts.

        Raises:
            EngineError: the class is not one of `features`;
                an option is unknown, or the model has a function CasADi does not have.
        """
        started = time.perf_counter()
        check(self, compiled)
        version = self.available().version
        given = checked(self.card, options)
        found = settled(compiled, self.name, version)
        if found is None:
            run = _Solve(
                self.card, version, compiled, limits, report, started, dict(given.known), given.native
            )
            found = run.run()
        chosen = {**given.known, **given.native}
        if limits.seconds is not None:
            chosen.setdefault("time_limit", limits.seconds)
        shown = tuple((name, str(value)) for name, value in sorted(chosen.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)


@dataclass(frozen=True, eq=False)
class _Outcome:
    """What came of one start; `objective` in the model's own sense."""

    status: str
    values: Values
    objective: float
    violation: float
    row_multipliers: Values
    column_multipliers: Values
    solved: bool


@dataclass
class _Solve:
    """One run: expressions made, starts tried under the limits, the best outcome read."""

    card: Card
    version: str
    compiled: Compiled
    limits: Limits
    report: Report | None
    started: float
    known: dict[str, Value]
    native: Mapping[str, object]
    stop: Stop = field(default_factory=Stop)
    outcomes: list[_Outcome] = field(default_factory=list)
    current: Values | None = None
    iterations: int = 0
    log: str = ""

    def run(self) -> Solution:
        seconds = self.known.pop("time_limit", self.limits.seconds)
        self.limits = replace(self.limits, seconds=None if seconds is None else float(seconds))
        num_starts, seed = int(self.known.pop("starts", 1)), int(self.known.pop("random_seed", 0))
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log"
            solver = self.solver(path)
            points = starts(self.compiled, num_starts, np.random.default_rng(seed))
            failure = watch(
                lambda: self.tries(solver, points),
                cancel=_nothing,
                look=self.look,
                limits=self.limits,
                report=self.report,
                stop=self.stop,
            )
            if path.is_file():
                self.log = path.read_text(encoding="utf-8", errors="replace")[-MAX_LOG:]
        return self.read("" if failure is None else str(failure).strip().splitlines()[-1])

    # -- running ---------------------------------------------------------------------------------------------

    def solver(self, log: Path) -> Any:
        """CasADi's solver object with the options set.

        Raises:
            EngineError: an option that Ipopt does not have or take.
        """
        import casadi as ca

        from agentopt.solvers.casadi_model import build

        x, objective, rows = build(self.compiled)
        self.watcher = _watcher(ca, self, int(x.numel()), int(rows.numel()))
        options: dict[str, Any] = {
            "print_time": False,
            "error_on_fail": False,
            "show_eval_warnings": False,
            "iteration_callback": self.watcher,
            "ipopt.print_level": 0,
            "ipopt.sb": "yes",
            "ipopt.output_file": str(log),
            "ipopt.file_print_level": 4,
            # Points stay inside bounds: functions need not be defined outside.
            "ipopt.honor_original_bounds": "yes",
        }
        for name, value in {**self.known, **self.native}.items():
            if name in _OURS:
                raise EngineError(f"option `{name}` cannot be set", hint="the log is in the solution's `log`")
            options[f"ipopt.{name}"] = value
        try:
            return ca.nlpsol("solver", "ipopt", {"x": x, "f": objective, "g": rows}, options)
        except RuntimeError as error:
            raise self.refused(error) from None

    def refused(self, error: RuntimeError) -> EngineError:
        """Why CasADi does not make a solver."""
        last = str(error).strip().splitlines()[-1]
        for name in self.native:
            if name in last:
                return unknown(self.card, name)
        return EngineError(f"Ipopt does not take the model: {last}")

    def tries(self, solver: Any, points: list[Values]) -> None:
        compiled = self.compiled
        for start in points:
            if self.stop.reason is not None:
                return
            self.current = None
            result = solver(
                x0=start,
                lbx=compiled.lower,
                ubx=compiled.upper,
                lbg=compiled.row_lower,
                ubg=compiled.row_upper,
            )
            status = str(solver.stats()["return_status"])
            self.iterations += int(solver.stats()["iter_count"])
            self.outcomes.append(self.outcome(status, result))

    def outcome(self, status: str, result: Mapping[str, Any]) -> _Outcome:
        compiled = self.compiled
        values = np.clip(_flat(result["x"]), compiled.lower, compiled.upper)
        objective = 0.0 if compiled.objective is None else objective_value(compiled.objective, values)
        violation = max_violation(compiled, values)
        sides = np.abs(np.concatenate([compiled.row_lower, compiled.row_upper]))
        scale = 1.0 + float(sides[np.isfinite(sides)].max(initial=0.0))
        feasible = bool(
            np.isfinite(values).all() and np.isfinite(objective) and violation <= TOLERANCE * scale
        )
        if feasible and still_improves(compiled, values):
            feasible, status = False, f"objective still improves at values of {np.abs(values).max():.0e}"
        return _Outcome(
            status,
            values,
            objective,
            violation if feasible else np.inf,
            _flat(result["lam_g"]),
            _flat(result["lam_x"]),
            feasible and status in _SOLVED,
        )

    def look(self) -> Progress:
        best = self.best()
        return Progress(
            time.perf_counter() - self.started,
            None if best is None else best.objective,
            None,
            self.iterations,
        )

    def check(self) -> bool:
        """Whether the solver should stop, asked at every step; the time limit is kept here."""
        seconds = self.limits.seconds
        if seconds is not None and time.perf_counter() - self.started > seconds:
            self.stop.ask(Termination.TIME_LIMIT, "time limit reached")
        return self.stop.reason is not None

    # -- reading ---------------------------------------------------------------------------------------------

    def best(self) -> _Outcome | None:
        """The best feasible outcome, solved ones before others; the first of equals."""
        feasible = [each for each in self.outcomes if np.isfinite(each.violation)]
        first = self.compiled.objective
        sign = -1.0 if first is not None and first.sense == "maximize" else 1.0
        return min(feasible, key=lambda each: (not each.solved, sign * each.objective), default=None)

    def read(self, failure: str) -> Solution:
        best = self.best()
        solved = sum(each.solved for each in self.outcomes)
        tried = len(self.outcomes)
        message = f"{solved} of {tried} starts reached a point that is optimal nearby"
        if self.stop.reason is not None:
            termination, message = self.stop.reason, f"{self.stop.message}; {message}"
        elif best is not None and best.solved:
            termination = Termination.LOCALLY_OPTIMAL
        elif any(each.status == "Maximum_Iterations_Exceeded" for each in self.outcomes):
            termination, message = Termination.ITERATION_LIMIT, f"iteration limit reached; {message}"
        else:
            statuses = sorted({each.status.replace("_", " ").lower() for each in self.outcomes})
            termination = Termination.ERROR
            message = f"no start led to a point that is optimal nearby ({failure or ', '.join(statuses)})"
        if best is None:
            return Solution(
                termination,
                PointStatus.NONE,
                self.card.name,
                self.version,
                message=message,
                iterations=self.iterations,
                log=self.log,
            )
        # CasADi's multipliers are of the Lagrangian of what is minimized: minus the derivative by the side.
        first = self.compiled.objective
        sign = 1.0 if first is not None and first.sense == "maximize" else -1.0
        return Solution(
            termination,
            PointStatus.FEASIBLE,
            self.card.name,
            self.version,
            objective=best.objective,
            values=best.values,
            duals=sign * best.row_multipliers if best.solved else None,
            reduced_costs=sign * best.column_multipliers if best.solved else None,
            message=message,
            iterations=self.iterations,
            log=self.log,
        )


def _watcher(ca: Any, solve: _Solve, columns: int, rows: int) -> Any:
    """CasADi's callback for every step: gives other threads a turn and says whether to stop."""

    class Watcher(ca.Callback):  # type: ignore[misc]  # casadi is untyped
        def __init__(self) -> None:
            ca.Callback.__init__(self)
            self.construct("watcher", {})

        def get_n_in(self) -> int:
            return int(ca.nlpsol_n_out())

        def get_n_out(self) -> int:
            return 1

        def get_name_in(self, i: int) -> str:
            return str(ca.nlpsol_out(i))

        def get_name_out(self, i: int) -> str:
            return "stop"

        def get_sparsity_in(self, i: int) -> Any:
            shape = {"f": 1, "x": columns, "lam_x": columns, "g": rows, "lam_g": rows}
            return ca.Sparsity.dense(shape.get(ca.nlpsol_out(i), 0))

        def eval(self, arguments: Any) -> list[int]:
            time.sleep(0)
            return [int(solve.check())]

    return Watcher()


def _flat(values: Any) -> Values:
    return np.array(values, dtype=float).reshape(-1)


def _nothing() -> None:
    """The solver asks at every step whether to stop; it needs no telling."""
