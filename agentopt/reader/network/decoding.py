"""From what the heads say to a reading: well-formed by construction, coefficients assigned jointly.

A number serves at most one limit in each direction, so which coefficient belongs to which limit is decided
for all limits of a decision at once, as an assignment. `targets` is the way here; a test holds that the way
there and back loses nothing.
"""

from __future__ import annotations

__all__ = ["Chances", "Decoded", "chances", "decode"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from agentopt.reader.network.assignment import assign
from agentopt.reader.network.forward import PAIRS, Scores
from agentopt.reader.network.targets import PARTS, ROLES, Role, Targets
from agentopt.reader.reading import IMPLIED, Decision, Form, Mix, Relation, Row, Term
from agentopt.reader.tokens import Token

Chance = NDArray[np.float64]

FIRST, INSIDE, LATER = (PARTS.index(part) for part in ("first", "inside", "later"))
MAX_DECISIONS = 12
ECHO = 0.9
"""Less sure than this, a comparison without a number may be an echo of one with a number."""

WEAK = 0.2
"""A coefficient less likely than this is not taken, however it is assigned."""


@dataclass(frozen=True)
class Chances:
    """Probabilities of one text, averaged over readings; shapes as in `Scores` without the first axis."""

    parts: Chance
    roles: Chance
    goal: Chance
    strict: Chance
    each: Chance
    pairs: Mapping[str, Chance]
    minimize: float
    counts: float
    family: Chance

    @classmethod
    def certain(cls, wanted: Targets) -> Chances:
        """Those of a network that knows the targets."""
        size = len(wanted.parts)
        pairs = {name: np.zeros((size, size)) for name in PAIRS}
        for name, found in pairs.items():
            for one, other in getattr(wanted, name):
                found[one, other] = 1.0
        return cls(
            np.eye(len(PARTS))[wanted.parts],
            np.eye(len(ROLES))[wanted.roles],
            np.eye(3)[wanted.goal],
            wanted.strict.astype(float),
            wanted.each.astype(float),
            pairs,
            float(wanted.minimize),
            float(wanted.counts),
            np.eye(10)[wanted.family],
        )

    @classmethod
    def mean(cls, votes: Sequence[Chances]) -> Chances:
        """The probabilities averaged over readings."""
        if len(votes) == 1:
            return votes[0]

        def averaged(of: Callable[[Chances], Chance]) -> Chance:
            return np.asarray(np.mean([of(vote) for vote in votes], axis=0))

        return cls(
            averaged(lambda vote: vote.parts),
            averaged(lambda vote: vote.roles),
            averaged(lambda vote: vote.goal),
            averaged(lambda vote: vote.strict),
            averaged(lambda vote: vote.each),
            {name: averaged(lambda vote, at=name: vote.pairs[at]) for name in PAIRS},  # type: ignore[misc]
            float(np.mean([vote.minimize for vote in votes])),
            float(np.mean([vote.counts for vote in votes])),
            averaged(lambda vote: vote.family),
        )


def chances(scores: Scores) -> list[Chances]:
    """The probabilities of each reading."""
    parts, roles, goal = (_softmax(found) for found in (scores.parts, scores.roles, scores.goal))
    strict, single = _sigmoid(scores.strict), _sigmoid(scores.each)
    pairs = {name: _sigmoid(found) for name, found in scores.pairs.items()}
    minimize, counts, family = _sigmoid(scores.minimize), _sigmoid(scores.counts), _softmax(scores.family)
    return [
        Chances(
            parts[at],
            roles[at],
            goal[at],
            strict[at],
            single[at],
            {name: found[at] for name, found in pairs.items()},
            float(minimize[at]),
            float(counts[at]),
            family[at],
        )
        for at in range(len(family))
    ]


def _softmax(x: NDArray[np.float32]) -> Chance:
    raised = np.exp(x.astype(float) - x.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))


def _sigmoid(x: NDArray[np.float32]) -> Chance:
    return np.asarray(1 / (1 + np.exp(-np.clip(x.astype(float), -40, 40))))


@dataclass(frozen=True)
class Decoded:
    """A reading and how sure the network was.

    Attributes:
        mix: the reading.
        surest: the sum of the logarithms of the probabilities of all choices made.
        weakest: the least of these probabilities.
        weak: the choices less likely than 0.7, as (token, probability).
    """

    mix: Mix
    surest: float
    weakest: float
    weak: tuple[tuple[int, float], ...]


def decode(tokens: Sequence[Token], given: Chances) -> Decoded | None:
    """The reading that the probabilities speak for; None if they name no decision."""
    return _Decoding(tokens, given).run()


