"""A compiled model trained from one start: scaled, its rows under multipliers, finished to first order."""

from __future__ import annotations

__all__ = ["Trained", "train"]

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.torch_model import TorchModel
from agentopt.formulation.instance import Values
from agentopt.training.curvature import scales
from agentopt.training.descent import Field, Outcome, Plan, descend, slope
from agentopt.training.lagrangian import Lagrangian
from agentopt.training.optimizers import Named, Need
from agentopt.training.quasi import runs_away, settle

ROUNDS = 60
"""Updates of the multipliers at most."""

COARSE = 6
"""Updates of the multipliers while an optimizer other than L-BFGS works."""

TIGHT = 1e-7
"""How far rows may be off where the first-order conditions are said to hold."""

ROWS = 400
"""Rows up to which each one's derivatives are looked at to scale it."""


@dataclass(frozen=True, eq=False)
class Trained:
    """What came of one start.

    Attributes:
        values: shape (n,).
        duals: of the rows, for what is minimized, shape (m,): its derivative by a side.
        reduced_costs: the gradient left at the bounds, for what is minimized, shape (n,).
        met: whether the first-order conditions hold.
        steps: taken, evaluations for L-BFGS.
        ended: why it ended, where they do not.
    """

    values: Values
    duals: Values
    reduced_costs: Values
    met: bool
    steps: int
    ended: str


def train(
    compiled: Compiled,
    model: TorchModel,
    start: Any,
    spec: Named,
    plan: Plan,
    *,
    tolerance: float,
    polish: bool,
    scaled: bool,
    stopped: Callable[[], bool],
) -> Trained:
    """Train from one start.

    Args:
        compiled: the model, for bounds and sides.
        model: its functions.
        start: shape (n,), a float64 tensor on the device of the functions.
        spec: the optimizer.
        plan: of the optimizer, for all updates of multipliers together.
        tolerance: of the first-order conditions.
        polish: whether L-BFGS goes on from where another optimizer ended.
        scaled: whether columns are measured by the curvature at the start.
        stopped: asked at every step.
    """
    problem = _Problem(compiled, model, start, scaled, plan.seed)
    z, steps, ended = problem.start, 0, ""
    if Need.CLOSURE not in spec.needs:
        found = problem.descend(z, spec, plan, stopped)
        z, steps = found.z, found.steps
        ended = "no better point for a while" if found.settled else "step limit reached"
    if polish or Need.CLOSURE in spec.needs:
        found = problem.settle(z, max(plan.steps, 1), tolerance, stopped)
        z, steps, ended = found.z, steps + found.steps, "step limit reached"
    return problem.read(z, steps, tolerance, ended)


