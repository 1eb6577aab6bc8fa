"""Facility location: which sites to open, at a fixed cost each, and which customers each of them serves."""

from __future__ import annotations

__all__ = ["Facility", "read"]

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

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
from agentopt.reader.families.pairs import Paired, Words, is_money, paired, quoted
from agentopt.reader.families.wording import sense_of, stems_of
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Facility:
    """The data of a facility location problem.

    Attributes:
        fixed: cost of opening, by site.
        rates: cost of serving, by site and customer.
        demand: by customer; none when customers are served whole, at the cost of the pair.
        capacity: by site; none for no limit.
        single: whether a customer is served by one site alone.
        nouns: what sites and customers are called, in the singular; "" for these words themselves.
        quotes: the words of the text that give a parameter, by its name.
    """

    fixed: Mapping[str, Fraction]
    rates: Mapping[tuple[str, str], Fraction]
    demand: Mapping[str, Fraction]
    capacity: Mapping[str, Fraction]
    single: bool = False
    nouns: tuple[str, str] = ("", "")
    quotes: Mapping[str, str] = field(default_factory=dict)

    def formulation(self, *, doubts: Sequence[str] = ()) -> Formulation:
        """The mixed-integer program; what is served is the share of a customer's demand."""
        sites = set_name(self.nouns[0], "SITES")
        customers = set_name(self.nouns[1], "CUSTOMERS", taken=sites)
        weighed = "demand[j]*" if self.demand else ""
        parameters = {
            "fixed": self._parameter("fixed", [sites], self.fixed, Role.COST),
            "cost": Parameter(
                over=[sites, customers],
                values=[[i, j, plain_number(value)] for (i, j), value in self.rates.items()],
                role=Role.COST,
                meaning="of serving" + (" one unit" if self.demand else ""),
                quote=self.quotes.get("rates"),
            ),
        }
        constraints = {
            "all_served": Constraint(
                for_=f"j in {customers}",
                that=f"sum(serve[i,j] for i in {sites}) == 1",
                because=self.quotes.get("demand") or "each is served in full",
            ),
            "only_open": Constraint(
                for_=f"i in {sites}, j in {customers}",
                that="serve[i,j] <= open[i]",
                because="only what is open serves",
            ),
        }
        if self.demand:
            parameters["demand"] = self._parameter("demand", [customers], self.demand, Role.REQUIREMENT)
        if self.capacity:
            parameters["capacity"] = self._parameter("capacity", [sites], self.capacity, Role.CAPACITY)
            constraints["within_capacity"] = Constraint(
                for_=f"i in {sites}",
                that=f"sum({weighed}serve[i,j] for j in {customers}) <= capacity[i]*open[i]",
                because=self.quotes.get("capacity") or "no site serves more than it can",
            )
        serving = f"sum(cost[i,j]*{weighed}serve[i,j] for i in {sites}, j in {customers})"
        return Formulation(
            title="Open and serve at least cost",
            sets={
                sites: IndexSet(elements=list(self.fixed), meaning="what can be opened"),
                customers: IndexSet(
                    elements=list(dict.fromkeys(j for _, j in self.rates)), meaning="who is served"
                ),
            },
            parameters=parameters,
            variables={
                "open": Variable(over=[sites], domain="binary", meaning="whether it is opened"),
                "serve": Variable(
                    over=[sites, customers],
                    domain="binary" if self.single else "real",
                    upper=1,
                    meaning="share of a customer served from a site",
                ),
            },
            objective=Objective(
                minimize=f"sum(fixed[i]*open[i] for i in {sites}) + {serving}", meaning="total cost"
            ),
            constraints=constraints,
            assumptions=list(doubts),
        )

    def _parameter(self, name: str, over: list[str], values: Mapping[str, Fraction], role: Role) -> Parameter:
        numbers = {label: plain_number(value) for label, value in values.items()}
        return Parameter(over=over, values=numbers, role=role, quote=self.quotes.get(name))


_FIXED = words(
    """
    fixed opening open build building construction construct setup establish rent lease annual yearly
    operate running keep
    """
)
_CAPACITY = words("capacity capacities handle handling supply hold most up maximum")
_DEMAND = words("demand need require requirement order")
_OPENING = words(
    """
    open opening opened build built building construct constructed construction establish established
    fixed locate location setup rent rented lease leased
    """
)

