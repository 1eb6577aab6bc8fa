"""The client against a server that misbehaves."""

from __future__ import annotations

import gc
import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from agentopt.errors import ModelError
from agentopt.models.base import Message, Reply, Request, Watch
from agentopt.models.capabilities import Capabilities
from agentopt.models.keys import Secret
from agentopt.models.openai import Endpoint
from tests.models.conftest import QUICK, ask
from tests.models.loopback import Fault, Loopback, refusal, serve

Make = Callable[..., Endpoint]
SCHEMA = {"title": "A plan", "type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}
BUSY = Fault(429, '{"error": {"message": "slow down"}}')
DOWN = Fault(500, '{"error": {"message": "out of order"}}')


def schema_refused(body: dict[str, object]) -> Fault | None:
    """As a server that knows no `response_format` answers."""
    return refusal("response_format is not supported") if "response_format" in body else None


def test_replies_come_in_the_order_of_the_requests(server: Loopback, endpoint: Make) -> None:
    server.answer = lambda body: body["messages"][-1]["content"].upper()
    replies = endpoint().generate([ask(f"request {i}") for i in range(40)])
    assert [reply.text for reply in replies] == [f"REQUEST {i}" for i in range(40)]
    assert {(reply.stop, reply.model, reply.usage.calls) for reply in replies} == {("end", "tiny", 1)}


def test_nothing_is_asked_for_an_empty_batch(endpoint: Make) -> None:
    assert endpoint(address="http://127.0.0.1:9/v1").generate([]) == []


def test_sampling_reaches_the_server(server: Loopback, endpoint: Make) -> None:
    asked = Request((Message("system", "Be brief."), Message("user", "hello")))
    endpoint().generate([asked, ask("x", temperature=0.5, top_p=0.9, max_tokens=7, seed=3, stop=("END",))])
    assert {headers["content-type"] for headers in server.headers} == {"application/json"}
    plain, full = sorted(server.bodies, key=len)
    assert plain == {
        "model": "tiny",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello"}],
        "temperature": 0.0,
    }
    wanted = {"temperature": 0.5, "top_p": 0.9, "max_tokens": 7, "seed": 3, "stop": ["END"]}
    assert {name: full[name] for name in wanted} == wanted


@pytest.mark.parametrize("text", ["père 数 🙂", "half a character: \ud83d", "\x00\u2028"])
def test_every_text_reaches_the_server_whole(server: Loopback, endpoint: Make, text: str) -> None:
    server.answer = lambda body: "understood"
    assert endpoint().generate([ask(text)])[0].text == "understood"
    assert server.bodies[0]["messages"][0]["content"] == text


def test_samples_of_one_request_are_sent_with_seeds_of_their_own(server: Loopback, endpoint: Make) -> None:
    endpoint().generate([ask("x", seed=5, index=index) for index in range(4)])
    assert len({body["seed"] for body in server.bodies}) == 4


def test_no_more_requests_are_in_flight_than_slots_though_many_threads_ask(
    server: Loopback, endpoint: Make
) -> None:
    server.wait = 0.02
    model = endpoint(concurrency=5)
    with ThreadPoolExecutor(12) as threads:
        replies = list(threads.map(lambda i: model.generate([ask(f"{i}")])[0].text, range(36)))
    assert replies == [f"echo: {i}" for i in range(36)]
    assert 1 < server.most_in_flight <= 5


def test_tokens_are_taken_from_the_server_or_else_estimated_and_marked(
    server: Loopback, endpoint: Make
) -> None:
    counted = endpoint().generate([ask("hello")])[0].usage
    assert (counted.prompt_tokens, counted.completion_tokens, counted.estimated) == (11, 7, False)
    server.usage = False
    guessed = endpoint().generate([ask("x" * 400)])[0].usage
    assert (guessed.prompt_tokens, guessed.completion_tokens, guessed.estimated) == (100, 102, True)


def test_a_reply_that_was_cut_says_so(server: Loopback, endpoint: Make) -> None:
    server.finish = "length"
    assert endpoint().generate([ask("hello")])[0].stop == "length"


def test_what_follows_a_stop_mark_is_cut_even_if_the_server_leaves_it_in(
    server: Loopback, endpoint: Make
) -> None:
    server.answer = lambda body: "one END two"
    assert endpoint().generate([ask("x", stop=("END",))])[0].text == "one "


def test_thoughts_are_no_part_of_the_text_and_are_kept(server: Loopback, endpoint: Make) -> None:
    message = {"role": "assistant", "content": "42", "reasoning_content": "six times seven"}
    server.fail(Fault(content=json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]})))
    reply = endpoint().generate([ask("x")])[0]
    assert reply.text == "42"
    assert "six times seven" in json.dumps(reply.raw)


