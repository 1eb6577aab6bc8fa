"""What an engine returns: why it stopped, and what the point it returned is. The two are never mixed."""

from __future__ import annotations

__all__ = ["PointStatus", "Progress", "Solution", "Termination"]

from dataclasses import dataclass, field
from enum import StrEnum

from agentopt.compiling.arrays import Basis
from agentopt.formulation.instance import Values


class Termination(StrEnum):
    """Why the engine stopped."""

    OPTIMAL = "optimal"
    """Proved within the gap tolerance."""
    LOCALLY_OPTIMAL = "locally optimal"
    """A local engine met its first-order conditions; nothing is proved about other points."""
    INFEASIBLE = "infeasible"
    UNBOUNDED = "unbounded"
    INFEASIBLE_OR_UNBOUNDED = "infeasible or unbounded"
    TIME_LIMIT = "time limit"
    MEMORY_LIMIT = "memory limit"
    ITERATION_LIMIT = "iteration limit"
    INTERRUPTED = "interrupted"
    ERROR = "error"


class PointStatus(StrEnum):
    """What the returned values are, by the engine's own word (verification checks it independently)."""

    NONE = "none"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Progress:
    """One report from a running engine. Infinite or None where not known yet."""

    seconds: float
    incumbent: float | None
    bound: float | None
    nodes: int = 0


@dataclass(frozen=True, eq=False)
class Solution:
    """The outcome of one solve.

    Attributes:
        objective: at `values`, in the model's own sense, offset included; None without a point.
        bound: the best proved bound on the objective; None when the engine proves none.
        values: shape (n,), or None.
        duals: shape (m,): d objective / d right-hand side, in the model's own sense; None without any.
        reduced_costs: shape (n,).
        matrices: for each semidefinite statement its dual, symmetric, for minimization; empty without any.
        ray: shape (n,), a direction of unbounded improvement, when the engine gives one.
        basis: of a linear problem, where it ended: another one like it may begin there (`Compiled.basis`).
        pool: other feasible points found on the way, best first.
        message: the engine's own words, one line.
    """

    termination: Termination
    point: PointStatus
    engine: str
    version: str = ""
    objective: float | None = None
    bound: float | None = None
    values: Values | None = None
    duals: Values | None = None
    reduced_costs: Values | None = None
    matrices: tuple[Values, ...] = ()
    ray: Values | None = None
    basis: Basis | None = None
    pool: tuple[Values, ...] = ()
    seconds: float = 0.0
    iterations: int = 0
    nodes: int = 0
    message: str = ""
    log: str = field(default="", repr=False)
    options: tuple[tuple[str, str], ...] = ()

    @property
    def gap(self) -> float | None:
        """|objective - bound| / max(1, |objective|), the relative gap; None without both."""
        if self.objective is None or self.bound is None:
            return None
        return abs(self.objective - self.bound) / max(1.0, abs(self.objective))

    @property
    def has_point(self) -> bool:
        """Whether there are values to look at."""
        return self.values is not None and self.point is PointStatus.FEASIBLE
