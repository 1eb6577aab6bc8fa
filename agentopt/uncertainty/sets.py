"""Uncertainty sets as polytopes: steps away from the stated values, budgets, and linear restrictions.

An uncertain number is its stated value plus steps, one up and one down where both are possible, each between
none and all of its size; `steps` are these shares, the coordinates z in [0, 1]. A budget limits their sum
(Bertsimas and Sim, 2004); restrictions stated about the parameters become rows over the steps.
"""

from __future__ import annotations

__all__ = ["Polytope", "Step", "vertices"]

import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from agentopt.formulation.instance import Label, Values
from agentopt.uncertainty.programs import Indices, Program

MAX_VERTICES = 4096
"""Vertices that are looked at one by one."""


@dataclass(frozen=True)
class Step:
    """A step of one uncertain number: `name[key]`, from its stated value by `size`, up or down."""

    name: str
    key: tuple[Label, ...]
    stated: float
    size: float


@dataclass(frozen=True, eq=False)
class Polytope:
    """{z in [0, 1]^J: rows @ z <= limits}.

    Attributes:
        steps: what the coordinates are.
        rows: dense, shape (m, J); budgets first.
        limits: shape (m,).
        num_budgets: how many of the rows are budgets, of coefficients 0 and 1.
    """

    steps: tuple[Step, ...]
    rows: Values
    limits: Values
    num_budgets: int

    @property
    def size(self) -> int:
        """J, the number of coordinates."""
        return len(self.steps)

    @property
    def budgets(self) -> list[tuple[Indices, float]]:
        """Which steps each budget counts, and how much it allows; those that allow all are left out."""
        found = []
        for row, limit in zip(self.rows[: self.num_budgets], self.limits[: self.num_budgets], strict=True):
            members = np.flatnonzero(row)
            if limit < len(members):
                found.append((members, float(limit)))
        return found

    @property
    def is_plain(self) -> bool:
        """Whether its vertices are known: only budgets, whole ones nested, or disjoint ones."""
        if len(self.rows) > self.num_budgets:
            return False
        budgets = self.budgets
        apart = sum(len(members) for members, _ in budgets) == len(
            {k for m, _ in budgets for k in m.tolist()}
        )
        return apart or all(limit.is_integer() for _, limit in budgets)

    def limited(self, budget: float) -> Polytope:
        """The set with another budget for all steps together, in place of one that is there."""
        whole = self.rows.all(axis=1) & (np.arange(len(self.rows)) < self.num_budgets)
        kept = ~whole
        rows = np.vstack([np.ones((1, self.size)), self.rows[kept]])
        limits = np.concatenate([[budget], self.limits[kept]])
        return Polytope(self.steps, rows, limits, 1 + int(kept[: self.num_budgets].sum()))

    def put(self, program: Program) -> Indices:
        """Add its coordinates and rows to a program; the columns."""
        columns = program.columns(0.0, 1.0, count=self.size)
        row, column = np.nonzero(self.rows)
        program.rows(
            np.full(len(self.limits), -np.inf), self.limits, (row, columns[column], self.rows[row, column])
        )
        return columns

    def values(self, z: Values) -> dict[tuple[str, tuple[Label, ...]], float]:
        """The uncertain numbers at a point."""
        found: dict[tuple[str, tuple[Label, ...]], float] = {}
        for step, share in zip(self.steps, z.tolist(), strict=True):
            place = step.name, step.key
            found[place] = found.get(place, step.stated) + step.size * share
        return found


def vertices(polytope: Polytope, most: int = MAX_VERTICES) -> list[Values] | None:
    """Every vertex, perhaps among other points of the set; None where there are more than `most`."""
    size = polytope.size
    if polytope.is_plain and len(polytope.budgets) <= 1:
        return _plain(polytope, most)
    facets = np.vstack([polytope.rows, np.eye(size), -np.eye(size)])
    limits = np.concatenate([polytope.limits, np.ones(size), np.zeros(size)])
    if size > 12 or math.comb(len(facets), size) > 8 * most:
        return None
    found: dict[bytes, Values] = {}
    for chosen in itertools.combinations(range(len(facets)), size):
        matrix = facets[list(chosen)]
        if abs(np.linalg.det(matrix)) < 1e-12:
            continue
        point = np.linalg.solve(matrix, limits[list(chosen)])
        if (facets @ point <= limits + 1e-9).all():
            found[np.round(point, 9).tobytes()] = np.clip(point, 0.0, 1.0)
    return list(found.values())


def _plain(polytope: Polytope, most: int) -> list[Values] | None:
    """Those of a box with at most one budget."""
    size = polytope.size
    members, limit = polytope.budgets[0] if polytope.budgets else (np.empty(0, dtype=np.int64), 0.0)
    others = np.setdiff1d(np.arange(size), members)
    whole, part = math.floor(limit), limit - math.floor(limit)
    count = 2.0 ** len(others) * sum(
        math.comb(len(members), k) * (1 + (len(members) - k if part else 0)) for k in range(whole + 1)
    )
    if count > most:
        return None
    found = []
    for free in itertools.product((0.0, 1.0), repeat=len(others)):
        for point in _within(members, whole, part, size):
            point[others] = free
            found.append(point)
    return found


def _within(members: Indices, whole: int, part: float, size: int) -> Iterator[Values]:
    for count in range(min(whole, len(members)) + 1):
        for chosen in itertools.combinations(members.tolist(), count):
            point = np.zeros(size)
            point[list(chosen)] = 1.0
            yield point.copy()
            if part and count == whole:
                for each in members.tolist():
                    if each not in chosen:
                        more = point.copy()
                        more[each] = part
                        yield more
