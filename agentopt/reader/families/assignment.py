"""Assignment: who does what, one each, with a cost, time or score for every pair."""

from __future__ import annotations

__all__ = ["Assignment", "read"]

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
from agentopt.reader.families.nouns import words
from agentopt.reader.families.pairs import Paired, Words, paired, quoted
from agentopt.reader.families.wording import sense_of, stems_of
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
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Mapping[tuple[str, str], Fraction]
    sense: Literal["minimize", "maximize"] = "minimize"
    nouns: tuple[str, str] = ("", "")
    quotes: Mapping[str, str] = field(default_factory=dict)

    def formulation(self, *, doubts: Sequence[str] = ()) -> Formulation:
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
        total = f"sum({value}[i,j]*assign[i,j] for {pairs})"
        short = len(self.rows) - len(self.columns)
        return Formulation(
            title="Assign at least total" if self.sense == "minimize" else "Assign for most in total",
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
            variables={"assign": Variable(over=over, domain="binary", meaning="whether the pair is formed")},
            objective=Objective(**{self.sense: total}, meaning=f"total {value}"),
            constraints={
                "one_each": Constraint(
                    for_=f"i in {rows}",
                    that=f"sum(assign[i,j] for j in {columns}{within}) {'<=' if short > 0 else '=='} 1",
                    because=self.quotes.get("rule") or "each does one",
                ),
                "each_done": Constraint(
                    for_=f"j in {columns}",
                    that=f"sum(assign[i,j] for i in {rows}{within}) {'<=' if short < 0 else '=='} 1",
                    because=self.quotes.get("rule") or "each is done once",
                ),
            },
            assumptions=list(doubts),
        )


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
    pair pairing distribute staff staffing matchup
    """
)
_NOT_ONE = words(
    """
    several multiple many split share shared cannot unable refuse refuses except without capacity budget
    makespan sequence schedule due tardiness conveyor
    """
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """An assignment problem, or None for what is none; nobody does more than one thing."""
    sense = sense_of(tokens)
    said = stems_of(tokens)
    if not sense or said & _NOT_ONE:
        return None
    found = paired(text, tokens, tables, _WORDS, lambda at: "")
    if found is None or not (said & _ASSIGNING or found.ledger.ruled):
        return None
    problem = _problem(text, tokens, found, sense)
    if problem is None:
        return None
    doubts = ["Each is assigned once."]
    more = len(problem.rows) - len(problem.columns)
    if more:
        idle = (problem.nouns[0] or "worker") if more > 0 else (problem.nouns[1] or "task")
        doubts.append(f"Not every {idle} is assigned: {abs(more)} more than the others.")
    doubts += [f"{i} does not get {j}: the table has no number there." for i, j in sorted(found.barred)]
    return Understanding(
        "assignment", problem.formulation(doubts=doubts), found.ledger.account(), tuple(doubts)
    )


def _problem(
    text: str, tokens: tuple[Token, ...], found: Paired, sense: Literal["minimize", "maximize"]
) -> Assignment | None:
    """The data when nothing is missing, contradictory or left over."""
    if found.single or found.totals or len(found.pairs) != 1:
        return None
    (pairs,) = found.pairs.values()
    wanted = {(i, j) for i in found.rows for j in found.columns}
    if set(pairs) | found.barred != wanted or set(pairs) & found.barred:
        return None
    if min(len(found.rows), len(found.columns)) < 2 or any(datum.value < 0 for datum in pairs.values()):
        return None
    _note(found, pairs)
    if not found.ledger.complete():
        return None
    quote = quoted(text, tokens, list(pairs.values()))
    return Assignment(
        found.rows,
        found.columns,
        {(i, j): pairs[i, j].value for i in found.rows for j in found.columns if (i, j) in pairs},
        sense,
        found.nouns,
        {"values": quote} if quote else {},
    )


def _note(found: Paired, pairs: Mapping[tuple[str, str], Datum]) -> None:
    for (i, j), datum in pairs.items():
        found.ledger.note(datum, f"{i} with {j}")
