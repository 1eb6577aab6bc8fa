"""Checking the constraint forms: how many arguments each takes, and of what sort."""

from __future__ import annotations

__all__ = ["check_form"]

from itertools import pairwise
from typing import TYPE_CHECKING

from agentopt.formulation import tree as t
from agentopt.formulation.generating import check_generators
from agentopt.formulation.scope import Scope
from agentopt.formulation.seen import Seen
from agentopt.formulation.unparse import unparse

if TYPE_CHECKING:
    from agentopt.formulation.statements import StatementChecker

_EXAMPLES = {
    "implies": "implies(use[i] == 1, x[i] >= 5)",
    "iff": "iff(use[i] == 1, x[i] >= 5)",
    "at_most": "at_most(2, use[i] for i in I)",
    "at_least": "at_least(2, use[i] for i in I)",
    "exactly": "exactly(2, use[i] for i in I)",
    "sos1": "sos1(x[i] for i in I)",
    "sos2": "sos2(x[i] for i in I)",
    "alldifferent": "alldifferent(x[i] for i in I)",
    "piecewise": "piecewise(x, (0, 0), (10, 50), (20, 80))",
}


def check_form(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    """Check one form; a piecewise-linear function is a number, every other form a statement."""
    if node.kind == "piecewise":
        return _piecewise(checker, node, scope)
    arguments = node.arguments
    hint = f"write `{_EXAMPLES[node.kind]}`"
    if node.kind in ("implies", "iff"):
        if len(arguments) != 2 or any(_each(a) for a in arguments):
            checker.error(node, f"`{node.kind}` takes two statements, not {len(arguments)}", hint)
        seen = [checker.logical(a, scope) for a in arguments if not _each(a)]
    elif node.kind in ("at_most", "at_least", "exactly"):
        if len(arguments) < 2 or _each(arguments[0]):
            checker.error(node, f"`{node.kind}` takes a number and then what is counted", hint)
            return Seen("statement", decides=True)
        checker.data(arguments[0], scope, f"the number of `{node.kind}`")
        seen = [_member(checker, a, scope, logical=True) for a in arguments[1:]]
    else:
        if not arguments or (len(arguments) == 1 and not _each(arguments[0])):
            checker.error(node, f"`{node.kind}` takes two or more variables, or one `for`", hint)
        seen = [_member(checker, a, scope, logical=False) for a in arguments]
        for argument, one in zip(arguments, seen, strict=True):
            if one.sort == "number" and not one.decides:
                checker.error(argument, f"`{unparse(argument)}` holds no variable", hint)
    decides = any(one.decides for one in seen)
    known = all(one.sort != "unknown" for one in seen)
    if known and not decides and node.kind not in ("sos1", "sos2", "alldifferent"):
        checker.error(node, f"`{node.kind}` is about no variable, so nothing is decided by it", hint)
    return Seen("statement", decides=True)


def _each(node: t.Expr) -> bool:
    return isinstance(node, t.Aggregate) and node.function == "each"


def _member(checker: StatementChecker, node: t.Expr, scope: Scope, *, logical: bool) -> Seen:
    body: t.Expr = node
    if isinstance(node, t.Aggregate) and node.function == "each":
        scope = check_generators(checker, node.generators, scope)
        body = node.body
    return checker.logical(body, scope) if logical else checker.number(body, scope)


def _piecewise(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    hint = f"write `{_EXAMPLES['piecewise']}`"
    if len(node.arguments) < 5 or len(node.arguments) % 2 == 0 or any(_each(a) for a in node.arguments):
        checker.error(node, "`piecewise` takes a quantity and two or more points `(x, y)`", hint)
        return Seen("number", decides=True)
    quantity, *points = node.arguments
    seen = checker.number(quantity, scope)
    for point in points:
        checker.data(point, scope, "a point of `piecewise`")
    places = [p.value for p in points[::2] if isinstance(p, t.Number)]
    if len(places) == len(points) // 2 and any(b <= a for a, b in pairwise(places)):
        checker.error(
            node, f"the points of `piecewise` do not go from left to right: {places}", "sort them by x"
        )
    return Seen("number", seen.decides)
