"""The compiled model as CasADi expressions: objective and rows with exact first and second derivatives."""

from __future__ import annotations

__all__ = ["build"]

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, Graph
from agentopt.errors import EngineError


def build(compiled: Compiled) -> tuple[Any, Any, Any]:
    """Columns (n,), the first objective to be minimized, rows (m,), as CasADi symbols.

    Raises:
        EngineError: a function CasADi does not have.
    """
    import casadi as ca

    x = ca.SX.sym("x", compiled.num_columns)
    matrix = compiled.matrix
    linear = ca.DM(
        ca.Sparsity(matrix.num_rows, matrix.num_columns, matrix.starts.tolist(), matrix.indices.tolist()),
        matrix.values.tolist(),
    )
    rows = ca.densify(ca.mtimes(linear, x)) if matrix.num_rows else ca.SX(0, 1)
    for row in compiled.quadratic_rows:
        first, second = x[row.first.tolist()], x[row.second.tolist()]
        rows[row.row] += ca.dot(ca.DM(row.values), first * second)
    for nonlinear in compiled.nonlinear:
        places = nonlinear.rows.tolist()
        rows[places] += _graph(nonlinear.graph, x)
    return x, _objective(compiled, x), rows


def _objective(compiled: Compiled, x: Any) -> Any:
    import casadi as ca

    objective = compiled.objective
    if objective is None:
        return ca.SX(0)
    total = ca.dot(ca.DM(objective.cost), x) + objective.offset
    if objective.quadratic is not None:
        first, second, values = objective.quadratic
        factors = np.where(first == second, 0.5, 1.0) * values
        total += ca.dot(ca.DM(factors), x[first.tolist()] * x[second.tolist()])
    if objective.nonlinear is not None:
        total += _graph(objective.nonlinear.graph, x)
    return -total if objective.sense == "maximize" else total


def _graph(graph: Graph, x: Any) -> Any:
    """The N values of a graph, a column."""
    import casadi as ca

    if graph.operation == "constant":
        assert graph.values is not None
        return ca.SX(ca.DM(graph.values.tolist()))
    if graph.operation == "column":
        assert graph.columns is not None
        return x[graph.columns.tolist()]
    operands = [_graph(operand, x) for operand in graph.operands]
    if graph.parents is not None:
        return _folded(graph, operands[0])
    return _operation(graph.operation)(*operands)


def _folded(graph: Graph, values: Any) -> Any:
    import casadi as ca

    assert graph.parents is not None
    parents = graph.parents.tolist()
    if graph.operation == "sum":
        number = len(parents)
        ones = ca.DM.triplet(parents, list(range(number)), [1.0] * number, graph.size, number)
        return ca.densify(ca.mtimes(ones, values))
    table: dict[str, tuple[Callable[[Any, Any], Any], float]] = {
        "prod": (lambda a, b: a * b, 1.0),
        "fold_max": (ca.fmax, -np.inf),
        "fold_min": (ca.fmin, np.inf),
    }
    combine, nothing = table[graph.operation]
    groups: list[list[Any]] = [[] for _ in range(graph.size)]
    for k, parent in enumerate(parents):
        groups[parent].append(values[k])
    parts: list[Any] = [functools.reduce(combine, group) if group else nothing for group in groups]
    return ca.vertcat(*parts)


def _operation(name: str) -> Callable[..., Any]:
    import casadi as ca

    def over(combine: Callable[[Any, Any], Any]) -> Callable[..., Any]:
        def folded(*parts: Any) -> Any:
            return functools.reduce(combine, parts)

        return folded

    table: dict[str, Callable[..., Any]] = {
        "add": over(lambda a, b: a + b),
        "multiply": over(lambda a, b: a * b),
        "divide": lambda a, b: a / b,
        "power": _power,
        "negate": lambda a: -a,
        "abs": ca.fabs,
        "max": over(ca.fmax),
        "min": over(ca.fmin),
        "log2": lambda a: ca.log(a) / float(np.log(2.0)),
    }
    for plain in [
        "exp",
        "log",
        "log10",
        "sqrt",
        "sin",
        "cos",
        "tan",
        "asin",
        "acos",
        "atan",
        "sinh",
        "cosh",
        "tanh",
    ]:
        table[plain] = getattr(ca, plain)
    if name not in table:
        raise EngineError(f"Ipopt has no form for `{name}`", hint="state it with other functions")
    return table[name]


def _power(base: Any, exponent: Any) -> Any:
    """Powers with small whole exponents as products, whose derivatives are defined at zero too."""
    import casadi as ca

    if not exponent.is_constant():
        return base**exponent
    numbers: Sequence[float] = np.array(ca.DM(exponent)).reshape(-1).tolist()
    if len(set(numbers)) == 1 and numbers[0].is_integer() and 0 <= numbers[0] <= 16:
        return base ** int(numbers[0])
    return base**exponent
