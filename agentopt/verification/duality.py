"""Bounds that multipliers prove: weak duality in rational arithmetic, safe for any multipliers whatever.

For rows L <= Ax <= U and bounds l <= x <= u, any y gives min c'x >= sum of y_i (L_i where y_i > 0, U_i
where y_i < 0) plus sum of d_j (l_j where d_j > 0, u_j where d_j < 0) with d = c - A'y (Neumaier and
Shcherbina 2004, section 2). A multiplier of a side that does not exist counts as zero; a column without the
bound that is asked for gets one from the rows, where they imply one. With c = 0 a positive bound proves
that no point exists (Farkas).
"""

from __future__ import annotations

__all__ = [
    "Bounds",
    "bound",
    "granularity",
    "implied",
    "objective_bound",
    "proves_empty",
    "semidefinite",
    "tangent",
    "value_at",
]

import itertools
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction

from agentopt.verification.polynomials import Polynomial
from agentopt.verification.programs import Program, Side

Bounds = tuple[Sequence[Side], Sequence[Side]]
Linear = Mapping[tuple[int, ...], Fraction]

_ROUNDINGS = (10**3, None, 10**6)
"""Denominators multipliers are rounded to: those of a vertex are often short fractions spoiled in the
last digit.
"""
MAX_ROUNDS = 4


def bound(
    program: Program,
    cost: Linear,
    multipliers: Sequence[Fraction],
    sides: Bounds | None = None,
    deadline: float = math.inf,
) -> Fraction | None:
    """A proven lower bound of a linear cost over the linear rows of a program; None if there is none.

    Args:
        program: its quadratic rows are left out, which only lowers the bound.
        cost: coefficients by (column,); a constant under ().
        multipliers: one a row.
        sides: bounds of the columns in place of the program's.
        deadline: on the monotonic clock; None too where no bound is found by then.
    """
    lower, upper = sides or (program.lower, program.upper)
    reduced = dict(cost)
    total = reduced.pop((), Fraction(0))
    for row, y in zip(program.rows, multipliers, strict=True):
        side = row.low if y > 0 else row.high
        if not y or side is None or row.body.degree > 1:
            continue
        if time.monotonic() > deadline:
            return None
        total += y * side
        for monomial, value in row.body.terms.items():
            share = y if value == 1 else y * value
            before = reduced.get(monomial)
            reduced[monomial] = -share if before is None else before - share
    for monomial, value in reduced.items():
        if not value:
            continue
        side = (lower if value > 0 else upper)[monomial[0]]
        if side is None:
            return None
        total += value * side
    return total


def objective_bound(
    program: Program,
    cost: Linear,
    multipliers: Sequence[float],
    sides: Bounds | None = None,
    enough: Fraction | None = None,
    deadline: float = math.inf,
) -> Fraction | None:
    """The best of the bounds that engine multipliers give as they are and rounded to short fractions.

    `enough` ends the search for a better one; so does the deadline.
    """
    found: list[Fraction] = []
    spare: Bounds | None = None
    for denominator in _ROUNDINGS:
        y = [_rational(value, denominator) for value in multipliers]
        value = bound(program, cost, y, sides, deadline)
        if time.monotonic() > deadline:
            break
        if value is None:
            spare = implied(program, sides, deadline) if spare is None else spare
            value = bound(program, cost, y, spare, deadline)
        if value is not None:
            found.append(value)
            if enough is not None and value >= enough:
                break
    return max(found, default=None)


def _rational(value: float, denominator: int | None) -> Fraction:
    if not value or value != value or value in (float("inf"), float("-inf")):
        return Fraction(0)
    exact = Fraction(value)
    return exact if denominator is None else exact.limit_denominator(denominator)


def proves_empty(
    program: Program,
    multipliers: Sequence[float],
    sides: Bounds | None = None,
    deadline: float = math.inf,
) -> bool:
    """Whether multipliers, in one sign or the other, prove that no point meets the rows and bounds."""
    largest = max(map(abs, multipliers), default=0.0)
    if not largest:
        return any(
            low is not None and high is not None and low > high
            for low, high in zip(*(sides or (program.lower, program.upper)), strict=True)
        )
    for sign in (1.0, -1.0):
        value = objective_bound(
            program, {}, [sign * y / largest for y in multipliers], sides, Fraction(1, 10**9), deadline
        )
        if value is not None and value > 0:
            return True
    return False


