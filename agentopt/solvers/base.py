"""The engine protocol: something that solves compiled formulations."""

from __future__ import annotations

__all__ = ["Availability", "Engine", "Feature", "Limits", "Report"]

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from agentopt.compiling.arrays import Compiled
from agentopt.solvers.solution import Progress, Solution

Report = Callable[[Progress], bool | None]
"""Called with progress now and then; returning True asks the engine to stop and give its incumbent."""


class Feature(StrEnum):
    """What an engine can do; routing and callers ask for these."""

    LP = "LP"
    MILP = "MILP"
    CONVEX_QP = "convex QP"
    QP = "QP"
    MIQP = "MIQP"
    QCP = "QCP"
    MIQCP = "MIQCP"
    NLP = "NLP"
    MINLP = "MINLP"
    CP = "CP"
    """Linear with integers, and sequencing statements (`Compiled.structures`)."""
    SDP = "SDP"
    """Matrices that are positive semidefinite (`Compiled.structures`)."""
    BLACK_BOX = "black-box"
    """Objectives that are only evaluated (`agentopt.solvers.blackbox`), not arrays."""
    GLOBAL = "global"
    """Its optimality claims hold over the whole feasible set."""
    DUALS = "duals"
    WARM_START = "warm start"
    INTERRUPT = "interrupt"
    PROGRESS = "progress"
    SHARES = "shares points"
    """It can run beside others, offering and taking incumbents (`agentopt.solvers.sharing`)."""


@dataclass(frozen=True)
class Availability:
    """Truthy when usable; otherwise why not, and what to type."""

    ok: bool
    version: str = ""
    reason: str = ""
    fix: str = ""

    def __bool__(self) -> bool:
        return self.ok


@dataclass(frozen=True)
class Limits:
    """Where a solve must stop.

    Attributes:
        seconds: wall time; None for no limit.
        gap: relative gap at which optimality is claimed; None for the rule of the card (0 on small models).
        threads: None for the engine card's default.
        memory_mb: resident memory; None for no limit.
    """

    seconds: float | None = None
    gap: float | None = None
    threads: int | None = None
    memory_mb: float | None = None


class Engine(Protocol):
    """Solves compiled formulations of some classes."""

    name: str
    features: frozenset[Feature]

    def available(self) -> Availability:
        """Whether it can run here, or why not and what to type. Cheap: no import of heavy packages."""

    def solve(
        self,
        compiled: Compiled,
        limits: Limits,
        options: Mapping[str, object],
        report: Report | None = None,
    ) -> Solution:
        """Solve.

        Raises:
            EngineError: the class is not one of `features`, or an option is unknown.
        """
