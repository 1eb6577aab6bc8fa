"""A conic program while it grows: columns, and linear expressions that must lie in cones."""

from __future__ import annotations

__all__ = ["Block", "Cones", "NotConvex"]

from dataclasses import dataclass, field

import numpy as np

from agentopt.compiling.arrays import Affine
from agentopt.formulation.instance import Values
from agentopt.solvers.conic.vectors import constants, interleaved, of_columns, plus, ranges, scaled


class NotConvex(Exception):  # noqa: N818 - a finding, caught where the model is looked at
    """A part that is not convex, or was not proved to be; the message is a sentence without its subject."""


@dataclass(frozen=True, eq=False)
class Block:
    """Expressions that lie in a cone, or in as many copies of it as `size` fits in.

    Attributes:
        kind: `zero`, `nonnegative`, `second` (the first is at least the norm of the rest), `exponential`
            (y exp(x/y) <= z), `power` (x**a y**(1-a) >= |z|) or `semidefinite` (the upper triangle of a
            matrix by columns, with sqrt(2) times what is beside the diagonal).
        size: of one cone; for `semidefinite` the number of rows of the matrix.
        exponents: a of each copy of `power`.
        start: the first row of the block in the program.
    """

    kind: str
    size: int
    members: Affine
    start: int
    exponents: Values | None = None


@dataclass(eq=False)
class Cones:
    """The program: min c'x + x'Px/2 with each block's expressions in its cone.

    Attributes:
        lower, upper: bounds of the columns, those of the model first; auxiliary ones are stated as known,
            not as rows of their own.
    """

    lower: Values
    upper: Values
    blocks: list[Block] = field(default_factory=list)
    num_rows: int = 0

    @property
    def num_columns(self) -> int:
        """Columns so far."""
        return len(self.lower)

    def fresh(self, size: int, lower: float = -np.inf) -> Affine:
        """New columns; `lower` is what is known of them because of the cones they will be in."""
        start = self.num_columns
        self.lower = np.concatenate([self.lower, np.full(size, lower)])
        self.upper = np.concatenate([self.upper, np.full(size, np.inf)])
        return of_columns(np.arange(start, start + size))

    def ranges(self, part: Affine) -> tuple[Values, Values]:
        """What is known of the expressions from the bounds of the columns."""
        return ranges(part, self.lower, self.upper)

    def add(self, kind: str, size: int, members: Affine, exponents: Values | None = None) -> int:
        """Put expressions in a cone; the number of their first row."""
        start = self.num_rows
        self.blocks.append(Block(kind, size, members, start, exponents))
        self.num_rows += len(members.constant)
        return start

    def nonnegative(self, members: Affine) -> int:
        """Each expression is at least zero."""
        return self.add("nonnegative", len(members.constant), members)

    def zero(self, members: Affine) -> int:
        """Each expression is zero."""
        return self.add("zero", len(members.constant), members)

    def square_below(self, squared: Affine, one: Affine, other: Affine) -> None:
        """For each k: `squared[k]**2 <= one[k] * other[k]`, both factors at least zero."""
        # |(2 y, a - b)| <= a + b is y^2 <= a b.
        self.add(
            "second",
            3,
            interleaved([plus(one, other), scaled(squared, 2.0), plus(one, scaled(other, -1.0))]),
        )

    def exponential(self, exponent: Affine, factor: Affine, above: Affine) -> None:
        """For each k: `factor * exp(exponent / factor) <= above`."""
        self.add("exponential", 3, interleaved([exponent, factor, above]))

    def power(self, one: Affine, other: Affine, below: Affine, exponents: Values) -> None:
        """For each k: `one**a * other**(1 - a) >= |below|`."""
        self.add("power", 3, interleaved([one, other, below]), exponents)

    def ones(self, size: int) -> Affine:
        """`size` times the number one."""
        return constants(np.ones(size))
