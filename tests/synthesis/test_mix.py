"""Product mixes: every number of a text is one token of the value that was meant."""

from __future__ import annotations

from fractions import Fraction

import pytest

from agentopt.reader.reading import IMPLIED, Term
from agentopt.synthesis.mix.generating import generate
from agentopt.synthesis.mix.mapping import Drawn, Intended


def _sum(drawn: Drawn, terms: tuple[Term, ...]) -> tuple[Fraction, ...]:
    found = [Fraction(0)] * len(drawn.reading.decisions)
    for term in terms:
        found[term.decision] += term.sign * _value(drawn, term.token)
    return tuple(found)


def _value(drawn: Drawn, token: int) -> Fraction:
    if token == IMPLIED:
        return Fraction(1)
    value = drawn.tokens[token].value
    assert value is not None
    return value


def _by_tokens(drawn: Drawn) -> tuple[Intended, ...]:
    rows: list[Intended] = []
    for row in drawn.reading.rows:
        value = _value(drawn, row.token)
        factor = {"ratio": value, "difference": Fraction(1), "limit": Fraction(0)}[row.form]
        constant = Fraction(0) if row.form == "ratio" else value
        rows.append((_sum(drawn, row.left), row.relation, factor, _sum(drawn, row.right), constant))
    goal = _sum(drawn, drawn.reading.objective), drawn.reading.sense[:3], Fraction(0), (), Fraction(0)
    return (*rows, goal)


@pytest.mark.parametrize("difficulty", [1, 2, 3, 4, 5])
def test_numbers_by_token_are_what_was_meant(difficulty: int) -> None:
    tries = 0
    for seed in range(2000):
        drawn = generate(difficulty=difficulty, seed=seed)
        assert _by_tokens(drawn) == drawn.intended, drawn.text
        tries += drawn.tries
    assert tries < 2100
