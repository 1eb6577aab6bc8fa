"""One event loop in a thread of its own, owned by the object whose connections live in it.

The loop starts when first needed and ends with its owner: on `close`, when the owner is collected, or at
exit, each time in order: connections, tasks, loop, thread. A forked child starts anew.
"""

from __future__ import annotations

__all__ = ["Loop"]

import asyncio
import os
import threading
import weakref
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")
Closer = Callable[[], Awaitable[None]]


class Loop:
    """Runs coroutines of many threads in one background thread."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.Lock()
        self._running: _Running | None = None

    def submit(self, coroutine: Coroutine[object, object, T]) -> Future[T]:
        """Start a coroutine; its outcome comes with the future, and cancelling that cancels it."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._start().loop)

    def on_close(self, closer: Closer) -> None:
        """Have something awaited in the loop before it ends."""
        self._start().closers.append(closer)

    def close(self) -> None:
        """End the loop and its thread; a later `submit` starts another."""
        with self._lock:
            running, self._running = self._running, None
        if running is not None:
            running.finalizer()

    def _start(self) -> _Running:
        with self._lock:
            if self._running is None or self._running.process != os.getpid():
                self._running = _Running(self, self._name)
            return self._running


class _Running:
    """A loop that runs, what must be closed before it ends, and how to end it.

    It must not refer to its owner, which could then never be collected.
    """

    def __init__(self, owner: Loop, name: str) -> None:
        self.process = os.getpid()
        self.loop = asyncio.new_event_loop()
        self.closers: list[Closer] = []
        self.thread = threading.Thread(target=self.loop.run_forever, name=name, daemon=True)
        self.thread.start()
        self.finalizer = weakref.finalize(owner, _end, self.loop, self.thread, self.closers, self.process)


def _end(
    loop: asyncio.AbstractEventLoop, thread: threading.Thread, closers: list[Closer], process: int
) -> None:
    if process != os.getpid() or loop.is_closed():
        return
    if thread is threading.current_thread():  # the owner was collected within the loop itself
        loop.call_soon(loop.stop)
        return
    last = asyncio.run_coroutine_threadsafe(_wind_up(closers), loop)
    try:
        last.result(timeout=5)
    except TimeoutError:
        last.cancel()
    loop.call_soon_threadsafe(loop.stop)
    thread.join(timeout=5)
    if not thread.is_alive():
        loop.close()


async def _wind_up(closers: list[Closer]) -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for closer in closers:
        await closer()
    await asyncio.get_running_loop().shutdown_asyncgens()
    await asyncio.sleep(0)  # transports report their end in the next turn
