"""Flows from one set to another as bands as thick as what they carry (Sankey); within one set as arrows."""

from __future__ import annotations

__all__ = ["Flows", "bands", "ring"]

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.display.figures import aligned
from agentopt.display.markup import Html
from agentopt.display.svg import MAX_LABEL, WIDTH, Drawing, colour, figure_of, fit, wide

_NODE = 10.0
_GAP = 9.0


@dataclass(frozen=True)
class Flows:
    """What is drawn.

    Attributes:
        sources, targets: the labels that send and that receive, in order.
        amounts: (position in `sources`, position in `targets`, what flows), all positive.
        heads: what sources and targets are.
        counted: False where the amounts are all one and mean no more than yes.
    """

    key: str
    caption: Html
    title: str
    sources: Sequence[str]
    targets: Sequence[str]
    amounts: Sequence[tuple[int, int, float]]
    unit: str
    heads: tuple[str, str]
    counted: bool = True


def bands(given: Flows) -> Html:
    """Sources on the left, targets on the right, a band for each flow."""
    sent = [sum(a for s, _, a in given.amounts if s == place) for place in range(len(given.sources))]
    received = [sum(a for _, t, a in given.amounts if t == place) for place in range(len(given.targets))]
    most = max(len(given.sources), len(given.targets))
    high = max(150.0, 30.0 * most) if given.counted else 26.0 * most
    scale = (high - _GAP * (most - 1)) / sum(sent)
    scale = scale if given.counted else min(scale, _NODE)
    left = min(MAX_LABEL, max(map(wide, [*_named(given.sources, sent, given), given.heads[0]]))) + 10
    right = WIDTH - min(MAX_LABEL, max(map(wide, _named(given.targets, received, given)))) - 10
    drawing = Drawing(height=high + 34)
    top = 26.0
    drawing.words(left, 8, given.heads[0], anchor="end", soft=True)
    drawing.words(right, 8, given.heads[1], soft=True)
    starts = _stacked(sent, scale, high, top)
    ends = _stacked(received, scale, high, top)
    outs, ins = list(starts), list(ends)
    texts = aligned([amount for _, _, amount in given.amounts])
    middle = (left + right) / 2
    for (source, target, amount), text in sorted(zip(given.amounts, texts, strict=True)):
        thick = max(amount * scale, 0.7)
        y1, y2 = outs[source], ins[target]
        outs[source] += amount * scale
        ins[target] += amount * scale
        a, b = left + _NODE, right - _NODE
        d = (
            f"M{a:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {b:.1f} {y2:.1f}"
            f"L{b:.1f} {y2 + thick:.1f}C{middle:.1f} {y2 + thick:.1f} {middle:.1f} {y1 + thick:.1f} "
            f"{a:.1f} {y1 + thick:.1f}Z"
        )
        hint = f"{given.sources[source]} → {given.targets[target]}"
        hint += f": {text} {given.unit}".rstrip() if given.counted else ""
        drawing.path(d, f"fill:{colour(source)};fill-opacity:.38", hint=hint)
        if thick >= 12 and given.counted:
            at = _between(given, source, target)
            drawing.words(a + 8 + at, _height(y1, y2, a, b, a + 8 + at) + thick / 2, text, size=11)
    for place, name in enumerate(_named(given.sources, sent, given)):
        drawing.box(left, starts[place], _NODE, max(1.0, sent[place] * scale), colour(place))
        drawing.words(left - 7, starts[place] + sent[place] * scale / 2, fit(name, left - 10), anchor="end")
    for place, name in enumerate(_named(given.targets, received, given)):
        drawing.box(right - _NODE, ends[place], _NODE, max(1.0, received[place] * scale), "var(--soft)")
        drawing.words(right + 7, ends[place] + received[place] * scale / 2, fit(name, WIDTH - right - 10))
    return figure_of(given.key, given.caption, drawing, title=given.title, description=_described(given))


