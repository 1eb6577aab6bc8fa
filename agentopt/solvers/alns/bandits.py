"""Which arm to pull next: multi-armed bandits, as small as their papers.

The libraries that have them (`mabwiser`, and `alns` for acceptance) import scikit-learn, pandas and
matplotlib, which is some seconds and two hundred megabytes for what is a dozen lines each.
"""

from __future__ import annotations

__all__ = ["BANDITS", "Bandit", "EpsilonGreedy", "Softmax", "Thompson", "Ucb1", "bandit"]

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np


class Bandit(Protocol):
    """Chooses among numbered arms and learns from rewards between 0 and 1."""

    def choose(self, rng: np.random.Generator) -> int:
        """The arm to pull next."""

    def learn(self, arm: int, reward: float) -> None:
        """What pulling an arm brought."""


@dataclass
class _Counted:
    """Pulls and mean rewards."""

    arms: int
    pulls: np.ndarray = field(init=False)
    sums: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.pulls, self.sums = np.zeros(self.arms), np.zeros(self.arms)

    def learn(self, arm: int, reward: float) -> None:
        self.pulls[arm] += 1
        self.sums[arm] += reward

    @property
    def means(self) -> np.ndarray:
        return np.asarray(self.sums / np.maximum(self.pulls, 1.0))


@dataclass
class Thompson(_Counted):
    """A draw from each arm's beta posterior, the highest is pulled (Thompson 1933; Agrawal, Goyal 2012)."""

    def choose(self, rng: np.random.Generator) -> int:
        """The arm whose draw is highest."""
        return int(np.argmax(rng.beta(1.0 + self.sums, 1.0 + self.pulls - self.sums)))


@dataclass
class EpsilonGreedy(_Counted):
    """The best arm so far, or with probability `epsilon` any (Sutton, Barto, section 2.2)."""

    epsilon: float = 0.2

    def choose(self, rng: np.random.Generator) -> int:
        """The arm with the highest mean, ties at random."""
        if rng.random() < self.epsilon:
            return int(rng.integers(self.arms))
        return _best(self.means, rng)


@dataclass
class Softmax(_Counted):
    """Arms in proportion to exp(mean / temperature) (Luce 1959; Sutton, Barto, section 2.8)."""

    temperature: float = 0.2

    def choose(self, rng: np.random.Generator) -> int:
        """An arm drawn by its weight."""
        weights = np.exp((self.means - self.means.max()) / self.temperature)
        return int(rng.choice(self.arms, p=weights / weights.sum()))


@dataclass
class Ucb1(_Counted):
    """The highest upper confidence bound (Auer, Cesa-Bianchi, Fischer 2002)."""

    def choose(self, rng: np.random.Generator) -> int:
        """An arm that was never pulled, else the one with the highest bound."""
        unseen = np.flatnonzero(self.pulls == 0)
        if len(unseen):
            return int(rng.choice(unseen))
        return _best(self.means + np.sqrt(2 * math.log(self.pulls.sum()) / self.pulls), rng)


BANDITS: Mapping[str, Callable[[int], Bandit]] = {
    "thompson": Thompson,
    "epsilon-greedy": EpsilonGreedy,
    "softmax": Softmax,
    "ucb1": Ucb1,
}
"""By the name of the card's option."""


def bandit(name: str, arms: int) -> Bandit:
    """A bandit that knows nothing yet.

    >>> bandit("ucb1", 3).choose(np.random.default_rng(0)) in range(3)
    True
    """
    return BANDITS[name](arms)


def _best(values: np.ndarray, rng: np.random.Generator) -> int:
    return int(rng.choice(np.flatnonzero(values == values.max())))
