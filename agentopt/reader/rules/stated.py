"""What compares with each number, in any word order: before it, behind it, or shared with the one before."""

from __future__ import annotations

__all__ = ["compare", "cue"]

from collections.abc import Sequence
from itertools import pairwise

from agentopt.reader.reading import Relation
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.comparisons import Comparison, behind
from agentopt.reader.rules.scene import Figure, Scene

_BEFORE: dict[tuple[str, ...], Relation] = {
    ("min",): ">=", ("minimum",): ">=", ("max",): "<=", ("maximum",): "<=", ("minimum", "number", "of"): ">=",
    ("limited", "to"): "<=", ("capped", "at"): "<=", ("cap",): "<=",
    ("limit",): "<=", ("ceiling",): "<=", ("floor",): ">=", ("within",): "<=", ("exactly",): "==",
    ("precisely",): "==", ("not", "over"): "<=", ("not", "above"): "<=", ("beyond",): ">=",
    ("no", "over"): "<=", ("not", "beyond"): "<=", ("never", "over"): "<=", ("never", "above"): "<=",
    ("never", "under"): ">=", ("never", "below"): ">=", ("not", "under"): ">=", ("not", "below"): ">=",
    ("up", "to"): "<=", ("total", "of", "exactly"): "==",
}  # fmt: skip
_BEHIND: tuple[tuple[tuple[str, ...], Relation], ...] = (
    (("or", "more"), ">="), (("or", "over"), ">="), (("or", "above"), ">="), (("or", "better"), ">="),
    (("and", "more"), ">="), (("or", "less"), "<="), (("or", "fewer"), "<="), (("or", "under"), "<="),
    (("or", "below"), "<="), (("at", "most"), "<="), (("at", "the", "most"), "<="), (("at", "least"), ">="),
    (("at", "the", "least"), ">="), (("at", "the", "very", "least"), ">="), (("at", "a", "minimum"), ">="),
    (("at", "minimum"), ">="), (("at", "maximum"), "<="), (("max",), "<="), (("maximum",), "<="),
    (("tops",), "<="), (("minimum",), ">="), (("min",), ">="), (("exactly",), "=="), (("sharp",), "=="),
    (("no", "more"), "<="), (("not", "more"), "<="), (("not", "one", "more"), "<="), (("no", "less"), ">="),
    (("not", "less"), ">="), (("no", "fewer"), ">="), (("or", "higher"), ">="), (("or", "lower"), "<="),
    (("no", "more", "and", "no", "less"), "=="), (("no", "more", "no", "less"), "=="), (("in", "full"), "=="),
    (("to", "the", "last", "cent"), "=="), (("and", "not", "a", "cent", "less"), "=="),
    (("and", "no", "more"), "<="), (("and", "not", "more"), "<="), (("and", "no", "less"), ">="),
    (("+",), ">="), (("upwards",), ">="), (("if", "not", "more"), ">="),
)  # fmt: skip
_BY_FIRST: dict[str, list[tuple[tuple[str, ...], Relation]]] = {}
for _phrase, _relation in _BEHIND:
    _BY_FIRST.setdefault(_phrase[0], []).append((_phrase, _relation))
_ENDS = frozenset((".", ";", ":", "?", "!", "(", ")"))
_BARE = frozenset(
    (
        "$",
        "€",
        "£",
        "the",
        "a",
        "an",
        "about",
        "of",
        "be",
        "than",
        "just",
        "some",
        "~",
        "≈",
        "those",
        "exactly",
        "its",
        "their",
        "my",
        "our",
        "your",
    )
)


def compare(view: Scene) -> None:
    """Set what compares with each figure of a scene."""
    figures = view.figures
    for number, figure in enumerate(figures):
        first = figures[number - 1].token + 1 if number else 0
        last = figures[number + 1].token if number + 1 < len(figures) else len(view.words)
        figure.comparison = _after(view, figure, last) or _before(view, figure, first)
        figure.inherited = False
    for one, other in pairwise(figures):
        _between(view, one, other)
        _shared(view, one, other)


def _before(view: Scene, figure: Figure, first: int) -> Comparison | None:
    """The comparison that ends right before a number, currency and articles aside."""
    words, at = view.words, figure.token
    start = max(first, _sentence(view, at)[0])
    place = at
    while place > start and (words.lower[place - 1] in _BARE):
        place -= 1
    for each in view.comparisons:
        if place <= each.end <= at and each.start >= start and words.lower[each.start : each.end] != ("=",):
            return each
    for width in (3, 2, 1):
        for end in range(place, at + 1):
            relation = _BEFORE.get(tuple(words.lower[end - width : end])) if end - width >= start else None
            if relation is not None and not (width == 1 and words.word(end) == "of" and end < place):
                return Comparison(end - width, end, relation, False)
    if words.word(place - 1) == "than" or words.word(at - 1) == "than":
        for x in range(at - 2, max(start - 1, at - 8), -1):
            if words.lower[x] in ("more", "fewer", "less"):
                lower = words.lower[x] != "more"
                denied = any(
                    words.lower[y] in lexicon.NEGATIONS or words.lower[y].endswith("n't")
                    for y in range(max(start, x - 7), x)
                )
                return Comparison(x, x + 1, ">=" if lower == denied else "<=", not denied)
    # "max hours 40", "no more than a total of 40": the comparison stands a few plain words before
    for each in reversed(view.comparisons):
        if start <= each.start and each.end < place and place - each.end <= 4:
            between = range(each.end, place)
            plain = all(words.tags[x] in ("noun", "determiner", "preposition", "other") for x in between)
            if (
                plain
                and not any(words.lower[x] in ("than", "as") for x in range(each.end, place))
                and not view.mentioned(each.end, place)
            ):
                return each
    return None


