"""What the dual matrices of semidefinite statements prove, as linear rows in rational arithmetic.

For Z positive semidefinite the sum of Z[i, j] M[i, j] is at least zero wherever M is positive semidefinite:
a linear row that every feasible point meets, whatever Z. An engine's Z is made exactly semidefinite first,
by adding to its diagonal.
"""

from __future__ import annotations

__all__ = ["implied_rows", "is_semidefinite"]

import time
from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from agentopt.compiling.arrays import Compiled, Structure
from agentopt.formulation.instance import Values
from agentopt.verification.elements import decimal
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.programs import Row

MAX_EXACT = 60
"""Rows of a matrix up to which it is settled by rational arithmetic."""

_DIGITS = 2**40

Matrix = list[list[Fraction]]


def implied_rows(compiled: Compiled, matrices: Sequence[Values], deadline: float) -> list[Row] | None:
    """One row `... >= 0` per semidefinite statement; None where a matrix is too large or none is given.

    Args:
        compiled: the model.
        matrices: symmetric, in the order of the statements, for minimization.
        deadline: on the monotonic clock.
    """
    statements = [each for each in compiled.structures if each.kind == "semidefinite"]
    if len(statements) != len(matrices):
        return None
    rows = []
    for statement, matrix in zip(statements, matrices, strict=True):
        exact = _semidefinite(matrix, deadline)
        if exact is None:
            return None
        rows.append(_row(statement, exact))
    return rows


def is_semidefinite(matrix: Matrix, shift: Fraction, deadline: float = np.inf) -> bool:
    """Whether a matrix is positive semidefinite with `shift` added to its diagonal; False too when late."""
    work = [list(row) for row in matrix]
    for k in range(len(work)):
        work[k][k] += shift
    size = len(work)
    for k in range(size):
        pivot = work[k][k]
        if pivot < 0 or (pivot == 0 and any(work[k][k + 1 :])) or time.monotonic() > deadline:
            return False
        for i in range(k + 1, size):
            if pivot and work[i][k]:
                factor = work[i][k] / pivot
                work[i] = [a - factor * b for a, b in zip(work[i], work[k], strict=True)]
    return True


def _semidefinite(matrix: Values, deadline: float) -> Matrix | None:
    """A semidefinite matrix close to one of floats."""
    if len(matrix) > MAX_EXACT:
        return None
    size = float(np.abs(matrix).max(initial=0.0))
    if not np.isfinite(size):
        return None
    least = float(np.linalg.eigvalsh(matrix)[0])
    # Short fractions, for the elimination's sake; the shift makes up for the rounding too.
    step = Fraction(max(size, 1e-300)) / _DIGITS
    exact = [[round(Fraction(value) / step) * step for value in row] for row in matrix.tolist()]
    shift = Fraction(max(-least, 0.0)) + Fraction(size) / 10**11 * len(matrix)
    for _ in range(3):
        if is_semidefinite(exact, shift, deadline):
            for k in range(len(exact)):
                exact[k][k] += shift
            return exact
        shift *= 10
    return None


def _row(statement: Structure, matrix: Matrix) -> Row:
    entry = statement.parts["entry"]
    column, row = np.tril_indices(len(matrix))
    weights = [
        matrix[i][j] * (1 if i == j else 2) for i, j in zip(row.tolist(), column.tolist(), strict=True)
    ]
    terms: dict[tuple[int, ...], Fraction] = {}
    for point, name, value in zip(
        entry.points.tolist(), entry.columns.tolist(), entry.values.tolist(), strict=True
    ):
        terms[(name,)] = terms.get((name,), Fraction(0)) + weights[point] * decimal(value)
    constant = sum(
        (weight * decimal(value) for weight, value in zip(weights, entry.constant.tolist(), strict=True)),
        Fraction(0),
    )
    return Row(Polynomial({key: value for key, value in terms.items() if value}), -constant, None)
