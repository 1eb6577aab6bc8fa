"""Tabu search over phrase edits (Pan et al., Plum, 2024, algorithm TB).

As hill climbing, but what is like the winners of the last iterations is mostly left out. Departs from
the authors' program where it stands still: an iteration with no mutant left counts as one without a better
text. Likeness is the longest common subsequence of words, not of characters, against each text of the list by
itself, since against the average of the list a text that stands in it can pass. Else departs as
`hill_climbing` does.
"""

from __future__ import annotations

__all__ = ["Tabu"]

import random
from collections import deque
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.phrases import ALL, Edit, Phrased, likeness, mutants
from agentopt.optimizers.scored import Scored, best_of
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class Tabu:
    """Tabu search.

    Attributes:
        component: the text to improve; the first if empty.
        edits: the kinds of edits drawn from.
        compose: edits in a mutant.
        candidates: mutants in an iteration.
        remembered: winners of iterations in the list.
        alike: likeness from which on a text is tabu; 1 forbids equal texts only.
        lenient: the probability that a tabu text enters all the same.
        iterations: at most.
        patience: iterations without a better text before it ends.
        temperature: of paraphrases.
    """

    component: str = ""
    edits: tuple[Edit, ...] = ALL
    compose: int = 1
    candidates: int = 10
    remembered: int = 5
    alike: float = 1.0
    lenient: float = 0.5
    iterations: int = 50
    patience: int = 7
    temperature: float = 1.0

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        best = Scored(Phrased.of(seed.texts[name]), *(yield [Trial(seed, data.val, "val")]))
        table = deque([best.text], maxlen=self.remembered)
        waited = 0
        for _ in range(self.iterations):
            drawn = mutants(
                [best.text] * self.candidates,
                self.edits,
                count=self.compose,
                model=model,
                rng=rng,
                temperature=self.temperature,
            )
            texts = [
                each
                for each in drawn
                if all(likeness(each, known) < self.alike for known in table) or rng.random() < self.lenient
            ]
            waited += 1
            if texts:
                children = [each.child_of(best.candidate, name, "tabu") for each in texts]
                tried = yield [Trial(child, data.val, "val") for child in children]
                (top,) = best_of(Scored.all(texts, tried), 1)
                table.append(top.text)
                if top.score > best.score:
                    best, waited = top, 0
            if waited >= self.patience:
                return