@pytest.mark.parametrize(
    "fault",
    [
        BUSY,
        DOWN,
        Fault(503, "<html>bad gateway</html>", kind="text/html"),
        Fault(408, "{}"),
        Fault(content='{"choices": [', kind="application/json"),
        Fault(content='{"choices": []}'),
        Fault(content=b'{"choices": [{"message": {"content": "half a re', cut=20),
        Fault(content='{"error": {"message": "upstream is busy", "code": 429}}'),
    ],
    ids=[
        "429",
        "500",
        "503 page",
        "408",
        "truncated JSON",
        "empty choices",
        "cut connection",
        "200 with an error",
    ],
)
def test_a_fault_that_passes_is_tried_again(server: Loopback, endpoint: Make, fault: Fault) -> None:
    server.fail(fault)
    assert endpoint().generate([ask("hello")])[0].text == "echo: hello"
    assert len(server.bodies) == 2


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 413, 422])
def test_a_refusal_is_not_tried_again(server: Loopback, endpoint: Make, status: int) -> None:
    server.fail(refusal("no, thank you", status=status), DOWN)
    with pytest.raises(ModelError, match=rf"refused the request \({status}\): no, thank you"):
        endpoint().generate([ask("hello")])
    assert len(server.bodies) == 1


def test_an_exhausted_account_is_not_tried_again(server: Loopback, endpoint: Make) -> None:
    server.fail(refusal("You exceeded your current quota (insufficient_quota)", status=429))
    with pytest.raises(ModelError, match="insufficient_quota"):
        endpoint().generate([ask("hello")])
    assert len(server.bodies) == 1


def test_retries_end(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: DOWN
    with pytest.raises(ModelError, match=r"failed \(500\): out of order \(tried 5 times\)"):
        endpoint().generate([ask("hello")])
    assert len(server.bodies) == 5


def test_retry_after_is_waited_for(server: Loopback, endpoint: Make) -> None:
    server.fail(replace(BUSY, headers=(("Retry-After", "0.3"),)))
    began = time.monotonic()
    assert endpoint().generate([ask("hello")])[0].stop == "end"
    assert time.monotonic() - began >= 0.3


def test_a_retry_after_beyond_the_patience_is_not_waited_for(server: Loopback, endpoint: Make) -> None:
    server.fail(replace(BUSY, headers=(("Retry-After", "3600"),)))
    with pytest.raises(ModelError, match="is busy"):
        endpoint().generate([ask("hello")])
    assert len(server.bodies) == 1


def test_one_failed_request_leaves_the_others_alone(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: refusal("bad word") if "bad" in body["messages"][-1]["content"] else None
    replies = endpoint().generate([ask("good"), ask("bad"), ask("fine")])
    assert [reply.stop for reply in replies] == ["end", "error", "end"]
    assert "bad word" in replies[1].error
    assert replies[1].text == ""
    assert replies[1].usage.calls == 0


def test_a_slow_server_is_given_up_and_its_call_is_counted(server: Loopback, endpoint: Make) -> None:
    server.wait = 0.5
    model = endpoint(patience=replace(QUICK, attempt_seconds=0.1, max_retries=1))
    (reply,) = model.generate([ask("hello" * 20)])
    assert (reply.stop, reply.usage.calls, reply.usage.estimated) == ("error", 2, True)
    assert "in time (tried 2 times)" in reply.error


def test_no_reply_is_waited_for_after_the_deadline(server: Loopback, endpoint: Make) -> None:
    server.wait = 0.3
    watch = Watch(deadline=time.monotonic() + 0.45)
    replies = endpoint(concurrency=1).generate([ask(f"{i}") for i in range(6)], watch)
    assert replies[0].stop == "end"
    assert [reply.stop for reply in replies[2:]] == ["error"] * 4
    assert len(server.bodies) <= 3


def test_a_server_that_is_not_there_is_named_at_once(endpoint: Make) -> None:
    model = endpoint(address="http://127.0.0.1:9/v1", patience=replace(QUICK, first_delay=10, max_delay=10))
    with pytest.raises(ModelError) as caught:
        model.generate([ask("hello"), ask("again")])
    assert caught.value.message == "no model server answers at http://127.0.0.1:9/v1"
    assert "--model" in caught.value.hint


def test_a_server_that_goes_away_is_tried_again() -> None:
    with serve() as state:
        model = Endpoint(state.address, "tiny", patience=QUICK)
        model.generate([ask("hello")])
    with pytest.raises(ModelError, match=r"no model server answers at .* \(tried 5 times\)"):
        model.generate([ask("hello")])
    model.close()


def test_a_web_page_is_called_one(server: Loopback, endpoint: Make) -> None:
    server.fail(Fault(content="<!doctype html><title>Welcome</title>", kind="text/html"))
    with pytest.raises(ModelError, match="answers with a web page") as caught:
        endpoint().generate([ask("hello")])
    assert "/v1" in caught.value.hint
    assert len(server.bodies) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", r"an object was expected, and \[\] came"),
        ('{"text": "hello"}', "`choices` is missing"),
        ('{"choices": [{"text": "hello"}]}', "`choices.0..message` is missing"),
        ('{"choices": [{"message": {"content": 5}}]}', "the message has no text"),
        ('{"choices": "none"}', "`choices` is missing"),
    ],
)
def test_a_reply_of_the_wrong_shape_is_an_error_that_shows_it(
    server: Loopback, endpoint: Make, content: str, said: str
) -> None:
    server.refuse = lambda body: Fault(content=content)
    (reply,) = endpoint().generate([ask("hello")])
    assert reply.stop == "error"
    with pytest.raises(AssertionError, match=said):
        raise AssertionError(reply.error)
    assert len(server.bodies) == 2


