"""The box a study is searched in: numbers from 0 to 1 in, values of variables out; its known constraints."""

from __future__ import annotations

__all__ = ["Space", "space"]

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.errors import UsageError
from agentopt.formulation.instance import Values
from agentopt.solvers.blackbox.study import Point, Study, Variable


@dataclass(frozen=True)
class Space:
    """The variables of a study as a unit cube; a word takes a coordinate for each of its choices.

    Attributes:
        known: the study's written constraints, compiled; None without any.
    """

    variables: Mapping[str, Variable]
    known: Compiled | None = None

    @property
    def dimension(self) -> int:
        """Coordinates of the cube."""
        return sum(max(1, len(each.choices)) for each in self.variables.values())

    @property
    def numeric(self) -> bool:
        """Whether no variable is a word."""
        return not any(each.choices for each in self.variables.values())

    def point(self, unit: Values) -> Point:
        """The values at coordinates, each cut to [0, 1]; the choice with the highest coordinate is taken.

        >>> Space({"n": Variable(domain="integer", lower=1, upper=3)}).point(np.array([0.99]))
        {'n': 3}
        """
        found: Point = {}
        place = 0
        for name, variable in self.variables.items():
            width = max(1, len(variable.choices))
            part = unit[place : place + width]
            place += width
            if variable.choices:
                found[name] = variable.choices[int(np.argmax(part))]
            else:
                found[name] = _number(variable, min(1.0, max(0.0, float(part[0]))))
        return found

    def violation(self, point: Point) -> float:
        """By how much the known constraints are exceeded, all together; 0 where they hold."""
        if self.known is None:
            return 0.0
        from agentopt.compiling.evaluate import row_values

        model = self.known
        values = np.zeros(model.num_columns)
        for block in model.variables:
            if not block.auxiliary:
                values[block.start] = float(point[block.name])
        rows = row_values(model, values)
        over = np.maximum(model.row_lower - rows, rows - model.row_upper)
        return float(np.maximum(over, 0.0)[over > 1e-9].sum())


def _number(variable: Variable, unit: float) -> float | int:
    low, high = variable.bounds
    if variable.domain != "real":
        first, last = math.ceil(low), math.floor(high)
        if variable.log:
            # Whole numbers by the logarithm of the range that rounds to them.
            value = math.exp(math.log(first - 0.5) + unit * (math.log(last + 0.5) - math.log(first - 0.5)))
            return min(last, max(first, round(value)))
        return min(last, first + int(unit * (last - first + 1)))
    if variable.log:
        return math.exp(math.log(low) + unit * (math.log(high) - math.log(low)))
    return low + unit * (high - low)


def space(study: Study) -> Space:
    """The space of a study, its written constraints checked and compiled.

    Raises:
        UsageError: a constraint is not one of the numeric variables.
    """
    if not study.constraints:
        return Space(study.variables)
    from agentopt.compiling import compile_instance
    from agentopt.errors import AgentoptError
    from agentopt.formulation.binding import bind
    from agentopt.formulation.elements import Formulation

    numeric = {
        name: {"domain": each.domain, "lower": each.bounds[0], "upper": each.bounds[1]}
        for name, each in study.variables.items()
        if not each.choices
    }
    rows = {name: {"that": that} for name, that in study.constraints.items()}
    try:
        compiled = compile_instance(
            bind(Formulation.model_validate({"variables": numeric, "constraints": rows}))
        )
    except AgentoptError as error:
        raise UsageError(f"a constraint of the study: {error.message}", hint=error.hint) from error
    if any(each.auxiliary for each in compiled.variables):
        raise UsageError(
            "a constraint of the study needs further variables to be stated",
            hint="return it from the objective under `constraints`, as a number that must be at most 0",
        )
    return Space(study.variables, compiled)
