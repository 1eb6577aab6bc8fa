"""The account of the numbers of a text and its tables while a reader works, with those that are no data."""

from __future__ import annotations

__all__ = ["Datum", "Ledger"]

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, stem, words
from agentopt.reader.tables import Cell, Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Account

_UNITS = words(
    "unit ton tonne case crate box pallet container load truckload barrel item kilo kg bag piece pack package"
)
_BREAKS = words("and or to from for at in is are costs cost of each per by on with while than")
_BEFORE_UNIT = words("of per ship send move transport deliver haul each")
_AMOUNTS = words("hour minute day week second dollar point euro percent")
_RULES = words("exactly only most least just than single")
_SAYS_AMOUNT = words("has needs requires wants holds supplies produces makes demands gets orders have need")


@dataclass(frozen=True, slots=True)
class Datum:
    """A number that was read: its value, and the token or cell it stands in."""

    value: Fraction
    token: int = -1
    cell: Cell | None = None


class Ledger:
    """Which number was read as what.

    Attributes:
        ruled: whether a one of a rule was met, as in "each does exactly one task".
    """

    def __init__(self, tokens: Sequence[Token], tables: Sequence[Table]) -> None:
        self.tokens, self.tables = tokens, tables
        self.ruled = False
        self._tokens: dict[int, str] = {}
        self._cells: dict[str, str] = {}

    def use(self, token: int, meaning: str) -> None:
        """A number of the text was read."""
        self._tokens.setdefault(token, meaning)

    def use_cell(self, cell: Cell, meaning: str) -> None:
        """A number of a table was read."""
        for token in cell.tokens:
            self.use(token, meaning)
        if cell.place:
            self._cells.setdefault(cell.place, meaning)

    def note(self, datum: Datum, meaning: str) -> None:
        """A number was read, wherever it stands."""
        if datum.cell is not None:
            self.use_cell(datum.cell, meaning)
        else:
            self.use(datum.token, meaning)

    def totals(self, sums: Mapping[Fraction | int, str]) -> None:
        """Sums that the text states again: `a total supply of 300 units`.

        Args:
            sums: what they are the total of, by value.
        """
        for at in self.left():
            said = {
                self.tokens[near].lower
                for near in range(max(0, at - 8), at)
                if self.tokens[near].sentence == self.tokens[at].sentence
            }
            if (
                said & {"total", "totals", "totalling", "altogether", "sum", "combined", "overall"}
                and self.value(at) in sums
            ):
                self.use(at, f"the total {sums[self.value(at)]}")

    def used(self) -> Collection[int]:
        """The tokens accounted for."""
        return self._tokens.keys()

    def names(self, mentions: Sequence[Mention], groups: Iterable[Collection[str]]) -> None:
        """Numbers inside names are no data, nor those that count the names listed after them."""
        self._listed(mentions, groups)
        for mention in mentions:
            for at in range(mention.first, mention.last):
                if self.tokens[at].is_number:
                    self.use(at, f"part of the name {mention.name}")

    def _listed(self, mentions: Sequence[Mention], groups: Iterable[Collection[str]]) -> None:
        """`2 juice presses (J1, J2)`: the number of a group that is listed right after it."""
        for group in groups:
            for begin, mention in enumerate(mentions):
                run = mentions[begin : begin + len(group)]
                if {each.name for each in run} != set(group):
                    continue
                for back in range(mention.first - 1, max(-1, mention.first - 6), -1):
                    token = self.tokens[back]
                    if token.value == len(group) and token.kind in ("integer", "spelled"):
                        self.use(back, f"the number of {self.tokens[back + 1].lower}")
                    if token.is_number or token.text == "." or token.lower in _BREAKS - {"in", "at"}:
                        break

    def labels(self) -> None:
        """Numbers in the labels of tables and lists are no data."""
        for table in self.tables:
            for cell in (*table.header, *(row[0] for row in table.rows)):
                if cell.value is None:
                    for at in cell.tokens:
                        self.use(at, f"part of the name {cell.text}")

    def counts(self, sizes: dict[str, int]) -> None:
        """Numbers that only count what is named: `three plants`, `its 2 large warehouses`.

        Args:
            sizes: how many there are, by noun.
        """
        for at, token in enumerate(self.tokens):
            if not token.is_number or token.kind not in ("integer", "spelled") or at in self._tokens:
                continue
            if token.value == 1 and self._is_unit(at):
                self.use(at, "one of what is counted")
                continue
            for ahead in range(at + 1, min(len(self.tokens), at + 5)):
                word = self.tokens[ahead]
                if word.kind != "word" or word.lower in _BREAKS:
                    break
                noun = stem(word.text)
                if sizes.get(noun) == token.value:
                    self.use(at, f"the number of {word.lower}")
                    break

    def ones(self) -> None:
        """The ones of a rule: `each does exactly one task`, `no more than 1 worker`; not `takes one hour`."""
        for at in self.left():
            before = {token.lower for token in self.tokens[max(0, at - 3) : at]}
            after = stem(self.tokens[at + 1].text) if at + 1 < len(self.tokens) else ""
            counted = after == "of" or after not in _AMOUNTS | AFTER_NAME | NO_NAME
            ruled = self.tokens[at].kind == "spelled" and counted
            if self.value(at) == 1 and (ruled or before & _RULES):
                self.use(at, "one each")
                self.ruled = True

    def _is_unit(self, at: int) -> bool:
        """Whether a one stands for each of what is counted: `to ship one unit`, `the cost per 1 ton`."""
        after = stem(self.tokens[at + 1].text) if at + 1 < len(self.tokens) else ""
        before = self.tokens[at - 1].lower if at else ""
        spelled = self.tokens[at].kind == "spelled" and (before.endswith("ing") or before in _BEFORE_UNIT)
        return (after in _UNITS and before not in _SAYS_AMOUNT) or spelled

    def late_counts(self, sizes: Collection[int]) -> None:
        """Numbers left over that count what there is, whatever it is called: `five applicants`."""
        for at in self.left():
            if self.tokens[at].kind not in ("spelled", "integer") or self.value(at) not in sizes:
                continue
            before = self.tokens[at - 1].lower if at else ""
            after = self.tokens[at + 1 : at + 3]
            if before in ("all", "these", "the") and (not after or after[0].kind == "mark"):
                self.use(at, "the number of them")
            for token in after:
                if (
                    token.kind != "word"
                    or stem(token.text) in _UNITS | _AMOUNTS
                    or before in _RULES | {"least"}
                ):
                    break
                if token.lower != stem(token.text) and token.lower not in AFTER_NAME | NO_NAME:
                    self.use(at, f"the number of {token.lower}")
                    break

    def complete(self) -> bool:
        """Whether every number is accounted for."""
        written = all(not token.is_number or at in self._tokens for at, token in enumerate(self.tokens))
        cells = (cell for table in self.tables if table.layout == "attached" for cell in table.cells())
        return written and all(cell.value is None or cell.place in self._cells for cell in cells)

    def left(self) -> list[int]:
        """The number tokens not accounted for."""
        return [at for at, token in enumerate(self.tokens) if token.is_number and at not in self._tokens]

    def account(self) -> tuple[Account, ...]:
        """The account, in the order of the text, then that of the attached tables."""
        found = [Account(token, meaning) for token, meaning in sorted(self._tokens.items())]
        return (*found, *(Account(-1, meaning, place) for place, meaning in self._cells.items()))

    def value(self, token: int) -> Fraction:
        """The value of a number token."""
        value = self.tokens[token].value
        assert value is not None
        return value
