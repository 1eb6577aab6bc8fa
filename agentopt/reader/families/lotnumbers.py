"""The numbers of a plan over periods, with the words beside them: one for all periods, or one for each.

Numbers for each period stand in a table, in a list, or each by the period it is for.
"""

from __future__ import annotations

__all__ = ["Told", "by_table", "in_prose", "labels_of"]

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from agentopt.reader.families.listing import Amount, is_drawn
from agentopt.reader.families.lotperiods import Mention, Periods, name_key
from agentopt.reader.families.nouns import stem, words
from agentopt.reader.families.prose import Prose
from agentopt.reader.families.units import NO_UNIT, Unit, unit_in
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import Token, tokenize

_SUMS = words("total totals sum")
_CUTS = words(", ; : . ( ) – — and while but whereas plus with")
_PRICES = words("at for costing costs @")
_PLAIN_CUTS = words(", ; . ( ) – —")


@dataclass(frozen=True, slots=True)
class Told:
    """A number, or one for each period.

    Attributes:
        amounts: one, or as many as there are periods.
        near: the words of their clause in lower case, `#` for each of them.
        wide: the words of their sentence, and of the one before where theirs is short.
        before: the words of the sentence before.
        after: the stems that stand right behind them.
        some: the periods that a single number is said of; empty for all.
    """

    amounts: tuple[Amount, ...]
    near: str
    wide: str = ""
    before: str = ""
    after: frozenset[str] = frozenset()
    some: frozenset[int] = frozenset()

    @property
    def values(self) -> tuple[Fraction, ...]:
        """The numbers."""
        return tuple(each.value for each in self.amounts)

    @property
    def unit(self) -> Unit:
        """The unit of the first that has one."""
        return next((each.unit for each in self.amounts if each.unit.kind), NO_UNIT)


# Tables.


def labels_of(table: Table) -> tuple[str, ...]:
    """The periods a table has a line or a column for; empty where it has none."""
    if not is_drawn(table) or not table.rows:
        return ()
    down, across = _down(table), tuple(cell.text.strip("*_`~ ") for cell in table.header[1:])
    across = tuple(each for each in across if each.lower() not in _SUMS)
    noun = _heads(table.header[0].text) if table.header else False
    if across and len(across) > 1 and all(map(name_key, across)):
        return across
    if len(down) > 1 and (all(map(name_key, down)) or (noun and not _is_role(down))):
        return tuple(down)
    if len(across) > 1 and [each for each in across if not each.isdecimal()] == [] and _is_role(down):
        return across
    return ()


def _down(table: Table) -> tuple[str, ...]:
    labels = (row[0].text.strip("*_`~ ") for row in table.rows)
    return tuple(each for each in labels if each.lower() not in _SUMS)


def _heads(text: str) -> bool:
    said = [token.lower for token in tokenize(text) if token.kind == "word"]
    return any(stem(word) in _PERIOD_HEADS for word in said)


def _is_role(labels: Sequence[str]) -> bool:
    said = {stem(token.text) for each in labels for token in tokenize(each)}
    return bool(said & _ROLES)


_PERIOD_HEADS = words("month week quarter day period year shift season t date wk mth")
_ROLES = words("demand order requirement need cost capacity price output sale forecast required promised max")


def by_table(table: Table, count: int) -> list[Told] | None:
    """What a table says of periods, column by column or row by row; None where a cell holds no number."""
    rows = [row for row in table.rows if row[0].text.strip("*_`~ ").lower() not in _SUMS]
    kept = [at for at, cell in enumerate(table.header) if cell.text.strip("*_ ").lower() not in _SUMS]
    across = tuple(table.header[at].text.strip("*_`~ ") for at in kept[1:])
    if across == labels_of(table):
        found = [_told(row[0].text, [row[at] for at in kept[1:]]) for row in rows if len(row) > kept[-1]]
    else:
        width = len(table.header) or len(rows[0])
        if any(len(row) != width for row in rows):
            return None
        heads = [cell.text for cell in table.header] or [""] * width
        found = [_told(heads[at], [row[at] for row in rows]) for at in range(1, width)]
    return [each for each in found if each] if all(found) and len(rows) <= max(count, 12) else None


