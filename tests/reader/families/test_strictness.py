"""No reader of a class takes a text of another class, or one that is no problem, for its own."""

from __future__ import annotations

import pytest

from agentopt.reader.families import READERS
from agentopt.reader.tables import attached, tables_in
from agentopt.reader.tokens import tokenize
from agentopt.synthesis.generator import FAMILIES, generate

MINE = ("bins", "lots", "network", "scheduling")


@pytest.mark.parametrize("family", FAMILIES)
def test_texts_of_other_families_are_declined(family: str) -> None:
    for seed in range(40):
        problem = generate(family, difficulty=1 + seed % 5, seed=seed)
        tokens = tokenize(problem.text)
        tables = [*tables_in(problem.text, tokens)]
        tables += [each for name, text in problem.tables.items() if (each := attached(name, text))]
        for name in MINE:
            assert name == family or READERS[name](problem.text, tokens, tables) is None, problem.text


@pytest.mark.parametrize(
    "text", ["", " ", "?", "1 2 3", "minimize", "<1>, <2>", "A-B", "| a |\n|---|\n| 1 |", "\0" * 9]
)
@pytest.mark.parametrize("family", MINE)
def test_odd_texts_are_declined(family: str, text: str) -> None:
    tokens = tokenize(text)
    assert READERS[family](text, tokens, tables_in(text, tokens)) is None
