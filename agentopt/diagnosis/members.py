"""What a conflict is made of: statements of the formulation at an index, limits of decisions, wholeness.

A member can be left out of the arrays, which is how a conflict is made irreducible. Rows that a reformulation
added for a constraint belong to that constraint, by its index where they have one. Rows and columns of no
statement (products, semi-continuous switches) define what others speak of and are always kept.
"""

from __future__ import annotations

__all__ = ["MAX_SIZE", "Kind", "Member", "bounds_of", "crossed", "members", "without"]

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality, RowBlock
from agentopt.formulation.instance import Label
from agentopt.formulation.resolve import parse

MAX_SIZE = 200_000
"""Rows and columns together up to which members are told apart."""

Kind = Literal["constraint", "lower", "upper", "whole"]


@dataclass(frozen=True)
class Member:
    """A statement that can be dropped.

    Attributes:
        kind: a constraint, the lower or upper limit of a decision, or that a variable is whole.
        name: of the constraint or variable.
        key: its index; empty for a scalar, for a constraint taken as one, and for `whole`.
        rows: of the arrays, for a constraint.
        columns: of the arrays, otherwise.
        rewritten: whether a reformulation states it, which may rest on the limits of its decisions.
    """

    kind: Kind
    name: str
    key: tuple[Label, ...] = ()
    rows: tuple[int, ...] = ()
    columns: tuple[int, ...] = ()
    rewritten: bool = False

    @property
    def label(self) -> str:
        """Name and index: `meet_demand[topeka]`."""
        return f"{self.name}[{', '.join(map(str, self.key))}]" if self.key else self.name


def members(compiled: Compiled) -> tuple[Member, ...]:
    """Every statement of a formulation at every index, with the limits of every decision."""
    found = [*_constraints(compiled)]
    curved = _rewritten_columns(compiled)
    for block in compiled.variables:
        if block.auxiliary:
            continue
        keys = compiled.instance.labels.tuples(block.codes)
        span = range(block.start, block.start + len(block.codes))
        kinds = compiled.integrality[block.start : block.start + len(block.codes)]
        semi = kinds >= Integrality.SEMICONTINUOUS
        for key, column, is_semi in zip(keys, span, semi.tolist(), strict=True):
            if is_semi or column in curved:
                continue  # a big-M rests on these limits, and would state them still
            if np.isfinite(compiled.lower[column]):
                found.append(Member("lower", block.name, key, columns=(column,)))
            if np.isfinite(compiled.upper[column]):
                found.append(Member("upper", block.name, key, columns=(column,)))
        whole = np.flatnonzero(kinds == Integrality.INTEGER) + block.start
        if len(whole):
            found.append(Member("whole", block.name, columns=tuple(whole.tolist())))
    return tuple(found)


def _constraints(compiled: Compiled) -> Iterable[Member]:
    parsed = parse(compiled.instance.formulation).constraints
    blocks: dict[str, list[RowBlock]] = {}
    for block in compiled.rows:
        if block.name in parsed:
            blocks.setdefault(block.name, []).append(block)
    for name in parsed:
        parts = blocks.get(name, [])
        if not parts:
            continue
        targets = tuple(target for each in parsed[name].generators for target in each.targets)
        rewritten = any(part.auxiliary for part in parts)
        if all(part.indices[: len(targets)] == targets for part in parts):
            yield from _by_index(compiled, name, parts, len(targets), rewritten=rewritten)
        else:
            rows = [row for part in parts for row in range(part.start, part.start + len(part.codes))]
            yield Member("constraint", name, (), tuple(rows), rewritten=rewritten)


def _by_index(
    compiled: Compiled, name: str, parts: Sequence[RowBlock], arity: int, *, rewritten: bool
) -> Iterable[Member]:
    rows: dict[tuple[Label, ...], list[int]] = {}
    for part in parts:
        keys = compiled.instance.labels.tuples(part.codes[:, :arity])
        for key, row in zip(keys, range(part.start, part.start + len(part.codes)), strict=True):
            rows.setdefault(key, []).append(row)
    for key, own in rows.items():
        yield Member("constraint", name, key, tuple(own), rewritten=rewritten)


def _rewritten_columns(compiled: Compiled) -> set[int]:
    """Columns in rows that a reformulation added."""
    auxiliary = np.zeros(compiled.num_rows, dtype=bool)
    for block in compiled.rows:
        if block.auxiliary:
            auxiliary[block.start : block.start + len(block.codes)] = True
    if not auxiliary.any():
        return set()
    columns = np.repeat(np.arange(compiled.num_columns), np.diff(compiled.matrix.starts))
    return set(columns[auxiliary[compiled.matrix.indices]].tolist())


def without(compiled: Compiled, dropped: Iterable[Member]) -> Compiled:
    """The arrays as a question of feasibility, with members left out."""
    row_lower, row_upper = compiled.row_lower.copy(), compiled.row_upper.copy()
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    integrality = compiled.integrality.copy()
    for each in dropped:
        rows, columns = list(each.rows), list(each.columns)
        match each.kind:
            case "constraint":
                row_lower[rows], row_upper[rows] = -np.inf, np.inf
            case "lower":
                lower[columns] = -np.inf
            case "upper":
                upper[columns] = np.inf
            case "whole":
                integrality[columns] = Integrality.CONTINUOUS
    return replace(
        compiled,
        objectives=(),
        row_lower=row_lower,
        row_upper=row_upper,
        lower=lower,
        upper=upper,
        integrality=integrality,
        start=None,
        convex=None,
    )


def crossed(compiled: Compiled, every: Sequence[Member]) -> list[tuple[Member, ...]]:
    """Conflicts that a look at the limits shows: two of one column, or the two sides of one row."""
    found: list[tuple[Member, ...]] = []
    lower: dict[int, Member] = {}
    for each in every:
        if each.kind == "constraint":
            rows = list(each.rows)
            if bool((compiled.row_lower[rows] > compiled.row_upper[rows]).any()):
                found.append((each,))
        elif each.kind == "lower":
            lower[each.columns[0]] = each
        elif each.kind == "upper" and each.columns[0] in lower:
            (column,) = each.columns
            if compiled.lower[column] > compiled.upper[column]:
                found.append((lower[column], each))
    return found


def bounds_of(compiled: Compiled, member: Member) -> tuple[float, float]:
    """The limits a member states: of its first row, or of its column."""
    if member.kind == "constraint":
        row = member.rows[0]
        return float(compiled.row_lower[row]), float(compiled.row_upper[row])
    column = member.columns[0]
    low = float(compiled.lower[column]) if member.kind == "lower" else -np.inf
    high = float(compiled.upper[column]) if member.kind == "upper" else np.inf
    return low, high
