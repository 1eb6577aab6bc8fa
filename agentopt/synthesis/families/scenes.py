"""What the generators of the classes share: drawing names, writing lists and tables, units and amounts."""

from __future__ import annotations

__all__ = [
    "capital",
    "csv_table",
    "draw",
    "enumerated",
    "figure",
    "letters",
    "markdown",
    "people",
    "places",
    "plural",
]

import random
from collections.abc import Sequence

from agentopt.synthesis.grammar import grammar


def draw(rule: str, rng: random.Random, count: int) -> list[str]:
    """Different texts of a rule of `scope/words.txt`."""
    kept: dict[str, str] = {}
    found: list[str] = []
    while len(found) < count:
        each = grammar("scope/words").expand(rule, rng, kept)
        if each not in found:
            found.append(each)
    return found


def people(rng: random.Random, count: int) -> list[str]:
    """First names."""
    return draw("person", rng, count)


def places(rng: random.Random, count: int) -> list[str]:
    """Cities."""
    return draw("city", rng, count)


def letters(count: int) -> list[str]:
    """A, B, C, ..."""
    return [chr(ord("A") + at) for at in range(count)]


def enumerated(parts: Sequence[object], rng: random.Random | None = None) -> str:
    """`3, 4 and 5`; with the comma before `and` now and then."""
    words = [str(part) for part in parts]
    if len(words) < 2:
        return "".join(words)
    last = ", and " if rng is not None and len(words) > 2 and rng.random() < 0.4 else " and "
    return f"{', '.join(words[:-1])}{last}{words[-1]}"


def markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """A table with bars."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)


def csv_table(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """The text of a CSV file."""
    return "".join(f"{','.join(str(cell) for cell in line)}\n" for line in (header, *rows))


def figure(value: float) -> str:
    """A number as it is written: no needless decimals, thousands grouped from ten thousand."""
    if value == int(value):
        return f"{int(value):,}" if value >= 10_000 else str(int(value))
    return f"{value:g}"


def plural(noun: str) -> str:
    """The plural of a regular noun."""
    if noun.endswith(("x", "s", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return {"shelf": "shelves"}.get(noun, f"{noun}s")


def capital(text: str) -> str:
    """The text with a capital at its beginning."""
    return text[:1].upper() + text[1:]
