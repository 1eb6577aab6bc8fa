"""Constraints between decisions: shares of a total, multiples, comparisons, differences."""

from __future__ import annotations

__all__ = ["sides"]

from collections.abc import Sequence

from agentopt.reader.reading import IMPLIED, Relation, Row, Term
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.bounds import bound
from agentopt.reader.rules.clauses import Clause
from agentopt.reader.rules.comparisons import Comparison, turned
from agentopt.reader.rules.mentions import Mention
from agentopt.reader.rules.rows import Rows, everything, relation_of, terms
from agentopt.reader.rules.scene import Figure, Scene

_REASONS = frozenset(["since", "because", "as", "although", "though"])
_OVER = lexicon.words_of(
    "exceed exceeds exceeding outnumber outnumbers surpass surpasses top tops lead leads beat beats"
)
_UNDER = lexicon.words_of("trail trails lag lags")
_MORE = frozenset(["more", "greater", "larger", "higher"])
_QUOTIENT = lexicon.words_of("ratio divided factor quotient")
_LESS = frozenset(["fewer", "less", "smaller", "lower"])


def sides(view: Scene, waived: set[int]) -> Rows:
    """All constraints on the decisions themselves."""
    found = Rows()
    for figure in view.figures:
        if figure.token in waived or figure.token in found.used:
            continue
        _difference(view, figure, found) or _pairing(view, figure, found) or _ratio(
            view, figure, found
        ) or bound(view, figure, found)
    for number, clause in enumerate(view.clauses):
        _plain(view, number, clause, found)
    return found


def _difference(view: Scene, figure: Figure, found: Rows) -> bool:
    """`at least 10 more desks than chairs`, `exceed the number of chairs by 10`."""
    words, clause, at = view.words, view.clauses[figure.clause], figure.token
    if figure.kind in ("percent", "factor"):
        return False
    place = at + 1
    while words.tag(place) == "noun" and words.word(place) in lexicon.MEASURES:
        place += 1
    behind = view.mentioned(place, clause.end)
    if (
        words.word(place) in _MORE | _LESS
        and "than" in words.lower[place : clause.end]
        and words.word(place + 1) != "than"
    ):
        earlier = view.mentioned(clause.start, at)
        pair = behind[:2] if len(behind) > 1 else [*earlier[-1:], *behind[:1]]
        if len(pair) < 2 or pair[0].decision == pair[1].decision:
            return False
        one, other = pair[0].decision, pair[1].decision
        if words.word(place) in _LESS:
            one, other = other, one
        relation, strict = relation_of(figure) or (">=", False)
        found.add(Row("difference", (Term(one),), relation, at, (Term(other),), strict, at))
        return True
    if words.word(at - 1) == "by" or (figure.comparison and words.word(figure.comparison.start - 1) == "by"):
        earlier = view.mentioned(clause.start, at)
        over = view.has(clause.start, at, _OVER)
        less = view.has(clause.start, at, _UNDER)
        if len(earlier) > 1 and (over is not None or less is not None):
            one, other = earlier[-2].decision, earlier[-1].decision
            if over is None:
                one, other = other, one
            stated = figure.comparison
            relation = stated.relation if stated and stated.start > earlier[-1].start else ">="
            if one != other:
                found.add(Row("difference", (Term(one),), relation, at, (Term(other),), False, at))
                return True
    return False


def _pairing(view: Scene, figure: Figure, found: Rows) -> bool:
    """`for every desk at least 2 chairs`."""
    words, clause, at = view.words, view.clauses[figure.clause], figure.token
    if figure.kind not in ("count", "units"):
        return False
    start, end = words.sentences[clause.sentence]
    for place in range(start, end):
        if words.lower[place] not in ("every", "each", "per") or not (
            words.word(place - 1) == "for" or words.word(place) == "per"
        ):
            continue
        base = next((each for each in view.mentioned(place, end) if each.start <= place + 3), None)
        if base is None:
            continue
        counted = next(
            (
                each
                for each in view.mentioned(at, end)
                if each.start <= at + 4 and each.decision != base.decision
            ),
            None,
        )
        if counted is None or (
            figure.comparison is None
            and not view.has(
                start, end, frozenset(("must", "should", "needs", "need", "required", "requires"))
            )
        ):
            continue
        if counted is not None:
            relation, strict = relation_of(figure) or (">=", False)
            found.add(
                Row("ratio", (Term(counted.decision),), relation, at, (Term(base.decision),), strict, at)
            )
            return True
    return False


