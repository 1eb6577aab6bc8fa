"""The natural plot of an answer, if it has one."""

from __future__ import annotations

__all__ = ["plots"]

from collections.abc import Sequence

from agentopt.agents.answer import Answer
from agentopt.display.decisions import Decision
from agentopt.display.markup import Html


def plots(answer: Answer, decisions: Sequence[Decision]) -> list[Html]:
    """Figures, most telling first; none where no plot is natural."""
    return []
