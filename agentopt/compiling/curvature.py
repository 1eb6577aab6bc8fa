"""Which entry or direction makes a quadratic function bend the wrong way, in the names of the model."""

from __future__ import annotations

__all__ = ["objective_bends", "why_not_convex"]

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, Indices
from agentopt.compiling.convexity import MAX_BLOCK
from agentopt.compiling.names import shown_column
from agentopt.formulation.instance import Values

MAX_NAMED = 4
"""Columns of a direction that are named."""


def why_not_convex(compiled: Compiled, first: Indices, second: Indices, values: Values) -> str:
    """A sentence about a sum of `values[k] * x[first[k]] * x[second[k]]`, each pair once.

    Empty where no direction is found along which it bends down.

    >>> from agentopt.compiling import compile_instance
    >>> from agentopt.formulation.binding import bind
    >>> from agentopt.formulation.elements import Formulation
    >>> parts = {"variables": {"x": {}, "y": {}}, "objective": {"minimize": "x*x + 4*x*y"}}
    >>> model = compile_instance(bind(Formulation.model_validate(parts)))
    >>> why_not_convex(model, np.array([0, 1]), np.array([0, 0]), np.array([1.0, 4.0]))
    'it holds the product `y*x` (4), but no square of `y`'
    """
    on = first == second
    squares = dict(zip(first[on].tolist(), values[on].tolist(), strict=True))
    negative = [(value, column) for column, value in squares.items() if value < 0]
    if negative:
        value, column = min(negative)
        name = shown_column(compiled, column)
        return f"its square of `{name}` counts {value:g}, so it bends down along `{name}`"
    for one, other, value in zip(first.tolist(), second.tolist(), values.tolist(), strict=True):
        for column in (one, other):
            if one != other and value and not squares.get(column):
                names = [shown_column(compiled, each) for each in (one, other)]
                return (
                    f"it holds the product `{'*'.join(names)}` ({value:g}), "
                    f"but no square of `{shown_column(compiled, column)}`"
                )
    return _direction(compiled, first, second, values)


def objective_bends(compiled: Compiled, objective: CompiledObjective) -> str:
    """The sentence about an objective: convex is what is minimized, concave what is maximized."""
    if objective.quadratic is None:
        return ""
    first, second, values = objective.quadratic
    values = np.where(first == second, 0.5, 1.0) * values
    if objective.sense == "minimize":
        return why_not_convex(compiled, first, second, values)
    found = why_not_convex(compiled, first, second, -values)
    return f"turned round to be minimized, {found}" if found else ""


def _direction(compiled: Compiled, first: Indices, second: Indices, values: Values) -> str:
    used = np.unique(np.concatenate([first, second]))
    if not len(used) or len(used) > MAX_BLOCK:
        return ""
    row, column = np.searchsorted(used, first), np.searchsorted(used, second)
    dense = np.zeros((len(used), len(used)))
    np.add.at(dense, (row, column), values / 2)
    np.add.at(dense, (column, row), values / 2)
    found, vectors = np.linalg.eigh(dense)
    if found[0] >= -1e-11 * max(1.0, float(np.abs(found).max())):
        return ""
    along = vectors[:, 0] / np.abs(vectors[:, 0]).max()
    along = along if along[np.argmax(np.abs(along))] > 0 else -along
    largest = np.argsort(-np.abs(along), kind="stable")[:MAX_NAMED]
    parts = [
        f"{shown_column(compiled, int(used[k]))} {along[k]:+.3g}" for k in largest if abs(along[k]) > 1e-3
    ]
    rest = int(np.count_nonzero(np.abs(along) > 1e-3)) - len(parts)
    more = f" and {rest} more" if rest > 0 else ""
    return f"it bends down along the direction {', '.join(parts)}{more}"