def _ratio(view: Scene, figure: Figure, found: Rows) -> bool:
    """Shares of a total, shares of and multiples of another decision."""
    words, clause, at = view.words, view.clauses[figure.clause], figure.token
    times = words.word(at + 1) == "times" and words.word(at + 2) in (
        "as",
        "more",
        "the",
        "that",
        "greater",
        "larger",
        "less",
        "fewer",
        "higher",
        "of",
        "those",
    )
    quotient = view.has(max(clause.start, at - 40), at, _QUOTIENT) is not None
    if figure.kind not in ("percent", "factor") and not times and not quotient:
        return False
    behind = view.mentioned(at, clause.end)
    before = view.mentioned(clause.start, at)
    if not behind and not before:
        start, end = words.sentences[clause.sentence]
        behind, before = view.mentioned(clause.end, end), view.mentioned(start, clause.start)
    if (
        quotient
        and len(before) > 1
        and before[-1].decision != before[-2].decision
        and figure.kind != "percent"
    ):
        relation, strict = _multiple(view, figure, found)
        found.add(
            Row("ratio", (Term(before[-2].decision),), relation, at, (Term(before[-1].decision),), strict, at)
        )
        for each in view.figures:
            if each.clause == figure.clause and each.token > at and words.tokens[each.token].value == 1:
                found.used.add(each.token)
        return True
    if figure.kind not in ("percent", "factor") and not times:
        return False
    many = words.word(at + 1) == "as" and words.word(at + 2) in ("many", "much")
    if (figure.kind == "percent" and not many) or (
        not times and words.word(at + 1) in ("of", "are", "must", ".")
    ):
        return _share(view, figure, before, behind, found)
    pair: list[Mention] = []
    if len({each.decision for each in behind}) > 1:
        pair = [behind[0], next(each for each in behind if each.decision != behind[0].decision)]
    elif behind and before and behind[0].decision != before[-1].decision:
        pair = [before[-1], behind[0]]
    elif behind and before and (other := [each for each in before if each.decision != behind[0].decision]):
        pair = [other[-1], behind[0]]
    elif len(before) > 1 and before[-1].decision != before[-2].decision:
        pair = before[-2:]
    if not pair:
        return False
    relation, strict = _multiple(view, figure, found)
    found.add(Row("ratio", (Term(pair[0].decision),), relation, at, (Term(pair[1].decision),), strict, at))
    return True


def _multiple(view: Scene, figure: Figure, found: Rows) -> tuple[Relation, bool]:
    stated = relation_of(figure)
    if stated is None:
        found.doubts.append(f"“{view.words.tokens[figure.token].text}” is read as at least so much")
        return lexicon.MULTIPLE, False
    return stated


def _share(
    view: Scene, figure: Figure, before: Sequence[Mention], behind: Sequence[Mention], found: Rows
) -> bool:
    """`at least 30 % of all are desks`, `desks are at most a third of the chairs`."""
    words, clause, at = view.words, view.clauses[figure.clause], figure.token
    if figure.kind == "percent" and figure.comparison is None and not _is_required(view, figure):
        return False
    whole_end = at + 1
    while whole_end < clause.end and not _ends_whole(view, whole_end):
        whole_end += 1
    if before and not any(words.lower[x] in (",", "and", "but", "or") for x in range(before[-1].end, at)):
        whole_end = clause.end
    whole = [each for each in behind if each.start < whole_end]
    rest = [each for each in behind if each.start >= whole_end]
    subject = rest[0] if rest else before[-1] if before else None
    of_all = any(words.lower[each] in lexicon.TOGETHER | {"all"} for each in range(at, whole_end))
    if subject is None and len(whole) == 1:
        subject, whole = whole[0], []
    elif subject is None and whole:
        return False
    if subject is None:
        return False
    if whole and whole[0].start == at + 1 and figure.kind == "percent":  # "at least 25 % almonds"
        subject, whole, rest, before = whole[0], [], [], []
    parts = [each.decision for each in whole]
    if set(parts) == {subject.decision}:
        parts = []
    left = terms(_joined(view, rest, subject) if rest else _joined(view, list(reversed(before)), subject))
    if len(left) == view.count and not parts:
        left = (Term(subject.decision),)
    right = terms(parts) if parts and not (of_all and len(set(parts)) < 2) else everything(view)
    relation, strict = relation_of(figure) or (
        (">=", False) if figure.kind == "percent" else _multiple(view, figure, found)
    )
    found.add(Row("ratio", left, relation, at, right, strict, at))
    return True


def _joined(view: Scene, places: Sequence[Mention], first: Mention) -> list[int]:
    """The decision of a mention, with those that commas and `and` join to it."""
    words, chain = view.words, [first]
    for each in places:
        low, high = sorted((chain[-1], each), key=lambda mention: mention.start)
        between = words.lower[low.end : high.start]
        if each is first or not between:
            continue
        if (
            len(between) > 5
            or not set(between) & {"and", "or", ","}
            or any(words.tags[x] in ("number", "verb", "auxiliary") for x in range(low.end, high.start))
        ):
            break
        chain.append(each)
    return [each.decision for each in chain]


