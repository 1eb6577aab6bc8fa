"""The benchmark of large-neighbourhood search: what is averaged, and who loses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentopt.benchmarks.neighbourhoods import Compared, main, summary
from agentopt.compiling import export
from tests.compiling.models import compiled


def row(name: str, alone: float, alns: float, closed: bool = False) -> Compared:
    return Compared(name, alone, alns, None, None, 1.0, closed, ())


def test_what_highs_closes_is_counted_apart_and_losers_are_named() -> None:
    found = summary([row("a", 0.039, 0.009), row("b", 0.009, 0.009), row("c", 0.009, 0.039, closed=True)])
    assert found["not_closed_ratio"] == pytest.approx(0.5)
    assert found["all_ratio"] == pytest.approx(1.0)
    assert (found["losers"], found["winners"]) == (["c"], ["a"])


def test_a_folder_is_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plan = compiled(
        variables={"n": {"domain": "integer", "upper": 5}, "m": {"domain": "integer", "upper": 5}},
        objective={"maximize": "3*n + 2*m"},
        constraints={"c": {"that": "2*n + 2*m <= 13"}},
    )
    export(plan, tmp_path / "plan.mps.gz")
    known = {"file": "plan.mps.gz", "best_known": 17.0, "status": "optimal", "sense": "max"}
    (tmp_path / "manifest.json").write_text(json.dumps([known]), encoding="utf-8")
    assert main(["--folder", str(tmp_path), "--time-limit", "20", "--json"]) == 0
    found = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (found["alone_objective"], found["alns_objective"], found["closed"]) == (17.0, 17.0, True)
