"""Bin packing and cutting stock by column generation (Gilmore and Gomory 1961).

Recognised is the model people write: how much of each item goes to each bin, which bins are used, each item
as often as asked, no bin above its capacity, as few bins as possible. It is solved over patterns, of which
a linear program chooses and a bounded knapsack makes new ones. The bound is exact: prices are rounded to
integers, the best pattern at these prices is worked out in integers, and what all items cost over that is
the least number of bins (Farley 1990). Patterns are put together by HiGHS; where a gap of a bin remains, the
model as it was written gets the rest of the time.
"""

from __future__ import annotations

__all__ = ["Cutting"]

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.highs_model import silent
from agentopt.formulation.instance import Values
from agentopt.solvers.base import Limits
from agentopt.solvers.cutting_shape import Bins, recognised
from agentopt.solvers.solution import Termination
from agentopt.solvers.specialist import Clock, Outcome, Specialist

Whole = NDArray[np.int64]

PRICES = 10**7
"""Into how many parts a price is cut for the exact bound."""


MAX_ROUNDS = 50
"""Patterns added between two that are settled."""


class Cutting(Specialist[Bins]):
    """The bin packing engine.

    >>> from agentopt.solvers.card import cards
    >>> Cutting(cards()["cutting"]).name
    'cutting'
    """

    def recognise(self, compiled: Compiled) -> Bins | str:
        """The bins of a model, or why there are none."""
        return recognised(compiled)

    def work(self, shape: Bins, clock: Clock, options: Mapping[str, object]) -> Outcome:
        """Solve them."""
        return worked(shape, clock, options)


