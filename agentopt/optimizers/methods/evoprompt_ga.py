"""EvoPrompt as a genetic algorithm (Guo et al., EvoPrompt, 2024, section 3.2).

Departs from the authors' program in its beginning, paraphrases of one text instead of a file of prompts for
the task at hand; and where every member scores 0, or one is not measured, parents are drawn evenly.
"""

from __future__ import annotations

__all__ = ["EvoPromptGa", "begun"]

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Evaluation, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class EvoPromptGa:
    """Two parents by roulette, crossed and mutated by the model; the best of old and new are kept.

    Attributes:
        component: the text to improve; the first if empty.
        population: members, and children of a generation.
        generations: after the first population.
        temperature: of the optimizer model.
        longest: characters of a text, at most.
    """

    component: str = ""
    population: int = 10
    generations: int = 10
    temperature: float = 0.5
    longest: int = 2000

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        members = list((yield [Trial(seed, data.val, "val")]))
        first = begun(seed, name, self.population - 1, model, self.temperature)
        members += yield [Trial(each, data.val, "val") for each in first]
        for _ in range(self.generations):
            pairs = [_parents(members, rng) for _ in range(self.population)]
            replies = model.ask(
                "evoprompt/cross",
                [{"first": one.texts[name], "second": other.texts[name]} for one, other in pairs],
                temperature=self.temperature,
            )
            children = [
                one.child({name: text}, "evoprompt-ga", other)
                for (one, other), reply in zip(pairs, replies, strict=True)
                for text in tagged([reply], "text")
                if len(text) <= self.longest
            ]
            members += yield [Trial(child, data.val, "val") for child in children]
            once = {each.candidate.id: each for each in members}
            members = sorted(once.values(), key=lambda each: -each.score)[: self.population]


def begun(seed: Candidate, name: str, count: int, model: Asking, temperature: float) -> list[Candidate]:
    """The first population beside the seed: so many paraphrases of it, fewer where they are alike."""
    if count <= 0:
        return []
    asked = [{"text": seed.texts[name]}]
    replies = model.ask("paraphrase/text", asked, temperature=max(temperature, 1.0), samples=count)
    return [seed.child({name: text}, "paraphrase") for text in dict.fromkeys(tagged(replies, "text"))]


def _parents(members: Sequence[Evaluation], rng: random.Random) -> tuple[Candidate, Candidate]:
    """Two members, drawn in proportion to their scores."""
    weights = [max(each.score, 0.0) for each in members]
    if not any(weights) or not all(map(math.isfinite, weights)):
        weights = [1.0] * len(members)
    one, other = rng.choices(members, weights, k=2)
    return one.candidate, other.candidate
