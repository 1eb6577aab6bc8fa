"""By how much a statement is violated, and how much is allowed: the tolerance of all that is checked."""

from __future__ import annotations

__all__ = ["ABSOLUTE", "FALSE", "NONE", "RELATIVE", "Gap"]

from dataclasses import dataclass
from fractions import Fraction

ABSOLUTE = Fraction(1, 10**6)
RELATIVE = Fraction(1, 10**9)
"""A linear statement `a <= b` holds within ABSOLUTE + RELATIVE * max(|a|, |b|); any other within
ABSOLUTE * max(1, |a|, |b|), which is what engines of those classes promise."""


@dataclass(frozen=True, slots=True)
class Gap:
    """By how much a statement is violated.

    Attributes:
        low, high: the violation lies between them; equal when exact, 0 when the statement holds.
        allowed: the tolerance at the size of the numbers compared.
    """

    low: Fraction
    high: Fraction
    allowed: Fraction = ABSOLUTE

    @property
    def holds(self) -> bool:
        """Within the tolerance, surely."""
        return self.high <= self.allowed

    @property
    def fails(self) -> bool:
        """Beyond the tolerance, surely."""
        return self.low > self.allowed


NONE = Gap(Fraction(0), Fraction(0))
FALSE = Gap(Fraction(1), Fraction(1))
