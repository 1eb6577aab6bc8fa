"""An uncertainty set as a formulation states it, bound to data, as a polytope over steps."""

from __future__ import annotations

__all__ = ["Spread", "bound", "free", "places"]

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from agentopt.agents.context import Problem
from agentopt.agents.findings import row_name
from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.errors import BindingError, CompileError, FormulationError
from agentopt.formulation.binding import bind
from agentopt.formulation.check import require
from agentopt.formulation.elements import Constraint, Formulation, Parameter, Variable
from agentopt.formulation.instance import Instance, Label, Values
from agentopt.formulation.resolve import parse
from agentopt.formulation.scope import Shapes
from agentopt.formulation.uncertainty import Uncertainty
from agentopt.uncertainty.sets import Polytope, Step


@dataclass
class Spread:
    """Names for the bounds of each uncertain parameter, and the numbers they come to."""

    f: Formulation
    stated: Uncertainty

    def __post_init__(self) -> None:
        taken = {*self.f.sets, *self.f.parameters, *self.f.variables}
        self.low = {name: free(f"{name}_at_least", taken) for name in self.stated.parameters}
        self.high = {name: free(f"{name}_at_most", taken) for name in self.stated.parameters}
        self.budget = free("budget_of_all", taken)
        self.budgets = {name: free(f"budget_of_{name}", taken) for name in self.stated.budgets}
        self.shapes = Shapes(parse(self.f))

    def indices(self, name: str) -> list[str]:
        """Index names for a parameter."""
        own = self.stated.parameters[name].with_
        if own is not None:
            return list(own)
        taken = {*self.f.sets, *self.f.parameters, *self.f.variables}
        axes = self.shapes.over(self.f.parameters[name].over) or ()
        return [free(f"i{k + 1}", taken) for k in range(len(axes))]

    def formulation(self) -> Formulation:
        """The formulation with the bounds as derived parameters."""
        parameters = dict(self.f.parameters)
        for name, each in self.stated.parameters.items():
            over, indices = self.f.parameters[name].over, self.indices(name)
            own = f"{name}[{', '.join(indices)}]" if indices else name
            if each.deviation is not None:
                low, high = f"{own} - ({each.deviation})", f"{own} + ({each.deviation})"
            else:
                low = own if each.lower is None else str(each.lower)
                high = own if each.upper is None else str(each.upper)
            for side, formula in ((self.low[name], low), (self.high[name], high)):
                parameters[side] = Parameter(over=over, with_=indices or None, formula=formula)
        if self.stated.budget is not None:
            parameters[self.budget] = Parameter(formula=str(self.stated.budget))
        for name, limit in self.stated.budgets.items():
            parameters[self.budgets[name]] = Parameter(formula=str(limit))
        found = self.f.model_copy(update={"parameters": parameters, "uncertainty": None})
        require(found)
        return found

    def data(self, stated: Instance) -> dict[str, object]:
        """The bounds as numbers."""
        found: dict[str, object] = {}
        for name in self.stated.parameters:
            for side in (self.low[name], self.high[name]):
                bound = stated.parameters[side]
                keys = stated.labels.tuples(bound.codes)
                values = bound.values.reshape(-1).tolist()
                found[side] = (
                    [[*key, value] for key, value in zip(keys, values, strict=True)]
                    if self.f.parameters[name].over
                    else values[0]
                )
        return found

    def promoted(self) -> Formulation:
        """The formulation with the uncertain parameters as variables between their bounds."""
        parameters: dict[str, Parameter] = {}
        variables: dict[str, Variable] = {}
        for name, each in self.f.parameters.items():
            if name not in self.stated.parameters:
                parameters[name] = each
                continue
            for side in (self.low[name], self.high[name]):
                parameters[side] = Parameter(over=each.over, unit=each.unit)
            indices = self.indices(name)
            own = f"[{', '.join(indices)}]" if indices else ""
            variables[name] = Variable(
                over=each.over,
                lower=f"{self.low[name]}{own}",
                upper=f"{self.high[name]}{own}",
                with_=indices or None,
                unit=each.unit,
            )
        update = {
            "parameters": parameters,
            "variables": {**variables, **self.f.variables},
            "uncertainty": None,
        }
        return self.f.model_copy(update=update)

    def polytope(self, stated: Instance, problem: Problem, given: Mapping[str, object]) -> Polytope:
        """The set, over one step for each way an uncertain number may go."""
        steps: list[Step] = []
        for name in self.stated.parameters:
            for key, at, least, most in self.sides(stated, name):
                if not least <= at <= most:
                    shown = f"{name}[{', '.join(map(str, key))}]" if key else name
                    raise BindingError(
                        f"uncertainty.parameters.{name}: the stated value {at:g} of `{shown}` is not between "
                        f"its bounds {least:g} and {most:g}",
                        hint="correct the bounds, or the value",
                    )
                steps += [Step(name, key, at, way) for way in (most - at, least - at) if way != 0]
        if not steps:
            raise BindingError("nothing is uncertain: all bounds equal the stated values")
        rows, limits = self._budget_rows(stated, steps)
        more_rows, more_limits = self._restrictions(stated, problem, given, steps)
        every = [*rows, *more_rows]
        dense = np.vstack(every) if every else np.empty((0, len(steps)))
        return Polytope(tuple(steps), dense, np.array([*limits, *more_limits]), len(rows))

    def sides(self, stated: Instance, name: str) -> Iterator[tuple[tuple[Label, ...], float, float, float]]:
        """Index, stated value, lower and upper bound of every number of a parameter."""
        middle = _table(stated, name)
        low, high = _table(stated, self.low[name]), _table(stated, self.high[name])
        for key, least in low.items():
            yield key, middle.get(key, stated.parameters[name].default or 0.0), least, high[key]

    def _budget_rows(self, stated: Instance, steps: Sequence[Step]) -> tuple[list[Values], list[float]]:
        rows: list[Values] = []
        limits: list[float] = []
        wanted = [(self.budgets[name], name) for name in self.stated.budgets]
        if self.stated.budget is not None:
            wanted.append((self.budget, ""))
        for parameter, name in wanted:
            limit = float(stated.parameters[parameter].values[0])
            if not limit >= 0:
                raise BindingError(f"uncertainty: a budget of {limit:g} is below 0", hint="write 0 or more")
            rows.append(np.array([float(not name or each.name == name) for each in steps]))
            limits.append(limit)
        return rows, limits

    def _restrictions(
        self, stated: Instance, problem: Problem, given: Mapping[str, object], steps: Sequence[Step]
    ) -> tuple[list[Values], list[float]]:
        """The rows of `uncertainty.constraints`, over the steps."""
        if not self.stated.constraints:
            return [], []
        base = self.promoted()
        own = {name: base.variables[name] for name in self.stated.parameters}
        constraints = {
            name: Constraint(that=each.that, for_=each.for_, because=each.because)
            for name, each in self.stated.constraints.items()
        }
        update = {"variables": own, "objective": None, "report": {}, "constraints": constraints}
        f = base.model_copy(update=update)
        try:
            require(f)
        except FormulationError as error:
            raise FormulationError(f"uncertainty.{error.message}", hint=error.hint) from None
        compiled = compile_instance(bound(f, problem, given))
        if compiled.quadratic_rows or compiled.nonlinear or any(b.auxiliary for b in compiled.variables):
            raise CompileError("uncertainty.constraints: a statement is not linear", hint="state it linearly")
        place = places(compiled, own)
        dense = np.zeros((compiled.num_rows, compiled.num_columns))
        column = np.repeat(np.arange(compiled.num_columns), np.diff(compiled.matrix.starts))
        dense[compiled.matrix.indices, column] = compiled.matrix.values
        middle = np.zeros(compiled.num_columns)
        for name in own:
            for key, at, _, _ in self.sides(stated, name):
                middle[place[name, key]] = at
        base_row = dense @ middle
        over = np.stack([dense[:, place[each.name, each.key]] * each.size for each in steps], axis=1)
        rows: list[Values] = []
        limits: list[float] = []
        for k in range(compiled.num_rows):
            low, high = compiled.row_lower[k] - base_row[k], compiled.row_upper[k] - base_row[k]
            if low > 1e-9 or high < -1e-9:
                raise BindingError(
                    f"uncertainty.constraints: the stated values do not satisfy `{row_name(compiled, k)}`",
                    hint="the stated values must be possible themselves",
                )
            if np.isfinite(high):
                rows.append(over[k])
                limits.append(float(high))
            if np.isfinite(low):
                rows.append(-over[k])
                limits.append(float(-low))
        return rows, limits


def bound(f: Formulation, problem: Problem, data: Mapping[str, object]) -> Instance:
    """A formulation bound to the tables of a problem and to data."""
    return bind(f, dict(data) or None, tables=problem.tables, folder=problem.folder)


def places(compiled: Compiled, names: Collection[str]) -> dict[tuple[str, tuple[Label, ...]], int]:
    """The column of every index of some variables."""
    found = {}
    for block in compiled.variables:
        if block.name in names and not block.auxiliary:
            for k, key in enumerate(compiled.instance.labels.tuples(block.codes)):
                found[block.name, key] = block.start + k
    return found


def free(name: str, taken: Collection[str]) -> str:
    """A name nothing has yet."""
    found = name
    while found in taken:
        found += "_"
    return found


def _table(instance: Instance, name: str) -> dict[tuple[Label, ...], float]:
    parameter = instance.parameters[name]
    keys = instance.labels.tuples(parameter.codes)
    return dict(zip(keys, parameter.values.reshape(-1).tolist(), strict=True))
