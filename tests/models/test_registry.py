"""From what a user writes to a model."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from agentopt.errors import AvailabilityError, ModelError, UsageError
from agentopt.models.openai import OPENAI_ADDRESS, Endpoint
from agentopt.models.recorded import Recorded, Replayed
from agentopt.models.registry import SCHEMES, connect, schemes
from agentopt.models.scripted import Scripted
from tests.models.conftest import QUICK, ask
from tests.models.loopback import Loopback


@pytest.mark.parametrize(
    ("spec", "address", "model"),
    [
        ("http://localhost:8000/v1#qwen", "http://localhost:8000/v1", "qwen"),
        ("http://localhost:8000#qwen", "http://localhost:8000/v1", "qwen"),
        (" https://host/v1/#org/model-3 ", "https://host/v1", "org/model-3"),
        ("http://[::1]:8000/v1#m", "http://[::1]:8000/v1", "m"),
        ("https://host/api/chat/completions#m", "https://host/api", "m"),
        ("http://host/v1#a#b", "http://host/v1", "a#b"),
    ],
)
def test_an_address_and_a_name_make_an_endpoint(spec: str, address: str, model: str) -> None:
    made = connect(spec)
    assert isinstance(made, Endpoint)
    assert (made.address, made.model, made.name) == (address, model, f"{address}#{model}")


def test_openai_is_asked_with_its_key_and_its_newer_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-0123456789abcdef")
    made = connect("openai:gpt-5-mini")
    assert isinstance(made, Endpoint)
    assert (made.address, made.model, made.name) == (OPENAI_ADDRESS, "gpt-5-mini", "openai:gpt-5-mini")
    assert made.capabilities.tokens_field == "max_completion_tokens"


def test_openai_without_a_key_says_what_to_type() -> None:
    with pytest.raises(ModelError, match="there is no key for `openai:gpt-5`") as caught:
        connect("openai:gpt-5")
    assert "OPENAI_API_KEY" in caught.value.hint


def test_a_server_with_one_model_need_not_be_told_which(server: Loopback) -> None:
    model = connect(server.address, patience=QUICK)
    assert model.generate([ask("x")])[0].text == "echo: x"
    model.close()


def test_a_server_with_several_models_wants_a_choice(server: Loopback) -> None:
    server.models = ("tiny", "small")
    with pytest.raises(ModelError, match="serves several models: tiny, small") as caught:
        connect(server.address, patience=QUICK)
    assert caught.value.hint == f"choose one: `{server.address}#tiny`"


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("", "for instance"),
        ("gpt-5", "for instance"),
        ("opnai:gpt-5", "did you mean `openai`?"),
        ("script:file.yaml", "did you mean `scripted`?"),
        ("scripted:", "for instance"),
        ("openai:", "for instance"),
        ("http://", "http://HOST:PORT/v1#NAME"),
        ("http://host:port/v1#m", "http://HOST:PORT/v1#NAME"),
        ("http://ho st/v1#m", "http://HOST:PORT/v1#NAME"),
        ("http://host:99999/v1#m", "http://HOST:PORT/v1#NAME"),
        ("https://me:secret@host/v1#m", "keys.toml"),
    ],
)
def test_what_names_no_model_is_refused_with_what_would(spec: str, hint: str) -> None:
    with pytest.raises(UsageError) as caught:
        connect(spec)
    assert hint in caught.value.hint
    assert "secret" not in caught.value.message


def test_scripts_and_recordings_are_connected_by_their_files(tmp_path: Path) -> None:
    script = tmp_path / "script.yaml"
    script.write_text("- four\n- reply: {n: 5}\n")
    scripted = connect(f"scripted:{script}")
    assert isinstance(scripted, Scripted)
    recorder = Recorded(scripted, tmp_path / "kept")
    said = [reply.text for reply in recorder.generate([ask("2 + 2?"), ask("and one?")])]
    assert said == ["four", '{"n": 5}']
    replayed = connect(f"recorded:{tmp_path / 'kept'}")
    assert isinstance(replayed, Replayed)
    assert [reply.text for reply in replayed.generate([ask("and one?"), ask("2 + 2?")])] == [*reversed(said)]


def test_a_model_in_process_that_is_none_is_told_before_anything_is_loaded(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        connect(f"local:{tmp_path / 'nothing'}")
    with pytest.raises(ModelError, match=r"no config\.json"):
        connect(f"local:{tmp_path}")


def test_a_model_in_process_says_which_package_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agentopt.models.local.find_spec", lambda name: None)
    with pytest.raises(AvailabilityError, match="torch, transformers") as caught:
        connect("local:Qwen/Qwen3-8B")
    assert "agentopt[hf]" in caught.value.hint


def test_a_plug_in_is_connected_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shouting.py").write_text(
        """
from agentopt.models.base import Reply

class Shouting:
    def __init__(self, rest):
        self.name = f"shout:{rest}"

    def generate(self, requests):
        return [Reply(request.messages[-1].content.upper()) for request in requests]
"""
    )
    metadata = tmp_path / "shouting-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: shouting\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[agentopt.models]\nshout = shouting:Shouting\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    model = connect("shout:loud:er")
    assert model.name == "shout:loud:er"
    assert model.generate([ask("hello")])[0].text == "HELLO"
    assert schemes()["shout:..."] == "a plug-in"
    with pytest.raises(UsageError) as caught:
        connect("shuot:loud")
    assert "did you mean `shout`?" in caught.value.hint
    sys.modules.pop("shouting")


def test_every_scheme_is_listed_and_understood(server: Loopback, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_text(json.dumps({"request": {"messages": []}, "reply": "x"}))
    (tmp_path / "script.yaml").write_text("[]")
    values = {"FILE": str(tmp_path / "script.yaml"), "DIR": str(kept), "NAME": "m", "HOST:PORT": "h:1"}
    for scheme in SCHEMES:
        spec = scheme.replace("HOST:PORT", values["HOST:PORT"])
        for name, value in values.items():
            spec = spec.replace(name, value)
        if spec.startswith(("openai:", "local:")):  # a key, and a folder of a model, are looked for at once
            continue
        assert connect(spec).name
