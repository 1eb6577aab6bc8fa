"""Draws the constraints besides limits: bounds, totals, shares, ratios, comparisons, differences."""

from __future__ import annotations

__all__ = ["add_sides"]

import math
import random
from collections.abc import Callable
from fractions import Fraction

from agentopt.reader.reading import Relation
from agentopt.synthesis.composites import COMPOSITES, Half
from agentopt.synthesis.mix.plan import IMPLIED, Part, Plan, Side

_RELATIONS: dict[str, Relation] = {"le": "<=", "ge": ">=", "lt": "<=", "gt": ">=", "eq": "=="}


def add_sides(plan: Plan, rng: random.Random, difficulty: int) -> None:
    """Add from none to several, at least one where nothing else bounds the problem."""
    linear = _is_bounded(plan)
    count = _count(rng, difficulty, linear=linear)
    done: set[str] = set()
    if not linear:
        done.add("total" if rng.random() < 0.7 else "bounds")
        (_total if "total" in done else _bounds_list)(plan, rng)
    if any(attr.average for attr in plan.attrs) and plan.casual and rng.random() < 0.6 and not done:
        done.add("total")
        _total_of(plan, "total_eq" if rng.random() < 0.7 else "total_ge", _all(plan), rng)
    if plan.casual and rng.random() < 0.4 and _groups(plan):
        _group(plan, rng)
    for _ in range(8):
        if len(plan.sides) >= count:
            break
        kind = rng.choices(_KINDS, _WEIGHTS)[0]
        if kind in done and rng.random() < 0.8:
            continue
        done.add(kind)
        _DRAW[kind](plan, rng)
    rng.shuffle(plan.sides)


def _is_bounded(plan: Plan) -> bool:
    """Whether a limit keeps the objective finite (or above nothing at all)."""
    kinds = {limit.kind for limit in plan.limits}
    if plan.sense == "max":
        return bool(kinds & {"le", "lt", "eq", "range", "shared_le"})
    return bool(kinds & {"ge", "gt", "eq", "range", "shared_ge"})


def _count(rng: random.Random, difficulty: int, *, linear: bool) -> int:
    drawn = rng.random()
    if difficulty == 1:
        return (drawn < 0.55) + (drawn < 0.1) + (not linear)
    return (drawn < 0.85) + (drawn < 0.5) + (drawn < 0.12) + (drawn < 0.03 * difficulty) + (not linear)


def _side(section: str) -> Relation:
    return _RELATIONS[section[-2:]]


def _strict(section: str) -> bool:
    return section[-2:] in ("lt", "gt")


def _round(value: Fraction, *, up: bool) -> Fraction:
    """A whole number, round when it is large."""
    step = 1 if value < 25 else 5 if value < 120 else 10 if value < 1000 else 100
    return Fraction(max(1, step * (math.ceil(value / step) if up else math.floor(value / step))))


def _near(value: Fraction, relation: Relation, rng: random.Random) -> Fraction:
    """A bound that a value fits."""
    if relation == "==":
        return value
    if relation == "<=":
        return _round(value * Fraction(rng.randint(100, 170), 100), up=True)
    return _round(value * Fraction(rng.randint(15, 95), 100), up=False)


def _ones(which: tuple[int, ...]) -> list[Part]:
    return [(each, IMPLIED, 1) for each in which]


def _sum(plan: Plan, which: tuple[int, ...]) -> Fraction:
    return sum((plan.point[each] for each in which), Fraction(0))


def _all(plan: Plan) -> tuple[int, ...]:
    return tuple(range(len(plan.names)))


def _bound(plan: Plan, rng: random.Random) -> None:
    section = rng.choices(("bound_le", "bound_ge", "bound_lt", "bound_gt", "bound_eq"), (40, 45, 4, 4, 3))[0]
    v = rng.randrange(len(plan.names))
    relation = _side(section)
    key = plan.book.key(_near(plan.point[v], relation, rng))
    row = plan.row("limit", _ones((v,)), relation, key, strict=_strict(section))
    plan.sides.append(Side(section, (v,), (), (key,), (row,)))


def _each(plan: Plan, rng: random.Random) -> None:
    section = rng.choice(("each_le", "each_ge"))
    relation = _side(section)
    key = plan.book.key(_near((max if relation == "<=" else min)(plan.point), relation, rng))
    rows = tuple(plan.row("limit", _ones((v,)), relation, key) for v in _all(plan))
    plan.sides.append(Side(section, _all(plan), (), (key,), rows))


