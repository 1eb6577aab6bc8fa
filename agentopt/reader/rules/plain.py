"""Comparisons of decisions without a number: `more A than B`, `A may not outnumber B`."""

from __future__ import annotations

__all__ = ["plain_ties"]

import itertools
from collections.abc import Iterator, Sequence

from agentopt.reader.reading import IMPLIED, Relation, Row
from agentopt.reader.rules.comparisons import turned
from agentopt.reader.rules.near import (
    EXCEED,
    LESS,
    MORE,
    NOT,
    chain_of,
    has_number,
)
from agentopt.reader.rules.rows import terms
from agentopt.reader.rules.scene import Scene


def plain_ties(view: Scene, taken: Sequence[Row]) -> Iterator[Row]:
    """Comparisons of decisions without a number: `more A than B`, `A may not outnumber B`."""
    words = view.words
    anchors = {each.anchor for each in taken if each.form != "limit"}
    for start, end in words.sentences:
        marks = [start, *(x + 1 for x in range(start, end) if words.lower[x] in (";",)), end]
        for low, high in itertools.pairwise(marks):
            yield from _plain_in(view, low, high, anchors)


def _plain_in(view: Scene, low: int, high: int, anchors: set[int]) -> Iterator[Row]:
    words = view.words
    done = -1
    for at in range(low, high):
        if at < done:
            continue
        word = words.lower[at]
        sign: Relation | None = None
        if word in MORE - {"above", "over"}:
            sign = ">="
        elif word in LESS - {"below", "under"}:
            sign = "<="
        if sign is not None:
            row = _than(view, at, low, high, sign, anchors)
        elif word in ("many", "much", "numerous") and words.word(at - 1) == "as":
            row = _as_many(view, at, low, high, anchors)
        elif word in EXCEED | {
            "outnumbering",
            "reach",
            "overtake",
            "above",
            "over",
            "below",
            "under",
            "match",
        }:
            row = _over(view, at, low, high, anchors)
        else:
            row = None
        if row is not None:
            done = row[1]
            yield row[0]


def _is_numbered(view: Scene, at: int) -> bool:
    """Whether a number right before a comparing word says how much more."""
    for x in range(at - 1, max(-1, at - 4), -1):
        if view.words.lower[x] in (",", ";", ":", "and", "but") or view.mentioned(x, x + 1):
            return False
        if has_number(view, x, x + 1):
            return True
    return False


def _denied(view: Scene, at: int, low: int) -> bool:
    for x in range(at - 1, max(low - 1, at - 9), -1):
        if view.words.lower[x] in (",", ";", ":", "but") or view.words.tags[x] == "number":
            return False
        if view.words.lower[x] in NOT or view.words.lower[x].endswith("n't"):
            return True
    return False


def _than(
    view: Scene, at: int, low: int, high: int, sign: Relation, anchors: set[int]
) -> tuple[Row, int] | None:
    words = view.words
    hinge = next((x for x in range(at + 1, min(high, at + 10)) if words.lower[x] == "than"), None)
    if hinge is None or _is_numbered(view, at) or has_number(view, at, hinge):
        return None
    right = [each for each in view.mentioned(hinge, min(high, hinge + 9))]
    if not right or has_number(view, hinge, right[0].start) or any(abs(x - at) < 3 for x in anchors):
        return None
    left = view.mentioned(at, hinge) or view.mentioned(low, at)[-1:]
    if not left:
        return None
    other = [each.decision for each in chain_of(view, right, backwards=False)]
    if view.mentioned(at, hinge):
        one = [each.decision for each in chain_of(view, left, backwards=False)]
    else:
        one = [each.decision for each in chain_of(view, view.mentioned(low, at), backwards=True)]
    if set(one) & set(other):
        return None
    denied = _denied(view, at, low)
    relation = turned(sign) if denied else sign
    return Row("ratio", terms(one), relation, IMPLIED, terms(other), not denied, at), right[0].end


def _as_many(view: Scene, at: int, low: int, high: int, anchors: set[int]) -> tuple[Row, int] | None:
    words = view.words
    if _is_numbered(view, at):
        return None
    hinge = next((x for x in range(at + 1, min(high, at + 9)) if words.lower[x] == "as"), None)
    if hinge is None or words.word(hinge + 1) in (
        "possible",
        "we",
        "i",
        "you",
        "it",
        "can",
        "he",
        "she",
        "they",
    ):
        return None
    right = view.mentioned(hinge, min(high, hinge + 7))
    inner = view.mentioned(at, hinge)
    earlier = view.mentioned(low, at)
    if not right or not (inner or earlier) or has_number(view, hinge, right[0].start):
        return None
    one = [
        each.decision
        for each in (
            chain_of(view, inner, backwards=False) if inner else chain_of(view, earlier, backwards=True)
        )
    ]
    other = [each.decision for each in chain_of(view, right, backwards=False)]
    if set(one) & set(other):
        return None
    said = words.lower[max(low, at - 5) : at - 1]
    relation: Relation = ">="
    if "most" in said or ("more" in said and "no" in said):
        relation = "<="
    elif (
        set(said) & {"exactly", "just", "precisely"}
        or "exactly" in words.lower[right[-1].end : right[-1].end + 3]
    ) and "least" not in said:
        relation = "=="
    return Row("ratio", terms(one), relation, IMPLIED, terms(other), False, at), right[0].end


def _over(view: Scene, at: int, low: int, high: int, anchors: set[int]) -> tuple[Row, int] | None:
    words = view.words
    right = [each for each in view.mentioned(at, min(high, at + 7))]
    left = view.mentioned(low, at)
    if not right or not left or has_number(view, at, right[0].start):
        return None
    if any(
        words.lower[x] in (",", "and", "but") or words.tags[x] == "verb"
        for x in range(at + 1, right[0].start)
    ):
        return None
    if words.lower[at] in ("above", "over", "below", "under", "reach", "match") and not any(
        words.tags[x] == "auxiliary" for x in range(left[-1].end, at)
    ):
        return None
    tail = words.lower[right[-1].end : right[-1].end + 4]
    if "by" in tail and has_number(view, right[-1].end, right[-1].end + 6):
        return None
    other = [each.decision for each in chain_of(view, right, backwards=False)]
    one = [each.decision for each in chain_of(view, left, backwards=True)]
    if set(one) & set(other) or any(low <= x < high for x in anchors if abs(x - at) < 6):
        return None
    sign: Relation = "<=" if words.lower[at] in ("below", "under") else ">="
    denied = _denied(view, at, low)
    return Row(
        "ratio", terms(one), turned(sign) if denied else sign, IMPLIED, terms(other), not denied, at
    ), right[0].end
