"""A text as words, marks and numbers: all that the two readers have in common.

A number is one token whatever its notation: digits (`1,000`, `1 000`, `.5`, `½`, `2 1/2`, `$20k`), words
(`three dozen`, `one hundred and twenty`), shares (`30 %`, `a third`), multipliers (`twice`). Its value is
exact. Digits that belong to a word (`x1`, `B2B`, `2nd`) are words; digits before a hyphen (`2-piece`) are
numbers, and what they mean is for a reader to say.
"""

from __future__ import annotations

__all__ = ["Token", "tokenize"]

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Literal

Kind = Literal["word", "mark", "integer", "decimal", "percent", "factor", "spelled", "one"]
"""`factor`: a fraction or multiplier (`1/3`, `half`, `twice`); `spelled`: a whole number in words; `one`: the
article before a unit of time, as in "takes an hour"."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a mark or a number, with its place in the text.

    Attributes:
        text: as written.
        start, end: its place, in characters.
        kind: what it is.
        value: of a number, exact; a share of 30 % is 3/10.
        sentence: counted from 0.
        doubtful: the notation has two readings (`1.000`), and `value` is one of them.
        line: counted from 0.
    """

    text: str
    start: int
    end: int
    kind: Kind
    value: Fraction | None = None
    sentence: int = 0
    doubtful: bool = False
    line: int = 0
    lower: str = field(init=False, repr=False, compare=False)
    """The text in lower case."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "lower", self.text.lower())

    @property
    def is_number(self) -> bool:
        """Whether it is a number."""
        return self.value is not None


def tokenize(text: str) -> tuple[Token, ...]:
    """The tokens of a text, in order.

    >>> found = tokenize("Twice 1,000 kg, a third, 2 1/2 h or three dozen: 5%.")
    >>> [f"{token.text} = {token.value}" for token in found if token.is_number]
    ['Twice = 2', '1,000 = 1000', 'a third = 1/3', '2 1/2 = 5/2', 'three dozen = 36', '5% = 1/20']
    """
    found: list[Token] = []
    raw = [part for each in _PIECE.finditer(text) for part in _split(each.group(), each.start())]
    at = 0
    while at < len(raw):
        token, at = _next(text, raw, at)
        found.append(token)
    return _with_sentences(text, found)


@dataclass(frozen=True, slots=True)
class _Raw:
    text: str
    start: int
    end: int

    @property
    def lower(self) -> str:
        return self.text.lower()


def _split(piece: str, start: int) -> Iterator[_Raw]:
    """A piece, or three where a slash joins two numbers: "they earn 70/310"."""
    above, slash, below = piece.partition("/")
    whole = not slash or not above or " " in piece or len(piece) > _LONGEST
    if whole or _is_fraction(piece, int(above), int(below)):
        yield _Raw(piece, start, start + len(piece))
        return
    for part in (above, slash, below):
        yield _Raw(part, start, start + len(part))
        start += len(part)


_DENOMINATORS = {*range(2, 11), 12, 16, 20, 25, 32, 50, 64, 100}
_IDIOMS = {"24/7", "50/50"}


def _is_fraction(piece: str, above: int, below: int) -> bool:
    """Whether digits around a slash are a fraction in its lowest terms, of parts that people count in."""
    if piece in _IDIOMS or below == 0:
        return True
    return math.gcd(above, below) == 1 and below in (_DENOMINATORS if above < below else {2, 3, 4})


_VULGAR = {
    "½": Fraction(1, 2), "⅓": Fraction(1, 3), "⅔": Fraction(2, 3), "¼": Fraction(1, 4), "¾": Fraction(3, 4),
    "⅕": Fraction(1, 5), "⅖": Fraction(2, 5), "⅗": Fraction(3, 5), "⅘": Fraction(4, 5), "⅙": Fraction(1, 6),
    "⅚": Fraction(5, 6), "⅛": Fraction(1, 8), "⅜": Fraction(3, 8), "⅝": Fraction(5, 8), "⅞": Fraction(7, 8),
}  # fmt: skip

_SPACE = "[ \u00a0\u2009\u202f]"
_PIECE = re.compile(
    rf"""
      (?<!\d,)\d{{1,3}}(?:,\d{{3}}){{1,9}}(?:\.\d+)?(?!,?\d)       # 1,000  12,500.75, but not 45,120,35
    | \d{{1,3}}(?:'\d{{3}}){{1,9}}(?!\d)                              # 1'000
    | \d{{1,3}}(?:[\u00a0\u2009\u202f]\d{{3}}){{1,9}}(?![\d,.]\d|\d)  # 1 000 with the space of printers
    | \d{{1,3}}(?:[ ]\d{{3}}){{0,9}}[ ]\d00(?![\d,.]\d|\d)           # 1 000, 12 500
    | \d{{1,3}}(?:\.\d{{3}}){{1,9}},\d+(?!\d)                        # 1.000,50
    | \d+{_SPACE}\d+/\d+(?![\d/]|\.\d)                            # 2 1/2
    | (?<![\d/])\d+/\d+(?![\d/]|\.\d)                             # 1/3, but not 5/3/2
    | \d+[{"".join(_VULGAR)}] | [{"".join(_VULGAR)}]                # 2½  ½
    | \d*\.\d+(?!\.?\d) | \d+                                     # 1.5  .5  10
    | [^\W\d_]\w{{0,40}}?\d\w{{0,40}}                               # x1  B2B
    | [^\W\d_]+(?:['’][^\W\d_]+)?                                 # words
    | \S
    """,
    re.VERBOSE,
)
"""Repetitions have bounds, so that no text takes more than linear time."""

_LONGEST = 40
"""Digits of a number; longer rows of digits are names."""

_UNITS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19,
}  # fmt: skip
_TENS = {
    "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70,
    "eighty": 80, "ninety": 90,
}  # fmt: skip
_SCALES = {"hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9}
_NUMERALS = frozenset((*_UNITS, *_TENS, *_SCALES))
_SUFFIXES = {
    "k": 10**3,
    "thousand": 10**3,
    "million": 10**6,
    "mn": 10**6,
    "billion": 10**9,
    "bn": 10**9,
    "lakh": 10**5,
    "crore": 10**7,
    "hundred": 100,
}
_FACTORS = {
    "twice": 2,
    "double": 2,
    "doubles": 2,
    "thrice": 3,
    "triple": 3,
    "triples": 3,
    "treble": 3,
    "quadruple": 4,
}
_PARTS = {
    "half": 2, "halves": 2, "third": 3, "thirds": 3, "quarter": 4, "quarters": 4, "fourth": 4, "fourths": 4,
    "fifth": 5, "fifths": 5, "sixth": 6, "sixths": 6, "seventh": 7, "sevenths": 7, "eighth": 8, "eighths": 8,
    "ninth": 9, "tenth": 10, "tenths": 10, "twentieth": 20, "hundredth": 100,
}  # fmt: skip
_ORDINALS = {
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "twentieth",
    "hundredth",
}
_TIMES = {"second", "minute", "hour", "day", "week", "month", "year"}
_CURRENCY = "$€£¥"


def _next(text: str, raw: list[_Raw], at: int) -> tuple[Token, int]:
    """The token that begins at a piece, and the piece after it."""
    first = raw[at]
    number = _digits(raw, at) or _spelled(raw, at) or _article(raw, at)
    if number is None:
        kind: Kind = "word" if first.text[0].isalnum() else "mark"
        return Token(first.text, first.start, first.end, kind), at + 1
    kind, value, end, doubtful = number
    start = first.start
    if kind in ("integer", "decimal") and _is_negative(text, start):
        value = -value
    step = _percent(raw, end)
    if step:
        kind, value, end = "percent", value / 100, end + step
    last = raw[end - 1].end
    return Token(text[start:last], start, last, kind, value, doubtful=doubtful), end


_Number = tuple[Kind, Fraction, int, bool]
"""Kind, value, the piece after it, and whether the notation is doubtful."""


def _digits(raw: list[_Raw], at: int) -> _Number | None:
    piece = raw[at].text
    if not (piece[0].isdecimal() or piece[0] in _VULGAR or (piece[0] == "." and len(piece) > 1)):
        return None
    if len(piece) > _LONGEST:
        return None
    after = raw[at + 1] if at + 1 < len(raw) else None
    if piece.isdecimal() and after and after.start == raw[at].end and after.lower in ("st", "nd", "rd", "th"):
        return None
    kind, value, doubtful = _value(piece)
    end = at + 1
    if after is not None:
        glued = after.start == raw[at].end
        money = at > 0 and raw[at - 1].text in _CURRENCY
        scale = _SUFFIXES.get(after.lower)
        if scale is not None and (len(after.text) > 1 or glued):
            value, end = value * scale, end + 1
        elif after.lower == "m" and glued and money:
            value, end = value * 10**6, end + 1
        elif after.lower in ("dozen", "dozens"):
            value, end = value * 12, end + 1
    return kind, value, end, doubtful


def _value(piece: str) -> tuple[Kind, Fraction, bool]:
    """Kind and value of digits, and whether their notation is doubtful."""
    if piece[-1] in _VULGAR:
        whole = Fraction(int(piece[:-1])) if piece[:-1] else Fraction(0)
        return "factor", whole + _VULGAR[piece[-1]], False
    if "/" in piece:
        *wholes, part = piece.split()
        above, below = part.split("/")
        fraction = Fraction(int(above), int(below)) if int(below) else Fraction(0)
        improper = not wholes and fraction > 1 and piece not in _IDIOMS  # three halves, or a list of two
        return "factor", sum(map(Fraction, wholes), fraction), improper or not int(below)
    if re.fullmatch(r"\d+(\.\d{3})+,\d+", piece):
        return "decimal", Fraction(piece.replace(".", "").replace(",", ".")), False
    if re.fullmatch(r"[1-9]\d{0,2}\.\d{3}", piece):  # a thousand, or one to three places
        return "decimal", Fraction(piece), True
    if " " in piece and piece[-3:] != "000":  # one number, or the entries of a table
        return "integer", Fraction(piece.replace(" ", "")), True
    plain = re.sub(r"[,'\s]", "", piece)
    return ("decimal" if "." in plain else "integer"), Fraction(plain), False


def _spelled(raw: list[_Raw], at: int) -> _Number | None:
    """A number in words: whole numbers, dozens, shares, multipliers."""
    first = raw[at].lower
    if first in _FACTORS:
        return "factor", Fraction(_FACTORS[first]), at + 1, False
    if first in ("half", "halves"):
        dozen = [each.lower for each in raw[at + 1 : at + 3]] == ["a", "dozen"]
        return ("spelled", Fraction(6), at + 3, False) if dozen else ("factor", Fraction(1, 2), at + 1, False)
    if first == "quarter" and _follows(raw, at, _BEFORE_SHARE) and raw[at + 1 : at + 2]:
        return ("factor", Fraction(1, 4), at + 1, False) if raw[at + 1].lower == "of" else None
    if first in ("a", "an", "one"):
        part = _part(raw, at + 1, Fraction(1))
        if part is not None:
            return part
    if first in ("a", "dozen", "hundred", "thousand", "million") and (number := _scaled(raw, at)) is not None:
        return number
    if first not in _UNITS and first not in _TENS:
        return None
    value, end = _whole(raw, at)
    return _part(raw, end, value) or _and_a_part(raw, end, value) or _dozens(raw, end, value)


def _scaled(raw: list[_Raw], at: int) -> _Number | None:
    """`a hundred`, `a dozen`, `thousand`: a scale with or without its article."""
    begin = at + 1 if raw[at].lower == "a" else at
    word = raw[begin].lower if begin < len(raw) else ""
    if word == "dozen":
        return "spelled", Fraction(12), begin + 1, False
    if word in _SCALES and begin > at:
        return "spelled", Fraction(_SCALES[word]), begin + 1, False
    return None


def _whole(raw: list[_Raw], at: int) -> tuple[Fraction, int]:
    """A whole number in words, and the piece after it."""
    total, group, end = 0, 0, at
    while end < len(raw):
        word = raw[end].lower
        if word in _UNITS and _fits(total, group, _UNITS[word], begun=end > at):
            group += _UNITS[word]
        elif word in _TENS and (end == at or (group and group % 100 == 0) or (total and not group)):
            group += _TENS[word]
        elif word == "hundred" and 0 < group < 100:
            group *= 100
        elif word in ("thousand", "million", "billion") and group:
            total, group = total + group * _SCALES[word], 0
        elif not _joins(raw, end, at):
            break
        end += 1
    while raw[end - 1].lower not in _NUMERALS:  # "two hundred and" with nothing behind it
        end -= 1
    return Fraction(total + group), end


def _fits(total: int, group: int, unit: int, *, begun: bool) -> bool:
    """Whether a unit word continues a number."""
    if not begun or (total and not group and unit):
        return True
    return (group > 0 and group % 100 == 0) or (group % 10 == 0 and group % 100 >= 20 and 0 < unit < 10)


def _joins(raw: list[_Raw], at: int, first: int) -> bool:
    """Whether the piece is the hyphen of `twenty-five` or the `and` of `two hundred and five`."""
    if at == first or at + 1 >= len(raw):
        return False
    before, after = raw[at - 1].lower, raw[at + 1].lower
    if raw[at].text in "-‐‑":
        return before in _TENS and 0 < _UNITS.get(after, 0) < 10
    return raw[at].lower == "and" and before in _SCALES and (after in _UNITS or after in _TENS)


def _part(raw: list[_Raw], at: int, count: Fraction) -> _Number | None:
    """The parts that follow a count: `two thirds`, `three-quarters`."""
    if at < len(raw) and raw[at].text in "-‐‑" and at + 1 < len(raw):
        at += 1
    if at >= len(raw) or raw[at].lower not in _PARTS or count > 20:
        return None
    word = raw[at].lower
    if word in _ORDINALS and count == 1 and raw[at - 1].lower != "one" and not _is_share(raw, at):
        return None
    if word == "seconds":
        return None
    return "factor", count / _PARTS[word], at + 1, False


def _is_share(raw: list[_Raw], at: int) -> bool:
    """Whether `a third` is a part and no place in an order: not `a third machine`."""
    after = raw[at + 1].lower if at + 1 < len(raw) else "."
    further = raw[at + 2].lower if at + 2 < len(raw) else ""
    if _follows(raw, at - 1, _BEFORE_SHARE) or (after, further) in _BEHIND_SHARE:
        return True
    return after in ("of", "as", "the", "or", "and", "that", "its", "their") or not after[0].isalpha()


_BEFORE_SHARE = {"least", "most", "than", "exactly", "over", "under", "about"}
_BEHIND_SHARE = {
    *(("has", "to"), ("have", "to"), ("must", "be"), ("must", "go"), ("should", "be"), ("should", "go")),
    *(("at", "least"), ("at", "most")),
}


def _follows(raw: list[_Raw], at: int, words: set[str]) -> bool:
    """Whether a piece stands behind one of some words."""
    return at > 0 and raw[at - 1].lower in words


def _and_a_part(raw: list[_Raw], at: int, value: Fraction) -> _Number | None:
    """`two and a half`."""
    words = [each.lower for each in raw[at : at + 3]]
    if (
        len(words) == 3
        and words[0] == "and"
        and words[1] in ("a", "one")
        and words[2] in ("half", "quarter", "third")
    ):
        return "factor", value + Fraction(1, _PARTS[words[2]]), at + 3, False
    return None


def _dozens(raw: list[_Raw], at: int, value: Fraction) -> _Number:
    if at < len(raw) and raw[at].lower in ("dozen", "dozens"):
        return "spelled", value * 12, at + 1, False
    return "spelled", value, at, False


def _article(raw: list[_Raw], at: int) -> _Number | None:
    """The article of `takes an hour`, which means one; not that of `$10 an hour`."""
    if raw[at].lower not in ("a", "an") or at + 1 >= len(raw) or raw[at + 1].lower not in _TIMES:
        return None
    before = raw[at - 1].lower if at else ""
    if not (before in _BEFORE_ONE or before.endswith("s")) or before in (
        "hours",
        "times",
        "units",
        "dollars",
    ):
        return None
    return "one", Fraction(1), at + 1, False


_BEFORE_ONE = {
    "takes",
    "take",
    "needs",
    "need",
    "requires",
    "require",
    "for",
    "is",
    "spend",
    "uses",
    "use",
    "about",
}


def _percent(raw: list[_Raw], at: int) -> int:
    """How many pieces say that the number before them is a percentage."""
    if at >= len(raw):
        return 0
    word = raw[at].lower
    if word in ("%", "percent", "pct", "percentage"):
        return 1
    return 2 if word == "per" and at + 1 < len(raw) and raw[at + 1].lower == "cent" else 0


def _is_negative(text: str, start: int) -> bool:
    """Whether a minus stands right before the digits or their currency, and joins nothing before it."""
    if start > 1 and text[start - 1] in _CURRENCY:
        start -= 1
    return start > 0 and text[start - 1] in "-−" and (start == 1 or text[start - 2] in " \n\t(,:=[$€£")


_ABBREVIATIONS = {
    "mr",
    "mrs",
    "ms",
    "dr",
    "st",
    "no",
    "approx",
    "vs",
    "e.g",
    "i.e",
    "inc",
    "co",
    "min",
    "max",
    "hr",
    "hrs",
}


def _with_sentences(text: str, tokens: list[Token]) -> tuple[Token, ...]:
    """Number the sentences: they end at `.`, `?` and `!`, and before a blank or listed line."""
    count = line = 0
    found: list[Token] = []
    for at, token in enumerate(tokens):
        if at and "\n" in (gap := text[tokens[at - 1].end : token.start]):
            line += gap.count("\n")
            listed = token.text in "-*•|#" or token.is_number
            count += ("\n\n" in gap or listed) and found[-1].text not in ".?!"
        found.append(
            Token(token.text, token.start, token.end, token.kind, token.value, count, token.doubtful, line)
        )
        if token.text in ("?", "!") or (token.text == "." and not _is_abbreviated(tokens, at)):
            count += 1
    return tuple(_with_doubt(found))


_BUNDLES = {"hundreds", "thousands", "millions", "000s"}


def _with_doubt(tokens: list[Token]) -> list[Token]:
    """Doubt the plain numbers of a sentence that counts "in thousands", and of a text with such a heading."""
    places = [
        at for at in range(1, len(tokens)) if tokens[at].lower in _BUNDLES and tokens[at - 1].lower == "in"
    ]
    headed = any(at > 1 and tokens[at - 2].text in "([" for at in places)
    counted = {tokens[at].sentence for at in places}
    plain = ("integer", "decimal", "spelled")
    return [
        replace(token, doubtful=True)
        if token.kind in plain and (headed or token.sentence in counted)
        else token
        for token in tokens
    ]


def _is_abbreviated(tokens: list[Token], at: int) -> bool:
    if at == 0:
        return False
    before = tokens[at - 1]
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    if before.end != tokens[at].start or after is None:
        return False
    glued = after.start == tokens[at].end
    return (glued and after.text[0].islower()) or (
        before.lower in _ABBREVIATIONS
        and not (before.lower in ("no", "min", "max", "hr", "hrs") and after.text[0].isupper())
    )
