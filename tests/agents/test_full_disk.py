"""A disk that fills up anywhere: a clear error, and with room the run goes on, nothing paid twice."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.agents.conftest import OPTIMUM, joinery
from tests.agents.test_resume import Counting, server  # noqa: F401 - a fixture
from tests.agents.test_solve import infeasible

ROOT = Path(__file__).parents[2]
LIMITS = (100, 1_000, 20_000, 40_000, 60_000, 80_000, 100_000, 150_000, 200_000)
"""Bytes a file may have: before the problem is written, before the calls, between checkpoints."""

pytest.importorskip("resource")


@pytest.mark.parametrize("server", [{"formulate": infeasible(), "repair": joinery()}], indirect=True)
def test_a_full_disk_stops_a_run_and_loses_nothing(server: Counting, tmp_path):  # noqa: F811
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.agents.filled",
            f"http://127.0.0.1:{server.server_address[1]}",
            str(tmp_path),
            *map(str, LIMITS),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["limit"] for result in results] == list(LIMITS)
    for result in results:
        first, second = result["first"], result["second"]
        assert first["error"] == "RunError", result
        assert "disk has room" in first["hint"]
        assert second["objective"] == pytest.approx(OPTIMUM)
        assert second["calls"] == 2
        assert server.counts[f"full-{result['limit']}"] == 2, result["limit"]
    said = " ".join(result["first"]["message"] for result in results)
    for part in ("problem cannot be written", "calls cannot be kept", "cannot be checkpointed"):
        assert part in said
