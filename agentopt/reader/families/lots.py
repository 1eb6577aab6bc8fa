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
_LEAST = (
    r"\b(?:minimi[sz]\w*|minimum|least|lowest|cheapest|cheaply|as (?:little|low|small) as possible"
    r"|smallest|minimal|optimal|how low|at least cost|at (?:the )?(?:very )?least|keep (?:my|our|"
    r"the) costs down)\b"
)
_SPAN = rf"(?:{_NAMED}|the (?:first|last|other|remaining) (?:<\d+> )?{_PERIOD}|the last <\d+>)"
_SPANS = rf"(?P<periods>{_SPAN}(?:(?: ,| and| or| , and) {_SPAN})*)"
_AMOUNT_FIRST = (
    rf"(?P<amount>{N})(?: (?!in |and |or )[a-z]+){{0,6}}? (?:in|for|on|during|at the end of) {_SPANS}"
)
_PERIOD_FIRST = (
    rf"(?:in |for |on )?{_SPANS}(?: ?[:=(,-])?(?: (?!and in |or in |and <)[a-z$]+){{0,7}}? (?P<amount>{N})"
)
_MONEY_SPENT = r"\bcosts?\b|\bcheap\w*\b|\bexpens\w+\b|\bspend\w*\b|\bbills?\b|\bfees?\b|\bbilled\b"
_KEPT = (
    r"hold|stor(?:e|age|ing)|inventor|carry|carried|keep|kept|stock|left (?:over|in)|remain|"
    r"stays?\b|still (?:in|hang"
    r"|stand)|shelf|freezer|cellar|yard|warehouse|shed\b|unsold|cool"
)
_OTHER = (
    r"\b(?:profit|revenue|sells? for|selling "
    r"price|maximi[sz]\w*|overtime|backorder\w*|backlog\w*|late|two products|"
    r"products? [A-C]\b|each product|both "
    r"products|interest|expected|probability|random|route|shipped from|truck)\b"
)
_DEMAND = (
    r"\b(?:demands?|needs?|needed|orders?|ordered|required|requirements?|requires?|"
    r"wanted?|wants|deliver\w*|sales?|customers|sold|sell|call for|expects?|promised|used|ship|take|"
    r"supply)\b|\bd = \("
)
_SEGMENT = re.compile(r" (?:, and|, while|, but|, with|; and|and|while|but|with|plus|,|;|\() ")
_KINDS: tuple[tuple[str, str], ...] = (
    (
        "closing",
        r"^(?!.*\bcosts?\b).*(?:\b(?:final|ending|closing|safety reserve)\b|\bclose .* with\b|"
        r"\bleft at the end of|"
        r"\b(?:end|after) (?:of )?(?:the "
        r")?(?:last|plan\w*|horizon|final)|left (?:over )?(?:at|in store at) the end"
        r"|\bat the end of (?:the )?(?:last|year|plan|horizon|whole|"
        rf"{_NAMED}))",
    ),
    (
        "opening",
        r"\b(?:standing|hanging) (?:in|there).*(?:at the (?:outset|start|beginning)|as .* begins)|"
        r"\b(?:we|i) (?:start|open|begin) .*(?:with|holding)|(?:got|have|has) <\d+> finished|\bhas "
        r"<\d+> .* in stock|"
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
            r"time\b|\bwhenever\b|\b(?:any|anything|something|production) (?:is|takes|at all)\b|"
            r"\bflat fee|\bcleaned\b|\bfiring\b|\bincurs?\b"
            r"|\bstart(?:ing|s)? (?:up |a |the )?(?:production|run|machine|line|kiln|oven)|\bin "
            r"which (?:it|something|anything|there)|\bcleaning\b|\bstart - up\b|\bstartup\b"
        ),
    ),
    (
        "storage",
        (
            r"^(?!.*\b(?:turns? out|produc\w+|ma[dk]e)\b).*(?:\b(?:stor\w*|warehouse|stock|"
            r"inventory|cellar|shed|kept|keep)\b.*\b(?:at most|no "
            r"more than|up to|capacity|room|limit|maximum|space|holds?)\b"
            r"|\b(?:at most|no more than|up to|room for|maximum "
            r"of)\b.*\b(?:stor\w*|stock|kept|inventory|warehouse)\b)"
        ),
    ),
    (
        "holding",
        r"\b(?:hold\w*|stor\w*|inventory|carry\w*|carried|keep\w*|kept|held|stock\w*|warehous\w*|"
        r"remain\w*|unsold)\b"
        r"|left over|still (?:in|hanging|standing|there)|\b(?:stays?|sits?|sitting|goes|kept) (?:in|"
        r"on|there)|"
        r"\bin it at|\bshelf\b|month ends?\b",
    ),
    (
        "capacity",
        (
            r"(?:cannot|can't|not|never) .*more than <|\bfits? <|\b(?:capacity|at most|no more than|"
            r"up to|maximum|max|limit\w*|only|can (?:be "
            r")?(?:made|make|produced?|manufactured?|brewed?|baked?|handled?))\b"
        ),
    ),
    (
        "making",
        (
            r"\b(?:mak(?:e|es|ing)|made|produc\w*|manufactur\w*|brew\w*|bak(?:e|ing)|assembl\w*|"
            r"build\w*|print\w*|mill\w*|cost\w*|price\w*|material|labou?r|in normal (?:time|"
            r"hours))\b|\bcomes? to\b"
            r"|\b(?:an?|each|every|one) [a-z]+ is <"
        ),
    ),
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Demand by period and the costs of making and keeping, when the least cost is asked for."""
    marked = Marked.of(tokens, tables)
    asks = marked.says(_LEAST) and marked.says(_MONEY_SPENT)
    everything = text + " ".join(
        cell.text for table in tables for cell in table.cells() if cell.value is None
    )
    keeps = re.search(rf"\b(?:{_KEPT})", everything, re.IGNORECASE)
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
            any(self._table(table) for table in self.tables) or self._demand_each() or self._demand_list()
        ):
            return None
        count = len(self.found["demand"])
        if not self.periods:
            self.periods = tuple(f"period {at}" for at in range(1, count + 1))
        if not all(map(self._series, re.split(r" [.?!](?: |$)", self.marked.words))):
            return None
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
        rows = rf"(?<= ){N}(?: {N}){{2,}}"
        lists = [*self.marked.all(LIST), *self.marked.all(rows)]
        lists = [each for each in lists if self._is_data(numbers(each.group()))]
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
        amounts = next(filter(None, map(self._told_each, self._sentences())), [])
        if not amounts:
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

    def _told_each(self, sentence: str) -> list[re.Match[str]]:
        """What a sentence about demand says of one period after the other."""
        if not re.search(_DEMAND, sentence, re.IGNORECASE):
            return []
        verb = r"(?:: |\( |= |needs |has |is |requires |wants |asks for |, )?"
        for pattern in (
            rf"{N}(?: (?!in |for |and )[a-z]+){{0,3}}? (?:in|for|on) (?P<name>{_NAMED})",
            rf"(?P<name>{_NAMED}) {verb}(?:a demand of |demand of |demand )?{N}",
        ):
            found = list(re.finditer(pattern, sentence, re.IGNORECASE))
            told = sentence[found[0].start() - 60 if found and found[0].start() > 60 else 0 :][:120]
            about = _kind(told.lower()) in (None, "making", "capacity") or re.search(
                _DEMAND, told, re.IGNORECASE
            )
            if len(found) > 1 and about and not re.search(r"\bcosts?\b", sentence):
                return found
        return []

    def _sentences(self) -> list[str]:
        return re.split(r" [.?!;](?: |$)", self.marked.words)

    def _series(self, sentence: str) -> bool:
        """Enter numbers that a sentence gives for all periods: `48 in March or April, 52 in May`."""
        left = set(self.ledger.left())
        names = {self._key(name): at for at, name in enumerate(self.periods)}
        best: dict[int, int] = {}
        for pattern in (_AMOUNT_FIRST, _PERIOD_FIRST):
            told: dict[int, int] = {}
            for each in re.finditer(pattern, sentence, re.IGNORECASE):
                number = next(int(mark) for mark in numbers(each["amount"]))
                places = self._places(each["periods"], names)
                if number in left and places and not places & told.keys():
                    told.update(dict.fromkeys(places, number))
            best = max(best, told, key=len)
        if len(best) < len(self.periods):
            return True
        kind = "making" if re.search(r"\bcosts?\b|\$|come to", sentence) else _kind(sentence.lower())
        if kind is None or kind in self.found:
            return False
        self.found[kind] = tuple(
            self.ledger.take(best[at], f"{kind} in {name}") for at, name in enumerate(self.periods)
        )
        for at in numbers(sentence):
            before = self.marked.around(at, before=12)[0]
            if at in self.ledger.left() and re.search(rf"{_PERIOD} $", before):
                self.ledger.waive(at, "names a period")
        return True

    def _key(self, name: str) -> str:
        return re.sub(r"^the ", "", name.lower())[:3] if re.match(_MONTHS, name, re.I) else name.lower()

    def _places(self, said: str, names: dict[str, int]) -> set[int]:
        """The periods that words name: `March or April`, `the first two months`, `the last month`."""
        ranged = re.search(r"\b(first|last|other|remaining) (?:(<\d+>) )?", f"{said} ", re.IGNORECASE)
        if ranged is not None and not re.search(_MONTHS, said):
            count = 1
            if ranged[2]:
                at = numbers(ranged[2])[0]
                count = int(self.ledger.tokens[at].value or 0)
                self.ledger.waive(at, "counts periods")
            every = range(len(self.periods))
            return set(every[:count] if ranged[1].lower() == "first" else every[-count:])
        found = re.findall(rf"{_MONTHS}|{_DAYS}|Q\d|{_PERIOD} <\d+>", said, re.IGNORECASE)
        written = [re.sub(N, lambda each: self.ledger.tokens[int(each[1])].text, name) for name in found]
        return {names[self._key(name)] for name in written if self._key(name) in names}

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
            if re.match(rf" {_MONTHS}\b", after, re.IGNORECASE) and before.endswith(("by ", "on ", "until ")):
                self.ledger.waive(at, "a date")
                continue
            counts = value == count and (
                re.match(rf" (?:-? ?[a-z]+ )?{_PERIOD}\b", after) or re.search(r"\b[tn] = $", before)
            )
            named = (
                re.search(rf"\b{_PERIOD} (?:<\d+> (?:(?:,|and|to|-|through|, and) )?)*$", before)
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

    def _cents(self, at: int) -> float:
        """What cents are of the unit that the text counts money in."""
        tokens = self.ledger.tokens
        after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
        whole = any(token.lower in ("$", "€", "£", "dollar", "dollars", "euro", "euros") for token in tokens)
        return 0.01 if whole and after in ("cent", "cents", "pence") else 1

    def _said(self, segment: str, within: list[int], count: int) -> bool:
        """Enter the numbers of a segment; whether it could be told what they are."""
        kind = _kind(segment)
        if kind is None or len(within) not in (1, count):
            return False
        values = tuple(
            self._cents(at)
            * self.ledger.take(at, f"{kind} {'of a period' if len(within) > 1 else ''}".strip())
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
