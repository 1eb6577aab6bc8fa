"""Knapsacks by dynamic programming around the break item: one row, whole numbers, any size.

The method is Pisinger's (A minimal algorithm for the 0-1 knapsack problem, Operations Research 45, 1997):
items are sorted by profit per weight; from the greedy filling, items are added behind the break item and
removed before it in turn; states that are dominated, or that cannot beat the best filling by the next
item's rate, are dropped. What is left when no state remains is optimal. Integer counts are split into powers
of two.
"""

from __future__ import annotations

__all__ = ["Knapsack"]

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.compiling.completing import completed
from agentopt.compiling.integers import Integers, integers
from agentopt.formulation.instance import Values
from agentopt.solvers.solution import Termination
from agentopt.solvers.specialist import Clock, Outcome, Specialist

Whole = NDArray[np.int64]

MAX_STATES = 20_000_000
"""States kept at most; a step that leaves more ends the search with its bound."""


@dataclass(frozen=True, eq=False)
class _Sack:
    """A knapsack in its own terms, and the way back.

    Attributes:
        weights, profits: of each item, all above 0.
        columns, counts, signs: taking an item moves its column by `sign * count`.
        base: the columns with no item taken.
        capacity: what fits; below 0 nothing does.
    """

    compiled: Compiled
    whole: Integers
    weights: Whole
    profits: Whole
    columns: Whole
    steps: Whole
    base: Whole
    capacity: int


class Knapsack(Specialist[_Sack]):
    """The knapsack engine.

    >>> from agentopt.solvers.card import cards
    >>> Knapsack(cards()["knapsack"]).name
    'knapsack'
    """

    def recognise(self, compiled: Compiled) -> _Sack | str:
        """The knapsack in a model, or why there is none."""
        return recognised(compiled)

    def work(self, shape: _Sack, clock: Clock, options: Mapping[str, object]) -> Outcome:
        """Fill it."""
        return worked(shape, clock, options)


