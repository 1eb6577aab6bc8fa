"""An answer for a person: what was found, what it rests on, what it cost, and where it is kept."""

from __future__ import annotations

__all__ = ["blocks", "show"]

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from agentopt.display.figures import span
from agentopt.display.terminal import styled, write_out

if TYPE_CHECKING:
    from agentopt.agents.answer import Answer


def show(answer: Answer, *, run: Path | None = None) -> None:
    """Print it to standard output."""
    write_out("\n\n".join(blocks(answer, run=run)))


def blocks(answer: Answer, *, run: Path | None = None) -> Iterator[str]:
    """The paragraphs of it."""
    if answer.formulation is not None and answer.formulation.title:
        yield answer.formulation.title
    if answer.explanation:
        yield answer.explanation
