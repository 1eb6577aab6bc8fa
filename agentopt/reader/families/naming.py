"""How sets and numbers are written in a formulation."""

from __future__ import annotations

__all__ = ["plain_number", "plural", "set_name"]

import re
from fractions import Fraction


def plain_number(value: Fraction) -> int | float:
    """An exact number as JSON has it: whole where it is."""
    return value.numerator if value.denominator == 1 else float(value)


def plural(noun: str) -> str:
    """The plural of a noun by the common rules.

    >>> plural("factory"), plural("box"), plural("plant"), plural("person")
    ('factories', 'boxes', 'plants', 'people')
    """
    if noun == "person":
        return "people"
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if noun.endswith(("s", "x", "ch", "sh")) else "s")


def set_name(noun: str, otherwise: str, *, taken: str = "") -> str:
    """The name of the set of all that a noun calls, `otherwise` where there is no noun, or it is taken.

    >>> set_name("plant", "SOURCES"), set_name("", "SOURCES"), set_name("plant", "OTHERS", taken="PLANTS")
    ('PLANTS', 'SOURCES', 'OTHERS')
    """
    name = re.sub(r"\W", "", plural(noun)).upper() if noun else ""
    return name if name.isascii() and name.isidentifier() and name != taken else otherwise
