"""What a server does with each field of a request, found out by asking so that the replies give it away.

A status of 200 proves nothing: several servers read over what they do not know. So a schema asks for a word
that no model says by itself, a seed is tried against other seeds, a stop mark is taken from the middle of a
reply that was had without it. Where the replies leave it open (a model that always says the same), a finding
says so. About twenty short calls, one after the other.
"""

from __future__ import annotations

__all__ = ["Feature", "Probed", "probe"]

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Literal, Protocol, get_args

from agentopt.errors import ModelError
from agentopt.models.capabilities import Capabilities, Finding, SchemaMode
from agentopt.models.probe_answers import Said, events, mark, starts_object, understood
from agentopt.models.retries import Failure, Patience

Feature = Literal[
    "models",
    "usage",
    "unknown fields",
    "max_tokens",
    "max_completion_tokens",
    "temperature",
    "seed",
    "stop",
    "json_schema",
    "json_schema_loose",
    "structured_outputs",
    "json_object",
    "n",
    "logprobs",
    "stream",
    "stream usage",
]

Fields = Mapping[str, object]
_Length = Literal["max_tokens", "max_completion_tokens"]
_Constrained = Literal["json_schema", "json_schema_loose", "structured_outputs", "json_object"]
_LENGTHS: tuple[_Length, ...] = get_args(_Length)
_CONSTRAINED: tuple[_Constrained, ...] = get_args(_Constrained)
_NO_FIELDS = ("models", "usage", "unknown fields")
_WORD = "kumquat-7319"
_SCHEMA = {
    "title": "Probe",
    "type": "object",
    "properties": {"zq": {"type": "string", "enum": [_WORD]}},
    "required": ["zq"],
    "additionalProperties": False,
}
_EXPECTED = json.dumps({"zq": _WORD}, separators=(",", ":"))
_HELLO = "Say hello."
_COUNT = "Count from one to forty in words, separated by commas."
_RANDOM = "Write down five random digits."
_JSON = "Greet somebody in one short sentence of plain words. Do not use JSON unless you must."
_SHORT, _LONG, _LIMIT = 24, 600, 2
_MOST_SECONDS = 180.0
_BODIES: Mapping[_Constrained, Fields] = {
    "json_schema": {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "Probe", "schema": _SCHEMA, "strict": True},
        }
    },
    "json_schema_loose": {
        "response_format": {"type": "json_schema", "json_schema": {"name": "Probe", "schema": _SCHEMA}}
    },
    "structured_outputs": {"structured_outputs": {"json": _SCHEMA}},
    "json_object": {"response_format": {"type": "json_object"}},
}


class Probed(Protocol):
    """What a probe asks: an endpoint."""

    address: str
    model: str
    patience: Patience

    def post(self, body: Fields, *, seconds: float = 120.0) -> str | Failure:
        """What the server answers to a body as it stands."""

    def models(self, *, seconds: float = 20.0) -> list[str]:
        """The names the server lists."""


def probe(endpoint: Probed, *, report: Callable[[Finding], None] | None = None) -> Capabilities:
    """What the server behind an endpoint honours, ignores and refuses.

    Args:
        endpoint: what is asked.
        report: told of every finding as soon as it is there.

    Raises:
        ModelError: the server does not answer even a plain request.
    """
    asking = _Asking(endpoint)
    plain = asking.hello()
    findings: list[Finding] = []
    for finding in asking.findings(plain):
        findings.append(finding)
        if report is not None:
            report(finding)
    verdicts = {finding.feature: finding for finding in findings}
    return Capabilities(
        schema=_schema_mode(verdicts),
        tokens_field=asking.tokens_field,
        refused=frozenset(asking.refused),
        ignored=frozenset(
            each.feature for each in findings if each.verdict == "ignored" and each.feature not in _NO_FIELDS
        ),
        stream_usage=verdicts["stream usage"].verdict != "refused",
        findings=tuple(findings),
    )


def _schema_mode(found: Mapping[str, Finding]) -> SchemaMode | None:
    """The strictest way that is honoured; no way, if each was seen to fail; None where one is open."""
    tried = [mode for mode in _CONSTRAINED if mode in found]
    honoured = next((mode for mode in tried if found[mode].verdict == "honoured"), None)
    if honoured is not None:
        return honoured
    return None if any(found[mode].verdict == "unclear" for mode in tried) else "none"


