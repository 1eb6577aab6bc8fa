"""The least that has to change so that there is an answer, in the units of the problem, several ways ranked.

Each statement of a conflict gives way alone, at the least amount that leaves a point while all others hold;
where several conflicts stand beside each other, a joint change is found that settles all of them. What a
repair claims is what was computed: that it is enough (a point was found), and that less is not (the engine
proved the amount to be the least).
"""

from __future__ import annotations

__all__ = ["Change", "Repair", "alternatives", "together"]

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis.conflicts import Conflict
from agentopt.diagnosis.elastic import Give, elastic
from agentopt.diagnosis.members import Member, bounds_of, without
from agentopt.diagnosis.places import Limit, Side, limit_of
from agentopt.diagnosis.probing import Outcome, Prober

_TINY = 1e-7

_DIGITS = 6


@dataclass(frozen=True)
class Change:
    """One statement that gives way.

    Attributes:
        member: the statement.
        kind: its limit moves (`loosen`), it goes (`drop`), or parts are allowed (`fractions`).
        side: which limit.
        amount: how far, rounded outwards; 0 unless `loosen`.
        limit: the number behind it, where a single one is.
        relative: the amount as a share of the limit, for ranking.
    """

    member: Member
    kind: Literal["loosen", "drop", "fractions"] = "loosen"
    side: Side = "upper"
    amount: float = 0.0
    limit: Limit | None = None
    relative: float = math.inf

    @property
    def after(self) -> float | None:
        """The number there would be in place of the limit's."""
        if self.limit is None or self.kind != "loosen":
            return None
        return self.limit.value + (self.amount if self.limit.grows else -self.amount)


@dataclass(frozen=True)
class Repair:
    """Changes to be made together.

    Attributes:
        enough: whether the whole model was shown to have a point after them; otherwise they settle the one
            conflict they are for.
        least: whether the engine proved that no smaller amount does.
    """

    changes: tuple[Change, ...]
    enough: bool
    least: bool

    @property
    def relative(self) -> float:
        """The largest relative change."""
        return max((each.relative for each in self.changes), default=math.inf)


def alternatives(
    compiled: Compiled, conflicts: Sequence[Conflict], place: int, prober: Prober, *, complete: bool
) -> tuple[Repair, ...]:
    """Ways to settle one conflict by changing one statement, the smallest relative change first."""
    own = conflicts[place].members
    others = {m for k, each in enumerate(conflicts) if k != place for m in each.members} - set(own)
    model = without(compiled, others)
    enough = not others and complete
    found = []
    for member in own:
        repair = _alone(compiled, model, member, prober, enough=enough)
        if repair is not None:
            found.append(repair)
    order = {id(each): k for k, each in enumerate(found)}
    return tuple(sorted(found, key=lambda r: (r.relative, order[id(r)])))


def together(compiled: Compiled, conflicts: Sequence[Conflict], prober: Prober) -> Repair | None:
    """One change that settles all conflicts, the smallest sum of relative changes; None if none is found."""
    members = list(dict.fromkeys(m for each in conflicts for m in each.members))
    sides = [(m, give) for m in members for give in _gives(compiled, m)]
    if not sides:
        return None
    priced = [Give(g.kind, g.number, g.side, 1.0 / _size(compiled, g)) for _, g in sides]
    answer = prober.ask(elastic(without(compiled, ()), priced))
    if answer.point is None:
        return None
    slacks = answer.point[compiled.num_columns :].tolist()
    changes = tuple(
        _change(compiled, member, give, slack)
        for (member, give), slack in zip(sides, slacks, strict=True)
        if slack > _TINY * _size(compiled, give)
    )
    return Repair(changes, True, answer.best) if changes else None


