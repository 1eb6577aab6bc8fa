"""Planted contradictions are found exactly, and nothing false is claimed; a smaller run of the benchmark."""

from __future__ import annotations

from random import Random

import pytest

from agentopt.benchmarks.diagnosis import main, measured
from agentopt.benchmarks.planted import planted

pytest.importorskip("scipy")


@pytest.mark.parametrize("seed", range(9))
def test_planted_conflicts_are_recovered_exactly_and_nothing_false_is_claimed(seed: int) -> None:
    found = measured(planted(Random(f"test/{seed}"), 1 + seed % 3))
    assert found.false == []
    assert found.exact
    assert found.repairs > 0


def test_the_benchmark_notices_what_is_false(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    import agentopt.benchmarks.diagnosis as benchmark
    from agentopt.diagnosis.conflicts import _Search

    def all_of_them(self, candidates):
        return list(candidates), True

    monkeypatch.setattr(_Search, "narrowed", lambda self: self.active)
    monkeypatch.setattr(_Search, "reduced", all_of_them)
    assert main(["--number", "1"]) == 1
    assert "irreducible" in capsys.readouterr().out
    assert benchmark.measured(planted(Random("test/0"), 1)).exact is False
