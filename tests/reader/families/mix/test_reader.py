"""Product mixes told by tables and lists: read whole, or not at all."""

from __future__ import annotations

import pytest

from agentopt.reader.families.mix.reader import read
from agentopt.reader.tables import attached, tables_in
from agentopt.reader.tokens import tokenize
from agentopt.reader.understanding import Understanding

MARKDOWN = """Which quantities give the highest profit?

| product | profit | oven (min) | max |
|---|---|---|---|
| rolls | 2 | 4 | 100 |
| tarts | 5 | 15 | 40 |

The oven can be used for 900 minutes."""

CARDS = """We bake two breads:

- Rye: 300 g of flour per loaf, profit $2
- Spelt: 450 g of flour per loaf, profit $3

We have 90 kg of flour and can bake at most 250 loaves. What should we bake for the most profit?"""


def _read(text: str, **tables: str) -> Understanding | None:
    tokens = tokenize(text)
    files = [attached(f"{name}.csv", content) for name, content in tables.items()]
    return read(text, tokens, [*tables_in(text, tokens), *(each for each in files if each)])


@pytest.mark.parametrize(("text", "value"), [(MARKDOWN, 365.0), (CARDS, 600.0)])
def test_a_table_or_list_is_read_and_solved(text: str, value: float) -> None:
    found = _read(text)
    assert found is not None
    assert found.formulation.solve().objective == pytest.approx(value)
    numbers = {at for at, token in enumerate(tokenize(text)) if token.is_number}
    assert numbers <= found.tokens()


def test_an_attached_table_is_read() -> None:
    found = _read(
        "The products are in products.csv. We have 40 hours. Maximise the total profit.",
        products="product,profit,hours\nlamp,10,2\nvase,6,1\n",
    )
    if found is not None:
        assert found.formulation.solve().objective == pytest.approx(240.0)


@pytest.mark.parametrize(
    "text",
    [
        "The table lists our staff.\n\n| name | age |\n|---|---|\n| Ann | 30 |\n| Bob | 41 |\n",
        MARKDOWN.replace("| 15 |", "| ? |"),
        "Maximise profit. We have 900 minutes.",
    ],
)
def test_what_is_no_whole_problem_is_declined(text: str) -> None:
    assert _read(text) is None