def _told(heading: str, cells: Sequence[Cell]) -> Told | None:
    if any(cell.value is None and not cell.is_blank for cell in cells):
        return None
    said = tokenize(heading.replace("_", " "))
    unit = unit_in(said)
    amounts = []
    for cell in cells:
        own = unit_in([token for token in tokenize(cell.text) if not token.is_number])
        amounts.append(Amount(cell.value or Fraction(0), own if own.kind else unit, -1, cell))
    near = " ".join(token.lower for token in said)
    return Told(tuple(amounts), f"{near} {'# ' * len(cells)}")


# Prose.


def in_prose(prose: Prose, periods: Periods, free: Sequence[int]) -> list[Told]:
    """All numbers of a text that may be data, those for each period taken together."""
    count = len(periods.names)
    runs = [tuple(run) for run in prose.lists(periods.idle, 2) if len(run) == count and set(run) <= set(free)]
    rows = {each.last for each in periods.mentions if len(each.places) == 1}
    runs = [run for run in runs if not {run[0], run[0] - 1} & rows]
    taken = {at for run in runs for at in run}
    single = [at for at in free if at not in taken]
    for run in _by_mention(prose, periods, single):
        runs.append(run)
        taken.update(at for at in run)
    parts = _Parts(prose, sorted(free), runs)
    singles = [(at,) for at in free if at not in taken]
    told = [parts.told(run) for run in (*runs, *singles)]
    return [
        replace(each, some=_said_of(prose, periods, each.amounts[0].token))
        if len(each.amounts) == 1
        else each
        for each in told
    ]


def _said_of(prose: Prose, periods: Periods, at: int) -> frozenset[int]:
    """The periods right beside a single number: `80 in May`, `in May only 80`."""
    sentence = prose.tokens[at].sentence
    for each in periods.mentions:
        if prose.tokens[each.first].sentence != sentence:
            continue
        gap = (each.last, at) if each.last <= at else (at, each.first)
        between = prose.tokens[gap[0] : gap[1]]
        said = {token.lower for token in between}
        parted = said & {";", ":", "except"} or (each.first > at and "," in said)
        if len(between) <= 7 and not parted and not any(token.is_number for token in between[1:]):
            return each.places if len(each.places) < len(periods.names) else frozenset()
    return frozenset()


