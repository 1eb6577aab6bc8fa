"""Points for local engines to start from."""

from __future__ import annotations

__all__ = ["starts"]

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Values


def starts(compiled: Compiled, number: int, rng: np.random.Generator) -> list[Values]:
    """The start given or the middle of the bounds, then random points, the wider the later."""
    lower, upper = compiled.lower, compiled.upper
    middle = np.clip(0.0, lower, upper)
    both = np.isfinite(lower) & np.isfinite(upper)
    middle[both] = (lower[both] + upper[both]) / 2
    # Without a bound on a side, a unit inside the other, where functions like log are defined.
    middle = np.where(np.isfinite(lower) & ~np.isfinite(upper), lower + 1.0, middle)
    middle = np.where(~np.isfinite(lower) & np.isfinite(upper), upper - 1.0, middle)
    given = compiled.start
    found = [middle if given is None else np.where(np.isnan(given), middle, given)]
    # A Latin hypercube: every column is tried once in each of as many slices as there are starts.
    slices = rng.permuted(np.tile(np.arange(number - 1), (len(lower), 1)), axis=1)
    for k in range(number - 1):
        reach = 10.0 ** (k % 4)
        low = np.where(np.isfinite(lower), lower, np.where(np.isfinite(upper), upper - reach, -reach))
        high = np.where(np.isfinite(upper), upper, np.where(np.isfinite(lower), lower + reach, reach))
        share = (slices[:, k] + rng.random(len(lower))) / (number - 1)
        found.append(low + share * (high - low))
    return found
