"""Names for what a reading found: identifiers from the words around a number or a mention."""

from __future__ import annotations

__all__ = ["identifier", "label", "quantity", "unique"]

import keyword
import re
import unicodedata
from collections.abc import Collection, Sequence

from agentopt.reader.tokens import Token

_STOPS_WRITTEN = """
    and or but while whereas with for per to in on at by from is are was be can may must should will
    would has have each every a an the this that these those it its they their he she his her i my
    we our you your if when since because so as which who whose than more less fewer most least
    available needed required used left daily weekly monthly only also not no total maximum minimum
    limit respectively of
"""
_STOPS = frozenset(_STOPS_WRITTEN.split())
_ARTICLES = ("a", "an", "the", "each", "every", "one")


def identifier(words: str, otherwise: str) -> str:
    """A name for an element of a formulation: lower case, letters, digits and underscores.

    >>> identifier("Machine time (night)", "attribute")
    'machine_time_night'
    """
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
    name = re.sub(r"[^0-9a-z]+", "_", plain.lower()).strip("_")[:40].strip("_")
    if not name or name[0].isdigit() or keyword.iskeyword(name):
        name = f"{otherwise}_{name}".strip("_")
    return name


def label(words: str) -> str:
    """A mention as the label of a set's element: without its article, one line.

    >>> label("a chocolate  cake")
    'chocolate cake'
    """
    parts = words.split()
    while len(parts) > 1 and parts[0].lower() in _ARTICLES:
        parts = parts[1:]
    return re.sub(r"[\[\]{}\"'`,;:]", "", " ".join(parts)) or words


def unique(name: str, taken: Collection[str]) -> str:
    """A name that is not taken, with a number behind it if need be."""
    if name not in taken:
        return name
    count = 2
    while f"{name}_{count}" in taken:
        count += 1
    return f"{name}_{count}"


def quantity(tokens: Sequence[Token], at: int) -> tuple[str, str]:
    """Unit and noun of the number at a token, as far as its neighbours say them.

    >>> from agentopt.reader.tokens import tokenize
    >>> quantity(tokenize("needs 2 hours of machine time and"), 1)
    ('hours', 'machine time')
    """
    words = []
    for token in tokens[at + 1 : at + 7]:
        if token.is_number or token.kind == "mark":
            break
        words.append(token.lower)
    if "of" in words[:3] and words[0] not in _STOPS:
        cut = words.index("of")
        return " ".join(words[:cut]), " ".join(_noun(words[cut + 1 :]))
    return "", " ".join(_noun(words))


def _noun(words: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word in words:
        if word in _STOPS and (found or word not in _ARTICLES):
            break
        if word not in _STOPS:
            found.append(word)
    return found[:3]