@pytest.mark.parametrize("status", [200, 400])
def test_json_nested_deeper_than_python_reads_is_an_error_like_any_other(
    server: Loopback, endpoint: Make, status: int
) -> None:
    server.refuse = lambda body: Fault(status, content='{"choices": ' + "[" * 200_000)
    model = endpoint()
    for watch in (None, Watch(on_text=lambda *_: None)):
        try:
            (reply,) = model.generate([ask("hello")], watch)
        except ModelError as error:
            reply = Reply("", error=error.message, stop="error")
        assert (reply.stop, "model server at" in reply.error) == ("error", True)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("packed", [False, True])
def test_a_server_that_sends_without_end_is_cut_off(
    server: Loopback, endpoint: Make, monkeypatch: pytest.MonkeyPatch, stream: bool, packed: bool
) -> None:
    monkeypatch.setattr("agentopt.models.transport.MAX_BYTES", 3 * 2**20)
    text = b'{"choices": [{"delta": {"content": "' + b"x" * 2**22
    content = gzip.compress(text, mtime=0) if packed else text
    headers = (("content-encoding", "gzip"),) if packed else ()
    kind = "text/event-stream" if stream else "application/json"
    server.refuse = lambda body: Fault(content=content, kind=kind, headers=headers)
    watch = Watch(on_text=lambda *_: None) if stream else None
    (reply,) = endpoint().generate([ask("hello")], watch)
    assert (reply.stop, "sent more than 3 MB" in reply.error) == ("error", True)
    assert len(server.bodies) == 1


def test_a_long_reply_comes_whole(server: Loopback, endpoint: Make) -> None:
    server.answer = lambda body: "x" * 5_000_000
    assert len(endpoint().generate([ask("hello")])[0].text) == 5_000_000


def test_a_text_with_line_separators_of_its_own_streams_whole(server: Loopback, endpoint: Make) -> None:
    text = "one\u2028two\x85three\x0bfour\nfive"
    chunk = json.dumps({"choices": [{"delta": {"content": text}}]}, ensure_ascii=False)
    server.refuse = lambda body: Fault(
        content=f"data: {chunk}\r\n\r\ndata: [DONE]\r\n\r\n", kind="text/event-stream"
    )
    (reply,) = endpoint().generate([ask("x")], Watch(on_text=lambda *_: None))
    assert reply.text == text


