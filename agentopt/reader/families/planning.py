"""Lots: how much to make and to keep over a few periods, to meet the demand of each at least cost."""

from __future__ import annotations

__all__ = ["Lots"]

from collections.abc import Sequence
from dataclasses import dataclass

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
from agentopt.reader.naming import label, unique

Numbers = tuple[int | float, ...]


@dataclass(frozen=True, slots=True)
class Lots:
    """Demand and costs by period. A tuple of one number holds in every period; an empty one is no such thing.

    Attributes:
        periods: their names, in order.
        demand: what is wanted in each.
        making: cost of making one.
        holding: cost of keeping one from a period to the next.
        setup: cost of making any in a period.
        capacity: the most that can be made in a period.
        storage: the most that can be kept.
        extra_making: cost of making one in overtime, or of buying it.
        extra_capacity: the most that can be made in overtime in a period.
        opening, closing: what is in store before the first period, and at least after the last.
        reserve: what is at least in store at the end of every period.
    """

    periods: tuple[str, ...]
    demand: Numbers
    making: Numbers = ()
    holding: Numbers = ()
    setup: Numbers = ()
    capacity: Numbers = ()
    storage: Numbers = ()
    opening: int | float = 0
    closing: int | float = 0
    reserve: int | float = 0
    extra_making: Numbers = ()
    extra_capacity: Numbers = ()

    def formulation(self, *, waived: Sequence[Waiver] = (), assumptions: Sequence[str] = ()) -> Formulation:
        """What is made and kept in every period."""
        names: list[str] = []
        for period in self.periods:
            names.append(unique(label(period), names))
        parameters = {
            "demand": self._parameter(names, "demand", self.demand, Role.REQUIREMENT, "what is wanted")
        }
        costs = []
        for name, given, of, meaning in (
            ("making_cost", self.making, "make", "of making one"),
            ("extra_cost", self.extra_making, "extra", "of making one in overtime"),
            ("holding_cost", self.holding, "stock", "of keeping one for a period"),
            ("setup_cost", self.setup, "begin", "of making any in a period"),
        ):
            if given:
                parameters[name] = self._parameter(names, name, given, Role.COST, meaning)
                costs.append(f"{name}{_index(given)}*{of}[t]")
        constraints = self._balance(parameters)
        for name, given, of, meaning in (
            ("capacity", self.capacity, "make", "the most that can be made"),
            ("extra_capacity", self.extra_capacity, "extra", "the most that can be made in overtime"),
            ("storage", self.storage, "stock", "the most that can be kept"),
        ):
            if given:
                parameters[name] = self._parameter(names, name, given, Role.CAPACITY, meaning)
                constraints[f"within_{name}"] = Constraint(
                    for_="t in PERIODS", that=f"{of}[t] <= {name}{_index(given)}", because=meaning
                )
        if self.setup:
            wanted = " + ".join(
                [
                    "sum(demand[u] for u in PERIODS if u >= t)",
                    *(name for name in ("closing", "reserve") if parameters.get(name)),
                ]
            )
            constraints["begin_before_making"] = Constraint(
                for_="t in PERIODS",
                that=f"make[t] <= ({wanted})*begin[t]",
                because="something is made only where a setup is paid, and never more than is still wanted",
            )
        variables = {
            "make": Variable(over=["PERIODS"], meaning="what is made"),
            "stock": Variable(over=["PERIODS"], meaning="what is kept at the end of the period"),
        }
        if self.extra_making:
            variables["extra"] = Variable(over=["PERIODS"], meaning="what is made in overtime")
        if self.setup:
            variables["begin"] = Variable(
                over=["PERIODS"], domain="binary", meaning="whether anything is made"
            )
        return Formulation(
            title=f"Making and keeping over {len(names)} periods at least cost",
            sets={"PERIODS": IndexSet(first=1, last=len(names), meaning=f"periods: {', '.join(names)}")},
            parameters=parameters,
            variables=variables,
            objective=Objective(
                minimize=f"sum({' + '.join(costs)} for t in PERIODS)", meaning="cost of all periods"
            ),
            constraints=constraints,
            assumptions=[
                "What is made in a period can be used in it; what is left is kept for the next.",
                "Every demand is met in time.",
                *assumptions,
            ],
            waived=list(waived),
        )

    def _balance(self, parameters: dict[str, Parameter]) -> dict[str, Constraint]:
        """What comes in and what goes out of the store."""
        first, later = "make[first(PERIODS)]", "stock[t-1] + make[t]"
        if self.extra_making:
            first, later = f"{first} + extra[first(PERIODS)]", f"{later} + extra[t]"
        if self.opening:
            parameters["opening"] = Parameter(value=self.opening, meaning="in store before the first period")
            first = f"opening + {first}"
        found = {
            "first_period": Constraint(
                that=f"{first} == demand[first(PERIODS)] + stock[first(PERIODS)]",
                because="what is there and made is used or kept",
            ),
            "later_periods": Constraint(
                for_="t in PERIODS if t > first(PERIODS)",
                that=f"{later} == demand[t] + stock[t]",
                because="what is there and made is used or kept",
            ),
        }
        if self.closing:
            parameters["closing"] = Parameter(
                value=self.closing, role=Role.REQUIREMENT, meaning="in store after the last period"
            )
            found["left_at_the_end"] = Constraint(
                that="stock[last(PERIODS)] >= closing", because="so much is to be in store at the end"
            )
        if self.reserve:
            parameters["reserve"] = Parameter(
                value=self.reserve, role=Role.REQUIREMENT, meaning="always in store at the end of a period"
            )
            found["always_in_store"] = Constraint(
                for_="t in PERIODS", that="stock[t] >= reserve", because="so much is never used up"
            )
        return found

    def _parameter(
        self, names: Sequence[str], name: str, given: Numbers, role: Role, meaning: str
    ) -> Parameter:
        if len(given) == 1 and name != "demand":
            return Parameter(value=given[0], role=role, meaning=meaning)
        values = {str(at): value for at, value in enumerate(given, start=1)}
        return Parameter(over=["PERIODS"], values=values, role=role, meaning=meaning)


def _index(given: Numbers) -> str:
    return "[t]" if len(given) > 1 else ""
