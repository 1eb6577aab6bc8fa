"""The least number of bins: items with sizes, containers of one capacity.

Trucks, boxes, bags, discs and servers are bins; so are the bars, rolls and boards from which pieces are cut,
and the days, shifts and breaks into which jobs are put. What a bin is called is learned from the question.
"""

from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.families.items import Found, records_in
from agentopt.reader.families.listing import Amount, Column, is_drawn
from agentopt.reader.families.marked import Ledger, plain
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, stem, words
from agentopt.reader.families.packing import Bins, Item
from agentopt.reader.families.prose import Prose
from agentopt.reader.families.units import is_unit
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

MAX_ITEMS = 200

_FEW = words("least fewest minimum minimal smallest lowest min few minimize minimise minimizing minimising")
_BETWEEN = words("the possible total required number of count needed our different full smallest")
_STOPS = words(
    """
    do does did are is be must will would should can could have has need needs i we he she they you to for
    that which who at in on per so with when if suffice if and or as from used required needed necessary
    """
)
_OTHER = re.compile(
    r"\b(?:profit|revenue|maximi[sz]\w*|of each|each (?:type|kind)|apart|separate(?:ly)?|"
    r"incompatible|distance|"
    r"demand of|types? of (?:truck|bin|van|vehicle)s?|(?:two|three) (?:kinds|types|sizes)|"
    r"(?:minimi[sz]\w*|least|lowest|minimum|smallest) (?:\w+ ){0,3}costs?|cheapest|"
    r"(?:must|may|can|should)(?: not|not|n't) (?:\w+ ){0,4}(?:together|same))\b"
)
_NEEDED = re.compile(
    r"\b(?:needs?|needed|require|required|necessary|least|minimum|must|enough|suffice|have to|has to|"
    r"get away|buy|fewest|get by)\b"
)
_COUNTED = words(
    "count number quantity qty piece copy demand many unit ordered order time needed required x off needs pcs"
)
_SIZED = words("size weigh weight length long volume time space width mass load duration area height")
_AT_MOST = re.compile(r"(?:at most|up to|(?:not?|never) more than|maximum(?: of)?|max) #")
_KERF = re.compile(r"\b(?:saw|kerf|blade|cuts?|cutting|waste|loss|trim)\b")


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """Items and a capacity, when the least number of containers is asked for."""
    prose = Prose.of(text, tokens, tables)
    plain_text = " ".join(token.lower for token in tokens).replace("’", "'")
    nouns = list(dict.fromkeys(_asked(prose)))
    if not nouns or _OTHER.search(plain_text):
        return None
    for noun in nouns:
        for found in records_in(prose, tables, (1, 2), _limiting(noun), {noun}):
            understood = _Reading(prose, tables, found, noun).understanding()
            if understood is not None:
                return understood
    return None


def _asked(prose: Prose) -> Iterator[str]:
    """What is to be few, in the singular: `fewest vans`, `how many 4 m bars do I need`."""
    tokens = prose.tokens
    for at, token in enumerate(tokens):
        if at in prose.hidden:
            continue
        before = tokens[at - 1].lower if at else ""
        how = token.lower in ("many", "few") and before == "how"
        few = token.lower in _FEW and not (before == "at" and token.lower == "least")
        if not (how or few):
            continue
        noun = _noun(tokens, at + 1)
        sentence = prose.sentence(at).lower()
        if noun and not is_unit(noun) and ((few and not how) or _NEEDED.search(sentence)):
            yield noun


def _noun(tokens: Sequence[Token], begin: int) -> str:
    """The last noun of the phrase that begins at a token; "" when it has none."""
    found = ""
    for token in tokens[begin : begin + 9]:
        if token.lower in _STOPS or token.text in ".,;:?!()":
            break
        if (
            token.kind == "word"
            and token.lower not in _BETWEEN | NO_NAME | AFTER_NAME
            and len(token.text) > 2
        ):
            acronym = token.text[:-1].isupper() and token.text[-1] == "s"
            found = token.lower[:-1] if acronym else stem(token.text)
    return found


