"""Generated problems as batches for the network, the same ones for the same seed on any machine.

Problems come in pools of `POOL`; a pool is made of consecutive seeds, sorted by length so that little is
padding, and its batches are shuffled. A pool depends on nothing but the seed and its number, so a run
resumes at a pool.
"""

from __future__ import annotations

__all__ = ["POOL", "Example", "Mixture", "build_vocabulary", "collate", "pool", "problems"]

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import torch
from numpy.typing import NDArray

from agentopt.reader.network.features import Features, Vocabulary, features
from agentopt.reader.network.forward import PAIRS
from agentopt.reader.network.targets import FAMILIES, Targets, targets
from agentopt.reader.tokens import Token, tokenize
from agentopt.synthesis.generator import generate
from agentopt.synthesis.problem import Problem
from agentopt.teaching.reader_model import Batch

POOL = 1024
"""Problems in a pool."""

MAX_TOKENS = 260
"""Longer texts are left out."""

FORGET = (0.1, 0.1, 0.3)
"""Probabilities, one drawn for each text, with which a known word is taken for unknown."""


@dataclass(frozen=True)
class Mixture:
    """What is generated: weights of families and of difficulties."""

    families: dict[str, float] = field(
        default_factory=lambda: {
            "mix": 0.84,
            "out-of-scope": 0.08,
            **dict.fromkeys(FAMILIES[1:-1], 0.01),
        }
    )
    difficulties: tuple[float, ...] = (0.12, 0.18, 0.25, 0.25, 0.2)


@dataclass(frozen=True)
class Example:
    """A generated text as the network sees it, and what it should say."""

    tokens: tuple[Token, ...]
    features: Features
    targets: Targets


def problems(mixture: Mixture, seed: int, first: int, count: int) -> list[Problem]:
    """So many consecutive problems of a stream."""
    names, weights = list(mixture.families), list(mixture.families.values())
    found = []
    for at in range(first, first + count):
        rng = random.Random(f"{seed}/{at}")
        family = rng.choices(names, weights)[0]
        difficulty = rng.choices(range(1, 6), mixture.difficulties)[0]
        found.append(generate(family, difficulty=difficulty, seed=rng.randrange(2**48)))
    return found


def build_vocabulary(mixture: Mixture, seed: int, *, texts: int = 12_000, size: int = 1_400) -> Vocabulary:
    """The words and marks that occur in most texts; those in every fiftieth are never anonymised."""
    counted: Counter[str] = Counter()
    for problem in problems(mixture, seed, 0, texts):
        counted.update({t.lower.replace("’", "'") for t in tokenize(problem.text) if not t.is_number})
    common = [word for word, count in counted.most_common(size) if count >= texts / 500]
    marks = [mark for mark in ".,?!;:()-$%€£/'\"|*#&+=<>" if mark not in common]
    return Vocabulary((*common, *marks), sum(count >= texts / 50 for count in counted.values()))


def examples(mixture: Mixture, vocabulary: Vocabulary, seed: int, number: int) -> tuple[list[Example], int]:
    """The examples of a pool, and how many problems the heads could not say."""
    rng = np.random.default_rng([seed, number])
    found, lost = [], 0
    for problem in problems(mixture, seed, number * POOL, POOL):
        tokens = tokenize(problem.text)
        if not 2 <= len(tokens) <= MAX_TOKENS:
            continue
        wanted = targets(tokens, problem.reading, problem.family)
        if wanted is None:
            lost += 1
            continue
        seen = features(tokens, vocabulary, rng, forget=float(rng.choice(FORGET)))
        found.append(Example(tokens, seen, wanted))
    return found, lost


def pool(
    mixture: Mixture, vocabulary: Vocabulary, seed: int, number: int, batch_tokens: int
) -> list[list[Example]]:
    """The batches of a pool, each of about so many tokens with its padding."""
    found, _ = examples(mixture, vocabulary, seed, number)
    rng = np.random.default_rng([seed, number, 1])
    found.sort(key=lambda each: len(each.tokens) + 6 * rng.random())
    batches: list[list[Example]] = [[]]
    for example in found:
        if batches[-1] and (len(batches[-1]) + 1) * len(example.tokens) > batch_tokens:
            batches.append([])
        batches[-1].append(example)
    rng.shuffle(batches)  # type: ignore[arg-type,unused-ignore]  # numpy shuffles lists too
    return batches


def pools(
    mixture: Mixture, vocabulary: Vocabulary, seed: int, first: int, batch_tokens: int, workers: int = 1
) -> Iterator[list[list[Example]]]:
    """The pools from a number on, made by other processes while this one trains."""
    with ProcessPoolExecutor(workers) as executor:
        waiting: list[Future[list[list[Example]]]] = []
        number = first
        while True:
            while len(waiting) < workers + 1:
                waiting.append(executor.submit(pool, mixture, vocabulary, seed, number, batch_tokens))
                number += 1
            yield waiting.pop(0).result()


def collate(found: Sequence[Example]) -> Batch:
    """Examples padded to the longest."""
    length = max(len(each.tokens) for each in found)

    def pad(rows: Sequence[NDArray[np.int64]], value: int) -> torch.Tensor:
        whole = np.full((len(rows), length), value, np.int64)
        for at, row in enumerate(rows):
            whole[at, : len(row)] = row
        return torch.from_numpy(whole)

    def wanted(name: str) -> torch.Tensor:
        rows = [
            getattr(each.targets, name)
            if each.targets.family == 0
            else np.full(len(each.tokens), -1)  # other classes teach the class only
            for each in found
        ]
        return pad(rows, -1)

    pairs = np.zeros((len(found), len(PAIRS), length, length), bool)
    for at, each in enumerate(found):
        for kind, name in enumerate(PAIRS):
            for one, other in getattr(each.targets, name):
                pairs[at, kind, one, other] = True
    numbers = [np.array([t.is_number for t in each.tokens], np.int64) for each in found]
    return Batch(
        words=pad([each.features.words[0] for each in found], 0),
        shapes=pad([each.features.shapes for each in found], 0),
        stems=pad([each.features.stems for each in found], -1),
        sentences=pad([each.features.sentences for each in found], 0),
        parts=wanted("parts"),
        roles=wanted("roles"),
        goal=wanted("goal"),
        strict=wanted("strict"),
        each=wanted("each"),
        pairs=torch.from_numpy(pairs),
        numbers=pad(numbers, 0).bool(),
        minimize=torch.tensor([float(each.targets.minimize) for each in found]),
        counts=torch.tensor([float(each.targets.counts) for each in found]),
        family=torch.tensor([each.targets.family for each in found]),
    )
