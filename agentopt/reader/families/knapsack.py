"""The reader of choices: things with a gain and with what they use up, of which some are taken."""

from __future__ import annotations

__all__ = ["read"]

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import permutations

from agentopt.reader.families.asking import asks_cheapest, asks_most
from agentopt.reader.families.choosing import Knapsack, Resource
from agentopt.reader.families.items import Found, mentions_of, records_in
from agentopt.reader.families.listing import Amount, Column
from agentopt.reader.families.marked import Ledger
from agentopt.reader.families.names import Mention
from agentopt.reader.families.nouns import AFTER_NAME, NO_NAME, stem, words
from agentopt.reader.families.prose import CUES, Prose
from agentopt.reader.families.rules import rules_in
from agentopt.reader.families.ruling import Rule
from agentopt.reader.naming import identifier, unique
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

_LEAST = re.compile(
    r"(?:at least|minimum(?: of)?|no (?:fewer|less) than|not less than|needs?|requires?|reach|cover|"
    r"target of)(?: (?:a total of|an?|the|about))?(?: [$€£])? #|# (?:[^ .,]+ ){0,3}(?:or more|at least)\b"
)
LIMITING = re.compile(
    r"^(?:an?|the|our|my) (?:[a-z]+ ){1,3}?(?:has|have|got|had|commands|receives) (?:[$€£] )?#|"
    r"^(?:i |we )?(?:got|have) #|"
    r"(?:at least|no less than|minimum of) # (?:[a-z]+ ){0,2}of|"
    r"(?:at most|up to|no more than|not more than|no (?:heavier|longer|larger|bigger) than|"
    r"(?:heavier|more|longer)"
    r" than|less than|maximum|max|limit\w*|capacity|budget|exceed\w*|within|only|total(?:ling)? of|"
    r"allowance"
    r"|can (?:hold|carry|take|spend|fit|bear|lift|store|invest)|\bholds?|\bcarr(?:y|ies)|room for"
    r"|(?:\bi|\bwe|\bshe|\bhe|\bthey|\byou|\bhas|\bhave)(?:'ve|'s| have| has| had| got| can)+(?: "
    r"[a-z]+){0,2}"
    r"|amounts? to|to spend)(?: [a-z'-]+| [$€£,:=])*? #|there (?:is|are)(?: [a-z]+)? #"
    r"|# (?:[a-z³²-]+ ){0,3}(?:available|at most|max\w*|to spend|to spare|budget|limit|capacity|in "
    r"total|left|tops"
    r"|knapsack|altogether)\b"
)
"""Clauses whose number limits all that is taken."""


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """A knapsack problem, or None for what is none; every item is taken at most once, and whole."""
    cheapest = asks_cheapest(tokens)
    if not (cheapest or asks_most(tokens)):
        return None
    prose = Prose.of(text, tokens, tables)
    for found in records_in(prose, tables, (2, 3, 4, 5), LIMITING):
        reading = _Reading(prose, tables, found, cheapest)
        understood = reading.understanding()
        if understood is not None:
            return understood
    return None


@dataclass(frozen=True, slots=True)
class _Roles:
    """What the columns of records are.

    Attributes:
        value: the column of what is gained.
        limits: the limit of each other column, by its place.
        copies: the column that says how many there are; -1 for none.
        score: how well the words fit.
        sure: whether no other column fits nearly as well as what is gained.
    """

    value: int
    limits: dict[int, Amount]
    score: float
    copies: int = -1
    sure: bool = True


