"""What is kept of a run, and going on with one."""

from __future__ import annotations

import json
import signal
import time
from pathlib import Path

import pytest

from tests.cli.conftest import JOINERY, TEXT, Home


@pytest.fixture
def solved(home: Home) -> Home:
    assert home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "-q").status == 0
    return home


def test_without_runs_there_is_nothing_to_list(home: Home) -> None:
    assert home.agentopt("runs", "list").out == f"there are no runs in {home.runs}\n"
    assert home.agentopt("runs", "list", "--json").json == []
    done = home.agentopt("runs", "show", "last")
    assert (done.status, done.err.startswith("error: there are no runs in")) == (2, True)


def test_runs_are_listed_with_their_outcome(solved: Home) -> None:
    out = solved.agentopt("runs", "list").out
    assert solved.last_run().name in out
    assert "optimal, 1,500" in out
    (listed,) = solved.agentopt("runs", "list", "--json").json
    assert (listed["status"], listed["summary"]["objective"]) == ("done", 1500)


def test_an_answer_is_shown_again(solved: Home) -> None:
    run = solved.last_run()
    assert solved.agentopt("runs", "show", "last").out == (run / "answer.txt").read_text() + "\n"
    assert solved.agentopt("runs", "show", run.name, "--json").json == json.loads(
        (run / "answer.json").read_text()
    )
    done = solved.agentopt("runs", "show", f"{run.name}x")
    assert (done.status, f"did you mean `{run.name}`?" in done.err) == (2, True)


def test_a_finished_run_gives_its_answer_again_and_pays_nothing(solved: Home) -> None:
    first = solved.agentopt("runs", "show", "last", "--json").json
    done = solved.agentopt("runs", "resume", "last", "--model", solved.script("unused"), "--json", "-q")
    assert done.status == 0
    assert done.json["objective"] == first["objective"]
    assert done.json["spend"] == first["spend"]


def test_a_report_is_one_file_and_can_be_copied(solved: Home) -> None:
    path = Path(solved.agentopt("runs", "report", "last").out.strip())
    assert path == solved.last_run() / "report.html"
    assert "Chairs and tables" in path.read_text()
    assert solved.agentopt("runs", "report", "last", "--out", "copy.html").out == "copy.html\n"
    assert (solved.folder / "copy.html").read_bytes() == path.read_bytes()


def test_events_are_lines_and_json_lines(solved: Home) -> None:
    lines = solved.agentopt("runs", "events", "last").out.splitlines()
    assert any("direct/formulate: " in line for line in lines)
    entries = [
        json.loads(line) for line in solved.agentopt("runs", "events", "last", "--json").out.splitlines()
    ]
    assert [entry["sequence"] for entry in entries] == list(range(1, len(lines) + 1))
    assert entries[-1]["kind"] == "finished"


def test_a_run_that_failed_says_why_and_how_to_go_on(home: Home) -> None:
    home.agentopt(TEXT, "--model", "http://127.0.0.1:9#x", "-q")
    shown = home.agentopt("runs", "show", "last")
    assert shown.status == 0
    assert "no model server answers" in shown.out
    assert f"command  agentopt '{TEXT[:20]}" in shown.out
    assert f"agentopt runs resume {home.last_run().name}" in shown.out
    report = Path(home.agentopt("runs", "report", "last").out.strip())
    assert "no model server answers" in report.read_text()
    done = home.agentopt("runs", "resume", "last", "--model", home.script(JOINERY), "--json", "-q")
    assert (done.status, done.json["objective"]) == (0, 1500)


def test_a_damaged_run_is_a_message(solved: Home) -> None:
    run = solved.last_run()
    (run / "answer.json").write_text('{"status": "opt')
    done = solved.agentopt("runs", "show", "last", "--json")
    assert (done.status, "answer.json is damaged" in done.err) == (2, True)
    (run / "options.json").write_text("[]")
    done = solved.agentopt("runs", "resume", "last")
    assert (done.status, "options.json is damaged" in done.err) == (2, True)
    (run / "manifest.json").write_text("{")
    assert "damaged" in solved.agentopt("runs", "list").out
    assert solved.agentopt("runs", "show", "last").status == 2


def test_two_processes_do_not_work_on_one_run(home: Home, hard: Path) -> None:
    with home.start("formulation", "solve", hard, "--time-limit", "60") as first:
        assert first.stderr is not None
        while "incumbent" not in first.stderr.readline():
            assert first.poll() is None
        done = home.agentopt("runs", "resume", "last")
        assert done.status == 2
        assert f"process {first.pid} is working on the run" in done.err
        assert home.agentopt("runs", "list", "--json").json[0]["status"] == "running"
        first.send_signal(signal.SIGKILL)
    assert home.agentopt("runs", "list", "--json").json[0]["status"] == "interrupted"
    done = home.agentopt("runs", "resume", "last", "--time-limit", "1", "--json", "-q")
    assert (done.status, done.json["status"]) == (0, "feasible")


def test_events_are_followed_while_the_run_goes_on(home: Home, hard: Path) -> None:
    with home.start("formulation", "solve", hard, "--time-limit", "4", "-q") as solving:
        while not (home.runs.is_dir() and any(home.runs.iterdir())):
            time.sleep(0.05)
            assert solving.poll() is None
        done = home.agentopt("runs", "events", "last", "--follow", "--json")
        solving.communicate(timeout=60)
    assert done.status == 0
    assert json.loads(done.out.splitlines()[-1])["kind"] == "finished"
