"""Numbers of a text, in the many ways people write them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.verification.quantities import quantities


def values(text: str) -> list[str]:
    return [str(q.value) for q in quantities(text) if q.required]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It costs $1,200.", ["1200"]),
        ("It costs $1.2 million.", ["1200000"]),
        ("A budget of 3.5k dollars", ["3500"]),
        ("2.4 billion people", ["2400000000"]),
        ("1\u202f234\u202f567 tons", ["1234567"]),
        ("1'200 francs", ["1200"]),
        ("0.05 per unit", ["1/20"]),
        (".75 hours", ["3/4"]),
        ("1.5e3 kg", ["1500"]),
        ("6 x 10^3 kg", ["6000"]),
        ("At least 30% of the mix", ["30"]),
        ("30 percent of it", ["30"]),
        ("12.5 per cent", ["25/2"]),
        ("twenty percent", ["20"]),
        ("two hundred and fifty thousand litres", ["250000"]),
        ("twenty-five trucks", ["25"]),
        ("a dozen eggs cost 3", ["12", "3"]),
        ("two dozen eggs", ["24"]),
        ("half of 80", ["80"]),
        ("at least a third of the 90 seats", ["1/3", "90"]),
        ("3/4 of a cup", ["3/4"]),
        ("1 1/2 hours", ["3/2"]),
        ("½ litre and 2¾ cups", ["1/2", "11/4"]),
        ("\\frac{3}{8} of 40", ["3/8", "40"]),
        ("between 10 and 25 hours", ["10", "25"]),
        ("10-25 hours", ["10", "25"]),
        ("twice as many as 40", ["2", "40"]),
        ("at most three machines", ["3"]),
        ("no fewer than seven", ["7"]),
        ("| wood | 4 | 2.5 |\n", ["4", "5/2"]),
    ],
)
def test_a_number_is_read_as_meant(text, expected):
    assert values(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "Plant 2 ships to Market 3.",
        "1. Buy wood.\n2. Sell chairs.",
        "In 2024 the firm moved.",
        "The shift starts at 9:30 am.",
        "See Table 4.",
        "the 3rd day",
        "x_2 is the second variable",
        "Open 24/7.",
        "On 12/05/2023 it opened.",
        "one of the machines",
    ],
)
def test_what_is_no_data_need_not_be_used(text):
    assert values(text) == []


def test_a_comma_between_digits_can_mean_one_number_or_two():
    (found,) = quantities("costs of 100,200 dollars")
    assert found.readings == ((Fraction(100200),), (Fraction(100), Fraction(200)))


def test_places_are_those_of_the_text():
    text = "At least 1,200 kg, 30% of it in two dozen bags."
    assert [text[q.start : q.end] for q in quantities(text)] == [q.text for q in quantities(text)]


def test_cells_of_a_table_are_data_and_its_headings_are_not():
    text = "| product | year 1 | 2 |\n|---|---|---|\n| a | 10 | 20 |\n| 2 | 30 | 40 |\n"
    found = quantities(text)
    assert [str(q.value) for q in found if q.kind == "cell"] == ["10", "20", "30", "40"]


@settings(deadline=None)
@given(st.integers(13, 999_999))
def test_digits_grouped_or_not_are_the_same_number(n):
    for written in (str(n), f"{n:,}"):
        assert quantities(f"It takes {written} units of it.")[0].value == n


@settings(deadline=None)
@given(st.decimals(0, 10_000, places=3).filter(lambda d: d not in (0, 1)))
def test_decimals_are_exact(d):
    assert quantities(f"weighs {d} kg")[0].value == Fraction(d)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text):
    for quantity in quantities(text):
        assert text[quantity.start : quantity.end] == quantity.text
