"""Where programs run: a fork server and a folder of folders, from the side that asks.

A sandbox may be used by many threads; each job is a child of the server and has a folder of its own, removed
with all that is in it once its outcome is read. Server and children end when the sandbox is closed, or when
the process that made it dies.
"""

from __future__ import annotations

__all__ = ["Sandbox"]

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any

from agentopt.errors import AvailabilityError, EngineError
from agentopt.sandbox.confinement import availability
from agentopt.sandbox.job import Job, Outcome, lay_files, read_outcome
from agentopt.sandbox.limits import Ending

_START = (
    "import sys; sys.path[:] = {path!r}; from agentopt.sandbox.server import main; "
    "main({jobs}, {results}, {place!r})"
)
_KEPT_VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "LD_LIBRARY_PATH")
"""What the libraries of this machine may need; everything else of the environment stays outside."""
GRACE = 30.0
"""Seconds past a job's wall time after which a server that says nothing is taken for broken."""
START = 120.0


class Sandbox:
    """Runs programs confined: no network, no processes, no files but those of a folder of their own.

    Raises:
        AvailabilityError: programs cannot be confined here.

    >>> from agentopt.sandbox.confinement import availability
    >>> if not availability():
    ...     with Sandbox() as sandbox:
    ...         print(sandbox.run(Job("print(6 * 7)")).output.strip())
    42
    """

    def __init__(self) -> None:
        reason = availability()
        if reason:
            raise AvailabilityError(
                f"a program a model writes must not run unconfined, and {reason}",
                hint="use another strategy, a container with Linux 5.13 or newer, or `--unsafe`",
            )
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._count = 0
        self._closed = False
        self._place = Path(tempfile.mkdtemp(prefix="agentopt-sandbox-"))
        self._place.chmod(0o711)  # a program that runs as nobody passes through
        self._ready: Future[dict[str, Any]] = Future()
        self._jobs, self._results, self._server = self._begin()
        self._reader = threading.Thread(target=self._read, name="agentopt-sandbox", daemon=True)
        self._reader.start()

    def run(self, job: Job) -> Outcome:
        """Run a program; the call returns within its wall time and about a second.

        Raises:
            EngineError: the sandbox is closed or broke; the program is not to blame.
        """
        if self._closed:
            raise _broken()
        user = _await(self._ready, START)["user"]
        with self._folder(user) as folder:
            lay_files(folder, job.files, user)
            answer: Future[dict[str, Any]] = Future()
            with self._lock:
                self._count += 1
                number = self._count
                self._waiting[number] = answer
            self._send(
                {
                    "id": number,
                    "folder": str(folder),
                    "limits": asdict(job.limits),
                    "source": job.source,
                    "tests": job.tests,
                }
            )
            found = _await(answer, job.limits.seconds + GRACE)
            if found["locked_out"]:
                raise EngineError("the kernel refuses to confine a program", hint="see `agentopt doctor`")
            return read_outcome(
                folder, Ending(found["ending"]), found["status"], found["seconds"], found["output"]
            )

    @property
    def server(self) -> int:
        """The number of the server's process."""
        return self._server.pid

    def close(self) -> None:
        """End the server and whatever still runs."""
        if self._closed:
            return
        self._closed = True
        os.close(self._jobs)
        self._server.kill()  # its children end with it
        self._server.wait()
        self._reader.join(5)
        shutil.rmtree(self._place, ignore_errors=True)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self) -> tuple[int, int, subprocess.Popen[bytes]]:
        """Start the server; it gets the far ends of two pipes and an environment of its own."""
        for_jobs, jobs = os.pipe()
        results, for_results = os.pipe()
        path = [str(Path(each).absolute()) for each in sys.path if each and Path(each).exists()]
        code = _START.format(path=path, jobs=for_jobs, results=for_results, place=str(self._place))
        try:
            server = subprocess.Popen(
                [sys.executable, "-I", "-c", code],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(for_jobs, for_results),
                env=_environment(),
                cwd="/",
                start_new_session=True,
            )
        finally:
            os.close(for_jobs)
            os.close(for_results)
        return jobs, results, server

    def _read(self) -> None:
        """Hand every answer to whom it is for, until the server ends."""
        with os.fdopen(self._results, "rb") as lines:
            for line in lines:
                message = json.loads(line)
                if "ready" in message:
                    self._ready.set_result(message)
                else:
                    with self._lock:
                        answer = self._waiting.pop(message["id"], None)
                    if answer is not None:
                        answer.set_result(message)
        with self._lock:
            left = [*self._waiting.values(), *([] if self._ready.done() else [self._ready])]
            self._waiting.clear()
        for each in left:
            each.set_exception(_broken())

    def _send(self, message: dict[str, object]) -> None:
        data = json.dumps(message).encode() + b"\n"
        try:
            with self._lock:
                while data:
                    data = data[os.write(self._jobs, data) :]
        except OSError:
            raise _broken() from None

    @contextlib.contextmanager
    def _folder(self, user: int | None) -> Iterator[Path]:
        """A folder for one job, the program's own."""
        folder = Path(tempfile.mkdtemp(dir=self._place))
        try:
            if user is not None:
                os.chown(folder, user, user)
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    kept = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        "PATH": "/nonexistent",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Threads of a numerical library would not survive a fork.
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
    }


def _await(answer: Future[dict[str, Any]], seconds: float) -> dict[str, Any]:
    try:
        return answer.result(seconds)
    except TimeoutError:
        raise _broken() from None


def _broken() -> EngineError:
    return EngineError("the sandbox is closed or its server has ended", hint="see `agentopt doctor`")
