"""Numbers with all that is said of each, under one list of decisions."""

from __future__ import annotations

__all__ = ["Figure", "Scene", "scene"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.candidates import Candidate
from agentopt.reader.rules.clauses import Clause, clauses
from agentopt.reader.rules.comparisons import Comparison, behind, comparisons
from agentopt.reader.rules.generics import CONCEPTS, MEASURES, general
from agentopt.reader.rules.mentions import Mention, mentions
from agentopt.reader.rules.runs import Run
from agentopt.reader.rules.words import Words, stem


@dataclass(slots=True)
class Figure:
    """A number with all that is said of it.

    Attributes:
        token: its index.
        clause: index of its clause.
        tail: the token after the last that belongs to it ("hours of machine time").
        lead: the first token of what leads to it, after the number before.
        unit, kind: stem and kind of its measure; kind is "money", "percent", "factor" or "count", or
            the kind of a measure.
        nouns: stems of what it counts, behind it.
        head: those of them in the first row of nouns.
        frame: stems of what stands before it in its clause.
        before, after: mentions between the number before and it, and in its tail.
        comparison: what compares with it, if anything does.
        every: whether it is said of each of the decisions alike.
        decisions: those it is said of.
        inherited: whether its comparison stands before an earlier number.
        paired: whether it is one of a row of numbers that goes with a row of decisions.
    """

    token: int
    clause: int
    tail: int
    lead: int
    unit: str
    kind: str
    nouns: frozenset[str]
    head: frozenset[str]
    frame: frozenset[str]
    before: tuple[Mention, ...]
    after: tuple[Mention, ...]
    comparison: Comparison | None = None
    every: bool = False
    decisions: tuple[int, ...] = ()
    inherited: bool = False
    paired: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A text under one list of decisions.

    Attributes:
        words, runs, candidate: what it was made from.
        mentions: of the decisions, in order.
        clauses, comparisons, figures: in order.
        names: token indices of numbers that are parts of names.
        generic: stems that stand for any of the decisions ("cakes" for chocolate and vanilla cakes).
        containers: stems of what the decisions are counted in ("bottles" of each drink).
    """

    words: Words
    runs: Sequence[Run]
    candidate: Candidate
    mentions: tuple[Mention, ...]
    clauses: tuple[Clause, ...]
    comparisons: tuple[Comparison, ...]
    figures: tuple[Figure, ...]
    names: frozenset[int]
    generic: frozenset[str]
    containers: frozenset[str]
    at: dict[int, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many decisions there are."""
        return len(self.candidate.names)

    def mentioned(self, start: int, end: int) -> list[Mention]:
        """The mentions that begin in a stretch."""
        return [each for each in self.mentions if start <= each.start < end]

    def has(self, start: int, end: int, words: frozenset[str]) -> int | None:
        """The last place in a stretch where one of the words stands."""
        return next((at for at in range(end - 1, start - 1, -1) if self.words.lower[at] in words), None)


def scene(words: Words, found: Sequence[Run], candidate: Candidate) -> Scene:
    """All that the later steps need to know of a text under one list of decisions."""
    places, shared = mentions(words, found, candidate)
    named = frozenset(
        at for each in places for at in range(each.start, each.end) if words.tags[at] == "number"
    )
    parts = tuple(clauses(words))
    compared = tuple(comparisons(words))
    generic, containers = general(words, candidate, places)
    generic, containers = generic | shared, containers - shared
    taken = frozenset(at for each in places for at in range(each.start, each.end))
    figures = tuple(_figures(words, parts, places, named, taken))
    result = Scene(
        words, found, candidate, places, parts, compared, figures, named, generic, containers,
        {each.token: number for number, each in enumerate(figures)},
    )  # fmt: skip
    for each in figures:
        _compare(result, each)
        each.every = _is_of_every(result, each)
    for one, other in pairwise(figures):
        _range(result, one, other)
    return result


_STOP = frozenset([",", ";", ":", ".", "?", "!"]) | lexicon.BREAKS


def _figures(
    words: Words,
    clauses: Sequence[Clause],
    places: Sequence[Mention],
    named: frozenset[int],
    taken: frozenset[int],
) -> Iterator[Figure]:
    for number, clause in enumerate(clauses):
        lead = clause.start
        frame: list[str] = []
        for at in range(clause.start, clause.end):
            if words.tags[at] != "number" or at in named or not words.tokens[at].is_number:
                continue
            tail = _tail(words, at, clause.end, named)
            unit, kind = _measure(words, at)
            begin = lead if at > lead else at
            stems = [each for each in _content(words, begin, at, taken)]
            frame = frame + stems
            after = tuple(each for each in places if at < each.start < tail)
            nouns = frozenset(each for each in _content(words, at + 1, tail, taken) if each != unit)
            yield Figure(
                at, number, tail, begin, unit, kind, nouns,
                _head(words, at, tail, taken, unit), frozenset(stems or frame),
                tuple(each for each in places if begin <= each.start < at), after,
            )  # fmt: skip
            lead = tail


def _head(words: Words, at: int, tail: int, taken: frozenset[int], unit: str) -> frozenset[str]:
    """The first row of nouns behind a number and its measure."""
    first = at + 1
    while first < tail and (
        words.tags[first] in ("determiner", "preposition", "pronoun", "other") or words.stems[first] == unit
    ):
        first += 1
    last = first
    while last < tail and words.tags[last] == "noun":
        last += 1
    return frozenset(_content(words, first, last, taken))


def _content(words: Words, first: int, end: int, taken: frozenset[int]) -> Iterator[str]:
    """The stems of a stretch outside of mentions, and the concepts they belong to."""
    for at in range(first, end):
        word = words.lower[at]
        if words.word(at - 1) in ("per", "every", "each") and words.word(at - 2) not in (
            "for",
            "on",
            "of",
            "from",
        ):
            continue
        if at in taken or (len(word) < 2 and not words.tokens[at].text.isupper()):
            continue
        if at and words.lower[at - 1] in ("a", "an") and MEASURES.get(words.stems[at]) == "time":
            continue  # "14 calls an hour"
        concept = CONCEPTS.get(words.stems[at])
        if concept:
            yield concept
        if words.tags[at] in ("noun", "verb") and words.stems[at] not in _IDLE:
            yield words.stems[at]


_IDLE = frozenset(
    map(
        stem,
        lexicon.words_of(
            "take require need use contain have worth average number amount company day week month year "
            "produce make unit"
        ),
    )
)


def _tail(words: Words, at: int, end: int, named: frozenset[int]) -> int:
    """The token after the last that belongs to a number."""
    last = at + 1
    while last < end:
        word = words.lower[last]
        if word in _STOP and not words.hyphen(last):
            break
        if (
            words.lower[last] == "one"
            and words.tag(last + 1) == "noun"
            and words.lower[last - 1] not in ("and", "or")
        ):
            last += 1
            continue
        if words.tags[last] == "number" and last not in named:
            if words.word(last - 1) in ("$", "€", "£"):
                last -= 1
            break
        if word in ("and", "or", "plus"):
            if words.tag(last + 1) in ("number", "verb", "auxiliary") or words.word(last + 1) in (
                "$",
                "a",
                "an",
                "the",
                "each",
                "every",
                "at",
                "also",
                "only",
                "no",
                "up",
                "it",
                "per",
                "uses",
            ):
                break
            if any(words.tags[each] == "number" for each in range(last + 1, min(end, last + 5))):
                break
        last += 1
    return last


def _measure(words: Words, at: int) -> tuple[str, str]:
    token = words.tokens[at]
    before = words.word(at - 1)
    if token.kind == "percent":
        return "", "percent"
    if before in ("$", "€", "£", "¥") or words.word(at + 1) in ("$", "€", "£"):
        return "dollar", "money"
    if words.word(at + 1) == "times" or token.lower in ("twice", "double", "thrice", "triple", "half"):
        return "", "factor" if words.word(at + 1) != "times" or not _is_frequency(words, at) else "count"
    after = words.stems[at + 1] if at + 1 < len(words) else ""
    kind = MEASURES.get(after)
    if (
        kind is None
        and words.tag(at + 1) in ("other", "noun")
        and at + 2 < len(words)
        and words.stems[at + 2] in MEASURES
    ):
        after, kind = (
            words.stems[at + 2],
            MEASURES[words.stems[at + 2]],
        )  # "5 extra hours", "40 machine hours"
        if kind in ("units", "money"):
            return "", "factor" if token.kind == "factor" else "count"
    if kind:
        return after, kind
    if token.kind == "factor" and words.tag(at + 1) == "preposition":
        return "", "factor"
    return "", "count"


def _is_frequency(words: Words, at: int) -> bool:
    """Whether `five times` counts events: "checked five times every month"."""
    return words.word(at + 2) in ("a", "per", "every", "each", "in", ".", ",", "and", "daily", "weekly")


def _compare(view: Scene, figure: Figure) -> None:
    """Find what compares with a number: before it, or right behind it."""
    words, clause = view.words, view.clauses[figure.clause]
    at = figure.token
    best: Comparison | None = None
    for each in view.comparisons:
        if clause.start <= each.start and each.end <= at:
            best = each
    if best is not None:
        between = [
            each for each in view.figures if best.end <= each.token < at and each.clause == figure.clause
        ]
        verbs = [
            x
            for x in range(best.end, at)
            if words.tags[x] in ("verb", "auxiliary") and words.lower[x] not in ("be", "is", "are", "of")
        ]
        if between:
            figure.inherited = True
            if any(x > between[-1].token for x in verbs):
                best = None
        elif len(verbs) > 1 and not any(
            words.lower[x] in lexicon.NUMBERLESS for x in range(best.start, best.end)
        ):
            best = None
    after = behind(words, figure.token, figure.tail)
    figure.comparison = after or best
    if figure.comparison is None:
        figure.comparison = _limited(words, clause, figure)
    stated = figure.comparison
    if stated and figure.kind == "count" and not figure.nouns and stated.end == at:
        measured = words.stems[stated.start - 1] if stated.start > clause.start else ""
        if measured in MEASURES:  # "minutes <= 900"
            figure.unit, figure.kind = measured, MEASURES[measured]


def _limited(words: Words, clause: Clause, figure: Figure) -> Comparison | None:
    """`has limited the number of flyers to 8`."""
    if words.word(figure.token - 1) != "to":
        return None
    for at in range(clause.start, figure.token):
        if words.stems[at] in ("limit", "restrict", "cap"):
            return Comparison(at, at + 1, "<=", False)
    return None


def _range(view: Scene, one: Figure, other: Figure) -> None:
    """Read `between 5 and 10 desks`, `at least 5 and at most 10 desks`: both count the same."""
    words = view.words
    near = one.clause == other.clause or (other.clause == one.clause + 1 and other.token - one.token <= 7)
    if (
        not near
        or other.token - one.token > 9
        or (one.kind in ("percent", "factor")) != (other.kind in ("percent", "factor"))
    ):
        return
    gap = words.lower[one.token + 1 : other.token]
    before = (
        words.word(one.token - 1)
        if words.word(one.token - 1) not in ("$", "€", "£")
        else words.word(one.token - 2)
    )
    bare = tuple(each for each in gap if each not in ("$", "€", "£"))
    if (
        (before == "between" and bare == ("and",))
        or (before == "from" and bare == ("to",))
        or bare in (("-",), ("–",))
        or (bare == ("to",) and one.comparison is None and before not in ("limited",))
    ):
        one.comparison = Comparison(one.token - 1, one.token, ">=", False)
        other.comparison = Comparison(other.token - 1, other.token, "<=", False)
    elif not (one.comparison and other.comparison and one.comparison.relation != other.comparison.relation):
        return
    if not one.nouns and not one.after and one.kind in ("count", other.kind):
        one.before = () if other.after else one.before
        one.after, one.nouns, one.head = other.after, other.nouns, other.head
        one.unit, one.kind = other.unit, other.kind
    elif not other.nouns and not other.after and other.kind in ("count", one.kind) and not other.inherited:
        other.after, other.nouns, other.head = one.after, one.nouns, one.head
        other.unit, other.kind = one.unit, one.kind


def _is_of_every(view: Scene, figure: Figure) -> bool:
    """Whether a number is said of every decision alike: `both need 2 hours`, `3 hours for each phone`."""
    if figure.before or figure.after:
        return False
    words, clause = view.words, view.clauses[figure.clause]
    for at in range(clause.start, figure.tail):
        word = words.lower[at]
        if word in ("both", "either") and at < figure.token and words.word(at + 1) != "by":
            return not view.mentioned(clause.start, figure.token)
        if word in ("each", "every", "per", "all", "any") and not view.mentioned(clause.start, at):
            following = [
                words.stems[each]
                for each in range(at + 1, min(at + 5, clause.end))
                if words.tags[each] == "noun"
            ]
            if (
                following
                and (following[0] in view.generic or (len(following) > 1 and following[1] in view.generic))
                and following[0] != "unit"
            ):
                return True
    return False
