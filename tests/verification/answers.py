"""Small models, their answers by the real engines, and certificates of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agentopt.compiling import compile_instance
from agentopt.compiling.arrays import Compiled
from agentopt.formulation.binding import bind
from agentopt.formulation.elements import Formulation
from agentopt.solvers import PointStatus, Solution, Termination, solve
from agentopt.verification import verify
from agentopt.verification.certificate import Certificate, Finding

SHIPPING: dict[str, object] = {
    "sets": {
        "P": {"elements": ["seattle", "san-diego"]},
        "M": {"elements": ["new-york", "chicago", "topeka"]},
    },
    "parameters": {
        "supply": {"over": ["P"], "values": [350, 600], "role": "capacity"},
        "demand": {"over": ["M"], "values": [325, 300, 275], "role": "requirement"},
        "cost": {"over": ["P", "M"], "values": [[2.5, 1.7, 1.8], [2.5, 1.8, 1.4]], "role": "cost"},
    },
    "variables": {"ship": {"over": ["P", "M"]}},
    "objective": {"minimize": "sum(cost[p,m]*ship[p,m] for p in P for m in M)"},
    "constraints": {
        "within_supply": {
            "for": "p in P",
            "that": "sum(ship[p,m] for m in M) <= supply[p]",
            "because": "cannot ship more than at most its supply",
        },
        "meet_demand": {
            "for": "m in M",
            "that": "sum(ship[p,m] for p in P) >= demand[m]",
            "because": "each market needs at least its demand",
        },
    },
}
OPTIMUM = 1707.5


def model(parts: dict[str, object], **changes: object) -> Compiled:
    return compile_instance(bind(Formulation.model_validate({**parts, **changes})))


def certified(compiled: Compiled, solution: Solution, **options: object) -> Certificate:
    options = {"resolve": solve, "battery": False, "seconds": 60.0, **options}
    return verify(compiled.instance, compiled, solution, **options)  # type: ignore[arg-type]  # keyword arguments


def hand(values: list[float], objective: float | None, **more: object) -> Solution:
    """A claim of optimality made by nobody."""
    found = Solution(
        Termination.OPTIMAL,
        PointStatus.FEASIBLE,
        "hand",
        objective=objective,
        values=np.array(values, dtype=float),
    )
    return replace(found, **more)  # type: ignore[arg-type]  # fields


def said(certificate: Certificate, where: str, check: str) -> list[Finding]:
    return [each for each in getattr(certificate, where) if each.check == check]


def proved(certificate: Certificate) -> set[str]:
    return {each.check for each in certificate.proved}


def failed(certificate: Certificate) -> set[str]:
    return {each.check for each in certificate.failed}
