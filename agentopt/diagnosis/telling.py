"""A diagnosis in words: in the sentences, table cells and units the statements came from."""

from __future__ import annotations

__all__ = ["MAX_LISTED", "change_words", "scaling_words", "told"]

from collections.abc import Iterator, Sequence
from itertools import groupby

from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis.conflicts import Conflict
from agentopt.diagnosis.diagnosing import Diagnosis
from agentopt.diagnosis.members import Member
from agentopt.diagnosis.places import numbers_of, statement
from agentopt.diagnosis.repairs import Change, Repair
from agentopt.diagnosis.scaling import LARGE, SMALL, WIDE, Scaling
from agentopt.diagnosis.unbounded import Growth, Missing

MAX_LISTED = 12
"""Statements of one conflict, and repairs of it, that are told."""


def told(compiled: Compiled, diagnosis: Diagnosis) -> list[str]:
    """The diagnosis, a line each, indented where it belongs to the line above."""
    lines: list[str] = []
    conflicts = diagnosis.conflicts
    if conflicts is not None:
        for place, conflict in enumerate(conflicts.found):
            lines += _conflict(compiled, conflict, diagnosis.repairs[place], place, len(conflicts.found))
        if len(conflicts.found) > 1 and diagnosis.joint is not None:
            lines.append("All together, with an answer then (checked):")
            lines += [f"  {change_words(each)}" for each in diagnosis.joint.changes]
        if conflicts.found and not conflicts.complete:
            lines.append(
                "There may be more contradictions: the time for looking was over before all were found."
            )
        if not conflicts.found:
            lines.append(
                "Which statements contradict each other could not be found out in the time there was."
            )
    if diagnosis.growth is not None:
        lines += _growth(compiled, diagnosis.growth)
    if diagnosis.scaling is not None:
        lines += scaling_words(compiled, diagnosis.scaling)
    return lines


# -- conflicts -----------------------------------------------------------------------------------------------


def _conflict(
    compiled: Compiled, conflict: Conflict, repairs: Sequence[Repair], place: int, count: int
) -> Iterator[str]:
    which = f"Contradiction {place + 1} of {count}: these" if count > 1 else "These"
    sure = "proved in exact arithmetic" if conflict.proof == "exact" else "proved by the engine"
    needed = (
        "none can be left out"
        if conflict.irreducible
        else "some may not be needed: not every test came to an end"
    )
    if len(conflict.members) == 1:
        which = f"Contradiction {place + 1} of {count}: this" if count > 1 else "This"
        yield f"{which} cannot hold ({sure}):"
    else:
        yield f"{which} cannot hold together ({sure}; {needed}):"
    yield from (f"  {line}" for line in _statements(compiled, conflict.members))
    if conflict.resting:
        yield "  (given the limits that the rest of the model puts on the decisions in them)"
    gap = _gap(repairs)
    if gap:
        yield f"They miss each other by {gap}."
    if repairs:
        yield (
            "Any one of these would settle it, the smallest change first:"
            if count == 1
            else "Any one of these would settle this one, the smallest change first:"
        )
        yield from (f"  {line}" for line in _repairs(repairs))
    else:
        yield "No change of a single limit settles it."


def _statements(compiled: Compiled, members: Sequence[Member]) -> Iterator[str]:
    """Statements, those of one constraint at many indices as one line and their numbers."""
    groups = [list(each) for _, each in groupby(members, key=lambda m: (m.kind, m.name))]
    for number, group in enumerate(groups):
        if number == MAX_LISTED:
            yield f"and {sum(map(len, groups[number:]))} more"
            return
        if len(group) == 1:
            yield statement(compiled, group[0])
            continue
        words = statement(compiled, group[0]).split("; ")[0]
        rest = words.removeprefix(group[0].label)
        names = ", ".join(m.label for m in group[:MAX_LISTED])
        more = f" and {len(group) - MAX_LISTED} more" if len(group) > MAX_LISTED else ""
        yield f"{names}{more}{rest}"
        figures = dict.fromkeys(
            figure for m in group[:MAX_LISTED] if m.kind == "constraint" for figure in numbers_of(compiled, m)
        )
        yield from (f"  {figure}" for figure in list(figures)[:MAX_LISTED])


