"""The table of what one of each decision takes, gives and costs: a column for each attribute."""

from __future__ import annotations

__all__ = ["Column", "affinity", "columns"]

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from agentopt.reader.rules.scene import Figure, Scene
from agentopt.reader.rules.words import alike


@dataclass(slots=True)
class Column:
    """An attribute: one number for each decision that has one.

    Attributes:
        cells: the token of each decision's number.
        figures: what stands around them.
    """

    cells: dict[int, int] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)

    @property
    def kind(self) -> str:
        """The kind of measure most of its numbers have."""
        kinds = [each.kind for each in self.figures]
        return max(kinds, key=kinds.count)

    @property
    def units(self) -> set[str]:
        """The stems of its measures."""
        return {each.unit for each in self.figures if each.unit}

    @property
    def nouns(self) -> set[str]:
        """The stems of what it counts."""
        return set().union(*(each.nouns for each in self.figures))

    @property
    def frame(self) -> set[str]:
        """The stems of what leads to its numbers."""
        return set().union(*(each.frame for each in self.figures))

    def share(self, word: str) -> tuple[float, float]:
        """The share of its numbers that have a word behind them, and before them."""
        count = len(self.figures)
        inside = sum(any(alike(word, each) for each in figure.nouns) for figure in self.figures)
        around = sum(any(alike(word, each) for each in figure.frame) for figure in self.figures)
        return inside / count, around / count


def overlap(one: Collection[str], other: Collection[str]) -> float:
    """The share of the shorter list that the other has."""
    if not one or not other:
        return 0.0
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    return sum(any(alike(each, every) for every in long) for each in short) / len(short)


def columns(view: Scene, facts: Sequence[Figure]) -> list[Column]:
    """Group numbers that say the same of different decisions; a decision has one number in a column."""
    groups = [[each] for each in facts]
    where = {id(each): number for number, each in enumerate(facts)}
    place = _places(facts)
    scored = []
    for one, other in combinations(range(len(facts)), 2):
        if set(facts[one].decisions) & set(facts[other].decisions):
            continue
        score = _likeness(facts[one], facts[other])
        same = place[one] == place[other]
        scored.append((score + 0.4 * same, -abs(one - other), one, other))
    owner = list(range(len(facts)))
    for score, _, one, other in sorted(scored, reverse=True):
        if score <= 0:
            break
        first, second = owner[one], owner[other]
        if first == second:
            continue
        taken = {each for figure in groups[first] for each in figure.decisions}
        if taken & {each for figure in groups[second] for each in figure.decisions}:
            continue
        groups[first] += groups[second]
        for figure in groups[second]:
            owner[where[id(figure)]] = first
        groups[second] = []
    found = []
    for group in groups:
        if group:
            group.sort(key=lambda each: each.token)
            found.append(Column({number: each.token for each in group for number in each.decisions}, group))
    return found


def _places(facts: Sequence[Figure]) -> list[int]:
    """The rank of each number among those of its decision."""
    counts: dict[tuple[int, ...], int] = {}
    ranks = []
    for each in facts:
        ranks.append(counts.get(each.decisions, 0))
        counts[each.decisions] = ranks[-1] + 1
    return ranks


def _likeness(one: Figure, other: Figure) -> float:
    """How much two numbers look like the same said of two decisions."""
    score = 0.0
    if one.kind != other.kind:
        if {one.kind, other.kind} & {"money", "percent"}:
            score -= 4
        elif {one.kind, other.kind} <= {"count", "units", "factor", "mass", "volume"}:
            score -= 0.3
        else:
            score -= 2
    elif one.kind != "count":
        score += 1.2 if one.unit == other.unit else 0.3
    else:
        score += 0.3
    if one.nouns and other.nouns:
        shared = overlap(one.nouns, other.nouns)
        score += 3 * shared if shared else -1.2
    if one.frame and other.frame:
        shared = overlap(one.frame, other.frame)
        score += 1.5 * shared if shared else -0.3
    return score


def affinity(words: Iterable[tuple[str, float]], column: Column, others: Sequence[Column]) -> float:
    """How much words speak of a column rather than of the others."""
    score = 0.0

    for word, weight in words:
        inside, around = column.share(word)
        if not inside and not around:
            continue
        shared = sum(max(other.share(word)) for other in others if other is not column)
        score += weight * max(3.0 * inside, 1.6 * around) / (1 + shared)
    return score
