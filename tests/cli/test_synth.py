"""`agentopt synth`: rows on standard output or in a file, and plain errors."""

from __future__ import annotations

import json

import pytest

from agentopt.formulation.elements import Formulation
from tests.cli.conftest import Home


def test_rows_are_printed_and_the_same_for_the_same_seed(home: Home) -> None:
    words = ("synth", "generate", "--family", "bins", "--n", "3", "--seed", "7", "--solve")
    done = home.agentopt(*words)
    assert done.status == 0
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert [row["seed"] for row in rows] == [7, 8, 9]
    assert all(row["answer"] > 0 and row["status"] == "optimal" for row in rows)
    assert Formulation.model_validate(rows[0]["formulation"]).title
    assert "3 problems of 1 family, 0 drawn again" in done.err
    assert home.agentopt(*words).out == done.out


def test_rows_go_into_a_file(home: Home) -> None:
    done = home.agentopt("synth", "generate", "--n", "1", "--difficulty", "1", "--out", "made.jsonl")
    assert (done.status, done.out) == (0, "")
    rows = [json.loads(line) for line in (home.folder / "made.jsonl").read_text().splitlines()]
    listed = home.agentopt("synth", "families", "--json").json
    assert [row["family"] for row in rows] == [each["name"] for each in listed]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--family", "bin"], "did you mean `bins`?"),
        (["--difficulty", "9"], "give 1, 2, 3, 4 or 5"),
        (["--n", "0"], "give 1 or more"),
        (["--seed", "-1"], "give 0 or more"),
        (["--out", "nowhere/made.jsonl"], "name a file in a folder that exists"),
    ],
)
def test_bad_arguments_are_said_plainly(home: Home, words: list[str], hint: str) -> None:
    done = home.agentopt("synth", "generate", *words)
    assert (done.status, done.out, hint in done.err) == (2, "", True)
