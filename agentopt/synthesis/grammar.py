r"""Texts from rules: a small grammar in plain files, expanded at random.

A file lists rules. A rule begins at the margin with its name and a colon; its alternatives follow, on the
same line or on indented ones, between bars:

    fruit: apple | pear | cherry~cherries
    offer:
      {^fruit+} cost [only|just|] ${2..9} a kilo at {seller=person}'s stall.
      {seller=person} sells {10..90/5} {fruit+}.\nAsk {seller}.

In an alternative, `{fruit}` is expanded by the rule of that name and `{fruit+}` is its plural (`s` is added
unless the word says otherwise after a tilde); `{^fruit}` begins with a capital; `{seller=person}` keeps
what was drawn, differing from all that is kept, and `{seller}` says it again; `{10..90/5}` is a number (its
decimals are those of its first end or its step, a comma at the end groups its thousands); `[a|b]` is one of
its parts; `\n` breaks the line and `\|` is a bar. Lines that begin with `#` are comments.
"""

from __future__ import annotations

__all__ = ["Grammar", "grammar"]

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from agentopt.assets import shipped
from agentopt.errors import UsageError

_SLOT = re.compile(
    r"(?P<capital>\^?)(?:(?P<keep>[a-z_0-9]+)=)?"
    r"(?:(?P<low>\d+(?:\.\d+)?)\.\.(?P<high>\d+(?:\.\d+)?)(?:/(?P<step>\d+(?:\.\d+)?))?(?P<comma>,?)"
    r"|(?P<name>[a-z][a-z_0-9]*)(?P<plural>\+?))"
)
_WORD_FORMS = re.compile(r"([\w-]+)~([\w-]+)")
_TRIES = 20


@dataclass(frozen=True, slots=True)
class _Slot:
    """What is filled in: a rule or what was kept under its name."""

    name: str
    keep: str
    plural: bool
    capital: bool


@dataclass(frozen=True, slots=True)
class _Range:
    """A number between two ends, in steps."""

    low: Decimal
    high: Decimal
    step: Decimal
    keep: str
    comma: bool

    def draw(self, rng: random.Random) -> str:
        """One of its numbers, as it is written."""
        drawn = self.low + rng.randint(0, int((self.high - self.low) / self.step)) * self.step
        return f"{drawn:,}" if self.comma else str(drawn)


@dataclass(frozen=True, slots=True)
class _Choice:
    """One of several sequences."""

    options: tuple[tuple[_Piece, ...], ...]


_Piece = str | _Slot | _Range | _Choice


@dataclass(frozen=True, slots=True)
class Grammar:
    r"""Rules by name, each with its alternatives.

    >>> fruit = Grammar.parse("offer: Buy {2..2} {fruit+}!\nfruit: cherry~cherries")
    >>> fruit.expand("offer", random.Random(1))
    'Buy 2 cherries!'
    """

    rules: Mapping[str, tuple[tuple[_Piece, ...], ...]]

    @classmethod
    def parse(cls, text: str) -> Grammar:
        """The rules of a text.

        Raises:
            UsageError: a line belongs to no rule, a brace or bracket is open, or a name has no rule.
        """
        rules: dict[str, list[str]] = {}
        name = ""
        for line in text.splitlines():
            if not line.strip() or line.startswith("#"):
                continue
            if not line[0].isspace():
                name, _, line = line.partition(":")
                rules.setdefault(name, [])
            elif not name:
                raise UsageError(f"`{line.strip()}` belongs to no rule", hint="begin a rule with `name:`")
            rules[name].extend(_split(line) if line.strip() else [])
        found = cls({each: tuple(_pieces(line.strip()) for line in lines) for each, lines in rules.items()})
        found._check()
        return found

    def expand(self, rule: str, rng: random.Random, kept: dict[str, str] | None = None) -> str:
        """A text of a rule; what is kept in `kept` is used and added to."""
        memory = {} if kept is None else kept
        return _form(self._rule(rule, rng, memory), plural=False).replace("\\n", "\n").replace("\\|", "|")

    def fill(self, template: str, rng: random.Random, kept: dict[str, str] | None = None) -> str:
        """A text of an alternative that is given; its names are rules or in `kept`."""
        memory = {} if kept is None else kept
        return (
            _form(self._sequence(_pieces(template), rng, memory), plural=False)
            .replace("\\n", "\n")
            .replace("\\|", "|")
        )

    def _rule(self, rule: str, rng: random.Random, memory: dict[str, str]) -> str:
        return self._sequence(rng.choice(self.rules[rule]), rng, memory)

    def _sequence(self, pieces: tuple[_Piece, ...], rng: random.Random, memory: dict[str, str]) -> str:
        found = []
        for piece in pieces:
            if isinstance(piece, str):
                found.append(piece)
            elif isinstance(piece, _Choice):
                found.append(self._sequence(rng.choice(piece.options), rng, memory))
            elif isinstance(piece, _Range):
                found.append(self._drawn(piece, rng, memory))
            else:
                raw = self._slot(piece, rng, memory)
                said = _form(raw, plural=piece.plural) if piece.plural or piece.capital else raw
                found.append(said[:1].upper() + said[1:] if piece.capital else said)
        return "".join(found)

    def _drawn(self, piece: _Range, rng: random.Random, memory: dict[str, str]) -> str:
        drawn = piece.draw(rng)
        if piece.keep:
            memory[piece.keep] = drawn
        return drawn

    def _slot(self, slot: _Slot, rng: random.Random, memory: dict[str, str]) -> str:
        """What fills a slot, with both its forms."""
        if not slot.keep:
            return memory[slot.name] if slot.name in memory else self._rule(slot.name, rng, memory)
        drawn = ""
        for _ in range(_TRIES):
            drawn = self._rule(slot.name, rng, memory)
            if drawn not in memory.values():
                break
        memory[slot.keep] = drawn
        return drawn

    def _check(self) -> None:
        slots = [each for alternatives in self.rules.values() for each in _flat(alternatives)]
        known = {*self.rules, *(each.keep for each in slots)}
        for slot in slots:
            missing = slot.name if not isinstance(slot, _Range) and slot.name not in known else ""
            if missing:
                raise UsageError(f"no rule is called `{missing}`", hint=f"write a line `{missing}: ...`")


