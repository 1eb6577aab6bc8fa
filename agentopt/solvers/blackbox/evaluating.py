"""Evaluating points: a Python function in a process of its own, a command, or a function of the caller.

An evaluation that raises, ends its process, takes too long or gives no number is a failed trial with its
reason; the search goes on. Only what can never work (no such file, no such function) is an error.
"""

from __future__ import annotations

__all__ = ["Evaluator", "Found", "OfCommand", "OfFunction", "OfPython", "evaluator"]

import json
import math
import os
import queue
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agentopt.errors import UsageError
from agentopt.solvers.blackbox.study import Point, Study

START_SECONDS = 60.0
"""Time a function's file may take to be imported."""

_MOST = 1 << 20
"""Bytes of a reply."""


@dataclass(frozen=True)
class Found:
    """One evaluation: a value and what its constraints came to, or why there is none."""

    value: float | None
    constraints: Mapping[str, float] = field(default_factory=dict)
    failure: str = ""


class Evaluator(Protocol):
    """Evaluates points; may be called from several threads."""

    def evaluate(self, point: Point) -> Found:
        """The value at a point.

        Raises:
            UsageError: it can never be evaluated.
        """

    def close(self) -> None:
        """End what is still running."""


def evaluator(study: Study, folder: Path) -> Evaluator:
    """What evaluates the points of a study.

    Args:
        study: the study.
        folder: what its paths are relative to, and where commands run.

    Raises:
        UsageError: the study says nothing of what is evaluated, or its file is not there.
    """
    evaluated = study.evaluated
    if evaluated is None:
        raise UsageError(
            "the study does not say what is evaluated",
            hint="write `minimize: {python: FILE.py:NAME}` or `minimize: {command: [program, ...]}`",
        )
    if evaluated.python is None:
        return OfCommand(evaluated.command, folder, study)
    name, _, function = evaluated.python.rpartition(":")
    path = (folder / name).resolve()
    if not path.is_file():
        raise UsageError(f"there is no file {path} with the function `{function}`")
    return OfPython(path, function, study.seconds)


@dataclass
class OfFunction:
    """A function of the caller, in this process: it cannot be stopped."""

    function: Callable[..., object]

    def evaluate(self, point: Point) -> Found:
        """Call it with the point's values by name."""
        try:
            found = self.function(**point)
        except (ArithmeticError, ValueError, RuntimeError, LookupError) as error:
            return Found(None, failure=f"{type(error).__name__}: {error}")
        return _understood(found)

    def close(self) -> None:
        """Nothing runs."""


class OfPython:
    """A function of a file, in processes that are kept: as many as evaluate at once."""

    def __init__(self, path: Path, function: str, seconds: float | None) -> None:
        self.path, self.function, self.seconds = path, function, seconds
        self.idle: queue.SimpleQueue[_Child] = queue.SimpleQueue()
        self.children: list[_Child] = []

    def evaluate(self, point: Point) -> Found:
        """In an idle process, or a new one."""
        try:
            child = self.idle.get_nowait()
        except queue.Empty:
            child = _Child(self.path, self.function)
            self.children.append(child)
        found = child.evaluate(point, self.seconds)
        if child.alive:
            self.idle.put(child)
        return found

    def close(self) -> None:
        """End the processes."""
        for child in self.children:
            child.end()


