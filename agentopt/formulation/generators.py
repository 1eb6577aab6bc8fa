"""Growing a frame by `for ... in ... if ...`.

Conditions are applied where they cost least: on the new axis alone, as a join with the one axis they equate
it to, as a join through a set for membership of several axes, and only then by writing out the axes they
tie together.
"""

from __future__ import annotations

__all__ = ["expand", "filtered"]

from collections.abc import Iterator, Sequence

import numpy as np

from agentopt.errors import CompileError
from agentopt.formulation import tree as t
from agentopt.formulation.derive import Data, Env
from agentopt.formulation.frames import MAX_POINTS, Frame, Index, Ints, join


def expand(data: Data, frame: Frame, env: Env, generators: Sequence[t.Generator]) -> tuple[Frame, Env]:
    """The frame grown by each generator in turn, and the names its new indices go by."""
    for generator in generators:
        frame, env = _grow(data, frame, env, generator)
        conditions = [c for condition in generator.conditions for c in _conjuncts(condition)]
        # Cheap and selective first; within a kind the order written is kept, because an earlier condition may
        # guard a later one.
        postponed = []
        for condition in conditions:
            joined = _try_join(data, frame, env, condition)
            if joined is None:
                postponed.append(condition)
            else:
                frame = joined
        for condition in postponed:
            frame = filtered(data, frame, env, condition)
    return frame, env


def _conjuncts(condition: t.Expr) -> Iterator[t.Expr]:
    if isinstance(condition, t.And):
        for operand in condition.operands:
            yield from _conjuncts(operand)
    else:
        yield condition


def _grow(data: Data, frame: Frame, env: Env, generator: t.Generator) -> tuple[Frame, Env]:
    domain, targets = generator.domain, generator.targets
    names: dict[str, str] = {}
    for target in targets:
        key = target
        while key in frame.indices or key in names.values():
            key += "'"
        names[target] = key
    axes = data.axes(domain, frame, env) if not isinstance(domain, t.Name) else []
    if axes:
        return _grow_dependent(data, frame, env, generator, axes, names), {**env, **names}
    bound = data.domain(domain, env)
    if bound.arity != len(targets):
        raise CompileError(
            f"elements of `{bound.name}` have {bound.arity} labels, "
            f"but `for {', '.join(targets)}` names {len(targets)}"
        )
    codes = bound.codes.astype(np.int32, copy=False)
    columns = {names[target]: codes[:, k] for k, target in enumerate(targets)}
    return frame.append(columns, len(codes), bound), {**env, **names}


