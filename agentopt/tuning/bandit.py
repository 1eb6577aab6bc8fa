"""Tsallis-INF: the bandit of "Learning to Relax", for losses between 0 and 1 however they come about."""

from __future__ import annotations

__all__ = ["TsallisInf"]

import math
from dataclasses import dataclass, field

import numpy as np


@dataclass
class TsallisInf:
    """Tsallis-INF with power 1/2 and importance weighting (Zimmert, Seldin 2021, algorithm 1).

    Its regret is at most of the order of sqrt(arms * rounds) for any losses, and of the logarithm of the
    rounds where one arm is better throughout.

    >>> bandit, rng = TsallisInf(2), np.random.default_rng(0)
    >>> for _ in range(400):
    ...     arm = bandit.choose(rng)
    ...     bandit.learn(arm, 0.1 if arm else 0.9)
    >>> bool(bandit.weights[1] > 0.9)
    True
    """

    arms: int
    rounds: int = 1
    losses: np.ndarray = field(init=False)
    weights: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.losses = np.zeros(self.arms)
        self.weights = np.full(self.arms, 1.0 / self.arms)

    def choose(self, rng: np.random.Generator) -> int:
        """An arm drawn by the weights."""
        return int(rng.choice(self.arms, p=self.weights))

    def learn(self, arm: int, loss: float) -> None:
        """What the arm that was drawn cost, from 0 to 1."""
        self.losses[arm] += loss / self.weights[arm]
        self.rounds += 1
        self._weigh(2.0 / math.sqrt(self.rounds))

    def _weigh(self, rate: float) -> None:
        """The weights 4 (rate (losses - normal))^-2 whose sum is 1; the normal by Newton's method."""
        # Here the largest weight alone is 1; the sum is convex, so the steps go down to the root.
        normal = float(self.losses.min()) - 2.0 / rate
        for _ in range(100):
            weights = 4.0 * (rate * (self.losses - normal)) ** -2
            excess = float(weights.sum()) - 1.0
            if abs(excess) < 1e-10:
                break
            normal -= excess / (rate * float((weights**1.5).sum()))
        self.weights = weights / weights.sum()
