"""Keys: where they come from, to whom they are sent, and that they are shown and written nowhere."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import subprocess
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from agentopt.errors import ModelError, SettingsError
from agentopt.models import capabilities
from agentopt.models.base import Watch
from agentopt.models.cache import Cached
from agentopt.models.key_file import keep_key, kept_names
from agentopt.models.keys import Secret, find_key, keys_file, redact
from agentopt.models.openai import Endpoint
from agentopt.models.recorded import Recorded
from agentopt.models.registry import connect
from tests.models.conftest import QUICK, ask
from tests.models.loopback import Fault, Loopback, refusal, serve

Make = Callable[..., Endpoint]
KEY = "sentinel-Zx81-not-like-any-key"


def write(path: Path, text: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


# Where they come from.


def test_the_environment_comes_before_the_file(home: Path) -> None:
    write(keys_file(), f'openai = "of-the-file"\n"http://x/v1" = "{KEY}"\n')
    assert find_key("openai", ["OPENAI_API_KEY"]).reveal() == "of-the-file"
    environment = {**os.environ, "OPENAI_API_KEY": " of-the-environment \n"}
    assert find_key("openai", ["OPENAI_API_KEY"], environment=environment).reveal() == "of-the-environment"
    assert find_key("http://x/v1").reveal() == KEY


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("https://host/v1", "inner"),
        ("https://host/other", "outer"),
        ("https://host.evil.example/v1", ""),
        ("https://hostile/v1", ""),
        ("http://host/v1", ""),
        ("https://host:8443/v1", ""),
        ("openai", ""),
    ],
)
def test_a_key_is_for_its_own_address(home: Path, address: str, found: str) -> None:
    write(keys_file(), '"https://host" = "outer"\n"https://host/v1" = "inner"\n')
    assert find_key(address).reveal() == found


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused_with_what_to_type(home: Path, mode: int) -> None:
    write(keys_file(), f'openai = "{KEY}"', mode)
    with pytest.raises(SettingsError, match="others can read it") as caught:
        find_key("openai")
    assert caught.value.hint == f"type `chmod 600 {keys_file()}`"


@pytest.mark.parametrize(
    "text", [f'openai = "{KEY}', f'"{KEY}', f"openai = {KEY}", f'[x]\ny = "{KEY}"', "\udcff"]
)
def test_a_file_that_cannot_be_read_is_an_error_that_does_not_quote_it(home: Path, text: str) -> None:
    path = write(keys_file(), "")
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(SettingsError) as caught:
        find_key("openai")
    shown = "".join(traceback.format_exception(caught.value)) + caught.value.hint
    assert KEY not in shown


@pytest.mark.parametrize("key", ["two words", "line\nbreak", "schlüssel", "tab\t", "\x00"])
def test_what_cannot_be_a_key_is_not_sent_and_not_shown(home: Path, server: Loopback, key: str) -> None:
    write(keys_file(), f"{json.dumps(server.address)} = {json.dumps(KEY + key)}")
    with pytest.raises(SettingsError, match="cannot be one") as caught:
        connect(server.spec)
    assert KEY not in caught.value.message + caught.value.hint


def test_a_kept_key_is_read_by_its_owner_alone_and_found_again(home: Path) -> None:
    path = keep_key("https://host/v1", Secret(KEY))
    keep_key("openai", Secret("other"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert kept_names() == ["https://host/v1", "openai"]
    assert find_key("https://host/v1").reveal() == KEY
    keep_key("https://host/v1", None)
    assert kept_names() == ["openai"]
    assert KEY not in path.read_text()


# To whom they are sent.


def test_a_key_goes_to_the_address_it_is_for_and_to_no_other(home: Path, server: Loopback) -> None:
    with serve() as other:
        write(keys_file(), f'"{server.address}" = "{KEY}"')
        for spec in (server.spec, other.spec):
            model = connect(spec, patience=QUICK)
            model.generate([ask("x")])
            model.close()
        assert server.headers[0]["authorization"] == f"Bearer {KEY}"
        assert KEY not in json.dumps(other.headers)


def test_the_key_of_openai_goes_where_its_base_url_points_and_nowhere_else(
    home: Path, server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", server.address)
    with serve() as other:
        for spec in ("openai:tiny", server.spec, other.spec):
            model = connect(spec, patience=QUICK)
            model.generate([ask("x")])
            model.close()
        assert [headers["authorization"] for headers in server.headers] == [f"Bearer {KEY}"] * 2
        assert KEY not in json.dumps(other.headers)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_does_not_take_the_key_along(endpoint: Make, server: Loopback, status: int) -> None:
    with serve() as other:
        headers = (("location", f"{other.address}/chat/completions"),)
        server.refuse = lambda body: Fault(status, "{}", headers=headers)
        with suppress(ModelError):  # whether it is followed is not the question
            endpoint(key=Secret(KEY)).generate([ask("x")])
        assert KEY not in json.dumps(other.headers)


# That they are shown and written nowhere.


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """Everything every package logs."""
    caplog.set_level(logging.DEBUG)
    for name in ("agentopt", "openai", "httpx2", "httpcore", "aiohttp", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


ECHO = f"Incorrect API key provided: {KEY}. You sent Authorization: Bearer {KEY}"
WAYS: dict[str, Any] = {
    "refused": lambda body: refusal(ECHO, status=401),
    "failing": lambda body: refusal(ECHO, status=500),
    "busy": lambda body: refusal(ECHO, status=429),
    "detail": lambda body: Fault(422, json.dumps({"detail": [{"msg": ECHO, "input": {"key": KEY}}]})),
    "text": lambda body: Fault(400, ECHO, kind="text/plain"),
    "status 200": lambda body: Fault(content=json.dumps({"error": {"message": ECHO}})),
    "no completion": lambda body: Fault(content=json.dumps({"oops": ECHO})),
    "not JSON": lambda body: Fault(content=ECHO),
    "cut": lambda body: Fault(content=ECHO, cut=7),
    "in a stream": lambda body: Fault(
        content=f"data: {json.dumps({'error': {'message': ECHO}})}\n\n", kind="text/event-stream"
    ),
    "no event": lambda body: Fault(content=f"data: {ECHO}\n\n", kind="text/event-stream"),
    "filtered": lambda body: Fault(
        content=json.dumps({"choices": [{"message": {"content": None, "refusal": ECHO}}]})
    ),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("stream", [False, True])
def test_a_server_that_repeats_the_key_does_not_get_it_shown(
    server: Loopback, endpoint: Make, logged: pytest.LogCaptureFixture, tmp_path: Path, way: str, stream: bool
) -> None:
    server.refuse = WAYS[way]
    model = endpoint(key=Secret(KEY))
    kept = Cached(Recorded(model, tmp_path / "kept.jsonl"), tmp_path / "replies.sqlite")
    watch = Watch(on_text=lambda *_: None) if stream else None
    shown = [repr(model), str(vars(model)), model.identity, model.name]
    try:
        replies = kept.generate([ask("x")], watch)
        shown += [reply.error + repr(reply) for reply in replies]
    except ModelError as error:
        shown += [error.message, error.hint, *traceback.format_exception(error), repr(vars(error))]
    kept.close()
    capabilities.save(server.address, "tiny", model.capabilities)
    assert KEY in json.dumps(server.headers)
    assert all(KEY not in text for text in shown), way
    assert KEY not in logged.text
    assert KEY not in "".join(str(record.__dict__) for record in logged.records)
    assert_nowhere_below(tmp_path)


def assert_nowhere_below(folder: Path) -> None:
    found = [path for path in folder.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert found == []


def test_a_key_that_is_good_is_shown_and_written_nowhere_either(
    server: Loopback, endpoint: Make, logged: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    model = endpoint(key=Secret(KEY))
    kept = Cached(Recorded(model, tmp_path / "kept.jsonl"), tmp_path / "replies.sqlite")
    (reply,) = kept.generate([ask("x")])
    capabilities.save(server.address, "tiny", capabilities.probe(model))
    kept.close()
    assert KEY in json.dumps(server.headers)
    assert KEY not in logged.text + repr(reply) + repr(reply.raw)
    assert_nowhere_below(tmp_path)


def test_the_probe_shows_no_key(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: refusal(ECHO, status=400) if len(body) > 3 else None
    server.models = ("tiny",)
    assert KEY not in repr(capabilities.probe(endpoint(key=Secret(KEY))))


def test_a_secret_is_neither_shown_nor_copied_out() -> None:
    secret = Secret(KEY)
    shown = f"{secret} {secret!r} {secret!s:>5} {[secret]} {dict(a=secret)} {secret.__class__}"
    assert KEY not in shown
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(secret)
    with pytest.raises(TypeError, match="not pickled"):
        copy.deepcopy(secret)
    with pytest.raises(TypeError):
        json.dumps(secret)  # type: ignore[arg-type]  # what a careless journal would do


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: sk-proj-abcdefgh12345678.",
        "Authorization: Bearer abc.def.ghi",
        "key hf_abcdefghijklmnop is wrong",
        "gsk_0123456789abcdef",
    ],
)
def test_what_looks_like_a_key_is_taken_out_even_if_it_is_not_ours(text: str) -> None:
    assert "***" in redact(text)
    assert not any(part in redact(text) for part in ("12345678", "abc.def.ghi", "ijklmnop", "89abcdef"))
    assert len(redact(text)) < len(text)


PROBLEM = "A bakery sells bread at 3 and cake at 5 and has 10 hours; bread takes 1, cake 2. Maximise revenue."
COMMANDS = [
    ["--debug", "solve", PROBLEM, "--model", "openai:tiny", "--json"],
    ["--debug", "solve", PROBLEM, "--model", "URL#tiny"],
    ["formulate", PROBLEM, "--model", "openai:tiny", "--json"],
    ["models", "probe", "openai:tiny", "--json"],
    ["models", "list", "--model", "openai:tiny", "--json"],
    ["models", "show", "openai:tiny", "--json"],
    ["models", "key", "--json"],
    ["config", "show", "--json"],
    ["config", "show"],
    ["doctor", "--json"],
    ["doctor"],
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: " ".join(command[:3])[:30])
@pytest.mark.parametrize(("where", "repeats"), [("environment", True), ("file", False)])
def test_no_command_prints_or_writes_a_key(
    server: Loopback, home: Path, command: list[str], where: str, repeats: bool
) -> None:
    if repeats:
        server.refuse = lambda body: refusal(ECHO, status=401)
    environment = {
        **os.environ,
        "HOME": str(home),
        "AGENTOPT_RUNS": str(home / "runs"),
        "OPENAI_BASE_URL": server.address,
        "AGENTOPT_MODEL": server.spec,
    }
    path = keys_file()
    if where == "environment":
        environment |= {"OPENAI_API_KEY": KEY, "AGENTOPT_API_KEY": KEY}
    else:
        write(path, f'openai = "{KEY}"\n"{server.address}" = "{KEY}"\n')
    typed = [part.replace("URL", server.address) for part in command]
    done = subprocess.run(
        [sys.executable, "-c", "from agentopt.cli.main import main; raise SystemExit(main())", *typed],
        capture_output=True,
        text=True,
        env=environment,
        cwd=home,
        timeout=120,
    )
    assert done.stdout + done.stderr
    assert KEY not in done.stdout
    assert KEY not in done.stderr
    path.unlink(missing_ok=True)
    assert_nowhere_below(home)


def test_an_error_nobody_catches_shows_no_key(server: Loopback) -> None:
    server.refuse = WAYS["refused"]
    code = f"""
from agentopt.models.registry import connect
from agentopt.models.base import Message, Request
connect({server.spec!r}).generate([Request((Message("user", "x"),))])
"""
    environment = {**os.environ, "AGENTOPT_API_KEY": KEY}
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-c", code], capture_output=True, text=True, env=environment, timeout=60
    )
    assert done.returncode == 1
    assert "ModelError" in done.stderr
    assert KEY not in done.stderr
