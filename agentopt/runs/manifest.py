"""The manifest of a run: what was asked, with what, when, and how it ended."""

from __future__ import annotations

__all__ = ["Manifest", "Status", "read_manifest", "surroundings"]

import platform
import sys
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from agentopt.errors import RunError
from agentopt.runs.files import read_file

Status = Literal["running", "interrupted", "done", "failed"]
"""`running`: a process works on it, or did when it was killed; `interrupted`: it can go on; `done`: an answer
was reached, be it a negative one; `failed`: it ended with an error.
"""

_PACKAGES = ("highspy", "pyscipopt", "pyomo", "casadi", "openai", "langgraph", "numpy", "pydantic")
_MOST = 16 << 20


class Manifest(BaseModel):
    """What `manifest.json` holds.

    Attributes:
        format: of this file; a later one is refused.
        command: the subcommand, `solve` say; `arguments` are the words after it.
        version: of this package; `packages` those of the ones that solve and ask.
        created, finished: UTC.
        summary: what the command wants shown in a listing: the outcome, the objective value, the spend.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = 1
    id: str
    command: str
    arguments: list[str] = Field(default_factory=list)
    title: str = ""
    version: str = ""
    packages: dict[str, str] = Field(default_factory=dict)
    python: str = ""
    platform: str = ""
    seed: int = 0
    created: datetime
    status: Status = "running"
    finished: datetime | None = None
    summary: dict[str, JsonValue] = Field(default_factory=dict)

    def dumps(self) -> bytes:
        """As the file has it."""
        return (self.model_dump_json(indent=2) + "\n").encode()


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a run folder.

    Raises:
        RunError: there is none, or it is damaged.
    """
    path = folder / "manifest.json"
    if not folder.is_dir():
        raise RunError(f"there is no run folder {folder}", hint="see `agentopt runs list`")
    content = read_file(path, most=_MOST)
    try:
        found = Manifest.model_validate_json(content)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        if where == "format":
            raise RunError(
                f"{path} is in a format that this version does not know: {first['input']!r:.40}",
                hint="upgrade agentopt",
            ) from error
        raise RunError(
            f"{path} is damaged: {f'{where}: ' if where else ''}{first['msg']}",
            hint="the journal and the other files of the run can still be read as they are",
        ) from error
    if found.id != folder.name:
        raise RunError(
            f"{path} is the manifest of {found.id}", hint="give the folder back its name, or delete it"
        )
    return found


def surroundings() -> dict[str, object]:
    """The fields of a manifest that say what it ran with."""
    from agentopt import __version__

    found = {}
    for name in _PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return {
        "version": __version__,
        "packages": found,
        "python": sys.version.split()[0],
        "platform": platform.platform(),
    }
