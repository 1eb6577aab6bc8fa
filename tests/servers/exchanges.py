"""What the tiny model is taught: a few small exchanges, and the formulation of one problem."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentopt.agents import Context, Problem, run
from agentopt.models.base import Request
from agentopt.models.scripted import Scripted
from tests.agents.conftest import PROMPTS, TEXT, joinery

GREETING = "Say hello."
GREETED = "Hello from a very small model."
SUMS = {f"What is {number} plus one?": f"It is {number + 1}." for number in range(12)}
TITLE_SCHEMA: dict[str, object] = {
    "title": "Colour",
    "type": "object",
    "properties": {"colour": {"type": "string", "enum": ["red", "green"]}},
    "required": ["colour"],
    "additionalProperties": False,
}


def taught_formulation() -> dict[str, object]:
    """The joinery's, with labels in single quotes.

    Where a schema bounds the length of a text, vLLM's grammars allow no escape in it, and so no double quote.
    """
    written = json.dumps(joinery()["constraints"])
    return joinery(constraints=json.loads(written.replace('\\"', "'")))


def solve_request() -> tuple[Request, str]:
    """What a solve of the joinery's problem asks a model, and the reply that solves it.

    The reply is as the schema of the request wants it, key by key and without a space: a server that keeps to
    the schema can then say it, and one that does not says the same.
    """
    model = Scripted({"formulate": json.dumps(taught_formulation())})
    run(Problem(TEXT), Context(model=model, prompts=(PROMPTS,), battery=False))
    (request,) = model.asked
    assert request.schema is not None
    return request, json.dumps(whole(taught_formulation(), request.schema), separators=(",", ":"))


def whole(value: Any, schema: Mapping[str, Any]) -> Any:
    """A value with every key its schema requires, in the schema's order; what it lacks is null or empty."""
    options = schema.get("anyOf", [schema])
    fitting = next(option for option in options if _fits(value, option))
    if isinstance(value, dict):
        return {name: whole(value.get(name), inner) for name, inner in fitting["properties"].items()}
    if isinstance(value, list):
        return [whole(item, fitting["items"]) for item in value]
    return [] if value is None and fitting.get("type") == "array" else value


def _fits(value: Any, schema: Mapping[str, Any]) -> bool:
    types = schema.get("type", [])
    named = {type(None): "null", dict: "object", list: "array"}.get(type(value), "")
    return not named or named in types or (value is None and types == "array")


def taught() -> list[tuple[list[dict[str, str]], str]]:
    """Every exchange, as `tiny_model` takes them."""
    request, formulation = solve_request()
    asked = [{"role": turn.role, "content": turn.content} for turn in request.messages]
    small = {GREETING: GREETED, **SUMS}
    return [
        (asked, formulation),
        *(([{"role": "user", "content": text}], reply) for text, reply in small.items()),
    ]


def teach(path: Path) -> Path:
    """The file `tiny_model` reads."""
    path.write_text(json.dumps(taught()), encoding="utf-8")
    return path
