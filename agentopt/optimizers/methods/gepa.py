"""Reflective prompt evolution (Agrawal et al., GEPA, 2025, algorithms 1 to 4).

A pool of candidates is kept. One that is best on some validation example is changed by a model that reads
what it did on three training examples and what was said of it; the child must do better on the same three
to be validated and to join the pool. Two of the pool whose texts were changed in different components are
merged.

Departs from the authors' program where that is not a function of its seed: merges are drawn from lists in
the order of the pool, not from sets. Examples that could not be measured count for neither side of a gate,
and a search that finds nothing to try for `patience` rounds in a row ends.
"""

from __future__ import annotations

__all__ = ["Gepa"]

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from agentopt.evaluation.trials import Candidate, Evaluation, Example, Outcome, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.cases import batches, shown, training
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.pareto import wins
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class Gepa:
    """Reflective prompt evolution.

    Attributes:
        components: the texts to improve, in turn; all if empty.
        minibatch: training examples of a reflection and of its gate.
        merges: merges that may join the pool; 0 for none.
        merge_examples: validation examples of a merge's gate.
        patience: rounds in a row with nothing to try, after which it ends.
        temperature: of the optimizer model.
        longest: characters of a text, at most.
    """

    components: tuple[str, ...] = ()
    minibatch: int = 3
    merges: int = 5
    merge_examples: int = 5
    patience: int = 20
    temperature: float = 1.0
    longest: int = 10_000

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        drawn = batches(training(data, "gepa"), self.minibatch, rng)
        pool = list((yield [Trial(seed, data.val, "val")]))
        turns: dict[str, int] = {}
        tried: list[tuple[str, ...]] = []
        due = merged = waited = 0
        while waited < self.patience:
            waited += 1
            if due and merged < self.merges and (pair := merge(pool, tried, rng)):
                due -= 1
                child, one, other = pair
                tried.append(child.parents)
                (after,) = yield [Trial(child, self._contested(one, other, data.val, rng), "val")]
                if _gain(one, after) >= 0 and _gain(other, after) >= 0:
                    pool += yield [Trial(child, data.val, "val")]
                    merged += 1
                waited = 0
                continue
            parent = chosen(pool, rng).candidate
            batch = next(drawn)
            (before,) = yield [Trial(parent, batch, trace=True)]
            if all(each.outcome in (Outcome.RIGHT, Outcome.UNMEASURED) for each in before.feedback):
                continue
            name = self._turn(parent, turns)
            mutant = self._reflected(before, name, model)
            if mutant is None or any(mutant.id == each.candidate.id for each in pool):
                continue
            waited = 0
            (after,) = yield [Trial(mutant, batch)]
            if _gain(before, after) > 0:
                pool += yield [Trial(mutant, data.val, "val")]
                due += 1

    def _turn(self, parent: Candidate, turns: dict[str, int]) -> str:
        """The component whose turn it is for this parent."""
        names = self.components or tuple(parent.texts)
        at = turns.get(parent.id, 0)
        turns[parent.id] = at + 1
        return names[at % len(names)]

    def _reflected(self, before: Evaluation, name: str, model: Asking) -> Candidate | None:
        """The parent with one text rewritten by a model that read what came of it."""
        parent = before.candidate
        text = parent.texts[name]
        asked = {"component": name, "text": text, "cases": shown(before.feedback, name, text)}
        replies = model.ask("gepa/reflect", [asked], temperature=self.temperature)
        texts = [each for each in tagged(replies, "text") if len(each) <= self.longest]
        return parent.child({name: texts[0]}, "gepa") if texts else None

    def _contested(
        self, one: Evaluation, other: Evaluation, val: tuple[Example, ...], rng: random.Random
    ) -> tuple[Example, ...]:
        """Examples for a merge's gate: in equal parts those that one does better, the other, and ties."""
        groups: dict[int, list[Example]] = {1: [], -1: [], 0: []}
        for example in val:
            scores = [each.scores.get(example.id, 0.0) for each in (one, other)]
            groups[(scores[0] > scores[1]) - (scores[0] < scores[1])].append(example)
        part = -(-self.merge_examples // 3)
        taken = [each for group in groups.values() for each in rng.sample(group, min(part, len(group)))]
        rest = [each for each in val if each not in taken]
        taken += rng.sample(rest, min(max(self.merge_examples - len(taken), 0), len(rest)))
        return tuple(taken[: self.merge_examples])


def chosen(pool: Sequence[Evaluation], rng: random.Random) -> Evaluation:
    """A parent: one of the front, in proportion to what it is best on; the first if none was measured."""
    front = wins(pool)
    if not front:
        return pool[0]
    (place,) = rng.choices(list(front), list(front.values()))
    return pool[place]


def merge(
    pool: Sequence[Evaluation], tried: Sequence[tuple[str, ...]], rng: random.Random
) -> tuple[Candidate, Evaluation, Evaluation] | None:
    """A candidate with the changed components of two of the front, and the two; None if no pair allows one.

    Neither descends from the other, both are no worse than an ancestor that they share, and the worse has
    changed a component since that the better has not. What both changed is the better one's. Pairs in
    `tried` are passed over.
    """
    by_id = {each.candidate.id: each for each in reversed(pool)}
    front = [pool[place] for place in sorted(wins(pool))]
    pairs = list(combinations(front, 2))
    for one, other in rng.sample(pairs, len(pairs)):
        one, other = sorted((one, other), key=lambda each: -each.score)
        lines = [list(_ancestors(each.candidate, by_id)) for each in (one, other)]
        is_line = other.candidate.id in lines[0] or one.candidate.id in lines[1]
        if is_line or (one.candidate.id, other.candidate.id) in tried:
            continue
        shared = [by_id[name] for name in lines[0] if name in lines[1]]
        for ancestor in (each for each in shared if each.score <= other.score):
            texts = _united(ancestor.candidate.texts, one.candidate.texts, other.candidate.texts)
            child = one.candidate.child(texts, "merge", other.candidate)
            if texts and child.id not in by_id:
                return child, one, other
    return None


def _united(
    ancestor: Mapping[str, str], better: Mapping[str, str], other: Mapping[str, str]
) -> dict[str, str]:
    """What the better one did not change and the other did."""
    return {name: other[name] for name, text in ancestor.items() if better[name] == text != other[name]}


def _ancestors(candidate: Candidate, by_id: Mapping[str, Evaluation]) -> Iterator[str]:
    """The ids of those it descends from, the nearest first."""
    waiting, seen = list(candidate.parents), [candidate.id]
    while waiting:
        name = waiting.pop(0)
        if name in by_id and name not in seen:
            seen.append(name)
            yield name
            waiting += by_id[name].candidate.parents


def _gain(before: Evaluation, after: Evaluation) -> float:
    """How much better, in sum, over the examples on which both were measured."""
    return sum(after.scores[name] - before.scores[name] for name in after.scores if name in before.scores)
