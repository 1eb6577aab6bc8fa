"""Draws the structure of a product mix: sizes, numbers around a plausible point, limits, objective."""

from __future__ import annotations

__all__ = ["draw_plan", "tidy"]

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from agentopt.reader.reading import Relation
from agentopt.synthesis.banks import Attribute, Banks
from agentopt.synthesis.mix.marks import Book
from agentopt.synthesis.mix.naming import draw_names, liken, shorten
from agentopt.synthesis.mix.plan import IMPLIED, Attr, Limit, LimitKind, Part, Plan
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
    plan.casual = rng.random() < 0.5
    if plan.casual and count > 2 and banks.words and rng.random() < 0.1:
        liken(names, banks.words, rng)
    elif plan.casual and rng.random() < 0.6:
        shorten(names)
    resources = banks.words.get("resources", ()) if rng.random() < 0.06 * difficulty else ()
    drawer = _Drawer(plan, rng, difficulty, resources, rng.choice(("$", "$", "$", "$", "€", "£")))
    _objective(drawer, banks)
    _limits(drawer)
    for often in (0.12, 0.3) if plan.casual else (0.035,):
        if difficulty == 1 or rng.random() >= often or "average" not in banks.attributes:
            break
        _average(drawer, banks)
    rng.shuffle(plan.attrs)
    if plan.casual:
        for attr in plan.attrs:
            _mix_units(plan, attr, rng)
    add_sides(plan, rng, difficulty)
    return plan


@dataclass(slots=True)
class _Drawer:
    """What drawing a plan goes by; `resources` are nouns to put in others' place."""

    plan: Plan
    rng: random.Random
    difficulty: int
    resources: Sequence[str]
    currency: str

    def attr(self, kind: Literal["use", "need", "goal"], entry: Attribute) -> Attr:
        """An attribute with its numbers."""
        rng, book = self.rng, self.plan.book
        res = rng.choice(entry.res)
        unit = (
            self.currency if self.currency in entry.units and rng.random() < 0.9 else rng.choice(entry.units)
        )
        if self.plan.casual and rng.random() < 0.15:
            unit = _ABBREVIATED.get(unit, unit)
        if self.resources and kind != "goal" and unit not in ("$", "€", "£", "%") and rng.random() < 0.7:
            res = rng.choice(self.resources)
        count = len(self.plan.names)
        if rng.random() < 0.04:
            return Attr(kind, entry, res, unit, [book.key(_coefficient(entry, unit, rng))] * count, same=True)
        return Attr(kind, entry, res, unit, [book.key(_coefficient(entry, unit, rng)) for _ in range(count)])


_ABBREVIATED = {
    "hours": "h", "minutes": "min", "seconds": "s", "days": "d", "grams": "g", "liters": "l", "litres": "l",
    "pounds": "lb", "ounces": "oz", "meters": "m", "metres": "m", "square metres": "m2",
    "square meters": "m2", "square feet": "sq ft",
}  # fmt: skip


def _weighted(rng: random.Random, choices: Sequence[tuple[int, int]]) -> int:
    drawn = rng.random() * sum(weight for _, weight in choices)
    for value, weight in choices:
        drawn -= weight
        if drawn < 0:
            return value
    return choices[-1][0]


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


def _objective(drawer: _Drawer, banks: Banks) -> None:
    """Draw what is optimised: a goal, a difference of two, what is used or supplied, or the count of all."""
    plan, rng = drawer.plan, drawer.rng
    domain, general = plan.domain, banks.attributes
    drawn = rng.random()
    if drawn < 0.12:
        plan.counted = True
        plan.sense = "min" if rng.random() < 0.8 and domain.need else "max"
        plan.objective = [(each, IMPLIED, 1) for each in range(len(plan.names))]
        return
    net = 0.2 if plan.casual else 0.16
    if drawn < net and drawer.difficulty > (1 if plan.casual else 2) and general:
        price, cost = (
            drawer.attr("goal", rng.choice(general["price"])),
            drawer.attr("goal", rng.choice(general["cost"])),
        )
        cost.unit = price.unit
        price.goal = cost.goal = True
        plan.attrs += [price, cost]
        plan.goal = rng.choice(price.entry.goal)
        plan.objective = [(at, key, 1) for at, key in enumerate(price.keys)]
        plan.objective += [(at, key, -1) for at, key in enumerate(cost.keys)]
        return
    if drawn < net + 0.1 and (domain.need or domain.use):
        entry = (
            rng.choice(domain.need or domain.use)
            if rng.random() < 0.5
            else rng.choice(domain.use or domain.need)
        )
        attr = drawer.attr("need" if entry in domain.need else "use", entry)
        plan.sense = "max" if attr.kind == "need" else "min"
        plan.goal = rng.choice(_GOALS_OF_COUNTED if not attr.unit else _GOALS).replace("RES", attr.res)
    else:
        entry = rng.choice(domain.goal)
        attr = drawer.attr("goal", entry)
        plan.sense = entry.sense or "max"
        plan.goal = rng.choice(entry.goal)
    attr.goal = True
    plan.attrs.append(attr)
    plan.objective = [(at, key, 1) for at, key in enumerate(attr.keys)]


