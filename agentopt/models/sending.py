"""One attempt at one call through the `openai` package, whole or streamed; an outcome, never an exception.

Import only where a client is made: it brings the `openai` package.
"""

from __future__ import annotations

__all__ = ["Sender"]

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import replace
from typing import TypeVar

import httpx2
import openai

from agentopt.models.base import Reply, Request
from agentopt.models.failures import failure_of, malformed
from agentopt.models.keys import Secret, redact
from agentopt.models.retries import Failure
from agentopt.models.transport import AiohttpClient
from agentopt.models.wire import Malformed, Pieces, Refusal, parse, read

T = TypeVar("T")
Show = Callable[[str], None]

_NO_KEY = "none"
"""Sent where no key is known: the package wants one, and servers without keys read over it."""
_FAULTS = (openai.OpenAIError, httpx2.HTTPError, httpx2.StreamError, TimeoutError, Refusal)


class Sender:
    """The connections to one server; made, used and closed within one event loop."""

    def __init__(self, address: str, key: Secret, *, connect_seconds: float) -> None:
        self.address = address
        self._url = f"{address}/chat/completions"  # a whole one is not merged with the base at every call
        self._secrets = (key,)
        ours = address.startswith("https://api.openai.com/")
        # What the environment says of an OpenAI account is not told to other servers.
        account = {} if ours else {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}
        self._client = openai.AsyncOpenAI(
            base_url=address,
            api_key=key.reveal() or _NO_KEY,
            max_retries=0,
            timeout=None,
            http_client=AiohttpClient(address, connect_seconds=connect_seconds),
            default_headers=account,  # type: ignore[arg-type]  # leaving a header out is not in the type
        )

    async def close(self) -> None:
        """Close every connection."""
        await self._client.close()

    async def call(self, body: dict[str, object], seconds: float, read: Callable[[object], T]) -> T | Failure:
        """Post a body; what `read` makes of the payload, within so many seconds."""
        try:
            async with asyncio.timeout(seconds):
                response = await self._client.post(self._url, cast_to=httpx2.Response, content=_dump(body))
            return self._understand(response, read)
        except _FAULTS as error:
            return failure_of(error, self.address, self._secrets)

    async def text(self, body: Mapping[str, object], seconds: float) -> str | Failure:
        """Post a body; what comes back with status 200, whatever it is."""
        try:
            async with asyncio.timeout(seconds):
                response = await self._client.post(self._url, cast_to=httpx2.Response, content=_dump(body))
            return response.content.decode(errors="replace")
        except _FAULTS as error:
            return failure_of(error, self.address, self._secrets)

    async def stream(
        self, body: dict[str, object], seconds: float, request: Request, show: Show
    ) -> Reply | Failure:
        """Post a body and show the pieces of the reply as they come; what arrived of a broken one is kept."""
        pieces = Pieces()
        try:
            async with asyncio.timeout(seconds):
                return await self._stream(body, request, show, pieces)
        except _FAULTS as error:
            return self._broken(failure_of(error, self.address, self._secrets), pieces)
        except Malformed as error:
            return self._broken(malformed(str(error), self.address, self._secrets), pieces)

    async def _stream(
        self, body: dict[str, object], request: Request, show: Show, pieces: Pieces
    ) -> Reply | Failure:
        response = await self._client.post(
            self._url,
            cast_to=httpx2.Response,
            content=_dump(body),
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )
        assert isinstance(response, httpx2.Response)
        try:
            if "event-stream" not in response.headers.get("content-type", ""):  # asked to stream, did not
                await response.aread()
                whole = self._understand(response, lambda payload: read(payload, request))
                if isinstance(whole, Reply):
                    show(whole.text)
                return whole
            async for line in _lines(response):
                if line.startswith(b"data:"):
                    show(pieces.add(line[5:]))
                if pieces.done:
                    break
        finally:
            await response.aclose()
        if not pieces.whole:
            broken = Failure("broken", f"the model server at {self.address} ended a reply in the middle")
            return self._broken(broken, pieces)
        return self._shown(pieces.reply(request))

    async def names(self, seconds: float) -> list[str] | Failure:
        """The models the server lists."""
        try:
            async with asyncio.timeout(seconds):
                response = await self._client.get("/models", cast_to=httpx2.Response)
            return self._understand(response, _names)
        except _FAULTS as error:
            return failure_of(error, self.address, self._secrets)

    def _understand(self, response: httpx2.Response, read: Callable[[object], T]) -> T | Failure:
        try:
            return self._shown(read(parse(response.content)))
        except Malformed as error:
            page = response.content.lstrip()[:1] == b"<"
            return malformed(str(error), self.address, self._secrets, page=page)

    def _shown(self, outcome: T) -> T:
        """What a server says for an error, without keys; what a model writes is left as it is."""
        if isinstance(outcome, Reply) and outcome.error:
            return replace(outcome, error=redact(outcome.error, self._secrets))
        return outcome

    @staticmethod
    def _broken(failure: Failure, pieces: Pieces) -> Failure:
        return replace(failure, partial="".join(pieces.text))


async def _lines(response: httpx2.Response) -> AsyncIterator[bytes]:
    """The lines of a stream, ended as its format says; the package also ends them within texts, at U+2028."""
    rest: list[bytes] = []
    async for chunk in response.aiter_bytes():
        *whole, last = chunk.replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield b"".join([*rest, line])
            rest.clear()
        rest.append(last)
    yield b"".join(rest)


def _dump(body: Mapping[str, object]) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()  # escaped: half a character must not fail here


def _names(payload: object) -> list[str]:
    listed = payload.get("data", payload.get("models")) if isinstance(payload, dict) else payload
    if not isinstance(listed, list):
        raise Malformed("`data` is not a list of models")
    found = [each.get("id") or each.get("name") if isinstance(each, dict) else each for each in listed]
    return [name for name in found if isinstance(name, str)]
