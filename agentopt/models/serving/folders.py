"""What a person means by a model: a folder in transformers' format or a name on the hub; what it lacks."""

from __future__ import annotations

__all__ = ["Named", "resolve"]

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentopt.errors import ModelError, UsageError, nearest

_HUB = re.compile(r"[A-Za-z0-9][\w.-]*(?:/[A-Za-z0-9][\w.-]*)?\Z")
_WEIGHTS = (
    "model.safetensors",
    "model.safetensors.index.json",
    "pytorch_model.bin",
    "pytorch_model.bin.index.json",
)
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "tekken.json")
_TEMPLATES = ("chat_template.jinja", "chat_template.json")
_SAVE = "`model.save_pretrained(DIR)` and `tokenizer.save_pretrained(DIR)` write a whole one"


@dataclass(frozen=True)
class Named:
    """A model to load.

    Attributes:
        source: a whole path, or a name on the hub.
        name: what it is served as if nothing else is said; of a folder, its name and a mark of what is in it.
        folder: where it lies; None for a name on the hub.
    """

    source: str
    name: str
    folder: Path | None = None


def resolve(model: str) -> Named:
    """The model a person names.

    Raises:
        UsageError: it is neither a folder nor a name on the hub.
        ModelError: the folder holds no model that can chat, or not all of one.

    >>> resolve("Qwen/Qwen3-8B").name
    'Qwen/Qwen3-8B'
    """
    path = Path(model).expanduser()
    if path.is_dir():
        _check(path)
        whole = path.resolve()
        return Named(str(whole), f"{whole.name or 'model'}-{_fingerprint(whole)}", whole)
    if path.exists():
        raise ModelError(f"{path} is a file, and a model is a folder", hint=_of_file(path))
    if model.startswith(("/", "./", "../", "~")) or not _HUB.match(model):
        beside = path.parent if path.parent.is_dir() else Path()
        guess = nearest(path.name, [each.name for each in beside.iterdir() if each.is_dir()])
        raise UsageError(
            f"there is no folder {path}, and `{model}` is no name of a model on the hub",
            hint=guess or "name a folder, or a model as the hub calls it: Qwen/Qwen3-8B",
        )
    return Named(model, model)


def _fingerprint(folder: Path) -> str:
    """Six characters that change with the model: replies kept of one must not be taken for another's."""
    told = [str(folder)]
    for path in sorted(folder.iterdir()):
        if path.suffix in (".json", ".jinja", ".safetensors", ".bin", ".model"):
            found = path.stat()
            told.append(f"{path.name} {found.st_size} {found.st_mtime_ns}")
    return hashlib.sha256("\n".join(told).encode()).hexdigest()[:6]


def _check(folder: Path) -> None:
    """See that a folder holds all of a chat model, before anything is started."""
    if (folder / "adapter_config.json").is_file() and not (folder / "config.json").is_file():
        raise ModelError(
            f"{folder} holds an adapter, not a model",
            hint="merge it into its model (`merge_and_unload()` of peft), save that, and name its folder",
        )
    if not (folder / "config.json").is_file():
        ggufs = sorted(each.name for each in folder.glob("*.gguf"))
        inside = sorted(each.parent.name for each in folder.glob("*/config.json"))
        hint = f"do you mean {folder / inside[0]}?" if inside else _SAVE
        raise ModelError(
            f"{folder} is not the folder of a model: it has no config.json",
            hint=_of_file(folder / ggufs[0]) if ggufs else hint,
        )
    config = _read(folder / "config.json")
    if not config.get("model_type") and not config.get("architectures"):
        raise ModelError(f"{folder / 'config.json'} does not say what kind of model it is", hint=_SAVE)
    _check_weights(folder)
    if not any((folder / each).is_file() for each in _TOKENIZERS):
        raise ModelError(f"{folder} has no tokenizer ({_TOKENIZERS[0]})", hint=_SAVE)
    tokenizer = folder / "tokenizer_config.json"
    told = _read(tokenizer).get("chat_template") if tokenizer.is_file() else None
    if not told and not any((folder / each).is_file() for each in _TEMPLATES):
        raise ModelError(f"the model in {folder} has no chat template", hint="use an instruction-tuned model")


def _check_weights(folder: Path) -> None:
    found = next((folder / each for each in _WEIGHTS if (folder / each).is_file()), None)
    if found is None:
        if any(folder.glob("*.safetensors")):
            return  # under names of its own, which some servers take
        raise ModelError(f"{folder} has no weights ({_WEIGHTS[0]})", hint=_SAVE)
    if found.suffix == ".json":
        parts = _read(found).get("weight_map")
        named = {str(each) for each in parts.values()} if isinstance(parts, Mapping) else set()
        missing = sorted(each for each in named if not (folder / each).is_file())
        if missing:
            raise ModelError(
                f"{folder} lacks {len(missing)} of the {len(named)} files of its weights, {missing[0]} first",
                hint="download or copy the model again",
            )
        return
    with found.open("rb") as file:
        start = file.read(64)
    if not start or start.startswith(b"version https://git-lfs"):
        what = "is empty" if not start else "is a pointer of Git LFS, not the weights themselves"
        raise ModelError(f"{found} {what}", hint="download or copy the model again (`git lfs pull`)")


def _read(path: Path) -> dict[str, object]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(
            f"{path} cannot be read: {error}", hint="download or copy the model again"
        ) from error
    if not isinstance(found, dict):
        raise ModelError(f"{path} holds no settings of a model", hint=_SAVE)
    return found


def _of_file(path: Path) -> str:
    if path.suffix == ".gguf":
        return (
            f"llama.cpp serves such files: `llama-server -m {path}`; then `--model http://localhost:8080/v1`"
        )
    return "name the folder with its config.json"
