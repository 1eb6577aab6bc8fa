"""Numbers that hang on what was said before: relative clauses, offers at a price, clauses without a verb."""

from __future__ import annotations

__all__ = ["gapped", "offers", "relative_opening"]

from collections.abc import Callable, Sequence

from agentopt.synthesis.mix.coefficients import plural_verb
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.plan import Attr
from agentopt.synthesis.templates import Slot, draw, parse


def gapped(writer: Writer, attrs: Sequence[Attr]) -> str:
    """`each door takes 2 hours and 12 kg of steel, each gate 3 hours and 30 kg`; attributes need verbs.

    The first decision has whole clauses; what the others leave out is the same for all of them.
    """
    rng = writer.rng
    order = sorted(attrs, key=lambda attr: (attr.goal, attr.kind))
    verbs: list[str] = []
    for attr in order:
        shared = bool(verbs) and verbs[-1] in attr.entry.verbs and rng.random() < 0.8
        env = writer.attr_env(attr, attr.keys[0])
        verbs.append(verbs[-1] if shared else writer.verb_of(attr, env))
    phrases = [rng.choice(a.entry.phrase) for a in order]
    form = rng.choice("aaap")
    manner = rng.choice(_MANNERS)
    units = {attr.unit for attr in order if not attr.goal}
    if manner == "respectively" and (len(units) != 1 or len(order) < 2):
        manner = "bare"
    clauses = [_whole(writer, order, verbs, phrases, form)]
    for v in range(1, len(writer.plan.names)):
        clauses.append(_rest(writer, order, verbs, phrases, v, form, manner))
    goal = order[-1]
    if goal.goal and goal.unit and rng.random() < 0.35:
        one = writer.measure[0] if writer.measure else writer.plan.head[0]
        clauses[0] += rng.choice((" each", " apiece", f" a {one}", f" per {one}"))
    between = rng.choice((", ", ", ", "; ", ". ", ", and "))
    if between == ", and " or (len(clauses) == 2 and rng.random() < 0.5):
        return writer.join(clauses) if len(clauses) > 2 else rng.choice(_BETWEEN).join(clauses)
    return between.join(clauses)


_MANNERS = ("bare", "bare", "units", "units", "phrases", "verbs", "respectively")
_BETWEEN = (", and ", " and ", ", while ", ", whereas ", "; ", ", ")


def _whole(
    writer: Writer, order: Sequence[Attr], verbs: Sequence[str], phrases: Sequence[str], form: str
) -> str:
    """All that the first decision has, a verb each or one for several."""
    parts: list[str] = []
    for at, attr in enumerate(order):
        verb = plural_verb(verbs[at]) if form == "p" else verbs[at]
        amount = writer.quantity(attr, attr.keys[0], phrases[at])
        before = order[at - 1] if at else attr
        same = at > 0 and (attr.kind, attr.goal) == (before.kind, before.goal)
        parts.append(amount if same and verbs[at] == verbs[at - 1] else f"{verb} {amount}")
    doing = (
        f"{writer.verb[3]} " if form == "a" and order[0].kind == "use" and writer.rng.random() < 0.12 else ""
    )
    return f"{doing}{writer.mention(0, form)} {writer.join(parts)}"


def _rest(
    writer: Writer,
    order: Sequence[Attr],
    verbs: Sequence[str],
    phrases: Sequence[str],
    v: int,
    form: str,
    manner: str,
) -> str:
    """What a later decision has, without what the first clause said."""
    subject = writer.mention(v, form)
    parts: list[str] = []
    for at, attr in enumerate(order):
        env = writer.attr_env(attr, attr.keys[v])
        verb = plural_verb(verbs[at]) if form == "p" else verbs[at]
        if manner == "phrases":
            said = writer.quantity(attr, attr.keys[v], phrases[at])
        elif manner in ("units", "verbs"):
            said = f"{env['n']()} {env['unit']()}"
        else:
            said = env["n"]()
        turns = at > 0 and attr.goal and not order[at - 1].goal
        parts.append(f"{verb} {said}" if turns or manner == "verbs" else said)
    if manner == "respectively" and not order[-1].goal:
        unit = writer.attr_env(order[-1], order[-1].keys[v])["units"]()
        after = writer.rng.choice((" respectively", ", respectively", ""))
        return f"{subject} {writer.join(parts)} {unit}{after}"
    return f"{subject} {writer.join(parts)}"


def relative_opening(writer: Writer, attrs: Sequence[Attr]) -> str | None:
    """`a centre employs seniors, who handle 14 calls, and juniors, who handle 8`; None without a list."""
    rng = writer.rng
    for _ in range(4):
        pieces = draw(parse(rng.choice(writer.plan.domain.opening)), rng)
        if any(isinstance(each, Slot) and each.name == "vlist" for each in pieces):
            break
    else:
        return None
    return writer.fill_drawn(pieces, {"vlist": lambda: _relative_list(writer, attrs)})


def _relative_list(writer: Writer, attrs: Sequence[Attr]) -> str:
    rng = writer.rng
    verbs = [writer.verb_of(a, writer.attr_env(a, a.keys[0])) for a in attrs]
    phrases = [rng.choice(a.entry.phrase) for a in attrs]
    word = rng.choice(("which", "which", "who", "each of which", "that"))
    short = rng.random() < 0.6
    writer.introduced = True
    found = []
    for v in range(len(writer.plan.names)):
        parts = []
        for attr, verb, phrase in zip(attrs, verbs, phrases, strict=True):
            env = writer.attr_env(attr, attr.keys[v])
            said = env["n"]() if v and short else writer.quantity(attr, attr.keys[v], phrase)
            parts.append(f"{verb if word == 'each of which' else plural_verb(verb)} {said}")
        comma = " " if word == "that" else ", "
        found.append(f"{writer.mention(v, 'l')}{comma}{word} {writer.join(parts)}")
    last = rng.choice((", and ", ", and ", " and "))
    return rng.choice((", ", "; ")).join(found[:-1]) + last + found[-1]


def offers(writer: Writer, attr: Attr) -> str:
    """`chairs at $15 and stools at $8`: the decisions with one number each, as a list."""
    rng = writer.rng
    phrase = rng.choice(attr.entry.phrase)
    money = bool(attr.unit) and attr.unit in "$€£"
    manners: list[Callable[[int], str]] = [
        lambda v: f" ({writer.quantity(attr, attr.keys[v], phrase)})",
        lambda v: f" with {writer.quantity(attr, attr.keys[v], phrase)}",
    ]
    if money:
        manners += [
            lambda v: f" at {writer.attr_env(attr, attr.keys[v])['n']()}",
            lambda v: f" at {writer.attr_env(attr, attr.keys[v])['n']()} each",
            lambda v: f" ({writer.attr_env(attr, attr.keys[v])['n']()})",
            lambda v: f" at a {attr.res} of {writer.attr_env(attr, attr.keys[v])['n']()}",
        ]
    manner = rng.choice(manners)
    writer.introduced = True
    return writer.join([writer.mention(v, "l") + manner(v) for v in range(len(writer.plan.names))])
