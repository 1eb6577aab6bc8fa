"""Which part each number that limits plays: a tie between decisions, a column, or the total."""

from __future__ import annotations

__all__ = ["limit_row", "settled"]

from collections.abc import Mapping, Sequence

from agentopt.reader.reading import Relation, Row, Term
from agentopt.reader.rules.attributes import Column, affinity
from agentopt.reader.rules.limits import COUNT, Limit, as_total, fits, row
from agentopt.reader.rules.purpose import aimed
from agentopt.reader.rules.scene import Figure, Scene
from agentopt.reader.rules.shares import Tie, is_multiple
from agentopt.reader.rules.ties import number_ties


def settled(
    view: Scene,
    limiting: Sequence[Figure],
    table: Sequence[Column],
    reach: Mapping[int, tuple[int, int]],
    guessed: set[int],
    unread: list[str],
    doubts: list[str],
) -> tuple[list[Row], list[tuple[Limit, int]]]:
    """Give each number that limits its part: a tie between decisions, a column, or the total."""
    options: list[tuple[float, int, Tie | int]] = []
    limits = []
    sense, goal = aimed(view, table)
    for number, figure in enumerate(limiting):
        stated = figure.comparison
        relation: Relation = stated.relation if stated else ">="
        limits.append(Limit(figure, relation, bool(stated and stated.strict)))
        for tie in number_ties(view, figure, *reach[figure.token]):
            options.append((tie.score, number, tie))
        if is_multiple(view, figure) and figure.kind != "percent":
            continue
        if stated is None and figure.kind in ("percent", "factor"):
            continue
        spoken = _spoken(view, figure, reach[figure.token])
        options.append((_total(view, limits[-1], table), number, COUNT))
        for index, column in enumerate(table):
            if index == goal and relation == ("<=" if sense == "maximize" else ">="):
                continue
            score = (
                fits(limits[-1], column) + affinity(spoken, column, table) + _closeness(view, figure, column)
            )
            score -= 1.0 * (view.count - len(column.cells)) / view.count
            options.append((score, number, index))
    rows: list[Row] = []
    placed: list[tuple[Limit, int]] = []
    chosen = _best_parts(view, options, limits, table)
    for number, figure in enumerate(limiting):
        text = view.words.tokens[figure.token].text
        if number not in chosen:
            unread.append(f"“{text}” was not understood")
            continue
        score, part = chosen[number]
        if isinstance(part, Tie):
            rows.extend(part.rows)
        else:
            placed.append((limits[number], part))
        if score < 0.5:
            unread.append(f"it is not clear what “{text}” limits")
        elif figure.token in guessed:
            (unread if sense == "minimize" else doubts).append(
                f"nothing says whether “{text}” is a least or a most"
            )
    return rows, placed


_Option = tuple[float, "Tie | int"]

_MOST_OPTIONS = 4

_MOST_CHOICES = 20_000


def _best_parts(
    view: Scene,
    options: Sequence[tuple[float, int, Tie | int]],
    limits: Sequence[Limit],
    table: Sequence[Column],
) -> dict[int, _Option]:
    """The parts that together come out best: no column limited twice alike, one left to be the goal."""
    mine: dict[int, list[_Option]] = {}
    for score, number, part in sorted(options, key=lambda each: -each[0]):
        if score > -0.8:
            mine.setdefault(number, []).append((score, part))
    fixed = {
        number: each[0]
        for number, each in mine.items()
        if isinstance(each[0][1], Tie) and (len(each) == 1 or each[0][0] - each[1][0] >= 1.0)
    }
    open_ = [number for number in mine if number not in fixed]
    width = _MOST_OPTIONS
    while width > 1 and (width + 1) ** len(open_) > _MOST_CHOICES:
        width -= 1
    whole = [index for index, each in enumerate(table) if len(each.cells) == view.count]
    best: tuple[float, dict[int, _Option]] = (float("-inf"), {})

    def extend(at: int, score: float, chosen: dict[int, _Option], taken: set[tuple[int, Relation]]) -> None:
        nonlocal best
        if at == len(open_):
            limited = {index for index, _ in taken}
            free = sum(index not in limited for index in whole)
            total = score - 1.2 * max(0, free - 1) - 0.3 * (free == 0 and bool(whole))
            if total > best[0]:
                best = (total, dict(chosen))
            return
        number = open_[at]
        for gain, part in mine[number][:width]:
            key = None if isinstance(part, Tie) else (part, limits[number].relation)
            if key is not None and key in taken:
                continue
            chosen[number] = (gain, part)
            extend(at + 1, score + gain, chosen, taken | {key} if key is not None else taken)
            del chosen[number]
        extend(at + 1, score - 1.0, chosen, taken)

    extend(0, 0.0, {}, set())
    return best[1] | fixed


