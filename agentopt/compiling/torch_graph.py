"""Graphs of a compiled model as torch functions over axes that broadcast.

A node over axes (M, k, ...) evaluates to a tensor with as many axes, each of its full length or of length 1
where the values do not change along it. The first axis may be the points of a table; then any of them can be
picked.
"""

from __future__ import annotations

__all__ = ["Evaluate", "Leaves", "built"]

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Graph
from agentopt.errors import EngineError

Evaluate = Callable[[Any, Any | None], Any]
"""Columns (n,) and the points picked, or None for all of them, to values that broadcast over the axes."""

_LETTERS = "abcdefghijklmnopqrstuvwxyz"

_SAME = frozenset(["exp", "log", "log10", "log2", "sqrt", "abs", "sin", "cos", "tan", "asin", "acos", "atan"])
_SAME |= {"sinh", "cosh", "tanh"}
"""Functions that torch has by the same name."""


@dataclass(frozen=True)
class Leaves:
    """Where the tensors of data are kept."""

    device: str

    def numbers(self, values: NDArray[Any]) -> Any:
        """Data as float64."""
        import torch

        return torch.as_tensor(np.array(values, dtype=np.float64), device=self.device)

    def whole_numbers(self, values: NDArray[Any]) -> Any:
        """Places, as int64."""
        import torch

        return torch.as_tensor(np.array(values, dtype=np.int64), device=self.device)


def built(graph: Graph, axes: tuple[int, ...], leaves: Leaves, *, batched: bool = False) -> Evaluate:
    """A graph whose values lie over `axes` (their product is its size) as a function.

    Args:
        graph: the expression.
        axes: their lengths.
        leaves: where data goes.
        batched: whether the first axis can be picked from.

    Raises:
        EngineError: a function torch does not have.
    """
    if graph.operation == "constant":
        assert graph.values is not None
        return _constant(leaves.numbers(_squeezed(graph.values.reshape(axes))), batched)
    if graph.operation == "column":
        assert graph.columns is not None
        return _column(leaves.whole_numbers(_squeezed(graph.columns.reshape(axes))), batched)
    if graph.parents is not None:
        return _folded(graph, axes, leaves, batched)
    softened = _softplus(graph)
    if softened is not None:
        import torch

        inner = built(softened, axes, leaves, batched=batched)
        return lambda x, picked: torch.nn.functional.softplus(inner(x, picked), threshold=40.0)
    if graph.operation == "sqrt" and _is_square(graph.operands[0]):
        import torch

        root = built(graph.operands[0].operands[0], axes, leaves, batched=batched)
        # |z| as it stands: the root has no derivative at zero.
        return lambda x, picked: torch.abs(root(x, picked))
    if graph.operation == "power" and (exponent := _uniform(graph.operands[1])) is not None:
        base = built(graph.operands[0], axes, leaves, batched=batched)
        # A plain number: the derivative by a tensor of exponents would need logarithms.
        return lambda x, picked: base(x, picked) ** exponent
    operands = [built(each, axes, leaves, batched=batched) for each in graph.operands]
    combine = _operation(graph.operation)
    return lambda x, picked: combine([each(x, picked) for each in operands])


def _constant(values: Any, batched: bool) -> Evaluate:
    if batched and values.shape[0] > 1:
        return lambda x, picked: values if picked is None else values.index_select(0, picked)
    return lambda x, picked: values


def _column(places: Any, batched: bool) -> Evaluate:
    if batched and places.shape[0] > 1:
        return lambda x, picked: x[places] if picked is None else x[places.index_select(0, picked)]
    return lambda x, picked: x[places]


def _squeezed(values: NDArray[Any]) -> NDArray[Any]:
    """The values with every axis along which they do not change cut to length 1."""
    for axis in range(values.ndim):
        if values.shape[axis] < 2:
            continue
        first = np.take(values, [0], axis=axis)
        # The second element tells most that differ, at little cost.
        second = np.take(values, [1], axis=axis)
        if np.array_equal(first, second) and bool((values == first).all()):
            values = first
    return np.ascontiguousarray(values)


def _folded(graph: Graph, axes: tuple[int, ...], leaves: Leaves, batched: bool) -> Evaluate:
    assert graph.parents is not None
    (operand,) = graph.operands
    number = operand.size // graph.size if graph.size else 0
    even = number * graph.size == operand.size and np.array_equal(
        graph.parents, np.repeat(np.arange(graph.size), number)
    )
    if not even or not number:
        return _scattered(graph, axes, leaves, batched)
    deeper = (*axes, number)
    if graph.operation == "sum" and operand.operation == "multiply" and len(operand.operands) > 1:
        return _contracted(operand, deeper, leaves, batched)
    inner, fold = built(operand, deeper, leaves, batched=batched), _FOLDS[graph.operation]
    return lambda x, picked: fold(inner(x, picked), number)


