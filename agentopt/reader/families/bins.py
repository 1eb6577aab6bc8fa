"""The least number of bins: items with sizes, containers of one capacity.

Trucks, boxes, bags, discs and servers are bins; so are the bars, rolls and boards from which pieces are cut.
"""

from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.families.marked import LIST, Ledger, Marked, N, numbers
from agentopt.reader.families.packing import Bins, Item
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

MAX_ITEMS = 200

_CONTAINERS = (
    "bin|box|boxes|truck|lorry|lorries|van|container|crate|bag|sack|pallet|bus|buses|"
    "minibus|minibuses|trailer|"
    "roll|bar|board|plank|pipe|rod|beam|disc|disk|drive|stick|server|shelf|shelves|trip|cart|case|suitcase|"
    "wagon|car|carton|tray|trays|tube|log|sheet|cable|reel|tape|ferry|ferries|boat|"
    "flight|elevator|lift|basket|"
    "vehicle|bucket|session|day|shift|CD|DVD|USB|machine|barrel|tank|bookcase|locker|backpack|cabinet|drawer|"
    "freezer|oven|page|kiln|load|batch|batches|length|pole|spool|ribbon|strip|stock"
)
_BIN = rf"(?:[a-z]+[ -]+){{0,3}}?(?P<bin>(?:{_CONTAINERS})s?)\b"
_ASKED = (
    r"(?:least|fewest|minimum|minimal|smallest|lowest|minimi[sz]\w+)"
    rf"(?: (?:the|possible|total|required|number|of))* {_BIN}",
    rf"as few (?:of (?:these|the|them) )?{_BIN} as",
    rf"how (?:many|few) {_BIN} (?:[a-z']+ ){{0,8}}?"
    r"(?:need|needs|needed|required|require|necessary|at "
    r"least|least|minimum|must|enough|suffice|have to|has to)\b",
    rf"(?:at least|least) how many {_BIN}",
)
_OTHER = (
    r"\b(?:costs?|profit|price|revenue|maximi[sz]\w+|of each|each "
    r"(?:type|kind)|together|apart|separate\w*|same|"
    r"incompatible|distance|demand of|types? of (?:truck|bin|van|vehicle)s?|two (?:kinds|types|sizes))\b"
)
_HOLDS = (
    r"(?:holds?|holding|carry|carries|carrying|takes?|taking|fits?|capacity|stores?|"
    r"bears?|lifts?|room|is|are|has|have|"
    r"measures?|long|with|of|lasts?|limit|maximum|loaded|contains?|accepts?|supports?|"
    r"seats?|offers?|provides?)"
)
_MOST = (
    r"(?:at most|no more than|up to|maximum|max\.?|maximum of|limit of|not more "
    r"than|exactly|only|must not exceed|"
    r"cannot exceed)"
)
_UNITS = {
    word: unit
    for unit, words in {
        "kg": "kg kilogram kilograms kilo kilos",
        "g": "g gram grams",
        "t": "t ton tons tonnes",
        "lb": "lb lbs pounds pound",
        "m": "m meters metres meter metre",
        "cm": "cm centimeters",
        "mm": "mm",
        "ft": "feet foot ft",
        "in": "inches inch",
        "GB": "gb",
        "MB": "mb",
        "min": "minutes minute min",
        "h": "hours hour",
        "l": "liters litres liter",
        "ml": "ml",
    }.items()
    for word in words.split()
}


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Items and a capacity, when the least number of containers is asked for."""
    marked = Marked.of(tokens, tables)
    asked = next((found for pattern in _ASKED if (found := marked.find(pattern))), None)
    if asked is None or marked.says(_OTHER):
        return None
    noun = _singular(asked["bin"].lower())
    ledger = Ledger(tokens)
    reading = _Reading(marked, tables, ledger, noun)
    items = reading.items()
    if not items or len(items) > MAX_ITEMS:
        return None
    capacity = reading.capacity()
    if capacity is None or any(item.size > capacity or item.size <= 0 or item.count < 1 for item in items):
        return None
    reading.counts(items)
    if ledger.left() or not reading.one_unit():
        return None
    bins = Bins(tuple(items), capacity, noun)
    return Understanding("bins", bins.formulation(waived=ledger.waivers()), ledger.account())


def _singular(noun: str) -> str:
    if noun.endswith(("xes", "shes", "ches", "sses")) or noun in ("buses", "minibuses"):
        return noun[:-2]
    if noun == "shelves":
        return "shelf"
    if noun.endswith("ies"):
        return noun[:-3] + "y"
    return noun.removesuffix("s") if noun not in ("bus", "minibus") else noun


@dataclass(slots=True)
class _Reading:
    """One text being read."""

    marked: Marked
    tables: Sequence[Table]
    ledger: Ledger
    noun: str

    def items(self) -> list[Item]:
        """The items, in the first of the layouts that has some."""
        for layout in (self._table, self._list, self._bracketed, self._counted, self._told):
            if items := layout():
                return items
        return []

    def _table(self) -> list[Item]:
        """Rows of a table: a label, a size, perhaps a count."""
        for table in self.tables:
            width = len(table.rows[0])
            columns = [
                at
                for at in range(width)
                if table.is_even and all(row[at].value is not None for row in table.rows)
            ]
            heads = [cell.text.lower() for cell in table.header] or [""] * width
            if table.layout == "list" and (len(table.rows) < 2 or len(columns) != 1):
                continue
            sizes = [at for at in columns if at or len(columns) == 1 or _SIZED.search(heads[at])]
            counts = [at for at in sizes if _COUNTED.search(heads[at]) and not _SIZED.search(heads[at])]
            sizes = [at for at in sizes if at not in counts]
            if len(sizes) != 1 or len(counts) > 1:
                continue
            items = []
            for number, row in enumerate(table.rows, start=1):
                name = row[0].text if 0 not in (*sizes, *counts) and row[0].text else f"item {number}"
                self.ledger.waive_cell(row[0], "part of a name") if 0 not in (*sizes, *counts) else None
                count = int(self.ledger.take_cell(row[counts[0]], f"how many {name}")) if counts else 1
                items.append(Item(name, self.ledger.take_cell(row[sizes[0]], f"size of {name}"), count))
            return items
        return []

    def _list(self) -> list[Item]:
        """Bare sizes: `4, 8, 1, 4 and 2 kg`; a second list of as many numbers says how many of each."""
        lists = [each.group() for each in self.marked.all(LIST) if len(numbers(each.group())) >= 3]
        if len(lists) == 1:
            found = numbers(lists[0])
            return [
                Item(f"item {n}", self.ledger.take(at, f"size of item {n}"))
                for n, at in enumerate(found, start=1)
            ]
        if len(lists) != 2 or len(numbers(lists[0])) != len(numbers(lists[1])):
            return []
        counted = [self._is_count_list(each) for each in lists]
        if sum(counted) != 1:
            return []
        sizes, counts = (lists[1], lists[0]) if counted[0] else (lists[0], lists[1])
        return [
            Item(
                f"item {n}",
                self.ledger.take(size, f"size of item {n}"),
                int(self.ledger.take(count, f"how many of item {n}")),
            )
            for n, (size, count) in enumerate(zip(numbers(sizes), numbers(counts), strict=True), start=1)
        ]

    def _is_count_list(self, found: str) -> bool:
        within = numbers(found)
        before, _ = self.marked.around(within[0], before=40)
        _, after = self.marked.around(within[-1], after=25)
        unit = any(word in _UNITS for word in re.findall(r"[a-z]+", f"{found} {after}")[:1])
        near = " ".join(before.split()[-5:] + after.split()[:3])
        return not unit and bool(_COUNTED.search(near)) and all(self._whole(at) for at in within)

    def _whole(self, at: int) -> bool:
        value = self.ledger.tokens[at].value
        return value is not None and value.denominator == 1 and value > 0

    def _bracketed(self) -> list[Item]:
        """`a sofa (40 kg), a table (25 kg)`, `A: 40 kg, B: 25 kg`."""
        name = r"(?P<name>(?:[A-Za-z][\w'-]* )?(?:[A-Za-z][\w'-]*|<\d+>))"
        for pattern in (
            rf"{name} \( {N}(?: [a-z/]+){{0,2}} \)",
            rf"{name} (?::|=) {N}(?: [a-z/]+)?(?= ,| ;| \.| and|$)",
        ):
            found = list(self.marked.all(pattern))
            items = []
            for each in found if len(found) > 1 else ():
                said = self._name(each["name"])
                items.append(Item(said, self.ledger.take(int(each[each.lastindex or 0]), f"size of {said}")))
            if items:
                return items
        return []

    def _counted(self) -> list[Item]:
        """`5 pieces of 3 m, 4 pieces of 2 m`, `six crates weighing 20 kg each`."""
        link = (
            r"(?:each )?(?:of|weighing|at|with|that weigh|which weigh|measuring|that "
            r"are|weigh|taking|needing|requiring|that take|using)"
        )
        found = list(self.marked.all(rf"{N} (?P<name>(?:[a-z-]+ ){{0,3}}?){link}(?: [a-z]+){{0,3}}? {N}"))
        items = []
        for each in found:
            count, size = int(each[1]), int(each[3])
            if not self._whole(count):
                return []
            name = f"{each['name'].strip() or 'item'} of {self.ledger.tokens[size].text}"
            taken = self.ledger.take(count, f"how many {name}")
            items.append(Item(name, self.ledger.take(size, f"size of {name}"), int(taken)))
        return items

    def _told(self) -> list[Item]:
        """`the sofa weighs 40 kg, the table 25 kg`."""
        verb = r"(?:weighs|needs|takes|is|has|measures|requires|uses|occupies|lasts)"
        start = rf"(?:the |an? )?(?P<name>[A-Za-z]\w*(?: (?:[a-z]+|[A-Z]|<\d+>))?) (?:{verb} )(?:[a-z]+ )?{N}"
        first = next(
            (each for each in self.marked.all(start) if not re.search(rf"\b{self.noun}", each["name"], re.I)),
            None,
        )
        if first is None:
            return []
        items = []
        sentence = re.split(r" [.?!] ", self.marked.words[first.start() :] + " ")[0]
        rest = (
            rf"(?:the |an? )?(?P<name>[A-Za-z]\w*(?: (?:[a-z]+|[A-Z]|<\d+>))??) (?:{verb} "
            rf")?(?:[a-z]+ )?{N}(?: [a-z]+){{0,2}}?(?= ,| and| ;| \.| \?|$)"
        )
        for each in re.finditer(rest, sentence, re.IGNORECASE):
            name = self._name(re.sub(r"^(?:and|the|an?) ", "", each["name"]))
            items.append(Item(name, self.ledger.take(int(each[2]), f"size of {name}")))
        return items if len(items) > 1 else []

    def _name(self, marked: str) -> str:
        """A name as written; its numbers are no data."""
        for at in numbers(marked):
            self.ledger.waive(at, "part of a name")
        words = re.sub(N, lambda each: self.ledger.tokens[int(each[1])].text, marked)
        return re.sub(r"^(?:and|the|an?|of) ", "", words.strip())

    def capacity(self) -> int | float | None:
        """What one container holds: the one number that is said of it."""
        bins = rf"(?:{self.noun}(?:s|es)?|{self.noun.removesuffix('f')}ves|{self.noun.removesuffix('y')}ies)"
        one = rf"(?:{bins}|it|they|one|which|that)"
        patterns = (
            (
                rf"\b{bins} (?:[a-z'-]+ |, ){{0,4}}?{_HOLDS}(?: [a-z']+){{0,6}}? {N}(?! ?[a-z]+ "
                rf"(?:weighing|of <))"
            ),
            rf"\b{bins} (?:\( |: )(?:[a-z]+ ){{0,4}}{N}",
            (
                rf"(?:capacity|load limit|weight limit|limit|length)(?: [a-z]+){{0,5}}? "
                rf"(?:of|is|:|=|holds)(?: [a-z]+){{0,2}}? {N}"
            ),
            rf"{N} (?:- )?[a-z]+ (?:- )?(?:[a-z]+ )?{bins}\b",
            rf"{_MOST} {N}(?: [a-z]+){{1,4}}? (?:[a-z]+ ){{0,4}}{one}\b",
            rf"{_MOST} {N}",
        )
        for pattern in patterns:
            found = (
                {int(each[1]) for each in self.marked.all(pattern)}
                - self.ledger.entries.keys()
                - self.ledger.waived.keys()
            )
            if not found:
                continue
            values = {self.ledger.tokens[at].value for at in found}
            if len(values) > 1:
                return None
            taken = [self.ledger.take(at, f"what one {self.noun} holds") for at in found]
            return taken[0]
        return None

    def counts(self, items: Sequence[Item]) -> None:
        """Enter numbers that only say how many items there are."""
        total = sum(item.count for item in items)
        for at in self.ledger.left():
            value = self.ledger.tokens[at].value
            if value in (Fraction(len(items)), Fraction(total)) and self.ledger.tokens[at].kind in (
                "integer",
                "spelled",
            ):
                self.ledger.waive(at, "counts the items that are listed")

    def one_unit(self) -> bool:
        """Whether sizes and capacity are said in one unit, as far as they are said."""
        said = set()
        for at, words in self.ledger.entries.items():
            after = self.ledger.tokens[at + 1].lower if at + 1 < len(self.ledger.tokens) else ""
            hyphen = after == "-" and at + 2 < len(self.ledger.tokens)
            unit = _UNITS.get(self.ledger.tokens[at + 2].lower if hyphen else after)
            if unit and not words.startswith("how many"):
                said.add(unit)
        return len(said) < 2


_SIZED = re.compile(
    (
        r"size|weigh|length|long|volume|kg|\bm\b|cm|minutes|hours|time|space|\bgb\b|\bmb\b|"
        r"width|mass|load|duration|area|height|amount"
    ),
    re.IGNORECASE,
)
_COUNTED = re.compile(
    r"count|number|quantit|demand|pieces|copies|how many|units|ordered|orders?\b|times|needed|required|#",
    re.IGNORECASE,
)
