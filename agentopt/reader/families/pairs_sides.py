"""Which of the names of a text stand on the one side and which on the other.

What is listed side by side, or said in one way, is of one side; the two names that one number is said of are
of different sides. Every such hint joins names, the surest first; what they leave open is tried both ways,
and the reading that uses every number decides.
"""

from __future__ import annotations

__all__ = ["Grouping", "groupings"]

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from agentopt.reader.families.names import Mention
from agentopt.reader.families.pairs_names import Found
from agentopt.reader.tokens import Token

Grouping = tuple[tuple[str, ...], tuple[str, ...]]
"""The names of the two sides, each in the order of their mention."""

MAX_OPEN = 5
"""Groups of names that nothing joins; with more, a text is not read."""

MAX_TRIED = 60
"""Ways to divide the names that are tried."""

Hint = tuple[int, str, str, bool]
"""How sure it is, two names, and whether they are of different sides."""


def groupings(
    tokens: Sequence[Token],
    found: Found,
    given: Sequence[Grouping],
    groups: Sequence[Sequence[str]],
    ids: Collection[int],
) -> Iterator[Grouping]:
    """The ways to divide the names, the likeliest first.

    Args:
        tokens: of the text.
        found: its names.
        given: the two sides of tables that cross them.
        groups: names that tables give in one row or column.
        ids: number tokens that are part of names.
    """
    hints = [*_of_tables(given, groups), *_of_names(found), *_of_prose(tokens, found, ids)]
    labels = [name for sides in given for side in sides for name in side]
    labels += [name for group in groups for name in group]
    counted = _counted(tokens, found, ids)
    order = dict.fromkeys([*labels, *(mention.name for mention in found.mentions)])
    names = [name for name in order if name in labels or name in counted]
    if given:
        names = [name for name in names if name in labels]
    sides = _Sides(names)
    for _, one, other, differ in sorted(hints, key=lambda hint: -hint[0]):
        if one in sides.parent and other in sides.parent:
            sides.join(one, other, differ)
    yield from _divided(sides, names, counted)


def _divided(sides: _Sides, names: Sequence[str], counted: Mapping[str, int]) -> Iterator[Grouping]:
    parts: dict[str, tuple[list[str], list[str]]] = {}
    for name in names:
        root, turned = sides.root(name)
        parts.setdefault(root, ([], []))[turned].append(name)
    several = sorted(parts.values(), key=lambda part: -sum(counted.get(n, 1) for s in part for n in s))
    if len(several) > MAX_OPEN:
        several = several[:MAX_OPEN]
    if not several:
        return
    first, *rest = several
    choices = []
    for part in rest:
        weight = sum(counted.get(name, 1) for side in part for name in side)
        keep = [part, (part[1], part[0])]
        choices.append([*keep, ([], [])] if weight < 4 else keep)
    seen = set()
    ordered = sorted(product(*choices), key=lambda choice: sum(part == ([], []) for part in choice))
    for choice in ordered[:MAX_TRIED]:
        one = [*first[0], *(name for part in choice for name in part[0])]
        other = [*first[1], *(name for part in choice for name in part[1])]
        if one and other:
            key = (frozenset(one), frozenset(other))
            if key not in seen:
                seen.add(key)
                place = {name: at for at, name in enumerate(names)}
                yield tuple(sorted(one, key=place.__getitem__)), tuple(sorted(other, key=place.__getitem__))


class _Sides:
    """Names joined as of one side or of two, by a root and whether they differ from it."""

    def __init__(self, names: Sequence[str]) -> None:
        self.parent = {name: (name, False) for name in names}

    def root(self, name: str) -> tuple[str, bool]:
        """The root of a name, and whether the name is of the other side."""
        turned = False
        while self.parent[name][0] != name:
            name, step = self.parent[name]
            turned ^= step
        return name, turned

    def join(self, one: str, other: str, differ: bool) -> None:
        """Take a hint unless what is known contradicts it."""
        (first, turned), (second, also) = self.root(one), self.root(other)
        if first != second:
            self.parent[second] = (first, turned ^ also ^ differ)


def _of_tables(given: Sequence[Grouping], groups: Sequence[Sequence[str]]) -> Iterator[Hint]:
    for one, other in given:
        for side in (one, other):
            yield from ((100, a, b, False) for a, b in pairwise(side))
        if one and other:
            yield 100, one[0], other[0], True
    for group in groups:
        yield from ((90, a, b, False) for a, b in pairwise(group))


def _of_names(found: Found) -> Iterator[Hint]:
    kinds: dict[str, list[str]] = {}
    for name, head in found.heads.items():
        if head:
            kinds.setdefault(head, []).append(name)
        elif re.fullmatch(r"[A-Z]{1,3}[-_]?\d{1,3}|[a-z]\d{1,2}", name):
            kinds.setdefault(re.sub(r"[-_\d]", "", name) + "#", []).append(name)
    for same in kinds.values():
        yield from ((60, a, b, False) for a, b in pairwise(same))
    for listed in found.listed:
        yield from ((55, a, b, False) for a, b in pairwise(listed))


@dataclass(frozen=True, slots=True)
class _Part:
    """A stretch between commas: its names, its numbers, and in which form the last name meets its number."""

    named: tuple[Mention, ...]
    numbers: tuple[int, ...]
    form: str


_ENDS = frozenset({",", ";", "and", "while", "but", "whereas", "or", "&", "/"})


