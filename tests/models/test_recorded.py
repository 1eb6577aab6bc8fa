"""Recordings: what is kept, what answers what, and files that are none."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from agentopt.errors import ModelError, UsageError
from agentopt.models.base import Request, Sampling
from agentopt.models.openai import Endpoint
from agentopt.models.recorded import Recorded, Replayed
from agentopt.models.scripted import Line, Scripted
from tests.models.conftest import ask
from tests.models.loopback import Loopback, refusal

Make = Callable[..., Endpoint]
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}}


def test_what_was_kept_is_said_again_without_a_server(
    server: Loopback, endpoint: Make, tmp_path: Path
) -> None:
    asked = [ask("x", temperature=0.5, stop=("END",)), ask("père 🙂 \u2028", schema=SCHEMA, component="c")]
    first = Recorded(endpoint(), tmp_path).generate(asked)
    again = Replayed(tmp_path).generate(asked)
    assert [(reply.text, reply.stop, reply.model) for reply in again] == [
        (reply.text, reply.stop, reply.model) for reply in first
    ]
    assert [(reply.usage.prompt_tokens, reply.usage.cached) for reply in again] == [(11, True)] * 2
    assert len(server.bodies) == 2


def test_errors_are_not_kept_and_cut_replies_are(server: Loopback, endpoint: Make, tmp_path: Path) -> None:
    server.finish = "length"
    server.refuse = lambda body: refusal("no") if body["messages"][-1]["content"] == "bad" else None
    Recorded(endpoint(), tmp_path / "kept.jsonl").generate([ask("bad"), ask("good")])
    replayed = Replayed(tmp_path / "kept.jsonl")
    assert len(replayed) == 1
    assert replayed.generate([ask("good")])[0].stop == "length"


OTHERS: dict[str, tuple[Callable[[Request], Request], str]] = {
    "text": (lambda r: ask("Solve the second problem."), "differs in message 1 from character 10 on"),
    "turns": (lambda r: replace(r, messages=r.messages * 2), "has 1 messages, and 2 were asked"),
    "temperature": (
        lambda r: replace(r, sampling=replace(r.sampling, temperature=1.0)),
        "temperature 0.0 kept, 1.0 asked",
    ),
    "seed": (lambda r: replace(r, sampling=replace(r.sampling, seed=4)), "seed None kept, 4 asked"),
    "schema": (lambda r: replace(r, schema=SCHEMA), "has the same messages and another schema"),
    "bound": (
        lambda r: replace(r, sampling=replace(r.sampling, max_tokens=2)),
        "max_tokens None kept, 2 asked",
    ),
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_was_not_kept_says_where_the_nearest_differs(endpoint: Make, tmp_path: Path, name: str) -> None:
    request = ask("Solve the first problem.", component="solve/formulate")
    Recorded(endpoint(), tmp_path).generate([ask("something else"), request])
    change, said = OTHERS[name]
    with pytest.raises(ModelError) as caught:
        Replayed(tmp_path).generate([replace(change(request), component="solve/formulate")])
    assert "no recording in" in caught.value.message
    assert "`solve/formulate`" in caught.value.message
    assert said in caught.value.message


def test_a_bound_that_the_reply_stays_below_is_no_difference(endpoint: Make, tmp_path: Path) -> None:
    Recorded(endpoint(), tmp_path).generate([ask("x"), ask("y", max_tokens=500)])
    replayed = Replayed(tmp_path)
    replies = replayed.generate([ask("x", max_tokens=7), ask("y"), ask("y", max_tokens=9)])
    assert [reply.text for reply in replies] == ["echo: x", "echo: y", "echo: y"]


def test_a_reply_that_was_cut_answers_its_own_bound_alone(
    server: Loopback, endpoint: Make, tmp_path: Path
) -> None:
    server.finish = "length"
    Recorded(endpoint(), tmp_path).generate([ask("x", max_tokens=7)])
    replayed = Replayed(tmp_path)
    assert replayed.generate([ask("x", max_tokens=7)])[0].stop == "length"
    with pytest.raises(ModelError, match="max_tokens 7 kept, 9 asked"):
        replayed.generate([ask("x", max_tokens=9)])


def test_samples_answer_by_their_number_and_their_order(tmp_path: Path) -> None:
    model = Scripted(["one", "two", "three"])
    Recorded(model, tmp_path / "kept").generate([ask("x", index=index) for index in (0, 1, 2)])
    assert [Replayed(tmp_path / "kept").generate([ask("x", index=i)])[0].text for i in (2, 0, 1)] == [
        "three",
        "one",
        "two",
    ]
    bodies = [
        {"request": {"messages": [{"role": "user", "content": "x"}]}, "reply": text} for text in ("a", "b")
    ]
    loose = tmp_path / "loose.jsonl"
    loose.write_text("\n".join(map(json.dumps, bodies)) + "\n")
    replayed = Replayed(loose)
    replies = replayed.generate([ask("x", temperature=0.9), ask("x", index=1, seed=5)])
    assert [reply.text for reply in replies] == ["a", "b"]
    with pytest.raises(ModelError, match="sample 2 of it was not kept"):
        replayed.generate([ask("x", index=2)])


def test_logs_of_a_proxy_are_read(tmp_path: Path) -> None:
    response = {"model": "m", "choices": [{"message": {"content": "four"}, "finish_reason": "stop"}]}
    request = {"model": "m", "messages": [{"role": "developer", "content": "Be brief."}], "seed": 3}
    (tmp_path / "log.jsonl").write_text(json.dumps({"request": request, "response": response}))
    from agentopt.models.base import Message

    asked = Request((Message("system", "Be brief."),), Sampling(seed=3))
    assert Replayed(tmp_path).generate([asked])[0].text == "four"


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        "5",
        '{"request": {}}',
        '{"request": {"messages": [{"role": "user"}]}, "reply": "x"}',
        '{"request": {"messages": [{"role": "tool", "content": "x"}]}, "reply": "x"}',
        '{"request": {"messages": []}, "reply": {"text": 5}}',
        '{"request": {"messages": []}, "reply": {"text": "x", "stop": "error"}}',
        '{"request": {"messages": [], "sampling": {"heat": 1}}, "reply": "x"}',
        '{"request": {"messages": []}, "response": {"choices": []}}',
        '{"request": {"messages": []}, "response": {"error": {"message": "busy"}}}',
        "[" * 100_000,
    ],
    ids=range(12),
)
def test_what_is_no_recording_is_refused_with_its_place(tmp_path: Path, line: str) -> None:
    good = '{"request": {"messages": []}, "reply": "x"}'
    path = tmp_path / "kept.jsonl"
    path.write_text(f"{good}\n\n{line}\n{good}\n")
    with pytest.raises(UsageError, match=r"kept\.jsonl:3 is not a recording"):
        Replayed(tmp_path)
    path.write_text(f"{good}\n{good[:30]}")
    with pytest.raises(UsageError, match="was its writing cut off"):
        Replayed(tmp_path)


def test_a_folder_without_recordings_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no recordings in"):
        Replayed(tmp_path)
    with pytest.raises(UsageError, match="cannot be read"):
        Replayed(tmp_path / "none.jsonl")


def test_threads_and_processes_write_whole_lines_to_one_file(tmp_path: Path) -> None:
    model = Recorded(Scripted([Line(reply="x" * 20_000)]), tmp_path)
    code = f"""
