"""Units of numbers: what they measure, and how many of one make another.

Only units of one kind are compared, and a day, a week or a month is a kind of its own: nothing tells how
long a working day is.
"""

from __future__ import annotations

__all__ = ["NO_UNIT", "Unit", "is_unit", "unit_at", "unit_in"]

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.tokens import Token


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit.

    Attributes:
        kind: what it measures; "" for none.
        size: in the unit its kind is counted in.
    """

    kind: str
    size: Fraction = Fraction(1)


NO_UNIT = Unit("")

_KINDS: dict[str, dict[str, str]] = {
    "mass": {
        "1/1000": "g gram grams gramme grammes gm gr",
        "1": "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes",
        "1000": "t ton tons tonne tonnes",
        "45359237/100000000": "lb lbs pounds pound",
        "45359237/1600000000": "oz ounce ounces",
    },
    "length": {
        "1/1000": "mm millimetre millimetres millimeter millimeters",
        "1/100": "cm centimetre centimetres centimeter centimeters",
        "1": "m metre metres meter meters",
        "1000": "km kilometre kilometres kilometer kilometers",
        "3048/10000": "ft feet foot",
        "254/10000": "inch inches",
        "9144/10000": "yd yard yards",
    },
    "area": {"1": "m2 sqm m² square_m square_metre square_metres square_meter square_meters"},
    "volume": {
        "1/1000": "ml millilitre millilitres milliliter milliliters",
        "1/100": "cl",
        "1": "l litre litres liter liters ltr",
        "100": "hl hectolitre hectolitres hectoliter hectoliters",
        "1000": "m3 m³ cbm cubic_m cubic_metre cubic_metres cubic_meter cubic_meters",
    },
    "time": {
        "1/60": "s sec secs second seconds",
        "1": "min mins minute minutes",
        "60": "h hr hrs hour hours",
    },
    "power": {"1": "kw kilowatt kilowatts", "1000": "mw megawatt megawatts"},
    "memory": {
        "1/1000": "mb megabyte megabytes mib",
        "1": "gb gigabyte gigabytes gib gig gigs",
        "1000": "tb terabyte terabytes tib",
    },
    "day": {"1": "day days"},
    "week": {"1": "week weeks"},
    "month": {"1": "month months"},
    "money": {
        "1/100": "cent cents pence ct cts ¢",
        "1": "$ € £ ¥ dollar dollars usd euro euros eur gbp chf franc francs crown crowns yen rupee rupees "
        "buck bucks quid",
        "1000": "$k k$ €k k€ £k k£ keur kusd kchf",
    },
}

_UNITS = {
    word: Unit(kind, Fraction(size))
    for kind, sizes in _KINDS.items()
    for size, written in sizes.items()
    for word in written.split()
}
_CURRENCY = frozenset("$€£¥")
_CODES = frozenset({"eur", "usd", "chf", "gbp"})
_THOUSANDS = {"k": 1000, "thousand": 1000, "thousands": 1000, "million": 10**6, "millions": 10**6}


def is_unit(word: str) -> bool:
    """Whether a word is a unit."""
    return word.lower() in _UNITS


def unit_at(tokens: Sequence[Token], at: int) -> tuple[Unit, int]:
    """The unit of the number at a token, and the token after it.

    >>> from agentopt.reader.tokens import tokenize
    >>> unit_at(tokenize("weighs 1.5 tons"), 1)
    (Unit(kind='mass', size=Fraction(1000, 1)), 3)
    """
    before = tokens[at - 1].lower if at else ""
    money = before in _CURRENCY or before in _CODES
    after = at + 1
    if after + 1 < len(tokens) and tokens[after].text in "-‐‑–" and tokens[after].start == tokens[at].end:
        after += 1
    word = tokens[after].lower if after < len(tokens) else ""
    following = tokens[after + 1].lower if after + 1 < len(tokens) else ""
    if word == "k" and following in _CURRENCY:
        return Unit("money", Fraction(1000)), after + 2
    if money:
        return Unit("money"), at + 1
    if word in ("square", "sq", "cubic", "m") and f"{_WIDE.get(word, word)}{following}" in _UNITS:
        return _UNITS[f"{_WIDE.get(word, word)}{following}"], after + 2
    found = _UNITS.get(word)
    if found is None or (word == "t" and tokens[after].text == "T"):
        return NO_UNIT, at + 1
    return found, after + 1


_WIDE = {"square": "square_", "sq": "square_", "cubic": "cubic_"}


def unit_in(tokens: Sequence[Token]) -> Unit:
    """The unit that a heading names: of `Weight (kg)`, `Cost in $1000s`, `m³`; `NO_UNIT` for none."""
    found = NO_UNIT
    scale = Fraction(1)
    for at, token in enumerate(tokens):
        wide = _WIDE.get(token.lower, token.lower) + (tokens[at + 1].lower if at + 1 < len(tokens) else "")
        known = _UNITS.get(wide) if token.lower in (*_WIDE, "m") else None
        known = known or _UNITS.get(token.lower)
        if known is not None and found == NO_UNIT:
            found = known
        if token.is_number and token.value in (1000, 10**6):
            scale = Fraction(token.value)
        scale = Fraction(_THOUSANDS.get(token.lower, scale))
    if scale != 1:
        return Unit(found.kind, found.size * scale)
    return found
