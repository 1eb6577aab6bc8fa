"""Where a text says what is to be made large or small."""

from __future__ import annotations

__all__ = ["Goal", "Sense", "goal"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agentopt.reader.rules import lexicon
from agentopt.reader.rules.words import Words

Sense = Literal["minimize", "maximize"]


@dataclass(frozen=True, slots=True)
class Goal:
    """The direction, and the words that say of what.

    Attributes:
        sense: the direction.
        start, end: first token and the one after the last.
        assumed: whether no word sets it, only the question.
    """

    sense: Sense
    start: int
    end: int
    assumed: bool = False


def goal(words: Words) -> Goal | None:
    """The stretch that says what is to be made large or small; the last of the plainest kind."""
    for kind in (_firm, _as_possible, _superlative, _the_better, _changing, _assumed):
        found = list(kind(words))
        if found:
            return found[-1]
    return None


def _assumed(words: Words) -> Iterator[Goal]:
    """What a question that names no goal wants: more of what is gained, else less of what is paid."""
    if not any(each in _ASKING for each in words.lower):
        return
    for concept, sense in _WANTED:
        for at, word in enumerate(words.lower):
            if lexicon.CONCEPTS.get(word) == concept and words.tags[at] in ("noun", "verb"):
                yield Goal(sense, at, at + 1, assumed=True)
                return


_ASKING = lexicon.words_of("how what which best find determine plan ?")
_WANTED: tuple[tuple[str, Sense], ...] = (("@gain", "maximize"), ("@cost", "minimize"))


def _firm(words: Words) -> Iterator[Goal]:
    """`maximize profit`."""
    for at, word in enumerate(words.lower):
        if word.startswith(("maximi", "minimi")) and not word.endswith(("mum", "mal", "mally")):
            start, end = at + 1, _end(words, at + 1)
            if not any(words.tags[x] in ("noun", "verb") for x in range(start, end)):
                start, end = _begin(words, at), at  # "how can profit be maximized?"
            yield Goal("maximize" if word.startswith("maxi") else "minimize", start, end)


def _as_possible(words: Words) -> Iterator[Goal]:
    """`as many people as possible`, `keep the cost as low as possible`."""
    for at, word in enumerate(words.lower):
        sense = _sense(words.word(at + 1))
        if word != "as" or sense is None:
            continue
        second = next((x for x in range(at + 2, min(at + 14, len(words))) if words.lower[x] == "as"), None)
        if second is None or not (words.word(second + 1) == "possible" or _can(words, second)):
            continue
        if any(words.tags[x] in ("noun", "verb") for x in range(at + 2, second)):
            yield Goal(sense, at + 2, second)
        else:
            yield Goal(sense, _begin(words, at), at)


def _can(words: Words, at: int) -> bool:
    return "can" in words.lower[at + 1 : at + 6] or "could" in words.lower[at + 1 : at + 6]


def _sense(word: str) -> Sense | None:
    if word in lexicon.LARGE:
        return "maximize"
    return "minimize" if word in lexicon.SMALL else None


def _superlative(words: Words) -> Iterator[Goal]:
    """`the highest profit`, `at the lowest cost`, `the minimum number of trips`."""
    for at, word in enumerate(words.lower):
        sense = _sense(word) if word in lexicon.SUPERLATIVES else None
        if sense is None or not _is_free(words, at):
            continue
        start, end = at + 1, _end(words, at + 1)
        if word.startswith("cheap"):
            start = at
        if not any(words.tags[x] in ("noun", "verb") for x in range(start, end)):
            start = _begin(words, at)
        yield Goal(sense, start, end)


def _is_free(words: Words, at: int) -> bool:
    """Whether a superlative sets a goal and no limit: not `at most`, `a minimum of 5`."""
    word, before, after = words.lower[at], words.word(at - 1), words.word(at + 1)
    if word in ("best", "cheapest", "cheaply"):
        return True
    if before == "at" and words.tag(at + 1) == "noun" and lexicon.CONCEPTS.get(after) == "@cost":
        return not any(words.tag(x) == "number" for x in range(at + 2, at + 5))
    if before in ("at", "a", "an", "very") or after in (
        "of",
        "demand",
        "requirement",
        "requirements",
        "capacity",
    ):
        return False
    if word in ("most", "least", "maximum", "minimum", "max", "min"):
        ahead = range(at + 1, min(at + 6, len(words)))
        if any(words.tags[x] == "number" for x in ahead) or before in ("than",):
            return False
        return (
            before in lexicon.BEFORE_GOAL
            or words.word(at - 2) in lexicon.BEFORE_GOAL
            or before in (".", ":", "")
        )
    return words.tag(at + 1) != "number"


def _the_better(words: Words) -> Iterator[Goal]:
    """`the more profit, the better`."""
    for at, word in enumerate(words.lower):
        if word == "better" and words.word(at - 1) == "the":
            begin = at - 1
            while begin > 0 and words.tokens[begin - 1].sentence == words.tokens[at].sentence:
                begin -= 1
            for x in range(begin, at - 1):
                if words.word(x) == "the" and words.word(x + 1) in (
                    "more",
                    "less",
                    "fewer",
                    "lower",
                    "higher",
                    "larger",
                    "smaller",
                ):
                    sense: Sense = (
                        "maximize" if words.word(x + 1) in ("more", "higher", "larger") else "minimize"
                    )
                    yield Goal(sense, x + 2, at - 1)


def _changing(words: Words) -> Iterator[Goal]:
    """`to bring down the wage bill`, `to boost sales`."""
    for at, word in enumerate(words.lower):
        for sense, verbs in (("maximize", lexicon.RAISING), ("minimize", lexicon.LOWERING)):
            if word not in verbs:
                continue
            after = at + 1
            far = next(
                (
                    x
                    for x in range(after, min(after + 9, len(words)))
                    if words.lower[x] in ("down", "low", "high", "up", "small")
                ),
                None,
            )
            if (
                word in ("keep", "bring", "get", "hold")
                and far is not None
                and far > after
                and not any(words.tags[x] in ("number", "mark") for x in range(after, far))
            ):
                yield Goal("maximize" if words.lower[far] in ("high", "up") else "minimize", after, far)
                continue
            if word in ("bring", "keep", "cut", "drive", "push", "hold"):
                if words.word(after) not in ("down", "up"):
                    if word == "cut":
                        yield Goal("minimize", after, _end(words, after))
                    continue
                sense = "minimize" if words.word(after) == "down" else "maximize"
                after += 1
            if words.word(at - 1) in (
                "to",
                "would",
                "should",
                "will",
                "must",
                "best",
                "can",
                "that",
                "they",
                "we",
                "goal",
                "is",
                "in",
                ":",
                "",
                ".",
                ",",
                "please",
            ):
                yield Goal("maximize" if sense == "maximize" else "minimize", after, _end(words, after))


def _begin(words: Words, at: int) -> int:
    """Where the clause before a token begins."""
    while (
        at > 0
        and words.tokens[at - 1].sentence == words.tokens[at].sentence
        and words.lower[at - 1] not in (",", ";", ":", "if", "so", "how", "that", "are", "is", "should")
    ):
        at -= 1
    return at


def _end(words: Words, at: int) -> int:
    end = at
    while end < len(words) and words.tokens[end].sentence == words.tokens[at].sentence:
        if words.lower[end] in lexicon.ENDS_GOAL:
            break
        end += 1
    return end
