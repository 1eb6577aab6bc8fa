"""One process at a time works on a run: a lock that ends with the process that holds it."""

from __future__ import annotations

__all__ = ["Lock", "is_held"]

import errno
import os
import sys
import time
from pathlib import Path

from agentopt.errors import RunError
from agentopt.runs.files import broken

_PATIENCE = 0.3
"""Seconds in which a listing that looks whether a run is held will have let go of it."""


class Lock:
    """The exclusive lock of a run folder, held until `release` or the end of the process.

    Raises:
        RunError: another process holds it; the message names that process.
    """

    def __init__(self, folder: Path) -> None:
        path = folder / "lock"
        try:
            flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
            self._descriptor = os.open(path, flags, 0o666)
        except OSError as error:
            raise broken(path, "written", error) from error
        try:
            self._take(folder)
            os.ftruncate(self._descriptor, 0)
            os.pwrite(self._descriptor, f"{os.getpid()}\n".encode(), 0)
        except OSError as error:
            self.release()
            raise broken(path, "written", error) from error
        except RunError:
            self.release()
            raise

    def release(self) -> None:
        """Let go."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _take(self, folder: Path) -> None:
        until = time.monotonic() + _PATIENCE
        while not _flock(self._descriptor, exclusive=True):
            if time.monotonic() > until:
                holder = os.pread(self._descriptor, 32, 0).decode("ascii", "replace").strip()
                who = f"process {holder}" if holder.isdigit() else "another process"
                stop = f", or stop it (`kill {holder}`)" if holder.isdigit() else ""
                raise RunError(
                    f"{who} is working on the run {folder.name}",
                    hint=f"wait for it{stop}, then `agentopt runs resume {folder.name}`",
                )
            time.sleep(0.02)


def is_held(folder: Path) -> bool:
    """Whether a process works on the run now."""
    try:
        descriptor = os.open(folder / "lock", os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return False
    try:
        return not _flock(descriptor, exclusive=False)
    except OSError:
        return False
    finally:
        os.close(descriptor)


def _flock(descriptor: int, *, exclusive: bool) -> bool:
    """Try to lock without waiting; False when another process has it."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(descriptor, 1 << 20, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK):
            return False
        raise
    return True
