"""The benchmarks of mixed-integer engines: means, integrals, and who is called slower."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agentopt.benchmarks.mip_runs import primal_integral
from agentopt.benchmarks.racing import Compared, main, summary
from agentopt.compiling import export
from agentopt.tuning.evidence import shifted_mean
from tests.compiling.models import compiled


def row(name: str, alone: float, race: float, proved: tuple[bool, bool] = (True, True)) -> Compared:
    return Compared(name, alone, race, *proved, None, None, (), "")


def test_the_summary_names_those_the_race_is_slower_on() -> None:
    found = summary([row("a", 3.0, 1.0), row("b", 1.0, 3.0), row("c", 5.0, 5.0, (True, False))])
    assert found["ratio"] == pytest.approx(1.0)
    assert (found["race_slower"], found["race_faster"], found["lost_proofs"]) == (["b"], ["a"], ["c"])
    assert (found["alone_proofs"], found["race_proofs"]) == (3, 2)


@pytest.mark.parametrize(
    ("trace", "expected"),
    [
        ([], 1.0),
        ([(0.0, 10.0)], 0.0),
        ([(2.0, 10.0)], 0.5),
        ([(0.0, -10.0)], 1.0),
        ([(0.0, 20.0)], 0.5),
        ([(0.0, 20.0), (9.0, 10.0)], 0.5),
    ],
)
def test_a_primal_integral_is_the_mean_gap_over_the_time(
    trace: list[tuple[float, float]], expected: float
) -> None:
    assert primal_integral(trace, 10.0, 4.0) == pytest.approx(expected)


def test_a_shifted_mean_of_equal_values_is_that_value() -> None:
    assert shifted_mean([4.0, 4.0], 1.0) == pytest.approx(4.0)


def test_a_folder_is_raced_and_a_wrong_answer_is_the_exit_status(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    plan = compiled(
        variables={"n": {"domain": "integer", "upper": 5}, "m": {"domain": "integer", "upper": 5}},
        objective={"maximize": "3*n + 2*m"},
        constraints={"c": {"that": "2*n + 2*m <= 13"}},
    )
    export(plan, tmp_path / "plan.mps.gz")
    known = {"file": "plan.mps.gz", "best_known": 17.0, "status": "optimal", "sense": "max"}
    (tmp_path / "manifest.json").write_text(json.dumps([known]), encoding="utf-8")
    assert main(["--folder", str(tmp_path), "--time-limit", "20", "--json"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["race_proofs"] == 1
    known["best_known"] = 16.0
    (tmp_path / "manifest.json").write_text(json.dumps([known]), encoding="utf-8")
    assert main(["--folder", str(tmp_path), "--time-limit", "20"]) == 1
    assert "WRONG" in capsys.readouterr().out
