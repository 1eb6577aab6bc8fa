"""Production over a few periods: demand, cost of making and of keeping, capacity, setups, opening stock."""

from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction

from agentopt.reader.families.marked import LIST, Ledger, Marked, N, numbers
from agentopt.reader.families.planning import Lots
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

MAX_PERIODS = 60
_PERIOD = r"(?:months?|weeks?|quarters?|days?|periods?|years?|shifts?|seasons?)"
_MONTHS = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|"
    r"December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
)
_DAYS = r"(?:Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday)"
_NAMED = (
    rf"(?:{_MONTHS}|{_DAYS}|{_PERIOD} <\d+>|Q\d|the "
    rf"(?:first|second|third|fourth|fifth|sixth) "
    rf"{_PERIOD}|(?:spring|summer|autumn|fall|winter))"
)
_LEAST = r"\b(?:minimi[sz]\w*|minimum|least|lowest|cheapest|cheaply|as little as possible|smallest)\b"
_OTHER = (
    r"\b(?:profit|revenue|sells? for|selling "
    r"price|maximi[sz]\w*|overtime|backorder\w*|backlog\w*|late|two products|"
    r"products? [A-C]\b|each product|both "
    r"products|interest|expected|probability|random|route|shipped from|truck)\b"
)
_DEMAND = (
    r"\b(?:demands?|needs?|needed|orders?|ordered|required|requirements?|requires?|"
    r"wanted?|wants|deliver\w*|sales?|customers|sold)\b"
)
_SEGMENT = re.compile(r" (?:, and|, while|, but|, with|; and|and|while|but|with|plus|,|;|\() ")
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "closing",
        r"\b(?:final|ending|closing)\b|\b(?:end|after) (?:of )?(?:the "
        r")?(?:last|plan\w*|horizon|final)|left (?:over )?(?:at|in store at) the end"
        r"|\bat the end of (?:the )?(?:last|year|plan|horizon|whole|"
        rf"{_NAMED})",
    ),
    (
        "opening",
        r"\b(?:initial\w*|opening|already|currently|on hand|to begin with|to start with|in "
        r"store now|right now|at present)\b"
        r"|\b(?:begins?|beginning|starts?|starting) (?:with|inventory|stock|of)|\bat the "
        r"(?:start|beginning|outset)|\bin stock (?:now|today)\b"
        r"|\bthere are <\d+>(?: [a-z]+){0,3}? in (?:stock|store|the warehouse)",
    ),
    (
        "setup",
        (
            r"\bset ?-? ?up\b|\bsetups?\b|\bfixed\b|\bchange ?-? ?over|\beach "
            r"time\b|\bwhenever\b|\b(?:any|anything|something|production) (?:is|takes|at all)\b"
            r"|\bstart(?:ing|s)? (?:up |a |the )?(?:production|run|machine|line|kiln|oven)|\bin "
            r"which (?:it|something|anything|there)|\bcleaning\b|\bstart - up\b|\bstartup\b"
        ),
    ),
    (
        "storage",
        (
            r"\b(?:stor\w*|warehouse|stock|inventory|cellar|shed|kept|keep)\b.*\b(?:at most|no "
            r"more than|up to|capacity|room|limit|maximum|space|holds?)\b"
            r"|\b(?:at most|no more than|up to|room for|maximum "
            r"of)\b.*\b(?:stor\w*|stock|kept|inventory|warehouse)\b"
        ),
    ),
    (
        "holding",
        r"\b(?:hold\w*|stor\w*|inventory|carry\w*|keep\w*|kept|stock\w*|warehous\w*)\b",
    ),
    (
        "capacity",
        (
            r"\b(?:capacity|at most|no more than|up to|maximum|max|limit\w*|only|can (?:be "
            r")?(?:made|make|produced?|manufactured?|brewed?|baked?|handled?))\b"
        ),
    ),
    (
        "making",
        (
            r"\b(?:mak(?:e|es|ing)|made|produc\w*|manufactur\w*|brew\w*|bak(?:e|ing)|assembl\w*|"
            r"build\w*|print\w*|mill\w*|cost\w*)\b"
        ),
    ),
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Demand by period and the costs of making and keeping, when the least cost is asked for."""
    marked = Marked.of(tokens, tables)
    asks = marked.says(_LEAST) and marked.says(r"\bcosts?\b|\bcheap\w*\b|\bexpens\w+\b")
    everything = text + " ".join(
        cell.text for table in tables for cell in table.cells() if cell.value is None
    )
    keeps = re.search(r"\b(?:hold|stor|inventor|carry|keep|kept|stock)\w*", everything, re.IGNORECASE)
    made = re.search(_DEMAND, everything, re.IGNORECASE) and re.search(
        rf"{_PERIOD}|{_MONTHS}|{_DAYS}", everything
    )
    if not asks or not keeps or not made or marked.says(_OTHER):
        return None
    reading = _Reading(marked, tables, Ledger(tokens))
    lots = reading.lots()
    if lots is None or reading.ledger.left():
        return None
    if not lots.holding or not (lots.making or lots.setup) or not 2 <= len(lots.demand) <= MAX_PERIODS:
        return None
    formulation = lots.formulation(waived=reading.ledger.waivers(), assumptions=reading.doubts)
    return Understanding("lots", formulation, reading.ledger.account(), tuple(reading.doubts))


class _Reading:
    """One text being read."""

    def __init__(self, marked: Marked, tables: Sequence[Table], ledger: Ledger) -> None:
        self.marked, self.tables, self.ledger = marked, tables, ledger
        self.found: dict[str, tuple[int | float, ...]] = {}
        self.periods: tuple[str, ...] = ()
        self.doubts: list[str] = []

    def lots(self) -> Lots | None:
        """All that is said, or None where something is said twice or not at all."""
        if not (
            any(self._table(table) for table in self.tables) or self._demand_list() or self._demand_each()
        ):
            return None
        count = len(self.found["demand"])
        if not self.periods:
            self.periods = tuple(f"period {at}" for at in range(1, count + 1))
        self._waive_names(count)
        for segment, within in self._segments():
            if not self._said(segment, within, count):
                return None
        whole = {name: values for name, values in self.found.items() if name not in ("opening", "closing")}
        if any(len(values) not in (1, count) for values in whole.values()):
            return None
        if any(value < 0 for values in self.found.values() for value in values):
            return None
        ends = {name: self.found.get(name, (0,))[0] for name in ("opening", "closing")}
        return Lots(self.periods, **whole, **ends)  # type: ignore[arg-type]  # the names are those of its fields

    def _table(self, table: Table) -> bool:
        """Periods down or across, with demand and what else is told by period."""
        heads = [cell.text for cell in table.header]
        rows = [list(row) for row in table.rows]
        labels = [row[0].text for row in rows]
        if any(re.search(_DEMAND, each, re.IGNORECASE) for each in labels) and heads:
            across = [[cell, *(row[at] for row in rows)] for at, cell in enumerate(table.header) if at]
            heads, rows = [heads[0], *labels], across
        elif not any(re.search(_DEMAND, each, re.IGNORECASE) for each in heads[1:]):
            return False
        if len(rows) < 2 or any(len(row) != len(heads) for row in rows):
            return False
        found: dict[str, list[Cell]] = {}
        for at, head in enumerate(heads[1:], start=1):
            kind = "demand" if re.search(_DEMAND, head, re.IGNORECASE) else _kind(head.lower())
            if kind is None or kind in found or any(row[at].value is None for row in rows):
                return False
            found[kind] = [row[at] for row in rows]
        for kind, cells in found.items():
            self.found[kind] = tuple(
                self.ledger.take_cell(cell, f"{kind} in {row[0].text}")
                for cell, row in zip(cells, rows, strict=True)
            )
        for row in rows:
            self.ledger.waive_cell(row[0], "names a period")
        self.periods = tuple(row[0].text for row in rows)
        return True

    def _demand_list(self) -> bool:
        """`the demand for the next four months is 100, 150, 200 and 120`."""
        lists = [each for each in self.marked.all(LIST) if self._is_data(numbers(each.group()))]
        for each in lists:
            within = numbers(each.group())
            before, after = self.marked.around(within[0], before=200)[0], self.marked.around(within[-1])[1]
            near = _last(before) or _kind(after)
            if near == "demand" or (near is None and re.search(_DEMAND, after, re.IGNORECASE)):
                if "demand" in self.found:
                    return False
                self.found["demand"] = tuple(
                    self.ledger.take(at, f"demand of period {n}") for n, at in enumerate(within, start=1)
                )
                named = re.findall(rf"{_MONTHS}|{_DAYS}", before + after, re.IGNORECASE)
                if len(named) == len(within):
                    self.periods = tuple(each.capitalize() for each in named)
        return "demand" in self.found

    def _is_data(self, within: Sequence[int]) -> bool:
        """Whether a list is more than `weeks 1, 2 and 3`."""
        before = self.marked.around(within[0], before=14)[0]
        values = [self.ledger.tokens[at].value for at in within]
        counted = values == [Fraction(n) for n in range(1, len(values) + 1)]
        named = re.search(r"\b(?:week|month|quarter|day|period|year|shift|season) $", before)
        return not named and not (counted and re.search(rf"{_PERIOD} $", before))

    def _demand_each(self) -> bool:
        """`100 in January, 150 in February`, `January: 100, February: 150`, `week 1 needs 100`."""
        amounts = list(
            self.marked.all(rf"{N}(?: (?!in |for |and )[a-z]+){{0,3}}? (?:in|for|on) (?P<name>{_NAMED})")
        )
        if len(amounts) < 2:
            verb = r"(?:: |\( |= |needs |has |is |requires |wants |asks for |, )?"
            amounts = list(
                self.marked.all(rf"(?P<name>{_NAMED}) {verb}(?:a demand of |demand of |demand )?{N}")
            )
        if len(amounts) < 2:
            return False
        start = amounts[0].start()
        sentence = (
            re.split(r" [.?!] ", self.marked.words[:start])[-1]
            + self.marked.words[start : amounts[-1].end() + 40]
        )
        if not re.search(_DEMAND, sentence, re.IGNORECASE):
            return False
        names, demand = [], []
        for each in amounts:
            name = self._name(each["name"])
            at = next(int(mark) for mark in reversed(each.groups()) if mark and mark.isdigit())
            if name in names:
                return False
            names.append(name)
            demand.append(self.ledger.take(at, f"demand in {name}"))
        self.found["demand"], self.periods = tuple(demand), tuple(names)
        return True

    def _name(self, marked: str) -> str:
        for at in numbers(marked):
            self.ledger.waive(at, "names a period")
        return re.sub(N, lambda each: self.ledger.tokens[int(each[1])].text, marked).removeprefix("the ")

    def _waive_names(self, count: int) -> None:
        """Numbers that count or name periods are no data."""
        for at in self.ledger.left():
            value = self.ledger.tokens[at].value
            if self._are_quarters(at, count):
                self.ledger.waive(at, "quarters of a year")
                continue
            before, after = self.marked.around(at, before=30, after=30)
            counts = value == count and re.match(rf" (?:-? ?[a-z]+ )?{_PERIOD}\b", after)
            named = (
                re.search(rf"\b{_PERIOD} (?:<\d+> (?:,|and|to|-|through|, and) )*$", before)
                and value is not None
            )
            if counts or (named and value is not None and 1 <= value <= count and value.denominator == 1):
                self.ledger.waive(at, "counts or names periods")

    def _are_quarters(self, at: int, count: int) -> bool:
        """Whether `a quarter` or `three quarters` counts periods, and is no share."""
        token = self.ledger.tokens[at]
        several = token.lower.endswith("quarters") and token.value == Fraction(count, 4)
        single = token.lower in ("a quarter", "one quarter")
        before = self.ledger.tokens[at - 1].lower if at else ""
        return several or (single and before in ("for", "from", "in", "per", "to"))

    def _segments(self) -> Iterator[tuple[str, list[int]]]:
        """Parts of sentences with one number, or one list, that is still unread."""
        left = set(self.ledger.left())
        for sentence in re.split(r" [.?!](?: |$)", self.marked.words):
            places = []
            for each in re.finditer(rf"{LIST}|<\d+>", sentence):
                within = [at for at in numbers(each.group()) if at in left]
                if within:
                    places.append((each.start(), each.end(), within))
            begin = 0
            for at, (_, stop, within) in enumerate(places):
                end = len(sentence)
                if at + 1 < len(places):
                    cut = _SEGMENT.search(sentence, stop, places[at + 1][0])
                    end = cut.start() if cut else stop
                yield f" {sentence[begin:end]} ".lower(), within
                begin = end

    def _said(self, segment: str, within: list[int], count: int) -> bool:
        """Enter the numbers of a segment; whether it could be told what they are."""
        kind = _kind(segment)
        if kind is None or len(within) not in (1, count):
            return False
        values = tuple(
            self.ledger.take(at, f"{kind} {'of a period' if len(within) > 1 else ''}".strip())
            for at in within
        )
        if kind in self.found and self.found[kind] != values:
            return False
        self.found[kind] = values
        return True


def _kind(words: str) -> str | None:
    """What the number of a few words is."""
    return next((kind for kind, pattern in _KINDS if re.search(pattern, words, re.IGNORECASE)), None)


def _last(words: str) -> str | None:
    """The last of demand, cost or capacity that is named in what stands before a list."""
    found = {
        "demand": _DEMAND,
        "making": r"\bcosts?\b|\bproduction\b",
        "capacity": r"\bcapacit\w+|\bat most\b|\bup to\b",
        "holding": r"\b(?:holding|storage|inventory)\b",
    }
    places = {
        kind: max((each.start() for each in re.finditer(pattern, words, re.IGNORECASE)), default=-1)
        for kind, pattern in found.items()
    }
    best = max(places, key=lambda kind: places[kind])
    return best if places[best] >= 0 else None
