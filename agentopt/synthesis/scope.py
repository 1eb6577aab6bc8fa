"""Texts that are no problem a reader should answer, of many kinds and with as many numbers as problems have.

A reader learns as much from what it must decline as from what it must read. The kinds are ordered by how
near they come to the problems: texts of every day, exercises with one result, problems of another nature
(nonlinear, stochastic, rosters, games), questions about optimization, and last the halves: problems of the
genre with something essential left out, cut off, shuffled, or with another question at the end. The
sentences are rules in `datasets/synthesis/scope/`.
"""

from __future__ import annotations

__all__ = ["KINDS", "generate"]

import random
import re
from collections.abc import Callable
from functools import cache

from agentopt.synthesis.grammar import Grammar, grammar
from agentopt.synthesis.problem import OUT_OF_SCOPE, Problem

EVERYDAY = (
    "news", "recipe", "biography", "sport", "weather", "chat", "joke", "email", "review", "travel", "history",
    "instructions", "advert", "minutes", "diary", "poem", "legal", "numbers_list",
)  # fmt: skip
SUMS = (
    "arithmetic", "percentage", "geometry", "motion", "work", "age", "mixture", "probability", "statistics",
    "algebra", "physics", "chemistry", "conversion",
)  # fmt: skip
BEYOND = (
    "area", "quadratic", "product_of_decisions", "ratio", "volume_discount", "stochastic", "dynamic",
    "roster", "tournament", "route", "game", "coding", "data_question", "multi_stage", "control",
    "facility_curve",
)  # fmt: skip
QUESTIONS = ("about", "exam", "abstract_paper", "advice", "command")

_SCENES = ("make", "diet", "haul", "farm", "fund")
_OPENINGS = re.compile(r"\d[\d,.]*\d|\d")


def generate(rng: random.Random, difficulty: int) -> Problem:
    """A text out of scope; at a higher difficulty, nearer to the problems a reader knows."""
    level = difficulty if rng.random() < 0.6 else rng.randint(1, difficulty)
    kind = rng.choice(KINDS[level - 1])
    rules = _rules()
    half = _HALVES.get(kind)
    text = half(rules, rng) if half else rules.expand(kind, rng)
    return Problem(OUT_OF_SCOPE, difficulty, 0, _tidy(text), None)


@cache
def _rules() -> Grammar:
    return grammar(
        *(f"scope/{each}" for each in ("words", "everyday", "sums", "beyond", "questions", "halves"))
    )


def _tidy(text: str) -> str:
    """One space between words, none before a mark; `an` before a vowel."""
    lines = (re.sub(r" +", " ", line).strip() for line in text.split("\n"))
    text = re.sub(r" ([.,?!])(?=\s|$)", r"\1", "\n".join(lines)).strip()
    return re.sub(r"\b([Aa]) (?=[aeioAEIO])", r"\1n ", text)


_Half = Callable[[Grammar, random.Random], str]


def _parts(rules: Grammar, rng: random.Random, scene: str, *parts: str) -> list[str]:
    """Sentences about one pair of things."""
    kept: dict[str, str] = {}
    # What later parts refer to is drawn by the first two, even if those are left out of the text.
    said = {part: rules.expand(f"{scene}_{part}", rng, kept) for part in ("lead", _use(parts))}
    return [said[part] if part in said else rules.expand(f"{scene}_{part}", rng, kept) for part in parts]


def _use(parts: tuple[str, ...]) -> str:
    return "half_use" if "half_use" in parts else "use"


def _joined(sentences: list[str], rng: random.Random) -> str:
    """The first sentence, the middle in any order, the last one."""
    middle = sentences[1:-1]
    rng.shuffle(middle)
    return " ".join([sentences[0], *middle, sentences[-1]])


def _left_out(*parts: str, scenes: tuple[str, ...] = _SCENES) -> _Half:
    """A text of the parts given, in one of the scenes: those to which what is left out is essential."""

    def made(rules: Grammar, rng: random.Random) -> str:
        return _joined(_parts(rules, rng, rng.choice(scenes), *parts), rng)

    return made


def _whole(rules: Grammar, rng: random.Random) -> list[str]:
    return _parts(rules, rng, rng.choice(_SCENES), "lead", "gain", "use", "limit", "ask")


def _without_numbers(rules: Grammar, rng: random.Random) -> str:
    """A problem whose numbers are letters, dots or "some"."""
    mark = rng.choice(["X", "...", "some", "___", "a few", "?", "N"])
    return _OPENINGS.sub(mark, _joined(_whole(rules, rng), rng))


def _cut_off(rules: Grammar, rng: random.Random) -> str:
    """A problem that ends before its limit is told."""
    lead, gain, use, *_ = _whole(rules, rng)
    words = " ".join([lead, gain, use]).split(" ")
    return " ".join(words[: rng.randint(len(words) // 3, max(len(words) - 4, len(words) // 3))])


def _shuffled(rules: Grammar, rng: random.Random) -> str:
    """The words of a problem in no order."""
    words = " ".join(_whole(rules, rng)).split(" ")
    rng.shuffle(words)
    return " ".join(words)


def _torn(rules: Grammar, rng: random.Random) -> str:
    """Sentences of two problems that have nothing to do with each other."""
    one, other = _whole(rules, rng), _whole(rules, rng)
    return " ".join(
        [one[0], other[1], one[2], other[4]] if rng.random() < 0.5 else [one[0], other[3], other[4]]
    )


def _beside(rules: Grammar, rng: random.Random) -> str:
    """A beginning of the genre that goes on as a text of every day."""
    lead, gain, *_ = _whole(rules, rng)
    return f"{lead} {gain} {rules.expand(rng.choice(('news', 'email', 'weather', 'review', 'sport')), rng)}"


def _contradicted(rules: Grammar, rng: random.Random) -> str:
    """A problem taken back in its last sentence."""
    end = [
        "But that is not what I wanted to ask. What time is it?",
        "Forget all that, I only wanted to say hello.",
        "We did that last year; what happened then?",
        "Rewrite this text in plainer words.",
        "How many numbers are in this text?",
        "Translate the text above into French.",
        "Which of these numbers is the largest?",
        "Do not solve it; make up another one like it.",
    ]
    return f"{_joined(_whole(rules, rng)[:-1], rng)} {rng.choice(end)}"


_HALVES: dict[str, _Half] = {
    "no_gain": _left_out("lead", "use", "limit", "ask"),
    "half_gain": _left_out("lead", "half_gain", "use", "limit", "ask"),
    "half_use": _left_out("lead", "gain", "half_use", "limit", "ask", scenes=_SCENES[:4]),
    "no_limit": _left_out("lead", "gain", "use", "ask", scenes=_SCENES[:3]),
    "vague_limit": _left_out("lead", "gain", "use", "vague", "ask", scenes=_SCENES[:4]),
    "no_use": _left_out("lead", "gain", "ask", scenes=_SCENES[:3]),
    "no_question": _left_out("lead", "gain", "use", "limit"),
    "other_question": _left_out("lead", "gain", "use", "limit", "other"),
    "other_question_short": _left_out("lead", "gain", "use", "other"),
    "without_numbers": _without_numbers,
    "cut_off": _cut_off,
    "shuffled": _shuffled,
    "torn": _torn,
    "beside": _beside,
    "contradicted": _contradicted,
}

KINDS: tuple[tuple[str, ...], ...] = (EVERYDAY, SUMS, BEYOND, QUESTIONS, tuple(_HALVES))
"""The kinds of text by difficulty, 1 to 5."""
