"""Generated transportation, assignment, facility and knapsack problems are read right or not at all."""

from __future__ import annotations

import random

import pytest

from agentopt.reader.families import READERS
from agentopt.reader.tables import attached, tables_in
from agentopt.reader.tokens import tokenize
from agentopt.synthesis.generator import FAMILIES, generate, optimum
from tests.reader.families.reading import solved, sure

MINE = ("transportation", "assignment", "facility", "knapsack")


@pytest.mark.parametrize("difficulty", range(1, 6))
@pytest.mark.parametrize("family", MINE)
def test_the_reader_finds_the_optimum_of_the_generator_and_never_another(
    family: str, difficulty: int
) -> None:
    right = 0
    for seed in range(20):
        problem = generate(family, difficulty=difficulty, seed=seed)
        assert problem.formulation is not None
        answer = optimum(problem.formulation)
        assert answer is not None, problem.text
        found = solved(family, problem.text, problem.tables)
        assert found is None or found == pytest.approx(answer), problem.text
        right += found is not None
    assert right >= 17


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_of_other_classes_are_declined_or_doubted(family: str) -> None:
    for seed in range(30):
        problem = generate(family, difficulty=1 + seed % 5, seed=seed)
        tokens = tokenize(problem.text)
        tables = [*tables_in(problem.text, tokens)]
        tables += [each for name, text in problem.tables.items() if (each := attached(name, text))]
        for name in MINE:
            found = None if name == family else READERS[name](problem.text, tokens, tables)
            assert found is None or found.doubts, problem.text


@pytest.mark.parametrize("family", MINE)
def test_a_sentence_with_a_number_more_is_declined_or_doubted(family: str) -> None:
    for seed in range(20):
        problem = generate(family, difficulty=1 + seed % 5, seed=seed)
        text = f"{problem.text}\nWe have 37 helpers for 8 days."
        assert sure(family, text, problem.tables) is None, text


@pytest.mark.parametrize("family", MINE)
def test_a_number_less_is_declined_or_doubted_and_a_text_cut_short_is_never_an_error(family: str) -> None:
    rng = random.Random(5)
    for seed in range(20):
        problem = generate(family, difficulty=1 + seed % 5, seed=seed)
        tokens = tokenize(problem.text)
        numbers = [token for token in tokens if token.kind in ("integer", "decimal") and len(token.text) > 2]
        if numbers:
            gone = rng.choice(numbers)
            less = problem.text[: gone.start] + problem.text[gone.end :]
            assert sure(family, less, problem.tables) is None, less
        solved(family, problem.text[: rng.randrange(len(problem.text))], problem.tables)


@pytest.mark.parametrize("family", MINE)
def test_formulations_of_the_generator_are_in_order(family: str) -> None:
    for seed in range(20):
        problem = generate(family, difficulty=1 + seed % 5, seed=seed)
        assert problem.formulation is not None
        assert problem.formulation.check() == []


@pytest.mark.parametrize("family", MINE)
def test_texts_differ_and_some_attach_a_table(family: str) -> None:
    problems = [generate(family, difficulty=1 + seed % 5, seed=seed) for seed in range(100)]
    assert len({problem.text for problem in problems}) == 100
    assert any(problem.tables for problem in problems)
    assert problems[7] == generate(family, difficulty=3, seed=7)
