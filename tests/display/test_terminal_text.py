"""What a person at a terminal reads: progress, tables, figures, answers, questions."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest

import agentopt
from agentopt.agents.context import Event, Question
from agentopt.display import terminal
from agentopt.display.answer_text import answer_text
from agentopt.display.asking import ask
from agentopt.display.decisions import decisions
from agentopt.display.figures import figure, percent, span
from agentopt.display.grids import decision_grids, grid
from agentopt.display.limits import limits
from agentopt.display.listing import card, columns, listing
from agentopt.display.live import Live
from agentopt.display.progress import event_line, following


class Journal:
    """Remembers what is recorded."""

    def __init__(self) -> None:
        self.entries: list[tuple[str, dict[str, object]]] = []

    def record(self, kind: str, /, **data: object) -> int:
        self.entries.append((kind, data))
        return len(self.entries)


def solved(**formulation: Any) -> agentopt.Answer:
    return agentopt.solve(agentopt.Formulation.model_validate(formulation))


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event("start", "bind"), ""),
        (Event("end", "solve", data={"seconds": 75.0}), "solve: done in 1 min 15 s"),
        (Event("end", "check", "stopped", {"seconds": 0.5}, 2), "check (sample 2): done in 0.50 s, stopped"),
        (Event("repair", "repair", "check: `x` is unknown\nhint"), "repair: repair: check: `x` is unknown"),
        (Event("progress", "compile", "LP, 3 columns"), "compile: LP, 3 columns"),
        (
            Event("progress", "solve", data={"incumbent": 110.0, "bound": 100.0, "nodes": 1234}),
            "solve: incumbent 110, bound 100, gap 9.09%, 1,234 nodes",
        ),
        (
            Event("progress", "solve", data={"incumbent": None, "bound": float("-inf")}),
            "solve: no incumbent yet",
        ),
        (
            Event("call", "formulate", "direct/formulate", {"usage": {"prompt_tokens": 12, "seconds": 2.0}}),
            "formulate: direct/formulate: 12 tokens read, 0 written, 2.00 s",
        ),
        (
            Event("call", "formulate", "direct/formulate", {"usage": {"cached": True}}),
            "formulate: direct/formulate: 0 tokens read, 0 written, from the cache",
        ),
        (
            Event("replay", "formulate", "direct/formulate"),
            "formulate: direct/formulate: 0 tokens read, 0 written, from the run",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else value.kind,
)
def test_an_event_is_one_line(event: Event, line: str) -> None:
    assert event_line(event) == line


def test_without_a_terminal_events_are_lines_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal()
    with following(journal) as progress:
        progress.on_event(Event("start", "bind"))
        progress.on_event(Event("end", "bind", data={"seconds": 0.1}))
        progress.on_text(0, "some text")
        progress.on_restart(0)
    progress.on_event(Event("end", "late"))
    written = capsys.readouterr()
    assert written.out == ""
    assert written.err.endswith(" s  bind: done in 0.10 s\n")
    assert [kind for kind, _ in journal.entries] == ["start", "end"]
    assert journal.entries[1][1] == {"node": "bind", "message": "", "sample": 0, "data": {"seconds": 0.1}}


def test_quiet_is_silent_and_still_recorded(capsys: pytest.CaptureFixture[str]) -> None:
    journal = Journal()
    with following(journal, quiet=True) as progress:
        progress.on_event(Event("end", "bind", data={"seconds": 0.1}))
        progress.on_text(0, "x")
    assert capsys.readouterr().err == ""
    assert len(journal.entries) == 1


def test_reports_of_an_engine_are_not_recorded_one_by_one() -> None:
    journal = Journal()
    with following(journal, quiet=True) as progress:
        for nodes in range(50):
            progress.on_event(Event("progress", "solve", data={"incumbent": 1.0, "nodes": nodes}))
    assert len(journal.entries) == 1


def test_what_is_quick_shows_no_live_progress(capsys: pytest.CaptureFixture[str]) -> None:
    view = Live()
    view.event(Event("start", "solve"))
    view.text("solve", 40)
    view.text("solve", -1)
    view.pause()
    view.event(Event("call", "formulate", "direct/formulate"))
    view.close()
    assert capsys.readouterr().err == ""


def test_a_question_takes_a_number_or_words(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    question = Question("Fractions?", ("yes", "no"), "it matters")
    for typed, answer in (("2\n", "no"), ("maybe\n", "maybe"), ("3\n", "3"), ("", "")):
        monkeypatch.setattr(sys, "stdin", io.StringIO(typed))
        assert ask(question) == answer
    assert "Fractions?\n  (it matters)\n  1. yes\n  2. no\n> " in capsys.readouterr().err


def test_decisions_over_one_set_stand_side_by_side() -> None:
    answer = agentopt.solve("example:bakery")
    (text,) = decision_grids(list(decisions(answer)))
    lines = text.splitlines()
    assert lines[0].split() == ["PRODUCTS", "batches", "baked"]
    assert lines[1].split() == ["sourdough", "6", "yes"]
    assert "(1 is zero)" in lines


def test_decisions_over_two_sets_are_a_table_across() -> None:
    answer = agentopt.solve("example:shipping")
    (text,) = decision_grids(list(decisions(answer)))
    assert text.splitlines()[0].split() == ["ship", "[case]", "new-york", "chicago", "topeka", "austin"]
    assert text.splitlines()[3].split() == ["denver", "325", "125", "0", "0"]


def test_decisions_over_three_sets_are_listed_and_long_lists_cut() -> None:
    answer = solved(
        sets={"I": {"first": 1, "last": 5}},
        variables={"x": {"over": ["I", "I", "I"], "upper": 1}, "idle": {"over": "I", "upper": 0}},
        objective={"maximize": "sum(x[i,j,k] for i in I for j in I for k in I)"},
    )
    text, idle = decision_grids(list(decisions(answer)))
    assert text.splitlines()[1].split() == ["1", "1", "1", "1"]
    assert text.splitlines()[-1] == "(85 more)"
    assert idle == "idle: all 5 are zero"


def test_limits_come_with_their_prices_the_dearest_first() -> None:
    answer = agentopt.solve("example:shipping")
    found, count, slack = limits(answer, 3)
    assert (len(found), count, slack) == (3, 5, 2)
    assert (found[0].name, found[0].sign, found[0].price) == (
        "meet_demand[new-york]",
        "≥",
        pytest.approx(255.6),
    )
    assert limits(agentopt.Answer("no formulation"), 3) == ([], 0, 0)


def test_an_answer_says_what_it_is_and_how_far_it_can_be_trusted() -> None:
    text = answer_text(agentopt.solve("example:production"))
    assert text.index("Least value") < text.index("Decisions") < text.index("Constraints at their limit")
    assert "shadow price" in text
    assert "Certificate  verified: feasibility and optimality were both proved" in text
    assert "\x1b" not in text


def test_an_infeasible_problem_names_what_contradicts_itself() -> None:
    answer = solved(
        variables={"x": {}}, constraints={"least": {"that": "x >= 3"}, "most": {"that": "x <= 2"}}
    )
    text = answer_text(answer)
    assert "There is no answer: the conditions contradict each other." in text
    assert "These cannot hold together (proved in exact arithmetic; none can be left out):" in text
    assert "least: x >= 3" in text
    assert "Decisions" not in text
    assert "Certificate  verified: that there is no best answer was proved outside the engine" in text


def test_columns_wrap_the_last_and_keep_to_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        terminal.shutil, "get_terminal_size", lambda fallback: terminal.os.terminal_size((50, 24))
    )
    text = columns(["name", "what"], [["a", "word " * 20], ["b\nc", "short"]])
    assert max(map(len, text.splitlines())) <= 50
    assert text.splitlines()[-1] == "c"
    assert columns([], []) == ""
    assert grid(["a", "b"], [], left=1) == "a  b"


def test_listings_print_text_json_or_that_there_is_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    rows = [{"name": "a", "more": [1, 2]}, {"name": None, "more": True}]
    listing(rows, {"name": "name", "more": "more"}, as_json=False, empty="none")
    assert capsys.readouterr().out == "name  more\na     1, 2\n-     yes\n"
    listing(rows, {"name": "name"}, as_json=True, empty="none")
    assert capsys.readouterr().out == '[{"name": "a", "more": [1, 2]}, {"name": null, "more": true}]\n'
    listing([], {"name": "name"}, as_json=False, empty="none")
    assert capsys.readouterr().out == "none\n"
    assert card({"a": False, "long name": None}) == "a          no\nlong name  -"


def test_figures_are_read_at_a_glance() -> None:
    assert [figure(value) for value in (0.0, -12.5, 1e20, 2e-7, float("inf"))] == [
        "0",
        "-12.5",
        "1e+20",
        "2e-07",
        "inf",
    ]
    assert [span(value) for value in (None, 12.34, 3600.0)] == ["-", "12.3 s", "1 h 0 min"]
    assert percent(1.5) == "150%"
