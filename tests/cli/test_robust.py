"""`agentopt robust` as a person uses it."""

from __future__ import annotations

import pytest

from agentopt.runs import Run
from tests.cli.conftest import Home


def test_scenarios_are_planned_for_and_the_worth_of_knowing_is_told(home: Home) -> None:
    done = home.agentopt("robust", "example:newsvendor")
    assert (done.status, done.err) == (0, "")
    assert "Expected value of the objective: 48.825 dollar, over 4 scenarios." in done.out
    assert "order  140" in done.out
    assert "Value of perfect information      17.8 dollar" in done.out
    run = Run.open(next(home.runs.glob("*newspapers*")))
    assert run.manifest.status == "done"
    assert {"stated.yaml", "formulation.yaml", "report.html", "answer.json"} <= {
        path.name for path in run.folder.iterdir()
    }
    cautious = home.agentopt("robust", "example:newsvendor", "--risk", "worst", "--json")
    assert cautious.json["objective"] == pytest.approx(30)
    assert cautious.json["first_stage"] == [{"name": "order", "index": [], "value": 60}]


def test_a_set_is_planned_against_and_its_price_is_drawn(home: Home) -> None:
    done = home.agentopt(
        "robust", "example:facility", "--price", "0:2:3", "--out", "price.svg", "--json", "-q"
    )
    assert (done.status, done.err) == (0, "")
    found = done.json
    assert found["status"] == "optimal"
    assert found["objective"] == pytest.approx(12596.846, abs=0.01)
    assert found["bound"] == pytest.approx(found["objective"], rel=1e-6)
    assert [each["objective"] for each in found["prices"]] == pytest.approx(
        [9732, 11257, 12596.846], abs=0.01
    )
    assert (home.folder / "price.svg").read_text().startswith("<svg")
    page = (next(home.runs.glob("*depots*")) / "report.html").read_text()
    assert "The price of robustness" in page
    assert "<svg" in page


def test_solving_what_is_uncertain_as_stated_says_so(home: Home) -> None:
    done = home.agentopt("formulation", "solve", "example:facility", "-q")
    assert done.status == 0
    assert "agentopt robust" in done.out
    refused = home.agentopt("formulation", "solve", "example:newsvendor", "-q")
    assert refused.status == 2
    assert "decide with `agentopt robust`" in refused.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["example:bakery"], "states nothing uncertain"),
        (["example:newsvendor", "--budget", "2"], "--budget has no meaning for scenarios"),
        (["example:facility", "--risk", "worst"], "--risk has no meaning for an uncertainty set"),
        (["example:newsvendor", "--level", "0.5"], "--level is for cvar"),
        (["example:facility", "--price", "0-3"], "FROM:TO:POINTS"),
        (["example:facility", "--budget", "-1"], "below 0"),
        (["example:facility", "--engine", "scip"], "over HiGHS"),
        (["example:facility", "--out", "x.svg"], "suffix"),
    ],
)
def test_what_makes_no_sense_is_said(home: Home, arguments: list[str], message: str) -> None:
    done = home.agentopt("robust", *arguments)
    assert done.status == 2
    assert message in done.err
