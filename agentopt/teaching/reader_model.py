"""The network of the built-in reader in torch: `agentopt.reader.network.forward`, with gradients."""

from __future__ import annotations

__all__ = ["Batch", "ReaderModel", "loss"]

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812  # the name everyone knows it by
from torch import Tensor, nn

from agentopt.reader.network.features import NUM_SHAPES
from agentopt.reader.network.forward import NUM_BUCKETS, PAIRS, REACH, Shape, position_buckets
from agentopt.reader.network.targets import FAMILIES, PARTS, ROLES

if TYPE_CHECKING:
    from collections.abc import Iterator

NUM_TOKEN_HEADS = len(PARTS) + len(ROLES) + 3 + 2


@dataclass
class Batch:
    """B texts padded to L tokens.

    Attributes:
        words, shapes, stems, sentences: the features, (B, L); stems are -1 and words 0 on padding.
        parts, roles, goal, strict, each: the targets, (B, L); -1 on padding.
        pairs: by `PAIRS`, 0 or 1, (B, P, L, L).
        numbers: where there are numbers, (B, L).
        minimize, counts, family: (B,).
    """

    words: Tensor
    shapes: Tensor
    stems: Tensor
    sentences: Tensor
    parts: Tensor
    roles: Tensor
    goal: Tensor
    strict: Tensor
    each: Tensor
    pairs: Tensor
    numbers: Tensor
    minimize: Tensor
    counts: Tensor
    family: Tensor

    def to(self, device: str) -> Batch:
        """The batch on a device."""
        return Batch(**{name: value.to(device, non_blocking=True) for name, value in vars(self).items()})