def _range(plan: Plan, rng: random.Random) -> None:
    v = rng.randrange(len(plan.names))
    keys, rows = _range_of(plan, (v,), rng)
    plan.sides.append(Side("range", (v,), (), keys, rows))


def _range_of(
    plan: Plan, which: tuple[int, ...], rng: random.Random
) -> tuple[tuple[int, int], tuple[int, int]]:
    low, high = _near(_sum(plan, which), ">=", rng), _near(_sum(plan, which), "<=", rng)
    keys = plan.book.key(low), plan.book.key(high if high > low else low + 5)
    return keys, (
        plan.row("limit", _ones(which), ">=", keys[0]),
        plan.row("limit", _ones(which), "<=", keys[1]),
    )


def _range_many(plan: Plan, rng: random.Random) -> None:
    keys: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    which = _some_of(plan, rng)
    for v in which:
        more = _range_of(plan, (v,), rng)
        keys, rows = keys + more[0], rows + more[1]
    plan.sides.append(Side("range_many", which, (), keys, rows))


def _some_of(plan: Plan, rng: random.Random) -> tuple[int, ...]:
    """At least two decisions, mostly all."""
    count = len(plan.names)
    if rng.random() < 0.75 or count == 2:
        return _all(plan)
    return tuple(sorted(rng.sample(range(count), rng.randint(2, count - 1))))


def _bounds_list(plan: Plan, rng: random.Random) -> None:
    section = "bounds_list_ge" if plan.sense == "min" and rng.random() < 0.8 else "bounds_list_le"
    if rng.random() < 0.25:
        section = "bounds_list_ge"
    which = _all(plan) if not _is_bounded(plan) else _some_of(plan, rng)
    if not _is_bounded(plan):
        section = "bounds_list_le" if plan.sense == "max" else "bounds_list_ge"
    relation = _side(section)
    keys = tuple(plan.book.key(_near(plan.point[v], relation, rng)) for v in which)
    rows = tuple(plan.row("limit", _ones((v,)), relation, key) for v, key in zip(which, keys, strict=True))
    plan.sides.append(Side(section, which, (), keys, rows))


def _total(plan: Plan, rng: random.Random) -> None:
    le, ge = (50, 20) if plan.sense == "max" else (15, 55)
    section = rng.choices(("total_le", "total_ge", "total_eq", "total_lt", "total_gt"), (le, ge, 15, 3, 3))[0]
    if not _is_bounded(plan):
        section = "total_le" if plan.sense == "max" else "total_ge"
    _total_of(plan, section, _all(plan), rng)


def _total_of(plan: Plan, section: str, which: tuple[int, ...], rng: random.Random) -> None:
    relation = _side(section)
    key = plan.book.key(_near(_sum(plan, which), relation, rng))
    row = plan.row("limit", _ones(which), relation, key, strict=_strict(section))
    plan.sides.append(Side(section, which, (), (key,), (row,)))


def _some(plan: Plan, rng: random.Random) -> None:
    count = len(plan.names)
    if count < 3:
        return _total(plan, rng)
    which = tuple(sorted(rng.sample(range(count), rng.randint(2, count - 1))))
    return _total_of(plan, rng.choice(("some_le", "some_le", "some_ge", "some_ge", "some_eq")), which, rng)


def _range_total(plan: Plan, rng: random.Random) -> None:
    keys, rows = _range_of(plan, _all(plan), rng)
    plan.sides.append(Side("range_total", _all(plan), (), keys, rows))


_FRACTIONS = [Fraction(a, b) for b in (2, 3, 4, 5) for a in range(1, b) if math.gcd(a, b) == 1]


def _share_value(value: Fraction, relation: Relation, rng: random.Random) -> Fraction:
    """A share that a value fits, as percent or as a simple fraction."""
    if rng.random() < 0.3:
        fits = [each for each in _FRACTIONS if (each >= value if relation == "<=" else each <= value)]
        if fits:
            return rng.choice(fits)
    points = value * 20
    near = math.ceil(points) if relation == "<=" else math.floor(points)
    near += rng.choice((0, 0, 1, 2)) * (1 if relation == "<=" else -1)
    share = Fraction(min(max(near, 1), 19), 20)
    if rng.random() < 0.08:
        share += Fraction(rng.choice((1, 2, 3, -1, -2)), 100)
    return share


