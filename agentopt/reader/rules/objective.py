"""What is to be made large or small."""

from __future__ import annotations

__all__ = ["aim", "objective"]

from collections.abc import Mapping, Sequence

from agentopt.reader.reading import Term
from agentopt.reader.rules.attributes import Column, affinity
from agentopt.reader.rules.generics import CONCEPTS, MEASURES
from agentopt.reader.rules.goals import Goal
from agentopt.reader.rules.scene import Scene
from agentopt.reader.rules.words import Words


def objective(
    view: Scene, target: Goal, table: Sequence[Column], limited: Mapping[int, frozenset[str]]
) -> tuple[tuple[Term, ...], float]:
    """The terms of the objective, and how sure their choice is."""
    words = view.words
    stretch = words.lower[target.start : target.end]
    counting = "number" in stretch or "many" in stretch
    spoken: dict[str, float] = {}
    depth = 0.0
    for at in range(target.start, target.end):
        if words.lower[at] == "of" and words.word(at - 1) not in ("number", "amount", "total", "quantity"):
            depth = 1.0
        concept = CONCEPTS.get(words.stems[at]) or CONCEPTS.get(words.lower[at])
        if words.tags[at] in ("noun", "verb") and words.stems[at] not in ("number", "amount"):
            spoken.setdefault(words.stems[at], 0.4 if depth and counting else 1.0)
        if concept:
            spoken.setdefault(concept, 1.0 if concept in ("@cost", "@gain", "@time") else 0.5)
    if words.word(target.start - 1).startswith("cheap") or words.word(target.start).startswith("cheap"):
        spoken["@cost"] = 1.0
    for each in view.mentioned(target.start, target.end):
        for at in range(each.start, each.end):
            spoken.pop(words.stems[at], None)
    named = {each.decision for each in view.mentioned(target.start, target.end)}
    score = [
        _column(
            spoken,
            each,
            table,
            counting,
            set(words.stems[target.start : target.end]) | ({"times"} if "times" in stretch else set()),
            number not in limited,
        )
        - _pointless(target, limited.get(number, frozenset()))
        for number, each in enumerate(table)
    ]
    total = _count(view, target, spoken, counting)
    if (
        "@time" in spoken
        and not any(each.kind == "time" for each in table)
        and any(MEASURES.get(each) == "time" for each in view.containers)
    ):
        total += 3
    if (
        counting
        and len(named) == view.count
        and not any(each in column.nouns for each in spoken for column in table)
    ):
        total += 4
    profit = _net(spoken, table, score)
    if profit is not None:
        return profit, 2.0
    if score:
        best = max(range(len(table)), key=lambda each: (len(table[each].cells) == view.count, score[each]))
        best = max(range(len(table)), key=lambda each: score[each] + (len(table[each].cells) == view.count))
        free = [
            number
            for number in range(len(table))
            if number not in limited and len(table[number].cells) == view.count
        ]
        if score[best] >= max(total, 0.9):
            return _terms(table[best]), score[best]
        if total <= 0.5 and len(free) == 1:
            return _terms(table[free[0]]), 0.5
    return tuple(Term(number) for number in range(view.count)), total


def _pointless(target: Goal, relations: frozenset[str]) -> float:
    """What speaks against a goal that a limit alone settles: the least cost above a least cost."""
    return 2.5 if relations == {">=" if target.sense == "minimize" else "<="} else 0.0


def aim(words: Words, target: Goal, table: Sequence[Column]) -> int | None:
    """The column that the words of the goal name best, if any does."""
    spoken: dict[str, float] = {}
    for at in range(target.start, target.end):
        if words.tags[at] in ("noun", "verb"):
            spoken[words.stems[at]] = 1.0
        if words.stems[at] in CONCEPTS:
            spoken.setdefault(CONCEPTS[words.stems[at]], 1.0)
    scores = [affinity(spoken.items(), each, table) for each in table]
    best = max(range(len(table)), key=lambda each: scores[each], default=None)
    return best if best is not None and scores[best] > 1 and scores.count(scores[best]) == 1 else None


def _terms(column: Column) -> tuple[Term, ...]:
    return tuple(Term(number, token) for number, token in sorted(column.cells.items()))


def _column(
    spoken: dict[str, float],
    column: Column,
    table: Sequence[Column],
    counting: bool,
    stems: set[str],
    free: bool,
) -> float:
    score = affinity(spoken.items(), column, table)
    money = {"@cost", "@gain"} & set(spoken)
    if money and column.kind == "money":
        score += 1.5
    if money and column.kind not in ("money", "percent", "count"):
        score -= 2
    if column.kind == "time" and ("@time" in spoken or column.units & stems):
        score += 2.5
    if (
        column.kind == "time"
        and "@time" in spoken
        and not any(each in spoken for each in column.nouns if not each.startswith("@"))
    ):
        score += 0.2
    if column.units & stems:
        score += 1.0
    if (
        counting
        and column.kind in ("mass", "volume", "units")
        and not column.units & stems
        and "number" in stems
    ):
        score -= 3
    if score > 0 and free:
        score += 0.8
    return score


def _count(view: Scene, target: Goal, spoken: dict[str, float], counting: bool) -> float:
    """How much the objective looks like the number of all decisions together."""
    words = view.words
    known = view.generic | view.containers
    nouns = [
        words.stems[at]
        for at in range(target.start, target.end)
        if words.tags[at] == "noun" and words.stems[at] not in ("number", "amount")
    ]
    score = 0.3
    if (nouns and nouns[0] in known) or any(each in known for each in nouns):
        score += 1.5 if counting else 1.0
        if nouns and nouns[-1] in known and len(nouns) == 1:
            score += 1.5
    return score


def _net(
    spoken: dict[str, float], table: Sequence[Column], score: Sequence[float]
) -> tuple[Term, ...] | None:
    """Price minus cost, where the text gives both and no profit."""
    if not any(each in spoken for each in ("profit", "margin", "gain", "earning")):
        return None
    money = [each for each in table if each.kind == "money" and len(each.cells) > 0]
    if any("profit" in each.nouns | each.frame or "margin" in each.nouns | each.frame for each in money):
        return None
    prices = [each for each in money if {"sell", "sal", "sold", "revenu", "pric"} & (each.nouns | each.frame)]
    costs = [
        each
        for each in money
        if each not in prices
        and {"cost", "spend", "buy", "purchas", "expens", "pay"} & (each.nouns | each.frame)
    ]
    if len(prices) != 1 or not costs:
        return None
    return (
        *_terms(prices[0]),
        *(Term(number, token, -1) for each in costs for number, token in sorted(each.cells.items())),
    )