from pathlib import Path
from agentopt.models.recorded import Recorded
from agentopt.models.scripted import Line, Scripted
from agentopt.models.base import Message, Request
model = Recorded(Scripted([Line(reply="y" * 20_000)]), Path({str(tmp_path)!r}))
for number in range(40):
    model.generate([Request((Message("user", f"y {{number}}"),))])
"""
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: model.generate([ask(f"x {number}")]), range(80)))
    assert [process.wait(timeout=60) for process in processes] == [0, 0]
    assert len(Replayed(tmp_path)) == 160


def test_a_full_disk_loses_no_reply(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    model = Recorded(Scripted([Line(reply="x" * 1000)]), tmp_path / "kept")
    resource.setrlimit(resource.RLIMIT_FSIZE, (2500, before[1]))
    try:
        texts = [model.generate([ask(f"{number}")])[0].text for number in range(4)]
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert texts == ["x" * 1000] * 4
    assert len(caplog.messages) == 1
    assert "are not kept" in caplog.text
    model.generate([ask("later")])
    replayed = Replayed(tmp_path / "kept")
    assert [reply.text for reply in replayed.generate([ask("0"), ask("later")])] == ["x" * 1000] * 2


def test_a_line_is_not_written_behind_one_without_an_end(tmp_path: Path) -> None:
    path = tmp_path / "kept.jsonl"
    path.write_text('{"request": {"messages": []}, "reply": "x"}')
    Recorded(Scripted(["half a character: \ud83d"]), path).generate([ask("y")])
    assert len(Replayed(path)) == 2
