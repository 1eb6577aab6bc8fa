"""Words of a text that say what is wanted of it."""

from __future__ import annotations

__all__ = ["sense_of", "shares_scale", "stems_of"]

from collections.abc import Sequence
from typing import Literal

from agentopt.reader.families.nouns import stem, words
from agentopt.reader.tokens import Token

_MINIMIZE = words(
    """
    minimize minimise minimizes minimises minimizing minimising minimum minimal minimized minimised
    least lowest cheapest cheaply smallest shortest fastest quickest cheap fewest save reduce low
    """
)
_MAXIMIZE = words(
    """
    maximize maximise maximizes maximises maximizing maximising maximum maximal maximized maximised most
    highest largest greatest best biggest
    """
)
_SURE = ("minimi", "maximi")


def sense_of(tokens: Sequence[Token]) -> Literal["minimize", "maximize", ""]:
    """The direction of the objective; "" when the text does not say, or says both.

    "At most", "at least" and "a maximum of" are limits and no direction; a verb outweighs an adjective.
    """
    said: dict[str, int] = {"minimize": 0, "maximize": 0}
    for at, token in enumerate(tokens):
        before = tokens[at - 1].lower if at else ""
        after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
        if token.lower in ("least", "most") and (
            before == "at" and after not in ("cost", "total", "overall", "expense", "possible")
        ):
            continue
        if token.lower in ("maximum", "minimum") and (
            after == "of" or (at + 1 < len(tokens) and tokens[at + 1].is_number)
        ):
            continue
        weight = 10 if token.lower.startswith(_SURE) and not token.lower.endswith("um") else 1
        said["minimize"] += weight * (token.lower in _MINIMIZE)
        said["maximize"] += weight * (token.lower in _MAXIMIZE)
    if said["minimize"] == said["maximize"]:
        return ""
    return "minimize" if said["minimize"] > said["maximize"] else "maximize"


def stems_of(tokens: Sequence[Token]) -> frozenset[str]:
    """The stems of all words."""
    return frozenset(stem(token.text) for token in tokens if token.kind == "word")


def shares_scale(tokens: Sequence[Token]) -> bool:
    """Whether a list of numbers may share the scale of its last: `20, 35 and 30 thousand`."""
    for at, token in enumerate(tokens):
        if (
            at < 2
            or not token.is_number
            or not token.lower.endswith(("thousand", "million", "billion", "hundred"))
        ):
            continue
        before = tokens[at - 2] if tokens[at - 1].lower in ("and", "or", ",") else token
        if before.is_number and before.text[-1].isdecimal() and before.kind == "integer":
            return True
    return False