class _Asking:
    """The questions put to one server."""

    def __init__(self, endpoint: Probed) -> None:
        self._endpoint = endpoint
        self._rng = random.Random(0)
        self.tokens_field: _Length = "max_tokens"
        self.refused: set[str] = set()

    def hello(self) -> Said:
        """The answer to a plain request.

        Raises:
            ModelError: there is none.
        """
        answer = self.ask(_HELLO)
        if isinstance(answer, Failure) and answer.field == "max_tokens":
            self.tokens_field = "max_completion_tokens"
            answer = self.ask(_HELLO)
        if isinstance(answer, Failure):
            raise ModelError(answer.message, hint=answer.hint)
        return answer

    def ask(
        self, text: str, fields: Fields = MappingProxyType({}), *, tokens: int = _SHORT
    ) -> Said | Failure:
        """The answer to a request with further fields, or why there is none."""
        limit: Fields = {} if set(fields) & set(_LENGTHS) else {self.tokens_field: tokens}
        answer = self._post({**self._body(text), **limit, **fields})
        return answer if isinstance(answer, Failure) else understood(answer, self._endpoint.address)

    def _body(self, text: str) -> dict[str, object]:
        return {"model": self._endpoint.model, "messages": [{"role": "user", "content": text}]}

    def _post(self, body: Fields) -> str | Failure:
        patience, retries = self._endpoint.patience, 0
        seconds = min(_MOST_SECONDS, patience.attempt_seconds)
        while True:
            answer = self._endpoint.post(body, seconds=seconds)
            if not isinstance(answer, Failure):
                return answer
            passes = answer.kind in ("busy", "broken") or answer.status in (502, 503, 504)
            if not passes or not answer.again or retries >= patience.max_retries:
                if answer.kind == "unreachable":
                    raise ModelError(answer.message, hint=answer.hint)
                return answer
            time.sleep(patience.delay(retries, self._rng, at_least=answer.wait))
            retries += 1

    def findings(self, plain: Said) -> Iterator[Finding]:
        """One finding a feature, in the order people read them."""
        yield self._models()
        counted = plain.tokens is not None
        yield _seen("usage", counted, "tokens are counted" if counted else "tokens are not counted")
        yield self._unknown()
        yield from self._lengths()
        yield self._temperature()
        yield self._seed()
        yield self._stop()
        yield from self._schemas()
        yield self._several()
        yield self._logprobs()
        yield from self._stream()

    def _models(self) -> Finding:
        try:
            names = self._endpoint.models()
        except ModelError as error:
            return Finding("models", "refused", error.message)
        if self._endpoint.model in names:
            return Finding("models", "honoured", f"{len(names)} listed")
        return Finding("models", "ignored", f"the model is not among the {len(names)} listed")

    def _unknown(self) -> Finding:
        answer = self.ask(_HELLO, {"agentopt_probe": 1})
        if isinstance(answer, Failure):
            return self._refusal("unknown fields", answer)
        return Finding("unknown fields", "ignored", "a status of 200 proves nothing here")

    def _refusal(self, feature: Feature, failure: Failure, field: str = "") -> Finding:
        """What a failure means for a feature: an error the server gives for it, or a passing fault."""
        if 400 <= failure.status < 500 and failure.status not in (408, 429):
            self.refused |= {field} if field else set()
            return Finding(feature, "refused", f"refused ({failure.status})")
        if failure.status:
            return Finding(feature, "refused", f"failed ({failure.status})")
        return Finding(feature, "unclear", failure.message)

    def _lengths(self) -> Iterator[Finding]:
        """Both names for the length of a reply; the one that is honoured is used from then on."""
        found = {name: self._length(name) for name in _LENGTHS}
        yield from found.values()
        usable = [name for name in _LENGTHS if found[name].verdict not in ("ignored", "refused")]
        if usable and self.tokens_field not in usable:
            self.tokens_field = usable[0]

    def _length(self, name: _Length) -> Finding:
        answer = self.ask(_COUNT, {name: _LIMIT})
        if isinstance(answer, Failure):
            return self._refusal(name, answer)
        if answer.tokens is not None and answer.tokens > _LIMIT:
            return Finding(name, "ignored", f"{answer.tokens} tokens where {_LIMIT} were allowed")
        if answer.finish == "length":
            return Finding(name, "honoured", f"cut after {_LIMIT} tokens")
        if len(answer.text.split()) > 2 * _LIMIT:
            return Finding(
                name, "ignored", f"{len(answer.text.split())} words where {_LIMIT} tokens were allowed"
            )
        return Finding(name, "unclear", "the reply was short by itself")

    def _temperature(self) -> Finding:
        cold, warm = self._draws({"temperature": 0.0}), self._draws({"temperature": 1.0})
        if isinstance(cold, Failure):
            return self._refusal("temperature", cold, "temperature")
        if len(set(cold)) > 1:
            return Finding("temperature", "ignored", "replies differ at 0")
        if isinstance(warm, Failure) or len(set(warm)) == 1:
            return Finding("temperature", "unclear", "the replies are the same at 0 and at 1")
        return Finding("temperature", "honoured", "the same reply at 0, others at 1")

    def _seed(self) -> Finding:
        warm = {} if "temperature" in self.refused else {"temperature": 1.0}
        same = self._draws({**warm, "seed": 7})
        others = self._draws({**warm, "seed": 0}, {**warm, "seed": 1}, {**warm, "seed": 2})
        if isinstance(same, Failure):
            return self._refusal("seed", same, "seed")
        if len(set(same)) > 1:
            return Finding("seed", "ignored", "replies differ with the same seed")
        if isinstance(others, Failure) or len(set(others)) == 1:
            return Finding("seed", "unclear", "the replies are the same with every seed")
        return Finding("seed", "honoured", "the same reply with the same seed, others with others")

    def _draws(self, *fields: Fields) -> list[str] | Failure:
        """Three replies, of one way to ask or of three."""
        texts = []
        for each in fields * (3 // len(fields)):
            answer = self.ask(_RANDOM, each)
            if isinstance(answer, Failure):
                return answer
            texts.append(answer.text)
        return texts

    def _stop(self) -> Finding:
        still: Fields = {} if "temperature" in self.refused else {"temperature": 0.0}
        whole = self.ask(_COUNT, still)
        if isinstance(whole, Failure) or len(whole.text.strip()) < 3:
            return Finding("stop", "unclear", "there was no reply to take a mark from")
        end = mark(whole.text)
        answer = self.ask(_COUNT, {**still, "stop": [end]})
        if isinstance(answer, Failure):
            return self._refusal("stop", answer, "stop")
        before, found, after = answer.text.partition(end)
        if found and after.strip():
            return Finding("stop", "ignored", f"the reply goes on after {end!r}")
        if whole.text.startswith(before):
            kept = ", and leaves it in" if found else ""
            return Finding("stop", "honoured", f"ends at the mark{kept}")
        return Finding("stop", "unclear", "the reply was another")

    def _schemas(self) -> Iterator[Finding]:
        """The ways to put a schema, from the strictest on; the looser ones only where a stricter fails."""
        for mode in _CONSTRAINED:
            finding = self._json_object() if mode == "json_object" else self._schema(mode)
            yield finding
            if finding.verdict == "honoured":
                return

    def _schema(self, mode: _Constrained) -> Finding:
        answer = self.ask(_HELLO, _BODIES[mode], tokens=_LONG)
        if isinstance(answer, Failure):
            return self._refusal(mode, answer)
        written = "".join(answer.text.split())
        if written == _EXPECTED:
            return Finding(mode, "honoured", "the reply is what the schema allows")
        if answer.finish == "length" and _EXPECTED.startswith(written):
            if not written:
                return Finding(mode, "unclear", "no text came before the reply was cut")
            return Finding(mode, "honoured", "the reply fits, as far as it came")
        return Finding(mode, "ignored", f"the reply is {answer.text[:40]!r}")

    def _json_object(self) -> Finding:
        free = self.ask(_JSON, tokens=_LONG)
        answer = self.ask(_JSON, _BODIES["json_object"], tokens=_LONG)
        if isinstance(answer, Failure):
            return self._refusal("json_object", answer)
        if not starts_object(answer):
            return Finding("json_object", "ignored", f"the reply is {answer.text[:40]!r}")
        if not isinstance(free, Failure) and starts_object(free):
            return Finding("json_object", "unclear", "the reply is JSON without it too")
        return Finding("json_object", "honoured", "the reply is a JSON object")

    def _several(self) -> Finding:
        answer = self.ask(_HELLO, {"n": 2})
        if isinstance(answer, Failure):
            return self._refusal("n", answer)
        return _seen("n", answer.choices == 2, f"{answer.choices} of 2 replies")

    def _logprobs(self) -> Finding:
        answer = self.ask(_HELLO, {"logprobs": True})
        if isinstance(answer, Failure):
            return self._refusal("logprobs", answer)
        return _seen("logprobs", answer.logprobs, "there" if answer.logprobs else "not there")

    def _stream(self) -> Iterator[Finding]:
        hello = {**self._body(_HELLO), self.tokens_field: _SHORT}
        answer = self._post({**hello, "stream": True})
        if isinstance(answer, Failure):
            refused = self._refusal("stream", answer)
            yield refused
            yield replace(refused, feature="stream usage")
            return
        pieces = events(answer)
        yield _seen("stream", bool(pieces), f"{len(pieces)} events" if pieces else "the reply came whole")
        asked = {"stream": True, "stream_options": {"include_usage": True}}
        counted = self._post({**hello, **asked})
        if isinstance(counted, Failure):
            yield self._refusal("stream usage", counted)
            return
        there = any(isinstance(event.get("usage"), dict) for event in events(counted))
        yield _seen("stream usage", there, "tokens are counted" if there else "tokens are not counted")


def _seen(feature: Feature, honoured: bool, detail: str) -> Finding:
    return Finding(feature, "honoured" if honoured else "ignored", detail)
