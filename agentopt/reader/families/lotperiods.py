"""The periods of a plan: how many there are, what they are called, and where a text speaks of them."""

from __future__ import annotations

__all__ = ["MAX_PERIODS", "Mention", "Periods", "name_key", "periods_in"]

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from agentopt.reader.families.nouns import stem, words
from agentopt.reader.families.prose import Prose
from agentopt.reader.tokens import Token, tokenize

MAX_PERIODS = 60

NOUNS = words("month week quarter day period year shift season semester term fortnight sprint half")
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_SEASONS = ["spring", "summer", "autumn", "winter"]
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
]
_CYCLES = {"month": _MONTHS, "day": _DAYS, "season": _SEASONS}
_CALENDAR = {
    short: (kind, at)
    for kind, names in _CYCLES.items()
    for at, name in enumerate(names)
    for short in ((name, name[:3]) if kind != "season" else (name,))
} | {"fall": ("season", 2), "sept": ("month", 8), "tues": ("day", 1), "thurs": ("day", 3), "thur": ("day", 3)}
_TO = words("to through until till thru - – —")
_JOINS = words("and or , & /") | _TO
_EACH = words("each every per a any this one another")
_AHEAD = words(
    "the next coming following consecutive first last upcoming successive - – – planning production single "
    "other remaining calendar working"
)


@dataclass(frozen=True, slots=True)
class Mention:
    """Where a text speaks of periods.

    Attributes:
        first, last: its tokens; `last` is the one after.
        places: which periods, counted from 0.
    """

    first: int
    last: int
    places: frozenset[int]


@dataclass(frozen=True, slots=True)
class Periods:
    """The periods of a plan.

    Attributes:
        names: in order.
        mentions: in the order of the text.
        idle: number tokens that count or name periods, or are dates, with what they are.
    """

    names: tuple[str, ...]
    mentions: tuple[Mention, ...] = ()
    idle: dict[int, str] = field(default_factory=dict)


def name_key(text: str) -> tuple[str, int] | None:
    """What a label says of a period: its kind and its place there; None for no period.

    >>> name_key("Feb"), name_key("Week 3"), name_key("Q2"), name_key("demand")
    (('month', 1), ('week', 2), ('quarter', 1), None)
    """
    said = [token for token in tokenize(text.strip("*_`~ ()")) if token.kind != "mark"]
    if not said or len(said) > 3:
        return None
    calendar = _CALENDAR.get(said[0].lower)
    if calendar is not None and (len(said) == 1 or said[1].is_number):
        return calendar
    glued = re.fullmatch(r"([a-z]+?)_?(\d{1,2})", said[0].lower)
    if glued and len(said) == 1 and glued[1] in _SHORT:
        return _SHORT[glued[1]], int(glued[2]) - 1
    if len(said) == 2 and stem(said[0].text) in NOUNS and said[1].is_number:
        return stem(said[0].text), int(said[1].value or 1) - 1
    if len(said) == 2 and said[0].lower in _ORDINALS and stem(said[1].text) in NOUNS:
        return stem(said[1].text), _ORDINALS.index(said[0].lower)
    return None


_SHORT = {
    "q": "quarter",
    "w": "week",
    "wk": "week",
    "m": "month",
    "d": "day",
    "t": "period",
    "p": "period",
} | {noun: noun for noun in NOUNS}


def periods_in(prose: Prose, drawn: Sequence[str], lengths: Collection[int]) -> Periods | None:
    """The periods a text plans for.

    Args:
        prose: the text without its tables.
        drawn: the labels of a table by period; empty where there is none.
        lengths: of the lists of numbers in the text.
    """
    named = list(_named(prose))
    counts = dict(_counts(prose))
    dates = {at: "a date" for at in _dates(prose)}
    named = [each for each in named if each.first not in _touching(dates)]
    names = tuple(drawn) or _names(named, counts, lengths)
    if not 2 <= len(names) <= MAX_PERIODS:
        return None
    mentions = sorted(_resolved(prose, named, names), key=lambda each: each.first)
    mentions = _grouped(prose, mentions)
    idle = dict(dates)
    for at, count in counts.items():
        if count == len(names):
            idle[at] = "counts the periods"
    for each in mentions:
        for at in range(each.first, each.last):
            if prose.tokens[at].is_number:
                idle[at] = "names periods"
    return Periods(names, tuple(mentions), idle)


@dataclass(frozen=True, slots=True)
class _Named:
    first: int
    last: int
    kind: str
    place: int


