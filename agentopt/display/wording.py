"""What names and meanings say about a thing, as far as a plot depends on it."""

from __future__ import annotations

__all__ = ["carries", "says", "words"]

import re

_VOCABULARY = {
    "carrying": """
        ship shipped shipment flow transport transported send sent route routed deliver delivered delivery
        move moved haul hauled freight supply supplied allocate allocated allocation dispatch
        transfer transferred distribute distributed carry carried travel tour visit arc link
        pump pumped assign assigned assignment serve served blend blended
    """,
    "time": "month day week year period hour time quarter season slot date minute horizon",
    "start": "start begin starting",
    "end": "end finish finished completion complete completed",
    "duration": "duration processing proc length take last dur",
    "resource": "machine resource worker station room crane line team vehicle operator",
    "level": "stock store stored inventory level held hold backlog price share fraction ratio temperature",
    "not a duration": "due release deadline ready setup window arrival earliest latest weight",
}
_KINDS = {kind: frozenset(listed.split()) for kind, listed in _VOCABULARY.items()}


def words(text: str) -> list[str]:
    """The words of a name or meaning, small, without a plural s.

    >>> words("startTimes_of JOBS")
    ['start', 'time', 'of', 'job']
    """
    split = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", text)
    return [_one(word.casefold()) for word in split]


def carries(name: str, meaning: str) -> bool:
    """Whether a quantity goes from one place to another.

    >>> carries("ship", ""), carries("x", "tonnes sent from a mine to a plant"), carries("make", "")
    (True, True, False)
    """
    said = {*words(name), *words(meaning)}
    return bool(said & _KINDS["carrying"]) or ("from" in said and "to" in said)


def says(kind: str, *texts: str) -> bool:
    """Whether any of the texts has a word of a kind: time, start, end, duration, level, ...

    >>> says("time", "MONTHS"), says("time", "PRODUCTS")
    (True, False)
    """
    return any(word in _KINDS[kind] for text in texts for word in words(text))


def _one(word: str) -> str:
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word
