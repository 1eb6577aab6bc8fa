"""A schedule over time: a bar from start to end for each task, one line a task or a resource (Gantt)."""

from __future__ import annotations

__all__ = ["Schedule", "schedule"]

from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.display.figures import figure, minus
from agentopt.display.markup import Html
from agentopt.display.svg import MAX_LABEL, WIDTH, Axis, Drawing, colour, figure_of, fit, wide

_ROW = 26.0


@dataclass(frozen=True)
class Schedule:
    """What is drawn.

    Attributes:
        lanes: the lines, top to bottom.
        tasks: (lane, name, start, end) each.
        unit: of time.
        heads: what a lane is and what a task is.
    """

    key: str
    caption: Html
    title: str
    lanes: Sequence[str]
    tasks: Sequence[tuple[int, str, float, float]]
    unit: str
    heads: tuple[str, str]


def schedule(given: Schedule) -> Html:
    """The figure."""
    left = min(MAX_LABEL, max(wide(lane) for lane in (*given.lanes, given.heads[0]))) + 10
    times = [time for _, _, start, end in given.tasks for time in (start, end)]
    axis = Axis.of(times, left, WIDTH - 20, most=9)
    top = 24.0
    bottom = top + _ROW * len(given.lanes)
    drawing = Drawing(height=bottom + 40)
    drawing.words(left - 8, 8, given.heads[0], anchor="end", soft=True)
    for mark, name in zip(axis.marks, axis.names, strict=True):
        drawing.line(axis.at(mark), top, axis.at(mark), bottom, "axis" if mark == axis.marks[0] else "grid")
        drawing.words(axis.at(mark), bottom + 12, name, anchor="middle", soft=True)
    drawing.words((left + WIDTH - 20) / 2, bottom + 30, given.unit or "time", anchor="middle", soft=True)
    for place, label in enumerate(given.lanes):
        drawing.words(left - 8, top + (place + 0.5) * _ROW, fit(label, left - 10), anchor="end")
    alike = list(dict.fromkeys(name for _, name, _, _ in given.tasks))
    own = all(given.lanes[lane] == name for lane, name, _, _ in given.tasks)
    for lane, name, start, end in given.tasks:
        x, y, width = axis.at(start), top + lane * _ROW + 3, axis.at(end) - axis.at(start)
        fill = colour(0 if own else alike.index(name))
        drawing.box(x, y, max(width, 1.0), _ROW - 6, fill, hint=f"{name}: {_span(start, end)} {given.unit}")
        inside = _span(start, end) if own else name
        if wide(inside, 11) <= width - 6:
            drawing.words(
                x + width / 2, y + (_ROW - 6) / 2, inside, anchor="middle", size=11, style="fill:var(--page)"
            )
    return figure_of(given.key, given.caption, drawing, title=given.title, description=_described(given))


def _span(start: float, end: float) -> str:
    return f"{minus(figure(round(start, 6)))} – {minus(figure(round(end, 6)))}"


def _described(given: Schedule) -> str:
    parts = [
        f"{name}{'' if given.lanes[lane] == name else f' on {given.lanes[lane]}'} {_span(start, end)}"
        for lane, name, start, end in sorted(given.tasks, key=lambda task: task[2])
    ]
    unit = f" in {given.unit}" if given.unit else ""
    return f"A schedule{unit}: " + "; ".join(parts[:60]) + "."
