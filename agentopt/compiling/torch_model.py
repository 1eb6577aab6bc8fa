"""The compiled model as torch functions of its columns: whole tables at once, derivatives by autograd.

A graph states one value a point, in flat arrays. Here each fold of equally many values becomes an axis, and
data or columns that do not change along an axis are kept once and broadcast, so that `sum(w[j]*x[i,j] for j
in J)` over a table is one matrix product. An objective that is a sum over points can be evaluated at some of
them, for steps over minibatches.
"""

from __future__ import annotations

__all__ = ["SumOverPoints", "TorchModel", "build"]

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Graph
from agentopt.compiling.torch_graph import Evaluate, Leaves, built

DENSE = 4_000_000
"""Coefficients of rows up to which they are kept as a full matrix, if a tenth of them or more is not zero."""


@dataclass(frozen=True, eq=False)
class SumOverPoints:
    """`factor` times the sum of `values` over `points` points; `values(x, picked)` has one value a point."""

    factor: float
    points: int
    values: Evaluate

    def total(self, x: Any, picked: Any | None = None) -> Any:
        """The sum; over some points only, scaled up to stand for all of them."""
        import torch

        values = self.values(x, picked)
        number = self.points if picked is None else len(picked)
        if values.numel() == 1:
            return self.factor * self.points * values.reshape(())
        return self.factor * (self.points / number) * torch.sum(values)


@dataclass(frozen=True, eq=False)
class TorchModel:
    """Columns x, a float64 tensor of shape (n,), to the objective and the rows.

    Attributes:
        points: how many points of a table the objective is a sum over; 0 if it is none. Sums of fewer points
            (penalties, mostly) are always whole.
        sums, whole: the parts of the objective, to be minimized.
        rows: what stands between the sides of the rows, shape (m,).
    """

    points: int
    sums: tuple[SumOverPoints, ...]
    whole: tuple[Callable[[Any], Any], ...]
    rows: Callable[[Any], Any]

    def objective(self, x: Any, picked: Any | None = None) -> Any:
        """What is minimized, a tensor of no axes; estimated from the points `picked`, if any are."""
        import torch

        total = torch.zeros((), dtype=x.dtype, device=x.device)
        for part in self.whole:
            total = total + part(x)
        for each in self.sums:
            total = total + each.total(x, picked if each.points == self.points else None)
        return total


def build(compiled: Compiled, device: str = "cpu") -> TorchModel:
    """The first objective of a model, to be minimized, and its rows.

    Raises:
        EngineError: a function torch does not have.
    """
    leaves = Leaves(device)
    objective = compiled.objective
    sums: list[SumOverPoints] = []
    whole: list[Callable[[Any], Any]] = []
    if objective is not None:
        sign = -1.0 if objective.sense == "maximize" else 1.0
        whole.append(_polynomial(objective, sign, leaves))
        if objective.nonlinear is not None:
            for graph, factor in _addends(objective.nonlinear.graph, sign):
                if graph.operation == "sum" and graph.operands[0].size > 1:
                    inner = graph.operands[0]
                    values = built(inner, (inner.size,), leaves, batched=True)
                    sums.append(SumOverPoints(factor, inner.size, values))
                else:
                    whole.append(_single(graph, factor, leaves))
    points = max((each.points for each in sums), default=0)
    return TorchModel(points, tuple(sums), tuple(whole), _rows(compiled, leaves))


def _addends(graph: Graph, factor: float) -> Iterator[tuple[Graph, float]]:
    """The terms of an objective of one value, with the numbers they are multiplied by."""
    match graph.operation:
        case "add":
            for operand in graph.operands:
                yield from _addends(operand, factor)
        case "negate":
            yield from _addends(graph.operands[0], -factor)
        case "multiply":
            numbers = [each for each in graph.operands if each.operation == "constant"]
            others = [each for each in graph.operands if each.operation != "constant"]
            if len(others) != 1:
                yield graph, factor
                return
            scale = float(np.prod([_number(each) for each in numbers])) if numbers else 1.0
            yield from _addends(others[0], factor * scale)
        case "divide" if graph.operands[1].operation == "constant" and _number(graph.operands[1]) != 0.0:
            yield from _addends(graph.operands[0], factor / _number(graph.operands[1]))
        case _:
            yield graph, factor


def _number(graph: Graph) -> float:
    assert graph.values is not None
    return float(graph.values[0])


def _single(graph: Graph, factor: float, leaves: Leaves) -> Callable[[Any], Any]:
    value = built(graph, (), leaves)
    return lambda x: factor * value(x, None).reshape(())


def _polynomial(objective: CompiledObjective, sign: float, leaves: Leaves) -> Callable[[Any], Any]:
    """Cost @ x + offset + x'Qx/2."""
    places = np.flatnonzero(objective.cost)
    columns, cost = leaves.whole_numbers(places), leaves.numbers(sign * objective.cost[places])
    offset = sign * objective.offset
    if objective.quadratic is None:
        return lambda x: (cost * x[columns]).sum() + offset
    first, second, values = objective.quadratic
    one, other = leaves.whole_numbers(first), leaves.whole_numbers(second)
    factors = leaves.numbers(sign * np.where(first == second, 0.5, 1.0) * values)

    def value(x: Any) -> Any:
        return (cost * x[columns]).sum() + offset + (factors * x[one] * x[other]).sum()

    return value


def _rows(compiled: Compiled, leaves: Leaves) -> Callable[[Any], Any]:
    """The rows of a model: linear, quadratic and general parts, added where they belong."""
    parts: list[tuple[Any, Callable[[Any], Any]]] = []
    if compiled.quadratic_rows:
        places = np.repeat(
            [each.row for each in compiled.quadratic_rows],
            [len(each.values) for each in compiled.quadratic_rows],
        )
        parts.append((leaves.whole_numbers(places), _products(compiled, leaves)))
    for each in compiled.nonlinear:
        inner = built(each.graph, (each.graph.size,), leaves)
        parts.append((leaves.whole_numbers(each.rows), _expanded(inner, each.graph.size)))
    linear = _linear(compiled, leaves)

    def rows(x: Any) -> Any:
        found = linear(x)
        for where, part in parts:
            found = found.index_add(0, where, part(x))
        return found

    return rows


def _products(compiled: Compiled, leaves: Leaves) -> Callable[[Any], Any]:
    rows: Sequence[Any] = compiled.quadratic_rows
    first = leaves.whole_numbers(np.concatenate([each.first for each in rows]))
    second = leaves.whole_numbers(np.concatenate([each.second for each in rows]))
    values = leaves.numbers(np.concatenate([each.values for each in rows]))
    return lambda x: values * x[first] * x[second]


def _expanded(inner: Evaluate, size: int) -> Callable[[Any], Any]:
    return lambda x: inner(x, None).expand(size)


def _linear(compiled: Compiled, leaves: Leaves) -> Callable[[Any], Any]:
    import torch

    matrix = compiled.matrix
    columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
    full = matrix.num_rows * matrix.num_columns
    if len(matrix.values) and full <= DENSE and len(matrix.values) * 10 >= full:
        dense = np.zeros((matrix.num_rows, matrix.num_columns))
        dense[matrix.indices, columns] = matrix.values
        table = leaves.numbers(dense)
        return lambda x: table @ x
    where, taken = leaves.whole_numbers(matrix.indices), leaves.whole_numbers(columns)
    values = leaves.numbers(matrix.values)

    def rows(x: Any) -> Any:
        nothing = torch.zeros(matrix.num_rows, dtype=x.dtype, device=x.device)
        return nothing.index_add(0, where, values * x[taken])

    return rows
