"""Intervals and tests for paired scores: nothing is called better on the strength of two means."""

from __future__ import annotations

__all__ = ["Interval", "holm", "mcnemar", "paired_bootstrap", "sign_flip", "wilson"]

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Interval:
    """An estimate with its interval."""

    estimate: float
    low: float
    high: float


def paired_bootstrap(
    one: Sequence[float], other: Sequence[float], *, draws: int = 10_000, level: float = 0.95, seed: int = 0
) -> Interval:
    """The mean difference `other - one` over paired examples, with its percentile interval.

    Source: Efron and Tibshirani, An Introduction to the Bootstrap (1993), section 13.3. For few examples it
    is a little too narrow; a claim needs `sign_flip` or `mcnemar` beside it.

    Raises:
        ValueError: the sequences differ in length or are empty.

    >>> found = paired_bootstrap([0, 0, 1, 0, 0, 0, 1, 0], [1, 1, 1, 0, 1, 0, 1, 1])
    >>> found.estimate, found.low < 0.5 < found.high
    (0.5, True)
    """
    difference = _differences(one, other)
    chosen = np.random.default_rng(seed).integers(0, len(difference), (draws, len(difference)))
    low, high = np.quantile(difference[chosen].mean(axis=1), [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(difference.mean()), float(low), float(high))


def sign_flip(one: Sequence[float], other: Sequence[float], *, draws: int = 10_000, seed: int = 0) -> float:
    """The two-sided p-value that two paired scores differ by chance, by flipping signs of differences.

    Exact where either score could as well be the other's (Fisher, 1935); over all flips up to 12 differences
    that are not zero, else over random ones.

    >>> sign_flip([0, 0, 0, 0, 0, 0], [1, 2, 1, 1, 3, 1])
    0.03125
    """
    difference = _differences(one, other)
    moved = difference[difference != 0]
    if not len(moved):
        return 1.0
    observed = abs(moved.sum()) * (1 - 1e-12)
    if len(moved) <= 12:
        signs = 1 - 2 * (np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved)) & 1)
        return float(np.mean(np.abs(signs @ moved) >= observed))
    signs = np.random.default_rng(seed).choice([-1.0, 1.0], (draws, len(moved)))
    reached = np.count_nonzero(np.abs(signs @ moved) >= observed)
    return float(1 + reached) / (draws + 1)


def _differences(one: Sequence[float], other: Sequence[float]) -> NDArray[np.float64]:
    if len(one) != len(other) or not len(one):
        raise ValueError(f"paired scores are needed: {len(one)} and {len(other)}")
    return np.subtract(other, one, dtype=np.float64)


def mcnemar(one: Sequence[bool], other: Sequence[bool]) -> float:
    """The exact two-sided p-value that two paired binary results differ by chance (McNemar, 1947).

    >>> round(mcnemar([False] * 8 + [True] * 2, [True] * 8 + [True] * 2), 4)
    0.0078
    """
    gained = sum(b and not a for a, b in zip(one, other, strict=True))
    lost = sum(a and not b for a, b in zip(one, other, strict=True))
    count = gained + lost
    if not count:
        return 1.0
    tail = sum(math.comb(count, k) for k in range(min(gained, lost) + 1)) / 2**count
    return float(min(1.0, 2 * tail))


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for testing them all (Holm, 1979), in the order given.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(p_values)), key=lambda at: p_values[at])
    adjusted, worst = [0.0] * len(p_values), 0.0
    for rank, at in enumerate(order):
        worst = max(worst, min(1.0, p_values[at] * (len(p_values) - rank)))
        adjusted[at] = worst
    return adjusted


def wilson(right: int, count: int, *, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson, 1927).

    >>> tuple(round(x, 2) for x in wilson(8, 10))
    (0.49, 0.94)
    """
    if not count:
        return 0.0, 1.0
    share = right / count
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    reach = z * math.sqrt((share * (1 - share) + z * z / (4 * count)) / count) / (1 + z * z / count)
    return middle - reach, middle + reach
