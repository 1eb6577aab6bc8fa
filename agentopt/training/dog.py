"""DoG: stochastic gradient steps of a length that needs no tuning.

Source: Ivgi, Hinder and Carmon, DoG is SGD's Best Friend: A Parameter-Free Dynamic Step Size Schedule
(2023), algorithm 1, with the average of section 4 left out.
"""

from __future__ import annotations

__all__ = ["DoG"]

import math
from collections.abc import Callable, Iterable

import torch
from torch import Tensor


class DoG(torch.optim.Optimizer):  # type: ignore[misc,unused-ignore]  # torch may be absent
    """The greatest distance from the start over the root of the summed squared gradients.

    Args:
        parameters: tensors.
        lr: multiplies the step; 1 in the paper.
        first: the distance assumed at the start, relative to 1 + the norm of the parameters.
    """

    def __init__(self, parameters: Iterable[Tensor], lr: float = 1.0, first: float = 1e-4) -> None:
        super().__init__(parameters, {"lr": lr, "first": first})
        self.start: list[Tensor] = []
        self.farthest = 0.0
        self.squares = 0.0

    @torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]  # the same
    def step(self, closure: Callable[[], Tensor] | None = None) -> None:  # type: ignore[override,unused-ignore]
        """One update from the gradients as they are."""
        moved = [each for group in self.param_groups for each in group["params"] if each.grad is not None]
        group = self.param_groups[0]
        if not self.start:
            self.start = [each.clone() for each in moved]
            self.farthest = group["first"] * (1.0 + _norm(moved))
        away = [each - start for each, start in zip(moved, self.start, strict=True)]
        self.farthest = max(self.farthest, _norm(away))
        self.squares += _norm([each.grad for each in moved]) ** 2
        rate = group["lr"] * self.farthest / (self.squares + 1e-16) ** 0.5
        for each in moved:
            each.add_(each.grad, alpha=-rate)


def _norm(tensors: list[Tensor]) -> float:
    return math.sqrt(sum(float((each * each).sum()) for each in tensors))
