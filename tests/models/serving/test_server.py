"""Our model server over real HTTP, with a stand-in for what writes: the protocol, the line, who goes away."""

from __future__ import annotations

import http.client
import json
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from agentopt.models.base import Message, Request, Sampling, Watch
from agentopt.models.decoding import PromptRefused, Token, Wanted, Written
from agentopt.models.openai import Endpoint
from agentopt.models.serving.server import MOST_BYTES, ChatServer, answering
from agentopt.models.serving.writing import Writer

WORDS = ("one ", "two ", "three ", "four ", "five ", "six ", "seven ", "eight ")


@dataclass
class Counting:
    """Writes words, one a token; waits between them while `held`."""

    room: int = 200
    held: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    asked: list[Wanted] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    fails: str = ""
    endless: bool = False

    def encode(self, messages: Sequence[Mapping[str, str]]) -> list[int]:
        if messages[0]["role"] == "assistant":
            raise PromptRefused("roles must alternate")
        return [ord(letter) for each in messages for letter in each["content"]]

    def check(self, grammar: str) -> None:
        pass

    def decode(
        self, wanted: Wanted, hear: Callable[[int, str, tuple[Token, ...]], None], go_on: Callable[[], bool]
    ) -> list[Written]:
        self.asked.append(wanted)
        self.begun.set()
        if self.fails:
            raise KeyError(self.fails)
        written = [self._one(place, wanted, hear, go_on) for place in range(wanted.count)]
        self.ended.append(written[0].stop)
        return written

    def _one(
        self,
        place: int,
        wanted: Wanted,
        hear: Callable[[int, str, tuple[Token, ...]], None],
        go_on: Callable[[], bool],
    ) -> Written:
        text = ""
        while self.endless and go_on():
            hear(place, "and ", ())
            time.sleep(0.01)
        for number, word in enumerate(WORDS):
            if number >= wanted.most:
                return Written(text, number, "length")
            while self.held.is_set() and number == 2 and go_on():
                time.sleep(0.01)
            if not go_on():
                return Written(text, number, "cancelled")
            told = (Token(word, -0.5, (("x", -1.0),)),) if wanted.alternatives is not None else ()
            hear(place, word, told)
            text += word
        return Written(text, len(WORDS), "end")


@contextmanager
def served(decoder: Counting) -> Iterator[ChatServer]:
    server = ChatServer(decoder, "tiny")
    end = answering(server)
    try:
        yield server
    finally:
        decoder.held.clear()
        end()


@pytest.fixture
def decoder() -> Counting:
    return Counting()


@pytest.fixture
def server(decoder: Counting) -> Iterator[ChatServer]:
    with served(decoder) as made:
        yield made


@pytest.fixture
def model(server: ChatServer) -> Iterator[Endpoint]:
    with Endpoint(address(server), "tiny") as endpoint:
        yield endpoint


