"""What a person means by a problem: words, a text file, a formulation, a folder with one, a model file.

A single word that is no file is refused: a problem takes more than one word, and a misspelt path or command
should not cost a model call.
"""

from __future__ import annotations

__all__ = [
    "Subject",
    "decoded",
    "examples",
    "formulation_file",
    "is_formulation",
    "is_model_file",
    "read_subject",
]

from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

from agentopt.agents.context import Problem
from agentopt.assets import folders
from agentopt.compiling.arrays import Compiled
from agentopt.errors import UsageError, nearest
from agentopt.formulation.elements import Formulation

Subject: TypeAlias = Problem | Compiled
"""What is solved: a problem for the graph, or the arrays of a model file."""

MAX_BYTES = 64_000_000
"""Bytes of a text file that are read at all."""

_FORMULATIONS = frozenset([".yaml", ".yml", ".json"])
_MODELS = frozenset([".lp", ".mps"])
_FOLDER_FILE = "formulation.yaml"
_EXAMPLE = "example:"


def read_subject(source: str | Path | Formulation) -> Subject:
    """What is meant.

    Args:
        source: a formulation; the path of a file or folder; or a text, which may be a path or `example:NAME`
            where it is one word, and otherwise is the problem itself.

    Raises:
        UsageError: there is no such file or example, it holds no text, or the text is a single word.
        FormulationError, CompileError: the file does not hold what its name says.

    >>> read_subject("Make as few pies as you can, but at least four.").text
    'Make as few pies as you can, but at least four.'
    >>> read_subject("example:bakery").formulation.title
    'Choose how many batches of each product a bakery bakes tomorrow'
    """
    if isinstance(source, Formulation):
        return _of_object(source)
    if isinstance(source, str):
        if source.startswith(_EXAMPLE):
            return _of_folder(_example(source.removeprefix(_EXAMPLE)))
        if not _is_path(source):
            return Problem(source)
    return _of_path(Path(source))


def formulation_file(source: str | Path) -> Path:
    """The file of a formulation or model that a path, a folder or `example:NAME` stands for.

    Raises:
        UsageError: there is none.
    """
    text = str(source)
    path = _example(text.removeprefix(_EXAMPLE)) if text.startswith(_EXAMPLE) else Path(source)
    if path.is_dir():
        return _in_folder(path)
    if not path.exists():
        raise _no_file(path)
    if not (is_formulation(path) or is_model_file(path)):
        raise UsageError(
            f"{path} is neither a formulation (.yaml, .json) nor a model file (.lp, .mps)",
            hint=f"a problem in words is solved by `agentopt solve {path}`",
        )
    return path


def examples() -> dict[str, Path]:
    """The folders of the shipped examples, and of the user's own under `datasets/examples`, by name.

    >>> {"bakery", "facility", "newsvendor", "production", "shipping"} <= set(examples())
    True
    """
    found: dict[str, Path] = {}
    for datasets in folders("datasets"):
        for folder in _folders_in(datasets / "examples"):
            found.setdefault(folder.name, folder)
    return found


def is_formulation(path: Path) -> bool:
    """Whether a file's name says that it holds a formulation."""
    return _suffix(path) in _FORMULATIONS


def is_model_file(path: Path) -> bool:
    """Whether a file's name says that it is an LP or MPS file."""
    return _suffix(path) in _MODELS


def _suffix(path: Path) -> str:
    suffixes = [each.lower() for each in path.suffixes]
    if suffixes[-1:] == [".gz"]:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _folders_in(place: Path) -> Iterator[Path]:
    if place.is_dir():
        yield from (each for each in sorted(place.iterdir()) if (each / _FOLDER_FILE).is_file())


def _example(name: str) -> Path:
    known = examples()
    if name not in known:
        raise UsageError(
            f"there is no example `{name}`; there are {', '.join(known) or 'none'}",
            hint=nearest(name, known) or "see `agentopt examples`",
        )
    return known[name]


def _is_path(text: str) -> bool:
    """Whether a text names a file: there is one, or it is one word."""
    try:
        if text and Path(text).exists():
            return True
    except (OSError, ValueError):  # too long for a name, or a null character
        return False
    return bool(text.strip()) and not any(each.isspace() or each in _BETWEEN for each in text.strip())


_BETWEEN = frozenset("。，？！；：、")
"""What parts a text of a language without spaces."""


def _of_object(formulation: Formulation) -> Subject:
    """A formulation with the folder it was read from; that of a model file with the numbers of the file."""
    path = formulation.origin
    if path is None or not is_model_file(path):
        return Problem(formulation=formulation, folder=None if path is None else path.parent)
    from agentopt.compiling.files import read

    found = read(path)
    if found.instance.formulation != formulation:
        raise UsageError(
            f"the formulation of {path} is not what the file states any more",
            hint="change the file, or write a formulation with numbers of its own",
        )
    return found


def _of_path(path: Path) -> Subject:
    if path.is_dir():
        return _of_folder(path)
    if not path.exists():
        raise _no_file(path)
    if is_model_file(path):
        from agentopt.compiling.files import read

        return read(path)
    if is_formulation(path):
        return _of_formulation(path)
    return Problem(_text(path))


def _of_folder(folder: Path) -> Problem:
    return _of_formulation(_in_folder(folder))


def _in_folder(folder: Path) -> Path:
    path = folder / _FOLDER_FILE
    if not path.is_file():
        raise UsageError(
            f"{folder} is a folder without a {_FOLDER_FILE}",
            hint="name a file of it; a folder of tables is given by `--data`",
        )
    return path


def _of_formulation(path: Path) -> Problem:
    from agentopt.formulation.io import load

    return Problem(formulation=load(path), folder=path.parent)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from error
    if len(content) > MAX_BYTES:
        raise UsageError(
            f"{path} has more than {MAX_BYTES:,} bytes",
            hint="keep the words and move the numbers into a table: `--data FILE.csv`",
        )
    return decoded(content, str(path))


def decoded(content: bytes, name: str) -> str:
    """The text of bytes.

    Raises:
        UsageError: they are not UTF-8 text.
    """
    hint = "state the problem in a UTF-8 text; tables are given by `--data`"
    if b"\0" in content:
        raise UsageError(f"{name} is not a text: byte {content.index(0)} is 0x00", hint=hint)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{name} is not UTF-8 text: byte {error.start} is 0x{content[error.start]:02x}", hint=hint
        ) from None


def _no_file(path: Path) -> UsageError:
    if str(path) == "-":
        return UsageError(
            "a formulation is not read from standard input, whose tables would have no folder",
            hint="save it as a file, and name that",
        )
    if not path.suffix and len(path.parts) == 1:
        return UsageError(
            f"`{path}` is no file and no problem: a problem takes more than one word",
            hint=_beside(path) or 'state the problem: `agentopt solve "I make chairs and tables ..."`',
        )
    return UsageError(f"there is no file {path}", hint=_beside(path))


def _beside(path: Path) -> str:
    try:
        names = [each.name for each in path.parent.iterdir()]
    except OSError:
        return ""
    found = nearest(path.name, names)
    return found.replace(path.name, str(path)) if found else ""
