"""Consensus-based optimization: particles drift to their weighted mean and explore by their distance to it.

Pinnau, Totzeck, Tse, Martin, "A consensus-based model for global optimization" (2017), with the
component-wise noise of Carrillo, Jin, Li, Zhu (2021), which does not suffer in high dimension, and the
memory of each particle's best point of Riedl (2024).
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

NOISE = 1.2
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
        self.memory = self.particles.copy()
        self.trials: list[Trial | None] = [None] * count
        self.next = 0
        self.asked: list[tuple[int, np.ndarray]] = []

    def ask(self, count: int) -> list[Point]:
        """The next particles in turn, each moved once all have been evaluated."""
        self.asked = []
        for _ in range(count):
            k, self.next = self.next % len(self.particles), self.next + 1
            self.asked.append((k, self.particles[k] if self.trials[k] is None else self._moved(k)))
        return [self.space.point(unit) for _, unit in self.asked]

    def tell(self, trials: Sequence[Trial]) -> None:
        """Particles are where they were evaluated, and remember where they were best."""
        for (k, unit), trial in zip(self.asked, trials, strict=True):
            self.particles[k] = unit
            known = self.trials[k]
            if known is None or trial.order < known.order:
                self.memory[k], self.trials[k] = unit, trial

    def consensus(self) -> np.ndarray:
        """The mean of where the particles were best, weighted by exp(-alpha loss)."""
        known = np.array([each is not None for each in self.trials])
        losses = np.array(penalized([each for each in self.trials if each is not None], None))
        spread = float(np.median(losses) - losses.min()) or 1.0
        weights = np.exp(-STIFFNESS * np.minimum((losses - losses.min()) / spread, 20.0))
        return np.asarray(weights @ self.memory[known] / weights.sum())

    def _moved(self, k: int) -> np.ndarray:
        if not any(each is not None and each.feasible for each in self.trials):
            # There is nothing to agree on yet.
            return np.asarray(self.rng.random(self.particles.shape[1]))
        away = self.particles[k] - self.consensus()
        chance = self.rng.standard_normal(len(away))
        moved = self.particles[k] - DRIFT * STEP * away + NOISE * np.sqrt(STEP) * np.abs(away) * chance
        # Reflected at the walls.
        return np.asarray(np.abs(1.0 - np.abs(1.0 - np.mod(moved, 2.0))))
