"""Replies in one SQLite file that any number of processes may share.

A cache is a convenience: whatever goes wrong with the file (locked, damaged, read-only, disk full) is a
warning, and work goes on without it. A claim says that a live process is asking for a reply, so that another
can wait for it.
"""

from __future__ import annotations

__all__ = ["CacheFile"]

import json
import logging
import os
import socket
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from agentopt.models.base import Reply, Usage

_log = logging.getLogger(__name__)
T = TypeVar("T")

_TABLES = """
create table if not exists replies (key text primary key, reply text not null, written real not null);
create table if not exists claims (key text primary key, host text not null, process integer not null,
                                   owner text not null, until real not null);
"""
_CLAIM_SECONDS = 3600.0
_CHUNK = 500
"""Keys in one statement: SQLite bounds the number of its parameters."""


class CacheFile:
    """A file of replies by key; threads may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._owner = uuid.uuid4().hex
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._off = False
        self._writable = True
        self._warned: set[str] = set()

    def find(self, keys: Sequence[str]) -> dict[str, Reply]:
        """The replies that are there."""

        def select(connection: sqlite3.Connection) -> dict[str, Reply]:
            found: dict[str, Reply] = {}
            for start in range(0, len(keys), _CHUNK):
                some = list(keys[start : start + _CHUNK])
                marks = ",".join("?" * len(some))
                rows = connection.execute(f"select key, reply from replies where key in ({marks})", some)
                found |= {key: reply for key, text in rows if (reply := _load(text)) is not None}
            return found

        return self._with_file(select, {}) if keys else {}

    def total(self) -> tuple[int, int, int]:
        """How many replies are kept, and the tokens read and written for them."""

        def add(connection: sqlite3.Connection) -> tuple[int, int, int]:
            kept = [_load(text) for (text,) in connection.execute("select reply from replies")]
            usages = [reply.usage for reply in kept if reply is not None]
            return (
                len(usages),
                sum(usage.prompt_tokens for usage in usages),
                sum(usage.completion_tokens for usage in usages),
            )

        return self._with_file(add, (0, 0, 0))

    def put(self, key: str, reply: Reply) -> None:
        """Keep a reply and let go of its claim."""

        def insert(connection: sqlite3.Connection) -> None:
            with _transaction(connection):
                connection.execute(
                    "insert or replace into replies values (?, ?, ?)", (key, _dump(reply), time.time())
                )
                connection.execute("delete from claims where key = ? and owner = ?", (key, self._owner))

        self._with_file(insert, None, writes=True)

    def claim(self, keys: Sequence[str]) -> set[str]:
        """Those of the keys this process should ask for.

        They are all but the ones a live process asks for already, or had a reply to a moment ago.
        """

        def insert(connection: sqlite3.Connection) -> set[str]:
            now, host, mine = time.time(), socket.gethostname(), set(keys)
            with _transaction(connection):
                for key in keys:
                    row = connection.execute(
                        "select host, process, owner, until from claims where key = ?", (key,)
                    ).fetchone()
                    other = row is not None and row[2] != self._owner and row[3] > now
                    if (other and _alive(row[0], row[1])) or self._there(connection, key):
                        mine.discard(key)
                        continue
                    connection.execute(
                        "insert or replace into claims values (?, ?, ?, ?, ?)",
                        (key, host, os.getpid(), self._owner, now + _CLAIM_SECONDS),
                    )
            return mine

        return self._with_file(insert, set(keys), writes=True)

    @staticmethod
    def _there(connection: sqlite3.Connection, key: str) -> bool:
        row = connection.execute("select reply from replies where key = ?", (key,)).fetchone()
        return row is not None and _load(row[0]) is not None

    def claimed_elsewhere(self, keys: Iterable[str]) -> set[str]:
        """Those of the keys that another live process still asks for."""

        def select(connection: sqlite3.Connection) -> set[str]:
            found = set()
            for key in keys:
                row = connection.execute(
                    "select host, process, until from claims where key = ? and owner != ?", (key, self._owner)
                ).fetchone()
                if row is not None and row[2] > time.time() and _alive(row[0], row[1]):
                    found.add(key)
            return found

        return self._with_file(select, set())

    def release(self, keys: Iterable[str]) -> None:
        """Let go of claims whose reply did not come."""

        def delete(connection: sqlite3.Connection) -> None:
            with _transaction(connection):
                connection.executemany(
                    "delete from claims where key = ? and owner = ?", [(key, self._owner) for key in keys]
                )

        self._with_file(delete, None, writes=True)

    def close(self) -> None:
        """Close the file; a later call opens it again."""
        with self._lock:
            connection, self._connection = self._connection, None
            if connection is not None and self._process == os.getpid():
                connection.close()

    def _with_file(self, work: Callable[[sqlite3.Connection], T], otherwise: T, *, writes: bool = False) -> T:
        with self._lock:
            if self._off or (writes and not self._writable):
                return otherwise
            try:
                return work(self._open())
            except (sqlite3.Error, OSError) as error:
                self._give_up(error, writes)
                return otherwise

    def _give_up(self, error: Exception, writes: bool) -> None:
        """Say once what is wrong, and leave alone what will not get better."""
        busy = getattr(error, "sqlite_errorcode", 0) in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
        if not busy and writes and self._connection is not None and not _damaged(error):
            self._writable = False
            consequence = "new replies are not kept"
        elif not busy:
            self._off = True
            consequence = "going on without it"
        else:
            consequence = "going on without it for now"
        if consequence not in self._warned:
            self._warned.add(consequence)
            _log.warning("the cache of replies %s: %s; %s", self.path, error, consequence)

    def _open(self) -> sqlite3.Connection:
        if self._connection is None or self._process != os.getpid():
            self._connection, self._process = self._connect(), os.getpid()
        return self._connection

    def _connect(self) -> sqlite3.Connection:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            connection = _sqlite(str(self.path))
        except (sqlite3.OperationalError, OSError):
            connection = None
        if connection is not None:
            try:
                connection.execute("pragma journal_mode = wal")
                connection.execute("pragma synchronous = normal")
                connection.executescript(_TABLES)
                return connection
            except sqlite3.OperationalError as error:
                connection.close()
                if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (
                    sqlite3.SQLITE_READONLY,
                    sqlite3.SQLITE_CANTOPEN,
                ):
                    raise
            except sqlite3.Error:
                connection.close()
                raise
        return self._read_only()

    def _read_only(self) -> sqlite3.Connection:
        connection = _sqlite(f"{self.path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            connection.execute("select count(*) from replies")
        except sqlite3.Error:
            connection.close()
            raise
        self._writable = False
        _log.warning("the cache of replies %s can only be read; new replies are not kept", self.path)
        return connection


def _sqlite(name: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(name, uri=uri, check_same_thread=False, isolation_level=None, timeout=2.0)


class _transaction:  # noqa: N801 - reads as a statement
    """Everything or nothing; writers wait for each other at the start, not in the middle."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def __enter__(self) -> None:
        self._connection.execute("begin immediate")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._connection.execute("commit")
        elif self._connection.in_transaction:
            self._connection.execute("rollback")


def _damaged(error: Exception) -> bool:
    return isinstance(error, sqlite3.DatabaseError) and not isinstance(error, sqlite3.OperationalError)


def _alive(host: str, process: int) -> bool:
    """Whether a process may still be at work; of another host it is assumed."""
    if host != socket.gethostname():
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _dump(reply: Reply) -> str:
    usage = reply.usage
    return json.dumps(
        [reply.text, reply.stop, reply.model, usage.prompt_tokens, usage.completion_tokens, usage.estimated]
    )


def _load(text: str) -> Reply | None:
    """The reply as it is given again: it costs nothing."""
    try:
        said, stop, model, prompt, completion, estimated = json.loads(text)
    except (ValueError, TypeError):
        return None
    usage = Usage(prompt, completion, 0.0, 0.0, cached=True, estimated=estimated)
    return Reply(said, usage, stop, "", model)
