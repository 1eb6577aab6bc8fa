"""The free-format MPS file of a compiled model, with numbers as `repr` prints them.

Quadratic objectives go to QUADOBJ, quadratic rows to QCMATRIX sections; ranges, every kind of bound,
integrality and semi-continuous columns are written.
"""

from __future__ import annotations

__all__ = ["text"]

from collections.abc import Iterator, Sequence

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Integrality
from agentopt.compiling.lp_file import number, single_objective
from agentopt.compiling.names import column_names, fresh, row_names

_DISCRETE = {Integrality.INTEGER, Integrality.SEMIINTEGER}
_SEMI = {Integrality.SEMICONTINUOUS, Integrality.SEMIINTEGER}


def text(compiled: Compiled) -> str:
    """The model in free MPS format.

    A semi-continuous column without an upper bound gets 1e30, which readers take for none.

    Raises:
        CompileError: it has general nonlinear parts, or objectives of several priorities.
    """
    objective = single_objective(compiled, "MPS")
    names, rows = column_names(compiled), row_names(compiled)
    cost = fresh("obj", rows)
    title = "_".join((compiled.instance.formulation.title or "model").split())[:60] or "model"
    lines = [f"NAME {title}"]
    if objective is not None and objective.sense == "maximize":
        lines += ["OBJSENSE", "    MAX"]
    lines += ["ROWS", f" N {cost}"]
    lines.extend(_senses(compiled, rows))
    lines.append("COLUMNS")
    lines.extend(_columns(compiled, objective, names, [*rows, cost]))
    lines.append("RHS")
    lines.extend(_sides(compiled, objective, [*rows, cost]))
    lines.append("BOUNDS")
    lines.extend(_bounds(compiled, names))
    lines.extend(_quadratic(compiled, objective, names, rows))
    lines.append("ENDATA")
    return "\n".join(lines) + "\n"


def _is_range(low: float, high: float) -> bool:
    return bool(np.isfinite(low) and np.isfinite(high) and low != high)


def _base(low: float, high: float) -> float:
    """The side a row is written with; of a range, the one from which its width gives the other back."""
    if _is_range(low, high):
        return low if low + (high - low) == high else high
    return high if np.isfinite(high) else low


def _senses(compiled: Compiled, rows: Sequence[str]) -> Iterator[str]:
    for name, low, high in zip(rows, compiled.row_lower.tolist(), compiled.row_upper.tolist(), strict=True):
        if low == high:
            yield f" E {name}"
        elif np.isinf(low) and np.isinf(high):
            yield f" N {name}"
        else:
            yield f" {'L' if _base(low, high) == high else 'G'} {name}"


def _columns(
    compiled: Compiled, objective: CompiledObjective | None, names: Sequence[str], rows: Sequence[str]
) -> Iterator[str]:
    matrix = compiled.matrix
    starts, indices, values = matrix.starts.tolist(), matrix.indices.tolist(), matrix.values.tolist()
    cost = objective.cost.tolist() if objective is not None else [0.0] * len(names)
    inside = False
    for j, (name, kind) in enumerate(zip(names, compiled.integrality.tolist(), strict=True)):
        if (kind in _DISCRETE) != inside:
            inside = not inside
            yield f" MARKER 'MARKER' '{'INTORG' if inside else 'INTEND'}'"
        if cost[j] or starts[j] == starts[j + 1]:
            yield f" {name} {rows[-1]} {number(cost[j])}"
        for k in range(starts[j], starts[j + 1]):
            yield f" {name} {rows[indices[k]]} {number(values[k])}"
    if inside:
        yield " MARKER 'MARKER' 'INTEND'"


def _sides(compiled: Compiled, objective: CompiledObjective | None, rows: Sequence[str]) -> Iterator[str]:
    if objective is not None and objective.offset:
        yield f" RHS {rows[-1]} {number(-objective.offset)}"
    ranges = []
    for name, low, high in zip(
        rows[:-1], compiled.row_lower.tolist(), compiled.row_upper.tolist(), strict=True
    ):
        if np.isinf(high) and np.isinf(low):
            continue
        side = _base(low, high)
        if side:
            yield f" RHS {name} {number(side)}"
        if _is_range(low, high):
            ranges.append(f" RNG {name} {number(high - low)}")
    if ranges:
        yield "RANGES"
        yield from ranges


def _bounds(compiled: Compiled, names: Sequence[str]) -> Iterator[str]:
    for name, low, high, kind in zip(
        names, compiled.lower.tolist(), compiled.upper.tolist(), compiled.integrality.tolist(), strict=True
    ):
        # A bound SC of 0 means none; at most 0 is no more than a bound to a column that may be 0 anyway.
        if kind in _SEMI and high:
            if low or high < 0:
                yield f" LO BND {name} {number(low)}"
            yield f" SC BND {name} {number(high) if np.isfinite(high) else '1e30'}"
        elif np.isinf(low) and np.isinf(high):
            yield f" FR BND {name}"
        elif low == high:
            yield f" FX BND {name} {number(low)}"
        else:
            if np.isinf(low):
                yield f" MI BND {name}"
            elif low != 0.0 or high < 0 or kind in _DISCRETE:
                yield f" LO BND {name} {number(low)}"
            if np.isfinite(high):
                yield f" UP BND {name} {number(high)}"
            elif kind in _DISCRETE:
                yield f" PL BND {name}"


def _quadratic(
    compiled: Compiled, objective: CompiledObjective | None, names: Sequence[str], rows: Sequence[str]
) -> Iterator[str]:
    if objective is not None and objective.quadratic is not None:
        yield "QUADOBJ"
        for i, j, value in zip(*(part.tolist() for part in objective.quadratic), strict=True):
            yield f" {names[i]} {names[j]} {number(value)}"
    for part in compiled.quadratic_rows:
        if np.isinf(compiled.row_lower[part.row]) and np.isinf(compiled.row_upper[part.row]):
            continue
        yield f"QCMATRIX {rows[part.row]}"
        for i, j, value in zip(part.first.tolist(), part.second.tolist(), part.values.tolist(), strict=True):
            if i == j:
                yield f" {names[i]} {names[j]} {number(value)}"
            else:
                # QCMATRIX states the whole symmetric matrix.
                yield f" {names[i]} {names[j]} {number(value / 2)}"
                yield f" {names[j]} {names[i]} {number(value / 2)}"
