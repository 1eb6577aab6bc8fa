"""The `openai` package's HTTP client over aiohttp, at a tenth of the usual cost a request.

`httpx2` spends most of a request on URL, header and timeout objects that our one address and one kind of
request do not need. `send` is the one place where a request meets the wire, so that is what is replaced:
request building, authentication, status errors and streaming stay the package's. Times are kept by the
caller. Import only where a client is made: it brings both HTTP packages.
"""

from __future__ import annotations

__all__ = ["MAX_BYTES", "AiohttpClient", "TooLarge"]

import ssl
import urllib.request
from collections.abc import AsyncIterator, Sequence

import aiohttp
import httpx2
from aiohttp.typedefs import StrOrURL

MAX_BYTES = 64 * 2**20
"""What one answer may have, unpacked: thousands of times any reply, and little of a machine's memory."""


class TooLarge(httpx2.ReadError):
    """An answer has more than `MAX_BYTES`."""


class AiohttpClient(httpx2.AsyncClient):
    """An HTTP client for one server; made, used and closed within one event loop."""

    def __init__(self, address: str, *, connect_seconds: float = 10.0) -> None:
        super().__init__(transport=httpx2.MockTransport(_never), trust_env=False)
        self._urls: dict[str, httpx2.URL] = {}
        self._proxy = _proxy(address)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, ssl=_tls(address), keepalive_timeout=30.0),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds),
            cookie_jar=aiohttp.DummyCookieJar(),
        )

    def build_request(  # type: ignore[override]  # the part of its arguments the `openai` package gives
        self,
        method: str,
        url: httpx2.URL | str,
        *,
        content: bytes | None = None,
        headers: Sequence[tuple[str, str]] = (),
        **_: object,
    ) -> httpx2.Request:
        """A request as it is given: there are no cookies, parameters or defaults of ours to merge with."""
        text = str(url)
        if text not in self._urls:
            self._urls[text] = httpx2.URL(text)
        return httpx2.Request(method, self._urls[text], content=content, headers=headers)

    async def send(self, request: httpx2.Request, *, stream: bool = False, **_: object) -> httpx2.Response:
        """Send a request; with `stream`, the response's body is still to be read."""
        url: StrOrURL = str(request.url)
        try:
            response = await self._session.request(
                request.method,
                url,
                data=request.content,
                headers=request.headers.multi_items(),
                proxy=self._proxy,
            )
            headers = [pair for pair in response.raw_headers if pair[0].lower() not in _DONE]
            if stream:
                return httpx2.Response(
                    response.status, headers=headers, stream=_Body(response), request=request
                )
            async with response:
                content = b"".join([chunk async for chunk in _bounded(response)])
            return httpx2.Response(response.status, headers=headers, content=content, request=request)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise _as_httpx(error, request) from error

    async def aclose(self) -> None:
        """Close every connection."""
        await self._session.close()
        await super().aclose()


_DONE = (b"content-encoding", b"transfer-encoding", b"content-length")
"""Headers that speak of what aiohttp has undone already."""


class _Body(httpx2.AsyncByteStream):
    """The body of a response as it arrives."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in _bounded(self._response):
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise _as_httpx(error, None) from error

    async def aclose(self) -> None:
        self._response.close()


async def _bounded(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    """What comes, unpacked; a server that sends without end does not fill the memory."""
    size = 0
    async for chunk in response.content.iter_any():
        size += len(chunk)
        if size > MAX_BYTES:
            response.close()
            raise TooLarge(f"more than {MAX_BYTES / 2**20:.0f} MB")
        yield chunk


def _as_httpx(error: Exception, request: httpx2.Request | None) -> httpx2.RequestError:
    """The error of the same meaning that the `openai` package knows."""
    text = str(error) or type(error).__name__
    if isinstance(error, aiohttp.ConnectionTimeoutError):
        return httpx2.ConnectTimeout(text, request=request)
    if isinstance(error, (TimeoutError, aiohttp.ServerTimeoutError)):
        return httpx2.ReadTimeout(text, request=request)
    if isinstance(error, aiohttp.ClientConnectorError):
        return httpx2.ConnectError(text, request=request)
    if isinstance(error, (aiohttp.InvalidURL, ValueError)):
        return httpx2.UnsupportedProtocol(text, request=request)
    if isinstance(error, (aiohttp.ClientPayloadError, aiohttp.ClientResponseError)):
        return httpx2.RemoteProtocolError(text, request=request)
    return httpx2.ReadError(text, request=request)


def _never(request: httpx2.Request) -> httpx2.Response:
    raise AssertionError("requests go through aiohttp")


def _tls(address: str) -> ssl.SSLContext | bool:
    """The certificates `httpx2` would trust, which are found where a system has none of its own."""
    return httpx2.create_ssl_context() if address.startswith("https") else True


def _proxy(address: str) -> str | None:
    """The proxy the environment names for an address."""
    url = httpx2.URL(address)
    if urllib.request.proxy_bypass(url.host):
        return None
    return urllib.request.getproxies().get(url.scheme)
