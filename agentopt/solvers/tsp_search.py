"""A good tour soon: nearest neighbours, then 2-opt and moves of short pieces until nothing improves."""

from __future__ import annotations

__all__ = ["length", "local_search"]

import numpy as np

from agentopt.formulation.instance import Values
from agentopt.solvers.specialist import Clock

STARTS = 5
"""Towns the nearest-neighbour tours start from."""

LONGEST = 3
"""Towns of the pieces that are moved."""


def length(costs: Values, tour: list[int]) -> float:
    """What a tour costs."""
    return float(costs[tour, np.roll(tour, -1)].sum())


def local_search(costs: Values, symmetric: bool, clock: Clock) -> list[int] | None:
    """The best tour of several starts; None where no start comes round."""
    best: list[int] | None = None
    for start in np.linspace(0, len(costs) - 1, min(STARTS, len(costs))).astype(int).tolist():
        tour = _nearest(costs, start)
        if tour is None:
            continue
        tour = _improved(costs, tour, symmetric, clock)
        if best is None or length(costs, tour) < length(costs, best):
            best = tour
        if clock.over():
            break
    return best


def _nearest(costs: Values, start: int) -> list[int] | None:
    left = np.ones(len(costs), dtype=bool)
    tour = [start]
    left[start] = False
    while left.any():
        away = np.where(left, costs[tour[-1]], np.inf)
        tour.append(int(np.argmin(away)))
        if not np.isfinite(away[tour[-1]]):
            return None
        left[tour[-1]] = False
    return tour if np.isfinite(costs[tour[-1], start]) else None


def _improved(costs: Values, tour: list[int], symmetric: bool, clock: Clock) -> list[int]:
    towns = np.array(tour)
    moved = True
    while moved and not clock.over():
        moved = False
        for place in range(len(towns)):
            if symmetric and (found := _two_opt(costs, towns, place)) is not None:
                towns, moved = found, True
            for size in range(1, min(LONGEST, len(towns) - 3) + 1):
                if (found := _piece_moved(costs, towns, place, size)) is not None:
                    towns, moved = found, True
    return [int(town) for town in towns]


def _two_opt(costs: Values, towns: np.ndarray, place: int) -> np.ndarray | None:
    """The tour with the stretch behind a place turned round, where that is shorter."""
    ordered = np.roll(towns, -place)
    here, after = ordered[0], ordered[1]
    tails, heads = ordered[2:-1], ordered[3:]
    if not len(tails):
        return None
    with np.errstate(invalid="ignore"):
        gain = costs[here, after] + costs[tails, heads] - costs[here, tails] - costs[after, heads]
    best = int(np.nanargmax(gain))
    if not gain[best] > 1e-9:
        return None
    return np.concatenate([ordered[:1], ordered[1 : best + 3][::-1], ordered[best + 3 :]])


def _piece_moved(costs: Values, towns: np.ndarray, place: int, size: int) -> np.ndarray | None:
    """The tour with the piece behind a place put elsewhere, where that is shorter."""
    ordered = np.roll(towns, -place)
    here, piece, rest = ordered[0], ordered[1 : size + 1], ordered[size + 1 :]
    if len(rest) < 2:
        return None
    first, last = piece[0], piece[-1]
    saved = costs[here, first] + costs[last, rest[0]] - costs[here, rest[0]]
    tails, heads = rest, np.append(rest[1:], here)
    with np.errstate(invalid="ignore"):
        gain = saved + costs[tails, heads] - costs[tails, first] - costs[last, heads]
    if not np.isfinite(gain).any():
        return None
    best = int(np.nanargmax(np.where(np.isfinite(gain), gain, -np.inf)))
    if not gain[best] > 1e-9:
        return None
    return np.concatenate([[here], rest[: best + 1], piece, rest[best + 1 :]])
