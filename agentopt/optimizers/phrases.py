"""Texts as phrases, and the edits that score-only searches make: delete, swap, paraphrase, add back.

Source: GrIPS (Prasad et al., 2023, section 3), whose edits Plum (Pan et al., 2024) takes over. Both cut a
text by a constituency parser and paraphrase by a network of their own; here it is cut by the rule of `cut`,
and the optimizer model is asked for the paraphrase. A phrase that holds a placeholder in braces is neither
deleted nor paraphrased, and the last phrase left is not deleted, so that no edit has to be undone.
"""

from __future__ import annotations

__all__ = ["ALL", "Edit", "Phrased", "cut", "drawn", "edited", "likeness", "mutants"]

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agentopt.evaluation.trials import Candidate
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.edits import tagged

Edit = Literal["delete", "swap", "paraphrase", "add"]

ALL: tuple[Edit, ...] = ("delete", "swap", "paraphrase", "add")
"""The edits of GrIPS."""

LONGEST = 400
"""Characters of a paraphrase at most, or three times the phrase's where that is more."""

_TOKEN = re.compile(
    r"(?:(?:\{\{.*?\}\}|\{[^{}\s]*\}|[^\s。！？；，])+[。！？；，]*|[。！？；，]+)\s*", re.DOTALL
)
_ENDS = re.compile(r"[.!?;:,。！？；，][\"'”’)\]*]*\s*\Z")
_OPENS = re.compile(
    "(?:and|or|but|nor|so|yet|because|since|if|unless|when|while|until|before|after|although|though|as|that|"
    r"which|who|whose|where|than|with|without|for|from|by|into|about|through|in|on|at|to|using)\Z"
)
_WIDE = ("。", "！", "？", "；", "，")


@dataclass(frozen=True)
class Phrased:
    """A text as phrases.

    Attributes:
        phrases: in order, each with the spaces behind it.
        deleted: phrases that were deleted on the way to this text, and may be added back.
    """

    phrases: tuple[str, ...]
    deleted: tuple[str, ...] = ()

    @classmethod
    def of(cls, text: str) -> Phrased:
        """A text, cut."""
        return cls(cut(text))

    @property
    def text(self) -> str:
        """The phrases as one text, with a space where two would touch."""
        whole = ""
        for phrase in self.phrases:
            if whole and not whole[-1].isspace() and not whole.endswith(_WIDE):
                whole += " "
            whole += phrase
        return whole.strip()

    def child_of(self, candidate: Candidate, name: str, origin: str, *others: Candidate) -> Candidate:
        """The candidate with this text as a component."""
        return candidate.child({name: self.text}, origin, *others)


def cut(text: str) -> tuple[str, ...]:
    """A text as phrases: behind a stop, a comma or a line's end; before a joining word between longer parts.

    Nothing is lost: joined, the phrases are the text.

    >>> cut("Think step by step, and give the answer. Name units")
    ('Think step ', 'by step, ', 'and give the answer. ', 'Name units')
    """
    tokens = _TOKEN.findall(text.lstrip())
    phrases: list[list[str]] = [[]]
    for place, token in enumerate(tokens):
        opens = _OPENS.match(token.strip().casefold()) and len(phrases[-1]) >= 2 and place + 1 < len(tokens)
        if phrases[-1] and (opens or _ENDS.search(phrases[-1][-1]) or "\n" in phrases[-1][-1]):
            phrases.append([])
        phrases[-1].append(token)
    return tuple("".join(each) for each in phrases if each)


def mutants(
    parents: Sequence[Phrased],
    edits: Sequence[Edit],
    *,
    count: int,
    model: Asking,
    rng: random.Random,
    temperature: float,
) -> list[Phrased]:
    """A mutant of each parent, made by `count` random edits, one on another.

    An edit that a text does not allow (nothing deleted yet, one phrase only) is drawn again among those that
    it does; one that allows none stays as it is. The phrases of a round are paraphrased at once.
    """
    found = list(parents)
    for _ in range(count):
        each_edit = [drawn(each, edits, rng) for each in found]
        found = edited(found, each_edit, model=model, rng=rng, temperature=temperature)
    return found


def edited(
    parents: Sequence[Phrased],
    edits: Sequence[Edit | None],
    *,
    model: Asking,
    rng: random.Random,
    temperature: float,
) -> list[Phrased]:
    """Each parent with its edit; errors as `Asking.ask`."""
    found: list[Phrased] = []
    asked: list[tuple[int, int]] = []
    for parent, edit in zip(parents, edits, strict=True):
        if edit == "paraphrase":
            asked.append((len(found), rng.choice(_free(parent))))
        found.append(_changed(parent, edit, rng))
    if not asked:
        return found
    replies = model.ask(
        "paraphrase/phrase",
        [{"text": found[at].text, "phrase": found[at].phrases[place].strip()} for at, place in asked],
        temperature=temperature,
    )
    for (at, place), reply in zip(asked, replies, strict=True):
        old = found[at].phrases[place]
        new = next(tagged([reply], "phrase"), "")
        if new and len(new) <= max(LONGEST, 3 * len(old)):
            space = old[len(old.rstrip()) :]
            found[at] = _with(found[at], place, (new + space,))
    return found


def likeness(one: Phrased, other: Phrased) -> float:
    """The share of words in the longest common subsequence, of the longer text: 1 for equal texts.

    >>> likeness(Phrased.of("be brief and kind"), Phrased.of("be kind"))
    0.5
    """
    a, b = one.text.casefold().split(), other.text.casefold().split()
    row = [0] * (len(b) + 1)
    for word in a:
        before = row
        row = [0]
        for place, each in enumerate(b, start=1):
            row.append(before[place - 1] + 1 if word == each else max(row[-1], before[place]))
    return row[-1] / max(len(a), len(b), 1)


def _free(text: Phrased) -> list[int]:
    """Places of phrases that may be deleted or paraphrased."""
    return [place for place, phrase in enumerate(text.phrases) if "{" not in phrase]


def drawn(text: Phrased, edits: Sequence[Edit], rng: random.Random) -> Edit | None:
    """One of the edits that a text allows; None if it allows none."""
    free, several = bool(_free(text)), len(text.phrases) > 1
    allowed = {"delete": free and several, "swap": several, "paraphrase": free, "add": bool(text.deleted)}
    left = [edit for edit in edits if allowed[edit]]
    return rng.choice(left) if left else None


def _changed(text: Phrased, edit: Edit | None, rng: random.Random) -> Phrased:
    """The text with an edit that asks nothing."""
    if edit == "delete":
        place = rng.choice(_free(text))
        gone = text.phrases[place].strip()
        return replace(_with(text, place, ()), deleted=(*text.deleted, gone))
    if edit == "add":
        back = rng.randrange(len(text.deleted))
        place = rng.randrange(len(text.phrases) + 1)
        phrases = (*text.phrases[:place], text.deleted[back] + " ", *text.phrases[place:])
        return Phrased(phrases, (*text.deleted[:back], *text.deleted[back + 1 :]))
    if edit == "swap":
        first, second = sorted(rng.sample(range(len(text.phrases)), 2))
        swapped = list(text.phrases)
        one, other = swapped[first], swapped[second]
        swapped[first] = other.rstrip() + one[len(one.rstrip()) :]
        swapped[second] = one.rstrip() + other[len(other.rstrip()) :]
        return replace(text, phrases=tuple(swapped))
    return text


def _with(text: Phrased, place: int, instead: tuple[str, ...]) -> Phrased:
    return replace(text, phrases=(*text.phrases[:place], *instead, *text.phrases[place + 1 :]))
