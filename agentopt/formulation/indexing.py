"""Checking names and what stands in their brackets: arity, order, membership, free indices."""

from __future__ import annotations

__all__ = ["check_item", "check_keys", "check_literal", "check_name", "declared", "initial", "made_up"]

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from agentopt.errors import nearest
from agentopt.formulation import tree as t
from agentopt.formulation.instance import canonical
from agentopt.formulation.scope import Axis, Scope, fit
from agentopt.formulation.seen import UNKNOWN, Seen, count
from agentopt.formulation.unparse import unparse

if TYPE_CHECKING:
    from agentopt.formulation.statements import StatementChecker


def check_name(checker: StatementChecker, node: t.Name, scope: Scope) -> Seen:
    """Check a name that stands alone: an index, a scalar, a set, an element."""
    f, name = checker.formulation, node.id
    if name in scope:
        return Seen("label", axis=scope[name], index=True)
    if name in f.parameters or name in f.variables:
        over = f.parameters[name].over if name in f.parameters else f.variables[name].over
        kind = "parameter" if name in f.parameters else "variable"
        decides = kind == "variable"
        if over:
            example = f"{name}[{', '.join(suggest(checker, over, scope))}]"
            checker.error(
                node,
                f"the {kind} `{name}` is indexed over {', '.join(over)} and stands without an index",
                f"write `{example}`, or sum it: `sum({example} for ...)`",
            )
        return Seen("number", decides)
    if name in f.sets:
        return Seen("set")
    if is_element(checker, name):
        return Seen("label")
    return unknown(checker, node, name, scope)


def check_item(checker: StatementChecker, node: t.Item, scope: Scope) -> Seen:
    """Check a parameter or variable with its index."""
    f, name = checker.formulation, node.name
    declared = f.parameters.get(name) or f.variables.get(name)
    if declared is None:
        if name in f.sets:
            return checker.error(
                node,
                f"`{name}` is a set and takes no index",
                f"write `(...) in {name}` for membership, or name a parameter over it",
            )
        if name in scope:
            return checker.error(node, f"`{name}` is an index and takes none itself", "name a parameter")
        if name in t.AGGREGATES or name in t.FUNCTIONS:
            return checker.error(node, f"`{name}` is a function", f"write `{name}(...)` with round brackets")
        for key in node.keys:
            checker.visit(key, scope)
        return checker.error(
            node,
            f"`{name}` is not a parameter or variable",
            nearest(name, [*f.parameters, *f.variables]) or "declare it",
        )
    decides = name in f.variables and name not in f.parameters
    if not declared.over:
        return replace(
            checker.error(
                node,
                f"`{name}` is a single number and takes no index",
                f"write `{name}`, or give it `over`",
            ),
            sort="number",
            decides=decides,
        )
    axes = checker.shapes.over(declared.over)
    if axes is not None and len(axes) != len(node.keys):
        example = f"{name}[{', '.join(suggest(checker, declared.over, scope))}]"
        checker.error(
            node,
            f"`{unparse(node)}` has {count(len(node.keys), 'index', 'indices')}, "
            f"but `{name}` is over {_over(declared.over, axes)}",
            f"write `{example}`",
        )
        axes = None
    check_keys(checker, node, node.keys, axes, scope)
    return Seen("number", decides)


def unknown(
    checker: StatementChecker, node: t.Node, name: str, scope: Scope, axis: Axis | None = None
) -> Seen:
    """Complain about a name nothing is known of, once per expression."""
    if name in checker.complained:
        return UNKNOWN
    checker.complained.add(name)
    f = checker.formulation
    within = sorted(map(str, axis.within or ())) if axis is not None else []
    known = [*scope, *f.parameters, *f.variables, *f.sets]
    hint = nearest(name, within) or nearest(name, known) if len(name) > 2 else ""
    if axis is not None and axis.ancestors and not hint:
        home = axis.name if axis.name in f.sets else min(axis.ancestors)[0]
        return checker.error(
            node,
            f"the index `{name}` is not bound by any `for`",
            f'{checker.advice(name, home)}, or write `"{name}"` if it is an element',
        )
    if not hint and len(name) <= 2:
        alike = [each for each in known if each.casefold() == name.casefold()]
        homes = [s for s in f.sets if s.casefold().startswith(name[0].casefold())] or list(f.sets)
        return checker.error(
            node,
            f"`{name}` is neither declared nor bound by a `for`",
            f"did you mean `{alike[0]}`?" if alike else checker.advice(name, homes[0] if homes else "SET"),
        )
    return checker.error(
        node,
        f"`{name}` is not a parameter, variable, set or index",
        hint or f'declare it, or write `"{name}"` if it is an element of a set',
    )


