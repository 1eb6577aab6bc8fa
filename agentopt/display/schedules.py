"""Finds the schedule in an answer: decisions that are starts, with ends or durations that belong to them."""

from __future__ import annotations

__all__ = ["Planned", "find_schedule"]

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from agentopt.display.decisions import Decision, index_heads
from agentopt.display.markup import element, join
from agentopt.display.plot_schedule import Schedule
from agentopt.display.wording import says
from agentopt.formulation.instance import Label, Values

MAX_TASKS = 200
MAX_LANES = 40


@dataclass(frozen=True)
class Planned:
    """A schedule to draw, and the decisions it shows."""

    drawn: Schedule
    names: frozenset[str]


def find_schedule(decisions: Sequence[Decision]) -> Planned | None:
    """The schedule, where starts and how long they take are both plain."""
    for start in decisions:
        if start.binary or start.arity not in (1, 2) or not says("start", start.name):
            continue
        if not 1 < len(start) <= MAX_TASKS or float(start.values.min()) < -1e-6:
            continue
        lasting = _ends(start, decisions)
        names = {start.name}
        if lasting is not None:
            names.add(lasting[0])
        lasts = lasting[1] if lasting is not None else _durations(start)
        if lasts is None or not np.all(np.isfinite(lasts)) or float(lasts.min()) < -1e-6:
            continue
        drawn, used = _drawn(start, lasts, decisions)
        if len(drawn.lanes) <= MAX_LANES and drawn.tasks:
            return Planned(drawn, frozenset(names | used))
    return None


def _ends(start: Decision, decisions: Sequence[Decision]) -> tuple[str, Values] | None:
    """How long each takes, by the decision that says when it ends."""
    for end in decisions:
        alike = end.heads == start.heads and end.unit == start.unit and np.array_equal(end.codes, start.codes)
        if not end.binary and alike and says("end", end.name):
            return end.name, end.values - start.values
    return None


def _durations(start: Decision) -> Values | None:
    """How long each takes, by the one parameter that says so; None where there is none or several do."""
    found: list[Values] = []
    instance = start.instance
    for name, declared in instance.formulation.parameters.items():
        bound = instance.parameters.get(name)
        if bound is None or not says("duration", name, declared.meaning):
            continue
        if says("not a duration", name, declared.meaning):
            continue
        if declared.unit and start.unit and declared.unit != start.unit:
            continue
        heads = index_heads(instance, bound.over)
        if not heads or len(set(heads)) < len(heads) or not set(heads) <= set(start.heads):
            continue
        places = [start.heads.index(head) for head in heads]
        values = [
            bound.by_codes.get(tuple(row[place] for place in places), bound.default)
            for row in start.codes.tolist()
        ]
        if all(value is not None for value in values):
            found.append(np.array(values, dtype=float))
    return found[0] if len(found) == 1 else None


def _drawn(start: Decision, lasts: Values, decisions: Sequence[Decision]) -> tuple[Schedule, set[str]]:
    labels, unit = start.labels(), start.unit
    used: set[str] = set()
    if start.arity == 2:
        lane_at = 0 if says("resource", start.heads[0]) and not says("resource", start.heads[1]) else 1
        lanes = start.order(lane_at)
        placed = [(label[lane_at], label[1 - lane_at]) for label in labels]
        heads = start.heads[lane_at], start.heads[1 - lane_at]
    else:
        chosen = _resources(start, decisions)
        if chosen is None:
            by_time = np.argsort(start.values, kind="stable").tolist()
            lanes = [labels[place][0] for place in by_time]
            placed = [(label[0], label[0]) for label in labels]
            heads = start.heads[0], start.heads[0]
        else:
            decision, where = chosen
            used.add(decision.name)
            other = next(p for p in (0, 1) if decision.heads[p] != start.heads[0])
            lanes = [lane for lane in decision.order(other) if lane in where.values()]
            placed = [(where[label[0]], label[0]) for label in labels]
            heads = decision.heads[other], start.heads[0]
    tasks = [
        (lanes.index(lane), str(name), begins, begins + takes)
        for (lane, name), begins, takes in zip(placed, start.values.tolist(), lasts.tolist(), strict=True)
        if takes > 1e-9
    ]
    meaning = f" {start.meaning}" if start.meaning else ""
    caption = join([element("span", start.name, class_="name"), f"{meaning}, and how long it takes"])
    title = f"Schedule of {heads[1]}" + (f" on {heads[0]}" if heads[0] != heads[1] else "")
    drawn = Schedule(f"plot-{start.name}", caption, title, [str(each) for each in lanes], tasks, unit, heads)
    return drawn, used


def _resources(start: Decision, decisions: Sequence[Decision]) -> tuple[Decision, dict[Label, Label]] | None:
    """The yes-or-no decision that gives each task one resource."""
    for decision in decisions:
        if not decision.binary or decision.arity != 2 or start.heads[0] not in decision.heads:
            continue
        task = decision.heads.index(start.heads[0])
        if decision.heads[1 - task] == start.heads[0] or not says("resource", decision.heads[1 - task]):
            continue
        where = {label[task]: label[1 - task] for label in decision.labels(decision.used)}
        if len(where) == len(decision.used) == len(start):
            return decision, where
    return None