def _gap(repairs: Sequence[Repair]) -> str:
    """The one amount that every repair comes to, with its unit."""
    changes = [r.changes[0] for r in repairs if len(r.changes) == 1 and r.changes[0].kind == "loosen"]
    if len(changes) < 2 or len(changes) < len([r for r in repairs if r.changes[0].kind == "loosen"]):
        return ""
    amounts = {round(c.amount, 6) for c in changes}
    units = {c.limit.unit for c in changes if c.limit is not None}
    if len(amounts) != 1 or len(units) > 1:
        return ""
    unit = units.pop() if units else ""
    return f"{changes[0].amount:.10g}{f' {unit}' if unit else ''}"


def _repairs(repairs: Sequence[Repair]) -> Iterator[str]:
    lines: list[str] = []
    seen: set[tuple[object, ...]] = set()
    for repair in repairs:
        key = _alike(repair)
        if key is None:
            lines.append("; ".join(map(change_words, repair.changes)) + _unsure(repair))
        elif key not in seen:
            seen.add(key)
            same = [each.changes[0] for each in repairs if _alike(each) == key]
            lines.append(_one_of(same) + _unsure(repair))
    yield from lines[:MAX_LISTED]
    if len(lines) > MAX_LISTED:
        yield f"and {len(lines) - MAX_LISTED} more"


def _alike(repair: Repair) -> tuple[object, ...] | None:
    """What repairs by one parameter at different indices have in common."""
    change = repair.changes[0]
    if len(repair.changes) != 1 or change.kind != "loosen" or change.limit is None or not change.limit.key:
        return None
    return change.limit.name, change.limit.grows, round(change.amount, 6), repair.least


def _one_of(same: Sequence[Change]) -> str:
    first = same[0]
    if len(same) == 1 or first.limit is None:
        return change_words(first)
    way = "raise" if first.limit.grows else "lower"
    unit = f" {first.limit.unit}" if first.limit.unit else ""
    places = ", ".join(
        f"{', '.join(map(str, each.limit.key))} ({each.limit.value:.10g} to {each.after:.10g})"
        for each in same[:MAX_LISTED]
        if each.limit is not None
    )
    more = f" and {len(same) - MAX_LISTED} more" if len(same) > MAX_LISTED else ""
    return f"{way} {first.limit.name} by {first.amount:.10g}{unit} at one of {places}{more}"


def _unsure(repair: Repair) -> str:
    return "" if repair.least else " (less may be enough)"


def change_words(change: Change) -> str:
    """One change: what moves, from where, to where."""
    if change.kind == "drop":
        return f"leave out {change.member.label}"
    if change.kind == "fractions":
        return f"allow fractions of {change.member.name}"
    limit = change.limit
    if limit is None:
        return f"let {change.member.label} be missed by {change.amount:.10g}"
    way = "raise" if limit.grows else "lower"
    unit = f" {limit.unit}" if limit.unit else ""
    share = (
        f" ({'+' if limit.grows else '−'}{_percent(change.amount / abs(limit.value))})" if limit.value else ""
    )
    after = f"{limit.value:.10g} to {change.after:.10g}{unit}{share}"
    if limit.name:
        return f"{way} {limit.label} from {after}"
    if change.member.kind == "constraint":
        return f"{way} the limit of {change.member.label} from {after}"
    return f"{way} the {change.member.kind} limit of {change.member.label} from {after}"


def _percent(share: float) -> str:
    return f"{100 * share:.2g}%" if share < 0.995 else f"{100 * share:,.0f}%"


# -- unbounded -----------------------------------------------------------------------------------------------


