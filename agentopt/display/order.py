"""Whether a set is an order in time, so that a line through its elements means something."""

from __future__ import annotations

__all__ = ["is_ordered"]

import re

from agentopt.display.decisions import Decision
from agentopt.display.wording import says
from agentopt.formulation.elements import Formulation


def is_ordered(decision: Decision, column: int) -> bool:
    """Whether an index column is one: by its words, or because a constraint looks a step back or ahead."""
    name = decision.heads[column]
    formulation = decision.instance.formulation
    declared = formulation.sets.get(name)
    if not name or declared is None:
        return False
    if says("time", name, declared.meaning) or name == "T":
        return True
    return _stepped(formulation, name)


def _stepped(formulation: Formulation, name: str) -> bool:
    """Whether some index over the set is used with an offset, as in `stock[t-1]`."""
    for constraint in formulation.constraints.values():
        text = f"{constraint.for_ or ''} ; {constraint.that}"
        for index in set(re.findall(rf"\b(\w+)\s+in\s+{re.escape(name)}\b", text)):
            if re.search(rf"\[[^\]]*\b{re.escape(index)}\s*[-+]\s*\d", text):
                return True
    return False
