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
from agentopt.compiling.names import column_names, row_names
from agentopt.errors import CompileError

_DISCRETE = {Integrality.INTEGER, Integrality.SEMIINTEGER}
_SEMI = {Integrality.SEMICONTINUOUS, Integrality.SEMIINTEGER}


def text(compiled: Compiled) -> str:
    """The model in free MPS format.

    Raises:
        CompileError: it has general nonlinear parts, or objectives of several priorities.
    """
    objective = single_objective(compiled, "MPS")
    names, rows = column_names(compiled), row_names(compiled)
    title = "_".join((compiled.instance.formulation.title or "model").split())[:60] or "model"
    lines = [f"NAME {title}"]
    if objective is not None and objective.sense == "maximize":
        lines += ["OBJSENSE", "    MAX"]
    lines += ["ROWS", " N obj__"]
    lines.extend(_senses(compiled, rows))
    lines.append("COLUMNS")
    lines.extend(_columns(compiled, objective, names, rows))
    lines.append("RHS")
    lines.extend(_sides(compiled, objective, rows))
    lines.append("BOUNDS")
    lines.extend(_bounds(compiled, names))
    lines.extend(_quadratic(compiled, objective, names, rows))
    lines.append("ENDATA")
    return "\n".join(lines) + "\n"


def _is_range(low: float, high: float) -> bool:
    return bool(np.isfinite(low) and np.isfinite(high) and low != high)


def _senses(compiled: Compiled, rows: Sequence[str]) -> Iterator[str]:
    for name, low, high in zip(rows, compiled.row_lower.tolist(), compiled.row_upper.tolist(), strict=True):
        if low == high:
            yield f" E {name}"
        elif np.isfinite(high):
            yield f" L {name}"
        elif np.isfinite(low):
            yield f" G {name}"
        else:
            yield f" N {name}"


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
            yield f" {name} obj__ {number(cost[j])}"
        for k in range(starts[j], starts[j + 1]):
            yield f" {name} {rows[indices[k]]} {number(values[k])}"
    if inside:
        yield " MARKER 'MARKER' 'INTEND'"


def _sides(compiled: Compiled, objective: CompiledObjective | None, rows: Sequence[str]) -> Iterator[str]:
    if objective is not None and objective.offset:
        yield f" RHS obj__ {number(-objective.offset)}"
    ranges = []
    for name, low, high in zip(rows, compiled.row_lower.tolist(), compiled.row_upper.tolist(), strict=True):
        if np.isinf(high) and np.isinf(low):
            continue
        side = high if np.isfinite(high) else low
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
        if kind in _SEMI:
            if np.isinf(high):
                raise CompileError(
                    f"`{name}` is semi-continuous without an upper bound, which MPS files cannot state",
                    hint="give it an upper bound",
                )
            if low:
                yield f" LO BND {name} {number(low)}"
            yield f" SC BND {name} {number(high)}"
        elif np.isinf(low) and np.isinf(high):
            yield f" FR BND {name}"
        elif low == high:
            yield f" FX BND {name} {number(low)}"
        else:
            if np.isinf(low):
                yield f" MI BND {name}"
            elif low != 0.0 or kind in _DISCRETE:
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
        yield f"QCMATRIX {rows[part.row]}"
        for i, j, value in zip(part.first.tolist(), part.second.tolist(), part.values.tolist(), strict=True):
            if i == j:
                yield f" {names[i]} {names[j]} {number(value)}"
            else:
                # QCMATRIX states the whole symmetric matrix.
                yield f" {names[i]} {names[j]} {number(value / 2)}"
                yield f" {names[j]} {names[i]} {number(value / 2)}"
