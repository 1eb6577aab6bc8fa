"""What came of a problem, before and after a change, and how the two differ."""

from __future__ import annotations

__all__ = ["Decision", "Difference", "Outcome", "basis_of", "difference", "outcome_of", "point_of"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agentopt.agents.answer import Answer, Status
from agentopt.agents.findings import row_name
from agentopt.compiling.arrays import Basis, Compiled, Integrality, RowBlock, VariableBlock
from agentopt.compiling.evaluate import max_violation, objective_value, row_values
from agentopt.diagnosis import Diagnosis
from agentopt.formulation.instance import Label, Values
from agentopt.solvers.solution import Solution

_TIGHT = 1e-6
_SAME = 1e-6
"""Relative difference of two values that is none."""

Key = tuple[str, tuple[Label, ...]]
_Blocks = Sequence[VariableBlock] | Sequence[RowBlock]
_Stands = NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class Outcome:
    """A solved problem.

    Attributes:
        report: the further quantities asked for, by name.
        diagnosis: why there is no answer, where there is none.
        answer: all of it, where it was solved here.
    """

    status: Status
    compiled: Compiled
    solution: Solution
    report: Mapping[str, float] = field(default_factory=dict)
    diagnosis: Diagnosis | None = None
    answer: Answer | None = None

    @property
    def objective(self) -> float | None:
        """Its value; None without a point, or without an objective."""
        return self.solution.objective if self.solution.has_point and self.compiled.objectives else None

    @property
    def values(self) -> dict[Key, float]:
        """Every decision by name and index; empty without a point."""
        if self.solution.values is None or not self.solution.has_point:
            return {}
        found: dict[Key, float] = {}
        for name, value in self.compiled.values_by_name(_whole(self.compiled, self.solution.values)).items():
            if isinstance(value, dict):
                found.update({(name, key): each for key, each in value.items()})
            else:
                found[name, ()] = value
        return found

    @property
    def binding(self) -> list[str]:
        """Inequalities of the formulation at their limit, by name and index."""
        if self.solution.values is None or not self.solution.has_point:
            return []
        compiled = self.compiled
        activity = row_values(compiled, self.solution.values)
        scale = _TIGHT * np.maximum(1.0, np.abs(activity))
        tight = (np.abs(activity - compiled.row_lower) <= scale) | (
            np.abs(activity - compiled.row_upper) <= scale
        )
        tight &= compiled.row_lower != compiled.row_upper
        return list(
            dict.fromkeys(
                row_name(compiled, row)
                for block in compiled.rows
                if not block.auxiliary
                for row in (
                    np.flatnonzero(tight[block.start : block.start + len(block.codes)]) + block.start
                ).tolist()
            )
        )


@dataclass(frozen=True)
class Decision:
    """A decision that is not what it was; None where there is no such decision."""

    name: str
    key: tuple[Label, ...]
    before: float | None
    after: float | None

    @property
    def label(self) -> str:
        """Name and index."""
        return f"{self.name}[{', '.join(map(str, self.key))}]" if self.key else self.name

    @property
    def change(self) -> float:
        """How much more it is."""
        return (self.after or 0.0) - (self.before or 0.0)


@dataclass(frozen=True)
class Difference:
    """How the outcome after a change differs from the one before.

    Attributes:
        decisions: those that changed, the largest change first.
        newly_binding, no_longer_binding: inequalities by name and index.
        report: further quantities before and after.
        stays: whether the decisions of before are still allowed; None where that cannot be said.
        stays_at: the objective they then have.
    """

    before: float | None
    after: float | None
    decisions: tuple[Decision, ...]
    newly_binding: tuple[str, ...]
    no_longer_binding: tuple[str, ...]
    report: Mapping[str, tuple[float | None, float | None]]
    stays: bool | None = None
    stays_at: float | None = None

    @property
    def change(self) -> float | None:
        """Of the objective."""
        return None if self.before is None or self.after is None else self.after - self.before

    @property
    def needs_nothing(self) -> bool:
        """Whether the decisions of before are as good as any after the change."""
        return bool(self.stays) and self.stays_at is not None and _alike(self.stays_at, self.after)


def outcome_of(answer: Answer) -> Outcome | None:
    """What came of a solve; None where it came to no arrays or no solution."""
    if answer.compiled is None or answer.solution is None:
        return None
    return Outcome(answer.status, answer.compiled, answer.solution, answer.report, answer.diagnosis, answer)


def difference(before: Outcome, after: Outcome) -> Difference:
    """How they differ."""
    old, new = before.values, after.values
    decisions = [
        Decision(*key, old.get(key), new.get(key))
        for key in {**old, **new}
        if old and new and not _alike(old.get(key, 0.0), new.get(key, 0.0))
    ]
    was, now = before.binding, after.binding
    names = list({**before.report, **after.report})
    stays, at = _kept(before, after)
    return Difference(
        before.objective,
        after.objective,
        tuple(sorted(decisions, key=lambda each: -abs(each.change))),
        tuple(each for each in now if each not in set(was)) if old and new else (),
        tuple(each for each in was if each not in set(now)) if old and new else (),
        {name: (before.report.get(name), after.report.get(name)) for name in names},
        stays,
        at,
    )


def point_of(values: Mapping[Key, float], compiled: Compiled) -> Values:
    """Decisions as a point of other arrays, shape (n,); NaN where there is none for a column."""
    point = np.full(compiled.num_columns, np.nan)
    for block in compiled.variables:
        if not block.auxiliary:
            keys = compiled.instance.labels.tuples(block.codes)
            for column, key in enumerate(keys, start=block.start):
                point[column] = values.get((block.name, key), np.nan)
    return point


def basis_of(before: Outcome, compiled: Compiled) -> Basis | None:
    """The basis an outcome ended with, for other arrays, by names and indices; None without one.

    A column that was not there is at its lower bound, or zero; a row that was not there is basic.
    """
    basis = before.solution.basis
    if basis is None:
        return None
    at_bound = np.where(np.isfinite(compiled.lower), 0, np.where(np.isfinite(compiled.upper), 2, 3))
    old = before.compiled
    return Basis(
        _carried(old, old.variables, basis.columns, compiled, compiled.variables, at_bound.astype(np.int8)),
        _carried(old, old.rows, basis.rows, compiled, compiled.rows, np.ones(compiled.num_rows, np.int8)),
    )


def _carried(
    old: Compiled, blocks: _Blocks, stands: _Stands, new: Compiled, into: _Blocks, otherwise: _Stands
) -> _Stands:
    """How the columns or rows of one model stand, for those of the same name and index in another."""
    found = otherwise.copy()
    known = {(each.name, each.auxiliary): each for each in blocks}
    for block in into:
        before = known.get((block.name, block.auxiliary))
        if before is None:
            continue
        keys = old.instance.labels.tuples(before.codes)
        by_key = dict(zip(keys, stands[before.start : before.start + len(keys)].tolist(), strict=True))
        for place, key in enumerate(new.instance.labels.tuples(block.codes), start=block.start):
            found[place] = by_key.get(key, found[place])
    return found


def _kept(before: Outcome, after: Outcome) -> tuple[bool | None, float | None]:
    """Whether the decisions of before are allowed after, and what they then come to."""
    compiled = after.compiled
    if not before.values:
        return None, None
    point = point_of(before.values, compiled)
    if np.isnan(point).any():
        return None, None  # a reformulation's own columns are not known
    sides = np.concatenate([compiled.row_lower, compiled.row_upper])
    scale = max(1.0, float(np.abs(sides[np.isfinite(sides)]).max(initial=0.0)))
    if max_violation(compiled, point) > _TIGHT * scale:
        return False, None
    objective = compiled.objective
    return True, None if objective is None else objective_value(objective, point)


def _whole(compiled: Compiled, values: Values) -> Values:
    """Whole decisions exactly whole, and no negative zeros."""
    integer = (compiled.integrality == Integrality.INTEGER) | (
        compiled.integrality == Integrality.SEMIINTEGER
    )
    return np.asarray(np.where(integer, np.round(values), values) + 0.0)


def _alike(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= _SAME * max(1.0, abs(one), abs(other))
