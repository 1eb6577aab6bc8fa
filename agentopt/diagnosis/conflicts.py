"""Irreducible conflicts: statements that cannot hold together, none of which can be left out.

Where to look is settled cheaply: by the multipliers of an infeasible linear program, else by elastic
relaxation (Chinneck & Dravnieks, "Locating minimal infeasible constraint sets in linear programs", 1991): the
rows that give way are made firm until nothing is left. A deletion filter (ibid.) then drops every member
without which the rest is still *proven* empty; a member stays when the rest has a point, and a member whose
test came to nothing stays too and takes the claim "irreducible" away.

Several conflicts are found in turn: after each, a smallest set of members that breaks all known ones is left
out, until the rest has a point (implicit hitting sets: Reiter 1987). What is found then is complete.
"""

from __future__ import annotations

__all__ = ["MAX_CONFLICTS", "Conflict", "Conflicts", "Proof", "find_conflicts"]

import math
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality, ProblemClass
from agentopt.diagnosis.elastic import Give, elastic
from agentopt.diagnosis.members import Member, crossed, members, without
from agentopt.diagnosis.probing import Outcome, Prober
from agentopt.errors import CompileError, EngineError
from agentopt.solvers.semicontinuous import without_semicontinuous
from agentopt.verification.branching import prove
from agentopt.verification.programs import Row, from_arrays

MAX_CONFLICTS = 8
MAX_EXACT = 3_000
"""Rows and columns of a conflict up to which its emptiness is proved in rational arithmetic too."""
EXACT_SECONDS = 2.0

Proof = Literal["exact", "engine"]


@dataclass(frozen=True)
class Conflict:
    """Statements that cannot hold together.

    Attributes:
        members: in the order of the formulation.
        irreducible: whether leaving out any one leaves a point; each was tried.
        proof: who proved that they cannot hold together: rational arithmetic, or the engine alone.
        resting: whether limits of the decisions belong to it that are not listed: a reformulation states a
            member by limits proven from the whole model, and alone its constraints could not be shown to
            contradict each other.
    """

    members: tuple[Member, ...]
    irreducible: bool
    proof: Proof
    resting: bool = False


@dataclass(frozen=True)
class Conflicts:
    """What was found.

    Attributes:
        found: the conflicts, in the order they were found.
        complete: whether leaving out one member of each leaves a point, so that there are no others apart
            from them.
        dropped: such members, as few as possible; empty where not complete.
    """

    found: tuple[Conflict, ...]
    complete: bool
    dropped: tuple[Member, ...] = ()


def find_conflicts(compiled: Compiled, prober: Prober) -> Conflicts:
    """The conflicts of an infeasible model without semi-continuous columns.

    Raises:
        EngineError: an engine does not take the model's numbers.
    """
    every = members(compiled)
    found = [Conflict(each, True, "exact") for each in crossed(compiled, every)]
    while len(found) < MAX_CONFLICTS:
        left_out = _breaking([each.members for each in found])
        conflict = _Search(compiled, every, set(left_out), prober).conflict()
        if conflict is None:
            return Conflicts(tuple(found), True, left_out)
        if conflict == "open":
            break
        found.append(conflict)
    return Conflicts(tuple(found), False)


def _breaking(conflicts: Sequence[Sequence[Member]]) -> tuple[Member, ...]:
    """A small set that has a member of each conflict; statements come before limits and wholeness."""
    if not conflicts:
        return ()
    ranked = sorted(
        {m for each in conflicts for m in each}, key=lambda m: (_RANK[m.kind], m.name, str(m.key))
    )
    sets = [set(each) for each in conflicts]
    for size in range(1, min(len(sets), 3)):
        for chosen in combinations(ranked, size):
            if all(not each.isdisjoint(chosen) for each in sets):
                return chosen
    return _greedy(ranked, sets)


def _greedy(ranked: Sequence[Member], sets: list[set[Member]]) -> tuple[Member, ...]:
    chosen: list[Member] = []
    left = list(sets)
    while left:
        best = max(ranked, key=lambda m: sum(m in each for each in left))
        chosen.append(best)
        left = [each for each in left if best not in each]
    return tuple(chosen)


