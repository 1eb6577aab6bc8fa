"""Shares of all or of others, and multiples of another."""

from __future__ import annotations

__all__ = ["Tie", "is_multiple", "share"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentopt.reader.reading import Relation, Row
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.mentions import Mention
from agentopt.reader.rules.near import (
    DUTY,
    ahead,
    back,
    chain_of,
    pair_of,
)
from agentopt.reader.rules.rows import everything, terms
from agentopt.reader.rules.scene import Figure, Scene


@dataclass(frozen=True, slots=True)
class Tie:
    """Rows that a number or a comparing word may state, and how much speaks for that."""

    rows: tuple[Row, ...]
    score: float


_WHOLE = frozenset(
    (
        "all",
        "total",
        "whole",
        "everything",
        "overall",
        "portfolio",
        "money",
        "blend",
        "mix",
        "mixture",
        "sum",
        "everyone",
        "them",
        "it",
        "budget",
        "capital",
        "place",
        "altogether",
    )
)


def is_multiple(view: Scene, figure: Figure) -> bool:
    """Whether a number multiplies: a share, `twice`, `three times as many`."""
    words, at = view.words, figure.token
    if words.lower[at] in ("twice", "thrice") and not (
        words.word(at + 1) in ("as", "the", "that", "of", "what", "those", "their", "its", "this")
        or view.mentioned(at + 1, at + 3)
    ):
        return False
    if figure.kind in ("percent", "factor"):
        return not (figure.kind == "factor" and words.word(at + 1) in lexicon.MEASURES)
    if words.word(at + 1) == "times":
        return words.word(at + 2) in (
            "as",
            "the",
            "that",
            "more",
            "of",
            "those",
            "what",
            "their",
            "its",
        ) or bool(view.mentioned(at + 2, at + 4))
    return words.word(at + 1) in ("as",) and words.word(at + 2) in ("many", "much")


def share(view: Scene, figure: Figure, first: int, last: int) -> Iterator[Tie]:
    """Shares of all or of others, multiples of another."""
    words, at = view.words, figure.token
    stated = figure.comparison
    relation: Relation = stated.relation if stated else ("==" if figure.kind == "percent" else ">=")
    strict = bool(stated and stated.strict)
    of = (
        (words.word(at + 1) == "of" and figure.kind == "percent")
        or words.word(at + 1) in ("times", "as")
        or figure.kind == "factor"
    )
    firm = (
        view.has(first, last, DUTY - {"has", "have", "wants", "want"} | {"exactly", "precisely"}) is not None
    )
    score = 2.6 if stated else 1.4 if of and firm else 0.9 if of and view.has(first, last, DUTY) else 0.2
    before, after = back(view, at, first), ahead(view, at, last)
    place = at + 1
    if words.word(place) == "times":
        place += 1
    if (
        words.word(place) in ("as", "more")
        and words.word(place + 1) in ("many", "much", "numerous", "than", "big", "long", "large")
    ) or (
        words.word(place) == "the" and words.word(place + 1) in ("amount", "number", "size") and not before
    ):
        pair = pair_of(view, place, first, last, before)
        if pair is not None:
            yield Tie((Row("ratio", terms(pair[0]), relation, at, terms(pair[1]), strict, at),), score + 0.4)
        return
    adjacent = bool(after) and _is_adjacent(view, place, after[0])
    if adjacent and figure.kind == "percent":
        left = [each.decision for each in chain_of(view, after, backwards=False)]
        yield Tie((Row("ratio", terms(left), relation, at, everything(view), strict, at),), score)
        return
    whole, rest = _whole(view, place, last, after)
    if whole is None:
        return
    if before and not _is_cut(view, before[-1], at):
        subject = [each.decision for each in chain_of(view, before, backwards=True)]
    elif rest:
        subject = [each.decision for each in chain_of(view, rest, backwards=False)]
    elif before:
        subject = [each.decision for each in chain_of(view, before, backwards=True)]
    elif whole and figure.kind == "percent":
        subject, whole = whole, []
    else:
        return
    if set(subject) & set(whole):
        whole = [] if len(whole) < 2 else whole
    right = terms(whole) if whole else everything(view)
    if (
        figure.kind == "factor"
        and not whole
        and not _says_all(view, place, last)
        and relation == ">="
        and stated is None
    ):
        return
    yield Tie((Row("ratio", terms(subject), relation, at, right, strict, at),), score)


def _is_adjacent(view: Scene, place: int, mention: Mention) -> bool:
    """Whether a mention is what a share is filled with: `35 % rural households`, `40% into bonds`."""
    between = view.words.lower[place : mention.start]
    return len(between) <= 2 and "of" not in between and not set(between) & {"the", ",", "and", "than"}


def _whole(
    view: Scene, place: int, last: int, after: Sequence[Mention]
) -> tuple[list[int] | None, list[Mention]]:
    """What a share is of, empty for all, and the mentions behind it; None if nothing says."""
    words = view.words
    end = place
    while end < last and not (
        words.tags[end] in ("auxiliary", "verb")
        or words.lower[end]
        in (",", "by", "to", "into", "using", "in", "from", "for", "on", "because", "since", "and")
    ):
        end += 1
    inside = [each for each in after if each.start < end]
    rest = [each for each in after if each.start >= end]
    if inside and not _says_all(view, place, inside[0].start):
        chain = chain_of(view, inside, backwards=False)
        left = [each for each in inside if each not in chain]
        if words.word(chain[-1].end) in ("and", "&", "plus"):
            beyond = [each for each in after if each.start >= chain[0].start]
            chain = chain_of(view, beyond, backwards=False)
            rest = [each for each in after if each not in chain and each.start > chain[-1].start]
            left = []
        return [each.decision for each in chain], [*left, *rest]
    return [], [*inside, *rest]


def _says_all(view: Scene, start: int, end: int) -> bool:
    return any(
        view.words.lower[x] in _WHOLE or view.words.stems[x] in view.generic
        for x in range(start, min(end, start + 6))
    )


def _is_cut(view: Scene, mention: Mention, at: int) -> bool:
    """Whether a comma or a conjunction parts a subject from its number."""
    said = view.words.lower[mention.end : at]
    return (
        bool(
            set(said)
            & {",", "and", "but", "that", "if", "when", "so", ";", ":"} - ({":"} if len(said) < 4 else set())
        )
        and len(said) > 2
    )
