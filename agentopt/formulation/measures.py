"""Units of measure as texts: parsed, folded, and taken to dimensions.

`dollar/(case*mile)` is a product of words. At first every word stands for itself, which settles most
formulations; only where that leaves a doubt does `pint` say what the physical words among them mean. Words
that are neither physical nor money (cases, loaves, trucks) count things: they multiply and cancel like units
of their own, but counting different things together is not wrong (`chairs + tables <= 100`).
"""

from __future__ import annotations

__all__ = ["COUNTLESS", "Unit", "ambiguous", "parse_unit", "physical"]

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

_TOKEN = re.compile(r"\s*(\*\*|[()*/^·×⋅%$€¥₹£]|\bper\b|\d+(?:\.\d+)?|°?[^\W\d]\w*|-\d+)")
_MAX_LENGTH = 200

_NOTHING = """
1 % percent percentage dimensionless unitless none count number unit item piece each ratio share fraction
proportion binary quantity amount index
"""
COUNTLESS = frozenset(_NOTHING.split())
"""Words that measure nothing."""

_MONEY = {
    **dict.fromkeys(("$", "dollar", "usd", "us_dollar", "buck"), "dollar"),
    **dict.fromkeys(("€", "euro", "eur"), "euro"),
    **dict.fromkeys(("¥", "yen", "jpy"), "yen"),
    **dict.fromkeys(("₹", "rupee", "inr", "rs"), "rupee"),
    **dict.fromkeys(("yuan", "rmb", "cny"), "yuan"),
    **dict.fromkeys(("£", "gbp"), "sterling"),
    "peso": "peso",
}

_SAME = "day week month year acre hectare gallon joule watt"
_PHYSICAL = {
    **dict.fromkeys(("hour", "hr", "h"), "hour"),
    **dict.fromkeys(("minute", "min"), "minute"),
    **dict.fromkeys(("second", "sec", "s"), "second"),
    **dict.fromkeys(("kilogram", "kilo", "kg", "kilogramme"), "kilogram"),
    **dict.fromkeys(("gram", "g", "gramme"), "gram"),
    **dict.fromkeys(("lb", "lbs"), "pound"),
    **dict.fromkeys(("ounce", "oz"), "ounce"),
    **dict.fromkeys(("kilometer", "kilometre", "km"), "kilometer"),
    **dict.fromkeys(("meter", "metre", "m"), "meter"),
    **dict.fromkeys(("centimeter", "centimetre", "cm"), "centimeter"),
    **dict.fromkeys(("millimeter", "millimetre", "mm"), "millimeter"),
    **dict.fromkeys(("foot", "feet", "ft"), "foot"),
    **dict.fromkeys(("yd", "yard"), "yard"),
    **dict.fromkeys(("mi", "mile"), "mile"),
    **dict.fromkeys(("inch", "inches", "in"), "inch"),
    **dict.fromkeys(("liter", "litre", "l"), "liter"),
    **dict.fromkeys(("milliliter", "millilitre", "ml"), "milliliter"),
    **dict.fromkeys(("kwh", "kilowatt_hour"), "kilowatt_hour"),
    **dict.fromkeys(("mwh", "megawatt_hour"), "megawatt_hour"),
    **dict.fromkeys(("kw", "kilowatt"), "kilowatt"),
    **dict.fromkeys(("mw", "megawatt"), "megawatt"),
    **dict.fromkeys(("ton", "tonne"), "metric_ton"),
    **{word: word for word in _SAME.split()},
}
_SQUARES = {"square": 2, "sq": 2, "cubic": 3, "cu": 3}
_RAISED = re.compile(r"(m|km|cm|mm|ft|yd|in|inch|mi)([23])\Z", re.IGNORECASE)
_ENDINGS = ("hour", "minute", "day", "week", "month", "year", "meter", "metre", "gram", "mile", "watt")
_TIMES = frozenset(["hour", "minute", "second", "day", "week", "month", "year"])
_POWERS = frozenset(["watt", "kilowatt", "megawatt"])


@dataclass(frozen=True)
class Unit:
    """A product of powers.

    Attributes:
        powers: exponent of each base, zero ones left out. Bases are words, after `physical` dimensions.
        factor: how many base units it is; 1 until `physical` says otherwise.
        rate: whether a time stands in a denominator somewhere, as in `hour/week`; such periods are often
            left out by people.
    """

    powers: Mapping[str, Fraction] = field(default_factory=dict)
    factor: float = 1.0
    rate: bool = False

    def __mul__(self, other: Unit) -> Unit:
        powers = dict(self.powers)
        for base, power in other.powers.items():
            powers[base] = powers.get(base, Fraction(0)) + power
        kept = {base: power for base, power in powers.items() if power}
        return Unit(kept, self.factor * other.factor, self.rate or other.rate)

    def __pow__(self, exponent: Fraction) -> Unit:
        powers = {base: power * exponent for base, power in self.powers.items() if power * exponent}
        return Unit(powers, self.factor ** float(exponent), self.rate)

    def __truediv__(self, other: Unit) -> Unit:
        return self * other ** Fraction(-1)

    def __str__(self) -> str:
        above = [_power(base, power) for base, power in self.powers.items() if power > 0]
        below = [_power(base, -power) for base, power in self.powers.items() if power < 0]
        top = "*".join(above) or "1"
        bottom = "*".join(below)
        if not below:
            return top if above else "dimensionless"
        return f"{top}/{bottom}" if len(below) == 1 else f"{top}/({bottom})"


def _power(base: str, power: Fraction) -> str:
    return base if power == 1 else f"{base}**{power}"


