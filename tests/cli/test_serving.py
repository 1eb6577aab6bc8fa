"""`agentopt serve`: what is printed, what ends it, what it says when it cannot be."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import SCRIPT, Home
from tests.models.loopback import serve
from tests.models.serving.conftest import model, vllm
from tests.models.serving.test_watching import notes, runs

__all__ = ["model", "vllm"]


@contextmanager
def serving(home: Home, *words: str | Path, **environment: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [SCRIPT, "serve", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**home.environment, **environment},
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def line(process: subprocess.Popen[str], seconds: float = 60) -> str:
    assert process.stdout is not None
    assert select.select([process.stdout], [], [], seconds)[0], "nothing was said"
    return process.stdout.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_server_is_started_used_and_stopped(
    home: Home, model: Path, vllm: Path, tmp_path: Path, number: signal.Signals
) -> None:
    extra = ["--", "--mode", "children", "--notes", tmp_path / "notes.json"]
    with serving(home, model, "--port", "0", "--with", vllm, "--json", *extra) as process:
        said = json.loads(line(process))
        spec = said["model"]
        assert spec == f"{said['address']}#{said['name']}"
        assert said["name"].startswith("tiny-")
        listed = home.agentopt("models", "list", said["address"], "--json").json
        assert listed == [{"model": spec, "name": said["name"]}]
        told = notes(tmp_path)
        assert runs(told["process"])
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)
    assert process.returncode == 0
    assert errors.endswith("the server is stopped\n")
    assert "  one chat\n" in errors
    assert not runs(told["process"])
    assert not runs(told["child"])
    assert "loading" in Path(said["log"]).read_text()


def test_what_to_type_is_printed(home: Home, vllm: Path) -> None:
    words = ["Qwen/Qwen3-8B", "--port", "0", "--with", str(vllm), "--name", "qwen", "--quiet"]
    with serving(home, *words) as process:
        assert process.stdout is not None
        shown = [line(process), process.stdout.readline(), process.stdout.readline()]
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert shown[0].startswith("qwen answers at http://127.0.0.1:")
    address = shown[0].split()[3]
    assert shown[1:] == [
        f"use it:    --model {address}#qwen\n",
        f"for good:  export AGENTOPT_MODEL={address}#qwen\n",
    ]
    assert errors == ""


def test_ctrl_c_while_it_starts_leaves_nothing(home: Home, vllm: Path, tmp_path: Path) -> None:
    extra = ["--", "--mode", "silent", "--notes", str(tmp_path / "notes.json")]
    with serving(home, "m", "--port", "0", "--with", str(vllm), *extra) as process:
        end = time.monotonic() + 60
        while not (tmp_path / "notes.json").exists():
            assert time.monotonic() < end
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGINT)
        out, errors = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert errors.endswith("stopped before it answered\n")
    assert not runs(notes(tmp_path)["process"])


def test_a_server_that_dies_while_it_starts_is_told_with_its_last_lines(home: Home, vllm: Path) -> None:
    done = home.agentopt("serve", "m", "--port", "0", "--with", vllm, "-q", "--", "--mode", "dies")
    assert (done.status, done.out) == (3, "")
    assert done.err.startswith("error: the server ended while it started (status 7); its last lines:\n")
    assert "  line 29\n" in done.err
    assert done.err.endswith("hint: install what is missing: pip install flashinfer\n")


def test_a_server_that_never_answers_is_given_up(home: Home, vllm: Path) -> None:
    done = home.agentopt("serve", "m", "--port", "0", "--with", vllm, "--wait", "1", "--", "--mode", "silent")
    assert done.status == 3
    assert "no answer in 1 s" in done.err


def test_a_port_in_use_is_told_before_anything_is_started(home: Home, vllm: Path, tmp_path: Path) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        held.listen()
        port = str(held.getsockname()[1])
        extra = ["--", "--notes", tmp_path / "notes.json"]
        done = home.agentopt("serve", "m", "--port", port, "--with", vllm, *extra)
    assert done.status == 3
    assert f"port {port} is in use" in done.err
    assert "hint: take another: `--port" in done.err
    assert not (tmp_path / "notes.json").exists()


def test_a_port_of_another_model_server_says_how_to_use_that(home: Home, vllm: Path) -> None:
    with serve(models=("other",)) as server:
        port = server.address.rpartition(":")[2].removesuffix("/v1")
        done = home.agentopt("serve", "m", "--port", port, "--with", vllm)
    assert f"--model {server.address}#other" in done.err


def test_a_server_open_to_all_is_said_to_be(home: Home, vllm: Path) -> None:
    words = ("m", "--host", "0.0.0.0", "--port", "0", "--with", vllm, "-q", "--", "--mode", "dies")
    assert "can use the model: it asks for no key" in home.agentopt("serve", *words).err


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["/no/such/model"], 2, "there is no folder"),
        (["m", "--with", "vlllm"], 2, "neither `vllm`, `transformers` nor an executable"),
        (["m", "--with", "VLLM", "--port", "99999"], 2, "is no port"),
        (["m", "--with", "VLLM", "--wait", "soon"], 2, "is no time"),
        (["m", "--with", "VLLM", "--host", "192.0.2.1"], 2, "is no address of this machine"),
        (["m", "--with", "VLLM", "--log", "/no/such/folder/x"], 2, "cannot be written"),
        ([], 2, "missing argument"),
    ],
)
def test_what_makes_no_sense_is_refused(
    home: Home, vllm: Path, words: list[str], status: int, said: str
) -> None:
    done = home.agentopt("serve", *(str(vllm) if word == "VLLM" else word for word in words))
    assert (done.status, done.out) == (status, "")
    assert said in done.err


def test_a_folder_that_is_no_model_is_told(home: Home, tmp_path: Path) -> None:
    done = home.agentopt("serve", tmp_path)
    assert done.status == 3
    assert "is not the folder of a model" in done.err


def test_doctor_says_what_would_serve(home: Home, vllm: Path) -> None:
    found = {each["what"]: each for each in home.agentopt("doctor", "--json").json}
    assert found["serving models"]["state"] in ("ok", "missing")
    if found["serving models"]["state"] == "missing":
        assert "agentopt[hf]" in found["serving models"]["fix"]
