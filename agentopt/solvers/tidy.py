"""Points as engines return them, freed of rounding where that harms nothing."""

from __future__ import annotations

__all__ = ["tidied"]

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.compiling.evaluate import max_violation
from agentopt.formulation.instance import Values

NEAR = 1e-5
"""How far from a whole number an integer is still rounded to it."""

HARMLESS = 1e-9
"""A violation that is no reason to keep the point as it came."""


def tidied(compiled: Compiled, values: Values) -> Values:
    """Integers rounded and bounds met exactly, if the rows hold as well afterwards; else the point as it is.

    Args:
        compiled: the model.
        values: a point, shape (n,).
    """
    found = values.copy()
    whole = (compiled.integrality == Integrality.INTEGER) | (compiled.integrality == Integrality.SEMIINTEGER)
    near = whole & (np.abs(found - np.round(found)) <= NEAR)
    found[near] = np.round(found[near])
    semi = compiled.integrality >= Integrality.SEMICONTINUOUS
    off = semi & (np.abs(found) <= HARMLESS)
    found = np.where(off, 0.0, np.clip(found, compiled.lower, np.maximum(compiled.lower, compiled.upper)))
    # No minus zeros.
    found += 0.0
    if (np.abs(found - values) > NEAR).any():
        return values
    if max_violation(compiled, found) <= max(HARMLESS, max_violation(compiled, values)):
        return found
    return values
