"""Drawing inside a page: shapes, texts that fit, axes with round numbers. Colours are the page's.

Lengths are in the units of a drawing `WIDTH` wide, at most one pixel each.
"""

from __future__ import annotations

__all__ = ["MAX_LABEL", "WIDTH", "Axis", "Drawing", "colour", "figure_of", "fit", "ticks", "wide"]

import math
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from agentopt.display.figures import aligned
from agentopt.display.markup import Html, element, join

WIDTH = 860.0
MAX_LABEL = 190.0
_SIZE = 12.0
_COLOURS = 8


def colour(number: int) -> str:
    """One of the page's colours for things to be told apart."""
    return f"var(--c{number % _COLOURS + 1})"


def wide(words: str, size: float = _SIZE) -> float:
    """About how wide a text is.

    >>> wide("iii") < wide("mmm") < wide("商商商")
    True
    """
    return sum(_wide(character) for character in words) * size


def _wide(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WF":
        return 1.05
    if character in "iljtf.,:;|!'()[] ":
        return 0.36
    return 0.9 if character in "mwMW@%—" else 0.7 if character.isupper() else 0.6


def fit(words: str, width: float, size: float = _SIZE) -> str:
    """A text, cut to a width.

    >>> fit("a", 100), fit("a long name of a thing", 60)
    ('a', 'a long n…')
    """
    if wide(words, size) <= width + 0.5:
        return words
    while words and wide(words + "…", size) > width:
        words = words[:-1]
    return f"{words.rstrip()}…"


def ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from at most `low` to at least `high`, which must differ.

    >>> ticks(0, 87)
    [0.0, 20.0, 40.0, 60.0, 80.0, 100.0]
    """
    span = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(span))
    step = next(power * each for each in (1, 2, 2.5, 5, 10) if power * each >= span * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [place * step + 0.0 for place in range(first, last + 1)]


@dataclass(frozen=True)
class Axis:
    """Numbers laid along a line: `start` is where the first tick lies, `end` the last."""

    marks: Sequence[float]
    start: float
    end: float

    @classmethod
    def of(
        cls, values: Iterable[float], start: float, end: float, *, zero: bool = True, most: int = 6
    ) -> Axis:
        """An axis that holds the values, and zero unless told otherwise."""
        kept = [*values, *([0.0] if zero else [])]
        low, high = min(kept), max(kept)
        if high - low <= 1e-12 * max(1.0, abs(high)):
            high = low + 1.0
        return cls(ticks(low, high, most), start, end)

    def at(self, value: float) -> float:
        """Where a value lies."""
        share = (value - self.marks[0]) / (self.marks[-1] - self.marks[0])
        return self.start + share * (self.end - self.start)

    @property
    def names(self) -> list[str]:
        """The ticks as texts."""
        return aligned(list(self.marks))


@dataclass
class Drawing:
    """Shapes in the order they are drawn."""

    height: float = 0.0
    parts: list[Html] = field(default_factory=list)

    def line(self, x1: float, y1: float, x2: float, y2: float, kind: str = "grid") -> None:
        """A straight line, `grid` or `axis`."""
        self.parts.append(element("line", x1=_r(x1), y1=_r(y1), x2=_r(x2), y2=_r(y2), class_=kind))

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        hint: str = "",
        opacity: float = 1,
    ) -> None:
        """A filled rectangle; `hint` shows when pointed at."""
        self.parts.append(
            element(
                "rect",
                element("title", hint) if hint else None,
                x=_r(x),
                y=_r(y),
                width=_r(max(0.0, width)),
                height=_r(max(0.0, height)),
                rx=1.5,
                style=f"fill:{fill}" + (f";fill-opacity:{opacity:.2f}" if opacity < 1 else ""),
            )
        )

    def path(self, d: str, style: str, *, hint: str = "") -> None:
        """Any outline."""
        self.parts.append(element("path", element("title", hint) if hint else None, d=d, style=style))

    def dot(self, x: float, y: float, radius: float, fill: str, *, hint: str = "") -> None:
        """A filled circle."""
        title = element("title", hint) if hint else None
        self.parts.append(element("circle", title, cx=_r(x), cy=_r(y), r=_r(radius), style=f"fill:{fill}"))

    def words(
        self,
        x: float,
        y: float,
        words: str,
        *,
        anchor: str = "start",
        soft: bool = False,
        size: float = _SIZE,
        style: str = "",
        turn: float = 0.0,
    ) -> None:
        """A text whose middle height is at `y`."""
        given = [f"font-size:{size:g}px"] if size != _SIZE else []
        given += [style] if style else []
        self.parts.append(
            element(
                "text",
                words,
                x=_r(x),
                y=_r(y + 0.35 * size),
                text_anchor=None if anchor == "start" else anchor,
                class_="soft" if soft else None,
                style=";".join(given) or None,
                transform=f"rotate({turn:g} {_r(x)} {_r(y)})" if turn else None,
            )
        )


def figure_of(key: str, caption: Html, drawing: Drawing, *, title: str, description: str) -> Html:
    """A drawing as a figure: its caption, and what it shows for those who do not see it."""
    ids = f"{key}-title", f"{key}-desc"
    svg = element(
        "svg",
        element("title", title, id=ids[0]),
        element("desc", description, id=ids[1]),
        join(drawing.parts),
        viewBox=f"0 0 {WIDTH:g} {_r(drawing.height)}",
        role="img",
        aria_labelledby=" ".join(ids),
    )
    return element("figure", element("figcaption", caption), svg)


def _r(value: float) -> str:
    """A length with a tenth's precision."""
    return f"{value:.1f}".rstrip("0").rstrip(".")
