"""What a number of a link is: a capacity, a cost, a time or a length, by its unit and the words before it."""

from __future__ import annotations

__all__ = ["Role", "role_of"]

import re
from typing import Literal

from agentopt.reader.families.links import Sentence

Role = Literal["capacity", "cost", "time", "length", ""]

_SAYS: tuple[tuple[Role, str], ...] = (
    ("capacity", r"capacit|at most|up to|\bmax|limit|no more than|carr(?:y|ies)|holds?\b|handle|throughput|"
                 r"\bcan (?:send|move|take|pass|carry|ship|be)|bandwidth|not more than|permits?|allows?"),
    ("cost", r"\bcosts?|price|fare|toll|fee\b|charge|expens|\bat$"),
    ("time", r"takes?\b|\btime"),
    ("length", r"distance|length|\blong\b"),
)  # fmt: skip
_UNIT_SAYS: tuple[tuple[Role, str], ...] = (
    ("cost", r"(?:dollars?|euros?|eur|usd|cents?|pounds?|bucks|francs?|[$€£])\b|[$€£]"),
    ("capacity", (r"(?:[a-z³]+ )?(?:/|per|an?) ?(?:h|hour|min|minute|s|sec|second|day|week)\b|"
                  r"(?:mbps|gbps|mbit|gbit|mw)\b")),
    ("time", r"(?:min|mins|minutes?|h|hrs?|hours?|days?|secs?|seconds?)\b(?! ?/)"),
    ("length", r"(?:km|kms|kilomet\w+|miles?|mi|m|met(?:er|re)s?)\b"),
    ("cost", r"(?:each|per (?:unit|ton|tonne|crate|barrel|pallet|container|truck\w*|load))\b"),
    ("capacity", r"(?:[a-z]+ )?(?:max\b|maximum|at most|capacity)"),
)  # fmt: skip


def role_of(sentence: Sentence, at: int) -> Role:
    """What a number is, by its unit and the words before it; "" where nothing says so."""
    tokens = sentence.tokens
    marks = [symbol.at for symbol in sentence.symbols if symbol.kind in "XNP;"]
    left = max((mark for mark in marks if mark < at), default=sentence.span.start - 1) + 1
    right = min((mark for mark in marks if mark > at), default=sentence.span.stop)
    before = " ".join(tokens[each].lower for each in range(max(left, at - 8), at))
    after = " ".join(tokens[each].lower for each in range(at + 1, min(right, at + 5)))
    if before.endswith(("$", "€", "£")):
        return "cost"
    unit: Role = next((role for role, pattern in _UNIT_SAYS if re.match(pattern, after)), "")
    told = [(match.end(), role) for role, pattern in _SAYS for match in re.finditer(pattern, before)]
    said: Role = max(told)[1] if told else ""
    if said == "capacity" and unit != "cost":
        return "capacity"
    return unit or said
