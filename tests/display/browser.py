"""A real browser, driven by its debugging protocol, for looking at pages."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

PROGRAM = next(
    (
        path
        for name in ("chromium", "chromium-browser", "google-chrome", "chrome")
        if (path := shutil.which(name))
    ),
    None,
)

_OPTIONS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--remote-debugging-port=0",
]


@dataclass
class Seen:
    """What a page complained of on the console, what it asked for, and the values of expressions in it."""

    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    values: list[object] = field(default_factory=list)


def look(page: Path, expressions: list[str], profile: Path, *, width: int = 1100, dark: bool = False) -> Seen:
    """Open a page and evaluate expressions in it."""
    return asyncio.run(asyncio.wait_for(_look(page, expressions, profile, width, dark), 120))


async def _look(page: Path, expressions: list[str], profile: Path, width: int, dark: bool) -> Seen:
    seen = Seen()
    async with _browser(profile) as address, aiohttp.ClientSession() as session:
        async with session.put(f"http://{address}/json/new?about:blank") as reply:
            target = (await reply.json())["webSocketDebuggerUrl"]
        async with session.ws_connect(target, max_msg_size=0) as socket:
            tab = _Tab(socket, seen)
            for domain in ("Page", "Network", "Log", "Runtime"):
                await tab.call(f"{domain}.enable")
            size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
            await tab.call("Emulation.setDeviceMetricsOverride", **size)
            scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
            await tab.call("Emulation.setEmulatedMedia", features=scheme)
            await tab.call("Page.navigate", url=page.as_uri())
            await tab.until_loaded()
            for expression in expressions:
                found = await tab.call("Runtime.evaluate", expression=expression, returnByValue=True)
                assert "exceptionDetails" not in found, found
                seen.values.append(found["result"].get("value"))
    return seen


class _Tab:
    """One page and its messages."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, seen: Seen) -> None:
        self._socket = socket
        self._seen = seen
        self._number = 0
        self.loaded = asyncio.Event()

    async def call(self, method: str, **parameters: object) -> dict[str, dict[str, object]]:
        """Ask for something and wait for the answer."""
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            message = await self._socket.receive_json()
            if message.get("id") == self._number:
                return message.get("result", {})
            self._note(message)

    async def until_loaded(self) -> None:
        """Wait for the page."""
        while not self.loaded.is_set():
            self._note(await self._socket.receive_json())

    def _note(self, message: dict[str, object]) -> None:
        parameters = message.get("params", {})
        match message.get("method"):
            case "Page.loadEventFired":
                self.loaded.set()
            case "Network.requestWillBeSent":
                self._seen.requests.append(parameters["request"]["url"])
            case "Log.entryAdded":
                self._seen.complaints.append(parameters["entry"]["text"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown":
                self._seen.complaints.append(str(parameters))


@contextlib.asynccontextmanager
async def _browser(profile: Path) -> AsyncIterator[str]:
    """A browser of its own; the address it listens on."""
    assert PROGRAM is not None
    process = subprocess.Popen(
        [PROGRAM, *_OPTIONS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        file = profile / "DevToolsActivePort"
        for _ in range(600):
            text = file.read_text() if file.exists() else ""
            if "\n" in text:
                break
            await asyncio.sleep(0.1)
        yield f"127.0.0.1:{text.split()[0]}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
