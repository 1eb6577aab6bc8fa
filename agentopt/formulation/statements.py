"""Checking one expression at a time: what every part is, and whether it may stand where it stands.

A part is a number, a label (an index or an element), a condition, a set or a statement about variables; `Seen`
says which. The rules are those of binding and compiling, so that what passes here means the same there; where
the answer depends on data, nothing is claimed.
"""

from __future__ import annotations

__all__ = ["Reporter", "Seen", "StatementChecker"]

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from agentopt.errors import nearest
from agentopt.formulation import tree as t
from agentopt.formulation.diagnostics import Severity
from agentopt.formulation.instance import canonical
from agentopt.formulation.scope import Axis, Scope, Shapes, fit
from agentopt.formulation.unparse import unparse

Reporter = Callable[[Severity, t.Node | None, str, str], None]
"""Takes a finding about the expression being checked: severity, the node it is about, message, hint."""

Sort = Literal["number", "label", "condition", "set", "statement", "unknown"]


@dataclass(frozen=True)
class Seen:
    """What a part of an expression is.

    Attributes:
        sort: number, label, condition on data, set, or statement about variables.
        decides: whether it contains a variable.
        axis: what a label ranges over, if known.
        index: whether a label is an index or computed from one (and not a literal element).
    """

    sort: Sort
    decides: bool = False
    axis: Axis | None = None
    index: bool = False


_UNKNOWN = Seen("unknown")
_DATA_ONLY = frozenset(["floor", "ceil", "round", "mod"])
_UP, _DOWN = frozenset(["<", "<="]), frozenset([">", ">="])


