"""SPSA: a descent that only compares losses, two of them a step.

Source: Spall, Multivariate stochastic approximation using a simultaneous perturbation gradient
approximation (1992), with the gain sequences of Spall (1998), section III.
"""

from __future__ import annotations

__all__ = ["Spsa"]

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

_ALPHA, _GAMMA = 0.602, 0.101
"""How fast steps and probes become small."""


class Spsa(torch.optim.Optimizer):  # type: ignore[misc,unused-ignore]  # torch may be absent
    """Both sides of a random direction are tried; the difference says how far to go along it.

    Args:
        parameters: tensors.
        lr: the first step, for a loss whose curvature is near one.
        probe: how far from the point losses are compared at first.
        seed: of the directions.
    """

    def __init__(self, parameters: Iterable[Tensor], lr: float, probe: float = 0.1, seed: int = 0) -> None:
        super().__init__(parameters, {"lr": lr, "probe": probe})
        self.random = torch.Generator().manual_seed(seed)
        self.steps = 0

    @torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]  # the same
    def step(self, closure: Callable[[], Tensor]) -> Tensor:  # type: ignore[override,unused-ignore]
        """One update; `closure` returns the loss where the parameters stand."""
        self.steps += 1
        found: Tensor = torch.tensor(float("nan"))
        for group in self.param_groups:
            probe = group["probe"] / self.steps**_GAMMA
            rate = group["lr"] / (self.steps + 50) ** _ALPHA * 50**_ALPHA
            signs = [self._signs(each) for each in group["params"]]
            self._move(group["params"], signs, probe)
            above = closure()
            self._move(group["params"], signs, -2 * probe)
            below = closure()
            self._move(group["params"], signs, probe)
            found = (above + below) / 2
            count = sum(each.numel() for each in group["params"])
            # Steps that a curvature of one would not throw back, however many parameters there are.
            slope = float(above - below) / (2 * probe)
            if slope == slope:
                self._move(group["params"], signs, -rate * slope / count)
        return found

    def _signs(self, parameter: Tensor) -> Tensor:
        drawn = torch.randint(0, 2, parameter.shape, generator=self.random)
        return drawn.to(parameter) * 2 - 1

    @staticmethod
    def _move(parameters: list[Tensor], directions: list[Tensor], by: float) -> None:
        for parameter, direction in zip(parameters, directions, strict=True):
            parameter.add_(direction, alpha=by)
