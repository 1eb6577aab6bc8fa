"""Values of rows and objectives at a point, from the arrays."""

from __future__ import annotations

__all__ = ["graph_values", "max_violation", "nonlinear_size", "objective_value", "row_values"]

from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Graph
from agentopt.formulation.instance import Values

_UNARY = {
    name: getattr(np, name)
    for name in ("exp", "log", "log10", "log2", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "abs")
} | {"asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "negate": np.negative}


def row_values(compiled: Compiled, point: Values) -> Values:
    """What stands between the bounds of each row at a point of shape (n,); shape (m,)."""
    matrix = compiled.matrix
    weights = matrix.values * np.repeat(point, np.diff(matrix.starts))
    rows = np.bincount(matrix.indices, weights=weights, minlength=matrix.num_rows).astype(float)
    for part in compiled.quadratic_rows:
        rows[part.row] += float(np.sum(part.values * point[part.first] * point[part.second]))
    for nonlinear in compiled.nonlinear:
        np.add.at(rows, nonlinear.rows, graph_values(nonlinear.graph, point))
    return rows


def objective_value(objective: CompiledObjective, point: Values) -> float:
    """An objective at a point."""
    value = float(objective.cost @ point) + objective.offset
    if objective.quadratic is not None:
        first, second, values = objective.quadratic
        value += float(np.sum(np.where(first == second, 0.5, 1.0) * values * point[first] * point[second]))
    if objective.nonlinear is not None:
        value += float(graph_values(objective.nonlinear.graph, point)[0])
    return value


def max_violation(compiled: Compiled, point: Values) -> float:
    """The largest amount by which a bound is exceeded; 0 at a feasible point (integrality aside)."""
    rows = row_values(compiled, point)
    zero = (compiled.integrality >= 2) & (point == 0)
    lower, upper = np.where(zero, 0.0, compiled.lower), np.where(zero, 0.0, compiled.upper)
    excess = [compiled.row_lower - rows, rows - compiled.row_upper, lower - point, point - upper]
    return max(0.0, *(float(part.max()) for part in excess if len(part)))


def graph_values(graph: Graph, point: Values) -> Values:
    """The N values of a graph at a point; NaN where it is not defined.

    >>> x = Graph("column", 2, columns=np.array([0, 1]))
    >>> graph_values(Graph("sum", 1, (x,), parents=np.array([0, 0])), np.array([1.0, 2.0]))
    array([3.])
    """
    if graph.operation == "constant":
        assert graph.values is not None
        return graph.values
    if graph.operation == "column":
        return point[graph.columns]
    operands = [graph_values(operand, point) for operand in graph.operands]
    with np.errstate(all="ignore"):
        return np.asarray(_apply(graph, operands), dtype=float)


def nonlinear_size(compiled: Compiled) -> int:
    """How many values the nonlinear expressions of a model take: what one evaluation costs."""
    graphs = [each.graph for each in compiled.nonlinear]
    graphs += [each.nonlinear.graph for each in compiled.objectives if each.nonlinear is not None]
    return sum(map(_width, graphs))


def _width(graph: Graph) -> int:
    """The values of the widest operation of a graph, operands side by side."""
    return max(graph.size, sum(map(_width, graph.operands)))


def _apply(graph: Graph, operands: list[Values]) -> Any:  # numpy's reductions are typed as Any
    match graph.operation:
        case "add":
            return np.sum(operands, axis=0)
        case "multiply":
            return np.prod(operands, axis=0)
        case "divide":
            return operands[0] / operands[1]
        case "power":
            return operands[0] ** operands[1]
        case "max":
            return np.max(operands, axis=0)
        case "min":
            return np.min(operands, axis=0)
        case "sum" | "prod" | "fold_max" | "fold_min":
            assert graph.parents is not None
            fold, start = {
                "sum": (np.add, 0.0),
                "prod": (np.multiply, 1.0),
                "fold_max": (np.maximum, -np.inf),
                "fold_min": (np.minimum, np.inf),
            }[graph.operation]
            result = np.full(graph.size, start)
            fold.at(result, graph.parents, operands[0])
            return result
    return _UNARY[graph.operation](operands[0])
