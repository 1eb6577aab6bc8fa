"""What every engine with a card has: a name, features, and whether its package is there."""

from __future__ import annotations

__all__ = ["Carded"]

from typing import ClassVar

from agentopt.solvers.availability import availability
from agentopt.solvers.base import Availability, Feature
from agentopt.solvers.card import Card


class Carded:
    """An engine as its card describes it; the classes it solves are those the card gives a priority.

    Attributes:
        abilities: what it can beside solving its classes.
    """

    abilities: ClassVar[frozenset[Feature]] = frozenset()

    def __init__(self, card: Card) -> None:
        self.card = card
        self.name = card.name
        self.features = frozenset(Feature(each) for each in card.priority) | self.abilities

    def available(self) -> Availability:
        """Whether its package is installed, in a version that can be trusted."""
        return availability(self.card)
