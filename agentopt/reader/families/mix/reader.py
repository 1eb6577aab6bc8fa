"""Product mixes whose coefficients stand in a table, a list or an attached file."""

# ruff: noqa: E501  # a pattern stays on one line
from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Mapping, Sequence
from typing import Literal

from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.mix.limits import Limits
from agentopt.reader.families.mix.listed import listed, rosters
from agentopt.reader.families.mix.sheet import Attribute, Line, Sheet
from agentopt.reader.families.mix.tabular import tabled
from agentopt.reader.families.mix.wording import COST, GAIN, Names, key, keys
from agentopt.reader.families.mix.writing import understood
from agentopt.reader.families.wording import sense_of
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token, tokenize
from agentopt.reader.understanding import Understanding

Sense = Literal["minimize", "maximize"]
_GAIN, _COST = frozenset(map(key, GAIN)) | {"pric"}, frozenset(map(key, COST)) | {"pric"}
_OWN = frozenset(
    map(key, ("profit", "margin", "contribution", "return", "interest", "gain", "value", "score", "reach"))
)
_OTHER = re.compile(
    r"\b(?:fixed cost|set-?up cost|inventory|overtime|discount|carried over|at most one|either|if we|only if|squared?|"
    r"probabilit\w+|each (?:period|month)|quantity discount|respective periods)\b"
)