_RANK = {"constraint": 0, "upper": 1, "lower": 1, "whole": 2}


class _Search:
    """One conflict among the members that are not left out."""

    def __init__(
        self, compiled: Compiled, every: Sequence[Member], left_out: set[Member], prober: Prober
    ) -> None:
        self.compiled, self.every, self.prober = compiled, every, prober
        self.active = [each for each in every if each not in left_out]

    def conflict(self) -> Conflict | Literal["open"] | None:
        """A conflict; None where there is a point, `open` where neither came to light."""
        outcome = self.empty(self.active)
        if outcome is not Outcome.EMPTY:
            return None if outcome is Outcome.POINT else "open"
        kept, tested = self.reduced(self.narrowed())
        order = {member: place for place, member in enumerate(self.every)}
        listed = tuple(sorted(kept, key=order.__getitem__))
        resting = any(each.rewritten for each in kept) and not self.stands_alone(listed)
        return Conflict(listed, tested and bool(listed), self.proof(kept), resting)

    def empty(self, kept: Collection[Member]) -> Outcome:
        """Whether the members, with what is always kept, are proven to have no point."""
        return self.prober.ask(self.only(kept)).outcome

    def only(self, kept: Collection[Member]) -> Compiled:
        chosen = set(kept)
        return without(self.compiled, (each for each in self.every if each not in chosen))

    # -- narrowing -------------------------------------------------------------------------------------------

    def narrowed(self) -> list[Member]:
        """Members among which there is a conflict, far fewer than all where that can be had."""
        plain = [each for each in self.active if each.kind != "whole"]
        linear = self.compiled.problem_class in {ProblemClass.LP, ProblemClass.MILP}
        if linear and (len(plain) == len(self.active) or self.empty(plain) is Outcome.EMPTY):
            found = self.by_multipliers(plain)
            return plain if found is None else found
        found = self.by_elasticity()
        return self.active if found is None else found

    def by_multipliers(self, plain: list[Member]) -> list[Member] | None:
        """The members with a part in the contradiction of the linear program."""
        model = self.only(plain)
        multipliers = self.prober.farkas(model)
        if multipliers is None:
            return None
        used = np.abs(multipliers) > 1e-9 * np.abs(multipliers).max(initial=0.0)
        owner = np.repeat(np.arange(model.num_columns), np.diff(model.matrix.starts))
        weights = model.matrix.values * multipliers[model.matrix.indices]
        total = np.bincount(owner, weights=weights, minlength=model.num_columns)
        size = np.bincount(owner, weights=np.abs(weights), minlength=model.num_columns)
        leaning = np.abs(total) > 1e-9 * np.maximum(size, 1e-300)
        found = [
            each
            for each in plain
            if (used[list(each.rows)].any() if each.rows else leaning[list(each.columns)].any())
        ]
        return found if self.empty(found) is Outcome.EMPTY else None

    def by_elasticity(self) -> list[Member] | None:
        """The constraints that give way until nothing is left, with the limits of what they decide."""
        firm: set[Member] = set()
        constraints = [each for each in self.active if each.kind == "constraint"]
        while True:
            loose = [each for each in constraints if each not in firm]
            gives = [Give("row", row, side) for each in loose for row in each.rows for side in _SIDES]
            model = elastic(self.only(self.active), gives)
            answer = self.prober.ask(model)
            if answer.outcome is Outcome.EMPTY:
                found = self.touched(firm)
                return found if self.empty(found) is Outcome.EMPTY else None
            if answer.point is None:
                return None
            slack = dict.fromkeys(loose, 0.0)
            values = iter(answer.point[self.compiled.num_columns :].tolist())
            for each in loose:
                for _ in range(2 * len(each.rows)):
                    slack[each] = max(slack[each], next(values))
            giving = {each for each, value in slack.items() if value > 1e-6}
            if not giving:
                return None
            firm |= giving

    def touched(self, firm: set[Member]) -> list[Member]:
        """Constraints with the limits and the wholeness of the columns in them."""
        rows = [row for each in firm for row in each.rows]
        model = self.compiled
        owner = np.repeat(np.arange(model.num_columns), np.diff(model.matrix.starts))
        columns = set(owner[np.isin(model.matrix.indices, rows)].tolist())
        for part in model.quadratic_rows:
            if part.row in set(rows):
                columns |= {*part.first.tolist(), *part.second.tolist()}
        if model.nonlinear:
            return [each for each in self.active if each in firm or each.kind != "constraint"]
        return [each for each in self.active if each in firm or not columns.isdisjoint(each.columns)]

    # -- reducing --------------------------------------------------------------------------------------------

    def reduced(self, candidates: Sequence[Member]) -> tuple[list[Member], bool]:
        """The deletion filter, in halves: what cannot be dropped, and whether each was shown to be needed."""
        kept = list(candidates)
        tested = True
        chunks = [[m for m in candidates if m.kind in kinds] for kinds in _LAST_FIRST]
        stack = [chunk for chunk in chunks if chunk]
        while stack:
            chunk = stack.pop()
            rest = [each for each in kept if each not in set(chunk)]
            outcome = self.empty(rest)
            if outcome is Outcome.EMPTY:
                kept = rest
            elif len(chunk) > 1:
                half = len(chunk) // 2
                stack += [chunk[:half], chunk[half:]]
            elif outcome is Outcome.OPEN:
                tested = False
        return kept, tested

    def stands_alone(self, kept: Sequence[Member]) -> bool:
        """Whether its constraints, compiled without all others, contradict each other."""
        from agentopt.compiling import compile_instance

        names = {each.name for each in kept if each.kind == "constraint"}
        formulation = self.compiled.instance.formulation
        bare = formulation.model_copy(
            update={
                "constraints": {n: c for n, c in formulation.constraints.items() if n in names},
                "objective": None,
            }
        )
        try:
            alone = without_semicontinuous(
                compile_instance(replace(self.compiled.instance, formulation=bare))
            )
        except (CompileError, EngineError):
            return False
        chosen = {(each.kind, each.name, each.key) for each in kept}
        left_out = [
            each
            for each in members(alone)
            if each.kind == "constraint" and (each.kind, each.name, each.key) not in chosen
        ]
        return self.prober.ask(without(alone, left_out)).outcome is Outcome.EMPTY

    # -- proving ---------------------------------------------------------------------------------------------

    def proof(self, kept: Sequence[Member]) -> Proof:
        """Whether rational arithmetic, too, comes to the conclusion that nothing is left."""
        model = self.only(kept)
        if model.num_rows + model.num_columns > MAX_EXACT or model.quadratic_rows or model.nonlinear:
            return "engine"
        if (model.integrality >= Integrality.SEMICONTINUOUS).any():
            return "engine"
        program = from_arrays(model)
        bare = replace(
            program, rows=tuple(r for r in program.rows if r.low is not None or r.high is not None)
        )
        if any(_misses(row, program.whole) for row in bare.rows):
            return "exact"
        seconds = min(EXACT_SECONDS, max(0.5, self.prober.left))
        return "exact" if prove(bare, None, Fraction(0), time.monotonic() + seconds).closed else "engine"


def _misses(row: Row, whole: frozenset[int]) -> bool:
    """Whether a row of whole columns takes multiples of one number only, and none lies within its sides."""
    terms = row.body.terms
    if row.low is None or row.high is None or not terms or row.body.degree > 1:
        return False
    if any(len(columns) != 1 or columns[0] not in whole for columns in terms):
        return False
    scale = math.lcm(*(value.denominator for value in terms.values()))
    step = Fraction(math.gcd(*(int(value * scale) for value in terms.values())), scale)
    return math.ceil(row.low / step) > math.floor(row.high / step)


_SIDES: tuple[Literal["lower"], Literal["upper"]] = ("lower", "upper")
_LAST_FIRST = (("constraint",), ("lower", "upper"), ("whole",))
"""Wholeness is dropped first, then limits: what is left then is what the person stated."""