def _grow_dependent(
    data: Data, frame: Frame, env: Env, generator: t.Generator, axes: Sequence[int], names: dict[str, str]
) -> Frame:
    """`for s in range(1, t)`: one run of integers per entry of the axes the bounds depend on."""
    domain = generator.domain
    if not (isinstance(domain, t.Call) and domain.function == "range" and len(generator.targets) == 1):
        raise CompileError("only `range(...)` may depend on an index", hint="filter a set with `if` instead")
    base = frame.merge(axes)
    axis = min(axes)
    bounds = [
        np.broadcast_to(data.number(a, base.project([axis]), env), (base.lengths[axis],)).astype(np.int64)
        for a in domain.arguments
    ]
    low, high = (np.zeros_like(bounds[0]), bounds[0]) if len(bounds) == 1 else (bounds[0], bounds[1])
    step = bounds[2] if len(bounds) > 2 else np.ones_like(low)
    if (step == 0).any():
        raise CompileError("the step of a `range` is zero")
    counts = np.maximum(0, -((low - high) // step))
    if (total := float(counts.sum(dtype=float))) > MAX_POINTS:
        raise CompileError(f"ranges of {total:,.0f} elements in all", hint=f"at most {MAX_POINTS:,} are read")
    selection = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    within = np.arange(len(selection)) - np.repeat(np.cumsum(counts) - counts, counts)
    values = low[selection] + within * step[selection]
    distinct, inverse = np.unique(values, return_inverse=True)
    codes = data.labels.codes(distinct.tolist())[inverse] if len(distinct) else np.empty(0, dtype=np.int32)
    grown = base.take([axis], [selection])
    indices = dict(grown.indices)
    indices[names[generator.targets[0]]] = Index(axis, codes)
    return Frame(grown.lengths, indices, grown.root, grown.parents)


def _try_join(data: Data, frame: Frame, env: Env, condition: t.Expr) -> Frame | None:
    match condition:
        case t.Compare(operands=(left, right), operators=("==",)) if _plain(left) and _plain(right):
            sides = [data.axes(side, frame, env) for side in (left, right)]
            if len(sides[0]) == 1 and len(sides[1]) == 1 and sides[0] != sides[1]:
                columns = [
                    data.codes(side, frame.project(axes), env)
                    for side, axes in zip((left, right), sides, strict=True)
                ]
                axes = [sides[0][0], sides[1][0]]
                known = [np.flatnonzero(column >= 0) for column in columns]
                if axes[0] > axes[1]:
                    axes, columns, known = axes[::-1], columns[::-1], known[::-1]
                first, second = join(columns[0][known[0]], columns[1][known[1]])
                return frame.take(axes, [known[0][first].astype(np.int32), known[1][second].astype(np.int32)])
        case t.Member(keys=keys, domain=domain, negated=False) if all(isinstance(k, t.Name) for k in keys):
            if data.axes(domain, frame, env) == [] or isinstance(domain, t.Name):
                return _join_through(data, frame, env, condition)
    return None


def _plain(expr: t.Expr) -> bool:
    """Whether an expression is index names, numbers and arithmetic on them: its value is a label."""
    return all(
        isinstance(node, t.Name | t.Number | t.Add | t.Negate)
        or (isinstance(node, t.Call) and node.function in {"prev", "next"})
        for node in t.walk(expr)
    )


def _join_through(data: Data, frame: Frame, env: Env, condition: t.Member) -> Frame | None:
    """`(p, m) in LANES` with p and m on different axes: walk LANES, not the product of the axes."""
    bound = data.domain(condition.domain, env)
    axes: list[int] = []
    for key in condition.keys:
        assert isinstance(key, t.Name)
        index = frame.indices.get(env.get(key.id, key.id))
        if index is None or index.axis in axes:
            return None
        axes.append(index.axis)
    if len(axes) < 2 or bound.arity != len(axes):
        return None
    rows: Ints = np.arange(len(bound), dtype=np.int32)
    entries: list[Ints] = []
    for k, key in enumerate(condition.keys):
        assert isinstance(key, t.Name)
        codes = frame.indices[env.get(key.id, key.id)].codes
        picked, entry = join(bound.codes[rows, k], codes)
        rows, entries = rows[picked], [e[picked] for e in entries]
        entries.append(entry)
    order = np.argsort(axes)
    columns = [entries[k] for k in order]
    ordered = np.lexsort(columns[::-1])
    return frame.take(sorted(axes), [column[ordered] for column in columns])


def filtered(data: Data, frame: Frame, env: Env, condition: t.Expr) -> Frame:
    """The points of a frame at which a condition on data holds."""
    axes = data.axes(condition, frame, env)
    if not axes:
        if bool(np.asarray(data.truth(condition, Frame(), env)).all()):
            return frame
        if not frame.lengths:
            return Frame((0,), {}, frame.root, frame.parents)
        return frame.filter(len(frame.lengths) - 1, np.zeros(frame.lengths[-1], dtype=bool))
    size = 1
    for axis in axes:
        size *= frame.lengths[axis]
    if size > MAX_POINTS:
        raise CompileError(
            f"a condition ranges over {size:,} combinations of indices",
            hint="state it over a set of the pairs that matter, as in `for (i, j) in ARCS`",
        )
    merged = frame.merge(axes)
    axis = min(axes)
    mask = np.broadcast_to(data.truth(condition, merged.project([axis]), env), (merged.lengths[axis],))
    return merged.filter(axis, mask)
