"""Constraints by augmented Lagrangian: sides of rows become a smooth penalty whose weight stays moderate.

Source: Nocedal and Wright, Numerical Optimization (2006), algorithm 17.4, with ranges as in Conn, Gould and
Toint, LANCELOT (1992): the penalty of row i is the squared distance of g_i + l_i/m from its sides.
"""

from __future__ import annotations

__all__ = ["Lagrangian"]

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agentopt.training.descent import Field


@dataclass(eq=False)
class Lagrangian:
    """A field, rows of it between sides, and what is known of their multipliers.

    Attributes:
        field: what is minimized, without the rows.
        rows: of z, shape (m,), scaled so that a step changes them by about one.
        low, high: their sides.
        multipliers: (m,); positive at the upper side.
        unit: (m,), what a violation is divided by before it is judged.
        weight: of the penalty.
        violation, least: what the last update found, and the least of all.
    """

    field: Field
    rows: Callable[[Any], Any]
    low: Any
    high: Any
    multipliers: Any
    unit: Any
    weight: float = 10.0
    violation: float = float("inf")
    least: float = float("inf")

    def relaxed(self) -> Field:
        """The field with the rows as a penalty."""
        multipliers, weight = self.multipliers, self.weight

        def loss(z: Any, picked: Any | None) -> Any:
            off = self._off(z, multipliers, weight)
            least = (multipliers * multipliers).sum() / (2.0 * weight)
            return self.field.loss(z, picked) + 0.5 * weight * (off * off).sum() - least

        field = self.field
        return Field(loss, field.points, field.lower, field.upper, field.shapes)

    def linear(self) -> Field:
        """The field with the rows weighed by the multipliers: its slope is the first-order condition."""
        multipliers, field = self.multipliers, self.field

        def loss(z: Any, picked: Any | None) -> Any:
            return field.loss(z, picked) + (multipliers * self.rows(z)).sum()

        return Field(loss, field.points, field.lower, field.upper, field.shapes)

    def update(self, z: Any) -> float:
        """Better multipliers from a point; a larger weight where its rows are little better than before.

        Returns:
            by how much rows are exceeded, or held by a multiplier they should not have.
        """
        import torch

        with torch.no_grad():
            before, self.multipliers = (
                self.multipliers,
                self.weight * self._off(z, self.multipliers, self.weight),
            )
            off = (self.multipliers - before).abs() / (self.weight * self.unit)
            violation = float(off.max())
        if violation > 0.25 * self.least:
            self.weight = min(self.weight * 10.0, 1e9)
        self.violation, self.least = violation, min(violation, self.least)
        return violation

    def _off(self, z: Any, multipliers: Any, weight: float) -> Any:
        shifted = self.rows(z) + multipliers / weight
        return shifted - self._inside(shifted)

    def _inside(self, rows: Any) -> Any:
        import torch

        return torch.minimum(torch.maximum(rows, self.low), self.high)
