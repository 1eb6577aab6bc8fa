"""At which relative gap an engine may call a point optimal."""

from __future__ import annotations

__all__ = ["relative_gap"]

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.solvers.base import Limits
from agentopt.solvers.card import Card


def relative_gap(card: Card, compiled: Compiled, limits: Limits) -> float:
    """The gap asked for, otherwise the card's: none at all on small models."""
    if limits.gap is not None:
        return limits.gap
    rule = card.gap
    discrete = int(np.count_nonzero(compiled.integrality != Integrality.CONTINUOUS))
    small = discrete <= rule.max_discrete and len(compiled.matrix.values) <= rule.max_nonzeros
    return rule.small if small else rule.large
