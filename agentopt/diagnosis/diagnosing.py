"""One call that says why a model has no answer, within a limit of time."""

from __future__ import annotations

__all__ = ["SECONDS", "Diagnosis", "diagnose"]

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis.conflicts import Conflicts, find_conflicts
from agentopt.diagnosis.members import MAX_SIZE, without
from agentopt.diagnosis.probing import Outcome, Prober
from agentopt.diagnosis.repairs import Change, Repair, alternatives, together
from agentopt.diagnosis.scaling import Scaling, scaling
from agentopt.diagnosis.unbounded import Growth, growth
from agentopt.errors import CompileError, EngineError
from agentopt.formulation.instance import BoundParameter, Instance
from agentopt.formulation.resolve import parse
from agentopt.solvers.semicontinuous import without_semicontinuous
from agentopt.solvers.solution import Solution, Termination

SECONDS = 20.0
"""Time for a diagnosis, unless told otherwise."""

MAX_REBUILT = 20_000
"""Columns up to which a repair is tried in a model built anew."""

Kind = Literal["infeasible", "unbounded", "open"]


@dataclass(frozen=True)
class Diagnosis:
    """Why there is no answer, as far as it was found out.

    Attributes:
        kind: what is the matter; `open` where even that is not settled.
        conflicts: of an infeasible model.
        repairs: for each conflict, the ways to settle it, the smallest relative change first.
        joint: one repair that settles all conflicts where there are several.
        growth: of an unbounded model.
        scaling: the numbers of the model, where they are hard.
        probes: how many models were asked about, in `seconds`.
    """

    kind: Kind
    conflicts: Conflicts | None = None
    repairs: tuple[tuple[Repair, ...], ...] = ()
    joint: Repair | None = None
    growth: Growth | None = None
    scaling: Scaling | None = None
    probes: int = 0
    seconds: float = 0.0


def diagnose(compiled: Compiled, solution: Solution, seconds: float = SECONDS) -> Diagnosis:
    """Why a model has no answer.

    Args:
        compiled: the model.
        solution: what the engine made of it; one that has an optimum gets only the report on its numbers.
        seconds: for all of it.
    """
    began = time.monotonic()
    prober = Prober(seconds, max(1.0, seconds / 4))
    hard = scaling(compiled)
    found = Diagnosis("open", scaling=hard if hard.is_hard else None)
    claim = solution.termination
    # A matrix cannot be taken away row by row.
    bare = any(each.kind == "semidefinite" for each in compiled.structures)
    if compiled.num_columns + compiled.num_rows <= MAX_SIZE and not bare:
        try:
            plain = without_semicontinuous(compiled)
            if claim in {Termination.INFEASIBLE, Termination.INFEASIBLE_OR_UNBOUNDED}:
                found = _infeasible(plain, found, prober)
            if claim is Termination.UNBOUNDED or (
                claim is Termination.INFEASIBLE_OR_UNBOUNDED and _has_point(found)
            ):
                found = _unbounded(plain, found, solution, prober)
        except EngineError:
            pass  # an engine that does not take the numbers finds nothing out; the report on them stays
    if found.kind == "open" and claim in {Termination.INFEASIBLE, Termination.UNBOUNDED}:
        found = replace(found, kind="infeasible" if claim is Termination.INFEASIBLE else "unbounded")
    return replace(found, probes=prober.count, seconds=time.monotonic() - began)


def _has_point(found: Diagnosis) -> bool:
    return found.conflicts is not None and found.conflicts.complete and not found.conflicts.found


def _infeasible(compiled: Compiled, found: Diagnosis, prober: Prober) -> Diagnosis:
    conflicts = find_conflicts(compiled, prober)
    if not conflicts.found:
        return replace(found, conflicts=conflicts)
    repairs = tuple(
        tuple(
            _settled(compiled, each, conflicts, place, prober)
            for each in alternatives(compiled, conflicts.found, place, prober, complete=conflicts.complete)
        )
        for place in range(len(conflicts.found))
    )
    joint = None
    if len(conflicts.found) > 1:
        joint = together(compiled, conflicts.found, prober)
        joint = None if joint is None else _settled(compiled, joint, None, 0, prober)
    return replace(found, kind="infeasible", conflicts=conflicts, repairs=repairs, joint=joint)


def _unbounded(compiled: Compiled, found: Diagnosis, solution: Solution, prober: Prober) -> Diagnosis:
    ray = solution.ray
    if ray is not None and len(ray) < compiled.num_columns:
        ray = np.concatenate([ray, np.zeros(compiled.num_columns - len(ray))])
    return replace(found, kind="unbounded", growth=growth(compiled, ray, prober))


def _settled(
    compiled: Compiled, repair: Repair, conflicts: Conflicts | None, place: int, prober: Prober
) -> Repair:
    """The repair told by parameters only where changing them was tried and does what the rows promise."""
    if all(each.limit is None or not each.limit.name for each in repair.changes):
        return repair
    dropped = set()
    if conflicts is not None:
        own = set(conflicts.found[place].members)
        dropped = {m for k, each in enumerate(conflicts.found) if k != place for m in each.members} - own
    rebuilt = _rebuilt(compiled, repair.changes)
    if rebuilt is not None and prober.ask(without(rebuilt, dropped)).outcome is Outcome.POINT:
        return repair
    bare = tuple(
        each if each.limit is None or not each.limit.name else replace(each, limit=None)
        for each in repair.changes
    )
    return replace(repair, changes=bare)


def _rebuilt(compiled: Compiled, changes: Sequence[Change]) -> Compiled | None:
    """The model with parameters changed; None where other data depends on them or the shape changes."""
    if compiled.num_columns > MAX_REBUILT:
        return None
    from agentopt.compiling import compile_instance

    instance = compiled.instance
    for each in changes:
        if each.limit is None or not each.limit.name or each.after is None:
            return None
        changed = _with_value(instance, each.limit.name, each.limit.key, each.after)
        if changed is None:
            return None
        instance = changed
    try:
        rebuilt = without_semicontinuous(compile_instance(instance))
    except (CompileError, EngineError):
        return None
    same = rebuilt.num_rows == compiled.num_rows and rebuilt.num_columns == compiled.num_columns
    return rebuilt if same else None


def _with_value(instance: Instance, name: str, key: Sequence[object], value: float) -> Instance | None:
    """The instance with one value of a parameter changed; None where sets or other parameters rest on it."""
    from agentopt.formulation import tree as t

    parsed = parse(instance.formulation)
    resting = [*parsed.formulas.values(), *parsed.filters.values(), *parsed.set_formulas.values()]
    for formula in resting:
        for node in t.walk(formula.expression):
            if (isinstance(node, t.Name) and node.id == name) or (
                isinstance(node, t.Item) and node.name == name
            ):
                return None
    bound = instance.parameters[name]
    codes = np.array([instance.labels.find(label) for label in key], dtype=object)
    at = np.flatnonzero((bound.codes == codes.astype(np.int64)).all(axis=1)) if len(key) else np.array([0])
    if len(at) != 1:
        return None
    values = bound.values.copy()
    values[at] = value
    changed = BoundParameter(name, bound.over, bound.codes, values, bound.default, shape=bound.shape)
    return replace(instance, parameters={**instance.parameters, name: changed})
