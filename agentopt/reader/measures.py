"""The unit of a number in a text, and how many of one unit make another.

A unit stands beside its number ("5 kg", "$5", "12 of her minutes"), beside a neighbour that measures the same
("20 and 35 minutes"), or in a heading before it ("Minutes: 20, 35", "sugar g per jar 180"). The unit after
`per` is no unit of the number: kilograms per tonne are kilograms. Where texts leave it open, nothing is
converted, since a wrong conversion is worse than none.
"""

from __future__ import annotations

__all__ = ["Measure", "common", "conversion", "factor", "measure", "measures", "scales"]

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from agentopt.reader.reading import IMPLIED, Row
from agentopt.reader.tokens import Token
from agentopt.reader.units import Measure, unit_at

_PLURAL = {
    *("hours", "minutes", "seconds", "hrs", "mins", "kg", "grams", "litres", "liters", "tonnes", "metres"),
    *("meters", "euros", "dollars", "cents", "kilos"),
}
"""Units that a noun may stand before: "28 nurse hours"."""

_LETTERS = {"c", "g", "h", "l", "m", "p", "s", "t", "w"}
_GLUED_ONLY = {"c", "p"}
"""These letters are units only right behind the digits."""

_NAMES = {"m", "s", "t", "w"}
"""These count apart from the digits where they read as units: in "3 m + 4 n", m is a name."""

_OWNERS = {"her", "his", "its", "my", "our", "the", "their", "these", "those", "your"}
_LINKS = {
    *("a", "an", "and", "at", "by", "each", "every", "for", "from", "in", "of", "on", "or", "per"),
    *("the", "times", "to", "with", "x"),
}


def measure(tokens: Sequence[Token], at: int) -> Measure | None:
    """The unit of the number at a token: the sign before it or the words after it; None if it has none known.

    >>> from agentopt.reader.tokens import tokenize
    >>> measure(tokenize("takes 5 minutes"), 1).word
    'minute'
    """
    if at > 0 and tokens[at - 1].text in "$€£¥":
        return _unit(tokens, at - 1)
    after = at + 1
    if after < len(tokens) and tokens[after].text in "-–" and after + 1 < len(tokens):
        after += 1
    if after >= len(tokens) or tokens[after].line != tokens[at].line:
        return None
    if tokens[after].lower in _LETTERS and not _is_unit(tokens, at, after):
        return None
    return _unit(tokens, after) or _of_part(tokens, at) or _behind_noun(tokens, after)


def _unit(tokens: Sequence[Token], at: int) -> Measure | None:
    found = unit_at(tokens, at)
    return None if found is None else found[0]


def _is_unit(tokens: Sequence[Token], at: int, after: int) -> bool:
    """Whether a letter behind a number reads as a unit: in no formula, and where it may be no name."""
    letter, glued = tokens[after], tokens[after].start == tokens[at].end
    if letter.lower in _GLUED_ONLY and not glued:
        return False
    if letter.lower not in _NAMES | _GLUED_ONLY or (glued and letter.lower not in _GLUED_ONLY):
        return True
    around = [tokens[at - 1].text if at else "", tokens[after + 1].text if after + 1 < len(tokens) else ""]
    small = letter.text.islower() or letter.text == "W"
    return small and not any(each in "+-*/=<>≤≥" for each in around if each)


def _of_part(tokens: Sequence[Token], at: int) -> Measure | None:
    """The unit of "half an hour", "a quarter of a litre" and "12 of her minutes"."""
    words = [token.lower for token in tokens[at + 1 : at + 3]]
    if tokens[at].kind == "factor" and words[:1] in (["a"], ["an"]):
        return _unit(tokens, at + 2)
    if tokens[at].kind == "factor" and words in (["of", "a"], ["of", "an"]):
        return _unit(tokens, at + 3)
    owned = len(words) == 2 and words[0] == "of" and words[1] in _OWNERS and _is_plain(tokens, at)
    return (
        _unit(tokens, at + 3) if owned and tokens[at + 3 : at + 4] and len(tokens[at + 3].text) > 1 else None
    )


