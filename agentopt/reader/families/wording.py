"""Words of a text that say what is wanted of it."""

from __future__ import annotations

__all__ = ["aim_of", "sense_of", "shares_scale", "stems_of"]

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


_LESS = words(
    """
    minimize minimise minimizes minimises minimizing minimising minimum minimal minimized minimised min least
    lowest lower low little cheapest cheaply cheap cheaper smallest small shortest short fastest quickest
    quick soonest fewest fewer save reduce economical economically keep down
    """
)
_MORE = words(
    """
    maximize maximise maximizes maximises maximizing maximising maximum maximal maximized maximised max most
    highest high higher largest greatest biggest happiest strongest
    """
)
_BAD = words(
    "cost time minute hour second distance km fee bill invoice expense freight spend price mile fuel"
)
_GOOD = words("score rating point profit margin revenue preference satisfaction suitability heart mark fit")
_BOUNDED = words("of is per capacity number at amount")


def aim_of(tokens: Sequence[Token]) -> Literal["minimize", "maximize", ""]:
    """The direction of the objective where any word for less or more may say it; "best" is left to the noun.

    The verbs weigh most, then superlatives, and where they are even, whether costs or scores are named.
    """
    less = more = 0
    for at, token in enumerate(tokens):
        before = tokens[at - 1].lower if at else ""
        after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
        bound = before in ("at", "no", "not", "the") and token.lower in ("least", "most", "max", "maximum")
        if bound and (before != "the" or after in _BOUNDED) and after not in ("cost", "total", "possible"):
            continue
        if token.lower in ("max", "min", "maximum", "minimum") and (
            after in _BOUNDED or (at + 1 < len(tokens) and tokens[at + 1].is_number)
        ):
            continue
        weight = 10 if token.lower.startswith(_SURE) and not token.lower.endswith("um") else 2
        weight = (
            1
            if token.lower in ("low", "lower", "high", "higher", "short", "small", "quick", "keep", "down")
            else weight
        )
        less += weight * (token.lower in _LESS)
        more += weight * (token.lower in _MORE)
    if less == more:
        said = [stem(token.text) for token in tokens if token.kind == "word"]
        less, more = sum(word in _BAD for word in said), sum(word in _GOOD for word in said)
    return "" if less == more else "minimize" if less > more else "maximize"


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
