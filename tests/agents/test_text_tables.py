"""Large tables in a problem text become files a formulation refers to."""

from __future__ import annotations

import pytest

from agentopt.agents import Problem, run
from agentopt.agents.text_tables import MIN_NUMBERS, move_out
from tests.agents.conftest import Folder, Script

ROWS = "\n".join(f"| item {n} | {n} | ${1000 * n:,} |" for n in range(1, 31))
HEAD = "| item | weight | worth |\n| :--- | ---: | --- |\n"
TEXT = f"Pick at most 3 items of most worth.\n\n{HEAD}{ROWS}\n\nWeight is free."


def test_a_large_table_is_cut_short_and_kept_whole_beside_the_text():
    short, (table,) = move_out(TEXT)
    assert short.count("| item ") == 4
    assert "(and so on: every row is in the attached table text_table_1.csv)" in short
    assert short.endswith("\n\nWeight is free.")
    assert table.csv.splitlines()[0] == "item,weight,worth"
    assert table.csv.splitlines()[30] == "item 30,30,30000"


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|---|\n| 1 | 2 |",
        TEXT.replace("| item 9 | 9 | $9,000 |", "| ... | ... | ... |"),
        TEXT.replace("| item 9 | 9 |", "| item 9 |"),
        TEXT.replace("| weight | worth |", "| worth | worth |"),
        TEXT.replace("| :--- | ---: | --- |\n", ""),
        "a | b",
        "",
    ],
)
def test_small_partial_ragged_or_plain_tables_stay_in_the_text(text):
    assert move_out(text) == (text, ())


def test_the_threshold_counts_numbers_not_words():
    words = "\n".join("| a | b |" for _ in range(MIN_NUMBERS))
    assert move_out(f"| x | y |\n|---|---|\n{words}")[1] == ()


FORMULATION = {
    "sets": [{"name": "ITEMS", "from": "text_table_1.csv", "column": "item"}],
    "parameters": [
        {"name": "worth", "over": ["ITEMS"], "from": "text_table_1.csv", "column": "worth", "key": ["item"]},
        {"name": "most", "value": 3, "quote": "at most 3"},
    ],
    "variables": [{"name": "pick", "over": ["ITEMS"], "domain": "binary"}],
    "objective": {"maximize": "sum(worth[i]*pick[i] for i in ITEMS)"},
    "constraints": [{"name": "few", "that": "sum(pick[i] for i in ITEMS) <= most"}],
}


@pytest.mark.parametrize("kept", [True, False])
def test_a_formulation_refers_to_the_table_of_the_text(make_context, tmp_path, kept):
    model = Script({"formulate": [FORMULATION]})
    answer = run(Problem(TEXT), make_context(model, run=Folder(tmp_path) if kept else None))
    assert answer.objective == pytest.approx(87000)
    asked = model.asked[0].messages[1].content
    assert "table text_table_1.csv: 30 rows" in asked
    assert "item 29" not in asked