def ring(given: Flows) -> Html:
    """One set around a circle, an arrow for each flow; `sources` and `targets` are the same."""
    count = len(given.sources)
    radius = 150.0 if count <= 14 else 210.0
    centre, middle = WIDTH / 2, radius + 34
    drawing = Drawing(height=2 * radius + 68)
    largest = max(amount for _, _, amount in given.amounts)
    texts = aligned([amount for _, _, amount in given.amounts])

    def place(number: int, out: float = 0.0) -> tuple[float, float]:
        angle = 2 * math.pi * number / count - math.pi / 2
        return centre + (radius + out) * math.cos(angle), middle + (radius + out) * math.sin(angle)

    for (source, target, amount), text in zip(given.amounts, texts, strict=True):
        (x1, y1), (x2, y2) = place(source, -9), place(target, -9)
        bend = 0.18
        cx = (x1 + x2) / 2 * (1 - bend) + centre * bend
        cy = (y1 + y2) / 2 * (1 - bend) + middle * bend
        thick = 1.2 + 4.5 * amount / largest if given.counted else 1.8
        style = f"fill:none;stroke:var(--accent);stroke-opacity:.75;stroke-width:{thick:.1f}"
        hint = f"{given.sources[source]} → {given.targets[target]}"
        hint += f": {text} {given.unit}".rstrip() if given.counted else ""
        drawing.path(f"M{x1:.1f} {y1:.1f}Q{cx:.1f} {cy:.1f} {x2:.1f} {y2:.1f}", style, hint=hint)
        _head(drawing, (x2 - cx, y2 - cy), (x2, y2), 4 + thick)
    for number, name in enumerate(given.sources):
        x, y = place(number)
        drawing.dot(x, y, 5, "var(--accent)")
        x, y = place(number, 13)
        anchor = "middle" if abs(x - centre) < 12 else "start" if x > centre else "end"
        drawing.words(x, y, fit(name, centre - radius - 20), anchor=anchor)
    return figure_of(given.key, given.caption, drawing, title=given.title, description=_described(given))


def _head(drawing: Drawing, along: tuple[float, float], tip: tuple[float, float], size: float) -> None:
    """The point of an arrow."""
    length = math.hypot(*along) or 1.0
    ux, uy = along[0] / length, along[1] / length
    x, y = tip
    left = x - size * ux - size * 0.5 * uy, y - size * uy + size * 0.5 * ux
    right = x - size * ux + size * 0.5 * uy, y - size * uy - size * 0.5 * ux
    drawing.path(
        f"M{x:.1f} {y:.1f}L{left[0]:.1f} {left[1]:.1f}L{right[0]:.1f} {right[1]:.1f}Z", "fill:var(--accent)"
    )


def _named(labels: Sequence[str], totals: Sequence[float], given: Flows) -> list[str]:
    """Labels with what they send or receive."""
    if not given.counted:
        return list(labels)
    return [
        f"{fit(label, MAX_LABEL - 60)}\u2002{text}"
        for label, text in zip(labels, aligned(totals), strict=True)
    ]


def _stacked(totals: Sequence[float], scale: float, high: float, top: float) -> list[float]:
    """The upper edge of each node of one side, with the gaps that fill the height."""
    gap = (high - sum(totals) * scale) / max(1, len(totals) - 1) if len(totals) > 1 else 0.0
    y = top if len(totals) > 1 else top + (high - sum(totals) * scale) / 2
    found = []
    for total in totals:
        found.append(y)
        y += total * scale + gap
    return found


def _between(given: Flows, source: int, target: int) -> float:
    """How far from its source a band is named, so that names of one source do not stand in a column."""
    return 14.0 + 34.0 * sorted({t for s, t, _ in given.amounts if s == source}).index(target) % 3


def _height(y1: float, y2: float, a: float, b: float, x: float) -> float:
    """The upper edge of a band at `x`: its curve solved for the parameter by halving."""
    low, high = 0.0, 1.0
    for _ in range(30):
        t = (low + high) / 2
        at = a * (1 - t) ** 3 + 3 * (a + b) / 2 * (t * (1 - t) ** 2 + t * t * (1 - t)) + b * t**3
        low, high = (t, high) if at < x else (low, t)
    t = (low + high) / 2
    return y1 * ((1 - t) ** 3 + 3 * t * (1 - t) ** 2) + y2 * (3 * t * t * (1 - t) + t**3)


def _described(given: Flows) -> str:
    texts = aligned([amount for _, _, amount in given.amounts])
    parts = [
        f"{given.sources[s]} to {given.targets[t]}"
        + (f" {text} {given.unit}".rstrip() if given.counted else "")
        for (s, t, _), text in zip(given.amounts, texts, strict=True)
    ]
    return f"Flows from {given.heads[0]} to {given.heads[1]}: " + "; ".join(parts[:60]) + "."
