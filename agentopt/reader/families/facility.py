"""Facility location: which sites to open, at a fixed cost each, and which customers each of them serves."""

from __future__ import annotations

__all__ = ["Facility", "read"]

import re
from collections.abc import Iterator, Mapping, Sequence
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
from agentopt.reader.families.nouns import TYPE_NOUNS, stem, words
from agentopt.reader.families.pairs import Paired, Words, is_money, is_whole, quoted, readings
from agentopt.reader.families.pairs_data import scaled
from agentopt.reader.families.wording import aim_of, stems_of
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Facility:
    """The data of a facility location problem.

    Attributes:
        fixed: cost of opening, by site.
        rates: cost of serving, by site and customer.
        demand: by customer; none when nothing is said of amounts.
        by_unit: whether the cost of serving is that of one unit of the demand.
        capacity: by site; none for no limit.
        single: whether a customer is served by one site alone.
        number: how many sites are opened, and whether that is a limit ("<=") or exact; None where any may be.
        nouns: what sites and customers are called, in the singular; "" for these words themselves.
        quotes: the words of the text that give a parameter, by its name.
    """

    fixed: Mapping[str, Fraction]
    rates: Mapping[tuple[str, str], Fraction]
    demand: Mapping[str, Fraction]
    capacity: Mapping[str, Fraction]
    by_unit: bool = True
    single: bool = False
    nouns: tuple[str, str] = ("", "")
    quotes: Mapping[str, str] = field(default_factory=dict)
    number: tuple[str, int] | None = None

    def formulation(self, *, assumptions: Sequence[str] = ()) -> Formulation:
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
                meaning="of serving" + (" one unit" if self.by_unit else ""),
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
        if self.number:
            relation, count = self.number
            constraints["number_open"] = Constraint(
                that=f"sum(open[i] for i in {sites}) {relation} {count}", because="so many are opened"
            )
        times = weighed if self.by_unit else ""
        serving = f"sum(cost[i,j]*{times}serve[i,j] for i in {sites}, j in {customers})"
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
            assumptions=list(assumptions),
        )

    def _parameter(self, name: str, over: list[str], values: Mapping[str, Fraction], role: Role) -> Parameter:
        numbers = {label: plain_number(value) for label, value in values.items()}
        return Parameter(over=over, values=numbers, role=role, quote=self.quotes.get(name))


_FIXED = words(
    """
    fixed opening open build building construction construct setup establish rent lease annual yearly
    operate operating run running keep keeping setting lease leasing investment invest monthly activate erect
    switch
    """
)
_CAPACITY = words("capacity capacities cap caps handle supply hold max maximum limit throughput size")
_DEMAND = words("demand need require requirement order wanted volume usage")
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
        "capacity": _CAPACITY,
        "demand": _DEMAND,
        "total": words("total sum"),
    },
    of_rows=frozenset({"fixed", "capacity"}),
    of_columns=frozenset({"demand"}),
    ones=True,
)
_NOT_THIS = words("unless profit revenue hub-and-spoke budget")


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """A facility location problem, or None for what is none."""
    said = stems_of(tokens)
    if aim_of(tokens) == "maximize" or not said & (_OPENING | _FIXED) or said & _NOT_THIS:
        return None

    def typed(at: int) -> str:
        return _typed(text, tokens, at)

    for found in readings(text, tokens, tables, _WORDS, typed):
        problem = _problem(text, tokens, found)
        if problem is not None:
            return _understood(found, problem)
    return None


def _understood(found: Paired, problem: Facility) -> Understanding:
    """A problem with what was assumed, and what the words leave open."""
    told = [] if problem.single else ["A customer may be served by several sites."]
    if problem.demand:
        told.append(
            f"The cost of serving is {'per unit' if problem.by_unit else 'for all a customer needs'}."
        )
    doubts = tuple(found.doubts)
    formulation = problem.formulation(assumptions=[*told, *doubts])
    return Understanding("facility", formulation, found.ledger.account(), doubts)


