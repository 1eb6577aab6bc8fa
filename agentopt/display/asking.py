"""Questions to the person, on standard error, answered on the terminal."""

from __future__ import annotations

__all__ = ["ask"]

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.agents.context import Question


def ask(question: Question) -> str:
    """The person's answer: one of the options by its number, or words; empty for none."""
    lines = ["", question.text]
    if question.why:
        lines.append(f"  ({question.why})")
    lines += [f"  {number}. {option}" for number, option in enumerate(question.options, start=1)]
    sys.stderr.write("\n".join(lines) + "\n> ")
    sys.stderr.flush()
    said = sys.stdin.readline().strip()
    if said.isdigit() and 1 <= int(said) <= len(question.options):
        return question.options[int(said) - 1]
    return said
