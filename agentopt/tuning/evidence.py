"""Whether a change of options is an improvement: paired comparison on the same instances."""

from __future__ import annotations

__all__ = ["Comparison", "compared", "shifted_mean", "sign_flip"]

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

EXACT = 16
"""Pairs up to which every assignment of signs is looked at; above, `DRAWS` random ones."""

DRAWS = 100_000

_QUANTILES = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228)
"""97.5 % quantiles of Student's t for 1, 2, ... degrees of freedom."""


def shifted_mean(values: Sequence[float], shift: float) -> float:
    """The shifted geometric mean.

    >>> round(shifted_mean([1.0, 7.0], 1.0), 6)
    3.0
    """
    return math.exp(sum(math.log(value + shift) for value in values) / len(values)) - shift


@dataclass(frozen=True)
class Comparison:
    """Costs with a change beside costs without, in pairs.

    Attributes:
        before, after: shifted geometric means.
        ratio: of the shifted means, after by before; below 1 the change is the better.
        interval: of the ratio, 95 %, by Student's t on the logarithms.
        p_value: one-sided: how often a change without effect would look at least as good.
    """

    pairs: int
    shift: float
    before: float
    after: float
    ratio: float
    interval: tuple[float, float]
    p_value: float


def compared(before: Sequence[float], after: Sequence[float], shift: float, seed: int = 0) -> Comparison:
    """Compare costs pair by pair, on the logarithms of the shifted costs.

    >>> found = compared([4.0] * 6, [2.0] * 6, 0.0)
    >>> found.ratio, found.p_value
    (0.5, 0.015625)
    """
    logs = np.log((np.asarray(after) + shift) / (np.asarray(before) + shift))
    mean, count = float(logs.mean()), len(logs)
    wide = math.inf
    if count > 1:
        freedom = count - 1
        quantile = _QUANTILES[freedom - 1] if freedom <= len(_QUANTILES) else 1.96 + 2.5 / freedom
        wide = quantile * float(logs.std(ddof=1)) / math.sqrt(count)
    return Comparison(
        count,
        shift,
        shifted_mean(before, shift),
        shifted_mean(after, shift),
        math.exp(mean),
        (math.exp(mean - wide), math.exp(mean + wide)),
        sign_flip(logs, seed),
    )


def sign_flip(differences: np.ndarray, seed: int = 0) -> float:
    """The one-sided p-value of the paired randomization test (Fisher 1935) that the mean is not below 0.

    Without an effect each difference is as likely to have either sign; the p-value is the share of all
    assignments of signs whose sum is as low as the one seen. Exact up to `EXACT` pairs.

    >>> sign_flip(np.array([-1.0, -2.0, -3.0]))
    0.125
    """
    if not len(differences):
        return 1.0
    seen = float(differences.sum()) + 1e-12 * float(np.abs(differences).sum())
    if len(differences) <= EXACT:
        signs = np.array(list(itertools.product((1.0, -1.0), repeat=len(differences))))
        return float((signs @ np.abs(differences) <= seen).mean())
    rng = np.random.default_rng(seed)
    low = 0
    for _ in range(10):
        drawn = rng.integers(0, 2, (DRAWS // 10, len(differences))) * 2.0 - 1.0
        low += int((drawn @ np.abs(differences) <= seen).sum())
    return (low + 1) / (DRAWS + 1)
