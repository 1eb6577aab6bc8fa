"""L-BFGS inside bounds: rounds of torch's, each over the columns that are free to move.

A round minimizes the loss at the nearest point within the bounds. Columns at a bound that the gradient holds
there rest for a round; others are released for the next (after Bertsekas, Projected Newton methods, 1982).
"""

from __future__ import annotations

__all__ = ["runs_away", "settle"]

import math
from collections.abc import Callable
from typing import Any

from agentopt.training.descent import Field, Outcome, slope

ROUNDS = 60
HISTORY = 20
FACTOR = 1e6
"""What the loss is multiplied by: torch learns no curvature from steps that change it by less than 1e-10."""
FAR = 1e12
"""Scaled columns from which a descent is taken to have no end."""


class _StopError(Exception):
    """Raised inside a step to leave it."""


def settle(field: Field, start: Any, steps: int, tolerance: float, stopped: Callable[[], bool]) -> Outcome:
    """Go down until the first-order conditions hold.

    Args:
        field: what is minimized.
        start: a point, shape (n,).
        steps: evaluations at most.
        tolerance: of the first-order conditions, relative to the root of the loss where that is above one.
        stopped: asked at every evaluation.
    """
    z, taken = field.inside(start.detach()), 0
    loss, gradient, moved = slope(field, z)
    for _ in range(ROUNDS):
        if _meets(loss, moved, tolerance):
            return Outcome(z, loss, taken, True)
        if not math.isfinite(loss) or taken >= steps or runs_away(z) or stopped():
            break
        held = ((z <= field.lower) & (gradient > 0)) | ((z >= field.upper) & (gradient < 0))
        run = _Round(field, z, ~held, stopped)
        run.go(steps - taken, tolerance)
        taken += max(1, run.evaluations)
        better = run.best_loss < loss
        if better:
            z = run.best
        loss, gradient, moved = slope(field, z)
        if not better:
            break
    return Outcome(z, loss, taken, _meets(loss, moved, tolerance))


def runs_away(z: Any) -> bool:
    """Whether a point is farther than any solution is looked for."""
    return len(z) > 0 and not float(z.abs().max()) < FAR


def _meets(loss: float, moved: float, tolerance: float) -> bool:
    return moved <= tolerance * max(1.0, math.sqrt(abs(loss)))


class _Round:
    """One run of L-BFGS over the free columns; keeps the best point within the bounds."""

    def __init__(self, field: Field, z: Any, free: Any, stopped: Callable[[], bool]) -> None:
        self.field, self.free, self.stopped = field, free, stopped
        self.best, self.best_loss, self.evaluations = z, math.inf, 0
        self.leaf = z.clone().requires_grad_()

    def go(self, evaluations: int, tolerance: float) -> None:
        """Until nothing moves, or the evaluations are used up."""
        import torch

        optimizer = torch.optim.LBFGS(
            [self.leaf],
            lr=1.0,
            max_iter=evaluations,
            max_eval=evaluations,
            tolerance_grad=0.1 * tolerance * FACTOR,
            tolerance_change=0.0,
            history_size=HISTORY,
            line_search_fn="strong_wolfe",
        )
        try:
            optimizer.step(self.closure)
        except _StopError:
            return

    def closure(self) -> Any:
        """Loss and gradient where the line search stands."""
        import torch

        if self.stopped():
            raise _StopError
        self.leaf.grad = None
        inside = self.field.inside(self.leaf)
        loss = self.field.loss(inside, None)
        (FACTOR * loss).backward()
        gradient = torch.nan_to_num(self.leaf.grad, nan=0.0, posinf=0.0, neginf=0.0)
        self.leaf.grad = torch.where(self.free, gradient, torch.zeros_like(gradient))
        self.evaluations += 1
        value = float(loss.detach())
        if math.isfinite(value) and value < self.best_loss:
            self.best, self.best_loss = inside.detach().clone(), value
            if runs_away(self.best):
                raise _StopError
        # The line search shortens its step at what is greater, not at what is no number.
        return FACTOR * loss if math.isfinite(value) else torch.full_like(loss, 1e30)
