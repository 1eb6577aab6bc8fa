"""Landlock: the kernel lets a process give up, for good and without privileges, what files it may touch.

Whatever no rule allows is refused: reading outside the listed places, writing outside one folder, executing
anything, and, as far as the kernel knows these, opening TCP connections and signalling other processes.
Linux 5.13 or newer (https://docs.kernel.org/userspace-api/landlock.html).
"""

from __future__ import annotations

__all__ = ["abi", "restrict"]

import ctypes
import os
import stat
import struct
from collections.abc import Sequence
from pathlib import Path

from agentopt.sandbox.kernel import system_call

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_FILE, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14
_READ = _READ_FILE | _READ_DIR
_WORK = _READ | _WRITE_FILE | _TRUNCATE | _MAKE_FILE | _REMOVE_FILE
"""In its folder a program makes, changes and removes files: no folders, links, sockets or devices."""
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE

_RULE_PATH_BENEATH = 1
_GET_VERSION = 1
_BIND_AND_CONNECT_TCP = 0b11
_SOCKETS_AND_SIGNALS = 0b11


def abi() -> int:
    """The version of the kernel's Landlock; 0 where there is none."""
    try:
        return system_call("landlock_create_ruleset", None, ctypes.c_size_t(0), ctypes.c_uint32(_GET_VERSION))
    except OSError:
        return 0


def restrict(readable: Sequence[Path], folder: Path, writable: Sequence[Path] = ()) -> None:
    """Leave this process the right to read some places and to work in one folder, and no other on files.

    Args:
        readable: files and folders, with all below them; those that do not exist are passed over.
        folder: where files may be made.
        writable: single files, such as `/dev/null`.

    Raises:
        OSError: the kernel has no Landlock, or refuses.
    """
    version = abi()
    handled = (1 << 13) - 1
    handled |= (1 << 13 if version >= 2 else 0) | (1 << 14 if version >= 3 else 0)
    handled |= 1 << 15 if version >= 5 else 0
    fields = [handled]
    if version >= 4:
        fields.append(_BIND_AND_CONNECT_TCP)
    if version >= 6:
        fields.append(_SOCKETS_AND_SIGNALS)
    asked = struct.pack(f"={len(fields)}Q", *fields)
    ruleset = system_call("landlock_create_ruleset", asked, ctypes.c_size_t(len(asked)), ctypes.c_uint32(0))
    try:
        for path in readable:
            _allow(ruleset, path, _READ & handled)
        for path in writable:
            _allow(ruleset, path, _OF_FILES & handled)
        _allow(ruleset, folder, _WORK & handled)
        system_call("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint32(0))
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: Path, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(place).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, place)
        system_call(
            "landlock_add_rule",
            ctypes.c_int(ruleset),
            ctypes.c_int(_RULE_PATH_BENEATH),
            rule,
            ctypes.c_uint32(0),
        )
    finally:
        os.close(place)
