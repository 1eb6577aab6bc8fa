"""What a change came to, what limits are worth, and sweeps, for a person at a terminal."""

from __future__ import annotations

__all__ = ["outcome_text", "prices_text", "step_text", "sweep_text", "trial_text"]

import math
from collections.abc import Iterator, Sequence

from agentopt.display.figures import aligned, figure, minus, percent
from agentopt.display.listing import bold, columns, dim
from agentopt.whatif.outcomes import Difference, Outcome
from agentopt.whatif.prices import Cost, Price, Prices, Unit
from agentopt.whatif.study import Step
from agentopt.whatif.sweeping import Point, Sweep

MAX_LISTED = 20
_BAR = 30


def step_text(step: Step, *, last: int = 1) -> str:
    """A step: what was changed last, how the outcome differs, why there is none if so."""
    head = bold("What if  " + "; ".join(str(each) for each in step.changes[-last:]))
    return "\n".join([head, *_compared(step)])


def trial_text(step: Step) -> str:
    """Why a decision is not otherwise: what it would cost, or what it would contradict."""
    wanted = step.changes[-1].text
    found = step.difference
    assert found is not None
    head = bold(f"Why not  {wanted}")
    if not step.outcome.solution.has_point:
        return "\n".join([head, f"With {wanted} there is no answer.", *_why(step.outcome)])
    lines = [head]
    if found.change is None:
        lines.append(f"It is possible: with {wanted} there is an answer too.")
    elif abs(found.change) <= 1e-6 * max(1.0, abs(found.before or 0.0)):
        lines.append(
            f"It costs nothing: with {wanted} the best answer is as good, {_objective(step.outcome)}."
        )
    else:
        way = "more" if found.change > 0 else "less"
        lines.append(
            f"With {wanted} the best answer is {_objective(step.outcome)}: "
            f"{figure(abs(found.change))}{_unit(step.outcome)} {way}{_share(found)}."
        )
    return "\n".join([*lines, *_decisions(found)])


def outcome_text(outcome: Outcome) -> str:
    """What a problem comes to, in a line."""
    if outcome.solution.has_point:
        return f"{outcome.status}: {_objective(outcome)}" if outcome.compiled.objectives else outcome.status
    return "\n".join([f"{outcome.status}", *_why(outcome)])


def prices_text(found: Prices, outcome: Outcome) -> str:
    """What limits are worth, and how far that and the answer hold."""
    parts = [found.note] if found.note else []
    if found.prices:
        parts += [
            bold("What one more unit of each limit changes the objective by"),
            _price_table(found.prices),
        ]
    elif not found.note:
        parts.append("No limit has a price: more of none would change the best answer.")
    taken = [each for each in found.costs if abs(each.amount) > 1e-9]
    if taken:
        parts += [
            bold("How far the objective's coefficients can move with the same decisions"),
            _cost_table(taken),
        ]
    idle = sorted(
        (each for each in found.costs if abs(each.amount) <= 1e-9 and abs(each.reduced) > 1e-9),
        key=lambda each: abs(each.reduced),
    )
    if idle:
        parts += [bold("What one unit of a decision that is not taken would change it by"), _idle_table(idle)]
    if found.units:
        parts += [
            bold(f"By solving again (now {_objective(outcome)})"),
            _unit_table(found.units),
        ]
    return "\n".join(parts)


def sweep_text(wanted: Sweep, points: Sequence[Point]) -> str:
    """A table with a bar for each value; a `*` where the decisions differ from those before."""
    values = [each.outcome.objective for each in points]
    known = [value for value in values if value is not None]
    low, high = (min(known), max(known)) if known else (0.0, 0.0)
    shown = aligned(values)
    at = aligned([each.value for each in points])
    rows = []
    for place, (point, value) in enumerate(zip(points, values, strict=True)):
        if value is None:
            rows.append([at[place], f"({point.outcome.status})", "", ""])
            continue
        share = 1.0 if high == low else (value - low) / (high - low)
        bar = "▇" * max(1, round(share * _BAR))
        rows.append([at[place], shown[place], "*" if point.differs else "", bar])
    wide = max(len(row[0]) for row in rows), max(len(row[1]) for row in rows)
    rows = [[row[0].rjust(wide[0]), row[1].rjust(wide[1]), *row[2:]] for row in rows]
    unit = _unit(points[0].outcome).strip()
    table = columns([wanted.what, f"objective{f' ({unit})' if unit else ''}", "", ""], rows)
    notes = [f"bars from {figure(low)} to {figure(high)}"] if known else []
    if any(each.differs for each in points):
        notes.append("* other decisions than at the value before")
    return "\n".join([table, *([dim(f"({'; '.join(notes)})")] if notes else [])])


# -- parts ---------------------------------------------------------------------------------------------------


