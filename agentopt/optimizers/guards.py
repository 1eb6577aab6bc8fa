"""What no candidate may do: carry the answers of the examples it is picked by."""

from __future__ import annotations

__all__ = ["Guard"]

import re
from collections.abc import Iterable
from dataclasses import dataclass

from agentopt.evaluation.tasks import Task
from agentopt.evaluation.trials import Candidate, Example

WORDS = 8
"""Consecutive words of a validation or test input that a candidate may not hold."""

LEAST = 12
"""Characters from which on an answer is too particular to stand in a candidate by chance."""


@dataclass(frozen=True)
class Guard:
    """Refuses candidates that copy examples.

    Attributes:
        passages: runs of `WORDS` words of validation and test inputs, and long answers, with whose they are.
        allowed: what already stood in the seed.
    """

    passages: dict[str, str]
    allowed: frozenset[str]

    @classmethod
    def of(cls, task: Task) -> Guard:
        """The guard of a task: over its validation and test splits."""
        passages: dict[str, str] = {}
        for example in (*task.data.val, *task.data.test):
            for passage in _passages(example):
                passages.setdefault(passage, example.id)
        seed = " ".join(_words(" ".join(task.seed.texts.values())))
        return cls(passages, frozenset(each for each in passages if each in seed))

    def refusal(self, candidate: Candidate) -> str:
        """Why a candidate is refused; empty if it is not."""
        for name, text in candidate.texts.items():
            words = _words(text)
            runs = {" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1)}
            whole = f" {' '.join(words)} "
            for passage, owner in self.passages.items():
                if passage in self.allowed:
                    continue
                if passage in runs or (passage.count(" ") + 1 != WORDS and f" {passage} " in whole):
                    return f"refused: `{name}` copies “{passage}” from the example `{owner}`"
        return ""


def _passages(example: Example) -> Iterable[str]:
    for text in example.inputs.values():
        words = _words(text)
        yield from (" ".join(words[at : at + WORDS]) for at in range(len(words) - WORDS + 1))
    for target in (example.target, *example.accept):
        answer = " ".join(_words(str(target)))
        if len(answer) >= LEAST:
            yield answer


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.casefold())
