"""Limits on attributes and totals: which column of the table each belongs to."""

from __future__ import annotations

__all__ = ["COUNT", "Limit", "as_total", "fits", "is_limit", "limits", "place", "row"]

from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.reader.reading import Relation, Row, Term
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.attributes import Column, affinity
from agentopt.reader.rules.scene import Figure, Scene
from agentopt.reader.rules.words import alike

COUNT = -1
"""In place of a column: the decisions themselves are added up."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A number that limits an attribute or a total.

    Attributes:
        figure: the number.
        relation, strict: its direction.
        guessed: whether no word says the direction.
        shared: whether it holds for several attributes alike ("each machine").
    """

    figure: Figure
    relation: Relation
    strict: bool
    guessed: bool = False
    shared: bool = False


def is_limit(view: Scene, figure: Figure) -> bool:
    """Whether a number limits something, rather than says what one of a decision takes."""
    clause = view.clauses[figure.clause]
    own = view.mentioned(clause.start, figure.token)
    if figure.comparison is not None:
        return not (own and figure.comparison.start > own[-1].start and _is_of_one(view, own[-1].start))
    if figure.before:
        return False
    if figure.decisions and (own or (figure.after and not figure.every)):
        return False
    cued = view.has(
        clause.start,
        min(clause.end, figure.tail + 3),
        lexicon.AVAILABLE - {"only", "can", "spend", "has", "have"},
    )
    if figure.every:
        return (
            cued is not None
            and view.has(clause.start, clause.end, frozenset(("available", "budget"))) is not None
        )
    return not figure.decisions


def _is_of_one(view: Scene, at: int) -> bool:
    """Whether the text speaks of one of a decision there: `each van`, `a van`."""
    return view.words.word(at - 1) in ("each", "every", "a", "an", "one", "per")


def limits(view: Scene, figures: Sequence[Figure], sense: str) -> list[Limit]:
    """The limits with their directions."""
    return [_directed(view, each, sense) for each in figures]


def _directed(view: Scene, figure: Figure, sense: str) -> Limit:
    shared = _is_shared(view, figure)
    if figure.comparison is not None:
        return Limit(figure, figure.comparison.relation, figure.comparison.strict, shared=shared)
    clause = view.clauses[figure.clause]
    end = min(clause.end, figure.tail + 4)
    if (
        view.has(figure.token, end, frozenset(("available", "left", "remaining", "allowed", "accessible")))
        is not None
    ):
        return Limit(figure, "<=", False, shared=shared)
    if (
        view.has(
            figure.token, end, frozenset(("needed", "required", "necessary", "demanded", "need", "needs"))
        )
        is not None
    ):
        return Limit(figure, ">=", False, shared=shared)
    if _must_follow(view, figure):
        return Limit(figure, ">=", False, shared=shared)
    demand = view.has(clause.start, figure.token, lexicon.DEMAND)
    have = view.has(clause.start, figure.token, lexicon.AVAILABLE)
    if (
        figure.kind == "money"
        and sense == "maximize"
        and view.has(clause.start, figure.token, _PLACING) is not None
    ):
        return Limit(figure, "<=", False, shared=shared)
    if view.words.tag(figure.token - 1) == "pronoun" or view.words.word(figure.token - 2) in (
        "his",
        "her",
        "their",
        "my",
        "our",
        "its",
    ):
        return Limit(figure, "<=", False, shared=shared)
    if demand is None and view.has(clause.start, figure.token, frozenset(("there",))) is not None:
        return Limit(figure, "<=", False, shared=shared)
    if demand is None and have is None:
        sentence = view.words.sentences[clause.sentence]
        demand = view.has(sentence[0], clause.start, lexicon.DEMAND)
        have = view.has(sentence[0], sentence[1], lexicon.AVAILABLE)
    if demand is None and have is None:
        return Limit(
            figure,
            "<=" if sense == "maximize" or figure.kind == "money" else ">=",
            False,
            guessed=True,
            shared=shared,
        )
    if (
        have is not None
        and view.words.word(have) in ("has", "have")
        and demand is not None
        and view.words.word(have + 1) == "to"
    ):
        have = None
    return Limit(
        figure,
        ">=" if (-1 if demand is None else demand) > (-1 if have is None else have) else "<=",
        False,
        shared=shared,
    )


_PLACING = lexicon.words_of("invest spend put place allocate divide split distribute")


def _must_follow(view: Scene, figure: Figure) -> bool:
    """Whether a duty follows a number: `120 guests have to be fed`, `all 1200 trees must be treated`."""
    words = view.words
    for at in range(figure.token + 1, min(figure.token + 6, view.clauses[figure.clause].end)):
        if words.tags[at] == "number" or words.lower[at] in (",", ".", ";"):
            return False
        if words.lower[at] in ("must", "should", "need", "needs") or (
            words.lower[at] in ("have", "has") and words.word(at + 1) == "to"
        ):
            return True
    return False


def _is_shared(view: Scene, figure: Figure) -> bool:
    """Whether a limit holds for several things alike: `each machine at most 40 hours`."""
    clause = view.clauses[figure.clause]
    known = view.generic | {"day", "week", "month", "year", "shift", "hour", "season"}
    for at in range(clause.start, clause.end):
        one = view.words.lower[at] in ("each", "both", "either", "every")
        if one and view.words.tag(at + 1) == "noun" and view.words.stems[at + 1] not in known:
            return True
    return False


