"""How numbers are written: digits with and without commas, words, shares, fractions, multipliers."""

from __future__ import annotations

__all__ = ["fraction_words", "in_digits", "in_words", "percent_words", "times_words"]

import random
from fractions import Fraction

_SMALL = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_TENS = ["zero", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_PARTS = {2: "half", 3: "third", 4: "quarter", 5: "fifth", 6: "sixth", 8: "eighth", 10: "tenth"}
_TIMES = {2: "twice", 3: "three times", 4: "four times", 5: "five times", 6: "six times", 10: "ten times"}


def in_words(value: Fraction) -> str | None:
    """A whole number below a thousand in words; None if it is none."""
    if value.denominator != 1 or not 0 <= value < 1000:
        return None
    whole = int(value)
    if whole <= 20:
        return _SMALL[whole]
    if whole >= 100:
        hundreds, rest = divmod(whole, 100)
        return f"{_SMALL[hundreds]} hundred" + (f" and {in_words(Fraction(rest))}" if rest else "")
    tens, unit = divmod(whole, 10)
    return _TENS[tens] + (f"-{_SMALL[unit]}" if unit else "")


def in_digits(value: Fraction, rng: random.Random, *, breadth: float = 0.5, places: int = 0) -> str:
    """A number in digits; large ones with commas or `k` now and then.

    Args:
        value: with at most four decimals.
        rng: decides the notation.
        breadth: how readily unusual notations are drawn, 0 to 1.
        places: at least so many decimals are written, unless it is whole.
    """
    if value.denominator == 1:
        whole = int(value)
        if whole >= 1000 and rng.random() < 0.5:
            if whole % 1000 == 0 and rng.random() < 0.12 * breadth:
                return f"{whole // 1000}k"
            return f"{whole:,}"
        return str(whole)
    text = f"{float(value):,.4f}" if rng.random() < 0.5 else f"{float(value):.4f}"
    text = text.rstrip("0")
    short = len(text) - text.index(".") - 1
    if short < places:
        text += "0" * (places - short)
    if text.startswith("0.") and rng.random() < 0.08 * breadth:
        return text[1:]
    return text


def percent_words(value: Fraction, rng: random.Random, *, breadth: float = 0.5) -> str:
    """A share as a percentage: `30%`, `30 percent`, `thirty percent`."""
    points = value * 100
    digits = in_digits(points, rng)
    drawn = rng.random()
    if drawn < 1 - 0.35 * breadth:
        return f"{digits}%"
    if drawn < 1 - 0.12 * breadth:
        return digits + rng.choice((" percent", " %", " per cent", " percent"))
    words = in_words(points)
    return f"{words} percent" if words else f"{digits} percent"


def fraction_words(value: Fraction, rng: random.Random, *, article: bool = True) -> str:
    """A share as a fraction: `a third` (unless without an article), `two-thirds`, `half`, `1/3`."""
    above, below = value.numerator, value.denominator
    part = _PARTS.get(below)
    if part is None or rng.random() < 0.15:
        return f"{above}/{below}"
    if below == 2:
        return rng.choice(("half", "half", "one half", "one-half", "a half"))
    if above == 1 and not article:
        return f"one {part}"
    if above == 1:
        return rng.choice((f"a {part}" if part[0] != "e" else f"an {part}", f"one {part}", f"one-{part}"))
    return f"{_SMALL[above]}{rng.choice(' -')}{part}s"


def times_words(value: Fraction, rng: random.Random) -> str:
    """A multiplier: `twice`, `3 times`, `2.5 times`; the mark belongs around all of it."""
    whole = int(value) if value.denominator == 1 else 0
    drawn = rng.random()
    if whole == 2 and drawn < 0.6:
        return rng.choice(("twice", "twice", "twice", "double"))
    if whole == 3 and drawn < 0.1:
        return rng.choice(("triple", "thrice"))
    if whole in _TIMES and drawn < 0.75 and whole > 2:
        return _TIMES[whole]
    if whole == 2:
        return rng.choice(("two times", "2 times"))
    return f"{in_digits(value, rng)} times"
