"""A small server of OpenAI's chat format over a transformers model, for machines that vLLM does not run on.

It honours what it takes and refuses the rest by name. One reply is written at a time, in the order of
arrival; `n` samples of one request are written together. It has no key: it is for the loopback interface.
"""

from __future__ import annotations

__all__ = ["ChatServer", "answering"]

import json
import logging
import select
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from agentopt.errors import AgentoptError
from agentopt.models.decoding import Decoding, Token
from agentopt.models.serving.chat import (
    Asked,
    Refused,
    chunk,
    completion,
    error_body,
    read_asked,
    usage,
    wanted,
)
from agentopt.models.serving.writing import Busy, Closing, Job, Writer

_log = logging.getLogger(__name__)

MOST_BYTES = 16 << 20
"""Of a body."""
_LOOK = 0.25
"""Seconds between two looks whether a client that waits in silence is still there."""
_IDLE = 120.0
"""Seconds that a connection may say nothing."""


class _Gone(Exception):  # noqa: N818 - it is not a fault
    """The client went away."""


class ChatServer(ThreadingHTTPServer):
    """The server; it listens once made, and answers in `serve_forever`.

    Args:
        decoder: what writes.
        name: the model's, for clients.
        host, port: where it listens; port 0 for any that is free.

    Raises:
        OSError: the port is in use, or the host not here.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, decoder: Decoding, name: str, host: str = "127.0.0.1", port: int = 0) -> None:
        if ":" in host:
            self.address_family = socket.AF_INET6
        self.decoder, self.name = decoder, name
        super().__init__((host, port), _Handler)
        self.writer = Writer(decoder)

    def server_close(self) -> None:
        """Stop listening; replies under way are ended."""
        super().server_close()
        if hasattr(self, "writer"):  # the port may have been taken
            self.writer.close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke is no news."""
        _log.debug("the connection from %s broke", client_address, exc_info=True)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "agentopt"
    timeout = _IDLE
    server: ChatServer

    def log_message(self, *args: object) -> None:
        """Requests are told of in words of our own."""

    def do_GET(self) -> None:
        """The models, and whether the server is well."""
        path = self.path.partition("?")[0].rstrip("/")
        name = self.server.name
        if path == "/health":
            self._json(200, {"status": "ok"})
        elif path == "/v1/models":
            card = {"id": name, "object": "model", "created": 0, "owned_by": "agentopt"}
            self._json(200, {"object": "list", "data": [{**card, "max_model_len": self.server.decoder.room}]})
        else:
            self._refuse(Refused(f"there is nothing at {path or '/'}; the model is at /v1", status=404))

    def do_POST(self) -> None:
        """A chat completion."""
        began = time.monotonic()
        try:
            asked = self._asked()
            job = self.server.writer.put(wanted(asked, self.server.decoder))
            base = {
                "id": f"chatcmpl-{uuid.uuid4().hex[:16]}",
                "created": int(time.time()),
                "model": asked.model,
            }
            try:
                (self._stream if asked.stream else self._whole)(job, asked, base)
            except BaseException:
                job.cancel()
                raise
            self._tell(job, began)
        except Refused as error:
            self._refuse(error)
        except Busy:
            self._refuse(Refused("too many requests wait", status=429), {"retry-after": "2"})
        except Closing:
            self._refuse(Refused("the server is being stopped", status=503))
        except AgentoptError as error:
            # The only thing that may be missing by now is what keeps to grammars.
            self._refuse(
                Refused(f"schemas are not supported: {error.message} ({error.hint})", "response_format")
            )
        except (_Gone, ConnectionError, TimeoutError):
            self.close_connection = True
            _log.info("the client of a request went away after %.1f s", time.monotonic() - began)

    def _asked(self) -> Asked:
        """The request, after all that can be wrong about its envelope."""
        length = self.headers.get("content-length", "")
        if not length.isdigit():
            self.close_connection = True
            raise Refused("the request has no content-length", status=411)
        if int(length) > MOST_BYTES:
            self.close_connection = True
            raise Refused(f"the body is longer than {MOST_BYTES >> 20} MB", status=413)
        body = self.rfile.read(int(length))
        path = self.path.partition("?")[0].rstrip("/")
        if path != "/v1/chat/completions":
            raise Refused(f"there is nothing at {path}; chats are at /v1/chat/completions", status=404)
        # A page in a browser cannot send this type to us without asking first, which we do not answer.
        if self.headers.get_content_type() != "application/json":
            raise Refused("the content-type must be application/json", status=415)
        asked = read_asked(body)
        if asked.model != self.server.name:
            raise Refused(
                f"the model `{asked.model}` is not here; `{self.server.name}` is", "model", status=404
            )
        return asked

    def _whole(self, job: Job, asked: Asked, base: dict[str, Any]) -> None:
        told: list[list[Token]] = [[] for _ in range(asked.n)]
        for piece in job.pieces(_LOOK):
            if piece is None:
                self._look()
            elif asked.logprobs:
                told[piece[0]] += piece[2]
        self._check(job)
        self._json(200, completion(base, len(job.wanted.prompt), job.written, told))

    def _stream(self, job: Job, asked: Asked, base: dict[str, Any]) -> None:
        begun = False
        for piece in job.pieces(_LOOK):
            if piece is None:
                self._look()
                continue
            if not begun:
                self._begin_stream(asked.n, base)
                begun = True
            place, text, tokens = piece
            if text or tokens:
                self._event(chunk(base, place, text, tokens))
        if not begun:
            self._check(job)
            self._begin_stream(asked.n, base)
        elif job.failure:
            self._event(json.loads(error_body(job.failure, kind="server_error")))
            return
        elif job.cancelled:
            raise _Gone  # by a server that is being stopped: the stream must not look whole
        for place, sample in enumerate(job.written):
            self._event(chunk(base, place, "", end=sample.stop))
        if asked.stream_options is not None and asked.stream_options.include_usage:
            counted = usage(len(job.wanted.prompt), sum(sample.tokens for sample in job.written))
            self._event({**base, "object": "chat.completion.chunk", "choices": [], "usage": counted})
        self.wfile.write(b"data: [DONE]\n\n")

    def _check(self, job: Job) -> None:
        if job.cancelled:
            raise Closing
        if job.failure:
            raise Refused(job.failure, status=500)

    def _begin_stream(self, samples: int, base: dict[str, Any]) -> None:
        self.close_connection = True
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        for place in range(samples):
            self._event(chunk(base, place, "", first=True))

    def _event(self, body: Mapping[str, object]) -> None:
        self.wfile.write(b"data: " + json.dumps(body).encode() + b"\n\n")
        self.wfile.flush()

    def _look(self) -> None:
        """See whether the client is still there."""
        ready, _, _ = select.select([self.connection], [], [], 0)
        if ready and not self.connection.recv(1, socket.MSG_PEEK):
            raise _Gone

    def _tell(self, job: Job, began: float) -> None:
        written, seconds = sum(sample.tokens for sample in job.written), time.monotonic() - began
        read = len(job.wanted.prompt)
        _log.info("%d tokens read, %d written in %.1f s", read, written, seconds)

    def _refuse(self, error: Refused, headers: Mapping[str, str] | None = None) -> None:
        kind = "invalid_request_error" if error.status < 500 else "server_error"
        _log.info("refused (%d): %s", error.status, error)
        self._send(error.status, error_body(str(error), error.field, kind), headers)

    def _json(self, status: int, body: Mapping[str, object]) -> None:
        self._send(status, json.dumps(body).encode())

    def _send(self, status: int, data: bytes, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)


def answering(server: ChatServer) -> Callable[[], None]:
    """Answer in a thread of its own; what ends it."""
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
    thread.start()

    def end() -> None:
        server.shutdown()
        server.server_close()
        thread.join(5)

    return end
