"""OpenAI's chat format from the server's side: what is asked, and the bodies of replies.

A field that is not known, or asks for what cannot be given, is refused with its name: a reply that silently
leaves something out would be taken for what it is not.
"""

from __future__ import annotations

__all__ = ["Asked", "Refused", "chunk", "completion", "error_body", "read_asked", "wanted"]

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from agentopt.models import grammars
from agentopt.models.decoding import Decoding, PromptRefused, Token, Wanted, Written

Body = dict[str, Any]
MOST_SAMPLES = 32
_FINISH = {"end": "stop", "length": "length", "cancelled": "length"}


class Refused(ValueError):  # noqa: N818 - what is wrong is the request
    """A request that is not carried out; `field` is what must change, `status` the HTTP status."""

    def __init__(self, message: str, field: str = "", status: int = 400) -> None:
        super().__init__(message)
        self.field, self.status = field, status


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Part(_Strict):
    """A piece of a message; only text is read."""

    type: Literal["text"]
    text: str


class Turn(_Strict):
    """A message."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[Part]

    def plain(self) -> dict[str, str]:
        """The message as a chat template takes it."""
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": "system" if self.role == "developer" else self.role, "content": text}


class NamedSchema(_Strict):
    """A schema as OpenAI puts it; `strict` makes no difference, it is kept to either way."""

    name: str = ""
    description: str = ""
    schema_: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None


class Format(_Strict):
    """What the reply must be."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: NamedSchema | None = None


class Structured(_Strict):
    """The same as vLLM puts it: exactly one of these."""

    json_: dict[str, Any] | str | None = Field(None, alias="json")
    regex: str | None = None
    choice: list[str] | None = None
    json_object: bool | None = None


class StreamOptions(_Strict):
    """How a stream is told."""

    include_usage: bool = False


Count = Annotated[int, Field(ge=1)]


