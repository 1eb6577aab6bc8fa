"""Best of n: independent proposals from the same question, and the best is taken; a baseline.

What a method with memory must beat at equal budget: the model sees the first text and examples, as it does in
`opro`, and never a score or an earlier proposal.
"""

from __future__ import annotations

__all__ = ["BestOfN"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class BestOfN:
    """Best of n.

    Attributes:
        component: the text to improve; the first if empty.
        count: proposals, at most; the budget may end them before.
        children: proposals asked for at once.
        exemplars: training examples that are shown.
        temperature: of the optimizer model.
        longest: characters of a text, at most.
    """

    component: str = ""
    count: int = 200
    children: int = 8
    exemplars: int = 3
    temperature: float = 1.0
    longest: int = 500

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        yield [Trial(seed, data.val, "val")]
        for begun in range(0, self.count, self.children):
            exemplars = rng.sample(data.train, min(self.exemplars, len(data.train)))
            asked = {
                "text": seed.texts[name],
                "exemplars": [
                    {"input": "\n".join(each.inputs.values()), "target": str(each.target)}
                    for each in exemplars
                ],
            }
            samples = min(self.children, self.count - begun)
            replies = model.ask("best-of-n/propose", [asked], temperature=self.temperature, samples=samples)
            texts = [text for text in tagged(replies, "text") if len(text) <= self.longest]
            yield [Trial(seed.child({name: text}, "best-of-n"), data.val, "val") for text in texts]
