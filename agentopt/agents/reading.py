"""From a reply to a formulation, and from a problem to what the prompts show of it."""

from __future__ import annotations

__all__ = ["numbers", "read_formulation", "schema", "written"]

from collections.abc import Mapping

from pydantic import JsonValue

from agentopt.errors import ReplyError
from agentopt.formulation.elements import Formulation
from agentopt.models.base import Reply
from agentopt.prompts.replies import extract_json

MAX_NUMBERS = 80
MAX_LISTED = 50_000
"""Characters of a text up to which its numbers are listed."""


def schema() -> Mapping[str, object]:
    """The JSON schema a formulation reply is decoded with."""
    from agentopt.formulation.schema import decoding_schema

    return decoding_schema()


def read_formulation(reply: Reply) -> tuple[Formulation, tuple[str, ...]]:
    """The formulation in a reply, and notes on what had to be tolerated.

    Raises:
        ReplyError: the reply is prose, cut off, or not JSON.
        FormulationError: it is JSON of another shape; the message names every field.
    """
    from agentopt.formulation.schema import read_reply

    try:
        found = extract_json(reply.text)
    except ReplyError as error:
        if reply.stop == "length":
            raise ReplyError(
                f"the reply was cut at the token limit: {error.message}",
                hint="state the model over sets, and more briefly",
            ) from error
        raise
    if not isinstance(found.value, dict):
        raise ReplyError(
            f"the reply is a JSON {type(found.value).__name__}, not an object",
            hint="reply with one JSON object, the formulation",
        )
    reading = read_reply(found.value)
    return reading.formulation, (*found.notes, *reading.notes)


def written(formulation: Formulation) -> dict[str, JsonValue]:
    """A formulation as the state holds it and prompts show it."""
    return formulation.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def numbers(text: str) -> str:
    """The numbers a formulation must account for, tables aside, in order, for a prompt; their count if many.

    >>> numbers("Each truck takes 40 boxes; at least 70% go by rail, twice a day, since 1998.")
    '[1] 40  [2] 70%  [3] twice'
    """
    if not text or len(text) > MAX_LISTED:
        return ""
    from agentopt.verification.quantities import quantities

    found = [quantity.text for quantity in quantities(text) if quantity.required and quantity.kind != "cell"]
    if len(found) > MAX_NUMBERS:
        return f"({len(found)} numbers)"
    return "  ".join(f"[{place}] {number}" for place, number in enumerate(found, start=1))
