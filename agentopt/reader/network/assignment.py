"""The assignment problem, small and dense: which coefficient serves which limit."""

from __future__ import annotations

__all__ = ["assign"]

import numpy as np
from numpy.typing import NDArray


def assign(scores: NDArray[np.float64]) -> list[int]:
    """The column of each row, all different, with the greatest sum of scores; needs rows <= columns.

    Source: the Hungarian method with potentials (Kuhn 1955; Tomizawa 1971), one shortest path a row.

    >>> assign(np.array([[9.0, 8.0, 0.0], [8.0, 1.0, 0.0]]))
    [1, 0]
    """
    rows, columns = scores.shape
    cost = np.zeros((rows + 1, columns + 1))
    cost[1:, 1:] = -scores
    above, beside = np.zeros(rows + 1), np.zeros(columns + 1)
    row_of = np.zeros(columns + 1, np.int64)
    for row in range(1, rows + 1):
        row_of[0], column = row, 0
        least = np.full(columns + 1, np.inf)
        came = np.zeros(columns + 1, np.int64)
        done = np.zeros(columns + 1, bool)
        while row_of[column]:
            done[column] = True
            at = row_of[column]
            reduced = cost[at] - above[at] - beside
            better = ~done & (reduced < least)
            better[0] = False
            least[better], came[better] = reduced[better], column
            open_ = np.where(done, np.inf, least)
            open_[0] = np.inf
            following = int(open_.argmin())
            step = open_[following]
            above[row_of[done]] += step
            beside[done] -= step
            least[~done] -= step
            column = following
        while column:
            row_of[column] = row_of[came[column]]
            column = int(came[column])
    found = [0] * rows
    for column in range(1, columns + 1):
        if row_of[column]:
            found[row_of[column] - 1] = column - 1
    return found