@dataclass(slots=True)
class _Reading:
    """One text with one way to see its records."""

    prose: Prose
    tables: Sequence[Table]
    found: Found
    cheapest: bool = False

    def understanding(self) -> Understanding | None:
        """The problem; None where a number or a sentence is left that may matter."""
        records = self.found.records
        if len(records.names) < (3 if self.found.used else 2):
            return None
        ledger = Ledger(self.prose.tokens)
        mentions = mentions_of(self.prose, records.names) if records.given else ()
        self._enter_names(ledger, mentions)
        self._count(ledger)
        for column in records.columns:
            for amount in column.amounts:
                _take(ledger, amount, "number of an item")
        rules = rules_in(self.prose, mentions, records, ledger)
        if rules is None:
            return None
        loose = [at for at in self.prose.numbers if at not in self.found.used and at in set(ledger.left())]
        roles = self._roles([self.prose.amount(at) for at in loose])
        if roles is None or any(a.value < 0 for c in records.columns for a in c.amounts):
            return None
        doubts: list[str] = (
            [] if roles.sure else ["Which number is gained, and which is used up, is a guess."]
        )
        problem = self._problem(roles, rules, ledger, doubts)
        kinds = {column.unit.kind for column in records.columns} - {""}
        kinds |= {limit.unit.kind for limit in roles.limits.values() if limit.unit.kind}
        if not self.prose.is_remark(ledger.left(), [*self.found.used, *(ledger.entries)]):
            return None
        for at in ledger.left():
            phrase = self.prose.phrase(at)
            if LIMITING.search(phrase) or "least" in phrase or self.prose.amount(at).unit.kind in kinds:
                return None
            doubts.append(f"“{self._around(at)}” is not used.")
            ledger.waive(at, "not used")
        told = [f"Every {problem.noun or 'item'} is taken once or not at all."] if not problem.copies else []
        formulation = problem.formulation(doubts=[*told, *doubts], waived=ledger.waivers())
        return Understanding("knapsack", formulation, ledger.account(), tuple(doubts))

    def _around(self, at: int) -> str:
        tokens = self.prose.tokens
        span = [t for t in tokens[max(0, at - 2) : at + 4] if t.sentence == tokens[at].sentence]
        return " ".join(self.prose.text[span[0].start : span[-1].end].split())

    def _enter_names(self, ledger: Ledger, mentions: Sequence[Mention]) -> None:
        """Numbers that are parts of names are no data."""
        for at, why in self.prose.named.items():
            ledger.waive(at, why)
        for mention in mentions:
            for at in range(mention.first, mention.last):
                if self.prose.tokens[at].is_number and at not in self.found.used:
                    ledger.waive(at, f"part of the name {mention.name}")
        for at in self.prose.hidden:
            if self.prose.tokens[at].is_number:
                ledger.waive(at, "part of a table")
        for table in self.tables:
            for cell in (*table.header, *(row[0] for row in table.rows)):
                if table.layout != "list" and cell.value is None:
                    ledger.waive_cell(cell, "part of a name")

    def _count(self, ledger: Ledger) -> None:
        """Numbers that only say how many things there are."""
        many = len(self.found.records.names)
        for at in self.prose.numbers:
            token = self.prose.tokens[at]
            amount = self.prose.amount(at)
            plain = token.kind in ("integer", "spelled") and not amount.unit.kind
            limited = re.search(r"(?:most|than|exactly|only|least|to|exceed|of) #", self.prose.phrase(at))
            if amount.value == many and plain and at not in self.found.used and not limited:
                after = [t for t in self.prose.tokens[at + 1 : at + 4] if t.kind == "word"]
                if any(t.lower != stem(t.text) for t in after) or token.kind == "spelled":
                    ledger.waive(at, "counts what is listed")

    def _roles(self, loose: Sequence[Amount]) -> _Roles | None:
        """The best way to say which column is gained, and which number limits which other column."""
        columns = self.found.records.columns
        options: list[_Roles] = []
        for value in range(len(columns)):
            gain = self._gain(columns[value])
            others = [at for at in range(len(columns)) if at != value]
            for copies in (-1, *(at for at in others if _may_count(columns[at], self.prose))):
                used = [at for at in others if at != copies]
                if not used:
                    continue
                for chosen in permutations(loose, len(used)):
                    scores = [self._fits(a, columns[at]) for a, at in zip(chosen, used, strict=True)]
                    if all(score is not None for score in scores):
                        total = (
                            gain
                            + sum(score or 0 for score in scores)
                            + sum(self._use(columns[at]) for at in used)
                        )
                        options.append(_Roles(value, dict(zip(used, chosen, strict=True)), total, copies))
        best = max(options, key=lambda each: each.score, default=None)
        if best is None:
            return None
        near = any(each.value != best.value and each.score > best.score - 1 for each in options)
        return replace(best, sure=not near)

    def _gain(self, column: Column) -> float:
        """How much a column looks like what is gained."""
        cues = [CUES.get(word, "") for word in column.words]
        physical = column.unit.kind not in ("", "money")
        if self.cheapest:
            priced = column.unit.kind == "money" or bool(column.words & _PRICED)
            return 3.0 * priced - 3.0 * physical - 2.0 * ("value" in cues)
        wanted = len(column.words & self._wanted())
        return (
            2 * ("value" in cues)
            - 2 * ("cost" in cues and "value" not in cues)
            - 3 * physical
            + 3 * min(wanted, 1)
        )

    def _use(self, column: Column) -> float:
        """How much a column looks like what is used up."""
        cues = [CUES.get(word, "") for word in column.words]
        return 1.0 * ("cost" in cues) - 1.0 * ("value" in cues and "cost" not in cues)

    def _wanted(self) -> frozenset[str]:
        """The stems of what is to be as large as possible."""
        found: set[str] = set()
        tokens = self.prose.tokens
        for at, token in enumerate(tokens):
            if token.lower not in _SUPERLATIVE or (at and tokens[at - 1].lower == "at"):
                continue
            near = [t for t in tokens[at + 1 : at + 7] if t.sentence == token.sentence]
            for each in near:
                if each.is_number or each.text in ".;:":
                    break
                if each.kind == "word" and each.lower not in NO_NAME | AFTER_NAME | _NEUTRAL:
                    found.add(stem(each.text))
        return frozenset(found)

    def _fits(self, limit: Amount, column: Column) -> float | None:
        """How well a number limits a column; None where it cannot."""
        kinds = limit.unit.kind, column.unit.kind
        if all(kinds) and kinds[0] != kinds[1]:
            return None
        phrase = self.prose.phrase(limit.token)
        least = self._is_least(limit)
        if least and limit.value > sum(column.values(limit.unit)):
            return None
        cued = bool(LIMITING.search(phrase))
        same = bool(kinds[0]) and kinds[0] == kinds[1]
        columns = self.found.records.columns
        if kinds[0] and not kinds[1] and any(other.unit.kind == kinds[0] for other in columns):
            return None
        said = {stem(word) for word in re.findall(r"[^\W_]+", phrase)}
        shared = len(said & column.words - NO_NAME - AFTER_NAME)
        if least and not (same or shared or (self.cheapest and not kinds[0])):
            return None
        used = column.values(limit.unit)
        scale = limit.value
        known = cued or same or shared
        counted = self.prose.tokens[limit.token].kind == "spelled" and not limit.unit.kind
        if counted and not cued:
            return None
        if scale < min(used) or scale > 3 * sum(used) or (not known and not max(used) <= scale < sum(used)):
            return None
        return 3 * same + 2 * cued + min(shared, 2) - 2 * (scale >= sum(used)) - (not known)

    def _is_least(self, limit: Amount) -> bool:
        """Whether a number is to be reached, and is no limit to keep within."""
        phrase = self.prose.phrase(limit.token)
        cued = re.search(r"at least|minimum of|no (?:fewer|less) than", phrase.split("#")[0][-25:])
        return bool(cued or (self.cheapest and _LEAST.search(phrase)))

    def _problem(self, roles: _Roles, rules: tuple[Rule, ...], ledger: Ledger, doubts: list[str]) -> Knapsack:
        records = self.found.records
        resources: list[Resource] = []
        quotes: dict[str, str] = {}
        taken: list[str] = ["value"]
        for at, limit in roles.limits.items():
            column = records.columns[at]
            name = unique(_name(column), taken)
            taken.append(name)
            _take(ledger, limit, f"limit on {name}")
            resources.append(
                Resource(
                    name,
                    dict(zip(records.names, column.values(limit.unit), strict=True)),
                    limit.value,
                    least=self._is_least(limit),
                )
            )
            quotes[f"{name}_limit"] = self.prose.sentence(limit.token)
            self._again(limit, ledger)
            for item, amount in zip(records.names, column.amounts, strict=True):
                _take(ledger, amount, f"{name} of {item}")
            there_are = records.columns[roles.copies].values() if roles.copies >= 0 else ()
            every = zip(
                column.values(limit.unit), there_are or (Fraction(1),) * len(records.names), strict=True
            )
            if limit.value >= sum(use * many for use, many in every):
                doubts.append(f"The {name} is no limit: all items together stay within it.")
        gains = records.columns[roles.value]
        for item, amount in zip(records.names, gains.amounts, strict=True):
            _take(ledger, amount, f"value of {item}")
        copies: dict[str, int] = {}
        if roles.copies >= 0:
            column = records.columns[roles.copies]
            copies = {n: int(a.value) for n, a in zip(records.names, column.amounts, strict=True)}
            for item, amount in zip(records.names, column.amounts, strict=True):
                _take(ledger, amount, f"how many there are of {item}")
        values = dict(zip(records.names, self._asked(gains), strict=True))
        return Knapsack(values, tuple(resources), rules, records.noun, quotes, copies, self.cheapest)

    def _asked(self, gains: Column) -> tuple[Fraction, ...]:
        """What is gained, in thousands where the question asks for thousands."""
        values = gains.values()
        asked = re.search(
            r"(?:maxim|most|largest|greatest|highest|best)[^.?]*,? in thousands? of", self.prose.text.lower()
        )
        large = gains.unit.kind == "money" and gains.unit.size == 1 and all(v >= 1000 for v in values)
        return tuple(value / 1000 for value in values) if asked and large else values

    def _again(self, limit: Amount, ledger: Ledger) -> None:
        """A limit that is said twice, perhaps in another unit."""
        for at in ledger.left():
            other = self.prose.amount(at)
            same = other.value * other.unit.size == limit.value * limit.unit.size
            if same and other.unit.kind == limit.unit.kind:
                ledger.take(at, "the limit again")


