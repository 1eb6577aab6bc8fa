"""The benchmark of calls: it measures, and says what it could not measure."""

from __future__ import annotations

import json

import pytest

from agentopt.benchmarks.calls import main, table


def test_clients_are_measured_against_one_server(capsys: pytest.CaptureFixture[str]) -> None:
    clients = "agentopt,agentopt-metered-cached,aiohttp"
    assert main(["--calls", "16", "--latency", "0.001", "--rounds", "1", "--clients", clients, "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["client"] for row in rows] == clients.split(",")
    assert all(row["cpu_ms"] > 0 and row["start_cpu"] > 0 for row in rows), rows


def test_the_ratio_is_to_the_cheapest_peer_and_what_failed_says_why() -> None:
    def row(client: str, cost: float) -> dict[str, object]:
        return {"client": client, "version": "1", "cpu_ms": cost, "wall": 1.0, "start_cpu": 0.5}

    rows = [row("agentopt", 1.0), row("dspy-lm", 4.0), row("dspy-async", 2.0), row("agentopt", 3.0)]
    shown = table([*rows, {"client": "openai", "error": "not there"}]).splitlines()
    assert shown[1].split() == ["agentopt", "1", "2.000", "1.000", "1.00", "0.50", "1.00"]
    assert shown[2].split()[-1] == "2.00"
    assert shown[4].split() == ["openai", "skipped:", "not", "there"]


def test_an_unknown_client_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--clients", "agentop"])
    assert "there is no client `agentop`" in capsys.readouterr().err
