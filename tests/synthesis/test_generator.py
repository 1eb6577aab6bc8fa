"""Problems by family, difficulty and seed."""

from __future__ import annotations

import json

import pytest

from agentopt.errors import UsageError
from agentopt.synthesis.generator import FAMILIES, generate, made, optimum
from agentopt.synthesis.rows import rows


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("difficulty", [1, 5])
def test_a_problem_is_a_function_of_its_arguments(family: str, difficulty: int) -> None:
    problem = generate(family, difficulty=difficulty, seed=3)
    assert problem == generate(family, difficulty=difficulty, seed=3)
    assert problem.text != generate(family, difficulty=difficulty, seed=4).text
    assert (problem.family, problem.difficulty, problem.seed) == (family, difficulty, 3)
    assert (problem.formulation is None) == (family == "out-of-scope")


@pytest.mark.parametrize("family", [each for each in FAMILIES if each != "out-of-scope"])
def test_an_answer_is_the_optimum(family: str) -> None:
    found = made(family, difficulty=2, seed=1)
    assert found.problem.formulation is not None
    assert found.answer == pytest.approx(optimum(found.problem.formulation))


@pytest.mark.parametrize(
    ("family", "difficulty", "complaint"),
    [("bin", 1, "no family `bin`"), ("bins", 0, "difficulty of 0"), ("bins", 6, "difficulty of 6")],
)
def test_what_cannot_be_made_is_said(family: str, difficulty: int, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        generate(family, difficulty=difficulty, seed=0)


def test_rows_are_json_with_the_fields_of_a_benchmark() -> None:
    found = [
        json.loads(each.line)
        for each in rows(["bins", "out-of-scope"], difficulty=1, number=2, seed=5, solved=True)
    ]
    assert [row["id"] for row in found] == ["bins/1/5", "bins/1/6", "out-of-scope/1/5", "out-of-scope/1/6"]
    assert {row["status"] for row in found[:2]} == {"optimal"}
    assert all(row["answer"] is None and row["formulation"] is None for row in found[2:])
