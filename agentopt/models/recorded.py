"""Keeping what a model says, and saying it again without one.

A replay is exact: the same messages with the same sampling and schema, or an error that names the recording
which comes nearest and where it differs. Recordings that do not say how they were sampled (logs of a proxy)
answer by messages, repeated samples in their order.
"""

from __future__ import annotations

__all__ = ["Recorded", "Replayed"]

import logging
import os
import sys
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from io import RawIOBase
from pathlib import Path

from agentopt.errors import ModelError
from agentopt.models.base import Model, Reply, Request, Watch, identity, watchable
from agentopt.models.recordings import (
    Recording,
    nearest_recording,
    read_recordings,
    sealed,
    write_recording,
)
from agentopt.models.wire import sent_seed

_log = logging.getLogger(__name__)


class Recorded:
    """A model whose exchanges are kept, each as soon as it is there.

    Args:
        model: what is asked.
        path: a `.jsonl` file to append to, or a folder, in which it is `exchanges.jsonl`.
        note: kept with every exchange.
    """

    def __init__(self, model: Model, path: Path, note: str = "") -> None:
        self._model = watchable(model)
        self.name = model.name
        self.path = path if path.suffix == ".jsonl" else path / "exchanges.jsonl"
        self._note = note
        self._lock = threading.Lock()
        self._warned = False

    @property
    def identity(self) -> str:
        """The model's."""
        return identity(self._model)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """The model's replies; those that are errors are not kept."""
        seen = watch or Watch()

        def keep(position: int, reply: Reply) -> None:
            if reply.stop != "error":
                self._append(write_recording(requests[position], reply, self._note))
            seen.reply(position, reply)

        return self._model.generate(requests, replace(seen, on_reply=keep))

    def close(self) -> None:
        """Close the model."""
        self._model.close()

    def _append(self, line: str) -> None:
        """Write a line whole or not at all; a full disk does not lose the reply."""
        try:
            with self._lock:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("a+b", buffering=0) as file:
                    _write(file, line.encode("utf-8", "backslashreplace") + b"\n")
        except OSError as error:
            if not self._warned:
                _log.warning("exchanges are not kept in %s: %s", self.path, error)
            self._warned = True


def _write(file: RawIOBase, line: bytes) -> None:
    """Append a line to a file that other processes append to; what does not fit is taken back."""
    if sys.platform != "win32":
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX)  # until the file is closed
    end = file.seek(0, os.SEEK_END)
    if end:
        file.seek(end - 1)
        line = line if file.read(1) == b"\n" else b"\n" + line
    try:
        written = file.write(line) or 0
        while written < len(line):  # the second attempt says why the first was cut short
            written += file.write(line[written:]) or 0
    except OSError:
        file.truncate(end)
        raise


class Replayed:
    """Says again what was kept; asks nobody.

    Args:
        path: a file of recordings, or a folder of such files.

    Raises:
        UsageError: there are none, or a line is not a recording.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = f"recorded:{path}"
        self._recordings = read_recordings(path)
        self._by_messages: dict[tuple[str, ...], list[Recording]] = defaultdict(list)
        for recording in self._recordings:
            self._by_messages[recording.seals].append(recording)

    @property
    def identity(self) -> str:
        """Its name."""
        return self.name

    def __len__(self) -> int:
        return len(self._recordings)

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """The kept replies.

        Raises:
            ModelError: one was not kept; the message names the component and the nearest recording.
        """
        replies = []
        for position, request in enumerate(requests):
            reply = self._find(request)
            if watch is not None:
                watch.text(position, reply.text)
                watch.reply(position, reply)
            replies.append(reply)
        return replies

    def close(self) -> None:
        """Nothing is held."""

    def _find(self, request: Request) -> Reply:
        same = self._by_messages.get(sealed(request.messages), [])
        fitting = [recording for recording in same if recording.answers(request)]
        exact = [recording for recording in fitting if recording.sampling is not None]
        if exact:
            return exact[0].reply
        seeded = [recording for recording in fitting if recording.seed == sent_seed(request.sampling)]
        if seeded and request.sampling.seed is not None:
            return seeded[0].reply
        if len(fitting) > request.sampling.index:
            return fitting[request.sampling.index].reply
        raise self._miss(request)

    def _miss(self, request: Request) -> ModelError:
        who = f"`{request.component}`" if request.component else "a request"
        near = nearest_recording(request, self._recordings)
        assert near is not None
        if near.seals == sealed(request.messages) and near.answers(request):
            difference = f"is the same, but sample {request.sampling.index} of it was not kept"
        else:
            difference = near.difference(request)
        return ModelError(
            f"no recording in {self.path} answers {who}: the nearest, {near.place}"
            f"{f' ({near.component})' if near.component else ''}, {difference}",
            hint="record it with a live model, or take back the change of the prompt",
        )
