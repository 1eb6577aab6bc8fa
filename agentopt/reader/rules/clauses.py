"""Sentences cut into clauses."""

from __future__ import annotations

__all__ = ["Clause", "clauses"]

from collections.abc import Iterator
from dataclasses import dataclass

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.words import Words


@dataclass(frozen=True, slots=True)
class Clause:
    """A stretch of a sentence with a verb of its own, as first token and the one after the last."""

    start: int
    end: int
    sentence: int


def clauses(words: Words) -> Iterator[Clause]:
    """The clauses of a text, in order."""
    for number, (start, end) in enumerate(words.sentences):
        begin = start
        for at in range(start + 1, end):
            if at > begin and (_breaks(words, begin, at, end) or _ends_reason(words, begin, at)):
                yield Clause(begin, at, number)
                begin = at
        yield Clause(begin, end, number)


def _ends_reason(words: Words, begin: int, at: int) -> bool:
    """Whether a comma ends a clause that gives a reason: `since vans are slow, …`."""
    return (
        words.lower[at] == ","
        and words.lower[begin] in _SUBORDINATE
        and words.word(at + 1) not in ("and", "or")
    )


_SUBORDINATE = lexicon.words_of("since because as although though due if when while whereas")


def _breaks(words: Words, begin: int, at: int, end: int) -> bool:
    """Whether a clause begins at a token."""
    word = words.lower[at]
    if word == ":":  # "jam: 3 hours" is one clause, "sells two things: jam and honey" is two
        return any(words.tags[x] in ("verb", "auxiliary") for x in range(begin, at))
    if word == ";":
        return True
    if word == "(" or words.lower[at - 1] == ")":
        return _is_aside(words, at if word == "(" else at - 1)
    if word == "however" and words.lower[at - 1] not in ",;.":
        return False
    if word in lexicon.BREAKS:
        return word != "so" or words.word(at + 1) != "that"
    if word == "how" and words.word(at + 1) in ("many", "much"):
        return True
    if (
        word.startswith(("maximi", "minimi"))
        and word[-1] == "e"
        and len(word) > 6
        and words.word(at - 1) == ","
    ):
        return True
    if (
        word in (",", "and")
        and any(words.tags[x] in ("verb", "auxiliary") for x in range(begin, at))
        and _limit_follows(words, at + 1, end)
    ):
        return True
    if word == "and" or (word == "," and words.word(at + 1) not in ("and", "or")):
        spoken = any(words.tags[x] in ("verb", "auxiliary") for x in range(begin, at))
        return (spoken or words.tags[begin] == "number") and _subject_follows(words, at + 1, end)
    return False


def _limit_follows(words: Words, at: int, end: int) -> bool:
    """Whether a limit with a verb of its own follows: `and at least 400 guests have to be fed`."""
    if words.lower[at - 1] == "," and words.word(at) == "and":
        at += 1
    if words.word(at) not in ("at", "no", "not") or words.word(at + 1) not in _BOUNDING:
        return False
    numbers = 0
    for place in range(at + 2, min(end, at + 12)):
        numbers += words.tags[place] == "number"
        if words.lower[place] in (",", ";", "and") or numbers > 1:
            return False
        if words.tags[place] == "auxiliary":
            return numbers == 1
    return False


_BOUNDING = lexicon.words_of("least most more less fewer")


def _is_aside(words: Words, at: int) -> bool:
    """Whether the parenthesis at a token says something of its own, unlike `atomic units (au)`."""
    step = 1 if words.lower[at] == "(" else -1
    place = at + step
    while 0 <= place < len(words) and words.lower[place] not in "()" and abs(place - at) < 40:
        if words.tags[place] in ("number", "verb", "auxiliary"):
            return True
        place += step
    return False


def _subject_follows(words: Words, at: int, end: int) -> bool:
    """Whether a noun with a verb of its own follows a comma or an `and`."""
    if words.tag(at) == "number" or words.word(at) in ("$", "€", "£"):
        return False
    seen, start = False, at
    while at < end and at < start + 9:
        tag = words.tags[at]
        if tag in ("noun", "pronoun") or (
            tag == "determiner" and words.lower[at] in ("each", "both", "this")
        ):
            seen = True
        elif tag in ("auxiliary", "verb"):
            return seen and words.lower[at - 1] != "to" and not words.lower[at].endswith("ing")
        elif seen and words.lower[at] in ("and", "or") and words.tag(at + 1) in ("noun", "determiner"):
            pass
        elif tag in ("mark", "conjunction", "number") and not words.hyphen(at):
            return False
        at += 1
    return False
