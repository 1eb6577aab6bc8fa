"""0-1 knapsack and project selection: which things to take, within one or several limits and simple rules."""

from __future__ import annotations

__all__ = ["Knapsack", "Resource", "Rule", "read"]

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
from agentopt.reader.families.items import Listed, listed
from agentopt.reader.families.naming import plain_number, set_name
from agentopt.reader.families.nouns import words
from agentopt.reader.families.rules import Rule, rules_in
from agentopt.reader.families.wording import sense_of, stems_of
from agentopt.reader.tables import Table
from agentopt.reader.tokens import Token
from agentopt.reader.understanding import Understanding


@dataclass(frozen=True, slots=True)
class Resource:
    """What is used up: by one of each item, and what there is of it."""

    name: str
    use: Mapping[str, Fraction]
    capacity: Fraction


@dataclass(frozen=True, slots=True)
class Knapsack:
    """The data of a knapsack problem; every item is taken once or not at all.

    Attributes:
        values: of the items, which they name.
        resources: the limits.
        rules: conditions on which are taken together.
        noun: what an item is called, in the singular; "" for item.
        quotes: the words of the text that give a parameter, by its name.
    """

    values: Mapping[str, Fraction]
    resources: tuple[Resource, ...]
    rules: tuple[Rule, ...] = ()
    noun: str = ""
    quotes: Mapping[str, str] = field(default_factory=dict)

    def formulation(self, *, doubts: Sequence[str] = ()) -> Formulation:
        """The program in binaries."""
        items = set_name(self.noun, "ITEMS")
        parameters = {
            "value": Parameter(
                over=[items],
                values={name: plain_number(number) for name, number in self.values.items()},
                role=Role.REWARD,
                meaning="of the item when it is taken",
                quote=self.quotes.get("value"),
            )
        }
        constraints: dict[str, Constraint] = {}
        for resource in self.resources:
            parameters[resource.name] = Parameter(
                over=[items],
                values={name: plain_number(number) for name, number in resource.use.items()},
                role=Role.RATE,
                meaning=f"{resource.name} of the item",
                quote=self.quotes.get(resource.name),
            )
            limit = f"{resource.name}_limit"
            parameters[limit] = Parameter(
                value=plain_number(resource.capacity), role=Role.CAPACITY, quote=self.quotes.get(limit)
            )
            constraints[f"within_{resource.name}"] = Constraint(
                that=f"sum({resource.name}[i]*take[i] for i in {items}) <= {limit}",
                because=self.quotes.get(limit) or f"the {resource.name} is limited",
            )
        for at, rule in enumerate(self.rules, 1):
            constraints[f"rule_{at}"] = Constraint(that=rule.statement(items), because=rule.because)
        return Formulation(
            title="Choose for most value",
            sets={items: IndexSet(elements=list(self.values), meaning="what can be taken")},
            parameters=parameters,
            variables={"take": Variable(over=[items], domain="binary", meaning="whether it is taken")},
            objective=Objective(maximize=f"sum(value[i]*take[i] for i in {items})", meaning="total value"),
            constraints=constraints,
            assumptions=list(doubts),
        )


_CHOOSING = words(
    """
    which select selected selection choose chosen choosing pick picked subset fund funded funding
    knapsack undertake undertaken pack packed packing accept accepted approve approved take
    """
)
_AMOUNTS = words(
    """
    fraction fractional fractionally partial partially portion produce produced production manufacture
    acre blend mix assign ship transport interest
    """
)


def read(text: str, tokens: tuple[Token, ...], tables: Sequence[Table]) -> Understanding | None:
    """A knapsack problem, or None for what is none; every item is taken at most once, and whole."""
    said = stems_of(tokens)
    plain = " ".join(token.lower for token in tokens)
    counted = any(
        phrase in plain for phrase in ("how many", "how much of", "number of each", "units of each")
    )
    if sense_of(tokens) != "maximize" or not said & _CHOOSING or said & _AMOUNTS or counted:
        return None
    found = listed(text, tokens, tables)
    if found is None:
        return None
    rules = rules_in(text, tokens, found.names.mentions, found.items, found.noun, found.ledger)
    if rules is None or not found.ledger.complete():
        return None
    problem = _problem(found, rules)
    doubts = [f"Every {found.noun or 'item'} is taken once or not at all."]
    return Understanding(
        "knapsack", problem.formulation(doubts=doubts), found.ledger.account(), tuple(doubts)
    )


def _problem(found: Listed, rules: tuple[Rule, ...]) -> Knapsack:
    resources: list[Resource] = []
    quotes: dict[str, str] = dict(found.quotes)
    for name, use in found.uses.items():
        resources.append(
            Resource(name, {item: use[item].value for item in found.items}, found.limits[name].value)
        )
    values: dict[str, Fraction] = {item: found.values[item].value for item in found.items}
    return Knapsack(values, tuple(resources), rules, found.noun, quotes)
