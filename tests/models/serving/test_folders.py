"""What is taken for a model, and what a folder that is none is told."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from agentopt.errors import ModelError, UsageError
from agentopt.models.serving.folders import resolve


def test_a_folder_is_named_after_itself_and_what_is_in_it(model: Path) -> None:
    first = resolve(str(model))
    assert first.folder == model
    assert first.name.startswith("tiny-")
    assert resolve(str(model)) == first
    (model / "model.safetensors").write_bytes(b"other weights")
    assert resolve(str(model)).name != first.name


def test_two_folders_of_one_name_are_told_apart(model: Path, tmp_path: Path) -> None:
    other = shutil.copytree(model, tmp_path / "elsewhere" / "tiny")
    assert resolve(str(other)).name != resolve(str(model)).name


def test_a_name_on_the_hub_is_left_as_it_is() -> None:
    assert (resolve("Qwen/Qwen3-8B").source, resolve("gpt2").folder) == ("Qwen/Qwen3-8B", None)


@pytest.mark.parametrize("name", ["/no/such/folder", "./nothing", "a/b/c", "what is this", "../up"])
def test_what_is_neither_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        resolve(name)


def test_a_misspelt_folder_is_guessed(model: Path) -> None:
    with pytest.raises(UsageError) as caught:
        resolve(str(model.with_name("tinny")))
    assert caught.value.hint == "did you mean `tiny`?"


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("config.json", r"not the folder of a model: it has no config\.json"),
        ("model.safetensors", "no weights"),
        ("tokenizer.json", "no tokenizer"),
        ("tokenizer_config.json", "no chat template"),
    ],
)
def test_what_a_folder_lacks_is_named(model: Path, lost: str, said: str) -> None:
    (model / lost).unlink()
    with pytest.raises(ModelError, match=said) as caught:
        resolve(str(model))
    assert caught.value.hint
    assert caught.value.exit_code == 3


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("config.json", "{", "cannot be read"),
        ("config.json", "[]", "no settings"),
        ("config.json", "{}", "what kind of model"),
        ("model.safetensors", "", "is empty"),
        ("model.safetensors", "version https://git-lfs.github.com/spec/v1\n", "a pointer of Git LFS"),
    ],
)
def test_what_is_damaged_is_named(model: Path, name: str, content: str, said: str) -> None:
    (model / name).write_text(content)
    with pytest.raises(ModelError, match=said):
        resolve(str(model))


def test_a_part_of_the_weights_that_is_missing_is_named(model: Path) -> None:
    (model / "model.safetensors").unlink()
    parts = {f"layer{number}": f"model-{number}.safetensors" for number in range(3)}
    (model / "model.safetensors.index.json").write_text(json.dumps({"weight_map": parts}))
    (model / "model-0.safetensors").write_bytes(b"x")
    with pytest.raises(ModelError, match=r"lacks 2 of the 3 files of its weights, model-1\.safetensors"):
        resolve(str(model))


def test_files_and_folders_for_other_programs_are_told_what_to_do(tmp_path: Path, model: Path) -> None:
    gguf = tmp_path / "m.gguf"
    gguf.write_bytes(b"GGUF")
    for each in (gguf, tmp_path):
        with pytest.raises(ModelError) as caught:
            resolve(str(each))
        assert "llama-server" in caught.value.hint
    adapter = tmp_path / "adapter"
    adapter.mkdir()
    (adapter / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelError, match="an adapter"):
        resolve(str(adapter))


def test_the_folder_above_a_model_names_it(tmp_path: Path, model: Path) -> None:
    with pytest.raises(ModelError) as caught:
        resolve(str(tmp_path))
    assert caught.value.hint == f"do you mean {model}?"
