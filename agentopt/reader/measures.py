"""The unit of a number in a text, and how many of one unit make another."""

from __future__ import annotations

__all__ = ["Measure", "common", "conversion", "factor", "measure", "measures", "scales"]

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.reading import IMPLIED, Row
from agentopt.reader.tokens import Token


@dataclass(frozen=True, slots=True)
class Measure:
    """A unit: what it measures, its size in the unit its kind is counted in, and how it is written."""

    kind: str
    size: Fraction
    word: str


def _table() -> dict[str, Measure]:
    sizes = {
        "time": {
            "second": ("1", "seconds second secs sec s"),
            "minute": ("60", "minutes minute mins min"),
            "hour": ("3600", "hours hour hrs hr h"),
        },
        "mass": {
            "mg": ("1/1000", "mg milligram milligrams"),
            "gram": ("1", "g gram grams gramme grammes gm"),
            "kg": ("1000", "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
            "tonne": ("1000000", "t tonne tonnes"),
        },
        "volume": {
            "ml": ("1", "ml millilitre millilitres milliliter milliliters"),
            "cl": ("10", "cl centilitre centilitres"),
            "litre": ("1000", "l litre litres liter liters"),
        },
        "length": {
            "mm": ("1/1000", "mm millimetre millimetres millimeter millimeters"),
            "cm": ("1/100", "cm centimetre centimetres centimeter centimeters"),
            "metre": ("1", "m metre metres meter meters"),
            "km": ("1000", "km kilometre kilometres kilometer kilometers"),
        },
        "money": {
            "cent": ("1/100", "cents cent ¢ pence"),
            "dollar": ("1", "$ dollars dollar usd € euro euros eur £ pounds-sterling gbp ¥"),
        },
        "energy": {
            "Wh": ("1/1000", "wh"),
            "kWh": ("1", "kwh"),
            "MWh": ("1000", "mwh"),
        },
        "power": {"watt": ("1/1000", "w watt watts"), "kW": ("1", "kw kilowatt kilowatts")},
        "data": {"MB": ("1", "mb"), "GB": ("1000", "gb"), "TB": ("1000000", "tb")},
        "span": {"inch": ("1", "inch inches"), "foot": ("12", "ft foot feet"), "yard": ("36", "yard yards")},
        "cups": {
            "cup": ("1", "cup cups"),
            "pint": ("2", "pint pints"),
            "quart": ("4", "quart quarts"),
            "gallon": ("16", "gallon gallons"),
        },
        "weight": {"ounce": ("1", "oz ounce ounces"), "pound": ("16", "lb lbs pound pounds")},
    }
    found: dict[str, Measure] = {}
    for kind, units in sizes.items():
        for name, (size, words) in units.items():
            found |= {word: Measure(kind, Fraction(size), name) for word in words.split()}
    return found


_MEASURES = _table()
_PLURAL = {
    *("hours", "minutes", "seconds", "kg", "grams", "litres", "liters", "tonnes", "metres", "meters"),
    *("euros", "dollars"),
}
_GLUED_ONLY = {"s", "m", "t", "w"}
"""These one-letter units count only right after the digits: in "3 m", m may be a name."""

_SMALL_ONLY = {"g", "h", "l"}
"""These count as they are written, in small letters: in "3 G", G is a name."""


def measure(tokens: Sequence[Token], at: int) -> Measure | None:
    """The unit of the number at a token: the sign before it or the word after it; None if it has none known.

    >>> from agentopt.reader.tokens import tokenize
    >>> measure(tokenize("takes 5 minutes"), 1).word
    'minute'
    """
    if at > 0 and tokens[at - 1].text in "$€£¥":
        return _MEASURES[tokens[at - 1].text]
    after = at + 1
    if after < len(tokens) and tokens[after].text in "-–" and after + 1 < len(tokens):
        after += 1
    if after >= len(tokens):
        return None
    word = tokens[after].text
    if word.lower() in _GLUED_ONLY and tokens[after].start != tokens[at].end and not _is_unit(tokens, at):
        return None
    if word.lower() in _SMALL_ONLY and not word.islower():
        return None
    return _MEASURES.get(word.lower()) or _behind_noun(tokens, after)


def _is_unit(tokens: Sequence[Token], at: int) -> bool:
    """Whether a one-letter word behind a number reads as a unit: small, and in no formula."""
    around = [tokens[at - 1].text if at else "", tokens[at + 2].text if at + 2 < len(tokens) else ""]
    return tokens[at + 1].text.islower() and not any(each in "+-*/=<>≤≥" for each in around if each)


_LINKS = {
    *("a", "an", "and", "at", "by", "each", "every", "for", "from", "in", "of", "on", "or", "per"),
    *("the", "times", "to", "with", "x"),
}


def _behind_noun(tokens: Sequence[Token], after: int) -> Measure | None:
    """The unit of "28 nurse hours", a noun before it."""
    if after + 1 >= len(tokens) or tokens[after].kind != "word" or tokens[after].text.lower() in _LINKS:
        return None
    word = tokens[after + 1].text.lower()
    return _MEASURES.get(word) if word in _PLURAL else None


def factor(of: Measure | None, into: Measure | None) -> Fraction:
    """How many of the second unit make one of the first; 1 where they do not measure the same.

    >>> from agentopt.reader.tokens import tokenize
    >>> hours, minutes = (measure(tokenize(f"5 {word}"), 0) for word in ("hours", "minutes"))
    >>> factor(hours, minutes)
    Fraction(60, 1)
    """
    if of is None or into is None or of.kind != into.kind:
        return Fraction(1)
    return of.size / into.size


_REACH = 48
"""How many tokens before a number a heading may stand."""


def measures(tokens: Sequence[Token], group: Sequence[int]) -> dict[int, Measure | None]:
    """The units of numbers that measure the same thing: "20 and 35 minutes" are both minutes.

    A number without a unit has that of the next one of the group that has one, else of the one before.

    >>> from agentopt.reader.tokens import tokenize
    >>> [unit.word for unit in measures(tokenize("20 and 35 minutes"), [0, 2]).values()]
    ['minute', 'minute']
    """
    order = sorted(group)
    own = {at: measure(tokens, at) for at in order}
    found: dict[int, Measure | None] = {}
    for place, at in enumerate(order):
        after = (own[each] for each in order[place + 1 :])
        before = (own[each] for each in reversed(order[:place]))
        found[at] = own[at] or next((unit for unit in (*after, *before) if unit is not None), None)
    return {at: found[at] for at in group}


def common(units: Sequence[Measure | None]) -> Measure | None:
    """The unit to count in: that of the first number; of money the greatest, as an answer is told.

    >>> from agentopt.reader.tokens import tokenize
    >>> common(list(measures(tokenize("15 cents and $1.10"), [0, 4]).values())).word
    'dollar'
    """
    known = [unit for unit in units if unit is not None]
    if known and all(unit.kind == "money" for unit in known):
        return max(known, key=lambda unit: unit.size)
    return units[0] if units else None


def scales(tokens: Sequence[Token], group: Sequence[int]) -> dict[int, Fraction]:
    """What each number of a group is multiplied by, to count all in their common unit.

    A number without a percent sign among others that have one is in percent as well: "35 %, B 15".

    >>> from agentopt.reader.tokens import tokenize
    >>> [int(1 / each) for each in scales(tokenize("A has 35 %, B 15"), [2, 5]).values()]
    [1, 100]
    """
    units = measures(tokens, group)
    unit = common(list(units.values()))
    percent = any(tokens[at].kind == "percent" for at in group)
    return {
        at: Fraction(1, 100) if percent and _is_large(tokens, at) else factor(units[at], unit) for at in group
    }


def _is_large(tokens: Sequence[Token], at: int) -> bool:
    return tokens[at].kind != "percent" and (tokens[at].value or 0) > 1


def conversion(tokens: Sequence[Token], row: Row) -> Fraction:
    """How many of the unit of a row's coefficients make one of the unit of its number.

    Where only one of the two has a unit, the other may have it in its heading ("minutes: 20, 35"). A share in
    percent against coefficients without the sign ("protein, %") counts hundredths.
    """
    weighted = [term.token for term in row.left if term.token != IMPLIED]
    if not weighted or row.token == IMPLIED:
        return Fraction(1)
    if row.form == "ratio":
        percent = any(tokens[at].kind == "percent" for at in weighted)
        if percent:
            return Fraction(1, 100) if _is_large(tokens, row.token) else Fraction(1)
        large = any(_is_large(tokens, at) for at in weighted)
        return Fraction(100 if tokens[row.token].kind == "percent" and large else 1)
    if row.form != "limit":
        return Fraction(1)
    number, unit = measure(tokens, row.token), common(list(measures(tokens, weighted).values()))
    if number is not None and unit is None:
        unit = _heading(tokens, min(weighted), number.kind)
    elif unit is not None and number is None:
        number = _heading(tokens, row.token, unit.kind)
    return factor(number, unit)


def _heading(tokens: Sequence[Token], at: int, kind: str) -> Measure | None:
    """The unit of a kind that stands before a number: in its sentence, or in brackets above it."""
    for place in range(at - 1, max(-1, at - _REACH), -1):
        token = tokens[place]
        unit = _MEASURES.get(token.text.lower())
        if unit is None or unit.kind != kind or (place and tokens[place - 1].is_number):
            continue
        bracketed = tokens[place - 1].text in "(/[," and tokens[place + 1].text in ")]|,"
        spelt = len(token.text) > 1 and token.sentence == tokens[at].sentence
        if spelt or bracketed:
            return unit
    return None
