"""Locking the calling process in: applied in a child between fork and the first line of a program.

The order matters. Limits and the change of user come while the process still may make them; Landlock before
the filter, which refuses what Landlock is set up with to no one but must find it done. Each layer alone
stops most of what a hostile program tries, and any one that the kernel refuses to set up ends the job before
it has begun.
"""

from __future__ import annotations

__all__ = ["availability", "confine", "limit", "program_user", "readable"]

import contextlib
import ctypes
import math
import os
import site
import struct
import sys
import sysconfig
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from agentopt.sandbox import landlock, seccomp
from agentopt.sandbox.kernel import prctl, system_call
from agentopt.sandbox.limits import JobLimits

NOBODY = 65534

_PARENT_DEATH_SIGNAL, _DUMPABLE, _NO_NEW_PRIVILEGES = 1, 4, 38
_KILL = 9
_CAPABILITIES_3 = 0x20080522

_SYSTEM = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/usr/share/zoneinfo",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/dev/null",
    "/dev/zero",
    "/etc/mime.types",
    "/dev/urandom",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/proc/stat",
    "/sys/devices/system/cpu",
)


def confine(folder: Path, limits: JobLimits, places: Sequence[Path], user: int | None, parent: int) -> None:
    """Lock this process in its folder for good; the caller has closed what it must not keep.

    Args:
        folder: where it may write; it becomes the working directory.
        limits: what it may use.
        places: what it may read besides.
        user: who it becomes first; None to stay who it is, without any privileges.
        parent: the process that began it, with which it dies.

    Raises:
        ProcessLookupError: the parent has died already.
        OSError: the kernel refuses a layer.
    """
    os.chdir(folder)
    os.umask(0o077)
    limit(limits)
    _drop_privileges(user)
    # A change of user makes the kernel forget the signal, so it comes after.
    prctl(_PARENT_DEATH_SIGNAL, _KILL)
    if os.getppid() != parent:
        raise ProcessLookupError(f"the process {parent} that began this one has died")
    prctl(_DUMPABLE, 0)
    prctl(_NO_NEW_PRIVILEGES, 1)
    landlock.restrict(places, Path(), [Path("/dev/null")])
    seccomp.install(os.getpid())


@lru_cache(maxsize=1)
def readable() -> tuple[Path, ...]:
    """What a program must read to import what is installed: libraries and packages, nobody's files."""
    paths = sysconfig.get_paths()
    found = [Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    found += [Path(each) for each in sys.path if Path(each).name in ("site-packages", "dist-packages")]
    found += [Path(each) / "lib" for each in {sys.prefix, sys.base_prefix}]
    with contextlib.suppress(AttributeError):  # some virtual environments have no such function
        found += [Path(each) for each in site.getsitepackages()]
    found += [Path(each) for each in _SYSTEM]
    return tuple(dict.fromkeys(each for each in found if each.exists()))


def availability() -> str:
    """Why programs cannot be confined here; empty where they can.

    >>> isinstance(availability(), str)
    True
    """
    from agentopt.sandbox.kernel import machine

    if sys.platform != "linux":
        return f"programs cannot be confined on {sys.platform}: that takes Linux 5.13 or newer"
    if machine() is None:
        return f"programs cannot be confined on {os.uname().machine}: its system calls are not known"
    if not landlock.abi():
        return f"the kernel {os.uname().release} has no Landlock: that takes Linux 5.13 or newer, with it on"
    if not Path("/proc/sys/kernel/seccomp/actions_avail").exists():
        return f"the kernel {os.uname().release} has no seccomp filters"
    return ""


def limit(limits: JobLimits) -> None:
    """Set the limits that a process may set for itself."""
    import resource  # which not every system has

    cpu = limits.seconds * (os.cpu_count() or 1) if limits.cpu_seconds is None else limits.cpu_seconds
    seconds = max(1, math.ceil(cpu))
    memory = limits.memory_mb << 20
    for what, value in (
        (resource.RLIMIT_AS, (memory, memory)),
        (resource.RLIMIT_CPU, (seconds, seconds + 1)),
        (resource.RLIMIT_FSIZE, (limits.disk_bytes, limits.disk_bytes)),
        (resource.RLIMIT_NOFILE, (limits.num_files, limits.num_files)),
        (resource.RLIMIT_CORE, (0, 0)),
        (resource.RLIMIT_MEMLOCK, (0, 0)),
    ):
        _, most = resource.getrlimit(what)
        soft, hard = (v if most == resource.RLIM_INFINITY else min(v, most) for v in value)
        resource.setrlimit(what, (soft, hard))


def _drop_privileges(user: int | None) -> None:
    """Become another user where asked, and give up every capability: root without them is nobody special."""
    if user is not None:
        with contextlib.suppress(OSError):
            os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    head = struct.pack("=Ii", _CAPABILITIES_3, 0)
    system_call("capset", ctypes.c_char_p(head), ctypes.c_char_p(bytes(24)))


@lru_cache(maxsize=1)
def program_user() -> int | None:
    """Who programs run as: nobody, where this is root and nobody can read what a program must import.

    An interpreter may lie in root's home folder; then programs stay root, with no capability left and
    everything but libraries and their folder locked, as they stay the user where this is a plain one.
    """
    if os.geteuid() != 0 or not _can_become(NOBODY):
        return None
    needed = [each for each in readable() if "python" in str(each)]
    return NOBODY if all(_is_open(each) for each in needed) else None


def _can_become(user: int) -> bool:
    """Whether this process may change its user: root of a small container may not."""
    try:
        ids = Path("/proc/self/uid_map").read_text(encoding="ascii").split("\n")
    except OSError:
        return False
    ranges = [list(map(int, line.split())) for line in ids if line.strip()]
    return any(first <= user < first + count for first, _, count in ranges)


def _is_open(path: Path) -> bool:
    """Whether everybody may read what is below a folder."""
    whole = path.resolve()
    return all(each.stat().st_mode & 0o001 for each in (whole, *whole.parents)) and bool(
        whole.stat().st_mode & 0o004
    )
