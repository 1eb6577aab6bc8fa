"""Rows of nouns: what names are made of."""

from __future__ import annotations

__all__ = ["Run", "runs"]

from dataclasses import dataclass

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.words import Words


@dataclass(frozen=True, slots=True)
class Run:
    """Nouns in a row: `start` and `end` (exclusive), and the stems in it."""

    start: int
    end: int
    stems: tuple[str, ...]


def runs(words: Words) -> tuple[Run, ...]:
    """The rows of nouns, with hyphens and the numbers of names inside."""
    found = []
    at = 0
    while at < len(words):
        if not (words.tags[at] == "noun" or (words.tags[at] == "number" and words.hyphen(at + 1))):
            at += 1
            continue
        end = at + 1
        while end < len(words) and words.tokens[end].sentence == words.tokens[at].sentence:
            inside = words.tags[end] == "noun" or (
                words.hyphen(end) and words.tag(end + 1) in ("noun", "number")
            )
            named = words.tags[end] == "number" and (words.hyphen(end - 1) or _is_named(words, end))
            if not (inside or named):
                break
            end += 1
        stems = tuple(
            words.stems[each]
            for each in range(at, end)
            if words.lower[each].isalnum() or len(words.lower[each]) > 1
        )
        if stems:
            found.append(Run(at, end, stems))
        at = end
    return tuple(found)


def _is_named(words: Words, at: int) -> bool:
    """Whether a number belongs to the name before it: `pill 1`, `Aleph 3`, and not `phones 3 hours`."""
    token = words.tokens[at]
    if token.kind != "integer" or token.value is None or not token.text.isdigit():
        return False
    if words.word(at + 1) in lexicon.MEASURES or words.word(at - 1) in lexicon.MEASURES:
        return False
    before = words.tokens[at - 1].text
    after = words.tag(at + 1)
    acronym = len(before) > 1 and before.isupper()
    capital = (
        before[:1].isupper()
        and not (acronym and not _recurs(words, at))
        and at > 1
        and words.word(at - 2) not in ".?!"
    )
    if not capital and (before.lower().endswith("s") or not _recurs(words, at)):
        return False
    return (capital or token.value <= 20) and after in (
        "auxiliary",
        "verb",
        "mark",
        "conjunction",
        "noun",
        "preposition",
        "",
    )


def _recurs(words: Words, at: int) -> bool:
    """Whether a word and its number come again, as the parts of a name do: `brand 1`."""
    pair = (words.lower[at - 1], words.lower[at])
    return sum(pair == (words.lower[x - 1], words.lower[x]) for x in range(1, len(words))) > 1