def _by_mention(prose: Prose, periods: Periods, free: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """Numbers that each stand by the period they are for: `100 in May and 150 in June`."""
    left = list(free)
    while True:
        best = max(_series(prose, periods, left), key=lambda runs: len(runs), default=[])
        if not best:
            return
        yield from best
        used = {at for run in best for at in run}
        left = [at for at in left if at not in used]


def _series(prose: Prose, periods: Periods, free: Sequence[int]) -> Iterator[list[tuple[int, ...]]]:
    """Every way to see each period said once, with one number or as many for each."""
    marks: list[tuple[int, Mention | None]] = [(at, None) for at in free]
    marks += [(each.first, each) for each in periods.mentions]
    marks.sort(key=lambda mark: mark[0])
    for form in ("pn", "np", "pnn", "pnnn", "nnp", "pnnnn"):
        for begin in range(len(marks)):
            found = _series_from(prose, marks[begin:], form, len(periods.names))
            if found:
                yield found


def _series_from(
    prose: Prose, marks: Sequence[tuple[int, Mention | None]], form: str, count: int
) -> list[tuple[int, ...]]:
    """The numbers for each period from here on, if period and numbers take turns as the form says."""
    told: dict[int, tuple[int, ...]] = {}
    at = 0
    while at + len(form) <= len(marks):
        turn = marks[at : at + len(form)]
        if any((mention is None) != (sign == "n") for (_, mention), sign in zip(turn, form, strict=True)):
            break
        mention = next(each for _, each in turn if each is not None)
        places = mention.places or frozenset(range(count)) - told.keys()
        sentences = {prose.tokens[place].sentence for place, _ in turn}
        if places & told.keys() or len(sentences) > 1 or turn[-1][0] - turn[0][0] > 12 * len(form):
            break
        told.update(dict.fromkeys(places, tuple(place for place, each in turn if each is None)))
        at += len(form)
        if len(told) == count:
            break
    if len(told) < count or at <= len(form):
        return []
    return [tuple(told[place][n] for place in range(count)) for n in range(len(form) - 1)]


@dataclass(slots=True)
class _Parts:
    """The text parted into the clauses of its numbers."""

    prose: Prose
    free: Sequence[int]
    runs: Sequence[tuple[int, ...]]

    def told(self, run: tuple[int, ...]) -> Told:
        """A number or a series with its words."""
        own = set(run)
        lists = self._is_list(run)
        pieces = [(min(run), max(run))] if lists else [(at, at) for at in sorted(own)]
        near = " ".join(self._clause(first, last, own) for first, last in pieces)
        wide = self._wide(min(run))
        after = frozenset(
            stem(self.prose.tokens[self.prose.end(at)].text)
            for at in (run if not lists else (*run[:-1], max(run)))
            if self.prose.end(at) < len(self.prose.tokens)
        )
        return Told(
            tuple(self._amounts(run)), f" {near} ", f" {wide} ", self._sentence_before(min(run)), after
        )

    def _amounts(self, run: tuple[int, ...]) -> Iterator[Amount]:
        amounts = [self.prose.amount(at) for at in run]
        unit = next((each.unit for each in reversed(amounts) if each.unit.kind), NO_UNIT)
        for each in amounts:
            yield each if each.unit.kind else replace(each, unit=unit)

    def _is_list(self, run: tuple[int, ...]) -> bool:
        inside = [at for at in self.free if min(run) < at < max(run)]
        return len(run) > 1 and list(run) == sorted(set(run)) and set(inside) <= set(run)

    def _clause(self, first: int, last: int, own: Collection[int]) -> str:
        """The words from the cut before a number to the cut behind it."""
        tokens = self.prose.tokens
        begin, end = first, last + 1
        while begin > 0 and self._goes_on(begin - 1, first) and begin - 1 not in self.free:
            begin -= 1
        if begin > 0 and begin - 1 in self.free and tokens[begin - 1].sentence == tokens[first].sentence:
            begin = self._cut(begin, first) if self._cut_at(begin, first, _CUTS) else begin
        while end < len(tokens) and self._goes_on(end, first) and end not in self.free:
            end += 1
        if end < len(tokens) and end in self.free and tokens[end].sentence == tokens[first].sentence:
            end = self._cut(last + 1, end) if self._cut_at(last + 1, end, _CUTS | _PRICES) else last + 1
        return self._words(begin, end, own)

    def _goes_on(self, at: int, of: int) -> bool:
        return (
            at not in self.prose.hidden and self.prose.tokens[at].sentence == self.prose.tokens[of].sentence
        )

    def _cut_at(self, begin: int, end: int, cuts: Collection[str]) -> bool:
        return any(token.lower in cuts for token in self.prose.tokens[begin:end])

    def _cut(self, begin: int, end: int) -> int:
        """Where the words between two numbers part: at the first mark, else at the first joining word."""
        tokens = self.prose.tokens
        for cuts in (words("; ."), _PLAIN_CUTS, _CUTS, _PRICES):
            for at in range(begin, end):
                if tokens[at].lower in cuts and tokens[at].text != "-":
                    if at == begin and tokens[at].lower in ")":
                        continue
                    return at
        return begin

    def _wide(self, at: int) -> str:
        """The sentence of a number; with the one before, where theirs has few words."""
        tokens = self.prose.tokens
        first = last = at
        while first > 0 and tokens[first - 1].sentence == tokens[at].sentence:
            first -= 1
        while last + 1 < len(tokens) and tokens[last + 1].sentence == tokens[at].sentence:
            last += 1
        said = [token for token in tokens[first:at] if token.kind == "word" and len(token.text) > 2]
        if len(said) < 3 and first > 0:
            before = tokens[first - 1].sentence
            while first > 0 and tokens[first - 1].sentence == before:
                first -= 1
        return self._words(first, last + 1, ())

    def _sentence_before(self, at: int) -> str:
        tokens = self.prose.tokens
        number = tokens[at].sentence - 1
        places = [n for n, token in enumerate(tokens[:at]) if token.sentence == number]
        return self._words(places[0], places[-1] + 1, ()) if places else ""

    def _words(self, begin: int, end: int, own: Collection[int]) -> str:
        said: list[str] = []
        for at in range(begin, end):
            token: Token = self.prose.tokens[at]
            if at in self.prose.hidden:
                continue
            said.append("#" if at in own else "<n>" if at in self.free else token.lower.replace("’", "'"))
        return re.sub(r"\s+", " ", " ".join(said))
