"""The units that texts write: what each measures, its size, and where a text names one."""

from __future__ import annotations

__all__ = ["Measure", "unit_at"]

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
            "µg": ("1/1000000", "µg μg mcg microgram micrograms"),
            "mg": ("1/1000", "mg milligram milligrams"),
            "gram": ("1", "g gram grams gramme grammes gm"),
            "kg": ("1000", "kg kgs kilo kilos kilogram kilograms kilogramme kilogrammes"),
            "tonne": ("1000000", "t tonne tonnes ton tons"),
        },
        "volume": {
            "ml": ("1", "ml millilitre millilitres milliliter milliliters cm3 cm³"),
            "cl": ("10", "cl centilitre centilitres centiliter centiliters"),
            "litre": ("1000", "l litre litres liter liters dm3 dm³"),
            "hl": ("100000", "hl hectolitre hectolitres hectoliter hectoliters"),
            "m3": ("1000000", "m3 m³ cbm"),
        },
        "length": {
            "mm": ("1/1000", "mm millimetre millimetres millimeter millimeters"),
            "cm": ("1/100", "cm centimetre centimetres centimeter centimeters"),
            "metre": ("1", "m metre metres meter meters"),
            "km": ("1000", "km kilometre kilometres kilometer kilometers"),
        },
        "area": {
            "cm2": ("1/10000", "cm2 cm²"),
            "dm2": ("1/100", "dm2 dm²"),
            "m2": ("1", "m2 m² sqm"),
            "hectare": ("10000", "ha hectare hectares"),
            "km2": ("1000000", "km2 km²"),
        },
        "money": {
            "cent": ("1/100", "cents cent ¢ pence ct cts c p"),
            "dollar": ("1", "$ dollars dollar usd € euro euros eur £ pounds-sterling gbp ¥"),
        },
        "energy": {
            "Wh": ("1/1000", "wh"),
            "kWh": ("1", "kwh"),
            "MWh": ("1000", "mwh"),
            "GWh": ("1000000", "gwh"),
        },
        "heat": {"MJ": ("1", "mj"), "GJ": ("1000", "gj")},
        "power": {
            "watt": ("1/1000", "w watt watts"),
            "kW": ("1", "kw kilowatt kilowatts"),
            "MW": ("1000", "megawatt megawatts"),
        },
        "data": {"MB": ("1", "mb"), "GB": ("1000", "gb"), "TB": ("1000000", "tb")},
        "span": {"inch": ("1", "inch inches"), "foot": ("12", "ft foot feet"), "yard": ("36", "yard yards")},
        "cups": {
            "cup": ("1", "cup cups"),
            "pint": ("2", "pint pints"),
            "quart": ("4", "quart quarts"),
            "gallon": ("16", "gallon gallons"),
        },
        "weight": {
            "ounce": ("1", "oz ounce ounces"),
            "lb": ("16", "lb lbs"),
            "pound": ("16", "pound pounds"),
        },
    }
    found: dict[str, Measure] = {}
    for kind, units in sizes.items():
        for name, (size, words) in units.items():
            found |= {word: Measure(kind, Fraction(size), name) for word in words.split()}
    return found


_MEASURES = _table()

_POWERS = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
_RAISED = {2: "square", 3: "cubic"}
_METRIC = {2: ("area", Fraction(1)), 3: ("volume", Fraction(10**6))}
"""Kind, and the size of a metre to that power in the unit the kind is counted in."""

_SMALL_ONLY = {"g", "h", "l", "m", "s", "t", "c", "p", "ml", "mg"}
"""These count in small letters: in "3 G", G is a name; Ml are megalitres, Mg is magnesium."""


def unit_at(tokens: Sequence[Token], at: int) -> tuple[Measure, int] | None:
    """The unit whose words begin at a token, and the token after it; None if none does.

    >>> from agentopt.reader.tokens import tokenize
    >>> unit, end = unit_at(tokenize("40 square metres"), 1)
    >>> unit.word, end
    ('m2', 3)
    """
    if not 0 <= at < len(tokens):
        return None
    token = tokens[at]
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.lower in _POWERS and after is not None:
        if after.text == "." and at + 2 < len(tokens):
            at, after = at + 1, tokens[at + 2]
        powered = _powered(after.lower, _POWERS[token.lower])
        return None if powered is None else (powered, at + 2)
    if token.lower in _SMALL_ONLY and not token.text.islower() and token.text != "mL":
        return None
    found = _MEASURES.get(token.lower)
    if found is None:
        return None
    if found.kind == "power" and after is not None:
        place = at + 2 if after.text in "-‐‑" and at + 2 < len(tokens) else at + 1
        if tokens[place].lower in ("hour", "hours"):
            return Measure(
                "energy", found.size, "Wh" if found.word == "watt" else f"{found.word}h"
            ), place + 1
    return found, at + 1


def _powered(word: str, power: int) -> Measure | None:
    """The square or cube of a unit of length."""
    found = _MEASURES.get(word)
    if found is not None and found.kind == "length":
        kind, metre = _METRIC[power]
        size = metre * found.size**power
        same = (each for each in _MEASURES.values() if each.kind == kind and each.size == size)
        return next(same, Measure(kind, size, f"{_RAISED[power]} {found.word}"))
    if found is not None and found.kind == "span":
        return Measure(f"{_RAISED[power]} {found.kind}", found.size**power, f"{_RAISED[power]} {found.word}")
    return None
