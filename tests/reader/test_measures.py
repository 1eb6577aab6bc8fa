"""Units of numbers: beside them, beside their neighbours, in a heading."""

from __future__ import annotations

from fractions import Fraction

import pytest

from agentopt.reader.measures import conversion, measure, measures, scales
from agentopt.reader.reading import Row, Term
from agentopt.reader.tokens import tokenize


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("28 nurse hours", "hour"),
        ("4.8 t of gravel", "tonne"),
        ("450 m of cable", "metre"),
        ("500 g of flour", "gram"),
        ("20 cl each", "cl"),
        ("3 m + 4 n", None),
        ("3 G", None),
    ],
)
def test_unit_of_a_number(text: str, word: str | None) -> None:
    found = measure(tokenize(text), 0)
    assert (found and found.word) == word


def _row(text: str, weighted: int, form: str = "limit") -> tuple[list[int], Row, str]:
    tokens = tokenize(text)
    numbers = [at for at, token in enumerate(tokens) if token.is_number]
    left = tuple(Term(place, at) for place, at in enumerate(numbers[:weighted]))
    return numbers, Row(form, left, "<=", numbers[weighted]), text  # type: ignore[arg-type]  # by its word


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("A desk takes 20 and a chair 35 minutes of 16 hours.", 60),
        ("Minutes per piece: 20 and 35. There are 16 hours.", 60),
        ("Minutes per piece are 20 and 35, of 16 hours in all.", 60),
        ("| sugar (g) | 300 | 90 |\nthere are 9 kg.", 1000),
        ("A desk takes 20 minutes, a chair 35; hours on hand: 16", 60),
        ("A desk takes 20 and a chair 35 of 16 hours.", 1),
        ("A desk takes 0.5 kg and a chair 300 g of 16 kg.", 1),
    ],
)
def test_a_limit_counts_in_the_unit_of_its_coefficients(text: str, times: int) -> None:
    _, row, _ = _row(text, 2)
    assert conversion(tokenize(text), row) == times


def test_a_share_in_percent_against_bare_coefficients_counts_hundredths() -> None:
    text = "protein, %: 9 and 40; at least 16% on average"
    _, row, _ = _row(text, 2, "ratio")
    assert conversion(tokenize(text), row) == Fraction(100)


@pytest.mark.parametrize(
    ("text", "weighted", "times"),
    [("A has 35 %, B 15 and the blend 20", 2, Fraction(1, 100)), ("A has 35 %, B 15, the blend 20 %", 2, 1)],
)
def test_percent_signs_carry_over(text: str, weighted: int, times: Fraction) -> None:
    numbers, row, _ = _row(text, weighted, "ratio")
    tokens = tokenize(text)
    assert scales(tokens, numbers[:2]) == {numbers[0]: 1, numbers[1]: Fraction(1, 100)}
    assert conversion(tokens, row) == times


def test_a_number_without_a_unit_has_its_neighbours() -> None:
    found = measures(tokenize("2 hours, 45 and 30 minutes, then 5"), [0, 3, 5, 9])
    assert [unit.word for unit in found.values() if unit] == ["hour", "minute", "minute", "minute"]
