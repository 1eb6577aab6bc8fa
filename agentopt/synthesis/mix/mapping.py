"""Marked text and its meaning as a reading: where every number, decision and comparing word stands."""

from __future__ import annotations

__all__ = ["Drawn", "Intended", "Meaning", "mapped"]

import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from agentopt.reader.reading import IMPLIED, Decision, Mix, Row, Term
from agentopt.reader.tokens import Token, tokenize
from agentopt.synthesis.mix.marks import Book, Place
from agentopt.synthesis.mix.plan import Part, PlanRow

Intended = tuple[tuple[Fraction, ...], str, Fraction, tuple[Fraction, ...], Fraction]
"""A row in numbers: coefficients on the left, relation, factor and sum on the right, constant."""


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


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a marked text says, by number keys.

    Attributes:
        book: of its marks and numbers.
        count: of its decisions.
        sense: the direction of the objective.
        objective: its terms.
        rows: the constraints.
        uniform: groups of numbers of which all or none are written with a percent sign.
        sections: of the phrase bank that its side constraints come from.
    """

    book: Book
    count: int
    sense: Literal["min", "max"]
    objective: Sequence[Part]
    rows: Sequence[PlanRow]
    uniform: Sequence[Sequence[int]] = ()
    sections: tuple[str, ...] = ()


def mapped(meaning: Meaning, marked: str, tries: int = 1) -> Drawn | None:
    """The text with its reading; None if a number of the meaning is not one token of its value."""
    text, places = meaning.book.read(marked)
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
                or tokens[inside[0]].value != meaning.book.values[place.of]
                or place.of in numbers
            ):
                return None
            numbers[place.of] = inside[0]
    mixed = any(len({key in meaning.book.shares for key in keys}) > 1 for keys in meaning.uniform)
    if len(mentions) != meaning.count or mixed:
        return None
    return _mapped(meaning, text, tokens, numbers, anchors, mentions, tries)


def _span(tokens: tuple[Token, ...], starts: list[int], place: Place) -> tuple[int, int] | None:
    """The tokens of a place; None if one of them reaches beyond it."""
    first = bisect.bisect_left(starts, place.start)
    last = bisect.bisect_left(starts, place.end) - 1
    if first > last or tokens[first].start != place.start or tokens[last].end != place.end:
        return None
    return first, last


def _mapped(
    meaning: Meaning,
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

    def terms(parts: Sequence[Part]) -> tuple[Term, ...]:
        return tuple(
            sorted((Term(place[v], numbers[key], sign) for v, key, sign in parts), key=lambda t: t.decision)
        )

    rows = []
    try:
        for at, row in enumerate(meaning.rows):
            anchor = numbers[row.key] if row.key != IMPLIED else anchors[at]
            left, right = terms(row.left), terms(row.right)
            rows.append(Row(row.form, left, row.relation, numbers[row.key], right, row.strict, anchor))
        objective = terms(meaning.objective)
    except KeyError:  # something was not written
        return None
    decisions = tuple(
        Decision(text[tokens[mentions[v][0][0]].start : tokens[mentions[v][0][1]].end], tuple(mentions[v]))
        for v in order
    )
    sense: Literal["minimize", "maximize"] = "maximize" if meaning.sense == "max" else "minimize"
    intended = tuple(_intended(meaning, place, at) for at in range(len(meaning.rows)))
    goal = (_numeric(meaning, place, meaning.objective), meaning.sense, Fraction(0), (), Fraction(0))
    mix = Mix(decisions, sense, objective, tuple(rows))
    return Drawn(text, tokens, mix, (*intended, goal), meaning.sections, tries)


def _numeric(meaning: Meaning, place: dict[int, int], parts: Sequence[Part]) -> tuple[Fraction, ...]:
    found = [Fraction(0)] * meaning.count
    for v, key, sign in parts:
        found[place[v]] += sign * (meaning.book.values[key] if key != IMPLIED else 1)
    return tuple(found)


def _intended(meaning: Meaning, place: dict[int, int], at: int) -> Intended:
    row = meaning.rows[at]
    value = meaning.book.values[row.key] if row.key != IMPLIED else Fraction(1)
    left, right = _numeric(meaning, place, row.left), _numeric(meaning, place, row.right)
    factor = value if row.form == "ratio" else Fraction(1 if row.form == "difference" else 0)
    constant = Fraction(0) if row.form == "ratio" else value
    return left, row.relation, factor, right, constant
