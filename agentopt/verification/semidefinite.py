"""By how much a matrix is not positive semidefinite at a point: elimination in rational arithmetic.

The violation is how much would have to be added to the diagonal. It is at most an amount for which
elimination meets no negative pivot, and at least what a direction in rational numbers shows.
"""

from __future__ import annotations

__all__ = ["matrix_gaps"]

from collections.abc import Callable
from fractions import Fraction

import numpy as np

from agentopt.formulation import tree as t
from agentopt.verification.elements import Env, Missing, Scope
from agentopt.verification.enclosures import ends
from agentopt.verification.exact import Evaluator
from agentopt.verification.gap import ABSOLUTE, FALSE, NONE, Gap
from agentopt.verification.matrices import MAX_EXACT, Matrix, is_semidefinite
from agentopt.verification.polynomials import Polynomial

_Key = tuple[int, ...]


def matrix_gaps(evaluator: Evaluator, entries: t.Expr, scope: Scope) -> Callable[[Env], Gap]:
    """How much `semidefinite(entries)` is violated, as a function of the indices.

    Raises:
        Missing: an entry has no value, or the matrix is too large.
    """
    assert isinstance(entries, t.Aggregate)
    walk, inner = evaluator.walk(entries.generators, scope)
    value = evaluator.number(entries.body, inner)
    targets = [target for generator in entries.generators for target in generator.targets]
    half = len(targets) // 2

    def gap(env: Env) -> Gap:
        found: dict[tuple[_Key, _Key], Fraction] = {}
        for each in walk(env):
            key = tuple(each[target] for target in targets)
            entry = value(each)
            if isinstance(entry, Polynomial):
                raise Missing("a statement about symbols has no value")
            low, high = ends(entry)
            found[key[:half], key[half:]] = (low + high) / 2
        labels = list(dict.fromkeys(label for pair in found for label in pair))
        if len(labels) > MAX_EXACT:
            raise Missing(f"a matrix of {len(labels)} rows is too large to be settled exactly")
        skew = Fraction(0)
        matrix: Matrix = [[Fraction(0)] * len(labels) for _ in labels]
        for i, row in enumerate(labels):
            for j, column in enumerate(labels):
                pair = [found[key] for key in ((row, column), (column, row)) if key in found]
                if not pair:
                    return FALSE
                skew = max(skew, abs(pair[0] - pair[-1]))
                matrix[i][j] = (pair[0] + pair[-1]) / 2
        return _worse(_below_zero(matrix), Gap(skew, skew, ABSOLUTE))

    return gap


def _worse(one: Gap, other: Gap) -> Gap:
    return one if one.high >= other.high else other


def _below_zero(matrix: Matrix) -> Gap:
    """How far the least eigenvalue is below zero."""
    if is_semidefinite(matrix, Fraction(0)):
        return NONE
    dense = np.array([[float(each) for each in row] for row in matrix])
    values, vectors = np.linalg.eigh(dense)
    scale = max((abs(each) for row in matrix for each in row), default=Fraction(0))
    allowed = ABSOLUTE * max(Fraction(1), scale)
    for shift in (allowed / 1000, allowed, Fraction(float(max(-values[0], 0.0))) * 2 + allowed):
        if is_semidefinite(matrix, shift):
            break
    else:
        raise Missing("how far the matrix is from semidefinite could not be settled")
    x = [Fraction(each) for each in vectors[:, 0].tolist()]
    size = sum((each * each for each in x), Fraction(0))
    along = sum(
        (a * b * entry for a, row in zip(x, matrix, strict=True) for b, entry in zip(x, row, strict=True)),
        Fraction(0),
    )
    return Gap(max(Fraction(0), -along / size), shift, allowed)
