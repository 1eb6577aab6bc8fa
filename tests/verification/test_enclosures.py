"""Enclosures contain what they enclose, tightly, and exact values stay exact."""

from __future__ import annotations

import math
import operator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentopt.verification.enclosures import Enclosure, apply, ends, power
from agentopt.verification.polynomials import NotPolynomial, Polynomial

FUNCTIONS = [
    *("exp", "log", "log10", "log2", "sqrt", "sinh", "cosh", "tanh"),
    *("sin", "cos", "tan", "asin", "acos", "atan"),
]


@settings(deadline=None)
@given(st.sampled_from(FUNCTIONS), st.floats(-30, 30, allow_subnormal=False))
def test_an_enclosure_contains_the_value_of_the_function(function, x):
    try:
        expected = getattr(math, function)(x)
    except ValueError:
        with pytest.raises(ArithmeticError):
            apply(function, Fraction(x))
        return
    low, high = ends(apply(function, Fraction(x)))
    assert low <= high
    assert high - low <= Fraction(1, 10**40) * max(1, abs(high))
    assert float(low) == pytest.approx(expected, rel=1e-12, abs=1e-14)


@settings(deadline=None)
@given(
    st.sampled_from(FUNCTIONS),
    st.fractions(Fraction(1, 10), Fraction(9, 10)),
    st.fractions(0, Fraction(1, 20)),
)
def test_the_image_of_an_interval_contains_the_images_of_its_points(function, middle, radius):
    low, high = ends(apply(function, Enclosure(middle - radius, middle + radius)))
    for point in (middle - radius, middle, middle + radius):
        least, most = ends(apply(function, point))
        # The true value lies between least and most, and must lie between low and high.
        assert low <= most
        assert least <= high


@pytest.mark.parametrize(
    ("function", "x", "value"),
    [
        ("sqrt", Fraction(9, 4), Fraction(3, 2)),
        ("exp", Fraction(0), 1),
        ("log", Fraction(1), 0),
        ("log10", Fraction(1, 1000), -3),
        ("log2", Fraction(1024), 10),
        ("cos", Fraction(0), 1),
        ("atan", Fraction(0), 0),
        ("abs", Fraction(-3, 7), Fraction(3, 7)),
        ("floor", Fraction(-3, 2), -2),
        ("round", Fraction(5, 2), 2),
    ],
)
def test_what_is_rational_stays_exact(function, x, value):
    assert apply(function, x) == value


def test_whole_powers_are_exact_and_others_enclosed():
    assert power(Fraction(1, 10), Fraction(3)) == Fraction(1, 1000)
    assert power(Fraction(9), Fraction(-3, 2)) == Fraction(1, 27)
    low, high = ends(power(Fraction(2), Fraction(1, 3)))
    assert low**3 < 2 < high**3


@pytest.mark.parametrize(
    ("base", "exponent"),
    [(Fraction(-1), Fraction(1, 2)), (Fraction(0), Fraction(-1)), (Fraction(2), Fraction(10**9))],
)
def test_powers_that_are_not_defined_or_too_large_are_errors(base, exponent):
    with pytest.raises(ArithmeticError):
        power(base, exponent)


def test_a_division_by_what_may_be_zero_is_an_error():
    with pytest.raises(ZeroDivisionError):
        Fraction(1) / Enclosure(Fraction(-1), Fraction(1))


@pytest.mark.parametrize("combine", [operator.add, operator.sub, operator.mul, operator.truediv])
def test_a_root_times_a_column_is_no_rational_polynomial_and_says_so(combine):
    root = Enclosure(Fraction(1), Fraction(2))
    with pytest.raises(NotPolynomial):
        combine(root, Polynomial.column(0))
