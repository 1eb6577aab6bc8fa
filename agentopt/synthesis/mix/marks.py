"""Text with marks: what is a number, a decision or a comparing word is known as it is written.

A mark is a pair of private-use characters around a piece of text, so that marked text can be joined and
capitalised like any other; `Book.read` takes the marks out and says where they stood.
"""

from __future__ import annotations

__all__ = ["BARE", "Book", "Place", "bare"]

import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

Kind = Literal["number", "decision", "anchor"]

_OPEN, _CLOSE, _MOST = 0xE000, 0xEC00, 0xC00
BARE = re.compile("[\ue000-\uf7ff]")
"""A mark."""

_SHARE = re.compile(r"([\uec00-\uf7ff])(?:\s?%|\s(?:percent|per cent|pct)\b)")


@dataclass(frozen=True, slots=True)
class Place:
    """A marked piece of the text: what it is, of which number, decision or row, and its characters."""

    kind: Kind
    of: int
    start: int
    end: int


@dataclass(slots=True)
class Book:
    """The numbers of a problem, and the marks of its text.

    Attributes:
        values: of the numbers, by key.
        marks: what each mark is, and of which number, decision or row.
        shares: the numbers that turned out to be written with a percent sign.
    """

    values: list[Fraction] = field(default_factory=list)
    marks: list[tuple[Kind, int]] = field(default_factory=list)
    shares: set[int] = field(default_factory=set)

    def key(self, value: Fraction | int) -> int:
        """A new number."""
        self.values.append(Fraction(value))
        return len(self.values) - 1

    def mark(self, kind: Kind, of: int, text: str) -> str:
        """The text between the two characters of a new mark."""
        at = len(self.marks)
        if at >= _MOST:
            raise OverflowError(f"more than {_MOST} marks in one text")
        self.marks.append((kind, of))
        return f"{chr(_OPEN + at)}{text}{chr(_CLOSE + at)}"

    def read(self, marked: str) -> tuple[str, list[Place]]:
        """The text without marks, and the places they stood at; a percent sign divides a number by 100."""
        hundredths = {
            ord(each.group(1)) - _CLOSE: each.end() - each.start() - 1 for each in _SHARE.finditer(marked)
        }
        parts: list[str] = []
        opened: dict[int, int] = {}
        places: list[Place] = []
        length = last = 0
        for found in BARE.finditer(marked):
            piece = marked[last : found.start()]
            parts.append(piece)
            length += len(piece)
            last = found.end()
            code = ord(found.group())
            if code < _CLOSE:
                opened[code - _OPEN] = length
                continue
            at = code - _CLOSE
            kind, of = self.marks[at]
            extra = 0
            if kind == "number" and at in hundredths:
                extra = hundredths[at]
                self.values[of] /= 100
                self.shares.add(of)
            places.append(Place(kind, of, opened[at], length + extra))
        parts.append(marked[last:])
        return "".join(parts), places


def bare(marked: str) -> str:
    """The text without its marks."""
    return BARE.sub("", marked)
