"""Readers of classes of problems, each with its own small schema; product mixes as far as tables tell them.

A reader answers None unless a text is clearly of its class, every number of the class was found, and no
number of the text is left over.
"""

from __future__ import annotations

__all__ = ["READERS", "Reader"]

from collections.abc import Sequence
from typing import Protocol

from agentopt.reader.families import (
    assignment,
    bins,
    facility,
    knapsack,
    lots,
    network,
    scheduling,
    transportation,
)
from agentopt.reader.families.mix import reader as mixes
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding


class Reader(Protocol):
    """Reads one class of problems."""

    def __call__(
        self, text: str, tokens: tuple[Token, ...], tables: Sequence[Table], /
    ) -> Understanding | None:
        """What a text means, with the tables in it and attached; None unless it is clearly of the class."""
        ...


READERS: dict[str, Reader] = {
    "mix": mixes.read,
    "transportation": transportation.read,
    "assignment": assignment.read,
    "facility": facility.read,
    "knapsack": knapsack.read,
    "bins": bins.read,
    "lots": lots.read,
    "network": network.read,
    "scheduling": scheduling.read,
}
"""The readers by the name of their class."""
