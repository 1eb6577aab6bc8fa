"""`agentopt whatif` and `agentopt diagnose` as a person uses them."""

from __future__ import annotations

import pytest

from agentopt.runs import Run
from tests.cli.conftest import Home

SHORT = {
    "title": "Too little wood",
    "parameters": [{"name": "boards", "value": 100, "quote": "100 boards", "unit": "board"}],
    "variables": [{"name": "chairs"}],
    "objective": {"minimize": "chairs"},
    "constraints": [
        {"name": "wood", "that": "2*chairs <= boards", "because": "There are 100 boards."},
        {"name": "order", "that": "chairs >= 60"},
    ],
}


def test_a_run_is_changed_compared_and_changed_again(home: Home) -> None:
    home.agentopt("formulation", "solve", "example:shipping", "-q")
    done = home.agentopt("whatif", "last", "--set", "demand[topeka]=300", "--json")
    assert (done.status, done.err) == (0, "")
    step = done.json["step"]
    assert (step["before"], step["objective"]) == (pytest.approx(148770), pytest.approx(152100))
    assert step["decisions"] == [
        {"name": "ship", "index": ["san-diego", "topeka"], "before": 275, "after": 300}
    ]
    again = home.agentopt("whatif", "last", "--forbid", "ship[san-diego,topeka]")
    assert again.status == 0
    assert "objective  152,100 → 159,502.5 dollar  (+7,402.5, +4.87%)" in again.out
    assert "newly at their limit: within_supply[seattle]" in again.out
    assert {Run.open(each).manifest.status for each in home.runs.glob("*what-if*")} == {"done"}
    assert home.agentopt("runs", "show", "last").out == again.out


def test_a_run_of_whatif_resumes_as_the_changed_problem(home: Home) -> None:
    home.agentopt("whatif", "example:shipping", "--set", "demand[topeka]=300")
    done = home.agentopt("runs", "resume", "last", "--json", "-q")
    assert (done.status, done.json["objective"]) == (0, pytest.approx(152100))


def test_why_not_prices_and_sweeps(home: Home) -> None:
    done = home.agentopt("whatif", "example:shipping", "--why-not", "ship[seattle,topeka]>=10")
    assert "With ship[seattle,topeka]>=10 the best answer is 149,103 dollar: 333 dollar more" in done.out
    done = home.agentopt("whatif", "example:shipping")
    assert "supply[denver]    450 case  −95.4          325 … 625" in done.out
    done = home.agentopt("whatif", "example:bakery")
    assert "There are no shadow prices here: some decisions are whole numbers" in done.out
    sweep = ("whatif", "example:shipping", "--sweep", "supply[denver]=300:500:5", "--out", "sweep.svg")
    assert "(infeasible)" in home.agentopt(*sweep).out
    assert (home.folder / "sweep.svg").read_text().startswith("<svg")


def test_a_dialogue_is_read_from_standard_input(home: Home) -> None:
    lines = (
        "set freight=0.1\nnonsense\n\nwhy not ship[denver, topeka]>=10\nundo\nchanges\nquit\nset freight=9\n"
    )
    done = home.agentopt("whatif", "example:shipping", "--chat", input=lines)
    assert done.status == 0
    assert "objective  148,770 → 165,300 dollar" in done.out
    assert "error: `nonsense` is no command" in done.err
    assert done.out.rstrip().endswith("nothing is changed")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("whatif", "example:shipping", "--set", "demand[topka]=3"), "did you mean `topeka`?"),
        (("whatif", "example:shipping", "make it cheaper"), "name one with `--model URL#NAME`"),
        (("whatif", "example:shipping", "--sweep", "freight=1"), "FROM:TO:POINTS"),
        (("whatif", "example:shipping", "--out", "x.svg", "--set", "freight=1"), ".svg draws a `--sweep`"),
        (("whatif", "nowhere"), "hint:"),
        (("diagnose", "nowhere"), "hint:"),
    ],
)
def test_what_cannot_be_done_is_said_with_a_hint(
    home: Home, arguments: tuple[str, ...], message: str
) -> None:
    done = home.agentopt(*arguments)
    assert (done.status, done.out) == (2, "")
    assert message in done.err


def test_an_infeasible_formulation_is_explained_by_solve_and_by_diagnose(home: Home) -> None:
    home.write("short.json", SHORT)
    solved = home.agentopt("formulation", "solve", "short.json", "-q")
    assert solved.status == 1
    for part in (
        "“There are 100 boards.”",
        "boards = 100 board, “100 boards”",
        "raise boards from 100 to 120",
    ):
        assert part in solved.out
    data = home.agentopt("formulation", "solve", "short.json", "-q", "--json").json["diagnosis"]
    assert (data["kind"], data["complete"]) == ("infeasible", True)
    assert data["conflicts"][0]["irreducible"] is True
    told = home.agentopt("diagnose", "short.json")
    assert (told.status, "raise boards from 100 to 120" in told.out) == (1, True)
    fine = home.agentopt("diagnose", "example:shipping", "--json")
    assert (fine.status, fine.json["scaling"]["hard"]) == (0, False)
