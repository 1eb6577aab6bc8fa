"""Kept exchanges: one JSON object a line, readable and mergeable.

    {"request": {"component", "messages", "sampling", "schema"},
     "reply": {"text", "stop", "model", "usage"}, "note"}

`schema` is the hash of the schema. Two other forms are read as well: the bodies of an OpenAI exchange, as
proxies log them (`{"request": BODY, "response": BODY}`), and a request with its whole schema and a
reply that is a text.

A sealed recording has `sealed`, a hash for each message, in place of `messages`, and no schema: it can be
replayed and tells which message has changed, and the text that was asked about need not be handed on with it.
"""

from __future__ import annotations

__all__ = ["Recording", "nearest_recording", "read_recordings", "sealed", "write_recording"]

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from agentopt.errors import UsageError
from agentopt.models import wire
from agentopt.models.base import Message, Reply, Request, Sampling, Usage
from agentopt.models.fingerprints import schema_digest

_FORM = 'a recording is one line {"request": {"messages": [...], ...}, "reply": {"text": ...}}'


@dataclass(frozen=True)
class Recording:
    """One kept exchange.

    Attributes:
        messages: what was asked.
        sampling: how; None where it was not kept, so that any will do.
        schema: the hash of the schema, or None where it was not kept.
        component: who asked.
        reply: what came back.
        note: what whoever kept it wanted to say.
        place: file and line.
        sealed: the hash of each message of a sealed recording, whose `messages` are not known.
    """

    messages: tuple[Message, ...]
    reply: Reply
    sampling: Sampling | None = None
    schema: str | None = None
    component: str = ""
    note: str = ""
    place: str = ""
    seed: int | None = field(default=None)
    sealed: tuple[str, ...] = ()

    @property
    def seals(self) -> tuple[str, ...]:
        """A hash of each message: what a request is found by."""
        return self.sealed or sealed(self.messages)

    def answers(self, request: Request) -> bool:
        """Whether it is the reply to a request with the same messages."""
        if self.schema is not None and self.schema != schema_digest(request.schema):
            return False
        if self.sampling is None or self.sampling == request.sampling:
            return True
        # A bound that a whole reply stays below changes nothing: a budget sets one where there was none.
        bound = request.sampling.max_tokens
        within = bound is None or self.reply.usage.completion_tokens <= bound
        unbound = replace(request.sampling, max_tokens=self.sampling.max_tokens)
        return self.reply.stop == "end" and within and self.sampling == unbound

    def difference(self, request: Request) -> str:
        """Where a request first differs from it, for a person."""
        if self.sealed:
            return self._sealed_difference(request)
        for number, (kept, asked) in enumerate(zip(self.messages, request.messages, strict=False), 1):
            if kept.content != asked.content or kept.role != asked.role:
                at = _common(kept.content, asked.content)
                start = max(0, at - 20)
                return (
                    f"differs in message {number} from character {at} on: kept "
                    f"{kept.content[start : at + 40]!r}, asked {asked.content[start : at + 40]!r}"
                )
        if len(self.messages) != len(request.messages):
            return f"has {len(self.messages)} messages, and {len(request.messages)} were asked"
        return self._other_difference(request)

    def _sealed_difference(self, request: Request) -> str:
        asked = sealed(request.messages)
        for number, (kept, now) in enumerate(zip(self.sealed, asked, strict=False), 1):
            if kept != now:
                role = request.messages[number - 1].role
                return f"differs in message {number}, the {role} message (sealed, so not where)"
        if len(self.sealed) != len(asked):
            return f"has {len(self.sealed)} messages, and {len(asked)} were asked"
        return self._other_difference(request)

    def _other_difference(self, request: Request) -> str:
        if self.schema is not None and self.schema != schema_digest(request.schema):
            return "has the same messages and another schema"
        kept_sampling, sampling = asdict(self.sampling or request.sampling), asdict(request.sampling)
        changed = [
            f"{name} {kept_sampling[name]} kept, {value} asked"
            for name, value in sampling.items()
            if kept_sampling[name] != value
        ]
        return f"has the same messages and other sampling: {', '.join(changed)}"


def read_recordings(path: Path) -> list[Recording]:
    """Those of a file, or of every `.jsonl` below a folder, in the order of names and lines.

    Raises:
        UsageError: there are none, or a line is not a recording.
    """
    files = sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]
    found: list[Recording] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"the recordings {file} cannot be read: {error}") from error
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                found.append(_parse(line, f"{file.name}:{number}", last=number == text.count("\n") + 1))
    if not found:
        raise UsageError(
            f"there are no recordings in {path}", hint="name a folder with .jsonl files, or such a file"
        )
    return found


