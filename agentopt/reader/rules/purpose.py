"""What a freely told problem makes large or small: the column that nothing limits."""

from __future__ import annotations

__all__ = ["Purpose", "aimed", "direction", "purpose"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agentopt.reader.reading import Relation, Term
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.attributes import Column, affinity
from agentopt.reader.rules.generics import CONCEPTS
from agentopt.reader.rules.goals import Goal, Sense, goal
from agentopt.reader.rules.scene import Scene
from agentopt.reader.rules.words import stem


@dataclass(frozen=True, slots=True)
class Purpose:
    """The objective, and what is unsure about it."""

    sense: Sense
    terms: tuple[Term, ...]
    unread: tuple[str, ...] = ()


_LARGEST = lexicon.words_of(
    "most best highest largest greatest biggest maximum maximal max "
    "maximise maximize top richest strongest longest happiest fullest maximal lucrative"
)
_SMALLEST = lexicon.words_of(
    "cheapest fewest least lowest smallest minimum minimal "
    "min minimise minimize cheaply shortest lightest quickest fastest"
)
_BOUND = frozenset(("at", "the", "very"))


def purpose(view: Scene, table: Sequence[Column], limited: Mapping[int, set[Relation]]) -> Purpose:
    """Choose the objective."""
    aim = _goal(view)
    unread: list[str] = []
    if aim is None:
        unread.append("nothing says what is to be made as large or as small as possible")
    spoken = _spoken(view, aim)
    if aim is not None and "per" in view.words.lower[aim.start : aim.end]:
        unread.append("a ratio is not a sum of what is chosen")
    sense: Sense = aim.sense if aim else _likely(table, limited)
    free = [index for index in range(len(table)) if index not in limited]
    net = _net(table, free, spoken)
    if net:
        return Purpose(sense, net, tuple(unread))
    useless = {"<="} if sense == "maximize" else {">="}
    scores = {}
    for index, column in enumerate(table):
        score = affinity(spoken.items(), column, table) + 2.2 * (index in free)
        score += 1.2 * _is_named(spoken, column)
        if index in limited and limited[index] != useless:
            score -= 1.5
        score -= 1.5 * (len(column.cells) < view.count)
        scores[index] = score
    best = max(scores, key=lambda each: scores[each], default=None)
    count = _count(view, aim, spoken)
    if best is None or (best not in free and count >= scores[best]) or (not free and count > scores[best]):
        if best is None and aim is None:
            return Purpose(sense, (), tuple(unread))
        return Purpose(sense, tuple(Term(each) for each in range(view.count)), tuple(unread))
    if best not in free and scores[best] < 0.8:
        unread.append("it is not clear what is to be made as large or as small as possible")
    return Purpose(sense, _terms(table[best]), tuple(unread))


def _likely(table: Sequence[Column], limited: Mapping[int, set[Relation]]) -> Sense:
    """The direction where no word says it: less of what costs, or where all limits are least amounts."""
    free = [table[index] for index in range(len(table)) if index not in limited]
    if len(free) == 1 and _says(free[0], ("@gain", "profit", "point")):
        return "maximize"
    if len(free) == 1 and _says(free[0], ("@cost", "cost")):
        return "minimize"
    relations = set().union(*limited.values()) if limited else set()
    return "minimize" if relations == {">="} else "maximize"


def aimed(view: Scene, table: Sequence[Column]) -> tuple[Sense | None, int | None]:
    """The direction of the goal, and the one column that its words clearly name."""
    aim = _goal(view)
    if aim is None:
        return None, None
    spoken = _spoken(view, aim)
    scores = [affinity(spoken.items(), each, table) + 0.4 * _is_named(spoken, each) for each in table]
    best = sorted(range(len(table)), key=lambda each: -scores[each])
    clear = (
        bool(best) and scores[best[0]] > 1.5 and (len(best) < 2 or scores[best[0]] > 1.5 * scores[best[1]])
    )
    return aim.sense, best[0] if clear else None


def direction(view: Scene) -> Sense | None:
    """The direction that the words of the goal say."""
    aim = _goal(view)
    return aim.sense if aim else None


def _terms(column: Column, sign: int = 1) -> tuple[Term, ...]:
    return tuple(Term(number, token, sign) for number, token in sorted(column.cells.items()))


def _goal(view: Scene) -> Goal | None:
    """The words of the goal; those of a bare `cheapest?`, `most enquiries?` too."""
    found = goal(view.words)
    if found is not None and not found.assumed:
        return found
    words = view.words
    last: Goal | None = None
    for at, word in enumerate(words.lower):
        sense: Sense | None = "maximize" if word in _LARGEST else "minimize" if word in _SMALLEST else None
        if sense is None or (
            words.word(at - 1) in ("at", "very")
            or (words.word(at - 1) == "the" and words.word(at - 2) == "at")
        ):
            continue
        if word == "min" and words.tag(at - 1) == "number":
            continue
        if word in ("max", "min", "maximum", "minimum", "most", "least") and any(
            words.tag(x) == "number" for x in range(at + 1, at + 3)
        ):
            continue
        if any(each.start <= at < each.end for each in view.comparisons) and any(
            each.comparison is not None and each.comparison.start <= at < each.comparison.end
            for each in view.figures
        ):
            continue
        last = Goal(sense, at, min(len(words), at + 5))
    return last


def _spoken(view: Scene, aim: Goal | None) -> dict[str, float]:
    found: dict[str, float] = {}
    if aim is None:
        return found
    words = view.words
    start = max(0, aim.start - 1)
    for at in range(start, aim.end):
        if (
            words.tags[at] in ("noun", "verb", "other")
            and words.stems[at] not in view.generic | view.containers
        ):
            found.setdefault(words.stems[at], 1.0)
        concept = CONCEPTS.get(words.stems[at]) or CONCEPTS.get(words.lower[at])
        if concept:
            found.setdefault(concept, 1.0 if concept in ("@cost", "@gain", "@time") else 0.5)
        if words.lower[at].startswith(("cheap", "bill")) or words.lower[at] in ("save", "saved"):
            found["@cost"] = 1.0
    return found


def _is_named(spoken: Mapping[str, float], column: Column) -> bool:
    money = {"@cost", "@gain"} & set(spoken)
    if money and column.kind == "money":
        return True
    if "@time" in spoken and column.kind == "time":
        return True
    return bool(column.units & set(spoken))


def _count(view: Scene, aim: Goal | None, spoken: Mapping[str, float]) -> float:
    """How much the goal looks like the number of all decisions."""
    if aim is None:
        return 0.0
    words = view.words
    score = 0.3
    known = view.generic | view.containers
    nouns = [
        words.stems[x]
        for x in range(aim.start, aim.end)
        if words.tags[x] == "noun" and words.stems[x] not in ("number", "amount", "total")
    ]
    if nouns and any(each in known for each in nouns[:2]):
        score += 1.5
    said = {each.decision for each in view.mentioned(aim.start, aim.end)}
    if len(said) == view.count:
        score += 1.0
    return score


def _net(table: Sequence[Column], free: Sequence[int], spoken: Mapping[str, float]) -> tuple[Term, ...]:
    """Price minus cost, where both are given and neither is limited or only the cost is."""
    money = [
        index
        for index in range(len(table))
        if table[index].kind in ("money", "count") and table[index].figures
    ]
    prices = [
        index
        for index in money
        if _says(table[index], ("@gain", "sell", "sal", "pric", "fetch", "go", "bring"))
        and not _says(table[index], ("profit", "margin"))
    ]
    costs = [index for index in money if index not in prices and _says(table[index], ("@cost", "cost", "bu"))]
    complete = [index for index in free if len(table[index].cells) > 1]
    if len(complete) == 2:
        one, other = complete
        paid = [_says(table[each], _PAID) for each in complete]
        if paid[0] != paid[1] and table[one].kind == table[other].kind:
            gain, cost = (other, one) if paid[0] else (one, other)
            return (*_terms(table[gain]), *_terms(table[cost], -1))
    prices = [index for index in prices if index in free]
    if len(prices) != 1 or len(costs) != 1:
        return ()
    if (
        costs[0] not in free
        and not {"profit", "margin", "earn", "net"} & set(spoken)
        and not (
            _says(table[prices[0]], ("sell", "sal", "pric"))
            and not {"revenu", "taking", "turnover", "incom", "sal"} & set(spoken)
        )
    ):
        return ()
    if not _says(table[prices[0]], ("sell", "sal", "pric", "fetch", "@gain")) or not (
        table[prices[0]].kind == "money"
        or {"profit", "margin", "earn", "net", "money", "@gain"} & set(spoken)
    ):
        return ()
    return (*_terms(table[prices[0]]), *_terms(table[costs[0]], -1))


_PAID = tuple(
    map(
        stem,
        lexicon.words_of(
            "cost costs fee fees upkeep feed commission wage wages expense expenses "
            "ingredients pay less deduct minus spend buy buying purchase making materials"
        ),
    )
)


def _says(column: Column, stems: Sequence[str]) -> bool:
    return bool(set(stems) & (column.nouns | column.frame))
