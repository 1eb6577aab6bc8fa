"""A model server as a child process: in a group of its own, followed, and ended with all it started."""

from __future__ import annotations

__all__ = ["Followed", "started"]

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from agentopt.errors import AvailabilityError, ModelError
from agentopt.models.serving.launching import Launch
from agentopt.models.serving.ports import Place, asked

_PAUSE = 0.1
_SHOWN = 12
"""Last lines of a log that an error shows."""
_MOST_SHOWN = 240
"""Characters of a line that an error shows."""
_FIXES = (
    (r"No module named '?([\w.]+)", r"install what is missing: pip install \1"),
    (
        r"out of memory|CUDA error: out of memory|Cannot allocate memory|MemoryError",
        "use a smaller model, or free memory",
    ),
    (r"Failed to infer device type|no (?:CUDA|NVIDIA) ", "vLLM found no GPU: add `--with transformers`"),
    (
        r"larger than the maximum number of tokens that can be stored in KV cache|max_model_len",
        "bound what it reads: add `-- --max-model-len 8192`",
    ),
    (
        r"offline mode|LocalEntryNotFound|couldn't connect|Connection error|not a valid model|Max retries",
        "name a folder; a model of the hub must be downloaded first, which needs a network",
    ),
    (r"gated repo|401 Client Error|403 Client Error", "the hub wants you to log in: `hf auth login`"),
    (r"address already in use|EADDRINUSE", "take another port: `--port 0`"),
)
_END_SIGNALS = (signal.SIGTERM, signal.SIGKILL)

Heard = Callable[[str], None]