class ReaderModel(nn.Module):  # type: ignore[misc,unused-ignore]  # torch may be absent
    """The encoder and its heads; parameters have the names of the shipped arrays, `.` written as `_`."""

    def __init__(self, shape: Shape, num_words: int) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        p = self.arrays = nn.ParameterDict()

        def matrix(name: str, rows: int, columns: int, *, zero: bool = False) -> None:
            scale = 0.0 if zero else rows**-0.5
            p[_key(name)] = nn.Parameter(torch.randn(rows, columns) * scale)

        def vector(name: str, value: Tensor) -> None:
            p[_key(name)] = nn.Parameter(value)

        vector("words", torch.randn(num_words, width) * 0.5)
        vector("shapes", torch.randn(NUM_SHAPES, width) * 0.1)
        vector("window.norm", torch.ones(width))
        taps = torch.zeros(shape.window, width)
        taps[shape.window // 2] = 1.0
        vector("window.taps", taps + 0.2 * torch.randn(shape.window, width))
        matrix("window.up", width, 2 * width)
        matrix("window.down", 2 * width, width, zero=True)
        heads = torch.arange(shape.heads)
        vector("positions", torch.zeros(NUM_BUCKETS, shape.heads))
        vector("stems", torch.where(heads % 3 == 0, 3.0, 0.5))
        near = torch.zeros(2 * REACH + 1, shape.heads)
        near[REACH] = torch.where(heads % 3 == 1, 2.0, 0.5)
        vector("sentences", near)
        for layer in range(shape.layers):
            vector(f"{layer}.attention.norm", torch.ones(width))
            matrix(f"{layer}.attention.in", width, 3 * width)
            matrix(f"{layer}.attention.out", width, width, zero=True)
            vector(f"{layer}.feed.norm", torch.ones(width))
            matrix(f"{layer}.feed.up", width, shape.inner)
            matrix(f"{layer}.feed.down", shape.inner, width, zero=True)
        vector("norm", torch.ones(width))
        matrix("tokens", width, NUM_TOKEN_HEADS)
        vector("tokens.bias", torch.zeros(NUM_TOKEN_HEADS))
        matrix("pairs", width, len(PAIRS) * 2 * shape.pair)
        vector("pairs.bias", torch.zeros(len(PAIRS) * 2 * shape.pair))
        vector("pairs.level", torch.full((len(PAIRS),), -2.0))
        matrix("pool", width, 1, zero=True)
        matrix("whole", width, 2 + len(FAMILIES))
        vector("whole.bias", torch.zeros(2 + len(FAMILIES)))
        self._buckets: dict[tuple[int, str], Tensor] = {}

    def named_arrays(self) -> Iterator[tuple[str, Tensor]]:
        """The arrays by their shipped names."""
        for key, value in self.arrays.items():
            yield key.replace("__", "."), value

    def hidden_matrices(self) -> list[nn.Parameter]:
        """The matrices between hidden layers, which an orthogonalising optimizer may take."""
        names = ("attention__in", "attention__out", "feed__up", "feed__down", "window__up", "window__down")
        return [value for key, value in self.arrays.items() if key.endswith(names)]

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor, Tensor]:
        """Logits: of tokens (B, L, heads), of pairs (B, P, L, L), of the whole text (B, heads)."""
        w = {key.replace("__", "."): value for key, value in self.arrays.items()}
        padding = batch.words == 0
        x = F.embedding(batch.words, w["words"]) + F.embedding(batch.shapes, w["shapes"])
        x = x.masked_fill(padding[..., None], 0.0)
        x = x + self._window(w, x)
        bias = self._bias(w, batch, padding)
        for layer in range(self.shape.layers):
            x = x + self._attention(w, f"{layer}.", x, bias)
            inner = F.relu(_norm(x, w[f"{layer}.feed.norm"]) @ w[f"{layer}.feed.up"])
            x = x + (inner * inner) @ w[f"{layer}.feed.down"]
        x = _norm(x, w["norm"])
        tokens = x @ w["tokens"] + w["tokens.bias"]
        pairs = (x @ w["pairs"] + w["pairs.bias"]).unflatten(-1, (len(PAIRS), 2, self.shape.pair))
        one, other = pairs[:, :, :, 0].permute(0, 2, 1, 3), pairs[:, :, :, 1].permute(0, 2, 3, 1)
        matched = one @ other * self.shape.pair**-0.5 + w["pairs.level"][None, :, None, None]
        pull = torch.softmax((x @ w["pool"])[..., 0].masked_fill(padding, -1e4), 1)
        whole = (pull[..., None] * x).sum(1) @ w["whole"] + w["whole.bias"]
        return tokens, matched, whole

    def _window(self, w: dict[str, Tensor], x: Tensor) -> Tensor:
        taps = w["window.taps"]
        normed = _norm(x, w["window.norm"]).transpose(1, 2)
        reach = self.shape.window // 2
        mixed = F.conv1d(normed, taps.T[:, None], padding=reach, groups=x.shape[-1]).transpose(1, 2)
        inner = F.relu(mixed @ w["window.up"])
        return (inner * inner) @ w["window.down"]

    def _bias(self, w: dict[str, Tensor], batch: Batch, padding: Tensor) -> Tensor:
        length = batch.words.shape[1]
        key = (length, str(batch.words.device))
        if key not in self._buckets:
            self._buckets[key] = torch.from_numpy(position_buckets(length)).to(batch.words.device)
        same = (batch.stems[:, :, None] == batch.stems[:, None, :]) & (batch.stems >= 0)[:, :, None]
        apart = (batch.sentences[:, None, :] - batch.sentences[:, :, None]).clamp(-REACH, REACH) + REACH
        sentences = F.one_hot(apart, 2 * REACH + 1).to(w["sentences"].dtype) @ w["sentences"]
        found = w["positions"][self._buckets[key]] + sentences + same[..., None] * w["stems"]
        return found.permute(0, 3, 1, 2).masked_fill(padding[:, None, None, :], -1e4)

    def _attention(self, w: dict[str, Tensor], at: str, x: Tensor, bias: Tensor) -> Tensor:
        heads = self.shape.heads
        mixed = _norm(x, w[at + "attention.norm"]) @ w[at + "attention.in"]
        q, k, v = mixed.unflatten(-1, (3, heads, -1)).permute(2, 0, 3, 1, 4)
        scores = torch.softmax(q @ k.transpose(-1, -2) * (x.shape[-1] // heads) ** -0.5 + bias, -1)
        return (scores @ v).transpose(1, 2).flatten(2) @ w[at + "attention.out"]


def _key(name: str) -> str:
    return name.replace(".", "__")


def _norm(x: Tensor, scale: Tensor) -> Tensor:
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * scale


def loss(outputs: tuple[Tensor, Tensor, Tensor], batch: Batch) -> Tensor:
    """The sum of the losses of the heads, each a mean over where it is asked, if anywhere."""
    tokens, pairs, whole = (each.float() for each in outputs)
    parts, roles, goal, strict, each = tokens.split([len(PARTS), len(ROLES), 3, 1, 1], -1)
    inside = batch.parts >= 0
    anchors = batch.roles > 0
    mix = batch.family == 0
    at_role = (inside & (batch.numbers | anchors)) | (inside & ~batch.numbers & mix[:, None])
    weight = torch.where(batch.numbers | anchors, 1.0, 0.05)
    total = (
        4 * F.cross_entropy(parts[inside], batch.parts[inside]) if bool(inside.any()) else tokens.sum() * 0
    )
    by_role = F.cross_entropy(roles[at_role], batch.roles[at_role], reduction="none") * weight[at_role]
    total = total + 3 * by_role.sum() / weight[at_role].sum().clamp(min=1e-6)
    asked = batch.numbers & inside
    if bool(asked.any()):
        total = total + 2 * F.cross_entropy(goal[asked], batch.goal[asked])
    if bool(anchors.any()):
        for head, wanted in ((strict, batch.strict), (each, batch.each)):
            found = F.binary_cross_entropy_with_logits(head[..., 0][anchors], wanted[anchors].float())
            total = total + 0.5 * found
    total = total + _pair_loss(pairs, batch, anchors)
    minimize = F.binary_cross_entropy_with_logits(whole[:, 0], batch.minimize, reduction="none")
    counts = F.binary_cross_entropy_with_logits(whole[:, 1], batch.counts, reduction="none")
    total = total + 0.5 * ((minimize + counts) * mix).sum() / mix.sum().clamp(min=1)
    return total + 0.5 * F.cross_entropy(whole[:, 2:], batch.family)


def _pair_loss(pairs: Tensor, batch: Batch, anchors: Tensor) -> Tensor:
    """Each pair head is asked on the rows and columns where its answer means something."""
    firsts, mentions = batch.parts == 1, batch.parts > 0
    coefficients = batch.numbers & (batch.pairs[:, PAIRS.index("owner")].sum(-1) > 0)
    right = batch.pairs[:, PAIRS.index("right")].sum(-1) > 0
    users = batch.pairs[:, PAIRS.index("uses")].sum(-1) > 0
    asked = {
        "refers": (mentions, firsts),
        "owner": (coefficients, firsts),
        "left": (anchors, firsts),
        "right": (right, firsts),
        "uses": (users, batch.numbers),
        "alike": (coefficients, coefficients),
    }
    weights = {"refers": 1.0, "owner": 3.0, "left": 3.0, "right": 1.0, "uses": 4.0, "alike": 1.0}
    total = pairs.new_zeros(())
    for at, name in enumerate(PAIRS):
        rows, columns = asked[name]
        where = rows[:, :, None] & columns[:, None, :]
        if bool(where.any()):
            found = F.binary_cross_entropy_with_logits(pairs[:, at][where], batch.pairs[:, at][where].float())
            total = total + weights[name] * found
    return total


def exported(model: ReaderModel) -> dict[str, np.ndarray]:
    """The arrays to be shipped, in single precision."""
    return {name: value.detach().float().cpu().numpy() for name, value in model.named_arrays()}


def num_parameters(model: ReaderModel) -> int:
    """How many numbers are trained."""
    return sum(math.prod(value.shape) for _, value in model.named_arrays())
