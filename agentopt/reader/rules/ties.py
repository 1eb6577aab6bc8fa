"""Constraints on the decisions themselves, in any order of words: counts, shares, multiples, comparisons."""

from __future__ import annotations

__all__ = ["number_ties"]

from collections.abc import Iterator, Sequence

from agentopt.reader.reading import Relation, Row, Term
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.near import (
    DUTY,
    EVERY,
    EXCEED,
    LESS,
    MORE,
    TOGETHER,
    ahead,
    back,
    chain_of,
    pair_of,
)
from agentopt.reader.rules.rows import terms
from agentopt.reader.rules.scene import Figure, Scene
from agentopt.reader.rules.shares import Tie, is_multiple, share

_PER = frozenset(("every", "each", "per"))


def number_ties(view: Scene, figure: Figure, first: int, last: int) -> Iterator[Tie]:
    """The ties a number may state; `first` and `last` are the tokens its words may reach."""
    words, at = view.words, figure.token
    if is_multiple(view, figure):
        yield from share(view, figure, first, last)
        return
    stated = figure.comparison
    relation: Relation = stated.relation if stated else ">="
    strict = bool(stated and stated.strict)
    after, before = ahead(view, at, last), back(view, at, first)
    place = at + 1
    while place < last and (words.lower[place] in lexicon.MEASURES or words.stems[place] in view.generic):
        place += 1
    if words.word(place) in ("above", "over", "below", "under", "behind") and before and stated is not None:
        right = view.mentioned(place, min(last, place + 4))
        if right and right[0].decision != before[-1].decision:
            low, high = (
                (right[0], before[-1]) if words.word(place) in ("above", "over") else (before[-1], right[0])
            )
            sides = (Term(high.decision),), (Term(low.decision),)
            yield Tie((Row("difference", sides[0], relation, at, sides[1], strict, at),), 3.4)
            return
    if (words.word(place) in MORE | LESS and words.word(place + 1) != "than") or (
        (
            words.word(place) in ("longer", "more", "fewer", "less")
            and words.word(place + 1) == "than"
            and stated is None
        )
        or (
            words.word(place) in MORE | LESS
            and words.word(place + 1) == "than"
            and stated is not None
            and stated.end <= at
        )
    ):
        pair = pair_of(view, place, first, last, before)
        if pair is not None:
            one, other = pair if words.word(place) in MORE else (pair[1], pair[0])
            yield Tie((Row("difference", terms(one), relation, at, terms(other), strict, at),), 3.0)
            return
    by = words.word(at - 1) == "by" or (stated is not None and words.word(stated.start - 1) == "by")
    if by and len(before) > 1 and view.has(first, at, EXCEED) is not None:
        kind = stated.relation if stated else ">="
        yield Tie(
            (
                Row(
                    "difference",
                    (Term(before[-2].decision),),
                    kind,
                    at,
                    (Term(before[-1].decision),),
                    False,
                    at,
                ),
            ),
            3.0,
        )
        return
    rate = _rate(view, figure, first, last)
    if rate is not None and (stated is not None or view.has(first, last, DUTY) is not None):
        counted, base = rate
        yield Tie(
            (Row("ratio", (Term(counted),), relation, at, (Term(base),), strict, at),), 3.5 if stated else 2.5
        )
    bound_to = _counted(view, figure, last)
    sure = 0.0 if stated else -1.2
    if bound_to:
        joint = _is_joint(view, bound_to, first, last)
        yield Tie(_limits(bound_to, relation, strict, at, joint=joint), 3.0 + sure)
    elif before and stated is not None:
        subjects = chain_of(view, before, backwards=True)
        joint = _is_joint(view, subjects, first, last)
        near = at - before[-1].end
        foreign = _foreign(view, figure)
        yield Tie(
            _limits([each.decision for each in subjects], relation, strict, at, joint=joint),
            2.7 - 0.05 * near - 1.5 * foreign,
        )
    elif (
        after
        and stated is not None
        and after[0].start - at < 8
        and words.word(after[0].start - 1) in ("of", "in", "for", "on", "to", "into")
        and not before
    ):
        listed = [each.decision for each in chain_of(view, after, backwards=False)]
        joint = _is_joint(view, listed, first, last)
        yield Tie(_limits(listed, relation, strict, at, joint=joint), 2.4 - 0.6 * _foreign(view, figure))
    elif (
        after
        and stated is not None
        and after[0].start - at < 9
        and not any(
            words.lower[x] in (",", ";", "and", "but", "or") or words.tags[x] in ("verb", "auxiliary")
            for x in range(at, after[0].start)
        )
    ):
        yield Tie(
            _limits([after[0].decision], relation, strict, at, joint=True), 0.6 - 0.8 * _foreign(view, figure)
        )
    if _is_of_each(view, figure, first, last) and not bound_to:
        rows = _limits(list(range(view.count)), relation, strict, at, joint=False)
        yield Tie(rows, 3.2 + 1.5 * sure - 1.0 * _foreign(view, figure))