@cache
def grammar(*names: str) -> Grammar:
    """The shipped rules of `datasets/synthesis/NAME.txt`, together.

    Raises:
        UsageError: there is no such file, or it holds no rules.
    """
    texts = []
    for name in names:
        path = shipped("datasets") / "synthesis" / f"{name}.txt"
        if not path.is_file():
            raise UsageError(f"{path} is not there", hint="name a file of datasets/synthesis")
        texts.append(path.read_text(encoding="utf-8"))
    return Grammar.parse("\n".join(texts))


def _split(text: str) -> list[str]:
    """The parts between bars that stand outside of brackets."""
    depth, parts = 0, [""]
    for letter in text:
        depth += (letter in "[{") - (letter in "]}")
        if letter == "|" and depth == 0 and not parts[-1].endswith("\\"):
            parts.append("")
        else:
            parts[-1] += letter
    return parts


@cache
def _pieces(template: str) -> tuple[_Piece, ...]:
    """The pieces of an alternative."""
    found: list[_Piece] = []
    at = 0
    while at < len(template):
        if template[at] not in "{[":
            end = min(
                (each for mark in "{[" if (each := template.find(mark, at)) >= 0), default=len(template)
            )
            found.append(template[at:end])
            at = end
            continue
        end = _closing(template, at)
        inside = template[at + 1 : end]
        if template[at] == "[":
            found.append(_Choice(tuple(_pieces(each) for each in _split(inside))))
        else:
            found.append(_slot(inside))
        at = end + 1
    return tuple(found)


def _closing(template: str, at: int) -> int:
    """Where the bracket or brace that opens at a place is closed."""
    depth = 0
    for end in range(at, len(template)):
        depth += (template[end] in "[{") - (template[end] in "]}")
        if depth == 0:
            return end
    raise UsageError(f"`{template}` leaves `{template[at:]}` open", hint="close every brace and bracket")


def _slot(inside: str) -> _Slot | _Range:
    match = _SLOT.fullmatch(inside)
    if match is None:
        raise UsageError(f"`{{{inside}}}` is no slot", hint="write {name}, {name+}, {kept=name} or {1..9}")
    keep = match["keep"] or ""
    if match["name"]:
        return _Slot(match["name"], keep, bool(match["plural"]), bool(match["capital"]))
    low, high = Decimal(match["low"]), Decimal(match["high"])
    step = (
        Decimal(match["step"]) if match["step"] else Decimal(1).scaleb(min(0, int(low.as_tuple().exponent)))
    )
    return _Range(low, high, step, keep, bool(match["comma"]))


def _flat(sequences: tuple[tuple[_Piece, ...], ...]) -> list[_Slot | _Range]:
    found: list[_Slot | _Range] = []
    for piece in (each for sequence in sequences for each in sequence):
        if isinstance(piece, _Choice):
            found.extend(_flat(piece.options))
        elif not isinstance(piece, str):
            found.append(piece)
    return found


def _form(text: str, *, plural: bool) -> str:
    """A word or text in one of its forms."""
    if "~" in text:
        return _WORD_FORMS.sub(r"\2" if plural else r"\1", text)
    return f"{text}s" if plural else text
