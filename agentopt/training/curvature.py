"""How curved a loss is along each column, so that columns can be measured in steps of equal effect.

Source: Bekas, Kokiopoulou and Saad, An estimator for the diagonal of a matrix (2007), with random signs.
"""

from __future__ import annotations

__all__ = ["scales"]

from collections.abc import Callable
from typing import Any

PROBES = 6
MOST = 1e4
"""Scales stay between this and its inverse."""


def scales(loss: Callable[[Any], Any], x: Any, random: Any) -> Any:
    """1 / sqrt(|second derivative|) for each column at a point, shape (n,); 1 where there is none to see.

    Args:
        loss: of columns (n,).
        x: the point.
        random: a torch generator, for the probes.
    """
    import torch

    leaf = x.detach().clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(leaf), leaf, create_graph=True)
    total = torch.zeros_like(x)
    if not gradient.requires_grad:
        return torch.ones_like(x)
    for _ in range(PROBES):
        signs = (torch.randint(0, 2, x.shape, generator=random).to(x.device) * 2 - 1).to(x.dtype)
        (product,) = torch.autograd.grad(gradient @ signs, leaf, retain_graph=True, allow_unused=True)
        if product is None:
            return torch.ones_like(x)
        total += (signs * product).detach()
    curved = torch.nan_to_num(total / PROBES, nan=0.0, posinf=0.0, neginf=0.0).abs()
    flat = curved <= 1e-10 * (1.0 + curved.max()) if len(curved) else curved > 0
    found = torch.clamp(1.0 / torch.sqrt(torch.clamp(curved, min=1e-300)), 1.0 / MOST, MOST)
    return torch.where(flat, torch.ones_like(found), found)
