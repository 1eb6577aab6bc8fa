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
    "element": "element(x, cost[i] for i in I)",
    "circuit": "circuit(go[i, j] for i in I for j in I if i != j)",
    "routes": 'routes("depot", capacity, (go[i, j], load[j]) for i in I for j in I if i != j)',
    "no_overlap": "no_overlap((start[j], length[j]) for j in J)",
    "cumulative": "cumulative(capacity, (start[j], length[j], need[j]) for j in J)",
    "semidefinite": "semidefinite(x[i, j] for i in I for j in I)",
}


def check_form(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    """Check one form; a piecewise-linear function and an element are numbers, other forms statements."""
    special = {
        "piecewise": _piecewise,
        "element": _element,
        "circuit": _circuit,
        "routes": _routes,
        "no_overlap": _tasks,
        "cumulative": _tasks,
        "semidefinite": _matrix,
    }.get(node.kind)
    if special is not None:
        return special(checker, node, scope)
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


def _element(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    """The x-th of some values."""
    hint = f"write `{_EXAMPLES['element']}`"
    if len(node.arguments) < 2 or _each(node.arguments[0]):
        checker.error(node, "`element` takes a place and the values it may pick", hint)
        return Seen("number", decides=True)
    place, *values = node.arguments
    seen = [checker.number(place, scope), *(_member(checker, each, scope, logical=False) for each in values)]
    return Seen("number", any(each.decides for each in seen))


def _circuit(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    """Arcs that make up one tour."""
    if len(node.arguments) != 1:
        hint = f"write `{_EXAMPLES['circuit']}`"
        checker.error(node, f"`circuit` takes one `for` over arcs, not {len(node.arguments)} arguments", hint)
        return Seen("statement", decides=True)
    _arcs(checker, node, node.arguments[0], scope)
    return Seen("statement", decides=True)


def _routes(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    """Arcs that make up tours from a depot, and the load each brings."""
    if len(node.arguments) != 3:
        hint = f"write `{_EXAMPLES['routes']}`"
        checker.error(node, "`routes` takes the depot, the capacity, and one `for` over arcs", hint)
        return Seen("statement", decides=True)
    depot, capacity, arcs = node.arguments
    if isinstance(depot, t.Name | t.Label | t.Call | t.Number):
        checker.visit(depot, scope)
    else:
        checker.error(depot, "the depot of `routes` is a node", 'write its label: `"depot"`')
    checker.data(capacity, scope, "the capacity of `routes`")
    _arcs(checker, node, arcs, scope)
    return Seen("statement", decides=True)


def _matrix(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    """The entries of a matrix, by row and column."""
    hint = f"write `{_EXAMPLES['semidefinite']}`"
    found = Seen("statement", decides=True)
    entries = node.arguments[0] if len(node.arguments) == 1 else None
    if not isinstance(entries, t.Aggregate) or entries.function != "each":
        checker.error(node, "`semidefinite` takes one `for` over rows and columns", hint)
        return found
    inner = check_generators(checker, entries.generators, scope)
    targets = [target for generator in entries.generators for target in generator.targets]
    if len(targets) % 2:
        checker.error(node, "an entry of a matrix has a row and a column, so it has two indices", hint)
    checker.number(entries.body, inner)
    return found


def _arcs(checker: StatementChecker, form: t.Form, node: t.Expr, scope: Scope) -> None:
    """`condition for i in N for j in N`, the condition with a load behind it in `routes`."""
    hint = f"write `{_EXAMPLES[form.kind]}`"
    if not isinstance(node, t.Aggregate) or node.function != "each":
        checker.error(node, f"the arcs of `{form.kind}` are given by one `for`", hint)
        return
    inner = check_generators(checker, node.generators, scope)
    targets = [target for generator in node.generators for target in generator.targets]
    if len(targets) % 2:
        checker.error(node, "an arc leads from a node to a node, so it has two indices", hint)
    parts: tuple[t.Expr, ...] = (node.body,)
    if form.kind == "routes" and isinstance(node.body, t.Form) and _tuple(node.body):
        parts = node.body.arguments
    if len(parts) != (2 if form.kind == "routes" else 1):
        checker.error(node.body, "`routes` takes an arc and the load of its end: `(go[i, j], load[j])`", hint)
        return
    seen = checker.logical(parts[0], inner)
    if seen.sort != "unknown" and not seen.decides:
        checker.error(parts[0], f"`{unparse(parts[0])}` holds no variable", hint)
    for load in parts[1:]:
        checker.data(load, inner, "a load of `routes`")


def _tasks(checker: StatementChecker, node: t.Form, scope: Scope) -> Seen:
    """Tasks `(start, length)`, in `cumulative` with a need, and a condition where one may be left out."""
    kind, hint = node.kind, f"write `{_EXAMPLES[node.kind]}`"
    tasks, size = node.arguments, 2
    if kind == "cumulative":
        size, tasks = 3, node.arguments[1:]
        if not node.arguments or _each(node.arguments[0]) or _tuple(node.arguments[0]):
            checker.error(node, "`cumulative` takes the capacity and then the tasks", hint)
            return Seen("statement", decides=True)
        checker.number(node.arguments[0], scope)
    if not tasks or (len(tasks) == 1 and not _each(tasks[0])):
        checker.error(node, f"`{kind}` takes two or more tasks, or one `for`", hint)
    for task in tasks:
        body, inner = task, scope
        if isinstance(task, t.Aggregate) and task.function == "each":
            inner = check_generators(checker, task.generators, scope)
            body = task.body
        parts = body.arguments if isinstance(body, t.Form) and _tuple(body) else ()
        if len(parts) not in (size, size + 1):
            wanted = "(start, length)" if kind == "no_overlap" else "(start, length, need)"
            checker.error(
                body, f"a task of `{kind}` is `{wanted}`, with a condition if it may be left out", hint
            )
            continue
        seen = [checker.number(part, inner) for part in parts[:2]]
        if all(each.sort == "number" for each in seen) and not seen[0].decides:
            checker.error(parts[0], f"the start `{unparse(parts[0])}` holds no variable", hint)
        for need in parts[2:size]:
            checker.data(need, inner, "the need of a task")
        for present in parts[size:]:
            checker.logical(present, inner)
    return Seen("statement", decides=True)


def _tuple(node: t.Expr) -> bool:
    return isinstance(node, t.Form) and node.kind == "tuple"
