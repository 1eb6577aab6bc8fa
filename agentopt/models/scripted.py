"""A model that says what it was told to: for tests, demonstrations and examples.

Replies come by the component that asks, by a pattern in what is asked, or simply in order.
"""

from __future__ import annotations

__all__ = ["Line", "Scripted"]

import json
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, JsonValue, TypeAdapter, ValidationError, field_validator

from agentopt.errors import ModelError, UsageError
from agentopt.models.base import Reply, Request, Watch
from agentopt.models.wire import estimated


class Line(BaseModel):
    """One thing to say, and when.

    Attributes:
        reply: the text; anything but a string is said as JSON.
        component: the component that must ask (`solve/formulate`, or its last part); any if empty.
        match: a regular expression that must be found in the last message; any if empty.
        times: how often it is said at most; None for always.
        stop: how the reply ends.
        error: with `stop: error`, why.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    reply: JsonValue = ""
    component: str = ""
    match: str = ""
    times: int | None = None
    stop: Literal["end", "length", "error"] = "end"
    error: str = ""

    @field_validator("match")
    @classmethod
    def _compiles(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value

    def fits(self, request: Request) -> bool:
        """Whether it may answer a request."""
        asked = request.component
        if self.component and self.component not in (asked, asked.rpartition("/")[2]):
            return False
        said = request.messages[-1].content if request.messages else ""
        return not self.match or re.search(self.match, said) is not None


Script = Sequence[str | Line] | Mapping[str, str | Sequence[str]]


class Scripted:
    """Says the lines of a script, the first that fits and is not used up.

    Args:
        script: texts and lines, of which each text is said once, in order; or replies by component, of which
            a text is said always and the texts of a list once each.
        name: what it is called.

    >>> from agentopt.models.base import Message, Request
    >>> model = Scripted(["one", Line(match="twice", reply={"n": 2}), "three"])
    >>> asked = [Request((Message("user", text),)) for text in ("first", "say it twice", "third")]
    >>> [reply.text for reply in model.generate(asked)]
    ['one', '{"n": 2}', 'three']
    """

    def __init__(self, script: Script, name: str = "scripted") -> None:
        self.name = name
        self.asked: list[Request] = []
        self._lines = list(_lines(script))
        self._left = [line.times for line in self._lines]
        self._lock = threading.Lock()

    @classmethod
    def load(cls, path: Path) -> Scripted:
        """A script from a YAML or JSON file: a list of texts and lines, or replies by component.

        Raises:
            UsageError: there is no such file, or it is no script.
        """
        import yaml

        try:
            written = yaml.safe_load(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise UsageError(f"the script {path} cannot be read: {error.strerror}") from error
        except (yaml.YAMLError, UnicodeDecodeError) as error:
            raise UsageError(f"the script {path} is not YAML or JSON: {error}") from error
        try:
            return cls(_SCRIPT.validate_python(written), f"scripted:{path}")
        except ValidationError as error:
            first = error.errors()[0]
            place = "".join(f"[{part}]" for part in first["loc"] if isinstance(part, int))
            raise UsageError(
                f"the script {path} cannot be understood{f' at {place}' if place else ''}: {first['msg']}",
                hint="write a list of replies, or `COMPONENT: reply` one a line",
            ) from error

    @property
    def identity(self) -> str:
        """Its name: a script is not worth a cache."""
        return self.name

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """The replies of the script.

        Raises:
            ModelError: no line fits, or those that fit are used up.
        """
        replies = []
        for position, request in enumerate(requests):
            reply = self._say(request)
            if watch is not None:
                watch.text(position, reply.text)
                watch.reply(position, reply)
            replies.append(reply)
        return replies

    def close(self) -> None:
        """Nothing is held."""

    def _say(self, request: Request) -> Reply:
        with self._lock:
            self.asked.append(request)
            fitting = [place for place, line in enumerate(self._lines) if line.fits(request)]
            place = next((place for place in fitting if self._left[place] != 0), None)
            if place is None:
                who = f"`{request.component}`" if request.component else "this request"
                used = "are used up" if fitting else "has none that fits"
                raise ModelError(
                    f"{self.name}: the replies for {who} {used} after {len(self.asked) - 1} calls",
                    hint="add a reply to the script",
                )
            left = self._left[place]
            self._left[place] = None if left is None else left - 1
        line = self._lines[place]
        text = line.reply if isinstance(line.reply, str) else json.dumps(line.reply, ensure_ascii=False)
        if line.stop == "error":
            return Reply("", estimated(request, ""), "error", line.error or "the script says so", self.name)
        return Reply(text, estimated(request, text), line.stop, "", self.name)


_SCRIPT: TypeAdapter[list[str | Line] | dict[str, str | list[str]]] = TypeAdapter(
    list[str | Line] | dict[str, str | list[str]]
)


def _lines(script: Script) -> Iterable[Line]:
    if isinstance(script, Mapping):
        for component, replies in script.items():
            if isinstance(replies, str):
                yield Line(component=component, reply=replies)
            else:
                yield from (Line(component=component, reply=reply, times=1) for reply in replies)
    else:
        for each in script:
            yield each if isinstance(each, Line) else Line(reply=each, times=1)
