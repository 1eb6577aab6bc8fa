"""The fork server: a process with the solvers imported that runs each program in a child of its own.

It is started with an environment it was given, before any key is loaded, and runs no solver itself, so a
child begins with nothing but imports in its memory: no secret to read, no thread that a fork would lose.
Jobs come as JSON lines on one pipe and go back as JSON lines on another; neither is standard output, which
libraries print to. The end of the first pipe is the end of the server and of all its children.

One loop watches everything: children through file descriptors of their processes, what they print, and every
`TICK` how long they run, what their folders hold and how many threads they have.
"""

from __future__ import annotations

__all__ = ["main"]

import contextlib
import gc
import json
import os
import selectors
import shutil
import signal
import time
import traceback
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from agentopt.sandbox.confinement import confine, program_user, readable
from agentopt.sandbox.limits import Ending, JobLimits
from agentopt.sandbox.program import run_program
from agentopt.sandbox.recording import Recorder
from agentopt.sandbox.shown import Shown

TICK = 0.05
"""Seconds between looks at what running programs use."""
_LOCKED_OUT = 97
"""Status of a child that could not be locked in."""


@dataclass(frozen=True)
class _Asked:
    """A job as the client sends it."""

    id: int
    folder: Path
    limits: JobLimits
    source: str
    tests: str

    @classmethod
    def of(cls, line: dict[str, Any]) -> _Asked:
        return cls(**{**line, "folder": Path(line["folder"]), "limits": JobLimits(**line["limits"])})


@dataclass
class _Job:
    """A program at work."""

    id: int
    folder: Path
    limits: JobLimits
    process: int
    handle: int
    output: int
    began: float
    printed: Shown = field(default_factory=Shown)
    ending: Ending | None = None


class _Server:
    """The loop."""

    def __init__(self, jobs: int, results: int, recorder: Recorder) -> None:
        self.jobs, self.results, self.recorder = jobs, results, recorder
        self.buffer = bytearray()
        self.running: dict[int, _Job] = {}
        self.selector = selectors.DefaultSelector()
        self.selector.register(jobs, selectors.EVENT_READ, self.read_jobs)
        self.open = True

    def run(self) -> None:
        """Until the pipe of jobs ends."""
        try:
            while self.open:
                for key, _ in self.selector.select(TICK if self.running else None):
                    key.data()
                for job in list(self.running.values()):
                    self.look_at(job)
        finally:
            for job in self.running.values():
                _kill(job.process)

    def read_jobs(self) -> None:
        data = os.read(self.jobs, 1 << 20)
        if not data:
            self.open = False
        self.buffer += data
        while (end := self.buffer.find(b"\n")) >= 0:
            line = bytes(self.buffer[:end])
            del self.buffer[: end + 1]
            self.begin(_Asked.of(json.loads(line)))

    def begin(self, asked: _Asked) -> None:
        reading, writing = os.pipe()
        began, server = time.monotonic(), os.getpid()
        process = os.fork()
        if process == 0:
            _child(server, writing, asked, self.recorder)
        os.close(writing)
        os.set_blocking(reading, False)
        handle = os.pidfd_open(process)
        job = _Job(asked.id, asked.folder, asked.limits, process, handle, reading, began)
        self.running[job.id] = job
        self.selector.register(handle, selectors.EVENT_READ, lambda: self.ended(job))
        self.selector.register(reading, selectors.EVENT_READ, lambda: self.read_output(job))

    def read_output(self, job: _Job) -> None:
        try:
            data = os.read(job.output, 1 << 16)
        except BlockingIOError:
            return
        if not data:
            self.selector.unregister(job.output)
            return
        job.printed.take(data)
        if job.printed.size > job.limits.output_bytes:
            self.stop(job, Ending.OUTPUT)

    def look_at(self, job: _Job) -> None:
        if job.ending is not None:
            return
        if time.monotonic() - job.began > job.limits.seconds:
            self.stop(job, Ending.TIME)
        elif not _fits(job.folder, job.limits):
            self.stop(job, Ending.DISK)
        elif _num_threads(job.process) > job.limits.num_threads:
            self.stop(job, Ending.THREADS)

    def stop(self, job: _Job, ending: Ending) -> None:
        job.ending = job.ending or ending
        _kill(job.process)

    def ended(self, job: _Job) -> None:
        if job.id not in self.running:
            return
        del self.running[job.id]
        self.selector.unregister(job.handle)
        _kill(job.process)  # whatever else is in its group
        _, status = os.waitpid(job.process, 0)
        self.drain(job)
        os.close(job.handle)
        os.close(job.output)
        self.answer(job, os.waitstatus_to_exitcode(status), time.monotonic() - job.began)

    def drain(self, job: _Job) -> None:
        """The rest of what was printed; the writer is gone, so it ends."""
        with contextlib.suppress(KeyError):
            self.selector.unregister(job.output)
        with contextlib.suppress(BlockingIOError):
            while data := os.read(job.output, 1 << 16):
                job.printed.take(data)

    def answer(self, job: _Job, status: int, seconds: float) -> None:
        ending = job.ending
        if ending is None and not _fits(job.folder, job.limits):
            ending = Ending.DISK
        if ending is None:
            ending = Ending.KILLED if status < 0 else Ending.RAISED if status else Ending.DONE
        found = {
            "id": job.id,
            "ending": ending,
            "status": status,
            "seconds": seconds,
            "output": job.printed.text,
            "locked_out": status == _LOCKED_OUT and job.ending is None and not job.printed.size,
        }
        _send(self.results, found)


