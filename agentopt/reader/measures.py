"""The unit of a number in a text, and how many of one unit make another."""

from __future__ import annotations

__all__ = ["Measure", "factor", "measure"]

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

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
            "litre": ("1000", "l litre litres liter liters"),
        },
        "length": {
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
    if word.lower() in _GLUED_ONLY and tokens[after].start != tokens[at].end:
        return None
    if word.lower() in _SMALL_ONLY and not word.islower():
        return None
    return _MEASURES.get(word.lower())


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
