"""What a check found: where, what was found, what was expected, and what to write instead.

Language models repair formulations from this text, so a diagnostic shows the element, the expression with a
mark under the place, and a hint that can be typed.
"""

from __future__ import annotations

__all__ = ["Diagnostic", "Severity", "render_all"]

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Diagnostic:
    """One finding.

    Attributes:
        severity: an error stops the formulation from being bound; a warning is worth a look.
        element: the path of the field, such as `constraints.meet_demand.that`.
        message: what is wrong, with the value found and what was expected.
        hint: what to write instead, or empty.
        position: 0-based offset into `text`, or None.
        text: the expression the finding is about, or empty.
    """

    severity: Severity
    element: str
    message: str
    hint: str = ""
    position: int | None = None
    text: str = ""

    def render(self) -> str:
        """The finding as lines of text.

        >>> print(Diagnostic("error", "objective.minimize", "`z` is unknown", "", 4, "x + z").render())
        error: objective.minimize: `z` is unknown
            x + z
                ^
        """
        lines = [f"{self.severity}: {self.element}: {self.message}"]
        if self.text and self.position is not None:
            lines += _marked(self.text, self.position)
        if self.hint:
            lines.append(f"  hint: {self.hint}")
        return "\n".join(lines)


def _marked(text: str, position: int, width: int = 100) -> list[str]:
    """The line of the text that holds the position, cut to `width`, and a mark under the place."""
    position = min(position, len(text))
    start = text.rfind("\n", 0, position) + 1
    end = text.find("\n", position)
    line = text[start : end if end >= 0 else len(text)].replace("\t", " ")
    column = position - start
    if len(line) > width:
        first = max(0, min(column - width // 2, len(line) - width))
        line, column = line[first : first + width], column - first
    return [f"    {line}", f"    {' ' * column}^"]


def render_all(diagnostics: Iterable[Diagnostic]) -> str:
    """Every finding, errors first, separated by line breaks."""
    ordered = sorted(diagnostics, key=lambda d: d.severity)
    return "\n".join(d.render() for d in ordered)
