"""What a probe looks at in an answer: a chat completion, the events of a stream, a text that may be JSON."""

from __future__ import annotations

__all__ = ["Said", "events", "mark", "starts_object", "understood"]

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from agentopt.models.retries import Failure
from agentopt.models.wire import Malformed, parse


@dataclass(frozen=True)
class Said:
    """One answer, as far as a probe looks at it."""

    text: str
    finish: str
    tokens: int | None
    choices: int
    logprobs: bool


def understood(answer: str, address: str) -> Said | Failure:
    """What a probe looks at in a chat completion."""
    try:
        payload: Any = parse(answer)
        choices = payload["choices"]
        first = choices[0]
        text = first["message"].get("content") or ""
        usage = payload.get("usage") or {}
        tokens = usage.get("completion_tokens")
    except (Malformed, LookupError, TypeError, AttributeError):
        return Failure("malformed", f"the model server at {address} sent no chat completion: {answer[:80]!r}")
    counted = tokens if isinstance(tokens, int) and tokens > 0 else None
    finish = str(first.get("finish_reason") or "")
    return Said(str(text), finish, counted, len(choices), bool(first.get("logprobs")))


def events(answer: str) -> list[dict[str, object]]:
    """The events of a stream that came whole."""
    found: list[dict[str, object]] = []
    for line in answer.splitlines():
        if line.startswith("data:") and line[5:].strip() != "[DONE]":
            with suppress(Malformed):
                event = parse(line[5:])
                if isinstance(event, dict):
                    found.append(event)
    return found


def mark(text: str) -> str:
    """Two characters from the middle of a text, of which the first is no space."""
    middle = len(text) // 2
    start = next((place for place in range(middle, 0, -1) if not text[place].isspace()), 0)
    return text[start : start + 2]


def starts_object(said: Said) -> bool:
    """Whether a reply is a JSON object, or was cut while it was one."""
    if said.finish == "length":
        return said.text.lstrip().startswith("{")
    try:
        return isinstance(parse(said.text), dict)
    except Malformed:
        return False
