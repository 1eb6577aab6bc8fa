"""Items with a value and what each uses of one or several limited things, from a table, a list or prose."""

from __future__ import annotations

__all__ = ["Listed", "listed"]

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agentopt.reader.families.clauses import attributed, sentences, symbols_of
from agentopt.reader.families.grids import Attributes, Grid, grid
from agentopt.reader.families.ledger import Datum, Ledger
from agentopt.reader.families.names import Names, names_in
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, TYPE_NOUNS, stem, words
from agentopt.reader.families.pairs import is_money, quoted
from agentopt.reader.families.wording import shares_scale
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token, tokenize

ATTRIBUTES: Mapping[str, frozenset[str]] = {
    "value": words(
        """
        value valued worth profit return benefit npv revenue score utility reward gain point rating
        importance earn earning bring yield income priority appeal usefulness impact applause visitor
        viewer pay enjoyment audience votes vote reach saving save save
        """
    ),
    "weight": words("weight weigh kg kilogram kilo pound lb gram g heavy ton tonne mass"),
    "cost": words("cost price investment invest outlay budget spend expense fee capital euro dollar require"),
    "time": words("time hour day week minute month duration h min"),
    "space": words("space volume liter litre m3 cubic meter metre room size slot shelf"),
    "staff": words("staff engineer worker developer employee crew"),
    "memory": words("memory gb mb gigabyte megabyte storage"),
}
"""What an item has; all but the value are used up."""

_CAPACITY = words(
    """
    budget capacity available at hold carry limit most exceed exceeding maximum max only spend total up
    within have has allowance than bear fit afford load takes limited must can room there
    """
)


@dataclass(frozen=True, slots=True)
class Listed:
    """Items and their numbers.

    Attributes:
        items: in their order.
        noun: what one is called; "" where the text does not say.
        values: of the items.
        uses: of each limited thing, by item.
        limits: how much there is of it.
        quotes: the words for a parameter, by its name.
    """

    items: tuple[str, ...]
    noun: str
    values: dict[str, Datum]
    uses: dict[str, dict[str, Datum]]
    limits: dict[str, Datum]
    names: Names
    ledger: Ledger
    quotes: dict[str, str]


