"""A genetic algorithm with crossover (Pan et al., Plum, 2024, algorithm GA-C).

Two departures from the authors' program beside those of `hill_climbing`: a member that cannot be mutated
stays,
and the offspring of an iteration are drawn from the population as it was before any of them, so that they
can be tried at once. The share of members that are mutated is ours: the program names no default.
"""

from __future__ import annotations

__all__ = ["GeneticCrossover"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.phrases import ALL, Edit, Phrased, mutants
from agentopt.optimizers.scored import Scored, best_of, tournament
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class GeneticCrossover:
    """Crossover of tournament winners at one phrase, then mutation; the best are kept after each.

    Attributes:
        component: the text to improve; the first if empty.
        edits: the kinds of edits drawn from.
        compose: edits in a mutant.
        candidates: mutants of a member that is mutated.
        population: members that are kept.
        mutated: the probability that a member is mutated in an iteration.
        tournament: members drawn for a parent.
        iterations: at most.
        patience: iterations without a new best text before it ends.
        temperature: of paraphrases.
    """

    component: str = ""
    edits: tuple[Edit, ...] = ALL
    compose: int = 1
    candidates: int = 10
    population: int = 10
    mutated: float = 0.5
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
            pairs = [
                (tournament(population, self.tournament, rng), tournament(population, self.tournament, rng))
                for _ in range(self.population)
            ]
            texts = [crossed(one.text, other.text, rng) for one, other in pairs]
            children = [
                text.child_of(one.candidate, name, "crossover", other.candidate)
                for text, (one, other) in zip(texts, pairs, strict=True)
            ]
            tried = yield [Trial(child, data.val, "val") for child in children]
            population = best_of([*population, *Scored.all(texts, tried)], self.population)

            # One copy of the seed stands for the copies that the authors begin with, and is mutated as often.
            copies = [population[place % len(population)] for place in range(self.population)]
            parents = [each for each in copies if rng.random() < self.mutated for _ in range(self.candidates)]
            texts = mutants(
                [each.text for each in parents],
                self.edits,
                count=self.compose,
                model=model,
                rng=rng,
                temperature=self.temperature,
            )
            children = [
                text.child_of(parent.candidate, name, "genetic-crossover")
                for text, parent in zip(texts, parents, strict=True)
            ]
            tried = yield [Trial(child, data.val, "val") for child in children]
            population = best_of([*population, *Scored.all(texts, tried)], self.population)
            waited = 0 if population[0].score > best else waited + 1
            best = population[0].score
            if waited >= self.patience:
                return


def crossed(one: Phrased, other: Phrased, rng: random.Random) -> Phrased:
    """The phrases of one text up to a point, and those of another from there on; at least one phrase.

    >>> one, other = Phrased(("a ", "b ")), Phrased(("c ", "d "))
    >>> sorted({crossed(one, other, random.Random(seed)).text for seed in range(9)})
    ['a d', 'c d']
    """
    point = rng.randrange(max(len(one.phrases), len(other.phrases)))
    phrases = (*one.phrases[:point], *other.phrases[point:])
    return Phrased(phrases or one.phrases, one.deleted)
