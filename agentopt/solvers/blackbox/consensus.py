"""Consensus-based optimization: particles drift to their weighted mean and explore by their distance to it.

Pinnau, Totzeck, Tse, Martin, "A consensus-based model for global optimization" (2017), with the
component-wise noise of Carrillo, Jin, Li, Zhu (2021), which does not suffer in high dimension.
"""

from __future__ import annotations

__all__ = ["Consensus"]

from collections.abc import Sequence

import numpy as np

from agentopt.solvers.blackbox.proposing import Trial, penalized
from agentopt.solvers.blackbox.space import Space
from agentopt.solvers.blackbox.study import Point

DRIFT = 1.0
"""lambda: how fast particles move to the consensus."""

NOISE = 0.7
"""sigma: how much they explore, by component."""

STEP = 0.3
"""dt."""

STIFFNESS = 30.0
"""alpha: how much the best particles weigh, of losses scaled to their spread."""


class Consensus:
    """One particle is moved and evaluated at a time, in turn, so that any batch will do."""

    def __init__(self, space: Space, seed: int, evaluations: int) -> None:
        self.space, self.rng = space, np.random.default_rng(seed)
        count = int(min(max(6, 4 + 2 * space.dimension), max(4, evaluations // 6), 60))
        self.particles = self.rng.random((count, space.dimension))
        self.losses = np.full(count, np.inf)
        self.next = 0
        self.asked: list[tuple[int, np.ndarray]] = []
        self.worst: float | None = None

    def ask(self, count: int) -> list[Point]:
        """The next particles in turn, each moved once all have been evaluated."""
        self.asked = []
        for _ in range(count):
            k, self.next = self.next % len(self.particles), self.next + 1
            self.asked.append((k, self._moved(k) if np.isfinite(self.losses[k]) else self.particles[k]))
        return [self.space.point(unit) for _, unit in self.asked]

    def tell(self, trials: Sequence[Trial]) -> None:
        """Particles are where they were evaluated."""
        feasible = [each.loss for each in trials if each.feasible and each.loss is not None]
        self.worst = max([*feasible, *([] if self.worst is None else [self.worst])], default=None)
        for (k, unit), loss in zip(self.asked, penalized(trials, self.worst), strict=True):
            self.particles[k], self.losses[k] = unit, loss

    def consensus(self) -> np.ndarray:
        """The mean of the particles, weighted by exp(-alpha loss)."""
        known = np.isfinite(self.losses)
        losses = self.losses[known]
        spread = float(np.median(losses) - losses.min()) or 1.0
        weights = np.exp(-STIFFNESS * np.minimum((losses - losses.min()) / spread, 20.0))
        return np.asarray(weights @ self.particles[known] / weights.sum())

    def _moved(self, k: int) -> np.ndarray:
        away = self.particles[k] - self.consensus()
        chance = self.rng.standard_normal(len(away))
        moved = self.particles[k] - DRIFT * STEP * away + NOISE * np.sqrt(STEP) * np.abs(away) * chance
        # Reflected at the walls.
        return np.abs(1.0 - np.abs(1.0 - np.mod(moved, 2.0)))
