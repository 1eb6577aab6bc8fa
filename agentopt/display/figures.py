"""Numbers, shares and times as a person reads them."""

from __future__ import annotations

__all__ = ["figure", "percent", "span"]


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
