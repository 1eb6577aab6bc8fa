"""Constraints on the decisions themselves, in any order of words: counts, shares, multiples, comparisons."""

from __future__ import annotations

__all__ = ["Tie", "is_multiple", "number_ties", "plain_ties"]

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentopt.reader.reading import IMPLIED, Relation, Row, Term
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.comparisons import turned
from agentopt.reader.rules.mentions import Mention
from agentopt.reader.rules.rows import everything, terms
from agentopt.reader.rules.scene import Figure, Scene


@dataclass(frozen=True, slots=True)
class Tie:
    """Rows that a number or a comparing word may state, and how much speaks for that."""

    rows: tuple[Row, ...]
    score: float


_TOGETHER = lexicon.TOGETHER | {"plus", "between", "sum"}
_EVERY = frozenset(("each", "every", "any", "neither", "none", "either", "both"))
_MORE = frozenset(("more", "greater", "larger", "longer", "higher", "bigger", "above", "over", "numerous"))
_LESS = frozenset(("fewer", "less", "smaller", "shorter", "lower", "below", "under", "behind"))
_NOT = lexicon.NEGATIONS | {"isn't", "aren't"}
_FILL = frozenset(
    (
        "of",
        "the",
        "a",
        "an",
        "these",
        "those",
        "our",
        "my",
        "your",
        "their",
        "such",
        "as",
        "extra",
        "whole",
        "full",
        "single",
        "to",
        "into",
        "in",
        "for",
        "on",
        "go",
        "are",
        "be",
        "is",
        "must",
        "should",
        "has",
        "have",
        "being",
        "or",
        "them",
        "all",
        "its",
    )
)
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
_STOPS = frozenset((";", ".", "?", "!", ":"))
_PER = frozenset(("every", "each", "per"))


def number_ties(view: Scene, figure: Figure, first: int, last: int) -> Iterator[Tie]:
    """The ties a number may state; `first` and `last` are the tokens its words may reach."""
    words, at = view.words, figure.token
    if is_multiple(view, figure):
        yield from _share(view, figure, first, last)
        return
    stated = figure.comparison
    relation: Relation = stated.relation if stated else ">="
    strict = bool(stated and stated.strict)
    after, before = _ahead(view, at, last), _back(view, at, first)
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
    if (words.word(place) in _MORE | _LESS and words.word(place + 1) != "than") or (
        (
            words.word(place) in ("longer", "more", "fewer", "less")
            and words.word(place + 1) == "than"
            and stated is None
        )
        or (
            words.word(place) in _MORE | _LESS
            and words.word(place + 1) == "than"
            and stated is not None
            and stated.end <= at
        )
    ):
        pair = _pair(view, place, first, last, before)
        if pair is not None:
            one, other = pair if words.word(place) in _MORE else (pair[1], pair[0])
            kind: Relation = relation if words.word(place) in _MORE else relation
            yield Tie((Row("difference", terms(one), kind, at, terms(other), strict, at),), 3.0)
            return
    by = words.word(at - 1) == "by" or (stated is not None and words.word(stated.start - 1) == "by")
    if by and len(before) > 1 and view.has(first, at, _EXCEED) is not None:
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
    if rate is not None and (stated is not None or view.has(first, last, _DUTY) is not None):
        one, other = rate
        yield Tie(
            (Row("ratio", (Term(one),), relation, at, (Term(other),), strict, at),), 3.5 if stated else 2.5
        )
    bound_to = _counted(view, figure, last)
    sure = 0.0 if stated else -1.2
    if bound_to:
        joint = _is_joint(view, bound_to, first, last)
        yield Tie(_limits(bound_to, relation, strict, at, joint=joint), 3.0 + sure)
    elif before and stated is not None:
        subjects = _chain(view, before, backwards=True)
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
        listed = [each.decision for each in _chain(view, after, backwards=False)]
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


_EXCEED = lexicon.words_of(
    "exceed exceeds exceeding outnumber outnumbers surpass beat beats lead leads top tops"
)
_DUTY = lexicon.words_of("must should need needs required requires insists has have ought wants want")


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


def _ahead(view: Scene, at: int, last: int) -> list[Mention]:
    """Mentions behind a place, up to a full stop."""
    found = []
    for each in view.mentioned(at, last):
        found.append(each)
    return found


def _back(view: Scene, at: int, first: int) -> list[Mention]:
    return [each for each in view.mentioned(first, at) if each.end <= at]


