"""Transportation: sources with a supply, destinations with a demand, and a cost or profit for every pair."""

from __future__ import annotations

__all__ = ["Transportation", "read"]

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
from agentopt.reader.families.clauses import sentences
from agentopt.reader.families.ledger import Datum
from agentopt.reader.families.naming import plain_number, set_name
from agentopt.reader.families.nouns import stem, words
from agentopt.reader.families.pairs import Paired, Words, is_money, is_whole, quoted, readings
from agentopt.reader.families.pairs_data import scaled
from agentopt.reader.families.wording import aim_of, stems_of
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding

Relation = Literal["<=", ">=", "=="]


@dataclass(frozen=True, slots=True)
class Transportation:
    """The data of a transportation problem.

    Attributes:
        supply, demand: by source and by destination.
        rates: cost or profit of one unit, by source and destination; a pair that is absent cannot be used.
        sense: of the objective.
        supply_relation: `==` when all of the supply has to leave.
        demand_relation: `<=` when a demand is only the most that is taken.
        nouns: what sources and destinations are called, in the singular; "" for these words themselves.
        unit: what is shipped, in the singular; "" when the text does not say.
        quotes: the words of the text that give a parameter, and those behind a constraint, by its name.
        lane: the most that goes from any one source to any one destination; None for no limit.
    """

    supply: Mapping[str, Fraction]
    demand: Mapping[str, Fraction]
    rates: Mapping[tuple[str, str], Fraction]
    sense: Literal["minimize", "maximize"] = "minimize"
    supply_relation: Relation = "<="
    demand_relation: Relation = ">="
    nouns: tuple[str, str] = ("", "")
    quotes: Mapping[str, str] = field(default_factory=dict)
    lane: Fraction | None = None

    @property
    def feasible(self) -> bool:
        """Whether supply and demand can be met as far as their totals tell."""
        supply, demand = sum(self.supply.values()), sum(self.demand.values())
        if self.supply_relation == "==" and self.demand_relation != ">=":
            return supply == demand if self.demand_relation == "==" else supply <= demand
        return self.demand_relation == "<=" or supply >= demand

    def formulation(self, *, assumptions: Sequence[str] = ()) -> Formulation:
        """The linear program; sums run over the lanes when not every pair can be used."""
        rows = set_name(self.nouns[0], "SOURCES")
        columns = set_name(self.nouns[1], "DESTINATIONS", taken=rows)
        complete = len(self.rates) == len(self.supply) * len(self.demand)
        money = "cost" if self.sense == "minimize" else "profit"
        sets = {
            rows: IndexSet(elements=list(self.supply), meaning="where units come from"),
            columns: IndexSet(elements=list(self.demand), meaning="where units go to"),
        }
        over, lanes, within = [rows, columns], f"i in {rows}, j in {columns}", ""
        if not complete:
            pairs = [list(pair) for pair in self.rates]
            sets["LANES"] = IndexSet(elements=pairs, meaning="pairs that can be used")
            over, lanes, within = ["LANES"], "i, j in LANES", " if (i,j) in LANES"
        most = None if self.lane is None else plain_number(self.lane)
        total = f"sum({money}[i,j]*ship[i,j] for {lanes})"
        return Formulation(
            title="Ship at least cost" if self.sense == "minimize" else "Ship for most profit",
            sets=sets,
            parameters=self._parameters(rows, columns, over, money),
            variables={"ship": Variable(over=over, upper=most, meaning="units shipped")},
            objective=Objective(**{self.sense: total}, meaning=f"total {money}"),
            constraints={
                "within_supply": Constraint(
                    for_=f"i in {rows}",
                    that=f"sum(ship[i,j] for j in {columns}{within}) {self.supply_relation} supply[i]",
                    because=self.quotes.get("supply") or "no more leaves than there is",
                ),
                "meet_demand": Constraint(
                    for_=f"j in {columns}",
                    that=f"sum(ship[i,j] for i in {rows}{within}) {self.demand_relation} demand[j]",
                    because=self.quotes.get("demand") or "each gets what it needs",
                ),
            },
            assumptions=list(assumptions),
        )

    def _parameters(self, rows: str, columns: str, over: list[str], money: str) -> dict[str, Parameter]:
        return {
            "supply": Parameter(
                over=[rows],
                values={name: plain_number(value) for name, value in self.supply.items()},
                role=Role.CAPACITY,
                meaning="units it has",
                quote=self.quotes.get("supply"),
            ),
            "demand": Parameter(
                over=[columns],
                values={name: plain_number(value) for name, value in self.demand.items()},
                role=Role.CAPACITY if self.demand_relation == "<=" else Role.REQUIREMENT,
                meaning="units it takes",
                quote=self.quotes.get("demand"),
            ),
            money: Parameter(
                over=over,
                values=[[i, j, plain_number(value)] for (i, j), value in self.rates.items()],
                role=Role.COST if self.sense == "minimize" else Role.REWARD,
                meaning=f"{money} of one unit on the way",
                quote=self.quotes.get("rates"),
            ),
        }


