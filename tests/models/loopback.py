"""A small model server on loopback that misbehaves as told, in a thread of its own; standard library only.

A fault is consumed by one request; when none is left the server answers as a good one: by `finished`, which
makes a whole payload, or by the text of `answer`. Every body is kept.
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What happens to one request.

    status, headers, content: sent as they stand.
    wait: seconds before the answer.
    pieces: of a stream, after which the connection is cut unless `whole`.
    cut: close the connection after so many bytes of the answer.
    """

    status: int = 200
    content: bytes | str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    kind: str = "application/json"
    wait: float = 0.0
    pieces: tuple[str, ...] = ()
    cut: int | None = None


def refusal(message: str, *, status: int = 400, param: str | None = None, code: object = None) -> Fault:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return Fault(status, json.dumps({"error": error}))


@dataclass
class Loopback:
    """The server's side: what it was asked, what it does next."""

    models: tuple[str, ...] = ("tiny",)
    listed: tuple[str, ...] | None = None
    faults: deque[Fault] = field(default_factory=deque)
    bodies: list[Body] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    answer: Callable[[Body], str] = lambda body: f"echo: {body['messages'][-1]['content']}"
    refuse: Callable[[Body], Fault | None] = lambda body: None
    finished: Callable[[Body], Body] | None = None
    usage: bool = True
    finish: str = "stop"
    wait: float = 0.0
    in_flight: int = 0
    most_in_flight: int = 0
    address: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    connections: list[socket.socket] = field(default_factory=list)

    @property
    def spec(self) -> str:
        return f"{self.address}#{self.models[0]}"

    def fail(self, *faults: Fault) -> None:
        self.faults.extend(faults)

    def payload(self, body: Body) -> Body:
        if self.finished is not None:
            return self.finished(body)
        text = self.answer(body)
        made: Body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": body.get("model", ""),
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": self.finish}
            ],
        }
        if self.usage:
            made["usage"] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
        return made


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Loopback

    def setup(self) -> None:
        super().setup()
        self.state.connections.append(self.connection)

    def log_message(self, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        with self.state.lock:
            fault = self.state.faults.popleft() if self.state.faults else None
        if fault is not None:
            self._misbehave(fault)
        elif self.path == "/v1/models":
            self._send(
                200, json.dumps({"data": [{"id": name} for name in self.state.listed or self.state.models]})
            )
        else:
            self._send(404, '{"error": {"message": "no such path"}}')

    def do_POST(self) -> None:
        state = self.state
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        with state.lock:
            state.bodies.append(body)
            state.headers.append({name.lower(): value for name, value in self.headers.items()})
            state.in_flight += 1
            state.most_in_flight = max(state.most_in_flight, state.in_flight)
            fault = state.faults.popleft() if state.faults else state.refuse(body)
        try:
            time.sleep(state.wait)
            if fault is not None:
                self._misbehave(fault, body)
            elif self.path != "/v1/chat/completions":
                self._send(404, '{"error": {"message": "no such path"}}')
            elif body["model"] not in state.models:
                missing = {"message": f"The model `{body['model']}` does not exist.", "code": 404}
                self._send(404, json.dumps({"error": missing}))
            elif body.get("stream"):
                self._stream(
                    body, [state.answer(body)[i : i + 4] for i in range(0, len(state.answer(body)), 4)]
                )
            else:
                self._send(200, json.dumps(state.payload(body)))
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with state.lock:
                state.in_flight -= 1

    def _misbehave(self, fault: Fault, body: Body | None = None) -> None:
        time.sleep(fault.wait)
        if fault.pieces:
            self._stream({}, list(fault.pieces), whole=False)
            return
        content = fault.content if fault.content is not None else json.dumps(self.state.payload(body or {}))
        self._send(fault.status, content, fault.kind, fault.headers, fault.cut)

    def _send(
        self,
        status: int,
        content: bytes | str,
        kind: str = "application/json",
        headers: tuple[tuple[str, str], ...] = (),
        cut: int | None = None,
    ) -> None:
        data = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data if cut is None else data[:cut])
        if cut is not None:
            self.close_connection = True

    def _stream(self, body: Body, pieces: list[str], *, whole: bool = True) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in pieces:
            self._event({"choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]})
        if not whole:
            return
        self._event({"choices": [{"index": 0, "delta": {}, "finish_reason": self.state.finish}]})
        if self.state.usage and (body.get("stream_options") or {}).get("include_usage"):
            self._event({"choices": [], "usage": {"prompt_tokens": 11, "completion_tokens": 7}})
        self.wfile.write(b"data: [DONE]\n\n")

    def _event(self, chunk: Body) -> None:
        self.wfile.write(b"data: " + json.dumps({"id": "1", "model": "tiny", **chunk}).encode() + b"\n\n")
        self.wfile.flush()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


@contextmanager
def serve(**settings: Any) -> Any:
    """A server for the time of a `with`."""
    state = Loopback(**settings)
    handler = type("Handler", (_Handler,), {"state": state})
    server = _Server(("127.0.0.1", 0), handler)
    state.address = f"http://127.0.0.1:{server.server_address[1]}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for connection in state.connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
