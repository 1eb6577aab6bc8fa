"""What a part of an expression is."""

from __future__ import annotations

__all__ = ["UNKNOWN", "Seen", "Sort", "count"]

from dataclasses import dataclass
from typing import Literal

from agentopt.formulation.scope import Axis

Sort = Literal["number", "label", "condition", "set", "statement", "unknown"]


@dataclass(frozen=True)
class Seen:
    """What a part of an expression is.

    Attributes:
        sort: number, label, condition on data, set, or statement about variables.
        decides: whether it contains a variable.
        axis: what a label ranges over, if known.
        index: whether a label is an index or computed from one (and not a literal element).
    """

    sort: Sort
    decides: bool = False
    axis: Axis | None = None
    index: bool = False


UNKNOWN = Seen("unknown")
"""A part that was complained about; it causes no further findings."""


def count(number: int, one: str, many: str) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many}"