_CHOOSES = re.compile(
    r"\bwhich (?!quantit|amount|mix|plan|number|product|combination|blend)\w+|\bselect(?:s|ed|ion|ing)?\b|\bcho[os]+en?\b|\bpick(?:s|ed)?\b|\bpack(?:s|ing)?\b|"
    r"\bchooses\b|\bknapsack\b|\bsubset\b|\btaken?\b"
)
"""Words of choosing whole things once; with words of amounts they do not mean that."""
_AMOUNTS = re.compile(
    r"\bhow (?:many|much)\b|\bquantit|\bnumber of\b|\bamounts?\b|\bunits\b|\bproduc|\bmanufactur|\bblend|\bmix|\bmake[sn]?\b|"
    r"\bmade\b|\binvest|\bhours per\b|\bgrow|\bhire|\bdiet\b|\bplan\b|\btrips\b|\bper (?:unit|piece|batch|kg)\b"
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """A product mix told by a table or list, or None for what is none or not wholly understood."""
    sense = sense_of(tokens) or _superlative(text)
    low = text.lower()
    if not sense or _OTHER.search(low) or (_CHOOSES.search(low) and not _AMOUNTS.search(low)):
        return None
    drawn = [table for table in tables if table.layout != "list"]
    if drawn:
        found = tabled(drawn, tokens, sense)
        if found is None:
            return None
        hidden = frozenset(at for table in drawn for at in range(table.first, table.last))
        extra = listed(text, tokens, found.names, hidden, bare=False)
        attributes = [*found.attributes, *(extra.attributes if extra else ())]
        used: dict[int, Attribute | None] = dict.fromkeys(hidden)
        used |= extra.used if extra else {}
        nouns = frozenset(keys(tokenize(drawn[0].header[0].text)))
        return _sheet(
            text, tokens, found.names, attributes, used, found.lines, found.labels, found.doubts, sense, nouns
        )
    if any(table.layout == "attached" for table in tables):
        return None
    for roster in rosters(text, tokens, tables):
        names = Names(roster)
        said = listed(text, tokens, names, frozenset())
        if said is None or not said.series:
            continue
        whole = _sheet(text, tokens, names, said.attributes, said.used, (), {}, (), sense, frozenset())
        if whole is not None:
            return whole
    return None


def _superlative(text: str) -> Sense | Literal[""]:
    """The direction of "as large as possible"."""
    if re.search(
        r"\bmax(?:\.|imum)? (?:total )?(?:profit|revenue|income|return|earnings|contribution)\b", text, re.I
    ):
        return "maximize"
    if re.search(r"\bmin(?:\.|imum)? (?:total )?costs?\b", text, re.I):
        return "minimize"
    found = re.search(
        r"\bas (\w+) (?:\w+ ){0,2}as possible|\bas (\w+) as (?:it|we|I|she|he|they) can\b", text
    )
    word = (found.group(1) or found.group(2)).lower() if found else ""
    if word in ("large", "much", "many", "high", "great", "big"):
        return "maximize"
    return "minimize" if word in ("small", "little", "low", "cheap", "cheaply", "few") else ""


def _sheet(
    text: str,
    tokens: tuple[Token, ...],
    names: Names,
    attributes: Sequence[Attribute],
    used: Mapping[int, Attribute | None],
    lines: Sequence[Line],
    labels: Mapping[int, str],
    doubts: Sequence[str],
    sense: Sense,
    nouns: frozenset[str],
) -> Understanding | None:
    """The understanding when the prose around lists and tables leaves nothing open."""
    limits = Limits(text, tokens, names, attributes, used, sense, nouns | _nouns(names, tokens))
    hidden = frozenset(at for at, of in used.items() if of is None)
    for span in sentences(text, tokens, hidden):
        if not limits.sentence(span):
            return None
    every = (*lines, *limits.lines)
    goal = _goal(tokens, attributes, every, sense)
    if goal is None or not every:
        return None
    spoken = {id(each) for each, _ in goal} | {id(line.attribute) for line in every}
    if any(id(each) not in spoken for each in attributes):
        return None
    noted = [*doubts, *limits.doubts]
    if len(goal) > 1:
        noted.append("Cost is deducted from what is earned.")
    no_data = {**limits.no_data, **labels}
    sheet = Sheet(names.names, tuple(names.places(tokens)), sense, goal, every, no_data, tuple(noted))
    found = understood(sheet, text, tokens)
    if found is None or any(token.is_number and at not in found.tokens() for at, token in enumerate(tokens)):
        return None
    return found


def _nouns(names: Names, tokens: Sequence[Token]) -> frozenset[str]:
    """What one of anything is called: the noun after "per", and the last word of a name."""
    found = {key(tokens[at + 1].text) for at, token in enumerate(tokens[:-1]) if token.lower == "per"}
    found |= {key(name.split()[-1]) for name in names.names}
    return frozenset(found) - {"hour", "day", "week", "month", "cent"}


def _goal(
    tokens: Sequence[Token], attributes: Sequence[Attribute], lines: Sequence[Line], sense: Sense
) -> tuple[tuple[Attribute | None, int], ...] | None:
    """What the objective adds up; None when it is open."""
    said = _goal_words(tokens)
    limited = {id(line.attribute) for line in lines}
    free = [each for each in attributes if id(each) not in limited]
    worth = _GAIN if sense == "maximize" else _COST
    named = [each for each in attributes if each.stems & said & worth] or [
        each for each in free if each.stems & said
    ]
    if said & {"profit", "net", "margin", "money", "earn"} and sense == "maximize":
        costs = [each for each in attributes if each.stems & _COST - {"pric"}]
        gains = [each for each in free if each.stems & _GAIN and each not in costs]
        if costs and not any(each.stems & _OWN for each in gains):
            is_net = len(gains) == 1 and len(costs) == 1 and all(each in (*gains, *costs) for each in free)
            return ((gains[0], 1), (costs[0], -1)) if is_net else None
    if len(named) > 1:
        named = [each for each in named if each in free] or named
    if len(named) == 1 and len(free) <= 1 and (not free or free[0] is named[0]):
        return ((named[0], 1),)
    valued = [
        each
        for each in free
        if each.stems & worth
        or (each.is_share and sense == "maximize")
        or (each.unit is not None and each.unit.kind == "money" and not each.stems & (_GAIN | _COST))
    ]
    if len(free) == 1 and len(valued) == 1:
        return ((valued[0], 1),)
    if not free and not named and sense == "minimize" and said & {"number", "few", "fewest", "fewer"}:
        return ((None, 1),)
    return None


def _goal_words(tokens: Sequence[Token]) -> frozenset[str]:
    """The words around those that say the direction."""
    found: set[str] = set()
    for at, token in enumerate(tokens):
        low = token.lower
        said = low.startswith(("maxim", "minim")) or low in (
            "possible",
            "highest",
            "greatest",
            "most",
            "cheapest",
            "lowest",
            "least",
            "best",
            "largest",
            "cheaply",
            "fewest",
        )
        if not said or (at and tokens[at - 1].lower == "at"):
            continue
        near = [t for t in tokens[max(0, at - 12) : at + 12] if t.sentence == token.sentence]
        found |= {key(t.text) for t in near if t.kind == "word"}
        if low in ("cheapest", "cheaply"):
            found.add("cost")
    return frozenset(found)