def _share(plan: Plan, rng: random.Random) -> None:
    section = rng.choices(("share_le", "share_ge", "share_eq", "share_lt", "share_gt"), (44, 44, 4, 4, 4))[0]
    _share_of(plan, section, (rng.randrange(len(plan.names)),), rng)


def _share_of(plan: Plan, section: str, which: tuple[int, ...], rng: random.Random) -> None:
    relation = _side(section)
    key = plan.book.key(_share_value(_sum(plan, which) / sum(plan.point), relation, rng))
    row = plan.row("ratio", _ones(which), relation, key, _ones(_all(plan)), strict=_strict(section))
    plan.sides.append(Side(section, which, (), (key,), (row,)))


def _share_some(plan: Plan, rng: random.Random) -> None:
    count = len(plan.names)
    if count < 3:
        return _share(plan, rng)
    which = tuple(sorted(rng.sample(range(count), rng.randint(2, count - 1))))
    return _share_of(plan, rng.choice(("share_some_le", "share_some_ge")), which, rng)


def _pair(plan: Plan, rng: random.Random, *, greater: bool) -> tuple[int, int]:
    """Two decisions, the first the greater (or smaller) of the two at the point."""
    v, w = rng.sample(range(len(plan.names)), 2)
    return (v, w) if (plan.point[v] >= plan.point[w]) == greater else (w, v)


def _ratio(plan: Plan, rng: random.Random) -> None:
    section = rng.choices(("ratio_ge", "ratio_le", "ratio_eq", "ratio_gt", "ratio_lt"), (55, 28, 10, 4, 3))[0]
    relation = _side(section)
    v, w = _pair(plan, rng, greater=rng.random() < (0.85 if section != "ratio_le" else 0.3))
    quotient = plan.point[v] / plan.point[w]
    if quotient < 1 and (section != "ratio_ge" or rng.random() < 0.8):
        value = _share_value(quotient, relation, rng)
    else:
        value = rng.choice(
            [Fraction(k) for k in (2, 2, 2, 3, 3, 4, 5, 6, 10)] + [Fraction(3, 2), Fraction(5, 2)]
        )
    key = plan.book.key(value)
    row = plan.row("ratio", _ones((v,)), relation, key, _ones((w,)), strict=_strict(section))
    plan.sides.append(Side(section, (v,), (w,), (key,), (row,)))


def _compare(plan: Plan, rng: random.Random) -> None:
    ending = rng.choices(("ge", "le", "gt", "lt", "eq"), (28, 28, 22, 17, 5))[0]
    v, w = _pair(plan, rng, greater=ending in ("ge", "gt"))
    section = f"compare_{ending}"
    row = plan.row("ratio", _ones((v,)), _side(section), IMPLIED, _ones((w,)), strict=_strict(section))
    plan.sides.append(Side(section, (v,), (w,), (), (row,)))


def _difference(plan: Plan, rng: random.Random) -> None:
    section = rng.choices(
        ("difference_ge", "difference_le", "difference_eq", "difference_less_le"), (45, 30, 10, 15)
    )[0]
    v, w = _pair(plan, rng, greater=True)
    relation: Relation = ">=" if section == "difference_less_le" else _side(section)
    key = plan.book.key(_near(max(plan.point[v] - plan.point[w], Fraction(2)), relation, rng))
    row = plan.row("difference", _ones((v,)), relation, key, _ones((w,)))
    if section == "difference_less_le":
        v, w = w, v
    plan.sides.append(Side(section, (v,), (w,), (key,), (row,)))


def _ratio_parts(plan: Plan, rng: random.Random) -> None:
    section = rng.choices(("ratio_parts_ge", "ratio_parts_le", "ratio_parts_eq"), (40, 40, 20))[0]
    v, w = _pair(plan, rng, greater=rng.random() < 0.5)
    small, large = sorted(rng.sample(range(2, 10), 2))
    n, m = (large, small) if plan.point[v] > plan.point[w] else (small, large)
    keys = plan.book.key(n), plan.book.key(m)
    row = plan.row("ratio", [(v, keys[1], 1)], _side(section), keys[0], _ones((w,)))
    plan.sides.append(Side(section, (v,), (w,), keys, (row,)))


def _each_except(plan: Plan, rng: random.Random) -> None:
    count = len(plan.names)
    if count < 3:
        return _each(plan, rng)
    section = rng.choice(("each_except_le", "each_except_ge"))
    relation = _side(section)
    v = rng.randrange(count)
    others = [each for each in _all(plan) if each != v]
    edge = (max if relation == "<=" else min)(plan.point[each] for each in others)
    key = plan.book.key(_near(edge, relation, rng))
    rows = tuple(plan.row("limit", _ones((each,)), relation, key) for each in others)
    return plan.sides.append(Side(section, (v,), (), (key,), rows))


