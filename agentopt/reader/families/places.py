"""The places of a network: what prose links with words such as `from`, `to`, `between` and arrows.

No dictionary says what a place is called. A place is whatever stands at the end of a link, and since a
network links each place more than once, its name comes back: `the hotel`, `hall 1`, `exit North`, `S`, `R1`.
"""

from __future__ import annotations

__all__ = ["Place", "Places", "places_in"]

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from agentopt.reader.families.nouns import stem, words
from agentopt.reader.families.placewords import NO_PLACE, NODE_NOUNS, UNITS
from agentopt.reader.tokens import Token

_LEADS = words(
    "from to into onto towards toward between via through reach reaches leave leaves leaving at in "
    "feeds feed supplies serves enters joins meets"
)
_JOINS = words("and or & , / ;")
_DASHES = frozenset({"-", "–", "—", "/", "↔", "<->", "⇄", "⟷"})
_ARROWS = frozenset({"→", "⟶", "⇒", ">", "➔", "➜", "↦"})
_ARTICLES = words("the a an my our your its their this that")


@dataclass(frozen=True, slots=True)
class Place:
    """A mention of a place, from its first token to the one before `last`."""

    name: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a text and where they are mentioned, in the order of the text."""

    names: tuple[str, ...]
    mentions: tuple[Place, ...]


def places_in(tokens: Sequence[Token], known: Sequence[str] = (), hidden: Collection[int] = ()) -> Places:
    """The places of a text.

    Args:
        tokens: of the text.
        known: names that a table gives; none else are looked for where there are some.
        hidden: tokens of tables.

    >>> from agentopt.reader.tokens import tokenize
    >>> text = "From the hotel it is 4 minutes to the old mill. The mill is 3 minutes from the gate."
    >>> places_in(tokenize(text)).names
    ('hotel', 'mill', 'gate')
    """
    finder = _Finder(tokens, hidden)
    return finder.places(list(known) or finder.found())


class _Finder:
    """Looks for names, then for their mentions."""

    def __init__(self, tokens: Sequence[Token], hidden: Collection[int]) -> None:
        self.tokens, self.hidden = tokens, hidden
        self.numbered = self._numbered()
        self.joined = self._joined()

    def _numbered(self) -> frozenset[str]:
        """The numbers that name nodes: `1 -> 2`, `1-2: 5`, `(1, 2)`, after which `from 1 to 2` does too."""
        found: Counter[str] = Counter()
        for at in range(len(self.tokens) - 2):
            one, link, other = self.tokens[at : at + 3]
            if at + 3 < len(self.tokens) and link.text in "-=" and other.text == ">":
                other = self.tokens[at + 3]
                glued = True
            else:
                glued = link.end == other.start and one.end == link.start
            if not (_is_small(one) and _is_small(other)) or one.text == other.text:
                continue
            framed = (
                link.text == ","
                and at > 0
                and self.tokens[at - 1].text == "("
                and at + 3 < len(self.tokens)
                and self.tokens[at + 3].text == ")"
            )
            arrow = link.text in _ARROWS or (link.text in "-=" and self.tokens[at + 2].text == ">")
            if arrow or framed or (link.text in _DASHES and glued):
                found.update((one.text, other.text))
        return frozenset(found) if len(found) > 2 or self._is_drawn_to(found) else frozenset()

    def _is_drawn_to(self, numbers: Collection[str]) -> bool:
        """Whether arrows lead from letters to numbers that a colon follows: `S → 1: 4`."""
        return any(
            one.kind == "word" and link.text in _ARROWS and other.text in numbers and mark.text in ":=("
            for one, link, other, mark in zip(
                self.tokens, self.tokens[1:], self.tokens[2:], self.tokens[3:], strict=False
            )
        )

    def _joined(self) -> frozenset[int]:
        """The hyphens inside names, as in `sw-a -> sw-b`: an arrow or `to` stands beside the whole."""
        found = set()
        for at in range(1, len(self.tokens) - 1):
            one, link, other = self.tokens[at - 1 : at + 2]
            glued = link.text == "-" and one.end == link.start and link.end == other.start
            if not glued or one.kind != "word" or other.kind == "mark":
                continue
            before = self.tokens[at - 2].lower if at > 1 else ""
            after = self.tokens[at + 2] if at + 2 < len(self.tokens) else None
            beyond = self.tokens[at + 3].text if at + 3 < len(self.tokens) else ""
            arrow = after is not None and (
                after.text in _ARROWS or after.lower == "to" or (after.text in "-=" and beyond == ">")
            )
            if arrow or before in _ARROWS | {"from", "to"}:
                found.add(at)
        return frozenset(found)

    def is_named(self, at: int) -> bool:
        """Whether a number is the name of a node, and no data."""
        token = self.tokens[at]
        if token.text not in self.numbered:
            return False
        before = self.tokens[at - 1].text.lower() if at else ""
        after = self.tokens[at + 1].text if at + 1 < len(self.tokens) else ""
        beyond = self.tokens[at + 2] if at + 2 < len(self.tokens) else None
        if before in _DASHES | _ARROWS and at > 1:
            start = self.tokens[at - 3 if self.tokens[at - 2].text in "-=" and at > 2 else at - 2]
            return start.text in self.numbered or (before in _ARROWS and start.kind == "word")
        if after in "-=" and beyond is not None and beyond.text == ">":
            return True
        if after in _ARROWS or (after in _DASHES and beyond is not None and beyond.text in self.numbered):
            return True
        if (after == "," and before == "(") or (
            before == "," and after == ")" and self.tokens[at - 3].text == "("
        ):
            return True
        if stem(before) in NODE_NOUNS or self._is_listed(at):
            return True
        pair = {"from": "to", "between": "and"}
        if before in pair:
            return after.lower() == pair[before]
        if before in ("to", "and") and at > 2:
            opened = self.tokens[at - 3].lower
            return pair.get(opened) == before and self.tokens[at - 2].text in self.numbered
        return False

    def _is_listed(self, at: int) -> bool:
        """Whether a number stands in a list of the names of nodes: `nodes 1, 2, 3 and 4`."""
        marks = (",", "and", "{", "(", "=", ":", "…")
        while at > 0 and (self.tokens[at].text in self.numbered or self.tokens[at].lower in marks):
            at -= 1
        return stem(self.tokens[at].text) in NODE_NOUNS | {"vertice", "v"}

    def found(self) -> list[str]:
        """The names: runs of words at the ends of links that come back or are written as names."""
        ends: Counter[str] = Counter()
        proper: set[str] = set()
        for first, last in self._runs():
            name = self._text(first, last)
            strong = self._is_linked(first, last)
            ends[name] += strong
            if strong and (self._is_proper(first, last) or self._has_article(first)):
                proper.add(name)
        runs = Counter(self._text(first, last) for first, last in self._runs())
        good = {name.lower(): name for name in ends if ends[name] and (name in proper or runs[name] > 1)}
        return self._reduced(list(good.values()), runs)

    def _reduced(self, names: list[str], runs: Counter[str]) -> list[str]:
        """The names without those that are another with a word more: `old mill` beside `mill`."""
        kept = []
        for name in names:
            parts = name.split()
            shorter = [
                other
                for other in names
                if other != name
                and len(other.split()) < len(parts)
                and (
                    other.split() == parts[-len(other.split()) :]
                    or other.split() == parts[: len(other.split())]
                )
            ]
            longer = [
                other
                for other in names
                if other != name and len(other.split()) > len(parts) and parts == other.split()[-len(parts) :]
            ]
            if shorter and not re.search(r"\d$|\b[A-Z]$", name) and runs[shorter[0]] >= runs[name]:
                continue
            if len(longer) == 1 and (re.fullmatch(r"[A-Z]\d*|\d+", name) or runs[longer[0]] > runs[name]):
                continue
            kept.append(name)
        return kept

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Runs of words that may be a name, from their first token to the one after the last."""
        at = 0
        while at < len(self.tokens):
            if at in self.hidden or not self._may(at):
                at += 1
                continue
            begin = at
            while at < len(self.tokens) and at not in self.hidden and self._may(at, inside=at > begin):
                glued = at + 1 < len(self.tokens) and self.tokens[at + 1].text == "'"
                at += 1
                if self.tokens[at - 1].is_number or glued:
                    break
                if at < len(self.tokens) and self.tokens[at].sentence != self.tokens[begin].sentence:
                    break
            if at - begin <= 4:
                yield begin, at

    def _may(self, at: int, *, inside: bool = False) -> bool:
        token = self.tokens[at]
        if at in self.joined:
            return inside
        if at - 1 in self.joined:
            return True
        if token.is_number:
            if inside:
                before = self.tokens[at - 1]
                after = self.tokens[at + 1].lower if at + 1 < len(self.tokens) else ""
                told = stem(before.text) in NODE_NOUNS or self._counts_up(stem(before.text))
                return _is_small(token) and told and after not in UNITS
            return self.is_named(at)
        if token.kind != "word":
            return False
        if len(token.text) == 1:
            after = self.tokens[at + 1].lower if at + 1 < len(self.tokens) else ""
            if token.text == "a":
                return self._is_drawn(at)
            if token.text == "A":
                return not self._is_article(at)
            if (
                token.text.islower()
                and at
                and (self.tokens[at - 1].is_number or self.tokens[at - 1].text == "/")
            ):
                return False  # a unit
            return token.text != "I" or (token.text == "I" and after in ("-", "to"))
        if token.lower in NO_PLACE:
            # Nobody leaves by a pass, but from the Pass.
            named = at > 0 and self.tokens[at - 1].lower == "the" and token.text[0].isupper()
            return named and token.text[1:].islower()
        return not token.lower.endswith(("'s", "’s")) or inside

    def _is_drawn(self, at: int) -> bool:
        """Whether an `a` is a node: an arrow or a dash touches it, or the word node stands before it."""
        before = self.tokens[at - 1] if at else None
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        marks = _ARROWS | _DASHES - {"/"}
        return (
            (before is not None and (before.text in marks or stem(before.text) in NODE_NOUNS))
            or (after is not None and after.text in marks)
        )  # fmt: skip

    def _is_article(self, at: int) -> bool:
        """Whether the capital A begins a sentence as an article: `A road leads`."""
        before = self.tokens[at - 1] if at else None
        after = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        opens = before is None or before.sentence != self.tokens[at].sentence or before.text in ".?!:•*"
        if not opens or after is None or after.kind != "word":
            return False
        return after.lower not in _LEADS | _JOINS | words("is has connects leads can feeds links has sends")

    def _counts_up(self, noun: str) -> bool:
        """Whether a noun is told apart by numbers in this text: `hall 1` and `hall 2`."""
        found = {
            self.tokens[at + 1].text
            for at, token in enumerate(self.tokens[:-1])
            if token.kind == "word" and stem(token.text) == noun and _is_small(self.tokens[at + 1])
        }
        counted = found == {str(number) for number in range(1, len(found) + 1)}
        return len(noun) > 1 and noun not in NO_PLACE and counted and len(found) > 1

    def _text(self, first: int, last: int) -> str:
        parts = []
        for at in range(first, last):
            apart = at > first and self.tokens[at - 1].end < self.tokens[at].start
            parts.append(" " * apart + self.tokens[at].text)
        return "".join(parts)

    def _is_proper(self, first: int, last: int) -> bool:
        return any(token.text[0].isupper() or token.is_number for token in self.tokens[first:last])

    def _has_article(self, first: int) -> bool:
        return first > 0 and self.tokens[first - 1].lower in ("the", "a", "an", "my", "our")

    def _is_linked(self, first: int, last: int) -> bool:
        """Whether a run stands at an end of a link."""
        before = first - 1
        while before >= 0 and self.tokens[before].lower in _ARTICLES:
            before -= 1
        lead = self.tokens[before].lower if before >= 0 else ""
        after = self.tokens[last].lower if last < len(self.tokens) else ""
        if (
            lead == "to"
            and before > 0
            and self.tokens[before - 1].lower in ("up", "due", "according", "equal")
        ):
            return False
        if lead in _LEADS or lead in _DASHES | _ARROWS or after in _DASHES | _ARROWS:
            return True
        if after in ("to", "into"):
            return True
        if lead in _JOINS:
            return self._is_proper(first, last) or self._has_article(first)
        return after in (":", "(") and self._is_proper(first, last)

    def places(self, names: Sequence[str]) -> Places:
        """The mentions of names, the longest where several fit."""
        spelled = {
            name: tuple(part.lower() for part in re.findall(r"\w[\w'’]*|[^\w\s]", name)) for name in names
        }
        short = {parts: name for name, parts in spelled.items()}
        for name, parts in spelled.items():
            heads = [parts[:cut] for cut in range(1, len(parts)) if name.split()[0][0].isupper()]
            for part in [*(parts[cut:] for cut in range(1, len(parts))), *heads]:
                if part not in spelled.values():
                    short[part] = name if short.get(part, name) == name else ""
        found: list[Place] = []
        at = 0
        longest = max(map(len, spelled.values()), default=0)
        while at < len(self.tokens):
            for length in range(min(longest, len(self.tokens) - at), 0, -1):
                part = tuple(token.lower for token in self.tokens[at : at + length])
                name = short.get(part, "")
                if not name or at in self.hidden or not self._stands(at, length, name):
                    continue
                found.append(Place(name, at, at + length))
                at += length - 1
                break
            at += 1
        return Places(tuple(names), tuple(found))

    def _stands(self, at: int, length: int, name: str) -> bool:
        """Whether the words mean the place here: a letter in its case, a number that is no amount."""
        token = self.tokens[at]
        if length == 1 and token.is_number:
            return self.is_named(at)
        if length == 1 and len(token.text) == 1:
            return token.text in name.split() and self._may(at)
        return True


def _is_small(token: Token) -> bool:
    return token.kind == "integer" and token.text.isdecimal() and len(token.text) < 3
