"""What a solve is given: the problem, and the surroundings it may use. Nothing here is checkpointed."""

from __future__ import annotations

__all__ = ["Asker", "Context", "Event", "Journal", "Listener", "Problem", "Question"]

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from agentopt.errors import UsageError
from agentopt.formulation.elements import Formulation
from agentopt.models.base import Model
from agentopt.sandbox import Runner
from agentopt.solvers.base import Limits
from agentopt.solvers.solution import Solution, Termination

MAX_TEXT = 1_000_000
"""Characters of a problem text that are read at all; longer ones are refused before any call."""

EventKind = Literal["start", "end", "call", "replay", "repair", "progress", "question", "warning"]


@dataclass(frozen=True)
class Event:
    """Something that happened on the way.

    Attributes:
        kind: `start` and `end` of a node; `call` of a model, or its `replay` from the run's store; a
            `repair` and why; `progress` of an engine; a `question` to the person; a `warning`.
        node: the node it happened in.
        message: one line for a person.
        data: figures and texts for machines; `call` and `replay` have `component`, `messages`, `reply`,
            `usage`.
        sample: which sample of a vote, 0 otherwise.
    """

    kind: EventKind
    node: str
    message: str = ""
    data: Mapping[str, object] = field(default_factory=dict)
    sample: int = 0


@dataclass(frozen=True)
class Question:
    """What only the person can settle.

    Attributes:
        text: the question.
        options: answers to choose from.
        why: what hangs on it.
        one_key: whether nothing but an option is an answer, so that its number alone is enough.
    """

    text: str
    options: tuple[str, ...] = ()
    why: str = ""
    one_key: bool = False


class Journal(Protocol):
    """A run folder, as far as a solve uses it (`agentopt.runs.Run` is one)."""

    @property
    def folder(self) -> Path:
        """Where the run keeps its files."""


Listener = Callable[[Event], None]
Asker = Callable[[Question], str]


@dataclass(frozen=True)
class Problem:
    """What a person wants solved.

    Attributes:
        text: the problem in words; may be empty when `formulation` is given.
        tables: files or folders with data the formulation may refer to.
        formulation: given, no model is called and the graph starts at its check.
        data: values for parameters, and elements for sets, by name; they override the formulation's own.
        folder: where relative table names of the formulation are looked for.
    """

    text: str = ""
    tables: tuple[Path, ...] = ()
    formulation: Formulation | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    folder: Path | None = None

    def check(self) -> None:
        """Refuse what cannot be read.

        Raises:
            UsageError: there is no text and no formulation, the text is too long or not Unicode, or a table
                does not exist.
        """
        if self.formulation is None and not self.text.strip():
            raise UsageError(
                "the problem text is empty", hint="state what is to be decided, or give a formulation file"
            )
        if self.formulation is None and len(self.text) > MAX_TEXT:
            raise UsageError(
                f"the problem text has {len(self.text):,} characters; at most {MAX_TEXT:,} are read",
                hint="keep the words and move the numbers into a table: `--data FILE.csv`",
            )
        try:
            self.text.encode()
        except UnicodeEncodeError as error:
            raise UsageError(
                f"the problem text is not text: character {error.start} is {self.text[error.start]!a}",
                hint="save it as UTF-8",
            ) from None
        for path in self.tables:
            if not path.exists():
                raise UsageError(f"there is no table {path}", hint="check the path given with `--data`")

    def dumps(self) -> str:
        """JSON from which `loads` makes the same problem, and by which a changed one is known.

        Raises:
            UsageError: `data` holds something JSON cannot, or a table cannot be read.
        """
        given = self.formulation
        kept = {
            "text": self.text,
            "tables": [str(path.absolute()) for path in self.tables],
            "formulation": None if given is None else given.model_dump(mode="json", by_alias=True),
            "data": self.data,
            "folder": None if self.folder is None else str(self.folder.absolute()),
            "digests": self._digests(),
        }
        try:
            return json.dumps(kept, ensure_ascii=False, default=_plain)
        except (TypeError, ValueError) as error:
            raise UsageError(f"the data cannot be kept in a run: {error}") from error

    def _digests(self) -> dict[str, str]:
        try:
            return {str(path): _digest(path) for each in self.tables for path in _files(each)}
        except OSError as error:
            raise UsageError(
                f"{error.filename} cannot be read: {error.strerror}",
                hint="check the path given with `--data`",
            ) from error

    @classmethod
    def loads(cls, text: str) -> Problem:
        """The problem `dumps` wrote."""
        kept = json.loads(text)
        given = kept["formulation"]
        return cls(
            kept["text"],
            tuple(Path(path) for path in kept["tables"]),
            None if given is None else Formulation.model_validate(given),
            kept["data"],
            None if kept["folder"] is None else Path(kept["folder"]),
        )


def _plain(value: object) -> object:
    """Arrays and their numbers as lists and numbers."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} is not plain data")


def _files(path: Path) -> list[Path]:
    return sorted(each for each in path.iterdir() if each.is_file()) if path.is_dir() else [path]


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@dataclass(frozen=True)
class Context:
    """What a solve may use.

    Attributes:
        model: answers prompts; None is enough for a problem given as a formulation. It comes composed:
            metered, cached, recorded as the caller wants.
        prompts: folders of prompt files, highest priority first, the shipped one last.
        strategy: a name in `agentopt.agents.strategies.STRATEGIES`.
        vote: how many samples to draw and vote over; 1 for none.
        engine: the engine to use, None to choose by class.
        limits, options: for the engine.
        race: whether a second engine joins in on a mixed-integer linear problem that takes long.
        run: the run folder. With one, a killed solve resumes and no model call is paid twice.
        on_event: told everything as it happens, from whichever thread it happens in, one at a time.
        ask_person: answers a question; None never asks.
        seed: for sampling and for the falsification tests.
        max_repairs: how often the model may mend a formulation.
        temperature: of single replies; samples of a vote are drawn at `vote_temperature`.
        max_tokens: of one reply.
        slots: changed prompt slots, by prompt name and slot name.
        battery: whether to run the falsification tests, for at most `verify_seconds`.
        builtin: whether the built-in reader reads a problem in words, before the model if there is one.
        cross_check: whether its reading is compared with what the model wrote.
        unsafe: whether programs a model writes may run without a sandbox where there is none.
        programs: where they run; made for the solve where a strategy needs it.
    """

    model: Model | None = None
    prompts: Sequence[Path] = ()
    strategy: str = "direct"
    vote: int = 1
    engine: str | None = None
    limits: Limits = field(default_factory=Limits)
    options: Mapping[str, object] = field(default_factory=dict)
    race: bool = False
    run: Journal | None = None
    on_event: Listener | None = None
    ask_person: Asker | None = None
    seed: int = 0
    max_repairs: int = 3
    temperature: float = 0.0
    vote_temperature: float = 0.7
    max_tokens: int | None = None
    slots: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    battery: bool = True
    builtin: bool = False
    cross_check: bool = False
    unsafe: bool = False
    programs: Runner | None = None
    verify_seconds: float = 20.0

    def seconds_to_verify(self, solution: Solution) -> float:
        """At most so long, no longer than a solve may take, and hardly at all for who stopped the engine."""
        if solution.termination is Termination.INTERRUPTED:
            return min(self.verify_seconds, 1.0)
        if self.limits.seconds is not None:
            return min(self.verify_seconds, max(1.0, self.limits.seconds))
        return self.verify_seconds