def _limits(
    decisions: Sequence[int], relation: Relation, strict: bool, at: int, *, joint: bool
) -> tuple[Row, ...]:
    if joint:
        return (Row("limit", terms(decisions), relation, at, (), strict, at),)
    return tuple(Row("limit", (Term(each),), relation, at, (), strict, at) for each in sorted(set(decisions)))


def _foreign(view: Scene, figure: Figure) -> bool:
    """Whether a number counts something other than the decisions or what they are counted in."""
    counted = (
        {each for each in figure.nouns if not each.startswith("@")} - view.generic - view.containers - _SPANS
    )
    if figure.kind == "money" and _is_money_shared(view):
        return bool(figure.head & counted)
    measured = figure.unit != "" and figure.unit not in view.containers and figure.unit not in view.generic
    return bool(figure.head & counted) or (measured and figure.kind in ("money", "time", "mass", "volume"))


_SPANS = frozenset(
    ("week", "day", "month", "year", "season", "total", "shift", "tim", "mor", "max", "maximum")
)


def _is_money_shared(view: Scene) -> bool:
    """Whether the decisions are amounts of money: each returns a percentage."""
    return sum(each.kind == "percent" and each.comparison is None for each in view.figures) > 1


def _counted(view: Scene, figure: Figure, last: int) -> list[int]:
    """The decisions right behind a number: `24 flapjacks`, `12 of the radio spots`, `20 a and b together`."""
    words, at = view.words, figure.token
    place = at + 1
    while place < min(last, at + 6):
        found = [each for each in view.mentioned(place, place + 1)]
        if found:
            ahead = [each for each in view.mentioned(place, last)]
            return [each.decision for each in chain_of(view, ahead, backwards=False)]
        plain = (
            words.lower[place]
            in (
                "of",
                "the",
                "our",
                "my",
                "his",
                "her",
                "extra",
                "more",
                "such",
                "a",
                "-",
                "new",
                "full",
                "to",
                "for",
                "on",
                "in",
                "these",
                "those",
            )
            or words.tags[place] == "noun"
            or words.lower[place] in lexicon.MEASURES
        )
        if not plain or (
            words.lower[place] in ("to", "for", "on", "in") and not _is_container(view, at + 1, place)
        ):
            return []
        place += 1
    return []


def _is_container(view: Scene, start: int, end: int) -> bool:
    """Whether what stands between a number and a preposition is what decisions are counted in."""
    known = view.containers | view.generic | _SPANS
    return all(
        view.words.stems[x] in known or view.words.lower[x] in lexicon.MEASURES for x in range(start, end)
    )


def _is_joint(view: Scene, decisions: Sequence[object], first: int, last: int) -> bool:
    said = set(view.words.lower[first:last])
    if said & TOGETHER:
        return True
    return not (len(decisions) > 1 and said & (EVERY | {"or", "nor", "apiece"}))


def _is_of_each(view: Scene, figure: Figure, first: int, last: int) -> bool:
    """Whether a limit holds for every decision: `at least 10 of every kind`, `none may exceed 40`."""
    words, at = view.words, figure.token
    behind = words.lower[at + 1 : min(last, at + 7)]
    for x, word in enumerate(behind):
        if word in ("each", "every", "both", "either", "any", "all") and (
            x == 0
            or behind[x - 1] in ("of", "for", "from", "to", "in")
            or x == len(behind) - 1
            or behind[x + 1] in (".", ",", ";", "and")
        ):
            return word != "all"
    for x in range(first, at):
        if words.lower[x] in EVERY | {"single", "nothing"} and not view.mentioned(first, at):
            return True
    return False


def _rate(view: Scene, figure: Figure, first: int, last: int) -> tuple[int, int] | None:
    """`for every tablet at least two headsets`: what is counted, and per which."""
    words, at = view.words, figure.token
    begin = _sentence_start(view, at)
    for base in view.mentioned(begin, last):
        lead = words.lower[max(0, base.start - 2) : base.start]
        if not set(lead) & _PER or base.start <= at <= base.end:
            continue
        ahead = [each for each in view.mentioned(at, min(last, at + 6)) if each.decision != base.decision]
        if ahead:
            return ahead[0].decision, base.decision
        earlier = [each for each in back(view, at, begin) if each.decision != base.decision]
        if earlier and base.start > at:
            return earlier[-1].decision, base.decision
    return None


def _sentence_start(view: Scene, at: int) -> int:
    return next(start for start, end in view.words.sentences if start <= at < end)