def _groups(plan: Plan) -> list[tuple[str, list[int]]]:
    """The nouns that some decisions, not all, share as their last word."""
    groups: dict[str, list[int]] = {}
    for v, name in enumerate(plan.names):
        if " " in name.plural:
            groups.setdefault(name.plural.rpartition(" ")[2], []).append(v)
    alike = [(noun, which) for noun, which in groups.items() if 1 < len(which) < len(plan.names)]
    return [(noun, which) for noun, which in alike if noun.isalpha()]


def _group(plan: Plan, rng: random.Random) -> None:
    """Limit those that share their last word, which names them together: `the two funds`."""
    found = _groups(plan)
    if not found:
        return _share_some(plan, rng)
    noun, which = rng.choice(found)
    section = rng.choice(("group_le", "group_ge", "group_share_le", "group_share_ge"))
    (_total_of if "share" not in section else _share_of)(plan, section, tuple(which), rng)
    count = ("two", "three", "four", "five", "six", "seven")[len(which) - 2]
    words = [f"the {noun}", f"the {count} {noun}", f"all {noun}"] + [f"both {noun}"] * (len(which) == 2)
    plan.sides[-1].group = rng.choice(words)
    return None


def _subset(plan: Plan, rng: random.Random) -> None:
    v = rng.randrange(len(plan.names))
    total, part = _near(_sum(plan, _all(plan)), ">=", rng), _near(plan.point[v], ">=", rng)
    keys = plan.book.key(max(total, part + 2)), plan.book.key(part)
    rows = plan.row("limit", _ones(_all(plan)), ">=", keys[0]), plan.row("limit", _ones((v,)), ">=", keys[1])
    plan.sides.append(Side("subset_of_requirement", (v,), (), keys, rows))


def _composite(plan: Plan, rng: random.Random) -> None:
    section = rng.choice(_COMPOSITES)
    halves = COMPOSITES[section]
    v, w = _pair(plan, rng, greater=True)
    slots: dict[str, int] = {}
    rows = []
    for half in halves:
        which = {"v": (v,), "w": (w,), "all": _all(plan)}[half.of]
        value = _of_half(plan, half, which, w, rng)
        key = IMPLIED if value is None else plan.book.key(value)
        slots |= dict.fromkeys(half.slots, key)
        if half.kind in ("bound", "total"):
            rows.append(plan.row("limit", _ones(which), half.relation, key))
        else:
            right = _ones(_all(plan)) if half.kind == "share" else _ones((w,))
            rows.append(plan.row("ratio", _ones(which), half.relation, key, right, strict=half.strict))
    plan.sides.append(Side(section, (v,), (w,), tuple(dict.fromkeys(slots.values())), tuple(rows), slots))


def _of_half(plan: Plan, half: Half, which: tuple[int, ...], w: int, rng: random.Random) -> Fraction | None:
    """The number of one of the rows of a composite."""
    if half.kind in ("bound", "total"):
        return _near(_sum(plan, which), half.relation, rng)
    if half.kind == "share":
        share = _sum(plan, which) / sum(plan.point)
        if "pct" in half.slots or "pct2" in half.slots:
            return _share_value(share, half.relation, rng)
        near = math.floor(share * 20) - 1 if half.relation == ">=" else math.ceil(share * 20) + 1
        return Fraction(min(max(near, 1), 19), 20)
    return Fraction(rng.choice((2, 2, 3, 4))) if half.kind == "ratio" else None


_COMPOSITES = list(COMPOSITES)

_DRAW: dict[str, Callable[[Plan, random.Random], None]] = {
    "bound": _bound, "each": _each, "range": _range, "range_many": _range_many, "bounds": _bounds_list,
    "total": _total, "some": _some, "range_total": _range_total, "share": _share, "share_some": _share_some,
    "ratio": _ratio, "compare": _compare, "difference": _difference,
    "parts": _ratio_parts, "except": _each_except, "group": _group, "subset": _subset,
    "composite": _composite,
}  # fmt: skip
_KINDS = list(_DRAW)
_WEIGHTS = [26, 4, 4, 3, 11, 17, 4, 3, 20, 4, 20, 19, 5, 2, 1.5, 3, 3, 9]
