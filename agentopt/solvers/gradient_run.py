"""One run of the gradient trainers: tensors made, starts tried under the limits, the best outcome read."""

from __future__ import annotations

__all__ = ["GradientRun"]

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, nonlinear_size, objective_value
from agentopt.compiling.torch_model import TorchModel, build
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values
from agentopt.solvers.base import Limits, Report
from agentopt.solvers.card import Card, Value
from agentopt.solvers.doubt import still_improves
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.starting import starts
from agentopt.solvers.watching import Stop, watch
from agentopt.training.descent import Plan
from agentopt.training.optimizers import Named, Need, named
from agentopt.training.problem import Trained, train

TOLERANCE = 1e-6
"""How far rows and bounds may be exceeded at a feasible point, relative to the sides."""

STARTS = 8
BIG = 100_000
"""Values from which on one start is all that is tried, unless more are asked for."""


@dataclass(frozen=True, eq=False)
class _Outcome:
    """What came of one start; `objective` in the model's own sense."""

    values: Values
    objective: float
    feasible: bool
    trained: Trained
    note: str

    @property
    def solved(self) -> bool:
        return self.feasible and self.trained.met


@dataclass
class GradientRun:
    """One call of `Gradient.solve`."""

    card: Card
    version: str
    compiled: Compiled
    limits: Limits
    report: Report | None
    started: float
    known: Mapping[str, Value]
    stop: Stop = field(default_factory=Stop)
    outcomes: list[_Outcome] = field(default_factory=list)
    iterations: int = 0
    seen: float | None = None

    def run(self) -> Solution:
        """Try the starts and read the best.

        Raises:
            AvailabilityError: the package of the optimizer is not installed.
            EngineError: options that do not go together, or a function torch does not have.
        """
        seconds = self.known.get("time_limit", self.limits.seconds)
        self.limits = replace(self.limits, seconds=None if seconds is None else float(seconds))
        warmed()
        # The clock starts when torch is there: importing it can take as long as training.
        self.started = time.perf_counter()
        failure = watch(
            self.work,
            cancel=_nothing,
            look=lambda: Progress(self.elapsed, self.seen, None, self.iterations),
            limits=self.limits,
            report=self.report,
            stop=self.stop,
        )
        if isinstance(failure, MemoryError | RuntimeError) and not isinstance(failure, NotImplementedError):
            return self.read(str(failure).strip().splitlines()[-1])
        if failure is not None:
            raise failure
        return self.read("")

    @property
    def elapsed(self) -> float:
        """Seconds since the call."""
        return time.perf_counter() - self.started

    # -- running ---------------------------------------------------------------------------------------------

    def work(self) -> None:
        """Train from one start after the other."""
        import torch

        if self.limits.threads:
            torch.set_num_threads(self.limits.threads)
        device = self.device()
        model = build(self.compiled, device)
        spec, plan = self.planned(model)
        number = self.number_of_starts()
        seed = int(self.known["random_seed"])
        for start in starts(self.compiled, number, np.random.default_rng(seed)):
            if self.halted():
                return
            trained = train(
                self.compiled,
                model,
                torch.as_tensor(start, device=device),
                spec,
                plan,
                tolerance=float(self.known["tol"]),
                polish=bool(self.known["polish"]),
                scaled=bool(self.known["scaling"]),
                stopped=self.halted,
            )
            self.iterations += trained.steps
            self.outcomes.append(self.outcome(trained))
            best = self.best()
            self.seen = None if best is None else best.objective

    def device(self) -> str:
        """Where tensors are.

        Raises:
            EngineError: a GPU is asked for, and torch sees none.
        """
        import torch

        wanted = str(self.known["device"])
        there = torch.cuda.is_available()
        if wanted == "cuda" and not there:
            raise EngineError("torch sees no GPU here", hint="leave `device` out, or set it to `cpu`")
        # A GPU pays where evaluations are long.
        return "cuda" if there and wanted != "cpu" and nonlinear_size(self.compiled) >= BIG else "cpu"

    def planned(self, model: TorchModel) -> tuple[Named, Plan]:
        """The optimizer and its plan.

        Raises:
            EngineError: minibatches are asked for where there are none to draw.
        """
        batch = int(self.known["batch_size"])
        name = str(self.known["optimizer"])
        if name == "auto":
            name = "adam" if batch else "lbfgs"
        spec = named(name)
        if batch and not model.points:
            raise EngineError(
                "the objective is no sum over the points of a table, so there are no minibatches to draw",
                hint="leave `batch_size` out",
            )
        if batch and Need.CLOSURE in spec.needs:
            raise EngineError(
                f"optimizer `{name}` looks at the whole table in every step, not at minibatches",
                hint="leave `batch_size` out, or name another optimizer, for instance `adam`",
            )
        rate = self.known.get("learning_rate")
        return spec, Plan(
            steps=int(self.known["steps"]),
            rate=None if rate is None else float(rate),
            batch=batch,
            patience=int(self.known["patience"]),
            seed=int(self.known["random_seed"]),
        )

    def number_of_starts(self) -> int:
        """As many as asked for; one where it is as good as many, or costs much."""
        given = self.known.get("starts")
        if given is not None:
            return int(given)
        return 1 if self.compiled.convex is True or nonlinear_size(self.compiled) > BIG else STARTS

    def halted(self) -> bool:
        """Whether to stop; the time limit is kept here."""
        time.sleep(0)
        seconds = self.limits.seconds
        if seconds is not None and self.elapsed > seconds:
            self.stop.ask(Termination.TIME_LIMIT, "time limit reached")
        return self.stop.reason is not None

    def outcome(self, trained: Trained) -> _Outcome:
        """A trained point judged on the arrays."""
        compiled = self.compiled
        values = np.clip(trained.values, compiled.lower, compiled.upper)
        objective = 0.0 if compiled.objective is None else objective_value(compiled.objective, values)
        sides = np.abs(np.concatenate([compiled.row_lower, compiled.row_upper]))
        scale = 1.0 + float(sides[np.isfinite(sides)].max(initial=0.0))
        violation = max_violation(compiled, values)
        note = ""
        feasible = bool(np.isfinite(values).all() and np.isfinite(objective))
        if feasible and not violation <= TOLERANCE * scale:
            feasible, note = False, f"a constraint is exceeded by {violation:.1e}"
        elif not feasible:
            note = "values that are no numbers"
        elif still_improves(compiled, values):
            feasible, note = False, f"objective still improves at values of {np.abs(values).max():.0e}"
        return _Outcome(values, objective, feasible, trained, note)

    # -- reading ---------------------------------------------------------------------------------------------

    def best(self) -> _Outcome | None:
        """The best feasible outcome, solved ones before others; the first of equals."""
        first = self.compiled.objective
        sign = -1.0 if first is not None and first.sense == "maximize" else 1.0
        feasible = [each for each in self.outcomes if each.feasible]
        return min(feasible, key=lambda each: (not each.solved, sign * each.objective), default=None)

    def read(self, failure: str) -> Solution:
        """The solution, from the outcomes and why it stopped."""
        best = self.best()
        solved, tried = sum(each.solved for each in self.outcomes), len(self.outcomes)
        message = (
            f"{solved} of {tried} start{'s' if tried != 1 else ''} reached a point that is optimal nearby"
        )
        if self.stop.reason is not None:
            termination, message = self.stop.reason, f"{self.stop.message}; {message}"
        elif best is not None and best.solved:
            termination = Termination.LOCALLY_OPTIMAL
        elif best is not None:
            termination = Termination.ITERATION_LIMIT
            message = f"{best.trained.ended}; {message}"
        else:
            notes = sorted({each.note for each in self.outcomes if each.note})
            termination = Termination.ERROR
            message = f"no start led to a point that is optimal nearby ({failure or '; '.join(notes)})"
        common = (self.card.name, self.version)
        if best is None:
            return Solution(
                termination, PointStatus.NONE, *common, message=message, iterations=self.iterations
            )
        first = self.compiled.objective
        sign = -1.0 if first is not None and first.sense == "maximize" else 1.0
        return Solution(
            termination,
            PointStatus.FEASIBLE,
            *common,
            objective=best.objective,
            values=best.values,
            duals=sign * best.trained.duals if best.solved else None,
            reduced_costs=sign * best.trained.reduced_costs if best.solved else None,
            message=message,
            iterations=self.iterations,
        )


def warmed() -> None:
    """Import what training needs; the first optimizer made imports torch's compiler, too."""
    import torch

    torch.optim.SGD([torch.zeros(1)], lr=1.0)


def _nothing() -> None:
    """The trainer asks at every step whether to stop; it needs no telling."""
