"""Right models written by others go through the graph: none is sent back, none is accused.

The models are annotations of a benchmark that is not in this repository; without it the test is skipped.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentopt.agents import Problem, run
from agentopt.benchmarks.reading import outcome_of, read_rows
from tests.agents.annotated import formulation
from tests.agents.conftest import BENCHMARKS, Script

FILE = BENCHMARKS / "nl4opt.jsonl"
EVERY = 5

if not FILE.is_file():
    pytest.skip(f"there is no {FILE}; set AGENTOPT_BENCHMARKS", allow_module_level=True)


def annotated(path: Path) -> list[tuple[str, bool, dict[str, object]]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    return [(row["id"], row.get("kind") != "LP", row["formal"]) for row in rows if row["status"] == "ok"]


@pytest.mark.parametrize(("name", "whole", "annotation"), annotated(FILE)[::EVERY])
def test_a_right_model_is_verified_and_neither_sent_back_nor_accused(name, whole, annotation, make_context):
    (row,) = read_rows([FILE], [name])
    model = Script({"formulate": [formulation(annotation, whole=whole)]})
    answer = run(Problem(row.question), make_context(model, battery=True))
    assert outcome_of(answer, row) == "right"
    assert answer.certificate is not None
    assert not answer.certificate.failed
    assert answer.certificate.verdict == "verified"
    assert len(model.asked) == 1