class _Problem:
    """A model in scaled columns and rows."""

    def __init__(self, compiled: Compiled, model: TorchModel, start: Any, scaled: bool, seed: int) -> None:
        import torch

        self.compiled, self.model = compiled, model

        def tensor(values: Values) -> Any:
            return torch.as_tensor(np.asarray(values, dtype=float), device=start.device)

        lower, upper = tensor(compiled.lower), tensor(compiled.upper)
        start = torch.clamp(start, lower, upper)
        self.factor = 1.0 / max(1, model.points)
        self.scale = torch.ones_like(start)
        if scaled and len(start):
            random = torch.Generator().manual_seed(seed)
            self.scale = scales(lambda x: self.factor * model.objective(x), start, random)
        self.start = start / self.scale
        scale, factor = self.scale, self.factor

        def loss(z: Any, picked: Any | None) -> Any:
            return factor * model.objective(scale * z, picked)

        self.field = Field(loss, model.points, lower / scale, upper / scale, _shapes(compiled))
        self.rows: Lagrangian | None = None
        self.row_scale = torch.ones(compiled.num_rows, dtype=start.dtype, device=start.device)
        if compiled.num_rows:
            self.row_scale = self.measured_rows()
            sides = tensor(compiled.row_lower), tensor(compiled.row_upper)
            row_scale = self.row_scale
            self.rows = Lagrangian(
                self.field,
                lambda z: row_scale * model.rows(scale * z),
                sides[0] * row_scale,
                sides[1] * row_scale,
                torch.zeros_like(row_scale),
                torch.clamp(row_scale, max=1.0),
            )

    def measured_rows(self) -> Any:
        """1 / the norm of each row's gradient in scaled columns; of its linear part where rows are many."""
        import torch

        compiled = self.compiled
        if compiled.num_rows <= ROWS:
            leaf = self.start.detach().clone().requires_grad_()
            rows = self.model.rows(self.scale * leaf)
            norms = torch.zeros_like(self.row_scale)
            for k in range(compiled.num_rows if rows.requires_grad else 0):
                (gradient,) = torch.autograd.grad(rows[k], leaf, retain_graph=True)
                norms[k] = gradient.norm()
        else:
            matrix = compiled.matrix
            columns = np.repeat(np.arange(matrix.num_columns), np.diff(matrix.starts))
            squares = (matrix.values * self.scale.cpu().numpy()[columns]) ** 2
            summed = np.bincount(matrix.indices, weights=squares, minlength=compiled.num_rows)
            norms = torch.as_tensor(np.sqrt(summed), device=self.start.device)
        norms = torch.nan_to_num(norms, nan=0.0, posinf=0.0)
        return torch.where(norms > 0, 1.0 / torch.clamp(norms, 1e-6, 1e6), torch.ones_like(norms))

    def descend(self, z: Any, spec: Named, plan: Plan, stopped: Callable[[], bool]) -> Outcome:
        """Go down with a named optimizer, with a few updates of the multipliers where there are rows."""
        if self.rows is None:
            return descend(self.field, z, spec, plan, stopped)
        steps, found = 0, None
        part = replace(plan, steps=max(1, plan.steps // COARSE))
        for _ in range(COARSE):
            found = descend(self.rows.relaxed(), z, spec, part, stopped)
            z, steps = found.z, steps + found.steps
            self.rows.update(z)
            if stopped():
                break
        assert found is not None
        return Outcome(z, found.loss, steps, found.settled)

    def settle(self, z: Any, steps: int, tolerance: float, stopped: Callable[[], bool]) -> Outcome:
        """Go down with L-BFGS until the first-order conditions hold, with as many updates as it takes."""
        if self.rows is None:
            return settle(self.field, z, steps, tolerance, stopped)
        taken, found, aim = 0, None, 1e-2
        for _ in range(ROUNDS):
            aim = max(tolerance, aim * 0.1)
            found = settle(self.rows.relaxed(), z, steps - taken, aim, stopped)
            z, taken = found.z, taken + found.steps
            off = self.rows.update(z)
            if (off <= TIGHT and aim <= tolerance) or taken >= steps or runs_away(z) or stopped():
                break
        assert found is not None
        return Outcome(z, found.loss, taken, found.settled)

    def read(self, z: Any, steps: int, tolerance: float, ended: str) -> Trained:
        """The point in the model's own columns, with multipliers and whether it is optimal nearby."""
        import torch

        field, off = self.field, 0.0
        duals = torch.zeros_like(self.row_scale)
        if self.rows is not None:
            off = self.rows.violation
            duals = -self.rows.multipliers * self.row_scale / self.factor
            field = self.rows.linear()
        loss, gradient, moved = slope(field, z)
        met = moved <= 10.0 * tolerance * max(1.0, abs(loss)) ** 0.5 and off <= 2.0 * TIGHT
        reduced = gradient / (self.scale * self.factor)
        return Trained(
            (self.scale * z).detach().cpu().numpy().astype(float),
            duals.cpu().numpy().astype(float),
            reduced.cpu().numpy().astype(float),
            met,
            steps,
            ended,
        )


def _shapes(compiled: Compiled) -> tuple[tuple[int, int, tuple[int, ...]], ...]:
    """The columns of each variable; those over two full sets as a matrix."""
    found = []
    for block in compiled.variables:
        number = len(block.codes)
        lengths = tuple(len(np.unique(block.codes[:, k])) for k in range(block.codes.shape[1]))
        full = len(lengths) == 2 and int(np.prod(lengths)) == number and min(lengths) > 1
        found.append((block.start, block.start + number, lengths if full else (number,)))
    return tuple(each for each in found if each[1] > each[0])