def recognised(compiled: Compiled) -> _Sack | str:
    """The knapsack a model states, or why it states none."""
    if compiled.num_rows != 1:
        return f"a knapsack has one row, and this model has {compiled.num_rows:,}"
    if (compiled.integrality != Integrality.INTEGER).any():
        return "the things in a knapsack are whole"
    whole = integers(compiled)
    if isinstance(whole, str):
        return whole
    low, high = whole.row_lower[0], whole.row_upper[0]
    if (low is None) == (high is None):
        return "the row of a knapsack has one limit"
    sign = 1 if high is not None else -1
    capacity = high if high is not None else -(low or 0)
    weights = np.zeros(compiled.num_columns, dtype=np.int64)
    np.add.at(weights, whole.columns, sign * whole.values)
    profits = -whole.cost
    # What weighs less than nothing is taken first, and may be put back.
    turned = weights < 0
    base = np.where(turned, whole.upper, whole.lower)
    weights, profits = np.abs(weights), np.where(turned, -profits, profits)
    steps = np.where(turned, -1, 1)
    room = whole.upper - whole.lower
    free = (weights == 0) & (profits > 0)
    base = np.where(free, np.where(turned, whole.lower, whole.upper), base)
    left = int(capacity) - int(np.sum(np.abs(weights) * np.where(turned, -base, base)))
    kept = np.flatnonzero((weights > 0) & (profits > 0) & (room > 0))
    columns, counts = _split(kept, np.minimum(room[kept], np.maximum(left, 0) // weights[kept]))
    return _Sack(
        compiled,
        whole,
        weights[columns] * counts,
        profits[columns] * counts,
        columns,
        steps[columns] * counts,
        base,
        left,
    )


def _split(columns: Whole, counts: Whole) -> tuple[Whole, Whole]:
    """Counts as items of 1, 2, 4 ... and a rest, so that any number up to the count can be taken."""
    found: list[Whole] = []
    sizes: list[Whole] = []
    part, left = 1, counts.copy()
    while (left > 0).any():
        here = left > 0
        found.append(columns[here])
        sizes.append(np.minimum(part, left[here]))
        left[here] -= sizes[-1]
        part *= 2
    nothing = np.empty(0, dtype=np.int64)
    return np.concatenate([nothing, *found]), np.concatenate([nothing, *sizes])


def worked(sack: _Sack, clock: Clock, options: Mapping[str, object]) -> Outcome:
    """Fill a knapsack."""
    if sack.capacity < 0:
        return Outcome(Termination.INFEASIBLE, message="even the least does not fit")
    taken, missed, nodes = _filled(sack.weights, sack.profits, sack.capacity, clock)
    values = sack.base.copy()
    np.add.at(values, sack.columns[taken], sack.steps[taken])
    point: Values = completed(sack.compiled, values.astype(float))
    if missed is None:
        return Outcome(Termination.OPTIMAL, point, nodes=nodes, message="optimal")
    reached = int(sack.whole.cost @ values)
    return Outcome(clock.ending, point, sack.whole.objective(reached - missed), nodes=nodes)


def _filled(weights: Whole, profits: Whole, capacity: int, clock: Clock) -> tuple[Whole, int | None, int]:
    """The items of a best filling; how much better another might be, None if none is; states looked at."""
    order = np.argsort(-profits / weights, kind="stable")
    weights, profits = weights[order], profits[order]
    filled = np.cumsum(weights)
    broken = int(np.searchsorted(filled, capacity, "right"))
    count = len(weights)
    if broken == count:
        return order, None, 0
    start = int(filled[broken - 1]) if broken else 0
    state_weights = np.array([start])
    state_profits = np.array([int(profits[:broken].sum())])
    best = int(state_profits[0])
    best_trail: list[int] = []
    history: list[tuple[NDArray[np.int32], int]] = [(np.zeros(1, dtype=np.int32), -1)]
    added, removed, looked = broken, broken - 1, 1
    forward = True
    missed: int | None = None
    while len(state_weights) and (added < count or removed >= 0):
        if clock.over() or len(state_weights) > MAX_STATES:
            reach = _reach(state_weights, state_profits, weights, profits, added, removed, capacity)
            missed = max(1, int(reach.max()) - best)
            break
        forward = (forward and added < count) or removed < 0
        item, sign = (added, 1) if forward else (removed, -1)
        added, removed = (added + 1, removed) if forward else (added, removed - 1)
        state_weights, state_profits, parents = _merged(
            state_weights, state_profits, sign * int(weights[item]), sign * int(profits[item])
        )
        looked += len(state_weights)
        fits = np.flatnonzero(state_weights <= capacity)
        if len(fits):
            top = int(fits[np.argmax(state_profits[fits])])
            if state_profits[top] > best:
                best = int(state_profits[top])
                best_trail = _trail([*history, (parents, item)], (len(history), top))
        reach = _reach(state_weights, state_profits, weights, profits, added, removed, capacity)
        kept = np.flatnonzero(reach > best)
        history.append((parents[kept], item))
        state_weights, state_profits = state_weights[kept], state_profits[kept]
        forward = not forward
    chosen = np.zeros(count, dtype=bool)
    chosen[:broken] = True
    for item in best_trail:
        chosen[item] = not chosen[item]
    return order[np.flatnonzero(chosen)], missed, looked


def _trail(history: list[tuple[NDArray[np.int32], int]], at: tuple[int, int]) -> list[int]:
    """The items added or removed on the way to a state."""
    step, state = at
    found = []
    while step > 0:
        parents, item = history[step]
        parent = int(parents[state])
        if parent < 0:
            found.append(item)
            parent = -parent - 1
        state, step = parent, step - 1
    return found


def _merged(
    weights: Whole, profits: Whole, weight: int, profit: int
) -> tuple[Whole, Whole, NDArray[np.int32]]:
    """Each state as it was and with the item moved, without the dominated; parents, negative where moved."""
    count = len(weights)
    both = np.concatenate([weights, weights + weight])
    values = np.concatenate([profits, profits + profit])
    parents = np.concatenate([np.arange(count), -np.arange(count) - 1]).astype(np.int32)
    order = np.lexsort((-values, both))
    both, values, parents = both[order], values[order], parents[order]
    kept = np.r_[True, values[1:] > np.maximum.accumulate(values)[:-1]]
    return both[kept], values[kept], parents[kept]


def _reach(
    state_weights: Whole,
    state_profits: Whole,
    weights: Whole,
    profits: Whole,
    added: int,
    removed: int,
    capacity: int,
) -> Whole:
    """The most any filling from each state can come to, by the rate of the next item to add or remove."""
    room = (capacity - state_weights).astype(float)
    up = profits[added] / weights[added] if added < len(weights) else 0.0
    if removed < 0:
        # Nothing is left to take out: what is too heavy stays so.
        down, lost = 0.0, room < 0
    else:
        down, lost = profits[removed] / weights[removed], np.zeros(len(room), dtype=bool)
    gain = np.where(room >= 0, room * up, room * down)
    gain = np.floor(gain + 1e-9 * np.abs(gain) + 1e-9).astype(np.int64)
    return np.where(lost, -(2**62), state_profits + gain)
