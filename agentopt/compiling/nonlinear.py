"""General nonlinear expressions as vectorised graphs over columns."""

from __future__ import annotations

__all__ = ["graph"]

from collections.abc import Sequence

import numpy as np

from agentopt.compiling.arrays import Graph
from agentopt.compiling.build import flat_columns
from agentopt.compiling.terms import Columns, Lift, Monomial, Pending, Space, columns_of
from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Env
from agentopt.formulation.frames import Frame
from agentopt.formulation.generators import expand, filtered

_FOLDS = {"sum": "sum", "prod": "prod", "max": "fold_max", "min": "fold_min"}
_DATA_ONLY = frozenset({"floor", "ceil", "round", "mod"})


def graph(space: Space, expr: t.Expr, frame: Frame, env: Env, lift: Lift) -> Graph:
    """An expression at every point of a frame of one axis (or none).

    Raises:
        CompileError: the expression uses a function that is defined on data only.
    """
    size = frame.size
    if space.is_data(expr):
        values = np.broadcast_to(space.data.number(expr, frame, env), frame.lengths).reshape(-1)
        return Graph("constant", size, values=np.array(values, dtype=float))

    def parts(operands: Sequence[t.Expr]) -> tuple[Graph, ...]:
        return tuple(graph(space, operand, frame, env, lift) for operand in operands)

    match expr:
        case t.Name() | t.Item():
            return _column(space, Pending(expr, env), frame)
        case t.Negate(operand=operand):
            return Graph("negate", size, parts([operand]))
        case t.Add(terms=terms):
            return Graph("add", size, parts(terms))
        case t.Multiply(factors=factors):
            return Graph("multiply", size, parts(factors))
        case t.Divide(numerator=numerator, denominator=denominator):
            return Graph("divide", size, parts([numerator, denominator]))
        case t.Power(base=base, exponent=exponent):
            return Graph("power", size, parts([base, exponent]))
        case t.Call(function=function, arguments=arguments):
            if function in _DATA_ONLY:
                raise CompileError(
                    f"`{function}` takes data only, and its argument depends on a variable",
                    hint="state what is rounded as an integer variable with bounds on both sides",
                )
            if function in {"min", "max"} and len(arguments) == 1:
                return graph(space, arguments[0], frame, env, lift)
            return Graph(function, size, parts(arguments))
        case t.Choice(condition=condition, then=then, otherwise=otherwise):
            return _choice(space, condition, then, otherwise, frame, env, lift)
        case t.Aggregate(function=function, body=body, generators=generators) if function in {
            *_FOLDS,
            "norm",
        }:
            return _fold(space, function, body, generators, frame, env, lift)
    auxiliary, lifted = lift(expr, env, frame, 0)
    return _column(space, auxiliary, lifted)


def _column(space: Space, item: object, frame: Frame) -> Graph:
    found = columns_of(space, item, frame)  # type: ignore[arg-type]  # one of the two kinds of item
    assert isinstance(found, Columns), "a frame of one axis needs no merging"
    _, (columns,), _ = flat_columns(Monomial(frame.rooted(), np.asarray(1.0), (found,)))
    return Graph("column", frame.size, columns=columns.astype(np.int64))


def _fold(
    space: Space,
    function: str,
    body: t.Expr,
    generators: Sequence[t.Generator],
    frame: Frame,
    env: Env,
    lift: Lift,
) -> Graph:
    inner, inner_env = expand(space.data, frame.rooted(), env, generators)
    parents = np.broadcast_to(inner.parent_numbers(), inner.lengths).reshape(-1).astype(np.int64)
    flat = inner.merge(range(len(inner.lengths)))
    if function in {"max", "min"} and len(np.unique(parents)) < frame.size:
        raise CompileError(f"`{function}` over no elements", hint="leave such indices out with `if`")
    values = graph(space, body, flat, inner_env, lift)
    if function == "norm":
        two = Graph("constant", flat.size, values=np.full(flat.size, 2.0))
        squares = Graph("power", flat.size, (values, two))
        return Graph("sqrt", frame.size, (Graph("sum", frame.size, (squares,), parents=parents),))
    return Graph(_FOLDS[function], frame.size, (values,), parents=parents)


def _choice(
    space: Space, condition: t.Expr, then: t.Expr, otherwise: t.Expr, frame: Frame, env: Env, lift: Lift
) -> Graph:
    """Each branch over the points it is for, then put together: points of the other branch count zero."""
    parts = []
    for guard, branch in ((condition, then), (t.Not(condition), otherwise)):
        chosen = filtered(space.data, frame.rooted(), env, guard)
        if chosen.size:
            parents = np.broadcast_to(chosen.parent_numbers(), chosen.lengths).reshape(-1).astype(np.int64)
            values = graph(space, branch, chosen, env, lift)
            parts.append(Graph("sum", frame.size, (values,), parents=parents))
    return Graph("add", frame.size, tuple(parts)) if len(parts) > 1 else parts[0]
