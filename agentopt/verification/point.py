"""The values of an answer as exact numbers: as returned, with integers rounded, or as symbols."""

from __future__ import annotations

__all__ = ["Answer", "Kind"]

from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled, VariableBlock
from agentopt.formulation.instance import Values
from agentopt.verification.elements import Codes, Missing
from agentopt.verification.enclosures import Number
from agentopt.verification.polynomials import Polynomial

Kind = Literal["real", "integer", "binary", "semicontinuous", "semiinteger"]
WHOLE: frozenset[str] = frozenset(["integer", "binary", "semiinteger"])


@dataclass(frozen=True, eq=False)
class Answer:
    """The columns of a solution by variable and index.

    Attributes:
        compiled: says which column is which; its numbers are not used.
        values: shape (n,).
    """

    compiled: Compiled
    values: Values
    _tables: dict[str, dict[Codes, Number | float]] = field(default_factory=dict)

    @cached_property
    def blocks(self) -> dict[str, VariableBlock]:
        """The columns of each declared variable."""
        return {block.name: block for block in self.compiled.variables if not block.auxiliary}

    def kind(self, name: str) -> Kind:
        """The domain of a variable."""
        return self.compiled.instance.formulation.variables[name].domain

    def part(self, name: str) -> Values:
        """The values of one variable."""
        block = self.blocks[name]
        return self.values[block.start : block.start + len(block.codes)]

    def rounded(self) -> Answer:
        """The same answer with whole values for what must be whole."""
        values = self.values.copy()
        for name, block in self.blocks.items():
            if self.kind(name) in WHOLE:
                part = slice(block.start, block.start + len(block.codes))
                values[part] = np.round(values[part])
        return Answer(self.compiled, values)

    def __call__(self, name: str, codes: Codes) -> Number:
        """The value of a variable at an index.

        Raises:
            Missing: it has none there.
        """
        table = self._tables.get(name)
        if table is None:
            rows = map(tuple, self.blocks[name].codes.tolist())
            table = self._tables[name] = dict(zip(rows, self.part(name).tolist(), strict=True))
        found = table.get(codes)
        if found is None:
            raise Missing(f"`{name}` has no value at {codes}")
        if isinstance(found, float):
            found = table[codes] = Fraction(found)
        return found

    def symbols(self, name: str, codes: Codes) -> Polynomial:
        """The column of a variable at an index, as a polynomial."""
        table = self.columns.get(name)
        if table is None:
            block = self.blocks[name]
            rows = map(tuple, block.codes.tolist())
            numbers = range(block.start, block.start + len(block.codes))
            table = self.columns[name] = dict(zip(rows, map(Polynomial.column, numbers), strict=True))
        found = table.get(codes)
        if found is None:
            raise Missing(f"`{name}` has no column at {codes}")
        return found

    @cached_property
    def columns(self) -> dict[str, dict[Codes, Polynomial]]:
        """Filled as they are asked for."""
        return {}