def _typed(text: str, tokens: Sequence[Token], at: int) -> str:
    """What a number is by the words before it, then those after it, in its clause."""
    sentence = tokens[at].sentence
    after = [token.lower for token in tokens[at + 1 : at + 3]]
    led = {token.lower for token in tokens[max(0, at - 6) : at] if token.sentence == sentence}
    if after[:1] and after[0] in ("/", "a", "per") and {*after[1:]} & _TERMS and not led & {"from", "to"}:
        return "fixed"
    for step in (-1, 1):
        here = at + step
        while 0 <= here < len(tokens) and abs(here - at) < 14 and tokens[here].sentence == sentence:
            token = tokens[here]
            first, second = sorted((here, here - step))
            if step == 1 and token.text in ",()":
                break
            if step == -1 and token.text == "," and _has_number(tokens, here):
                break
            if token.is_number and stem(tokens[here - 1].text) in TYPE_NOUNS and token.kind == "integer":
                here += step
                continue
            if token.is_number or token.text == ";" or "\n" in text[tokens[first].end : tokens[second].start]:
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
    groups = _groups(tokens, found)
    if groups is None:
        return None
    fixed, capacity, demand = groups
    rows, columns = set(found.rows), set(found.columns)
    if found.totals or found.barred or set(fixed) != rows or len(found.pairs) != 1:
        return None
    if (capacity and set(capacity) != rows) or (demand and set(demand) != columns):
        return None
    (rates,) = found.pairs.values()
    if set(rates) != {(i, j) for i in rows for j in columns} or min(len(rows), len(columns)) < 2:
        return None
    named: dict[str, Mapping[str, Datum]] = {"fixed": fixed, "capacity": capacity, "demand": demand}
    numbers = [*rates.values(), *(datum for of in named.values() for datum in of.values())]
    if any(datum.value < 0 for datum in numbers):
        return None
    if any(datum.cell is None and tokens[datum.token].kind == "spelled" for datum in fixed.values()):
        return None
    for name, of in named.items():
        for who, datum in of.items():
            found.ledger.note(datum, f"{name} of {who}" if name != "fixed" else f"cost of opening {who}")
    for (i, j), datum in rates.items():
        found.ledger.note(datum, f"cost of serving {j} from {i}")
    number = _number(tokens, found)
    if not is_whole(tokens, found):
        return None
    by_unit = bool(demand) and _by_unit(text, _units(tokens, [*demand.values(), *capacity.values()]))
    if demand and not by_unit:
        by_unit = not capacity
        found.doubts.append(
            f"Costs of serving are taken {'per unit' if by_unit else 'for all a customer needs'}."
        )
    costs = _in_one_scale(text, tokens, fixed, rates)
    serving = scaled(found, rates)
    needs = {j: demand[j].value for j in found.columns if demand}
    if capacity and not demand:
        needs = dict.fromkeys(found.columns, Fraction(1))
    quotes = {name: quoted(text, tokens, list(of.values())) for name, of in named.items()}
    quotes["rates"] = quoted(text, tokens, list(rates.values()))
    return Facility(
        {i: costs[i] for i in found.rows},
        {(i, j): serving[i, j] for i in found.rows for j in found.columns},
        needs,
        {i: capacity[i].value for i in found.rows if capacity},
        by_unit,
        found.ledger.ruled or _SINGLE.search(" ".join(text.lower().split())) is not None,
        found.nouns,
        {name: quote for name, quote in quotes.items() if quote},
        number,
    )


_COUNTED = words("site location place spot centre center open opened build built them facility candidate")


def _number(tokens: Sequence[Token], found: Paired) -> tuple[str, int] | None:
    """How many may be opened: `at most two depots`, `only one site can be opened`."""
    for at, token in enumerate(tokens):
        value = token.value
        if value is None or token.kind not in ("integer", "spelled") or not 0 < value < len(found.rows):
            continue
        before = " ".join(each.lower for each in tokens[max(0, at - 3) : at])
        limit = re.search(r"(?:at most|up to|more than|only|maximum of|just|exactly|precisely)$", before)
        after = [stem(each.text) for each in tokens[at + 1 : at + 4]]
        if limit and {*after} & (_COUNTED | {found.nouns[0]}) and not {*after} & {found.nouns[1]} - {""}:
            if re.search(
                r"\b(?:from|by|served|gets?|uses?|assigned|supplied) (?:\w+ )?(?:\w+ )?$",
                before[: limit.start()],
            ):
                continue
            found.ledger.use(at, "how many are opened")
            return ("==" if limit[0] in ("exactly", "precisely") else "<=", int(value))
    return None


_SCALES = {"k": 1000, "thousand": 1000, "million": 10**6, "mn": 10**6, "m": 10**6}


def _in_one_scale(
    text: str, tokens: Sequence[Token], fixed: Mapping[str, Datum], rates: Mapping[tuple[str, str], Datum]
) -> dict[str, Fraction]:
    """The fixed costs in the scale of the costs of serving: `£120k` beside a table in thousand pounds."""
    own = {name: _scale(tokens, datum) for name, datum in fixed.items()}
    shared = max(own.values(), default=1)
    values = {
        name: datum.value * (shared if own[name] == 1 and datum.value < shared else 1)
        for name, datum in fixed.items()
    }
    if shared == 1 or any(_scale(tokens, datum) > 1 for datum in rates.values()):
        return values
    said = {_SCALES[word] for word in _scales_said(tokens)}
    return {name: value / shared for name, value in values.items()} if said == {shared} else values


