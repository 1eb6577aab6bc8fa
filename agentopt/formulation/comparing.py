"""Checking comparisons: of numbers, of labels, and as statements about variables."""

from __future__ import annotations

__all__ = ["check_compare"]

from collections.abc import Sequence
from typing import TYPE_CHECKING

from agentopt.formulation import tree as t
from agentopt.formulation.indexing import check_literal
from agentopt.formulation.scope import Scope, fit
from agentopt.formulation.seen import Seen
from agentopt.formulation.unparse import unparse

if TYPE_CHECKING:
    from agentopt.formulation.statements import StatementChecker

_UP, _DOWN = frozenset(["<", "<="]), frozenset([">", ">="])


def check_compare(checker: StatementChecker, node: t.Compare, scope: Scope) -> Seen:
    """Check a comparison of numbers or labels; with a variable in it, it is a statement."""
    seen = [checker.visit(operand, scope) for operand in node.operands]
    pairs = zip(node.operators, node.operands, seen, node.operands[1:], seen[1:], strict=False)
    for operator, left, first, right, second in pairs:
        if "label" in (first.sort, second.sort):
            _labels(checker, node, operator, (left, first), (right, second))
        else:
            _quantities(checker, (left, right), (first, second))
    if not any(each.decides for each in seen):
        return Seen("condition")
    if not checker.conditions:
        _operators(checker, node)
    return Seen("statement", decides=True)


def _quantities(checker: StatementChecker, nodes: Sequence[t.Expr], seen: Sequence[Seen]) -> None:
    for node, one in zip(nodes, seen, strict=True):
        if one.sort in ("set", "condition", "statement"):
            hint = f"write `len({unparse(node)})`" if one.sort == "set" else "join statements with `and`"
            checker.error(node, f"`{unparse(node)}` is a {one.sort}, and a number is expected", hint)


def _labels(
    checker: StatementChecker,
    node: t.Compare,
    operator: str,
    left: tuple[t.Expr, Seen],
    right: tuple[t.Expr, Seen],
) -> None:
    """A comparison with a label on a side."""
    (a, first), (b, second) = left, right
    for (key, one), (_, other) in ((left, right), (right, left)):
        if one.sort == "label" and not one.index and other.index and other.axis is not None:
            value = key if isinstance(key, t.Label) else t.Label(unparse(key), at=key.at)
            check_literal(checker, value, other.axis)
        if one.sort == "label" and not one.index and other.sort == "number":
            kind = "text" if isinstance(key, t.Label) else "element"
            checker.error(key, f"the {kind} `{unparse(key)}` is compared with a number")
        if one.index and other.sort == "number" and one.axis is not None and one.axis.numeric is False:
            checker.error(
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
        checker.error(
            node,
            f"`{unparse(a)}` ranges over {first.axis.name} and `{unparse(b)}` over {second.axis.name}, "
            "which have no element in common",
        )


def _operators(checker: StatementChecker, node: t.Compare) -> None:
    """The operators of a comparison that holds a variable."""
    used = set(node.operators)
    if "!=" in used and not _whole(checker, node):
        checker.error(
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
        checker.error(
            node,
            f"a chain of comparisons turns around: {' and '.join(f'`{o}`' for o in node.operators)}",
            f"state them apart: {' and '.join(f'`{p}`' for p in parts)}",
        )
    if used & {"<", ">"} and not _whole(checker, node):
        checker.report(
            "warning",
            node,
            "a strict inequality between real quantities is solved as `<=` or `>=`",
            "write `<=` or `>=`, with the smallest difference that matters",
        )
    if len(node.operands) == 2 and node.operands[0] == node.operands[1]:
        always = node.operators[0] in ("<=", ">=", "==")
        checker.error(node, f"both sides are the same, so it {'always' if always else 'never'} holds")


def _whole(checker: StatementChecker, node: t.Node) -> bool:
    """Whether all variables in a comparison take whole values."""
    f = checker.formulation
    names = {
        n.id if isinstance(n, t.Name) else n.name for n in t.walk(node) if isinstance(n, t.Name | t.Item)
    }
    return all(f.variables[n].domain in ("integer", "binary") for n in names if n in f.variables)