def test_a_reply_of_another_content_type_is_read_if_it_is_one(server: Loopback, endpoint: Make) -> None:
    server.fail(Fault(kind="text/plain"))
    assert endpoint().generate([ask("hello")])[0].text == "echo: hello"


def test_a_server_that_closes_without_a_word_is_tried_again(server: Loopback, endpoint: Make) -> None:
    server.fail(Fault(content=b"", cut=0), Fault(content='{"x": 1}', cut=3))
    assert endpoint().generate([ask("hello")])[0].text == "echo: hello"
    assert len(server.bodies) == 3


def test_a_server_that_dies_within_a_reply_is_told_in_plain_words(server: Loopback, endpoint: Make) -> None:
    fault = Fault(content=b'{"choices": [{"message": {"content": "half a re', cut=20)
    server.fail(*[fault] * 12)
    (reply,) = endpoint().generate([ask("hello")])
    assert reply.stop == "error"
    assert "broke off before the reply was whole" in reply.error
    assert "Error" not in reply.error


def test_a_batch_of_mixed_failures_fails_one_by_one(server: Loopback, endpoint: Make) -> None:
    ways = {
        "refused": refusal("no", status=403),
        "failing": DOWN,
        "empty": Fault(content='{"choices": []}'),
        "page": Fault(content="<html>", kind="text/html"),
    }
    server.refuse = lambda body: ways.get(body["messages"][-1]["content"])
    asked = ["fine", *ways, "good"]
    replies = endpoint(patience=replace(QUICK, max_retries=1)).generate([ask(text) for text in asked])
    assert [reply.stop for reply in replies] == ["end", *["error"] * 4, "end"]
    assert [reply.text for reply in replies] == ["echo: fine", "", "", "", "", "echo: good"]
    for reply, said in zip(replies[1:5], ["403", "500", "`choices` is empty", "web page"], strict=True):
        assert said in reply.error


def test_a_refusal_of_the_model_and_a_filter_are_errors(server: Loopback, endpoint: Make) -> None:
    refused = {"choices": [{"message": {"content": None, "refusal": "I cannot"}, "finish_reason": "stop"}]}
    filtered = {"choices": [{"message": {"content": "half"}, "finish_reason": "content_filter"}]}
    server.fail(Fault(content=json.dumps(refused)), Fault(content=json.dumps(filtered)))
    model = endpoint()
    first, second = model.generate([ask("x")])[0], model.generate([ask("y")])[0]
    assert (first.stop, "I cannot" in first.error) == ("error", True)
    assert (second.stop, second.text, second.raw["partial"]) == ("error", "", "half")


def test_text_is_shown_as_it_streams_in(server: Loopback, endpoint: Make) -> None:
    pieces: list[tuple[int, str]] = []
    replies = endpoint().generate(
        [ask("one"), ask("two")], Watch(on_text=lambda position, text: pieces.append((position, text)))
    )
    assert [reply.text for reply in replies] == ["echo: one", "echo: two"]
    for position, reply in enumerate(replies):
        shown = [text for place, text in pieces if place == position]
        assert len(shown) > 1
        assert "".join(shown) == reply.text
    assert replies[0].usage.prompt_tokens == 11


def test_a_server_that_does_not_stream_when_asked_is_understood(server: Loopback, endpoint: Make) -> None:
    payload = {"choices": [{"message": {"content": "at once"}, "finish_reason": "stop"}]}
    server.fail(Fault(content=json.dumps(payload)))
    pieces: list[str] = []
    (reply,) = endpoint().generate([ask("x")], Watch(on_text=lambda _, text: pieces.append(text)))
    assert (reply.text, pieces) == ("at once", ["at once"])


def test_a_stream_that_breaks_off_begins_anew(server: Loopback, endpoint: Make) -> None:
    server.fail(Fault(pieces=("echo", ": he")))
    shown: list[str] = []
    (reply,) = endpoint().generate(
        [ask("hello")],
        Watch(on_text=lambda _, text: shown.append(text), on_restart=lambda _: shown.clear()),
    )
    assert reply.text == "echo: hello"
    assert "".join(shown) == "echo: hello"


