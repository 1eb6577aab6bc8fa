"""The words of a section of an LP file, and the expressions they form."""

from __future__ import annotations

__all__ = ["OPERATORS", "Expression", "Words"]

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agentopt.compiling.model_file import fault
from agentopt.errors import FormulationError

OPERATORS = {"<=": "<=", "=<": "<=", "<": "<=", ">=": ">=", "=>": ">=", ">": ">=", "=": "="}
"""The signs between two sides, and what they mean."""

# Brackets belong to a name only where they follow it at once, as in `x[1,2]`.
_WORD = re.compile(
    r"""(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?
    |(?:[^\W\d]|[!"#$%&()?@_`'{}|~])(?:[\w!"#$%&(),.;?@`'{}|~]|\[[^\s\[\]]*\])*
    |::|->|<=|>=|=<|=>|\S""",
    re.VERBOSE,
)
_NAME_START = re.compile(r"""(?:[^\W\d]|[!"#$%&()?@_`'{}|~])""")
_INFINITE = frozenset(["inf", "infinity", "infty"])
_INFINITY = float("inf")
_BINDING = frozenset(["^", "*", ":", "::"])
"""What after a name makes it more than a column."""


@dataclass
class Expression:
    """A sum: `values[k]` times column `columns[k]`, products of two columns with a factor, a constant."""

    columns: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    products: list[tuple[int, int, float]] = field(default_factory=list)
    constant: float = 0.0

    def is_constant(self) -> bool:
        """Whether it is a number."""
        return not self.columns and not self.products

    def is_column(self) -> bool:
        """Whether it is a column and nothing else."""
        return self.values == [1.0] and not self.products and self.constant == 0


class Words:
    """Reads the words of a section from left to right."""

    def __init__(self, name: str, text: str, start: int, stop: int, known: Mapping[str, int]) -> None:
        """Words of `text` from `start` to `stop`; `known` are the columns so far, and grows with them."""
        self.known = known
        self.file, self.text, self.start, self.stop = name, text, start, stop
        self.words: list[str] = [*_WORD.findall(text, start, stop), "", "", "", ""]
        self.place = 0

    def peek(self, ahead: int = 0) -> str:
        """The word `ahead` of the next one; empty past the end."""
        return self.words[self.place + ahead] if self.place + ahead < len(self.words) else ""

    def next(self) -> str:
        """The next word, consumed."""
        self.place += 1
        return self.words[self.place - 1]

    def fault(self, message: str, place: int | None = None, *, hint: str = "") -> FormulationError:
        """What is wrong with a word, with its line."""
        place = self.place if place is None else place
        position = self.stop
        for k, match in enumerate(_WORD.finditer(self.text, self.start, self.stop)):
            if k == place:
                position = match.start()
                break
        else:
            position = len(self.text[: self.stop].rstrip())
        return fault(self.file, self.text.count("\n", 0, position) + 1, message, hint=hint)

    def unexpected(self, wanted: str, *, hint: str = "") -> FormulationError:
        """What to say about a next word that does not fit."""
        found = f"found `{self.peek()[:40]}`" if self.peek() else "the section ends"
        return self.fault(f"expected {wanted}, {found}", hint=hint)

    def is_name(self, ahead: int = 0) -> bool:
        """Whether a word is a name."""
        word = self.peek(ahead)
        return bool(_NAME_START.match(word)) and word.lower() not in _INFINITE

    def label(self) -> str:
        """A name and its colon, consumed if they come next; else empty."""
        if self.peek(1) != ":" or not self.peek() or self.peek() in OPERATORS:
            return ""
        self.place += 2
        return self.words[self.place - 2]

    def name(self) -> str:
        """The next word, which must be a name."""
        if not self.is_name():
            raise self.unexpected("a name")
        return self.next()

    def operator(self) -> str:
        """The next word as `<=`, `>=` or `=`."""
        if self.peek() not in OPERATORS:
            raise self.unexpected("<=, >= or =", hint="columns go to the left, one number to the right")
        return OPERATORS[self.next()]

    def number(self) -> float:
        """A number with its signs."""
        sign = 1.0
        while self.peek() in {"+", "-"}:
            sign = -sign if self.next() == "-" else sign
        value = _number(self.peek())
        if value is None:
            raise self.unexpected("a number", hint="columns go to the left of the sign")
        self.place += 1
        return sign * value

    def expression(self, column: Callable[[str], int]) -> Expression:
        """The longest sum that comes next; each term but the first begins with a sign."""
        found = Expression()
        first = True
        while True:
            first = not self.known_terms(found) and first
            sign, signed = 1.0, False
            while (word := self.peek()) == "+" or word == "-":
                sign, signed = -sign if word == "-" else sign, True
                self.place += 1
            if not first and not signed:
                return found
            value = _number(word)
            if value is not None:
                self.place += 1
                sign *= value
                if (word := self.peek()) == "*":
                    self.place += 1
                    word = self.peek()
            if word == "[":
                found.products += [(i, j, sign * factor) for i, j, factor in self.products(column)]
            elif self.is_name() and self.peek(1) not in {":", "::"}:
                found.columns.append(column(word))
                found.values.append(sign)
                if sign - sign != 0:
                    raise self.fault(f"the coefficient of `{word}` is not finite")
                self.place += 1
                if self.peek() in {"^", "*"}:
                    raise self.unexpected(
                        "a linear term", hint="products go in brackets: `[ x ^ 2 + 3 x * y ]`"
                    )
            elif value is not None:
                found.constant += sign
            elif signed:
                raise self.unexpected("a number or a column")
            else:
                return found
            first = False

    def known_terms(self, found: Expression) -> bool:
        """Take the terms `+ 3 x`, `- x` that come next as long as their columns are known; whether any did.

        Nearly all of a large file is such terms, so this is the one loop that must be quick.
        """
        words, known, place = self.words, self.known, self.place
        columns, values = found.columns.append, found.values.append
        while (sign := words[place]) == "+" or sign == "-":
            word = words[place + 1]
            number = word[:1].isdigit()
            after = place + 2 + number
            code = known.get(words[after - 1])
            if code is None or words[after] in _BINDING:
                break
            value = float(word) if number else 1.0
            if value == _INFINITY:
                break
            columns(code)
            values(value if sign == "+" else -value)
            place = after
        moved = place > self.place
        self.place = place
        return moved

    def products(self, column: Callable[[str], int]) -> list[tuple[int, int, float]]:
        """A sum of products in brackets, half of it where `/ 2` follows."""
        self.place += 1
        found: list[tuple[int, int, float]] = []
        while self.peek() != "]":
            sign = 1.0
            while self.peek() in {"+", "-"}:
                sign = -sign if self.next() == "-" else sign
            value = _number(self.peek())
            if value is not None:
                self.place += 1
                sign *= value
                if self.peek() == "*":
                    self.place += 1
            one = column(self.name())
            if self.peek() == "^" and self.peek(1) == "2":
                self.place += 2
                found.append((one, one, sign))
            elif self.peek() == "*":
                self.place += 1
                found.append((one, column(self.name()), sign))
            else:
                raise self.unexpected("`^ 2` or `* name`")
        self.place += 1
        if self.peek() == "/":
            if self.peek(1) not in {"2", "2.0"}:
                raise self.unexpected("`/ 2`")
            self.place += 2
            return [(one, two, factor / 2) for one, two, factor in found]
        return found


def _number(word: str) -> float | None:
    if word[:1].isdigit() or word[:1] == ".":
        try:
            return float(word)
        except ValueError:
            return None
    return float("inf") if word.lower() in _INFINITE else None
