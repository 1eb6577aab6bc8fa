"""Whether what the solver says of infeasible and unbounded programs holds, worked out again from it."""

from __future__ import annotations

__all__ = ["contradiction", "is_ray", "matrix_of", "off_matrices"]

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.names import shown_column, shown_row
from agentopt.formulation.instance import Values
from agentopt.solvers.conic.build import Multipliers, Program
from agentopt.solvers.conic.cones import Block

HOLDS = 1e-6
"""How far a certificate may be off, relative to what it proves."""

MAX_NAMED = 5

_SHARES = (1e-3, 1e-5, 1e-8, 0.0)
"""Of the largest weight: lighter ones are left out as long as the contradiction holds without them."""


def contradiction(compiled: Compiled, program: Program, z: Values) -> str | None:
    """What weights of the cones add up to the impossible, in a sentence; None if they do not.

    With z in the dual cones, the sum of z times the expressions is at least zero at every feasible point;
    as a function of the columns it is a constant below zero.
    """
    for share in _SHARES:
        heavy = np.where(np.abs(z) >= share * float(np.abs(z).max(initial=0.0)), z, 0.0)
        weights = _lightened(program, z, heavy)
        if _contradicts(program, weights):
            break
    else:
        return None
    rows = [shown_row(compiled, row) for row in _weighty(program.rows, weights)]
    rows += [
        shown_row(compiled, each.row) for each in program.one_sided if weights[each.first : each.end].any()
    ]
    columns = [
        f"the bounds of `{shown_column(compiled, each)}`" for each in _weighty(program.bounds, weights)
    ]
    matrices = [f"`{each.name}`" for each in compiled.structures if each.kind == "semidefinite"]
    named = list(dict.fromkeys([*matrices, *(f"`{row}`" for row in rows), *columns]))
    if not named:
        return "nothing is feasible, by a proof that was worked out again"
    shown = ", ".join(named[:MAX_NAMED])
    more = f" and {len(named) - MAX_NAMED} more" if len(named) > MAX_NAMED else ""
    return f"nothing is feasible: weighted and added up, {shown}{more} contradict each other"


def _lightened(program: Program, z: Values, heavy: Values) -> Values:
    """The weights with those of linear rows and bounds that carry little taken away."""
    found = z.copy()
    for each in (*program.rows, *program.bounds):
        found[each.places] = heavy[each.places]
    return found


def _contradicts(program: Program, z: Values) -> bool:
    constant, slopes = 0.0, np.zeros(program.cones.num_columns)
    for block in program.cones.blocks:
        mine = z[block.start : block.start + len(block.members.constant)]
        constant += float(mine @ block.members.constant)
        np.add.at(slopes, block.members.columns, block.members.values * mine[block.members.points])
    if constant >= 0 or float(np.abs(slopes).max(initial=0.0)) > HOLDS * -constant:
        return False
    limit = HOLDS * float(np.abs(z).max(initial=0.0))
    return all(outside(block, z, dual=True) <= limit for block in program.cones.blocks)


def is_ray(program: Program, direction: Values) -> bool:
    """Whether the objective falls along a direction that stays in every cone."""
    gain = float(program.cost @ direction)
    if gain >= 0:
        return False
    if program.curvature is not None:
        first, second, values = program.curvature
        bent = np.zeros(len(direction))
        np.add.at(bent, first, values * direction[second])
        off = first != second
        np.add.at(bent, second[off], values[off] * direction[first[off]])
        if float(np.abs(bent).max()) > HOLDS * max(1.0, -gain):
            return False
    size = float(np.abs(direction).max())
    for block in program.cones.blocks:
        moved = np.bincount(
            block.members.points,
            weights=block.members.values * direction[block.members.columns],
            minlength=len(block.members.constant),
        ).astype(float)
        if _outside(block, moved, dual=False) > HOLDS * max(1.0, size):
            return False
    return True


def outside(block: Block, z: Values, *, dual: bool) -> float:
    """How far the multipliers of a block are outside its (dual) cone."""
    return _outside(block, z[block.start : block.start + len(block.members.constant)], dual=dual)


def _outside(block: Block, values: Values, *, dual: bool) -> float:
    if block.kind == "zero":
        return 0.0 if dual else float(np.abs(values).max(initial=0.0))
    if block.kind == "nonnegative":
        return float(np.maximum(-values, 0.0).max(initial=0.0))
    if block.kind == "semidefinite":
        return max(0.0, -float(np.linalg.eigvalsh(matrix_of(block.size, values))[0]))
    each = values.reshape(-1, block.size)
    if block.kind == "second":
        return float((np.linalg.norm(each[:, 1:], axis=1) - each[:, 0]).max(initial=0.0))
    if block.kind == "power":
        assert block.exponents is not None
        a = block.exponents
        x, y = np.maximum(each[:, 0], 0.0), np.maximum(each[:, 1], 0.0)
        if dual:
            x, y = x / a, y / (1 - a)
        return float(max((np.abs(each[:, 2]) - x**a * y ** (1 - a)).max(), -each[:, :2].min(), 0.0))
    return _outside_exponential(each, dual=dual)


def _outside_exponential(each: Values, *, dual: bool) -> float:
    """The cone is y exp(x / y) <= z, its dual -u exp(v / u) <= e w with u <= 0."""
    worst = 0.0
    for x, y, z in each.tolist():
        if dual:
            u, v, w = -x, y, z
            needed = u * np.exp(min(v / -u - 1.0, 700.0)) if u > 1e-12 else 0.0
            worst = max(worst, -u, needed - w, -v if u <= 1e-12 else 0.0)
        else:
            needed = y * np.exp(min(x / y, 700.0)) if y > 1e-12 else 0.0
            worst = max(worst, -y, needed - z, x if y <= 1e-12 else 0.0)
    return float(worst)


def off_matrices(compiled: Compiled, point: Values) -> float:
    """By how much the least eigenvalue of a semidefinite matrix is below zero at a point."""
    worst = 0.0
    for each in compiled.structures:
        if each.kind == "semidefinite":
            size = int(each.numbers["size"][0])
            row, column = np.tril_indices(size)
            weights = np.where(row == column, 1.0, np.sqrt(2.0))
            matrix = matrix_of(size, weights * each.parts["entry"].at(point))
            worst = max(worst, -float(np.linalg.eigvalsh(matrix)[0]))
    return worst


def matrix_of(size: int, triangle: Values) -> Values:
    """The symmetric matrix of a scaled upper triangle, by columns."""
    found = np.zeros((size, size))
    column, row = np.tril_indices(size)
    scaled = np.where(row == column, 1.0, np.sqrt(0.5)) * triangle
    found[row, column] = scaled
    found[column, row] = scaled
    return found


def _weighty(kept: list[Multipliers], z: Values) -> list[int]:
    """The rows or columns whose weight is not zero."""
    return [
        target
        for each in kept
        for target, carries in zip(each.targets.tolist(), z[each.places].astype(bool).tolist(), strict=True)
        if carries
    ]
