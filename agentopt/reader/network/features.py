"""What the network sees of a text: words of the genre by name, all others as passing names, numbers as slots.

A word outside the vocabulary becomes one of `NUM_NAMES` names drawn anew for every reading, the same one
for the same stem: what a thing is called carries nothing, that it is called the same does. Numbers are
slots of a kind; their values stay outside. Drawing the names again gives independent readings of one text,
which can vote.
"""

from __future__ import annotations

__all__ = ["NUM_NAMES", "NUM_SHAPES", "Features", "Vocabulary", "features", "stem", "stems"]

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from agentopt.reader.tokens import Token

NUM_NAMES = 64
"""Passing names; more different words than this share them."""

NUM_SHAPES = 3 * 16 * 3
"""Shapes of a token: its capitals, its ending, whether it is joined to its neighbours."""

_KINDS = ("integer", "decimal", "percent", "factor", "spelled", "one")
_PAD, _FIRST_KIND = 0, 1
_FIRST_NAME = _FIRST_KIND + len(_KINDS)
_FIRST_WORD = _FIRST_NAME + NUM_NAMES

_ENDINGS = ("ing", "ed", "ers", "er", "est", "ies", "es", "ly", "tion", "ment", "al", "ic", "y", "ss", "s")


@dataclass(frozen=True)
class Vocabulary:
    """The words and marks the network knows by name.

    Attributes:
        words: lower case, the closed-class and most frequent ones first.
        num_fixed: so many of them are never anonymised in training.
    """

    words: tuple[str, ...]
    num_fixed: int

    @cached_property
    def index(self) -> dict[str, int]:
        """The identifier of each word."""
        return {word: _FIRST_WORD + at for at, word in enumerate(self.words)}

    @property
    def size(self) -> int:
        """The number of identifiers: padding, kinds of number, names, words."""
        return _FIRST_WORD + len(self.words)


@dataclass(frozen=True)
class Features:
    """One text, or several anonymisations of it, as arrays.

    Attributes:
        words: identifiers, (readings, tokens).
        shapes: shape of each token, (tokens,).
        stems: tokens of the same stem have the same number, (tokens,); -1 for marks and numbers.
        sentences: of each token, (tokens,).
    """

    words: NDArray[np.int64]
    shapes: NDArray[np.int64]
    stems: NDArray[np.int64]
    sentences: NDArray[np.int64]


def stem(word: str) -> str:
    """A word without its common endings: enough to see that two mentions are the same.

    >>> [stem(word) for word in ("cakes", "batteries", "boxes", "glass", "Baking", "baked")]
    ['cake', 'battery', 'box', 'glass', 'bak', 'bak']
    """
    word = word.lower().replace("’", "'").removesuffix("'s")
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 4 and re.search(r"(x|ch|sh|ss|z)es$", word):
        return word[:-2]
    if len(word) > 3 and word.endswith("s") and word[-2] not in "sui":
        return word[:-1]
    if len(word) > 5 and word.endswith("ing"):
        return word[:-3]
    if len(word) > 4 and word.endswith("ed"):
        return word[:-2]
    return word


def stems(tokens: Sequence[Token]) -> NDArray[np.int64]:
    """A number for each stem, (tokens,); -1 for marks and numbers."""
    known: dict[str, int] = {}
    return np.array(
        [-1 if t.kind != "word" else known.setdefault(stem(t.text), len(known)) for t in tokens], np.int64
    )


def features(
    tokens: Sequence[Token],
    vocabulary: Vocabulary,
    rng: np.random.Generator,
    *,
    readings: int = 1,
    forget: float = 0.0,
) -> Features:
    """The arrays of a text, with names drawn anew in each of the readings.

    Args:
        tokens: of the text.
        vocabulary: the words known by name.
        rng: draws the names.
        readings: how many anonymisations.
        forget: probability with which a word beyond the fixed ones is taken for unknown.
    """
    of_stem = stems(tokens)
    num_stems = int(of_stem.max(initial=-1)) + 1
    known = np.array([_identifier(token, vocabulary) for token in tokens], np.int64)
    words = np.empty((readings, len(tokens)), np.int64)
    for reading in range(readings):
        names = _FIRST_NAME + _names(num_stems, rng)
        hidden = known < 0
        if forget and num_stems:
            forgotten = rng.random(num_stems) < forget
            hidden |= (known >= _FIRST_WORD + vocabulary.num_fixed) & (of_stem >= 0) & forgotten[of_stem]
        words[reading] = np.where(hidden, names[of_stem] if num_stems else _PAD, known)
    return Features(words, shapes(tokens), of_stem, np.array([t.sentence for t in tokens], np.int64))


def _names(count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Names for so many stems: all different as long as there are enough."""
    rounds = [rng.permutation(NUM_NAMES) for _ in range(-(-count // NUM_NAMES))]
    return np.concatenate(rounds)[:count] if rounds else np.empty(0, np.int64)


def _identifier(token: Token, vocabulary: Vocabulary) -> int:
    """The identifier of a number or known word or mark, or -1."""
    if token.is_number:
        return _FIRST_KIND + _KINDS.index(token.kind)
    found = vocabulary.index.get(token.lower.replace("’", "'"), -1)
    return vocabulary.index["."] if found < 0 and token.kind == "mark" else found


def shapes(tokens: Sequence[Token]) -> NDArray[np.int64]:
    """Capitals (3) × ending (16) × joined to the token before, after or neither (3), (tokens,)."""
    found = np.zeros(len(tokens), np.int64)
    for at, token in enumerate(tokens):
        capitals = ending = 0
        if token.kind == "word":
            capitals = 0 if token.text.islower() else 2 if token.text.isupper() and len(token.text) > 1 else 1
            ending = next((n for n, e in enumerate(_ENDINGS, 1) if token.lower.endswith(e)), 0)
        before = at > 0 and tokens[at - 1].end == token.start
        after = at + 1 < len(tokens) and tokens[at + 1].start == token.end
        joined = 1 if before else 2 if after else 0
        found[at] = (capitals * 16 + ending) * 3 + joined
    return found
