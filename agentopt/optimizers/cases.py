"""Training examples as optimizers draw and show them: minibatches, and what came of each in words."""

from __future__ import annotations

__all__ = ["Case", "batches", "shown", "training"]

import random
from collections.abc import Iterable, Iterator
from typing import TypedDict

from agentopt.errors import UsageError
from agentopt.evaluation.trials import Example, Feedback, Outcome, Splits

THIS = "(the text stands here)"
"""What a text is replaced by in the prompts that are shown, for it is shown itself, once."""


class Said(TypedDict):
    """A model call of a case."""

    prompt: str
    reply: str


class Case(TypedDict):
    """What prompts show of an example: inputs, calls that used a text, answer, and what was said of it."""

    input: str
    calls: list[Said]
    output: str
    comment: str


def training(data: Splits, method: str) -> tuple[Example, ...]:
    """The examples to learn from.

    Raises:
        UsageError: there are none.
    """
    if not data.train:
        raise UsageError(
            f"`{method}` learns from training examples, and the task has none",
            hint="give it a train split, or take an optimizer that sees scores only, as `opro`",
        )
    return data.train


def batches(examples: tuple[Example, ...], size: int, rng: random.Random) -> Iterator[tuple[Example, ...]]:
    """Minibatches without end: every example once an epoch, in another order each.

    A batch never holds an example twice: where an epoch does not come out even, what is missing is taken from
    its beginning.

    >>> rows = tuple(Example(name, {"q": name}) for name in "abcde")
    >>> drawn = batches(rows, 2, random.Random(0))
    >>> sorted({each.id for _ in range(3) for each in next(drawn)})
    ['a', 'b', 'c', 'd', 'e']
    """
    size = min(size, len(examples))
    while True:
        order = rng.sample(examples, len(examples))
        missing = -len(order) % size
        order += order[:missing]
        yield from (tuple(order[at : at + size]) for at in range(0, len(order), size))


def shown(feedback: Iterable[Feedback], name: str, text: str) -> list[Case]:
    """What came of examples, for a prompt about the text of one component; unmeasured ones are left out."""
    return [
        Case(
            input="\n".join(each.example.inputs.values()),
            calls=[
                Said(
                    prompt=call.prompt.replace(text, THIS) if text.strip() else call.prompt, reply=call.reply
                )
                for call in each.trace
                if call.component == name
            ],
            output=each.output,
            comment=each.comment,
        )
        for each in feedback
        if each.outcome is not Outcome.UNMEASURED
    ]
