"""Finds the four folders people edit without touching code: `prompts`, `solvers`, `datasets`, `eval`.

A file is looked for in the folder named on the command line, the project's (`./.agentopt/KIND`), the user's
(`~/.config/agentopt/KIND`) and the shipped one, and the first that has it wins.
"""

from __future__ import annotations

__all__ = ["Kind", "folders", "shipped"]

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from agentopt.errors import UsageError

Kind = Literal["prompts", "solvers", "datasets", "eval"]

_PACKAGE = Path(__file__).parent


def shipped(kind: Kind) -> Path:
    """The folder that came with the package: inside an installed one, beside a checkout.

    >>> (shipped("prompts") / "direct" / "formulate.md").is_file()
    True
    """
    inside = _PACKAGE / "_data" / kind
    return inside if inside.is_dir() else _PACKAGE.parent / kind


def folders(
    kind: Kind,
    override: Path | None = None,
    *,
    project: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[Path]:
    """The folders of a kind that exist, highest priority first, the shipped one last.

    Args:
        kind: which folder.
        override: one the user named; it must exist.
        project: the project's directory, by default the current one.
        environment: instead of the process's own (`XDG_CONFIG_HOME`, `HOME`).

    Raises:
        UsageError: `override` is not a folder.
    """
    if override is not None and not override.is_dir():
        raise UsageError(
            f"{override} is not a folder of {kind}", hint=f"name a folder laid out like {shipped(kind)}"
        )
    surroundings = os.environ if environment is None else environment
    home = Path(
        surroundings.get("XDG_CONFIG_HOME") or Path(surroundings.get("HOME", "~")).expanduser() / ".config"
    )
    usual = ((project or Path()) / ".agentopt" / kind, home / "agentopt" / kind)
    found = [each for each in usual if each.is_dir()]
    return [*([override] if override is not None else []), *found, shipped(kind)]