def listed(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Listed | None:
    """The items of a text, each with one number for every attribute; None when something is missing."""
    if shares_scale(tokens):
        return None
    drawn = [table for table in tables if table.layout != "list"]
    attributes = _attributes(drawn)
    grids = [grid(table, attributes) for table in drawn]
    known: list[Sequence[str]] = []
    for each in grids:
        if each is None or bool(each.rows) == bool(each.columns):
            return None
        known.append(each.rows or each.columns)
    known += [[row[0].text for row in table.rows] for table in tables if _is_listed(table)]
    if not known:
        phrases = list(dict.fromkeys(_phrases(tokens)))
        phrases = list(dict.fromkeys([*phrases, *_more(tokens, phrases)]))
        known = [phrases] if len(phrases) > 1 else []
    hidden = [range(table.first, table.last) for table in drawn]
    names = names_in(tokens, known, hidden)
    skip = {at for span in hidden for at in span}
    for group in _groups(tokens, names, known):
        reading = _Reading(text, tokens, tables, names, tuple(group), attributes, skip)
        found = reading.listed([each for each in grids if each is not None])
        if found is not None:
            return found
    return None


def _attributes(drawn: Sequence[Table]) -> Attributes:
    """What an item may have: what is known, and what else a table has a column of numbers for."""
    found = dict(ATTRIBUTES)
    for table in drawn:
        for at, cell in enumerate(table.header):
            numbers = table.is_even and all(each.value is not None for each in table.column(at))
            word = next((token.lower for token in tokenize(cell.text) if token.kind == "word"), "")
            if at and numbers and len(word) > 2 and not attribute_in(tokenize(cell.text), found):
                found.setdefault(stem(word), frozenset({stem(word)}))
    return found


def _groups(tokens: Sequence[Token], names: Names, known: Sequence[Sequence[str]]) -> Iterator[Sequence[str]]:
    """What may be the items: those a table labels, else all that stand by numbers, else the largest group."""
    if known:
        yield names.group(known[0][0])
        return
    inside = {at for mention in names.mentions for at in range(mention.first, mention.last)}
    counted = {token.sentence for at, token in enumerate(tokens) if token.is_number and at not in inside}
    every = dict.fromkeys(each.name for each in names.mentions if tokens[each.first].sentence in counted)
    largest = max(names.groups, key=len, default=())
    if len(largest) > 1:
        yield largest
    if len(every) > 1 and set(every) != set(largest):
        yield list(every)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One attempt: a text, with a group of names taken for the items."""

    text: str
    tokens: tuple[Token, ...]
    tables: Sequence[Table]
    names: Names
    group: tuple[str, ...]
    attributes: Attributes
    skip: set[int]

    def listed(self, grids: Sequence[Grid]) -> Listed | None:
        """The items, if all is there."""
        group, tokens = self.group, self.tokens
        ledger = Ledger(tokens, self.tables)
        nouns = (stem(word) for word in group[0].split()[:-1] if stem(word) in TYPE_NOUNS)
        noun = self.names.nouns.get(group[0], "") or next(nouns, "")
        ledger.names(self.names.mentions, (group,))
        ledger.labels()
        kinds = (noun, "item", "project", "object", "option", "candidate")
        _sizes(ledger, tokens, {each: len(group) for each in kinds if each})
        for at in ledger.left():
            near = {each.lower for each in tokens if each.sentence == tokens[at].sentence}
            if tokens[at].lower == "twice" and near & {"no", "never", "not", "cannot"}:
                ledger.use(at, "taken once at most")
        numbers: dict[str, dict[str, Datum]] = {}
        if not all(_from_grid(each, group, numbers) for each in grids):
            return None
        loose = list(self.read(noun, ledger, numbers))
        return self.checked(noun, numbers, loose, ledger)

    def read(
        self, noun: str, ledger: Ledger, numbers: dict[str, dict[str, Datum]]
    ) -> Iterator[tuple[int, range]]:
        """Take what prose says of items; yields the numbers that are said of no item."""
        order: list[str] = []
        tokens, mentions = self.tokens, self.names.mentions
        for span in sentences(self.text, tokens, self.skip):
            symbols = symbols_of(tokens, span, mentions, self.group, (), (noun, ""), ledger.used())
            plain = [symbol for symbol in symbols if symbol.kind in "RN"]
            names = sum(symbol.kind == "R" for symbol in plain)
            if names == len(plain):
                continue
            if not names:
                yield from ((symbol.token, span) for symbol in plain)
                continue
            if plain[0].kind == "N" and names > 1 and (len(plain) - names) % names == 1:
                # "With a budget of 60 we choose among A (25, 40) and B (30, 55)."
                yield plain[0].token, range(span.start, plain[0].token + 3)
                plain = plain[1:]
            typed = {n.token: self.attribute(span, n.token) for n in plain if n.kind == "N"}
            led = attribute_in(tokens[span.start : span.stop], self.attributes)
            for item, attribute, at in attributed(plain, typed, order, led=led):
                value = tokens[at].value
                of = numbers.setdefault(attribute, {})
                if value is None or (item in of and of[item].value != value):
                    numbers.setdefault("contradiction", {})[item] = of[item]
                elif item not in of:
                    of[item] = Datum(value, at)

    def attribute(self, span: range, at: int) -> str:
        """What a number is: by its unit, then by the words before it, then by those after it."""
        tokens = self.tokens
        after: list[Token] = []
        for here in range(at + 1, min(span.stop, at + 4)):
            stops = tokens[here].text in ",;.()" or tokens[here].lower in ("and", "but", "while")
            if tokens[here].is_number or stops:
                break
            after.append(tokens[here])
        before: list[Token] = []
        for here in range(at - 1, max(span.start, at - 8) - 1, -1):
            # What stands before "and" is said of the number before.
            if tokens[here].is_number or tokens[here].text in ",;.()" or tokens[here].lower == "and":
                break
            before.insert(0, tokens[here])
        unit = attribute_in(after[:1], self.attributes)
        if unit not in ("", "cost", "value"):
            return unit
        beyond = [token for token in after if stem(token.text) not in _MONEY_UNITS]
        named = attribute_in(before, self.attributes) or attribute_in(beyond, self.attributes)
        return named or ("money" if is_money(tokens, at) else "")

    def checked(
        self,
        noun: str,
        numbers: dict[str, dict[str, Datum]],
        loose: Sequence[tuple[int, range]],
        ledger: Ledger,
    ) -> Listed | None:
        """The items when every one has a value and a use of everything limited, and every limit is given."""
        _settle_money(numbers)
        group, tokens = self.group, self.tokens
        if "value" not in numbers or any(set(of) != set(group) for of in numbers.values()):
            return None
        if any(datum.value < 0 for of in numbers.values() for datum in of.values()):
            return None
        values = numbers.pop("value")
        limits = self.limits(noun, numbers, loose)
        if limits is None or not numbers or set(limits) != set(numbers):
            return None
        for name, datum in limits.items():
            limits[name] = _scaled(tokens, self.tables, name, datum)
            if limits[name].value >= sum(used.value for used in numbers[name].values()):
                return None  # a limit that never binds was misread
            if len(_units(tokens, self.tables, name, [*numbers[name].values(), datum])) > 1:
                return None
        quotes = {}
        for name, of in (("value", values), *numbers.items()):
            for item, datum in of.items():
                ledger.note(datum, f"{name} of {item}")
            quotes[name] = quoted(self.text, tokens, list(of.values())) or ""
        for name, datum in limits.items():
            ledger.note(datum, f"limit on {name}")
            quotes[f"{name}_limit"] = quoted(self.text, tokens, [datum]) or ""
        found = {name: quote for name, quote in quotes.items() if quote}
        return Listed(group, noun, values, numbers, limits, self.names, ledger, found)

    def limits(
        self, noun: str, numbers: Mapping[str, Mapping[str, Datum]], loose: Sequence[tuple[int, range]]
    ) -> dict[str, Datum] | None:
        """How much there is of what items use; None when a number is none of these limits."""
        tokens = self.tokens
        limits: dict[str, Datum] = {}
        for at, span in loose:
            if _limits_items(tokens, span, at, noun):
                continue
            said = {stem(tokens[here].text) for here in span}
            attribute = self.attribute(span, at) or attribute_in(
                tokens[span.start : span.stop], self.attributes
            )
            if attribute in ("money", "value") and "cost" in numbers:
                attribute = "cost"
            if attribute not in numbers and len(numbers) == 1 and attribute in ("", "value", "money", "cost"):
                (attribute,) = numbers
            value = tokens[at].value
            stated = bool(said & _CAPACITY) or (len(loose) == len(numbers) == 1 and attribute != "cost")
            if not stated or said & {"least", "minimum"} or attribute not in numbers or attribute in limits:
                return None
            if value is None or value < 0:
                return None
            limits[attribute] = Datum(value, at)
        return limits


_UNITS = {
    "hour": "hour", "h": "hour", "minute": "minute", "min": "minute", "day": "day", "week": "week",
    "month": "month", "kg": "kg", "kilogram": "kg", "kilo": "kg", "g": "g", "gram": "g", "lb": "lb",
    "pound": "lb", "ton": "ton", "tonne": "ton", "liter": "liter", "litre": "liter", "gb": "gb",
    "gigabyte": "gb", "mb": "mb", "megabyte": "mb",
}  # fmt: skip


def _units(
    tokens: Sequence[Token], tables: Sequence[Table], name: str, data: Sequence[Datum]
) -> frozenset[str]:
    """The units that numbers of one attribute are given in, those of headings among them."""
    found: set[str] = set()
    for datum in data:
        if datum.cell is None and datum.token + 1 < len(tokens):
            found.add(_UNITS.get(stem(tokens[datum.token + 1].text), ""))
    if any(datum.cell is not None for datum in data):
        heads = [tokenize(cell.text) for table in tables for cell in table.header]
        said = [head for head in heads if attribute_in(head, ATTRIBUTES) == name]
        found |= {_UNITS.get(stem(token.text), "") for head in said for token in head}
    return frozenset(found - {""})


def attribute_in(said: Sequence[Token], attributes: Attributes) -> str:
    """The attribute that words name last, "" for none."""
    for token in reversed(said):
        for attribute, stems in attributes.items():
            if stem(token.text) in stems:
                return attribute
    return ""


_MONEY_UNITS = words("dollar euro")


def _more(tokens: Sequence[Token], known: Sequence[str]) -> Iterator[str]:
    """Further items of a sentence that goes on without its verb: `a stove 2 kg and 6 points, books 3 kg`."""
    heads = {name.split()[0] for name in known}
    sentences_of = {token.sentence for token in tokens if token.text in heads}
    for at, token in enumerate(tokens):
        if token.sentence not in sentences_of or token.lower not in ("a", "an", "the", ",", "and", ";"):
            continue
        end = at + 1
        while (
            end < len(tokens)
            and tokens[end].text.islower()
            and tokens[end].lower not in NO_NAME | AFTER_NAME | _VERBS | {"a", "an"}
        ):
            end += 1
        counted = end < len(tokens) and (tokens[end].is_number or tokens[end].text == "$")
        if 1 <= end - at - 1 <= 3 and counted and not attribute_in(tokens[at + 1 : end], ATTRIBUTES):
            yield " ".join(each.text for each in tokens[at + 1 : end])


def _is_listed(table: Table) -> bool:
    """Whether a list has an item to a row: more than one, with at least two numbers each."""
    labels = [stem(part) for row in table.rows for part in row[0].text.split()]
    return (
        table.layout == "list"
        and len(table.rows) > 1
        and len(table.rows[0]) > 2
        and not {"cost", "value"} & {*labels}
    )


def _sizes(ledger: Ledger, tokens: Sequence[Token], sizes: Mapping[str, int]) -> None:
    """Count how many items there are, but not where a limit on them is meant."""
    limiting = {"most", "least", "than", "exactly", "to", "only", "maximum", "minimum", "exceed"}
    for at, token in enumerate(tokens):
        before = {each.lower for each in tokens[max(0, at - 2) : at]}
        if token.is_number and before & limiting:
            continue
        ahead = [stem(each.text) for each in tokens[at + 1 : at + 4] if each.kind == "word"]
        if token.kind in ("integer", "spelled") and any(sizes.get(noun) == token.value for noun in ahead):
            ledger.use(at, "the number of items")


def _phrases(tokens: Sequence[Token]) -> Iterator[str]:
    """What is named in small letters before its numbers: `a tent (5 kg`, `the stove weighs 3`."""
    said = _VERBS | words("worth weighing costing valued with needing taking")
    for at, token in enumerate(tokens):
        if token.lower not in ("a", "an", "the"):
            continue
        end = at + 1
        while (
            end < len(tokens)
            and tokens[end].text.islower()
            and tokens[end].lower not in NO_NAME | AFTER_NAME | said
        ):
            end += 1
        near = any(each.is_number for each in tokens[end : end + 6])
        follows = end < len(tokens) and (tokens[end].text == "(" or tokens[end].lower in said)
        inside = [stem(each.text) for each in tokens[at + 1 : end]]
        plain = not (len(inside) == 1 and inside[0] in _BAGS)
        plain = plain and all(part not in ATTRIBUTES["value"] | ATTRIBUTES["weight"] for part in inside)
        if 1 <= end - at - 1 <= 3 and follows and near and plain:
            yield " ".join(each.text for each in tokens[at + 1 : end])
    for at, token in enumerate(tokens):
        begin = at
        while (
            begin and tokens[begin - 1].text.islower() and at - begin < 4 and tokens[begin - 1].kind == "word"
        ):
            if tokens[begin - 1].lower in ("a", "an", "the", "and", *NO_NAME):
                break
            begin -= 1
        leads = begin and tokens[begin - 1].lower in (":", ",", ";", "and", "a", "an", "the")
        if (
            token.text == "("
            and begin < at
            and leads
            and any(each.is_number for each in tokens[at + 1 : at + 5])
        ):
            yield " ".join(each.text for each in tokens[begin:at])


_VERBS = words(
    "brings returns yields earns saves weighs costs requires needs takes has is gives scores saves pays"
)
_BAGS = words(
    """
    council budget capacity backpack knapsack bag rucksack truck van suitcase total limit company firm
    board hiker trunk container cost time plane ship boat server disk foundation committee manager team
    city ministry
    """
)


def _from_grid(each: Grid, group: Sequence[str], numbers: dict[str, dict[str, Datum]]) -> bool:
    """Take the columns of a table; every cell must be a number of an item."""
    for said in each.said:
        item = said.row or said.column
        if item is None or item not in group or not said.attribute or said.cell.value is None:
            return False
        datum = Datum(said.cell.value, next(iter(said.cell.tokens), -1), said.cell)
        of = numbers.setdefault(said.attribute, {})
        if item in of:
            return False
        of[item] = datum
    return True


def _scaled(tokens: Sequence[Token], tables: Sequence[Table], name: str, limit: Datum) -> Datum:
    """A limit in the thousands that the heading of a table counts in: `$100k` where it says `Cost ($k)`."""
    for cell in (cell for table in tables for cell in table.header):
        counted = re.search(r"k\)|k\$|\bk\b|\$k|€k|thousand|000s?\)", cell.text.lower())
        whole = re.search(r"k$|thousand$|000$", tokens[limit.token].lower)
        if counted and whole and attribute_in(tokenize(cell.text), ATTRIBUTES) == name:
            return Datum(limit.value / 1000, limit.token)
    return limit


def _settle_money(numbers: dict[str, dict[str, Datum]]) -> None:
    """Amounts of money without a word are values, or costs where values have one."""
    money = numbers.pop("money", None)
    if money is not None:
        name = "cost" if "value" in numbers else "value"
        if name in numbers:
            numbers["money"] = money
        else:
            numbers[name] = money


def _limits_items(tokens: Sequence[Token], span: range, at: int, noun: str) -> bool:
    """Whether a number limits how many are taken, which is a rule."""
    after = [stem(each.text) for each in tokens[at + 1 : min(span.stop, at + 3)]]
    return tokens[at].kind in ("integer", "spelled") and bool(
        {noun, "item", "project", "of"} & {*after[:1]} - {""}
    )
