"""Choosing: which things to take, within one or several limits and simple rules."""

from __future__ import annotations

__all__ = ["Knapsack", "Resource"]

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
    Waiver,
)
from agentopt.reader.families.naming import plain_number, set_name
from agentopt.reader.families.ruling import Rule


@dataclass(frozen=True, slots=True)
class Resource:
    """What is used up: by one of each item, and what there is of it.

    Attributes:
        least: whether the number is to be reached instead, and the items add up to it.
    """

    name: str
    use: Mapping[str, Fraction]
    capacity: Fraction
    least: bool = False


@dataclass(frozen=True, slots=True)
class Knapsack:
    """The data of a knapsack problem; every item is taken once or not at all.

    Attributes:
        values: of the items, which they name.
        resources: the limits.
        rules: conditions on which are taken together.
        noun: what an item is called, in the singular; "" for item.
        quotes: the words of the text that give a parameter, by its name.
        copies: how many there are of each item; none where there is one of each.
        cheapest: whether the values are costs, and the total is to be small.
    """

    values: Mapping[str, Fraction]
    resources: tuple[Resource, ...]
    rules: tuple[Rule, ...] = ()
    noun: str = ""
    quotes: Mapping[str, str] = field(default_factory=dict)
    copies: Mapping[str, int] = field(default_factory=dict)
    cheapest: bool = False

    def formulation(self, *, doubts: Sequence[str] = (), waived: Sequence[Waiver] = ()) -> Formulation:
        """The program in binaries, or in whole numbers where there are several of an item."""
        items = set_name(self.noun, "ITEMS")
        parameters = {
            "value": Parameter(
                over=[items],
                values={name: plain_number(number) for name, number in self.values.items()},
                role=Role.COST if self.cheapest else Role.REWARD,
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
                value=plain_number(resource.capacity),
                role=Role.REQUIREMENT if resource.least else Role.CAPACITY,
                quote=self.quotes.get(limit),
            )
            constraints[f"within_{resource.name}"] = Constraint(
                that=f"sum({resource.name}[i]*take[i] for i in {items}) "
                f"{'>=' if resource.least else '<='} {limit}",
                because=self.quotes.get(limit) or f"the {resource.name} is limited",
            )
        if self.copies:
            parameters["there_are"] = Parameter(
                over=[items], values=dict(self.copies), role=Role.CAPACITY, meaning="how many there are"
            )
            constraints["no_more_than_there_are"] = Constraint(
                for_=f"i in {items}", that="take[i] <= there_are[i]", because="there are no more of them"
            )
        for at, rule in enumerate(self.rules, 1):
            constraints[f"rule_{at}"] = Constraint(that=rule.statement(items), because=rule.because)
        total = f"sum(value[i]*take[i] for i in {items})"
        return Formulation(
            title="Choose at least cost" if self.cheapest else "Choose for most value",
            sets={items: IndexSet(elements=list(self.values), meaning="what can be taken")},
            parameters=parameters,
            variables={
                "take": Variable(
                    over=[items],
                    domain="integer" if self.copies else "binary",
                    meaning="how many are taken" if self.copies else "whether it is taken",
                )
            },
            objective=Objective(minimize=total, meaning="total cost")
            if self.cheapest
            else Objective(maximize=total, meaning="total value"),
            constraints=constraints,
            assumptions=list(doubts),
            waived=list(waived),
        )
