"""A dialogue over a problem: one command a line, each answered by what came of it. No model is needed.

set force forbid add drop   as on the command line; the change stays in force
why not STATEMENT           what it would cost to have it, or why it cannot be; nothing stays
sweep NAME=FROM:TO:POINTS   the objective along a parameter
prices                      what limits are worth
show, changes, undo, reset, help, quit
"""

from __future__ import annotations

__all__ = ["COMMANDS", "Reply", "answered", "read"]

import re
from collections.abc import Callable
from dataclasses import dataclass

from agentopt.compiling.arrays import Compiled
from agentopt.errors import UsageError, nearest
from agentopt.solvers.solution import Solution
from agentopt.whatif.changes import KINDS, Change
from agentopt.whatif.prices import Prices, prices
from agentopt.whatif.study import Step, Study
from agentopt.whatif.sweeping import Point, Sweep, sweep, sweep_of

COMMANDS = (*KINDS, "why not", "sweep", "prices", "show", "changes", "undo", "reset", "help", "quit")


@dataclass(frozen=True, eq=False)
class Reply:
    """What a command came to; one of the fields says it.

    Attributes:
        command: as it was read.
        step: of a change that stays.
        trial: of a `why not`.
        points: of a sweep.
        prices: of limits.
        words: anything else.
        over: whether the dialogue ends.
    """

    command: str
    step: Step | None = None
    trial: Step | None = None
    points: tuple[Sweep, tuple[Point, ...]] | None = None
    prices: Prices | None = None
    show: bool = False
    words: str = ""
    over: bool = False


def read(line: str) -> tuple[str, str]:
    """The command of a line and what follows it.

    Raises:
        UsageError: it begins with no command; the hint has the nearest.

    >>> read("why not open[denver]?"), read("set demand[topeka] = 300")
    (('why not', 'open[denver]'), ('set', 'demand[topeka] = 300'))
    """
    text = " ".join(line.split())
    found = re.match(r"why\s+not\b\s*(.*?)\??$", text, re.IGNORECASE)
    if found is not None:
        return "why not", found[1].strip()
    word, _, rest = text.partition(" ")
    word = {"exit": "quit", "q": "quit", "?": "help"}.get(word.lower(), word.lower())
    if word not in COMMANDS:
        raise UsageError(
            f"`{word}` is no command", hint=nearest(word, COMMANDS) or f"commands: {', '.join(COMMANDS)}"
        )
    return word, rest.strip()


def answered(study: Study, line: str, resolve: Callable[[Compiled], Solution] | None = None) -> Reply:
    """Do what a line says.

    Raises:
        AgentoptError: it makes no sense; the study is as it was.
    """
    command, rest = read(line)
    if command in (*KINDS, "why not", "sweep") and not rest:
        raise UsageError(f"`{command}` is followed by what it is about", hint="type `help`")
    for kind in KINDS:
        if command == kind:
            return Reply(command, step=study.step(Change(kind, rest)))
    match command:
        case "why not":
            return Reply(command, trial=study.tried(Change("force", rest)))
        case "sweep":
            wanted = sweep_of(rest)
            return Reply(command, points=(wanted, sweep(study, wanted)))
        case "prices":
            return Reply(command, prices=prices(study.current, resolve))
        case "show":
            return Reply(command, show=True)
        case "changes":
            listed = "\n".join(f"{k}. {each}" for k, each in enumerate(study.changes, start=1))
            return Reply(command, words=listed or "nothing is changed")
        case "undo":
            last = str(study.changes[-1]) if study.changes else ""
            return Reply(command, words=f"taken back: {last}" if study.undo() else "nothing is changed")
        case "reset":
            while study.undo():
                pass
            return Reply(command, words="everything is as it was")
        case "quit":
            return Reply(command, over=True)
    return Reply(command, words=(__doc__ or "").split("\n\n", 1)[1].rstrip())
