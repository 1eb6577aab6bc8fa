"""Optimization by prompting (Yang et al., Large Language Models as Optimizers, 2023, sections 2 and 4).

A list of texts with their scores, worst first, is shown; the model is asked for better ones. Departs from
the authors' program where that fails: texts that are not text in tags are dropped, not asked for again
without end, and scores are those of the validation split.
"""

from __future__ import annotations

__all__ = ["Opro"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class Opro:
    """Optimization by prompting.

    Attributes:
        component: the text to improve; the first if empty.
        keep: pairs of text and score that are shown.
        children: texts asked for in a step.
        exemplars: training examples that are shown.
        temperature: of the optimizer model.
        longest: characters of a text, at most.
    """

    component: str = ""
    keep: int = 20
    children: int = 8
    exemplars: int = 3
    temperature: float = 1.0
    longest: int = 500

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        history = list((yield [Trial(seed, data.val, "val")]))
        while True:
            history = sorted(history, key=lambda each: each.score)[-self.keep :]
            shown = [(each.candidate.texts[name], round(100 * each.score)) for each in history]
            exemplars = rng.sample(data.train, min(self.exemplars, len(data.train)))
            asked = {
                "texts": [{"text": text, "score": score} for text, score in shown],
                "exemplars": [
                    {"input": "\n".join(each.inputs.values()), "target": str(each.target)}
                    for each in exemplars
                ],
            }
            replies = model.ask("opro/propose", [asked], temperature=self.temperature, samples=self.children)
            known = {each.candidate.texts[name] for each in history}
            texts = [text for text in dict.fromkeys(tagged(replies, "text")) if len(text) <= self.longest]
            new = [seed.child({name: text}, "opro") for text in texts if text not in known]
            history += yield [Trial(child, data.val, "val") for child in new]
