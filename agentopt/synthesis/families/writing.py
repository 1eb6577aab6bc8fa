"""Sentences, names, numbers and tables for generated problems, drawn at random from what a bank offers."""

from __future__ import annotations

__all__ = ["Writer", "bank"]

import random
import re
import tomllib
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from typing import Any

from agentopt.assets import shipped
from agentopt.reader.families.naming import plural
from agentopt.reader.families.nouns import words
from agentopt.synthesis.templates import Slot, draw, parse

_CITIES = tuple(
    sorted(
        words(
            """
            Aachen Bergen Bilbao Boston Bremen Brno Calgary Chicago Cork Dallas Dayton Delhi Denver
            Dover Dresden Durban Essen Fargo Geneva Ghent Graz Halifax Hanoi Houston Leeds Leipzig Lille
            Lima Linz Lyon Madrid Malmo Memphis Miami Milan Nairobi Nantes Omaha Oslo Ottawa Perth Porto
            Prague Quito Reno Riga Salem Seattle Seville Tampa Toledo Topeka Toronto Tucson Tulsa Turin
            Utrecht Vienna Vilnius Warsaw Zurich
            """
        )
    )
)
_TWO_WORDS = (
    "New York",
    "San Diego",
    "Salt Lake City",
    "Los Angeles",
    "St. Louis",
    "Cape Town",
    "Santa Fe",
    "Fort Worth",
)
_COUNTS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@cache
def bank(name: str) -> dict[str, Any]:
    """The scenes and phrases of one class of problems."""
    path = shipped("datasets") / "synthesis" / "families" / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


class Writer:
    """Draws wording; all of it hangs on one random number generator."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.thousands = rng.random() < 0.5
        self.currency = rng.choice(["$", "$", "$", "€", "dollars"])

    def pick(self, options: Sequence[str]) -> str:
        """One of some texts."""
        return options[int(self.rng.random() * len(options))]

    def chance(self, share: float) -> bool:
        """True in a share of all cases."""
        return self.rng.random() < share

    def say(self, options: Sequence[str] | str, **slots: str) -> str:
        """One of some templates with its choices made and its slots filled; `Name` begins with a capital."""
        template = options if isinstance(options, str) else self.pick(options)
        lowered = re.sub(r"\{([A-Z])(\w*)\}", lambda m: "{capital_" + m[1].lower() + m[2] + "}", template)
        parts = []
        for part in draw(parse(lowered), self.rng):
            if isinstance(part, Slot):
                name = part.name.removeprefix("capital_")
                parts.append(self.capital(slots[name]) if name != part.name else slots[name])
            else:
                parts.append(part)
        return re.sub(r" +([,.;:?])", r"\1", re.sub(r"  +", " ", "".join(parts))).strip()

    def sentence(self, text: str) -> str:
        """A clause as a sentence."""
        return self.capital(text) + ("" if text.endswith((".", "?", ":")) else ".")

    @staticmethod
    def capital(text: str) -> str:
        """With a capital at its beginning."""
        return text[:1].upper() + text[1:]

    def listing(self, items: Sequence[str]) -> str:
        """`a, b and c`."""
        if len(items) < 2:
            return "".join(items)
        comma = "," if len(items) > 2 and self.chance(0.4) else ""
        return ", ".join(items[:-1]) + f"{comma} and {items[-1]}"

    def clauses(self, items: Sequence[str]) -> str:
        """Clauses joined to one sentence, or one or several sentences."""
        style = self.rng.random()
        if style < 0.4:
            return self.sentence(self.listing(items))
        if style < 0.6:
            return self.sentence("; ".join(items))
        if style < 0.8 and len(items) == 2:
            return self.sentence(f"{items[0]}, while {items[1]}")
        return self.sentence(", ".join(items[:-1]) + f" and {items[-1]}" if len(items) > 1 else items[0])

    def count(self, number: int) -> str:
        """A small number, in words or digits."""
        return _COUNTS[number] if number < len(_COUNTS) and self.chance(0.7) else str(number)

    def number(self, value: Fraction | int) -> str:
        """A number in digits."""
        value = Fraction(value)
        if value.denominator == 1:
            return f"{value.numerator:,}" if self.thousands else str(value.numerator)
        return f"{float(value):.2f}".rstrip("0")

    def money(self, value: Fraction | int) -> str:
        """An amount of money."""
        written = self.number(value)
        return f"{written} dollars" if self.currency == "dollars" else f"{self.currency}{written}"

    # Names.

    def names(self, noun: str, count: int, *, style: str, after: int = 0) -> list[str]:
        """Names of several things of one noun: `plant A`, `plant 1`, `P1`, `A` or cities, as the style says.

        Args:
            noun: in the singular.
            count: how many.
            style: "letter", "number", "code", "bare" or "city".
            after: where in the alphabet to begin.
        """
        letters = [chr(ord("A") + after + at) for at in range(count)]
        if style == "letter":
            return [f"{noun} {letter}" for letter in letters]
        if style == "bare":
            return letters
        if style == "number":
            return [f"{noun} {at}" for at in range(1, count + 1)]
        if style == "code":
            return [f"{noun[0].upper()}{at}" for at in range(1, count + 1)]
        pool = [*_CITIES, *_TWO_WORDS]
        return [pool.pop(int(self.rng.random() * len(pool))) for _ in range(count)]

    def group(self, noun: str, names: Sequence[str], *, style: str, short: bool = False) -> str:
        """What introduces a group: `three plants (A, B and C)`, `plants in Oslo and Riga`.

        Args:
            noun: in the singular.
            names: of its members.
            style: of their names.
            short: whether the names themselves may be left out.
        """
        many, count = plural(noun), self.count(len(names))
        if short and style in ("letter", "number") and self.chance(0.5):
            return f"{count} {many}"
        own = [name.removeprefix(f"{noun} ") for name in names]
        if style == "number":
            return self.pick([f"{count} {many}", f"{many} {self.listing(own)}"])
        if style == "city":
            listed = self.listing(own)
            return self.pick(
                [f"{count} {many} in {listed}", f"{many} in {listed}", f"{count} {many} ({listed})"]
            )
        listed = self.listing(own)
        commas = ", ".join(own)
        return self.pick([f"{count} {many} ({commas})", f"{many} {listed}", f"{count} {many} {listed}"])

    # Tables.

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """A table in one of the layouts of a text."""
        style = self.rng.random()
        if style < 0.55:
            lines = [header, ["---"] * len(header), *rows]
            return "\n".join("| " + " | ".join(line) + " |" for line in lines)
        lines = [header, *rows]
        if style < 0.7:
            return "\n".join("\t".join(line) for line in lines)
        widths = [max(len(line[at]) for line in lines) + 3 for at in range(len(header))]
        return "\n".join(
            "".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
            for line in lines
        )

    def csv(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
        """A table as the text of a CSV file."""
        return "\n".join(",".join(line) for line in [header, *rows]) + "\n"
