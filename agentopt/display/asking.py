"""Questions to the person, on standard error, answered on the terminal."""

from __future__ import annotations

__all__ = ["ask"]

import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.agents.context import Question


def ask(question: Question) -> str:
    """The person's answer: one of the options by its number, or words; empty for none.

    Where nothing but an option is an answer, its number alone is enough: no Enter, on a terminal.
    """
    lines = ["", question.text]
    if question.why:
        lines.append(f"  ({question.why})")
    lines += [f"  {number}. {option}" for number, option in enumerate(question.options, start=1)]
    sys.stderr.write("\n".join(lines) + "\n> ")
    sys.stderr.flush()
    said = (
        _key(len(question.options))
        if question.one_key and sys.stdin.isatty()
        else sys.stdin.readline().strip()
    )
    if said.isdigit() and 1 <= int(said) <= len(question.options):
        return question.options[int(said) - 1]
    return said


def _key(num_options: int) -> str:
    """The first key that is the number of an option; empty for Enter or the end of the input.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
    """
    try:
        import termios
        import tty
    except ImportError:  # no POSIX terminal
        return sys.stdin.readline().strip()
    place = sys.stdin.fileno()
    before = termios.tcgetattr(place)
    try:
        tty.setcbreak(place)
        while True:
            key = os.read(place, 1).decode("ascii", "replace")
            if key in ("", "\n", "\r", "\x04") or (key.isdigit() and 1 <= int(key) <= num_options):
                break
    finally:
        termios.tcsetattr(place, termios.TCSADRAIN, before)
    sys.stderr.write(f"{key.strip()}\n")
    return key if key.isdigit() else ""
