"""Keys of model servers: where they come from.

A key is looked for in the environment, then in `keys.toml` of the configuration folder, which must be
readable by its owner alone. The key of one provider is never sent to another address.
"""

from __future__ import annotations

__all__ = ["Secret", "checked", "find_key", "keys_file", "redact"]

import os
import re
import stat
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from agentopt.errors import SettingsError
from agentopt.secret import Secret, redact


def keys_file(environment: Mapping[str, str] | None = None) -> Path:
    """Where keys are kept: `agentopt/keys.toml` under `$XDG_CONFIG_HOME` or `~/.config`."""
    surroundings = os.environ if environment is None else environment
    base = surroundings.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "agentopt" / "keys.toml"


def find_key(
    name: str,
    variables: Iterable[str] = (),
    *,
    environment: Mapping[str, str] | None = None,
    file: Path | None = None,
) -> Secret:
    """The key called `name`: a provider (`openai`) or the address of a server.

    Args:
        name: its name in the file; for an address, the longest entry that is a prefix of it counts.
        variables: environment variables to look in first.
        environment: instead of the process's own.
        file: instead of `keys_file()`.

    Raises:
        SettingsError: others can read the file, or it is not TOML with one string a name.
    """
    surroundings = os.environ if environment is None else environment
    for variable in variables:
        if surroundings.get(variable, "").strip():
            return Secret(surroundings[variable].strip())
    kept = _read(file or keys_file(surroundings))
    matching = [entry for entry in kept if name == entry or _within(name, entry)]
    return Secret(kept[max(matching, key=len)]) if matching else Secret("")


def checked(key: Secret, where: str) -> Secret:
    """A key that can be sent.

    Raises:
        SettingsError: it holds what no key has; the message does not show it.
    """
    if key.reveal() and not re.fullmatch(r"[\x21-\x7e]+", key.reveal()):
        raise SettingsError(
            f"the key for {where} holds a space, a line break or a letter beyond ASCII, and cannot be one",
            hint="copy it once more, without what stands around it",
        )
    return key


def _within(address: str, entry: str) -> bool:
    """Whether an address lies under another: same scheme, host and port, and a path below its path."""
    return "://" in entry and address.startswith(entry.rstrip("/") + "/")


def _read(path: Path) -> dict[str, str]:
    try:
        mode = path.stat().st_mode
    except OSError:
        return {}
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise SettingsError(
            f"{path} holds keys and others can read it (mode {stat.S_IMODE(mode):04o}; 0600 is wanted)",
            hint=f"type `chmod 600 {path}`",
        )
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        # The text of the error may quote the line, and with it the key.
        place = re.search(r"line \d+", str(error))
        raise SettingsError(
            f"{path} cannot be read as TOML{f' ({place.group()})' if place else ''}",
            hint='one line a server: openai = "KEY" or "https://host/v1" = "KEY"',
        ) from None
    wrong = [name for name, value in kept.items() if not isinstance(value, str)]
    if wrong:
        raise SettingsError(
            f"{path}: `{wrong[0]}` is not a string", hint='one line a server: "https://host/v1" = "KEY"'
        )
    return kept
