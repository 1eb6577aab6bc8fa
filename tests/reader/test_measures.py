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
        ("half an hour", "hour"),
        ("a quarter of a litre", "litre"),
        ("12 of her minutes", "minute"),
        ("24 person-hours", "hour"),
        ("70 square metres", "m2"),
        ("70 sq. m of canvas", "m2"),
        ("30 cubic metres", "m3"),
        ("30 cubic feet", "cubic foot"),
        ("5 kilowatt-hours", "kWh"),
        ("12c each", "cent"),
        ("12 c", None),
        ("12p + 3q", None),
        ("650 W per node", "watt"),
        ("25 % of the hours", None),
        ("40\nminutes 5", None),
        ("3 m + 4 n", None),
        ("3 G", None),
        ("300 Ml of the river", None),
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
        ("| minutes | 20 | 35 |\nthe kiln is hot for 16 hours", 60),
        ("plaster g 20 35; we own 9 kg", 1000),
        ("resin g each: 20, 35. We own 9 kg", 1000),
        ("dye in g: 20, 35. We own 9 kg", 1000),
        ("yeast g per loaf 20 / 35, we own 9 kg", 1000),
        ("| dye (g per roll) | 20 | 35 |\nwe own 9 kg", 1000),
        ("Straw in kg per tonne of board is 820, 700; the barn holds 3600 t.", 1000),
        ("A tonne holds cadmium (kg/t): 3, 1.5; the limit is 40 kg.", 1),
        ("Zinc in mg/kg: 20, 35; at least 900 mg.", 1),
        ("Grams of Mg per kg: 20 and 35. The tank wants 400 g.", 1),
        ("Lathe minutes 20, 35; lathe hours 16", 60),
        ("A desk takes 20 minutes, a chair 35; saws have 10 hours, planes 16.", 60),
        ("A desk takes 20 minutes, a chair 35. How many hours are left? 16", 60),
        ("Care hours 20 / 35, required min 160", 1),
        ("The first takes 20, the second 35 of 16 hours.", 1),
        ("A bulb costs 20c, a seed 35c, of $16.", 100),
        ("A bulb costs 20 pence, a seed 35 pence, of 16 pounds.", 100),
        ("A tub takes 20 litres and a vat 35 litres of 16 cubic metres.", 1000),
        ("A bed covers 20 m2 and a lawn 35 m2 of 2 ha.", 10_000),
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


def test_percent_signs_carry_over_to_small_numbers_but_not_to_fractions() -> None:
    tokens = tokenize("lentils hold 25 percent, honey 1, pears 0.4 and cream a third")
    numbers = [at for at, token in enumerate(tokens) if token.is_number]
    assert list(scales(tokens, numbers).values()) == [1, Fraction(1, 100), Fraction(1, 100), 1]


def test_of_two_headings_of_one_kind_neither_is_taken() -> None:
    text = "iron mg/portion, iodine µg/portion; liver; 20; beans; 35; at least 160 mg"
    _, row, _ = _row(text, 2)
    assert conversion(tokenize(text), row) == 1


def test_a_number_without_a_unit_has_its_neighbours() -> None:
    found = measures(tokenize("2 hours, 45 and 30 minutes, then 5"), [0, 3, 5, 9])
    assert [unit.word for unit in found.values() if unit] == ["hour", "minute", "minute", "minute"]
