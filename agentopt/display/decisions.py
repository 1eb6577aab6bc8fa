"""The decisions of an answer as quantities over index columns: what tables, plots and JSON are made from."""

from __future__ import annotations

__all__ = ["Decision", "decisions", "index_heads"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from agentopt.agents.answer import Answer
from agentopt.compiling.arrays import Compiled, Integrality, VariableBlock
from agentopt.formulation.instance import Codes, Instance, Label, Values

_WHOLE = 1e-5
"""How far an engine may leave an integer decision from the whole number it means."""

ZERO = 1e-7
"""Below this a decision is not taken."""


@dataclass(frozen=True, eq=False)
class Decision:
    """One variable at the answer.

    Attributes:
        heads: what each index column ranges over; empty for a scalar.
        codes: shape (n, arity), into `instance.labels`.
        values: shape (n,); those of integer variables are whole.
        binary: whether it is a yes or no.
    """

    name: str
    meaning: str
    unit: str
    heads: tuple[str, ...]
    codes: Codes
    values: Values
    instance: Instance
    integer: bool = False
    binary: bool = False

    def __len__(self) -> int:
        return len(self.values)

    @property
    def arity(self) -> int:
        """Index columns."""
        return int(self.codes.shape[1])

    @cached_property
    def used(self) -> Codes:
        """Positions of values that are not zero, ascending."""
        return np.flatnonzero(np.abs(self.values) > ZERO)

    def labels(self, positions: Sequence[int] | Codes | None = None) -> list[tuple[Label, ...]]:
        """The indices at positions, all by default."""
        codes = self.codes if positions is None else self.codes[np.asarray(positions, dtype=np.int64)]
        return self.instance.labels.tuples(codes)

    def order(self, column: int) -> list[Label]:
        """The distinct labels of an index column, in the order of the set they come from."""
        seen = dict.fromkeys(self.codes[:, column].tolist())
        home = self.instance.sets.get(self.heads[column])
        if home is not None and home.arity == 1:
            listed = [code for code in home.codes[:, 0].tolist() if code in seen]
            if len(listed) == len(seen):
                seen = dict.fromkeys(listed)
        return [self.instance.labels[code] for code in seen]


def decisions(answer: Answer) -> Iterator[Decision]:
    """The variables of an answer in order of declaration; none without a point."""
    compiled, solution = answer.compiled, answer.solution
    if compiled is None or solution is None or solution.values is None or not solution.has_point:
        return
    for block in compiled.variables:
        if not block.auxiliary:
            yield _decision(compiled, block, solution.values)


def index_heads(instance: Instance, over: Sequence[str]) -> tuple[str, ...]:
    """What each index column of something over these sets ranges over."""
    heads: list[str] = []
    for name in over:
        bound = instance.sets.get(name)
        arity = 1 if bound is None else bound.arity
        components = bound.components if bound is not None else ()
        parts = index_heads(instance, [c for c in components if c != name]) if components else ()
        heads += parts if len(parts) == arity else [name, *([""] * (arity - 1))]
    return tuple(heads)


def _decision(compiled: Compiled, block: VariableBlock, point: Values) -> Decision:
    instance = compiled.instance
    declared = instance.formulation.variables.get(block.name)
    span = slice(block.start, block.start + len(block.codes))
    values, kinds = point[span].astype(float), compiled.integrality[span]
    integer = bool(len(kinds)) and bool(
        np.all((kinds == Integrality.INTEGER) | (kinds == Integrality.SEMIINTEGER))
    )
    if integer:
        near = np.abs(values - np.round(values)) < _WHOLE
        values = np.where(near, np.round(values), values) + 0.0
    heads = index_heads(instance, declared.over) if declared is not None else ()
    arity = block.codes.shape[1]
    return Decision(
        block.name,
        declared.meaning if declared is not None else "",
        (declared.unit or "") if declared is not None else "",
        heads if len(heads) == arity else ("",) * arity,
        block.codes,
        values,
        instance,
        integer,
        declared is not None and declared.domain == "binary",
    )
