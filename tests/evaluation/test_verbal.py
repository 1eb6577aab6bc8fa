"""Models in words: a learner that follows its description is scored by how near it comes."""

from __future__ import annotations

import re

import pytest

from agentopt.assets import shipped
from agentopt.errors import UsageError
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Outcome, Trial
from agentopt.evaluation.verbal import REGRESSIONS, classification, regression
from agentopt.models.base import Request
from agentopt.optimizers.driver import Ended, optimize
from agentopt.optimizers.methods.vml import Vml
from tests.optimizers.landscape import Landscape

PROMPTS = (shipped("prompts"),)


class _Learner(Landscape):
    """Computes what a description says, and writes the least-squares line of a batch that it is shown."""

    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        if request.component == "vml/learn":
            return f"The targets rise with x.\n<text>{_fitted(said)}</text>"
        line = re.search(r"y = (-?[\d.]+) x \+ (-?[\d.]+)", said)
        (x,) = re.findall(r"<input>\s*x = (-?[\d.]+)", said)
        return f"By the pattern.\nAnswer: {float(line[1]) * float(x) + float(line[2]) if line else 0:.2f}"


def _fitted(said: str) -> str:
    batch = said[said.index("The description now") :]
    xs = [float(each) for each in re.findall(r"x = (-?[\d.]+)\n</input>", batch)]
    ys = [float(each) for each in re.findall(r"the target is (-?[\d.]+)", batch)]
    assert len(xs) == len(ys) == 10
    middle, height = sum(xs) / 10, sum(ys) / 10
    slope = sum((x - middle) * (y - height) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - middle) ** 2 for x in xs
    )
    return f"y = {slope:.3f} x + {height - slope * middle:.3f}"


def test_vml_finds_a_line_that_its_learner_can_follow() -> None:
    task = regression("linear", folders=PROMPTS)
    found = optimize(task, Vml(epochs=1), model=_Learner(), prompts=PROMPTS)
    assert found.ended is Ended.DONE
    assert found.seed.score < 0.2 < 0.95 < found.best.score
    slope, intercept = map(float, re.findall(r"-?\d[\d.]*", found.best.candidate.texts["pattern"]))
    assert (slope, intercept) == pytest.approx((3, 4), abs=0.3)
    assert found.verdict is not None
    assert found.verdict.is_improved


class _Says(Landscape):
    """Answers every request alike."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text

    def _say(self, request: Request) -> str:
        return self.text


def _outcomes(task: PromptTask, said: str) -> tuple[Outcome, ...]:
    (seen,) = task.evaluate([Trial(task.seed, task.data.val, "val")], _Says(said))
    return tuple(each.outcome for each in seen.feedback)


def test_a_prediction_is_right_within_the_noise_and_told_its_target() -> None:
    task = regression("linear", folders=PROMPTS)
    (seen,) = task.evaluate([Trial(task.seed, task.data.train[:1])], _Says("Answer: 2.00"))
    (told,) = seen.feedback
    assert told.outcome is Outcome.WRONG
    assert told.comment == f"predicted 2, the target is {told.example.target}"
    assert told.score is not None
    assert 0 < told.score < 1
    near = _Says(f"Answer: {told.example.target}")
    (exact,) = task.evaluate([Trial(task.seed, task.data.train[:1])], near)[0].feedback
    assert (exact.score, exact.outcome) == (1.0, Outcome.RIGHT)
    assert set(_outcomes(task, "I cannot tell.")) == {Outcome.UNPARSED}


def test_data_are_a_function_of_the_law_and_the_seed() -> None:
    for law in REGRESSIONS:
        one, same, other = (regression(law, chance=seed, folders=PROMPTS).data for seed in (0, 0, 1))
        assert one == same
        assert one != other
        assert [len(each) for each in (one.train, one.val, one.test)] == [100, 20, 40]
    with pytest.raises(UsageError, match="no regression `linar`"):
        regression("linar", folders=PROMPTS)


def test_both_classes_occur_and_the_first_description_knows_one() -> None:
    task = classification(prior="The classes are round.", folders=PROMPTS)
    assert task.seed.texts["pattern"].endswith("The classes are round.")
    found = _outcomes(task, "Far from the middle.\nAnswer: outer")
    assert {Outcome.RIGHT, Outcome.WRONG} == set(found)
