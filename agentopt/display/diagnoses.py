"""Why there is no answer, as data: the key `diagnosis` of an answer."""

from __future__ import annotations

__all__ = ["diagnosis_json", "scaling_json"]

from agentopt.agents.findings import column_name, row_name
from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis import Change, Conflict, Diagnosis, Repair
from agentopt.diagnosis.members import Member
from agentopt.diagnosis.places import numbers_of, statement
from agentopt.diagnosis.scaling import Range, Scaling
from agentopt.diagnosis.telling import change_words, told
from agentopt.diagnosis.unbounded import Growth


def diagnosis_json(compiled: Compiled, diagnosis: Diagnosis) -> dict[str, object]:
    """A diagnosis as JSON can say it.

    kind: infeasible, unbounded, or open where even that is not settled.
    text: all of it in words, a line each.
    conflicts: `{"members": [...], "irreducible", "proof", "resting", "repairs": [...]}` each; `proof` is
        `exact` or `engine`; a member has `kind` (constraint, lower, upper, whole), `name`, `index`, `words`,
        `numbers`.
    complete: whether there are no conflicts apart from these; null where none were looked for.
    joint: one repair for all conflicts, or null.
        A repair is `{"changes": [...], "enough", "least"}`; a change has `kind` (loosen, drop, fractions),
        `member`, `amount`, `parameter`, `index`, `before`, `after`, `unit`, `words`.
    growth: of an unbounded model `{"steps": [{"decision", "step"}], "gain", "missing": [{"kind", "name",
        "enough"}]}`, or null.
    scaling: where the numbers are hard `{"hard", "ranges": [{"what", "least", "most", "least_at",
        "most_at"}], "units": [{"decision", "power"}]}`, or null.
    probes, seconds: models that were asked about, and the time.
    """
    conflicts = diagnosis.conflicts
    return {
        "kind": diagnosis.kind,
        "text": told(compiled, diagnosis),
        "conflicts": []
        if conflicts is None
        else [_conflict(compiled, each, diagnosis.repairs[k]) for k, each in enumerate(conflicts.found)],
        "complete": None if conflicts is None else conflicts.complete,
        "joint": None if diagnosis.joint is None else _repair(diagnosis.joint),
        "growth": None if diagnosis.growth is None else _growth(compiled, diagnosis.growth),
        "scaling": None if diagnosis.scaling is None else scaling_json(compiled, diagnosis.scaling),
        "probes": diagnosis.probes,
        "seconds": diagnosis.seconds,
    }


def _conflict(compiled: Compiled, conflict: Conflict, repairs: tuple[Repair, ...]) -> dict[str, object]:
    return {
        "members": [_member(compiled, each) for each in conflict.members],
        "irreducible": conflict.irreducible,
        "proof": conflict.proof,
        "resting": conflict.resting,
        "repairs": [_repair(each) for each in repairs],
    }


def _member(compiled: Compiled, member: Member) -> dict[str, object]:
    return {
        "kind": member.kind,
        "name": member.name,
        "index": list(member.key),
        "words": statement(compiled, member),
        "numbers": list(numbers_of(compiled, member)),
    }


def _repair(repair: Repair) -> dict[str, object]:
    return {
        "changes": [_change(each) for each in repair.changes],
        "enough": repair.enough,
        "least": repair.least,
    }


def _change(change: Change) -> dict[str, object]:
    limit = change.limit
    return {
        "kind": change.kind,
        "member": change.member.label,
        "amount": change.amount if change.kind == "loosen" else None,
        "parameter": limit.name or None if limit is not None else None,
        "index": list(limit.key) if limit is not None else [],
        "before": None if limit is None else limit.value,
        "after": change.after,
        "unit": limit.unit or None if limit is not None else None,
        "words": change_words(change),
    }


def _growth(compiled: Compiled, growth: Growth) -> dict[str, object]:
    own = {
        j: column_name(compiled, j)
        for block in compiled.variables
        if not block.auxiliary
        for j in range(block.start, block.start + len(block.codes))
    }
    return {
        "steps": [{"decision": own[j], "step": step} for j, step in growth.steps if j in own],
        "gain": growth.gain,
        "missing": [{"kind": m.kind, "name": m.name, "enough": m.enough} for m in growth.missing],
    }


def scaling_json(compiled: Compiled, scaling: Scaling) -> dict[str, object]:
    """The report on the numbers of a model."""

    def place(at: tuple[int | None, int | None]) -> list[str]:
        row, column = at
        names = [] if row is None else [row_name(compiled, row)]
        return names if column is None else [*names, column_name(compiled, column)]

    def numbers(each: Range) -> dict[str, object]:
        return {
            "what": each.what,
            "least": each.least,
            "most": each.most,
            "least_at": place(each.least_at),
            "most_at": place(each.most_at),
        }

    return {
        "hard": scaling.is_hard,
        "ranges": [numbers(each) for each in scaling.ranges],
        "units": [{"decision": column_name(compiled, j), "power": power} for j, power in scaling.columns],
    }