def _behind_noun(tokens: Sequence[Token], after: int) -> Measure | None:
    """The unit of "28 nurse hours" and "90 person-hours", a noun before it."""
    if after + 1 >= len(tokens) or tokens[after].kind != "word" or tokens[after].lower in _LINKS:
        return None
    place = after + 1
    if tokens[place].text in "-‐‑" and place + 1 < len(tokens):
        place += 1
    found = tokens[place].lower in _PLURAL and tokens[place].line == tokens[after].line
    return _unit(tokens, place) if found else None


def factor(of: Measure | None, into: Measure | None) -> Fraction:
    """How many of the second unit make one of the first; 1 where they do not measure the same.

    >>> from agentopt.reader.tokens import tokenize
    >>> hours, minutes = (measure(tokenize(f"5 {word}"), 0) for word in ("hours", "minutes"))
    >>> factor(hours, minutes)
    Fraction(60, 1)
    """
    if of is None or into is None:
        return Fraction(1)
    if "money" in (of.kind, into.kind):
        of, into = _as_money(of), _as_money(into)
    return of.size / into.size if of.kind == into.kind else Fraction(1)


def _as_money(unit: Measure) -> Measure:
    """A unit among money: there, a pound is a pound sterling."""
    return replace(unit, kind="money", size=Fraction(1)) if unit.word == "pound" else unit


def measures(tokens: Sequence[Token], group: Sequence[int]) -> dict[int, Measure | None]:
    """The units of numbers that measure the same thing: "20 and 35 minutes" are both minutes.

    A number without a unit has that of the next one of the group that has one, else of the one before.

    >>> from agentopt.reader.tokens import tokenize
    >>> [unit.word for unit in measures(tokenize("20 and 35 minutes"), [0, 2]).values()]
    ['minute', 'minute']
    """
    order = sorted(group)
    own = {at: measure(tokens, at) for at in order}
    found: dict[int, Measure | None] = {}
    for place, at in enumerate(order):
        after = (own[each] for each in order[place + 1 :])
        before = (own[each] for each in reversed(order[:place]))
        found[at] = own[at] or next((unit for unit in (*after, *before) if unit is not None), None)
    return {at: found[at] for at in group}


def common(units: Sequence[Measure | None]) -> Measure | None:
    """The unit to count in: that of the first number; of money the greatest, as an answer is told.

    >>> from agentopt.reader.tokens import tokenize
    >>> common(list(measures(tokenize("15 cents and $1.10"), [0, 4]).values())).word
    'dollar'
    """
    known = [unit for unit in units if unit is not None]
    if any(unit.kind == "money" for unit in known):
        known = [_as_money(unit) for unit in known]
    if known and all(unit.kind == "money" for unit in known):
        return max(known, key=lambda unit: unit.size)
    return units[0] if units else None


def scales(tokens: Sequence[Token], group: Sequence[int]) -> dict[int, Fraction]:
    """What each number of a group is multiplied by, to count all in their common unit.

    A number without a percent sign among others that have one is in percent as well: "35 %, B 15".

    >>> from agentopt.reader.tokens import tokenize
    >>> [int(1 / each) for each in scales(tokenize("A has 35 %, B 15"), [2, 5]).values()]
    [1, 100]
    """
    units = measures(tokens, group)
    unit = common(list(units.values()))
    percent = any(tokens[at].kind == "percent" for at in group)
    return {
        at: Fraction(1, 100) if percent and _is_plain(tokens, at) else factor(units[at], unit) for at in group
    }


