"""What engines in a race share: the best point, the best bound, and whether the two together are a proof."""

from __future__ import annotations

__all__ = ["Board", "Lane"]

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import max_violation, objective_value
from agentopt.formulation.instance import Values
from agentopt.solvers.solution import Progress
from agentopt.solvers.tidy import tidied
from agentopt.solvers.watching import Stop

ACCEPTED = 1e-6
"""How far a row of a shared point may be exceeded."""

EXACT = 1e-9
"""Up to which violation a point refutes a bound it is better than."""


@dataclass
class Board:
    """Points and bounds of all lanes; every method may be called from any thread.

    Attributes:
        compiled: the model.
        gap: relative gap at which the best point and the best bound are a proof.
        changed: called, without the lock, when a point or bound has improved.
    """

    compiled: Compiled
    gap: float
    changed: Callable[[], None]
    best: Values | None = None
    objective: float | None = None
    finder: str = ""
    bounds: dict[str, float] = field(default_factory=dict)
    nodes: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def sign(self) -> float:
        """1 where less is better, -1 where more is."""
        objective = self.compiled.objective
        return -1.0 if objective is not None and objective.sense == "maximize" else 1.0

    def evaluated(self, values: Values) -> float:
        """The objective at a point; 0 for a feasibility problem."""
        objective = self.compiled.objective
        return 0.0 if objective is None else objective_value(objective, values)

    def offer(self, finder: str, values: Values) -> bool:
        """Take a point if it is feasible by our own evaluation and better than the best; whether it was."""
        if not np.isfinite(values).all():
            return False
        found = tidied(self.compiled, values)
        objective = self.evaluated(found)
        if not self._better(objective) or max_violation(self.compiled, found) > ACCEPTED:
            return False
        with self.lock:
            if not self._better(objective):
                return False
            self.best, self.objective, self.finder = found, objective, finder
        self.changed()
        return True

    def note(self, lane: str, progress: Progress) -> None:
        """Where an engine stands; bounds only ever improve."""
        with self.lock:
            self.nodes[lane] = progress.nodes
            if progress.bound is None or not math.isfinite(progress.bound):
                return
            known = self.bounds.get(lane)
            if known is None or self.sign * (progress.bound - known) > 0:
                self.bounds[lane] = progress.bound
        self.changed()

    @property
    def bound(self) -> float | None:
        """The best bound any lane has proved."""
        with self.lock:
            found = list(self.bounds.values())
        return self.sign * max(self.sign * each for each in found) if found else None

    @property
    def closed(self) -> bool:
        """Whether the best point and the best bound are within the gap of each other."""
        objective, bound = self.objective, self.bound
        if objective is None or bound is None:
            return False
        room = max(EXACT, self.gap * max(1.0, abs(objective)))
        return self.sign * (objective - bound) <= room

    def refuted(self, bound: float) -> bool:
        """Whether the best point is feasible beyond doubt and better than a proved bound allows."""
        if self.best is None or self.objective is None:
            return False
        beyond = self.sign * (bound - self.objective)
        return beyond > 1e-6 * max(1.0, abs(bound)) and max_violation(self.compiled, self.best) <= EXACT

    @property
    def refuted_infeasible(self) -> bool:
        """Whether there is a point that is feasible beyond doubt."""
        return self.best is not None and max_violation(self.compiled, self.best) <= EXACT

    def progress(self, seconds: float) -> Progress:
        """Where all lanes together stand."""
        return Progress(seconds, self.objective, self.bound, sum(self.nodes.values()))

    def _better(self, objective: float) -> bool:
        return self.objective is None or self.sign * (self.objective - objective) > EXACT * max(
            1.0, abs(objective)
        )


@dataclass
class Lane:
    """One engine's side of the board (`agentopt.solvers.sharing.Shared`).

    Attributes:
        share: whether it is given the points of others.
        known: the objective of the best point it has offered or taken.
    """

    name: str
    board: Board
    share: bool = True
    stop: Stop = field(default_factory=Stop)
    known: float | None = None

    def offer(self, values: Values) -> None:
        """A point the engine found."""
        self._know(self.board.evaluated(values))
        self.board.offer(self.name, values)

    def take(self) -> Values | None:
        """A better point of another engine, each once."""
        board = self.board
        if not self.share or board.objective is None or board.finder == self.name:
            return None
        with board.lock:
            best, objective = board.best, board.objective
        if self.known is not None and board.sign * (self.known - objective) <= EXACT * max(
            1.0, abs(objective)
        ):
            return None
        self.known = objective
        return best

    def _know(self, objective: float) -> None:
        if self.known is None or self.board.sign * (self.known - objective) > 0:
            self.known = objective
