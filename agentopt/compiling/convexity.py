"""Whether a quadratic function is convex, decided before an engine is trusted with it.

Cheap certain answers first (signs and zeros on the diagonal, diagonal dominance); then, for each
connected block of the matrix, a Cholesky factorization of Q + d I with d a tiny multiple of the largest
entry. Its success proves that no eigenvalue is below -2d, so what is called convex is convex up to the
rounding of its own data; its failure is confirmed by a direction of negative curvature, and is otherwise
left open.
"""

from __future__ import annotations

__all__ = ["is_convex", "objective_is_convex"]

import numpy as np

from agentopt.compiling.arrays import CompiledObjective, Indices
from agentopt.formulation.instance import Values

MAX_BLOCK = 3000
"""Largest block that is factorized; for a larger one the answer is left open."""

_SHIFT = 1e-11


def objective_is_convex(objective: CompiledObjective) -> bool | None:
    """Whether a quadratic objective is convex to minimize or concave to maximize; None when not known."""
    if objective.quadratic is None or objective.nonlinear is not None:
        return None
    first, second, values = objective.quadratic
    return is_convex(first, second, values if objective.sense == "minimize" else -values)


def is_convex(first: Indices, second: Indices, values: Values) -> bool | None:
    """Whether the symmetric matrix with this triangle (each entry once) is positive semidefinite.

    >>> is_convex(np.array([1]), np.array([0]), np.array([2.0]))  # 2xy
    False
    >>> is_convex(np.array([0, 1, 1]), np.array([0, 0, 1]), np.array([2.0, -2.0, 2.0]))  # (x - y)^2
    True
    """
    kept = values != 0
    first, second, values = first[kept], second[kept], values[kept]
    used, inverse = np.unique(np.concatenate([first, second]), return_inverse=True)
    row, column = inverse.reshape(2, -1) if len(used) else (first, second)
    on = row == column
    diagonal = np.zeros(len(used))
    diagonal[row[on]] = values[on]
    if (diagonal < 0).any():
        return False
    off = ~on
    # A zero on the diagonal with anything beside it has a negative 2x2 minor.
    if (diagonal[row[off]] == 0).any() or (diagonal[column[off]] == 0).any():
        return False
    radius = np.zeros(len(used))
    np.add.at(radius, row[off], np.abs(values[off]))
    np.add.at(radius, column[off], np.abs(values[off]))
    if (diagonal >= radius * (1 + 1e-12)).all():
        return True
    label = _components(len(used), row[off], column[off])
    answer: bool | None = True
    for block in np.unique(label[radius > diagonal * (1 - 1e-12)]).tolist():
        members = np.flatnonzero(label == block)
        if len(members) > MAX_BLOCK:
            answer = None
            continue
        place = np.full(len(used), -1)
        place[members] = np.arange(len(members))
        inside = label[row] == block
        dense = np.zeros((len(members), len(members)))
        dense[place[row[inside]], place[column[inside]]] = values[inside]
        dense[place[column[inside]], place[row[inside]]] = values[inside]
        found = _dense_is_convex(dense)
        if found is False:
            return False
        answer = answer and found
    return answer


def _components(size: int, row: Indices, column: Indices) -> Indices:
    """The connected component of each index, by repeatedly taking the least label of its neighbours."""
    label = np.arange(size)
    while True:
        least = label.copy()
        np.minimum.at(least, row, label[column])
        np.minimum.at(least, column, label[row])
        least = np.minimum(least, least[least])
        if (least == label).all():
            return label
        label = least


def _dense_is_convex(matrix: Values) -> bool | None:
    scale = float(np.abs(matrix).max())
    shift = _SHIFT * scale * max(1.0, len(matrix) ** 0.5)
    try:
        np.linalg.cholesky(matrix + shift * np.eye(len(matrix)))
    except np.linalg.LinAlgError:
        _, vectors = np.linalg.eigh(matrix)
        direction = vectors[:, 0]
        return False if direction @ matrix @ direction < -shift / 2 else None
    return True
