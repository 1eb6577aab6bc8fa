"""Derived parameters replaced by their formulas, so that an expression rests on given data alone."""

from __future__ import annotations

__all__ = ["inlined"]

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any, TypeVar

from agentopt.formulation import tree as t
from agentopt.formulation.instance import Instance
from agentopt.formulation.resolve import ParsedFormula

MAX_NODES = 2000
"""Nodes up to which an expression is written out; formulas of formulas can double at every level."""

N = TypeVar("N", bound=t.Node)


def inlined(expr: t.Expr, formulas: Mapping[str, ParsedFormula], instance: Instance) -> t.Expr | None:
    """An expression without derived parameters; None where a formula cannot stand in an expression.

    A formula that sums would turn a sum into one of products of sets, one that may be missing at an index
    or refers to itself has no one expression.
    """
    for _ in range(MAX_NODES):
        found = list(itertools.islice(t.walk(expr), MAX_NODES + 1))
        if len(found) > MAX_NODES:
            return None
        named = {n.id if isinstance(n, t.Name) else n.name for n in found if isinstance(n, t.Name | t.Item)}
        derived = {name for name in named if name in formulas and instance.sources.get(name) == "derived"}
        if not derived:
            return expr
        if not all(_stands(name, formulas[name], instance) for name in derived):
            return None
        written: t.Expr = _mapped(expr, partial(_written, derived=derived, formulas=formulas))
        if written == expr:
            return None
        expr = written
    return None


def _stands(name: str, formula: ParsedFormula, instance: Instance) -> bool:
    """Whether a formula can be written in place of the parameter wherever that stands."""
    parameter = instance.parameters[name]
    size = 1
    for each in parameter.over:
        size *= len(instance.sets[each])
    return (
        parameter.default is None
        and len(parameter.values) == size
        and not any(isinstance(n, t.Aggregate | t.Call | t.Form) for n in t.walk(formula.expression))
        and not any(isinstance(n, t.Name | t.Item) and _called(n) == name for n in t.walk(formula.expression))
    )


def _called(node: t.Name | t.Item) -> str:
    return node.id if isinstance(node, t.Name) else node.name


def _written(node: t.Node, derived: set[str], formulas: Mapping[str, ParsedFormula]) -> t.Node | None:
    """The formula of a derived parameter at its keys; None for any other node."""
    if not isinstance(node, t.Name | t.Item) or _called(node) not in derived:
        return None
    formula = formulas[_called(node)]
    keys = node.keys if isinstance(node, t.Item) else ()
    if len(keys) != len(formula.indices):
        return None
    places: dict[str, t.Node] = dict(zip(formula.indices, keys, strict=True))
    return _mapped(
        formula.expression, lambda inner: places.get(inner.id) if isinstance(inner, t.Name) else None
    )


def _mapped(node: N, change: Callable[[t.Node], t.Node | None]) -> N:
    """A tree with some of its nodes changed, from the top."""
    changed = change(node)
    if changed is not None:
        return changed  # type: ignore[return-value]  # an expression for an expression
    return replace(node, **dict(_children(node, change))) if fields(node) else node


def _children(node: t.Node, change: Callable[[t.Node], t.Node | None]) -> Iterator[tuple[str, Any]]:
    for field in fields(node):
        value = getattr(node, field.name)
        if isinstance(value, t.Node):
            yield field.name, _mapped(value, change)
        elif isinstance(value, tuple):
            yield field.name, tuple(_mapped(v, change) if isinstance(v, t.Node) else v for v in value)
