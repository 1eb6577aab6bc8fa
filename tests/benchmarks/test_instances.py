"""The benchmark of public instances: what it calls proved, at its limit, and wrong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agentopt.benchmarks.instances import main, verdict
from agentopt.compiling import export
from agentopt.solvers import PointStatus, Solution, Termination
from tests.compiling.models import compiled

PLAN = {
    "variables": {"x": {"upper": 4}, "n": {"domain": "integer", "upper": 5}},
    "objective": {"maximize": "3*x + 2*n"},
    "constraints": {"c": {"that": "x + n <= 6"}},
}


def outcome(termination: Termination, objective: float | None = None, bound: float | None = None) -> Solution:
    point = PointStatus.NONE if objective is None else PointStatus.FEASIBLE
    values = None if objective is None else np.zeros(1)
    return Solution(termination, point, "highs", objective=objective, bound=bound, values=values)


@pytest.mark.parametrize(
    ("found", "known", "expected"),
    [
        (outcome(Termination.OPTIMAL, 5.0, 5.0), {"best_known": 5.0}, "proved"),
        (outcome(Termination.OPTIMAL, 82.19999924, 82.19999924), {"best_known": 82.1999}, "proved"),
        (outcome(Termination.OPTIMAL, 5.1, 5.1), {"best_known": 5.0}, "WRONG: 5.1 is called optimal"),
        (outcome(Termination.TIME_LIMIT, 6.0, 4.0), {"best_known": 5.0}, "limit"),
        (outcome(Termination.TIME_LIMIT, 4.0, 3.0), {"best_known": 5.0}, "WRONG: 4 is better"),
        (outcome(Termination.TIME_LIMIT, 6.0, 5.5), {"best_known": 5.0}, "WRONG: the bound 5.5 excludes"),
        (outcome(Termination.TIME_LIMIT, 4.0, 6.0), {"best_known": 5.0, "sense": "max"}, "limit"),
        (outcome(Termination.INFEASIBLE), {"best_known": 5.0}, "WRONG: called infeasible"),
        (outcome(Termination.UNBOUNDED), {"best_known": None, "status": "unbounded"}, "unbounded"),
        (outcome(Termination.OPTIMAL, 1.0), {"status": "infeasible"}, "WRONG: a point of an infeasible"),
        (outcome(Termination.ITERATION_LIMIT, 6.0), {"best_known": 5.0}, "unproved"),
    ],
)
def test_an_outcome_is_judged_by_what_is_known(
    found: Solution, known: dict[str, object], expected: str
) -> None:
    assert verdict(found, {"status": "optimal", **known}).startswith(expected)


def test_a_folder_is_measured_and_a_disagreement_is_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "mps"
    export(compiled(**PLAN), folder / "plan.mps.gz")
    (folder / "broken.mps").write_text("this is no model", encoding="utf-8")
    entries = [{"file": "mps/plan.mps.gz", "best_known": 16.0, "status": "optimal", "sense": "max"}]
    manifest = tmp_path / "manifest.json"
    manifest.write_text(json.dumps(entries), encoding="utf-8")
    assert main(["--folder", str(folder), "--time-limit", "10"]) == 0
    assert "1 instances: 1 proved" in capsys.readouterr().out
    entries[0]["best_known"] = 17.0
    entries.append({"file": "mps/broken.mps", "best_known": 1.0, "status": "optimal"})
    manifest.write_text(json.dumps(entries), encoding="utf-8")
    assert main(["--folder", str(folder), "--time-limit", "10"]) == 1
    printed = capsys.readouterr().out
    assert "2 instances: 2 WRONG" in printed
    assert "broken.mps`, line 1" in printed
