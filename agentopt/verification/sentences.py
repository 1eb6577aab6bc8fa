"""The sentences of a problem's text, and which of them a formulation says it states."""

from __future__ import annotations

__all__ = ["Sentence", "cited_by", "sentences"]

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

_END = re.compile(
    r"(?<=[.!?;])[\"')\]]*\s+(?=[\"'(\[]?[A-Z0-9$*\-•])|\n\s*\n|\n(?=\s*(?:[-*•|]|\d+[.)]))|(?<=[:|])\n"
)
_ABBREVIATED = re.compile(
    r"(?:\b(?:e\.g|i\.e|vs|etc|approx|no|fig|mr|mrs|dr|st|resp)|\b[A-Z])\.\s*\Z", re.IGNORECASE
)
_MODAL = re.compile(
    r"\b(?:must|cannot|can\s*not|can['’]t|may\s+not|shall|has\s+to|have\s+to|needs?\s+to|required?|requires|requirement|"
    r"at\s+(?:most|least)|no\s+(?:more|less|fewer)\s+than|not\s+(?:more|less|fewer|exceed)|exceed|only|exactly|limit(?:ed|s)?|"
    r"minimum|maximum|up\s+to|never|always|either|unless|not\s+allowed|forbidden|prohibited|without)\b",
    re.IGNORECASE,
)
_GOAL = re.compile(
    r"\b(?:minimi[sz]|maximi[sz]|how\s+(?:many|much|should|can)|determine|formulate|what\s+is|optimal)",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{3,}|\d[\d.,]*")
_STOP_WORDS = (
    "the and for that this with from are not all each every can than has have must should will its it's into "
    "per one any be is of to in on at by or an as which there their they more most least less "
    "what how many much"
)
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True)
class Sentence:
    """A sentence with its place; `material` if it seems to say something a model must hold."""

    text: str
    start: int
    end: int
    material: bool
    goal: bool


def sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text; a heading, a list entry or a table row is one too.

    >>> [s.material for s in sentences("We bake bread. At most 5 loaves, e.g. rye, fit. How many sell?")]
    [False, True, False]
    """
    found, start = [], 0
    for cut in [*(m for m in _END.finditer(text)), None]:
        end = len(text) if cut is None else cut.start()
        if cut is not None and _ABBREVIATED.search(text[max(start, end - 12) : end]):
            continue
        piece = text[start:end]
        shown = piece.strip()
        if shown:
            place = start + len(piece) - len(piece.lstrip())
            goal = bool(_GOAL.search(shown))
            found.append(
                Sentence(shown, place, place + len(shown), bool(_MODAL.search(shown)) and not goal, goal)
            )
        start = end if cut is None else cut.end()
    return tuple(found)


def cited_by(found: Sequence[Sentence], claims: Sequence[tuple[str, str]]) -> list[list[str]]:
    """For each sentence, the elements whose words (name, text) are close to it.

    A claim cites the sentence it is most alike, if it is alike enough, and every sentence it is found in
    literally.
    """
    cited: list[list[str]] = [[] for _ in found]
    plain = [" ".join(_WORD.findall(s.text.casefold())) for s in found]
    words = [_content(s.text) for s in found]
    for name, text in claims:
        claim, claimed = " ".join(_WORD.findall(text.casefold())), _content(text)
        if not claim:
            continue
        literal = [k for k, sentence in enumerate(plain) if len(claim) >= 6 and claim in sentence]
        if literal:
            chosen = literal
        else:
            scores = [
                _likeness(claim, claimed, sentence, own) for sentence, own in zip(plain, words, strict=True)
            ]
            best = max(scores, default=0.0)
            chosen = [k for k, score in enumerate(scores) if score == best and best >= 0.5][:1]
        for k in chosen:
            cited[k].append(name)
    return cited


def _content(text: str) -> frozenset[str]:
    """Words that carry meaning, cut to a stem."""
    return frozenset(w[:5] for w in _WORD.findall(text.casefold()) if w not in _STOP)


def _likeness(claim: str, claimed: frozenset[str], sentence: str, own: frozenset[str]) -> float:
    shared = len(claimed & own)
    if not claimed or not shared:
        return 0.0
    contained = shared / len(claimed) if len(claimed) > 1 else 0.4
    if contained >= 0.9 or len(claim) > 400 or len(sentence) > 1500:
        return contained
    return max(contained, SequenceMatcher(None, claim, sentence, autojunk=False).ratio())
