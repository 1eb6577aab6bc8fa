"""Numbers that are no data: years, dates, times of day, the ends of a scale, ages, amounts said twice."""

from __future__ import annotations

__all__ = ["is_harmless", "remark"]

from collections.abc import Sequence

from agentopt.reader.families.nouns import stem, words
from agentopt.reader.tokens import Token

_MONTHS = words(
    """
    january february march april june july august september october november december jan feb mar apr jun jul
    aug sep sept oct nov dec
    """
)
_DAYTIME = words("am pm a.m p.m o'clock noon h sharp")
_TAKING = words("takes take needs need requires require is spend spends uses use about")
_AMOUNTS = words("hour minute second day week dollar euro point cent pound mile km")
_AGES = words("year-old aged age")
_LIMITING = words(
    """
    most least more less limit limited capacity max maximum min minimum only exactly budget cannot can't
    never exceed exceeds within fewer every must up penalty extra additional discount unless if otherwise
    between no not twice double half
    """
)


def remark(tokens: Sequence[Token], at: int) -> str:
    """What a number is when it is plainly no data of a problem; "" where it may be."""
    token = tokens[at]
    before = tokens[at - 1].lower if at else ""
    after = tokens[at + 1].lower if at + 1 < len(tokens) else ""
    if _is_year(token) and (before in _MONTHS | words("in of since by for year from until , -") or at < 12):
        return "a year"
    if before in _MONTHS or after in _MONTHS or (after == "of" and _word(tokens, at + 2) in _MONTHS):
        return "a date"
    if after in _DAYTIME or (after == ":" and _is_number(tokens, at + 2)) or _after_colon(tokens, at):
        return "a time of day"
    if before in ("week", "exercise", "problem", "question", "no", "nr", "#", "page", "chapter", "part"):
        return "a number in a name"
    if (stem(after) in ("year", "yr") and _word(tokens, at + 2) in ("old", "ago", "in")) or before in _AGES:
        return "an age"
    if after[:1] in "x×" and after[1:].isdecimal() and tokens[at + 1].start == token.end:
        return "a number in a name"
    if _is_said_again(tokens, at):
        return "said again in another unit"
    if token.kind == "one" and before not in _TAKING:
        return "each"
    if token.kind == "spelled" and token.value == 1 and stem(after) not in _AMOUNTS:
        return "a single one"
    return "an end of a scale" if _on_scale(tokens, at) else ""


def is_harmless(tokens: Sequence[Token], at: int) -> bool:
    """Whether nothing in the sentence of a number limits anything by it."""
    said = {token.lower for token in tokens if token.sentence == tokens[at].sentence}
    return not said & _LIMITING


def _is_said_again(tokens: Sequence[Token], at: int) -> bool:
    """Whether the same amount follows in brackets: `80p (so £0.80)`."""
    value = tokens[at].value
    for ahead in range(at + 1, min(len(tokens), at + 7)):
        other = tokens[ahead].value
        if other is not None:
            opened = "(" in {token.text for token in tokens[at:ahead]}
            return opened and value is not None and value in (other, other * 100, other * 1000, other * 60)
    return False


def _on_scale(tokens: Sequence[Token], at: int) -> bool:
    """Whether a number is an end of `0-10`, `from 1 (poor) to 5`, `out of 10`."""
    two = [_word(tokens, at - 2), _word(tokens, at - 1)]
    if two == ["out", "of"] or (two[1] == "of" and two[0] in ("scale", "range")):
        return True
    value = tokens[at].value
    said = {
        token.lower for token in tokens[max(0, at - 12) : at + 14] if token.sentence == tokens[at].sentence
    }
    scaled = said & words(
        "scale rated rate rates rating ratings score scored marks hearts stars points from out"
    )
    for other in range(max(0, at - 9), min(len(tokens), at + 10)):
        number = tokens[other].value
        between = tokens[min(at, other) + 1 : max(at, other)]
        if any(token.is_number for token in between):
            continue
        if other == at or number is None or value is None or not scaled:
            continue
        low, high = sorted((value, number))
        first, last = min(at, other), max(at, other)
        joined = {token.lower for token in tokens[first + 1 : last]} & {"to", "-", "–", "—", "and"}
        if low in (0, 1) and high in (3, 4, 5, 6, 7, 10, 20, 100) and joined:
            return tokens[first].value == low or "(" in {token.text for token in tokens[first:last]}
    return False


def _is_year(token: Token) -> bool:
    return (
        token.kind == "integer"
        and len(token.text) == 4
        and token.text.isdecimal()
        and 1900 <= int(token.text) < 2100
    )


def _is_number(tokens: Sequence[Token], at: int) -> bool:
    return 0 <= at < len(tokens) and tokens[at].is_number and tokens[at - 1].end == tokens[at].start


def _after_colon(tokens: Sequence[Token], at: int) -> bool:
    return (
        at > 1
        and tokens[at - 1].text == ":"
        and tokens[at - 2].is_number
        and tokens[at - 1].end == tokens[at].start
    )


def _word(tokens: Sequence[Token], at: int) -> str:
    return tokens[at].lower if 0 <= at < len(tokens) else ""
