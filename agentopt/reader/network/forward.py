"""The network, read forwards in numpy: a transformer encoder with biases for position, stem and sentence.

The arithmetic is that of `agentopt.teaching.reader_model`, which is the same lines in torch; a test holds
the two within 1e-4. Shapes: K readings of one text, L tokens, width D, H heads.
"""

from __future__ import annotations

__all__ = ["PAIRS", "REACH", "Scores", "Shape", "Weights", "forward", "position_buckets"]

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from agentopt.reader.network.features import Features

Array = NDArray[np.float32]

PAIRS = ("refers", "owner", "left", "right", "uses", "alike")
"""The heads that score pairs of tokens, as in `Targets`."""

REACH = 2
"""Sentences further apart than this are equally far."""

NUM_BUCKETS = 32


@dataclass(frozen=True)
class Shape:
    """The sizes of a network."""

    width: int = 160
    heads: int = 5
    layers: int = 5
    inner: int = 480
    pair: int = 48
    window: int = 7


@dataclass(frozen=True)
class Weights:
    """Arrays by the names of `forward`, and the sizes they belong to."""

    shape: Shape
    arrays: Mapping[str, Array]


@dataclass(frozen=True)
class Scores:
    """What the heads say, as logits; each array has a leading axis of readings K.

    Attributes:
        parts, roles, goal: (K, L, classes).
        strict, each: (K, L).
        pairs: by name of `PAIRS`, (K, L, L).
        minimize, counts: (K,).
        family: (K, classes).
    """

    parts: Array
    roles: Array
    goal: Array
    strict: Array
    each: Array
    pairs: Mapping[str, Array]
    minimize: Array
    counts: Array
    family: Array


def position_buckets(length: int) -> NDArray[np.int64]:
    """Buckets of the distance between tokens, (L, L): exact up to 8, then logarithmic up to 128, by side.

    Source: Raffel et al., Exploring the Limits of Transfer Learning (2020), section 2.1.
    """
    distance = np.arange(length)[None, :] - np.arange(length)[:, None]
    half, exact = NUM_BUCKETS // 2, NUM_BUCKETS // 4
    size = np.abs(distance)
    far = exact + np.log(np.maximum(size, 1) / exact) / np.log(128 / exact) * (half - exact)
    return np.asarray(
        np.where(size < exact, size, np.minimum(far, half - 1).astype(np.int64)) + half * (distance > 0),
        np.int64,
    )


def forward(weights: Weights, given: Features) -> Scores:
    """The scores of K readings of one text."""
    w, shape = weights.arrays, weights.shape
    x = w["words"][given.words] + w["shapes"][given.shapes]
    x = x + _window(w, shape, x)
    bias = _bias(w, given)
    for layer in range(shape.layers):
        x = x + _attention(w, f"{layer}.", shape, x, bias)
        x = x + _feed(w, f"{layer}.", x)
    x = _norm(x, w["norm"])
    return _heads(w, shape, x)


def _norm(x: Array, scale: Array) -> Array:
    """Root-mean-square normalisation (Zhang and Sennrich, 2019)."""
    size = np.sqrt(np.einsum("...i,...i->...", x, x) / x.shape[-1] + 1e-6)
    return np.asarray(x / size[..., None] * scale, np.float32)


def _window(w: Mapping[str, Array], shape: Shape, x: Array) -> Array:
    """A depthwise convolution over neighbours, then a small feed-forward net."""
    reach = shape.window // 2
    padded = np.pad(_norm(x, w["window.norm"]), ((0, 0), (reach, reach), (0, 0)))
    mixed = sum(padded[:, at : at + x.shape[1]] * w["window.taps"][at] for at in range(shape.window))
    inner = np.maximum(mixed @ w["window.up"], 0)
    return np.asarray((inner * inner) @ w["window.down"], np.float32)


def _bias(w: Mapping[str, Array], given: Features) -> Array:
    """What attention adds for distance, same stem and sentence, (H, L, L)."""
    stems, sentences = given.stems, given.sentences
    same = (stems[:, None] == stems[None, :]) & (stems[:, None] >= 0)
    apart = np.clip(sentences[None, :] - sentences[:, None], -REACH, REACH) + REACH
    found = (
        w["positions"][position_buckets(len(stems))] + w["sentences"][apart] + same[..., None] * w["stems"]
    )
    return np.ascontiguousarray(found.transpose(2, 0, 1))


def _attention(w: Mapping[str, Array], at: str, shape: Shape, x: Array, bias: Array) -> Array:
    readings, length, width = x.shape
    head = width // shape.heads
    mixed = _norm(x, w[at + "attention.norm"]) @ w[at + "attention.in"]
    q, k, v = mixed.reshape(readings, length, 3, shape.heads, head).transpose(2, 0, 3, 1, 4)
    scores = q @ k.transpose(0, 1, 3, 2) * np.float32(head**-0.5) + bias
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return np.asarray(
        (scores @ v).transpose(0, 2, 1, 3).reshape(x.shape) @ w[at + "attention.out"], np.float32
    )


def _feed(w: Mapping[str, Array], at: str, x: Array) -> Array:
    """A feed-forward net with squared rectifiers (So et al., Primer, 2021)."""
    inner = np.maximum(_norm(x, w[at + "feed.norm"]) @ w[at + "feed.up"], 0)
    return np.asarray((inner * inner) @ w[at + "feed.down"], np.float32)


def _heads(w: Mapping[str, Array], shape: Shape, x: Array) -> Scores:
    tokens = x @ w["tokens"] + w["tokens.bias"]
    pairs = (x @ w["pairs"] + w["pairs.bias"]).reshape(*x.shape[:2], len(PAIRS), 2, shape.pair)
    one, other = pairs[:, :, :, 0].transpose(0, 2, 1, 3), pairs[:, :, :, 1].transpose(0, 2, 3, 1)
    matched = one @ other * np.float32(shape.pair**-0.5) + w["pairs.level"][None, :, None, None]
    pull = (x @ w["pool"])[..., 0]
    pull = np.exp(pull - pull.max(axis=1, keepdims=True))
    pooled = ((pull / pull.sum(axis=1, keepdims=True))[..., None] * x).sum(axis=1)
    whole = pooled @ w["whole"] + w["whole.bias"]
    return Scores(
        parts=tokens[..., 0:4],
        roles=tokens[..., 4:20],
        goal=tokens[..., 20:23],
        strict=tokens[..., 23],
        each=tokens[..., 24],
        pairs={name: matched[:, at] for at, name in enumerate(PAIRS)},
        minimize=whole[:, 0],
        counts=whole[:, 1],
        family=whole[:, 2:],
    )
