"""Bins: items with sizes, and containers of one capacity, of which as few as possible are to be used."""

from __future__ import annotations

__all__ = ["Bins", "Item"]

import math
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

MAX_PATTERNS = 1000


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to be packed, or several alike."""

    name: str
    size: int | float
    count: int = 1


@dataclass(frozen=True, slots=True)
class Bins:
    """Items and the capacity of a bin; every item fits into one.

    Attributes:
        noun: what a bin is called.
        most: how many items one bin may hold, whatever their size; 0 where nothing says it.
    """

    items: tuple[Item, ...]
    capacity: int | float
    noun: str = "bin"
    most: int = 0

    def enough(self) -> int:
        """So many bins are enough: each item, largest first, into the first bin it fits into."""
        rooms: list[float] = []
        inside: list[int] = []
        for item in sorted(self.items, key=lambda each: -each.size):
            for _ in range(item.count):
                open_ = (n for n, room in enumerate(rooms) if item.size <= room + 1e-9)
                at = next((n for n in open_ if inside[n] < (self.most or math.inf)), len(rooms))
                if at == len(rooms):
                    rooms.append(self.capacity)
                    inside.append(0)
                rooms[at] -= item.size
                inside[at] += 1
        return len(rooms)

    def formulation(self, *, waived: Sequence[Waiver] = (), assumptions: Sequence[str] = ()) -> Formulation:
        """Which item goes into which bin, with as few bins as possible."""
        names: list[str] = []
        for item in self.items:
            names.append(unique(label(item.name), names))
        patterns = self.patterns() if any(item.count > 1 for item in self.items) else ()
        if patterns:
            return self._by_pattern(names, patterns, waived, assumptions)
        return self._by_item(names, waived, assumptions)

    def patterns(self) -> tuple[tuple[int, ...], ...]:
        """Every way to fill a bin that leaves no room for another item; none when there are too many."""
        found: list[tuple[int, ...]] = []
        filled = [0] * len(self.items)

        def fill(at: int, room: float) -> None:
            if len(found) > MAX_PATTERNS:
                return
            if at == len(self.items):
                full = sum(filled) == self.most
                if full or not any(
                    item.size <= room + 1e-9 and filled[k] < item.count for k, item in enumerate(self.items)
                ):
                    found.append(tuple(filled))
                return
            item = self.items[at]
            free = self.most - sum(filled) if self.most else item.count
            for count in range(min(item.count, free, int((room + 1e-9) / item.size)), -1, -1):
                filled[at] = count
                fill(at + 1, room - count * item.size)
            filled[at] = 0

        fill(0, self.capacity)
        return tuple(found) if len(found) <= MAX_PATTERNS else ()

    def _data(self, names: Sequence[str]) -> dict[str, Parameter]:
        return {
            "size": Parameter(
                over=["ITEMS"],
                values={name: item.size for name, item in zip(names, self.items, strict=True)},
                role=Role.RATE,
                meaning=f"what an item takes of a {self.noun}",
            ),
            "capacity": Parameter(
                value=self.capacity, role=Role.CAPACITY, meaning=f"what one {self.noun} holds"
            ),
            "pieces": Parameter(
                over=["ITEMS"],
                values={name: item.count for name, item in zip(names, self.items, strict=True)},
                role=Role.REQUIREMENT,
                meaning="how many of them",
            ),
        }

    def _by_pattern(
        self,
        names: Sequence[str],
        patterns: Sequence[Sequence[int]],
        waived: Sequence[Waiver],
        assumptions: Sequence[str],
    ) -> Formulation:
        """How often each way to fill a bin is used: many alike items are many equal choices otherwise."""
        holds = {str(at): dict(zip(names, way, strict=True)) for at, way in enumerate(patterns, start=1)}
        return Formulation(
            title=f"As few {self.noun}s as possible",
            sets={
                "ITEMS": IndexSet(elements=list(names), meaning="what is packed"),
                "WAYS": IndexSet(first=1, last=len(patterns), meaning=f"ways to fill a {self.noun}"),
            },
            parameters={
                **self._data(names),
                "holds": Parameter(
                    over=["WAYS", "ITEMS"], values=holds, meaning="items in one filled this way"
                ),
            },
            variables={
                "used": Variable(over=["WAYS"], domain="integer", meaning=f"{self.noun}s filled this way")
            },
            objective=Objective(minimize="sum(used[w] for w in WAYS)", meaning=f"{self.noun}s used"),
            constraints={
                "everything_is_packed": Constraint(
                    for_="i in ITEMS",
                    that="sum(holds[w,i]*used[w] for w in WAYS) >= pieces[i]",
                    because="every item is packed",
                )
            },
            report={
                "room_left": "capacity*sum(used[w] for w in WAYS) - sum(size[i]*pieces[i] for i in ITEMS)"
            },
            assumptions=[
                f"Every {self.noun} is alike, and items are not split.",
                f"The ways to fill a {self.noun} are all that leave no room for another item.",
                *assumptions,
            ],
            waived=list(waived),
        )

    def _by_item(
        self, names: Sequence[str], waived: Sequence[Waiver], assumptions: Sequence[str]
    ) -> Formulation:
        """Which item goes into which bin."""
        alike = any(item.count > 1 for item in self.items)
        data = self._data(names)
        if not alike:
            del data["pieces"]
        counted: dict[str, Constraint] = {}
        if self.most:
            data["most"] = Parameter(
                value=self.most, role=Role.CAPACITY, meaning=f"how many items one {self.noun} holds"
            )
            counted["not_too_many"] = Constraint(
                for_="b in BINS",
                that="sum(put[i,b] for i in ITEMS) <= most*used[b]",
                because=f"a {self.noun} holds no more of them",
            )
        return Formulation(
            title=f"As few {self.noun}s as possible",
            sets={
                "ITEMS": IndexSet(elements=list(names), meaning="what is packed"),
                "BINS": IndexSet(first=1, last=self.enough(), meaning=f"{self.noun}s that are surely enough"),
            },
            parameters=data,
            variables={
                "put": Variable(
                    over=["ITEMS", "BINS"], domain="integer" if alike else "binary", meaning="items in a bin"
                ),
                "used": Variable(over=["BINS"], domain="binary", meaning="whether the bin is used"),
            },
            objective=Objective(minimize="sum(used[b] for b in BINS)", meaning=f"{self.noun}s used"),
            constraints={
                "everything_is_packed": Constraint(
                    for_="i in ITEMS",
                    that=f"sum(put[i,b] for b in BINS) == {'pieces[i]' if alike else '1'}",
                    because="every item is packed",
                ),
                "it_fits": Constraint(
                    for_="b in BINS",
                    that="sum(size[i]*put[i,b] for i in ITEMS) <= capacity*used[b]",
                    because=f"a {self.noun} holds no more",
                ),
                **counted,
                "used_in_order": Constraint(
                    for_="b in BINS if b > first(BINS)",
                    that="used[b] <= used[b-1]",
                    because="bins are alike, so the first ones are used",
                ),
            },
            assumptions=[f"Every {self.noun} is alike, and items are not split.", *assumptions],
            waived=list(waived),
        )