def _named(prose: Prose) -> Iterator[_Named]:
    """Where a period is named: `May`, `Tuesday`, `week 2`, `Q3`, `the second month`."""
    tokens = prose.tokens
    at = 0
    while at < len(tokens):
        found = [] if at in prose.hidden else _named_at(prose, at)
        yield from found
        at = max([at + 1, *(each.last for each in found)])


def _named_at(prose: Prose, at: int) -> list[_Named]:
    tokens = prose.tokens
    token = tokens[at]
    if token.lower in _CALENDAR and (token.text[0].isupper() or len(token.text) > 3):
        kind, place = _CALENDAR[token.lower]
        plain = (
            token.lower in ("may", "march", "fall", "spring", "sat", "sun") and not token.text[0].isupper()
        )
        return [] if plain else [_Named(at, at + 1, kind, place)]
    glued = re.fullmatch(r"([a-z]+)(\d{1,2})", token.lower)
    if token.kind == "word" and glued and glued[1] in _SHORT:
        return [_Named(at, at + 1, _SHORT[glued[1]], int(glued[2]) - 1)]
    after = tokens[at + 1] if at + 1 < len(tokens) else token
    ordinal = token.lower in _ORDINALS and stem(after.text) in NOUNS and after.lower == stem(after.text)
    if ordinal:
        return [_Named(at, at + 2, stem(after.text), _ORDINALS.index(token.lower))]
    before = tokens[at - 1].lower if at else ""
    if token.text.isdecimal() and not token.is_number and after.lower in ("st", "nd", "rd", "th"):
        noun = stem(tokens[at + 2].text) if at + 2 < len(tokens) else ""
        return [_Named(at, at + 3, noun, int(token.text) - 1)] if noun in NOUNS else []
    if token.kind == "word" and _noun(token) in NOUNS and before not in _EACH:
        return _numbered(prose, at)
    return []


def _noun(token: Token) -> str:
    """The noun of a period, also where it is cut short: `wk 3`."""
    short = token.lower if len(token.text) > 1 else ""
    return stem(_SHORT.get(short, token.text))


def _numbered(prose: Prose, at: int) -> list[_Named]:
    """`week 2`, `weeks 1, 2 and 3`, `days 1 to 4`."""
    tokens = prose.tokens
    noun, several = _noun(tokens[at]), tokens[at].lower != stem(tokens[at].text)
    found: list[_Named] = []
    here = at + 1
    while here < len(tokens) and tokens[here].is_number and here not in prose.hidden:
        value = tokens[here].value
        known = tokens[here].kind in ("integer", "spelled")
        if value is None or not known or not 0 < value <= MAX_PERIODS:
            break
        ranged = tokens[here - 1].lower in _TO
        if found and int(value) - 1 != found[-1].place + 1 and not (ranged and value > found[-1].place):
            break
        found.append(_Named(at if not found else here, here + 1, noun, int(value) - 1))
        here += 1
        after = tokens[here].value if here < len(tokens) else None
        if not several and after != value + 1:
            break
        while here < len(tokens) and tokens[here].lower in _JOINS:
            here += 1
    return found


def _counts(prose: Prose) -> Iterator[tuple[int, int]]:
    """Numbers that count periods: `the next four months`, `a 6-week plan`, `three quarters`."""
    for at, token in enumerate(prose.tokens):
        if at in prose.hidden or not token.is_number or token.value is None:
            continue
        if token.lower.endswith("quarters") and token.value.denominator in (1, 2, 4):
            yield at, int(token.value * 4)
            continue
        if token.value.denominator != 1 or not 1 < token.value <= MAX_PERIODS:
            continue
        if at and prose.tokens[at - 1].lower in ("first", "last", "other", "remaining", "final"):
            continue
        if [each.lower for each in prose.tokens[max(0, at - 2) : at]] in (["t", "="], ["n", "="]):
            yield at, int(token.value)
        for ahead in prose.tokens[at + 1 : at + 4]:
            if stem(ahead.text) in NOUNS:
                yield at, int(token.value)
            if ahead.lower not in _AHEAD:
                break


def _dates(prose: Prose) -> Iterator[int]:
    """`1 July`, `July 1`: numbers that stand by a month with a word of time before them."""
    tokens = prose.tokens
    for at, token in enumerate(tokens):
        month = _CALENDAR.get(token.lower, ("", 0))[0] == "month" and token.text[0].isupper()
        if not month or at in prose.hidden or at == 0:
            continue
        before = tokens[at - 2].lower if at > 1 else ""
        if tokens[at - 1].is_number and before in ("by", "on", "until", "from", "the", "before", "after"):
            yield at - 1


def _touching(dates: Collection[int]) -> frozenset[int]:
    return frozenset(at + 1 for at in dates)