def started(launch: Launch, log: Path) -> Followed:
    """Start a server; what it prints goes to the log, which is written anew.

    Raises:
        AvailabilityError: it cannot be started.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as file:
        try:
            process = subprocess.Popen(
                list(launch.command),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env={**os.environ, **launch.environment},
                start_new_session=True,
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        except OSError as error:
            raise AvailabilityError(
                f"{launch.command[0]} cannot be started: {error.strerror or error}",
                hint="see that it is there and may be executed",
            ) from error
    return Followed(process, log)


class Followed:
    """A server under way. Leaving its `with` ends it and everything it started."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process, self.log = process, log
        self._file: IO[bytes] = log.open("rb")
        self._rest = b""

    def __enter__(self) -> Followed:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def until_ready(self, where: Place, name: str, seconds: float, heard: Heard) -> None:
        """Wait until the server lists the model and has written a token with it.

        Args:
            where: where it is to listen.
            name: the model's name for clients.
            seconds: how long at most.
            heard: told of every line it prints.

        Raises:
            AvailabilityError: it ended, or did not answer in time; the message shows the end of its log.
            ModelError: it is up and refuses a plain request.
        """
        end = time.monotonic() + seconds
        while not _lists(where, name):
            self.tell(heard)
            if self.process.poll() is not None:
                self.tell(heard)
                raise self._ended("while it started")
            if time.monotonic() >= end:
                raise AvailabilityError(
                    f"the server gave no answer in {seconds:g} s{self._last()}",
                    hint="wait longer: `--wait 30m`; or see what it is about in its log: " + str(self.log),
                )
            time.sleep(_PAUSE)
        self._try(where, name, max(end - time.monotonic(), 30.0))
        self.tell(heard)

    def until_ended(self, heard: Heard) -> None:
        """Follow the server until it ends by itself.

        Raises:
            AvailabilityError: always, once it has.
        """
        while self.process.poll() is None:
            self.tell(heard)
            time.sleep(_PAUSE)
        self.tell(heard)
        raise self._ended("while it served")

    def tell(self, heard: Heard) -> None:
        """Tell of what was printed since the last time, by whole lines."""
        self._rest += self._file.read()
        *lines, self._rest = self._rest.split(b"\n")
        for line in lines:
            # A bar of progress writes over itself; what it came to is enough.
            heard(_plain(line.rstrip(b"\r").rpartition(b"\r")[2]))

    def stop(self, seconds: float = 20.0) -> None:
        """End the server and all of its group; again Ctrl-C does not wait any longer."""
        try:
            for number in _END_SIGNALS:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(self.process.pid, number)
                if self._gone(seconds):
                    break
        except KeyboardInterrupt:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self._gone(seconds)
        self._file.close()

    def _gone(self, seconds: float) -> bool:
        """Whether nothing of the group is left after so many seconds at most."""
        end = time.monotonic() + seconds
        while True:
            ended = self.process.poll() is not None
            if ended and not _members(self.process.pid):
                return True
            if time.monotonic() >= end:
                return False
            time.sleep(0.05)

    def _try(self, where: Place, name: str, seconds: float) -> None:
        """Have a token written: a server that lists a model may still be unable to chat with it."""
        body = {"model": name, "messages": [{"role": "user", "content": "Say hello."}], "max_tokens": 1}
        try:
            status, said = asked(where, "/v1/chat/completions", body, seconds=seconds)
        except (OSError, http.client.HTTPException) as error:
            if self.process.poll() is not None:
                raise self._ended("at its first request") from error
            raise AvailabilityError(
                f"the server is up and gives no reply: {error}{self._last()}", hint=f"see its log: {self.log}"
            ) from error
        if status != 200:
            told = said.get("error", said.get("detail"))
            message = told.get("message") if isinstance(told, dict) else told
            raise ModelError(
                f"the server is up and refuses to chat ({status}): {str(message)[:300]}",
                hint="use an instruction-tuned model"
                if "template" in str(message)
                else f"see its log: {self.log}",
            )

    def _ended(self, when: str) -> AvailabilityError:
        status = self.process.returncode
        how = f"status {status}" if status >= 0 else f"by {signal.Signals(-status).name}"
        text = self._text()
        fix = next(
            (match.expand(hint) for pattern, hint in _FIXES for match in [re.search(pattern, text)] if match),
            "",
        )
        if not fix and status == -signal.SIGKILL:
            fix = "the system may have run out of memory: use a smaller model"
        return AvailabilityError(
            f"the server ended {when} ({how}){self._last()}", hint=fix or f"all it said is in {self.log}"
        )

    def _last(self) -> str:
        lines = [line for line in self._text().splitlines() if line.strip()][-_SHOWN:]
        if not lines:
            return ", and said nothing"
        return "; its last lines:\n" + "\n".join(f"  {line[:_MOST_SHOWN]}" for line in lines)

    def _text(self) -> str:
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - (64 << 10)))
                lines = file.read().split(b"\n")
        except OSError:
            return ""
        return "\n".join(_plain(line.rstrip(b"\r").rpartition(b"\r")[2]) for line in lines)


def _lists(where: Place, name: str) -> bool:
    try:
        status, said = asked(where, "/v1/models")
    except (OSError, http.client.HTTPException):
        return False
    listed = said.get("data")
    return (
        status == 200
        and isinstance(listed, list)
        and any(isinstance(each, dict) and each.get("id") == name for each in listed)
    )


def _members(group: int) -> list[int]:
    """The processes of a group that still run, without those that only wait to be taken note of."""
    if not Path("/proc/self/stat").exists():
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, 0)
            return [group]
        return []
    return [number for number, state, its in _processes() if its == group and state not in "ZX"]


def _processes() -> Iterator[tuple[int, str, int]]:
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            fields = path.read_text().rpartition(")")[2].split()
            yield int(path.parent.name), fields[0], int(fields[2])


def _plain(line: bytes) -> str:
    """A line without colours and what else would move a terminal's cursor."""
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line.decode(errors="replace"))
    return "".join(each for each in text if each.isprintable() or each == "\t")


def _end_with_parent() -> None:
    """Have the kernel end this process when the one that started it is no more (Linux)."""
    import ctypes

    set_parent_death_signal = 1
    ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)