def _chain(view: Scene, places: Sequence[Mention], *, backwards: bool) -> list[Mention]:
    """The nearest mention with those that commas, `and`, `or`, `plus` join to it."""
    words = view.words
    order = list(reversed(places)) if backwards else list(places)
    chain = order[:1]
    for each in order[1:]:
        low, high = sorted((chain[-1], each), key=lambda mention: mention.start)
        between = range(low.end, high.start)
        said = set(words.lower[low.end : high.start])
        if len(between) > 4 or not said & {"and", "or", ",", "plus", "&", "+", "nor"}:
            break
        if (
            "," in said
            and len(said) > 1
            and len(chain) == 1
            and not (backwards and _goes_on(view, each, order))
        ):
            break
        if any(words.tags[x] in ("number", "verb", "auxiliary") for x in between) or said & {
            "than",
            "but",
            "while",
        }:
            break
        if each.decision in [x.decision for x in chain]:
            break
        chain.append(each)
    return chain


def _goes_on(view: Scene, mention: Mention, order: Sequence[Mention]) -> bool:
    """Whether a comma stands before a mention too, as in a list of three: `a, b, and c`."""
    earlier = [each for each in order if each.end <= mention.start]
    return bool(earlier) and view.words.lower[earlier[0].end : mention.start] == (",",)


def _counted(view: Scene, figure: Figure, last: int) -> list[int]:
    """The decisions right behind a number: `24 flapjacks`, `12 of the radio spots`, `20 a and b together`."""
    words, at = view.words, figure.token
    place = at + 1
    while place < min(last, at + 6):
        found = [each for each in view.mentioned(place, place + 1)]
        if found:
            ahead = [each for each in view.mentioned(place, last)]
            return [each.decision for each in _chain(view, ahead, backwards=False)]
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
    if said & _TOGETHER:
        return True
    return not (len(decisions) > 1 and said & (_EVERY | {"or", "nor", "apiece"}))


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
        if words.lower[x] in _EVERY | {"single", "nothing"} and not view.mentioned(first, at):
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
        back = [each for each in _back(view, at, begin) if each.decision != base.decision]
        if back and base.start > at:
            return back[-1].decision, base.decision
    return None


def _sentence_start(view: Scene, at: int) -> int:
    return next(start for start, end in view.words.sentences if start <= at < end)


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


def _share(view: Scene, figure: Figure, first: int, last: int) -> Iterator[Tie]:
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
        view.has(first, last, _DUTY - {"has", "have", "wants", "want"} | {"exactly", "precisely"}) is not None
    )
    score = 2.6 if stated else 1.4 if of and firm else 0.9 if of and view.has(first, last, _DUTY) else 0.2
    before, after = _back(view, at, first), _ahead(view, at, last)
    place = at + 1
    if words.word(place) == "times":
        place += 1
    if (
        words.word(place) in ("as", "more")
        and words.word(place + 1) in ("many", "much", "numerous", "than", "big", "long", "large")
    ) or (
        words.word(place) == "the" and words.word(place + 1) in ("amount", "number", "size") and not before
    ):
        pair = _pair(view, place, first, last, before)
        if pair is not None:
            yield Tie((Row("ratio", terms(pair[0]), relation, at, terms(pair[1]), strict, at),), score + 0.4)
        return
    adjacent = bool(after) and _is_adjacent(view, place, after[0])
    if adjacent and figure.kind == "percent":
        left = [each.decision for each in _chain(view, after, backwards=False)]
        yield Tie((Row("ratio", terms(left), relation, at, everything(view), strict, at),), score)
        return
    whole, rest = _whole(view, place, last, after)
    if whole is None:
        return
    if before and not _is_cut(view, before[-1], at):
        subject = [each.decision for each in _chain(view, before, backwards=True)]
    elif rest:
        subject = [each.decision for each in _chain(view, rest, backwards=False)]
    elif before:
        subject = [each.decision for each in _chain(view, before, backwards=True)]
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
        chain = _chain(view, inside, backwards=False)
        left = [each for each in inside if each not in chain]
        if words.word(chain[-1].end) in ("and", "&", "plus"):
            beyond = [each for each in after if each.start >= chain[0].start]
            chain = _chain(view, beyond, backwards=False)
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


