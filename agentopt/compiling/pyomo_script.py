"""A model as a Python script that builds it in Pyomo: names as in the formulation, numbers written out.

For people who go on in Pyomo: the script needs nothing but Pyomo, and `model` in it is a `ConcreteModel`.
"""

from __future__ import annotations

__all__ = ["text"]

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Integrality, ProblemClass
from agentopt.compiling.pyomo_model import component_name, graph_values, index_keys, objective_name
from agentopt.compiling.standing import made_of_rows
from agentopt.errors import CompileError


def text(compiled: Compiled) -> str:
    """The script.

    Raises:
        CompileError: several objectives are settled one after the other, or a semi-continuous variable has no
            finite bounds, or a statement has no rows.
    """
    made_of_rows(compiled)
    if len(compiled.levels) > 1:
        raise CompileError(
            f"a Pyomo script states one objective; this model has {len(compiled.levels)} priorities",
            hint="export one formulation per priority",
        )
    name = objective_name(compiled)
    taken = {"model", "pyo", name}
    lines = [*_head(compiled), ""]
    found = _Columns([], [])
    lines.extend(_variables(compiled, taken, found))
    lines.extend(_semicontinuous(compiled, taken, found))
    lines += ["", *_constraints(compiled, taken, found), ""]
    lines += [*_objective(compiled.objective, found, name), "", *_tail(compiled)]
    return "\n".join(lines) + "\n"


_LINEAR = {ProblemClass.LP, ProblemClass.MILP}
"""Classes the script asks HiGHS for, the others SCIP: both come with `pip install highspy pyscipopt`."""


def _tail(compiled: Compiled) -> Iterator[str]:
    yield 'if __name__ == "__main__":'
    solver = "appsi_highs" if compiled.problem_class in _LINEAR else "scip_direct"
    yield f'    print(pyo.SolverFactory("{solver}").solve(model))'
    yield "    model.display()"


@dataclass(frozen=True)
class _Code:
    """A piece of Python that combines as the number it stands for."""

    text: str

    def __add__(self, other: object) -> _Code:
        return _Code(f"({self.text} + {_written(other)})")

    def __radd__(self, other: object) -> _Code:
        return _Code(f"({_written(other)} + {self.text})")

    def __sub__(self, other: object) -> _Code:
        return _Code(f"({self.text} - {_written(other)})")

    def __rsub__(self, other: object) -> _Code:
        return _Code(f"({_written(other)} - {self.text})")

    def __mul__(self, other: object) -> _Code:
        return _Code(f"{self.text} * {_written(other)}")

    def __rmul__(self, other: object) -> _Code:
        return _Code(f"{_written(other)} * {self.text}")

    def __truediv__(self, other: object) -> _Code:
        return _Code(f"({self.text}) / ({_written(other)})")

    def __rtruediv__(self, other: object) -> _Code:
        return _Code(f"({_written(other)}) / ({self.text})")

    def __pow__(self, other: object) -> _Code:
        return _Code(f"({self.text}) ** ({_written(other)})")

    def __rpow__(self, other: object) -> _Code:
        return _Code(f"({_written(other)}) ** ({self.text})")

    def __neg__(self) -> _Code:
        return _Code(f"-({self.text})")

    def __abs__(self) -> _Code:
        return _Code(f"abs({self.text})")


class _Pyomo:
    """Stands in for Pyomo: its functions give the code that calls them."""

    def quicksum(self, parts: Iterable[object]) -> _Code:
        """The sum of the parts."""
        return _Code(f"({' + '.join(_written(part) for part in parts) or '0'})")

    def __getattr__(self, name: str) -> Any:  # any function of one argument
        return lambda argument: _Code(f"pyo.{name}({_written(argument)})")


@dataclass(frozen=True)
class _Columns:
    """Each column as code, and as a factor for products."""

    codes: list[str]
    factors: list[_Code]


