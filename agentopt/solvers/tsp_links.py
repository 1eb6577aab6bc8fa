"""The links of a traveling salesman problem in HiGHS: degrees, cuts, prices; and cuts found in a point."""

from __future__ import annotations

__all__ = ["Links", "components", "weak_cuts"]

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.highs_model import silent
from agentopt.formulation.instance import Values

Whole = NDArray[np.int64]
Town = NDArray[np.bool_]

EPS = 1e-6
"""How far a cut or a price must be off to count."""

MAX_CUTS = 50
"""Cuts added in one round."""


class Links:
    """A linear or integer program over links: pairs of towns, or arcs where the direction matters."""

    def __init__(self, costs: Values, symmetric: bool) -> None:
        self.costs, self.symmetric = costs, symmetric
        self.count = len(costs)
        self.pairs: Whole = np.empty((0, 2), dtype=np.int64)
        self.cuts: list[Town] = []
        self.known: set[bytes] = set()
        self.highs: Any = silent()
        self.closed, self.bound = True, -np.inf
        self._start()

    def _start(self) -> None:
        side = 2.0 if self.symmetric else 1.0
        nothing = np.empty(0, dtype=np.int32)
        for _ in range(self.count if self.symmetric else 2 * self.count):
            self.highs.addRow(side, side, 0, nothing, np.empty(0))

    def add(self, pairs: Whole) -> bool:
        """Add links that are not there yet; whether there were any."""
        size = self.count
        there = np.isin(pairs[:, 0] * size + pairs[:, 1], self.pairs[:, 0] * size + self.pairs[:, 1])
        pairs = pairs[~there]
        for tail, head in pairs.tolist():
            rows = [tail, head if self.symmetric else size + head]
            first = size if self.symmetric else 2 * size
            rows += [first + k for k, cut in enumerate(self.cuts) if self._crosses(cut, tail, head)]
            cost = float(self.costs[tail, head])
            self.highs.addCol(cost, 0.0, 1.0, len(rows), np.array(rows, dtype=np.int32), np.ones(len(rows)))
        self.pairs = np.concatenate([self.pairs, pairs])
        return bool(len(pairs))

    def add_all(self) -> bool:
        """Add every link."""
        return self.add(self._all())

    def _all(self) -> Whole:
        there = np.isfinite(self.costs) & ~np.eye(self.count, dtype=bool)
        return np.argwhere(np.triu(there) if self.symmetric else there)

    def _crosses(self, cut: Town, tail: int, head: int) -> bool:
        return bool(cut[tail] != cut[head]) if self.symmetric else bool(cut[tail] and not cut[head])

    def cut(self, towns: Sequence[Town]) -> bool:
        """Ask for a tour to leave each set of towns; whether any is new."""
        fresh = False
        for town in towns:
            key = np.packbits(town ^ town[0]).tobytes()
            if key in self.known or town.all() or not town.any():
                continue
            self.known.add(key)
            fresh = True
            crosses = town[self.pairs[:, 0]] & ~town[self.pairs[:, 1]]
            if self.symmetric:
                crosses |= town[self.pairs[:, 1]] & ~town[self.pairs[:, 0]]
            columns = np.flatnonzero(crosses).astype(np.int32)
            self.highs.addRow(
                2.0 if self.symmetric else 1.0, np.inf, len(columns), columns, np.ones(len(columns))
            )
            self.cuts.append(town)
        return fresh

    def solve(self, seconds: float | None = None) -> float | None:
        """The value of the program; None without a point. `closed` says whether it was solved to the end."""
        import highspy

        if seconds is not None:
            self.highs.setOptionValue("time_limit", self.highs.getRunTime() + max(0.01, seconds))
        if not len(self.pairs):
            self.closed = True
            return None
        self.highs.run()
        status = self.highs.getModelStatus()
        ended = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
        self.closed = status in ended
        info = self.highs.getInfo()
        self.bound = float(info.mip_dual_bound) if self.closed or info.mip_dual_bound > -1e300 else -np.inf
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        has_point = (
            self.closed or info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        )
        return float(info.objective_function_value) if has_point else None

    def values(self) -> Values:
        """Of each link."""
        return np.array(self.highs.getSolution().col_value, dtype=float)

    def weights(self) -> Values:
        """How much each pair of towns is linked, either way; (towns, towns)."""
        found = np.zeros((self.count, self.count))
        np.add.at(found, (self.pairs[:, 0], self.pairs[:, 1]), self.values())
        return found + found.T

    def reduced_costs(self) -> Values:
        """Of every link there could be, (towns, towns)."""
        duals = np.array(self.highs.getSolution().row_dual, dtype=float)
        first = self.count if self.symmetric else 2 * self.count
        out = duals[: self.count]
        into = out if self.symmetric else duals[self.count : first]
        found = self.costs - out[:, None] - into[None, :]
        for cut, price in zip(self.cuts, duals[first:], strict=True):
            if price > 0:
                crosses = cut[:, None] & ~cut[None, :]
                found = found - price * (crosses | crosses.T if self.symmetric else crosses)
        return np.asarray(found, dtype=float)

    def helpful(self) -> Whole:
        """Links not there that would lower the value, the most helpful first."""
        prices = self.reduced_costs()
        pairs = self._all()
        worth = prices[pairs[:, 0], pairs[:, 1]]
        size = self.count
        there = np.isin(pairs[:, 0] * size + pairs[:, 1], self.pairs[:, 0] * size + self.pairs[:, 1])
        wanted = np.flatnonzero((worth < -EPS) & ~there)
        return pairs[wanted[np.argsort(worth[wanted])][: 5 * size]]

    def fix(self, room: float, prices: Values) -> None:
        """Keep only the links whose reduced cost leaves room for a better tour; all of those."""
        pairs = self._all()
        kept = pairs[prices[pairs[:, 0], pairs[:, 1]] <= room + EPS]
        cuts, self.cuts, self.known = self.cuts, [], set()
        self.highs = silent()
        self.pairs = np.empty((0, 2), dtype=np.int64)
        self._start()
        self.add(kept)
        self.cut(cuts)

    def integral(self) -> None:
        """Links are taken or not from here on."""
        import highspy

        count = len(self.pairs)
        kinds = np.full(count, highspy.HighsVarType.kInteger)
        self.highs.changeColsIntegrality(count, np.arange(count, dtype=np.int32), kinds)
        self.highs.setOptionValue("mip_rel_gap", 0.0)

    def tour(self) -> list[int]:
        """The towns in the order of the links taken, which make up one tour."""
        taken = self.pairs[self.values() > 0.5]
        near: dict[int, list[int]] = {}
        for tail, head in taken.tolist():
            near.setdefault(tail, []).append(head)
            if self.symmetric:
                near.setdefault(head, []).append(tail)
        found, before = [0], -1
        while len(found) < self.count:
            following = [town for town in near[found[-1]] if town != before] or near[found[-1]]
            before = found[-1]
            found.append(following[0])
        return found


