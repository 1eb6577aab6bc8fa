"""The LP file of a compiled model: what a person reads and every solver takes.

Numbers are written as `repr` prints them, so reading the file gives the same arrays. Linear rows, ranges,
bounds, integrality, semi-continuous columns and quadratic parts are written; general nonlinear parts
cannot be.
"""

from __future__ import annotations

__all__ = ["number", "single_objective", "text"]

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Integrality, QuadraticRow
from agentopt.compiling.names import column_names, fresh, row_names
from agentopt.errors import CompileError

_WIDTH = 240
"""Where lines break: some readers stop at 560 characters, and names have up to 200."""


def text(compiled: Compiled) -> str:
    """The model in LP format.

    Raises:
        CompileError: it has general nonlinear parts, or objectives of several priorities.
    """
    objective = single_objective(compiled, "LP")
    names, rows = column_names(compiled), row_names(compiled)
    lines = [f"\\ {compiled.instance.formulation.title or 'model'}".replace("\n", " ").rstrip()]
    lines.append("Maximize" if objective is not None and objective.sense == "maximize" else "Minimize")
    lines.extend(_objective(objective, names, _unused(compiled, objective)))
    lines.append("Subject To")
    lines.extend(_rows(compiled, names, rows))
    lines.extend(_bounds(compiled, names))
    for title, kinds in (
        ("General", {Integrality.INTEGER, Integrality.SEMIINTEGER}),
        ("Semi-Continuous", {Integrality.SEMICONTINUOUS, Integrality.SEMIINTEGER}),
    ):
        chosen = np.flatnonzero(np.isin(compiled.integrality, list(kinds))).tolist()
        if chosen:
            lines.append(title)
            lines.extend(f" {names[j]}" for j in chosen)
    lines.append("End")
    return "\n".join(lines) + "\n"


def single_objective(compiled: Compiled, kind: str) -> CompiledObjective | None:
    """The one objective of a model a file format can state.

    Raises:
        CompileError: there is more to the model than the format has words for.
    """
    if compiled.nonlinear or any(each.nonlinear is not None for each in compiled.objectives):
        raise CompileError(
            f"{kind} files state linear and quadratic models; this one has general nonlinear parts",
            hint="export it as `.nl`, or as a Pyomo script (`.py`)",
        )
    if len(compiled.levels) > 1:
        raise CompileError(
            f"{kind} files state one objective; this model has {len(compiled.levels)} priorities",
            hint="export one formulation per priority",
        )
    return compiled.objective


def number(value: float) -> str:
    """A number as written in model files: whole numbers without a point, others as `repr` prints them.

    >>> number(3.0), number(0.1), number(float("-inf"))
    ('3', '0.1', '-inf')
    """
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    whole = int(value)
    return str(whole) if whole == value and abs(whole) < 10**15 else repr(float(value))


def _terms(values: Iterable[float], names: Iterable[str]) -> list[str]:
    return [
        f"{'-' if value < 0 else '+'} {f'{number(abs(value))} ' if abs(value) != 1 else ''}{name}"
        for value, name in zip(values, names, strict=True)
    ]


def _wrapped(head: str, terms: Sequence[str], tail: str = "") -> Iterator[str]:
    line = f" {head}:"
    for term in terms:
        if len(line) + len(term) > _WIDTH:
            yield line
            line = " "
        line += f" {term}"
    yield line + tail


def _unused(compiled: Compiled, objective: CompiledObjective | None) -> list[int]:
    """Columns that neither the objective nor a row has; a file must still mention them."""
    used = np.diff(compiled.matrix.starts) > 0
    parts = [(part.first, part.second) for part in compiled.quadratic_rows]
    if objective is not None:
        used |= objective.cost != 0
        parts += [objective.quadratic[:2]] if objective.quadratic is not None else []
    for first, second in parts:
        used[first] = used[second] = True
    return [int(j) for j in np.flatnonzero(~used)]


