"""A text with its numbers marked by their tokens, so that patterns can say where a number stands.

Words stay as written, numbers become `<7>` (the index of their token), currency signs and the tokens of
tables are left out: "Each van holds 800 kg." reads `Each van holds <3> kg .`. Patterns are written against
that, and what they find is entered in a `Ledger`, which knows which numbers are still unread.
"""

from __future__ import annotations

__all__ = ["LIST", "MONEY", "Ledger", "Marked", "N", "numbers", "plain"]

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from agentopt.formulation.elements import Waiver
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Account

N = r"<(\d+)>"
"""A number, with the index of its token as a group."""

_UNIT = r"(?: (?!(?:and|then|or|for|in|at|by|to|with)\b)[a-z%]{1,12}\b(?! (?!and\b|or\b)[a-z]))?"
LIST = rf"<\d+>{_UNIT}(?:(?: ,| ;| and| , and| ; and| , then| &) <\d+>{_UNIT})+"
"""Several numbers, each with at most one word behind it."""

MONEY = "$€£¥"


@dataclass(frozen=True, slots=True)
class Marked:
    """A text as patterns see it.

    Attributes:
        words: the text, numbers marked.
        starts: where each token begins in `words`; -1 for tokens left out.
    """

    words: str
    starts: tuple[int, ...]

    @classmethod
    def of(cls, tokens: Sequence[Token], tables: Sequence[Table] = ()) -> Marked:
        """The tokens marked, without those of tables that have heads; lists read like sentences.

        >>> from agentopt.reader.tokens import tokenize
        >>> Marked.of(tokenize("Each van holds 800 kg.")).words
        'Each van holds <3> kg .'
        """
        drawn = [table for table in tables if table.layout not in ("list", "attached")]
        hidden = {at for table in drawn if table.header for at in range(table.first, table.last)}
        parts: list[str] = []
        starts: list[int] = []
        length = 0
        for at, token in enumerate(tokens):
            if at in hidden or token.text in MONEY:
                starts.append(-1)
                continue
            part = f"<{at}>" if token.is_number else token.text.replace("’", "'")
            starts.append(length)
            parts.append(part)
            length += len(part) + 1
        return cls(" ".join(parts), tuple(starts))

    def find(self, pattern: str) -> re.Match[str] | None:
        """The first place where a pattern holds, whatever the case."""
        return re.search(pattern, self.words, re.IGNORECASE)

    def all(self, pattern: str) -> Iterator[re.Match[str]]:
        """Every place where a pattern holds."""
        return re.finditer(pattern, self.words, re.IGNORECASE)

    def says(self, pattern: str) -> bool:
        """Whether a pattern holds somewhere."""
        return self.find(pattern) is not None

    def around(self, at: int, before: int = 60, after: int = 60) -> tuple[str, str]:
        """What stands before and after a number within its sentence, in lower case."""
        place = self.starts[at]
        mark = f"<{at}>"
        left = re.split(r" [.?!] ", self.words[max(0, place - before) : place])[-1]
        right = re.split(r" [.?!](?: |$)", self.words[place + len(mark) : place + len(mark) + after])[0]
        return left.lower(), right.lower()


def numbers(found: str) -> list[int]:
    """The tokens of the numbers in a part of a marked text."""
    return [int(each) for each in re.findall(N, found)]


def plain(value: Fraction) -> int | float:
    """A number as a formulation has it."""
    return int(value) if value.denominator == 1 else float(value)


@dataclass(slots=True)
class Ledger:
    """What each number of a text was read as."""

    tokens: Sequence[Token]
    entries: dict[int, str] = field(default_factory=dict)
    cells: list[Account] = field(default_factory=list)
    waived: dict[int, str] = field(default_factory=dict)

    def take(self, at: int, words: str) -> int | float:
        """The number of a token, entered with what it means."""
        self.entries[at] = words
        value = self.tokens[at].value
        return plain(value) if value is not None else 0

    def take_cell(self, cell: Cell, words: str) -> int | float:
        """The number of a cell, entered with what it means; the cell has one."""
        if cell.place:
            self.cells.append(Account(-1, words, cell.place))
        for at in cell.tokens:
            self.entries[at] = words
        return plain(cell.value if cell.value is not None else Fraction(0))

    def waive(self, at: int, why: str) -> None:
        """Enter a number that is no data."""
        if at not in self.entries:
            self.waived[at] = why

    def waive_cell(self, cell: Cell, why: str) -> None:
        """Enter the numbers of a cell that are no data, such as that of "Plant 2"."""
        for at in cell.tokens:
            self.waive(at, why)

    def left(self) -> list[int]:
        """The numbers that nothing was read as; the word `one` as in "one at a time" is none."""
        return [
            at
            for at, token in enumerate(self.tokens)
            if token.is_number
            and at not in self.entries
            and at not in self.waived
            and not (token.value == 1 and token.kind in ("spelled", "one"))
        ]

    def account(self) -> tuple[Account, ...]:
        """Every number, in the order of the text, then those of tables."""
        known = {**self.waived, **self.entries}
        for at, token in enumerate(self.tokens):
            if token.is_number and at not in known and token.value == 1:
                known[at] = "no data: a single one"
        return (*(Account(at, words) for at, words in sorted(known.items())), *self.cells)

    def waivers(self) -> list[Waiver]:
        """What a formulation leaves out on purpose."""
        told = {self.tokens[at].text: why for at, why in sorted(self.waived.items())}
        return [Waiver(number=number, why=why) for number, why in told.items()]