def _contracted(graph: Graph, axes: tuple[int, ...], leaves: Leaves, batched: bool) -> Evaluate:
    """The sum of a product over the last axis: a matrix product wherever the factors allow."""
    import torch

    data = [each for each in graph.operands if each.operation == "constant"]
    rest = [each for each in graph.operands if each.operation != "constant"]
    groups = [data, rest] if data and rest else [graph.operands[:1], graph.operands[1:]]
    one, other = ([built(each, axes, leaves, batched=batched) for each in group] for group in groups if group)
    letters = _LETTERS[: len(axes)]
    number, equation = axes[-1], f"{letters},{letters}->{letters[:-1]}"

    def value(x: Any, picked: Any | None) -> Any:
        left = functools.reduce(torch.mul, [each(x, picked) for each in one])
        right = functools.reduce(torch.mul, [each(x, picked) for each in other])
        if left.shape[-1] == right.shape[-1] == 1 and number > 1:
            return (left * right * number).squeeze(-1)
        return torch.einsum(equation, left, right)

    return value


def _scattered(graph: Graph, axes: tuple[int, ...], leaves: Leaves, batched: bool) -> Evaluate:
    """A fold of unequally many values: all of them are evaluated, and those of the points picked taken."""
    import torch

    assert graph.parents is not None
    (operand,) = graph.operands
    inner = built(operand, (operand.size,), leaves)
    parents, operation = leaves.whole_numbers(graph.parents), graph.operation
    start = {"sum": 0.0, "prod": 1.0, "fold_max": -np.inf, "fold_min": np.inf}[operation]
    kind = {"prod": "prod", "fold_max": "amax", "fold_min": "amin"}.get(operation, "")

    def value(x: Any, picked: Any | None) -> Any:
        values = inner(x, None).expand(operand.size)
        found = torch.full((graph.size,), start, dtype=x.dtype, device=x.device)
        if operation == "sum":
            found = found.index_add(0, parents, values)
        else:
            found = found.scatter_reduce(0, parents, values, kind)
        found = found.reshape(axes)
        return found if picked is None or not batched else found.index_select(0, picked)

    return value


def _sum(values: Any, number: int) -> Any:
    return values.sum(-1) if values.shape[-1] == number else values.squeeze(-1) * number


def _prod(values: Any, number: int) -> Any:
    return values.prod(-1) if values.shape[-1] == number else values.squeeze(-1) ** number


_FOLDS: dict[str, Callable[[Any, int], Any]] = {
    "sum": _sum,
    "prod": _prod,
    "fold_max": lambda values, number: values.amax(-1),
    "fold_min": lambda values, number: values.amin(-1),
}


def _uniform(graph: Graph) -> float | None:
    """The one number a constant holds everywhere; None if it is none."""
    if graph.operation != "constant" or graph.values is None or not len(graph.values):
        return None
    first = float(graph.values[0])
    return first if bool((graph.values == first).all()) else None


def _softplus(graph: Graph) -> Graph | None:
    """z, where a graph is log(1 + exp(z)): evaluated as it stands, it overflows at z of 710."""
    if graph.operation != "log" or graph.operands[0].operation != "add":
        return None
    terms = graph.operands[0].operands
    ones = [each for each in terms if _uniform(each) == 1.0]
    powers = [each for each in terms if each.operation == "exp"]
    return powers[0].operands[0] if len(terms) == 2 and len(ones) == len(powers) == 1 else None


def _is_square(graph: Graph) -> bool:
    return graph.operation == "power" and _uniform(graph.operands[1]) == 2.0


def _operation(name: str) -> Callable[[Sequence[Any]], Any]:
    import torch

    table: dict[str, Callable[[Sequence[Any]], Any]] = {
        "add": lambda parts: functools.reduce(torch.add, parts),
        "multiply": lambda parts: functools.reduce(torch.mul, parts),
        "divide": lambda parts: parts[0] / parts[1],
        "power": lambda parts: parts[0] ** parts[1],
        "negate": lambda parts: -parts[0],
        "max": lambda parts: functools.reduce(torch.maximum, parts),
        "min": lambda parts: functools.reduce(torch.minimum, parts),
    }
    if name in table:
        return table[name]
    if name not in _SAME:
        raise EngineError(
            f"the gradient trainers have no form for `{name}`", hint="state it with other functions"
        )
    function: Callable[[Any], Any] = getattr(torch, name)
    return lambda parts: function(parts[0])
