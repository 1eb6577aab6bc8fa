"""The price of robustness as a picture: the best worst case over the budget; and a page for a run."""

from __future__ import annotations

__all__ = ["page", "prices_svg"]

from collections.abc import Sequence

from agentopt.display.figures import aligned, figure
from agentopt.display.markup import Html, element
from agentopt.display.plot_sweep import standalone
from agentopt.display.svg import WIDTH, Axis, Drawing, wide
from agentopt.uncertainty.robust import Priced

_HEIGHT = 300.0
_TOP = 30.0
_PAGE = (
    "body{font:15px system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;color:#1b1f24}"
    "pre{white-space:pre-wrap;font:13px ui-monospace,monospace}svg{max-width:44em}"
)


def prices_svg(prices: Sequence[Priced], nominal: float | None, unit: str = "") -> str:
    """A standalone SVG file; the broken line is the best if all is as stated."""
    drawing = Drawing(height=_HEIGHT + 50)
    known = [(each.budget, each.value) for each in prices if each.value is not None]
    values = [value for _, value in known] + ([] if nominal is None else [nominal])
    upright = Axis.of(values or [0.0], _HEIGHT, _TOP, zero=False)
    left = max(wide(name) for name in upright.names) + 14
    flat = Axis.of([each.budget for each in prices], left + 10, WIDTH - 30, zero=False)
    for mark, name in zip(upright.marks, upright.names, strict=True):
        y = upright.at(mark)
        drawing.line(left, y, WIDTH - 20, y, "axis" if mark == 0 else "grid")
        drawing.words(left - 7, y, name, anchor="end", soft=True)
    for mark, name in zip(flat.marks, aligned(list(flat.marks)), strict=True):
        drawing.words(flat.at(mark), _HEIGHT + 16, name, anchor="middle", soft=True)
    drawing.words(0, 9, f"objective in the worst case{f', {unit}' if unit else ''}", soft=True)
    what = "budget: how many numbers may be away from their stated values at once"
    drawing.words((left + WIDTH) / 2, _HEIGHT + 38, what, anchor="middle", soft=True)
    if nominal is not None:
        y = upright.at(nominal)
        drawing.path(f"M{left:.1f} {y:.1f}L{WIDTH - 20:.1f} {y:.1f}", "stroke:#8a939d;stroke-dasharray:5 4")
    if known:
        line = "L".join(f"{flat.at(x):.1f} {upright.at(y):.1f}" for x, y in known)
        drawing.path(f"M{line}", "fill:none;stroke:#1f5f8b;stroke-width:2;stroke-linejoin:round")
    for budget, value in known:
        hint = f"budget {figure(budget)}: {figure(value)} {unit}".strip()
        drawing.dot(flat.at(budget), upright.at(value), 3.5, "#1f5f8b", hint=hint)
    return str(standalone(drawing, "the price of robustness")) + "\n"


def page(title: str, text: str, picture: str, formulation: str) -> str:
    """A report in one file: what was found, the picture, and the formulation."""
    body = [element("h1", title), element("pre", text)]
    if picture:
        body.append(Html(picture))
    body += [element("h2", "The formulation"), element("pre", formulation)]
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("title", title),
        element("style", Html(_PAGE)),
    )
    return "<!doctype html>\n" + str(element("html", head, element("body", *body), lang="en")) + "\n"
