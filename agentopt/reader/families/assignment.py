"""Assignment: who does what, one each, with a cost, time or score for every pair."""

from __future__ import annotations

__all__ = ["Assignment", "read"]

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from agentopt.formulation.elements import (
    Constraint,
    Formulation,
    IndexSet,
    Objective,
    Parameter,
    Role,
    Variable,
)
from agentopt.reader.families.ledger import Datum
from agentopt.reader.families.naming import plain_number, set_name
from agentopt.reader.families.nouns import stem, words
from agentopt.reader.families.pairs import Paired, Words, is_whole, quoted, readings
from agentopt.reader.families.pairs_data import scaled
from agentopt.reader.families.wording import aim_of, stems_of
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Assignment:
    """The data of an assignment problem; the smaller side is used up, the other at most once each.

    Attributes:
        rows, columns: who, and what.
        values: cost, time or score of a pair; a pair that is absent is not allowed.
        sense: of the objective.
        nouns: what either side is called, in the singular; "" for workers and tasks.
        quotes: the words of the text that give the values.
        times: how many each of the smaller side takes.
        slowest: whether the largest number of a pair that is formed counts, and not the sum.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Mapping[tuple[str, str], Fraction]
    sense: Literal["minimize", "maximize"] = "minimize"
    nouns: tuple[str, str] = ("", "")
    quotes: Mapping[str, str] = field(default_factory=dict)
    times: int = 1
    slowest: bool = False

    def formulation(self, *, assumptions: Sequence[str] = ()) -> Formulation:
        """The program in binaries; sums run over the allowed pairs when not every pair is."""
        rows = set_name(self.nouns[0], "WORKERS")
        columns = set_name(self.nouns[1], "TASKS", taken=rows)
        value = "cost" if self.sense == "minimize" else "score"
        over, pairs, within = [rows, columns], f"i in {rows}, j in {columns}", ""
        sets = {rows: IndexSet(elements=list(self.rows)), columns: IndexSet(elements=list(self.columns))}
        if len(self.values) < len(self.rows) * len(self.columns):
            allowed = [list(pair) for pair in self.values]
            sets["ALLOWED"] = IndexSet(elements=allowed, meaning="pairs that may be formed")
            over, pairs, within = ["ALLOWED"], "i, j in ALLOWED", " if (i,j) in ALLOWED"
        counts = len(self.rows), len(self.columns)
        one, other = self._share(*counts), self._share(*counts[::-1])
        variables = {"assign": Variable(over=over, domain="binary", meaning="whether the pair is formed")}
        goal, meaning = f"sum({value}[i,j]*assign[i,j] for {pairs})", f"total {value}"
        title = "Assign at least total" if self.sense == "minimize" else "Assign for most in total"
        constraints = {}
        if self.slowest:
            title, goal, meaning = "Assign so that the slowest is fast", "slowest", "the slowest pair"
            variables["slowest"] = Variable(meaning=f"largest {value} of a pair")
            constraints["by_then"] = Constraint(
                for_=f"i in {rows}",
                that=f"sum({value}[i,j]*assign[i,j] for j in {columns}{within}) <= slowest",
                because="no pair that is formed takes longer",
            )
        return Formulation(
            title=title,
            sets=sets,
            parameters={
                value: Parameter(
                    over=over,
                    values=[[i, j, plain_number(number)] for (i, j), number in self.values.items()],
                    role=Role.COST if self.sense == "minimize" else Role.REWARD,
                    meaning="of the pair",
                    quote=self.quotes.get("values"),
                )
            },
            variables=variables,
            objective=Objective(**{self.sense: goal}, meaning=meaning),
            constraints={
                **constraints,
                "one_each": Constraint(
                    for_=f"i in {rows}",
                    that=f"sum(assign[i,j] for j in {columns}{within}) {one}",
                    because=self.quotes.get("rule") or "each does one",
                ),
                "each_done": Constraint(
                    for_=f"j in {columns}",
                    that=f"sum(assign[i,j] for i in {rows}{within}) {other}",
                    because=self.quotes.get("rule") or "each is done once",
                ),
            },
            assumptions=list(assumptions),
        )

    def _share(self, mine: int, others: int) -> str:
        """How many each of a side takes: all of its share, or at most that where the other side runs out."""
        each, of_others = (self.times, 1) if mine <= others else (1, self.times)
        return f"{'<=' if mine * each > others * of_others else '=='} {each}"


_WORDS = Words(
    row_nouns=words(
        """
        worker employee person machine engineer nurse teacher driver technician consultant programmer
        developer mechanic crew team agent swimmer student volunteer vehicle truck pilot operator
        contractor analyst robot candidate plumber cook chef lawyer designer editor translator server
        player painter electrician auditor
        """
    ),
    column_nouns=words(
        """
        task job project shift route class course ward client order role position case station stroke
        site zone territory mission room event contract assignment district article activity ticket
        subject lesson
        """
    ),
    row_cues=frozenset(),
    column_cues=frozenset(),
    attributes={
        "value": words("cost time hour minute score rating profit price days duration preference fee bid"),
        "foreign": words(
            """
            supply supplies capacity demand required requirement available availability stock need fixed rent
            """
        ),
        "total": words("total sum"),
    },
    of_rows=frozenset(),
    of_columns=frozenset(),
    by_place=False,
    ones=True,
)

_ASSIGNING = words(
    """
    assign assigned assigning assignment allocate allocated allocating allocation match matched matching
    pair pairing distribute staff staffing matchup pick hand handing split share placement place placing
    allot allotted award awarded choose give giving gives gets get win cast schedule put send plan solo deploy
    """
)
_NOT_ONE = words(
    """
    budget makespan sequence tardiness conveyor built build opened opening
    """
)


_NO_ASSIGNMENT = re.compile(r"\bor (?:more|several)\b|\b(?:flow|job)[ -]?shop\b")


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """An assignment problem, or None for what is none; nobody does more than one thing."""
    sense = aim_of(tokens)
    said = stems_of(tokens)
    if not sense or said & _NOT_ONE or _NO_ASSIGNMENT.search(text):
        return None
    for found in readings(text, tokens, tables, _WORDS, lambda at: ""):
        if not (said & _ASSIGNING or found.ledger.ruled or said & {"each", "every", "nobody"}):
            return None
        problem = _problem(text, tokens, found, sense)
        if problem is not None:
            return _understood(found, problem)
    return None


_SLOWEST = re.compile(
    r"\bslowest\b|\bbottleneck\b|\bhow early\b|\bwhen the last\b|\blongest[ -](?:single|individual|running)\b"
    r"|\blast (?:one|\w+ (?:is|to|has))\b.{0,20}\b(?:done|finish\w*|ready|back|complete\w*)\b"
    r"|\b(?:largest|highest|worst|greatest) (?:single|individual|one)\b"
    r"|\b(?:min\w*|reduce|keep) the (?:longest|largest|maximum|worst|latest)\b"
)
"""What says that the largest number of a pair counts, and not the sum."""

_SUMMED = re.compile(r"\b(?:total|totals|sum|summed|combined|altogether|overall|add up|adds up|in all)\b")


def _understood(found: Paired, problem: Assignment) -> Understanding:
    """A problem with what was assumed, and what the words leave open."""
    told = ["Each is assigned once."]
    if problem.slowest:
        told.append("What counts is the slowest pair, not the sum.")
    more = len(problem.rows) - len(problem.columns)
    if more:
        idle = (problem.nouns[0] or "worker") if more > 0 else (problem.nouns[1] or "task")
        told.append(f"Not every {idle} is assigned: {abs(more)} more than the others.")
    told += [
        f"{i} does not get {j}: there is no number, or it is ruled out." for i, j in sorted(found.barred)
    ]
    doubts = tuple(found.doubts)
    formulation = problem.formulation(assumptions=[*told, *doubts])
    return Understanding("assignment", formulation, found.ledger.account(), doubts)


def _problem(
    text: str, tokens: tuple[Token, ...], found: Paired, sense: Literal["minimize", "maximize"]
) -> Assignment | None:
    """The data when nothing is missing, contradictory or left over."""
    if found.totals or len(found.pairs) != 1:
        return None
    (pairs,) = found.pairs.values()
    rates = _rates(tokens, found, sense)
    if found.single and not rates:
        return None
    wanted = {(i, j) for i in found.rows for j in found.columns}
    if set(pairs) | found.barred != wanted or set(pairs) & found.barred:
        return None
    if min(len(found.rows), len(found.columns)) < 2 or any(datum.value < 0 for datum in pairs.values()):
        return None
    _note(found, pairs)
    times = _times(tokens, found)
    if not is_whole(tokens, found):
        return None
    said = " ".join(text.lower().split())
    slowest = sense == "minimize" and _SLOWEST.search(said) is not None
    if slowest and (times > 1 or rates):
        return None
    if slowest and _SUMMED.search(said):
        found.doubts.append("It is not clear whether the sum or the slowest counts; the sum is taken.")
        slowest = False
    quote = quoted(text, tokens, list(pairs.values()))
    costs = scaled(found, pairs)
    return Assignment(
        found.rows,
        found.columns,
        {
            (i, j): costs[i, j] * rates.get(i, Fraction(1)) * rates.get(j, Fraction(1))
            for i in found.rows
            for j in found.columns
            if (i, j) in pairs
        },
        sense,
        found.nouns,
        {"values": quote} if quote else {},
        times,
        slowest,
    )


_PAID = words("hour hourly rate bill wage")
_SHARING = words("each every per both exactly apiece nobody anyone one")
_UP_TO = words("most than to maximum max")


def _rates(tokens: Sequence[Token], found: Paired, sense: str) -> dict[str, Fraction]:
    """What an hour of each costs, where the numbers of pairs are hours; none where nothing is said alone."""
    if len(found.single) != 1 or sense != "minimize":
        return {}
    (of,) = found.single.values()
    if {*of} not in ({*found.rows}, {*found.columns}):
        return {}
    if any(datum.cell is not None for datum in of.values()):
        return {}
    said = {t.sentence for t in tokens if stem(t.text) in _PAID}
    if not any(tokens[datum.token].sentence in said for datum in of.values()):
        return {}
    for who, datum in of.items():
        found.ledger.note(datum, f"rate of {who}")
    return {who: datum.value for who, datum in of.items()}


def _times(tokens: Sequence[Token], found: Paired) -> int:
    """How many each of the smaller side takes: `each firm gets exactly two lots`; 1 unless it is said."""
    few, many = sorted((len(found.rows), len(found.columns)))
    for at, token in enumerate(tokens):
        if token.value is None or token.value < 2 or token.kind not in ("integer", "spelled"):
            continue
        said = {each.lower for each in tokens if each.sentence == token.sentence}
        limits = {each.lower for each in tokens[max(0, at - 3) : at]} & _UP_TO
        whole = token.value * few == many
        fits = whole or (limits and few * token.value >= many and at in found.ledger.left())
        if said & _SHARING and fits and few < many:
            found.ledger.use(at, "how many each takes")
            return int(token.value)
    return 1


def _note(found: Paired, pairs: Mapping[tuple[str, str], Datum]) -> None:
    for (i, j), datum in pairs.items():
        found.ledger.note(datum, f"{i} with {j}")
