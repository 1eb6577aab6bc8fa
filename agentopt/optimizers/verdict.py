"""The verdict: seed against best on the test split, opened once, with an interval and a test.

"No improvement shown" is a normal ending. On tasks where nothing differs it is the ending of at least 95 in
100 searches, because the test split is seen neither by the search nor by the choice of the best.
"""

from __future__ import annotations

__all__ = ["Verdict", "best_of", "judged", "verdict_of"]

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agentopt.evaluation.statistics import Interval, mcnemar, paired_bootstrap, sign_flip
from agentopt.evaluation.tasks import Task
from agentopt.evaluation.trials import Evaluation, Trial
from agentopt.models.base import Model
from agentopt.models.cache import Cached

LEVEL = 0.05
MEASURED = 0.9
"""The share of a validation that must have been measured for it to be picked."""


@dataclass(frozen=True)
class Verdict:
    """What the test split says.

    Attributes:
        seed, best: the evaluations.
        difference: of the mean scores, best less seed, with its 95 % interval, over what both had measured.
        p_value: of no difference: McNemar's where scores are 0 or 1, by flipping signs elsewhere.
        unmeasured: examples that one of them could not be measured on.
    """

    seed: Evaluation
    best: Evaluation
    difference: Interval
    p_value: float
    unmeasured: int

    @property
    def is_improved(self) -> bool:
        """Whether an improvement is shown."""
        return self.difference.low > 0 and self.p_value <= LEVEL

    def __str__(self) -> str:
        found, count = self.difference, len(self.best.scores)
        figures = (
            f"{self.seed.score:.3g} → {self.best.score:.3g} on {count} test examples "
            f"(difference {found.estimate:+.3g}, 95 % from {found.low:+.3g} to {found.high:+.3g}, "
            f"p = {self.p_value:.2g})"
        )
        return f"{'improved' if self.is_improved else 'no improvement shown'}: {figures}"


def best_of(validations: Sequence[Evaluation]) -> Evaluation:
    """The best score; the earlier of equals.

    A mean over the few examples that could be measured says little: where less than nine in ten of a
    validation were, it is passed over, unless all are like that.
    """
    whole = [each for each in validations if len(each.scores) >= MEASURED * len(each.feedback)]
    return max(whole or validations, key=lambda each: each.score)


def judged(task: Task, validations: Sequence[Evaluation], model: Model, folder: Path | None) -> Verdict:
    """Open the test split for the seed and the best candidate; outside of the budget.

    A run that is resumed has the replies of an earlier opening again, and pays for those of a new best only.
    """
    seed = validations[0].candidate
    best = best_of(validations).candidate
    kept = model if folder is None else Cached(model, folder / "test.sqlite")
    tried = [seed] if best.id == seed.id else [seed, best]
    found = task.evaluate([Trial(each, task.data.test, "test") for each in tried], kept)
    return verdict_of(found[0], found[-1])


def verdict_of(seed: Evaluation, best: Evaluation) -> Verdict:
    """The verdict on two evaluations of the same examples."""
    both = [name for name in seed.scores if name in best.scores]
    one, other = [seed.scores[name] for name in both], [best.scores[name] for name in both]
    lost = len(seed.feedback) - len(both)
    if not both:
        return Verdict(seed, best, Interval(0.0, float("-inf"), float("inf")), 1.0, lost)
    if set(one) | set(other) <= {0.0, 1.0}:
        p_value = mcnemar([score == 1.0 for score in one], [score == 1.0 for score in other])
    else:
        p_value = sign_flip(one, other)
    return Verdict(seed, best, paired_bootstrap(one, other), p_value, lost)