def _child(server: int, output: int, asked: _Asked, recorder: Recorder) -> NoReturn:
    """A child: locked in, it runs its program and ends."""
    status = _LOCKED_OUT
    try:
        os.setsid()
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.closerange(3, _most_files())
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        confine(asked.folder, asked.limits, readable(), program_user(), server)
        os.environ.update(HOME=str(asked.folder), TMPDIR=str(asked.folder))
        # Past this point everything is the program's doing.
        status = 1
        status = run_program(asked.source, asked.tests, recorder)
    except BaseException:  # a child must not go on as a second server
        with contextlib.suppress(BaseException):
            if status != _LOCKED_OUT:
                traceback.print_exc()
    finally:
        os._exit(status)


def _most_files() -> int:
    import resource

    return min(resource.getrlimit(resource.RLIMIT_NOFILE)[0], 1 << 20)


def _kill(process: int) -> None:
    """Kill a child and its group; it is not reaped yet, so its number is still its own."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            kill(process, signal.SIGKILL)


def _fits(folder: Path, limits: JobLimits) -> bool:
    """Whether a folder holds no more than it may; it has no folders in it, since none can be made."""
    size = count = 0
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            count += 1
            if count > limits.num_files:
                return False
            with contextlib.suppress(OSError):
                size += entry.stat(follow_symlinks=False).st_blocks * 512
    return size <= limits.disk_bytes


def _num_threads(process: int) -> int:
    try:
        return sum(1 for _ in Path(f"/proc/{process}/task").iterdir())
    except OSError:
        return 0


def _send(pipe: int, message: dict[str, object]) -> None:
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]


def _preload() -> None:
    """Import what programs use, and what those import on first use; solve nothing."""
    import highspy  # noqa: F401
    import numpy  # noqa: F401
    import pyomo.environ as pyomo
    import pyomo.repn.plugins.lp_writer
    import pyomo.repn.standard_repn

    for name in ("appsi_highs", "highs", "scip_direct"):
        with contextlib.suppress(Exception):  # a part that is not installed is missed when it is asked for
            pyomo.SolverFactory(name).available()


def main(jobs: int, results: int, place: str) -> None:
    """Serve jobs from one pipe to the other until the first ends; the folder of folders goes with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person's Ctrl-C is the client's to act on
    _preload()
    recorder = Recorder()
    recorder.install()
    user = program_user()
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    gc.collect()
    gc.freeze()
    _send(results, {"ready": True, "user": user})
    try:
        _Server(jobs, results, recorder).run()
    finally:
        shutil.rmtree(place, ignore_errors=True)  # whoever made it may be gone