_SUPPLY = words(
    """
    supply capacity available availability stock stocked production output inventory surplus
    """
)
_DEMAND = words("demand need needed require required requirement order ordered wanted")
_MONEY = words("cost price rate fee charge freight tariff profit margin revenue")

_WORDS = Words(
    row_nouns=words(
        """
        plant factory mine supplier refinery farm quarry source producer manufacturer orchard brewery
        dairy well vendor from
        """
    ),
    column_nouns=words(
        """
        customer store market shop retailer city outlet destination client hospital school restaurant
        dealer to town consumer supermarket dealership village
        """
    ),
    row_cues=_SUPPLY
    | words(
        """
        has have hold holds produce make can offer provide keep capacities manufacture
        """
    ),
    column_cues=_DEMAND | words("want ask receive expect take buy sell request consume absorb"),
    attributes={
        "supply": _SUPPLY | {"capacities", "have"},
        "demand": _DEMAND,
        "rate": _MONEY,
        "foreign": words("fixed opening rent setup build building lease"),
        "total": frozenset({"total", "sum"}),
    },
    of_rows=frozenset({"supply"}),
    of_columns=frozenset({"demand"}),
)

_SHIPPING = words(
    """
    ship shipping shipment shipped transport transportation transporting transported deliver delivery
    delivering delivered send sending sent haul hauling hauled haulage haulier freight move moving moved
    distribute distribution dispatch dispatching go goes serve bring bringing provide sell sold truck trucked
    trucking carry carrying supply supplied courier drive driving driven route lorry van tanker pipe pump
    barge
    ferry fetch take transfer transferring rebalance get load forward export import ride
    """
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """A transportation problem, or None for what is none.

    Amounts may be split, and a demand must be met unless the text calls it the most that is taken.
    """
    sense = aim_of(tokens)
    said = stems_of(tokens)
    if not sense or not (said & _SHIPPING or {"from", "to"} <= said or "distance" in said):
        return None

    def typed(at: int) -> str:
        return "rate" if is_money(tokens, at) or _is_cost(tokens, at) else ""

    for found in readings(text, tokens, tables, _WORDS, typed):
        problem = _problem(text, tokens, found, sense)
        if problem is not None:
            return _understood(found, problem)
    return None


def _is_cost(tokens: Sequence[Token], at: int) -> bool:
    """Whether the sentence says cost before a number, and nothing of amounts after that."""
    for back in range(at - 1, -1, -1):
        if tokens[back].sentence != tokens[at].sentence:
            return False
        word = stem(tokens[back].text)
        if word in _MONEY:
            return True
        if word in _WORDS.row_cues | _WORDS.column_cues:
            return False
    return False


def _understood(found: Paired, problem: Transportation) -> Understanding:
    """A problem with what was assumed, and what the words leave open."""
    told = ["Amounts may be split."]
    if problem.sense == "maximize":
        most = problem.demand_relation == "<="
        told.append(f"Every demand is {'the most that is taken' if most else 'met exactly'}.")
    told += [
        f"Nothing goes from {i} to {j}: no number stands there, or it is ruled out."
        for i, j in sorted(found.barred)
    ]
    doubts = tuple(found.doubts)
    formulation = problem.formulation(assumptions=[*told, *doubts])
    return Understanding("transportation", formulation, found.ledger.account(), doubts)


def _problem(
    text: str, tokens: tuple[Token, ...], found: Paired, sense: Literal["minimize", "maximize"]
) -> Transportation | None:
    """The data when nothing is missing, contradictory or left over."""
    singles: dict[str, Datum] = {}
    for attribute, values in found.single.items():
        if attribute not in ("", "amount", "supply", "demand"):
            return None
        for name, datum in values.items():
            if attribute in ("supply", "demand") and (name in found.rows) != (attribute == "supply"):
                return None
            if name in singles and singles[name].value != datum.value:
                return None
            singles[name] = datum
    if len(found.pairs) != 1 or any(name not in singles for name in (*found.rows, *found.columns)):
        return None
    (rates,) = found.pairs.values()
    wanted = {(i, j) for i in found.rows for j in found.columns}
    if set(rates) | found.barred != wanted:
        return None
    data = [*singles.values(), *rates.values()]
    if all(datum.value == 1 for datum in singles.values()):
        return None  # who does what, one each
    if any(datum.value < 0 for datum in data) or len(found.rows) * len(found.columns) < 2:
        return None
    supply = {name: singles[name] for name in found.rows}
    demand = {name: singles[name] for name in found.columns}
    _note(found, supply, demand, rates, sense)
    if not is_whole(tokens, found):
        return None
    rates = {pair: datum for pair, datum in rates.items() if pair not in found.barred}
    costs = scaled(found, rates)
    data_of = {"supply": [*supply.values()], "demand": [*demand.values()], "rates": [*rates.values()]}
    said = {name: quoted(text, tokens, of) for name, of in data_of.items()}
    problem = Transportation(
        {name: datum.value for name, datum in supply.items()},
        {name: datum.value for name, datum in demand.items()},
        {
            pair: costs[pair]
            for pair in sorted(rates, key=lambda p: (found.rows.index(p[0]), found.columns.index(p[1])))
        },
        sense,
        *_relations(text, tokens, found, sense),
        found.nouns,
        {name: quote for name, quote in said.items() if quote},
        found.lane.value if found.lane else None,
    )
    return problem if problem.feasible else None


def _note(
    found: Paired,
    supply: Mapping[str, Datum],
    demand: Mapping[str, Datum],
    rates: Mapping[tuple[str, str], Datum],
    sense: str,
) -> None:
    """Enter every number into the account."""
    ledger = found.ledger
    for name, datum in supply.items():
        ledger.note(datum, f"supply of {name}")
    for name, datum in demand.items():
        ledger.note(datum, f"demand of {name}")
    money = "cost" if sense == "minimize" else "profit"
    for (i, j), datum in rates.items():
        ledger.note(datum, f"{money} of a unit from {i} to {j}")
    sums: dict[Fraction | int, str] = {
        sum(d.value for d in supply.values()): "supply",
        sum(d.value for d in demand.values()): "demand",
    }
    for datum in found.totals:
        if datum.value in sums:
            ledger.note(datum, f"the total {sums[datum.value]}")
    ledger.totals(sums)


def _relations(text: str, tokens: Sequence[Token], found: Paired, sense: str) -> tuple[Relation, Relation]:
    """Whether all of the supply leaves, and whether demands are met, or only the most that is taken."""
    said = " ".join(token.lower for token in tokens)
    leaves: Relation = "==" if any(phrase in said for phrase in _ALL_SHIPPED) else "<="
    if sense == "minimize":
        return leaves, ">="
    for span in sentences(text, tokens):
        part = [token.lower for token in tokens[span.start : span.stop]]
        sold = any(stem(word) in _WORDS.column_cues | _WORDS.column_nouns | {found.nouns[1]} for word in part)
        supplied = any(
            mention.first in span and mention.name in found.rows for mention in found.names.mentions
        )
        if sold and not supplied and any(phrase in " ".join(part) for phrase in _AT_MOST):
            return leaves, "<="
    return leaves, "=="


_ALL_SHIPPED = (
    "all of the supply must",
    "all supply must",
    "all supplies must",
    "entire supply",
    "everything must be shipped",
    "must ship everything",
    "all units must be shipped",
    "ship all of its",
    "all of its supply",
    "must be shipped out",
    "must be emptied",
    "ships everything",
    "ship everything",
)
_AT_MOST = (
    "at most",
    "up to",
    "no more than",
    "more than",
    "need not be met",
    "maximum",
    "not exceed",
    "as much as",
)