def _scale(tokens: Sequence[Token], datum: Datum) -> int:
    """The scale that is written behind a number."""
    written = datum.cell.text if datum.cell is not None else tokens[datum.token].text
    found = re.search(r"\d\s*(k|thousand|million|mn|m)\b", written.lower())
    return _SCALES[found[1]] if found else 1


def _scales_said(tokens: Sequence[Token]) -> Iterator[str]:
    """The scales that stand alone, as over a table: `costs in thousand pounds`, `k$`."""
    for token in tokens:
        if not token.is_number and token.lower in ("thousand", "thousands", "million", "millions", "k", "k€"):
            yield token.lower.removesuffix("s").removesuffix("€")


_Group = dict[str, Datum]


def _groups(tokens: Sequence[Token], found: Paired) -> tuple[_Group, _Group, _Group] | None:
    """The fixed costs, capacities and demands; what no word tells apart, money and sides do."""
    fixed = dict(found.single.get("fixed", {}))
    capacity = dict(found.single.get("capacity", {}))
    demand = dict(found.single.get("demand", {}))
    if set(found.single) - {"fixed", "capacity", "demand", "", "amount"}:
        return None
    scaled = any(tokens[d.token].lower.endswith(("k", "thousand", "million")) for d in _plain(found))
    if not (fixed or scaled or any(is_money(tokens, datum.token) for datum in _plain(found))):
        return None
    for attribute in ("", "amount"):
        for name, datum in found.single.get(attribute, {}).items():
            money = datum.cell is None and is_money(tokens, datum.token)
            first = money or (not fixed.keys() - {name} and not capacity) or capacity.keys() - {name}
            into = demand if name in found.columns else fixed if first and name not in fixed else capacity
            if name in into or (money and into is demand):
                return None
            into[name] = datum
    return fixed, capacity, demand


_TERMS = frozenset({"month", "week", "year", "day", "mo", "yr", "annum"})


def _has_number(tokens: Sequence[Token], at: int) -> bool:
    """Whether the part that a comma ends has a number: its words speak of that."""
    for back in range(at - 1, max(-1, at - 9), -1):
        if tokens[back].text in ",;(:" or tokens[back].sentence != tokens[at].sentence:
            return False
        if tokens[back].is_number:
            return True
    return False


def _plain(found: Paired) -> list[Datum]:
    """The numbers of sites that prose gives without a word for what they are."""
    said = found.single.get("", {})
    return [datum for name, datum in said.items() if name in found.rows and datum.cell is None]


_SINGLE = re.compile(
    r"\b(?:exactly|only|just) one\b|\b(?:a|one) single\b|\bby one\b|\bfrom one\b"
    r"|\bto the same\b|\bcannot be split\b|\bnot be split\b|\bno splitting\b|\bone \w+ only\b|\buses one\b"
)


def _units(tokens: Sequence[Token], data: Sequence[Datum]) -> frozenset[str]:
    """What is counted: the words behind amounts, and those in brackets in the headings above them."""
    found = set()
    for datum in data:
        after = tokens[datum.token + 1] if datum.cell is None and datum.token + 1 < len(tokens) else None
        if (
            after is not None
            and after.kind == "word"
            and after.lower not in _TERMS | {"and", "or", "in", "at"}
        ):
            found.add(stem(after.text))
    return frozenset(found)


def _by_unit(text: str, units: frozenset[str]) -> bool:
    """Whether costs of serving are said to be those of one unit."""
    said = " ".join(text.lower().split())
    if re.search(_PER_UNIT, said):
        return True
    return any(
        re.search(rf"(?:\b(?:per|a|an|one|each|every|by the)[ -]|/ ?)(?:\w+ )?{re.escape(unit)}\b", said)
        for unit in units
    )


_WHOLE = (
    "customer|client|store|shop|site|year|month|week|day|trip|order|location|annum|region|zone|district|town"
    "|village|school|hotel|area|city|block|neighbou?rhood|market|branch|office|depot|warehouse"
)
_PER_UNIT = (
    rf"\bper[ -](?!(?:{_WHOLE})\b)\w+|\bunit (?:\w+ )?(?:costs?|rates?|prices?)\b"
    rf"|[$€£] ?/ ?(?!(?:{_WHOLE})\b)\w+|\b(?:eur|usd|gbp|euros?|dollars?|cents?) ?/ ?(?!(?:{_WHOLE})\b)\w+"
    r"|(?:ship|shipping|deliver|delivering|send|sending|supplying|supply|transporting|moving|hauling|sending|driving)"
    rf" (?:a|one|each) (?!(?:{_WHOLE})\b)\w+"
)
