"""Products with a binary factor, linearized exactly (McCormick 1976 is exact there).

`b * c` of two binaries and `b * x` of a binary and a variable with proven bounds become one column each,
shared by every row and objective that uses the product; `b * b` is `b`. Other products stay quadratic.
"""

from __future__ import annotations

__all__ = ["Linearizer"]

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Integrality
from agentopt.compiling.assemble import Block
from agentopt.compiling.build import Builder
from agentopt.formulation.frames import Ints
from agentopt.formulation.instance import Values

Triplets = tuple[Ints, Ints, Ints, Values]
"""Row, first >= second column, coefficient of the product; each pair of columns once a row."""


class Linearizer:
    """Columns for the products among some triplets, made when constructed.

    Products with a column that is `whole` (n,) stay as they are.
    """

    def __init__(self, builder: Builder, parts: list[Triplets], whole: NDArray[np.bool_]) -> None:
        self.builder = builder
        self.width = builder.num_columns + 1
        keys = np.concatenate([self._keys(part) for part in parts]) if parts else np.empty(0, dtype=np.int64)
        # `np.unique` imports numpy.ma on its first call, which a linear model need not pay for.
        pairs = np.unique(keys) if len(keys) else keys
        self.pairs, self.columns = pairs, np.full(len(pairs), -1, dtype=np.int64)
        if not len(pairs):
            return
        first, second = pairs // self.width, pairs % self.width
        lower, upper = builder.proven_bounds()
        kinds = builder.integrality()
        binary = (kinds == Integrality.INTEGER) & (builder.bounds()[0] >= 0) & (builder.bounds()[1] <= 1)
        bounded = np.isfinite(lower) & np.isfinite(upper)
        square = (first == second) & binary[first]
        usable = (binary[first] & bounded[second]) | (binary[second] & bounded[first])
        usable &= (first != second) | square
        usable &= ~(whole[first] | whole[second])
        self.columns[square] = first[square]
        fresh = np.flatnonzero(usable & ~square)
        if len(fresh):
            one, other = first[fresh], second[fresh]
            swapped = ~binary[one]
            switch, value = np.where(swapped, other, one), np.where(swapped, one, other)
            self.columns[fresh] = self._add(switch, value, lower[value], upper[value])

    def _keys(self, part: Triplets) -> Ints:
        return part[1].astype(np.int64) * self.width + part[2]

    def _add(self, switch: Ints, value: Ints, low: Values, high: Values) -> Ints:
        """Columns w = switch * value with the four rows that say so."""
        builder, count = self.builder, len(switch)
        codes = np.empty((count, 0), dtype=np.int64)
        low, high = np.minimum(low, high), np.maximum(low, high)
        start = builder.add_columns(
            "product",
            codes,
            np.minimum(low, 0.0),
            np.maximum(high, 0.0),
            Integrality.CONTINUOUS,
            auxiliary=True,
        )
        new = start + np.arange(count)
        ones = np.ones(count)
        for side, upper_side in ((high, True), (low, False)):
            # w <= high * switch, w >= low * switch
            infinite = np.full(count, np.inf)
            zero = np.zeros(count)
            bounds = (-infinite, zero) if upper_side else (zero, infinite)
            builder.add_flat_rows("product", [(new, ones), (switch, -side)], *bounds)
            # w <= value - low (1 - switch), w >= value - high (1 - switch)
            opposite = low if upper_side else high
            bounds = (-infinite, -opposite) if upper_side else (-opposite, infinite)
            builder.add_flat_rows("product", [(new, ones), (value, -ones), (switch, -opposite)], *bounds)
        return new

    def split(self, part: Triplets) -> tuple[tuple[Ints, Ints, Values], Triplets]:
        """The part that became linear, as (row, column, coefficient), and what stays quadratic."""
        rows, first, second, values = part
        place = np.searchsorted(self.pairs, self._keys(part))
        columns = self.columns[place] if len(self.columns) else np.empty(0, dtype=np.int64)
        linear: NDArray[np.bool_] = columns >= 0
        rest = ~linear
        return (rows[linear], columns[linear], values[linear]), (
            rows[rest],
            first[rest],
            second[rest],
            values[rest],
        )

    def linearize_rows(self, part: Triplets) -> Triplets:
        """Add the linear part of rows to the builder; returns what stays quadratic."""
        (rows, columns, values), rest = self.split(part)
        if len(rows):
            self.builder.blocks.append(Block((len(rows),), 0, {0: rows}, 0, {0: columns}, values, (-1, 0)))
        return rest
