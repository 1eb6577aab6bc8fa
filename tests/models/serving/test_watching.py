"""A server as a child: waited for, followed, told of when it dies, ended with all it started."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from agentopt.errors import AvailabilityError, ModelError
from agentopt.models.serving.launching import Way, launch
from agentopt.models.serving.ports import Place, place
from agentopt.models.serving.watching import Followed, started

Start = Callable[..., tuple[Followed, Place]]


@pytest.fixture
def start(vllm: Path, tmp_path: Path) -> Start:
    def made(mode: str) -> tuple[Followed, Place]:
        where = place("127.0.0.1", 0)
        extra = ["--mode", mode, "--notes", str(tmp_path / "notes.json")]
        command = launch(Way("vllm", str(vllm), ""), "some/model", "tiny", where.host, where.port, extra)
        return started(command, tmp_path / "log" / "server.log"), where

    return made


def notes(folder: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads((folder / "notes.json").read_text())
    return found


def runs(process: int) -> bool:
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def test_a_server_is_waited_for_followed_and_ended(start: Start, tmp_path: Path) -> None:
    heard: list[str] = []
    followed, where = start("good")
    with followed:
        followed.until_ready(where, "tiny", 60, heard.append)
        assert followed.process.poll() is None
    assert heard == ["INFO loading some/model", "one chat"]
    assert followed.process.returncode is not None
    assert place(where.host, where.port) == where
    assert notes(tmp_path)["usage_stats"] == "1"


@pytest.mark.parametrize("mode", ["children", "stubborn"])
def test_all_that_a_server_started_ends_with_it(start: Start, tmp_path: Path, mode: str) -> None:
    followed, where = start(mode)
    followed.until_ready(where, "tiny", 60, lambda line: None)
    told = notes(tmp_path)
    assert runs(told["child"])
    followed.stop(seconds=0.5 if mode == "stubborn" else 20)
    assert not runs(told["process"])
    assert not runs(told["child"])


def test_a_server_that_dies_while_it_starts_shows_its_last_lines_and_a_fix(start: Start) -> None:
    followed, where = start("dies")
    with followed, pytest.raises(AvailabilityError) as caught:
        followed.until_ready(where, "tiny", 60, lambda line: None)
    message = caught.value.message
    assert message.startswith("the server ended while it started (status 7); its last lines:\n")
    assert "line 29" in message
    assert "line 10" not in message
    assert caught.value.hint == "install what is missing: pip install flashinfer"


def test_what_a_dead_server_leaves_behind_is_ended(start: Start, tmp_path: Path) -> None:
    followed, where = start("dies-leaving")
    with pytest.raises(AvailabilityError), followed:
        followed.until_ready(where, "tiny", 60, lambda line: None)
    assert not runs(notes(tmp_path)["child"])


def test_a_server_that_never_answers_is_given_up(start: Start, tmp_path: Path) -> None:
    followed, where = start("silent")
    with followed, pytest.raises(AvailabilityError, match=r"no answer in 0\.5 s") as caught:
        followed.until_ready(where, "tiny", 0.5, lambda line: None)
    assert "--wait" in caught.value.hint
    assert followed.process.returncode is not None


def test_a_server_that_lists_a_model_and_cannot_chat_is_no_server(start: Start) -> None:
    followed, where = start("refuses")
    with followed, pytest.raises(ModelError, match=r"refuses to chat \(400\): As of") as caught:
        followed.until_ready(where, "tiny", 60, lambda line: None)
    assert caught.value.hint == "use an instruction-tuned model"


def test_a_server_that_dies_while_it_serves_is_told_of(start: Start) -> None:
    followed, where = start("good")
    with followed:
        followed.until_ready(where, "tiny", 60, lambda line: None)
        with suppress(OSError):
            urllib.request.urlopen(f"http://{where.host}:{where.port}/die", timeout=10)
        with pytest.raises(AvailabilityError, match=r"(?s)while it served \(status 9\).*Killed by a request"):
            followed.until_ended(lambda line: None)


def test_what_cannot_be_started_is_told(tmp_path: Path) -> None:
    nothing = launch(Way("vllm", str(tmp_path / "none"), ""), "m", "n", "127.0.0.1", 1)
    with pytest.raises(AvailabilityError, match="cannot be started: No such file"):
        started(nothing, tmp_path / "log")


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's doing")
def test_a_server_does_not_outlive_whoever_started_it(vllm: Path, tmp_path: Path) -> None:
    code = (
        "import os, sys, time; from pathlib import Path\n"
        "from agentopt.models.serving.launching import Way, launch\n"
        "from agentopt.models.serving.watching import started\n"
        "started(launch(Way('vllm', sys.argv[1], ''), 'm', 'n', '127.0.0.1', 1,"
        " ['--mode', 'silent', '--notes', sys.argv[2] + '/notes.json']), Path(sys.argv[2]) / 'log')\n"
        "while not Path(sys.argv[2], 'notes.json').exists(): time.sleep(0.05)\n"
        "os._exit(1)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(vllm), str(tmp_path)], timeout=60)
    server, end = notes(tmp_path)["process"], time.monotonic() + 20
    while runs(server) and time.monotonic() < end:
        time.sleep(0.05)
    assert not runs(server)


def test_the_log_is_of_one_server_only(start: Start, tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / "server.log").write_text("MemoryError of yesterday\n")
    followed, where = start("dies-at-once")
    with followed, pytest.raises(AvailabilityError) as caught:
        followed.until_ready(where, "tiny", 60, lambda line: None)
    assert "yesterday" not in caught.value.message
    assert str(followed.log) in caught.value.hint


def test_a_port_is_not_waited_for_by_a_stranger(start: Start) -> None:
    """Another server that answers there is not taken for the one that was started."""
    followed, where = start("silent")
    with followed, socket.socket() as stranger:
        stranger.bind((where.host, where.port))
        with pytest.raises(AvailabilityError, match="no answer"):
            followed.until_ready(where, "tiny", 0.3, lambda line: None)
