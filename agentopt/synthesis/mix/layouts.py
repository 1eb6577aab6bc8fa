"""Forms other than running text: lists, tables, the style of a command line, numbers in the opening."""

from __future__ import annotations

__all__ = ["amounts", "inline_opening", "listing", "terse"]

from collections.abc import Sequence

from agentopt.synthesis.mix.constraints import side_sentence
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.plan import Attr, Limit
from agentopt.synthesis.mix.tables import table
from agentopt.synthesis.templates import Slot, draw, parse


def inline_opening(writer: Writer, attrs: Sequence[Attr]) -> str | None:
    """`a bakery makes cakes (2 cups, $3) and pies (1 cup, $4)`; None if no opening lists the decisions."""
    rng = writer.rng
    for _ in range(3):
        pieces = draw(parse(rng.choice(writer.plan.domain.opening)), rng)
        if any(isinstance(each, Slot) and each.name == "vlist" for each in pieces):
            break
    else:
        return None
    varied = [attr for attr in attrs if not attr.same]
    if not varied:
        return None

    def listed() -> str:
        return writer.join(
            [f"{writer.mention(v, 'l')} ({amounts(writer, varied, v)})" for v in _which(writer)]
        )

    return writer.fill_drawn(pieces, {"vlist": listed})


def _which(writer: Writer) -> range:
    return range(len(writer.plan.names))


def amounts(writer: Writer, attrs: Sequence[Attr], v: int, between: str = ", ") -> str:
    """The numbers of one decision with their units and nouns."""
    return between.join(_amount(writer, attr, v) for attr in attrs)


def _amount(writer: Writer, attr: Attr, v: int) -> str:
    """`3 hours of labor`, `labor 3 hours`, `$40 profit`."""
    env = writer.attr_env(attr, attr.keys[v])
    drawn = writer.rng.random()
    if drawn < 0.55:
        return env["amount"]()
    if drawn < 0.8:
        return f"{env['n']()} {env['unit']()} {attr.res}"
    return f"{attr.res}{writer.rng.choice((': ', ' ', ' = '))}{env['n']()} {env['unit']()}"


def listing(writer: Writer, attrs: Sequence[Attr]) -> str:
    """The numbers as a list of lines or as a table, with a line before it."""
    rng = writer.rng
    lead = writer.section("details") or "the details:"
    drawn = rng.random()
    if drawn < 0.45:
        lines = _lines(writer, attrs)
    elif drawn < 0.75:
        lines = table(writer, attrs, extras=writer.plan.casual)
    elif drawn < 0.9:
        lines = _lines_by_attribute(writer, attrs)
    else:
        return f"{lead} " + "; ".join(
            f"{writer.mention(v, 'l')}{rng.choice((': ', ' - '))}{amounts(writer, attrs, v)}"
            for v in _which(writer)
        )
    return f"{lead}\n" + "\n".join(lines) + "\n"


def _lines(writer: Writer, attrs: Sequence[Attr]) -> list[str]:
    """`- desk: 3 hours of carpentry, $40`."""
    rng = writer.rng
    mark, after = rng.choice(("- ", "* ", "• ", "- ", "")), rng.choice((": ", ": ", " - ", " -> ", " ("))
    form = rng.choice("spl")
    end = ")" if after == " (" else rng.choice(("", "", ".", ";"))
    return [f"{mark}{writer.mention(v, form)}{after}{amounts(writer, attrs, v)}{end}" for v in _which(writer)]


def _lines_by_attribute(writer: Writer, attrs: Sequence[Attr]) -> list[str]:
    """`- labor (hours): desk 3, chair 2`."""
    rng = writer.rng
    mark, between = rng.choice(("- ", "* ", "")), rng.choice((" ", ": ", " = "))
    found = []
    for attr in attrs:
        env = [writer.attr_env(attr, key) for key in attr.keys]
        unit = f" ({attr.unit})" if attr.unit and rng.random() < 0.7 else ""
        pairs = ", ".join(f"{writer.mention(v, 's')}{between}{env[v]['n']()}" for v in _which(writer))
        found.append(f"{mark}{attr.res}{unit}: {pairs}")
    return found


def terse(writer: Writer) -> str | None:
    """The style of a command line: `max profit: desk $40, chair $30; labor: desk 3, chair 2, max 120`."""
    rng, plan = writer.rng, writer.plan
    parts = [_terse_goal(writer)]
    limited: dict[int, list[Limit]] = {}
    for limit in plan.limits:
        if len(limit.attrs) > 1 or limit.attrs[0].average or limit.kind == "range":
            return None
        limited.setdefault(id(limit.attrs[0]), []).append(limit)
    for attr in plan.attrs:
        if not attr.goal:
            parts.append(_terse_attribute(writer, attr, limited.get(id(attr), [])))
        elif id(attr) in limited or attr.same or len(plan.objective) > len(plan.names):
            return None
    for side in plan.sides:
        text = side_sentence(writer, side)
        if text is None:
            return None
        parts.append(text)
    between = rng.choice(("; ", ". ", "\n", ", ", ".\n"))
    return between.join(part.strip() for part in parts)


def _terse_goal(writer: Writer) -> str:
    rng, plan = writer.rng, writer.plan
    words = (
        ("maximize", "max", "maximise", "max.")
        if plan.sense == "max"
        else ("minimize", "min", "minimise", "min.")
    )
    goal = next((attr for attr in plan.attrs if attr.goal), None)
    if goal is None:
        return f"{rng.choice(words)} {writer.goal()} ({writer.listed(_which(writer))})"
    env = [writer.attr_env(goal, key) for key in goal.keys]
    form = rng.choice("sp")
    return f"{rng.choice(words)} {goal.res}: " + ", ".join(
        f"{writer.mention(v, form)} {env[v]['n']()} {env[v]['unit']()}" for v in _which(writer)
    )


def _terse_attribute(writer: Writer, attr: Attr, limits: Sequence[Limit]) -> str:
    rng = writer.rng
    form, between = rng.choice("sp"), rng.choice((" ", ": ", " = ", " "))
    env = [writer.attr_env(attr, key) for key in attr.keys]
    said = rng.random() < 0.5
    if attr.same:
        text = f"{attr.res}: {env[0]['n']()} {env[0]['unit']()} each"
    else:
        text = f"{attr.res}: " + ", ".join(
            f"{writer.mention(v, form)}{between}{env[v]['n']()} {env[v]['unit']() if said else ''}"
            for v in _which(writer)
        )
    for limit in limits:
        number = writer.attr_env(attr, limit.keys[0], limit.unit)
        word = rng.choice(_TERSE_WORDS[limit.kind])
        text += f"{rng.choice((', ', '; ', ' - '))}{word} {number['n']()} {number['unit']()}"
    return text


_TERSE_WORDS = {
    "le": ("max", "at most", "available", "limit", "up to", "<=", "only", "have"),
    "ge": ("min", "at least", "need", ">=", "required", "minimum"),
    "lt": ("less than", "under", "below", "<"),
    "gt": ("more than", "over", "above", ">"),
    "eq": ("exactly", "=", "precisely"),
}
