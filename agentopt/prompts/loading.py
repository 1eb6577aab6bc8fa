"""Finding prompt files: the first folder that has a file wins, file by file.

Folders are given highest priority first: `--prompts DIR`, the project's, the user's, the shipped ones.
"""

from __future__ import annotations

__all__ = ["Listed", "catalog", "load", "source"]

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentopt.errors import PromptError, nearest
from agentopt.prompts.files import Output, Prompt, parse

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)+\Z")
SUFFIX = ".md"


@dataclass(frozen=True)
class Listed:
    """One line of a listing. `shadows` are the files of the same name in folders of lower priority."""

    name: str
    path: Path
    description: str
    output: Output
    inputs: tuple[str, ...]
    slots: tuple[str, ...]
    id: str
    shadows: tuple[Path, ...] = ()


def source(name: str, folders: Sequence[Path]) -> Path:
    """The file a prompt is read from.

    Raises:
        PromptError: the name is malformed, or no folder has it.
    """
    if not _NAME.match(name):
        raise PromptError(
            f"`{name}` is not the name of a prompt; names look like `direct/formulate`",
            hint="see `agentopt prompts list`",
        )
    for folder in folders:
        path = folder / f"{name}{SUFFIX}"
        if path.is_file():
            return path
    places = ", ".join(str(folder) for folder in folders) or "no folder"
    raise PromptError(
        f"there is no prompt `{name}` (looked in {places})",
        hint=nearest(name, _names(folders)) or "see `agentopt prompts list`",
    )


def load(name: str, folders: Sequence[Path]) -> Prompt:
    """A prompt, with its parts, each from the first folder that has it.

    Raises:
        PromptError: a file is missing or malformed, or a part includes itself.
    """
    return _load(name, folders, ())


def _load(name: str, folders: Sequence[Path], above: tuple[str, ...]) -> Prompt:
    path = source(name, folders)
    if name in above:
        raise PromptError(f"{path}: includes itself by way of {' -> '.join((*above, name))}")
    text = _read(path)
    declared = parse(text, name=name, path=path)
    bodies: dict[str, str] = {}
    for key, other in declared.parts.items():
        part = _load(other, folders, (*above, name))
        if part.output != "part" or part.inputs:
            raise PromptError(
                f"{path}: `{other}` cannot be a part: a part has `output: part` and no inputs",
                hint=f"set `output: part` in {part.path}",
            )
        bodies[key] = "\n".join(message.content for message in part.render())
    return parse(text, name=name, path=path, parts=bodies) if bodies else declared


def catalog(folders: Sequence[Path]) -> tuple[Listed, ...]:
    """Every prompt that can be loaded, by name.

    Raises:
        PromptError: a file is malformed.
    """
    found = []
    for name in _names(folders):
        prompt = load(name, folders)
        places = [folder / f"{name}{SUFFIX}" for folder in folders]
        found.append(
            Listed(
                name,
                prompt.path,
                prompt.description,
                prompt.output,
                tuple(prompt.inputs),
                tuple(prompt.slots),
                prompt.id,
                tuple(p for p in places if p.is_file() and p != prompt.path),
            )
        )
    return tuple(found)


def _names(folders: Sequence[Path]) -> list[str]:
    names = set()
    for folder in folders:
        for path in folder.glob(f"*/**/*{SUFFIX}"):
            name = path.relative_to(folder).with_suffix("").as_posix()
            if _NAME.match(name):
                names.add(name)
    return sorted(names)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(f"{path}: cannot be read: {error}") from error