def test_what_arrived_of_a_broken_stream_is_kept(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: Fault(pieces=("half ", "a rep"))
    (reply,) = endpoint(patience=replace(QUICK, max_retries=1)).generate(
        [ask("hello")], Watch(on_text=lambda *_: None)
    )
    assert (reply.stop, reply.text, reply.raw["partial"]) == ("error", "", "half a rep")
    assert reply.usage.calls == 2  # of two attempts each may have been charged for
    assert "in the middle (tried 2 times)" in reply.error


def test_an_error_in_the_middle_of_a_stream_is_one(server: Loopback, endpoint: Make) -> None:
    piece, error = '{"choices": [{"delta": {"content": "ab"}}]}', '{"error": {"message": "out of memory"}}'
    events = f"data: {piece}\n\ndata: {error}\n\n"
    server.refuse = lambda body: Fault(content=events, kind="text/event-stream")
    with pytest.raises(ModelError, match="out of memory"):
        endpoint().generate([ask("hello")], Watch(on_text=lambda *_: None))


def test_every_reply_is_told_as_soon_as_it_is_there(server: Loopback, endpoint: Make) -> None:
    held = threading.Event()
    server.answer = lambda body: str(held.wait(5)) if body["messages"][-1]["content"] == "slow" else "quick"
    told: list[int] = []

    def tell(position: int, reply: object) -> None:
        told.append(position)
        held.set()

    endpoint().generate([ask("slow"), ask("quick")], Watch(on_reply=tell))
    assert told == [1, 0]


def test_what_a_watcher_raises_ends_the_batch(server: Loopback, endpoint: Make) -> None:
    def tell(position: int, reply: object) -> None:
        raise KeyError("of the watcher")

    with pytest.raises(KeyError, match="of the watcher"):
        endpoint().generate([ask("x")], Watch(on_reply=tell))


# How a schema is put.


def test_a_schema_is_put_strictly_first(server: Loopback, endpoint: Make) -> None:
    endpoint().generate([ask("x", schema=SCHEMA)])
    assert server.bodies[0]["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "A_plan", "schema": SCHEMA, "strict": True},
    }


@pytest.mark.parametrize("status", [400, 422, 500])
def test_a_server_without_schemas_is_asked_without_and_that_is_remembered(
    server: Loopback, endpoint: Make, status: int
) -> None:
    server.refuse = lambda body: (
        Fault(
            status,
            '{"detail": [{"msg": "Extra inputs are not permitted", "loc": ["body", "response_format"]}]}',
        )
        if "response_format" in body
        else None
    )
    model = endpoint()
    assert model.generate([ask("x", schema=SCHEMA)])[0].text == "echo: x"
    asked = len(server.bodies)
    assert model.generate([ask("y", schema=SCHEMA)])[0].text == "echo: y"
    assert len(server.bodies) == asked + 1
    assert "response_format" not in server.bodies[-1]


def test_a_server_that_takes_json_objects_is_asked_for_one(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: (
        refusal("json_schema is unavailable")
        if body.get("response_format", {}).get("type") == "json_schema"
        else None
    )
    endpoint().generate([ask("x", schema=SCHEMA)])
    assert server.bodies[-1]["response_format"] == {"type": "json_object"}


def test_a_passing_fault_does_not_cost_the_schema(server: Loopback, endpoint: Make) -> None:
    server.fail(DOWN)
    endpoint().generate([ask("x", schema=SCHEMA)])
    assert server.bodies[-1]["response_format"]["type"] == "json_schema"


def test_one_refused_schema_does_not_loosen_another(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: (
        schema_refused(body) if "response_format" in body and "A_plan" in str(body) else None
    )
    model = endpoint()
    model.generate([ask("x", schema=SCHEMA)])
    model.generate([ask("y", schema={**SCHEMA, "title": "Other"})])
    assert server.bodies[-1]["response_format"]["json_schema"]["name"] == "Other"


def test_what_a_probe_found_is_not_tried_again(server: Loopback, endpoint: Make) -> None:
    model = endpoint(capabilities=Capabilities(schema="structured_outputs", refused=frozenset({"seed"})))
    model.generate([ask("x", schema=SCHEMA, seed=4)])
    assert server.bodies[0]["structured_outputs"] == {"json": SCHEMA}
    assert "seed" not in server.bodies[0]


@pytest.mark.parametrize(
    ("message", "param", "gone", "there"),
    [
        (
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens'.",
            "max_tokens",
            "max_tokens",
            "max_completion_tokens",
        ),
        (
            "Unsupported value: 'temperature' does not support 0 with this model.",
            "temperature",
            "temperature",
            "seed",
        ),
        ("seed: Extra inputs are not permitted", None, "seed", "temperature"),
    ],
)
def test_a_field_the_server_refuses_is_left_out_from_then_on(
    server: Loopback,
    endpoint: Make,
    caplog: pytest.LogCaptureFixture,
    message: str,
    param: str,
    gone: str,
    there: str,
) -> None:
    server.refuse = lambda body: refusal(message, param=param) if gone in body else None
    model = endpoint()
    for text in ("x", "y"):
        assert model.generate([ask(text, max_tokens=9, seed=4, schema=SCHEMA)])[0].stop == "end"
    assert len(server.bodies) == 3
    assert gone not in server.bodies[-1]
    assert there in server.bodies[-1]
    assert "response_format" in server.bodies[-1]
    assert "refuses some fields" in caplog.text


def test_a_prompt_that_is_too_long_is_not_asked_again_in_other_ways(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: refusal(
        "This model's maximum context length is 2048 tokens; max_tokens is not supported beyond it"
    )
    with pytest.raises(ModelError) as caught:
        endpoint().generate([ask("x", schema=SCHEMA, max_tokens=5)])
    assert len(server.bodies) == 1
    assert "shorten" in caught.value.hint


# Keys.


def test_the_key_is_sent_and_shown_nowhere(
    server: Loopback, endpoint: Make, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG", logger="agentopt")
    key = "tiny-secret-0123456789"
    server.refuse = lambda body: refusal(f"Incorrect API key provided: {key}.", status=401)
    model = endpoint(key=Secret(key))
    with pytest.raises(ModelError) as caught:
        model.generate([ask("x")])
    assert server.headers[0]["authorization"] == f"Bearer {key}"
    shown = [
        str(caught.value),
        repr(caught.value.__dict__),
        repr(model),
        str(vars(model)),
        caplog.text,
        model.identity,
    ]
    assert all(key not in text for text in shown)
    assert caught.value.__cause__ is None
    assert "***" in caught.value.message


def test_the_account_of_the_environment_is_not_told_to_other_servers(
    server: Loopback, endpoint: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-another-0123456789")
    monkeypatch.setenv("OPENAI_ORG_ID", "org-of-another")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "project-of-another")
    endpoint().generate([ask("x")])
    assert "another" not in json.dumps(server.headers)


# Life and death of the loop.


def test_a_closed_endpoint_opens_again(server: Loopback, endpoint: Make) -> None:
    model = endpoint()
    for text in ("x", "y"):
        assert model.generate([ask(text)])[0].text == f"echo: {text}"
        model.close()
    model.close()


def test_a_forgotten_endpoint_ends_its_thread(server: Loopback) -> None:
    model = Endpoint(server.address, "tiny")
    model.generate([ask("x")])
    name = "agentopt " + model.name
    assert name in [thread.name for thread in threading.enumerate()]
    del model
    gc.collect()
    assert name not in [thread.name for thread in threading.enumerate()]


def test_a_process_ends_in_silence_with_a_client_open_and_calls_in_flight(server: Loopback) -> None:
    server.wait = 0.2
    code = f"""
import logging, threading, time
logging.getLogger("asyncio").setLevel("ERROR")  # that a busy machine is slow is no noise of ours
from agentopt.errors import ModelError
from agentopt.models.base import Message, Request
from agentopt.models.openai import Endpoint
model = Endpoint({server.address!r}, "tiny")
print(model.generate([Request((Message("user", "x"),))])[0].text)
def late():
    try:
        model.generate([Request((Message("user", "y"),))])
    except ModelError as error:
        assert "was closed" in str(error)
threading.Thread(target=late, daemon=True).start()
time.sleep(0.05)
"""
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", code], capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "echo: x\n", "")


def test_threads_may_close_and_ask_at_once(server: Loopback, endpoint: Make) -> None:
    model = endpoint()
    with ThreadPoolExecutor(8) as threads:
        replies = list(threads.map(lambda i: model.generate([ask(f"{i}")])[0].text, range(24)))
    assert len(replies) == 24


def test_the_models_of_a_server_are_listed(endpoint: Make, server: Loopback) -> None:
    server.models = ("tiny", "small")
    assert endpoint().models() == ["tiny", "small"]