_SUPERLATIVE = words(
    """
    maximize maximise maximizing maximising maximum maximal max most highest largest greatest biggest best
    how high total possible
    """
)
_NEUTRAL = words("possible total overall combined sum set selection amount number value")


def _may_count(column: Column, prose: Prose) -> bool:
    """Whether a column says how many there are of each thing."""
    whole = all(a.value.denominator == 1 and 0 < a.value <= 50 for a in column.amounts)
    return whole and not column.unit.kind and bool(column.words & _COPIES)


_PRICED = words("cost price priced pay fee charge expense outlay spend")
_COPIES = words("copy copies available stock has have piece quantity qty unit there")


def _name(column: Column) -> str:
    """What a column of uses is called in a formulation."""
    kind = {"mass": "weight", "money": "cost", "length": "length"}.get(column.unit.kind, column.unit.kind)
    cue = next((word for word in sorted(column.words) if CUES.get(word) == "cost"), "")
    return identifier(kind or cue or "use", "use")


def _take(ledger: Ledger, amount: Amount, meaning: str) -> None:
    if amount.cell is not None:
        ledger.cells = [each for each in ledger.cells if each.table != amount.cell.place]
        ledger.take_cell(amount.cell, meaning)
    else:
        ledger.take(amount.token, meaning)
