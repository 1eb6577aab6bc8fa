"""Verbalized machine learning as tasks: a learner predicts by a description, which is the candidate.

Source: Xiao et al., Verbalized Machine Learning, arXiv 2406.04344, section 4: three regressions with the
noise, ranges and 100 points of the paper, and a classification of points in the plane. Departs in the
generator of chance, and in the score of a regression, which is 1 / (1 + (error / spread)²) instead of the
squared error, so that scores are between 0 and 1, and one prediction far off does not outweigh the rest.
"""

from __future__ import annotations

__all__ = ["REGRESSIONS", "Law", "classification", "regression"]

import math
import random
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from agentopt.errors import UsageError, nearest
from agentopt.evaluation.placing import Render
from agentopt.evaluation.scorers import Score, Scorer, exact, numeric
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Candidate, Example, Outcome, Splits
from agentopt.models.base import Message
from agentopt.prompts import load

COUNTS = (100, 20, 40)
"""Examples to learn from, to pick by and to judge by."""


@dataclass(frozen=True)
class Law:
    """What a regression is to find: y = f(x) + noise for x between `low` and `high`."""

    function: Callable[[float], float]
    low: float
    high: float
    noise: float


REGRESSIONS: Mapping[str, Law] = {
    "linear": Law(lambda x: 3 * x + 4, 0.0, 2.0, 0.1),
    "polynomial": Law(lambda x: 3 * x * x + x + 2, -3.0, 1.0, 1.0),
    "sinusoidal": Law(lambda x: math.sin(x) + 2, -3.0, 3.0, 0.01),
}
"""The paper's three regressions."""


def regression(
    law: str,
    *,
    prior: str = "",
    chance: int = 0,
    counts: tuple[int, int, int] = COUNTS,
    folders: Sequence[Path],
) -> PromptTask:
    """A regression of the paper as a task.

    Args:
        law: one of `REGRESSIONS`.
        prior: a sentence of knowledge that the first description ends with.
        chance: seed of the points and of their noise.
        counts: examples to learn from, to pick by, to judge by.
        folders: of prompt files, for the learner's.

    Raises:
        UsageError: there is no such law.
    """
    if law not in REGRESSIONS:
        raise UsageError(
            f"there is no regression `{law}`",
            hint=nearest(law, REGRESSIONS) or f"one of {', '.join(REGRESSIONS)}",
        )
    found, rng = REGRESSIONS[law], random.Random(f"{law} {chance}")
    rows = []
    for _ in range(sum(counts)):
        x = round(rng.uniform(found.low, found.high), 2)
        rows.append(({"input": f"x = {x}"}, round(found.function(x) + rng.gauss(0, found.noise), 2)))
    targets = [y for _, y in rows[: counts[0]]]
    spread = statistics.pstdev(targets) if targets else 1.0
    seed = f"A number y is to be predicted from a number x. The relation is not known yet: predict 0. {prior}"
    return PromptTask(
        f"regression-{law}",
        Candidate({"pattern": seed.strip()}),
        _splits(rows, counts),
        _near(spread or 1.0, 2 * found.noise),
        _learner("a number with two decimals", folders),
    )


def classification(
    *, prior: str = "", chance: int = 0, counts: tuple[int, int, int] = COUNTS, folders: Sequence[Path]
) -> PromptTask:
    """Points in the plane, `inner` within a circle about the origin, `outer` without; arguments as above."""
    rng = random.Random(f"classes {chance}")
    rows: list[tuple[dict[str, str], JsonValue]] = []
    for _ in range(sum(counts)):
        x, y = (round(rng.uniform(-2, 2), 2) for _ in range(2))
        rows.append(({"input": f"x = {x}, y = {y}"}, "inner" if math.hypot(x, y) < 1.6 else "outer"))
    seed = (
        "A point (x, y) belongs to one of two classes, inner or outer. What parts them is not known yet: "
        "answer outer."
    )
    return PromptTask(
        "classification",
        Candidate({"pattern": f"{seed} {prior}".strip()}),
        _splits(rows, counts),
        exact,
        _learner("inner or outer", folders),
    )


def _near(spread: float, tolerance: float) -> Scorer:
    """Scores the last number of a reply by its distance from the target; right within the tolerance."""

    def scorer(reply: str, target: JsonValue) -> Score:
        read = numeric(reply, target)
        if read.outcome is Outcome.UNPARSED:
            return read
        said = float(read.output.removesuffix("%"))
        error = said - float(str(target))
        outcome = Outcome.RIGHT if abs(error) <= tolerance else Outcome.WRONG
        remark = f"predicted {said:g}, the target is {target}"
        return Score(1 / (1 + (error / spread) ** 2), outcome, read.output, remark)

    return scorer


def _learner(form: str, folders: Sequence[Path]) -> Render:
    prompt = load("vml/predict", folders)

    def render(candidate: Candidate, example: Example) -> tuple[Message, ...]:
        (text, *_) = candidate.texts.values()
        said = prompt.render(text=text, input=example.inputs["input"], form=form)
        return tuple(Message(each.role, each.content) for each in said)

    return render


def _splits(rows: Sequence[tuple[Mapping[str, str], JsonValue]], counts: tuple[int, int, int]) -> Splits:
    """The rows, in their order, as examples of the three splits."""
    named = [Example(f"point-{at}", inputs, target) for at, (inputs, target) in enumerate(rows, start=1)]
    train, val = counts[0], counts[0] + counts[1]
    return Splits(tuple(named[:train]), tuple(named[train:val]), tuple(named[val:]))
