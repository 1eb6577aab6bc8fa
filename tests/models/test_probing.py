"""The probe against servers that keep their word, that refuse, and that lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agentopt.errors import ModelError
from agentopt.models import capabilities
from agentopt.models.capabilities import Capabilities, Finding, probe
from agentopt.models.openai import Endpoint
from agentopt.models.registry import connect
from agentopt.models.retries import Patience
from tests.models.conftest import QUICK, ask
from tests.models.honest import Honest
from tests.models.loopback import Fault, Loopback, refusal
from tests.models.test_openai import BUSY, SCHEMA

Make = Callable[..., Endpoint]
FIELDS = ("max_tokens", "temperature", "seed", "stop", "n", "logprobs")


def found(server: Loopback, endpoint: Make, honest: Honest) -> tuple[Capabilities, dict[str, str]]:
    server.refuse, server.finished = honest.refuse, honest.finished
    capable = probe(endpoint())
    return capable, {finding.feature: finding.verdict for finding in capable.findings}


def test_a_server_that_keeps_its_word_is_believed(server: Loopback, endpoint: Make) -> None:
    capable, verdicts = found(server, endpoint, Honest())
    honoured = {"models", "usage", "json_schema", "max_completion_tokens", *FIELDS}
    assert {name for name, verdict in verdicts.items() if verdict == "honoured"} >= honoured
    assert verdicts["unknown fields"] == "ignored"
    assert (capable.schema, capable.tokens_field) == ("json_schema", "max_tokens")
    assert (capable.refused, capable.ignored & {*FIELDS}) == (frozenset(), frozenset())


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_is_read_over_is_found_out(server: Loopback, endpoint: Make, name: str) -> None:
    capable, verdicts = found(server, endpoint, Honest(ignores=frozenset({name})))
    assert verdicts[name] == "ignored"
    assert name in capable.ignored
    assert capable.refused == frozenset()
    assert all(verdicts[other] == "honoured" for other in FIELDS if other != name)


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("status", [400, 422])
def test_a_field_that_is_refused_is_left_out_from_then_on(
    server: Loopback, endpoint: Make, name: str, status: int
) -> None:
    capable, verdicts = found(server, endpoint, Honest(refuses=frozenset({name}), status=status))
    assert verdicts[name] == "refused"
    server.bodies.clear()
    sampling = {"max_tokens": 9, "temperature": 0.5, "seed": 4, "stop": ("END",)}
    endpoint(capabilities=capable).generate([ask("x", **sampling)])
    (body,) = server.bodies
    assert name not in body
    assert {"temperature", "seed", "stop"} - {name} <= set(body)
    assert ("max_completion_tokens" if name == "max_tokens" else "max_tokens") in body


MODES = ("json_schema", "json_schema_loose", "structured_outputs", "json_object")


@pytest.mark.parametrize("how", ["ignores", "refuses"])
@pytest.mark.parametrize("count", range(len(MODES) + 1))
def test_the_strictest_way_to_put_a_schema_that_is_honoured_is_used(
    server: Loopback, endpoint: Make, how: str, count: int
) -> None:
    honest = replace(Honest(), **{how: frozenset(MODES[:count])})
    capable, verdicts = found(server, endpoint, honest)
    assert capable.schema == (*MODES, "none")[count]
    assert {verdicts[mode] for mode in MODES[:count]} <= {"ignored" if how == "ignores" else "refused"}
    server.bodies.clear()
    server.finished = None
    endpoint(capabilities=capable).generate([ask("x", schema=SCHEMA)])
    (body,) = server.bodies
    assert ("response_format" in body, "structured_outputs" in body) == (count not in (2, 4), count == 2)


def test_a_server_that_fails_on_a_schema_is_not_asked_for_one(server: Loopback, endpoint: Make) -> None:
    honest = Honest(refuses=frozenset({"json_schema", "json_schema_loose"}), status=500)
    capable, verdicts = found(server, endpoint, honest)
    assert (verdicts["json_schema"], capable.schema) == ("refused", "structured_outputs")


def test_a_model_that_always_says_the_same_leaves_open_what_it_hides(
    server: Loopback, endpoint: Make
) -> None:
    _, verdicts = found(server, endpoint, Honest(constant=True))
    assert (verdicts["seed"], verdicts["temperature"]) == ("unclear", "unclear")
    assert (verdicts["json_schema"], verdicts["stop"]) == ("honoured", "honoured")


def test_a_model_that_speaks_json_anyway_does_not_prove_json_objects(
    server: Loopback, endpoint: Make
) -> None:
    server.answer = lambda body: '{"greeting": "hello"}'
    capable = probe(endpoint())
    verdicts = {finding.feature: finding.verdict for finding in capable.findings}
    assert verdicts["json_schema"] == "ignored"
    assert verdicts["json_object"] == "unclear"
    assert capable.schema is None


def test_a_reply_that_was_cut_within_the_schema_counts(server: Loopback, endpoint: Make) -> None:
    server.finish = "length"
    server.answer = lambda body: '{ "zq"\n\n\n :' if "response_format" in body else "hello"
    capable = probe(endpoint())
    assert capable.schema == "json_schema"


def test_a_model_that_thinks_until_it_is_cut_leaves_the_schema_open(server: Loopback, endpoint: Make) -> None:
    server.finish = "length"
    server.answer = lambda body: ""
    assert probe(endpoint()).schema is None


def test_a_stream_and_its_tokens_are_looked_at(server: Loopback, endpoint: Make) -> None:
    verdicts = {finding.feature: finding.verdict for finding in probe(endpoint()).findings}
    assert (verdicts["stream"], verdicts["stream usage"]) == ("honoured", "honoured")
    server.usage = False
    capable = probe(endpoint())
    verdicts = {finding.feature: finding.verdict for finding in capable.findings}
    assert (verdicts["usage"], verdicts["stream usage"], capable.stream_usage) == ("ignored", "ignored", True)
    server.refuse = lambda body: refusal("stream_options?") if "stream_options" in body else None
    assert probe(endpoint()).stream_usage is False


def test_a_server_that_answers_whole_when_asked_to_stream_is_found_out(
    server: Loopback, endpoint: Make
) -> None:
    server.refuse = lambda body: Fault() if body.get("stream") else None
    verdicts = {finding.feature: finding.verdict for finding in probe(endpoint()).findings}
    assert verdicts["stream"] == "ignored"


def test_a_server_that_knows_the_newer_name_alone_is_probed_by_it(server: Loopback, endpoint: Make) -> None:
    capable, verdicts = found(server, endpoint, Honest(refuses=frozenset({"max_tokens"})))
    assert capable.tokens_field == "max_completion_tokens"
    assert verdicts["json_schema"] == "honoured"


def test_a_name_for_the_length_that_is_read_over_is_not_used(server: Loopback, endpoint: Make) -> None:
    capable, _ = found(server, endpoint, Honest(ignores=frozenset({"max_tokens"}), counts=False))
    assert capable.tokens_field == "max_completion_tokens"


def test_a_model_that_is_not_listed_is_told(server: Loopback, endpoint: Make) -> None:
    server.models = ("tiny", "small")
    assert probe(endpoint()).findings[0] == Finding("models", "honoured", "2 listed")
    server.listed = ("small",)
    assert probe(endpoint()).findings[0].verdict == "ignored"


def test_a_busy_server_is_waited_for(server: Loopback, endpoint: Make) -> None:
    server.fail(BUSY)
    assert probe(endpoint()).findings


def test_a_server_that_is_not_there_cannot_be_probed(endpoint: Make) -> None:
    with pytest.raises(ModelError, match="no model server answers"):
        probe(endpoint(address="http://127.0.0.1:9/v1"))


@pytest.mark.parametrize("content", ["<html>", "[]", '{"choices": []}', '{"choices": [7]}', "[" * 100_000])
def test_what_is_no_model_server_cannot_be_probed(server: Loopback, endpoint: Make, content: str) -> None:
    server.refuse = lambda body: Fault(content=content)
    with pytest.raises(ModelError, match="sent no chat completion"):
        probe(endpoint())


def test_a_server_that_goes_silent_leaves_open_what_was_not_heard(server: Loopback, endpoint: Make) -> None:
    server.refuse = lambda body: Fault(wait=0.5) if "logprobs" in body else None
    capable = probe(endpoint(patience=Patience(attempt_seconds=0.2, max_retries=0)))
    verdicts = {finding.feature: finding.verdict for finding in capable.findings}
    assert (verdicts["logprobs"], verdicts["n"]) == ("unclear", "ignored")


def test_findings_are_told_as_they_come_and_shown_one_a_line(server: Loopback, endpoint: Make) -> None:
    told: list[Finding] = []
    capable = probe(endpoint(), report=told.append)
    assert tuple(told) == capable.findings
    shown = str(capable).splitlines()
    assert shown[0].split() == ["models", "honoured", "1", "listed"]
    assert any(line.startswith("a schema is put") for line in shown)


# Keeping what was found.


def test_what_was_found_is_kept_by_address_and_model_and_used(server: Loopback, endpoint: Make) -> None:
    capable, _ = found(server, endpoint, Honest(ignores=frozenset(MODES[:2]), refuses=frozenset({"seed"})))
    capabilities.save(server.address, "tiny", capable)
    capabilities.save(server.address, "other", Capabilities())
    assert capabilities.load(server.address, "tiny") == capable
    assert capabilities.load(server.address, "third") is None
    server.bodies.clear()
    server.finished = None
    with connect(server.spec, patience=QUICK) as model:
        model.generate([ask("x", schema=SCHEMA, seed=3)])
    assert "structured_outputs" in server.bodies[0]
    assert "seed" not in server.bodies[0]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"http://x/v1#m": {"schema": "of another version"}}', '{"http://x/v1#m": 5}']
)
def test_findings_that_cannot_be_read_are_none(home: Path, text: str) -> None:
    path = capabilities.capabilities_file()
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert capabilities.load("http://x/v1", "m") is None
    capabilities.save("http://x/v1", "m", Capabilities(schema="none"))
    kept = capabilities.load("http://x/v1", "m")
    assert kept is not None
    assert kept.schema == "none"


def test_findings_that_cannot_be_kept_are_a_warning(home: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = capabilities.capabilities_file()
    path.parent.parent.mkdir(parents=True)
    path.parent.write_text("a file where a folder should be")
    capabilities.save("http://x/v1", "m", Capabilities())
    assert "is not kept" in caplog.text
