"""Whether the search goes on from a new point: hill climbing, or simulated annealing."""

from __future__ import annotations

__all__ = ["Acceptance", "Annealing", "HillClimbing", "acceptance"]

import math
from typing import Protocol

import numpy as np


class Acceptance(Protocol):
    """Decides where the search goes on from; the best point is kept beside it in any case."""

    def accepts(self, loss: float, rng: np.random.Generator) -> bool:
        """Whether a point is taken that is worse than the best by `loss`, relative; 0 or less is no loss."""


class HillClimbing:
    """What is not worse."""

    def accepts(self, loss: float, rng: np.random.Generator) -> bool:
        """No loss."""
        return loss <= 0


class Annealing:
    """Worse ones too, with a probability that falls with every question (Kirkpatrick, Gelatt, Vecchi 1983).

    Args:
        temperature: the relative loss that is taken with probability 1/e at first.
        cooling: what the temperature is multiplied with each time.
    """

    def __init__(self, temperature: float = 0.01, cooling: float = 0.97) -> None:
        self.temperature, self.cooling = temperature, cooling

    def accepts(self, loss: float, rng: np.random.Generator) -> bool:
        """By chance."""
        heat, self.temperature = self.temperature, self.temperature * self.cooling
        return loss <= 0 or bool(rng.random() < math.exp(-loss / max(heat, 1e-300)))


def acceptance(name: str) -> Acceptance:
    """One by its name in the card: `hill-climbing` or `annealing`."""
    return Annealing() if name == "annealing" else HillClimbing()
