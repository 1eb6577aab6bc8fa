"""Terminals, pipes, signals, locales, full disks: what is around the process."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time
from pathlib import Path

import pytest

from tests.cli.conftest import JOINERY, SCRIPT, TEXT, Home
from tests.models.loopback import serve

SOLVE = ("formulation", "solve", "example:shipping")


def on_a_terminal(
    home: Home, *words: str, columns: int = 80, keys: bytes = b"", when: str = "", **environment: str
) -> tuple[int, str]:
    """Run with a pseudo-terminal for all three streams; `keys` are typed once `when` has been printed."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    given = {k: v for k, v in home.environment.items() if k != "COLUMNS"}
    process = subprocess.Popen(
        [SCRIPT, *words],
        stdin=child,
        stdout=child,
        stderr=child,
        env={**given, "TERM": "xterm-256color", **environment},
        cwd=home.folder,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    )
    os.close(child)
    seen, end = b"", time.monotonic() + 120
    while time.monotonic() < end:
        ready, _, _ = select.select([parent], [], [], 0.2)
        if ready:
            try:
                piece = os.read(parent, 1 << 16)
            except OSError:
                break
            if not piece:
                break
            seen += piece
        if keys and when.encode() in seen:
            os.write(parent, keys)
            keys = b""
    os.close(parent)
    return process.wait(timeout=30), seen.decode(errors="replace")


def test_ctrl_c_prints_the_incumbent_and_how_to_go_on(home: Home, hard: Path) -> None:
    with home.start("formulation", "solve", hard) as process:
        assert process.stderr is not None
        assert process.stdout is not None
        while "incumbent" not in (line := process.stderr.readline()):
            assert line
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The solve was interrupted; this is the best answer found" in out
    assert f"`agentopt runs resume {home.last_run().name}` goes on from here" in err
    assert home.agentopt("runs", "list", "--json").json[0]["status"] == "interrupted"
    done = home.agentopt("runs", "resume", "last", "--time-limit", "1", "--json", "-q")
    assert (done.status, done.json["status"]) == (0, "feasible")


def test_ctrl_c_during_a_model_call_says_how_to_go_on(home: Home) -> None:
    with serve(answer=lambda body: json.dumps(JOINERY), wait=60.0) as server:
        with home.start(TEXT, "--model", server.spec) as process:
            while not server.bodies:
                assert process.poll() is None
                time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, out) == (130, "")
        assert f"interrupted; `agentopt runs resume {home.last_run().name}` goes on from here" in err
        server.wait = 0.0
        done = home.agentopt("runs", "resume", "last", "--json", "-q")
    assert (done.status, done.json["objective"]) == (0, 1500)


def test_progress_is_live_on_a_terminal(home: Home, hard: Path) -> None:
    status, seen = on_a_terminal(
        home, "formulation", "solve", str(hard), keys=b"\x03", when="nodes", columns=120
    )
    assert status == 130
    assert "solve  " in seen
    assert "incumbent" in seen
    assert "bound" in seen
    assert "\x1b[2K" in seen
    assert "goes on from here" in seen


def test_answers_are_coloured_on_a_terminal_unless_that_is_unwanted(home: Home) -> None:
    status, seen = on_a_terminal(home, *SOLVE)
    assert status == 0
    assert "\x1b[1mDecisions\x1b[0m" in seen
    status, seen = on_a_terminal(home, *SOLVE, NO_COLOR="1")
    assert status == 0
    assert "Decisions" in seen
    assert "\x1b[1m" not in seen
    assert "\x1b[3" not in seen


def test_a_narrow_terminal_is_kept_to(home: Home) -> None:
    status, seen = on_a_terminal(home, "config", "show", columns=60)
    assert status == 0
    status, seen = on_a_terminal(home, *SOLVE, columns=60)
    proofs = seen[seen.index("Certificate") : seen.index("solved by")]
    assert status == 0
    assert max(map(len, proofs.replace("\x1b[", "").splitlines()[1:])) <= 70


def test_errors_go_to_standard_error_and_data_to_standard_output(home: Home) -> None:
    done = home.agentopt(*SOLVE)
    assert "Decisions" in done.out
    assert "solve: done in" in done.err
    assert "solve: done in" not in done.out
    assert home.agentopt(*SOLVE, "--quiet").err == ""


