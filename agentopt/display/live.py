"""Progress on a terminal: one line that is kept up to date, and the stages that are behind above it."""

from __future__ import annotations

__all__ = ["Live"]

import sys
import threading
import time
from typing import TYPE_CHECKING

from agentopt.display.figures import span
from agentopt.display.progress import engine_line, event_line

if TYPE_CHECKING:
    from rich.live import Live as RichLive

    from agentopt.agents.context import Event

DELAY = 0.5
"""Seconds before anything is shown: what is quicker needs no progress, and is spared the import of rich."""
EVERY = 0.125
_WORTH_KEEPING = ("repair", "warning", "call")


class Live:
    """The running stage with its time, tokens or incumbent; calls, repairs and long stages stay above it."""

    def __init__(self) -> None:
        self._stage = "starting"
        self._detail = ""
        self._since = time.monotonic()
        self._characters = 0
        self._kept: list[str] = []
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._paused = False
        self._live: RichLive | None = None
        self._thread = threading.Thread(target=self._show, name="progress", daemon=True)
        self._thread.start()

    def event(self, event: Event) -> None:
        """Take note."""
        with self._lock:
            self._paused = False
            if event.kind == "start":
                self._stage, self._detail = event.node, ""
                self._since, self._characters = time.monotonic(), 0
            elif event.kind == "progress" and not event.message:
                self._stage, self._detail = event.node, engine_line(event)
            elif event.kind == "end":
                if time.monotonic() - self._since > 1.0:
                    self._kept.append(event_line(event))
            elif event.kind in _WORTH_KEEPING:
                self._characters = 0
                self._kept.append(event_line(event))
            else:
                self._detail = event.message

    def text(self, node: str, length: int) -> None:
        """Count what arrives; a model's token is about four characters."""
        with self._lock:
            self._characters = 0 if length < 0 else self._characters + length
            tokens, taken = self._characters / 4, time.monotonic() - self._since
            self._detail = f"{tokens:,.0f} tokens, {tokens / max(taken, 0.1):,.0f}/s"

    def pause(self) -> None:
        """Take the line away; it comes back with the next event."""
        with self._lock:
            self._paused = True
            if self._live is not None:
                self._live.stop()

    def close(self) -> None:
        """Take the line away for good."""
        self._closed.set()
        self._thread.join()
        if self._live is not None:
            self._live.stop()

    def _show(self) -> None:
        if self._closed.wait(DELAY):
            return
        from rich.console import Console
        from rich.live import Live as RichLive
        from rich.spinner import Spinner
        from rich.text import Text

        console = Console(file=sys.stderr)
        spinner = Spinner("dots")
        self._live = live = RichLive(
            spinner, console=console, refresh_per_second=8, transient=True, redirect_stdout=False
        )
        while not self._closed.wait(EVERY):
            with self._lock:
                if self._paused:
                    continue
                kept, self._kept = self._kept, []
                spinner.update(text=Text(self._line(), overflow="ellipsis", no_wrap=True))
                live.start()
            for each in kept:
                console.print(each, style="dim", highlight=False, markup=False)

    def _line(self) -> str:
        detail = f"  {self._detail}" if self._detail else ""
        return f"{self._stage}  {span(time.monotonic() - self._since)}{detail}"