class StatementChecker:
    """Checks the expressions of one formulation; findings go to `report`.

    `advice` says how an index name is introduced at the place being checked, given the name and a set.
    """

    def __init__(self, shapes: Shapes, report: Reporter, advice: Callable[[str, str], str]) -> None:
        self.shapes = shapes
        self.formulation = shapes.parsed.formulation
        self.report = report
        self.advice = advice
        self._complained: set[str] = set()

    def error(self, node: t.Node | None, message: str, hint: str = "") -> Seen:
        self.report("error", node, message, hint)
        return _UNKNOWN

    # -- what a place wants ----------------------------------------------------------------------------------

    def number(self, node: t.Expr, scope: Scope) -> Seen:
        """Check a part that must be a number."""
        seen = self.visit(node, scope)
        match seen.sort:
            case "set":
                shown = unparse(node)
                return self.error(
                    node,
                    f"`{shown}` is a set, and a number is expected",
                    f"write `len({shown})` for its size, or `sum(... for i in {shown})`",
                )
            case "condition" | "statement":
                hint = "write `1 if ... else 0`" if not seen.decides else "use a binary variable"
                return self.error(node, f"`{unparse(node)}` is a condition, and a number is expected", hint)
            case "label" if seen.axis is not None and seen.axis.numeric is False:
                shown = unparse(node)
                return self.error(
                    node,
                    f"`{shown}` is a label of {seen.axis.name}, and a number is expected",
                    f"write `ord({shown})` for its position",
                )
            case "label" if isinstance(node, t.Label):
                return self.error(node, f"the text {unparse(node)} stands where a number is expected")
        return replace(seen, sort="number") if seen.sort == "label" else seen

    def data(self, node: t.Expr, scope: Scope, what: str) -> Seen:
        """Check a number that may not depend on a variable."""
        return self._no_variable(node, self.number(node, scope), what)

    def condition(self, node: t.Expr, scope: Scope, what: str = "a condition") -> Seen:
        """Check a condition on data and indices."""
        seen = self.visit(node, scope)
        if seen.sort == "set" or (seen.sort == "label" and not seen.index):
            return self.error(node, f"`{unparse(node)}` is no condition", "write `p in PLANTS`, `a == b`")
        return self._no_variable(node, seen, what)

    def _no_variable(self, node: t.Expr, seen: Seen, what: str) -> Seen:
        if seen.decides:
            place, name = self.first_variable(node)
            self.error(
                place,
                f"`{name}` is a variable, and {what} may depend on data and indices only",
                "use `implies(a, b)` or a binary variable in a constraint"
                if what in ("a condition", "the condition of `if`")
                else "name a parameter",
            )
        return replace(seen, decides=False)

    def logical(self, node: t.Expr, scope: Scope) -> Seen:
        """Check an operand of `and`, `implies`, `at_most`...: a statement, a condition, or a binary variable."""
        seen = self.visit(node, scope)
        if seen.sort == "number" and seen.decides:
            name = node.id if isinstance(node, t.Name) else node.name if isinstance(node, t.Item) else ""
            declared = self.formulation.variables.get(name)
            if declared is None:
                return self.error(
                    node,
                    f"`{unparse(node)}` is a number, and a statement is expected",
                    "compare it: `... >= 1`",
                )
            if declared.domain not in ("binary", "integer"):
                return self.error(
                    node,
                    f"`{name}` stands as a condition but is not binary",
                    f"write `{unparse(node)} >= 1` or alike, or declare it `domain: binary`",
                )
        if seen.sort == "set":
            return self.error(node, f"`{unparse(node)}` is a set, and a statement is expected")
        return Seen("statement" if seen.decides else "condition", seen.decides)

    def first_variable(self, node: t.Node) -> tuple[t.Node, str]:
        """The first variable in a tree and its name."""
        for each in t.walk(node):
            name = each.id if isinstance(each, t.Name) else each.name if isinstance(each, t.Item) else ""
            if name in self.formulation.variables:
                return each, name
        return node, "this"

    # -- every kind of part ----------------------------------------------------------------------------------

    def visit(self, node: t.Expr, scope: Scope) -> Seen:
        """What a part is; its own parts are checked on the way."""
        match node:
            case t.Number():
                return Seen("number")
            case t.Label():
                return Seen("label")
            case t.Name():
                return self.name(node, scope)
            case t.Item():
                return self.item(node, scope)
            case t.Negate(operand=operand):
                return self.numbers((operand,), scope)
            case t.Add(terms=(first, *rest)) if len(rest) == 1 and self._is_index(first, scope):
                self.data(rest[0], scope, "an offset")
                axis = scope.get(first.id) if isinstance(first, t.Name) else None
                return Seen("label", axis=_anywhere(axis), index=True)
            case t.Add(terms=parts) | t.Multiply(factors=parts):
                return self.numbers(parts, scope)
            case t.Divide(numerator=top, denominator=bottom):
                if isinstance(bottom, t.Number) and bottom.value == 0:
                    self.error(bottom, "a division by zero")
                return self.numbers((top, bottom), scope)
            case t.Power(base=base, exponent=exponent):
                return self.numbers((base, exponent), scope)
            case t.Call():
                return self.call(node, scope)
            case t.Aggregate():
                return self.aggregate(node, scope)
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                self.condition(condition, scope, "the condition of `if`")
                branches = [self.visit(branch, scope) for branch in (then, otherwise)]
                if all(b.sort in ("statement", "condition") for b in branches):
                    return Seen("statement", any(b.decides for b in branches))
                return self.numbers((then, otherwise), scope, quietly=True)
            case t.Compare():
                return self.compare(node, scope)
            case t.Member():
                return self.member(node, scope)
            case t.And(operands=operands) | t.Or(operands=operands):
                seen = [self.logical(each, scope) for each in operands]
                decides = any(each.decides for each in seen)
                return Seen("statement" if decides else "condition", decides)
            case t.Not(operand=operand):
                return self.logical(operand, scope)
            case t.Form():
                return self.form(node, scope)
            case t.SetOperation() | t.SetLiteral():
                self.domain(node, scope)
                return Seen("set")

    def numbers(self, parts: Sequence[t.Expr], scope: Scope, *, quietly: bool = False) -> Seen:
        # `quietly`: the parts were visited already, and their own findings are out.
        if quietly:
            kept, self.report = self.report, _silent
            try:
                return Seen("number", any(self.visit(part, scope).decides for part in parts))
            finally:
                self.report = kept
        return Seen("number", any([self.number(part, scope).decides for part in parts]))

    def _is_index(self, node: t.Expr, scope: Scope) -> bool:
        return isinstance(node, t.Name) and node.id in scope

    def name(self, node: t.Name, scope: Scope) -> Seen:
        f, name = self.formulation, node.id
        if name in scope:
            return Seen("label", axis=scope[name], index=True)
        if name in f.parameters or name in f.variables:
            over = f.parameters[name].over if name in f.parameters else f.variables[name].over
            kind = "parameter" if name in f.parameters else "variable"
            decides = kind == "variable"
            if over:
                example = f"{name}[{', '.join(self.suggest(over, scope))}]"
                self.error(
                    node,
                    f"the {kind} `{name}` is indexed over {', '.join(over)} and stands without an index",
                    f"write `{example}`, or sum it: `sum({example} for ...)`",
                )
            return Seen("number", decides)
        if name in f.sets:
            return Seen("set")
        if self.is_element(name):
            return Seen("label")
        return self.unknown(node, name, scope)

    def is_element(self, name: str) -> bool:
        """Whether some listed set has an element of this name."""
        axes = [axis for each in self.formulation.sets for axis in self.shapes.axes(each) or ()]
        return any(axis.within is not None and canonical(name) in axis.within for axis in axes)

    def unknown(self, node: t.Node, name: str, scope: Scope, axis: Axis | None = None) -> Seen:
        """Complain about a name nothing is known of, once per expression."""
        if name in self._complained:
            return _UNKNOWN
        self._complained.add(name)
        f = self.formulation
        known = [*scope, *f.parameters, *f.variables, *f.sets]
        hint = nearest(name, known) if len(name) > 2 or name.casefold() in map(str.casefold, known) else ""
        if axis is not None and axis.ancestors and not hint:
            home = min(axis.ancestors)[0] if axis.name not in f.sets else axis.name
            return self.error(
                node,
                f"the index `{name}` is not bound by any `for`",
                f'{self.advice(name, home)}, or write `"{name}"` if it is an element',
            )
        if not hint and len(name) <= 2:
            homes = [s for s in f.sets if s.casefold().startswith(name[0].casefold())] or list(f.sets)
            home = homes[0] if homes else "SET"
            return self.error(
                node, f"`{name}` is neither declared nor bound by a `for`", self.advice(name, home)
            )
        return self.error(
            node,
            f"`{name}` is not a parameter, variable, set or index",
            hint or f'declare it, or write `"{name}"` if it is an element of a set',
        )

    def suggest(self, over: Sequence[str], scope: Scope) -> list[str]:
        """Index names for a thing over these sets: those in scope that fit, else made-up ones."""
        found: list[str] = []
        for axis in self.shapes.over(over) or [Axis(name) for name in over]:
            fitting = [i for i, a in scope.items() if a is not None and axis.ancestors & a.ancestors]
            fresh = [i for i in fitting if i not in found] or fitting
            found.append(fresh[0] if fresh else _initial(axis.name, {*found, *scope}))
        return found

    def item(self, node: t.Item, scope: Scope) -> Seen:
        f, name = self.formulation, node.name
        declared = f.parameters.get(name) or f.variables.get(name)
        if declared is None:
            for key in node.keys:
                self.visit(key, scope)
            if name in f.sets:
                return self.error(
                    node,
                    f"`{name}` is a set and takes no index",
                    f"write `(...) in {name}` for membership, or name a parameter over it",
                )
            if name in scope:
                return self.error(node, f"`{name}` is an index and takes none itself", "name a parameter")
            if name in t.AGGREGATES or name in t.FUNCTIONS:
                return self.error(node, f"`{name}` is a function", f"write `{name}(...)` with round brackets")
            return self.error(
                node,
                f"`{name}` is not a parameter or variable",
                nearest(name, [*f.parameters, *f.variables]) or "declare it",
            )
        decides = name in f.variables and name not in f.parameters
        if not declared.over:
            return replace(
                self.error(
                    node,
                    f"`{name}` is a single number and takes no index",
                    f"write `{name}`, or give it `over`",
                ),
                sort="number",
                decides=decides,
            )
        axes = self.shapes.over(declared.over)
        if axes is not None and len(axes) != len(node.keys):
            example = f"{name}[{', '.join(self.suggest(declared.over, scope))}]"
            self.error(
                node,
                f"`{unparse(node)}` has {_count(len(node.keys), 'index', 'indices')}, "
                f"but `{name}` is over {_over(declared.over, axes)}",
                f"write `{example}`",
            )
            axes = None
        self.keys(node, node.keys, axes, scope)
        return Seen("number", decides)

    def keys(
        self, node: t.Item | t.Member, keys: Sequence[t.Expr], axes: Sequence[Axis] | None, scope: Scope
    ) -> None:
        """Check the index expressions before or within brackets against the columns they stand for."""
        seen: list[Seen] = []
        for place, key in enumerate(keys):
            axis = axes[place] if axes is not None else None
            if isinstance(key, t.Name) and key.id not in scope and not self._declared(key.id):
                if axis is not None and axis.within is not None and canonical(key.id) in axis.within:
                    seen.append(Seen("label"))
                elif axis is not None and axis.within is None and self.is_element(key.id):
                    seen.append(Seen("label"))
                else:
                    seen.append(self.unknown(key, key.id, scope, axis))
                continue
            found = self.visit(key, scope)
            if found.sort in ("condition", "statement", "set"):
                found = self.error(key, f"`{unparse(key)}` is a {found.sort}, and an index is expected")
            seen.append(self._no_variable(key, found, "an index"))
        if axes is None:
            return
        misfits = [
            place
            for place, (one, axis) in enumerate(zip(seen, axes, strict=True))
            if one.index and one.axis is not None and fit(one.axis, axis) != "fits"
        ]
        if misfits and self._swapped(node, keys, seen, axes):
            return
        for place, (key, one, axis) in enumerate(zip(keys, seen, axes, strict=True)):
            if place in misfits and fit(one.axis, axis) == "foreign" and one.axis is not None:
                self.error(
                    key,
                    f"`{unparse(key)}` ranges over {one.axis.name}, but index {place + 1} of "
                    f"`{unparse(node)}` is one of {axis.name}, and they have no element in common",
                    self._other_index(axis, scope),
                )
            self.literal_key(key, axis)

    def _declared(self, name: str) -> bool:
        f = self.formulation
        return name in f.parameters or name in f.variables or name in f.sets

    def _other_index(self, axis: Axis, scope: Scope) -> str:
        fitting = [i for i, a in scope.items() if a is not None and axis.ancestors & a.ancestors]
        return f"did you mean `{fitting[0]}`?" if fitting else f"use an index of {axis.name}"

    def _swapped(
        self, node: t.Item | t.Member, keys: Sequence[t.Expr], seen: Sequence[Seen], axes: Sequence[Axis]
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
        self.error(
            node,
            f"the indices of `{unparse(node)}` are in another order: expected "
            f"{', '.join(axis.name for axis in axes)}",
            f"did you mean `{corrected}`?",
        )
        return True

    def literal_key(self, key: t.Expr, axis: Axis) -> None:
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
            self.error(
                key,
                f"`{value}` is not an element of {axis.name}",
                nearest(str(value), map(str, axis.within)) or f"its elements: {some}",
            )

    def call(self, node: t.Call, scope: Scope) -> Seen:
        function, arguments = node.function, node.arguments
        if function == "range":
            for argument in arguments:
                self.data(argument, scope, "the end of a `range`")
            return Seen("set")
        if function in ("first", "last", "len"):
            (argument,) = arguments
            axes = self.domain(argument, scope)
            if function == "len":
                return Seen("number")
            if axes is not None and len(axes) != 1:
                self.error(argument, f"`{function}` takes a set of single elements")
                axes = None
            return Seen("label", axis=axes[0] if axes else None, index=True)
        if function in ("prev", "next", "ord"):
            seen = self.visit(arguments[0], scope)
            if seen.sort == "set":
                self.error(node, f"`{function}` takes an index, not a set", f"write `{function}(t)`")
            elif seen.sort != "unknown" and not (seen.sort == "label" and seen.index):
                self.error(node, f"`{function}` takes an index of an ordered set", f"write `{function}(t)`")
            return Seen("number") if function == "ord" else Seen("label", axis=seen.axis, index=True)
        if function in _DATA_ONLY:
            for argument in arguments:
                self.data(argument, scope, f"`{function}`")
            return Seen("number")
        return self.numbers(arguments, scope)

    def aggregate(self, node: t.Aggregate, scope: Scope) -> Seen:
        inner = self.generators(node.generators, scope)
        if node.function in ("count", "any", "all"):
            seen = self.logical(node.body, inner)
            if node.function == "count":
                return Seen("number", seen.decides)
            return Seen("statement" if seen.decides else "condition", seen.decides)
        return Seen("number", self.number(node.body, inner).decides)

    def generators(self, generators: Sequence[t.Generator], scope: Scope) -> Scope:
        """Check generators in turn; the scope inside them."""
        inner: dict[str, Axis | None] = dict(scope)
        for generator in generators:
            axes = self.domain(generator.domain, inner)
            targets = generator.targets
            if axes is not None and len(axes) != len(targets):
                shown = unparse(generator.domain)
                wanted = ", ".join(self.made_up(axes, inner))
                self.error(
                    generator,
                    f"elements of `{shown}` have {_count(len(axes), 'label', 'labels')}, but "
                    f"{_count(len(targets), 'index is', 'indices are')} named for them",
                    f"write `for {wanted} in {shown}`",
                )
                axes = None
            for place, target in enumerate(targets):
                self.target(generator, target, inner, targets[:place])
                inner[target] = axes[place] if axes is not None else None
            for condition in generator.conditions:
                self.condition(condition, inner)
        return inner

    def made_up(self, axes: Sequence[Axis], scope: Mapping[str, Axis | None]) -> list[str]:
        """Index names for the columns of a set."""
        found: list[str] = []
        for axis in axes:
            found.append(_initial(axis.name, {*found, *scope}))
        return found

    def target(
        self, generator: t.Generator, target: str, scope: Mapping[str, Axis | None], before: Sequence[str]
    ) -> None:
        """An index name must be new."""
        from agentopt.formulation.scope import reserved

        if target in before:
            self.error(generator, f"the index `{target}` is named twice", "give each its own name")
        elif target in scope:
            others = [name for name in generator.targets if name != target]
            hint = f"rename the inner `{target}`"
            if others:
                pair = ", ".join(generator.targets)
                hint = (
                    f"to keep the outer one, loop over the rest and filter: `for {', '.join(others)} in ... "
                    f"if ({pair}) in {unparse(generator.domain)}`; otherwise {hint}"
                )
            self.error(generator, f"the index `{target}` is already bound outside", hint)
        elif self._declared(target):
            self.error(
                generator, f"the index `{target}` has the name of something declared", "rename the index"
            )
        elif target in reserved():
            self.error(generator, f"the index `{target}` has the name of a function", "rename the index")

    def domain(self, node: t.Expr, scope: Scope) -> tuple[Axis, ...] | None:
        """Check a set expression; its columns, or None when they are not known."""
        f = self.formulation
        match node:
            case t.Name(id=name):
                if name in f.sets:
                    return self.shapes.axes(name)
                if self._declared(name) or name in scope:
                    kind = "index" if name in scope else "parameter" if name in f.parameters else "variable"
                    self.error(node, f"`{name}` is {_article(kind)}, and a set is expected")
                elif name not in self._complained:
                    self._complained.add(name)
                    self.error(
                        node,
                        f"`{name}` is not a set",
                        nearest(name, f.sets) or f"known sets: {', '.join(f.sets) or 'none'}",
                    )
                return None
            case t.Call(function="range"):
                self.call(node, scope)
            case t.SetLiteral(elements=elements):
                for element in elements:
                    self.visit(element, scope)
            case t.SetOperation(operator=operator, left=left, right=right):
                first, second = self.domain(left, scope), self.domain(right, scope)
                if first is not None and second is not None and operator != "*" and len(first) != len(second):
                    self.error(
                        node,
                        f"`{unparse(left)}` has {_count(len(first), 'label', 'labels')} an element and "
                        f"`{unparse(right)}` has {len(second)}",
                    )
            case _:
                self.error(node, f"`{unparse(node)}` is not a set", "name a set")
                return None
        return self.shapes.domain(node)

    def compare(self, node: t.Compare, scope: Scope) -> Seen:
        seen = [self.visit(operand, scope) for operand in node.operands]
        pairs = zip(node.operators, node.operands, seen, node.operands[1:], seen[1:], strict=False)
        for operator, left, first, right, second in pairs:
            if "label" in (first.sort, second.sort):
                self.labels(node, operator, (left, first), (right, second))
            else:
                self._silently_numbers((left, right), (first, second))
        if not any(each.decides for each in seen):
            return Seen("condition")
        self.statement_operators(node)
        return Seen("statement", decides=True)

    def _silently_numbers(self, nodes: Sequence[t.Expr], seen: Sequence[Seen]) -> None:
        for node, one in zip(nodes, seen, strict=True):
            if one.sort in ("set", "condition", "statement"):
                hint = f"write `len({unparse(node)})`" if one.sort == "set" else "join statements with `and`"
                self.error(node, f"`{unparse(node)}` is a {one.sort}, and a number is expected", hint)

    def labels(
        self, node: t.Compare, operator: str, left: tuple[t.Expr, Seen], right: tuple[t.Expr, Seen]
    ) -> None:
        """A comparison with a label on a side."""
        (a, first), (b, second) = left, right
        for (key, one), (_, other) in ((left, right), (right, left)):
            if one.sort == "label" and not one.index and other.index and other.axis is not None:
                value = key if isinstance(key, t.Label) else t.Label(unparse(key), at=key.at)
                self.literal_key(value, _fixed(other.axis))
            if isinstance(key, t.Label) and one.sort == "label" and other.sort == "number":
                self.error(key, f"the text {unparse(key)} is compared with a number")
            if one.index and other.sort == "number" and one.axis is not None and one.axis.numeric is False:
                self.error(
                    node,
                    f"`{unparse(key)}` is a label of {one.axis.name}, and is compared with a number",
                    f"write `ord({unparse(key)})` for its position",
                )
        if (
            operator in ("==", "!=")
            and first.index
            and second.index
            and fit(first.axis, second.axis) == "foreign"
            and first.axis is not None
            and second.axis is not None
        ):
            self.error(
                node,
                f"`{unparse(a)}` ranges over {first.axis.name} and `{unparse(b)}` over {second.axis.name}, "
                "which have no element in common",
            )

    def statement_operators(self, node: t.Compare) -> None:
        """The operators of a comparison that holds a variable."""
        used = set(node.operators)
        if "!=" in used and not self._whole(node):
            self.error(
                node,
                "`!=` between real quantities excludes a single value, which no solver can",
                "say by how much they differ: `abs(a - b) >= 0.01`",
            )
        kinds = {"up" if o in _UP else "down" if o in _DOWN else "equal" for o in used if o != "!="}
        if len(kinds) > 1:
            parts = [
                f"{unparse(a)} {o} {unparse(b)}"
                for a, o, b in zip(node.operands, node.operators, node.operands[1:], strict=False)
            ]
            self.error(
                node,
                f"a chain of comparisons turns around: {' and '.join(f'`{o}`' for o in node.operators)}",
                f"state them apart: {' and '.join(f'`{p}`' for p in parts)}",
            )
        if used & {"<", ">"} and not self._whole(node):
            self.report(
                "warning",
                node,
                "a strict inequality between real quantities is solved as `<=` or `>=`",
                "write `<=` or `>=`, with the smallest difference that matters",
            )
        if len(node.operands) == 2 and node.operands[0] == node.operands[1]:
            always = node.operators[0] in ("<=", ">=", "==")
            self.error(node, f"both sides are the same, so it {'always' if always else 'never'} holds")

    def _whole(self, node: t.Node) -> bool:
        """Whether all variables in a comparison take whole values."""
        f = self.formulation
        names = {
            n.id if isinstance(n, t.Name) else n.name for n in t.walk(node) if isinstance(n, t.Name | t.Item)
        }
        return all(f.variables[n].domain in ("integer", "binary") for n in names if n in f.variables)

    def member(self, node: t.Member, scope: Scope) -> Seen:
        axes = self.domain(node.domain, scope)
        if axes is not None and len(axes) != len(node.keys):
            self.error(
                node,
                f"{_count(len(node.keys), 'label stands', 'labels stand')} before `in`, but elements of "
                f"`{unparse(node.domain)}` have {len(axes)}",
                f"write `({', '.join(self.made_up(axes, scope))}) in {unparse(node.domain)}`",
            )
            axes = None
        self.keys(node, node.keys, axes, scope)
        return Seen("condition")

    def form(self, node: t.Form, scope: Scope) -> Seen:
        from agentopt.formulation.forms import check_form

        return check_form(self, node, scope)


def _silent(severity: Severity, node: t.Node | None, message: str, hint: str) -> None:
    """Take a finding that was reported already."""


def _anywhere(axis: Axis | None) -> Axis | None:
    """The column an offset index comes from; the offset may leave its known elements."""
    return None if axis is None else replace(axis, within=None)


def _fixed(axis: Axis) -> Axis:
    return axis


def _initial(name: str, taken: set[str]) -> str:
    """A short index name for a set that is not taken yet."""
    letters = [c for c in name.casefold() if c.isascii() and c.isalpha()]
    return next((c for c in [*letters, *"ijkmnpqrstuvw"] if c not in taken), "index")


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _article(kind: str) -> str:
    return f"{'an' if kind == 'index' else 'a'} {kind}"


def _over(over: Sequence[str], axes: Sequence[Axis]) -> str:
    names = ", ".join(over)
    return names if len(axes) == len(over) else f"{names}, {len(axes)} labels an element"
