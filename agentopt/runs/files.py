"""Files of a run folder: written whole, never through a symbolic link, never outside the folder.

`replace_whole` is also how every other file that a person asked for is written.
"""

from __future__ import annotations

__all__ = ["MAX_READ", "broken", "checked", "read_file", "replace_whole", "write_whole"]

import errno
import os
import re
from pathlib import Path

from agentopt.errors import RunError

MAX_READ = 1 << 30
"""Bytes of one artifact that are read at most."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_KEPT = frozenset(["manifest.json", "events.jsonl", "lock"])
_FULL = frozenset([errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)


def checked(name: str) -> str:
    """The name of an artifact, if it is one: a plain file name that the run does not use itself.

    Raises:
        RunError: it could leave the folder, or is one of the run's own files.

    >>> checked("answer.json")
    'answer.json'
    """
    if not _NAME.fullmatch(name) or name in _KEPT or name.endswith(".part"):
        raise RunError(
            f"`{name}` cannot be the name of a file in a run",
            hint="letters, digits, `.`, `-` and `_`, beginning with a letter or digit",
        )
    return name


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of a run whole or not at all.

    Raises:
        RunError: it cannot be written; what was there before is untouched.
    """
    try:
        replace_whole(path, content)
    except OSError as error:
        raise broken(path, "written", error) from error


def replace_whole(path: Path, content: bytes) -> None:
    """Write a file so that after a crash there is the old one or the new one (temporary name, fsync, rename).

    Raises:
        OSError: it cannot be written; what was there before is untouched.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK, 0o666)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError:
        _forget(part)
        raise


def read_file(path: Path, *, most: int = MAX_READ) -> bytes:
    """The bytes of a regular file.

    Raises:
        RunError: there is none, it is a symbolic link, it is larger than `most`, or it cannot be read.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise RunError(f"{path} is a symbolic link, and links in a run are not followed") from error
        raise broken(path, "read", error) from error
    if len(content) > most:
        raise RunError(f"{path} is larger than {most:,} bytes and is not read")
    return content


def broken(path: Path, done: str, error: OSError) -> RunError:
    """What a user is told when a file cannot be `written` or `read`."""
    if error.errno in _FULL:
        return RunError(
            f"{path} cannot be {done}: the disk is full",
            hint="make room, then go on with `agentopt runs resume`; what was recorded so far is kept",
        )
    elsewhere = "keep runs elsewhere with `--runs DIR` or the environment variable AGENTOPT_RUNS"
    hint = "see `agentopt runs list`" if done == "read" else elsewhere
    return RunError(f"{path} cannot be {done}: {error.strerror or error}", hint=hint)


def _sync_folder(folder: Path) -> None:
    """Make a rename last; systems that cannot open a folder do without."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(descriptor)
    except OSError:
        pass
    finally:
        os.close(descriptor)


def _forget(part: Path) -> None:
    try:
        part.unlink(missing_ok=True)
    except OSError:
        return