class Asked(_Strict):
    """A request for a chat completion, every field that is known."""

    model: str
    messages: list[Turn] = Field(min_length=1)
    n: int = Field(1, ge=1, le=MOST_SAMPLES)
    temperature: float = Field(1.0, ge=0, le=2)
    top_p: float = Field(1.0, gt=0, le=1)
    seed: int | None = Field(None, ge=0, lt=2**63)
    max_tokens: Count | None = None
    max_completion_tokens: Count | None = None
    stop: str | list[str] | None = None
    logprobs: bool = False
    top_logprobs: int | None = Field(None, ge=0, le=20)
    stream: bool = False
    stream_options: StreamOptions | None = None
    response_format: Format | None = None
    structured_outputs: Structured | None = None
    user: str | None = None
    frequency_penalty: Literal[0] | None = None
    presence_penalty: Literal[0] | None = None

    @property
    def stops(self) -> tuple[str, ...]:
        """The stop marks."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(each for each in given if each)


def read_asked(body: bytes) -> Asked:
    """The request in a body.

    Raises:
        Refused: it is none, or asks for what is not known here.
    """
    try:
        return Asked.model_validate_json(body)
    except ValidationError as error:
        found = error.errors()
        extra = [each for each in found if each["type"] == "extra_forbidden"]
        first = (extra or found)[0]
        place = ".".join(str(part) for part in first["loc"])
        if extra:
            raise Refused(f"`{place}` is not supported: unknown field", place) from error
        if not place:
            raise Refused(f"the body is no request: {first['msg']}") from error
        raise Refused(f"`{place}`: {first['msg']}", str(first["loc"][0])) from error
    except RecursionError as error:
        raise Refused("the body is nested too deeply") from error


def wanted(asked: Asked, decoder: Decoding) -> Wanted:
    """What is to be written for a request.

    Raises:
        Refused: the prompt or the grammar cannot be taken.
        AvailabilityError: what keeps to grammars is not installed.
    """
    try:
        prompt = decoder.encode([turn.plain() for turn in asked.messages])
    except PromptRefused as error:
        raise Refused(str(error), "messages") from error
    left = decoder.room - len(prompt)
    if left < 1:
        raise Refused(
            f"the prompt has {len(prompt)} tokens, and the model's maximum context length is {decoder.room}",
            "messages",
        )
    most = asked.max_completion_tokens or asked.max_tokens or left
    grammar, field = _grammar(asked)
    try:
        if grammar:
            decoder.check(grammar)
    except grammars.GrammarError as error:
        raise Refused(f"`{field}` cannot be kept to: {error}", field) from error
    return Wanted(
        prompt,
        min(most, left),
        asked.n,
        asked.temperature,
        asked.top_p,
        asked.seed,
        asked.stops,
        grammar,
        (asked.top_logprobs or 0) if asked.logprobs else None,
    )


def _grammar(asked: Asked) -> tuple[str, str]:
    """The grammar a request asks for, and the field that does; both empty if none."""
    form, other = asked.response_format, asked.structured_outputs
    if form is not None and other is not None and form.type != "text":
        raise Refused("`response_format` and `structured_outputs` exclude each other", "structured_outputs")
    try:
        if other is not None:
            return _structured(other), "structured_outputs"
        if form is None or form.type == "text":
            return "", ""
        if form.type == "json_object":
            return grammars.json_object(), "response_format"
        if form.json_schema is None:
            raise Refused("`response_format.json_schema` is missing", "response_format")
        return grammars.json_under(form.json_schema.schema_), "response_format"
    except grammars.GrammarError as error:
        field = "response_format" if other is None else "structured_outputs"
        raise Refused(f"`{field}`: {error}", field) from error


def _structured(asked: Structured) -> str:
    given = [name for name in ("json_", "regex", "choice", "json_object") if getattr(asked, name) is not None]
    if len(given) != 1:
        raise Refused(
            "`structured_outputs` takes one of json, regex, choice, json_object", "structured_outputs"
        )
    if asked.json_ is not None:
        return grammars.json_under(asked.json_)
    if asked.regex is not None:
        return grammars.pattern(asked.regex)
    return grammars.json_object() if asked.choice is None else grammars.any_of(asked.choice)


def completion(base: Body, read: int, samples: Sequence[Written], tokens: Sequence[Sequence[Token]]) -> Body:
    """The whole reply; `tokens` are each sample's, empty where they were not asked for."""
    choices = [
        {
            "index": place,
            "message": {"role": "assistant", "content": sample.text},
            "finish_reason": _FINISH[sample.stop],
            "logprobs": _logprobs(tokens[place]),
        }
        for place, sample in enumerate(samples)
    ]
    counted = usage(read, sum(sample.tokens for sample in samples))
    return {**base, "object": "chat.completion", "choices": choices, "usage": counted}


def chunk(
    base: Body, place: int, piece: str, tokens: Sequence[Token] = (), *, first: bool = False, end: str = ""
) -> Body:
    """One event of a stream."""
    delta = {**({"role": "assistant"} if first else {}), **({"content": piece} if piece or first else {})}
    finish = _FINISH[end] if end else None
    choice = {"index": place, "delta": delta, "finish_reason": finish, "logprobs": _logprobs(tokens)}
    return {**base, "object": "chat.completion.chunk", "choices": [choice]}


def usage(read: int, written: int) -> Body:
    """How many tokens it took."""
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def error_body(message: str, field: str = "", kind: str = "invalid_request_error") -> bytes:
    """An error as OpenAI's clients read it."""
    made = {"message": message, "type": kind, "param": field or None, "code": None}
    return json.dumps({"error": made}).encode()


def _logprobs(tokens: Sequence[Token]) -> Mapping[str, object] | None:
    if not tokens:
        return None
    listed = [
        {
            **_said(token.text, token.logprob),
            "top_logprobs": [_said(text, value) for text, value in token.alternatives],
        }
        for token in tokens
    ]
    return {"content": listed}


def _said(text: str, logprob: float) -> Body:
    return {"token": text, "logprob": max(logprob, -9999.0), "bytes": list(text.encode())}
