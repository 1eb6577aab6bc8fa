"""A run: the folder in which a command keeps what it was given, what happened, and what came of it.

2026-11-25-0114-bakery-x7f/
    manifest.json   what was asked, with what, when, how it ended
    events.jsonl    what happened, in order
    lock            held by the process that works on it
    ...             whatever the command keeps: problem.json, answer.json, report.html
"""

from __future__ import annotations

__all__ = ["Run"]

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random, SystemRandom
from types import TracebackType
from typing import Literal

from agentopt.errors import AgentoptError, RunError
from agentopt.runs.files import broken, checked, read_file, write_whole
from agentopt.runs.journal import Entry, Journal, read_journal
from agentopt.runs.lock import Lock
from agentopt.runs.manifest import Manifest, read_manifest, surroundings
from agentopt.runs.naming import new_id
from agentopt.runs.plain import plain
from agentopt.secret import Secret, redact


class Run:
    """A run folder, open for reading or, by one process at a time, for writing.

    As a context manager it finishes what was not finished: `done`, or `failed` with the error that ended it,
    or `interrupted` where a person did.
    """

    def __init__(
        self,
        folder: Path,
        manifest: Manifest,
        *,
        lock: Lock | None = None,
        journal: Journal | None = None,
        secrets: Sequence[Secret] = (),
    ) -> None:
        self.folder = folder
        self.manifest = manifest
        self._lock = lock
        self._journal = journal
        self._secrets = tuple(secrets)

    @property
    def id(self) -> str:
        """Its name, which is the folder's."""
        return self.folder.name

    @classmethod
    def create(
        cls,
        root: Path,
        command: str,
        *,
        arguments: Iterable[str] = (),
        title: str = "",
        version: str | None = None,
        seed: int = 0,
        secrets: Iterable[Secret] = (),
        random: Random | None = None,
    ) -> Run:
        """A new run in a folder of its own, open for writing.

        Args:
            root: the folder of all runs; made where it is missing.
            command: the subcommand.
            arguments: the words after it; keys among them are not written.
            title: what it is about, for its name.
            version: of the package; None for the one running.
            seed: what random choices start from.
            secrets: keys that must not be written, whatever they look like.
            random: for the end of the name.

        Raises:
            RunError: the folder cannot be made or written.
        """
        keep = tuple(secrets)
        title = redact(title, keep)[:200]
        folder = _made(root, title or command, random or SystemRandom())
        with ExitStack() as undo:
            undo.callback(_unmake, folder)
            lock = Lock(folder)
            undo.callback(lock.release)
            fields = surroundings()
            manifest = Manifest(
                id=folder.name,
                command=command,
                arguments=[redact(each, keep) for each in arguments],
                title=title,
                seed=seed,
                created=datetime.now(UTC),
                **(fields if version is None else {**fields, "version": version}),
            )
            write_whole(folder / "manifest.json", manifest.dumps())
            journal = Journal(folder / "events.jsonl")
            undo.pop_all()
        return cls(folder, manifest, lock=lock, journal=journal, secrets=keep)

    @classmethod
    def open(cls, folder: Path, *, write: bool = False, secrets: Iterable[Secret] = ()) -> Run:
        """A run that exists; with `write`, to go on with it.

        Raises:
            RunError: there is none, it is damaged, or another process is working on it.
        """
        manifest = read_manifest(folder)
        if not write:
            return cls(folder, manifest)
        with ExitStack() as undo:
            lock = Lock(folder)
            undo.callback(lock.release)
            manifest = read_manifest(folder).model_copy(update={"status": "running", "finished": None})
            journal = Journal(folder / "events.jsonl")
            undo.callback(journal.close)
            write_whole(folder / "manifest.json", manifest.dumps())
            journal.append("resumed", {"dropped_bytes": journal.mended})
            undo.pop_all()
        return cls(folder, manifest, lock=lock, journal=journal, secrets=tuple(secrets))

    def record(self, kind: str, /, **data: object) -> int:
        """Append to the journal; on return it is on disk. Its sequence number.

        Raises:
            RunError: it cannot be written; nothing recorded before is lost.
        """
        if self._journal is None:
            raise self._closed()
        kept = plain(data, self._clean)
        assert isinstance(kept, dict)
        return self._journal.append(kind, kept)

    def events(self) -> Iterator[Entry]:
        """What was recorded, in order.

        Raises:
            RunError: the journal cannot be read.
        """
        path = self.folder / "events.jsonl"
        return read_journal(path) if path.exists() or path.is_symlink() else iter(())

    def write(self, name: str, content: str | bytes) -> Path:
        """Keep an artifact, written whole.

        Raises:
            RunError: it cannot be written, or the name is not one a file here can have.
        """
        if self._journal is None:
            raise self._closed()
        path = self.folder / checked(name)
        write_whole(path, content.encode("utf-8", "replace") if isinstance(content, str) else content)
        return path

    def read(self, name: str) -> bytes:
        """An artifact.

        Raises:
            RunError: there is none of that name, or it is a symbolic link.
        """
        return read_file(self.folder / checked(name))

    def has(self, name: str) -> bool:
        """Whether there is an artifact of that name."""
        path = self.folder / checked(name)
        return path.is_file() and not path.is_symlink()

    def finish(self, status: Literal["interrupted", "done", "failed"], /, **summary: object) -> None:
        """Write down how it ended; the run stays open until `close`.

        Raises:
            RunError: it cannot be written.
        """
        if self._journal is None:
            raise self._closed()
        kept = plain(summary, self._clean)
        assert isinstance(kept, dict)
        self._journal.append("finished", {"status": status, "summary": kept})
        self.manifest = self.manifest.model_copy(
            update={"status": status, "finished": datetime.now(UTC), "summary": kept}
        )
        write_whole(self.folder / "manifest.json", self.manifest.dumps())

    def close(self) -> None:
        """Let go of the folder; a run that was not finished counts as interrupted."""
        if self._journal is not None:
            self._journal.close()
            self._journal = None
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if self._journal is None or self.manifest.status != "running":
                return
            if error is None:
                self.finish("done")
            elif isinstance(error, Exception):
                words = error.message if isinstance(error, AgentoptError) else type(error).__name__
                self._finish_despite(error, "failed", {"error": words})
            else:
                self._finish_despite(error, "interrupted", {})
        finally:
            self.close()

    def _finish_despite(
        self, error: BaseException, status: Literal["interrupted", "failed"], summary: dict[str, object]
    ) -> None:
        """Finish while an error is on its way; one that keeps the end from being written is only noted."""
        try:
            self.finish(status, **summary)
        except RunError as second:
            error.add_note(second.message)

    def _clean(self, text: str) -> str:
        return redact(text, self._secrets)

    def _closed(self) -> RunError:
        return RunError(
            f"the run {self.id} is not open for writing", hint="open it with `Run.open(folder, write=True)`"
        )


def _made(root: Path, title: str, random: Random) -> Path:
    """A new folder with a name nobody has."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        for _ in range(50):
            folder = root / new_id(datetime.now(UTC), title, random)
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        raise broken(root, "written", error) from error
    raise RunError(f"{root} has no name left for another run", hint="wait a minute, or use `--runs DIR`")


def _unmake(folder: Path) -> None:
    """Take away the folder of a run that could not be begun."""
    try:
        for each in list(folder.iterdir()):
            each.unlink()
        folder.rmdir()
    except OSError:
        return
