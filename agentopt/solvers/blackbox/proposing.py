"""Who chooses the points: an engine is asked for some and told what came of them.

Without a value, a trial is one that failed, or that a known constraint forbade. Engines that only compare
values see them in the order of Deb (2000): feasible points by value, then infeasible ones by violation, then
those that failed.
"""

from __future__ import annotations

__all__ = ["Proposer", "Random", "Trial", "penalized"]

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from agentopt.formulation.instance import Values
from agentopt.solvers.blackbox.space import Space
from agentopt.solvers.blackbox.study import Point


@dataclass(frozen=True)
class Trial:
    """What came of a point.

    Attributes:
        loss: to be minimized; None where the evaluation failed or did not take place.
        violation: by how much constraints are exceeded, all together.
        failure: why there is no value; empty where there is one.
    """

    point: Point
    loss: float | None
    violation: float = 0.0
    failure: str = ""

    @property
    def feasible(self) -> bool:
        """Whether it counts as an answer."""
        return self.loss is not None and self.violation <= 0.0

    @property
    def order(self) -> tuple[int, float]:
        """What sorts trials as Deb does, the best first."""
        if self.failure:
            return 2, 0.0
        return (0, self.loss) if self.feasible and self.loss is not None else (1, self.violation)


class Proposer(Protocol):
    """Chooses points from what came of earlier ones; the same seed and trials give the same points."""

    def ask(self, count: int) -> list[Point]:
        """Points to evaluate next, as many as asked for."""

    def tell(self, trials: Sequence[Trial]) -> None:
        """What came of the points of the last `ask`, in its order."""


class Random:
    """Points drawn uniformly: the control every other engine is compared with."""

    def __init__(self, space: Space, seed: int, evaluations: int) -> None:
        self.space, self.rng = space, np.random.default_rng(seed)

    def ask(self, count: int) -> list[Point]:
        """Uniform points."""
        return [self.space.point(self.unit()) for _ in range(count)]

    def unit(self) -> Values:
        """Coordinates of a point."""
        return self.rng.random(self.space.dimension)

    def tell(self, trials: Sequence[Trial]) -> None:
        """Nothing is learned."""


def penalized(trials: Sequence[Trial], worst: float | None) -> list[float]:
    """A number for each trial whose order is Deb's: feasible, infeasible by violation, failed.

    Args:
        trials: the trials.
        worst: the largest loss of any feasible trial yet, or None.

    >>> penalized([Trial({}, 3.0), Trial({}, 1.0, 0.5), Trial({}, None, failure="it raised")], 7.0)
    [3.0, 8.5, 10.5]
    """
    feasible = [each.loss for each in trials if each.feasible and each.loss is not None]
    base = max([*feasible, *([] if worst is None else [worst])], default=0.0)
    last = max((each.violation for each in trials if not each.failure), default=0.0)
    found = []
    for each in trials:
        if each.feasible and each.loss is not None:
            found.append(each.loss)
        elif each.failure:
            found.append(base + 3.0 + last)
        else:
            found.append(base + 1.0 + each.violation)
    return found
