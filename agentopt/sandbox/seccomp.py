"""seccomp: a filter in the kernel that refuses system calls a solver program has no use for.

Landlock does not cover everything: processes, sockets, and attributes of files (`chmod` of the home folder
would pass it). What is listed here fails with EPERM, so that a program sees an ordinary error. Threads may be
started, processes not; signals and limits reach this process alone. A call newer than this list does not
exist for the program (ENOSYS), nor does one of another machine's mode: that kills it.
"""

from __future__ import annotations

__all__ = ["install", "instructions"]

import ctypes
import struct
from collections.abc import Iterable, Sequence

from agentopt.sandbox.kernel import Machine, machine, prctl

_REFUSED_CALLS = (
    "fork vfork execve execveat ptrace process_vm_readv process_vm_writev process_madvise "
    "process_mrelease kcmp pidfd_open pidfd_getfd pidfd_send_signal tkill rt_sigqueueinfo rt_tgsigqueueinfo "
    "socket socketpair connect bind listen sendto sendmsg sendmmsg mq_open msgget semget shmget "
    "memfd_create memfd_secret userfaultfd io_uring_setup io_uring_enter io_uring_register "
    "mount umount2 pivot_root chroot open_tree move_mount fsopen fsconfig fsmount fspick mount_setattr "
    "unshare setns mknod mknodat "
    "chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat utime utimes futimesat utimensat "
    "setxattr lsetxattr fsetxattr setxattrat removexattr lremovexattr fremovexattr removexattrat "
    "setuid setgid setreuid setregid setresuid setresgid setgroups capset "
    "setpriority ioprio_set sched_setparam sched_setscheduler sched_setattr sched_setaffinity "
    "migrate_pages move_pages add_key request_key keyctl bpf perf_event_open fanotify_init "
    "name_to_handle_at open_by_handle_at quotactl quotactl_fd personality modify_ldt iopl ioperm syslog acct "
    "swapon swapoff reboot kexec_load kexec_file_load init_module finit_module delete_module "
    "settimeofday clock_settime clock_adjtime sethostname setdomainname sync syncfs seccomp"
)
_REFUSED = tuple(_REFUSED_CALLS.split())
_NEWEST = 466
"""The newest call that was weighed for this list."""

_CLONE_THREAD = 0x00010000
_OWNERS = {"fcntl": (8, 10, 15), "ioctl": (0x8901, 0x8902)}
"""Commands by which a file sends signals to a process of one's choice: `F_SETOWN` and its kin."""
_NAMING = (15, 16, 0x53564D41)
"""What `prctl` may still do: name a thread, tell its name, name memory."""

_ALLOW, _KILL = 0x7FFF0000, 0x80000000
_EPERM, _ENOSYS = 0x00050000 | 1, 0x00050000 | 38
_X32 = 0x40000000
_NUMBER, _AUDIT, _FIRST, _SECOND = 0, 4, 16, 24
"""Where the filter finds the call, the machine's mode and the arguments (their lower halves)."""

_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2

_Instruction = tuple[int, int, int, int]


def install(process: int) -> None:
    """Filter the calls of this process from now on, for good.

    Args:
        process: its number, the only one it may signal.

    Raises:
        OSError: the kernel refuses, or the machine is not known.
    """
    here = machine()
    if here is None:
        raise OSError("seccomp: this machine is not known")
    packed = b"".join(struct.pack("=HBBI", *each) for each in instructions(here, process))
    program = ctypes.create_string_buffer(packed, len(packed))
    head = struct.pack("=H6xQ", len(packed) // 8, ctypes.addressof(program))
    pointer = ctypes.create_string_buffer(head, len(head))
    prctl(_SET_NO_NEW_PRIVILEGES, 1)
    prctl(_SET_SECCOMP, _FILTER, ctypes.addressof(pointer))


def instructions(here: Machine, process: int) -> list[_Instruction]:
    """The filter as classic BPF: operation, jump if true, jump if false, operand."""
    numbers = here.numbers
    found = [_load(_AUDIT), _equal(here.audit, 1, 0), _verdict(_KILL), _load(_NUMBER)]
    found += [_above(_X32 - 1, 0, 1), _verdict(_KILL)]
    found += [_above(_NEWEST, 0, 1), _verdict(_ENOSYS)]
    # Without clone3 libc falls back to clone, whose flags a filter can see.
    found += _on(numbers["clone3"], [_verdict(_ENOSYS)])
    found += _on(
        numbers["clone"],
        [_load(_FIRST), _has(_CLONE_THREAD, 0, 1), _verdict(_ALLOW), _verdict(_EPERM)],
    )
    for name, allowed in (
        ("kill", [process]),
        ("tgkill", [process]),
        ("prlimit64", [0, process]),
        ("prctl", _NAMING),
    ):
        found += _on(numbers[name], _first_among(allowed))
    for name, refused in _OWNERS.items():
        tests = [each for value in refused for each in (_equal(value, 0, 1), _verdict(_EPERM))]
        found += _on(numbers[name], [_load(_SECOND), *tests, _verdict(_ALLOW)])
    for name in _REFUSED:
        if name in numbers:
            found += _on(numbers[name], [_verdict(_EPERM)])
    return [*found, _verdict(_ALLOW)]


def _on(number: int, then: Sequence[_Instruction]) -> list[_Instruction]:
    """What to do for one call; `then` ends in a verdict."""
    return [_equal(number, 0, len(then)), *then]


def _first_among(values: Iterable[int]) -> list[_Instruction]:
    """Allow the call where its first argument is one of some values."""
    allowed = [each for value in values for each in (_equal(value, 0, 1), _verdict(_ALLOW))]
    return [_load(_FIRST), *allowed, _verdict(_EPERM)]


def _load(offset: int) -> _Instruction:
    return 0x20, 0, 0, offset


def _equal(value: int, yes: int, no: int) -> _Instruction:
    return 0x15, yes, no, value


def _above(value: int, yes: int, no: int) -> _Instruction:
    return 0x25, yes, no, value


def _has(bits: int, yes: int, no: int) -> _Instruction:
    return 0x45, yes, no, bits


def _verdict(value: int) -> _Instruction:
    return 0x06, 0, 0, value
