"""A sweep as a picture of its own: the objective over a parameter, gaps where there is no answer."""

from __future__ import annotations

__all__ = ["standalone", "sweep_svg"]

from collections.abc import Sequence

from agentopt.display.figures import aligned, figure
from agentopt.display.markup import Html, element, join
from agentopt.display.svg import WIDTH, Axis, Drawing, wide
from agentopt.whatif.sweeping import Point, Sweep

_HEIGHT = 300.0
_TOP = 30.0
_STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1b1f24; } .soft { fill: #5b6570; }
.grid { stroke: #dfe3e8; } .axis { stroke: #8a939d; }
"""


def sweep_svg(wanted: Sweep, points: Sequence[Point], unit: str = "") -> str:
    """A standalone SVG file."""
    drawing = Drawing(height=_HEIGHT + 50)
    known = [(each.value, each.outcome.objective) for each in points]
    values = [value for _, value in known if value is not None]
    upright = Axis.of(values or [0.0], _HEIGHT, _TOP, zero=False)
    left = max(wide(name) for name in upright.names) + 14
    flat = Axis.of([each.value for each in points], left + 10, WIDTH - 30, zero=False)
    for mark, name in zip(upright.marks, upright.names, strict=True):
        y = upright.at(mark)
        drawing.line(left, y, WIDTH - 20, y, "axis" if mark == 0 else "grid")
        drawing.words(left - 7, y, name, anchor="end", soft=True)
    for mark, name in zip(flat.marks, aligned(list(flat.marks)), strict=True):
        drawing.words(flat.at(mark), _HEIGHT + 16, name, anchor="middle", soft=True)
    drawing.words(0, 9, f"objective{f', {unit}' if unit else ''}", soft=True)
    drawing.words((left + WIDTH) / 2, _HEIGHT + 38, wanted.what, anchor="middle", soft=True)
    for track in _tracks(known):
        line = "L".join(f"{flat.at(x):.1f} {upright.at(y):.1f}" for x, y in track)
        drawing.path(f"M{line}", "fill:none;stroke:#1f5f8b;stroke-width:2;stroke-linejoin:round")
    for each in points:
        value = each.outcome.objective
        if value is not None:
            fill = "#c0702a" if each.differs else "#1f5f8b"
            hint = f"{wanted.what} {figure(each.value)}: {figure(value)} {unit}".strip()
            drawing.dot(flat.at(each.value), upright.at(value), 3.5, fill, hint=hint)
    return str(standalone(drawing, f"objective over {wanted.what}")) + "\n"


def _tracks(known: Sequence[tuple[float, float | None]]) -> list[list[tuple[float, float]]]:
    """Runs of values without a gap."""
    tracks: list[list[tuple[float, float]]] = [[]]
    for at, value in known:
        if value is None:
            tracks.append([])
        else:
            tracks[-1].append((at, value))
    return [track for track in tracks if track]


def standalone(drawing: Drawing, title: str) -> Html:
    """A drawing as an SVG element that needs nothing around it."""
    return element(
        "svg",
        element("title", title),
        element("style", Html(_STYLE)),
        element("rect", width="100%", height="100%", style="fill:#ffffff"),
        join(drawing.parts),
        xmlns="http://www.w3.org/2000/svg",
        viewBox=f"-10 -10 {WIDTH + 20:g} {drawing.height + 20:g}",
        role="img",
    )
