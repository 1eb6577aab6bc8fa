"""A genetic algorithm of mutations only (Pan et al., Plum, 2024, algorithm GA-M).

Departs from the authors' program as `hill_climbing` does.
"""

from __future__ import annotations

__all__ = ["Genetic"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.phrases import ALL, Edit, Phrased, mutants
from agentopt.optimizers.scored import Scored, best_of, tournament
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class Genetic:
    """Mutations: a parent by tournament out of all that were ever kept; its best mutant is kept.

    Attributes:
        component: the text to improve; the first if empty.
        edits: the kinds of edits drawn from.
        compose: edits in a mutant.
        candidates: mutants in an iteration.
        tournament: members drawn for a parent.
        iterations: at most.
        patience: iterations without a new best text before it ends.
        temperature: of paraphrases.
    """

    component: str = ""
    edits: tuple[Edit, ...] = ALL
    compose: int = 1
    candidates: int = 10
    tournament: int = 5
    iterations: int = 50
    patience: int = 7
    temperature: float = 1.0

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        population = [Scored(Phrased.of(seed.texts[name]), *(yield [Trial(seed, data.val, "val")]))]
        best, waited = population[0].score, 0
        for _ in range(self.iterations):
            parent = tournament(population, self.tournament, rng)
            texts = mutants(
                [parent.text] * self.candidates,
                self.edits,
                count=self.compose,
                model=model,
                rng=rng,
                temperature=self.temperature,
            )
            children = [each.child_of(parent.candidate, name, "genetic") for each in texts]
            tried = yield [Trial(child, data.val, "val") for child in children]
            population += (top := best_of(Scored.all(texts, tried), 1))
            waited = 0 if top[0].score > best else waited + 1
            best = max(best, top[0].score)
            if waited >= self.patience:
                return
