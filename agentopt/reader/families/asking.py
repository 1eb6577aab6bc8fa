"""What is asked of things of which some are taken: the most within limits, or enough at least cost."""

from __future__ import annotations

__all__ = ["asks_cheapest", "asks_most"]

import re
from collections.abc import Sequence

from agentopt.reader.families.nouns import words
from agentopt.reader.families.wording import sense_of, stems_of
from agentopt.reader.tokens import Token

_CHOOSING = words(
    """
    which select selected selection choose chosen choosing pick picked picking subset fund funded funding
    knapsack undertake undertaken pack packed packing accept accepted approve approved take taken bring
    brought buy bought load loaded include included answer invest do run book carry fit fill secure
    earn get best
    """
)
_AMOUNTS = words(
    """
    fraction fractional fractionally portion produce produced production manufacture manufactured
    acre blend mix interest
    """
)
_MAKING = words("make made making sell sold build bake grow plant mix plan hire open")
_MANY = re.compile(
    r"how many (?:of each|units|of (?:these|them|every))|how much of|number of (?:each|units)|units of each"
    r"|(?:least|fewest|minimum|minimal|min|smallest|lowest) (?:possible )?number of|as few|how many "
    r"(?:[a-z]+ ){1,3}(?:are|is|do|must) "
    r"(?:we |i |you )?(?:needed|required|necessary|need|have|buy)"
)
_WHOLE = re.compile(
    r"in part|partly|partial|as a whole|all[ -]+or[ -]+nothing|half - finished|nothing|at most once"
)
_GAINED = re.compile(
    r"as [a-z]+(?: [a-z]+)? as possible|how (?:high|much|many|big|large|far)|achievable|\bmax\b|"
    r"\btop\b|at most \?|the most\b"
)
_CHEAP = re.compile(
    r"minimi[sz]\w+|cheapest|(?:least|lowest|smallest) (?:total |possible )?(?:cost|price|expense)"
)
_SPENT = re.compile(
    r"(?:least|as little) (?:[a-z' ]+ )?(?:spend|pay|money|outlay)|how cheaply|spend(?:ing)? (?:the |as )"
    r"(?:least|little)"
)
_ONCE = re.compile(
    r"one of (?:each|every)|each (?:[a-z]+ ){0,4}(?:at most |only )?once\b|at most once|indivisible|"
    r"yes or no|only one (?:[a-z]+ )?(?:of|each)|which (?:of|ones?\b|[a-z]+ (?:should|to|must|do))|"
    r"whether to|(?:whole|entirely|in full) or not|all or nothing|one - off|second - hand"
)
_NEEDED = re.compile(
    r"at least|no (?:less|fewer) than|minimum of|(?:need|require|must (?:reach|cover|have)|target of)"
)


def asks_most(tokens: Sequence[Token]) -> bool:
    """Whether a choice for the greatest gain is asked for."""
    said = stems_of(tokens)
    plain = " ".join(token.lower for token in tokens)
    amounts = said & _AMOUNTS or _MANY.search(plain)
    gained = sense_of(tokens) == "maximize" or _GAINED.search(plain)
    made = said & _MAKING or re.search(r"how many|how much of", plain)
    chosen = said & _CHOOSING or _WHOLE.search(plain) or not made
    return bool(chosen) and not amounts and bool(gained) and not _CHEAP.search(plain)


def asks_cheapest(tokens: Sequence[Token]) -> bool:
    """Whether the cheapest choice is asked for, of things of which there is one each."""
    plain = " ".join(token.lower for token in tokens).replace("’", "'")
    least = _CHEAP.search(plain) or _SPENT.search(plain)
    many = stems_of(tokens) & _AMOUNTS or _MANY.search(plain)
    return bool(least and _ONCE.search(plain) and _NEEDED.search(plain)) and not many
