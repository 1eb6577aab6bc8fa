"""A server that does all a body asks, but for the fields it is told to read over or to refuse."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field
from typing import Any

from tests.models.loopback import Body, Fault, refusal

WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
KNOWN = {"model", "messages", "stream"}


@dataclass
class Honest:
    """`ignores` and `refuses` name fields of the body; a schema is named by the way it is put."""

    ignores: frozenset[str] = frozenset()
    refuses: frozenset[str] = frozenset()
    status: int = 400
    constant: bool = False
    counts: bool = True
    rng: random.Random = field(default_factory=lambda: random.Random(0))

    def refuse(self, body: Body) -> Fault | None:
        for name in self.given(body):
            if name in self.refuses:
                return refusal(f"Unsupported parameter: '{name}'.", param=name, status=self.status)
        return None

    def given(self, body: Body) -> set[str]:
        names = set(body) - KNOWN
        asked = body.get("response_format", {})
        if asked.get("type") == "json_schema":
            names.add("json_schema" if asked["json_schema"].get("strict") else "json_schema_loose")
        elif asked:
            names.add("json_object")
        return names

    def finished(self, body: Body) -> Body:
        heard = self.given(body) - self.ignores
        rng = random.Random(body["seed"]) if "seed" in heard else self.rng
        texts = [self.text(body, heard, rng) for _ in range(body["n"] if "n" in heard else 1)]
        choices: list[Body] = []
        for index, text in enumerate(texts):
            text, finish = self.bounded(text, body, heard)
            message = {"role": "assistant", "content": text}
            choices.append({"index": index, "message": message, "finish_reason": finish})
            if "logprobs" in heard:
                choices[-1]["logprobs"] = {"content": [{"token": text, "logprob": -0.1}]}
        made: Body = {"id": "1", "model": body["model"], "choices": choices}
        if self.counts:
            words = len(choices[0]["message"]["content"].split())
            made["usage"] = {"prompt_tokens": 3, "completion_tokens": words}
        return made

    def text(self, body: Body, heard: set[str], rng: random.Random) -> str:
        schema = self.schema(body, heard)
        if schema is not None:
            return json.dumps({name: spec["enum"][0] for name, spec in schema["properties"].items()})
        if "json_object" in heard:
            return '{"greeting": "hello"}'
        if self.constant:
            return "hello there, it is me again"
        if "digits" in body["messages"][-1]["content"]:
            warm = "temperature" in self.ignores or body.get("temperature", 1.0) > 0
            return str(rng.randrange(10**5)) if warm else "12345"
        return ", ".join(WORDS) if "Count" in body["messages"][-1]["content"] else "Hello!"

    @staticmethod
    def schema(body: Body, heard: set[str]) -> Body | None:
        if "structured_outputs" in heard:
            return body["structured_outputs"]["json"]
        if heard & {"json_schema", "json_schema_loose"}:
            return body["response_format"]["json_schema"]["schema"]
        return None

    @staticmethod
    def bounded(text: str, body: Body, heard: set[str]) -> tuple[str, str]:
        if "stop" in heard:
            for mark in body["stop"]:
                text = text.partition(mark)[0]
        limits: list[Any] = [body[name] for name in ("max_tokens", "max_completion_tokens") if name in heard]
        if limits and len(text.split()) > min(limits):
            return " ".join(text.split()[: min(limits)]), "length"
        return text, "stop"
