"""Texts with what came of them, as populations hold them, and two ways to choose."""

from __future__ import annotations

__all__ = ["Scored", "best_of", "tournament"]

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Evaluation
from agentopt.optimizers.phrases import Phrased


@dataclass(frozen=True)
class Scored:
    """A text in phrases, and the evaluation of the candidate it stands in."""

    text: Phrased
    evaluation: Evaluation

    @property
    def score(self) -> float:
        """The mean score."""
        return self.evaluation.score

    @property
    def candidate(self) -> Candidate:
        """Who holds the text."""
        return self.evaluation.candidate

    @classmethod
    def all(cls, texts: Sequence[Phrased], evaluations: Sequence[Evaluation]) -> list[Scored]:
        """Each text with its evaluation."""
        return [cls(text, found) for text, found in zip(texts, evaluations, strict=True)]


def best_of(members: Sequence[Scored], count: int) -> list[Scored]:
    """The best, of equals the earlier, each candidate once."""
    once = {each.candidate.id: each for each in reversed(members)}
    kept = [each for each in members if once.get(each.candidate.id) is each]
    return sorted(kept, key=lambda each: -each.score)[:count]


def tournament(members: Sequence[Scored], size: int, rng: random.Random) -> Scored:
    """The best of `size` members drawn with replacement."""
    return max((rng.choice(members) for _ in range(size)), key=lambda each: each.score)