def test_a_reader_that_goes_away_is_no_error(home: Home) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [SCRIPT, "formulation", "schema"],
        stdout=writing,
        stderr=subprocess.PIPE,
        env=home.environment,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk_under_the_output_loses_no_answer(home: Home) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [SCRIPT, *SOLVE, "-q"], stdout=full, stderr=subprocess.PIPE, env=home.environment, check=False
        )
    assert done.returncode == 2
    assert done.stderr.decode().startswith("error: the output cannot be written: No space left on device\n")
    assert home.agentopt("runs", "list", "--json").json[0]["summary"]["objective"] == pytest.approx(148770)
    home.write("problem.txt", TEXT)
    done_ = home.agentopt(
        "solve", "problem.txt", "--model", home.script(JOINERY), "--out", "/proc/answer.json"
    )
    assert done_.status == 2
    assert "/proc/answer.json" in done_.err


def test_an_answer_that_cannot_be_kept_is_printed_all_the_same(home: Home) -> None:
    resource = pytest.importorskip("resource")
    home.write(
        "many.yaml",
        "title: many\nsets: {I: {first: 1, last: 2500}}\nvariables: {x: {over: I, upper: 1}}\n"
        "objective: {maximize: 'sum(x[i] for i in I)'}\n",
    )
    done = subprocess.run(
        [SCRIPT, "formulation", "solve", "many.yaml", "--json", "-q"],
        capture_output=True,
        cwd=home.folder,
        env=home.environment,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (120_000, 120_000)),
        check=False,
    )
    assert done.returncode == 2
    assert json.loads(done.stdout)["objective"] == 2500
    assert "answer.json cannot be written: the disk is full" in done.stderr.decode()
    resumed = home.agentopt("runs", "resume", "last", "--json", "-q")
    assert (resumed.status, resumed.json["objective"]) == (0, 2500)


def test_a_file_that_cannot_be_written_whole_keeps_what_was_in_it(home: Home) -> None:
    resource = pytest.importorskip("resource")
    (home.folder / "answer.html").write_text("the old one")
    assert home.agentopt(*SOLVE, "-q").status == 0
    done = subprocess.run(
        [SCRIPT, "runs", "report", "last", "--out", "answer.html"],
        capture_output=True,
        cwd=home.folder,
        env=home.environment,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (5_000, 5_000)),
        check=False,
    )
    assert done.returncode == 2
    assert (home.folder / "answer.html").read_text() == "the old one"
    assert [path.name for path in home.folder.glob("*.part")] == []


def test_a_home_is_not_needed(home: Home) -> None:
    done = home.agentopt(*SOLVE, "--json", "-q", "--runs", "runs", environment={"HOME": None})
    assert (done.status, done.json["status"]) == (0, "optimal")
    done = home.agentopt("config", "show", "--json", environment={"HOME": None})
    assert done.status == 0


@pytest.mark.parametrize(
    "environment", [{"LC_ALL": "C", "PYTHONIOENCODING": "ascii"}, {"PYTHONIOENCODING": "latin-1"}], ids=str
)
def test_a_locale_without_utf_8_shows_what_it_can(home: Home, environment: dict[str, str]) -> None:
    home.write("shop.json", {**JOINERY, "title": "Stühle und 桌子"})
    done = home.agentopt("formulation", "solve", "shop.json", "-q", environment=environment)
    assert done.status == 0
    assert "chairs  50" in done.out
    done = home.agentopt("formulation", "solve", "shop.json", "-q", "--json", environment=environment)
    assert done.json["formulation"]["title"] == "Stühle und 桌子"


def test_a_folder_of_runs_that_cannot_be_written_is_said_before_anything_is_paid(home: Home) -> None:
    home.write("runs", "a file")
    done = home.agentopt("solve", TEXT, "--model", home.script(JOINERY), "--runs", "runs")
    assert (done.status, done.out) == (2, "")
    assert "--runs DIR" in done.err or "runs" in done.err


def test_large_answers_are_printed_whole(home: Home) -> None:
    home.write(
        "large.yaml",
        """
        sets: {I: {first: 1, last: 100000}}
        variables: {x: {over: I, upper: 1}}
        objective: {maximize: "sum(x[i] for i in I)"}
        """,
    )
    done = home.agentopt("formulation", "solve", "large.yaml", "--json", "-q")
    assert done.status == 0
    assert len(done.json["variables"]["x"]) == 100_000
    assert "(99,960 more)" in home.agentopt("runs", "show", "last").out
