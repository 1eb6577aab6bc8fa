"""Checking `for ... in ... if ...`: sets, the indices that run over them, membership."""

from __future__ import annotations

__all__ = ["check_domain", "check_generators", "check_member"]

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from agentopt.errors import nearest
from agentopt.formulation import tree as t
from agentopt.formulation.indexing import check_keys, declared, made_up
from agentopt.formulation.scope import Axis, Scope, reserved
from agentopt.formulation.seen import Seen, count
from agentopt.formulation.unparse import unparse

if TYPE_CHECKING:
    from agentopt.formulation.statements import StatementChecker


def check_generators(checker: StatementChecker, generators: Sequence[t.Generator], scope: Scope) -> Scope:
    """Check generators in turn; the scope inside them."""
    inner: dict[str, Axis | None] = dict(scope)
    for generator in generators:
        axes = check_domain(checker, generator.domain, inner)
        targets = generator.targets
        if axes is not None and len(axes) != len(targets):
            shown = unparse(generator.domain)
            wanted = ", ".join(made_up(checker, axes, inner))
            checker.error(
                generator,
                f"elements of `{shown}` have {count(len(axes), 'label', 'labels')}, but "
                f"{count(len(targets), 'index is', 'indices are')} named for them",
                f"write `for {wanted} in {shown}`",
            )
            axes = None
        for place, target in enumerate(targets):
            _check_target(checker, generator, target, inner, targets[:place])
            inner[target] = axes[place] if axes is not None else None
        for condition in generator.conditions:
            checker.condition(condition, inner)
    return inner


def _check_target(
    checker: StatementChecker,
    generator: t.Generator,
    target: str,
    scope: Mapping[str, Axis | None],
    before: Sequence[str],
) -> None:
    """An index name must be new."""
    if target in before:
        checker.error(generator, f"the index `{target}` is named twice", "give each its own name")
    elif target in scope:
        others = [name for name in generator.targets if name != target]
        hint = f"rename the inner `{target}`"
        if others:
            pair = ", ".join(generator.targets)
            hint = (
                f"to keep the outer one, loop over the rest and filter: `for {', '.join(others)} in ... "
                f"if ({pair}) in {unparse(generator.domain)}`; otherwise {hint}"
            )
        checker.error(generator, f"the index `{target}` is already bound outside", hint)
    elif declared(checker, target):
        checker.error(
            generator, f"the index `{target}` has the name of something declared", "rename the index"
        )
    elif target in reserved():
        checker.error(generator, f"the index `{target}` has the name of a function", "rename the index")


def check_domain(checker: StatementChecker, node: t.Expr, scope: Scope) -> tuple[Axis, ...] | None:
    """Check a set expression; its columns, or None when they are not known."""
    f = checker.formulation
    match node:
        case t.Name(id=name):
            if name in f.sets:
                return checker.shapes.axes(name)
            if declared(checker, name) or name in scope:
                kind = (
                    "an index" if name in scope else "a parameter" if name in f.parameters else "a variable"
                )
                checker.error(node, f"`{name}` is {kind}, and a set is expected")
            elif name not in checker.complained:
                checker.complained.add(name)
                checker.error(
                    node,
                    f"`{name}` is not a set",
                    nearest(name, f.sets) or f"known sets: {', '.join(f.sets) or 'none'}",
                )
            return None
        case t.Call(function="range"):
            checker.call(node, scope)
        case t.SetLiteral(elements=elements):
            for element in elements:
                checker.visit(element, scope)
        case t.SetOperation(operator=operator, left=left, right=right):
            first, second = check_domain(checker, left, scope), check_domain(checker, right, scope)
            if first is not None and second is not None and operator != "*" and len(first) != len(second):
                checker.error(
                    node,
                    f"`{unparse(left)}` has {count(len(first), 'label', 'labels')} an element and "
                    f"`{unparse(right)}` has {len(second)}",
                )
        case _:
            checker.error(node, f"`{unparse(node)}` is not a set", "name a set")
            return None
    return checker.shapes.domain(node)


def check_member(checker: StatementChecker, node: t.Member, scope: Scope) -> Seen:
    """Check `(p, m) in LANES`."""
    axes = check_domain(checker, node.domain, scope)
    if axes is not None and len(axes) != len(node.keys):
        checker.error(
            node,
            f"{count(len(node.keys), 'label stands', 'labels stand')} before `in`, but elements of "
            f"`{unparse(node.domain)}` have {len(axes)}",
            f"write `({', '.join(made_up(checker, axes, scope))}) in {unparse(node.domain)}`",
        )
        axes = None
    check_keys(checker, node, node.keys, axes, scope)
    return Seen("condition")
