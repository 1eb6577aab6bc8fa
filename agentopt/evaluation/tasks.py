"""Tasks: what a candidate is tried on. A task of one prompt, and the protocol that every task keeps."""

from __future__ import annotations

__all__ = ["PromptTask", "Task"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from agentopt.errors import BudgetExceeded
from agentopt.evaluation.graders import Grader
from agentopt.evaluation.scorers import Score, Scorer, scored
from agentopt.evaluation.trials import Call, Candidate, Evaluation, Example, Feedback, Outcome, Splits, Trial
from agentopt.models.base import Message, Model, Reply, Request, Sampling
from agentopt.models.metered import is_refused


class Task(Protocol):
    """Something that can be tried on examples and scored.

    Attributes:
        name: for reports.
        seed: the candidate to begin with.
        data: its examples.
        calls_per_example: model calls an example takes, at most; for estimates and for the end of a budget.
    """

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def seed(self) -> Candidate: ...  # noqa: D102
    @property
    def data(self) -> Splits: ...  # noqa: D102
    @property
    def calls_per_example(self) -> int: ...  # noqa: D102

    def evaluate(self, trials: Sequence[Trial], model: Model) -> list[Evaluation]:
        """What came of the trials, in order; their examples are run at once, as the model allows.

        A task must give the same evaluation for the same replies, whatever order they arrive in.

        Raises:
            BudgetExceeded: the budget does not hold them all; what was paid is kept by the model's cache.
        """
        ...


def _as_system(candidate: Candidate, example: Example) -> tuple[Message, ...]:
    """The first text as the system's message, the inputs as the user's."""
    (text, *_) = candidate.texts.values()
    return Message("system", text), Message("user", "\n\n".join(example.inputs.values()))


@dataclass(frozen=True)
class PromptTask:
    """One prompt, one call an example.

    Attributes:
        scorer: of replies.
        render: from candidate and example to the messages sent.
        sampling: of replies.
        grader: instead of the scorer, where scoring takes time or a model.
    """

    name: str
    seed: Candidate
    data: Splits
    scorer: Scorer
    render: Callable[[Candidate, Example], tuple[Message, ...]] = _as_system
    sampling: Sampling = field(default_factory=Sampling)
    calls_per_example: int = 1
    grader: Grader | None = None

    def evaluate(self, trials: Sequence[Trial], model: Model) -> list[Evaluation]:
        """As `Task.evaluate`."""
        pairs = [(trial, example) for trial in trials for example in trial.examples]
        component = next(iter(self.seed.texts))
        requests = [
            Request(self.render(trial.candidate, example), self.sampling, component=component)
            for trial, example in pairs
        ]
        replies = model.generate(requests) if requests else []
        if any(is_refused(reply) for reply in replies):
            raise BudgetExceeded(
                f"the budget ends within a trial of {len(requests)} examples",
                hint="give a larger `--budget`; nothing is paid twice",
            )
        grades = self._grades(pairs, replies, model)
        found = iter(
            self._feedback(trial, example, request, reply, grade)
            for (trial, example), request, reply, grade in zip(pairs, requests, replies, grades, strict=True)
        )
        return [Evaluation(trial, tuple(next(found) for _ in trial.examples)) for trial in trials]

    def _grades(
        self, pairs: Sequence[tuple[Trial, Example]], replies: Sequence[Reply], model: Model
    ) -> list[Score | str | None]:
        """What the grader says of the replies that are there; None for each where there is no grader."""
        if self.grader is None:
            return [None] * len(replies)
        there = [place for place, reply in enumerate(replies) if reply.stop != "error"]
        graded = self.grader.grade([(pairs[place][1], replies[place].text) for place in there], model)
        by_place: dict[int, Score | str] = dict(zip(there, graded, strict=True))
        return [by_place.get(place) for place in range(len(replies))]

    def _feedback(
        self, trial: Trial, example: Example, request: Request, reply: Reply, grade: Score | str | None
    ) -> Feedback:
        if reply.stop == "error":
            return Feedback(example, None, Outcome.UNMEASURED, "", reply.error)
        prompt = "\n\n".join(message.content for message in request.messages)
        trace = (Call(request.component, prompt, reply.text),) if trial.trace else ()
        if isinstance(grade, str):
            return Feedback(example, None, Outcome.UNMEASURED, reply.text, grade, trace)
        if grade is not None:
            return Feedback(example, grade.value, grade.outcome, grade.output, grade.comment, trace)
        return scored(self.scorer, example, reply.text, trace)
