"""A program to run, and what came of it."""

from __future__ import annotations

__all__ = ["CapturedModel", "Job", "Outcome", "Report", "Runner", "TestResult", "lay_files", "read_outcome"]

import json
import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pydantic import BaseModel, ConfigDict, ValidationError

from agentopt.sandbox.limits import Ending, JobLimits
from agentopt.sandbox.program import REPORT
from agentopt.sandbox.recording import COUNT, LP, MODELS, NAMES

MAX_READ = 200_000_000
"""Bytes of a file of a program's folder that are read."""


@dataclass(frozen=True)
class Job:
    """A program and what it is given.

    Attributes:
        source: Python. Pyomo and highspy are imported at no cost; what else is installed can be.
        files: by name, tables laid in its working directory.
        tests: functions called `test_...`, run in the program's names after it.
    """

    source: str
    files: Mapping[str, bytes] = field(default_factory=dict)
    tests: str = ""
    limits: JobLimits = field(default_factory=JobLimits)


class TestResult(BaseModel):
    """What became of one test; `message` says why it failed."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    __test__ = False

    name: str
    passed: bool
    message: str


class Report(BaseModel):
    """What a program's process says of itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    status: int
    num_models: int
    claimed: float | None
    notes: list[str]
    error: str = ""
    tests: list[TestResult] | None = None


@dataclass(frozen=True)
class CapturedModel:
    """The last model a program solved, or left.

    Attributes:
        name: `model.lp`, `model.mps`, or for a nonlinear one `model.json`.
        text: the file.
        names: of an LP file, the component and index behind each name of a column or row.
    """

    name: str
    text: bytes
    names: Mapping[str, tuple[str, tuple[str | int, ...]]] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a job ended, and what the program left. All of it is the program's word: data, not truth.

    Attributes:
        ending: how it ended.
        status: the exit status of its process; of one a signal ended, the signal, negative.
        error: the exception that ended it, with the lines of the program that it passed through.
        output: what it printed; of much, the beginning and the end.
        seconds: wall time of its process.
        model: the model it stated, as far as it came.
        num_models: how many it solved.
        claimed: the objective value its own solver gave the last of them.
        tests: what became of each test; None where they were not run.
        notes: about the model and the solvers.
    """

    ending: Ending
    status: int = 0
    error: str = ""
    output: str = ""
    seconds: float = 0.0
    model: CapturedModel | None = None
    num_models: int = 0
    claimed: float | None = None
    tests: tuple[TestResult, ...] | None = None
    notes: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether the program came to its end by itself, without an error."""
        return self.ending is Ending.DONE

    def told(self, limits: JobLimits) -> str:
        """How it ended, in a sentence."""
        match self.ending:
            case Ending.DONE:
                return "the program came to its end"
            case Ending.RAISED:
                return f"the program failed\n{self.error}" if self.error else "the program failed"
            case Ending.KILLED if self.status == -24:
                return "the program used up its processor time"
            case Ending.KILLED:
                return f"the program was ended by signal {-self.status}: a crash, or memory at its limit"
            case Ending.TIME:
                return f"the program was stopped after {limits.seconds:g} seconds"
            case Ending.OUTPUT:
                return f"the program was stopped: it printed more than {limits.output_bytes:,} bytes"
            case Ending.DISK:
                most = f"{limits.disk_bytes:,} bytes or {limits.num_files} files"
                return f"the program was stopped: it wrote more than {most}"
            case Ending.THREADS:
                return f"the program was stopped: it started more than {limits.num_threads} threads"


class Runner(Protocol):
    """Where programs run: a `Sandbox`, or none (`Unconfined`)."""

    def run(self, job: Job) -> Outcome:
        """Run a program to its end, or to its limits."""
        ...


def read_outcome(folder: Path, ending: Ending, status: int, seconds: float, output: str) -> Outcome:
    """What a program left in its folder, read with care: no link is followed, nothing is believed."""
    report, error = None, ""
    try:
        report = Report.model_validate_json(_content(folder / REPORT))
    except (OSError, ValidationError):
        error = "the program ended itself without a word" if ending is Ending.RAISED else ""
    return Outcome(
        ending,
        status,
        report.error if report is not None else error,
        output,
        seconds,
        _model(folder),
        _count(folder) if report is None else report.num_models,
        None if report is None else report.claimed,
        None if report is None or report.tests is None else tuple(report.tests),
        () if report is None else tuple(report.notes),
    )


def _count(folder: Path) -> int:
    """How many models a program kept that did not get as far as its report."""
    try:
        return int(_content(folder / COUNT)[:9])
    except (OSError, ValueError):
        return 0


def _model(folder: Path) -> CapturedModel | None:
    for name in MODELS:
        try:
            text = _content(folder / name)
        except OSError:
            continue
        return CapturedModel(name.removeprefix("_"), text, _names(folder) if name == LP else {})
    return None


def _names(folder: Path) -> dict[str, tuple[str, tuple[str | int, ...]]]:
    """The names that were kept beside an LP file; none where they are not what they should be."""
    try:
        kept = json.loads(_content(folder / NAMES))
    except (OSError, ValueError, RecursionError):
        return {}
    found: dict[str, tuple[str, tuple[str | int, ...]]] = {}
    for symbol, name in kept.items() if isinstance(kept, dict) else ():
        match name:
            case [str(owner), [*index]] if all(_is_label(each) for each in index):
                found[symbol] = (owner, tuple(index))
    return found


def _is_label(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool)


def _content(path: Path) -> bytes:
    """A plain file, whole.

    Raises:
        OSError: it is a link, a pipe, a device, too large, or not there.
    """
    careful = [getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_CLOEXEC", "O_BINARY")]
    handle = os.open(path, sum(careful, os.O_RDONLY))
    with os.fdopen(handle, "rb") as file:
        about = os.fstat(handle)
        if not stat.S_ISREG(about.st_mode) or about.st_size > MAX_READ or about.st_nlink > 1:
            raise OSError(f"{path.name} is no plain file")
        return file.read(MAX_READ)


def lay_files(folder: Path, files: Mapping[str, bytes], owner: int | None) -> Sequence[Path]:
    """Write a job's tables into its folder; a name is a file name, never a path."""
    written = []
    for name, content in files.items():
        path = folder / Path(name).name
        path.write_bytes(content)
        if owner is not None:
            os.chown(path, owner, owner)
        written.append(path)
    return written
