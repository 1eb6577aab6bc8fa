"""`agentopt serve` over transformers, and `local:`, with a tiny model of random weights made on the spot.

What such a model says is noise: nothing here is about quality. What is shown is the protocol, end to end:
replies that keep to a schema token by token, token counts, bounds, stop marks, seeds, log-probabilities, many
at once, clients that go away.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agentopt.formulation.schema import decoding_schema
from agentopt.models.base import Message, Request, Sampling, Watch
from agentopt.models.capabilities import Capabilities, probe
from agentopt.models.openai import Endpoint
from agentopt.models.retries import Patience
from tests.servers import launching, random_model

pytestmark = pytest.mark.servers

SCHEMA: dict[str, Any] = {
    "title": "Order",
    "type": "object",
    "properties": {
        "colour": {"type": "string", "enum": ["red", "green"]},
        "count": {"type": "integer", "minimum": 10, "maximum": 99},
        "price": {"type": ["number", "null"]},
        "lines": {
            "type": "array",
            "minItems": 1,
            "maxItems": 3,
            "items": {
                "type": "object",
                "properties": {"name": {"type": "string", "maxLength": 8}, "sense": {"enum": ["<=", ">="]}},
                "required": ["name", "sense"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["colour", "count", "price", "lines"],
    "additionalProperties": False,
}
BOUNDED = {**SCHEMA, "properties": {**SCHEMA["properties"], "price": {"type": "null"}}}


def right(value: Any) -> bool:
    """Whether a value is what the schema allows, read by hand."""
    return (
        list(value) == ["colour", "count", "price", "lines"]
        and value["colour"] in ("red", "green")
        and isinstance(value["count"], int)
        and 10 <= value["count"] <= 99
        and value["price"] is None
        and 1 <= len(value["lines"]) <= 3
        and all(set(each) == {"name", "sense"} for each in value["lines"])
        and all(len(each["name"]) <= 8 and each["sense"] in ("<=", ">=") for each in value["lines"])
    )


@dataclass(frozen=True)
class Serving:
    """What `agentopt serve --json` said, and its process."""

    address: str
    name: str
    log: Path
    process: subprocess.Popen[str]


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lacks = launching.missing("torch", "transformers", "tokenizers", "safetensors", "llguidance", "agentopt")
    if lacks:
        pytest.skip(f"{launching.PYTHON} has no {lacks}: pip install '.[hf]'; AGENTOPT_SERVERS_PYTHON")
    folder = tmp_path_factory.mktemp("model") / "noisy"
    command = [launching.PYTHON, str(Path(random_model.__file__)), str(folder)]
    environment = launching.surroundings(tmp_path_factory.mktemp("home"))
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return folder


@pytest.fixture(scope="module")
def served(noisy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    home = tmp_path_factory.mktemp("served")
    command = [launching.PYTHON, "-m", "agentopt", "serve", str(noisy), "--with", "transformers"]
    words = [*command, "--port", "0", "--json", "--log", str(home / "log"), "-q"]
    environment = launching.surroundings(home)
    with subprocess.Popen(
        words, stdout=subprocess.PIPE, text=True, env=environment, start_new_session=True
    ) as process:
        assert process.stdout is not None
        try:
            first = process.stdout.readline()
            assert first, (home / "log").read_text() if (home / "log").exists() else "it said nothing"
            said = json.loads(first)
            yield Serving(said["address"], said["name"], Path(said["log"]), process)
        finally:
            process.send_signal(signal.SIGTERM)
            status = process.wait(60)
    assert status == 0
    assert not Path(f"/proc/{said['process']}").exists()


@pytest.fixture
def model(served: Serving) -> Iterator[Endpoint]:
    # A busy machine may take long, and nothing here should be asked twice because of it.
    patience = Patience(attempt_seconds=300, call_seconds=300, max_retries=0)
    known = Capabilities(schema="json_schema")
    with Endpoint(served.address, served.name, patience=patience, capabilities=known) as endpoint:
        yield endpoint


def ask(text: str = "hi", **settings: Any) -> Request:
    schema = settings.pop("schema", None)
    return Request((Message("user", text),), Sampling(**{"max_tokens": 40, **settings}), schema)


def test_random_replies_keep_to_a_schema(model: Endpoint) -> None:
    asked = [ask(temperature=1.0, seed=seed, max_tokens=400, schema=BOUNDED) for seed in range(8)]
    replies = model.generate(asked)
    assert {reply.stop for reply in replies} == {"end"}
    assert all(right(json.loads(reply.text)) for reply in replies), [reply.text for reply in replies]
    assert len({reply.text for reply in replies}) > 1


def test_a_formulation_is_begun_as_its_schema_wants(model: Endpoint) -> None:
    """The shipped schema of formulations compiles; noise fills it until it is cut."""
    (reply,) = model.generate([ask(temperature=1.0, seed=1, max_tokens=120, schema=decoding_schema())])
    assert reply.stop in ("length", "end")
    first = next(iter(decoding_schema()["properties"]))  # type: ignore[call-overload]  # a dictionary
    assert re.match(rf'\{{ ?"{first}" ?:', reply.text)


def test_a_streamed_reply_under_a_schema_is_the_same(model: Endpoint) -> None:
    pieces: list[str] = []
    request = ask(temperature=1.0, seed=5, max_tokens=400, schema=BOUNDED)
    watch = Watch(on_text=lambda _, text: pieces.append(text))
    (streamed,), (whole,) = model.generate([request], watch), model.generate([request])
    assert "".join(pieces) == streamed.text == whole.text
    assert streamed.usage.completion_tokens == whole.usage.completion_tokens > 10
    assert len(pieces) > 5


def test_tokens_are_counted_and_bounded(model: Endpoint) -> None:
    short, long = model.generate([ask("x", max_tokens=5), ask("x " * 50, max_tokens=7)])
    assert (short.usage.completion_tokens, long.usage.completion_tokens) == (5, 7)
    assert (short.stop, long.stop) == ("length", "length")
    assert 0 < short.usage.prompt_tokens < long.usage.prompt_tokens


def test_the_same_seed_says_the_same_whoever_else_asks(model: Endpoint) -> None:
    asked = [ask(temperature=1.0, seed=seed) for seed in (1, 2, 1, 3, 1)]
    texts = [reply.text for reply in model.generate(asked)]
    assert texts[0] == texts[2] == texts[4]
    assert len(set(texts)) == 3
    cold = [ask(temperature=0.0)] * 2
    assert len({reply.text for reply in model.generate(cold)}) == 1


def test_a_stop_mark_ends_a_reply_before_it(model: Endpoint) -> None:
    (free,) = model.generate([ask(temperature=1.0, seed=4)])
    mark = free.text[len(free.text) // 2 :][:3]
    (stopped,) = model.generate([ask(temperature=1.0, seed=4, stop=(mark,))])
    assert stopped.text == free.text.partition(mark)[0]
    assert stopped.stop == "end"
    assert stopped.usage.completion_tokens < free.usage.completion_tokens


def post(served: Serving, **fields: object) -> Any:
    body = {"model": served.name, "messages": [{"role": "user", "content": "hi"}], **fields}
    request = urllib.request.Request(
        f"{served.address}/chat/completions",
        json.dumps(body).encode(),
        {"content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=300) as answer:
        return json.load(answer)


def test_samples_and_log_probabilities(served: Serving) -> None:
    said = post(served, n=3, seed=1, max_tokens=6, logprobs=True, top_logprobs=4)
    assert len({choice["message"]["content"] for choice in said["choices"]}) == 3
    assert said["usage"]["completion_tokens"] == 18
    for choice in said["choices"]:
        tokens = choice["logprobs"]["content"]
        assert len(tokens) == 6
        for token in tokens:
            best = [each["logprob"] for each in token["top_logprobs"]]
            assert len(best) == 4
            assert best == sorted(best, reverse=True)
            assert token["logprob"] <= best[0] < 0


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({"regex": "[a-c]{3,5}x"}, r"[a-c]{3,5}x"),
        ({"choice": ["yes (1)", "no"]}, r"yes \(1\)|no"),
        ({"json": SCHEMA["properties"]["count"]}, r"[1-9]\d"),
    ],
)
def test_other_ways_to_say_what_a_reply_may_be(served: Serving, given: dict[str, Any], fits: str) -> None:
    said = post(served, structured_outputs=given, max_tokens=60, seed=2)
    assert re.fullmatch(fits, said["choices"][0]["message"]["content"])
    assert said["choices"][0]["finish_reason"] == "stop"


def test_a_schema_past_what_can_be_kept_to_is_refused_by_name(served: Serving) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "nonsense"}}}
    with pytest.raises(urllib.error.HTTPError) as caught:
        post(served, response_format=form)
    with caught.value as answer:
        error = json.load(answer)["error"]
    assert (answer.code, error["param"]) == (400, "response_format")


def test_many_at_once_come_back_in_order(model: Endpoint) -> None:
    asked = [ask("x " * size, temperature=1.0, seed=size, max_tokens=4) for size in range(1, 25)]
    replies = model.generate(asked)
    counts = [reply.usage.prompt_tokens for reply in replies]
    assert counts == sorted(counts)
    assert len(set(counts)) == 24


def test_a_reply_nobody_waits_for_is_given_up(served: Serving, model: Endpoint) -> None:
    patience = Patience(attempt_seconds=1.0, call_seconds=1.0, max_retries=0)
    with Endpoint(served.address, served.name, patience=patience) as hurried:
        replies: list[Any] = []
        asking = threading.Thread(
            target=lambda: replies.extend(hurried.generate([ask(max_tokens=6000), ask("y", max_tokens=1)]))
        )
        asking.start()
        asking.join(120)
    assert not asking.is_alive()
    end = time.monotonic() + 60
    while "went away" not in served.log.read_text():
        assert time.monotonic() < end, served.log.read_text()[-2000:]
        time.sleep(0.1)
    (reply,) = model.generate([ask(max_tokens=2)])
    assert reply.usage.completion_tokens == 2


def test_the_probe_finds_what_is_honoured(served: Serving) -> None:
    with Endpoint(served.address, served.name) as endpoint:
        found = probe(endpoint)
    verdicts = {each.feature: each.verdict for each in found.findings}
    assert found.schema == "json_schema"
    assert verdicts["stop"] in ("honoured", "unclear")  # noise of one letter has no mark in it
    for feature in ("models", "usage", "max_tokens", "max_completion_tokens", "temperature", "seed"):
        assert verdicts[feature] == "honoured", found
    for feature in ("n", "logprobs", "stream", "stream usage"):
        assert verdicts[feature] == "honoured", found
    assert verdicts["unknown fields"] == "refused"


IN_PROCESS = """
import json, logging, sys, time
from agentopt.models.base import Message, Request, Sampling, Watch
from agentopt.models.registry import connect
model, schema = connect("local:" + sys.argv[1]), json.loads(sys.argv[2])
def ask(schema=None, **settings):
    return Request((Message("user", "hi"),), Sampling(**{"max_tokens": 400, **settings}), schema)
