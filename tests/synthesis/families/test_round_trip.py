"""What the generators write, the readers read: the right optimum for most, and never a wrong one."""

from __future__ import annotations

import pytest

from agentopt.synthesis.generator import generate, optimum
from tests.reader.families.reading import solved

SEEDS = range(40)


@pytest.mark.parametrize("family", ["bins", "lots", "network", "scheduling"])
def test_generated_problems_are_read_right_or_declined(family: str) -> None:
    right = 0
    for seed in SEEDS:
        problem = generate(family, difficulty=1 + seed % 5, seed=seed)
        assert problem.formulation is not None
        answer = optimum(problem.formulation)
        assert answer is not None, problem.text
        found = solved(family, problem.text, problem.tables)
        assert found is None or found == pytest.approx(answer), problem.text
        right += found is not None
    assert right >= 0.9 * len(SEEDS)


@pytest.mark.parametrize("family", ["bins", "lots", "network", "scheduling"])
def test_texts_differ(family: str) -> None:
    texts = {generate(family, difficulty=1 + seed % 5, seed=seed).text for seed in range(100)}
    assert len(texts) == 100
