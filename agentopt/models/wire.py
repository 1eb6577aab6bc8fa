"""The OpenAI chat format: bodies from requests, replies from what comes back, whole or in pieces.

What comes back is not trusted: every field is looked at before it is used, and what is not a reply is
`Malformed`.
"""

from __future__ import annotations

__all__ = ["Malformed", "Pieces", "Refusal", "body", "estimated", "parse", "read", "refusal", "sent_seed"]

import json
import re
from collections.abc import Mapping
from typing import Literal, cast

from agentopt.models.base import Reply, Request, Sampling, Usage
from agentopt.models.capabilities import Capabilities, SchemaMode

CHARACTERS_A_TOKEN = 4


class Malformed(ValueError):  # noqa: N818 - told apart from failures of ours
    """What came back is not a chat completion."""


class Refusal(ValueError):  # noqa: N818 - what the server says, not a fault of ours
    """An error where a reply belongs, with the status the server names, or 502, and the field it names."""

    def __init__(self, message: str, status: int, field: str = "") -> None:
        super().__init__(message)
        self.status = status
        self.field = field


def body(
    request: Request, model: str, capabilities: Capabilities, mode: SchemaMode, *, stream: bool = False
) -> dict[str, object]:
    """What is sent for a request."""
    sampling = request.sampling
    made: dict[str, object] = {
        "model": model,
        "messages": [{"role": turn.role, "content": turn.content} for turn in request.messages],
        "temperature": sampling.temperature,
    }
    if sampling.top_p != 1.0:
        made["top_p"] = sampling.top_p
    if sampling.max_tokens is not None:
        made[capabilities.tokens_field] = sampling.max_tokens
    if sampling.seed is not None:
        made["seed"] = sent_seed(sampling)
    if sampling.stop:
        made["stop"] = list(sampling.stop)
    if request.schema is not None:
        made |= _schema(request.schema, mode)
    if stream:
        made["stream"] = True
        if capabilities.stream_usage:
            made["stream_options"] = {"include_usage": True}
    for field in capabilities.refused:
        made.pop(field, None)
    return made


def sent_seed(sampling: Sampling) -> int | None:
    """The seed as it is sent: samples that differ by `index` alone get seeds of their own.

    Otherwise a server that keeps its word would repeat itself.
    """
    return None if sampling.seed is None else (sampling.seed + 1_000_003 * sampling.index) % 2**31


def _schema(schema: Mapping[str, object], mode: SchemaMode) -> dict[str, object]:
    if mode in ("json_schema", "json_schema_loose"):
        name = re.sub(r"[^A-Za-z0-9_-]+", "_", str(schema.get("title", "")))[:64] or "reply"
        asked = {"name": name, "schema": schema, "strict": mode == "json_schema"}
        return {"response_format": {"type": "json_schema", "json_schema": asked}}
    if mode == "structured_outputs":
        return {"structured_outputs": {"json": schema}}
    return {"response_format": {"type": "json_object"}} if mode == "json_object" else {}


def parse(text: str | bytes) -> object:
    """What a server wrote, as JSON.

    Raises:
        Malformed: it is not JSON, or nested deeper than anything a server has to say.
    """
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        start = text[:80].decode(errors="replace") if isinstance(text, bytes) else text[:80]
        raise Malformed(f"not JSON: {start!r}") from error


def read(payload: object, request: Request) -> Reply:
    """The reply in a chat completion.

    Raises:
        Malformed: it is not one; the message says what was found instead.
        Refusal: it is an error, in spite of the status 200.
    """
    if not isinstance(payload, dict):
        raise Malformed(f"an object was expected, and {_brief(payload)} came")
    if payload.get("error"):
        raise refusal(payload["error"])
    choices = payload.get("choices")
    if not isinstance(choices, list):
        raise Malformed(f"`choices` is missing from {_brief(payload)}")
    if not choices:
        raise Malformed("`choices` is empty")
    choice = choices[0]
    message = choice.get("message") if isinstance(choice, dict) else None
    if not isinstance(message, dict):
        raise Malformed(f"`choices[0].message` is missing from {_brief(payload)}")
    text = _text(message.get("content"))
    if text is None and not isinstance(message.get("refusal"), str):
        text = "" if _hidden(message) else None
        if text is None:
            raise Malformed("the message has no text")
    return _reply(text, message.get("refusal"), choice.get("finish_reason"), payload, request)