def _counted(tokens: Sequence[Token], found: Found, ids: Collection[int]) -> dict[str, int]:
    """In how many stretches of a sentence with numbers a name stands; lists of names count too."""
    with_number = {token.sentence for at, token in enumerate(tokens) if token.is_number and at not in ids}
    counts: dict[str, int] = {}
    for mention in found.mentions:
        if tokens[mention.first].sentence in with_number:
            counts[mention.name] = counts.get(mention.name, 0) + 1
    for group in found.listed:
        for name in group:
            counts.setdefault(name, 1)
    return counts


def _of_prose(tokens: Sequence[Token], found: Found, ids: Collection[int]) -> Iterator[Hint]:
    """What the order of names and numbers says."""
    yield from _runs(tokens, found)
    yield from _arrows(tokens, found)
    yield from _headed(tokens, found, ids)
    before: _Part | None = None
    sentence = -1
    led: Mention | None = None
    for part in _parts(tokens, found, ids):
        here = tokens[part.named[0].first if part.named else part.numbers[0]].sentence
        if here != sentence:
            before, led = None, None
        sentence = here
        if len(part.named) == 2 and len(part.numbers) == 1:
            yield 40, part.named[0].name, part.named[1].name, True
        if before is not None and part.form and part.form == before.form:
            yield 38, before.named[-1].name, part.named[-1].name, False
        if led is not None and part.named and part.numbers and led.name != part.named[-1].name:
            yield 20, led.name, part.named[-1].name, True
        if (part.named and not part.numbers) or (len(part.named) == 2 and len(part.numbers) == 1):
            led = part.named[0] if led is None else led
        if part.numbers and len(part.named) > 2:
            names = [mention.name for mention in part.named]
            yield from ((10, a, b, False) for a, b in pairwise(names[1:]))
        before = part if part.form else None


def _parts(tokens: Sequence[Token], found: Found, ids: Collection[int]) -> Iterator[_Part]:
    starts = {mention.first: mention for mention in found.mentions if not _is_denied(tokens, mention)}
    named: list[Mention] = []
    numbers: list[int] = []
    at, sentence = 0, 0
    while at <= len(tokens):
        ends = at == len(tokens) or tokens[at].sentence != sentence or tokens[at].lower in _ENDS
        if (ends and at not in starts) or ends:
            if named or numbers:
                yield _Part(tuple(named), tuple(numbers), _form(tokens, named, numbers))
            named, numbers = [], []
        if at == len(tokens):
            return
        sentence = tokens[at].sentence
        if at in starts:
            named.append(starts[at])
            at = starts[at].last
            continue
        if tokens[at].is_number and at not in ids:
            numbers.append(at)
        at += 1


def _is_denied(tokens: Sequence[Token], mention: Mention) -> bool:
    """Whether a name is only said to be left out: `no dog for him`."""
    return bool(
        {token.lower for token in tokens[max(0, mention.first - 2) : mention.first]} & {"no", "not", "except"}
    )


_SMALL = frozenset({"to", "from", "for", "in", "at", "on", "by", "with", "of"})


def _form(tokens: Sequence[Token], named: Sequence[Mention], numbers: Sequence[int]) -> str:
    """How a number is said of the name nearest to it: which comes first, and the word that joins them."""
    if len(numbers) != 1 or not named:
        return ""
    last = named[-1]
    (number,) = numbers
    before = tokens[last.first - 1].lower if last.first else ""
    back = last.first - 1
    while back > 0 and tokens[back].lower in ("the", "a", "an", "our", "$", "€", "£"):
        back -= 1
        before = tokens[back].lower
    word = before if before in _SMALL else ""
    if last.first > number:
        return f"n{word or '-'}"
    close = number - last.last
    return f"N{word or '-'}{'near' if close < 3 else ''}"


def _headed(tokens: Sequence[Token], found: Found, ids: Collection[int]) -> Iterator[Hint]:
    """`Block 1: north 6 centre 5 south 11`: what stands before a colon, and what numbers follow."""
    for place, mention in enumerate(found.mentions):
        if mention.last >= len(tokens) or tokens[mention.last].text not in ":":
            continue
        rest = []
        for other in found.mentions[place + 1 :]:
            between = tokens[mention.last + 1 : other.first]
            if tokens[other.first].sentence != tokens[mention.first].sentence or other.name == mention.name:
                break
            if any(token.text in ":;" for token in between):
                break
            rest.append(other)
        last = rest[-1].last + 2 if rest else mention.last
        numbers = [at for at in range(mention.last, min(len(tokens), last)) if tokens[at].is_number]
        if len([at for at in numbers if at not in ids]) > 1 and len(rest) > 1:
            yield 42, mention.name, rest[0].name, True
            yield from ((41, a.name, b.name, False) for a, b in pairwise(rest) if a.name != b.name)


def _runs(tokens: Sequence[Token], found: Found) -> Iterator[Hint]:
    """Names with nothing but commas, `and` and their kind between them."""
    filler = {"the", "a", "an", *found.heads.values()} - {""}
    for one, other in pairwise(found.mentions):
        between = [token.lower for token in tokens[one.last : other.first]]
        marks = [word for word in between if word not in filler]
        if tokens[one.first].sentence != tokens[other.first].sentence or not marks or len(between) > 4:
            continue
        if set(marks) <= {",", "and", "or", "&", "/"} and one.name != other.name:
            sure = 50 if set(marks) & {"and", "or", "&"} or marks == [","] else 45
            yield sure, one.name, other.name, False


def _arrows(tokens: Sequence[Token], found: Found) -> Iterator[Hint]:
    """`X -> Y`, `X-Y 40`, `X to Y`."""
    for one, other in pairwise(found.mentions):
        between = "".join(token.lower for token in tokens[one.last : other.first])
        if one.name != other.name and between in ("->", "→", "-", "–", "—", "to", "-->", "=>", "tothe", ">"):
            yield 58 if between != "-" else 44, one.name, other.name, True
