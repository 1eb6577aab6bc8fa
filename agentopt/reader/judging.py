"""Reading a text with everything there is, and knowing how far to trust it.

Two readers that share nothing past the tokens read a one-period problem: the network and the rules. Where
they state the same program, it is solved; where they differ, or a number is left over, the reading is shown
to be checked; where the text is no problem of a class that is read, it is declined, with what was not
understood. Classes with a schema of their own have their own readers.
"""

from __future__ import annotations

__all__ = ["Outcome", "Verdict", "read"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache, cached_property

from agentopt.errors import AgentoptError
from agentopt.reader.formulating import understanding
from agentopt.reader.network import reader as network
from agentopt.reader.network.weights import Network, shipped
from agentopt.reader.program import Program, optimum, program, same
from agentopt.reader.reading import IMPLIED, Mix, Row
from agentopt.reader.recognising import best_of, other_class
from agentopt.reader.rules.reader import RuleReading
from agentopt.reader.rules.reader import read as read_by_rules
from agentopt.reader.tables import Table, attached, tables_in
from agentopt.reader.tokens import Token, tokenize
from agentopt.reader.understanding import Account, Understanding
from agentopt.reader.wholeness import are_whole

LIKELY = 0.5
"""Probability of a product mix below which a text is declined."""

AGREED = 0.1
"""The same where the rules have understood all of it and both readers agree."""

FIRM = 0.8
"""Share of its anonymisations that must agree before the network's reading counts against the rules'."""

PLAIN = 0.95
"""Probability of a product mix from which on readers that agree need no word from other classes."""

MAX_TOKENS = 1_500
"""Longer texts are declined: they are no short problem."""


class Verdict(StrEnum):
    """What is to be done with a reading."""

    SOLVE = "solve"
    """The readers agree and every number is used."""
    CHECK = "check"
    """Solve, and show the reading to be checked."""
    DECLINE = "decline"
    """Do not solve; say what was not understood."""


@dataclass(frozen=True)
class Outcome:
    """What became of a text.

    Attributes:
        verdict: what is to be done.
        understanding: the best reading there is, even of a text that is declined; None if there is none.
        reasons: why not `SOLVE`, in words for the person.
        other: the second reading, where the two differ.
        family: the class of problem it was taken for; empty if for none.
    """

    verdict: Verdict
    understanding: Understanding | None
    reasons: tuple[str, ...] = ()
    other: Understanding | None = None
    family: str = ""


def read(text: str, tables: Mapping[str, str] | None = None) -> Outcome:
    """Read a problem.

    Args:
        text: the problem in words.
        tables: attached tables, CSV text by file name.

    >>> text = "A desk takes 3 hours of labor and earns $40, a chair takes 1 hour and earns $12. "
    >>> found = read(text + "There are 60 hours of labor. How many of each maximize profit?")
    >>> found.verdict, found.understanding.formulation.solve().objective
    (<Verdict.SOLVE: 'solve'>, 800.0)
    """
    tokens = tokenize(text)
    found_in = (attached(name, content) for name, content in (tables or {}).items())
    given = [table for table in found_in if table is not None]
    refusal = _refusal(tokens, given)
    if refusal:
        return Outcome(Verdict.DECLINE, None, (refusal,))
    mixed, other = _Mixed(text, tokens), other_class(text)
    if not other and not given and mixed.is_plain and mixed.outcome.verdict is Verdict.SOLVE:
        return mixed.outcome
    found = _by_schema(text, tokens, given)
    if found is not None:
        return found
    if other:
        reason = f"it speaks of {_CALLED[other]}, of which not all is understood"
        return Outcome(Verdict.DECLINE, None, (reason,))
    return mixed.outcome


def _refusal(tokens: Sequence[Token], tables: Sequence[Table]) -> str:
    """Why a text is not even looked at; empty if it is."""
    if len(tokens) > MAX_TOKENS:
        return f"the text has {len(tokens):,} words; the built-in reader reads up to {MAX_TOKENS:,}"
    if not any(token.is_number for token in tokens) and not tables:
        return "there are no numbers in the text"
    return ""


def _by_schema(text: str, tokens: tuple[Token, ...], given: Sequence[Table]) -> Outcome | None:
    """The reading by a class with its own schema; None if no class claims the text, or two do alike."""
    from agentopt.reader.families import READERS  # a plain mix needs none of them

    tables = [*tables_in(text, tokens), *given]
    every = [each for each in (reader(text, tokens, tables) for reader in READERS.values()) if each]
    best = best_of(every, text)
    if best is None:
        return None
    verdict = Verdict.CHECK if best.doubts else Verdict.SOLVE
    return Outcome(verdict, best, best.doubts, family=best.family)


_CALLED = {
    "network": "a path or a flow",
    "scheduling": "a schedule",
    "assignment": "an assignment",
}


@dataclass(frozen=True)
class _Candidate:
    """One reading of a one-period problem, and what speaks for it."""

    mix: Mix
    program: Program
    unused: tuple[int, ...]
    sure: float

    @cached_property
    def _optimum(self) -> tuple[str, float]:
        return optimum(self.program)

    @property
    def status(self) -> str:
        """Whether the program has an optimum."""
        return self._optimum[0]

    @property
    def value(self) -> float:
        """The optimum."""
        return self._optimum[1]

    @property
    def is_sane(self) -> bool:
        """Whether it could be meant: a bounded, feasible program that decides something."""
        return self.status == "optimal" and abs(self.value) > 1e-9


class _Mixed:
    """The reading of a one-period problem by both readers."""

    def __init__(self, text: str, tokens: tuple[Token, ...]) -> None:
        self.text, self.tokens = text, tokens
        self.numbers = [at for at, token in enumerate(tokens) if token.is_number]

    @cached_property
    def learned(self) -> network.Learned | None:
        """What the network says; None where its weights are missing."""
        found = _network()
        return None if found is None else network.read(self.tokens, found, enough=self._is_seconded)

    def _is_seconded(self, first: network.Learned) -> bool:
        """Whether rules that understood all of the text say what a first glance of the network says."""
        if first.best is None or not self.ruled.is_whole or first.families["mix"] < PLAIN:
            return False
        one, other = self._by_rules, self._candidate(first.best.mix, (), 1.0)
        return one is not None and same(one.program, other.program)

    @cached_property
    def ruled(self) -> RuleReading:
        """What the rules say."""
        return read_by_rules(self.tokens)

    @property
    def is_plain(self) -> bool:
        """Whether the network sees a product mix and hardly anything else."""
        return self.learned is not None and self.learned.families["mix"] >= PLAIN

    @cached_property
    def outcome(self) -> Outcome:
        """The better reading, and whether it may be solved."""
        one, other = self._by_rules, self._by_network()
        agree = one is not None and other is not None and _agree(one, other)
        best = one if agree else max((each for each in (one, other) if each), key=_trust, default=None)
        if best is None:
            unread = self.ruled.unread or ("there is nothing to decide on that is understood",)
            return Outcome(Verdict.DECLINE, None, unread)
        if self.learned is None:
            return self._without_network(best)
        second = None if agree else next((each for each in (one, other) if each and each is not best), None)
        if best is one and self.ruled.is_whole and self.learned.agreement < FIRM:
            second = None  # an unsure network speaks neither for nor against rules that understood it all
        reasons = self._reasons(best, second)
        if agree and not reasons:
            reasons += self.ruled.unread
        is_mix = self.learned.families["mix"]
        meant = self._understood(best.mix)
        alternative = None if second is None else self._understood(second.mix)
        certain = second is None and not reasons and best.is_sane
        likely = is_mix >= (AGREED if certain and self.ruled.is_whole else LIKELY)
        if not likely or not best.is_sane or (second is not None and len(reasons) > 1):
            verdict = Verdict.DECLINE
        else:
            verdict = Verdict.SOLVE if certain else Verdict.CHECK
        if not likely:
            reasons.append("the text does not look like a problem of a kind that is read")
        return Outcome(verdict, meant, tuple(reasons), alternative, "mix" if likely else "")

    def _without_network(self, best: _Candidate) -> Outcome:
        """What the rules alone may say: never more than a reading to be checked."""
        reasons = [*self._reasons(best, None), *self.ruled.unread]
        verdict = Verdict.DECLINE if reasons or not best.is_sane else Verdict.CHECK
        reasons.append("the rules alone have read it: the weights of the learned reader are missing")
        return Outcome(verdict, self._understood(best.mix), tuple(reasons), family="mix")

    def _understood(self, mix: Mix) -> Understanding:
        """The formulation of a reading; the account names the numbers that are no data too."""
        found = understanding(mix, self.text, self.tokens)
        known = found.tokens()
        idle = [Account(at, "no data of the problem") for at in self.ruled.waived if at not in known]
        whole = sorted((*found.account, *idle), key=lambda each: each.token)
        return replace(found, account=tuple(whole))

    @cached_property
    def _by_rules(self) -> _Candidate | None:
        found = self.ruled
        if found.mix is None or not found.mix.decisions:
            return None
        unused = [at for at in self.numbers if at not in found.mix.tokens() and at not in found.waived]
        return self._candidate(found.mix, unused, 1.1 if found.is_whole else 0.3)

    def _by_network(self) -> _Candidate | None:
        if self.learned is None or self.learned.best is None:
            return None
        found = self.learned.best
        unused = [at for at in self.numbers if at not in found.mix.tokens() and at not in self.ruled.waived]
        return self._candidate(found.mix, unused, self.learned.agreement)

    def _candidate(self, mix: Mix, unused: Sequence[int], sure: float) -> _Candidate:
        numbers = program(mix, self.tokens, whole=are_whole(mix, self.tokens))
        return _Candidate(mix, numbers, tuple(unused), sure)

    def _reasons(self, best: _Candidate, second: _Candidate | None) -> list[str]:
        """What speaks against solving without asking, in words."""
        found = [f"“{self._around(at)}” is not used" for at in best.unused]
        if best.status != "optimal":
            found.append(f"as read, the problem is {best.status}")
        if second is not None:
            found.append("a second reading of the text comes to another model")
        found += [
            f"“{self._around(row.token)}” is read as a limit that limits nothing"
            for row in best.mix.rows
            if self._is_idle(row)
        ]
        found += [f"“{self._around(at)}”: a range of numbers" for at in self.numbers if self._is_range(at)]
        found += [
            f"“{self._around(at)}”: two notations are possible"
            for at in self.numbers
            if self.tokens[at].doubtful
        ]
        return found

    def _is_idle(self, row: Row) -> bool:
        """Whether a row holds whatever is decided: a part that is at most the whole, or more of it."""
        if row.form != "ratio" or row.token == IMPLIED or row.relation != "<=":
            return False
        counted = all(term.token == IMPLIED for term in (*row.left, *row.right))
        part = {term.decision for term in row.left} <= {term.decision for term in row.right}
        return counted and part and (self.tokens[row.token].value or 0) >= 1

    def _is_range(self, at: int) -> bool:
        """Whether a number begins a range such as `5–10`, which leaves open which end is meant."""
        span = self.tokens[at : at + 3]
        joined = len(span) == 3 and span[1].text in "-–—" and span[2].is_number
        return joined and span[0].end == span[1].start and span[1].end == span[2].start

    def _around(self, at: int) -> str:
        here = self.tokens[at].sentence
        span = [t for t in self.tokens[max(0, at - 2) : at + 4] if t.sentence == here]
        return " ".join(self.text[span[0].start : span[-1].end].split())


@cache
def _network() -> Network | None:
    """The shipped network; None where its file is missing or damaged."""
    try:
        return shipped()
    except AgentoptError:
        return None


def _agree(one: _Candidate, other: _Candidate) -> bool:
    """Whether two readings state the same, or at least come to the same optimum over as many decisions."""
    if same(one.program, other.program):
        return True
    alike = one.is_sane and other.is_sane and len(one.mix.decisions) == len(other.mix.decisions)
    return alike and abs(one.value - other.value) <= 1e-9 * max(1.0, abs(one.value))


def _trust(candidate: _Candidate) -> tuple[bool, bool, int, float]:
    """What makes one reading better than another."""
    return candidate.is_sane, candidate.sure >= FIRM, -len(candidate.unused), candidate.sure
