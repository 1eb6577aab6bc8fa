"""Sequencing statements as rows and binaries, each beside the structure it restates.

- no_overlap: a binary per pair of tasks says which comes first (Manne 1960).
- cumulative: at the start of each task, what runs then fits; a task runs at a time if it has started and not
  ended, which takes two binaries per ordered pair.
- circuit: as many arcs into each node as out of it, one; positions along the tour rule out others (Miller,
  Tucker and Zemlin 1960). Routes: loads along the way do the same.
- element: a binary per place.
"""

from __future__ import annotations

__all__ = [
    "MAX_PAIRS",
    "Arcs",
    "Recorder",
    "Tasks",
    "circuit",
    "cumulative",
    "element",
    "no_overlap",
    "routes",
]

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from agentopt.compiling.arrays import Affine, Indices, Integrality, Structure
from agentopt.compiling.reformulate import Rewriter, Scope
from agentopt.errors import CompileError
from agentopt.formulation.instance import Values

MAX_PAIRS = 50_000
"""Pairs of tasks up to which a statement is restated; beyond, only a constraint solver takes the model."""


@dataclass(frozen=True, eq=False)
class Tasks:
    """Tasks of several points: expressions, needs, and sides (4, N): the bounds of start and length."""

    start: Affine
    length: Affine
    present: Affine
    need: Values
    sides: Values
    groups: NDArray[np.integer]

    @classmethod
    def none(cls) -> Tasks:
        """No tasks at all."""
        nothing = np.empty(0, dtype=np.int64)
        empty = Affine(np.empty(0), nothing, nothing, np.empty(0))
        return cls(empty, empty, empty, np.empty(0), np.empty((4, 0)), nothing)

    @property
    def numbers(self) -> list[int]:
        """The points that have tasks."""
        return [int(group) for group in np.unique(self.groups)]

    def take(self, group: int) -> Tasks:
        """The tasks of one point."""
        picked = np.flatnonzero(self.groups == group)
        start, length, present = (each.take(picked) for each in (self.start, self.length, self.present))
        return Tasks(start, length, present, self.need[picked], self.sides[:, picked], self.groups[picked])

    @property
    def optional(self) -> bool:
        """Whether any may be left out."""
        return bool(len(self.present.columns) or (self.present.constant != 1).any())

    def structure(self, kind: str, name: str) -> Structure:
        """The statement about them, without a restatement."""
        parts = {"start": self.start, "length": self.length, "present": self.present}
        return Structure(kind, name, (0, 0), (0, 0), parts, {"need": self.need})


@dataclass(frozen=True, eq=False)
class Arcs:
    """Arcs of several points: whether each is taken, the labels of its ends (N, k), the load of its end."""

    literal: Affine
    tails: Indices
    heads: Indices
    loads: Values
    groups: NDArray[np.integer]

    def take(self, group: int) -> Arcs:
        """The arcs of one point."""
        picked = np.flatnonzero(self.groups == group)
        return Arcs(
            self.literal.take(picked),
            self.tails[picked],
            self.heads[picked],
            self.loads[picked],
            self.groups[picked],
        )

    def numbered(self) -> tuple[Indices, Indices, Indices]:
        """Tails and heads as node numbers from 0, and the labels of the nodes (n, k)."""
        nodes, places = np.unique(np.concatenate([self.tails, self.heads]), axis=0, return_inverse=True)
        places = places.reshape(-1)
        return places[: len(self.tails)], places[len(self.tails) :], nodes