_WORDS = Words(
    row_nouns=words(
        """
        site warehouse plant facility factory depot center centre location hub branch terminal kitchen
        station clinic lab server distribution store
        """
    ),
    column_nouns=words(
        """
        customer client store shop region city town village market district zone school hospital
        neighborhood area retailer outlet restaurant
        """
    ),
    row_cues=_FIXED | _CAPACITY,
    column_cues=_DEMAND | words("want serve served"),
    attributes={
        "fixed": _FIXED,
        "capacity": words("capacity capacities max maximum supply"),
        "demand": _DEMAND,
        "total": words("total sum"),
    },
    of_rows=frozenset({"fixed", "capacity"}),
    of_columns=frozenset({"demand"}),
    ones=True,
)
_NOT_THIS = words("only if unless cannot distance profit revenue hub-and-spoke budget least fewest")


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """A facility location problem, or None for what is none."""
    said = stems_of(tokens)
    if sense_of(tokens) != "minimize" or not said & _OPENING or said & _NOT_THIS - {"least"}:
        return None

    def typed(at: int) -> str:
        return _typed(tokens, at)

    found = paired(text, tokens, tables, _WORDS, typed)
    problem = _problem(text, tokens, found) if found is not None else None
    if found is None or problem is None:
        return None
    doubts = ["A customer may be served by several sites."] if not problem.single else []
    if problem.demand:
        doubts.append("The cost of serving is per unit.")
    formulation = problem.formulation(doubts=doubts)
    return Understanding("facility", formulation, found.ledger.account(), tuple(doubts))


def _typed(tokens: Sequence[Token], at: int) -> str:
    """What a number is by the words before it, then those after it, in its clause."""
    sentence = tokens[at].sentence
    for step in (-1, 1):
        here = at + step
        while 0 <= here < len(tokens) and abs(here - at) < 9 and tokens[here].sentence == sentence:
            token = tokens[here]
            if token.is_number or token.text in ";":
                break
            for attribute, said in (("fixed", _FIXED), ("capacity", _CAPACITY), ("demand", _DEMAND)):
                fits = attribute == "fixed" or not is_money(tokens, at)
                if stem(token.text) in said and fits:
                    return attribute
            if stem(token.text) in ("cost", "fee") and step == -1 and stem(tokens[here - 1].text) in _FIXED:
                return "fixed"
            here += step
    return ""


def _problem(text: str, tokens: tuple[Token, ...], found: Paired) -> Facility | None:
    """The data when nothing is missing, contradictory or left over."""
    fixed = dict(found.single.pop("fixed", {}))
    capacity = dict(found.single.pop("capacity", {}))
    demand = dict(found.single.pop("demand", {}))
    for name, datum in found.single.pop("", {}).items():
        money = datum.cell is None and is_money(tokens, datum.token)
        into = demand if name in found.columns else fixed if money else capacity
        if name in into or (money and into is demand):
            return None
        into[name] = datum
    rows, columns = set(found.rows), set(found.columns)
    if found.single or found.totals or found.barred or set(fixed) != rows or len(found.pairs) != 1:
        return None
    if (capacity and set(capacity) != rows) or (demand and set(demand) != columns):
        return None
    (rates,) = found.pairs.values()
    if set(rates) != {(i, j) for i in rows for j in columns} or min(len(rows), len(columns)) < 2:
        return None
    groups: dict[str, Mapping[str, Datum]] = {"fixed": fixed, "capacity": capacity, "demand": demand}
    numbers = [*rates.values(), *(datum for of in groups.values() for datum in of.values())]
    if any(datum.value < 0 for datum in numbers):
        return None
    if demand and not _by_unit(text):
        return None
    for name, of in groups.items():
        for who, datum in of.items():
            found.ledger.note(datum, f"{name} of {who}" if name != "fixed" else f"cost of opening {who}")
    for (i, j), datum in rates.items():
        found.ledger.note(datum, f"cost of serving {j} from {i}")
    if not found.ledger.complete():
        return None
    quotes = {name: quoted(text, tokens, list(of.values())) for name, of in groups.items()}
    quotes["rates"] = quoted(text, tokens, list(rates.values()))
    return Facility(
        {i: fixed[i].value for i in found.rows},
        {(i, j): rates[i, j].value for i in found.rows for j in found.columns},
        {j: demand[j].value for j in found.columns if demand},
        {i: capacity[i].value for i in found.rows if capacity},
        found.ledger.ruled,
        found.nouns,
        {name: quote for name, quote in quotes.items() if quote},
    )


def _by_unit(text: str) -> bool:
    """Whether costs of serving are said to be those of one unit."""
    said = " ".join(text.lower().split())
    per = re.search(r"\b(?:per|each|a|one) (?!customer|client|store|site|year|month|week|day)\w+", said)
    return per is not None and re.search(_PER_UNIT, said) is not None


_PER_UNIT = (
    r"\bper[ -](?!customer|client|store|site|year|month|week|day|trip|order|location)\w+|\bunit costs?\b"
    r"|(?:ship|shipping|deliver|delivering|send|sending|serving|supplying|supply|transporting|moving)"
    r" (?:a|one|each) \w+"
)