_GOALS = [
    "the total RES",
    "the total amount of RES",
    "the amount of RES",
    "total RES",
    "RES",
    "the RES",
    "the total RES used",
]
_GOALS_OF_COUNTED = ["the number of RES", "the total number of RES", "the number of RES", "RES"]


def _limits(drawer: _Drawer) -> None:
    """Draw the attributes that are limited, and the numbers they are limited to."""
    plan, rng, domain = drawer.plan, drawer.rng, drawer.plan.domain
    most = min(1 + drawer.difficulty, 5)
    uses = rng.sample(domain.use, min(len(domain.use), _weighted(rng, ((1, 42), (2, 42), (3, 12), (4, 4)))))
    needs = rng.sample(domain.need, min(len(domain.need), _weighted(rng, ((1, 60), (2, 28), (3, 12)))))
    first, second = (uses, needs) if plan.sense == "max" else (needs, uses)
    chosen = first[:most] + (second[:1] if rng.random() < 0.35 or not first else [])
    if rng.random() < 0.06:
        chosen = []
    taken = {each for attr in plan.attrs for each in attr.entry.res}
    for entry in chosen:
        if not taken.intersection(entry.res):
            taken.update(entry.res)
            plan.attrs.append(drawer.attr("use" if entry in domain.use else "need", entry))
    others = [e for e in domain.goal if e.sense != plan.sense and not taken.intersection(e.res)]
    if others and rng.random() < 0.05:
        plan.attrs.append(drawer.attr("goal", rng.choice(others)))
    open_attrs = [attr for attr in plan.attrs if not attr.goal]
    if len(open_attrs) > 1 and rng.random() < 0.05 * drawer.difficulty:
        open_attrs = _shared(drawer, open_attrs)
    if len(open_attrs) > 1 and rng.random() < 0.03:
        open_attrs.pop()  # its numbers are given in vain
    for attr in open_attrs:
        _limit(drawer, attr)
    if rng.random() < 0.03:  # the objective itself is limited
        for attr in [attr for attr in plan.attrs if attr.goal][:1]:
            _limit(drawer, attr)


def _parts(attr: Attr) -> list[Part]:
    return [(at, key, 1) for at, key in enumerate(attr.keys)]


def _total(plan: Plan, attr: Attr) -> Fraction:
    """What the point of the plan makes of an attribute."""
    return sum((plan.book.values[key] * x for key, x in zip(attr.keys, plan.point, strict=True)), Fraction(0))


def _is_upper(plan: Plan, attr: Attr) -> bool:
    if attr.kind == "goal":
        return attr.entry.sense == "min"
    return attr.kind == "use"


def _limit(drawer: _Drawer, attr: Attr) -> None:
    """Limit the total of an attribute, so that the point of the plan fits."""
    plan, rng = drawer.plan, drawer.rng
    upper = _is_upper(plan, attr)
    factor, unit = _larger(attr.unit) if rng.random() < (0.25 if plan.casual else 0.06) else (1, attr.unit)
    total = _total(plan, attr) / factor
    drawn = rng.random() if not attr.goal else 0.0
    high = tidy(total * Fraction(rng.randint(100, 150), 100), rng, up=True)
    low = tidy(total * Fraction(rng.randint(40, 100), 100), rng, up=False)
    kind: LimitKind = "le" if upper else "ge"
    if drawn > 0.97:
        kind = "lt" if upper else "gt"
    elif drawn > 0.95:
        kind = "eq"
    elif drawn > 0.92:
        kind = "range"
    if kind == "range":
        keys = plan.book.key(low), plan.book.key(high if high > low else low * 2)
        plan.row("limit", _parts(attr), ">=", keys[0])
        plan.row("limit", _parts(attr), "<=", keys[1])
        plan.limits.append(Limit(kind, (attr,), keys, unit))
        return
    key = plan.book.key(high if upper else low)
    relation: Relation = "==" if kind == "eq" else "<=" if upper else ">="
    plan.row("limit", _parts(attr), relation, key, strict=kind in ("lt", "gt"))
    plan.limits.append(Limit(kind, (attr,), (key,), unit))