def address(server: ChatServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/v1"


def post(server: ChatServer, body: object, *, path: str = "/v1/chat/completions", **headers: str) -> Any:
    """Status and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=30)
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    given = {"content-type": "application/json", **{k.replace("_", "-"): v for k, v in headers.items()}}
    connection.request("POST", path, sent, given)
    answer = connection.getresponse()
    text = answer.read().decode()
    connection.close()
    if answer.getheader("content-type") == "text/event-stream":
        return answer.status, [line[6:] for line in text.splitlines() if line]
    return answer.status, json.loads(text)


def chat(text: str = "hi", **fields: object) -> dict[str, object]:
    return {"model": "tiny", "messages": [{"role": "user", "content": text}], **fields}


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.01)


def test_a_reply_has_its_text_and_its_tokens(model: Endpoint) -> None:
    (reply,) = model.generate([Request((Message("user", "hello"),))])
    assert (reply.text, reply.stop) == ("".join(WORDS), "end")
    assert (reply.usage.prompt_tokens, reply.usage.completion_tokens) == (5, len(WORDS))
    assert not reply.usage.estimated


def test_a_reply_is_cut_where_it_is_bounded(model: Endpoint) -> None:
    (reply,) = model.generate([Request((Message("user", "hello"),), Sampling(max_tokens=2))])
    assert (reply.text, reply.stop) == ("one two ", "length")


def test_a_reply_streams_in(model: Endpoint) -> None:
    pieces: list[str] = []
    watch = Watch(on_text=lambda _, text: pieces.append(text))
    (reply,) = model.generate([Request((Message("user", "hello"),))], watch)
    assert tuple(pieces) == WORDS
    assert (reply.text, reply.usage.completion_tokens) == ("".join(WORDS), len(WORDS))


def test_the_model_is_listed_and_the_server_says_it_is_well(server: ChatServer, model: Endpoint) -> None:
    assert model.models() == ["tiny"]
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
    connection.request("GET", "/health")
    assert connection.getresponse().read() == b'{"status": "ok"}'
    connection.request("GET", "/favicon.ico")
    assert connection.getresponse().status == 404
    connection.close()


def test_what_is_asked_reaches_what_writes(server: ChatServer, decoder: Counting) -> None:
    fields = {"n": 2, "temperature": 0.5, "top_p": 0.9, "seed": 3, "stop": "x", "max_completion_tokens": 4}
    status, said = post(server, chat(**fields, max_tokens=9, logprobs=True, top_logprobs=1))
    assert status == 200
    (wanted,) = decoder.asked
    assert (wanted.most, wanted.count, wanted.temperature, wanted.top_p) == (4, 2, 0.5, 0.9)
    assert (wanted.seed, wanted.stop, wanted.alternatives) == (3, ("x",), 1)
    assert [choice["index"] for choice in said["choices"]] == [0, 1]
    assert said["usage"] == {"prompt_tokens": 2, "completion_tokens": 8, "total_tokens": 10}
    first = said["choices"][1]["logprobs"]["content"][0]
    assert (first["token"], first["logprob"], first["bytes"]) == ("one ", -0.5, list(b"one "))
    assert first["top_logprobs"][0]["token"] == "x"


def test_without_a_bound_all_the_room_may_be_used(server: ChatServer, decoder: Counting) -> None:
    post(server, chat("hi"))
    assert decoder.asked[0].most == decoder.room - 2
    assert decoder.asked[0].alternatives is None


def test_parts_of_text_are_one_text(server: ChatServer, decoder: Counting) -> None:
    parts = [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]
    body = {"model": "tiny", "messages": [{"role": "developer", "content": parts}]}
    assert post(server, body)[0] == 200
    assert decoder.asked[0].prompt == [ord("a"), ord("b")]


@pytest.mark.parametrize(
    ("fields", "status", "field", "said"),
    [
        ({"tools": []}, 400, "tools", "`tools` is not supported"),
        ({"guided_json": {}}, 400, "guided_json", "not supported"),
        ({"structured_outputs": {"grammar": "x"}}, 400, "structured_outputs.grammar", "not supported"),
        ({"temperature": 3}, 400, "temperature", "less than or equal to 2"),
        ({"max_tokens": -5}, 400, "max_tokens", "greater than"),
        ({"presence_penalty": 0.5}, 400, "presence_penalty", "Input should be 0"),
        ({"n": 0}, 400, "n", "greater than"),
        ({"messages": []}, 400, "messages", "at least 1"),
        ({"messages": [{"role": "assistant", "content": "x"}]}, 400, "messages", "must alternate"),
        ({"messages": [{"role": "user", "content": "x" * 300}]}, 400, "messages", "maximum context length"),
        ({"structured_outputs": {}}, 400, "structured_outputs", "takes one of"),
        ({"response_format": {"type": "json_schema"}}, 400, "response_format", "is missing"),
        ({"model": "other"}, 404, "model", "`tiny` is"),
    ],
)
def test_what_cannot_be_given_is_refused_by_name(
    server: ChatServer, decoder: Counting, fields: dict[str, object], status: int, field: str, said: str
) -> None:
    found, body = post(server, {**chat(), **fields})
    assert (found, body["error"]["param"]) == (status, field)
    assert said in body["error"]["message"]
    assert not decoder.asked


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff\xfe", b"[" * 100_000, b'"text"'])
def test_what_is_no_request_is_refused(server: ChatServer, body: bytes) -> None:
    status, said = post(server, body)
    assert status == 400
    assert said["error"]["message"]


def test_a_page_in_a_browser_cannot_use_the_model(server: ChatServer, decoder: Counting) -> None:
    assert post(server, chat(), content_type="text/plain")[0] == 415
    assert not decoder.asked


def test_an_envelope_that_is_wrong_is_refused(server: ChatServer) -> None:
    assert post(server, chat(), path="/v1/completions")[0] == 404
    assert post(server, b"", content_length=str(MOST_BYTES + 1))[0] == 413
    assert post(server, b"", content_length="-1")[0] == 411


def test_without_the_package_a_schema_is_refused_and_the_client_asks_without(
    server: ChatServer, model: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "llguidance", None)
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}}
    status, said = post(server, chat(response_format=form))
    assert (status, said["error"]["param"]) == (400, "response_format")
    assert "agentopt[hf]" in said["error"]["message"]
    (reply,) = model.generate([Request((Message("user", "hi"),), schema={"type": "object"})])
    assert reply.text == "".join(WORDS)


def test_many_at_once_each_have_their_reply(model: Endpoint) -> None:
    asked = [Request((Message("user", "x" * size),)) for size in range(1, 41)]
    replies = model.generate(asked)
    assert [reply.usage.prompt_tokens for reply in replies] == list(range(1, 41))


def test_a_failure_of_what_writes_is_an_error_of_one_request(
    server: ChatServer, decoder: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    decoder.fails = "a bad shape"
    status, said = post(server, chat())
    assert (status, said["error"]["type"]) == (500, "server_error")
    assert "a bad shape" in said["error"]["message"]
    decoder.fails = ""
    assert post(server, chat())[0] == 200


def test_a_full_line_is_busy_and_the_models_are_still_listed(
    server: ChatServer, decoder: Counting, model: Endpoint
) -> None:
    server.writer = Writer(decoder, most=2)
    decoder.held.set()
    waiting = [threading.Thread(target=post, args=(server, chat())) for _ in range(2)]
    for each in waiting:
        each.start()
    until(lambda: len(server.writer._jobs) == 2)
    assert post(server, chat())[0] == 429
    assert model.models() == ["tiny"]
    decoder.held.clear()
    for each in waiting:
        each.join(20)
    assert decoder.ended == ["end", "end"]


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_nobody_waits_for_is_ended_and_the_next_is_written(
    server: ChatServer, decoder: Counting, stream: bool
) -> None:
    decoder.held.set()
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
    headers = {"content-type": "application/json"}
    connection.request("POST", "/v1/chat/completions", json.dumps(chat(stream=stream)), headers)
    assert decoder.begun.wait(20)
    assert connection.sock is not None
    connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
    until(lambda: decoder.ended == ["cancelled"])
    decoder.held.clear()
    assert post(server, chat())[0] == 200


@pytest.mark.parametrize("stream", [False, True])
def test_a_reply_that_goes_on_and_on_is_ended_when_nobody_waits_for_it(
    server: ChatServer, decoder: Counting, stream: bool
) -> None:
    decoder.endless = True
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
    headers = {"content-type": "application/json"}
    connection.request("POST", "/v1/chat/completions", json.dumps(chat(stream=stream)), headers)
    assert decoder.begun.wait(20)
    assert connection.sock is not None
    connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
    until(lambda: decoder.ended == ["cancelled"])


def test_a_reply_that_waits_in_the_line_and_is_given_up_is_never_written(
    server: ChatServer, decoder: Counting
) -> None:
    decoder.held.set()
    first = threading.Thread(target=post, args=(server, chat("first")))
    first.start()
    assert decoder.begun.wait(20)
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1])
    connection.request(
        "POST", "/v1/chat/completions", json.dumps(chat("second")), {"content-type": "application/json"}
    )
    until(lambda: len(server.writer._jobs) == 2)
    assert connection.sock is not None
    connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()
    until(lambda: any(job.cancelled for job in server.writer._jobs))
    decoder.held.clear()
    first.join(20)
    assert post(server, chat("third"))[0] == 200
    assert [len(wanted.prompt) for wanted in decoder.asked] == [len("first"), len("third")]


def test_a_server_that_is_stopped_tells_those_who_wait(decoder: Counting) -> None:
    answers: list[Any] = []
    decoder.held.set()
    with served(decoder) as server:
        waiting = [threading.Thread(target=lambda: answers.append(post(server, chat()))) for _ in range(2)]
        for each in waiting:
            each.start()
        until(lambda: len(server.writer._jobs) == 2)
        server.writer.close()
        for each in waiting:
            each.join(20)
    assert [status for status, _ in answers] == [503, 503]
    assert decoder.ended == ["cancelled"]


def test_a_stream_that_is_cut_by_the_end_of_the_server_does_not_look_whole(decoder: Counting) -> None:
    answers: list[Any] = []
    decoder.held.set()
    with served(decoder) as server:
        waiting = threading.Thread(target=lambda: answers.append(post(server, chat(stream=True))))
        waiting.start()
        assert decoder.begun.wait(20)
        server.writer.close()
        waiting.join(20)
    ((status, events),) = answers
    assert status == 200
    assert "[DONE]" not in events
    assert all(json.loads(event)["choices"][0]["finish_reason"] is None for event in events)


def test_a_port_in_use_is_an_error_of_whoever_starts(server: ChatServer) -> None:
    with pytest.raises(OSError, match="in use"):
        ChatServer(Counting(), "other", port=server.server_address[1])
