"""Verbalized machine learning (Xiao et al., Verbalized Machine Learning, 2024, section 3 and algorithm 1).

The parameters of a model are a text: a learner reads it with an input and predicts. For each minibatch an
optimizer reads the text, the inputs, the predictions and the targets, and writes the text anew; it is taken
as it is. Momentum is the last step, shown again.

Departs from the paper at its end, where the last text is the result: here texts are validated as they come,
and the best is. A reply without the asked tags leaves the text as it is, and is not asked for again without
end.
"""

from __future__ import annotations

__all__ = ["Vml"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.cases import batches, shown, training
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class Vml:
    """Verbalized machine learning.

    Attributes:
        component: the text to learn; the first if empty.
        minibatch: training examples of a step.
        epochs: through the training examples.
        momentum: whether the last step is shown again.
        every: steps between validations.
        temperature: of the optimizer model.
        longest: characters of a text, at most.
    """

    component: str = ""
    minibatch: int = 10
    epochs: int = 5
    momentum: bool = True
    every: int = 1
    temperature: float = 0.7
    longest: int = 10_000

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        examples = training(data, "vml")
        drawn = batches(examples, self.minibatch, rng)
        steps = self.epochs * -(-len(examples) // self.minibatch)
        yield [Trial(seed, data.val, "val")]
        current, validated = seed, {seed.id}
        last: dict[str, object] | None = None
        for step in range(1, steps + 1):
            (seen,) = yield [Trial(current, next(drawn), trace=True)]
            asked = {"text": current.texts[name], "cases": shown(seen.feedback, name, current.texts[name])}
            replies = model.ask("vml/learn", [{**asked, "last": last}], temperature=self.temperature)
            for text in tagged(replies, "text"):
                if len(text) <= self.longest:
                    current = current.child({name: text}, "vml")
                    last = {**asked, "new": text} if self.momentum else None
            if current.id not in validated and (step % self.every == 0 or step == steps):
                validated.add(current.id)
                yield [Trial(current, data.val, "val")]
