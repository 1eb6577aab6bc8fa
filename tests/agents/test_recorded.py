"""What a real reader answered, replayed through the whole graph (`tests/recorded/README.md`).

The problems are not in this repository; the tests are skipped where the folder of benchmarks is not there.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from agentopt.agents import Context
from agentopt.agents.strategies import STRATEGIES
from agentopt.benchmarks.reading import Row, measure, read_rows
from agentopt.models.recorded import Replayed
from agentopt.models.recordings import read_recordings
from agentopt.solvers.base import Limits
from tests.agents.conftest import BENCHMARKS, PROMPTS

KEPT = Path(__file__).parents[1] / "recorded"

WRONG = {
    "logior-45": "interest of so much a month is compounded; the label adds it up",
    "logior-48": "a symmetric table gives the trips of each pair once; the label counts them twice",
    "optibench-278": "a type need not be made, as `to be economically feasible` says; the label makes each",
}
"""Rows whose answer is not the label in any strategy, and why: the reader read the text otherwise."""

FORMULATING = [strategy for strategy in STRATEGIES if strategy not in ("builtin", "code", "scattered-forest")]
"""The strategies whose replies are formulations; those that write programs have no recordings yet."""
RECORDED = [
    (strategy, file.stem) for strategy in FORMULATING for file in sorted((KEPT / strategy).glob("*.jsonl"))
]


@cache
def rows() -> dict[str, Row]:
    wanted = {name.rpartition("-")[0] for _, name in RECORDED}
    files = [path for name in sorted(wanted) if (path := BENCHMARKS / f"{name}.jsonl").is_file()]
    return {row.id.replace("/", "-"): row for row in read_rows(files)}


def test_every_strategy_has_fifteen_recorded_problems():
    for strategy in FORMULATING:
        assert sum(strategy == each for each, _ in RECORDED) >= 15


def test_recordings_are_sealed():
    for strategy in FORMULATING:
        for recording in read_recordings(KEPT / strategy):
            assert recording.sealed
            assert not recording.messages
            assert recording.component.split("/")[0] in (strategy, "shared")


@pytest.mark.parametrize(("strategy", "name"), RECORDED)
def test_a_recorded_reading_comes_to_the_label(strategy, name, tmp_path):
    row = rows().get(name)
    if row is None:
        pytest.skip(f"{name} is not in {BENCHMARKS}; set AGENTOPT_BENCHMARKS to the folder that has it")
    model = Replayed(KEPT / strategy / f"{name}.jsonl")
    context = Context(model=model, prompts=(PROMPTS,), strategy=strategy, limits=Limits(seconds=60))
    result = measure(row, context, tmp_path / "run")
    assert result.outcome != "unmeasured", (
        f"{'; '.join(result.findings)}\nA prompt, or what is told to a model, has changed: record again as "
        "tests/recorded/README.md says."
    )
    if name in WRONG:
        assert result.outcome == "wrong", f"no longer wrong: take it out of WRONG ({WRONG[name]})"
        return
    assert result.outcome == "right", (result.value, result.label, result.findings)
    assert not result.falsified, "a right model was accused"
