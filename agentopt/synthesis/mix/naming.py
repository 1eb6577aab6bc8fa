"""How decisions and units are called: the domain's own names, or others in their manner."""

from __future__ import annotations

__all__ = ["article", "draw_names", "liken", "one_unit", "plural", "shorten"]

import random
import re
from collections.abc import Mapping

from agentopt.synthesis.banks import Domain
from agentopt.synthesis.mix.plan import Name

Words = Mapping[str, tuple[str, ...]]


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
    first = noun[:1]
    if len(noun) > 1 and (noun[:2].isupper() or noun[1] in "- "):
        return "an" if first in "AEFHILMNORSX" else "a"
    if re.match(r"(?:one\b|once|eu|uni|use|usu|ute)", noun, re.IGNORECASE):
        return "a"
    if re.match(r"(?:hour|honest|heir|honou?r)", noun, re.IGNORECASE):
        return "an"
    return "an" if first in "aeiouAEIOU" or noun[:2] in ("8-", "11", "18") or noun[:1] == "8" else "a"


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
    elif last.endswith("lves") or last in ("loaves", "knives", "leaves"):
        last = last[:-3] + "f"
    elif last.endswith("ies") and len(last) > 4 and last != "calories":
        last = last[:-3] + "y"
    elif re.search(r"(ss|x|ch|sh)es$", last):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith("ss") and len(last) > 3:
        last = last[:-1]
    return first + space + last


def draw_names(
    domain: Domain, words: Words, count: int, rng: random.Random, difficulty: int
) -> tuple[list[Name], tuple[str, str]]:
    """The names of the decisions, and the noun common to all (`items` where there is none)."""
    heads = domain.heads or ([domain.head] if domain.head else [])
    one, _, many = (rng.choice(heads) if heads else rng.choice(("item", "product", "unit"))).partition("/")
    head = one, many or plural(one)
    if words and rng.random() < 0.1 + 0.06 * difficulty:
        return rng.choices(_MANNERS, _SHARES)[0](words, head, count, rng)
    return _own(domain, count, rng), head


def _own(domain: Domain, count: int, rng: random.Random) -> list[Name]:
    """Names of the domain, now and then of those that share their last word."""
    if rng.random() < 0.3:
        last: dict[str, list[str]] = {}
        for kind in domain.kinds:
            noun = kind.partition("/")[0]
            if " " in noun:
                last.setdefault(noun.rpartition(" ")[2], []).append(kind)
        alike = [kinds for kinds in last.values() if len(kinds) >= count]
        if alike:
            return [_name(each) for each in rng.sample(rng.choice(alike), count)]
    return [_name(each) for each in rng.sample(domain.kinds, count)]


def shorten(names: list[Name]) -> None:
    """Let names that share their last word be called by what comes before it: `large pump` as `large`."""
    parts = [each.singular.rpartition(" ") for each in names]
    firsts = {first for first, _, _ in parts}
    if len({last for _, _, last in parts}) > 1 or len(firsts) < len(names) or "" in firsts:
        return
    for each, (first, _, _) in zip(names, parts, strict=True):
        each.short = each.short_plural = first


def liken(names: list[Name], words: Words, rng: random.Random) -> None:
    """Give some decisions, not all, one noun (`old rug`, `red rug`), so that it names them together."""
    noun = _noun(words, rng)
    which = rng.sample(range(len(names)), rng.randint(2, len(names) - 1))
    for v, first in zip(which, rng.sample(words["adjectives"], len(which)), strict=True):
        names[v] = Name(f"{first} {noun}", f"{first} {plural(noun)}", first, first)


def _name(kind: str) -> Name:
    singular, _, rest = kind.partition("/")
    many, _, short = rest.partition("/")
    return Name(singular, many or plural(singular), short, short)


Drawn = tuple[list[Name], tuple[str, str]]


def _noun(words: Words, rng: random.Random) -> str:
    return rng.choice(words["nouns"])


