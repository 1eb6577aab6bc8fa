"""Quantities over an ordered set, such as periods, as lines through their points."""

from __future__ import annotations

__all__ = ["Lines", "lines"]

from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.display.figures import aligned
from agentopt.display.markup import Html
from agentopt.display.svg import WIDTH, Axis, Drawing, colour, figure_of, fit, wide

_HEIGHT = 250.0
_TOP = 26.0
_NAME = 150.0


@dataclass(frozen=True)
class Lines:
    """What is drawn.

    Attributes:
        positions: where each label lies along the axis: its number, or its place in the order.
        labels: of the ordered set.
        series: name and values of each; None where there is no value.
        unit: of the values.
        axis: what the labels are.
    """

    key: str
    caption: Html
    title: str
    positions: Sequence[float]
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    unit: str
    axis: str


def lines(given: Lines) -> Html:
    """The figure."""
    values = [value for _, numbers in given.series for value in numbers if value is not None]
    drawing = Drawing(height=_HEIGHT + 44)
    upright = Axis.of(values, _HEIGHT, _TOP)
    left = max(wide(name) for name in upright.names) + 10
    names = max(wide(fit(name, _NAME)) for name, _ in given.series) + 14
    first, last = given.positions[0], given.positions[-1]
    right = WIDTH - names

    def across(position: float) -> float:
        return left + 8 + (position - first) / (last - first) * (right - left - 16)

    for mark, name in zip(upright.marks, upright.names, strict=True):
        y = upright.at(mark)
        drawing.line(left, y, right, y, "axis" if mark == 0 else "grid")
        drawing.words(left - 7, y, name, anchor="end", soft=True)
    drawing.words(0, 7, given.unit or "value", soft=True)
    _labels(drawing, given, [across(position) for position in given.positions])
    drawing.words((left + right) / 2, _HEIGHT + 34, given.axis, anchor="middle", soft=True)
    ends: list[tuple[float, int]] = []
    for number, (name, numbers) in enumerate(given.series):
        points = [
            (across(position), upright.at(value), value, label)
            for position, value, label in zip(given.positions, numbers, given.labels, strict=True)
            if value is not None
        ]
        if not points:
            continue
        track = "L".join(f"{x:.1f} {y:.1f}" for x, y, _, _ in points)
        style = f"fill:none;stroke:{colour(number)};stroke-width:2;stroke-linejoin:round"
        drawing.path(f"M{track}", style)
        if len(points) <= 60:
            for (x, y, _, label), text in zip(points, aligned([p[2] for p in points]), strict=True):
                drawing.dot(
                    x, y, 3, colour(number), hint=f"{name}, {given.axis} {label}: {text} {given.unit}".strip()
                )
        ends.append((points[-1][1], number))
    for y, number in _spread(ends):
        style = f"fill:{colour(number)}"
        drawing.words(right + 8, y, fit(given.series[number][0], _NAME), style=style)
    return figure_of(given.key, given.caption, drawing, title=given.title, description=_described(given))


def _labels(drawing: Drawing, given: Lines, places: Sequence[float]) -> None:
    """Labels under the axis, as many as fit."""
    free = -1e9
    for x, label in zip(places, given.labels, strict=True):
        half = wide(label) / 2
        if x - half > free:
            drawing.words(x, _HEIGHT + 14, label, anchor="middle", soft=True)
            free = x + half + 6


def _spread(ends: Sequence[tuple[float, int]]) -> list[tuple[float, int]]:
    """Heights for the names at the ends of lines, moved apart so that none covers another."""
    found: list[tuple[float, int]] = []
    for y, number in sorted(ends):
        found.append((max(y, found[-1][0] + 15) if found else y, number))
    over = found[-1][0] - _HEIGHT if found else 0
    return [(y - over, number) for y, number in found] if over > 0 else found


def _described(given: Lines) -> str:
    parts = []
    for name, numbers in given.series[:10]:
        texts = aligned(numbers[:24])
        parts.append(
            f"{name}: "
            + ", ".join(f"{label} {text}" for label, text in zip(given.labels, texts, strict=False) if text)
        )
    unit = f" in {given.unit}" if given.unit else ""
    return f"Lines over {given.axis}{unit}. " + "; ".join(parts) + "."