def check_keys(
    checker: StatementChecker,
    node: t.Item | t.Member,
    keys: Sequence[t.Expr],
    axes: Sequence[Axis] | None,
    scope: Scope,
) -> None:
    """Check the index expressions before or within brackets against the columns they stand for."""
    seen: list[Seen] = []
    for place, key in enumerate(keys):
        axis = axes[place] if axes is not None else None
        if isinstance(key, t.Name) and key.id not in scope and not declared(checker, key.id):
            if (axis is not None and axis.within is not None and canonical(key.id) in axis.within) or (
                axis is not None and axis.within is None and is_element(checker, key.id)
            ):
                seen.append(Seen("label"))
            else:
                seen.append(unknown(checker, key, key.id, scope, axis))
            continue
        found = checker.visit(key, scope)
        if isinstance(key, t.Name) and found.decides and checker.formulation.variables[key.id].over:
            found = UNKNOWN  # that it stands without an index was said
        if found.sort in ("condition", "statement", "set"):
            found = checker.error(key, f"`{unparse(key)}` is a {found.sort}, and an index is expected")
        seen.append(checker.no_variable(key, found, "an index"))
    if axes is None:
        return
    misfits = [
        place
        for place, (one, axis) in enumerate(zip(seen, axes, strict=True))
        if one.index and one.axis is not None and fit(one.axis, axis) != "fits"
    ]
    if misfits and _swapped(checker, node, keys, seen, axes):
        return
    for place, (key, one, axis) in enumerate(zip(keys, seen, axes, strict=True)):
        if place in misfits and fit(one.axis, axis) == "foreign" and one.axis is not None:
            checker.error(
                key,
                f"`{unparse(key)}` ranges over {one.axis.name}, but index {place + 1} of "
                f"`{unparse(node)}` is one of {axis.name}, and they have no element in common",
                _other_index(checker, axis, scope),
            )
        check_literal(checker, key, axis)


def _other_index(checker: StatementChecker, axis: Axis, scope: Scope) -> str:
    fitting = [i for i, a in scope.items() if a is not None and axis.ancestors & a.ancestors]
    return f"did you mean `{fitting[0]}`?" if fitting else f"use an index of {axis.name}"


def _swapped(
    checker: StatementChecker,
    node: t.Item | t.Member,
    keys: Sequence[t.Expr],
    seen: Sequence[Seen],
    axes: Sequence[Axis],
) -> bool:
    """Report an order of indices that does not fit when another one fits exactly."""
    if len(keys) != len(axes) or len(keys) > 6:
        return False
    left = list(range(len(keys)))
    order: list[int] = []
    for axis in axes:
        good = [k for k in left if (a := seen[k].axis) is not None and a.ancestors & axis.ancestors]
        if not good:
            return False
        order.append(good[0])
        left.remove(good[0])
    if order == sorted(order):
        return False
    meant = ", ".join(unparse(keys[k]) for k in order)
    corrected = f"{node.name}[{meant}]" if isinstance(node, t.Item) else f"({meant})"
    checker.error(
        node,
        f"the indices of `{unparse(node)}` are in another order: expected "
        f"{', '.join(axis.name for axis in axes)}",
        f"did you mean `{corrected}`?",
    )
    return True


def check_literal(checker: StatementChecker, key: t.Expr, axis: Axis) -> None:
    """An element written out must be in the set, where its elements are known."""
    value: str | int | float
    match key:
        case t.Label(text=text):
            value = text
        case t.Number(value=number):
            value = number
        case _:
            return
    if axis.within is not None and canonical(value) not in axis.within:
        some = ", ".join(str(x) for x in sorted(axis.within, key=str)[:8])
        checker.error(
            key,
            f"`{value}` is not an element of {axis.name}",
            nearest(str(value), map(str, axis.within)) or f"its elements: {some}",
        )


def suggest(checker: StatementChecker, over: Sequence[str], scope: Scope) -> list[str]:
    """Index names for a thing over these sets: those in scope that fit, else made-up ones."""
    found: list[str] = []
    for axis in checker.shapes.over(over) or [Axis(name) for name in over]:
        fitting = [i for i, a in scope.items() if a is not None and axis.ancestors & a.ancestors]
        fresh = [i for i in fitting if i not in found] or fitting
        found.append(fresh[0] if fresh else initial(axis.name, {*found, *scope}))
    return found


def made_up(checker: StatementChecker, axes: Sequence[Axis], scope: Mapping[str, Axis | None]) -> list[str]:
    """Index names for the columns of a set."""
    found: list[str] = []
    for axis in axes:
        found.append(initial(axis.name, {*found, *scope}))
    return found


def is_element(checker: StatementChecker, name: str) -> bool:
    """Whether some listed set has an element of this name."""
    axes = [axis for each in checker.formulation.sets for axis in checker.shapes.axes(each) or ()]
    return any(axis.within is not None and canonical(name) in axis.within for axis in axes)


def declared(checker: StatementChecker, name: str) -> bool:
    """Whether a parameter, variable or set has this name."""
    f = checker.formulation
    return name in f.parameters or name in f.variables or name in f.sets


def initial(name: str, taken: set[str]) -> str:
    """A short index name for a set that is not taken yet."""
    letters = [c for c in name.casefold() if c.isascii() and c.isalpha()]
    return next((c for c in [*letters, *"ijkmnpqrstuvw"] if c not in taken), "index")


def _over(over: Sequence[str], axes: Sequence[Axis]) -> str:
    names = ", ".join(over)
    return names if len(axes) == len(over) else f"{names}, {len(axes)} labels an element"
