"""Rigorous rational enclosures of what is not rational: roots, exponentials, logarithms, angles.

A number is a `Fraction` while it is exact and an `Enclosure`, a closed rational interval, from the first
function that leaves the rationals. Exponentials, logarithms and roots rest on `decimal`, which rounds them
correctly; angles on Taylor series with their remainder. Widths are about 1e-50 relative.
"""

from __future__ import annotations

__all__ = ["Enclosure", "Number", "apply", "ends", "power", "root", "size"]

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from functools import lru_cache

_DIGITS = 60
_BITS = 256
MAX_EXPONENT = 20_000
"""Largest exponent of an exact power, and argument of an exponential."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A number known to lie in [low, high].

    >>> Enclosure(Fraction(1), Fraction(2)) - 3
    Enclosure(low=Fraction(-2, 1), high=Fraction(-1, 1))
    """

    low: Fraction
    high: Fraction

    def __add__(self, other: Enclosure | Fraction | int) -> Enclosure:
        if not isinstance(other, Enclosure | Fraction | int):
            return NotImplemented  # a polynomial, which answers for itself
        low, high = ends(other)
        return _trimmed(self.low + low, self.high + high)

    __radd__ = __add__

    def __neg__(self) -> Enclosure:
        return Enclosure(-self.high, -self.low)

    def __sub__(self, other: Enclosure | Fraction | int) -> Enclosure:
        return self + (-other)

    def __rsub__(self, other: Fraction | int) -> Enclosure:
        return -self + other

    def __mul__(self, other: Enclosure | Fraction | int) -> Enclosure:
        if not isinstance(other, Enclosure | Fraction | int):
            return NotImplemented  # a polynomial, which answers for itself
        corners = [a * b for a in (self.low, self.high) for b in ends(other)]
        return _trimmed(min(corners), max(corners))

    __rmul__ = __mul__

    def __truediv__(self, other: Enclosure | Fraction | int) -> Enclosure:
        if not isinstance(other, Enclosure | Fraction | int):
            return NotImplemented  # a polynomial, which answers for itself
        low, high = ends(other)
        if low <= 0 <= high:
            raise ZeroDivisionError("division by a number that may be zero")
        return self * Enclosure(1 / high, 1 / low)

    def __rtruediv__(self, other: Fraction | int) -> Enclosure:
        return Enclosure(Fraction(other), Fraction(other)) / self

    def __abs__(self) -> Enclosure:
        if self.low >= 0:
            return self
        return -self if self.high <= 0 else Enclosure(Fraction(0), max(-self.low, self.high))


Number = Fraction | Enclosure


def ends(value: Enclosure | Fraction | int) -> tuple[Fraction, Fraction]:
    """The least and greatest value a number may have."""
    if isinstance(value, Enclosure):
        return value.low, value.high
    exact = Fraction(value)
    return exact, exact


def size(value: Number) -> Number:
    """The absolute value."""
    return value if ends(value)[0] >= 0 else abs(value) if isinstance(value, Enclosure) else -value


def apply(function: str, value: Number) -> Number:
    """A function of `agentopt.formulation.tree.FUNCTIONS` of one argument, enclosed.

    Raises:
        ArithmeticError: it is not defined there, or too large.

    >>> apply("sqrt", Fraction(9, 4))
    Fraction(3, 2)
    >>> e = apply("exp", Fraction(1))
    >>> float(e.high - e.low) < 1e-50
    True
    """
    if function == "abs":
        return size(value)
    if function in _WHOLE:
        low, high = (Fraction(_WHOLE[function](end)) for end in ends(value))
        return low if low == high else Enclosure(low, high)
    if function in _MONOTONE:
        parts = [_MONOTONE[function](end) for end in ends(value)]
        return _hull(*parts)
    if function in _ANGLES:
        return _ANGLES[function](value)
    raise ArithmeticError(f"`{function}` has no enclosure")


def power(base: Number, exponent: Number) -> Number:
    """`base ** exponent`; exact for a rational base and a whole exponent.

    Raises:
        ArithmeticError: it is not defined, or too large.
    """
    if isinstance(exponent, Fraction) and exponent.denominator == 1:
        n = exponent.numerator
        if abs(n) > MAX_EXPONENT:
            raise OverflowError(f"a power of {n}")
        if isinstance(base, Fraction):
            if base == 0 and n < 0:
                raise ZeroDivisionError("zero to a negative power")
            return base**n
        return _whole_power(base, n)
    low, _ = ends(base)
    if low < 0:
        raise ArithmeticError("a fractional power of a negative number")
    if base == 0:
        if ends(exponent)[0] <= 0:
            raise ArithmeticError("zero to a power that is not positive")
        return Fraction(0)
    if isinstance(exponent, Fraction) and exponent.denominator == 2:
        return power(root(base), Fraction(exponent.numerator))
    if low == 0:
        top = power(Fraction(ends(base)[1]), exponent)
        return Enclosure(Fraction(0), ends(top)[1])
    return apply("exp", apply("log", base) * exponent)


