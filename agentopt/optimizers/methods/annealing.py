"""Simulated annealing over phrase edits (Pan et al., Plum, 2024, algorithm SA).

Departs from the authors' program where it forgets the best text once a worse one is accepted, and as
`hill_climbing` does.
"""

from __future__ import annotations

__all__ = ["Annealing"]

import math
import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.phrases import ALL, Edit, Phrased, mutants
from agentopt.optimizers.scored import Scored, best_of
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class Annealing:
    """Simulated annealing: a worse text is accepted with probability exp(Δ/T), T = heat · exp(-i/cooling).

    Attributes:
        component: the text to improve; the first if empty.
        edits: the kinds of edits drawn from.
        compose: edits in a mutant.
        candidates: mutants in an iteration; the best of them is the one that may be accepted.
        iterations: at most.
        patience: iterations without a new best text before it ends.
        heat: T at the beginning, in points of a score from 0 to 100.
        cooling: iterations in which T falls by a factor of e.
        temperature: of paraphrases.
    """

    component: str = ""
    edits: tuple[Edit, ...] = ALL
    compose: int = 1
    candidates: int = 10
    iterations: int = 50
    patience: int = 7
    heat: float = 10.0
    cooling: float = 5.0
    temperature: float = 1.0

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        current = Scored(Phrased.of(seed.texts[name]), *(yield [Trial(seed, data.val, "val")]))
        best, waited = current.score, 0
        for iteration in range(1, self.iterations + 1):
            texts = mutants(
                [current.text] * self.candidates,
                self.edits,
                count=self.compose,
                model=model,
                rng=rng,
                temperature=self.temperature,
            )
            children = [each.child_of(current.candidate, name, "annealing") for each in texts]
            tried = yield [Trial(child, data.val, "val") for child in children]
            (top,) = best_of(Scored.all(texts, tried), 1)
            waited = 0 if top.score > best else waited + 1
            best = max(best, top.score)
            if self._accepts(100 * (top.score - current.score), iteration, rng):
                current = top
            if waited >= self.patience:
                return

    def _accepts(self, gain: float, iteration: int, rng: random.Random) -> bool:
        if gain > 0:
            return True
        heat = self.heat * math.exp(-iteration / self.cooling)
        return rng.random() < math.exp(gain / heat)