_LARGER = {
    "minutes": (60, "hours"), "min": (60, "h"), "s": (60, "min"), "seconds": (60, "minutes"),
    "mg": (1000, "grams"), "grams": (1000, "kg"), "g": (1000, "kg"), "kg": (1000, "tonnes"),
    "ml": (1000, "liters"), "ounces": (16, "pounds"), "oz": (16, "lb"), "cents": (100, "dollars"),
    "cm": (100, "m"), "metres": (1000, "km"), "meters": (1000, "km"), "kWh": (1000, "MWh"),
}  # fmt: skip


_SMALLER = {
    "hours": (60, "minutes"), "kg": (1000, "g"), "$": (100, "cents"), "liters": (1000, "ml"),
    "litres": (1000, "ml"), "minutes": (60, "seconds"), "pounds": (16, "ounces"), "km": (1000, "m"),
}  # fmt: skip


def _mix_units(plan: Plan, attr: Attr, rng: random.Random) -> None:
    """Give small numbers of an attribute in a smaller unit than the others, now and then."""
    factor, unit = _SMALLER.get(attr.unit, (1, ""))
    if factor == 1 or attr.same or rng.random() > 0.2:
        return
    for key in attr.keys:
        value = plan.book.values[key] * factor
        if value < factor and value.denominator == 1:
            plan.book.values[key] = value
            attr.units[key] = unit


def _larger(unit: str) -> tuple[int, str]:
    """A larger unit, and how many of a unit it is; the unit itself where none is usual."""
    return _LARGER.get(unit, (1, unit))


def _shared(drawer: _Drawer, attrs: list[Attr]) -> list[Attr]:
    """Limit attributes of one unit and direction by one number; returns the others."""
    plan, rng = drawer.plan, drawer.rng
    first = attrs[0]
    upper = _is_upper(plan, first)
    alike = [a for a in attrs if a.unit == first.unit and _is_upper(plan, a) == upper and a.kind != "goal"]
    if len(alike) < 2 or not first.unit or first.unit in "$€£":
        return attrs
    totals = [_total(plan, attr) for attr in alike]
    limit = tidy(max(totals) * Fraction(11, 10), rng, up=True) if upper else tidy(min(totals), rng, up=False)
    factor, unit = _larger(first.unit) if plan.casual and rng.random() < 0.3 else (1, first.unit)
    key = plan.book.key(tidy(limit / factor, rng, up=upper) if factor > 1 else limit)
    for attr in alike:
        plan.row("limit", _parts(attr), "<=" if upper else ">=", key)
    plan.limits.append(Limit("shared_le" if upper else "shared_ge", tuple(alike), (key,), unit))
    return [attr for attr in attrs if attr not in alike]


def _average(drawer: _Drawer, banks: Banks) -> None:
    """Limit the mean of an attribute over all that is made."""
    plan, rng = drawer.plan, drawer.rng
    attr = drawer.attr("need", rng.choice(banks.attributes["average"]))
    if attr.same:
        return
    attr.average = True
    low, high = sorted(plan.book.values[key] for key in attr.keys)[:: len(attr.keys) - 1]
    mean = low + (high - low) * Fraction(rng.randint(20, 80), 100)
    value = Fraction(round(mean)) if high - low > 4 else Fraction(round(mean * 10), 10)
    key = plan.book.key(max(value, Fraction(1, 10)))
    upper = rng.random() < 0.5
    everything: list[Part] = [(at, IMPLIED, 1) for at in range(len(plan.names))]
    plan.row("ratio", _parts(attr), "<=" if upper else ">=", key, everything)
    plan.attrs.append(attr)
    plan.limits.append(Limit("average_le" if upper else "average_ge", (attr,), (key,), attr.unit))


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