def _whole_power(base: Enclosure, n: int) -> Enclosure:
    if n < 0:
        return 1 / _whole_power(base, -n)
    corners = [base.low**n, base.high**n]
    inside = Fraction(0) if n % 2 == 0 and n and base.low < 0 < base.high else min(corners)
    return _trimmed(min(inside, *corners), max(corners))


def root(value: Number) -> Number:
    """The square root, exact for squares of rationals."""
    return _hull(*(_root(end) for end in ends(value)))


def _root(value: Fraction) -> Number:
    if value < 0:
        raise ArithmeticError("the square root of a negative number")
    top, bottom = math.isqrt(value.numerator), math.isqrt(value.denominator)
    if top * top == value.numerator and bottom * bottom == value.denominator:
        return Fraction(top, bottom)
    shift = max(0, 2 * _BITS - value.numerator.bit_length() + value.denominator.bit_length())
    shift += shift % 2
    scaled = math.isqrt((value.numerator << shift) // value.denominator)
    unit = 1 << (shift // 2)
    return Enclosure(Fraction(scaled, unit), Fraction(scaled + 1, unit))


def _hull(*parts: Number) -> Number:
    low, high = min(ends(p)[0] for p in parts), max(ends(p)[1] for p in parts)
    return low if low == high else Enclosure(low, high)


def _trimmed(low: Fraction, high: Fraction) -> Enclosure:
    """The interval with ends of bounded length, rounded outward."""
    if max(low.denominator.bit_length(), high.denominator.bit_length()) > 4 * _BITS:
        most = max(abs(low), abs(high))
        scale = 1 << max(0, 2 * _BITS - most.numerator.bit_length() + most.denominator.bit_length())
        low = Fraction(math.floor(low * scale), scale)
        high = Fraction(math.ceil(high * scale), scale)
    return Enclosure(low, high)


# -- exponentials and logarithms, by `decimal` ---------------------------------------------------------------


def _context(rounding: str) -> Context:
    return Context(prec=_DIGITS, rounding=rounding, Emax=MAX_EMAX, Emin=MIN_EMIN)


_DOWN, _UP = _context(ROUND_FLOOR), _context(ROUND_CEILING)


def _by_decimal(method: Callable[[Context, Decimal], Decimal], value: Fraction) -> Enclosure:
    """A rising function that `decimal` rounds correctly, at a rational."""
    below = _DOWN.divide(Decimal(value.numerator), Decimal(value.denominator))
    above = _UP.divide(Decimal(value.numerator), Decimal(value.denominator))
    # The result is within half a unit of the last place of the truth; one unit outward encloses it.
    low = method(_DOWN, below).next_minus(_DOWN)
    high = method(_UP, above).next_plus(_UP)
    return Enclosure(Fraction(low), Fraction(high))


def _exp(value: Fraction) -> Number:
    if value == 0:
        return Fraction(1)
    if abs(value) > MAX_EXPONENT:
        raise OverflowError(f"the exponential of {float(value):g}")
    return _by_decimal(Context.exp, value)


def _log(value: Fraction) -> Number:
    if value <= 0:
        raise ArithmeticError("the logarithm of a number that is not positive")
    return Fraction(0) if value == 1 else _by_decimal(Context.ln, value)


def _log_to(base: int) -> Callable[[Fraction], Number]:
    def logarithm(value: Fraction) -> Number:
        number, count = value, 0
        while number.numerator % base == 0 and number > 1:
            number, count = number / base, count + 1
        while number.denominator % base == 0 and 0 < number < 1:
            number, count = number * base, count - 1
        return Fraction(count) if number == 1 else _log(value) / _log(Fraction(base))

    return logarithm


def _sinh(value: Fraction) -> Number:
    return (_exp(value) - _exp(-value)) / Fraction(2)


def _tanh(value: Fraction) -> Number:
    if value == 0:
        return Fraction(0)
    twice = _exp(2 * value)
    return 1 - 2 / (twice + 1)


# -- angles, by Taylor series --------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _pi() -> Enclosure:
    """Machin's formula: pi = 16 atan(1/5) - 4 atan(1/239)."""
    fifth, other = _arctangent_series(Fraction(1, 5)), _arctangent_series(Fraction(1, 239))
    return 16 * fifth - 4 * other


def _arctangent_series(x: Fraction) -> Enclosure:
    """The alternating series of atan at |x| <= 1/2; the remainder is below the first term left out."""
    total, term, k = Fraction(0), x, 0
    square = _short(x * x)
    limit = Fraction(1, 1 << (2 * _BITS))
    while abs(term) > limit:
        part = _short(term / (2 * k + 1))
        total += part if k % 2 == 0 else -part
        term, k = _short(term * square), k + 1
    # `_short` drops less than one unit each time, and the square of x that much too.
    slack = 4 * limit + Fraction(4 * k, 1 << (2 * _BITS))
    return _trimmed(total - slack, total + slack)


def _short(value: Fraction) -> Fraction:
    if value.denominator.bit_length() <= 2 * _BITS:
        return value
    return Fraction(math.floor(value * (1 << 2 * _BITS)), 1 << 2 * _BITS)


def _middle(value: Number) -> tuple[Fraction, Fraction]:
    """A short rational near a number, and how far away the number can be."""
    low, high = ends(value)
    middle = _short((low + high) / 2)
    return middle, max(high - middle, middle - low)


def _around(value: Number, radius: Fraction) -> Number:
    return value if not radius else Enclosure(ends(value)[0] - radius, ends(value)[1] + radius)


def _sine(value: Number, quarter: int = 0) -> Number:
    """sin(value + quarter * pi / 2)."""
    if value == 0 and quarter % 2 == 0:
        return Fraction(0)
    if value == 0:
        return Fraction(1 if quarter % 4 == 1 else -1)
    middle, _ = _middle(value)
    half = _pi() / 2
    turns = round(middle / _middle(half)[0])
    rest, radius = _middle(value - turns * half)
    if radius > 1:
        return Enclosure(Fraction(-1), Fraction(1))
    quarter = (quarter + turns) % 4
    total, term, k = Fraction(0), Fraction(1) if quarter % 2 else rest, 0
    start = 0 if quarter % 2 else 1
    limit = Fraction(1, 1 << _BITS)
    while abs(term) > limit:
        total += term if k % 2 == 0 else -term
        n = start + 2 * k
        term, k = _short(term * rest * rest / ((n + 1) * (n + 2))), k + 1
    slack = radius + 4 * limit
    found = Enclosure(max(total - slack, Fraction(-1)), min(total + slack, Fraction(1)))
    return -found if quarter >= 2 else found


def _arctangent(value: Number) -> Number:
    if value == 0:
        return Fraction(0)
    middle, radius = _middle(value)
    reduced, times = middle, 1
    slack = Fraction(0)
    while abs(reduced) > Fraction(1, 2):
        # atan(x) = 2 atan(x / (1 + sqrt(1 + x^2)))
        reduced, error = _middle(reduced / (1 + root(1 + reduced * reduced)))
        slack, times = slack + times * 2 * error, times * 2
    return _around(times * _arctangent_series(reduced), radius + slack)


def _arcsine(value: Number) -> Number:
    low, high = ends(value)
    if low < -1 or high > 1:
        raise ArithmeticError("an angle whose sine is beyond 1")
    if value in (1, -1):
        return _pi() / 2 if value == 1 else -(_pi() / 2)
    return _hull(
        *(_arctangent(end / root(1 - end * end)) if abs(end) != 1 else _arcsine(end) for end in {low, high})
    )


def _cosh(value: Number) -> Number:
    return _hull(*((_exp(end) + _exp(-end)) / Fraction(2) for end in ends(size(value))))


_WHOLE: dict[str, Callable[[Fraction], int]] = {"floor": math.floor, "ceil": math.ceil, "round": round}
_MONOTONE: dict[str, Callable[[Fraction], Number]] = {
    "exp": _exp,
    "log": _log,
    "log10": _log_to(10),
    "log2": _log_to(2),
    "sqrt": _root,
    "sinh": _sinh,
    "tanh": _tanh,
}
_ANGLES: dict[str, Callable[[Number], Number]] = {
    "sin": _sine,
    "cos": lambda value: _sine(value, 1),
    "tan": lambda value: _sine(value) / _sine(value, 1),
    "atan": _arctangent,
    "asin": _arcsine,
    "acos": lambda value: _pi() / 2 - _arcsine(value),
    "cosh": _cosh,
}
