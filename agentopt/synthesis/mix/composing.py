"""Puts the sentences of a text in order."""

from __future__ import annotations

__all__ = ["compose"]

import re

from agentopt.synthesis.mix.coefficients import coefficient_sentences
from agentopt.synthesis.mix.constraints import limit_sentence, limits_sentence, side_sentence
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.marks import BARE

_FIRST = re.compile(r"^([^\w$€£(-]*)([a-z])")
_SPACES = re.compile(r"  +")
_BEFORE = re.compile(r" +([\ue000-\uf7ff]*)([,.;?])")


def compose(writer: Writer) -> str | None:
    """The marked text of a plan; None if the banks lack words for it."""
    rng, plan = writer.rng, writer.plan
    opening = writer.fill(rng.choice(plan.domain.opening), {})
    coefficients = coefficient_sentences(writer, plan.attrs)
    limits = _limits(writer)
    sides = [side_sentence(writer, side) for side in plan.sides]
    if limits is None or any(each is None for each in sides):
        return None
    question = _question(writer)
    if question is None:
        return None
    rows = [each for each in sides if each is not None]
    if rng.random() < 0.5:
        body = [*coefficients, *limits, *rows]
    elif rng.random() < 0.5:
        body = [*limits, *coefficients, *rows]
    else:
        rest = [*limits, *rows]
        rng.shuffle(rest)
        body = [*coefficients, *rest]
    if rng.random() < 0.25:
        body.insert(
            rng.randint(0, len(body)), writer.fill(rng.choice(plan.domain.chatter), writer.pair_env(0, 1))
        )
    return " ".join(_sentence(each) for each in [opening, *body, question])


def _limits(writer: Writer) -> list[str] | None:
    """Sentences with all limits; several of one direction now and then in one."""
    rest, found = list(writer.plan.limits), []
    for kind in ("le", "ge"):
        alike = [limit for limit in rest if limit.kind == kind and limit.attrs[0].kind != "goal"]
        if len(alike) > 1 and writer.rng.random() < 0.3:
            rest = [limit for limit in rest if limit not in alike]
            found.append(limits_sentence(writer, alike))
    found += [limit_sentence(writer, limit) for limit in rest]
    return None if any(each is None for each in found) else [each for each in found if each is not None]


def _question(writer: Writer) -> str | None:
    plan = writer.plan
    template = writer.phrase(f"objective_{'count_' if plan.counted else ''}{plan.sense}")
    return None if template is None else writer.fill(template, {})


def _sentence(text: str) -> str:
    """A sentence with its capital, its full stop and no doubled spaces."""
    text = _BEFORE.sub(r"\1\2", _SPACES.sub(" ", text)).strip()
    bare = BARE.sub("", text)
    if bare and bare[0].islower():
        at = next(at for at, char in enumerate(text) if char == bare[0])
        text = text[:at] + text[at].upper() + text[at + 1 :]
    return text if bare.endswith(("?", ".", "!", ":")) else text + "."