def sealed(messages: Sequence[Message]) -> tuple[str, ...]:
    """A hash of each message, its role included.

    >>> sealed([Message("user", "hi")])[0][:18]
    'sha256:0235981f325'
    """
    return tuple(
        f"sha256:{hashlib.sha256(json.dumps([turn.role, turn.content]).encode()).hexdigest()}"
        for turn in messages
    )


def write_recording(request: Request, reply: Reply, note: str = "", *, seal: bool = False) -> str:
    """The line to keep, without its end; sealed, it holds hashes in place of the messages."""
    usage = {name: value for name, value in asdict(reply.usage).items() if name != "cached"}
    asked: dict[str, object] = {"component": request.component}
    if seal:
        asked |= {"sealed": list(sealed(request.messages)), "sampling": asdict(request.sampling)}
    else:
        asked["messages"] = [asdict(turn) for turn in request.messages]
        asked |= {"sampling": asdict(request.sampling), "schema": schema_digest(request.schema)}
    kept = {
        "request": asked,
        "reply": {"text": reply.text, "stop": reply.stop, "model": reply.model, "usage": usage},
        "note": note,
    }
    return json.dumps(kept, ensure_ascii=False)


def nearest_recording(request: Request, recordings: Iterable[Recording]) -> Recording | None:
    """The one most like a request: of its component if any is, with the longest common start and end."""
    asked_seals = sealed(request.messages)

    def likeness(recording: Recording) -> tuple[bool, bool, int]:
        if recording.sealed:
            same = sum(kept == asked for kept, asked in zip(recording.sealed, asked_seals, strict=False))
            return recording.component == request.component, recording.sealed == asked_seals, same
        same = sum(
            _common(kept.content, asked.content) + _common(kept.content[::-1], asked.content[::-1])
            for kept, asked in zip(recording.messages, request.messages, strict=False)
        )
        return recording.component == request.component, recording.messages == request.messages, same

    return max(recordings, key=likeness, default=None)


def _common(one: str, other: str) -> int:
    """How many characters two texts have in common at the start."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _parse(line: str, place: str, *, last: bool) -> Recording:
    try:
        written = json.loads(line)
        request = written["request"]
        seals = tuple(str(seal) for seal in request.get("sealed", ()))
        messages = () if seals else tuple(_message(turn) for turn in request["messages"])
        if "response" in written:
            return _from_bodies(request, written["response"], messages, place)
        kept = written["reply"]
        reply = _kept_reply({"text": kept} if isinstance(kept, str) else kept)
        sampling = request.get("sampling")
        return Recording(
            messages,
            reply,
            None if sampling is None else Sampling(**{**sampling, "stop": tuple(sampling.get("stop", ()))}),
            _schema(request.get("schema")) if "schema" in request else None,
            str(request.get("component", "")),
            str(written.get("note", "")),
            place,
            sealed=seals,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        cut = " (the last line: was its writing cut off?)" if last else ""
        raise UsageError(f"{place} is not a recording{cut}: {error!r}", hint=_FORM) from error


def _message(turn: Mapping[str, object]) -> Message:
    role, content = turn["role"], turn["content"]
    if role == "developer":
        role = "system"
    if role not in ("system", "user", "assistant") or not isinstance(content, str):
        raise ValueError(f"a message of {role!r} with content {type(content).__name__}")
    return Message(role, content)


def _schema(schema: object) -> str:
    if isinstance(schema, Mapping):
        return schema_digest(schema)
    return schema if isinstance(schema, str) else ""


def _kept_reply(kept: Mapping[str, object]) -> Reply:
    stop, text, counted = kept.get("stop", "end"), kept["text"], kept.get("usage") or {}
    if stop not in ("end", "length"):
        raise ValueError(f"stop is {stop!r}")
    if not isinstance(text, str) or not isinstance(counted, Mapping):
        raise ValueError("text is not a string, or usage not an object")
    tokens = (int(counted.get("prompt_tokens", 0)), int(counted.get("completion_tokens", 0)))
    usage = Usage(*tokens, 0.0, cached=True, estimated=bool(counted.get("estimated", False)))
    return Reply(text, usage, stop, "", str(kept.get("model", "")))


def _from_bodies(
    request: Mapping[str, object], response: object, messages: Sequence[Message], place: str
) -> Recording:
    """From the bodies of an OpenAI exchange; how it was sampled is known but for the sample's number."""
    read = wire.read(response, Request(tuple(messages)))
    if read.stop == "error":
        raise ValueError(read.error)
    usage = Usage(
        read.usage.prompt_tokens,
        read.usage.completion_tokens,
        0.0,
        cached=True,
        estimated=read.usage.estimated,
    )
    seed = request.get("seed")
    return Recording(
        tuple(messages),
        Reply(read.text, usage, read.stop, "", read.model),
        place=place,
        seed=seed if isinstance(seed, int) else None,
    )