def worked(bins: Bins, clock: Clock, options: Mapping[str, object]) -> Outcome:
    """Pack the items into as few bins as possible."""
    if (bins.weights > bins.capacity).any():
        return Outcome(Termination.INFEASIBLE, message="an item is larger than a bin")
    plan = _decreasing(bins, bins.demands)
    patterns = sorted(
        {tuple(each) for each in plan} | {_single(bins, item) for item in range(len(bins.weights))}
    )
    least = max(1, -(-int(bins.weights @ bins.demands) // bins.capacity)) if bins.demands.any() else 0
    master = _Master(bins, patterns)
    rounds = 0
    while len(plan) > least and not clock.over(_cost(bins, len(plan)), _cost(bins, least)):
        rounds += 1
        prices = master.prices()
        pattern, bound = _priced(bins, prices)
        least = max(least, bound)
        if len(plan) <= least or pattern is None or not master.add(pattern):
            break
        if rounds % 20 == 0:
            plan = min(plan, master.rounded(), key=len)
    if len(plan) > least and not clock.over():
        plan = min(plan, master.dived(clock, least), key=len)
    if len(plan) > least and not clock.over():
        plan = min(plan, master.whole(clock), key=len)
    return _outcome(bins, plan, least, rounds, clock)


def _outcome(bins: Bins, plan: list[Whole], least: int, rounds: int, clock: Clock) -> Outcome:
    if len(plan) <= least:
        if len(plan) > bins.num_bins:
            return Outcome(
                Termination.INFEASIBLE, message=f"{least} bins are needed, and {bins.num_bins} are there"
            )
        return Outcome(Termination.OPTIMAL, bins.point(plan), _cost(bins, least), "optimal", rounds)
    if clock.over():
        values = bins.point(plan) if len(plan) <= bins.num_bins else None
        return Outcome(clock.ending, values, _cost(bins, least), iterations=rounds)
    return _finished(bins, plan, least, rounds, clock)


def _finished(bins: Bins, plan: list[Whole], least: int, rounds: int, clock: Clock) -> Outcome:
    """The gap closed by HiGHS on the model as written, from the best packing found."""
    from agentopt.solvers.registry import engine

    start = bins.point(plan) if len(plan) <= bins.num_bins else None
    limits = Limits(seconds=None if clock.left is None else max(0.1, clock.left), gap=0.0)
    found = engine("highs").solve(replace(bins.compiled, start=start), limits, {}, clock.report)
    bound = _cost(bins, least)
    if found.bound is not None and found.termination is not Termination.INFEASIBLE:
        bound = max(bound, found.bound)
    values: Values | None = found.values if found.has_point else start
    return Outcome(found.termination, values, bound, found.message, rounds, found.nodes)


def _cost(bins: Bins, count: int) -> float:
    return bins.cost * count + bins.offset


def _single(bins: Bins, item: int) -> tuple[int, ...]:
    pattern = [0] * len(bins.weights)
    pattern[item] = 1
    return tuple(pattern)


def _decreasing(bins: Bins, demands: Whole) -> list[Whole]:
    """Best fit of the items in decreasing order of weight."""
    rooms: list[int] = []
    packed: list[Whole] = []
    for item in np.argsort(-bins.weights, kind="stable").tolist():
        weight = int(bins.weights[item])
        for _ in range(int(demands[item])):
            fits = [(room, number) for number, room in enumerate(rooms) if room >= weight]
            if fits:
                number = min(fits)[1]
            else:
                number = len(rooms)
                rooms.append(bins.capacity)
                packed.append(np.zeros(len(bins.weights), dtype=np.int64))
            rooms[number] -= weight
            packed[number][item] += 1
    return packed


def _priced(bins: Bins, prices: Values) -> tuple[Whole | None, int]:
    """The best pattern at some prices, if it is worth more than a bin, and the bound these prices prove."""
    whole = np.floor(np.maximum(prices, 0.0) * PRICES).astype(np.int64)
    pattern, worth = _best_pattern(bins, whole)
    total = int(whole @ bins.demands)
    bound = -(-total // worth) if worth > 0 else 0
    improves = float(prices @ pattern) > 1 + 1e-9
    return (pattern if improves else None), bound


def _best_pattern(bins: Bins, prices: Whole) -> tuple[Whole, int]:
    """The pattern worth most: a bounded knapsack, item counts split into powers of two, by weight."""
    most = np.minimum(bins.demands, bins.capacity // bins.weights)
    steps: list[tuple[int, int]] = []
    for item in np.flatnonzero((prices > 0) & (most > 0)).tolist():
        left, part = int(most[item]), 1
        while left > 0:
            steps.append((item, min(part, left)))
            left -= steps[-1][1]
            part *= 2
    best = np.zeros(bins.capacity + 1, dtype=np.int64)
    moved: list[NDArray[np.bool_]] = []
    for item, count in steps:
        weight, price = int(bins.weights[item]) * count, int(prices[item]) * count
        changed = np.zeros(bins.capacity + 1, dtype=bool)
        if weight <= bins.capacity:
            tried = best[: bins.capacity + 1 - weight] + price
            better = tried > best[weight:]
            changed[weight:] = better
            best[weight:] = np.where(better, tried, best[weight:])
        moved.append(changed)
    pattern = np.zeros(len(bins.weights), dtype=np.int64)
    room = bins.capacity
    for (item, count), changed in zip(reversed(steps), reversed(moved), strict=True):
        if changed[room]:
            pattern[item] += count
            room -= int(bins.weights[item]) * count
    return pattern, int(best[bins.capacity])


class _Master:
    """The linear program over patterns, with a column more at a time."""

    def __init__(self, bins: Bins, patterns: list[tuple[int, ...]]) -> None:
        self.bins = bins
        self.highs: Any = silent()
        self.patterns: list[Whole] = []
        self.known: set[tuple[int, ...]] = set()
        for demand in bins.demands.tolist():
            self.highs.addRow(float(demand), np.inf, 0, np.empty(0, dtype=np.int32), np.empty(0))
        for pattern in patterns:
            self.add(np.array(pattern, dtype=np.int64))

    def add(self, pattern: Whole) -> bool:
        """Add a pattern; False if it is there already."""
        key = tuple(pattern.tolist())
        if key in self.known:
            return False
        self.known.add(key)
        self.patterns.append(pattern)
        items = np.flatnonzero(pattern).astype(np.int32)
        self.highs.addCol(1.0, 0.0, np.inf, len(items), items, pattern[items].astype(float))
        return True

    def prices(self) -> Values:
        """What each item costs at the optimum."""
        self.highs.run()
        return np.array(self.highs.getSolution().row_dual, dtype=float)

    def rounded(self) -> list[Whole]:
        """A packing from the rounded-down optimum and a best fit of what is left."""
        counts = np.floor(np.array(self.highs.getSolution().col_value, dtype=float) + 1e-6).astype(int)
        return self._packing(counts.tolist())

    def dived(self, clock: Clock, least: int) -> list[Whole]:
        """A packing pattern by pattern: the fullest are settled, and the rest is priced anew."""
        left, plan = self.bins.demands.copy(), list[Whole]()
        while left.any() and not clock.over(_cost(self.bins, len(plan)), _cost(self.bins, least)):
            self._ask(left)
            rest = replace(self.bins, demands=left)
            for _ in range(MAX_ROUNDS):
                pattern, _bound = _priced(rest, self.prices())
                if pattern is None or not self.add(pattern) or clock.over():
                    break
            self.highs.run()
            shares = np.array(self.highs.getSolution().col_value, dtype=float)
            settled = np.floor(shares + 1e-6).astype(int)
            if not settled.any():
                settled[int(np.argmax(shares))] = 1
            for number in np.flatnonzero(settled).tolist():
                for _ in range(int(settled[number])):
                    taken = np.minimum(self.patterns[number], left)
                    if taken.any():
                        plan.append(taken)
                        left = left - taken
        self._ask(self.bins.demands)
        return plan + _decreasing(self.bins, left)

    def _ask(self, demands: Whole) -> None:
        """Change how many of each item are asked for."""
        for item, demand in enumerate(demands.tolist()):
            self.highs.changeRowBounds(item, float(demand), np.inf)

    def _packing(self, counts: list[int]) -> list[Whole]:
        left, plan = self.bins.demands.copy(), []
        for pattern, count in zip(self.patterns, counts, strict=True):
            for _ in range(count):
                taken = np.minimum(pattern, left)
                if taken.any():
                    plan.append(taken)
                    left = left - taken
        return plan + _decreasing(self.bins, left)

    def whole(self, clock: Clock) -> list[Whole]:
        """The best packing of the patterns there are, as far as HiGHS gets in a part of the time."""
        import highspy

        count = len(self.patterns)
        kinds = np.full(count, highspy.HighsVarType.kInteger)
        self.highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), kinds)
        left = clock.left
        self.highs.setOptionValue("time_limit", 60.0 if left is None else max(0.1, left * 0.5))
        self.highs.setOptionValue("mip_rel_gap", 0.0)
        self.highs.run()
        values = np.array(self.highs.getSolution().col_value, dtype=float)
        if len(values) != count or not np.isfinite(values).all():
            return self._packing([0] * count)
        return self._packing(np.round(values).astype(int).tolist())
