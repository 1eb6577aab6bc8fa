"""Sentences that state limits and side constraints."""

from __future__ import annotations

__all__ = ["averages_sentence", "limit_sentence", "limits_sentence", "side_sentence"]

from collections.abc import Callable, Sequence
from fractions import Fraction

from agentopt.synthesis.banks import Phrases
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.plan import IMPLIED, Limit, Side
from agentopt.synthesis.templates import Slot, draw


def limit_sentence(writer: Writer, limit: Limit) -> str | None:
    """The limit of an attribute, or of several alike; None if the bank has no words for it."""
    rng, attr = writer.rng, limit.attrs[0]
    section = f"limit_{limit.kind}" if not limit.kind.startswith("average") else limit.kind
    if limit.kind == "shared_le":
        section = "limit_shared"
    env = dict(writer.attr_env(attr, limit.keys[0], limit.unit))
    if limit.kind == "range":
        env["lo"] = env["n"]
        env["hi"] = writer.attr_env(attr, limit.keys[1], limit.unit)["n"]
    env["reslist"] = lambda: writer.join([each.res for each in limit.attrs])
    usual = limit.kind == ("ge" if attr.kind == "need" else "le") and attr.kind != "goal"
    if usual and attr.entry.limit and rng.random() < 0.6:
        return writer.fill(rng.choice(attr.entry.limit), env)
    template = writer.phrase(section)
    return None if template is None else writer.fill(template, env)


def limits_sentence(writer: Writer, limits: Sequence[Limit]) -> str | None:
    """Several limits in one sentence: `there are 40 hours of labor and 30 kg of steel`."""
    template = writer.phrase(f"limits_list_{limits[0].kind}")
    if template is None:
        return None

    def amount(limit: Limit) -> str:
        return writer.attr_env(limit.attrs[0], limit.keys[0], limit.unit)["amount"]()

    return writer.fill(template, {"pairs": lambda: writer.join([amount(each) for each in limits])})


def averages_sentence(writer: Writer, limits: Sequence[Limit], total: str) -> str | None:
    """Limits on means in one sentence, perhaps behind a total: `..., with an average X of at least 5`."""
    rng, parts = writer.rng, list[str]()
    for limit in limits:
        template = writer.phrase(f"average_part_{limit.kind[-2:]}")
        if template is None:
            return None
        parts.append(writer.fill(template, writer.attr_env(limit.attrs[0], limit.keys[0], limit.unit)))
    if total:
        between = rng.choice((", with ", " with ", ", and with ", ". They must have "))
        return f"{total}{between}{writer.join(parts)}"
    return writer.section("averages", {"pairs": lambda: writer.join(parts)}) or None


def side_sentence(writer: Writer, side: Side) -> str | None:
    """A side constraint; None if the bank has no words for it."""
    phrases = writer.phrases(side.section)
    if phrases is None or not phrases.templates:
        return None
    slots = _slots(side)
    pieces = _drawn(writer, side, phrases, slots)
    if pieces is None:
        return None
    env = dict(writer.pair_env(side.v[0], side.w[0] if side.w else None))
    which: Sequence[int] = side.v if len(side.v) > 1 else range(len(writer.plan.names))
    env["vlist"] = lambda: writer.listed(which)
    env["vlist_or"] = lambda: writer.listed(which, last="or")
    plus = writer.rng.choice((" plus ", " + ", " and "))
    env["vplus"] = lambda: plus.join(writer.mention(v, "p") for v in which)
    env["group"] = lambda: side.group
    for name, key in slots.items():
        env[name] = _written(writer, key, "pct" if side.section == "composite_share_range" else name)
    if phrases.pairs:
        env["pairs"] = lambda: writer.join([_pair(writer, side, phrases, at) for at in range(len(side.v))])
    env["nlist"] = lambda: writer.join([writer.number(key) for key in side.keys])
    return writer.fill_drawn(pieces, env, anchor=_compared(writer, side))


def _written(writer: Writer, key: int, slot: str) -> Callable[[], str]:
    """How the number of a slot is written."""
    kind = slot.rstrip("2")
    if kind in ("pct", "frac", "times"):
        return lambda: writer.share(key, kind=kind)
    return lambda: writer.number(key, money=writer.currency)


def _compared(writer: Writer, side: Side) -> int | None:
    """The row that has no number and hangs on a word."""
    return next((row for row in side.rows if writer.plan.rows[row].key == IMPLIED), None)


def _slots(side: Side) -> dict[str, int]:
    """The number of every slot that the templates of a section may hold."""
    if side.slots:
        return side.slots
    if len(side.keys) == 1:
        return dict.fromkeys(("n", "pct", "frac", "times"), side.keys[0])
    if side.section.startswith("ratio_parts") or side.section == "subset_of_requirement":
        return {"n": side.keys[0], "m": side.keys[1]}
    if side.section in ("range", "range_total"):
        return {"lo": side.keys[0], "hi": side.keys[1]}
    return {}


def _drawn(writer: Writer, side: Side, phrases: Phrases, slots: dict[str, int]) -> list[str | Slot] | None:
    """A drawn template whose number slots suit the numbers."""
    templates = phrases.templates
    values = writer.plan.book.values
    multiple = side.section.startswith(("ratio_ge", "ratio_le", "ratio_eq", "ratio_gt", "ratio_lt"))
    for _ in range(60):
        pieces = draw(templates[int(writer.rng.random() * len(templates))], writer.rng)
        names = {each.name for each in pieces if isinstance(each, Slot)}
        if all(_suits(values[slots[name]], name, multiple=multiple) for name in names & slots.keys()):
            return pieces
    return None


def _suits(value: Fraction, slot: str, *, multiple: bool) -> bool:
    """Whether a number can be written in a slot."""
    if slot in ("pct", "pct2"):
        return (value * 100).denominator == 1 and value <= 2
    if slot in ("frac", "frac2"):
        return value < 1 and value.denominator <= 10
    return value > 1 if slot == "times" or (slot == "n" and multiple) else True


def _pair(writer: Writer, side: Side, phrases: Phrases, at: int) -> str:
    """One decision with its bound or bounds."""
    pairs = phrases.pairs
    env = dict(writer.pair_env(side.v[at]))
    each = len(side.keys) // len(side.v)
    keys = side.keys[at * each : (at + 1) * each]
    env["n"] = env["lo"] = lambda: writer.number(keys[0])
    env["hi"] = lambda: writer.number(keys[-1])
    return writer.fill(writer.rng.choice(pairs), env)
