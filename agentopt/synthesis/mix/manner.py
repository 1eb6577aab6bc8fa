"""How sentences look: capitals, full stops, spaces, and the slips people make."""

from __future__ import annotations

__all__ = ["blemished", "glued", "sentence", "spaced"]

import random
import re

from agentopt.synthesis.mix.marks import BARE

_SPACES = re.compile(r"  +")
_BEFORE = re.compile(r" +([\ue000-\uf7ff]*)([,.;?)])")
_MARKS = "[\ue000-\uf7ff]*"
_INNER = re.compile(rf"(?<![a-z]\.[a-z])([.?!]\s+{_MARKS})([a-z])")
_DOUBLED = re.compile(rf",({_MARKS})([.,;])")
_ITEM = re.compile(rf"^({_MARKS})([a-z])")


def spaced(text: str) -> str:
    """The text without doubled spaces and commas."""
    return _BEFORE.sub(r"\1\2", _SPACES.sub(" ", _DOUBLED.sub(r"\1\2", text))).strip()


def sentence(text: str) -> str:
    """A sentence with its capital, its full stop and no doubled spaces; lines of a list stay as they are."""
    text = spaced(text)
    text = _ITEM.sub(lambda m: m[1] + m[2].upper(), text)
    text = _INNER.sub(lambda m: m[1] + m[2].upper(), text)
    bare = BARE.sub("", text)
    if bare.endswith(","):
        return text[: text.rindex(",")] + "."
    if "\n" in bare or bare.endswith(("?", ".", "!", ":")):
        return text
    return text + "."


_THE = re.compile(r" the (?=[a-z])")
_COMMA = re.compile(r", (?=[a-z])")


def blemished(text: str, rng: random.Random, breadth: float) -> str:
    """The text with now and then a missing article, comma, capital or full stop, or a doubled space."""
    drawn = rng.random() / max(breadth, 0.02)
    if drawn < 0.03:
        return text.lower()
    if drawn < 0.05:
        return _once(_THE, " ", text, rng)
    if drawn < 0.08:
        return _once(_COMMA, " ", text, rng)
    if drawn < 0.095:
        return text.replace(". ", ".  ")
    if drawn < 0.105:
        return text.rstrip(".?")
    if drawn < 0.12:
        return text.replace("'", "’")
    if drawn < 0.13:
        return text[0].lower() + text[1:]
    if drawn < 0.14:
        return _COMMA.sub(" ", text)
    return text


_UNIT = re.compile(r"(?<=\d)([\uec00-\uf7ff]) (kg|g|mg|h|min|s|ml|l|km|m|m2|cm|lb|oz|kWh|MWh|kW|TB|GB)\b")


def glued(text: str) -> str:
    """The text with short units right behind their digits: `2h`, `0.5kg`."""
    return _UNIT.sub(r"\1\2", text)


def _once(pattern: re.Pattern[str], new: str, text: str, rng: random.Random) -> str:
    """The text with one of the places a pattern finds replaced."""
    found = list(pattern.finditer(text))
    if not found:
        return text
    place = found[int(rng.random() * len(found))]
    return text[: place.start()] + new + text[place.end() :]