def _head(compiled: Compiled) -> Iterator[str]:
    title = compiled.instance.formulation.title or "model"
    said = " ".join(title.replace("\\", "/").replace('"', "'").split())
    yield f'"""{said}: {compiled.problem_class}, a Pyomo model written by agentopt."""'
    yield ""
    yield "import pyomo.environ as pyo"
    yield ""
    yield f"model = pyo.ConcreteModel({title!r})"


def _variables(compiled: Compiled, taken: set[str], found: _Columns) -> Iterator[str]:
    lower, upper = compiled.lower.tolist(), compiled.upper.tolist()
    for block in compiled.variables:
        keys = index_keys(compiled, block)
        name = component_name(block.name, taken)
        place = range(block.start, block.start + len(keys))
        bounds = [_bounds(compiled, j, lower[j], upper[j]) for j in place]
        kinds = {_domain(compiled, j) for j in place}
        same = len(set(bounds)) == 1 and len(kinds) == 1
        stated = [f"domain=pyo.{kinds.pop()}", f"bounds=({', '.join(bounds[0])})"] if same else []
        if keys == [None]:
            yield f"model.{name} = pyo.Var({', '.join(stated)})"
        else:
            listed = ", ".join(repr(key) for key in keys)
            yield f"model.{name} = pyo.Var({', '.join([f'[{listed}]', *stated])})"
        for key, j, (low, high) in zip(keys, place, bounds, strict=True):
            code = f"model.{name}" if key is None else f"model.{name}[{_key(key)}]"
            found.codes.append(code)
            found.factors.append(_Code(code))
            if not same:
                yield f"{code}.domain = pyo.{_domain(compiled, j)}"
                yield f"{code}.bounds = ({low}, {high})"


def _domain(compiled: Compiled, column: int) -> str:
    if compiled.integrality[column] not in (Integrality.INTEGER, Integrality.SEMIINTEGER):
        return "Reals"
    return "Binary" if compiled.lower[column] >= 0 and compiled.upper[column] <= 1 else "Integers"


def _bounds(compiled: Compiled, column: int, low: float, high: float) -> tuple[str, str]:
    """The bounds of a column; one that is semi-continuous may be 0 too."""
    if compiled.integrality[column] >= Integrality.SEMICONTINUOUS:
        return _bound(min(low, 0.0)), _bound(max(high, 0.0))
    return _bound(low), _bound(high)


def _semicontinuous(compiled: Compiled, taken: set[str], found: _Columns) -> Iterator[str]:
    """Pyomo has no semi-continuous domain: low * on <= x <= high * on with a binary each."""
    semi = np.flatnonzero(compiled.integrality >= Integrality.SEMICONTINUOUS).tolist()
    if not semi:
        return
    codes = [found.codes[j] for j in semi]
    lower, upper = compiled.lower[semi].tolist(), compiled.upper[semi].tolist()
    for code, low, high in zip(codes, lower, upper, strict=True):
        if np.isinf(low) or np.isinf(high):
            raise CompileError(
                f"semi-continuous `{code.removeprefix('model.')}` has no finite bounds",
                hint="give it an upper bound",
            )
    on, most, least = (component_name(name, taken) for name in ("is_on", "is_on_most", "is_on_least"))
    names = [repr(code.removeprefix("model.")) for code in codes]
    yield f"model.{on} = pyo.Var([{', '.join(names)}], domain=pyo.Binary)"
    yield f"model.{most} = pyo.Constraint(pyo.Any)"
    yield f"model.{least} = pyo.Constraint(pyo.Any)"
    for code, name, low, high in zip(codes, names, lower, upper, strict=True):
        yield f"model.{most}[{name}] = {code} <= {high!r} * model.{on}[{name}]"
        yield f"model.{least}[{name}] = {code} >= {low!r} * model.{on}[{name}]"


