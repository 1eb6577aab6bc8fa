"""Optima that are only where an engine's numbers end."""

from __future__ import annotations

__all__ = ["still_improves"]

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.formulation.instance import Values

HUGE = 1e9
"""Values from which an optimum is doubted."""


def still_improves(compiled: Compiled, values: Values) -> bool:
    """Whether a point with huge values is no optimum: ten times as far is feasible too, and better by far."""
    objective = compiled.objective
    if objective is None or np.abs(values).max(initial=0.0) < HUGE:
        return False
    farther = 10.0 * values
    here, there = objective_value(objective, values), objective_value(objective, farther)
    gain = there - here if objective.sense == "maximize" else here - there
    return bool(gain > abs(here) and max_violation(compiled, farther) <= 1e-6 * float(np.abs(farther).max()))