def _pair(
    view: Scene, place: int, first: int, last: int, before: Sequence[Mention]
) -> tuple[list[int], list[int]] | None:
    """The two sides of `more A than B`, `A … more than B`, `as many A as B`."""
    words = view.words
    hinge = next(
        (
            x
            for x in range(place + 1, last)
            if words.lower[x] in ("than", "as", "for", "to", "compared")
            and not (words.lower[x] == "as" and words.word(x + 1) in ("many", "much"))
        ),
        None,
    )
    if hinge is None:
        return None
    right = view.mentioned(hinge, last)
    left = view.mentioned(place, hinge)
    if not right:
        return None
    other = [each.decision for each in _chain(view, right, backwards=False)]
    if left:
        one = [each.decision for each in _chain(view, left, backwards=False)]
    elif before:
        one = [each.decision for each in _chain(view, before, backwards=True)]
    elif len(right) > 1:
        return None
    else:
        return None
    if set(one) & set(other):
        one = [x for x in one if x not in other]
        if not one:
            return None
    return one, other


def plain_ties(view: Scene, taken: Sequence[Row]) -> Iterator[Row]:
    """Comparisons of decisions without a number: `more A than B`, `A may not outnumber B`."""
    words = view.words
    anchors = {each.anchor for each in taken if each.form != "limit"}
    for start, end in words.sentences:
        marks = [start, *(x + 1 for x in range(start, end) if words.lower[x] in (";",)), end]
        for low, high in zip(marks, marks[1:], strict=False):
            yield from _plain_in(view, low, high, anchors)


def _plain_in(view: Scene, low: int, high: int, anchors: set[int]) -> Iterator[Row]:
    words = view.words
    done = -1
    for at in range(low, high):
        if at < done:
            continue
        word = words.lower[at]
        sign: Relation | None = None
        if word in _MORE - {"above", "over"}:
            sign = ">="
        elif word in _LESS - {"below", "under"}:
            sign = "<="
        if sign is not None:
            row = _than(view, at, low, high, sign, anchors)
        elif word in ("many", "much", "numerous") and words.word(at - 1) == "as":
            row = _as_many(view, at, low, high, anchors)
        elif word in _EXCEED | {
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


def _has_number(view: Scene, start: int, end: int) -> bool:
    return any(
        view.words.tag(x) == "number" and x not in view.names and view.words.tokens[x].kind != "one"
        for x in range(max(start, 0), end)
    )


def _is_numbered(view: Scene, at: int) -> bool:
    """Whether a number right before a comparing word says how much more."""
    for x in range(at - 1, max(-1, at - 4), -1):
        if view.words.lower[x] in (",", ";", ":", "and", "but") or view.mentioned(x, x + 1):
            return False
        if _has_number(view, x, x + 1):
            return True
    return False


def _denied(view: Scene, at: int, low: int) -> bool:
    for x in range(at - 1, max(low - 1, at - 9), -1):
        if view.words.lower[x] in (",", ";", ":", "but") or view.words.tags[x] == "number":
            return False
        if view.words.lower[x] in _NOT or view.words.lower[x].endswith("n't"):
            return True
    return False


def _than(
    view: Scene, at: int, low: int, high: int, sign: Relation, anchors: set[int]
) -> tuple[Row, int] | None:
    words = view.words
    hinge = next((x for x in range(at + 1, min(high, at + 10)) if words.lower[x] == "than"), None)
    if hinge is None or _is_numbered(view, at) or _has_number(view, at, hinge):
        return None
    right = [each for each in view.mentioned(hinge, min(high, hinge + 9))]
    if not right or _has_number(view, hinge, right[0].start) or any(abs(x - at) < 3 for x in anchors):
        return None
    left = view.mentioned(at, hinge) or view.mentioned(low, at)[-1:]
    if not left:
        return None
    other = [each.decision for each in _chain(view, right, backwards=False)]
    if view.mentioned(at, hinge):
        one = [each.decision for each in _chain(view, left, backwards=False)]
    else:
        one = [each.decision for each in _chain(view, view.mentioned(low, at), backwards=True)]
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
    if not right or not (inner or earlier) or _has_number(view, hinge, right[0].start):
        return None
    one = [
        each.decision
        for each in (_chain(view, inner, backwards=False) if inner else _chain(view, earlier, backwards=True))
    ]
    other = [each.decision for each in _chain(view, right, backwards=False)]
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
    if not right or not left or _has_number(view, at, right[0].start):
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
    if "by" in tail and _has_number(view, right[-1].end, right[-1].end + 6):
        return None
    other = [each.decision for each in _chain(view, right, backwards=False)]
    one = [each.decision for each in _chain(view, left, backwards=True)]
    if set(one) & set(other) or any(low <= x < high for x in anchors if abs(x - at) < 6):
        return None
    sign: Relation = "<=" if words.lower[at] in ("below", "under") else ">="
    denied = _denied(view, at, low)
    return Row(
        "ratio", terms(one), turned(sign) if denied else sign, IMPLIED, terms(other), not denied, at
    ), right[0].end