def _objective(
    objective: CompiledObjective | None, names: Sequence[str], unused: Sequence[int]
) -> Iterator[str]:
    mentioned = [f"+ 0 {names[j]}" for j in unused]
    if objective is None:
        yield from _wrapped("obj", mentioned or [f"0 {name}" for name in names[:1]])
        return
    used = np.flatnonzero(objective.cost).tolist()
    terms = _terms(objective.cost[used].tolist(), (names[j] for j in used)) + mentioned
    if objective.quadratic is not None:
        first, second, values = objective.quadratic
        # Written as [ ... ]/2 with both halves of a product together: x'Qx/2 has q_ij x_i x_j once per pair.
        doubled = np.where(first == second, values, 2.0 * values)
        terms += _products(first, second, doubled, names, " / 2")
    if objective.offset:
        # Last: SCIP takes no sum after a number.
        terms.append(f"{'-' if objective.offset < 0 else '+'} {number(abs(objective.offset))}")
    if not terms and names:
        terms = [f"0 {names[0]}"]
    yield from _wrapped("obj", terms)


def _products(
    first: Iterable[int], second: Iterable[int], values: Iterable[float], names: Sequence[str], tail: str = ""
) -> list[str]:
    """A sum of products in brackets, as terms; SCIP wants squares without blanks."""
    found = []
    for i, j, value in zip(first, second, values, strict=True):
        product = f"{names[int(i)]}^2" if i == j else f"{names[int(i)]} * {names[int(j)]}"
        found.append(f"{'-' if value < 0 else '+'} {number(abs(float(value)))} {product}")
    found[0] = f"+ [ {found[0]}"
    found[-1] = f"{found[-1]} ]{tail}"
    return found


def _rows(compiled: Compiled, names: Sequence[str], rows: Sequence[str]) -> Iterator[str]:
    matrix = compiled.matrix
    columns = np.repeat(np.arange(matrix.num_columns, dtype=np.int32), np.diff(matrix.starts))
    order = np.argsort(matrix.indices, kind="stable")
    by_row, values = columns[order].tolist(), matrix.values[order].tolist()
    ends = np.cumsum(np.bincount(matrix.indices, minlength=matrix.num_rows)).tolist()
    quadratic: dict[int, QuadraticRow] = {q.row: q for q in compiled.quadratic_rows}
    taken, start = set(rows), 0
    for i, (low, high) in enumerate(
        zip(compiled.row_lower.tolist(), compiled.row_upper.tolist(), strict=True)
    ):
        chosen = by_row[start : ends[i]]
        terms = _terms(values[start : ends[i]], (names[j] for j in chosen))
        start = ends[i]
        if i in quadratic:
            part = quadratic[i]
            terms += _products(part.first, part.second, part.values, names)
        if not terms:
            if not names:
                raise CompileError("a model without variables cannot be written as an LP file")
            terms = [f"0 {names[0]}"]
        if low == high:
            yield from _wrapped(rows[i], terms, f" = {number(low)}")
        elif np.isinf(low) and np.isinf(high):
            yield from _wrapped(rows[i], terms, " >= -inf")
        else:
            # A range is written as two rows: not every reader knows ranges in LP files.
            most = least = rows[i]
            if np.isfinite(low) and np.isfinite(high):
                most, least = fresh(f"{rows[i]}_most", taken), fresh(f"{rows[i]}_least", taken)
                taken |= {most, least}
            if np.isfinite(high):
                yield from _wrapped(most, terms, f" <= {number(high)}")
            if np.isfinite(low):
                yield from _wrapped(least, terms, f" >= {number(low)}")


def _bounds(compiled: Compiled, names: Sequence[str]) -> Iterator[str]:
    yield "Bounds"
    for name, low, high in zip(names, compiled.lower.tolist(), compiled.upper.tolist(), strict=True):
        if np.isinf(low) and np.isinf(high):
            yield f" {name} free"
        elif low == high:
            yield f" {name} = {number(low)}"
        elif low != 0.0 or np.isfinite(high):
            yield f" {number(low)} <= {name}{f' <= {number(high)}' if np.isfinite(high) else ''}"
