"""The numbers of a problem's text, with their places: digits, percents, fractions, words, scales, cells of
tables.

What is written like a number but is none for the model is found too and says why: labels ("Plant 2"), list
markers, years, times of day. A number can have several readings ("100,200" is one number or two); the
caller decides which one fits. Values are exact.
"""

from __future__ import annotations

__all__ = ["Quantity", "quantities"]

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

Kind = Literal["number", "percent", "word", "label", "marker", "year", "time", "cell"]

_BELOW_TWENTY = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_UNITS = _BELOW_TWENTY.split()
_TENS_WORDS = "twenty thirty forty fifty sixty seventy eighty ninety"
_TENS = dict(zip(_TENS_WORDS.split(), range(20, 100, 10), strict=True))
_SMALL = {word: value for value, word in enumerate(_UNITS)} | _TENS
_SCALES = {"hundred": 100, "thousand": 1000, "million": 10**6, "billion": 10**9}
_SHORT_SCALES = {"k": 1000, "K": 1000, "M": 10**6, "m": 10**6, "bn": 10**9, "B": 10**9}
_OTHER = {
    "dozen": Fraction(12),
    "dozens": Fraction(12),
    "half": Fraction(1, 2),
    "halves": Fraction(1, 2),
    "twice": Fraction(2),
    "double": Fraction(2),
    "doubled": Fraction(2),
    "doubles": Fraction(2),
    "thrice": Fraction(3),
    "triple": Fraction(3),
    "tripled": Fraction(3),
    "triples": Fraction(3),
    "quadruple": Fraction(4),
}
_PARTS = {"third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "eighth": 8, "tenth": 10}
_GLYPHS = {"½": (1, 2), "⅓": (1, 3), "⅔": (2, 3), "¼": (1, 4), "¾": (3, 4), "⅕": (1, 5), "⅛": (1, 8)}

MAX_LENGTH = 300
"""Characters of one number."""

_UNIT = "|".join(sorted([*_UNITS[1:], *_TENS], key=len, reverse=True))
_SCALE = "|".join(_SCALES)
_SPELLED = rf"(?:{_UNIT}|{_SCALE}|a\s+(?:{_SCALE}|dozen)|half\s+a\s+(?:{_SCALE}|dozen))"
_DIGITS = r"\d{1,3}(?:(?:,|\{,\}|[\u00a0\u202f'’])\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?|\.\d+"

_PATTERN = re.compile(
    rf"""
    (?P<clock>(?<![\w.:])\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s?[ap]\.?m\b\.?)?|(?<![\w.])\d{{1,2}}\s?[ap]\.?m\b\.?)
  | (?P<date>(?<![\w.])(?:\d{{1,2}}/\d{{1,2}}/\d{{2,4}}|\d{{4}}-\d{{2}}-\d{{2}}|24/7)(?![\w/]))
  | (?P<frac>\\[dt]?frac\{{(?P<over>\d+)\}}\{{(?P<under>\d+)\}})
  | (?P<ratio>(?<![\w.,/])(?:(?P<whole>\d+)\s+)?(?P<top>\d+)/(?P<bottom>\d+)(?![\w/]|\.\d))
  | (?P<glyph>(?:\d+\s?)?[{"".join(_GLYPHS)}])
  | (?P<digits>(?<![\w.])(?:{_DIGITS})
      (?:\s?(?:×|x|\\times|\*)\s?10\^?\{{?(?P<power>-?\d+)\}}?|[eE](?P<exponent>[+-]?\d+))?)
    (?P<after>\s?\\?%|[\s-]per\s?cent\b|\s?percentage\spoints?\b|(?:bn|[kKMB])\b|[\s-](?:{_SCALE})s?\b|\s+dozens?\b)?
  | (?P<parts>\b(?:(?P<count>an?|one|two|three|four|five|seven)[\s-]+)(?P<part>{"|".join(_PARTS)})s?\b)
  | (?P<spelled>\b{_SPELLED}(?:(?:[\s-]+(?:and\s+)?){_SPELLED})*(?:\s+dozen)?\b(?P<percent>\s+per\s?cent\b)?)
  | (?P<other>\b(?:{"|".join(_OTHER)})\b)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_LABELLED = re.compile(
    r"(?:\b(?:[A-Z][\w-]*|no\.|number|type|types|product|products|item|items|plant|plants|factory|machine|step|task|"
    r"job|node|city|period|week|day|month|year|quarter|stage|project|option|model|route|line|zone|region|store|"
    r"table|figure|group|grade|shift|scenario|phase|level|class|section|location|site|warehouse|customer|supplier|"
    r"worker|employee|order|set|column|row)s?[\s#_-]*(?:(?:\d+\s*(?:,|and|or|to|-|–|&)\s*)*(?:and\s+)?)?|[#_]\s*)\Z"
)
_NAME_BEFORE = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]\w* ?\Z")
"""A capitalized word in the middle of a sentence."""
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*\Z")
_MARKER = re.compile(r"(?:\A|\n)[ \t>*]*(?:[-*•][ \t]+)?\(?\Z")
_BOUNDING = re.compile(
    r"(?:at\s+least|at\s+most|no\s+(?:more|less|fewer)\s+than|(?:more|less|fewer)\s+than|up\s+to|exactly|only|"
    r"minimum(?:\s+of)?|maximum(?:\s+of)?|exceeds?|limit(?:ed\s+to)?|within|every|takes?|costs?|needs?|requires?|"
    r"earns?|uses?|contains?)\s+(?:an?\s+)?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Quantity:
    """One number of a text.

    Attributes:
        text: as written.
        start, end: its place, `text == whole[start:end]`.
        readings: what it may mean, best first; each reading is one or several values that all count.
        kind: what it is; `label`, `marker`, `year` and `time` are no data of the model unless they match
            some.
        required: whether a formulation should account for it.
    """

    text: str
    start: int
    end: int
    readings: tuple[tuple[Fraction, ...], ...]
    kind: Kind
    required: bool

    @property
    def value(self) -> Fraction:
        """The first value of the first reading."""
        return self.readings[0][0]


def quantities(text: str) -> tuple[Quantity, ...]:
    """Every number of a text, in order.

    >>> [(q.text, str(q.value)) for q in quantities("At least a third of 1,200 kg, 30% in two dozen bags.")]
    [('a third', '1/3'), ('1,200', '1200'), ('30%', '30'), ('two dozen', '24')]
    """
    found = []
    tables = _Tables(text)
    for match in _PATTERN.finditer(text):
        quantity = _read(match, text)
        if quantity is not None:
            found.append(tables.placed(quantity))
    return _named(found, text)


def _named(found: list[Quantity], text: str) -> tuple[Quantity, ...]:
    """With numbers that always follow the same name as labels: those of "each Aleph 3 and every Aleph 3".

    >>> [q.kind for q in quantities("Buy Aleph 3 or Rex. An Aleph 3 costs $5. Ship 4.")]
    ['label', 'label', 'number', 'number']
    """
    names: dict[Fraction, list[str]] = {}
    for each in found:
        before = _NAME_BEFORE.search(text, max(0, each.start - 40), each.start)
        names.setdefault(each.value, []).append(before[0] if before else "")
    labels = {value for value, all_ in names.items() if len(all_) > 1 and all_[0] and len(set(all_)) == 1}
    return tuple(
        replace(each, kind="label", required=False)
        if each.value in labels and each.kind == "number"
        else each
        for each in found
    )


class _Tables:
    """Where the lines of Markdown tables are, and which of their cells are headings."""

    def __init__(self, text: str) -> None:
        lines, place = [], 0
        for line in text.split("\n"):
            lines.append((place, line))
            place += len(line) + 1
        self.starts: list[int] = []
        self.lines: list[tuple[int, bool, int]] = []
        for (start, line), (_, after) in zip(lines, [*lines[1:], (0, "")], strict=True):
            self.starts.append(start)
            first = line.find("|", len(line) - len(line.lstrip()) + 1) if "|" in line else -1
            self.lines.append((line.count("|"), bool(_RULE.match(after)), start + first))

    def placed(self, quantity: Quantity) -> Quantity:
        """The quantity, as a cell or a heading if it stands in a table."""
        bars, heading, first = self.lines[bisect_right(self.starts, quantity.start) - 1]
        if bars < 2 or quantity.kind != "number":
            return quantity
        if heading or (quantity.end <= first and quantity.value.denominator == 1):
            return replace(quantity, kind="label", required=False)
        return replace(quantity, kind="cell")


def _read(match: re.Match[str], text: str) -> Quantity | None:
    start, end = match.span()
    groups = match.groupdict()
    if end - start > MAX_LENGTH:
        return None  # no figure anybody means; converting one of thousands of digits fails or takes long

    def made(values: Fraction | int, kind: Kind, *others: Fraction | int, required: bool = True) -> Quantity:
        readings = tuple((Fraction(v),) for v in (values, *others))
        return Quantity(text[start:end], start, end, readings, kind, required)

    if groups["clock"]:
        return _clock(match[0], start, end)
    if groups["date"]:
        parts = tuple((Fraction(int(p)),) for p in re.findall(r"\d+", match[0]))
        return Quantity(match[0], start, end, parts, "time", False)
    if groups["frac"]:
        return (
            None
            if int(groups["under"]) == 0
            else made(Fraction(int(groups["over"]), int(groups["under"])), "number")
        )
    if groups["ratio"]:
        return _ratio(match, start, end)
    if groups["glyph"]:
        whole = re.match(r"\d+", match[0])
        over, under = _GLYPHS[match[0][-1]]
        return made((int(whole[0]) if whole else 0) + Fraction(over, under), "number")
    if groups["digits"]:
        return _digits(match, text)
    if groups["parts"]:
        count = {"a": 1, "an": 1}.get(groups["count"].lower()) or _SMALL[groups["count"].lower()]
        value = Fraction(count, _PARTS[groups["part"].lower()])
        period = groups["part"].lower() == "quarter" and groups["count"].lower() in {"a", "an", "one"}
        ordinal = groups["count"].lower() == "a" and not re.match(r"\s+of\b", text[end:])
        return made(value, "word", required=not period and not ordinal)
    if groups["spelled"]:
        return _spelled(match, text)
    return made(
        _OTHER[match[0].lower()], "word", required=not match[0].lower().startswith(("half", "halv", "dozens"))
    )


def _clock(written: str, start: int, end: int) -> Quantity:
    parts = [int(p) for p in re.findall(r"\d+", written)]
    hours = parts[0] + (12 if re.search(r"p\.?m", written, re.IGNORECASE) and parts[0] < 12 else 0)
    minutes = parts[1] if len(parts) > 1 else 0
    values = (hours + Fraction(minutes, 60), Fraction(60 * hours + minutes), Fraction(hours))
    return Quantity(written, start, end, tuple((Fraction(v),) for v in values), "time", False)


def _ratio(match: re.Match[str], start: int, end: int) -> Quantity | None:
    top, bottom, whole = (match[name] for name in ("top", "bottom", "whole"))
    if int(bottom) == 0:
        return None
    apart = tuple(Fraction(int(p)) for p in (whole, top, bottom) if p)
    value = Fraction(int(top), int(bottom))
    readings = [(value + int(whole),), (Fraction(int(whole)), value)] if whole else [(value,)]
    return Quantity(match[0], start, end, (*readings, apart), "number", True)


def _digits(match: re.Match[str], text: str) -> Quantity | None:
    start, end = match.span()
    body, after = match["digits"], (match["after"] or "").strip(" -\\").lower()
    if re.match(r"(?:st|nd|rd|th)\b", text[end:]):
        return None
    if re.match(r"[A-Za-z_]", text[end:]) and not re.match(r"[A-Za-zµ°]{1,5}(?![\w])", text[end:]):
        return None  # part of a code such as `3D-printer2x`
    grouped = re.findall(r"\d+(?:\.\d+)?", re.split(r"(?i)e|×|x|\\times|\*", body)[0])
    plain = re.sub(r"[,{}\u00a0\u202f'’]", "", re.split(r"(?i)\s?(?:e|×|x|\\times|\*)", body)[0])
    value = Fraction(plain)
    if match["power"] or match["exponent"]:
        power = int(match["power"] or match["exponent"])
        if abs(power) > 300:
            return None
        value *= Fraction(10) ** power
    kind: Kind = "number"
    readings: list[tuple[Fraction, ...]] = [(value,)]
    if after == "%" or after.startswith(("per", "percent")):
        kind = "percent"
    elif after:
        word = after.rstrip("s")
        scale = _SCALES.get(word) or (
            12 if word == "dozen" else _SHORT_SCALES.get((match["after"] or "").strip())
        )
        if scale is not None:
            readings = [(value * scale,), (value,)]
    if len(grouped) > 1 and "'" not in body and "." not in grouped[0]:
        readings.append(tuple(Fraction(g) for g in grouped))
    kind, required = _role(kind, value, text, start, end)
    return Quantity(text[start:end], start, end, tuple(readings), kind, required)


def _role(kind: Kind, value: Fraction, text: str, start: int, end: int) -> tuple[Kind, bool]:
    """What a number in digits is, and whether it must be accounted for."""
    if kind == "percent":
        return kind, True
    before, after = text[max(0, start - 60) : start], text[end : end + 40]
    if _MARKER.search(before) and re.match(r"[.)]\s|\.$|\)\s", after):
        return "marker", False
    if re.search(r"\(\Z", before) and re.match(r"\)", after) and value <= 20:
        return "marker", False
    if (
        value.denominator == 1
        and 1900 <= value <= 2100
        and re.search(r"\b(?:in|of|since|by|year|and|to|-)\s*\Z", before, re.I)
    ) and (not re.match(r"\s*[a-z]", after) or re.match(r"\s*(?:and|to|the|for|is)\b", after)):
        return "year", False
    if re.search(r"_\{?\Z", before) or re.search(
        r"\b(?:table|figure|eq\.?|equation|section)\s*\(?\Z", before, re.I
    ):
        return "label", False
    if value.denominator == 1 and value < 1000 and _is_label(before, after):
        return "label", False
    # A coefficient of one, and nothing, are said by leaving them out.
    return "number", value not in (0, 1)


def _is_label(before: str, after: str) -> bool:
    if not _LABELLED.search(before):
        return False
    # "Produce 40 units" begins a sentence with a verb; a label is not followed by what it counts.
    capital = re.search(r"(?:\A|[.!?:]\s+|\n\s*)[A-Z][\w-]*\s\Z", before) is not None
    named = re.search(
        r"(?:product|item|plant|factory|machine|step|task|job|node|type|period|column|row|no\.|#|_)s?[\s#_-]*\Z",
        before,
        re.I,
    )
    counted = re.match(
        r"[\s-]+(?!and\b|or\b|is\b|are\b|to\b|has\b|have\b|can\b|in\b|of\b|must\b|for\b|with\b|needs?\b|requires?\b|takes?\b|costs?\b|at\b|from\b|on\b|uses?\b|will\b|be\b|by\b|per\b|the\b|a\b|should\b)[a-z]",
        after,
    )
    return bool(named) if capital else counted is None


def _spelled(match: re.Match[str], text: str) -> Quantity | None:
    start, end = match.span()
    words = re.findall(r"[a-z]+", match["spelled"].lower())
    value = _spelled_value(words)
    if value is None:
        return None
    percent = bool(match["percent"])
    if words == ["one"] or (words == ["zero"]):
        return Quantity(match[0], start, end, ((value,),), "word", False)
    before = text[max(0, start - 40) : start]
    required = percent or value > 12 or bool(_BOUNDING.search(before)) or "dozen" in words
    return Quantity(match[0], start, end, ((value,),), "percent" if percent else "word", required)


def _spelled_value(words: list[str]) -> Fraction | None:
    """The value of number words, None if they are not one number.

    >>> str(_spelled_value("two hundred and fifty thousand".split()))
    '250000'
    """
    total, current, seen = Fraction(0), Fraction(0), False
    for word in words:
        if word in {"and", "a", "per", "cent", "percent"}:
            current = Fraction(1) if word == "a" and not seen else current
        elif word == "half":
            current, seen = Fraction(1, 2), True
        elif word in _SMALL:
            if current % 100 and not (current % 10 == 0 and _SMALL[word] < 10):
                return None
            current, seen = current + _SMALL[word], True
        elif word == "hundred":
            current, seen = (current or Fraction(1)) * 100, True
        elif word.startswith("dozen"):
            current, seen = (current or Fraction(1)) * 12, True
        elif word in _SCALES:
            total, current, seen = total + (current or Fraction(1)) * _SCALES[word], Fraction(0), True
    return total + current if seen else None
