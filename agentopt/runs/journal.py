"""The journal of a run: one JSON object a line, appended and on disk before anything follows from it.

A process that is killed may leave half a line at the end; it is dropped when the journal is next opened, and
read over until then. A line damaged in any other way stays where it is and is reported as an entry.
"""

from __future__ import annotations

__all__ = ["Entry", "Journal", "read_journal"]

import json
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import JsonValue

from agentopt.errors import RunError
from agentopt.runs.files import broken, read_file

_PASSING = frozenset(["progress", "start", "end"])
"""Kinds from which nothing follows; they are written, but not waited for."""


@dataclass(frozen=True)
class Entry:
    """One line of a journal.

    Attributes:
        sequence: 1, 2, 3, ... in one journal; 0 for a line that cannot be read (kind `damaged`).
        time: UTC, None where damaged.
        data: what was recorded.
    """

    sequence: int
    time: datetime | None
    kind: str
    data: Mapping[str, JsonValue] = field(default_factory=dict)


class Journal:
    """A journal open for appending; threads may share it.

    Raises:
        RunError: it cannot be opened or mended.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        try:
            self._descriptor = os.open(path, flags, 0o666)
        except OSError as error:
            raise broken(path, "written", error) from error
        try:
            self._sequence, self.mended = self._mend()
        except RunError:
            self.close()
            raise

    def append(self, kind: str, data: Mapping[str, JsonValue]) -> int:
        """Write a line; on return it is on disk, and its sequence number is given.

        Raises:
            RunError: it cannot be written; the journal is as it was before.
        """
        with self._lock:
            if self._descriptor < 0:
                raise RunError(f"{self._path} is closed", hint="open the run for writing")
            sequence = self._sequence + 1
            line = {"sequence": sequence, "time": datetime.now(UTC).isoformat(), "kind": kind, "data": data}
            text = json.dumps(line, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            self._write(text.encode() + b"\n", wait=kind not in _PASSING)
            self._sequence = sequence
            return sequence

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write(self, line: bytes, *, wait: bool) -> None:
        start = -1
        try:
            start = os.fstat(self._descriptor).st_size
            left = memoryview(line)
            while left:
                left = left[os.write(self._descriptor, left) :]
            if wait:
                os.fsync(self._descriptor)
        except OSError as error:
            self._cut(start)
            raise broken(self._path, "written", error) from error

    def _cut(self, size: int) -> None:
        """Take back half a line; should that fail too, the next opening mends it."""
        try:
            if size >= 0:
                os.ftruncate(self._descriptor, size)
        except OSError:
            return

    def _mend(self) -> tuple[int, int]:
        """The last sequence number, and how many bytes of half a line were dropped."""
        content = read_file(self._path)
        sequence = next((e.sequence for e in _backwards(content) if e.sequence), 0)
        if not content or content.endswith(b"\n"):
            return sequence, 0
        keep = content.rfind(b"\n") + 1
        torn = content[keep:]
        try:
            if _entry(torn).sequence:
                os.write(self._descriptor, b"\n")
                return sequence, 0
            os.ftruncate(self._descriptor, keep)
            os.fsync(self._descriptor)
        except OSError as error:
            raise broken(self._path, "written", error) from error
        return sequence, len(torn)


def read_journal(path: Path) -> Iterator[Entry]:
    """The entries in order; half a line at the end is left out, other damage is an entry of kind `damaged`.

    Raises:
        RunError: the journal cannot be read.
    """
    content = read_file(path)
    lines = content.split(b"\n")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        entry = _entry(line)
        if entry.sequence:
            yield entry
        elif number < len(lines):
            yield Entry(0, None, "damaged", {"line": number})


def _backwards(content: bytes) -> Iterator[Entry]:
    for line in reversed(content.split(b"\n")):
        if line.strip():
            yield _entry(line)


def _entry(line: bytes) -> Entry:
    """A line read; sequence 0 when it cannot be."""
    try:
        found = json.loads(line)
        when = datetime.fromisoformat(found["time"])
        sequence, kind, data = found["sequence"], found["kind"], found["data"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Entry(0, None, "damaged")
    well = isinstance(sequence, int) and sequence > 0 and isinstance(kind, str) and isinstance(data, dict)
    return Entry(sequence, when, kind, data) if well else Entry(0, None, "damaged")