@lru_cache(maxsize=1024)
def parse_unit(text: str) -> Unit | None:
    """The unit a text states, each word its own base; None if the text is no unit.

    >>> str(parse_unit("dollars per case per mile")), str(parse_unit("$/(cases*mile)")), parse_unit("a lot!")
    ('dollar/(case*mile)', 'dollar/(case*mile)', None)
    """
    tokens = _tokens(text)
    if tokens is None:
        return None
    try:
        unit, rest = _product(tokens)
    except (ValueError, IndexError, ZeroDivisionError, OverflowError):
        return None
    if rest:
        return None
    rate = any((power < 0 and base in _TIMES) or base in _POWERS for base, power in unit.powers.items())
    return Unit(unit.powers, unit.factor, rate)


def _tokens(text: str) -> list[str] | None:
    if len(text) > _MAX_LENGTH or not text.strip():
        return None
    tokens: list[str] = []
    place, text = 0, text.strip().replace("²", "^2").replace("³", "^3")
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            return None
        tokens.append(match[1])
        place = match.end()
    return tokens


def _product(tokens: list[str]) -> tuple[Unit, list[str]]:
    """Words multiplied by `*` or a space and divided by `/` or `per`, from the left."""
    unit, tokens = (Unit(), tokens) if tokens[0] == "per" else _word(tokens)
    while tokens and tokens[0] != ")":
        divide = tokens[0] in ("/", "per")
        if divide or tokens[0] in ("*", "·", "×", "⋅"):
            tokens = tokens[1:]
        factor, tokens = _word(tokens)
        unit = unit / factor if divide else unit * factor
    return unit, tokens


def _word(tokens: list[str]) -> tuple[Unit, list[str]]:
    first, rest = tokens[0], tokens[1:]
    if first == "(":
        unit, rest = _product(rest)
        if rest[:1] != [")"]:
            raise ValueError(first)
        rest = rest[1:]
    elif re.fullmatch(r"\d+(\.\d+)?", first):
        if float(first) != 1:
            # `100 dollars` scales, and scales are what people leave out; such a unit is not compared.
            raise ValueError(first)
        unit = Unit()
    elif first.casefold() in _SQUARES and rest and re.match(r"[^\W\d]", rest[0]) and rest[0] != "per":
        unit, rest = _word(rest)
        unit = unit ** Fraction(_SQUARES[first.casefold()])
    elif raised := _RAISED.match(first):
        unit = Unit({_singular(raised[1]): Fraction(raised[2])})
    elif re.fullmatch(r"°?[^\W\d]\w*|[%$€¥₹£]", first) and first != "per":
        base = _singular(first)
        unit = Unit() if base in COUNTLESS else Unit({base: Fraction(1)})
    else:
        raise ValueError(first)
    if rest and rest[0] in ("**", "^"):
        exponent = Fraction(rest[1])
        if abs(exponent) > 9:
            raise ValueError(rest[1])
        return unit**exponent, rest[2:]
    return unit, rest


def _singular(word: str) -> str:
    """One spelling of a word: lower case, singular, money and common abbreviations by name."""
    folded = word.casefold()
    for each in (folded, *_singulars(folded)):
        if each in _MONEY:
            return _MONEY[each]
        if each in _PHYSICAL or each in COUNTLESS:
            return _PHYSICAL.get(each, each)
    return next(iter(_singulars(folded)), folded)


def _singulars(word: str) -> list[str]:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return []
    if word.endswith("ies") and len(word) > 4:
        return [word[:-3] + "y"]
    if word.endswith("ves"):
        return [word[:-3] + "f"]
    if word.endswith(("ches", "shes", "sses", "xes")):
        return [word[:-2]]
    return [word[:-1]]


@lru_cache(maxsize=256)
def _base(word: str) -> tuple[tuple[tuple[str, Fraction], ...], float] | None:
    """Dimensions and size of a physical word, by pint; None for other words."""
    if word not in _PHYSICAL.values():
        return None
    import pint

    registry = _registry()
    assert isinstance(registry, pint.UnitRegistry)
    quantity = registry.Quantity(1, word).to_base_units()
    powers = tuple(
        (base.strip("[]"), Fraction(str(power)).limit_denominator(12))
        for base, power in quantity.dimensionality.items()
    )
    return powers, float(quantity.magnitude)


@lru_cache(maxsize=1)
def _registry() -> object:
    import pint

    return pint.UnitRegistry(cache_folder=None)


def ambiguous(unit: Unit) -> bool:
    """Whether a word that is taken for a thing counted may measure something (`pound`, `mph`, `man_hour`)."""
    registry = _registry()
    for word in unit.powers:
        if word in _PHYSICAL.values() or word in _MONEY.values():
            continue
        inside = [part for part in word.split("_") if part in _PHYSICAL]
        if inside or word.endswith(_ENDINGS) or word in registry:  # type: ignore[operator]  # pint has no types
            return True
    return False


def physical(unit: Unit) -> tuple[Unit, Unit]:
    """A unit of words as what can be compared: (dimensions and money, things counted).

    >>> hard, soft = physical(parse_unit("dollar/(case*hour)"))
    >>> str(hard), str(soft)
    ('dollar/time', '1/case')
    """
    hard, soft = Unit(rate=unit.rate), Unit()
    for word, power in unit.powers.items():
        base = _base(word)
        if base is not None:
            hard = hard * Unit(dict(base[0]), base[1]) ** power
        elif word in _MONEY.values():
            hard = hard * Unit({word: power})
        else:
            soft = soft * Unit({word: power})
    return hard, soft
