"""Texts out of scope: of many kinds, made again by a seed, and never with a formulation."""

from __future__ import annotations

import random
import re

import pytest

from agentopt.reader.tokens import tokenize
from agentopt.synthesis.problem import OUT_OF_SCOPE
from agentopt.synthesis.scope import KINDS, generate

SEEDS = range(400)


@pytest.mark.parametrize("difficulty", [1, 2, 3, 4, 5])
def test_texts_differ_and_have_no_holes(difficulty: int) -> None:
    made = [generate(random.Random(seed), difficulty) for seed in SEEDS]
    assert all(each.family == OUT_OF_SCOPE and each.formulation is None for each in made)
    assert len({each.text for each in made}) > 0.8 * len(made)
    for each in made:
        assert each.text
        assert not re.search(r"[{}~\\]|  ", each.text.replace("^{", "").replace("x}", "")), each.text


def test_there_are_many_kinds_at_every_difficulty() -> None:
    assert sum(map(len, KINDS)) >= 25
    assert all(KINDS)


def test_the_same_seed_makes_the_same_text() -> None:
    assert generate(random.Random(7), 5) == generate(random.Random(7), 5)


def test_most_texts_have_numbers_as_problems_do() -> None:
    made = [generate(random.Random(seed), 5).text for seed in SEEDS]
    numbers = [sum(token.is_number for token in tokenize(text)) for text in made]
    assert sum(count >= 3 for count in numbers) > 0.6 * len(made)
