"""Numbers under a header: `machine minutes: 12, 8 and 3`, with names or in the order of the decisions."""

from __future__ import annotations

__all__ = ["header_sentence", "notes"]

from agentopt.synthesis.mix.constraints import limit_sentence, side_sentence
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.manner import spaced
from agentopt.synthesis.mix.marks import bare
from agentopt.synthesis.mix.plan import Attr, Limit


def header_sentence(writer: Writer, attr: Attr, *, tail: bool = True, line: bool = False) -> str:
    """One attribute over all decisions under a header, perhaps with its limit behind.

    Args:
        writer: of the text; without names the decisions must have been listed.
        attr: one with a number per decision.
        tail: whether its limit may follow; it is then noted as written.
        line: as a line of notes, `header: list`.
    """
    rng = writer.rng
    section = f"header_{'goal' if attr.goal else attr.kind}"
    if not line and rng.random() < 0.07:
        return _per_piece(writer, attr) + (_tail(writer, attr) if tail else "")
    said = rng.random() < 0.25 and not attr.average
    bared: list[bool] = []

    def unit() -> str:
        bared.append(True)
        return attr.unit

    header = writer.section(section, {"res": lambda: attr.res, "units": unit, "unit": unit}).strip()
    if not attr.unit and bared:
        header = attr.res
    plain = bool(bared) and not attr.units and bool(attr.unit) and attr.unit not in ("%", "percent")
    body = _body(writer, attr, plain=plain, said=said)
    frame = None if line else writer.phrase("header_frame")
    text = (
        f"{header}: {body}"
        if frame is None
        else writer.fill(frame, {"header": lambda: header, "list": lambda: body})
    )
    return text + (_tail(writer, attr) if tail and rng.random() < 0.45 else "")


def _per_piece(writer: Writer, attr: Attr) -> str:
    """`profit per bike is 70 dollars, per scooter 130 dollars`."""
    rng, word = writer.rng, writer.rng.choice(("per", "per", "for a", "on a"))
    parts = []
    for v, key in enumerate(attr.keys):
        env = writer.attr_env(attr, key)
        verb = f" {rng.choice(('is', 'comes to'))}" if not v else ""
        parts.append(f"{word} {writer.mention(v, 's')}{verb} {env['n']()} {env['unit']()}")
    return f"{rng.choice(('', 'the '))}{attr.res} {', '.join(parts)}"


def _body(writer: Writer, attr: Attr, *, plain: bool, said: bool) -> str:
    """The numbers, with names before or behind or without them."""
    rng, which = writer.rng, range(len(attr.keys))
    envs = [writer.attr_env(attr, key) for key in attr.keys]
    numbers = [
        writer.number(attr.keys[v])
        if plain
        else f"{envs[v]['n']()} {'' if said else envs[v]['unit']()}".strip()
        for v in which
    ]
    if writer.introduced and rng.random() < 0.5:
        after = rng.choice(("", "", "", "", " in the same order", " (in that order)"))
        return writer.join(numbers) + after
    drawn = rng.random()
    form = rng.choice("ssp")
    if drawn < 0.4:
        between = rng.choice((" ", " ", ": ", " = "))
        pairs = [f"{writer.mention(v, form)}{between}{numbers[v]}" for v in which]
    elif drawn < 0.7:
        word = rng.choice(("for", "for", "per", "on"))
        pairs = [f"{numbers[v]} {word} {writer.mention(v, 's' if word == 'per' else form)}" for v in which]
    elif drawn < 0.75:
        pairs = [f"{numbers[v]} {writer.mention(v, 'a')}" for v in which]
    elif drawn < 0.83:
        pairs = [f"{numbers[v]} ({writer.mention(v, form)})" for v in which]
    else:
        names = ", ".join(writer.mention(v, form) for v in which)
        before = rng.choice(("", f" per {writer.plan.head[0]}"))
        return f"{writer.join(numbers)}{before} ({names})"
    return ", ".join(pairs) if rng.random() < 0.6 else writer.join(pairs)


def _tail(writer: Writer, attr: Attr) -> str:
    """The limit of an attribute behind its numbers; empty if it has none of a plain kind."""
    limit = _own_limit(writer, attr)
    if limit is None:
        return ""
    template = writer.phrase(f"tail_{limit.kind}")
    if template is None:
        return ""
    writer.written.add(id(limit))
    return writer.fill(template, writer.attr_env(attr, limit.keys[0], limit.unit))


def _own_limit(writer: Writer, attr: Attr) -> Limit | None:
    for limit in writer.plan.limits:
        plain = limit.kind in ("le", "ge") and limit.attrs == (attr,) and attr.kind != "goal"
        if plain and id(limit) not in writer.written:
            return limit
    return None


def notes(writer: Writer) -> str | None:
    """The whole problem as lines of notes; None if it has what notes cannot say."""
    rng, plan = writer.rng, writer.plan
    if any(attr.same for attr in plan.attrs) or len(plan.objective) > len(plan.names):
        return None
    mark = rng.choice(("", "", "- ", "* ", "• ", "#"))
    lines = [_names(writer)] if rng.random() < 0.8 else []
    if not lines:
        lines.append(f"{rng.choice(('plan for', 'notes on', 'to plan:', ''))} {plan.head[1]}")
    attrs = list(plan.attrs)
    limits: list[str] = []
    for attr in attrs:
        lines.append(header_sentence(writer, attr, tail=rng.random() < 0.3, line=rng.random() < 0.85))
    for each in plan.limits:
        if id(each) not in writer.written:
            limits.append(limit_sentence(writer, each) or "")
    sides = [side_sentence(writer, side) or "" for side in plan.sides]
    if not all([*limits, *sides]) or not all(lines):
        return None
    goal = _goal(writer)
    rest = [*limits, *sides]
    rng.shuffle(rest)
    lines += rest
    lines.insert(rng.choice((0, len(lines), len(lines), len(lines))), goal)
    if lines[0] is goal and not writer.introduced and mark == "#":
        mark = ""
    if any("\n" in bare(each) for each in lines):
        return None
    lines = [spaced(each) for each in lines]
    end = rng.choice(("", "", ".", ";"))
    if mark == "#":
        return "\n".join(f"{at}. {each}" for at, each in enumerate(lines, 1))
    return "\n".join(
        mark + each + (end if not bare(each).endswith(("?", ".", ":")) else "") for each in lines
    )


def _names(writer: Writer) -> str:
    """The line that lists the decisions."""
    rng = writer.rng
    word = rng.choice(
        (writer.plan.head[1], writer.plan.head[1], "products", "we have", "choices", "to decide")
    )
    writer.introduced = True
    return f"{word}: {writer.join([writer.mention(v, 'l') for v in range(len(writer.plan.names))])}"


def _goal(writer: Writer) -> str:
    plan = writer.plan
    section = f"objective_count_{plan.sense}" if plan.counted else f"objective_{plan.sense}"
    return writer.section(section) or plan.sense