def _is_plain(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is written in plain digits or words, with neither a percent sign nor as a fraction."""
    return tokens[at].kind in ("integer", "decimal", "spelled")


def conversion(tokens: Sequence[Token], row: Row) -> Fraction:
    """How many of the unit of a row's coefficients make one of the unit of its number.

    Where only one of the two has a unit, the other may have it in its heading ("minutes: 20, 35"). A share in
    percent against coefficients without the sign ("protein, %") counts hundredths.
    """
    weighted = [term.token for term in row.left if term.token != IMPLIED]
    if not weighted or row.token == IMPLIED or row.form == "difference":
        return Fraction(1)
    if row.form == "ratio":
        return _percentage(tokens, row.token, weighted)
    number, unit = measure(tokens, row.token), common(list(measures(tokens, weighted).values()))
    if number is None and unit is None:
        unit, number = _label(tokens, min(weighted)), _label(tokens, row.token)
    if number is not None and unit is None:
        unit = _heading(tokens, min(weighted), number)
    elif unit is not None and number is None:
        number = _heading(tokens, row.token, unit, weighted)
    return factor(number, unit)


def _percentage(tokens: Sequence[Token], number: int, weighted: Sequence[int]) -> Fraction:
    """What the number of a ratio is multiplied by to count as its coefficients do."""
    if any(tokens[at].kind == "percent" for at in weighted):
        return Fraction(1, 100) if _is_plain(tokens, number) else Fraction(1)
    large = any((tokens[at].value or 0) > 1 for at in weighted)
    return Fraction(100 if tokens[number].kind == "percent" and large else 1)


_REACH = 48
"""How many tokens before a number a heading may stand."""

_NEAR = 8
"""How many tokens a unit may stand before the number it labels, where nothing else says the number's kind."""

_BEFORE_PER = {"/", "a", "an", "each", "every", "one", "per"}
_BEHIND_LETTER = {":", "=", "|", "/", "each", "per"}


def _heading(tokens: Sequence[Token], at: int, like: Measure, own: Sequence[int] = ()) -> Measure | None:
    """The unit that stands before a number and measures the same as another: in its sentence or in brackets.

    For a limit (`own` are the coefficients it limits), that is also the unit of another number before it:
    "the first has 45 hours, the second 50". Of two headings side by side, neither is taken.
    """
    found: Measure | None = None
    for place in range(at - 1, max(-1, at - _REACH), -1):
        if found is not None and tokens[place].is_number:
            break
        unit = _unit(tokens, place)
        if unit is None or not _alike(unit, like):
            continue
        if place and tokens[place - 1].is_number:
            if found is None and own and place - 1 not in own and _is_left_out(tokens, at, place):
                return unit
        elif _is_heading(tokens, place, at, alone=bool(own)):
            if found is not None and unit.size != found.size:
                return None
            found = unit
    return found


def _alike(one: Measure, other: Measure) -> bool:
    return one.kind == other.kind or {one.word, other.word} == {"pound", "cent"}


def _is_left_out(tokens: Sequence[Token], at: int, place: int) -> bool:
    """Whether a number leaves out a unit that is written behind another number before it, in its sentence."""
    if tokens[place].sentence != tokens[at].sentence:
        return False
    after = tokens[at + 1] if at + 1 < len(tokens) else None
    return after is None or after.kind == "mark" or after.lower in ("for", "of", "in", "on", "at")


def _is_heading(tokens: Sequence[Token], place: int, at: int, *, alone: bool) -> bool:
    """Whether a unit before a number is a heading of it; `alone` for a number that heads no list."""
    before = tokens[place - 1] if place else None
    after = tokens[place + 1]
    if before is not None and before.lower in _BEFORE_PER:
        return False
    if tokens[place].lower == "second" or (alone and tokens[place].lower == "min" and place + 1 == at):
        return False  # "the second 50", "min 50"
    opened = before is not None and before.text in "([,"
    if opened and (after.text in ")]|," or after.lower in _BEHIND_LETTER):
        return True
    if not _in_reach(tokens, place, at):
        return False
    if len(tokens[place].text) > 1:
        return True
    named = before is not None and before.kind == "word" and len(before.text) > 1
    return named and tokens[place].text.islower() and (after.is_number or after.lower in _BEHIND_LETTER)


def _in_reach(tokens: Sequence[Token], place: int, at: int) -> bool:
    """Whether a heading is in the sentence of its number, or in the question the number answers."""
    between = tokens[at].sentence - tokens[place].sentence
    asked = between == 1 and any(token.text == "?" for token in tokens[place:at])
    return between == 0 or asked


def _label(tokens: Sequence[Token], at: int) -> Measure | None:
    """The unit that labels a number, with no other number between: "haul minutes 34, 21"."""
    for place in range(at - 1, max(-1, at - _NEAR), -1):
        token = tokens[place]
        if token.is_number or token.text in ";.?!" or token.sentence != tokens[at].sentence:
            return None
        unit = _unit(tokens, place)
        if unit is not None:
            counted = place > 0 and tokens[place - 1].is_number
            return unit if not counted and _is_heading(tokens, place, at, alone=True) else None
    return None