def _constraints(compiled: Compiled, taken: set[str], found: _Columns) -> Iterator[str]:
    bodies = _bodies(compiled, found)
    for block in compiled.rows:
        keys = index_keys(compiled, block)
        name = component_name(block.name, taken)
        if keys != [None]:
            yield f"model.{name} = pyo.Constraint(pyo.Any)"
        for key, row in zip(keys, range(block.start, block.start + len(keys)), strict=True):
            stated = _statement(bodies[row], float(compiled.row_lower[row]), float(compiled.row_upper[row]))
            if stated is None:
                continue
            if key is None:
                yield f"model.{name} = pyo.Constraint(expr={stated})"
            else:
                yield f"model.{name}[{_key(key)}] = {stated}"


def _bodies(compiled: Compiled, found: _Columns) -> list[list[str]]:
    """The terms of every row."""
    matrix = compiled.matrix
    bodies: list[list[str]] = [[] for _ in range(matrix.num_rows)]
    owner = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts)).tolist()
    for column, row, value in zip(owner, matrix.indices.tolist(), matrix.values.tolist(), strict=True):
        bodies[row].append(_term(value, found.codes[column]))
    for quadratic in compiled.quadratic_rows:
        bodies[quadratic.row] += _products(
            quadratic.first.tolist(), quadratic.second.tolist(), quadratic.values.tolist(), found
        )
    for part in compiled.nonlinear:
        values = graph_values(_Pyomo(), part.graph, found.factors)
        for row, value in zip(part.rows.tolist(), values, strict=True):
            bodies[row].append(_written(value))
    return bodies


def _statement(terms: list[str], low: float, high: float) -> str | None:
    """What a row demands; None where it demands nothing."""
    if np.isinf(low) and np.isinf(high):
        return None
    if not terms:
        return "pyo.Constraint.Feasible" if low <= 0 <= high else "pyo.Constraint.Infeasible"
    body = _sum(terms)
    if low == high:
        return f"{body} == {low!r}"
    if np.isinf(low):
        return f"{body} <= {high!r}"
    return f"{body} >= {low!r}" if np.isinf(high) else f"({low!r}, {body}, {high!r})"


def _objective(objective: CompiledObjective | None, found: _Columns, name: str) -> Iterator[str]:
    if objective is None:
        yield f"model.{name} = pyo.Objective(expr=0)"
        return
    terms = [_term(float(objective.cost[j]), found.codes[j]) for j in np.flatnonzero(objective.cost).tolist()]
    if objective.quadratic is not None:
        first, second, values = (part.tolist() for part in objective.quadratic)
        halved = [0.5 * v if i == j else v for i, j, v in zip(first, second, values, strict=True)]
        terms += _products(first, second, halved, found)
    if objective.nonlinear is not None:
        terms.append(_written(graph_values(_Pyomo(), objective.nonlinear.graph, found.factors)[0]))
    if objective.offset:
        terms.append(repr(float(objective.offset)))
    yield f"model.{name} = pyo.Objective(expr={_sum(terms or ['0'])}, sense=pyo.{objective.sense})"


def _products(
    first: Sequence[int], second: Sequence[int], values: Sequence[float], found: _Columns
) -> list[str]:
    return [
        _term(value, f"{found.codes[i]} * {found.codes[j]}")
        for i, j, value in zip(first, second, values, strict=True)
    ]


def _term(value: float, code: str) -> str:
    return code if value == 1 else f"{value!r} * {code}"


def _sum(terms: Sequence[str]) -> str:
    """Terms added up, over several lines where they are many."""
    if sum(map(len, terms)) < 90:
        return " + ".join(terms)
    return "(\n    " + "\n    + ".join(terms) + "\n)"


def _written(value: object) -> str:
    return value.text if isinstance(value, _Code) else repr(value)


def _key(key: object) -> str:
    return ", ".join(map(repr, key)) if isinstance(key, tuple) else repr(key)


def _bound(value: float) -> str:
    return "None" if np.isinf(value) else repr(value)
