"""The runs there are: listed newest first, and found by name, by its beginning, or as `last`."""

from __future__ import annotations

__all__ = ["State", "Summary", "find", "listed"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from pydantic import JsonValue

from agentopt.errors import RunError, nearest
from agentopt.runs.files import broken
from agentopt.runs.lock import is_held
from agentopt.runs.manifest import Status, read_manifest
from agentopt.runs.naming import is_id

State = Literal["running", "interrupted", "done", "failed", "damaged"]


@dataclass(frozen=True)
class Summary:
    """A run in a list.

    Attributes:
        status: `running` only where a process works on it now; `damaged` when its manifest cannot be read,
            and then `problem` says why.
        summary: what the command had to say at its end.
    """

    id: str
    folder: Path
    status: State
    created: datetime
    command: str = ""
    title: str = ""
    finished: datetime | None = None
    summary: Mapping[str, JsonValue] = field(default_factory=dict)
    problem: str = ""


def listed(root: Path) -> list[Summary]:
    """The runs in a folder, newest first; symbolic links and other things in it are passed over.

    Raises:
        RunError: the folder cannot be read.
    """
    try:
        folders = [each for each in root.iterdir() if is_id(each.name) and _is_folder(each)]
    except FileNotFoundError:
        return []
    except OSError as error:
        raise broken(root, "read", error) from error
    found = [_summary(folder) for folder in folders]
    return sorted(found, key=lambda each: (each.created, each.id), reverse=True)


def find(name: str, root: Path) -> Path:
    """The folder of the run of this name, or the only one that begins or ends so; `last` is the newest.

    Raises:
        RunError: there is none, or there are several.
    """
    runs = listed(root)
    if not runs:
        raise RunError(f"there are no runs in {root}", hint="solve something first, or use `--runs DIR`")
    if name == "last":
        return runs[0].folder
    exact = [each for each in runs if each.id == name]
    starts = [each for each in runs if name and each.id.startswith(name)]
    ends = [each for each in runs if name and each.id.endswith(f"-{name}")]
    for matching in (exact, starts, ends):
        if len(matching) == 1:
            return matching[0].folder
        if matching:
            some = ", ".join(each.id for each in matching[:4])
            more = f" and {len(matching) - 4} more" if len(matching) > 4 else ""
            raise RunError(f"`{name}` may be any of {some}{more}", hint="type more of the name")
    raise RunError(
        f"there is no run `{name}` in {root}",
        hint=nearest(name, [each.id for each in runs]) or "see `agentopt runs list`",
    )


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _summary(folder: Path) -> Summary:
    try:
        manifest = read_manifest(folder)
    except RunError as error:
        return Summary(folder.name, folder, "damaged", _dated(folder.name), problem=error.message)
    return Summary(
        folder.name,
        folder,
        _now(manifest.status, folder),
        manifest.created,
        manifest.command,
        manifest.title,
        manifest.finished,
        manifest.summary,
    )


def _now(status: Status, folder: Path) -> State:
    return "interrupted" if status == "running" and not is_held(folder) else status


def _dated(name: str) -> datetime:
    """When a run was begun, by its name."""
    try:
        return datetime.strptime(name[:15], "%Y-%m-%d-%H%M").replace(tzinfo=UTC)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
