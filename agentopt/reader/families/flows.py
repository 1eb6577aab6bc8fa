"""Networks: arcs with lengths or costs and capacities, for a path, a greatest flow or a cheapest flow."""

from __future__ import annotations

__all__ = ["Arc", "Kind", "Network", "greatest_flow", "shortest_way"]

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

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

Kind = Literal["path", "most", "cheapest"]
"""`path`: a shortest path; `most`: a greatest flow; `cheapest`: a flow of given size at least cost."""

_OUT = "sum(flow[a,b] for (a,b) in ARCS if a == n)"
_IN = "sum(flow[a,b] for (a,b) in ARCS if b == n)"


@dataclass(frozen=True, slots=True)
class Arc:
    """A link in one direction; `cost` is its length, time or cost, None where it has none."""

    start: str
    end: str
    cost: int | float | None = None
    capacity: int | float | None = None


@dataclass(frozen=True, slots=True)
class Network:
    """Arcs, and what is to go through them.

    Attributes:
        kind: what is asked.
        arcs: at most one from a node to another.
        supply: of a cheapest flow, what enters at a node (negative: what leaves); else 1 at the source and
            -1 at the sink.
        measure: what `cost` is, in a word.
    """

    kind: Kind
    arcs: tuple[Arc, ...]
    supply: Mapping[str, int | float]
    measure: str = "cost"

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes, as they are met."""
        return tuple(dict.fromkeys(node for arc in self.arcs for node in (arc.start, arc.end)))

    def formulation(self, *, waived: Sequence[Waiver] = (), assumptions: Sequence[str] = ()) -> Formulation:
        """The flow on every arc."""
        source = next(node for node, amount in self.supply.items() if amount > 0)
        sink = next(node for node, amount in self.supply.items() if amount < 0)
        between = f"from {source} to {sink}"
        parameters: dict[str, Parameter] = {}
        constraints: dict[str, Constraint] = {}
        if self.kind != "most":
            parameters[self.measure] = Parameter(
                over=["ARCS"],
                values=[[arc.start, arc.end, arc.cost] for arc in self.arcs],
                role=Role.COST,
                meaning=f"{self.measure} of an arc",
            )
            parameters["supply"] = Parameter(
                over=["NODES"],
                values=dict(self.supply),
                default=0,
                meaning="what enters, or leaves if negative",
            )
            constraints["balance"] = Constraint(
                for_="n in NODES", that=f"{_OUT} - {_IN} == supply[n]", because="what comes in goes on"
            )
        else:
            ends = IndexSet(elements=[source, sink], meaning="where the flow begins and ends")
            constraints["balance"] = Constraint(
                for_="n in NODES if n not in ENDS", that=f"{_OUT} == {_IN}", because="what comes in goes on"
            )
        if any(arc.capacity is not None for arc in self.arcs):
            parameters["capacity"] = Parameter(
                over=["ARCS"],
                values=[[arc.start, arc.end, arc.capacity] for arc in self.arcs if arc.capacity is not None],
                role=Role.CAPACITY,
                meaning="the most an arc takes",
            )
            limited = all(arc.capacity is not None for arc in self.arcs)
            constraints["capacity_of_arcs"] = Constraint(
                for_=f"(a,b) in {'ARCS' if limited else 'LIMITED'}",
                that="flow[a,b] <= capacity[a,b]",
                because="an arc takes no more",
            )
        sets = {
            "NODES": IndexSet(elements=list(self.nodes), meaning="places"),
            "ARCS": IndexSet(elements=[[arc.start, arc.end] for arc in self.arcs], meaning="links"),
        }
        if self.kind == "most":
            sets["ENDS"] = ends
        if any(arc.capacity is None for arc in self.arcs) and "capacity" in parameters:
            parameters["capacity"] = parameters["capacity"].model_copy(update={"over": ["LIMITED"]})
            sets["LIMITED"] = IndexSet(
                elements=[[arc.start, arc.end] for arc in self.arcs if arc.capacity is not None],
                meaning="links with a capacity",
            )
        if self.kind == "most":
            into = " + ".join(f"flow['{arc.start}','{arc.end}']" for arc in self.arcs if arc.end == sink)
            back = "".join(f" - flow['{arc.start}','{arc.end}']" for arc in self.arcs if arc.start == sink)
            objective = Objective(maximize=into + back, meaning=f"what gets {between}")
        else:
            objective = Objective(
                minimize=f"sum({self.measure}[a,b]*flow[a,b] for (a,b) in ARCS)",
                meaning=f"total {self.measure}",
            )
        title = {"path": "Shortest way", "most": "Greatest flow", "cheapest": "Cheapest flow"}[self.kind]
        return Formulation(
            title=f"{title} {between}",
            sets=sets,
            parameters=parameters,
            variables={
                "flow": Variable(
                    over=["ARCS"], domain="binary" if self.kind == "path" else "real", meaning="on an arc"
                )
            },
            objective=objective,
            constraints=constraints,
            assumptions=list(assumptions),
            waived=list(waived),
        )


def shortest_way(arcs: Sequence[Arc], source: str, sink: str) -> float:
    """The length of a shortest way over arcs of no negative cost; infinite where there is none.

    >>> shortest_way([Arc("A", "B", 2), Arc("B", "C", 3), Arc("A", "C", 9)], "A", "C")
    5
    """
    length: dict[str, float] = {source: 0}
    for _ in range(len(arcs)):
        for arc in arcs:
            if arc.start in length:
                reached = length[arc.start] + (arc.cost or 0)
                length[arc.end] = min(length.get(arc.end, reached), reached)
    return length.get(sink, float("inf"))


def greatest_flow(arcs: Sequence[Arc], source: str, sink: str) -> float:
    """The greatest flow over arcs with capacities, by shortest augmenting ways (Edmonds & Karp, 1972).

    >>> greatest_flow([Arc("S", "A", capacity=4), Arc("A", "T", capacity=3)], "S", "T")
    3
    """
    room: dict[tuple[str, str], float] = {}
    for arc in arcs:
        limit = float("inf") if arc.capacity is None else arc.capacity
        room[arc.start, arc.end] = room.get((arc.start, arc.end), 0) + limit
        room.setdefault((arc.end, arc.start), 0)
    flow: float = 0
    while True:
        came: dict[str, str] = {source: source}
        queue = [source]
        for node in queue:
            for (start, end), left in room.items():
                if start == node and end not in came and left > 1e-9:
                    came[end] = node
                    queue.append(end)
        if sink not in came:
            return flow
        way = []
        node = sink
        while node != source:
            way.append((came[node], node))
            node = came[node]
        step = min(room[pair] for pair in way)
        if step == float("inf"):
            return step
        for start, end in way:
            room[start, end] -= step
            room[end, start] += step
        flow += step