def _spoken(view: Scene, limit: Limit) -> list[tuple[str, float]]:
    """The words of a limit with their weights: what it counts, then what else its clause says."""
    figure, clause = limit.figure, view.clauses[limit.figure.clause]
    found = {each: 1.0 if each in figure.head or not figure.head else 0.4 for each in figure.nouns}
    for each in figure.frame:
        found.setdefault(each, 0.7)
    crowded = sum(each.clause == figure.clause for each in view.figures) > 1
    if not crowded:
        for each in view.words.content(clause.start, clause.end):
            found.setdefault(each, 0.5)
    return [
        (each, 0.5 * weight if each.startswith("@") and each not in ("@cost", "@gain", "@time") else weight)
        for each, weight in found.items()
        if each not in view.containers or each in figure.nouns
    ]


def place(
    view: Scene, found: Sequence[Limit], table: Sequence[Column], aim: int | None, sense: str
) -> list[tuple[Limit, int, float]]:
    """The column of each limit, COUNT for a total, with its score; a column has one limit a direction."""
    scored = []
    for number, limit in enumerate(found):
        words = _spoken(view, limit)
        scored.append((as_total(view, limit, table), number, COUNT))
        for index, column in enumerate(table):
            pointless = index == aim and limit.relation == ("<=" if sense == "maximize" else ">=")
            score = fits(limit, column) + affinity(words, column, table) - 1.5 * pointless
            scored.append((score, number, index))
    scored.sort(key=lambda each: (-each[0], each[1]))
    placed: dict[int, tuple[int, float]] = {}
    taken: set[tuple[int, Relation]] = set()
    for score, number, index in scored:
        limit = found[number]
        if number in placed or score <= 0.4 or (index, limit.relation) in taken:
            continue
        placed[number] = (index, score)
        taken.add((index, limit.relation))
    free = [index for index in range(len(table)) if not any(index == each for each, _ in taken)]
    for number, limit in enumerate(found):
        if number in placed:
            continue
        fitting = [index for index in free if fits(limit, table[index]) > -1]
        if len(fitting) > 1 and limit.figure.kind == "count":
            fitting = []
        index = fitting[0] if fitting else COUNT
        if index in free:
            free.remove(index)
        placed[number] = (index, 0.0)
    result = [(limit, *placed[number]) for number, limit in enumerate(found)]
    for number, limit in enumerate(found):
        if limit.shared and placed[number][0] != COUNT:
            main = table[placed[number][0]]
            for index, column in enumerate(table):
                alike = (
                    index != placed[number][0]
                    and column.kind == main.kind
                    and column.units == main.units
                    and main.kind != "money"
                )
                if alike and not any(each == index for each, _ in placed.values()):
                    result.append((limit, index, 0.5))
    return result


def fits(limit: Limit, column: Column) -> float:
    """How well the measures agree."""
    kind, other = limit.figure.kind, column.kind
    if kind == other:
        if kind == "count":
            return 0.2
        if kind == "money":
            return 1.5
        exact = 1.2 if limit.figure.unit == "unit" else 2.0
        return exact if limit.figure.unit in column.units else 0.5
    if "percent" in (kind, other):
        return -6
    if "money" in (kind, other):
        return -4
    if "time" in (kind, other):
        return -2.5
    return -0.2 if "count" in (kind, other) or "units" in (kind, other) else -0.8


def as_total(view: Scene, limit: Limit, table: Sequence[Column]) -> float:
    """How much a limit looks like one on the number of all decisions together."""
    figure, clause = limit.figure, view.clauses[limit.figure.clause]
    words = view.words
    if (
        figure.kind == "money"
        and any(each.kind == "percent" for each in table)
        and not any(each.kind == "money" for each in table)
    ):
        return 2
    if figure.kind in ("money", "percent"):
        return -1
    if (
        words.word(figure.tail) == ","
        and words.word(figure.tail + 1) == "of"
        and words.word(figure.tail + 2) in ("whom", "which", "these", "those")
    ):
        return 4
    known = any(alike(each, every) for each in figure.head for column in table for every in column.nouns)
    if figure.unit and figure.unit in view.containers and figure.kind != "units":
        return 0.6 if known else 3.5
    if figure.kind in ("time", "mass", "volume"):
        return -1
    first = next(
        (
            words.stems[at]
            for at in range(figure.token + 1, min(figure.token + 6, figure.tail))
            if words.tags[at] == "noun"
        ),
        "",
    )
    together = any(words.lower[at] in lexicon.TOGETHER for at in range(clause.start, clause.end))
    last = figure.token + 1
    while words.tag(last) == "noun":
        last += 1
    head = words.stems[last - 1] if last - 1 > figure.token else first
    if figure.kind == "count" and (head in view.generic or head in view.containers) and head:
        return 3.5 + together
    if not figure.nouns:
        counted = any(
            words.stems[at] in view.generic | view.containers for at in range(clause.start, clause.end)
        )
        return 0.6 + together + counted
    return 0.5 * together


def _is_mean(view: Scene, limit: Limit) -> bool:
    """Whether a limit is one on the average of what is mixed."""
    clause = view.clauses[limit.figure.clause]
    if limit.figure.kind == "percent":  # "at most 9 % ash" of what has 5 % and 12 %
        return True
    found = view.has(clause.start, clause.end, frozenset(("average", "mean")))
    return found is not None and view.words.word(found - 1) != "on"


def row(view: Scene, limit: Limit, index: int, table: Sequence[Column]) -> Row:
    """The constraint a limit states."""
    if index != COUNT and _is_mean(view, limit):
        left = tuple(Term(number, token) for number, token in sorted(table[index].cells.items()))
        everything = tuple(Term(each) for each in range(view.count))
        return Row(
            "ratio", left, limit.relation, limit.figure.token, everything, limit.strict, limit.figure.token
        )
    if index == COUNT:
        left = tuple(Term(each) for each in range(view.count))
    else:
        left = tuple(Term(number, token) for number, token in sorted(table[index].cells.items()))
    return Row("limit", left, limit.relation, limit.figure.token, (), limit.strict, limit.figure.token)