def _total(view: Scene, limit: Limit, table: Sequence[Column]) -> float:
    """How much a limit looks like one on all decisions together."""
    figure, words = limit.figure, view.words
    score = as_total(view, limit, table)
    ahead = view.mentioned(figure.token, figure.token + 4)
    if _is_base_of(view, figure):
        return 2.6
    if ahead and not any(words.lower[x] in (",", ".", ":") for x in range(figure.token, ahead[0].start)):
        return -1.0
    if (
        figure.nouns
        and not figure.unit
        and figure.head
        and not figure.head & (view.generic | view.containers)
    ):
        known = any(figure.head & column.nouns for column in table)
        return min(score, 0.4 if known else 0.7)
    return min(score, 2.3)


def _is_base_of(view: Scene, figure: Figure) -> bool:
    """Whether a number counts what the numbers of the decisions are per: `800 tonnes`, of `22 kg a tonne`."""
    words = view.words
    at = figure.token + 1
    while words.tag(at) in ("other", "determiner") and at < figure.token + 3:
        at += 1
    base = figure.unit or (words.stems[at] if words.tag(at) == "noun" else "")
    if not base or base in _TIMES or (words.tag(at + 1) == "noun" and not figure.unit):
        return False
    per = 0
    for x in range(2, len(words)):
        if words.stems[x] != base or words.word(x - 1) not in ("a", "an", "per", "each", "every", "/"):
            continue
        back = range(max(0, x - 6), x - 1)
        per += (
            any(words.tags[y] == "number" for y in back)
            or words.word(x + 1) in (":", "of", "is", "are")
            or words.word(x - 1) == "per"
        )
    return per > 0


_TIMES = frozenset(("hour", "minut", "day", "week", "month", "year", "second"))


def _spoken(view: Scene, figure: Figure, reach: tuple[int, int]) -> list[tuple[str, float]]:
    """The words of a limit with their weights: what it counts first."""
    found = {each: 1.0 if each in figure.head or not figure.head else 0.5 for each in figure.nouns}
    for each in figure.frame:
        found.setdefault(each, 0.7)
    for each in view.words.content(*reach):
        found.setdefault(each, 0.4)
    return [
        (each, 0.5 * weight if each.startswith("@") and each not in ("@cost", "@gain", "@time") else weight)
        for each, weight in found.items()
    ]


def _closeness(view: Scene, figure: Figure, column: Column) -> float:
    """How near the limit stands to the numbers of a column."""
    here = view.words.tokens[figure.token].sentence
    away = min(abs(view.words.tokens[each.token].sentence - here) for each in column.figures)
    return 0.8 if away == 0 else 0.25 if away == 1 else 0.0


def limit_row(view: Scene, limit: Limit, index: int, table: Sequence[Column]) -> Row:
    """The constraint a limit states; one on an average is one on the sum of the differences."""
    found = row(view, limit, index, table)
    if index == COUNT or (table[index].kind == "percent" and limit.figure.kind == "percent"):
        return found
    words = view.words
    start, end = next((a, b) for a, b in words.sentences if a <= limit.figure.token < b)
    said = words.lower[start:end]
    average = any(each.startswith("average") for each in said) or any(
        words.lower[x] == "mean" and (words.word(x - 1) in ("the", "a", "'s") or words.word(x + 1) == "of")
        for x in range(start, end)
    )
    everything = tuple(Term(each) for each in range(view.count))
    if average:
        return Row("ratio", found.left, found.relation, found.token, everything, found.strict, found.anchor)
    return Row("limit", found.left, found.relation, found.token, (), found.strict, found.anchor)
