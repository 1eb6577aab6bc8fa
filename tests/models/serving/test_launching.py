"""Which server is chosen, and the command that starts it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from agentopt.errors import AvailabilityError, UsageError
from agentopt.models.serving import launching
from agentopt.models.serving.launching import Way, launch, way


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """No vLLM, no GPU, all of transformers."""
    monkeypatch.setattr(launching, "_vllm", lambda: None)
    monkeypatch.setattr(launching, "_gpu", lambda: "")
    monkeypatch.setattr(launching, "lacking", list)
    return monkeypatch


def test_without_vllm_transformers_serve(machine: pytest.MonkeyPatch) -> None:
    assert way() == Way("transformers", sys.executable, "transformers; vLLM is not installed")


def test_vllm_serves_where_there_is_a_gpu(machine: pytest.MonkeyPatch, vllm: Path) -> None:
    machine.setattr(launching, "_vllm", lambda: str(vllm))
    assert way().why == "transformers; vLLM finds no GPU here"
    machine.setattr(launching, "_gpu", lambda: "2 GPUs")
    assert (way().engine, way().program) == ("vllm", str(vllm))


def test_a_vllm_for_processors_is_known_by_its_own_environment(
    machine: pytest.MonkeyPatch, vllm: Path, tmp_path: Path
) -> None:
    interpreter = tmp_path / "python"
    interpreter.write_text("#!/bin/sh\necho vllm=0.32.0+cpu\n")
    interpreter.chmod(0o755)
    vllm.write_text(f"#!{interpreter}\n")
    machine.setattr(launching, "_vllm", lambda: str(vllm))
    assert way().engine == "vllm"
    interpreter.write_text("#!/bin/sh\necho vllm=0.32.0\n")
    assert way().engine == "transformers"


def test_what_is_missing_is_named_with_what_to_type(machine: pytest.MonkeyPatch) -> None:
    machine.setattr(launching, "lacking", lambda: ["torch", "llguidance"])
    for wanted in ("auto", "transformers"):
        with pytest.raises(AvailabilityError, match="torch and llguidance are not installed") as caught:
            way(wanted)
        assert "agentopt[hf]" in caught.value.hint
    with pytest.raises(AvailabilityError, match="no `vllm`") as caught:
        way("vllm")
    assert "agentopt[vllm]" in caught.value.hint


def test_what_serves_may_be_named(machine: pytest.MonkeyPatch, vllm: Path) -> None:
    machine.setattr(launching, "_gpu", lambda: "1 GPU")
    assert way(str(vllm)) == Way("vllm", str(vllm), "asked for")
    assert way("transformers").engine == "transformers"
    with pytest.raises(UsageError, match="neither"):
        way("llama")


def test_what_a_person_gives_vllm_goes_before_what_is_set_here() -> None:
    served = Way("vllm", "vllm", "")
    plain = launch(served, "m", "name", "127.0.0.1", 8000).command
    assert "disable_any_whitespace" in plain[plain.index("--structured-outputs-config") + 1]
    changed = launch(served, "m", "name", "127.0.0.1", 8000, ["--generation-config=auto"]).command
    assert changed.count("--generation-config") == 0
    assert changed[-1] == "--generation-config=auto"


def test_nothing_is_reported_to_anybody() -> None:
    environment = launch(Way("vllm", "vllm", ""), "m", "name", "127.0.0.1", 8000).environment
    assert environment["VLLM_NO_USAGE_STATS"] == environment["DO_NOT_TRACK"] == "1"