def _ends_whole(view: Scene, at: int) -> bool:
    """Whether a word ends what a share is of: `30 % of all desks | must be`."""
    words = view.words
    if words.lower[at] == "to":
        return words.tag(at + 1) in ("auxiliary", "verb")
    return words.tags[at] in ("auxiliary", "verb") or words.lower[at] in (
        "using",
        "by",
        "from",
        "in",
        "for",
        ",",
        "as",
    )


def _is_required(view: Scene, figure: Figure) -> bool:
    clause = view.clauses[figure.clause]
    return (
        view.has(clause.start, clause.end, frozenset(("must", "should", "needs", "has"))) is not None
        and view.words.word(figure.token + 1) == "of"
    )


def _plain(view: Scene, number: int, clause: Clause, found: Rows) -> None:
    """Comparisons of two decisions without a number."""
    words = view.words
    places = view.mentioned(clause.start, clause.end)
    if len(places) < 2 or words.lower[clause.start] in _REASONS or words.word(clause.start + 1) in _REASONS:
        return
    ratios = [
        each.anchor
        for each in found.rows
        if each.form != "limit" and clause.start <= each.anchor < clause.end
    ]
    for at in range(clause.start, clause.end):
        word = words.lower[at]
        if word in _MORE | _LESS and words.word(at + 1) != "than":
            _more_than(view, clause, at, ratios, found)
        elif word == "as" and words.word(at + 1) in ("many", "much") and not _has_number(view, at - 3, at):
            _as_many(view, clause, at, ratios, found)
    for each in view.comparisons:
        if clause.start <= each.start < clause.end:
            _between(view, clause, each, ratios, found)


def _more_than(view: Scene, clause: Clause, at: int, ratios: list[int], found: Rows) -> None:
    """`more desks than chairs`."""
    words = view.words
    than = next((x for x in range(at + 1, min(at + 12, clause.end)) if words.lower[x] == "than"), None)
    if than is None or _has_number(view, at - 3, than + 5) or ratios:
        return
    behind = view.mentioned(than, clause.end)
    first = view.mentioned(at, than) or view.mentioned(clause.start, at)[-1:]
    if not behind or not first or first[0].decision == behind[0].decision:
        return
    denied = (
        words.word(at - 1) in ("no", "not")
        or words.word(at - 2) in ("not", "never", "cannot")
        or words.word(at - 3) == "not"
    )
    relation: Relation = ">=" if words.lower[at] in _MORE else "<="
    if denied:
        relation = turned(relation)
    found.add(
        Row(
            "ratio",
            (Term(first[0].decision),),
            relation,
            IMPLIED,
            (Term(behind[0].decision),),
            not denied,
            at,
        )
    )


def _as_many(view: Scene, clause: Clause, at: int, ratios: list[int], found: Rows) -> None:
    """`at least as many desks as chairs`."""
    words = view.words
    behind = view.mentioned(at, clause.end)
    second = next((x for x in range(at + 2, clause.end) if words.lower[x] == "as"), None)
    if second is None or ratios or not behind:
        return
    pair = behind[:2] if len(behind) > 1 else [*view.mentioned(clause.start, at)[-1:], *behind]
    if len(pair) < 2 or pair[0].decision == pair[1].decision or pair[1].start < second:
        return
    stated = next((each for each in reversed(view.comparisons) if each.end == at), None)
    relation: Relation = stated.relation if stated else ("==" if words.word(at - 1) == "exactly" else ">=")
    found.add(
        Row("ratio", (Term(pair[0].decision),), relation, IMPLIED, (Term(pair[1].decision),), False, at)
    )


def _between(view: Scene, clause: Clause, compared: Comparison, ratios: list[int], found: Rows) -> None:
    """`the number of desks must exceed the number of chairs`."""
    words = view.words
    before = view.mentioned(clause.start, compared.start)
    behind = [each for each in view.mentioned(compared.end, clause.end) if each.start <= compared.end + 7]
    if not before or not behind or before[-1].decision == behind[0].decision or ratios:
        return
    if any(
        words.tags[x] in ("number",) and x not in view.names for x in range(compared.start, behind[0].start)
    ):
        return
    if any(each.comparison == compared for each in view.figures):
        return
    if (
        any(words.lower[x] in (",", ";") for x in range(before[-1].end, compared.start))
        or words.word(compared.end) == "as"
    ):
        return
    left = [before[-1].decision]
    found.add(
        Row(
            "ratio",
            terms(left),
            compared.relation,
            IMPLIED,
            (Term(behind[0].decision),),
            compared.strict,
            compared.start,
        )
    )


def _has_number(view: Scene, start: int, end: int) -> bool:
    return any(view.words.tag(x) == "number" and x not in view.names for x in range(start, end))