@dataclass
class Recorder:
    """Collects the rows and columns of one restatement."""

    rewriter: Rewriter
    scope: Scope
    first_row: int = 0
    first_column: int = 0
    num_rows: int = 0
    rows: list[NDArray[np.integer]] = field(default_factory=list)
    columns: list[NDArray[np.integer]] = field(default_factory=list)
    values: list[Values] = field(default_factory=list)
    sides: list[tuple[Values, Values]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.first_row = self.rewriter.builder.num_rows
        self.first_column = self.rewriter.builder.num_columns

    def add_columns(
        self, label: str, count: int, lower: Values | float, upper: Values | float, kind: Integrality
    ) -> Indices:
        """New columns."""
        builder, codes = self.rewriter.builder, np.empty((count, 0), dtype=np.int64)
        start = builder.add_columns(f"{self.scope.name}.{label}", codes, lower, upper, kind, auxiliary=True)
        return np.arange(start, start + count)

    def add_rows(
        self,
        count: int,
        parts: Sequence[tuple[Affine, NDArray[np.integer], Values | float]],
        low: Values | float,
        high: Values | float,
    ) -> None:
        """Rows `low <= sum of factor * expression <= high`: a part says which row each expression goes to."""
        constant = np.zeros(count)
        for expressions, rows, factor in parts:
            factors = np.broadcast_to(np.asarray(factor, dtype=float), rows.shape)
            np.add.at(constant, rows, factors * expressions.constant)
            self.rows.append(self.num_rows + rows[expressions.points])
            self.columns.append(expressions.columns)
            self.values.append(factors[expressions.points] * expressions.values)
        self.sides.append(tuple(np.broadcast_to(side, (count,)) - constant for side in (low, high)))  # type: ignore[arg-type]  # two of them
        self.num_rows += count

    def finish(self, structure: Structure, auxiliary: dict[str, Indices], *, restated: bool = True) -> None:
        """Write the rows, and note the structure they restate."""
        builder = self.rewriter.builder
        if self.num_rows:
            builder.add_sparse_rows(
                self.scope.name,
                np.concatenate(self.rows),
                np.concatenate(self.columns),
                np.concatenate(self.values),
                *(np.concatenate([each[k] for each in self.sides]) for k in (0, 1)),
            )
        builder.structures.append(
            Structure(
                structure.kind,
                structure.name,
                (self.first_row, builder.num_rows),
                (self.first_column, builder.num_columns),
                structure.parts,
                structure.numbers,
                auxiliary,
                restated,
            )
        )


def single(columns: Indices) -> Affine:
    """Columns as expressions."""
    count = len(columns)
    return Affine(np.zeros(count), np.arange(count), np.asarray(columns, dtype=np.int64), np.ones(count))


def no_overlap(rewriter: Rewriter, scope: Scope, tasks: Tasks) -> None:
    """State that no two tasks of one point overlap: one ends before the other starts."""
    count = len(tasks.need)
    record, made = Recorder(rewriter, scope), tasks.structure("no_overlap", scope.name)
    if count * (count - 1) // 2 > MAX_PAIRS:
        record.finish(made, {}, restated=False)
        return
    one, other = np.triu_indices(count, 1)
    pairs = len(one)
    first = record.add_columns("first", pairs, 0.0, 1.0, Integrality.INTEGER)
    rows = np.arange(pairs)
    for before, after, sign in ((one, other, 1.0), (other, one, -1.0)):
        big = np.maximum(tasks.sides[1, before] + tasks.sides[3, before] - tasks.sides[0, after], 0.0)
        parts = [
            (_take(tasks.start, before), rows, 1.0),
            (_take(tasks.length, before), rows, 1.0),
            (_take(tasks.start, after), rows, -1.0),
            (single(first), rows, sign * big),
        ]
        side = big if sign > 0 else np.zeros(pairs)
        if tasks.optional:
            parts += [(_take(tasks.present, each), rows, big) for each in (before, after)]
            side = side + 2 * big
        record.add_rows(pairs, parts, -np.inf, side)
    record.finish(made, {"first": first})


def _take(expressions: Affine, picked: Indices) -> Affine:
    """Some of the expressions, possibly many times."""
    order = np.argsort(expressions.points, kind="stable")
    points = expressions.points[order]
    starts = np.searchsorted(points, picked, "left")
    counts = np.searchsorted(points, picked, "right") - starts
    ends = np.cumsum(counts)
    within = np.arange(int(ends[-1]) if len(ends) else 0) - np.repeat(ends - counts, counts)
    entries = order[np.repeat(starts, counts) + within]
    return Affine(
        expressions.constant[picked],
        np.repeat(np.arange(len(picked)), counts),
        expressions.columns[entries],
        expressions.values[entries],
    )


def cumulative(rewriter: Rewriter, scope: Scope, tasks: Tasks, capacity: Affine) -> None:
    """State that what runs at any time needs no more than the capacity.

    Of tasks i and j, `begun` is 1 if j starts no later than i, `open` if i starts before j ends; both are 1
    exactly where j runs when i starts, and one of them always is.
    """
    kept = np.flatnonzero(tasks.sides[3] > 0)
    made = tasks.structure("cumulative", scope.name)
    made = Structure(made.kind, made.name, (0, 0), (0, 0), {**made.parts, "capacity": capacity}, made.numbers)
    record, count = Recorder(rewriter, scope), len(kept)
    if count * (count - 1) > MAX_PAIRS or (tasks.sides[2, kept] <= 0).any():
        record.finish(made, {}, restated=False)
        return
    at, other = (part.reshape(-1) for part in np.meshgrid(kept, kept, indexing="ij"))
    at, other = at[at != other], other[at != other]
    pairs, rows = len(at), np.arange(len(at))
    begun = record.add_columns("begun", pairs, 0.0, 1.0, Integrality.INTEGER)
    still = record.add_columns("open", pairs, 0.0, 1.0, Integrality.INTEGER)
    # begun = 0: start[at] + 1 <= start[other]; still = 0: start[other] + length[other] <= start[at].
    wide = np.maximum(tasks.sides[1, at] + 1 - tasks.sides[0, other], 0.0)
    early = np.maximum(tasks.sides[1, other] + tasks.sides[3, other] - tasks.sides[0, at], 0.0)
    after = [(_take(tasks.start, at), rows, 1.0), (_take(tasks.start, other), rows, -1.0)]
    ended = [
        (_take(tasks.start, other), rows, 1.0),
        (_take(tasks.length, other), rows, 1.0),
        (_take(tasks.start, at), rows, -1.0),
    ]
    absent = [(_take(tasks.present, other), rows, wide)] if tasks.optional else []
    record.add_rows(
        pairs, [*after, (single(begun), rows, -wide), *absent], -np.inf, (wide if absent else 0.0) - 1.0
    )
    record.add_rows(pairs, [*ended, (single(still), rows, -early)], -np.inf, 0.0)
    record.add_rows(pairs, [(single(begun), rows, 1.0), (single(still), rows, 1.0)], 1.0, np.inf)
    # need[at] + sum of need[other] * (begun + open - 1) <= capacity, where `at` is done.
    place = np.full(len(tasks.need), -1, dtype=np.int64)
    place[kept] = np.arange(count)
    lines, needs = place[at], tasks.need[other]
    others = np.bincount(lines, weights=needs, minlength=count)
    most = float(tasks.need.sum())
    parts = [
        (single(begun), lines, needs),
        (single(still), lines, needs),
        (_take(capacity, np.zeros(count, dtype=np.int64)), np.arange(count), -1.0),
    ]
    side = others - tasks.need[kept]
    if tasks.optional:
        parts.append((_take(tasks.present, kept), np.arange(count), most))
        side = side + most
    record.add_rows(count, parts, -np.inf, side)
    record.finish(made, {"begun": begun, "open": still, "at": at, "other": other})


def _degrees(
    record: Recorder, arcs: Arcs, tails: Indices, heads: Indices, num_nodes: int, free: int | None
) -> None:
    """One arc out of each node and one into it; for the free node, as many out as in."""
    for ends in (tails, heads):
        low, high = np.ones(num_nodes), np.ones(num_nodes)
        if free is not None:
            low[free], high[free] = -np.inf, np.inf
        record.add_rows(num_nodes, [(arcs.literal, ends, 1.0)], low, high)
    if free is not None:
        out, into = np.flatnonzero(tails == free), np.flatnonzero(heads == free)
        zeros = [np.zeros(len(part), dtype=np.int64) for part in (out, into)]
        balance = [(_take(arcs.literal, out), zeros[0], 1.0), (_take(arcs.literal, into), zeros[1], -1.0)]
        record.add_rows(1, balance, 0.0, 0.0)


def _positions(
    record: Recorder, arcs: Arcs, tails: Indices, heads: Indices, num_nodes: int, root: int
) -> Indices:
    """Positions of the nodes other than the root, one higher at the end of each arc taken."""
    place = np.cumsum(np.arange(num_nodes) != root) - 1
    most = float(max(1, num_nodes - 1))
    position = record.add_columns("position", num_nodes - 1, 1.0, most, Integrality.INTEGER)
    kept = np.flatnonzero((tails != root) & (heads != root) & (tails != heads))
    rows = np.arange(len(kept))
    if len(kept):
        parts = [
            (single(position[place[tails[kept]]]), rows, 1.0),
            (single(position[place[heads[kept]]]), rows, -1.0),
            (_take(arcs.literal, kept), rows, most),
        ]
        record.add_rows(len(kept), parts, -np.inf, most - 1.0)
    return position


def circuit(rewriter: Rewriter, scope: Scope, arcs: Arcs) -> None:
    """State that the arcs taken are one tour through all nodes but those whose arc to themselves is taken."""
    tails, heads, nodes = arcs.numbered()
    num_nodes = len(nodes)
    made = Structure(
        "circuit",
        scope.name,
        (0, 0),
        (0, 0),
        {"arc": arcs.literal},
        {"tail": tails.astype(float), "head": heads.astype(float)},
    )
    record = Recorder(rewriter, scope)
    fixed = np.setdiff1d(np.arange(num_nodes), tails[tails == heads])
    if not len(fixed):
        record.finish(made, {}, restated=False)
        return
    root = int(fixed[0])
    _degrees(record, arcs, tails, heads, num_nodes, None)
    position = _positions(record, arcs, tails, heads, num_nodes, root)
    record.finish(made, {"position": position, "root": np.array([root])})


def routes(rewriter: Rewriter, scope: Scope, arcs: Arcs, depot: int, capacity: float) -> None:
    """State that the arcs taken are tours from the depot through every other node once, loads in capacity."""
    tails, heads, nodes = arcs.numbered()
    num_nodes = len(nodes)
    at = np.flatnonzero(nodes[:, 0] == depot)
    if not len(at):
        raise CompileError(
            "no arc of `routes` leaves its depot", hint="let the arcs lead from and to the depot"
        )
    # The depot first, the others in order.
    order = np.concatenate([at, np.delete(np.arange(num_nodes), at)])
    number = np.empty(num_nodes, dtype=np.int64)
    number[order] = np.arange(num_nodes)
    tails, heads = number[tails], number[heads]
    if (tails == heads).any():
        raise CompileError("an arc of `routes` leads from a node to itself", hint="add `if i != j`")
    load = np.zeros(num_nodes)
    load[heads] = arcs.loads
    load[0] = 0.0
    off = (heads != 0) & (arcs.loads != load[heads])
    if off.any() or (load < 0).any():
        raise CompileError(
            "the load of a node in `routes` is one number, not below zero", hint="`(go[i, j], load[j])`"
        )
    numbers = {
        "tail": tails.astype(float),
        "head": heads.astype(float),
        "load": load,
        "capacity": np.array([capacity]),
    }
    made = Structure("routes", scope.name, (0, 0), (0, 0), {"arc": arcs.literal}, numbers)
    record = Recorder(rewriter, scope)
    _degrees(record, arcs, tails, heads, num_nodes, 0)
    whole = bool((load == np.round(load)).all()) and capacity == round(capacity)
    kind = Integrality.INTEGER if whole else Integrality.CONTINUOUS
    carried = record.add_columns("load", num_nodes - 1, load[1:], max(capacity, 0.0), kind)
    kept = np.flatnonzero((tails != 0) & (heads != 0))
    rows = np.arange(len(kept))
    if len(kept):
        parts = [
            (single(carried[tails[kept] - 1]), rows, 1.0),
            (single(carried[heads[kept] - 1]), rows, -1.0),
            (_take(arcs.literal, kept), rows, capacity),
        ]
        record.add_rows(len(kept), parts, -np.inf, capacity - load[heads[kept]])
    auxiliary = {"load": carried}
    if (load[1:] == 0).any():
        auxiliary["position"] = _positions(record, arcs, tails, heads, num_nodes, 0)
    record.finish(made, auxiliary)


def element(
    rewriter: Rewriter, scope: Scope, place: Affine, member: Affine, sides: Values, value: int
) -> None:
    """State that column `value` is the member at the place; `sides` (2, N) are bounds of the members."""
    count = len(member.constant)
    target = single(np.array([value]))
    made = Structure(
        "element", scope.name, (0, 0), (0, 0), {"place": place, "member": member, "value": target}
    )
    record = Recorder(rewriter, scope)
    here = record.add_columns("here", count, 0.0, 1.0, Integrality.INTEGER)
    zero, rows = np.zeros(count, dtype=np.int64), np.arange(count)
    first = np.zeros(1, dtype=np.int64)
    record.add_rows(1, [(single(here), zero, 1.0)], 1.0, 1.0)
    record.add_rows(1, [(single(here), zero, np.arange(1.0, count + 1)), (place, first, -1.0)], 0.0, 0.0)
    if not len(member.columns):
        record.add_rows(1, [(single(here), zero, member.constant), (target, first, -1.0)], 0.0, 0.0)
    else:
        least, most = float(sides[0].min()), float(sides[1].max())
        for sign, big in ((1.0, most - sides[0]), (-1.0, sides[1] - least)):
            parts = [(_take(target, zero), rows, sign), (member, rows, -sign), (single(here), rows, big)]
            record.add_rows(count, parts, -np.inf, big)
    record.finish(made, {"here": here})
