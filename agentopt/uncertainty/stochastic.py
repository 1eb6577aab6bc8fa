"""Two-stage stochastic problems: the best plan over scenarios, and what knowing more would be worth.

Terms are those of Birge and Louveaux (2011, section 4): the value of the stochastic solution is how much
better the plan is than the one made for mean values, the expected value of perfect information how much
better one could do knowing each time what will happen. Both are measured by the risk measure in force.
"""

from __future__ import annotations

__all__ = ["Outlook", "Stochastic", "measured", "stochastic"]

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from agentopt.agents.answer import Answer
from agentopt.agents.context import Context, Problem
from agentopt.agents.model_file import run_compiled
from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.errors import BindingError
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.formulation.instance import Instance, Label
from agentopt.formulation.uncertainty import Measure, Risk
from agentopt.solvers.solution import Solution
from agentopt.uncertainty.deterministic import Equivalent, equivalent

_SUM = 1e-6
"""How far from 1 the sum of probabilities may be: what rounding to six digits does."""

Values = dict[str, float | dict[tuple[Label, ...], float]]


@dataclass(frozen=True)
class Outlook:
    """One scenario.

    Attributes:
        value: of the objective under the plan, with the best that can be done afterwards.
        mean_plan: the same under the plan for mean values; None where that plan fails.
        informed: the best there is for who knows that it will happen; None where there is nothing.
    """

    name: str
    probability: float
    value: float | None
    mean_plan: float | None
    informed: float | None


@dataclass(frozen=True, eq=False)
class Stochastic:
    """What came of a problem with scenarios.

    Attributes:
        answer: to the deterministic equivalent, certificate included.
        scenarios: each with what the objective comes to.
        value: of the risk measure at the plan; None without one.
        mean_plan: of the plan for mean values: None where it fails in a scenario, or there is none.
        informed: with perfect information; None where a scenario has no answer.
        first_stage: what is decided now, by variable.
    """

    equivalent: Equivalent
    answer: Answer
    scenarios: tuple[Outlook, ...]
    value: float | None
    mean_plan: float | None
    informed: float | None
    first_stage: Values

    @property
    def sense(self) -> str:
        """`minimize` or `maximize`."""
        return self.equivalent.formulation.objectives[0].sense

    @property
    def value_of_stochastic_solution(self) -> float | None:
        """How much better the plan is than that for mean values; infinite where that fails."""
        if self.value is None:
            return None
        return math.inf if self.mean_plan is None else self._better(self.value, self.mean_plan)

    @property
    def value_of_perfect_information(self) -> float | None:
        """How much better one could do, knowing what will happen."""
        if self.value is None or self.informed is None:
            return None
        return self._better(self.informed, self.value)

    def _better(self, one: float, other: float) -> float:
        return other - one if self.sense == "minimize" else one - other


def stochastic(problem: Problem, context: Context, risk: Risk | None = None) -> Stochastic:
    """The best plan over the scenarios of a problem with a formulation.

    Raises:
        FormulationError: what it states has no deterministic equivalent.
        BindingError: a scenario lacks a number, or probabilities do not add up.
        AvailabilityError: no engine for its class is there.
    """
    assert problem.formulation is not None
    made = equivalent(problem.formulation, risk)
    instance = bind(made.formulation, problem.data or None, tables=problem.tables, folder=problem.folder)
    names, weights = _probabilities(instance, made)
    compiled = compile_instance(instance)
    answer = run_compiled(compiled, context)
    solution = answer.solution
    found = solution is not None and solution.has_point and solution.values is not None
    plan = _first_stage(compiled, made, solution) if found else {}
    single = _Single(problem, made, instance, context)
    mean = single.solved(single.given(weights))
    mean_plan = single.plan(*mean) if mean is not None else None
    scenarios = []
    for k, (name, weight) in enumerate(zip(names, weights, strict=True)):
        arrays = single.compiled(single.given(np.eye(len(names))[k]))
        scenarios.append(
            Outlook(
                str(name),
                float(weight),
                single.value(arrays, plan) if found else None,
                None if mean_plan is None else single.value(arrays, mean_plan),
                single.value(arrays, {}),
            )
        )
    sense = made.formulation.objectives[0].sense
    return Stochastic(
        made,
        answer,
        tuple(scenarios),
        solution.objective if found and solution is not None else None,
        measured([each.mean_plan for each in scenarios], weights, made.risk, sense),
        measured([each.informed for each in scenarios], weights, made.risk, sense),
        plan,
    )


def measured(
    values: Sequence[float | None], weights: Sequence[float] | np.ndarray, risk: Risk, sense: str
) -> float | None:
    """The risk measure of values by scenario; None where one is missing.

    >>> risk = Risk(measure="cvar", level=0.5)
    >>> measured([1.0, 2.0, 3.0, 4.0], [0.25] * 4, risk, "minimize")
    3.5
    >>> measured([1.0, 2.0, 3.0, 4.0], [0.25] * 4, risk, "maximize")
    1.5
    """
    known = [each for each in values if each is not None]
    if len(known) < len(values) or not known:
        return None
    sign = 1.0 if sense == "minimize" else -1.0
    losses, shares = sign * np.array(known), np.asarray(weights, dtype=float)
    mean = float(losses @ shares)
    if risk.measure is Measure.EXPECTED:
        return sign * mean
    if risk.measure is Measure.WORST:
        return sign * float(losses.max())
    tails = [edge + shares @ np.maximum(losses - edge, 0.0) / (1 - risk.level) for edge in losses]
    return sign * (risk.weight * float(min(tails)) + (1 - risk.weight) * mean)


