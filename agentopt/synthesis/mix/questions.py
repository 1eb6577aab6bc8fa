"""The whole problem in one question: `what is the most profit from chairs at $15 and stools at $8 if ...?`"""

from __future__ import annotations

__all__ = ["in_one_question"]

from agentopt.synthesis.mix.coefficients import one_sentence
from agentopt.synthesis.mix.constraints import limit_sentence, side_sentence
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.gaps import gapped, offers
from agentopt.synthesis.mix.layouts import amounts
from agentopt.synthesis.mix.manner import sentence
from agentopt.synthesis.mix.marks import bare
from agentopt.synthesis.mix.plan import Attr

_BREAKS = ("\n", ":", "?", ";", ". ", "<", ">", "=", "≤", "≥", "!")


def in_one_question(writer: Writer) -> str | None:
    """The text; None if the plan is too large for it or a clause would break the sentence."""
    plan, rng = writer.plan, writer.rng
    goals = [attr for attr in plan.attrs if attr.goal]
    rest = [attr for attr in plan.attrs if not attr.goal]
    usable = all(attr.entry.verbs and not attr.same for attr in plan.attrs)
    if not usable or len(goals) > 1 or len(plan.names) > 5 or len(rest) > 3:
        return None
    kinds = {limit.kind for limit in plan.limits}
    if plan.sense == "min" and kinds == {"ge"} and rng.random() < 0.4:
        return _need_first(writer, rest, goals)
    if plan.sense == "max" and goals and kinds == {"le"} and rng.random() < 0.25:
        return _stock_first(writer, [*rest, *goals])
    section = f"whole_count_{plan.sense}" if plan.counted else f"whole_{plan.sense}"
    template = writer.phrase(section)
    if template is None:
        return None
    apart = bool(goals) and rng.random() < 0.65
    env = {
        "offers": (lambda: offers(writer, goals[0])) if apart else writer.listed_first,
        "clauses": lambda: _clauses(writer, rest if apart else [*rest, *goals], limits=True),
        "res": lambda: goals[0].res,
    }
    return _clean(writer.fill(template, env))


def _clean(text: str) -> str | None:
    """The text as a sentence, if it is one."""
    inner = bare(text)
    return None if any(each in inner.rstrip("?") for each in _BREAKS) else sentence(text)


def _clauses(writer: Writer, attrs: list[Attr], *, limits: bool) -> str:
    """What is known of the decisions, and what limits them, as clauses."""
    rng, plan = writer.rng, writer.plan
    found: list[str | None] = []
    if len(attrs) > 1 and rng.random() < 0.7:
        found.append(gapped(writer, attrs))
    else:
        found += [gapped(writer, [a]) if rng.random() < 0.5 else one_sentence(writer, a) for a in attrs]
    rest = [limit_sentence(writer, each) for each in plan.limits] if limits else []
    rest += [side_sentence(writer, side) for side in plan.sides]
    rng.shuffle(rest)
    parts = [each if each else "\n" for each in (*found, *rest)]
    if len(parts) < 2:
        return "".join(parts) or "\n"
    return ", ".join(parts[:-1]) + rng.choice((", and ", " and ", ", and ")) + parts[-1]


def _need_first(writer: Writer, rest: list[Attr], goals: list[Attr]) -> str | None:
    """`which number of pills covers a daily need of 100 mg iron with the fewest pills, given that ...?`"""
    rng, plan = writer.rng, writer.plan
    template = writer.phrase("need_first")
    if template is None or any(len(limit.attrs) > 1 for limit in plan.limits):
        return None
    if any(limit.attrs[0].goal or limit.attrs[0].kind != "need" for limit in plan.limits):
        return None

    def best() -> str:
        if not goals:
            return f"with {rng.choice(('the fewest', 'as few', 'the least number of'))} {plan.head[1]}"
        if goals[0].unit and goals[0].unit in "$€£" and rng.random() < 0.5:
            return rng.choice(("as cheaply as possible", "at the lowest cost", "for the least money"))
        return f"{rng.choice(('with the least', 'at the lowest', 'with the lowest'))} {goals[0].res}"

    def needs() -> str:
        return writer.join(
            [writer.attr_env(limit.attrs[0], limit.keys[0], limit.unit)["amount"]() for limit in plan.limits]
        )

    env = {
        "vlist": writer.listed_first,
        "needs": needs,
        "best": best,
        "clauses": lambda: _clauses(writer, [*rest, *goals], limits=False),
    }
    return _clean(writer.fill(template, env))


def _stock_first(writer: Writer, attrs: list[Attr]) -> str | None:
    """`given 75 kg of wax, find the number of candles (0.6 kg, $4) and lights (0.05 kg, $1) that ...`"""
    plan = writer.plan
    template = writer.phrase("stock_first")
    if template is None or any(len(limit.attrs) > 1 or limit.attrs[0].goal for limit in plan.limits):
        return None
    env = {
        "stocks": lambda: writer.join(
            [writer.attr_env(each.attrs[0], each.keys[0], each.unit)["amount"]() for each in plan.limits]
        ),
        "offers": lambda: writer.join(
            [f"{writer.mention(v, 'l')} ({amounts(writer, attrs, v)})" for v in range(len(plan.names))]
        ),
        "res": lambda: next(attr.res for attr in attrs if attr.goal),
    }
    text = sentence(writer.fill(template, env))
    sides = [side_sentence(writer, side) for side in plan.sides]
    if not all(sides):
        return None
    return " ".join([text, *(sentence(each) for each in sides if each)])