def _alone(
    compiled: Compiled, model: Compiled, member: Member, prober: Prober, *, enough: bool
) -> Repair | None:
    """A repair by one member; None where that is not sensible, or not enough."""
    gives = list(_gives(compiled, member))
    if gives and all(_is_crossed(model, give) for give in gives):
        return _uncrossed(compiled, model, member, gives[0], prober, enough=enough)
    if gives:
        answer = prober.ask(elastic(model, gives))
        if answer.point is None:
            return None
        slacks = answer.point[model.num_columns :].tolist()
        moved = [(g, s) for g, s in zip(gives, slacks, strict=True) if s > _TINY * _size(compiled, g)]
        changes = tuple(_change(compiled, member, give, slack) for give, slack in moved)
        if any(_turns_negative(each) for each in changes):
            return None
        return Repair(changes, enough, answer.best) if changes else None
    if member.kind in ("lower", "upper"):
        return None
    answer = prober.ask(without(model, [member]))
    if answer.outcome is not Outcome.POINT:
        return None
    kind: Literal["drop", "fractions"] = "fractions" if member.kind == "whole" else "drop"
    return Repair((Change(member, kind),), enough, True)


def _uncrossed(
    compiled: Compiled, model: Compiled, member: Member, give: Give, prober: Prober, *, enough: bool
) -> Repair | None:
    """A row whose own sides contradict each other."""
    gap = float(model.row_lower[give.number] - model.row_upper[give.number])
    if prober.ask(without(model, [member])).outcome is not Outcome.POINT:
        return None
    return Repair((_change(compiled, member, give, gap),), enough, False)


def _turns_negative(change: Change) -> bool:
    """Whether a number of the problem would change its sign, as no demand or stock can."""
    limit, after = change.limit, change.after
    return limit is not None and bool(limit.name) and after is not None and limit.value > 0 > after


def _is_crossed(model: Compiled, give: Give) -> bool:
    return give.kind == "row" and bool(model.row_lower[give.number] > model.row_upper[give.number])


def _gives(compiled: Compiled, member: Member) -> Iterator[Give]:
    """The sides of a member that a person could move."""
    if member.kind == "constraint":
        if member.rewritten:
            return
        for row in member.rows:
            if np.isfinite(compiled.row_lower[row]):
                yield Give("row", row, "lower")
            if np.isfinite(compiled.row_upper[row]):
                yield Give("row", row, "upper")
        return
    if member.kind == "whole":
        return
    declared = compiled.instance.formulation.variables[member.name]
    low, _ = bounds_of(compiled, member)
    if declared.domain == "binary" or (member.kind == "lower" and low == 0):
        return  # amounts are not negative, and choices are yes or no: not a matter of how much
    yield Give("column", member.columns[0], member.kind)


def _size(compiled: Compiled, give: Give) -> float:
    """What an amount is compared with: the limit, or one unit of the largest coefficient."""
    if give.kind == "column":
        value = compiled.lower[give.number] if give.side == "lower" else compiled.upper[give.number]
        return float(abs(value)) or 1.0
    side = compiled.row_lower[give.number] if give.side == "lower" else compiled.row_upper[give.number]
    if np.isfinite(side) and side != 0:
        return float(abs(side))
    at = compiled.matrix.values[compiled.matrix.indices == give.number]
    return float(np.abs(at).max(initial=0.0)) or 1.0


def _change(compiled: Compiled, member: Member, give: Give, slack: float) -> Change:
    limit = limit_of(compiled, member, give.side)
    amount = outward(slack)
    size = abs(limit.value) if limit is not None and limit.value else _size(compiled, give)
    return Change(member, "loosen", give.side, amount, limit, amount / size)


def outward(amount: float) -> float:
    """An amount with six digits, never less than it was, the rounding of an engine aside.

    >>> outward(124.99999999), outward(100 / 3), outward(2e-3)
    (125.0, 33.3334, 0.002)
    """
    if amount <= 0:
        return 0.0
    places = _DIGITS - 1 - math.floor(math.log10(amount))
    near = round(amount, places)
    if abs(near - amount) <= 1e-8 * amount:
        return near
    step = 10.0**-places
    return round(math.ceil(amount / step - 1e-9) * step, places)
