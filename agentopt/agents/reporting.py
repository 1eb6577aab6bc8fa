"""The further quantities a person asked for, evaluated at the answer.

At a solution variables are data: they stand in for parameters of the same name, and the evaluation of data
does the rest.
"""

from __future__ import annotations

__all__ = ["reported"]

from dataclasses import replace

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.errors import CompileError, ExpressionError
from agentopt.formulation.derive import Data
from agentopt.formulation.instance import BoundParameter, Instance, Values
from agentopt.formulation.parse import parse_expression


def reported(compiled: Compiled, values: Values) -> tuple[dict[str, float], tuple[str, ...]]:
    """Each quantity of `report` by name at a point of shape (n,), and why one could not be had."""
    wanted = compiled.instance.formulation.report
    if not wanted:
        return {}, ()
    data = Data(_at(compiled, values))
    found: dict[str, float] = {}
    missing = []
    for name, text in wanted.items():
        try:
            found[name] = data.scalar(parse_expression(text))
        except (CompileError, ExpressionError) as error:
            missing.append(f"report `{name}` could not be evaluated: {error.message}")
    return found, tuple(missing)


def _at(compiled: Compiled, values: Values) -> Instance:
    """The instance with its variables as parameters; whole ones are exactly whole."""
    integer = (compiled.integrality == Integrality.INTEGER) | (
        compiled.integrality == Integrality.SEMIINTEGER
    )
    whole = np.where(integer, np.round(values), values)
    declared = compiled.instance.formulation.variables
    decided = {
        block.name: BoundParameter(
            block.name,
            tuple(declared[block.name].over),
            block.codes,
            whole[block.start : block.start + len(block.codes)],
        )
        for block in compiled.variables
        if not block.auxiliary
    }
    return replace(compiled.instance, parameters={**compiled.instance.parameters, **decided})