class _Child:
    """One process with the function imported."""

    def __init__(self, path: Path, function: str) -> None:
        self.path, self.function = path, function
        script = str(Path(__file__).with_name("child.py"))
        self.process = subprocess.Popen(
            [sys.executable, script, str(path), function],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=path.parent,
            start_new_session=True,
        )
        self.rest = b""
        ready = self._line(START_SECONDS)
        if ready is None or "broken" in ready:
            self.end()
            reason = "does not come to its end" if ready is None else ready["broken"]
            hint = "the function has to be at the top level of the file"
            raise UsageError(f"{path} cannot be imported for `{function}`: {reason}", hint=hint)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def evaluate(self, point: Point, seconds: float | None) -> Found:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write((json.dumps(point) + "\n").encode())
            self.process.stdin.flush()
        except OSError:
            self.end()
            return Found(None, failure="its process had ended")
        reply = self._line(seconds)
        if reply is None:
            ended = self.process.poll()
            self.end()
            if ended is None:
                return Found(None, failure=f"it took more than {seconds:g} s")
            return Found(None, failure=f"its process ended with status {ended}")
        if "raised" in reply:
            return Found(None, failure=str(reply["raised"]))
        return _understood(reply.get("found"))

    def end(self) -> None:
        """Kill the process and what it started."""
        if self.process.poll() is None:
            _kill(self.process)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:
                    continue

    def _line(self, seconds: float | None) -> dict[str, object] | None:
        """The next reply; None where the time is over or the process has ended."""
        assert self.process.stdout is not None
        end = None if seconds is None else time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while b"\n" not in self.rest:
                left = None if end is None else max(0.0, end - time.monotonic())
                if not selector.select(left):
                    return None
                part = os.read(self.process.stdout.fileno(), 1 << 16)
                if not part or len(self.rest) > _MOST:
                    self.process.wait()
                    return None
                self.rest += part
        line, _, self.rest = self.rest.partition(b"\n")
        read = json.loads(line)
        return read if isinstance(read, dict) else None


@dataclass
class OfCommand:
    """A program: each argument's `{name}` is the value; the last line it prints is a number or JSON."""

    command: tuple[str, ...]
    folder: Path
    study: Study
    running: set[subprocess.Popen[bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        for argument in self.command:
            try:
                argument.format(**dict.fromkeys(self.study.variables, 0))
            except (KeyError, IndexError, ValueError) as error:
                raise UsageError(
                    f"`{argument}` of the command names no variable of the study: {error}",
                    hint=f"variables: {', '.join(self.study.variables)}; a brace of its own is written twice",
                ) from None

    def evaluate(self, point: Point) -> Found:
        """Run the program once."""
        arguments = [each.format(**point) for each in self.command]
        try:
            process = subprocess.Popen(
                arguments,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )
        except OSError as error:
            raise UsageError(f"the command `{arguments[0]}` cannot be run: {error.strerror}") from error
        self.running.add(process)
        try:
            out, err = process.communicate(timeout=self.study.seconds)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            return Found(None, failure=f"it took more than {self.study.seconds:g} s")
        finally:
            self.running.discard(process)
        if process.returncode:
            said = err.decode(errors="replace").strip().splitlines()
            return Found(None, failure=": ".join([f"it ended with status {process.returncode}", *said[-1:]]))
        lines = out[-_MOST:].decode(errors="replace").strip().splitlines()
        if not lines:
            return Found(None, failure="it printed nothing")
        try:
            return _understood(json.loads(lines[-1]))
        except ValueError:
            return Found(None, failure=f"its last line is no number: {lines[-1][:100]!r}")

    def close(self) -> None:
        """End the programs that still run."""
        for process in list(self.running):
            _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and its children."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()
    process.wait()


def _understood(found: object) -> Found:
    """A number, or a mapping with `value` and `constraints`."""
    constraints: dict[str, float] = {}
    if isinstance(found, Mapping):
        given = found.get("constraints") or {}
        if "value" not in found or not isinstance(given, Mapping):
            return Found(None, failure="it gave a mapping without `value`")
        try:
            constraints = {str(name): float(value) for name, value in given.items()}
        except (TypeError, ValueError):
            return Found(None, failure="a constraint it gave is no number")
        found = found["value"]
    try:
        value = float(found)  # type: ignore[arg-type]  # what is no number raises
    except (TypeError, ValueError):
        return Found(None, failure=f"it gave no number: {str(found)[:100]!r}")
    if not math.isfinite(value) or any(math.isnan(each) for each in constraints.values()):
        return Found(
            None, failure=f"it gave {value:g}" if not math.isfinite(value) else "a constraint is NaN"
        )
    return Found(value, constraints)
