"""Constraints on the decisions themselves: bounds, shares of a total, multiples, comparisons, differences."""

from __future__ import annotations

__all__ = ["Sides", "sides"]

from collections.abc import Sequence
from dataclasses import dataclass, field

from agentopt.reader.reading import IMPLIED, Relation, Row, Term
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.clauses import Clause, Comparison, Figure, Scene
from agentopt.reader.rules.mentions import Mention

_REASONS = frozenset("since because as although though".split())
_TURNED: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}
_MORE = frozenset("more greater larger higher".split())
_LESS = frozenset("fewer less smaller lower".split())


@dataclass(slots=True)
class Sides:
    """What was read: rows, the tokens they use, and what was assumed."""

    rows: list[Row] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)

    def add(self, row: Row) -> None:
        """Add a row unless it says what another already says."""
        self.used.update(row.tokens())
        if not any(
            (each.left, each.relation, each.right, each.token)
            == (row.left, row.relation, row.right, row.token)
            for each in self.rows
        ):
            self.rows.append(row)


def sides(view: Scene, waived: set[int]) -> Sides:
    """All constraints on the decisions themselves."""
    found = Sides()
    for figure in view.figures:
        if figure.token in waived or figure.token in found.used:
            continue
        _difference(view, figure, found) or _pairing(view, figure, found) or _ratio(
            view, figure, found
        ) or _bound(view, figure, found)
    for number, clause in enumerate(view.clauses):
        _plain(view, number, clause, found)
    return found


def _terms(decisions: Sequence[int]) -> tuple[Term, ...]:
    return tuple(Term(each) for each in sorted(set(decisions)))


def _all(view: Scene) -> tuple[Term, ...]:
    return tuple(Term(each) for each in range(view.count))


def _relation(figure: Figure) -> tuple[Relation, bool] | None:
    return None if figure.comparison is None else (figure.comparison.relation, figure.comparison.strict)


def _difference(view: Scene, figure: Figure, found: Sides) -> bool:
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
        relation, strict = _relation(figure) or (">=", False)
        found.add(Row("difference", (Term(one),), relation, at, (Term(other),), strict, at))
        return True
    if words.word(at - 1) == "by" or (figure.comparison and words.word(figure.comparison.start - 1) == "by"):
        earlier = view.mentioned(clause.start, at)
        if len(earlier) > 1 and any(
            each in words.lower[clause.start : at] for each in ("exceed", "exceeds", "outnumber")
        ):
            relation = (
                figure.comparison.relation
                if figure.comparison and figure.comparison.start > earlier[-1].start
                else ">="
            )
            found.add(
                Row(
                    "difference",
                    (Term(earlier[-2].decision),),
                    relation,
                    at,
                    (Term(earlier[-1].decision),),
                    False,
                    at,
                )
            )
            return True
    return False


def _pairing(view: Scene, figure: Figure, found: Sides) -> bool:
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
            relation, strict = _relation(figure) or (">=", False)
            found.add(
                Row("ratio", (Term(counted.decision),), relation, at, (Term(base.decision),), strict, at)
            )
            return True
    return False


def _ratio(view: Scene, figure: Figure, found: Sides) -> bool:
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
    if figure.kind not in ("percent", "factor") and not times:
        return False
    behind = view.mentioned(at, clause.end)
    before = view.mentioned(clause.start, at)
    if not behind and not before:
        start, end = words.sentences[clause.sentence]
        behind, before = view.mentioned(clause.end, end), view.mentioned(start, clause.start)
    if figure.kind == "percent" or (not times and words.word(at + 1) in ("of", "are", "must", ".")):
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


def _multiple(view: Scene, figure: Figure, found: Sides) -> tuple[Relation, bool]:
    stated = _relation(figure)
    if stated is None:
        found.doubts.append(f"“{view.words.tokens[figure.token].text}” is read as at least so much")
        return lexicon.MULTIPLE, False
    return stated


