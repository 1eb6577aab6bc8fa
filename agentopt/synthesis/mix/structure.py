"""Draws the structure of a product mix: sizes, numbers around a plausible point, limits, objective."""

from __future__ import annotations

__all__ = ["draw_plan", "tidy"]

import math
import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Literal

from agentopt.synthesis.banks import Attribute, Banks
from agentopt.synthesis.mix.marks import Book
from agentopt.synthesis.mix.naming import draw_names
from agentopt.synthesis.mix.plan import IMPLIED, Attr, Plan
from agentopt.synthesis.mix.sides import add_sides

_SIZES = {1: ((2, 80), (3, 20)), 2: ((2, 65), (3, 25), (4, 10)), 3: ((2, 58), (3, 24), (4, 11), (5, 7))}
_WIDE = ((2, 52), (3, 22), (4, 10), (5, 6), (6, 5), (7, 3), (8, 2))


def draw_plan(banks: Banks, rng: random.Random, difficulty: int) -> Plan:
    """A problem to be written."""
    domain = banks.domains[int(rng.random() * len(banks.domains))]
    count = min(_weighted(rng, _SIZES.get(difficulty, _WIDE)), len(domain.kinds))
    names, head = draw_names(domain, banks.words, count, rng, difficulty)
    top = rng.choice((12, 30, 60, 60, 200, 1000))
    point = [Fraction(rng.randint(max(2, top // 8), top)) for _ in names]
    plan = Plan(domain, Book(), names, head, point)
    _objective(plan, rng, difficulty)
    _limits(plan, rng, difficulty)
    add_sides(plan, rng, difficulty)
    return plan


def _weighted(rng: random.Random, choices: Sequence[tuple[int, int]]) -> int:
    drawn = rng.random() * sum(weight for _, weight in choices)
    for value, weight in choices:
        drawn -= weight
        if drawn < 0:
            return value
    return choices[-1][0]


def _attr(plan: Plan, kind: Literal["use", "need", "goal"], entry: Attribute, rng: random.Random) -> Attr:
    """An attribute with its numbers."""
    res, unit = rng.choice(entry.res), rng.choice(entry.units)
    count = len(plan.names)
    if rng.random() < 0.05:
        key = plan.book.key(_coefficient(entry, unit, rng))
        return Attr(kind, entry, res, unit, [key] * count, same=True)
    return Attr(kind, entry, res, unit, [plan.book.key(_coefficient(entry, unit, rng)) for _ in range(count)])


def _coefficient(entry: Attribute, unit: str, rng: random.Random) -> Fraction:
    """A plausible number of an attribute."""
    low, high = entry.range
    if rng.random() < 0.1:
        low, high = low / 2, high * 2
    drawn = math.exp(rng.uniform(math.log(max(low, high / 1000, 1e-3)), math.log(high)))
    if rng.random() < 0.5:
        drawn = rng.uniform(low, high)
    whole = rng.random() < (0.9 if high >= 20 else 0.75) and high >= 2
    if whole:
        return Fraction(max(1, round(drawn) if drawn < 30 or rng.random() < 0.3 else 5 * round(drawn / 5)))
    places = 2 if high < 1.5 or (unit in "$€£" and rng.random() < 0.7) else 1
    steps = 10**places
    value = Fraction(max(1, round(drawn * steps)), steps)
    if rng.random() < 0.3:
        value = Fraction(max(1, round(drawn * 2)), 2)
    return value


def _objective(plan: Plan, rng: random.Random, difficulty: int) -> None:
    """Draw what is optimised: a goal of the domain, a difference of two, or the count of all."""
    domain = plan.domain
    if rng.random() < 0.12:
        plan.counted = True
        plan.sense = "min" if rng.random() < 0.8 and domain.need else "max"
        plan.objective = [(each, IMPLIED, 1) for each in range(len(plan.names))]
        return
    entry = rng.choice(domain.goal)
    attr = _attr(plan, "goal", entry, rng)
    attr.goal = True
    plan.attrs.append(attr)
    plan.sense = entry.sense or "max"
    plan.objective = [(at, key, 1) for at, key in enumerate(attr.keys)]


def _limits(plan: Plan, rng: random.Random, difficulty: int) -> None:
    """Draw the attributes that are limited, and the numbers they are limited to."""
    domain = plan.domain
    most = min(1 + difficulty, 5)
    uses = rng.sample(domain.use, min(len(domain.use), _weighted(rng, ((1, 40), (2, 40), (3, 14), (4, 6)))))
    needs = rng.sample(domain.need, min(len(domain.need), _weighted(rng, ((1, 60), (2, 25), (3, 15)))))
    taken = {plan.attrs[0].entry.res[0]} if plan.attrs else set()
    first, second = (uses, needs) if plan.sense == "max" else (needs, uses)
    chosen = first[:most] + (second[:1] if rng.random() < 0.35 or not first else [])
    if rng.random() < 0.06:
        chosen = []
    for entry in chosen:
        if entry.res[0] in taken and rng.random() < 0.7:
            continue
        attr = _attr(plan, "use" if entry in domain.use else "need", entry, rng)
        _limit(plan, attr, rng)
        plan.attrs.append(attr)
    rng.shuffle(plan.attrs)


def _limit(plan: Plan, attr: Attr, rng: random.Random) -> None:
    """Limit the total of an attribute, so that the point of the plan fits."""
    total = sum(
        (plan.book.values[key] * x for key, x in zip(attr.keys, plan.point, strict=True)), Fraction(0)
    )
    if attr.kind == "use":
        limit, attr.relation = tidy(total * Fraction(rng.randint(100, 150), 100), rng, up=True), "<="
    else:
        limit, attr.relation = tidy(total * Fraction(rng.randint(40, 100), 100), rng, up=False), ">="
    attr.limit = plan.book.key(limit)
    parts = [(at, key, 1) for at, key in enumerate(attr.keys)]
    attr.row = plan.row("limit", parts, attr.relation, attr.limit)


def tidy(value: Fraction, rng: random.Random, *, up: bool) -> Fraction:
    """A number near a value as people give limits: mostly round."""
    if value < 1:
        return Fraction(max(1, math.ceil(value * 10) if up else math.floor(value * 10)), 10)
    digits = len(str(int(value)))
    step = 10 ** max(0, digits - _weighted(rng, ((1, 25), (2, 55), (3, 20))))
    if step > 1 and rng.random() < 0.3:
        step //= 2
    found = step * (math.ceil(value / step) if up else math.floor(value / step))
    return Fraction(max(found, 1))