def components(linked: NDArray[np.bool_]) -> list[Town]:
    """The sets of towns that hang together."""
    left = np.ones(len(linked), dtype=bool)
    found = []
    while left.any():
        part = np.zeros(len(linked), dtype=bool)
        front = np.zeros(len(linked), dtype=bool)
        front[int(np.argmax(left))] = True
        while front.any():
            part |= front
            front = linked[front].any(axis=0) & ~part
        found.append(part)
        left &= ~part
    return found


def weak_cuts(weights: Values) -> list[Town]:
    """Sets of towns whose links to the rest add up to less than 2."""
    parts = components(weights > EPS)
    if len(parts) > 1:
        return parts
    found: list[Town] = []
    for least in (0.99, 0.75, 0.5, 0.3):
        for part in components(weights > least):
            if 2 < part.sum() < len(weights) - 2 and weights[part][:, ~part].sum() < 2 - EPS * 100:
                found.append(part)
    return found[:MAX_CUTS] if found else _minimum_cuts(weights)


def _minimum_cuts(weights: Values) -> list[Town]:
    """Cuts below 2 among the cuts of the phases of Stoer and Wagner."""
    left = weights.copy()
    members = np.eye(len(weights), dtype=bool)
    alive = np.ones(len(weights), dtype=bool)
    found: list[Town] = []
    while alive.sum() > 1 and len(found) < MAX_CUTS:
        inside = ~alive
        reached = np.where(alive, 0.0, -np.inf)
        before = last = -1
        for _ in range(int(alive.sum())):
            before, last = last, int(np.argmax(np.where(inside, -np.inf, reached)))
            inside[last] = True
            weight = reached[last]
            reached = reached + left[last]
        if weight < 2 - EPS * 100:
            found.append(members[last].copy())
        # The last two are merged.
        members[before] |= members[last]
        left[before] += left[last]
        left[:, before] += left[:, last]
        left[before, before] = 0.0
        alive[last] = False
        left[last] = left[:, last] = 0.0
    return found
