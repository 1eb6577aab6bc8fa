"""The symbols of a sentence on a network: places, numbers, and the few words that tie them."""

from __future__ import annotations

__all__ = ["Symbol", "is_id", "is_rate", "symbols_of"]

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agentopt.reader.families.nouns import stem, words
from agentopt.reader.families.places import Places
from agentopt.reader.families.placewords import NODE_NOUNS, UNITS
from agentopt.reader.tokens import Token

_FROM = words("from leaving out")
_TO = words(
    "to into onto toward towards reach reaches reaching feeds feed supplies serves enters joins meets"
)
_KINDS = words(
    "pipe pipeline road link line edge arc route cable channel street track path way leg segment "
    "connection duct"
)
"""Nouns of links, which a number may tell apart."""
_JOINED = words("with")
_AND = words("and or & plus")
_DASHES = frozenset("-–—/↔⇄⟷")
_ARROWS = frozenset("→⟶⇒➔➜↦")
_OPENS = words("given where if when while whereas because since")
_TURNS = words("reverse reversed back backwards return returning opposite")


_ASKS = ("Which", "What", "How", "Find", "Determine")


@dataclass(frozen=True, slots=True)
class Symbol:
    """A place `X`, a number `N`, a link in one word `P`, or a word that ties, whose kind it has."""

    kind: str
    at: int
    name: str = ""


def symbols_of(tokens: Sequence[Token], span: range, places: Places) -> Iterator[Symbol]:
    """The symbols of a sentence, in order."""
    starts = {place.first: place for place in places.mentions if place.first in span}
    letters = {name for name in places.names if len(name) == 1}
    at = span.start
    while at < span.stop:
        token = tokens[at]
        rest = "".join(each.text for each in tokens[at : at + 4])
        if at in starts:
            yield Symbol("X", at, starts[at].name)
            at = starts[at].last
            continue
        arrow = re.match(r"<?[-–—=]*>|<[-–—=]+>?|[→⟶⇒➔➜↦]|[-–—]{2,}", rest)
        if arrow and (arrow.group()[-1] in ">→⟶⇒➔➜↦" or len(arrow.group()) > 1):
            yield Symbol("dash" if arrow.group()[0] == "<" or arrow.group()[-1] in "-–—" else "arrow", at)
            at += len(arrow.group())
            continue
        if token.is_number:
            if _is_amount(tokens, at):
                yield Symbol("N", at)
        elif len(token.text) == 2 and token.text.isupper() and set(token.text) <= letters:
            yield Symbol("P", at, token.text)
        elif kind := _tie(tokens, at):
            yield Symbol(kind, at)
        at += 1


def _is_amount(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number says how much; the `one` of `one way` does not."""
    token = tokens[at]
    if token.kind == "spelled" and any(each.lower in ("way", "lane") for each in tokens[at + 1 : at + 3]):
        return False
    if at and (is_id(tokens, at) or is_rate(tokens, at)):
        return False
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if token.kind == "spelled" and after != stem(after) and stem(after) in NODE_NOUNS - {"bus"}:
        return False  # it counts places
    if token.value != 1 or token.kind not in ("spelled", "one"):
        return True
    return after in UNITS and after not in ("unit", "t", "m", "s")


def is_id(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number tells a link apart, as in `pipe 2 goes`."""
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    small = tokens[at].kind == "integer" and len(tokens[at].text) < 3
    return small and stem(tokens[at - 1].text) in _KINDS and after not in UNITS


def is_rate(tokens: Sequence[Token], at: int) -> bool:
    """Whether an `a` means per, as in `5 cars a minute` and `how many tonnes an hour`."""
    if tokens[at].lower not in ("a", "an") or at < 2:
        return False
    return any(each.is_number or each.lower in ("many", "much") for each in tokens[at - 2 : at])


def _tie(tokens: Sequence[Token], at: int) -> str:
    word = tokens[at].lower
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if word == "to" and at and tokens[at - 1].lower in ("up", "due", "according", "equal", "close", "next"):
        return ""
    if word == "out":
        return "from" if after == "of" else ""
    if tokens[at].text in _ASKS:
        return ";"  # a question on a line of its own, after a list without a full stop
    if word in _TURNS and any(each.is_number for each in tokens[at + 1 : at + 4]):
        return "turn"
    for kind, group in (
        ("from", _FROM),
        ("to", _TO),
        ("and", _AND),
        ("dash", _DASHES),
        ("arrow", _ARROWS),
        ("with", _JOINED),
        ("opens", _OPENS),
    ):
        if word in group:
            return kind
    return {"between": "between", ",": ",", ";": ";", ":": ":", "(": "(", ")": ")", "apart": "apart"}.get(
        word, ""
    )
