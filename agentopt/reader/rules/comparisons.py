"""Words that compare with a number or between decisions."""

from __future__ import annotations

__all__ = ["Comparison", "behind", "comparisons", "turned"]

from collections.abc import Iterator
from dataclasses import dataclass

from agentopt.reader.reading import Relation
from agentopt.reader.rules import lexicon
from agentopt.reader.rules.words import Words

_BY_FIRST: dict[str, list[tuple[tuple[str, ...], Relation, bool]]] = {}
for _phrase, (_relation, _strict) in lexicon.COMPARISONS.items():
    _BY_FIRST.setdefault(_phrase.split()[0], []).append((tuple(_phrase.split()), _relation, _strict))
for _phrases in _BY_FIRST.values():
    _phrases.sort(key=lambda each: -len(each[0]))

_TURNED: dict[Relation, Relation] = {"<=": ">=", ">=": "<=", "==": "=="}


@dataclass(frozen=True, slots=True)
class Comparison:
    """Words that compare: tokens `start` to `end` (exclusive)."""

    start: int
    end: int
    relation: Relation
    strict: bool


def turned(relation: Relation) -> Relation:
    """The relation of the sides exchanged."""
    return _TURNED[relation]


def comparisons(words: Words) -> Iterator[Comparison]:
    """Every comparison of a text, negations applied: "cannot use more than" is at most."""
    at = 0
    while at < len(words):
        match = next(
            (
                each
                for each in _BY_FIRST.get(words.lower[at], ())
                if words.lower[at : at + len(each[0])] == each[0]
            ),
            None,
        )
        if match is None:
            at += 1
            continue
        phrase, relation, strict = match
        if strict and _is_denied(words, at):
            relation, strict = _TURNED[relation], False
        yield Comparison(at, at + len(phrase), relation, strict)
        at += len(phrase)


def _is_denied(words: Words, at: int) -> bool:
    """Whether a negation stands before a comparison: `does not want to sell | fewer than`."""
    for place in range(at - 1, max(-1, at - 12), -1):
        word = words.lower[place]
        if (words.tags[place] == "number" and words.tokens[place].kind != "spelled") or word in (
            ",",
            ".",
            ";",
            "but",
            "while",
            "and",
        ):
            break
        if word in lexicon.NEGATIONS or word.endswith("n't"):
            return True
    return _is_regretted(words, at)


def _is_regretted(words: Words, at: int) -> bool:
    """Whether a sentence calls bad what it compares: `if less than a third …, customers would complain`."""
    sentence = words.tokens[at].sentence
    end = at
    while end < len(words) and words.tokens[end].sentence == sentence:
        end += 1
    rest = words.lower[at:end]
    if any(each in rest for each in ("would", "will", "is", "are")) and any(
        each in lexicon.REGRETS for each in rest
    ):
        return True
    return any(
        rest[x] == "not" and rest[x + 1] in ("available", "allowed", "possible", "permitted", "acceptable")
        for x in range(len(rest) - 1)
    )


def behind(words: Words, at: int, tail: int) -> Comparison | None:
    """A comparison right behind a number: `50 or more`, `40 hours at most`, `30 hours maximum`."""
    for place in range(at + 1, min(tail + 2, len(words))):
        word, after = words.word(place), words.word(place + 1)
        if word == "or" and after in ("more", "above", "greater", "over", "higher", "better"):
            return Comparison(place, place + 2, ">=", False)
        if word == "or" and after in ("less", "fewer", "below", "under", "lower"):
            return Comparison(place, place + 2, "<=", False)
        if word == "at" and after in ("most", "least", "maximum", "minimum") and _closes(words, place + 2):
            return Comparison(place, place + 2, "<=" if after in ("most", "maximum") else ">=", False)
        if word in ("maximum", "max", "tops") and place < tail and _closes(words, place + 1):
            return Comparison(place, place + 1, "<=", False)
        if (
            word in ("minimum", "min")
            and place < tail
            and (word != "min" or place > at + 1)
            and _closes(words, place + 1)
        ):
            return Comparison(place, place + 1, ">=", False)
        if (
            word in ("is", "are")
            and after == "the"
            and words.word(place + 2) in ("least", "minimum", "most", "maximum", "limit")
        ):
            return Comparison(
                place, place + 3, ">=" if words.word(place + 2) in ("least", "minimum") else "<=", False
            )
        if word == "and" and after in ("no", "not") and words.word(place + 3) != "than":
            if words.word(place + 2) in ("more", "beyond"):
                return Comparison(place, place + 3, "<=", False)
            if words.word(place + 2) in ("less", "fewer"):
                return Comparison(place, place + 3, ">=", False)
        if (
            word in (",", ";")
            and place > at + 1
            and after not in ("not", "no", "at", "maximum", "max", "tops")
        ):
            return None
        if (
            word == ","
            and after in ("not", "no")
            and words.word(place + 2) == "more"
            and words.word(place + 3) != "than"
        ):
            return Comparison(place, place + 3, "<=", False)
    return None


def _closes(words: Words, at: int) -> bool:
    """Whether what compares ends there, so that it belongs to the number before it."""
    return (
        words.word(at) in ("", ".", ",", ";", ")", "per", "each", "and", "of", "for", "every", "in", "a")
        and words.tag(at + 1) != "number"
    )
