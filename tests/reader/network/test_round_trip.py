"""What a text means, said by the heads and decoded again, is what it means."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from agentopt.reader.network.assignment import assign
from agentopt.reader.network.decoding import Chances, decode
from agentopt.reader.network.targets import targets
from agentopt.reader.reading import Mix
from agentopt.reader.tokens import tokenize
from agentopt.synthesis.mix.generating import problem


def _says(mix: Mix) -> tuple[object, ...]:
    rows = frozenset(
        (row.form, frozenset(row.left), row.relation, row.token, frozenset(row.right), row.strict)
        for row in mix.rows
    )
    return len(mix.decisions), mix.sense, frozenset(mix.objective), rows


@pytest.mark.parametrize("difficulty", [1, 2, 3, 4, 5])
def test_nothing_is_lost_between_reading_targets_and_decoding(difficulty: int) -> None:
    for seed in range(2000):
        made = problem(difficulty=difficulty, seed=seed)
        tokens = tokenize(made.text)
        wanted = targets(tokens, made.reading)
        assert made.reading is not None
        assert wanted is not None
        decoded = decode(tokens, Chances.certain(wanted))
        assert decoded is not None
        assert _says(decoded.mix) == _says(made.reading), made.text


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (4, 4), (3, 6)])
def test_assignment_finds_the_best_sum(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    for _ in range(50):
        scores = rng.normal(size=shape)
        rows = np.arange(shape[0])
        best = max(
            scores[rows, list(each)].sum() for each in itertools.permutations(range(shape[1]), shape[0])
        )
        found = assign(scores)
        assert len(set(found)) == shape[0]
        assert scores[rows, found].sum() == pytest.approx(best)
