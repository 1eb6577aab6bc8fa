"""Is there a point? The question a diagnosis asks again and again, with the three answers it may get.

Linear models go to HiGHS directly, which finds nothing out beyond the answer; others to the first engine of
their route whose word on infeasibility holds everywhere. A point counts when it meets the arrays within the
tolerance of engines; emptiness counts only as an engine's proof, and everything else is open.
"""

from __future__ import annotations

__all__ = ["Answer", "Outcome", "Prober"]

import time
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality, ProblemClass
from agentopt.compiling.compiler import problem_class
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.formulation.instance import Values
from agentopt.solvers.base import Engine, Feature, Limits
from agentopt.solvers.solution import Termination

TOLERANCE = 1e-5
"""Violation of the largest row or limit, relative to its size, at which a point still counts."""

LEAST_SECONDS = 0.2


class Outcome(Enum):
    """What is known about the points of a model."""

    EMPTY = "proven empty"
    POINT = "there is a point"
    OPEN = "not settled"


@dataclass(frozen=True, eq=False)
class Answer:
    """The answer to one question.

    Attributes:
        point: shape (n,), with `POINT`.
        value: of the objective, where one was asked for.
        best: whether the value is proven to be the least.
    """

    outcome: Outcome
    point: Values | None = None
    value: float | None = None
    best: bool = False


class Prober:
    """Asks engines, within one limit of time for all questions and one for each."""

    def __init__(self, seconds: float, each: float = 5.0) -> None:
        self.deadline = time.monotonic() + seconds
        self.each = each
        self.count = 0
        self.engines: set[str] = set()

    @property
    def left(self) -> float:
        """Seconds for all questions to come."""
        return max(0.0, self.deadline - time.monotonic())

    def ask(self, model: Compiled) -> Answer:
        """Whether a model has a point; with an objective, the best one that can be had in time."""
        if self.left == 0.0:
            return Answer(Outcome.OPEN)
        self.count += 1
        if _crossed(model):
            return Answer(Outcome.EMPTY)
        model = replace(model, problem_class=_class(model))
        seconds = max(LEAST_SECONDS, min(self.each, self.left))
        if model.problem_class in {ProblemClass.LP, ProblemClass.MILP}:
            found = self._linear(model, seconds)
        else:
            found = self._general(model, seconds)
        if found.point is not None and not _meets(model, found.point):
            return Answer(Outcome.OPEN)
        return found

    def farkas(self, model: Compiled) -> Values | None:
        """Multipliers of the rows of a linear program that show it to be empty; None without any."""
        import highspy

        highs = self._highs(model, max(LEAST_SECONDS, min(self.each, self.left)))
        highs.setOptionValue("presolve", "off")
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kInfeasible:
            return None
        found = highs.getDualRay()
        if len(found) < 3 or not found[1] or found[-1] is None:
            return None
        return np.array(found[-1], dtype=float)

    def _linear(self, model: Compiled, seconds: float) -> Answer:
        import highspy

        self.engines.add("highs")
        highs = self._highs(model, seconds)
        highs.run()
        status, info = highs.getModelStatus(), highs.getInfo()
        if status == highspy.HighsModelStatus.kUnboundedOrInfeasible:
            highs.setOptionValue("presolve", "off")
            highs.run()
            status, info = highs.getModelStatus(), highs.getInfo()
        if status == highspy.HighsModelStatus.kInfeasible:
            return Answer(Outcome.EMPTY)
        solution = highs.getSolution()
        if not solution.value_valid or info.primal_solution_status != 2:
            return Answer(Outcome.OPEN)
        point = np.array(solution.col_value)
        objective = model.objective
        value = None if objective is None else objective_value(objective, point)
        return Answer(Outcome.POINT, point, value, status == highspy.HighsModelStatus.kOptimal)

    def _highs(self, model: Compiled, seconds: float) -> Any:
        from agentopt.compiling.highs_model import build, silent

        highs = silent()
        highs.setOptionValue("time_limit", seconds)
        highs.setOptionValue("mip_rel_gap", 0.0)
        highs.setOptionValue("mip_abs_gap", 1e-9)
        return build(model, highs=highs)

    def _general(self, model: Compiled, seconds: float) -> Answer:
        engine = _global_engine(model)
        if engine is None:
            return Answer(Outcome.OPEN)
        self.engines.add(engine.name)
        found = engine.solve(model, Limits(seconds=seconds), {})
        if found.termination is Termination.INFEASIBLE:
            return Answer(Outcome.EMPTY)
        if not found.has_point:
            return Answer(Outcome.OPEN)
        return Answer(Outcome.POINT, found.values, found.objective, found.termination is Termination.OPTIMAL)


def _global_engine(model: Compiled) -> Engine | None:
    """The first engine of the route that is there and whose claims hold over the whole model."""
    from agentopt.solvers.routing import routes

    return next((e for e in routes(model) if Feature.GLOBAL in e.features and e.available()), None)


def _class(model: Compiled) -> ProblemClass:
    objective = model.objective
    return problem_class(
        discrete=bool((model.integrality != Integrality.CONTINUOUS).any()),
        quadratic_objective=objective is not None and objective.quadratic is not None,
        quadratic_rows=bool(model.quadratic_rows),
        nonlinear=bool(model.nonlinear) or (objective is not None and objective.nonlinear is not None),
    )


def _crossed(model: Compiled) -> bool:
    semi = model.integrality >= Integrality.SEMICONTINUOUS
    return bool((model.row_lower > model.row_upper).any() or ((model.lower > model.upper) & ~semi).any())


def _meets(model: Compiled, point: Values) -> bool:
    """Whether an engine's point is one, within a tolerance that grows with the numbers of the model."""
    sides = np.concatenate([model.row_lower, model.row_upper, model.lower, model.upper])
    scale = max(1.0, float(np.abs(sides[np.isfinite(sides)]).max(initial=0.0)))
    return max_violation(model, point) <= TOLERANCE * scale
