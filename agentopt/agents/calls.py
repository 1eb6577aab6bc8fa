"""The calls a run has paid for, kept before their replies are used.

A node that is run again after a kill asks the same things in the same order; the store answers from what
was paid. The key is the sample, the ordinal of the call within it, and a hash of all that can change the
reply.
"""

from __future__ import annotations

__all__ = ["CallStore", "spent"]

import hashlib
import json
import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from agentopt.budget import Spend
from agentopt.errors import RunError
from agentopt.models.base import Message, Reply, Request, Sampling, Usage

_TABLES = """
create table if not exists calls (
  sample integer not null, ordinal integer not null, request_hash text not null, component text not null,
  request text not null, reply text not null, primary key (sample, ordinal, request_hash)
);
create table if not exists answers (
  sample integer not null, question text not null, answer text not null, primary key (sample, question)
);
"""


class CallStore:
    """A file of paid calls; in memory without a path. Threads may share it, processes may not.

    Raises:
        RunError: the file cannot be opened or written, or another process has it.
    """

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.Lock()
        self._path = path
        try:
            self._connection = sqlite3.connect(
                ":memory:" if path is None else path,
                check_same_thread=False,
                isolation_level=None,
                timeout=1,
            )
            self._connection.execute("pragma locking_mode = exclusive")
            self._connection.execute("pragma synchronous = full")
            self._connection.executescript(_TABLES)
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def find(self, sample: int, ordinal: int, request: Request) -> Reply | None:
        """The reply to a call that was paid before."""
        rows = self._run(
            "select reply from calls where sample = ? and ordinal = ? and request_hash = ?",
            (sample, ordinal, _hash(request)),
        )
        return _reply(rows[0][0]) if rows else None

    def keep(self, sample: int, ordinal: int, request: Request, reply: Reply) -> None:
        """Write a call down; on return it is on disk."""
        kept = {name: value for name, value in asdict(reply).items() if name != "raw"}
        self._run(
            "insert or replace into calls values (?, ?, ?, ?, ?, ?)",
            (
                sample,
                ordinal,
                _hash(request),
                request.component,
                json.dumps(asdict(request), default=str),
                json.dumps(kept),
            ),
        )

    def answer(self, sample: int, question: str) -> str | None:
        """What the person answered before."""
        rows = self._run("select answer from answers where sample = ? and question = ?", (sample, question))
        return str(rows[0][0]) if rows else None

    def keep_answer(self, sample: int, question: str, answer: str) -> None:
        """Write down what the person answered."""
        self._run("insert or replace into answers values (?, ?, ?)", (sample, question, answer))

    def exchanges(self) -> Iterator[tuple[Request, Reply]]:
        """Every call in the order it was paid."""
        for request, reply in self._run("select request, reply from calls order by rowid", ()):
            kept = json.loads(request)
            yield (
                Request(
                    tuple(Message(**m) for m in kept["messages"]),
                    Sampling(**{**kept["sampling"], "stop": tuple(kept["sampling"]["stop"])}),
                    kept["schema"],
                    kept["component"],
                ),
                _reply(reply),
            )

    @property
    def spend(self) -> Spend:
        """What every kept call cost together; cached ones cost nothing."""
        return Spend.of(json.loads(reply)["usage"] for (reply,) in self._run("select reply from calls", ()))

    def _run(self, statement: str, values: tuple[object, ...]) -> list[tuple[str, ...]]:
        try:
            with self._lock:
                return self._connection.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            raise self._broken(error) from error

    def _broken(self, error: sqlite3.Error) -> RunError:
        if getattr(error, "sqlite_errorcode", None) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return RunError(
                f"{self._path}: another process is working on this run",
                hint="wait for it, or stop it and resume the run",
            )
        return RunError(
            f"{self._path or 'the call store'}: model calls cannot be kept: {error}",
            hint="see that the disk has room and the folder can be written, then resume the run",
        )


def spent(folder: Path) -> Spend:
    """What the solve of a run folder has paid so far, for the budget of one that goes on.

    Raises:
        RunError: another process is working on the run.
    """
    path = folder / "calls.sqlite"
    if not path.exists():
        return Spend()
    store = CallStore(path)
    try:
        return store.spend
    finally:
        store.close()


def _hash(request: Request) -> str:
    kept = asdict(request)
    return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()


def _reply(text: str) -> Reply:
    kept = json.loads(text)
    return Reply(**{**kept, "usage": Usage(**kept["usage"])})
