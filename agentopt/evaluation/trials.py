"""What is tried, on what, and what came of it: the words that optimizers and evaluations share."""

from __future__ import annotations

__all__ = ["Call", "Candidate", "Evaluation", "Example", "Feedback", "Outcome", "Splits", "Trial"]

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import Literal

from pydantic import JsonValue

from agentopt.errors import UsageError

Split = Literal["train", "val", "test"]


@dataclass(frozen=True)
class Example:
    """One row of a task.

    Attributes:
        id: its name, unique within a task.
        inputs: what a candidate is shown, by name.
        target: what a scorer compares with; no candidate and no optimizer sees it before the answer is fixed.
        accept: further targets that are as right.
    """

    id: str
    inputs: Mapping[str, str]
    target: JsonValue = None
    accept: tuple[JsonValue, ...] = ()


@dataclass(frozen=True)
class Splits:
    """The rows of a task: `train` may be learned from, `val` picks, `test` is opened once, at the end."""

    train: tuple[Example, ...]
    val: tuple[Example, ...]
    test: tuple[Example, ...] = ()

    def __post_init__(self) -> None:
        seen: dict[str, str] = {}
        for name in ("train", "val", "test"):
            for example in getattr(self, name):
                if example.id in seen:
                    raise UsageError(
                        f"the example `{example.id}` stands in {seen[example.id]} and again in {name}",
                        hint="give every example its own id, and each to one split",
                    )
                seen[example.id] = name
        if not self.val:
            raise UsageError("the validation split is empty", hint="give at least one example to pick by")

    @cached_property
    def by_id(self) -> Mapping[str, Example]:
        """Every example by its id."""
        return {each.id: each for each in (*self.train, *self.val, *self.test)}


@dataclass(frozen=True)
class Candidate:
    """Named texts to be improved: prompts, code, a verbal model, an insight library.

    Attributes:
        texts: by component.
        parents: the ids it was made from.
        origin: the step of the method that made it.
    """

    texts: Mapping[str, str]
    parents: tuple[str, ...] = ()
    origin: str = "seed"

    @cached_property
    def id(self) -> str:
        """A digest of the texts: equal texts are one candidate, whoever proposed them."""
        canonical = json.dumps(dict(self.texts), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def child(self, texts: Mapping[str, str], origin: str, *others: Candidate) -> Candidate:
        """A candidate with some texts changed.

        Raises:
            UsageError: a component is none of this candidate's.
        """
        for name in texts:
            if name not in self.texts:
                raise UsageError(
                    f"there is no component `{name}` to change", hint=f"there are {', '.join(self.texts)}"
                )
        return Candidate({**self.texts, **texts}, (self.id, *(other.id for other in others)), origin)


class Outcome(StrEnum):
    """What became of an example. The last two are no wrong answers, and are reported apart."""

    RIGHT = "right"
    WRONG = "wrong"
    UNPARSED = "unparsed"
    """There was a reply, and no answer in it could be read; it scores as wrong."""
    UNMEASURED = "unmeasured"
    """Transport, refusal, a scorer that failed: nothing is known of the candidate."""


@dataclass(frozen=True)
class Call:
    """One model call of a candidate on an example.

    Attributes:
        component: whose text it used.
        prompt, reply: what was said.
        inputs: positions in the trace of the calls whose replies stand in the prompt.
        node: the step of a graph it was made in.
    """

    component: str
    prompt: str
    reply: str
    inputs: tuple[int, ...] = ()
    node: str = ""


@dataclass(frozen=True)
class Feedback:
    """What came of a candidate on one example.

    Attributes:
        score: higher is better; None exactly where the outcome is `UNMEASURED`.
        output: the answer.
        comment: why, in words: a solver's finding, a failed check, a judge's remark.
        trace: the calls, in order; empty where the trial did not ask for it.
    """

    example: Example
    score: float | None
    outcome: Outcome
    output: str = ""
    comment: str = ""
    trace: tuple[Call, ...] = ()

    def __post_init__(self) -> None:
        if (self.score is None) != (self.outcome is Outcome.UNMEASURED):
            raise ValueError("an example has a score unless it was not measured")
        if self.score is not None and not math.isfinite(self.score):
            raise ValueError(f"the score of example `{self.example.id}` is {self.score}")


@dataclass(frozen=True)
class Trial:
    """A request: try this candidate on these examples; `trace` asks for the calls too."""

    candidate: Candidate
    examples: tuple[Example, ...]
    split: Split = "train"
    trace: bool = False


@dataclass(frozen=True)
class Evaluation:
    """What came of a trial, an entry for each of its examples, in order."""

    trial: Trial
    feedback: tuple[Feedback, ...] = field(repr=False)

    @property
    def candidate(self) -> Candidate:
        """Who was tried."""
        return self.trial.candidate

    @cached_property
    def scores(self) -> Mapping[str, float]:
        """The scores by example, of those that could be measured."""
        return {each.example.id: each.score for each in self.feedback if each.score is not None}

    @property
    def score(self) -> float:
        """The mean over what could be measured; minus infinity if nothing could."""
        return sum(self.scores.values()) / len(self.scores) if self.scores else -math.inf

    def count(self, outcome: Outcome) -> int:
        """How many examples ended so."""
        return sum(each.outcome is outcome for each in self.feedback)


def examples_of(rows: Sequence[Mapping[str, JsonValue]]) -> tuple[Example, ...]:
    """Rows `{"id", "inputs", "target"}` as examples.

    Raises:
        UsageError: a row lacks its id or inputs, or an input is no text.
    """
    found = []
    for number, row in enumerate(rows, start=1):
        inputs = row.get("inputs")
        if not isinstance(row.get("id"), str) or not isinstance(inputs, Mapping) or not inputs:
            raise UsageError(
                f"row {number} has no `id` or no `inputs`",
                hint='{"id": "1", "inputs": {"question": "…"}, "target": "…"}',
            )
        if any(not isinstance(value, str) for value in inputs.values()):
            raise UsageError(f"row {number}, `{row['id']}`: inputs are texts")
        found.append(
            Example(str(row["id"]), {name: str(value) for name, value in inputs.items()}, row.get("target"))
        )
    return tuple(found)