def _kinds_of_one(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`large truck`, `small truck`."""
    if rng.random() < 0.6:
        noun = _noun(words, rng)
        head = noun, plural(noun)
    firsts = rng.sample(words["adjectives" if rng.random() < 0.8 else "brands"], count)
    return [Name(f"{each} {head[0]}", f"{each} {head[1]}", each, each) for each in firsts], head


def _different(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`desk`, `lamp`."""
    nouns = rng.sample(words["nouns"], count)
    if rng.random() < 0.3:
        nouns = [f"{rng.choice(words['adjectives'])} {each}" for each in nouns]
    return [Name(each, plural(each)) for each in nouns], rng.choice(
        (head, ("item", "items"), ("product", "products"))
    )


def _compounds(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`copper rod`, `wool rug`."""
    firsts, nouns = rng.sample(words["masses"], count), rng.sample(words["nouns"], count)
    return [Name(f"{a} {b}", f"{a} {plural(b)}") for a, b in zip(firsts, nouns, strict=True)], head


def _masses(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`wheat`, `barley`."""
    found = rng.sample(words["masses"], count)
    if rng.random() < 0.3:
        found = [f"{rng.choice(words['adjectives'])} {each}" for each in found]
    return [Name(each, each) for each in found], rng.choice(
        (head, ("material", "materials"), ("product", "products"))
    )


def _numbered(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`pill 1`, `type A`, `Model 30`: letters and numbers that are names."""
    if rng.random() < 0.4:
        noun = _noun(words, rng)
        head = noun, plural(noun)
    letters = [chr(ord("A") + at) for at in range(count)]
    if rng.random() < 0.5:
        letters = [str(at + 1) for at in range(count)]
    elif rng.random() < 0.3:
        letters = [str(100 * each) for each in sorted(rng.sample(range(1, 10), count))]
    elif rng.random() < 0.3:
        letters = [chr(ord("X") + at) if count < 4 else chr(ord("P") + at) for at in range(count)]
    word = rng.choice(
        (head[0], head[0], head[0], "type", "model", "grade", "brand", "kind", "class", "product")
    )
    if rng.random() < 0.3:
        word = word.capitalize()
    if word.lower() == head[0].lower():
        if rng.random() < 0.4:
            return [
                Name(f"{word} {each}", f"{word} {each}", each if each.isalpha() else "", each)
                for each in letters
            ], head
        return [Name(f"{word} {each}", f"{word} {each}s") for each in letters], head
    return [
        Name(f"{word} {each} {head[0]}", f"{word} {each} {head[1]}", f"{word} {each}", f"{word} {each}")
        for each in letters
    ], head


def _brands(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`Aleph 3`, `Gilgamesh Supreme`."""
    found = rng.sample(words["brands"], count)
    if rng.random() < 0.3:
        found = [
            f"{each} {rng.choice((*words['brands'][:40], '2', '3', '7', '100', 'X', 'Plus', 'Pro', 'Max'))}"
            for each in found
        ]
    if rng.random() < 0.3:
        return [Name(f"{each} {head[0]}", f"{each} {head[1]}", each, each) for each in found], head
    many = rng.random() < 0.5
    return [Name(each, plural(each) if many else each) for each in found], head


def _titled(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`menu Classic`, `Mill North`: a title behind the noun, which alone will do later on."""
    noun = head[0] if rng.random() < 0.6 else _noun(words, rng)
    if rng.random() < 0.4:
        noun = noun[:1].upper() + noun[1:]
    titles = rng.sample(words["brands"], count)
    if rng.random() < 0.4:
        titles = [each.capitalize() for each in rng.sample(words["adjectives"], count)]
    return [Name(f"{noun} {each}", f"{noun} {each}", each, each) for each in titles], (noun, plural(noun))


def _sized(words: Words, head: tuple[str, str], count: int, rng: random.Random) -> Drawn:
    """`2-piece suit`, `5-liter can`: numbers that belong to names."""
    part = rng.choice(
        (
            "piece",
            "seat",
            "door",
            "inch",
            "liter",
            "person",
            "pound",
            "pack",
            "day",
            "speed",
            "bedroom",
            "gallon",
        )
    )
    noun = _noun(words, rng) if rng.random() < 0.6 else head[0]
    sizes = sorted(rng.sample((2, 3, 4, 5, 6, 8, 10, 12, 20, 24), count))
    found = [f"{rng.choice((str(each), str(each)))}-{part}" for each in sizes]
    return [Name(f"{each} {noun}", f"{each} {plural(noun)}", each, each) for each in found], (
        noun,
        plural(noun),
    )


_MANNERS = [_kinds_of_one, _different, _compounds, _masses, _numbered, _brands, _sized, _titled]
_SHARES = [34, 22, 8, 9, 13, 10, 4, 9]
