"""SOS1, SOS2 and all-different, over one group of members at each point of a scope."""

from __future__ import annotations

__all__ = ["state"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Structure
from agentopt.compiling.bounds import Interval
from agentopt.compiling.build import Terms
from agentopt.compiling.reformulate import Rewriter, Scope
from agentopt.compiling.terms import Auxiliary, Columns, Monomial
from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.frames import Frame
from agentopt.formulation.generators import expand

MAX_VALUES = 1000
"""Widest range of values for which all-different uses one binary per member and value."""


@dataclass(frozen=True, eq=False)
class _Members:
    """Members written as one argument: their scope, what they are, and the group each belongs to."""

    scope: Scope
    grown: Frame
    terms: Terms
    found: Interval
    groups: NDArray[np.integer]


def state(rewriter: Rewriter, kind: str, members: Sequence[t.Expr], scope: Scope) -> None:
    """State `kind` for the members at each point of a scope.

    Raises:
        CompileError: a member has no proven bounds, or is not an integer where it must be.
    """
    scope = scope.at(scope.frame)
    read = [_read(rewriter, member, scope) for member in members]
    read = [each for each in read if each.grown.size]
    if kind == "alldifferent":
        _all_different(rewriter, read, scope)
    elif kind == "sos1":
        _sos(rewriter, read, scope, 1)
    else:
        _sos(rewriter, read, scope, 2)


def _read(rewriter: Rewriter, member: t.Expr, scope: Scope) -> _Members:
    expr, grown, env = member, scope.frame.rooted(), scope.env
    if isinstance(member, t.Aggregate) and member.function == "each":
        grown, env = expand(rewriter.data, grown, env, member.generators)
        expr = member.body
    # One axis, in the order listed: SOS2 is about neighbours.
    grown = grown.merge(range(len(grown.lengths)))
    groups = np.broadcast_to(grown.parent_numbers(), grown.lengths).reshape(-1)
    shown = tuple((key, key) for key in grown.indices if not key.startswith("#"))
    inner = Scope(scope.name, grown.rooted(), env, shown)
    terms = rewriter.terms(expr, inner)
    return _Members(inner, grown, terms, rewriter.interval(terms, inner.frame), groups)


def _sos(rewriter: Rewriter, read: Sequence[_Members], scope: Scope, width: int) -> None:
    """A binary per member that must be 1 for it to be nonzero; at most `width` of them, next to each other.

    For SOS2 the binaries mark starts of pairs: member k may be nonzero if the pair starting at k - 1 or k
    is chosen.
    """
    nothing = Terms(np.zeros((1,) * len(scope.frame.lengths)))
    chosen: list[Monomial] = []
    marks: list[tuple[_Members, Auxiliary]] = []
    for each in read:
        mark, inner = rewriter.binaries(each.scope, "nonzero")
        marks.append((each, mark))
        chosen.append(rewriter.times(mark, _with(each.grown, inner.frame)))
    if width == 2 and len(read) > 1:
        _pairs_by_argument(rewriter, marks)
    elif width == 2:
        _pairs_along(rewriter, *marks[0])
    else:
        for each, mark in marks:
            _gate(rewriter, each, [(mark, np.arange(each.grown.size), np.ones(each.grown.size))])
    rewriter.rows(scope, nothing, chosen, -np.inf, 1.0)


def _with(grown: Frame, lifted: Frame) -> Frame:
    return Frame(grown.lengths, {**grown.indices, **lifted.indices}, grown.root, grown.parents)


def _gate(
    rewriter: Rewriter,
    each: _Members,
    gates: Sequence[tuple[Auxiliary, NDArray[np.integer], NDArray[np.float64]]],
) -> None:
    """State low * sum(gates) <= member <= high * sum(gates); a gate is a column, its entries, a 0-1 mask."""
    frame = each.scope.frame
    for sign, bound in ((1.0, each.found.high), (-1.0, -each.found.low)):
        extreme = rewriter.finite(np.maximum(bound, 0.0).reshape(-1), each.found, each.scope, "an SOS set")
        extra = []
        for auxiliary, entry, mask in gates:
            offset = auxiliary.start if frame.lengths else auxiliary.start + int(entry[0])
            column = Columns(offset, {0: entry.astype(np.int32)} if frame.lengths else {})
            factor = (-sign * extreme * mask).reshape(frame.lengths)
            extra.append(Monomial(frame, np.asarray(factor), (column,)))
        low, high = (-np.inf, 0.0) if sign > 0 else (0.0, np.inf)
        rewriter.rows(each.scope, each.terms, extra, low, high)


def _pairs_along(rewriter: Rewriter, each: _Members, mark: Auxiliary) -> None:
    size = each.grown.size
    position = np.arange(size)
    order = np.argsort(each.groups, kind="stable")
    rank = np.empty(size, dtype=np.int64)
    rank[order] = position
    previous = order[np.maximum(rank - 1, 0)]
    has_previous = (rank > 0) & (each.groups[previous] == each.groups)
    _gate(
        rewriter,
        each,
        [(mark, position, np.ones(size)), (mark, previous, has_previous.astype(float))],
    )


def _pairs_by_argument(rewriter: Rewriter, marks: Sequence[tuple[_Members, Auxiliary]]) -> None:
    if any(each.grown.size != len(np.unique(each.groups)) for each, _ in marks):
        raise CompileError("`sos2` takes either single members or one `for`", hint="`sos2(x[i] for i in I)`")
    for k, (each, mark) in enumerate(marks):
        position = np.arange(each.grown.size)
        gates = [(mark, position, np.ones(each.grown.size))]
        if k:
            gates.append((marks[k - 1][1], position, np.ones(each.grown.size)))
        _gate(rewriter, each, gates)


def _all_different(rewriter: Rewriter, read: Sequence[_Members], scope: Scope) -> None:
    """A binary per member and value: each member takes one value, each value is taken at most once."""
    for each in read:
        if not rewriter.logic.integral(each.terms):
            raise CompileError(
                "`alldifferent` is about integers", hint="declare the variables `domain: integer`"
            )
        rewriter.finite(each.found.low, each.found, each.scope, "`alldifferent`")
        rewriter.finite(each.found.high, each.found, each.scope, "`alldifferent`")
    if not read:
        return
    first_row, first_column = rewriter.builder.num_rows, rewriter.builder.num_columns
    low = int(np.floor(min(each.found.low.min() for each in read)))
    high = int(np.ceil(max(each.found.high.max() for each in read)))
    if high - low + 1 > MAX_VALUES:
        raise CompileError(
            f"`alldifferent` over {high - low + 1:,} values; at most {MAX_VALUES:,} are reformulated",
            hint="give the variables tighter bounds",
        )
    picks: dict[int, list[Monomial]] = {value: [] for value in range(low, high + 1)}
    for each in read:
        inner, chosen, taken = each.scope, [], []
        for value in picks:
            pick, inner = rewriter.binaries(inner, f"is_{value}".replace("-", "minus_"))
            chosen.append(pick)
        nothing = Terms(np.zeros((1,) * len(inner.frame.lengths)))
        rewriter.rows(inner, nothing, [rewriter.times(p, inner.frame) for p in chosen], 1.0, 1.0)
        for value, pick in zip(picks, chosen, strict=True):
            if value:
                taken.append(rewriter.times(pick, inner.frame, -float(value)))
            picks[value].append(rewriter.times(pick, _with(each.grown, inner.frame)))
        rewriter.rows(inner, each.terms, taken, 0.0, 0.0)
    outer = Terms(np.zeros((1,) * len(scope.frame.lengths)))
    for group in picks.values():
        rewriter.rows(scope, outer, group, -np.inf, 1.0)
    _note(rewriter, read, scope, (first_row, first_column), low)


def _note(
    rewriter: Rewriter, read: Sequence[_Members], scope: Scope, first: tuple[int, int], low: int
) -> None:
    """Keep the statement beside its rows, one structure a point; they share the rows."""
    from agentopt.compiling.sequencing import affine, joined

    builder = rewriter.builder
    members = joined([affine(each.terms, each.scope, "alldifferent") for each in read])
    groups = np.concatenate([each.groups for each in read])
    # Binaries come argument by argument, within one value by value, within one member by member.
    per_value = [each.grown.size for each in read]
    values = (builder.num_columns - first[1]) // sum(per_value)
    start, picks = first[1], []
    for size in per_value:
        picks.append(start + np.arange(values)[None, :] * size + np.arange(size)[:, None])
        start += values * size
    pick = np.concatenate(picks)
    rows, columns = (first[0], builder.num_rows), (first[1], builder.num_columns)
    for group in np.unique(groups):
        picked = np.flatnonzero(groups == group)
        builder.structures.append(
            Structure(
                "alldifferent",
                scope.name,
                rows,
                columns,
                {"member": members.take(picked)},
                {"low": np.array([float(low)])},
                {"pick": pick[picked]},
            )
        )