class Pieces:
    """A reply that arrives in pieces of a stream."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self.hidden: list[str] = []
        self.finish: object = None
        self.refusal: str | None = None
        self.rest: dict[str, object] = {}
        self.done = False

    def add(self, data: bytes) -> str:
        """Take the data of one event; the piece of text in it.

        Raises:
            Malformed, Refusal: as `read`.
        """
        if data.strip() == b"[DONE]":
            self.done = True
            return ""
        chunk = parse(data.strip())
        if not isinstance(chunk, dict):
            raise Malformed(f"an event of the stream is {_brief(chunk)}")
        if chunk.get("error"):
            raise refusal(chunk["error"])
        for name in ("id", "model", "usage", "system_fingerprint"):
            if chunk.get(name):
                self.rest[name] = chunk[name]
        choices = chunk.get("choices")
        choice = choices[0] if isinstance(choices, list) and choices else None
        if not isinstance(choice, dict):
            return ""
        self.finish = choice.get("finish_reason") or self.finish
        delta = choice.get("delta") or {}
        if not isinstance(delta, dict):
            raise Malformed(f"`delta` is {_brief(delta)}")
        if isinstance(delta.get("refusal"), str):
            self.refusal = (self.refusal or "") + delta["refusal"]
        self.hidden.append(_hidden(delta))
        piece = _text(delta.get("content")) or ""
        self.text.append(piece)
        return piece

    @property
    def whole(self) -> bool:
        """Whether the stream came to its end."""
        return self.done or self.finish is not None

    def reply(self, request: Request) -> Reply:
        """The reply they make together."""
        text = "".join(self.text)
        hidden = "".join(self.hidden)
        payload = {
            **self.rest,
            "finish_reason": self.finish,
            **({"reasoning_content": hidden} if hidden else {}),
        }
        return _reply(text, self.refusal, self.finish, payload, request)


def refusal(error: object) -> Refusal:
    """What a server's error says: OpenAI's `{"message", "code", "param"}`, FastAPI's `detail`, a text."""
    if not isinstance(error, Mapping):
        return Refusal(_brief(error) if not isinstance(error, str) else error[:500], 502)
    inner = error.get("error")
    if isinstance(inner, (Mapping, str)):
        return refusal(inner)
    code = error.get("code", error.get("status"))
    status = int(code) if isinstance(code, (int, str)) and str(code).isdigit() else 502
    field = error.get("param")
    message = error.get("message") or error.get("detail") or error.get("msg")
    shown = message if isinstance(message, str) else _brief(message or dict(error))
    return Refusal(
        shown[:500], status if 400 <= status < 600 else 502, field if isinstance(field, str) else ""
    )


def _reply(
    text: str | None, refused: object, finish: object, payload: Mapping[str, object], request: Request
) -> Reply:
    usage = _usage(payload, request, text or "")
    model = payload.get("model")
    shown = model if isinstance(model, str) else ""
    if isinstance(refused, str) and refused and not text:
        return Reply("", usage, "error", f"the model refused: {refused[:300]}", shown, payload)
    if finish == "content_filter":
        partial = {**payload, "partial": text or ""}
        return Reply("", usage, "error", "the server's content filter stopped the reply", shown, partial)
    stop: Literal["end", "length"] = "length" if finish == "length" else "end"
    whole = text or ""
    for mark in request.sampling.stop:  # several servers leave the mark in, or read over it
        before, found, _ = whole.partition(mark)
        if found:
            whole, stop = before, "end"
    return Reply(whole, usage, stop, "", shown, payload)


def _text(content: object) -> str | None:
    """The text of a message's content, which may be a list of parts."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part.get("text") for part in content if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return None


def _hidden(message: Mapping[str, object]) -> str:
    """What a model thought before it answered."""
    found = message.get("reasoning_content") or message.get("reasoning")
    return found if isinstance(found, str) else ""


def _usage(payload: Mapping[str, object], request: Request, text: str) -> Usage:
    counted = payload.get("usage")
    if isinstance(counted, Mapping):
        prompt, completion = counted.get("prompt_tokens"), counted.get("completion_tokens")
        if _is_count(prompt) and _is_count(completion) and cast(int, prompt) + cast(int, completion) > 0:
            return Usage(cast(int, prompt), cast(int, completion))
    return estimated(request, text)


def estimated(request: Request, text: str) -> Usage:
    """Tokens by the length of the texts, where nobody counted them."""
    asked = sum(len(turn.content) for turn in request.messages)
    tokens = (-(-asked // CHARACTERS_A_TOKEN), -(-len(text) // CHARACTERS_A_TOKEN))
    return Usage(*tokens, estimated=True)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _brief(value: object) -> str:
    try:
        shown = value if isinstance(value, str) else json.dumps(value, default=str)
    except RecursionError:
        shown = f"a deeply nested {type(value).__name__}"
    return shown if len(shown) <= 120 else shown[:117] + "..."
