"""Checking one expression at a time: what every part is, and whether it may stand where it stands.

A part is a number, a label (an index or an element), a condition, a set or a statement about variables;
`Seen` says which. The rules are those of binding and compiling, so that what passes here means the same
there; where the answer depends on data, nothing is claimed.
"""

from __future__ import annotations

__all__ = ["Reporter", "Seen", "StatementChecker"]

from collections.abc import Callable, Sequence
from dataclasses import replace

from agentopt.formulation import tree as t
from agentopt.formulation.comparing import check_compare
from agentopt.formulation.diagnostics import Severity
from agentopt.formulation.forms import check_form
from agentopt.formulation.generating import check_domain, check_generators, check_member
from agentopt.formulation.indexing import check_item, check_name
from agentopt.formulation.scope import Scope, Shapes
from agentopt.formulation.seen import UNKNOWN, Seen
from agentopt.formulation.unparse import unparse

Reporter = Callable[[Severity, t.Node | None, str, str], None]
"""Takes a finding about the expression being checked: severity, the node it is about, message, hint."""

_DATA_ONLY = frozenset(["floor", "ceil", "round", "mod"])


class StatementChecker:
    """Checks the expressions of one formulation; findings go to `report`.

    `advice` says how an index name is introduced at the place being checked, given the name and a set.
    """

    def __init__(self, shapes: Shapes, report: Reporter, advice: Callable[[str, str], str]) -> None:
        self.shapes = shapes
        self.formulation = shapes.parsed.formulation
        self.report = report
        self.advice = advice
        self.complained: set[str] = set()
        self.conditions = 0  # how many conditions on data the part being checked stands in

    def error(self, node: t.Node | None, message: str, hint: str = "") -> Seen:
        """Report an error; the part counts as unknown from here on, so that it causes no others."""
        self.report("error", node, message, hint)
        return UNKNOWN

    # -- what a place wants ----------------------------------------------------------------------------------

    def number(self, node: t.Expr, scope: Scope) -> Seen:
        """Check a part that must be a number."""
        return self.as_number(node, self.visit(node, scope))

    def as_number(self, node: t.Expr, seen: Seen) -> Seen:
        """Complain about a part that was visited and is no number."""
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
            case "label" if not seen.index:
                kind = "text" if isinstance(node, t.Label) else "element"
                return self.error(node, f"the {kind} `{unparse(node)}` stands where a number is expected")
        return replace(seen, sort="number") if seen.sort == "label" else seen

    def data(self, node: t.Expr, scope: Scope, what: str) -> Seen:
        """Check a number that may not depend on a variable."""
        return self.no_variable(node, self.number(node, scope), what)

    def condition(self, node: t.Expr, scope: Scope, what: str = "a condition") -> Seen:
        """Check a condition on data and indices."""
        self.conditions += 1
        seen = self.visit(node, scope)
        self.conditions -= 1
        if seen.sort == "set" or (seen.sort == "label" and not seen.index):
            return self.error(node, f"`{unparse(node)}` is no condition", "write `p in PLANTS`, `a == b`")
        return self.no_variable(node, seen, what)

    def no_variable(self, node: t.Expr, seen: Seen, what: str) -> Seen:
        """Complain about a variable where only data may stand."""
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
        """Check an operand of `and`, `implies`, `at_most`: a statement, a condition or a binary variable."""
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
                return check_name(self, node, scope)
            case t.Item():
                return check_item(self, node, scope)
            case t.Negate(operand=operand):
                return self.numbers((operand,), scope)
            case t.Add(terms=(t.Name(id=name) as index, offset)) if name in scope:
                seen = self.number(offset, scope)
                if seen.decides:
                    self.as_number(index, self.visit(index, scope))
                    return Seen("number", decides=True)
                # The offset may leave the known elements; which of them exist is for binding.
                axis = scope[name]
                return Seen("label", axis=axis and replace(axis, within=None), index=True)
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
                logical = [b.sort in ("statement", "condition") for b in branches]
                if all(logical):
                    return Seen("statement", any(b.decides for b in branches))
                if logical[0] and branches[1].sort == "number" and isinstance(then, t.Compare):
                    return self.stray_choice(node, then)
                numbers = [self.as_number(b, s) for b, s in zip((then, otherwise), branches, strict=True)]
                return Seen("number", any(each.decides for each in numbers))
            case t.Compare():
                return check_compare(self, node, scope)
            case t.Member():
                return check_member(self, node, scope)
            case t.And(operands=operands) | t.Or(operands=operands):
                decides = any([self.logical(each, scope).decides for each in operands])
                return Seen("statement" if decides else "condition", decides)
            case t.Not(operand=operand):
                return self.logical(operand, scope)
            case t.Form():
                return check_form(self, node, scope)
            case t.SetOperation() | t.SetLiteral():
                check_domain(self, node, scope)
                return Seen("set")

    def stray_choice(self, node: t.Choice, then: t.Compare) -> Seen:
        """Complain about `x <= a if c else b`, where brackets are missing around the right-hand side."""
        *others, last = then.operands
        inner = t.Choice(node.condition, last, node.otherwise)
        meant = unparse(t.Compare((*others, inner), then.operators))
        return self.error(
            node, "one branch of `if` is a statement and the other a number", f"did you mean `{meant}`?"
        )

    def numbers(self, parts: Sequence[t.Expr], scope: Scope) -> Seen:
        """Check parts that must be numbers; so is what they make up."""
        seen = [self.number(part, scope) for part in parts]
        return Seen("number", any(each.decides for each in seen))

    def call(self, node: t.Call, scope: Scope) -> Seen:
        """Check a function of numbers or of position."""
        function, arguments = node.function, node.arguments
        if function == "range":
            for argument in arguments:
                self.data(argument, scope, "the end of a `range`")
            return Seen("set")
        if function in ("first", "last", "len"):
            (argument,) = arguments
            axes = check_domain(self, argument, scope)
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
        """Check a fold over generators."""
        inner = check_generators(self, node.generators, scope)
        if node.function in ("count", "any", "all"):
            seen = self.logical(node.body, inner)
            if node.function == "count":
                return Seen("number", seen.decides)
            return Seen("statement" if seen.decides else "condition", seen.decides)
        return Seen("number", self.number(node.body, inner).decides)