def implied(program: Program, sides: Bounds | None = None, deadline: float = math.inf) -> Bounds:
    """Bounds of the columns that the rows imply, where a column has none: exact, a few rounds.

    Those found by the deadline hold like any others.
    """
    lower, upper = (list(side) for side in sides or (program.lower, program.upper))
    for _ in range(MAX_ROUNDS):
        found = False
        for row in program.rows:
            if row.body.degree > 1:
                continue
            if time.monotonic() > deadline:
                return lower, upper
            for sign, side in ((1, row.high), (-1, None if row.low is None else -row.low)):
                if side is None:
                    continue
                terms = [(column, sign * value) for (column,), value in row.body.terms.items()]
                found = _tighten(terms, side, lower, upper) or found
        if not found:
            break
    return lower, upper


def _tighten(
    terms: Sequence[tuple[int, Fraction]], side: Fraction, lower: list[Side], upper: list[Side]
) -> bool:
    """Bounds from one row `terms <= side` for columns that have none on that side."""
    ends = [lower[column] if value > 0 else upper[column] for column, value in terms]
    open_ = [k for k, end in enumerate(ends) if end is None]
    if len(open_) > 1:
        return False
    least = sum((v * end for (_, v), end in zip(terms, ends, strict=True) if end is not None), Fraction(0))
    found = False
    for k in open_ or range(len(terms)):
        column, value = terms[k]
        own = ends[k]
        rest = least if own is None else least - value * own
        limit = (side - rest) / value
        if value > 0 and upper[column] is None:
            upper[column], found = limit, True
        if value < 0 and lower[column] is None:
            lower[column], found = limit, True
    return found


def semidefinite(form: Polynomial, deadline: float = math.inf) -> bool:
    """Whether a quadratic form is positive semidefinite: elimination in rational arithmetic.

    False too where that is not known by the deadline.
    """
    columns = sorted(set(itertools.chain.from_iterable(m for m in form.terms if len(m) == 2)))
    place = {column: k for k, column in enumerate(columns)}
    size = len(columns)
    matrix = [[Fraction(0)] * size for _ in range(size)]
    for monomial, value in form.terms.items():
        if len(monomial) == 2:
            i, j = place[monomial[0]], place[monomial[1]]
            matrix[i][j] += value / 2
            matrix[j][i] += value / 2
    for k in range(size):
        pivot = matrix[k][k]
        if pivot < 0 or (pivot == 0 and any(matrix[k][j] for j in range(k + 1, size))):
            return False
        if pivot == 0:
            continue
        if time.monotonic() > deadline:
            return False
        for i in range(k + 1, size):
            if matrix[i][k]:
                factor = matrix[i][k] / pivot
                matrix[i] = [a - factor * b for a, b in zip(matrix[i], matrix[k], strict=True)]
    return True


def tangent(form: Polynomial, point: Mapping[int, Fraction]) -> dict[tuple[int, ...], Fraction]:
    """The linear function that touches a quadratic one at a point; below it everywhere if it is convex."""
    found: dict[tuple[int, ...], Fraction] = {(): Fraction(0)}

    def add(key: tuple[int, ...], value: Fraction) -> None:
        found[key] = found.get(key, Fraction(0)) + value

    for monomial, value in form.terms.items():
        match monomial:
            case (i, j):
                add((i,), value * point[j])
                add((j,), value * point[i])
                add((), -value * point[i] * point[j])
            case _:
                add(monomial, value)
    return found


def value_at(form: Polynomial, point: Mapping[int, Fraction]) -> Fraction:
    """A polynomial at a point."""
    result = Fraction(0)
    for monomial, value in form.terms.items():
        for column in monomial:
            value = value * point[column]
        result += value
    return result


def granularity(cost: Linear, whole: Iterable[int]) -> Fraction | None:
    """The smallest step between values a cost can take, when all its columns are integers; else None."""
    integers = frozenset(whole)
    coefficients = [value for monomial, value in cost.items() if monomial]
    if not coefficients or any(column not in integers for monomial in cost for column in monomial):
        return None
    bottom = math.lcm(*(value.denominator for value in coefficients))
    return Fraction(math.gcd(*(int(value * bottom) for value in coefficients)), bottom)
