"""Streams of related instances: the LP, MPS and formulation files of a folder, as arrays."""

from __future__ import annotations

__all__ = ["Stream", "stream"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentopt.agents.subjects import is_formulation, is_model_file
from agentopt.compiling.arrays import Compiled
from agentopt.errors import AgentoptError, UsageError
from agentopt.tuning.measuring import Instance, digest

_FOLDER_FILE = "formulation.yaml"


@dataclass(frozen=True)
class Stream:
    """The instances that could be read, and (file, why not) of those that could not."""

    instances: tuple[Instance, ...]
    skipped: tuple[tuple[str, str], ...]


def stream(places: Sequence[Path], arrays: Callable[[Path], Compiled]) -> Stream:
    """The instances in files and folders; a folder with a `formulation.yaml` is one instance.

    Args:
        places: files and folders.
        arrays: reads one instance.

    Raises:
        UsageError: a place is not there, or none holds an instance that can be read.
    """
    files: list[tuple[str, Path]] = []
    for place in places:
        if not place.exists():
            raise UsageError(f"there is no file or folder {place}")
        files += _files(place)
    instances: list[Instance] = []
    skipped: list[tuple[str, str]] = []
    for name, path in files:
        try:
            compiled = arrays(path)
        except AgentoptError as error:
            skipped.append((name, error.message))
        else:
            instances.append(Instance(name, compiled, digest(compiled)))
    if not instances:
        why = f": {skipped[0][0]}: {skipped[0][1]}" if skipped else ""
        raise UsageError(
            f"no instance was found in {', '.join(map(str, places))}{why}",
            hint="name a folder of LP, MPS or formulation files, or of folders with a formulation.yaml",
        )
    return Stream(tuple(instances), tuple(skipped))


def _files(place: Path) -> list[tuple[str, Path]]:
    if place.is_file() or (place / _FOLDER_FILE).is_file():
        return [(place.name, place)]
    inside = sorted(place.iterdir())
    return [
        (each.name, each)
        for each in inside
        if is_model_file(each) or is_formulation(each) or (each / _FOLDER_FILE).is_file()
    ]
