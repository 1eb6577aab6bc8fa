"""Who decides: first and later mentions, pronouns, and verbs that agree."""

from __future__ import annotations

__all__ = ["Agent", "agree"]

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass

from agentopt.synthesis.banks import Domain
from agentopt.synthesis.templates import Slot, draw, parse

_NAMES = ("Maria", "Tom", "Priya", "Ben", "Aisha", "Karl", "Nora", "Diego", "Mei", "Omar")


@dataclass(slots=True)
class Agent:
    """A person or firm that decides.

    Attributes:
        full, later: the first mention and the following ones.
        they, them, their: pronouns.
        person: `1` for I and we, `3s` for he, she and it, `3p` for they.
        first: a first name that fits.
        said: whether the full name was used.
    """

    full: str
    later: str
    they: str
    them: str
    their: str
    person: str
    first: str
    said: bool = False

    @classmethod
    def draw(cls, domain: Domain, words: Mapping[str, tuple[str, ...]], rng: random.Random) -> Agent:
        """One of the agents of a domain."""
        she, he = words.get("women", ()), words.get("men", ())
        woman = rng.random() < 0.5
        first = rng.choice((she if woman else he) or _NAMES)
        pieces = draw(parse(rng.choice(domain.agents)), rng)
        full = "".join(first if isinstance(each, Slot) else each for each in pieces).strip()
        if full.lower() in ("i", "we", "you"):
            low = full.lower()
            them, their = {"i": ("me", "my"), "we": ("us", "our"), "you": ("you", "your")}[low]
            text = "I" if low == "i" else low
            return cls(text, text, text, them, their, "1", first)
        if full == first:
            they, them, their = ("she", "her", "her") if woman else ("he", "him", "his")
            if rng.random() < 0.1:
                they, them, their = "they", "them", "their"
            return cls(full, full, they, them, their, "3p" if they == "they" else "3s", first)
        if re.match(r"(two|three|some|several|the \w+s$)", full) or rng.random() < 0.65:
            pronouns, person = ("they", "them", "their"), "3p"
        else:
            pronouns, person = ("it", "it", "its"), "3s"
        return cls(full, _later(full, rng), *pronouns, person, first)

    def subject(self, rng: random.Random) -> str:
        """The next mention."""
        if not self.said:
            self.said = True
            return self.full
        if self.person != "1" and rng.random() < 0.12:
            return self.they
        return self.later


def _later(full: str, rng: random.Random) -> str:
    found = re.match(r"(?:an?|some) (.+)", full, re.IGNORECASE)
    if found is None:
        return full
    rest = found.group(1)
    rest = re.split(r" (?:in|on|at|near|of|that|who|with|from|called|by) ", rest)[0]
    words = rest.split()
    if len(words) > 2 and rng.random() < 0.4:
        rest = words[-1]
    return f"the {rest}"


_THIRD = {"has": "have", "does": "do", "goes": "go", "doesn't": "don't", "hasn't": "haven't"}
_BASE = (
    "need|want|have|make|use|require|sell|produce|buy|spend|get|earn|plan|take|hope|wish|own|offer|face|rent|pay|run|do|"
    "grow|serve|like|prefer|decide|expect|operate|intend|know|hold|keep|must"
)
_AFTER_I = re.compile(
    r"\b(I|[Ww]e|[Yy]ou|[Tt]hey)( only| also| currently| now| just| always| never| still|) ([a-z]+(?:n't)?)\b"
)
_AFTER_IT = re.compile(rf"\b([Hh]e|[Ss]he|[Ii]t)( only| also| currently| now| just|) ({_BASE})\b")
_BY = re.compile(r"\b(by|from|with|up to|suggested to|recommended to) (I|we|they|he|she)\b(?! [a-z]+ed\b)")
_OWN = re.compile(r"\b(?:I|we|you)'s\b")
_OBJECT = {"i": "me", "we": "us", "they": "them", "he": "him", "she": "her"}
_KEEP = frozenset(
    {
        "was",
        "as",
        "its",
        "this",
        "is",
        "us",
        "his",
        "yes",
        "less",
        "plus",
        "across",
        "unless",
        "besides",
        "perhaps",
        "towards",
        "always",
        "sometimes",
    }
)


def agree(text: str, agent: Agent) -> str:
    """The text with the verbs after I, we, they, he, she and it as they belong."""
    text = _BY.sub(lambda m: f"{m[1]} {_OBJECT[m[2].lower()]}", text)
    if agent.person == "1":
        text = _OWN.sub(lambda m: agent.their, text)
    if agent.person == "3s":
        return _AFTER_IT.sub(lambda m: f"{m[1]}{m[2]} {_third(m[3])}", text)
    return _AFTER_I.sub(_base, text)


def _third(verb: str) -> str:
    if verb == "have":
        return "has"
    if verb == "must":
        return verb
    return verb + ("es" if re.search(r"(s|x|ch|sh|o)$", verb) else "s")


def _base(found: re.Match[str]) -> str:
    who, between, verb = found.groups()
    if verb in ("is", "isn't", "was"):
        plain = {"is": "are", "isn't": "aren't", "was": "were"}[verb]
        changed = {"is": "am", "isn't": "am not", "was": "was"}[verb] if who == "I" else plain
    elif verb in _THIRD:
        changed = _THIRD[verb]
    elif not verb.endswith("s") or verb.endswith("ss") or verb in _KEEP:
        changed = verb
    elif verb.endswith("ies"):
        changed = verb[:-3] + "y"
    elif re.search(r"(ss|x|ch|sh|z)es$", verb):
        changed = verb[:-2]
    else:
        changed = verb[:-1]
    return f"{who}{between} {changed}"