def _probabilities(instance: Instance, made: Equivalent) -> tuple[list[Label], np.ndarray]:
    """The scenarios and their probabilities.

    Raises:
        BindingError: there are none, one is negative, or they do not add up to 1.
    """
    names = [each[0] for each in instance.labels.tuples(instance.sets[made.scenarios].codes)]
    weights = np.asarray(instance.parameters[made.probability].values, dtype=float).reshape(-1)
    if not names:
        raise BindingError("there are no scenarios", hint="list at least one")
    below = np.flatnonzero(weights < 0)
    if len(below):
        at = int(below[0])
        raise BindingError(f"the probability of scenario `{names[at]}` is {weights[at]:g}, below 0")
    total = math.fsum(weights)
    if abs(total - 1) > _SUM:
        raise BindingError(
            f"the probabilities of the {len(names)} scenarios sum to {total:.10g}, not to 1",
            hint="correct them, or leave `probability` out where all are equally likely",
        )
    return names, weights


def _first_stage(compiled: Compiled, made: Equivalent, solution: Solution | None) -> Values:
    assert solution is not None
    assert solution.values is not None
    found = compiled.values_by_name(solution.values)
    return {name: found[name] for name in made.first_stage}


class _Single:
    """The problem with the numbers of one scenario, or of a mean of several."""

    def __init__(self, problem: Problem, made: Equivalent, instance: Instance, context: Context) -> None:
        assert problem.formulation is not None
        self.problem, self.made, self.instance, self.context = problem, made, instance, context
        self.formulation = _without_uncertainty(problem.formulation, made.uncertain)
        self.data = {name: each for name, each in problem.data.items() if name not in made.uncertain}
        scenarios = instance.labels.tuples(instance.sets[made.scenarios].codes)
        self.place = {each[0]: k for k, each in enumerate(scenarios)}

    def given(self, weights: np.ndarray) -> Mapping[str, object]:
        """The uncertain parameters, averaged by weight."""
        found: dict[str, object] = {}
        for name in self.made.uncertain:
            bound = self.instance.parameters[name]
            sums: dict[tuple[Label, ...], float] = {}
            keys = self.instance.labels.tuples(bound.codes)
            for key, value in zip(keys, bound.values.reshape(-1).tolist(), strict=True):
                weight = float(weights[self.place[key[0]]])
                sums[key[1:]] = sums.get(key[1:], 0.0) + weight * value
            if () in sums:
                found[name] = sums[()]
            else:
                rest = bound.default
                if rest is not None:
                    # What is not listed in a scenario has the default there.
                    shares: dict[tuple[Label, ...], float] = {}
                    for key in keys:
                        shares[key[1:]] = shares.get(key[1:], 0.0) + float(weights[self.place[key[0]]])
                    sums = {key: each + (1 - shares[key]) * rest for key, each in sums.items()}
                found[name] = [[*key, each] for key, each in sums.items()]
        return found

    def compiled(self, given: Mapping[str, object]) -> Compiled:
        return compile_instance(
            bind(
                self.formulation,
                {**self.data, **given},
                tables=self.problem.tables,
                folder=self.problem.folder,
            )
        )

    def solved(self, given: Mapping[str, object]) -> tuple[Compiled, Solution] | None:
        """Its solution; None where there is none."""
        compiled = self.compiled(given)
        solution = self._solve(compiled)
        return (compiled, solution) if solution.has_point else None

    def plan(self, compiled: Compiled, solution: Solution) -> Values:
        assert solution.values is not None
        found = compiled.values_by_name(solution.values)
        return {name: value for name, value in found.items() if name not in self.made.recourse}

    def value(self, compiled: Compiled, plan: Values) -> float | None:
        """The best value once a plan is fixed; None where it cannot be carried out."""
        solution = self._solve(_fixed(compiled, plan))
        return solution.objective if solution.has_point else None

    def _solve(self, compiled: Compiled) -> Solution:
        from agentopt.solvers import solve

        context = self.context
        return solve(compiled, engine=context.engine, limits=context.limits, options=context.options)


def _without_uncertainty(f: Formulation, uncertain: Sequence[str]) -> Formulation:
    """The formulation with its uncertain parameters open, to be given."""
    assert f.uncertainty is not None
    parameters = dict(f.parameters)
    for name in uncertain:
        stated = f.parameters[name]
        parameters[name] = stated.model_copy(
            update={
                "value": None,
                "values": None,
                "from_": None,
                "column": None,
                "key": None,
                "formula": None,
                "with_": None,
                "default": f.uncertainty.parameters[name].default,
            }
        )
    found = f.model_copy(update={"parameters": parameters, "uncertainty": None})
    return found if f.origin is None else found.with_origin(f.origin)


def _fixed(compiled: Compiled, plan: Values) -> Compiled:
    """The arrays with the decisions of a plan fixed."""
    if not plan:
        return compiled
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    for block in compiled.variables:
        if block.auxiliary or block.name not in plan:
            continue
        value = plan[block.name]
        keys = compiled.instance.labels.tuples(block.codes)
        values = [value[key] if isinstance(value, dict) else value for key in keys]
        place = slice(block.start, block.start + len(values))
        whole = compiled.integrality[place] == Integrality.INTEGER
        fixed = np.where(whole, np.round(values), values)
        lower[place] = upper[place] = np.clip(fixed, lower[place], upper[place])
    return replace(compiled, lower=lower, upper=upper, start=None)
