"""The kinds of values that the elements of a formulation have, and what they have in common."""

from __future__ import annotations

__all__ = ["MAX_NUMBER", "Bound", "ByName", "Element", "Names", "Number", "Plain", "Scalar", "Whole"]

import math
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

MAX_NUMBER = 1e300


def _no_truth(value: object) -> object:
    """Refuse true and false, which would pass for 1 and 0, and numbers beyond all use."""
    if isinstance(value, bool):
        raise ValueError(f"expected a number, found `{str(value).lower()}`; write 1 or 0, or quote a label")
    if isinstance(value, int) and abs(value) > MAX_NUMBER:
        raise ValueError(f"a number of {int(math.log10(abs(value))) + 1} digits is too large")
    return value


Plain = BeforeValidator(_no_truth)

Scalar = Annotated[str | int | float, Plain]
"""An element of a one-dimensional set, or a number. A string of digits means the integer: `"12"` is `12`."""

Whole = Annotated[int, Plain]
Number = Annotated[int | float, Plain]
Bound = Annotated[
    str | int | float | None, Plain, Field(description="a number, an expression, or null for none")
]
Names = Annotated[
    list[str],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema({"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "string"}]}),
]
"""A list of names; a single name may be written without the brackets."""


class Element(BaseModel):
    """Anything declared in a formulation."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, frozen=True, allow_inf_nan=False)


def _by_name(value: object) -> object:
    """Turn `[{name: A, ...}]` into `{A: {...}}`; leave anything else to validation."""
    if not isinstance(value, list):
        return {} if value is None else value
    named: dict[str, object] = {}
    for entry in value:
        if not isinstance(entry, dict) or not isinstance(entry.get("name"), str):
            raise ValueError("in a list, every element needs a `name`")
        if entry["name"] in named:
            raise ValueError(f"`{entry['name']}` is declared twice")
        named[entry["name"]] = {key: value for key, value in entry.items() if key != "name"}
    return named


ByName = BeforeValidator(_by_name)
