"""Whether what is decided is counted or measured: by what it is called, and what the text says."""

from __future__ import annotations

__all__ = ["are_whole"]

from collections.abc import Sequence

from agentopt.reader.network.features import stem
from agentopt.reader.reading import IMPLIED, Mix
from agentopt.reader.tokens import Token

_MEASURES_WRITTEN = """
    kg kilogram kilo gram g mg ton tonne pound lb ounce oz liter litre l ml milliliter gallon quart
    pint barrel acre hectare hour minute day dollar euro meter metre km mile kilometer foot feet
    yard cup kwh mwh megawatt kilowatt unit money investment fund bond stock share capital budget mw
    portion
"""
_MEASURES = frozenset(_MEASURES_WRITTEN.split())
_SAID_WHOLE = ("whole number", "whole unit", "integer", "indivisible", "cannot be split", "no fraction")
_SAID_DIVISIBLE = ("fraction", "divisible", "partial", "continuous", "need not be whole", "not be whole")


def are_whole(mix: Mix, tokens: Sequence[Token]) -> bool:
    """Whether the decisions of a reading are whole numbers.

    What the text says counts first ("whole numbers", "fractions are allowed"); then decisions called by a
    measure ("kg of ham", "acres of corn") and money that earns a percentage are divisible, and all else is
    counted.
    """
    text = " ".join(token.lower for token in tokens)
    if any(said in text for said in _SAID_WHOLE):
        return True
    if any(said in text for said in _SAID_DIVISIBLE):
        return False
    returns = [term.token for term in mix.objective if term.token != IMPLIED]
    if returns and all(tokens[at].kind == "percent" for at in returns):
        return False
    return not any(_is_measured(tokens, first, last) for d in mix.decisions for first, last in d.places[:4])


def _is_measured(tokens: Sequence[Token], first: int, last: int) -> bool:
    """Whether a mention is of an amount: `kg of ham`, or `ham` after `kg of`."""
    words = [stem(token.text) for token in tokens[first : last + 1]]
    before = [stem(token.text) for token in tokens[max(0, first - 2) : first]]
    if "of" in words and words[max(0, words.index("of") - 1)] in _MEASURES:
        return True
    return len(before) == 2 and before[1] == "of" and before[0] in _MEASURES
