"""How decisions, units and deciders are called."""

from __future__ import annotations

__all__ = ["article", "draw_names", "one_unit", "plural"]

import random
import re
from collections.abc import Mapping

from agentopt.synthesis.banks import Domain
from agentopt.synthesis.mix.plan import Name

_HARD = re.compile(
    r"(?:hour|honest|heir|honou?r|[aeiou](?!ne\b|ni|u|se)|u[^nst]|un[^i]|M\b|X|N\b|LP|MBA|S\b)", re.IGNORECASE
)


def plural(noun: str) -> str:
    """The plural of a noun by the rules of spelling."""
    if not noun:
        return noun
    if re.search(r"(s|x|z|ch|sh)$", noun):
        return noun + "es"
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    if noun.endswith("man") and not noun.endswith("human"):
        return noun[:-2] + "en"
    return noun + "s"


def article(noun: str) -> str:
    """`a` or `an`."""
    return "an" if _HARD.match(noun) else "a"


_UNITS = {
    "feet": "foot",
    "inches": "inch",
    "batches": "batch",
    "boxes": "box",
    "dishes": "dish",
    "bunches": "bunch",
}


def one_unit(unit: str) -> str:
    """The singular of a unit: `hours` as `hour`, `square feet` as `square foot`."""
    first, space, last = unit.rpartition(" ")
    if last in _UNITS:
        last = _UNITS[last]
    elif last.endswith("ies") and len(last) > 4 and last != "calories":
        last = last[:-3] + "y"
    elif re.search(r"(ss|x|ch|sh)es$", last):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith("ss") and len(last) > 3:
        last = last[:-1]
    return first + space + last


def draw_names(
    domain: Domain, words: Mapping[str, tuple[str, ...]], count: int, rng: random.Random, difficulty: int
) -> tuple[list[Name], tuple[str, str]]:
    """The names of the decisions, and the noun common to all (`items` where there is none)."""
    names = [_name(each) for each in rng.sample(domain.kinds, count)]
    heads = domain.heads or ([domain.head] if domain.head else [])
    head = rng.choice(heads) if heads else rng.choice(("item", "product", "unit"))
    one, _, many = head.partition("/")
    return names, (one, many or plural(one))


def _name(kind: str) -> Name:
    singular, _, rest = kind.partition("/")
    many, _, short = rest.partition("/")
    return Name(singular, many or plural(singular), short, short)
