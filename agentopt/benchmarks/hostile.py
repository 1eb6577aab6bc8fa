"""Hostile programs, something for them to aim at, and a look at whether they did harm."""

from __future__ import annotations

__all__ = ["PROGRAMS", "Hostile", "Target"]

import os
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from agentopt.benchmarks.hostile_programs import TEXT
from agentopt.sandbox import Ending, Outcome

_ANY = frozenset([Ending.DONE, Ending.RAISED, Ending.KILLED, Ending.TIME])


@dataclass(frozen=True)
class Hostile:
    """A program and how it may end.

    Attributes:
        name: what it tries.
        source: with places for what it aims at.
        endings: how it may end.
    """

    name: str
    source: str
    endings: frozenset[Ending]


def _programs() -> tuple[Hostile, ...]:
    found = []
    for part in f"\n{TEXT}".split("\n## ")[1:]:
        head, _, source = part.partition("\n")
        name, _, endings = head.partition(": ")
        found.append(Hostile(name, source.strip(), frozenset(map(Ending, endings.split())) or _ANY))
    return tuple(found)


PROGRAMS = _programs()


class Target:
    """Things of others for hostile programs to aim at, and a look at whether they were hit.

    Everything is in a passing folder and on the loopback address, and goes when the target is left.
    """

    def __init__(self, server: int) -> None:
        self.server = server
        self._place = tempfile.TemporaryDirectory(prefix="agentopt-target-")
        self.outside = Path(self._place.name)
        self.secret = self.outside / "secret.txt"
        self.secret.write_text("of others", encoding="utf-8")
        os.utime(self.secret, (1e9, 1e9))
        # Open to all, so that nothing but the sandbox is in the way.
        self.outside.chmod(0o777)
        self.secret.chmod(0o666)
        self._listeners = [socket.create_server(("127.0.0.1", 0)), socket.socket(socket.AF_UNIX)]
        self._path = self.outside / "socket"
        self._listeners[1].bind(str(self._path))
        self._listeners[1].listen()
        self._path.chmod(0o777)
        for each in self._listeners:
            each.setblocking(False)
        self._limits = self._seen_limits()

    def source(self, program: Hostile) -> str:
        """A program aimed at this target."""
        aims = {
            "outside": self.outside,
            "secret": self.secret,
            "home": Path.home(),
            "parent": os.getpid(),
            "server": self.server,
            "port": self._listeners[0].getsockname()[1],
            "socket": self._path,
        }
        source = program.source
        for name, aim in aims.items():
            source = source.replace(f"{{{name}}}", str(aim))
        return source

    def harm(self, outcome: Outcome) -> list[str]:
        """What a program got that it must not, a line each."""
        found = [f"it says so: {line}" for line in outcome.output.splitlines() if "ALLOWED" in line]
        if sorted(each.name for each in self.outside.iterdir()) != ["secret.txt", "socket"]:
            found.append("files of others came or went")
        elif self.secret.read_text(encoding="utf-8") != "of others":
            found.append("a file of others was changed")
        elif self.secret.stat().st_mtime != 1e9 or self.secret.stat().st_mode & 0o777 != 0o666:
            found.append("what is known of a file of others was changed")
        if self.outside.stat().st_mode & 0o777 != 0o777:
            found.append("a folder of others was changed")
        if Path("/dev/shm/agentopt-hostile").exists():
            found.append("shared memory was written to")
        for each in self._listeners:
            try:
                each.accept()[0].close()
            except BlockingIOError:
                continue
            found.append("somebody was connected to")
        if self._seen_limits() != self._limits:
            found.append("the limits of the server were changed")
        state = Path(f"/proc/{self.server}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
        if state not in "SR":
            found.append(f"the server is in state {state}")
        return found

    def _seen_limits(self) -> str:
        return Path(f"/proc/{self.server}/limits").read_text(encoding="utf-8")

    def __enter__(self) -> Target:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self._listeners:
            each.close()
        self.outside.chmod(0o700)
        self._place.cleanup()