replies = model.generate([ask(schema, temperature=1.0, seed=seed) for seed in range(4)])
replies += model.generate([ask(max_tokens=3), ask({"type": "nonsense"}, max_tokens=3)])
replies += model.generate([ask(max_tokens=6000)], Watch(deadline=time.monotonic() + 1.5))
print(json.dumps([[reply.text, reply.stop, reply.usage.completion_tokens, reply.error] for reply in replies]))
"""


def test_a_model_in_process_keeps_to_a_schema_and_to_the_time(noisy: Path, tmp_path: Path) -> None:
    command = [launching.PYTHON, "-c", IN_PROCESS, str(noisy), json.dumps(BOUNDED)]
    done = subprocess.run(
        command, capture_output=True, text=True, env=launching.surroundings(tmp_path), timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    *kept, cut, unkept, late = json.loads(done.stdout.splitlines()[-1])
    assert all(right(json.loads(text)) for text, *_ in kept)
    assert cut[1:3] == unkept[1:3] == ["length", 3]
    assert late[1] == "error"
    assert "the time was over after" in late[3]
    assert "not kept to the schema" in done.stderr


def test_a_model_in_process_answers_a_problem_with_noise_and_says_so(noisy: Path, tmp_path: Path) -> None:
    text = "A chair earns 30 dollars and a table 50. There are 100 boards. How many of each?"
    command = [launching.PYTHON, "-m", "agentopt", text, "--model", f"local:{noisy}", "--json"]
    environment = {**launching.surroundings(tmp_path), "HOME": str(tmp_path), "AGENTOPT_MAX_TOKENS": "60"}
    environment |= {"AGENTOPT_REPAIRS": "0"}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)
    assert done.returncode == 1, done.stderr[-2000:]
    assert json.loads(done.stdout)["status"] != "optimal"
    assert "Traceback" not in done.stderr