def _limiting(noun: str) -> re.Pattern[str]:
    """Clauses whose number is what one container holds."""
    bins = rf"{re.escape(noun.removesuffix('y'))}(?:s|es|ies|y|ves)?"
    return re.compile(
        rf"(?:\b{bins}\b|capacit\w+|limit\w*|at most|up to|maximum|max|no more than|not more than|"
        rf"\bholds?\b|"
        r"\bcarr(?:y|ies)\b|allowed|room for|payload|exceed\w*|longer than)(?: [^.#;:]*)? #"
        rf"|# (?:[^#.,;:]* )?{bins}\b|# (?:[a-z]+ )?(?:each|apiece|max|capacity)\b"
        r"|\b(?:saw|kerf|blade|waste|loss)\b[^.#]* #|# (?:[a-z]+ )?(?:on top|per cut|for (?:each|"
        r"every) cut)"
    )


@dataclass(slots=True)
class _Reading:
    """One text with one way to see its records."""

    prose: Prose
    tables: Sequence[Table]
    found: Found
    noun: str

    def understanding(self) -> Understanding | None:
        """The problem; None where a number is left that may matter."""
        ledger = Ledger(self.prose.tokens)
        roles = self._columns()
        if roles is None:
            return None
        size, count = roles
        many = [1] * len(size.amounts) if count is None else _whole(count)
        if sum(many) < 3 or len(many) > MAX_ITEMS:
            return None
        self._enter_names(ledger)
        free = [at for at in self.prose.numbers if at not in self.found.used]
        room = self._capacity([self.prose.amount(at) for at in free], size, sum(many))
        if room is None:
            return None
        for at in free:
            if self._same(self.prose.amount(at), room):
                ledger.take(at, f"what one {self.noun} holds")
        sizes, capacity = list(size.values(room.unit)), room.value
        most = self._most(ledger, room, sum(many))
        lost = self._lost(ledger, room, size)
        if lost is not None and self._per_piece():
            sizes = [each + lost for each in sizes]
        elif lost is not None:
            sizes, capacity = [each + lost for each in sizes], capacity + lost
        if any(not 0 < each <= capacity for each in sizes):
            return None
        self._enter_items(ledger, size, count)
        doubts = self._left(ledger, room, size, len(many), sum(many))
        if doubts is None:
            return None
        rows = zip(self.found.records.names, sizes, many, strict=True)
        items = tuple(Item(name, plain(each), number) for name, each, number in rows)
        told = [] if lost is None else [f"Every piece takes {plain(lost)} more, which the cut wastes."]
        formulation = Bins(items, plain(capacity), self.noun, most).formulation(
            waived=ledger.waivers(), assumptions=[*told, *doubts]
        )
        return Understanding("bins", formulation, ledger.account(), tuple(doubts))

    def _columns(self) -> tuple[Column, Column | None] | None:
        """Sizes, and how many there are of each; None where it cannot be told."""
        columns = self.found.records.columns
        if len(columns) == 1:
            return columns[0], None
        if len(columns) != 2:
            return None
        scores = [self._is_count(column, other) for column, other in (columns, columns[::-1])]
        if scores[0] == scores[1]:
            return None
        return (columns[1], columns[0]) if scores[0] > scores[1] else (columns[0], columns[1])

    def _is_count(self, column: Column, other: Column) -> float:
        """How much a column looks like a number of pieces."""
        if not _whole(column) or column.unit.kind:
            return -10
        cued = 2 * bool(column.words & _COUNTED) - 2 * bool(column.words & _SIZED)
        first = 0.5 * (column is self.found.records.columns[0] and not self.found.ordered)
        return cued + 3 * bool(other.unit.kind) + first

    def _capacity(self, loose: Sequence[Amount], size: Column, many: int) -> Amount | None:
        """What one container holds: the number of the right unit whose clause says so, or the only one."""
        kind = size.unit.kind
        fits = [
            each
            for each in loose
            if (not kind or not each.unit.kind or each.unit.kind == kind)
            and max(size.values(each.unit)) <= each.value
            and (each.unit.kind or each.value not in (len(size.amounts), many))
        ]
        same = [each for each in fits if each.unit.kind == kind] if kind else fits
        limiting = _limiting(self.noun)
        cued = [each for each in same or fits if limiting.search(self.prose.phrase(each.token))]
        own = [each for each in cued if self.noun in map(stem, self.prose.phrase(each.token).split())]
        for some in (own, cued):
            if some and all(self._same(each, some[0]) for each in some):
                return some[0]
        return None

    def _same(self, one: Amount, other: Amount) -> bool:
        """Whether two numbers say the same, perhaps in other units."""
        return one.unit.kind == other.unit.kind and one.value * one.unit.size == other.value * other.unit.size

    def _most(self, ledger: Ledger, room: Amount, many: int) -> int:
        """How many items a container holds, whatever their size; 0 when nothing is said of it."""
        for at in ledger.left():
            each, phrase = self.prose.amount(at), self.prose.phrase(at)
            counts = each.value.denominator == 1 and 1 < each.value < many and not each.unit.kind
            after = self.prose.clause(at)[1]
            noun = next((stem(token.text) for token in after if token.kind == "word"), "")
            other = noun not in ("", self.noun) and at not in self.found.used
            if room.unit.kind and counts and other and _AT_MOST.search(phrase):
                ledger.take(at, f"how many one {self.noun} holds")
                return int(each.value)
        return 0

    def _lost(self, ledger: Ledger, room: Amount, size: Column) -> Fraction | None:
        """What every cut or piece takes besides; None when nothing is said of it."""
        found: list[Fraction] = []
        for at in ledger.left():
            each = self.prose.amount(at)
            small = each.unit.kind and each.unit.kind == room.unit.kind
            value = each.value * each.unit.size / room.unit.size
            fits = small and at not in self.found.used and value < min(size.values(room.unit))
            if fits and _KERF.search(self.prose.sentence(at).lower()):
                found.append(value)
                ledger.take(at, "what a cut wastes")
        return found[0] if found and len(set(found)) == 1 else None

    def _per_piece(self) -> bool:
        """Whether every piece, also the last of a bar, loses what a cut wastes."""
        said = " ".join(token.lower for token in self.prose.tokens)
        return bool(re.search(r"(?:every|each|per) (?:\w+ )?(?:piece|part|item)", said))

    def _enter_names(self, ledger: Ledger) -> None:
        for at, why in self.prose.named.items():
            ledger.waive(at, why)
        for at in self.prose.hidden:
            if self.prose.tokens[at].is_number:
                ledger.waive(at, "part of a table")
        for table in self.tables:
            if is_drawn(table):
                for cell in (*table.header, *(row[0] for row in table.rows)):
                    ledger.waive_cell(cell, "part of a name")

    def _enter_items(self, ledger: Ledger, size: Column, count: Column | None) -> None:
        for n, name in enumerate(self.found.records.names):
            for column, meaning in ((size, "size of"), (count, "how many")):
                if column is not None and (cell := column.amounts[n].cell) is not None:
                    ledger.take_cell(cell, f"{meaning} {name}")
                elif column is not None:
                    ledger.take(column.amounts[n].token, f"{meaning} {name}")

    def _left(self, ledger: Ledger, room: Amount, size: Column, kinds: int, many: int) -> list[str] | None:
        """Doubts about numbers that are left; None when one may be data."""
        left: list[int] = []
        measured = {room.unit.kind, size.unit.kind, "money"} - {""}
        for at in ledger.left():
            each, token = self.prose.amount(at), self.prose.tokens[at]
            phrase = self.prose.phrase(at)
            if each.value in (kinds, many) and not each.unit.kind and token.kind in ("integer", "spelled"):
                ledger.waive(at, "counts the items that are listed")
            elif re.search(r"(?:cannot|n't|not|no|never) .*#", phrase) and each.value == 2:
                ledger.waive(at, "nothing is split over two")
            elif (
                each.unit.kind in measured
                or re.search(r"(?:most|than|least|up to|max\w*|only|of) #", phrase)
                or re.search(rf"# (?:[a-z]+ ){{0,2}}(?:per|each|{re.escape(self.noun)})", phrase)
            ):
                return None
            else:
                left.append(at)
        if not self.prose.is_remark(left, ledger.entries):
            return None
        for at in left:
            ledger.waive(at, "not used")
        return [f"“{self.prose.sentence(at)}” is not used." for at in left]


def _whole(column: Column) -> list[int]:
    """Whole numbers of pieces; none when there are others."""
    values = [each.value for each in column.amounts]
    return [int(each) for each in values] if all(v.denominator == 1 and v > 0 for v in values) else []
