"""The neighbourhoods: each makes a smaller mixed-integer problem around what is known.

A neighbourhood narrows bounds, adds a row, or puts another objective in place of the model's. Those with
another objective, and those that may leave the incumbent out, add the row that asks for improvement.
"""

from __future__ import annotations

__all__ = ["ARMS", "Arm", "Around", "Narrowed", "narrowed"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Integrality, RowBlock
from agentopt.formulation.instance import Values
from agentopt.solvers.matrices import extended

WHOLE = 1e-6
"""How far from each other values count as equal."""


@dataclass(frozen=True)
class Around:
    """What a neighbourhood is made from.

    Attributes:
        compiled: the model; its objective is not None.
        current: a feasible point, shape (n,).
        others: further feasible points.
        relaxed: the optimum without integrality, or None.
        share: how much is fixed, from 0 to 1; or how near the distance row keeps to the point.
        rng: where chance comes from.
    """

    compiled: Compiled
    current: Values
    others: tuple[Values, ...]
    relaxed: Values | None
    share: float
    rng: np.random.Generator

    @property
    def discrete(self) -> np.ndarray:
        """Integer columns that are not fixed already."""
        model = self.compiled
        return np.flatnonzero((model.integrality == Integrality.INTEGER) & (model.lower < model.upper))

    @property
    def binaries(self) -> np.ndarray:
        """Integer columns between 0 and 1."""
        model, found = self.compiled, self.discrete
        return np.asarray(found[(model.lower[found] == 0) & (model.upper[found] == 1)])


@dataclass(frozen=True)
class Narrowed:
    """What a neighbourhood changes; None and empty for what it leaves.

    Attributes:
        fixed: columns, and `values` what each is fixed at.
        least, most: bounds of columns `bounded` instead.
        row: coefficients of all columns, and the most they may come to.
        cost: of all columns, minimized, instead of the model's objective.
        improves: whether to ask for a better objective than the current point's.
    """

    fixed: np.ndarray
    values: Values
    row: tuple[Values, float] | None = None
    cost: Values | None = None
    improves: bool = False
    bounded: np.ndarray | None = None
    least: Values | None = None
    most: Values | None = None


def mutation(around: Around) -> Narrowed:
    """A random share of the integers keeps its values (Rothberg 2007)."""
    return _fixing(around, _some(around, around.discrete), around.current)


def rins(around: Around) -> Narrowed | None:
    """What the relaxation and the current point agree on keeps its value (Danna, Rothberg, Le Pape 2005)."""
    return None if around.relaxed is None else _agreeing(around, around.relaxed)


def crossover(around: Around) -> Narrowed | None:
    """What the current point and another agree on keeps its value (Rothberg 2007)."""
    if not around.others:
        return None
    return _agreeing(around, around.others[int(around.rng.integers(len(around.others)))])


def rens(around: Around) -> Narrowed | None:
    """Integers next to their values in the relaxation (Berthold 2014); a share of the whole ones at them."""
    if around.relaxed is None:
        return None
    discrete = around.discrete
    near = around.relaxed[discrete]
    whole = np.abs(near - np.round(near)) <= WHOLE
    kept = _some(around, discrete[whole])
    between = discrete[~whole]
    return Narrowed(
        kept,
        np.round(around.relaxed[kept]),
        improves=True,
        bounded=between,
        least=np.floor(around.relaxed[between]),
        most=np.ceil(around.relaxed[between]),
    )


def local_branching(around: Around) -> Narrowed | None:
    """At most so many binaries change (Fischetti, Lodi 2003)."""
    if not len(around.binaries):
        return None
    distance, constant = _distance(around)
    radius = max(2.0, round((1.0 - around.share) * len(around.binaries) * 0.5))
    return Narrowed(*_nothing(), row=(distance, radius - constant))


def proximity(around: Around) -> Narrowed | None:
    """The nearest point that is better (Fischetti, Monaci 2014)."""
    if not len(around.binaries):
        return None
    return Narrowed(*_nothing(), cost=_distance(around)[0], improves=True)


def objective_random(around: Around) -> Narrowed:
    """Another, random objective over what a random share of fixed integers leaves, among better points."""
    kept = _some(around, around.discrete)
    cost = around.rng.uniform(-1.0, 1.0, around.compiled.num_columns)
    # A column without bounds may have no least value under a random cost.
    model = around.compiled
    cost[~(np.isfinite(model.lower) & np.isfinite(model.upper))] = 0.0
    return replace(_fixing(around, kept, around.current), cost=cost, improves=True)


@dataclass(frozen=True)
class Arm:
    """A neighbourhood and its size."""

    name: str
    make: Callable[[Around], Narrowed | None]
    share: float


_MAKERS: Mapping[str, tuple[Callable[[Around], Narrowed | None], tuple[float, ...]]] = {
    "mutation": (mutation, (0.5, 0.7, 0.9)),
    "rins": (rins, (0.5, 0.8)),
    "rens": (rens, (0.5, 0.9)),
    "crossover": (crossover, (0.5, 0.8)),
    "proximity": (proximity, (0.5,)),
    "local-branching": (local_branching, (0.7, 0.9)),
    "objective-random": (objective_random, (0.7, 0.9)),
}

ARMS: tuple[Arm, ...] = tuple(
    Arm(name, make, share) for name, (make, shares) in _MAKERS.items() for share in shares
)
"""What the bandit chooses among."""


def narrowed(around: Around, change: Narrowed, step: float) -> Compiled:
    """The smaller problem, started at the current point.

    Args:
        around: what the change was made from.
        change: what is narrowed.
        step: by how much a better objective has to be better.
    """
    model = around.compiled
    lower, upper = model.lower.copy(), model.upper.copy()
    values = np.clip(change.values, lower[change.fixed], upper[change.fixed])
    lower[change.fixed] = upper[change.fixed] = values
    if change.bounded is not None and change.least is not None and change.most is not None:
        lower[change.bounded] = np.maximum(lower[change.bounded], change.least)
        upper[change.bounded] = np.minimum(upper[change.bounded], change.most)
    found = replace(model, lower=lower, upper=upper, start=around.current)
    if change.row is not None:
        found = _with_row(found, change.row[0], -np.inf, change.row[1])
    objective = model.objective
    if change.improves and objective is not None:
        value = float(objective.cost @ around.current)
        if objective.sense == "minimize":
            found = _with_row(found, objective.cost, -np.inf, value - step)
        else:
            found = _with_row(found, objective.cost, value + step, np.inf)
    if change.cost is not None:
        found = replace(found, objectives=(CompiledObjective("near", "minimize", change.cost),))
    return found


def _with_row(model: Compiled, row: Values, lower: float, upper: float) -> Compiled:
    used = np.flatnonzero(row)
    number = model.num_rows
    matrix = extended(
        model.matrix, number + 1, model.num_columns, np.full(len(used), number), used, row[used]
    )
    block = RowBlock("near", number, np.empty((1, 0), dtype=np.int64), auxiliary=True)
    return replace(
        model,
        matrix=matrix,
        rows=(*model.rows, block),
        row_lower=np.append(model.row_lower, lower),
        row_upper=np.append(model.row_upper, upper),
    )


def _nothing() -> tuple[np.ndarray, Values]:
    return np.empty(0, dtype=np.int64), np.empty(0)


def _fixing(around: Around, columns: np.ndarray, values: Values) -> Narrowed:
    return Narrowed(columns, np.round(values[columns]))


def _some(around: Around, columns: np.ndarray) -> np.ndarray:
    """A random share of columns."""
    count = round(around.share * len(columns))
    return np.sort(around.rng.choice(columns, count, replace=False))


def _agreeing(around: Around, other: Values) -> Narrowed:
    """The share is a floor of what is fixed: where less agrees, random columns make up for it."""
    discrete = around.discrete
    same = np.abs(around.current[discrete] - other[discrete]) <= WHOLE
    kept, rest = discrete[same], discrete[~same]
    missing = round(around.share * len(discrete)) - len(kept)
    if missing > 0:
        kept = np.sort(np.concatenate([kept, around.rng.choice(rest, missing, replace=False)]))
    elif not len(rest):
        kept = _some(around, discrete)
    return _fixing(around, kept, around.current)


def _distance(around: Around) -> tuple[Values, float]:
    """Coefficients and constant of the number of binaries that differ from the current point."""
    found = np.zeros(around.compiled.num_columns)
    on = around.current[around.binaries] > 0.5
    found[around.binaries] = np.where(on, -1.0, 1.0)
    return found, float(on.sum())
