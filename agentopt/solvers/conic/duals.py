"""Duals of rows and reduced costs of columns from the multipliers of cones."""

from __future__ import annotations

__all__ = ["dual_matrices", "multipliers"]

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Values
from agentopt.solvers.conic.build import OneSided, Program
from agentopt.solvers.conic.certificates import matrix_of


def multipliers(
    compiled: Compiled, program: Program, z: Values, point: Values
) -> tuple[Values | None, Values | None]:
    """Derivatives of the objective by sides, in the model's own sense, of rows (m,) and columns (n,).

    None for both where the gradient of a row vanishes at the point and its dual is not defined.
    """
    objective = compiled.objective
    sign = -1.0 if objective is not None and objective.sense == "maximize" else 1.0
    duals, reduced = np.zeros(compiled.num_rows), np.zeros(compiled.num_columns)
    for kept, target in ((program.rows, duals), (program.bounds, reduced)):
        for each in kept:
            np.add.at(target, each.targets, each.sign * z[each.places])
    for row in program.one_sided:
        found = _by_gradient(compiled, program, row, z, point)
        if found is None:
            return None, None
        duals[row.row] = found
    return sign * duals, sign * reduced


def dual_matrices(program: Program, z: Values) -> tuple[Values, ...]:
    """The multipliers of semidefinite cones as symmetric matrices."""
    return tuple(
        matrix_of(block.size, z[block.start : block.start + len(block.members.constant)])
        for block in program.cones.blocks
        if block.kind == "semidefinite"
    )


def _by_gradient(
    compiled: Compiled, program: Program, row: OneSided, z: Values, point: Values
) -> float | None:
    """The multiplier whose gradient is what the cone brings to each column."""
    brought = np.zeros(compiled.num_columns)
    block = next(each for each in program.cones.blocks if each.start == row.first)
    members = block.members
    np.add.at(brought, members.columns, members.values * z[block.start + members.points])
    gradient = np.zeros(compiled.num_columns)
    sign = 1.0 if row.above else -1.0
    np.add.at(gradient, row.linear.columns, sign * row.linear.values)
    np.add.at(gradient, row.form.first, row.form.values * point[row.form.second])
    np.add.at(gradient, row.form.second, row.form.values * point[row.form.first])
    size = float(gradient @ gradient)
    if size <= 1e-12 * max(1.0, float(brought @ brought)):
        return None if np.abs(brought).max(initial=0.0) > 1e-9 else 0.0
    return float(sign * (brought @ gradient) / size)
