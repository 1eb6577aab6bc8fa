"""Numbers, shares and times as a person reads them."""

from __future__ import annotations

__all__ = ["aligned", "figure", "minus", "percent", "span"]

import math
import re
from collections.abc import Sequence


def figure(value: float | None) -> str:
    """A number: whole where it is whole, otherwise with six significant digits.

    >>> figure(12.0), figure(1234567.25), figure(0.000012345678), figure(None)
    ('12', '1,234,567.25', '1.23457e-05', '-')
    """
    if value is None:
        return "-"
    if value == float("inf") or value == float("-inf") or value != value:
        return str(value)
    if abs(value - round(value)) <= 1e-9 * max(1.0, abs(value)) and abs(value) < 1e15:
        return f"{round(value):,}"
    if 1e-4 <= abs(value) < 1e15:
        places = 2 if abs(value) >= 1e5 else 6
        return f"{value:,.{places}f}".rstrip("0").rstrip(".") if abs(value) >= 1 else f"{value:.6g}"
    return f"{value:.6g}"


def percent(share: float) -> str:
    """A share as a percentage.

    >>> percent(0.0523), percent(0.0), percent(0.0000012)
    ('5.23%', '0%', '0.00012%')
    """
    return f"{100 * share:.3g}%"


def span(seconds: float | None) -> str:
    """A time.

    >>> span(0.031), span(75.2), span(7300.0)
    ('0.03 s', '1 min 15 s', '2 h 1 min')
    """
    if seconds is None:
        return "-"
    if seconds < 60:
        return f"{seconds:.2f} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def aligned(values: Sequence[float | None]) -> list[str]:
    """Numbers of one column with the same digits after the point, so that they line up at the right.

    >>> aligned([12.0, 3.5, 1234.0, None])
    ['12.0', '3.5', '1,234.0', '']
    >>> aligned([1 / 3, 1e-9, -2.0])
    ['0.33333', '1e-09', '−2.00000']
    """
    finite = [value for value in values if value is not None and math.isfinite(value)]
    places = _places(finite)
    found = []
    for value in values:
        if value is None:
            found.append("")
        elif not math.isfinite(value) or abs(value) >= 1e15:
            found.append(minus(f"{value:.6g}"))
        elif value and abs(value) < 0.5 * 10.0**-places:
            found.append(minus(f"{value:.3g}"))
        else:
            found.append(minus(f"{value + 0.0:,.{places}f}"))
    return found


def minus(text: str) -> str:
    """With minus signs in place of hyphens before digits."""
    return re.sub(r"(?<![e\w])-(?=[\d.])", "−", text)


def _places(values: Sequence[float]) -> int:
    """Digits after the point: as many as the values have, or six significant ones of the largest."""
    for places in range(4):
        if all(abs(value - round(value, places)) <= 1e-9 * max(1.0, abs(value)) for value in values):
            return places
    largest = max(map(abs, values))
    most = min(6, max(0, 5 - math.floor(math.log10(largest)))) if largest else 0
    return next(
        places
        for places in range(most + 1)
        if places == most or all(round(value, places) == round(value, most) for value in values)
    )
