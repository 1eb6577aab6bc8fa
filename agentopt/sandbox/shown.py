"""What a program printed, the middle left out where it is long."""

from __future__ import annotations

__all__ = ["Shown"]

from dataclasses import dataclass, field
from typing import BinaryIO, Self

KEPT = 64_000
"""Bytes kept from the beginning, and as many from the end."""


@dataclass
class Shown:
    r"""The beginning and the end of a stream of bytes.

    >>> shown = Shown()
    >>> shown.take(b"a" * KEPT + b"b" * KEPT + b"c" * 10)
    >>> shown.size, shown.text[KEPT : KEPT + 30]
    (128010, '\n… (10 bytes left out) …\nbbbb')
    """

    size: int = 0
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)

    def take(self, data: bytes) -> None:
        """Add what came next."""
        self.size += len(data)
        room = max(0, KEPT - len(self.head))
        self.head += data[:room]
        self.tail += data[room:]
        del self.tail[: max(0, len(self.tail) - KEPT)]

    @property
    def text(self) -> str:
        """What is kept, with a word on what is left out."""
        left_out = self.size - len(self.head) - len(self.tail)
        gap = f"\n… ({left_out:,} bytes left out) …\n" if left_out else ""
        return self.head.decode("utf-8", "replace") + gap + self.tail.decode("utf-8", "replace")

    @classmethod
    def of(cls, file: BinaryIO) -> Self:
        """The same of a file."""
        found = cls()
        file.seek(0)
        while data := file.read(1 << 20):
            found.take(data)
        return found