def _share(
    view: Scene, figure: Figure, before: Sequence[Mention], behind: Sequence[Mention], found: Sides
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
    parts = [each.decision for each in whole]
    if set(parts) == {subject.decision}:
        parts = []
    if len(rest) > 1 and all(
        words.lower[x] in ("and", "or", "a", "an", "the", "either", ",")
        for x in range(rest[0].end, rest[1].start)
    ):
        left = _terms([rest[0].decision, rest[1].decision])
    else:
        left = (Term(subject.decision),)
    right = _terms(parts) if parts and not (of_all and len(set(parts)) < 2) else _all(view)
    relation, strict = _relation(figure) or (
        (">=", False) if figure.kind == "percent" else _multiple(view, figure, found)
    )
    found.add(Row("ratio", left, relation, at, right, strict, at))
    return True


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


def _bound(view: Scene, figure: Figure, found: Sides) -> bool:
    """`at most 20 desks`, `the number of desks is at least 20`, `at least 10 of each`."""
    words, at = view.words, figure.token
    if figure.kind in ("percent", "factor"):
        return False
    relation = _relation(figure) or _cued(view, figure)
    if relation is None:
        return False
    if (
        words.word(at + 1) == "of"
        and words.word(at + 2) in ("each", "both", "every")
        or words.word(at + 2) == "of"
        and words.word(at + 3) in ("each", "both", "every")
    ):
        for number in range(view.count):
            found.add(Row("limit", (Term(number),), relation[0], at, (), relation[1], at))
        return True
    if figure.after and not figure.before and _is_counted(view, figure):
        listed = _listed(view, figure)
        if len(listed) > 1 and _is_joint(view, figure):
            found.add(Row("limit", _terms(listed), relation[0], at, (), relation[1], at))
        else:
            found.add(Row("limit", (Term(figure.after[0].decision),), relation[0], at, (), relation[1], at))
        return True
    if figure.comparison is None:
        return False
    return _stated(view, figure, relation, found)


def _listed(view: Scene, figure: Figure) -> list[int]:
    """The decisions joined by `and` or `or` behind a figure."""
    words, result = view.words, [figure.after[0]]
    for each in view.mentioned(figure.after[0].end, view.clauses[figure.clause].end):
        between = range(result[-1].end, each.start)
        if (
            len(between) > 4
            or any(words.tags[x] in ("number", "verb", "auxiliary") for x in between)
            or not any(words.lower[x] in ("and", "or", ",", "plus") for x in between)
        ):
            break
        result.append(each)
    return [each.decision for each in result]


def _is_joint(view: Scene, figure: Figure) -> bool:
    clause = view.clauses[figure.clause]
    return "each" not in view.words.lower[clause.start : clause.end]


def _is_counted(view: Scene, figure: Figure) -> bool:
    """Whether a figure counts the decision behind it."""
    if figure.comparison is not None:
        return True
    words, mention = view.words, figure.after[0]
    between = range(figure.token + 1, mention.start)
    near = all(words.tags[x] in ("noun", "determiner", "other") or words.lower[x] == "of" for x in between)
    return figure.kind != "money" and near and len(between) <= 4


def _cued(view: Scene, figure: Figure) -> tuple[Relation, bool] | None:
    """The relation that `has 20 vans` or `must make 20 desks` states without a comparison."""
    clause = view.clauses[figure.clause]
    if (
        not figure.after
        or figure.before
        or view.mentioned(clause.start, figure.token)
        and not view.figures[view.at[figure.token] - 1].after
    ):
        return None
    if view.words.tokens[figure.token].value in (0, 1) or figure.kind in ("money", "time"):
        return None
    if any(
        each.token > figure.token and each.clause == figure.clause and not each.after for each in view.figures
    ):
        return None
    demand = view.has(clause.start, figure.token, lexicon.DEMAND)
    have = view.has(clause.start, figure.token, lexicon.AVAILABLE)
    if demand is None and have is None:
        return None
    return (">=", False) if (demand or -1) > (have or -1) else ("<=", False)


_COUNTING = frozenset("number amount quantity demand sales production count quantities".split())


def _stated(view: Scene, figure: Figure, relation: tuple[Relation, bool], found: Sides) -> bool:
    """`the number of desks must be at least 20`."""
    words, clause, at = view.words, view.clauses[figure.clause], figure.token
    before = view.mentioned(clause.start, at)
    if not before:
        return False
    mine = [each for each in before if each.start >= figure.lead]
    if not mine:
        if (
            not figure.inherited
            and any(each.clause == figure.clause and each.token < at for each in view.figures)
            and not _nouns(view, figure)
        ):
            mine = before[-1:]
        else:
            return False
    counting = view.has(clause.start, at, _COUNTING) is not None
    nouns = _nouns(view, figure)
    measured = (
        figure.kind in ("money", "time", "mass", "volume", "units", "extent")
        and figure.unit not in view.containers
    )
    if not counting and (nouns or measured):
        return False
    if counting and measured and nouns:
        return False
    if len(mine) > 1 and len({each.decision for each in mine}) > 1:
        joint = any(
            word in words.lower[clause.start : clause.end] for word in ("each", "both", "individually")
        )
        chosen = [each.decision for each in mine]
        if joint and "total" not in words.lower[clause.start : clause.end]:
            for each in sorted(set(chosen)):
                found.add(Row("limit", (Term(each),), relation[0], at, (), relation[1], at))
        else:
            found.add(Row("limit", _terms(chosen), relation[0], at, (), relation[1], at))
        return True
    found.add(Row("limit", (Term(mine[-1].decision),), relation[0], at, (), relation[1], at))
    return True


def _nouns(view: Scene, figure: Figure) -> set[str]:
    """What a figure counts, other than the decisions and their containers."""
    ignored = (
        view.generic
        | view.containers
        | {"week", "day", "month", "year", "season", "total", "season", "shift"}
    )
    return {each for each in figure.nouns if each not in ignored and not each.startswith("@")}


def _plain(view: Scene, number: int, clause: Clause, found: Sides) -> None:
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


def _more_than(view: Scene, clause: Clause, at: int, ratios: list[int], found: Sides) -> None:
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
        relation = _TURNED[relation]
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


def _as_many(view: Scene, clause: Clause, at: int, ratios: list[int], found: Sides) -> None:
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


def _between(view: Scene, clause: Clause, compared: Comparison, ratios: list[int], found: Sides) -> None:
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
            _terms(left),
            compared.relation,
            IMPLIED,
            (Term(behind[0].decision),),
            compared.strict,
            compared.start,
        )
    )


def _has_number(view: Scene, start: int, end: int) -> bool:
    return any(view.words.tag(x) == "number" and x not in view.names for x in range(start, end))
