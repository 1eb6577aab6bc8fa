"""Where the prompt stands in what a model is sent."""

from __future__ import annotations

__all__ = ["PLACES", "Render", "placed"]

import re
from collections.abc import Callable, Iterable

from agentopt.errors import UsageError, nearest
from agentopt.evaluation.trials import Candidate, Example
from agentopt.models.base import Message

Render = Callable[[Candidate, Example], tuple[Message, ...]]

PLACES = ("system", "before", "after")
"""By name: the system's message; before the inputs; after them."""

_SLOT = re.compile(r"\{(\w+)\}")


def placed(place: str, inputs: Iterable[str] = ()) -> Render:
    """What makes messages of a candidate of one text and an example.

    Args:
        place: one of `PLACES`, or the user's message as a pattern with `{prompt}` and inputs by name, as in
            `Q: {question}` + a line + `A: {prompt}`. Braces around any other word stay as they are.
        inputs: those a pattern may name.

    Raises:
        UsageError: it is neither.

    >>> render = placed("Q: {question} A: {prompt}", ["question"])
    >>> render(Candidate({"prompt": "Think."}), Example("1", {"question": "{prompt}?"}))[0].content
    'Q: {prompt}? A: Think.'
    """
    known = {"prompt", *inputs}
    if place not in PLACES:
        named = set(_SLOT.findall(place))
        if "prompt" not in named or len(named & known) < min(2, len(known)):
            raise UsageError(
                f"`place` is {place!r}, which is no place for a prompt",
                hint=nearest(place, PLACES)
                or f"one of {', '.join(PLACES)}, or a pattern such as `Q: {{question}} A: {{prompt}}`",
            )

    def render(candidate: Candidate, example: Example) -> tuple[Message, ...]:
        (text, *_) = candidate.texts.values()
        inputs = "\n\n".join(example.inputs.values())
        match place:
            case "system":
                return (*((Message("system", text),) if text else ()), Message("user", inputs))
            case "before":
                return (Message("user", f"{text}\n\n{inputs}".strip()),)
            case "after":
                return (Message("user", f"{inputs}\n\n{text}".strip()),)
        values = {**example.inputs, "prompt": text}
        return (Message("user", _SLOT.sub(lambda slot: values.get(slot[1], slot[0]), place)),)

    return render
