"""Polynomials in the columns of a model with rational coefficients, and sums of numbers of all kinds."""

from __future__ import annotations

__all__ = ["Polynomial", "total"]

from collections.abc import Iterable, Mapping
from fractions import Fraction

from agentopt.errors import AgentoptError
from agentopt.verification.enclosures import Enclosure, Number

MAX_DEGREE = 4
_ONE = Fraction(1)


class NotPolynomial(AgentoptError):  # noqa: N818 - a finding: the expression has to be treated otherwise
    """An expression is no polynomial with rational coefficients, or one of too high a degree."""


class Polynomial:
    """A sum of coefficients times products of columns; a monomial is the sorted tuple of its column numbers.

    >>> x, y = Polynomial.column(0), Polynomial.column(1)
    >>> ((x + y) * (x - y) / 2).terms
    {(0, 0): Fraction(1, 2), (1, 1): Fraction(-1, 2)}
    """

    __slots__ = ("terms",)

    def __init__(self, terms: Mapping[tuple[int, ...], Fraction]) -> None:
        self.terms = {monomial: value for monomial, value in terms.items() if value}

    @classmethod
    def column(cls, number: int) -> Polynomial:
        """The polynomial that is one column."""
        return cls({(number,): _ONE})

    @property
    def degree(self) -> int:
        """The most columns multiplied."""
        return max(map(len, self.terms), default=0)

    @property
    def constant(self) -> Fraction:
        """The part without columns."""
        return self.terms.get((), Fraction(0))

    def __add__(self, other: Polynomial | Number | int) -> Polynomial:
        terms = dict(self.terms)
        for monomial, value in _terms(other).items():
            before = terms.get(monomial)
            terms[monomial] = value if before is None else before + value
        return Polynomial(terms)

    __radd__ = __add__

    def __neg__(self) -> Polynomial:
        return Polynomial({monomial: -value for monomial, value in self.terms.items()})

    def __sub__(self, other: Polynomial | Number | int) -> Polynomial:
        return self + (-other)

    def __rsub__(self, other: Number | int) -> Polynomial:
        return -self + other

    def __mul__(self, other: Polynomial | Number | int) -> Polynomial:
        if not isinstance(other, Polynomial):
            factor = _rational(other)
            if factor is _ONE:
                return self
            # Columns as they stand in a formulation have this very one, and need no product.
            return Polynomial(
                {m: factor if value is _ONE else value * factor for m, value in self.terms.items()}
            )
        if self.degree + other.degree > MAX_DEGREE:
            raise NotPolynomial(f"a polynomial of degree {self.degree + other.degree}")
        terms: dict[tuple[int, ...], Fraction] = {}
        for one, a in self.terms.items():
            for two, b in other.terms.items():
                key = tuple(sorted(one + two))
                terms[key] = terms.get(key, Fraction(0)) + a * b
        return Polynomial(terms)

    __rmul__ = __mul__

    def __truediv__(self, other: Polynomial | Number | int) -> Polynomial:
        if isinstance(other, Polynomial):
            raise NotPolynomial("a division by a variable")
        return self * (1 / _rational(other))

    def __rtruediv__(self, other: Number | int) -> Polynomial:
        raise NotPolynomial("a division by a variable")

    def power(self, exponent: Polynomial | Number) -> Polynomial:
        """A whole power."""
        if not isinstance(exponent, Fraction) or exponent.denominator != 1 or not 0 <= exponent <= MAX_DEGREE:
            raise NotPolynomial("a power that is not a small whole number")
        result = Polynomial({(): Fraction(1)})
        for _ in range(exponent.numerator):
            result = result * self
        return result


def _rational(value: Number | int) -> Fraction:
    if isinstance(value, Enclosure):
        raise NotPolynomial("a coefficient that is not rational")
    return Fraction(value)


def _terms(value: Polynomial | Number | int) -> Mapping[tuple[int, ...], Fraction]:
    return value.terms if isinstance(value, Polynomial) else {(): _rational(value)}


def total(parts: Iterable[Number | Polynomial]) -> Number | Polynomial:
    """The sum of numbers: fractions by common denominators, which is much faster than one after the other."""
    tops: dict[int, int] = {}
    terms: dict[tuple[int, ...], Fraction] = {}
    rest: Enclosure | None = None
    symbolic = False
    for part in parts:
        if isinstance(part, Fraction):
            bottom = part.denominator
            tops[bottom] = tops.get(bottom, 0) + part.numerator
        elif isinstance(part, Polynomial):
            symbolic = True
            for monomial, value in part.terms.items():
                before = terms.get(monomial)
                terms[monomial] = value if before is None else before + value
        else:
            rest = part if rest is None else rest + part
    exact = sum((Fraction(top, bottom) for bottom, top in tops.items()), Fraction(0))
    if symbolic:
        return Polynomial(terms) + (exact if rest is None else rest + exact)
    return exact if rest is None else rest + exact
