"""Textual gradients and beam search (Pryzant et al., Automatic Prompt Optimization, 2023, algorithms 1 to 3).

A beam of texts. Each is run on a minibatch; of some of its errors a model says why the text led to them,
and rewrites it against that reason; the rewritten are paraphrased. A bandit spends trials on the beam and
its successors, and those that look best are the next beam.

Departs from the paper where the winner is picked: the beam is validated after every round, and validation,
not the bandit's estimate from training examples, picks. A bandit's estimate is the mean over the different
examples that a candidate was tried on, so that an example drawn twice does not count twice.
"""

from __future__ import annotations

__all__ = ["Protegi", "upper_bounds"]

import math
import random
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Evaluation, Example, Outcome, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.cases import batches, shown, training
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.search import Search

Estimates = dict[str, dict[str, float]]
"""Scores of training examples, by candidate and example."""

_ERRORS = (Outcome.WRONG, Outcome.UNPARSED)


@dataclass(frozen=True)
class Protegi:
    """Prompt optimization with textual gradients.

    Attributes:
        component: the text to improve; the first if empty.
        beam: candidates that are kept.
        rounds: of expansion and selection.
        minibatch: training examples in which errors are looked for.
        gradients: reasons asked for, each for another draw of errors.
        errors: that a reason is asked for.
        paraphrases: of each rewritten text.
        successors: of a member of the beam, at most.
        pulls: rounds of the bandit.
        arms: candidates tried in each of them.
        samples: training examples they are tried on.
        exploration: the bandit's c.
        temperature: of the optimizer model; it paraphrases at 1 at least.
        longest: characters of a text, at most.
    """

    component: str = ""
    beam: int = 4
    rounds: int = 6
    minibatch: int = 64
    gradients: int = 4
    errors: int = 4
    paraphrases: int = 2
    successors: int = 8
    pulls: int = 8
    arms: int = 8
    samples: int = 32
    exploration: float = 1.0
    temperature: float = 0.7
    longest: int = 10_000

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        examples = training(data, "protegi")
        drawn = batches(examples, self.minibatch, rng)
        yield [Trial(seed, data.val, "val")]
        beam, validated = [seed], {seed.id}
        for _ in range(self.rounds):
            batch = next(drawn)
            seen = yield [Trial(member, batch, trace=True) for member in beam]
            arms = {each.id: each for each in (*self._expanded(seen, name, model, rng), *beam)}
            if len(arms) == len(beam):
                continue
            estimates: Estimates = {each.candidate.id: dict(each.scores) for each in seen}
            yield from self._pulled(list(arms.values()), estimates, examples, rng)
            means = {arm: sum(had.values()) / len(had) for arm, had in estimates.items() if had}
            beam = sorted(arms.values(), key=lambda each: -means.get(each.id, -math.inf))[: self.beam]
            yield [Trial(each, data.val, "val") for each in beam if each.id not in validated]
            validated |= {each.id for each in beam}

    def _expanded(
        self, seen: Sequence[Evaluation], name: str, model: Asking, rng: random.Random
    ) -> list[Candidate]:
        """Algorithm 2, for all members at once: reasons, texts rewritten against them, paraphrases."""
        parents = [each.candidate for each in seen]
        asked: list[tuple[int, dict[str, object]]] = []
        for at, evaluation in enumerate(seen):
            wrong = [each for each in evaluation.feedback if each.outcome in _ERRORS]
            text = parents[at].texts[name]
            for _ in range(self.gradients if wrong else 0):
                group = rng.sample(wrong, min(self.errors, len(wrong)))
                asked.append((at, {"text": text, "cases": shown(group, name, text)}))
        replies = model.ask("protegi/gradient", [each for _, each in asked], temperature=self.temperature)
        edits = [
            (at, {**each, "reason": reason})
            for (at, each), reply in zip(asked, replies, strict=True)
            for reason in tagged([reply], "reason")
        ]
        replies = model.ask("protegi/edit", [each for _, each in edits], temperature=self.temperature)
        rewritten = [
            (at, text)
            for (at, _), reply in zip(edits, replies, strict=True)
            for text in tagged([reply], "text")
        ]
        replies = model.ask(
            "paraphrase/text",
            [{"text": text} for _, text in rewritten],
            temperature=max(self.temperature, 1.0),
            samples=self.paraphrases,
        )
        owners = [at for at, _ in rewritten for _ in range(self.paraphrases)]
        others = [
            (at, text) for at, reply in zip(owners, replies, strict=True) for text in tagged([reply], "text")
        ]
        children = []
        for at, parent in enumerate(parents):
            texts = dict.fromkeys(text for owner, text in (*rewritten, *others) if owner == at)
            fit = [text for text in texts if text != parent.texts[name] and len(text) <= self.longest]
            kept = sorted(rng.sample(range(len(fit)), min(self.successors, len(fit))))
            children += [parent.child({name: fit[place]}, "protegi") for place in kept]
        return children

    def _pulled(
        self, arms: Sequence[Candidate], estimates: Estimates, examples: Sequence[Example], rng: random.Random
    ) -> Generator[Sequence[Trial], Sequence[Evaluation], None]:
        """Algorithm 3: UCB; the arms of a round are tried on the same examples."""
        for _ in range(self.pulls):
            bounds = upper_bounds([estimates.get(each.id, {}) for each in arms], self.exploration)
            order = sorted(range(len(arms)), key=lambda at: -bounds[at])[: self.arms]
            sample = tuple(rng.sample(examples, min(self.samples, len(examples))))
            found = yield [Trial(arms[at], sample) for at in order]
            for each in found:
                estimates.setdefault(each.candidate.id, {}).update(each.scores)


def upper_bounds(estimates: Sequence[Mapping[str, float]], exploration: float) -> list[float]:
    """The mean of each arm plus c·√(ln t / n), n being its trials and t those of all; infinite where n is 0.

    >>> upper_bounds([{"a": 1.0}, {}], 0.0)
    [1.0, inf]
    """
    total = sum(map(len, estimates))
    return [
        sum(had.values()) / len(had) + exploration * math.sqrt(math.log(total) / len(had))
        if had
        else math.inf
        for had in estimates
    ]
