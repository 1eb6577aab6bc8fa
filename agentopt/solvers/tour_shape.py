"""Tours and routes recognised in the arrays of a model: one `circuit` or `routes` and nothing of weight."""

from __future__ import annotations

__all__ = ["Tours", "recognised"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Compiled, Integrality, Structure
from agentopt.compiling.completing import completed
from agentopt.compiling.standing import standing
from agentopt.formulation.instance import Values

Whole = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Tours:
    """A routing problem in its own terms, and the way back.

    Attributes:
        arcs: (nodes, nodes) columns, -1 where there is no arc.
        costs: (nodes, nodes) of each arc to be minimized, infinite where there is none.
        sign: -1 where the model maximizes.
        fixed: the part of the objective, in the sense of `costs`, that no arc changes.
        base: the values of all other columns.
        load, capacity: of each node and vehicle; none for a circuit.
        num_vehicles: how many tours there may be at most.
    """

    compiled: Compiled
    arcs: Whole
    costs: Values
    sign: float
    fixed: float
    base: Values
    load: Values
    capacity: float
    num_vehicles: int

    @property
    def num_nodes(self) -> int:
        """How many nodes there are."""
        return len(self.arcs)

    @property
    def whole(self) -> bool:
        """Whether all costs are whole numbers."""
        known = self.costs[np.isfinite(self.costs)]
        return bool((known == np.round(known)).all())

    def value(self, cost: float) -> float:
        """A cost in the model's own sense."""
        return self.sign * (cost + self.fixed)

    def point(self, tours: Sequence[Sequence[int]]) -> Values:
        """The columns of tours, each given by its nodes in order."""
        values = self.base.copy()
        for tour in tours:
            for tail, head in zip(tour, [*tour[1:], tour[0]], strict=True):
                values[self.arcs[tail, head]] = 1.0
        return completed(self.compiled, values)


def recognised(compiled: Compiled, kind: str) -> Tours | str:
    """The tours a model asks for, or why it asks for something else."""
    made = compiled.structures
    if len(made) != 1 or made[0].kind != kind:
        return f"it is not one `{kind}(...)`"
    if len(standing(compiled)) != 1:
        return "its rows were changed"
    objective = compiled.objective
    if objective is None or objective.quadratic is not None or objective.nonlinear is not None:
        return "it has no linear objective"
    structure = made[0]
    arc = structure.parts["arc"]
    plain = (arc.constant == 0).all() and (arc.values == 1).all() and len(arc.columns) == len(arc.constant)
    if not plain or len(np.unique(arc.columns)) < len(arc.columns):
        return "an arc is no variable of its own"
    arcs, tails, heads = _matrix(structure)
    if (tails == heads).any():
        return "a node may be left out"
    bounds = _bounds(compiled, structure, arcs)
    if isinstance(bounds, str):
        return bounds
    lower, upper, num_vehicles = bounds
    if (lower[arc.columns] > 0).any():
        return "an arc is prescribed"
    sign = -1.0 if objective.sense == "maximize" else 1.0
    cost = sign * objective.cost
    costs = np.full(arcs.shape, np.inf)
    there = arcs >= 0
    costs[there] = np.where(upper[arcs[there]] > 0.5, cost[arcs[there]], np.inf)
    base = _rest(compiled, structure, lower, upper, cost)
    if isinstance(base, str):
        return base
    numbers = structure.numbers
    return Tours(
        compiled,
        arcs,
        costs,
        sign,
        float(cost @ base) + sign * objective.offset,
        base,
        numbers.get("load", np.zeros(len(arcs))),
        float(numbers["capacity"][0]) if "capacity" in numbers else np.inf,
        num_vehicles,
    )


def _matrix(structure: Structure) -> tuple[Whole, Whole, Whole]:
    tails, heads = (structure.numbers[role].astype(np.int64) for role in ("tail", "head"))
    count = int(max(tails.max(), heads.max())) + 1
    arcs = np.full((count, count), -1, dtype=np.int64)
    part = structure.parts["arc"]
    arcs[tails[part.points], heads[part.points]] = part.columns
    return arcs, tails, heads


def _bounds(compiled: Compiled, structure: Structure, arcs: Whole) -> tuple[Values, Values, int] | str:
    """Bounds of the columns with those of one-column rows; degrees said twice are let pass."""
    matrix = compiled.matrix
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    first, end = structure.rows
    outside = (matrix.indices < first) | (matrix.indices >= end)
    order = np.argsort(matrix.indices[outside], kind="stable")
    rows, columns = matrix.indices[outside][order], columns[outside][order]
    values = matrix.values[outside][order]
    degrees = _degrees(arcs)
    num_vehicles = len(arcs) - 1
    for part in np.split(np.arange(len(rows)), np.flatnonzero(np.diff(rows)) + 1):
        if not len(part):
            continue
        row, mine = int(rows[part[0]]), columns[part]
        low, high = compiled.row_lower[row], compiled.row_upper[row]
        if len(part) == 1:
            sides = sorted((low / values[part[0]], high / values[part[0]]))
            lower[mine[0]], upper[mine[0]] = max(lower[mine[0]], sides[0]), min(upper[mine[0]], sides[1])
            continue
        node = degrees.get(frozenset(mine.tolist()))
        if node is None or (values[part] != 1).any() or not low <= 1 <= high:
            return "it has further constraints"
        if structure.kind == "routes" and node == 0:
            num_vehicles = int(min(num_vehicles, high))
        elif structure.kind == "routes" and low > 1:
            return "it has further constraints"
    return lower, upper, num_vehicles


def _degrees(arcs: Whole) -> dict[frozenset[int], int]:
    """The node whose arcs out, or in, are a set of columns."""
    found: dict[frozenset[int], int] = {}
    for node in range(len(arcs)):
        for line in (arcs[node], arcs[:, node]):
            found[frozenset(line[line >= 0].tolist())] = node
    return found


def _rest(
    compiled: Compiled, structure: Structure, lower: Values, upper: Values, cost: Values
) -> Values | str:
    """The best values of columns that are no arcs: each is limited by its bounds only."""
    free = np.ones(compiled.num_columns, dtype=bool)
    free[structure.parts["arc"].columns] = False
    free[structure.columns[0] : structure.columns[1]] = False
    base = np.zeros(compiled.num_columns)
    if (compiled.integrality[free] >= Integrality.SEMICONTINUOUS).any():
        return "it has semi-continuous variables"
    whole = compiled.integrality == Integrality.INTEGER
    low, high = np.where(whole, np.ceil(lower - 1e-9), lower), np.where(whole, np.floor(upper + 1e-9), upper)
    wanted = np.where(cost >= 0, np.where(np.isfinite(low) | (cost > 0), low, np.minimum(high, 0.0)), high)
    if (low[free] > high[free]).any() or not np.isfinite(wanted[free]).all():
        return "it has further variables"
    base[free] = wanted[free]
    return base