class _Decoding:
    """One decoding; the choices made are noted with their probabilities."""

    def __init__(self, tokens: Sequence[Token], given: Chances) -> None:
        self.tokens = tokens
        self.given = given
        self.numbers = [at for at, token in enumerate(tokens) if token.is_number]
        self.choices: list[tuple[int, float]] = []
        self.decisions: list[Decision] = []
        self.firsts: list[int] = []

    def run(self) -> Decoded | None:
        self._find_decisions()
        if not self.decisions:
            return None
        anchors = self._anchors()
        taken = self._coefficients(
            [at for at, role, _ in anchors if role in ("weighted", "average")], anchors
        )
        rows: list[Row] = []
        for at, role, relation in anchors:
            rows += self._rows(at, role, relation, taken)
        objective = self._objective()
        self._note(-1, max(self.given.minimize, 1 - self.given.minimize))
        sense: Literal["minimize", "maximize"] = "minimize" if self.given.minimize > 0.5 else "maximize"
        mix = Mix(tuple(self.decisions), sense, tuple(objective), tuple(self._without_echoes(rows)))
        sure = np.log(np.maximum([chance for _, chance in self.choices], 1e-4))
        return Decoded(
            mix,
            float(sure.sum()),
            float(np.exp(sure.min())),
            tuple((at, chance) for at, chance in self.choices if chance < 0.7),
        )

    def _note(self, at: int, chance: float) -> None:
        self.choices.append((at, float(chance)))

    def _find_decisions(self) -> None:
        """First mentions, as runs that begin at `first`; later ones by what they refer to."""
        best = self.given.parts.argmax(axis=-1)
        firsts = [int(at) for at in np.flatnonzero(best == FIRST)][:MAX_DECISIONS]
        spans = []
        for first in firsts:
            last = first
            while last + 1 < len(best) and best[last + 1] == INSIDE:
                last += 1
            spans.append((first, last))
            self._note(first, self.given.parts[first, FIRST])
        later: dict[int, list[tuple[int, int]]] = {first: [] for first in firsts}
        at = 0
        while at < len(best) and firsts:
            if best[at] != LATER:
                at += 1
                continue
            end = at
            owner = self._referred(at, firsts)
            while end + 1 < len(best) and best[end + 1] == LATER and self._referred(end + 1, firsts) == owner:
                end += 1
            later[owner].append((at, end))
            at = end + 1
        self.firsts = firsts
        for first, last in spans:
            name = _words(self.tokens, first, last)
            self.decisions.append(Decision(name, ((first, last), *later[first])))

    def _referred(self, at: int, firsts: list[int]) -> int:
        return firsts[int(self.given.pairs["refers"][at, firsts].argmax())]

    def _anchors(self) -> list[tuple[int, Role, Relation]]:
        """The tokens that anchor rows."""
        found: list[tuple[int, Role, Relation]] = []
        best = self.given.roles.argmax(axis=-1)
        for at, token in enumerate(self.tokens):
            role = ROLES[int(best[at])]
            if token.is_number:
                self._note(at, self.given.roles[at, best[at]])
            if role is None or (not token.is_number and role[0] != "ratio"):
                continue
            if not token.is_number:
                self._note(at, self.given.roles[at, best[at]])
            found.append((at, *role))
        return found

    def _coefficients(
        self, rows: list[int], anchors: list[tuple[int, Role, Relation]]
    ) -> dict[tuple[int, int], list[int]]:
        """The coefficients of each (anchor, decision): by assignment, so that none serves twice one way."""
        relation_of = {at: relation for at, _, relation in anchors}
        numbers = [at for at in self.numbers if at not in relation_of]
        taken: dict[tuple[int, int], list[int]] = {}
        if not numbers:
            return taken
        uses, owner = self.given.pairs["uses"], self.given.pairs["owner"]
        for relation in ("<=", ">=", "=="):
            here = [at for at in rows if relation_of[at] == relation]
            slots = [at for at in here for _ in range(self._attributes(at, numbers))]
            if not slots:
                continue
            for decision, first in enumerate(self.firsts):
                score = uses[np.ix_(slots, numbers)] * owner[numbers, first][None, :]
                padded = np.concatenate(
                    [np.log(score + 1e-6), np.full((len(slots), len(slots)), np.log(WEAK / 4))], axis=1
                )
                for slot, column in enumerate(assign(padded)):
                    if column < len(numbers) and score[slot, column] > WEAK / 4:
                        chance = float(score[slot, column])
                        self._note(numbers[column], max(chance, 1 - chance))
                        if chance > WEAK:
                            taken.setdefault((slots[slot], decision), []).append(numbers[column])
        return taken

    def _attributes(self, anchor: int, numbers: list[int]) -> int:
        """How many attributes a limit serves: as many as it has coefficients for most of its decisions."""
        uses, owner = self.given.pairs["uses"][anchor, numbers], self.given.pairs["owner"]
        counts = [int(((uses > 0.5) & (owner[numbers, first] > 0.5)).sum()) for first in self.firsts]
        several = sorted(counts)[len(counts) // 2] if counts else 1
        return max(1, several)

    def _rows(
        self, at: int, role: Role, relation: Relation, taken: Mapping[tuple[int, int], list[int]]
    ) -> list[Row]:
        strict = bool(self.given.strict[at] > 0.5)
        token = at if self.tokens[at].is_number else IMPLIED
        if role in ("weighted", "average"):
            left = self._weighted(at, taken)
            right = tuple(Term(each) for each in self._side("right", at)) if role == "average" else ()
            form: Form = "ratio" if role == "average" else "limit"
            return [Row(form, terms, relation, token, right, strict, at) for terms in left if terms]
        sides = self._side("left", at)
        if role == "counted":
            if self.given.each[at] > 0.5 and len(sides) > 1:
                return [Row("limit", (Term(each),), relation, token, (), strict, at) for each in sides]
            return [Row("limit", tuple(map(Term, sides)), relation, token, (), strict, at)]
        right = tuple(map(Term, self._side("right", at, besides=sides)))
        if not right:
            return []
        form = "ratio" if role == "ratio" else "difference"
        if role == "ratio" and self.given.each[at] > 0.5 and len(sides) > 1:
            return [Row(form, (Term(each),), relation, token, right, strict, at) for each in sides]
        return [Row(form, tuple(map(Term, sides)), relation, token, right, strict, at)]

    def _weighted(self, at: int, taken: Mapping[tuple[int, int], list[int]]) -> list[tuple[Term, ...]]:
        """The left sides of a limit, one for each attribute it serves."""
        groups: list[list[Term]] = []
        for decision in range(len(self.decisions)):
            for token in taken.get((at, decision), []):
                fits = [self._likeness(token, group, decision) for group in groups]
                best = int(np.argmax(fits)) if fits else -1
                if best < 0 or (fits[best] < 0.3 and len(taken[at, decision]) > 1):
                    groups.append([Term(decision, token)])
                else:
                    groups[best].append(Term(decision, token))
        return [tuple(group) for group in groups]

    def _likeness(self, token: int, group: list[Term], decision: int) -> float:
        if any(term.decision == decision for term in group):
            return -1.0
        return float(np.mean([self.given.pairs["alike"][token, term.token] for term in group]))

    def _side(self, name: str, at: int, besides: Sequence[int] = ()) -> list[int]:
        """The decisions on one side of an anchor: the likely ones, or the likeliest."""
        chance = self.given.pairs[name][at, self.firsts]
        found = [each for each in range(len(self.firsts)) if chance[each] > 0.5]
        if not found:
            order = [int(each) for each in np.argsort(-chance) if each not in besides]
            found = order[:1]
        if list(besides) == found and len(self.firsts) > len(found):
            found = [int(each) for each in np.argsort(-chance) if each not in besides][:1]
        for each in range(len(self.firsts)):
            self._note(at, max(chance[each], 1 - chance[each]))
        return found

    def _without_echoes(self, rows: Sequence[Row]) -> list[Row]:
        """Drop an unsure comparison without a number beside one with a number of the same decisions."""

        def sides(row: Row) -> frozenset[int]:
            return frozenset(term.decision for term in (*row.left, *row.right))

        numbered = {
            (self.tokens[row.token].sentence, sides(row))
            for row in rows
            if row.form != "limit" and row.token != IMPLIED
        }
        return [
            row
            for row in rows
            if row.token != IMPLIED
            or self.given.roles[row.anchor].max() > ECHO
            or (self.tokens[row.anchor].sentence, sides(row)) not in numbered
        ]

    def _objective(self) -> list[Term]:
        given = self.given
        self._note(-1, max(given.counts, 1 - given.counts))
        if given.counts > 0.5:
            return [Term(decision) for decision in range(len(self.decisions))]
        terms = []
        owner = given.pairs["owner"]
        for decision, first in enumerate(self.firsts):
            for kind, sign in ((1, 1), (2, -1)):
                score = [given.goal[at, kind] * owner[at, first] for at in self.numbers]
                best = int(np.argmax(score)) if score else -1
                if best < 0 or score[best] <= (WEAK if sign > 0 else 0.5):
                    if sign > 0 and best >= 0:
                        self._note(self.numbers[best], 1 - score[best])
                    continue
                self._note(self.numbers[best], max(score[best], 1 - score[best]))
                terms.append(Term(decision, self.numbers[best], sign))
        return terms


def _words(tokens: Sequence[Token], first: int, last: int) -> str:
    """Tokens as written, with the spaces between them."""
    words = tokens[first].text
    for at in range(first + 1, last + 1):
        words += " " * (tokens[at].start > tokens[at - 1].end) + tokens[at].text
    return words
