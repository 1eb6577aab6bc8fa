"""One run of Clarabel: the program passed, limits kept, what came of it read and looked at again."""

from __future__ import annotations

__all__ = ["Run"]

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values
from agentopt.solvers.base import Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.conic.build import Program, build
from agentopt.solvers.conic.certificates import contradiction, is_ray, off_matrices
from agentopt.solvers.conic.cones import Block
from agentopt.solvers.conic.duals import dual_matrices, multipliers
from agentopt.solvers.conic.vectors import constants, stacked
from agentopt.solvers.doubt import still_improves
from agentopt.solvers.options import unknown
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.tidy import tidied
from agentopt.solvers.watching import Stop, watch

TOLERANCE = 1e-6
"""How far rows and bounds may be exceeded at a feasible point, relative to the sides."""

GAP = 1e-6
"""Relative gap up to which an optimum is claimed where the engine is only nearly sure."""

_OURS = frozenset({"verbose"})


@dataclass
class Run:
    """One model, solved once, and a second time without its objective where that tells more."""

    card: Card
    version: str
    compiled: Compiled
    limits: Limits
    report: Report | None
    started: float
    options: Mapping[str, object]
    stop: Stop = field(default_factory=Stop)
    iterations: int = 0
    log: str = ""

    def solution(self) -> Solution:
        """What came of it.

        Raises:
            EngineError: an option that Clarabel does not have or take.
        """
        program = build(self.compiled)
        found, failure = self.run(program, program.cost, program.curvature)
        if found is None:
            return self.nothing(Termination.ERROR, f"Clarabel failed: {failure}")
        status = str(found.status)
        if status in {"Solved", "AlmostSolved", "InsufficientProgress"}:
            return self.point(program, found, status)
        if status == "PrimalInfeasible":
            said = contradiction(self.compiled, program, np.asarray(found.z))
            if said is not None:
                return self.nothing(Termination.INFEASIBLE, said)
            return self.nothing(Termination.ERROR, "its proof that nothing is feasible does not hold")
        if status == "DualInfeasible":
            return self.unbounded(program, np.asarray(found.x))
        return self.stopped(status)

    # -- running ---------------------------------------------------------------------------------------------

    def run(self, program: Program, cost: Values, curvature: Any) -> tuple[Any, str]:
        """Clarabel's own outcome, or None and why it has none."""
        import clarabel
        from scipy import sparse

        cones = program.cones
        size = cones.num_columns
        square = sparse.csc_matrix((size, size))
        if curvature is not None:
            first, second, values = curvature
            square = sparse.csc_matrix((values, (second, first)), shape=(size, size))
        every = stacked([constants(np.empty(0)), *(block.members for block in cones.blocks)])
        entries = (-every.values, (every.points, every.columns))
        matrix = sparse.csc_matrix(entries, shape=(cones.num_rows, size))
        matrix.sum_duplicates()
        kinds = [cone for block in cones.blocks for cone in _cones(clarabel, block)]
        settings = self.settings(clarabel)
        made: list[Any] = []
        outcome: list[Any] = []

        def work() -> None:
            solver = clarabel.DefaultSolver(square, cost, matrix, every.constant, kinds, settings)
            solver.print_to_buffer()
            solver.set_termination_callback(self.asked)
            made.append(solver)
            outcome.append(solver.solve())

        failure = watch(
            work,
            cancel=_nothing,
            look=self.look,
            limits=self.limits,
            report=self.report,
            stop=self.stop,
        )
        if not made:
            raise EngineError(f"Clarabel does not take the model: {failure}")
        self.log += str(made[0].get_print_buffer())
        if failure is not None:
            return None, str(failure).strip().splitlines()[-1] if str(failure).strip() else repr(failure)
        return outcome[0], ""

    def settings(self, clarabel: Any) -> Any:
        """Clarabel's settings with the options set.

        Raises:
            EngineError: one that it does not have or take.
        """
        settings = clarabel.DefaultSettings()
        settings.max_threads = self.limits.threads or 1
        known = [name for name in dir(settings) if not name.startswith("_") and name != "default"]
        for name, value in self.options.items():
            native = self.card.options[name].native or name if name in self.card.options else name
            if native in _OURS:
                raise EngineError(f"option `{name}` cannot be set", hint="the log is in the solution's `log`")
            if native == "time_limit":
                spent = time.perf_counter() - self.started
                value = max(0.0, float(str(value)) - spent)
            if native not in known:
                raise unknown(self.card, name, set(known) - set(self.card.options))
            try:
                setattr(settings, native, _typed(getattr(settings, native), value))
            except (TypeError, ValueError):
                raise EngineError(f"option `{name}` of {self.card.title} cannot be {value!r}") from None
        return settings

    def asked(self, info: Any) -> bool:
        """Whether the solver should stop, asked at every step."""
        self.iterations = int(info.iterations)
        time.sleep(0)
        return self.stop.reason is not None

    def look(self) -> Progress:
        """Where it stands: no point is feasible before the end."""
        return Progress(time.perf_counter() - self.started, None, None, self.iterations)

    # -- reading ---------------------------------------------------------------------------------------------

    def point(self, program: Program, found: Any, status: str) -> Solution:
        """The point it ended at, if that holds, and what the duals prove of it."""
        compiled = self.compiled
        values = np.asarray(found.x)[: compiled.num_columns]
        values = tidied(compiled, np.clip(values, compiled.lower, compiled.upper))
        objective = 0.0 if compiled.objective is None else objective_value(compiled.objective, values)
        sides = np.abs(np.concatenate([compiled.row_lower, compiled.row_upper]))
        scale = 1.0 + float(sides[np.isfinite(sides)].max(initial=0.0))
        violation = max(max_violation(compiled, values), off_matrices(compiled, values))
        if not np.isfinite(objective) or not violation <= TOLERANCE * scale:
            message = f"the point it ended at is off by {violation:.1e}"
            return self.nothing(Termination.ERROR, message)
        if still_improves(compiled, values):
            message = f"the objective still improves at values of {np.abs(values).max():.0e}"
            return self.nothing(Termination.ERROR, message)
        bound = self.bound(program, found)
        gap = abs(objective - bound) / max(1.0, abs(objective))
        sure = gap <= (GAP if status != "Solved" else 1e2 * GAP)
        duals, reduced = multipliers(compiled, program, np.asarray(found.z), values)
        message = f"solved in {self.iterations} steps" if status == "Solved" else f"nearly solved ({status})"
        if not sure:
            message += f"; the bound is {gap:.1e} away"
        return Solution(
            Termination.OPTIMAL if sure else Termination.ERROR,
            PointStatus.FEASIBLE,
            self.card.name,
            self.version,
            objective=objective,
            bound=bound,
            values=values,
            duals=duals,
            reduced_costs=reduced,
            matrices=dual_matrices(program, np.asarray(found.z)),
            message=message,
            iterations=self.iterations,
            log=self.log,
        )

    def bound(self, program: Program, found: Any) -> float:
        """The dual objective, in the model's own sense."""
        first = self.compiled.objective
        if first is None:
            return 0.0
        sign = 1.0 if first.sense == "minimize" else -1.0
        return sign * (float(found.obj_val_dual) + program.offset) + first.offset

    def unbounded(self, program: Program, direction: Values) -> Solution:
        """A direction that improves for ever proves nothing unless something is feasible: asked apart."""
        ray = direction[: self.compiled.num_columns]
        size = float(np.abs(ray).max(initial=0.0))
        ray = ray / size if size else ray
        if not is_ray(program, direction / size if size else direction):
            return self.nothing(Termination.ERROR, "the direction it found does not improve for ever")
        found, failure = self.run(program, np.zeros(program.cones.num_columns), None)
        status = failure if found is None else str(found.status)
        if status == "PrimalInfeasible":
            said = contradiction(self.compiled, program, np.asarray(found.z))
            if said is not None:
                return self.nothing(Termination.INFEASIBLE, said)
        if status == "Solved":
            values = np.clip(
                np.asarray(found.x)[: self.compiled.num_columns], self.compiled.lower, self.compiled.upper
            )
            if max_violation(self.compiled, values) <= TOLERANCE * (1.0 + float(np.abs(values).max())):
                message = "from a feasible point the objective improves for ever along a direction"
                return self.nothing(Termination.UNBOUNDED, message, ray)
        message = f"some direction improves for ever, and no feasible point was found ({status})"
        return self.nothing(Termination.INFEASIBLE_OR_UNBOUNDED, message, ray)

    def stopped(self, status: str) -> Solution:
        """An end without a point."""
        if self.stop.reason is not None:
            return self.nothing(self.stop.reason, self.stop.message)
        reasons = {
            "MaxTime": (Termination.TIME_LIMIT, "time limit reached"),
            "MaxIterations": (Termination.ITERATION_LIMIT, "iteration limit reached"),
            "CallbackTerminated": (Termination.INTERRUPTED, "stopped"),
            "AlmostPrimalInfeasible": (Termination.ERROR, "it looks infeasible, which is not proved"),
            "AlmostDualInfeasible": (Termination.ERROR, "it looks unbounded, which is not proved"),
        }
        termination, message = reasons.get(status, (Termination.ERROR, f"Clarabel gave up: {status}"))
        return self.nothing(termination, message)

    def nothing(self, termination: Termination, message: str, ray: Values | None = None) -> Solution:
        """An outcome without a point: none of an interior-point method's is feasible before its end."""
        return Solution(
            termination,
            PointStatus.NONE,
            self.card.name,
            self.version,
            ray=ray,
            message=message,
            iterations=self.iterations,
            log=self.log,
        )


def _cones(clarabel: Any, block: Block) -> list[Any]:
    number = len(block.members.constant)
    match block.kind:
        case "zero":
            return [clarabel.ZeroConeT(number)]
        case "nonnegative":
            return [clarabel.NonnegativeConeT(number)]
        case "second":
            return [clarabel.SecondOrderConeT(block.size)] * (number // block.size)
        case "exponential":
            return [clarabel.ExponentialConeT()] * (number // 3)
        case "power":
            assert block.exponents is not None
            return [clarabel.PowerConeT(each) for each in block.exponents.tolist()]
    return [clarabel.PSDTriangleConeT(block.size)]


def _typed(now: object, value: object) -> object:
    if isinstance(now, bool):
        return str(value).strip().casefold() in {"true", "on", "yes", "1"}
    if isinstance(now, int):
        return int(str(value))
    if isinstance(now, float):
        return float(str(value))
    return str(value)


def _nothing() -> None:
    """The solver asks at every step whether to stop; it needs no telling."""
