"""Muon: momentum whose direction is made orthogonal, for the matrices between hidden layers.

Source: Jordan et al., Muon: An optimizer for hidden layers in neural networks (2024); the scale that
matches AdamW's updates from Liu et al., Muon is Scalable for LLM Training (2025), section 2.2. Works in the
precision of the weights: torch's own rounds to bfloat16, which most processors only emulate.
"""

from __future__ import annotations

__all__ = ["Muon"]

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

_A, _B, _C = 3.4445, -4.7750, 2.0315
"""Coefficients of the quintic iteration."""


class Muon(torch.optim.Optimizer):  # type: ignore[misc,unused-ignore]  # torch may be absent
    """Momentum, made orthogonal by five Newton-Schulz iterations.

    Args:
        matrices: parameters with two axes.
        lr: learning rate, of the size one would take for AdamW.
        momentum: with Nesterov's look ahead.
        weight_decay: decoupled.
    """

    def __init__(
        self, matrices: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        super().__init__(matrices, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()  # type: ignore[untyped-decorator,unused-ignore]  # the same
    def step(self, closure: Callable[[], float] | None = None) -> None:  # type: ignore[override,unused-ignore]
        """One update; matrices of one size are made orthogonal together."""
        for group in self.param_groups:
            by_size: dict[torch.Size, list[tuple[Tensor, Tensor]]] = {}
            for matrix in group["params"]:
                if matrix.grad is None:
                    continue
                state = self.state[matrix]
                momentum = state.setdefault("momentum", torch.zeros_like(matrix))
                momentum.lerp_(matrix.grad, 1 - group["momentum"])
                ahead = matrix.grad.lerp(momentum, group["momentum"])
                by_size.setdefault(matrix.shape, []).append((matrix, ahead))
            for size, found in by_size.items():
                directions = _orthogonal(torch.stack([ahead for _, ahead in found]))
                scale = 0.2 * max(size) ** 0.5
                for (matrix, _), direction in zip(found, directions, strict=True):
                    matrix.mul_(1 - group["lr"] * group["weight_decay"])
                    matrix.add_(direction, alpha=-group["lr"] * scale)


def _orthogonal(stack: Tensor) -> Tensor:
    """Each matrix of a stack with its singular values brought near one, (count, rows, columns)."""
    tall = stack.shape[-2] > stack.shape[-1]
    x = stack.mT if tall else stack
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        square = x @ x.mT
        x = _A * x + (_B * square + _C * square @ square) @ x
    return x.mT if tall else x