def _growth(compiled: Compiled, growth: Growth) -> Iterator[str]:
    objective = compiled.objective
    assert objective is not None
    moving = [(j, step) for j, step in growth.steps if _shown(compiled, j)]
    for column, step in moving[:MAX_LISTED]:
        way = "grow" if step > 0 else "fall"
        yield f"{_shown(compiled, column)} can {way} without limit"
    if len(moving) > MAX_LISTED:
        yield f"and {len(moving) - MAX_LISTED} more"
    declared = compiled.instance.formulation.objectives
    unit = f" {declared[0].unit}" if declared and declared[0].unit else ""
    if moving:
        first = _shown(compiled, moving[0][0])
        per = growth.gain / abs(moving[0][1])
        others = "" if len(moving) == 1 else ", the others in step,"
        yield f"Each further unit of {first}{others} makes the objective better by {per:.6g}{unit}."
    if growth.missing:
        yield "A limit is likely missing:"
        yield from (f"  {_missing(compiled, each)}" for each in growth.missing)


def _missing(compiled: Compiled, missing: Missing) -> str:
    formulation = compiled.instance.formulation
    match missing.kind:
        case "unused":
            declared = formulation.parameters[missing.name]
            about = f" ({declared.meaning})" if declared.meaning else ""
            quote = f", “{declared.quote}”" if declared.quote else ""
            return f"nothing uses {missing.name}{about}{quote}: is it the limit that was forgotten?"
        case "equation":
            because = formulation.constraints[missing.name].because
            about = f" (“{because}”)" if because else ""
            return f"if {missing.name}{about} had to hold exactly, there would be a best answer"
        case _:
            declared_variable = formulation.variables.get(missing.name)
            about = (
                f" ({declared_variable.meaning})"
                if declared_variable is not None and declared_variable.meaning
                else ""
            )
            return (
                f"with a limit on {missing.name}{about} there would be a best answer: how much can there be?"
            )


def _shown(compiled: Compiled, column: int) -> str:
    for block in compiled.variables:
        if block.start <= column < block.start + len(block.codes):
            if block.auxiliary:
                return ""
            place = column - block.start
            labels = compiled.instance.labels.tuples(block.codes[place : place + 1])[0]
            return f"{block.name}[{', '.join(map(str, labels))}]" if labels else block.name
    return ""


# -- numbers -------------------------------------------------------------------------------------------------


def scaling_words(compiled: Compiled, scaling: Scaling) -> list[str]:
    """The report on the numbers of a model."""
    lines = ["The numbers of the model are hard for any engine:" if scaling.is_hard else "The numbers:"]
    for each in scaling.ranges:
        doubt = each.ratio > WIDE or each.most > LARGE or each.least < SMALL
        words = f"  {each.what}: {each.least:.3g} to {each.most:.3g}"
        if doubt:
            words += (
                f" (smallest at {_at(compiled, each.least_at)}, largest at {_at(compiled, each.most_at)})"
            )
        lines.append(words)
    for column, power in scaling.columns:
        name = _shown(compiled, column)
        if name:
            size = "large" if power > 0 else "small"
            lines.append(f"  measure {name} in a unit 10^{abs(power)} times as {size}")
    if scaling.is_hard:
        lines.append(
            "  engines hold limits to about 1e-6: state quantities in units in which they are 0.01 to 10,000"
        )
    return lines


def _at(compiled: Compiled, place: tuple[int | None, int | None]) -> str:
    row, column = place
    parts = []
    if row is not None:
        for block in compiled.rows:
            if block.start <= row < block.start + len(block.codes):
                labels = compiled.instance.labels.tuples(
                    block.codes[row - block.start : row - block.start + 1]
                )[0]
                parts.append(f"{block.name}[{', '.join(map(str, labels))}]" if labels else block.name)
    if column is not None and (name := _shown(compiled, column)):
        parts.append(name)
    return ", ".join(parts) or "an auxiliary quantity"
