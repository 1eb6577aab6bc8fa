"""Random paraphrases: a walk that never looks at a score; the control of all others.

A method that finds no more than this has gained by the number of its tries, not by where it looked.
"""

from __future__ import annotations

__all__ = ["RandomParaphrase"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class RandomParaphrase:
    """Random paraphrases, each of the seed or of one made before, all as likely.

    Attributes:
        component: the text to improve; the first if empty.
        count: paraphrases, at most; the budget may end them before.
        children: paraphrases asked for at once.
        temperature: of the optimizer model.
        longest: a paraphrase, in characters: at most so many times the seed, and at least 500.
    """

    component: str = ""
    count: int = 200
    children: int = 8
    temperature: float = 1.0
    longest: float = 3.0

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        known = [seed]
        longest = max(500, self.longest * len(seed.texts[name]))
        yield [Trial(seed, data.val, "val")]
        for begun in range(0, self.count, self.children):
            drawn = [rng.choice(known) for _ in range(min(self.children, self.count - begun))]
            replies = model.ask(
                "paraphrase/text",
                [{"text": each.texts[name]} for each in drawn],
                temperature=self.temperature,
            )
            children = [
                parent.child({name: text}, "random-paraphrase")
                for parent, reply in zip(drawn, replies, strict=True)
                for text in tagged([reply], "text")
                if len(text) <= longest
            ]
            known += children
            yield [Trial(child, data.val, "val") for child in children]
