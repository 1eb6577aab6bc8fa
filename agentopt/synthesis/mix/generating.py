"""Draws a product mix and writes it, with the meaning of every number by its token."""

from __future__ import annotations

__all__ = ["Drawn", "generate", "problem"]

import bisect
import random
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Literal

from agentopt.errors import UsageError
from agentopt.reader.reading import IMPLIED, Decision, Mix, Row, Term
from agentopt.reader.tokens import Token, tokenize
from agentopt.synthesis.banks import banks
from agentopt.synthesis.mix.composing import compose
from agentopt.synthesis.mix.filling import Writer
from agentopt.synthesis.mix.marks import Place
from agentopt.synthesis.mix.plan import Attr, Part, Plan
from agentopt.synthesis.mix.structure import draw_plan
from agentopt.synthesis.problem import Problem

Intended = tuple[tuple[Fraction, ...], str, Fraction, tuple[Fraction, ...], Fraction]
"""A row in numbers: coefficients on the left, relation, factor and sum on the right, constant."""

_TRIES = 200


@dataclass(frozen=True, slots=True)
class Drawn:
    """A text with its reading.

    Attributes:
        text, tokens: the problem.
        reading: its meaning by token.
        intended: the rows of `reading` in numbers, known without the text; the objective last.
        sections: of the phrase bank that its side constraints come from.
        tries: how many texts were drawn until every number was one token of the right value.
    """

    text: str
    tokens: tuple[Token, ...]
    reading: Mix
    intended: tuple[Intended, ...]
    sections: tuple[str, ...]
    tries: int


def generate(*, difficulty: int, seed: int, folder: Path | None = None) -> Drawn:
    """A problem; a pure function of its arguments and the banks.

    Args:
        difficulty: 1 (small, plain wording) to 5.
        seed: of the generator of random numbers.
        folder: of the banks, by default the shipped ones.

    Raises:
        UsageError: the banks lack the words for any problem.
    """
    rng = random.Random(f"mix {difficulty} {seed}")
    found = banks(folder)
    for tries in range(1, _TRIES + 1):
        plan = draw_plan(found, rng, difficulty)
        writer = Writer(plan, found, rng, difficulty)
        marked = compose(writer)
        if marked is None:
            continue
        drawn = _read(plan, marked, tries)
        if drawn is not None:
            return drawn
    raise UsageError("no problem could be written from the banks", hint="python -m agentopt.synthesis.check")


def problem(*, difficulty: int, seed: int, folder: Path | None = None) -> Problem:
    """The same as a problem, without a formulation: whoever needs one makes it from the reading."""
    drawn = generate(difficulty=difficulty, seed=seed, folder=folder)
    return Problem("mix", difficulty, seed, drawn.text, None, reading=drawn.reading)


def _read(plan: Plan, marked: str, tries: int) -> Drawn | None:
    """The text with its reading; None if a number of the plan is not one token of its value."""
    text, places = plan.book.read(marked)
    tokens = tokenize(text)
    starts = [token.start for token in tokens]
    numbers: dict[int, int] = {}
    anchors: dict[int, int] = {}
    mentions: dict[int, list[tuple[int, int]]] = {}
    for place in places:
        span = _span(tokens, starts, place)
        if span is None:
            return None
        if place.kind == "decision":
            mentions.setdefault(place.of, []).append(span)
        elif place.kind == "anchor":
            anchors[place.of] = span[0]
        else:
            inside = [at for at in range(span[0], span[1] + 1) if tokens[at].is_number]
            if (
                len(inside) != 1
                or tokens[inside[0]].value != plan.book.values[place.of]
                or place.of in numbers
            ):
                return None
            numbers[place.of] = inside[0]
    if len(mentions) != len(plan.names) or any(_is_mixed(plan, attr) for attr in plan.attrs):
        return None
    return _mapped(plan, text, tokens, numbers, anchors, mentions, tries)


def _is_mixed(plan: Plan, attr: Attr) -> bool:
    """Whether some numbers of an attribute are written with a percent sign and some are not."""
    return len({key in plan.book.shares for key in attr.keys}) > 1


def _span(tokens: tuple[Token, ...], starts: list[int], place: Place) -> tuple[int, int] | None:
    """The tokens of a place; None if one of them reaches beyond it."""
    first = bisect.bisect_left(starts, place.start)
    last = bisect.bisect_left(starts, place.end) - 1
    if first > last or tokens[first].start != place.start or tokens[last].end != place.end:
        return None
    return first, last


def _mapped(
    plan: Plan,
    text: str,
    tokens: tuple[Token, ...],
    numbers: dict[int, int],
    anchors: dict[int, int],
    mentions: dict[int, list[tuple[int, int]]],
    tries: int,
) -> Drawn | None:
    order = sorted(mentions, key=lambda v: mentions[v][0])
    place = {v: at for at, v in enumerate(order)}
    numbers[IMPLIED] = IMPLIED

    def terms(parts: list[Part]) -> tuple[Term, ...]:
        return tuple(
            sorted((Term(place[v], numbers[key], sign) for v, key, sign in parts), key=lambda t: t.decision)
        )

    rows = []
    try:
        for at, row in enumerate(plan.rows):
            anchor = numbers[row.key] if row.key != IMPLIED else anchors[at]
            left, right = terms(row.left), terms(row.right)
            rows.append(Row(row.form, left, row.relation, numbers[row.key], right, row.strict, anchor))
        objective = terms(plan.objective)
    except KeyError:  # something was not written
        return None
    decisions = tuple(
        Decision(text[tokens[mentions[v][0][0]].start : tokens[mentions[v][0][1]].end], tuple(mentions[v]))
        for v in order
    )
    sense: Literal["minimize", "maximize"] = "maximize" if plan.sense == "max" else "minimize"
    intended = tuple(_intended(plan, place, at) for at in range(len(plan.rows)))
    goal = (_numeric(plan, place, plan.objective), plan.sense, Fraction(0), (), Fraction(0))
    sections = tuple(side.section for side in plan.sides)
    return Drawn(
        text, tokens, Mix(decisions, sense, objective, tuple(rows)), (*intended, goal), sections, tries
    )


def _numeric(plan: Plan, place: dict[int, int], parts: list[Part]) -> tuple[Fraction, ...]:
    found = [Fraction(0)] * len(plan.names)
    for v, key, sign in parts:
        found[place[v]] += sign * (plan.book.values[key] if key != IMPLIED else 1)
    return tuple(found)


def _intended(plan: Plan, place: dict[int, int], at: int) -> Intended:
    row = plan.rows[at]
    value = plan.book.values[row.key] if row.key != IMPLIED else Fraction(1)
    left, right = _numeric(plan, place, row.left), _numeric(plan, place, row.right)
    factor = value if row.form == "ratio" else Fraction(1 if row.form == "difference" else 0)
    constant = Fraction(0) if row.form == "ratio" else value
    return left, row.relation, factor, right, constant
