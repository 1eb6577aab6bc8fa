"""Small formulations without an answer, compiled."""

from __future__ import annotations

from typing import Any

from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.diagnosis import Diagnosis, diagnose
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers import solve


def compiled(**parts: Any) -> Compiled:
    return compile_instance(bind(Formulation.model_validate(parts)))


def diagnosed(model: Compiled, seconds: float = 20.0) -> Diagnosis:
    return diagnose(model, solve(model), seconds)


SHORT: dict[str, Any] = {
    "sets": {"P": {"elements": ["a", "b"]}, "M": {"elements": ["x", "y"]}},
    "parameters": {
        "supply": {"over": ["P"], "values": {"a": 100, "b": 50}, "unit": "case", "role": "capacity"},
        "demand": {"over": ["M"], "values": {"x": 125, "y": 150}, "unit": "case", "role": "requirement"},
    },
    "variables": {"ship": {"over": ["P", "M"], "unit": "case", "meaning": "cases shipped"}},
    "objective": {"minimize": "sum(ship[p,m] for p in P, m in M)"},
    "constraints": {
        "have": {
            "for": "p in P",
            "that": "sum(ship[p,m] for m in M) <= supply[p]",
            "because": "Stores are small.",
        },
        "want": {"for": "m in M", "that": "sum(ship[p,m] for p in P) >= demand[m]"},
    },
}
"""Demand exceeds supply by 125 cases."""
