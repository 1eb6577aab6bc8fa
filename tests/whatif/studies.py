"""Studies of the shipped examples."""

from __future__ import annotations

from agentopt.agents.context import Context, Problem
from agentopt.agents.subjects import read_subject
from agentopt.whatif.study import Study


def problem(name: str) -> Problem:
    found = read_subject(f"example:{name}")
    assert isinstance(found, Problem)
    return found


def study(name: str = "shipping") -> Study:
    return Study(problem(name), Context())
