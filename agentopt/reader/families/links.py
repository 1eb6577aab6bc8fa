"""The links of a network as prose, lists and tables write them, each with its numbers.

A sentence is read as a row of symbols: places, numbers, and the few words that tie them. From these come
links (`A-B`, `from A to B`, `A: B, C`, `between A and B`, `A is 5 km from B`), and every number goes to the
link beside it, such that the fewest links and numbers stay alone.
"""

from __future__ import annotations

__all__ = ["Link", "Sentence", "sentences_of"]

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.linksymbols import Symbol, symbols_of
from agentopt.reader.families.nouns import words
from agentopt.reader.families.places import Places
from agentopt.reader.tokens import Token

_SHARED = words("each both all apiece either")


@dataclass(frozen=True, slots=True)
class Link:
    """Two places, and the tokens of the numbers said of the way between them.

    Attributes:
        both: whether it is written without a direction.
        first, last: the tokens it is written in.
        numbers: the tokens of its numbers; of tables, none.
    """

    start: str
    end: str
    both: bool
    first: int
    last: int
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence with its symbols and links, as `links(count)` gives each so many numbers."""

    span: range
    symbols: tuple[Symbol, ...]
    bare: tuple[Link, ...]
    tokens: Sequence[Token] = field(repr=False)

    def links(self, count: int) -> tuple[list[Link], float]:
        """The links with `count` numbers each as far as possible, and what it cost to place them."""
        return _placed(self, count)

    @property
    def words(self) -> str:
        """The sentence in lower case."""
        return " ".join(self.tokens[at].lower for at in self.span)


def sentences_of(
    text: str, tokens: Sequence[Token], places: Places, hidden: Collection[int] = ()
) -> list[Sentence]:
    """The sentences of a text with the links in them."""
    found = []
    for span in sentences(text, tokens, hidden):
        symbols = tuple(symbols_of(tokens, span, places))
        found.append(Sentence(span, symbols, tuple(_Scan(symbols, tokens).links()), tokens))
    return found


class _Scan:
    """Reads the links off the symbols of a sentence, from left to right."""

    def __init__(self, symbols: Sequence[Symbol], tokens: Sequence[Token]) -> None:
        self.symbols, self.tokens = symbols, tokens
        self.head: Symbol | None = None
        self.firm = False  # whether the head is where ways begin, not only what is spoken of
        self.fanned = False  # whether a link from the head was read
        self.reached: Symbol | None = None  # to which ways are told: `B is reached from A in 5 minutes`
        self.apart = False  # whether distances from the head are told: `A is 5 km from B`
        self.opened: Symbol | None = None  # after `between`
        self.goal: Symbol | None = None  # a `to B` whose `from A` may follow
        self.end: Symbol | None = None  # the end of the last link from the head
        self.led = False  # whether a number stood before that end
        self.last: Link | None = None  # the last link, which may be told the other way round

    def links(self) -> Iterator[Link]:
        """The links, in order."""
        for at, symbol in enumerate(self.symbols):
            if symbol.kind in (";", "opens"):
                self._forget()
            elif symbol.kind == "P":
                yield Link(symbol.name[0], symbol.name[1], True, symbol.at, symbol.at)
                self._forget()
            elif symbol.kind == "turn" and self.last is not None:
                yield replace(
                    self.last, start=self.last.end, end=self.last.start, first=symbol.at, last=symbol.at
                )
            elif symbol.kind == "X":
                link = self._place(at, symbol)
                if link is not None and link.start != link.end:
                    self.last = link
                    yield link

    def _forget(self) -> None:
        self.head = self.opened = self.goal = self.end = self.reached = None
        self.firm = self.fanned = self.apart = self.led = False

    def _begin(self, symbol: Symbol, *, firm: bool = False) -> None:
        self._forget()
        self.head, self.firm = symbol, firm

    def _link(self, start: Symbol, end: Symbol, *, both: bool) -> Link:
        return Link(start.name, end.name, both, min(start.at, end.at), max(start.at, end.at))

    def _place(self, at: int, symbol: Symbol) -> Link | None:
        before, ties = self._before(at)
        tie = next((each for each in reversed(ties) if each in _STRONG), ties[-1] if ties else "")
        ahead = self._ahead(at)
        if "between" in ties:
            self._begin(symbol)
            self.opened = symbol
            return None
        if self.opened is not None:
            opened = self.opened
            self._forget()
            return self._link(opened, symbol, both=True)
        if tie == "from":
            return self._origin(symbol, before, ahead)
        if tie in ("dash", "arrow"):
            return self._drawn(symbol, before, tie, at)
        if tie == "to":
            return self._goal(symbol, before)
        if tie == "with" and self.head is not None:
            self.fanned = True
            return self._link(self.head, symbol, both=True)
        return self._loose(at, symbol, before, ties, ahead)

    def _before(self, at: int) -> tuple[Symbol | None, list[str]]:
        """The place or number before a symbol, and the ties between."""
        ties: list[str] = []
        for back in range(at - 1, -1, -1):
            if self.symbols[back].kind in "XNP":
                return self.symbols[back], ties[::-1]
            ties.append(self.symbols[back].kind)
        return None, ties[::-1]

    def _ahead(self, at: int) -> str:
        """The strong tie before the next place, or "" where there is none."""
        for symbol in self.symbols[at + 1 :]:
            if symbol.kind in _STRONG:
                return symbol.kind
            if symbol.kind in "XP;":
                return ""
        return ""

    def _origin(self, symbol: Symbol, before: Symbol | None, ahead: str) -> Link | None:
        if self.goal is not None:
            goal = self.goal
            self._begin(symbol, firm=True)
            self.fanned = True
            return self._link(symbol, goal, both=False)
        told = self.head is not None and not self.firm and ahead not in ("to", "arrow", "dash")
        if told and self.head is not None and not self.apart and before is self.head and self._told(symbol):
            self.reached = self.head
        if told and self.reached is not None and self._told(symbol):
            return self._link(symbol, self.reached, both=False)
        if told and (self.apart or (before is not None and before.kind == "N" and not self.fanned)):
            self.apart = True
            assert self.head is not None
            return self._link(self.head, symbol, both=True)
        self._begin(symbol, firm=True)
        return None

    def _told(self, symbol: Symbol) -> bool:
        """Whether a number follows a place before any other place or tie."""
        after = self.symbols[self.symbols.index(symbol) + 1 :]
        return bool(after) and after[0].kind == "N"

    def _drawn(self, symbol: Symbol, before: Symbol | None, tie: str, at: int) -> Link | None:
        """A dash or an arrow: the place before it is the start, also with a number on the line."""
        if before is None:
            return None
        start = before
        if before.kind == "N" and self.head is not None:
            start = self.head
        if start.kind != "X":
            return None
        self._begin(start)
        self.fanned = True
        return self._link(start, symbol, both=tie == "dash")

    def _goal(self, symbol: Symbol, before: Symbol | None) -> Link | None:
        if before is not None and before.kind == "X" and not (self.firm and before is not self.head):
            if self.head is not before:
                self._begin(before)
            self.fanned = True
            return self._link(before, symbol, both=False)
        if self.head is None:
            self.goal = symbol
            return None
        self.fanned = True
        self.end, self.led = symbol, before is not None and before.kind == "N"
        return self._link(self.head, symbol, both=False)

    def _loose(
        self, at: int, symbol: Symbol, before: Symbol | None, ties: Sequence[str], ahead: str
    ) -> Link | None:
        """A place after `and`, a comma, a colon or nothing: one more end of a fan, or a new beginning."""
        adjacent = before is not None and before.kind == "X"
        framed = at > 2 and self.symbols[at - 3].kind == "("
        closes = at + 1 < len(self.symbols) and self.symbols[at + 1].kind == ")"
        if adjacent and ties == [","] and closes and framed and before is not None:
            self._begin(symbol)
            self.head = None
            return self._link(before, symbol, both=False)
        if ahead in ("to", "arrow", "dash") and not (ahead == "to" and self._number_follows(at)):
            self._begin(symbol)
            return None
        if adjacent and "and" in ties and self.head is before and not self.firm and not self.fanned:
            self._forget()
            if self._is_enumerated(at):
                return None
            assert before is not None
            return self._link(before, symbol, both=True)
        told = before is not None and before.kind == "N"
        if self._is_like(at) and self.end is not None:
            return self._link(symbol, self.end, both=False)
        if self.head is not None and (self.fanned or ":" in ties or (self.firm and told)):
            if ahead == "from" or (not self.firm and self._subject(at)):
                self._begin(symbol)
                return None
            self.fanned = True
            return self._link(self.head, symbol, both=False)
        self._begin(symbol)
        if ":" in [each.kind for each in self.symbols[at + 1 : at + 2]]:
            self.firm = True
        return None

    def _is_enumerated(self, at: int) -> bool:
        """Whether a place after `and` ends a list of three or more: `stations S, V and W`."""
        kinds = [each.kind for each in self.symbols[:at]]
        while kinds and kinds[-1] in ("and", ","):
            kinds.pop()
        return kinds[-3:] == ["X", ",", "X"] and kinds[-4:-3] != ["and"]

    def _is_like(self, at: int) -> bool:
        """Whether `and hall 2 60` tells of another beginning what `hall 1 lets 80 out to the street` told."""
        follows = [each.kind for each in self.symbols[at + 1 : at + 3]]
        joined = not self.firm and self.symbols[at - 1].kind in ("and", ",")
        return joined and ((self.led and follows[:1] == ["N"]) or follows == ["with", "N"])

    def _number_follows(self, at: int) -> bool:
        """Whether a number stands before the next tie, as in a fan: `to B 4 and C 7, to D`."""
        for symbol in self.symbols[at + 1 :]:
            if symbol.kind == "N":
                return self.fanned
            if symbol.kind in ("X", "to"):
                return False
        return False

    def _subject(self, at: int) -> bool:
        """Whether a place begins a clause with a verb, as `hall 2 leads` does."""
        return any(each.kind == "and" for each in self.symbols[at + 1 : at + 2])


_STRONG = ("from", "to", "dash", "arrow", "with", "between")


# Numbers to links.

_Given = tuple[float, tuple[tuple[int, tuple[int, ...]], ...]]
"""What it costs, and which numbers go to which link."""


def _placed(sentence: Sentence, count: int) -> tuple[list[Link], float]:
    """Numbers given to links such that the fewest stay alone."""
    items: list[tuple[int, Link | None]] = [(link.last, link) for link in sentence.bare]
    items += [(symbol.at, None) for symbol in sentence.symbols if symbol.kind == "N"]
    items.sort(key=lambda item: item[0])
    breaks = [symbol.at for symbol in sentence.symbols if symbol.kind in (";", "opens")]
    commas = [symbol.at for symbol in sentence.symbols if symbol.kind in (",", "and")]
    shared = any(sentence.tokens[at].lower in _SHARED for at in sentence.span)
    size = len(items)

    def gap(one: int, other: int, weight: float = 0.02) -> float:
        low, high = sorted((items[one][0], items[other][0]))
        crossed = sum(low < at < high for at in breaks)
        return 0.7 * bool(crossed) + weight * sum(low < at < high for at in commas)

    def is_link(at: int) -> bool:
        return at < size and items[at][1] is not None

    def is_number(at: int) -> bool:
        return at < size and items[at][1] is None

    @cache
    def best(at: int) -> _Given:
        """The cost of what begins at an item, and which numbers go to which link."""
        if at >= size:
            return 0.0, ()
        options: list[_Given] = []

        def option(cost: float, given: tuple[tuple[int, tuple[int, ...]], ...], then: int) -> None:
            rest = best(then)
            options.append((cost + rest[0], given + rest[1]))

        if is_number(at):
            option(1.0, (), at + 1)
        else:
            option(0.6, ((at, ()),), at + 1)
        run = 0
        while is_link(at + run):
            run += 1
        told = 0
        while is_number(at + run + told):
            told += 1
        for many in range(1, min(told, 3) + 1) if run else ():
            if run == 1 or many <= count:
                numbers = tuple(range(at + run, at + run + many))
                odd = 0.9 * (many != count)
                if run == 1:
                    option(odd + gap(at, at + 1), ((at, numbers),), at + 1 + many)
                elif shared and many == count:
                    every = tuple((at + each, numbers) for each in range(run))
                    option(0.3 * run, every, at + run + many)
        if run > 1 and told >= run * count:
            chosen = tuple(
                (at + each, tuple(range(at + run + each * count, at + run + (each + 1) * count)))
                for each in range(run)
            )
            option(0.1, chosen, at + run + run * count)
        if run:
            return min(options, key=lambda each: each[0])
        led = 0
        while is_number(at + led):
            led += 1
        for many in range(1, min(led, 3) + 1):
            if is_link(at + many):
                odd = 0.9 * (many != count)
                option(
                    odd + 0.05 + gap(at, at + many, 0.3),
                    ((at + many, tuple(range(at, at + many))),),
                    at + many + 1,
                )
        follow = 0
        while is_link(at + led + follow):
            follow += 1
        if led > 1 and follow > 1 and led == follow * count:
            chosen = tuple(
                (at + led + each, tuple(range(at + each * count, at + (each + 1) * count)))
                for each in range(follow)
            )
            option(0.2, chosen, at + led + follow)
        return min(options, key=lambda each: each[0])

    cost, given = best(0)
    found = []
    for at, numbers in given:
        link = items[at][1]
        assert link is not None
        found.append(replace(link, numbers=tuple(items[number][0] for number in numbers)))
    return found, cost
