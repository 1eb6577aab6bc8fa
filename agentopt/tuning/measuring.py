"""One solve of one instance under some options, and the file that keeps it.

Solves run in a worker process: options that crash an engine, or make it hang, cost one solve, which counts as
not finished. What was measured is on disk before it is used; the same search asks for the same solves, so one
that was killed goes on by reading them back.
"""

from __future__ import annotations

__all__ = ["Instance", "Ledger", "Measure", "Solve", "digest", "in_worker"]

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.errors import RunError
from agentopt.solvers.base import Limits
from agentopt.solvers.card import Value
from agentopt.solvers.isolated import Isolated
from agentopt.solvers.registry import bare
from agentopt.solvers.solution import Termination
from agentopt.tuning.choices import Choice

FINISHED = frozenset(
    {
        Termination.OPTIMAL,
        Termination.LOCALLY_OPTIMAL,
        Termination.INFEASIBLE,
        Termination.UNBOUNDED,
        Termination.INFEASIBLE_OR_UNBOUNDED,
    }
)
"""Ends that settle an instance; any other counts as not finished."""


@dataclass(frozen=True, eq=False)
class Instance:
    """One of the stream: its name, its arrays, and what identifies it."""

    name: str
    compiled: Compiled
    digest: str


@dataclass(frozen=True)
class Solve:
    """What came of one solve.

    Attributes:
        seconds: of the engine, in its worker, the way there not counted.
        iterations: of simplex and other methods, and nodes, together.
    """

    finished: bool
    seconds: float
    iterations: int
    termination: str
    objective: float | None = None
    message: str = ""


Measure: TypeAlias = Callable[[Instance, Choice], Solve]


def digest(compiled: Compiled) -> str:
    """Identifies an instance by its numbers and what it states."""
    found = hashlib.sha256(compiled.instance.formulation.model_dump_json().encode())
    for array in (
        compiled.matrix.values,
        compiled.lower,
        compiled.upper,
        compiled.row_lower,
        compiled.row_upper,
        compiled.integrality,
        *(each.cost for each in compiled.objectives),
        *(each.values for each in compiled.instance.parameters.values()),
    ):
        found.update(np.ascontiguousarray(array).tobytes())
    return found.hexdigest()[:16]


def in_worker(engine: str, limits: Limits) -> Measure:
    """Measures by running an engine in a worker process."""
    runner = Isolated(bare(engine), own_seconds=True)

    def measure(instance: Instance, choice: Choice) -> Solve:
        found = runner.solve(instance.compiled, limits, dict(choice))
        if found.termination is Termination.INTERRUPTED:
            raise KeyboardInterrupt  # what a person stopped says nothing about the options
        return Solve(
            found.termination in FINISHED,
            found.seconds,
            found.iterations + found.nodes,
            found.termination.value,
            found.objective,
            found.message,
        )

    return measure


class Ledger:
    """Solves by instance and choice, kept in a file or, without one, in memory.

    Args:
        path: the file; made where it is not there.
        head: what the solves have in common: engine, its version, limits.

    Raises:
        RunError: the file is of other solves.
    """

    def __init__(self, path: Path | None, head: Mapping[str, object]) -> None:
        self.path = path
        self.found: dict[tuple[str, Choice], Solve] = {}
        if path is None:
            return
        try:
            if path.is_file() and path.stat().st_size:
                self._read(path, dict(head))
            else:
                self._append({"solves": dict(head)})
        except OSError as error:
            raise RunError(f"{path}: {error.strerror or error}") from error

    def get(self, instance: Instance, choice: Choice) -> Solve | None:
        """What a solve came to, if it was made before."""
        return self.found.get((instance.digest, choice))

    def add(self, instance: Instance, choice: Choice, solve: Solve) -> None:
        """Keep a solve.

        Raises:
            RunError: it cannot be written.
        """
        self.found[instance.digest, choice] = solve
        line = {
            "instance": instance.digest,
            "name": instance.name,
            "options": [list(each) for each in choice],
            **asdict(solve),
        }
        try:
            self._append(line)
        except OSError as error:
            raise RunError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def _append(self, line: Mapping[str, object]) -> None:
        if self.path is None:
            return
        with self.path.open("ab") as file:
            file.write((json.dumps(line) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())

    def _read(self, path: Path, head: dict[str, object]) -> None:
        lines = path.read_bytes().split(b"\n")
        try:
            first = json.loads(lines[0])["solves"]
        except (ValueError, KeyError, TypeError):
            raise RunError(f"{path} is not a file of solves") from None
        if first != head:
            changed = sorted(name for name in {*first, *head} if first.get(name) != head.get(name))
            raise RunError(
                f"{path} is of other solves: its {', '.join(changed)} differ", hint="begin a new run"
            )
        for line in lines[1:-1]:
            try:
                read = json.loads(line)
                key = str(read["instance"]), tuple((str(name), _value(v)) for name, v in read["options"])
                self.found[key] = Solve(**{name: read[name] for name in Solve.__dataclass_fields__})
            except (ValueError, KeyError, TypeError):
                continue
        if lines[-1]:
            # Cut off by a crash: whole lines go on after it.
            path.write_bytes(b"\n".join([*lines[:-1], b""]))


def _value(read: object) -> Value:
    assert isinstance(read, bool | int | float | str)
    return read
