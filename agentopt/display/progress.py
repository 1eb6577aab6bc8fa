"""What a person sees while a solve is under way, and the journal hears of it.

On a terminal one line is kept up to date (rich), from when the solve has taken long enough to wonder about;
elsewhere every event is a line. All of it goes to standard error.
"""

from __future__ import annotations

__all__ = ["Progress", "engine_line", "event_line", "following"]

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from agentopt.display.figures import figure, percent, span
from agentopt.display.terminal import is_terminal

if TYPE_CHECKING:
    from agentopt.agents.context import Event, Question

RECORD_EVERY = 1.0
"""Seconds between two reports of an engine that are recorded, or shown as lines."""


class Recorder(Protocol):
    """A run folder, as far as events are recorded in it (`agentopt.runs.Run` is one)."""

    def record(self, kind: str, /, **data: object) -> int:
        """Append an entry."""


class View(Protocol):
    """One way of showing progress."""

    def event(self, event: Event) -> None:
        """Something happened."""

    def text(self, node: str, length: int) -> None:
        """A piece of a reply arrived."""

    def pause(self) -> None:
        """Make room for a question."""

    def close(self) -> None:
        """Nothing more is shown."""


class Progress:
    """Tells a view and a journal of what happens."""

    def __init__(self, run: Recorder, view: View) -> None:
        self._run = run
        self._view = view
        self._node = ""
        self._recorded = -RECORD_EVERY
        self._is_open = True

    def on_event(self, event: Event) -> None:
        """Record an event and show it."""
        if not self._is_open:
            return
        self._node = event.node
        if event.kind != "progress" or event.message or self._is_due():
            self._run.record(
                event.kind, node=event.node, message=event.message, sample=event.sample, data=event.data
            )
        self._view.event(event)

    def on_text(self, place: int, text: str) -> None:
        """Show that a piece of a reply arrived."""
        if self._is_open:
            self._view.text(self._node, len(text))

    def on_restart(self, place: int) -> None:
        """Show that a reply begins anew."""
        if self._is_open:
            self._view.text(self._node, -1)

    def ask(self, question: Question) -> str:
        """The person's answer; empty where there is none."""
        from agentopt.display.asking import ask

        self._view.pause()
        return ask(question)

    def stop(self) -> None:
        """Show nothing more."""
        if self._is_open:
            self._is_open = False
            self._view.close()

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now - self._recorded < RECORD_EVERY:
            return False
        self._recorded = now
        return True


@contextmanager
def following(run: Recorder, *, quiet: bool = False) -> Iterator[Progress]:
    """Progress as it suits standard error, stopped at the end of the context."""
    view: View
    if quiet:
        view = _Silent()
    elif is_terminal(sys.stderr):
        from agentopt.display.live import Live

        view = Live()
    else:
        view = _Lines()
    progress = Progress(run, view)
    try:
        yield progress
    finally:
        progress.stop()


class _Silent:
    def event(self, event: Event) -> None:
        pass

    def text(self, node: str, length: int) -> None:
        pass

    def pause(self) -> None:
        pass

    def close(self) -> None:
        pass


class _Lines:
    """A line an event, with the seconds since the beginning."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._shown = -RECORD_EVERY
        self._lock = threading.Lock()

    def event(self, event: Event) -> None:
        now = time.monotonic()
        if event.kind == "progress" and not event.message:
            if now - self._shown < RECORD_EVERY:
                return
            self._shown = now
        line = event_line(event)
        if line:
            with self._lock:
                sys.stderr.write(f"{now - self._began:8.2f} s  {line}\n")
                sys.stderr.flush()

    def text(self, node: str, length: int) -> None:
        pass

    def pause(self) -> None:
        pass

    def close(self) -> None:
        pass


def event_line(event: Event) -> str:
    """An event in one line; empty for what is not worth one.

    >>> from agentopt.agents.context import Event
    >>> event_line(Event("end", "bind", data={"seconds": 0.2}))
    'bind: done in 0.20 s'
    """
    sample = f" (sample {event.sample})" if event.sample else ""
    where = f"{event.node}{sample}"
    match event.kind:
        case "start":
            return ""
        case "end":
            return f"{where}: done in {span(_number(event.data.get('seconds')))}" + (
                f", {event.message}" if event.message else ""
            )
        case "progress" if not event.message:
            return f"{where}: {engine_line(event)}"
        case "call" | "replay":
            return f"{where}: {_call(event)}"
        case _:
            kind = "" if event.kind == "progress" else f"{event.kind}: "
            return f"{where}: {kind}{event.message.splitlines()[0] if event.message else ''}"


def engine_line(event: Event) -> str:
    """Where an engine stands: incumbent, bound, gap, nodes."""
    data = event.data
    incumbent, bound = _number(data.get("incumbent")), _number(data.get("bound"))
    parts = [f"incumbent {figure(incumbent)}" if incumbent is not None else "no incumbent yet"]
    if bound is not None:
        parts.append(f"bound {figure(bound)}")
    if incumbent is not None and bound is not None:
        parts.append(f"gap {percent(abs(incumbent - bound) / max(1.0, abs(incumbent)))}")
    nodes = data.get("nodes")
    if isinstance(nodes, int) and nodes:
        parts.append(f"{nodes:,} nodes")
    return ", ".join(parts)


def _call(event: Event) -> str:
    usage = event.data.get("usage")
    found = usage if isinstance(usage, dict) else {}
    read, written = found.get("prompt_tokens", 0), found.get("completion_tokens", 0)
    if event.kind == "replay":
        how = "from the run"
    elif found.get("cached"):
        how = "from the cache"
    else:
        how = span(_number(found.get("seconds")))
    return f"{event.message}: {read:,} tokens read, {written:,} written, {how}"


def _number(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf"):
        return float(value)
    return None
