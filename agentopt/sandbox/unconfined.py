"""Running a program without a sandbox, for a person who asked for that on a system that has none.

Each program is a cold process in a folder and a process group of its own, with an empty environment, a wall
clock and a cap on what it prints; where the system has such limits, on memory, processor time and file size.
It may still read and write every file its user can, and reach the network.
"""

from __future__ import annotations

__all__ = ["Unconfined"]

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

from agentopt.sandbox.job import Job, Outcome, lay_files, read_outcome
from agentopt.sandbox.limits import Ending, JobLimits
from agentopt.sandbox.shown import Shown

_START = "import sys; sys.path[:] = {path!r}; from agentopt.sandbox.unconfined import main; main()"
_START_SECONDS = 120.0
_BEGUN = "_begun"
_TICK = 0.02


class Unconfined:
    """Runs programs as a sandbox does, and confines nothing."""

    def run(self, job: Job) -> Outcome:
        """Run a program in a process of its own."""
        with tempfile.TemporaryDirectory(prefix="agentopt-unsafe-", ignore_cleanup_errors=True) as place:
            folder = Path(place, "job")
            folder.mkdir()
            lay_files(folder, job.files, None)
            with tempfile.TemporaryFile() as printed:
                process = subprocess.Popen(
                    [sys.executable, "-I", "-c", _START.format(path=_path())],
                    stdin=subprocess.PIPE,
                    stdout=printed,
                    stderr=subprocess.STDOUT,
                    cwd=folder,
                    env={**_kept(), "HOME": str(folder), "TMPDIR": str(folder)},
                    start_new_session=True,
                )
                began = _begun(process, job, folder)
                ending = _watched(process, job, printed.fileno(), began)
                seconds, shown = time.monotonic() - began, Shown.of(printed)
            status = process.returncode
            if ending is None:
                ending = Ending.KILLED if status < 0 else Ending.RAISED if status else Ending.DONE
            return read_outcome(folder, ending, status, seconds, shown.text)

    def close(self) -> None:
        """Nothing is left running."""

    def __enter__(self) -> Unconfined:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _begun(process: subprocess.Popen[bytes], job: Job, folder: Path) -> float:
    """Give a process its program; when it has imported the solvers and begins, which is not counted."""
    assert process.stdin is not None
    asked = {"source": job.source, "tests": job.tests, "limits": vars(job.limits)}
    with contextlib.suppress(BrokenPipeError), process.stdin as stream:
        stream.write(json.dumps(asked).encode())
    end = time.monotonic() + _START_SECONDS
    while process.poll() is None and time.monotonic() < end and not (folder.parent / _BEGUN).exists():
        time.sleep(_TICK)
    return time.monotonic()


def _watched(process: subprocess.Popen[bytes], job: Job, printed: int, began: float) -> Ending | None:
    """Wait for a process; why it was stopped, or None."""
    ending = None
    while process.poll() is None and ending is None:
        if time.monotonic() - began > job.limits.seconds:
            ending = Ending.TIME
        elif os.fstat(printed).st_size > job.limits.output_bytes:
            ending = Ending.OUTPUT
        time.sleep(_TICK)
    _kill(process)
    process.wait()
    return ending


def _kill(process: subprocess.Popen[bytes]) -> None:
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


def _path() -> list[str]:
    return [str(Path(each).absolute()) for each in sys.path if each and Path(each).exists()]


def _kept() -> dict[str, str]:
    """What a process needs to start at all; no keys."""
    names = ("PATH", "LANG", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "OPENBLAS_CORETYPE")
    return {name: os.environ[name] for name in names if name in os.environ}


def main() -> None:
    """Run the program that comes on standard input; the process ends with its status."""
    from agentopt.sandbox.program import run_program
    from agentopt.sandbox.recording import Recorder

    asked = json.loads(sys.stdin.buffer.read())
    with contextlib.suppress(ImportError, OSError, ValueError):
        from agentopt.sandbox.confinement import limit

        limit(JobLimits(**asked["limits"]))
    recorder = Recorder()
    recorder.install()
    Path("..", _BEGUN).touch()
    os._exit(run_program(asked["source"], asked["tests"], recorder))
