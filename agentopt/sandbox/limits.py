"""How much one program may use, and how it may end."""

from __future__ import annotations

__all__ = ["Ending", "JobLimits"]

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True)
class JobLimits:
    """What one program may use at most.

    Attributes:
        seconds: of wall time; the program is killed then.
        cpu_seconds: of processor time, all threads together; as `seconds` for each core if None.
        memory_mb: of address space, which counts what is reserved, used or not.
        output_bytes: on standard output and error together; the middle of more than is kept is left out.
        disk_bytes: in its folder, all files together.
        num_files: in its folder, and open at once.
        num_threads: at once.
    """

    seconds: float = 60.0
    cpu_seconds: float | None = None
    memory_mb: int = 4096
    output_bytes: int = 16_000_000
    disk_bytes: int = 256_000_000
    num_files: int = 256
    num_threads: int = 64


class Ending(StrEnum):
    """How a program ended."""

    DONE = "done"
    """It ran to its end, or ended itself with status 0."""
    RAISED = "raised"
    """An exception ended it, or it ended itself with another status."""
    KILLED = "killed"
    """A signal ended it: a crash in a library, or memory or processor time at their limit."""
    TIME = "time"
    """The wall clock ran out."""
    OUTPUT = "output"
    """It printed more than it may."""
    DISK = "disk"
    """It wrote more, or more files, than it may."""
    THREADS = "threads"
    """It started more threads than it may."""
