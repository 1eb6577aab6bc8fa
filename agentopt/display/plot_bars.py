"""Quantities by the elements of one set, or of several decisions, as horizontal bars."""

from __future__ import annotations

__all__ = ["Bars", "bars"]

from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.display.figures import aligned
from agentopt.display.markup import Html
from agentopt.display.svg import MAX_LABEL, WIDTH, Axis, Drawing, colour, figure_of, fit, wide

_HIGH = 16.0
_GAP = 8.0


@dataclass(frozen=True)
class Bars:
    """What is drawn.

    Attributes:
        labels: one a group of bars.
        series: name and values of each; several stand together at every label.
        unit: of the values.
        axis: what the labels are.
    """

    key: str
    caption: Html
    title: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    unit: str
    axis: str = ""


def bars(given: Bars) -> Html:
    """The figure."""
    values = [value for _, numbers in given.series for value in numbers]
    shown = iter(aligned(values))
    texts = [[next(shown) for _ in numbers] for _, numbers in given.series]
    left = min(MAX_LABEL, max(wide(label) for label in given.labels)) + 10
    room = max(wide(text) for row in texts for text in row) + 10
    axis = Axis.of(values, left, WIDTH - room)
    several = len(given.series) > 1
    drawing = Drawing()
    top = _legend(drawing, [name for name, _ in given.series]) if several else 4.0
    high = _HIGH * (0.75 if several else 1.0)
    step = high * len(given.series) + _GAP
    bottom = top + step * len(given.labels)
    negative = min(values) < 0
    for mark, name in zip(axis.marks, axis.names, strict=True):
        drawing.line(axis.at(mark), top - 2, axis.at(mark), bottom, "axis" if mark == 0 else "grid")
        drawing.words(axis.at(mark), bottom + 12, name, anchor="middle", soft=True)
    for place, label in enumerate(given.labels):
        y = top + place * step + _GAP / 2
        drawing.words(left - 8, y + (step - _GAP) / 2, fit(label, left - 10), anchor="end")
        for number, (name, numbers) in enumerate(given.series):
            value, at = numbers[place], y + number * high
            low, up = sorted((axis.at(0), axis.at(value)))
            hint = f"{f'{name}, ' if several else ''}{label}: {texts[number][place]} {given.unit}".strip()
            drawing.box(
                low, at + 0.5, max(up - low, 0.8 if value else 0), high - 1, colour(number), hint=hint
            )
            drawing.words(up + 5, at + high / 2, texts[number][place], soft=value == 0 or negative)
    drawing.height = bottom + 24
    if given.unit:
        drawing.words((left + WIDTH - room) / 2, bottom + 30, given.unit, anchor="middle", soft=True)
        drawing.height += 14
    return figure_of(
        given.key,
        given.caption,
        drawing,
        title=given.title,
        description=_described(given, texts),
    )


def _legend(drawing: Drawing, names: Sequence[str]) -> float:
    """Names beside their colours, along the top; how high it is."""
    x = 0.0
    for number, name in enumerate(names):
        drawing.box(x, 3, 11, 11, colour(number))
        drawing.words(x + 16, 8.5, name)
        x += 16 + wide(name) + 22
    return 26.0


def _described(given: Bars, texts: Sequence[Sequence[str]]) -> str:
    unit = f" {given.unit}" if given.unit else ""
    parts = [
        f"{label}: " + ", ".join(f"{row[place]}{unit}" for row in texts)
        for place, label in enumerate(given.labels)
    ]
    over = f" by {given.axis}" if given.axis else ""
    names = ", ".join(name for name, _ in given.series)
    return f"Bars of {names}{over}. " + "; ".join(parts[:40]) + "."
