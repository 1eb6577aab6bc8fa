"""Quantities by two sets as a grid of shaded cells; decisions of yes and no as dots."""

from __future__ import annotations

__all__ = ["Grid", "grid"]

from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.display.figures import aligned
from agentopt.display.markup import Html
from agentopt.display.svg import MAX_LABEL, WIDTH, Drawing, figure_of, fit, wide

_ROW = 22.0


@dataclass(frozen=True)
class Grid:
    """What is drawn; `cells[row][column]` is None where there is no decision."""

    key: str
    caption: Html
    title: str
    rows: Sequence[str]
    columns: Sequence[str]
    cells: Sequence[Sequence[float | None]]
    unit: str
    heads: tuple[str, str]
    binary: bool = False


def grid(given: Grid) -> Html:
    """The figure."""
    left = min(MAX_LABEL, max(wide(each) for each in (*given.rows, given.heads[0]))) + 10
    step = min(_ROW * 2.4, (WIDTH - left) / len(given.columns))
    longest = max(wide(each) for each in given.columns)
    turned = longest > step - 4
    top = 22.0 + (min(110.0, longest * 0.75 + 8) if turned else 14.0)
    drawing = Drawing(height=top + _ROW * len(given.rows) + 8)
    drawing.words(left - 8, top - 9, given.heads[0], anchor="end", soft=True)
    drawing.words(left, 8, given.heads[1], soft=True)
    for place, name in enumerate(given.columns):
        x = left + (place + 0.5) * step
        if turned:
            drawing.words(x, top - 8, fit(name, 130), turn=-48, soft=True)
        else:
            drawing.words(x, top - 9, name, anchor="middle", soft=True)
    flat = [value for row in given.cells for value in row]
    shown = iter(aligned(flat))
    texts = [[next(shown) for _ in row] for row in given.cells]
    largest = max(abs(value) for value in flat if value is not None)
    written = not given.binary and max(wide(t, 11) for row in texts for t in row) <= step - 4
    for r, name in enumerate(given.rows):
        y = top + r * _ROW
        drawing.words(left - 8, y + _ROW / 2, fit(name, left - 10), anchor="end")
        for c, value in enumerate(given.cells[r]):
            if value is None:
                continue
            x = left + c * step
            hint = (
                f"{name}, {given.columns[c]}: {'yes' if given.binary else texts[r][c]} {given.unit}".strip()
            )
            drawing.box(x + 0.5, y + 0.5, step - 1, _ROW - 1, "var(--panel)")
            if not value:
                continue
            if given.binary:
                drawing.dot(x + step / 2, y + _ROW / 2, 5, "var(--accent)", hint=hint)
                continue
            share = abs(value) / largest
            fill = "var(--c1)" if value > 0 else "var(--c7)"
            drawing.box(x + 0.5, y + 0.5, step - 1, _ROW - 1, fill, hint=hint, opacity=0.12 + 0.68 * share)
            if written:
                style = "fill:var(--page)" if share > 0.62 else ""
                drawing.words(x + step / 2, y + _ROW / 2, texts[r][c], anchor="middle", size=11, style=style)
    return figure_of(
        given.key, given.caption, drawing, title=given.title, description=_described(given, texts)
    )


def _described(given: Grid, texts: Sequence[Sequence[str]]) -> str:
    parts = [
        f"{name}, {given.columns[c]}" + ("" if given.binary else f": {texts[r][c]}")
        for r, name in enumerate(given.rows)
        for c, value in enumerate(given.cells[r])
        if value
    ]
    what = "chosen" if given.binary else f"amounts{f' in {given.unit}' if given.unit else ''}"
    return f"A grid of {given.heads[0]} by {given.heads[1]}; {what}: " + "; ".join(parts[:60]) + "."
