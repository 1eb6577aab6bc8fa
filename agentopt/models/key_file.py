"""Writing the file of keys: whole, and readable by its owner alone from the first byte on."""

from __future__ import annotations

__all__ = ["keep_key", "kept_names"]

import json
import os
import tomllib
from pathlib import Path

from agentopt.errors import SettingsError
from agentopt.models.keys import find_key, keys_file
from agentopt.secret import Secret


def kept_names(file: Path | None = None) -> list[str]:
    """The names that have a key in the file, without the keys.

    Raises:
        SettingsError: others can read the file, or it is not what it should be.
    """
    path = file or keys_file()
    find_key("", file=path)  # refuses a file that is not safe
    return sorted(_read(path))


def keep_key(name: str, key: Secret | None, file: Path | None = None) -> Path:
    """Write a key under a name, in place of an earlier one; with None, take it away.

    Raises:
        SettingsError: the file is not safe, or cannot be written.
    """
    path = file or keys_file()
    find_key("", file=path)
    kept = _read(path)
    kept.pop(name, None)
    if key is not None:
        kept[name] = key.reveal()
    text = "".join(f"{json.dumps(each)} = {json.dumps(value)}\n" for each, value in kept.items())
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SettingsError(f"{path} cannot be written: {error.strerror}") from error
    return path


def _read(path: Path) -> dict[str, str]:
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
