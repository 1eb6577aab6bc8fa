"""The tokens of a text: every notation of a number, and no text that breaks them."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.reader.tokens import Token, tokenize


def numbers(text: str) -> list[Token]:
    return [each for each in tokenize(text) if each.is_number]


def values(text: str) -> list[str]:
    return [str(each.value) for each in numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,000 and 12,500.75", ["1000", "50003/4"]),
        ("1'000 francs", ["1000"]),
        ("1 000 or 12 500 euros", ["1000", "12500"]),
        ("1\u00a0000 and 2\u202f500", ["1000", "2500"]),
        ("1.000,50", ["2001/2"]),
        ("½ cup, 2½ cups, 1 1/2 cups, 3/4 cup", ["1/2", "5/2", "3/2", "3/4"]),
        (".5 and 0.25", ["1/2", "1/4"]),
        ("$20k, €1.5M and 3 million", ["20000", "1500000", "3000000"]),
        ("5kg, 3h and 20%", ["5", "3", "1/5"]),
        ("5–10 or 5-10", ["5", "10", "5", "10"]),
        ("2 x 4", ["2", "4"]),
        ("(-3), -7 and −4", ["-3", "-7", "-4"]),
        ("5 per cent, 7 percent", ["1/20", "7/100"]),
        ("three dozen eggs, half a dozen rolls, 2 dozen", ["36", "6", "24"]),
        ("one hundred and twenty-five thousand", ["125000"]),
        ("two thousand and six", ["2006"]),
        ("twenty twenty-five", ["20", "25"]),
        ("a third of them, two thirds, three-quarters", ["1/3", "2/3", "3/4"]),
        ("twice, thrice, double", ["2", "3", "2"]),
        ("two and a half hours", ["5/2"]),
        ("it takes an hour", ["1"]),
        ("$10 an hour", ["10"]),
        ("half an hour", ["1/2"]),
        ("cups and bowls bring 70/310", ["70", "310"]),
        (
            "5/3/2 h, 10/3/4 h and 1.1/0.3 or 3/0.5",
            ["5", "3", "2", "10", "3", "4", "11/10", "3/10", "3", "1/2"],
        ),
        ("open 24/7, split 50/50, on 12/05/2026", ["24/7", "1", "12", "5", "2026"]),
        ("45,1.5,160 and 45,120,35", ["45", "3/2", "160", "45", "120", "35"]),
        ("3.4 million, 4 thousand steps, 60 dozen, 7 hundred", ["3400000", "4000", "720", "700"]),
        ("$3m and £1.2m, 3m of rope, 2 lakh", ["3000000", "1200000", "3", "200000"]),
        ("at least a third single beds, no more than a fifth loft", ["1/3", "1/5"]),
        ("a third has to be oak; a third machine; a third has 40 seats", ["1/3", "40"]),
        ("at least quarter of them, in the third quarter of 2026", ["1/4", "2026"]),
        ("x1 and B2B in the 2nd week", []),
        ("two hundred and desks", ["200"]),
        ("٣ and ４５", ["3", "45"]),
    ],
)
def test_a_number_has_its_value_in_every_notation(text: str, expected: list[str]) -> None:
    assert values(text) == expected


def test_a_point_before_three_digits_is_doubtful() -> None:
    (number,) = numbers("costs 1.000 euros")
    assert number.doubtful
    assert number.value == 1


@pytest.mark.parametrize(
    ("text", "doubtful"),
    [
        ("each takes 3/2 hours", ["3/2"]),
        ("each takes 3/4 hours or 1 3/2", []),
        ("wages in thousands: 20, 35. There are 9.", ["20", "35"]),
        ("| wages (in thousands) | 20 |\n\nThere are 9.", ["20", "9"]),
        ("thousands of 20 in 9", []),
    ],
)
def test_what_can_be_counted_in_two_ways_is_doubtful(text: str, doubtful: list[str]) -> None:
    assert [each.text for each in numbers(text) if each.doubtful] == doubtful


def test_a_share_is_a_fraction_with_its_sign_inside() -> None:
    (number,) = numbers("at least 30 % of them")
    assert (number.kind, number.text, number.value) == ("percent", "30 %", Fraction(3, 10))


def test_sentences_end_at_marks_and_blank_lines_and_not_at_abbreviations() -> None:
    found = tokenize("A desk takes approx. 3 hours. A chair takes 2!\n\nProfit")
    assert {each.text: each.sentence for each in found if each.text in ("hours", "chair", "Profit")} == {
        "hours": 0,
        "chair": 1,
        "Profit": 2,
    }


def test_endless_digits_are_a_word() -> None:
    assert values("9" * 5000) == []
    assert values("1," * 3 + "1,000" * 2000) != []
    assert values("9" * 5000 + "/" + "7" * 5000) == []


@pytest.mark.parametrize(
    "piece",
    ["1.111", "a_", "1,", "1,111,", "1/", "1/7", "twenty and ", "twenty-", "1 111 ", "5\n", "a'", "🍞", "世"],
)
def test_a_megabyte_of_anything_is_read(piece: str) -> None:
    text = piece * (1_000_000 // len(piece) // 10)
    found = tokenize(text)
    assert found
    assert found[-1].end <= len(text)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_tokens(text: str) -> None:
    _covers(text)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.sampled_from([
            "1", "000", ".", ",", "/", "-", "−", "½", "$", "%", "a", "an",
            "half", "dozen", "third", "thirds", "one", "hundred",
            "thousand", "and", "twenty", "per", "cent", "k", "M", "x1", "'",
            "hour", "0", "twice", " ",
        ]),
        max_size=30,
    ),
    st.sampled_from(["", " "]),
)  # fmt: skip
def test_no_mixture_of_numerals_breaks_the_tokens(pieces: list[str], between: str) -> None:
    _covers(between.join(pieces))


def _covers(text: str) -> None:
    """Tokens lie in order, hold what they quote, and leave out nothing but space."""
    last = 0
    for each in tokenize(text):
        assert text[each.start : each.end] == each.text
        assert not text[last : each.start].strip()
        assert each.end > each.start
        last = each.end
    assert not text[last:].strip()