def _after(view: Scene, figure: Figure, last: int) -> Comparison | None:
    """The comparison right behind a number and what it counts."""
    words, at = view.words, figure.token
    end = min(last, _sentence(view, at)[1])
    found = behind(words, at, min(figure.tail, end))
    if found is not None and found.end <= end:
        return found
    for place in range(at + 1, min(end, at + 7)):
        if words.lower[place] in (";", ":", "?", "!"):
            break
        if any(words.tags[x] in ("verb", "auxiliary") for x in range(at + 1, place)):
            break
        if (
            words.lower[place : place + 2] in (("not", "a"), ("not", "one"), ("not", "an"))
            and words.word(place + 3) == "more"
        ):
            return Comparison(place, place + 4, "<=", False)
        for phrase, relation in _BY_FIRST.get(words.lower[place], ()):
            stop = place + len(phrase)
            if words.lower[place:stop] != phrase or (phrase == ("min",) and place == at + 1):
                continue
            closed = stop >= end or words.lower[stop] in (
                ".",
                ",",
                ";",
                ")",
                "and",
                "but",
                "a",
                "per",
                "of",
                "in",
                "for",
                "|",
                "because",
                "since",
                "?",
                "!",
                "or",
                "please",
                "pls",
                "this",
                "each",
                "so",
            )
            closed = closed or phrase == ("exactly",)
            if stop < len(words) and words.tags[stop] == "number":
                closed = False
            if closed:
                return Comparison(place, stop, relation, False)
    return None


def _between(view: Scene, one: Figure, other: Figure) -> None:
    """`between 5 and 10`, `from 5 to 10`, `5 to 10`, `5–10`."""
    words = view.words
    gap = tuple(x for x in words.lower[one.token + 1 : other.token] if x not in ("$", "€", "£"))
    gap = tuple(x for x in gap if x != words.word(other.token + 1) and x != one.unit)
    before = [words.word(one.token - 1), words.word(one.token - 2)]
    lower = Comparison(one.token - 1, one.token, ">=", False)
    upper = Comparison(other.token - 1, other.token, "<=", False)
    if (
        ("between" in before and gap == ("and",))
        or ("from" in before and gap == ("to",))
        or gap in (("-",), ("–",), ("—",))
        or (
            gap == ("to",)
            and one.comparison is None
            and not one.unit
            and words.tag(other.token + 1) in ("noun", "other")
        )
    ):
        one.comparison, other.comparison = lower, upper
    else:
        return
    if not one.nouns and not one.after:
        one.after, one.nouns, one.head = other.after, other.nouns, other.head
        one.unit, one.kind = other.unit, other.kind if one.kind == "count" else one.kind
    other.inherited = True


def _shared(view: Scene, one: Figure, other: Figure) -> None:
    """`at least 3 desks and 5 chairs`: the second has the comparison of the first."""
    words = view.words
    if other.comparison is not None or one.comparison is None or one.comparison.end > one.token:
        return
    gap = words.lower[one.token + 1 : other.token]
    joined = {"and", "or", ","} & set(gap[-2:]) or (
        len(gap) > 2 and gap[-1] in ("$", "€", "£") and "and" in gap
    )
    verbs = any(words.tags[x] in ("verb", "auxiliary") for x in range(one.token + 1, other.token))
    if not joined or verbs or len(gap) > 6 or set(gap) & _ENDS:
        return
    if view.mentioned(one.token, other.token) and view.mentioned(other.token, other.token + 5):
        other.comparison = one.comparison


def _sentence(view: Scene, at: int) -> tuple[int, int]:
    return next((start, end) for start, end in view.words.sentences if start <= at < end)


def cue(view: Scene, figure: Figure, pieces: Sequence[tuple[int, int]]) -> tuple[float, Relation]:
    """How much the words around a number without a comparison say that it limits, and in which direction."""
    words, at = view.words, figure.token
    start, end = next((a, b) for a, b in pieces if a <= at < b)
    before, after = range(max(start, at - 9), at), range(at + 1, min(end, at + 8))
    best: tuple[float, Relation] = (0.0, "<=")
    if words.lower[at - 2 : at] == ("out", "of"):
        return 2.4, "<="
    stop = next((x for x in reversed(before) if words.tags[x] == "number"), start - 1)
    before = range(max(stop + 1, before.start), at)
    stop = next((x for x in after if words.tags[x] == "number" or words.lower[x] in (",", ".")), after.stop)
    after = range(at + 1, max(at + 1, stop))
    for cues, relation in ((_HAVE, "<="), (_MUST, ">=")):
        for x in (*before, *after):
            weight = cues.get(words.lower[x], 0.0)
            if weight:
                value = weight - 0.06 * abs(x - at)
                if value > best[0]:
                    best = (value, relation)  # type: ignore[assignment]
    return best


_HAVE: dict[str, float] = {
    **dict.fromkeys(
        lexicon.words_of(
            "limit limits available budget capacity spare cap ceiling allowance stock purse cupboard shed"
        ),
        2.0,
    ),
    **dict.fromkeys(
        lexicon.words_of(
            "left own owns got have has there there's we've i've i'd "
            "only just hold holds room fits fit allows allow altogether "
            "total granted gave give gives lend grant fund "
            "capital spend open limit remaining hand harvested employs "
            "bays licence licensed saved allowed together between mine ours all"
        ),
        1.0,
    ),
}
_MUST: dict[str, float] = {
    **dict.fromkeys(
        lexicon.words_of("must needed required necessary promised ordered booked target quota owe owes"), 2.0
    ),
    **dict.fromkeys(
        lexicon.words_of(
            "need needs coming wants want wanted order demands should "
            "expect guests requires require satisfied fed reach goal "
            "cover covered through agreed contract committed asked"
        ),
        1.0,
    ),
}
