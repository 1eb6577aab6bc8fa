"""Hill climbing over phrase edits (Pan et al., Plum, arXiv 2311.08364, algorithm HC).

Departs from the authors' program in the cutting of phrases (see `phrases`), and in the score: the mean over
the validation split, where theirs is balanced accuracy with an entropy term, which only classification has.
"""

from __future__ import annotations

__all__ = ["HillClimbing"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.phrases import ALL, Edit, Phrased, mutants
from agentopt.optimizers.scored import Scored, best_of
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class HillClimbing:
    """Hill climbing: mutants of the best text, until none has been better for a while.

    Attributes:
        component: the text to improve; the first if empty.
        edits: the kinds of edits drawn from: delete, swap, paraphrase, add (back).
        compose: edits in a mutant.
        candidates: mutants in an iteration.
        iterations: at most.
        patience: iterations without a better text before it ends.
        temperature: of paraphrases.
    """

    component: str = ""
    edits: tuple[Edit, ...] = ALL
    compose: int = 1
    candidates: int = 10
    iterations: int = 50
    patience: int = 7
    temperature: float = 1.0

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        best = Scored(Phrased.of(seed.texts[name]), *(yield [Trial(seed, data.val, "val")]))
        waited = 0
        for _ in range(self.iterations):
            texts = mutants(
                [best.text] * self.candidates,
                self.edits,
                count=self.compose,
                model=model,
                rng=rng,
                temperature=self.temperature,
            )
            children = [each.child_of(best.candidate, name, "hill-climbing") for each in texts]
            tried = yield [Trial(child, data.val, "val") for child in children]
            (top,) = best_of(Scored.all(texts, tried), 1)
            waited = 0 if top.score > best.score else waited + 1
            if not waited:
                best = top
            elif waited >= self.patience:
                return