def _names(named: Sequence[_Named], counts: dict[int, int], lengths: Collection[int]) -> tuple[str, ...]:
    """The names of all periods: those named if they follow on each other, else as many as are counted."""
    options: list[tuple[str, ...]] = []
    spoken: list[int] = []
    for kind in dict.fromkeys(each.kind for each in named):
        own = [each for each in named if each.kind == kind]
        options.append(_in_a_row(kind, own))
        spoken.append(len(options[-1]) * (len({each.place for each in own}) > 2))
    noun = next((each.kind for each in named), "period")
    for count in counts.values():
        options.append(tuple(f"{noun if noun not in _CYCLES else 'period'} {n}" for n in range(1, count + 1)))
    for length in lengths:
        options.append(tuple(f"period {n}" for n in range(1, length + 1)))
    options = [each for each in options if len(each) > 1]

    def rank(names: tuple[str, ...]) -> tuple[bool, bool, bool]:
        size = len(names)
        return size in counts.values(), size in spoken, size in lengths

    return max(options, key=rank, default=())


def _in_a_row(kind: str, named: Sequence[_Named]) -> tuple[str, ...]:
    """The names from the first to the last period named, if they are of one row."""
    places = {each.place for each in named}
    cycle = _CYCLES.get(kind)
    if cycle is None:
        whole = len(places) > 1 and len(places) == max(places) - min(places) + 1
        first = min(places) + 1 if whole and min(places) > 3 else 1
        return tuple(f"{kind} {n}" for n in range(first, max(places) + 2))
    size = len(cycle)
    first = named[0].place
    if (first - 1) % size in places and len(places) < size:
        first = min(
            (each for each in places if (each - 1) % size not in places),
            key=lambda start: (start - first) % size or size,
        )
    span = max((each - first) % size for each in places) + 1
    return tuple(cycle[(first + n) % size].capitalize() for n in range(span))


def _resolved(prose: Prose, named: Sequence[_Named], names: Sequence[str]) -> Iterator[Mention]:
    """Mentions of the periods that there are."""
    keys = [name_key(name) for name in names]
    for each in named:
        places = {at for at, key in enumerate(keys) if key == (each.kind, each.place)}
        general = not any(keys) or all(key is not None and key[0] == "period" for key in keys)
        if not places and each.kind not in _CYCLES and each.place < len(names):
            counted = general or all(key is None or key[0] in _CYCLES for key in keys)
            numbers = all(re.fullmatch(r"\d+", name.strip()) for name in names)
            places = {each.place} if counted or numbers else set()
        if places:
            yield Mention(each.first, each.last, frozenset(places))
    taken = {at for each in named for at in range(each.first, each.last)}
    yield from _relative(prose, len(names), taken)


def _relative(prose: Prose, count: int, taken: Collection[int]) -> Iterator[Mention]:
    """`the first two months`, `the last week`, `the other two`, `thereafter`."""
    tokens = prose.tokens
    for at, token in enumerate(tokens[:-1]):
        if at in prose.hidden or at in taken:
            continue
        if token.lower not in ("first", "last", "final", "other", "remaining", "rest"):
            continue
        here = at + 1
        many = 1
        if tokens[here].is_number and tokens[here].kind in ("integer", "spelled"):
            many = int(tokens[here].value or 1)
            here += 1
        noun = here < len(tokens) and stem(tokens[here].text) in NOUNS
        plural = noun and tokens[here].lower != stem(tokens[here].text)
        ends = here >= len(tokens) or tokens[here].kind == "mark" or tokens[here].lower in ("and", "or")
        if not noun and not (here > at + 1 and ends and many < count):
            continue
        if noun and plural and many == 1 and token.lower not in ("other", "remaining"):
            continue
        begin = token.lower == "first"
        if token.lower in ("other", "remaining", "rest"):
            many = many if here > at + 1 else 0
        places = range(many) if begin else range(count - many, count)
        yield Mention(at, here + noun, frozenset(places) if many else frozenset())


def _grouped(prose: Prose, mentions: Sequence[Mention]) -> list[Mention]:
    """Mentions with nothing but joining words between them as one; `March to May` is all three months."""
    found: list[Mention] = []
    for each in mentions:
        last = found[-1] if found else None
        between = (
            [token.lower for token in prose.tokens[last.last : each.first]] if last is not None else ["."]
        )
        plain = [word for word in between if word not in ("the", "in")]
        if last is not None and all(word in _JOINS for word in plain) and len(between) <= 3 and each.places:
            both = last.places | each.places
            if any(word in _TO for word in plain) and last.places:
                both = frozenset(range(min(last.places), max(each.places) + 1))
            found[-1] = Mention(last.first, each.last, frozenset(both))
        else:
            found.append(each)
    return found