def _compared(step: Step) -> Iterator[str]:
    found, outcome = step.difference, step.outcome
    assert found is not None
    if not outcome.solution.has_point:
        yield f"There is no answer any more: {outcome.status}."
        yield from _why(outcome)
        return
    if found.before is not None and found.after is not None:
        change = found.change or 0.0
        sign = "+" if change >= 0 else "−"
        if abs(change) <= 1e-9 * max(1.0, abs(found.before)):
            yield f"objective  {figure(found.after)}{_unit(outcome)}, as before"
        else:
            yield (
                f"objective  {figure(found.before)} → {figure(found.after)}{_unit(outcome)}  "
                f"({sign}{figure(abs(change))}{_share(found, lead=', ')})"
            )
    elif found.after is not None:
        yield f"There is an answer now: {_objective(outcome)}."
    yield from _decisions(found)
    for head, names in (
        ("newly at their limit", found.newly_binding),
        ("no longer", found.no_longer_binding),
    ):
        if names:
            more = f" and {len(names) - MAX_LISTED} more" if len(names) > MAX_LISTED else ""
            yield f"{head}: {', '.join(names[:MAX_LISTED])}{more}"
    for name, (before, after) in found.report.items():
        yield f"{name}: {figure(before)} → {figure(after)}"
    yield from _kept(found, outcome)


def _kept(found: Difference, outcome: Outcome) -> Iterator[str]:
    if found.needs_nothing:
        if found.decisions:
            yield "The decisions of before are still among the best: nothing has to change."
    elif found.stays is False:
        yield "The decisions of before are not possible any more."
    elif found.stays and found.stays_at is not None and found.after is not None:
        worse = figure(abs(found.stays_at - found.after))
        yield (
            f"Kept as they are, the decisions of before come to {figure(found.stays_at)}"
            f"{_unit(outcome)}: {worse} worse."
        )


def _why(outcome: Outcome) -> list[str]:
    from agentopt.diagnosis import told

    if outcome.diagnosis is None:
        return []
    return [f"  {line}" for line in told(outcome.compiled, outcome.diagnosis)]


def _decisions(found: Difference) -> Iterator[str]:
    if not found.decisions:
        yield "No decision changes."
        return
    listed = found.decisions[:MAX_LISTED]
    rows = [
        [
            each.label,
            figure(each.before),
            figure(each.after),
            f"{'+' if each.change >= 0 else '−'}{figure(abs(each.change))}",
        ]
        for each in listed
    ]
    wide = [max(len(row[k]) for row in rows) for k in range(4)]
    rows = [[row[0], *(row[k].rjust(wide[k]) for k in (1, 2, 3))] for row in rows]
    yield columns(["decision", "before".rjust(wide[1]), "after".rjust(wide[2]), "change"], rows)
    if len(found.decisions) > MAX_LISTED:
        yield dim(f"({len(found.decisions) - MAX_LISTED:,} more decisions changed)")


def _objective(outcome: Outcome) -> str:
    return f"{figure(outcome.objective)}{_unit(outcome)}"


def _unit(outcome: Outcome) -> str:
    declared = outcome.compiled.instance.formulation.objectives
    return f" {declared[0].unit}" if len(declared) == 1 and declared[0].unit else ""


def _share(found: Difference, lead: str = " (") -> str:
    if found.change is None or not found.before:
        return ""
    sign = "+" if found.change >= 0 else "−"
    return f"{lead}{sign}{percent(abs(found.change / found.before))}{')' if lead == ' (' else ''}"


def _price_table(found: Sequence[Price]) -> str:
    rows = [
        [
            each.limit.label if each.limit is not None and each.limit.name else each.label,
            figure(each.value)
            + (f" {each.limit.unit}" if each.limit is not None and each.limit.unit else ""),
            f"{'+' if each.price >= 0 else '−'}{figure(abs(each.price))}",
            _between(each.low, each.high),
        ]
        for each in found[:MAX_LISTED]
    ]
    return columns(["limit", "now", "one more unit", "holds from … to"], rows) + _rest(found)


def _cost_table(found: Sequence[Cost]) -> str:
    rows = [
        [each.label, figure(each.amount), figure(each.value), _between(each.low, each.high)]
        for each in found[:MAX_LISTED]
    ]
    return columns(["decision", "amount", "coefficient", "same decisions from … to"], rows) + _rest(found)


def _idle_table(found: Sequence[Cost]) -> str:
    rows = [
        [each.label, f"{'+' if each.reduced >= 0 else '−'}{figure(abs(each.reduced))}", figure(each.value)]
        for each in found[:MAX_LISTED]
    ]
    return columns(["decision", "one unit of it", "coefficient"], rows) + _rest(found)


def _unit_table(found: Sequence[Unit]) -> str:
    rows = [
        [
            each.limit.label if each.limit is not None and each.limit.name else each.label,
            figure(each.value),
            "no answer" if each.less is None else figure(each.less),
            "no answer" if each.more is None else figure(each.more),
        ]
        for each in found
    ]
    return columns(["limit", "now", "with one less", "with one more"], rows)


def _between(low: float, high: float) -> str:
    def end(value: float) -> str:
        if math.isinf(value) or abs(value) >= 1e20:
            return "−∞" if value < 0 else "∞"
        return minus(figure(value))

    return f"{end(low)} … {end(high)}"


def _rest(found: Sequence[object]) -> str:
    return f"\n{dim(f'({len(found) - MAX_LISTED:,} more)')}" if len(found) > MAX_LISTED else ""
