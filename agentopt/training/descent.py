"""The loop: a loss over some columns driven down by a named optimizer, inside bounds.

Columns are scaled so that the curvature of the loss is near one in each (`Field.scale`); bounds are kept by
projection after every step. Losses over a table are stepped on minibatches, and looked at whole now and then:
the best point seen is what comes out, and no better one for a while ends it.
"""

from __future__ import annotations

__all__ = ["Field", "Outcome", "Plan", "descend", "slope"]

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from agentopt.training.optimizers import Named, Need, made

Loss = Callable[[Any, Any | None], Any]
"""Columns (n,) and the points of the table to look at, None for all, to the loss."""

CHECK = 50
"""Steps between two looks at the whole loss, or a pass over the table where that is longer."""


@dataclass(frozen=True, eq=False)
class Field:
    """What is minimized, in scaled columns: column j of the model is `scale[j] * z[j]`.

    Attributes:
        loss: of z.
        points: of the table the loss is a sum over; 0 if it is none.
        lower, upper: bounds of z, shape (n,).
        shapes: (first, end, shape) of each variable's columns; matrices have two axes.
    """

    loss: Loss
    points: int
    lower: Any
    upper: Any
    shapes: tuple[tuple[int, int, tuple[int, ...]], ...]

    def inside(self, z: Any) -> Any:
        """The nearest point within the bounds."""
        import torch

        # Not `minimum` and `maximum`, which halve the derivative at a bound.
        return torch.clamp(z, self.lower, self.upper)

    def split(self, z: Any) -> list[Any]:
        """One tensor a variable, in its shape."""
        return [z[first:end].reshape(shape).clone() for first, end, shape in self.shapes]


@dataclass(frozen=True)
class Plan:
    """How to go down.

    Attributes:
        steps: at most.
        rate: the learning rate; None for the optimizer's own.
        batch: points a step looks at; 0 for all.
        patience: looks at the whole loss without a better one after which it ends.
        improvement: what counts as better, relative to 1 + the size of the loss.
        seed: of the minibatches.
    """

    steps: int = 2000
    rate: float | None = None
    batch: int = 0
    patience: int = 8
    improvement: float = 1e-6
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """The best point seen, its whole loss, the steps taken, and whether it ended by itself."""

    z: Any
    loss: float
    steps: int
    settled: bool


def descend(field: Field, start: Any, spec: Named, plan: Plan, stopped: Callable[[], bool]) -> Outcome:
    """Go down from a point until there is nothing better, the steps are used up, or `stopped` says so."""
    import torch

    parameters = [each.requires_grad_() for each in field.split(field.inside(start))]
    rate = spec.rate if plan.rate is None else plan.rate
    optimizers = made(spec, parameters, rate)
    batch = plan.batch if 0 < plan.batch < field.points and Need.CLOSURE not in spec.needs else 0
    every = max(CHECK, math.ceil(field.points / batch)) if batch else CHECK
    draw = _Draw(field.points, batch, torch.Generator().manual_seed(plan.seed), start.device)
    watch = _Best(plan)
    watch.see(_value(field, start := field.inside(start)), start, 0)
    step = 0
    while step < plan.steps and not stopped():
        if spec.decays:
            _set_rate(optimizers, spec, rate * (1.0 - step / plan.steps))
        _step(field, parameters, optimizers, spec, draw())
        _project(field, parameters)
        step += 1
        if step % every == 0 or step == plan.steps:
            _switch(optimizers, spec, "eval")
            z = field.inside(_joined(parameters).detach())
            ended = watch.see(_value(field, z), z.clone(), step)
            _switch(optimizers, spec, "train")
            if ended:
                break
    return Outcome(watch.z, watch.loss, step, watch.ended)


class _Best:
    """The best point seen, and how long ago."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.loss, self.z, self.since, self.ended = plan, math.inf, None, 0, False
        self.mark = math.inf

    def see(self, loss: float, z: Any, step: int) -> bool:
        """Note a point; whether to end."""
        if self.z is None or loss < self.loss:
            self.loss, self.z = loss, z
        if math.isnan(loss):
            self.loss, self.ended = (self.loss if self.z is not z else loss), step > 0
            return self.ended
        least = self.plan.improvement * (1.0 + abs(self.mark)) if math.isfinite(self.mark) else 0.0
        if loss < self.mark - least:
            self.mark, self.since = loss, 0
        else:
            self.since += 1
        self.ended = self.since >= self.plan.patience
        return self.ended


@dataclass
class _Draw:
    """Minibatches: passes over the table in a new order each."""

    points: int
    batch: int
    random: Any
    device: Any
    order: Any = None
    at: int = 0

    def __call__(self) -> Any | None:
        import torch

        if not self.batch:
            return None
        if self.order is None or self.at + self.batch > self.points:
            self.order, self.at = torch.randperm(self.points, generator=self.random).to(self.device), 0
        self.at += self.batch
        return self.order[self.at - self.batch : self.at]


def _step(
    field: Field, parameters: Sequence[Any], optimizers: Sequence[Any], spec: Named, picked: Any | None
) -> None:
    """One step, with what the optimizer needs for it."""
    import torch

    def forward() -> Any:
        return field.loss(_joined(parameters), picked)

    if Need.LOSS in spec.needs:
        with torch.no_grad():
            optimizers[0].step(forward)
        return

    def closure() -> Any:
        for optimizer in optimizers:
            optimizer.zero_grad()
        loss = forward()
        found = torch.autograd.grad(
            loss, parameters, create_graph=Need.HESSIAN in spec.needs, materialize_grads=True
        )
        for parameter, gradient in zip(parameters, found, strict=True):
            parameter.grad = gradient
        return loss

    if Need.CLOSURE in spec.needs:
        optimizers[0].step(closure)
        return
    closure()
    for optimizer in optimizers:
        optimizer.step()
    for parameter in parameters:
        # Gradients that can be differentiated hold their graph, and it them.
        parameter.grad = None


def _joined(parameters: Sequence[Any]) -> Any:
    import torch

    return torch.cat([each.reshape(-1) for each in parameters])


def _project(field: Field, parameters: Sequence[Any]) -> None:
    import torch

    with torch.no_grad():
        for parameter, (first, end, shape) in zip(parameters, field.shapes, strict=True):
            low, high = field.lower[first:end].reshape(shape), field.upper[first:end].reshape(shape)
            parameter.copy_(torch.clamp(parameter, low, high))


def _switch(optimizers: Sequence[Any], spec: Named, mode: str) -> None:
    if Need.MODES in spec.needs:
        for optimizer in optimizers:
            getattr(optimizer, mode)()


def _set_rate(optimizers: Sequence[Any], spec: Named, rate: float) -> None:
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["lr"] = rate


def _value(field: Field, z: Any) -> float:
    import torch

    with torch.no_grad():
        return float(field.loss(z, None))


def slope(field: Field, z: Any) -> tuple[float, Any, float]:
    """The loss at a point, its gradient, and how far the point moves along it within the bounds.

    The last is zero exactly where the first-order conditions hold; it is measured in the largest norm.
    """
    import torch

    leaf = z.detach().clone().requires_grad_()
    loss = field.loss(leaf, None)
    (gradient,) = torch.autograd.grad(loss, leaf)
    moved = field.inside(z.detach() - gradient) - z.detach()
    return float(loss.detach()), gradient, float(moved.abs().max()) if len(z) else 0.0
