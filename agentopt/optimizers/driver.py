"""The driver of a search: evaluation, budget, journal, resume, and the verdict at the end.

A method proposes; the driver picks. The best candidate is the one with the best validation score over the
whole validation split; the test split is opened once, when the search has ended, and outside of the budget.
"""

from __future__ import annotations

__all__ = ["Ended", "Optimized", "Progress", "optimize"]

import hashlib
import json
import random
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import asdict, dataclass, is_dataclass, replace
from enum import StrEnum
from pathlib import Path

from pydantic import JsonValue

from agentopt.budget import Budget, Cost, Meter, Spend
from agentopt.errors import BudgetExceeded, UsageError
from agentopt.evaluation.tasks import Task
from agentopt.evaluation.trials import Evaluation, Example, Feedback, Outcome, Splits, Trial
from agentopt.models.base import Model
from agentopt.models.metered import Metered
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.guards import Guard
from agentopt.optimizers.journal import SearchJournal, Used
from agentopt.optimizers.paying import Parted, Tallied, kept, paid
from agentopt.optimizers.search import Method
from agentopt.optimizers.verdict import Verdict, best_of, judged


class Ended(StrEnum):
    """Why a search came to its end."""

    DONE = "the method has nothing more to try"
    BUDGET = "the budget is spent"


@dataclass(frozen=True)
class Progress:
    """A trial that was made: `best` is the best full validation so far, `spend` what was paid."""

    evaluation: Evaluation
    best: Evaluation | None
    spend: Spend
    used: Used
    is_replayed: bool


@dataclass(frozen=True)
class Optimized:
    """What came of a search.

    Attributes:
        seed: the seed's full validation.
        best: the best full validation; the seed's where nothing was better.
        validations: every full validation, in order.
        ended: why.
        spend: what was paid in this process; `used` counts replies however they were had.
        verdict: on the test split; None where there is none.
        lost: requests to the optimizer model that were not answered.
    """

    seed: Evaluation
    best: Evaluation
    validations: tuple[Evaluation, ...]
    ended: Ended
    spend: Spend
    used: Used
    verdict: Verdict | None = None
    lost: int = 0


def optimize(
    task: Task,
    method: Method,
    *,
    model: Model,
    optimizer_model: Model | None = None,
    judge_model: Model | None = None,
    budget: Budget | None = None,
    seed: int = 0,
    folder: Path | None = None,
    prompts: Sequence[Path] = (),
    guard: Guard | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    on_spend: Callable[[Spend], None] | None = None,
) -> Optimized:
    """Run a search until it ends or its budget does.

    Args:
        task: what is tried, on which examples.
        method: who proposes.
        model: runs the candidates.
        optimizer_model: the method asks it; `model` if None.
        judge_model: marks replies where the task has a judge; `model` if None.
        budget: over all models together, from the beginning of the search on.
        seed: of all chance.
        folder: keeps journal and replies; with those of an earlier process the search goes on from there,
            and pays for nothing twice. A larger budget may be given.
        prompts: folders of prompt files, highest priority first.
        guard: refuses candidates before they are tried; the usual one if None.
        on_progress: told every trial.
        on_spend: told what was paid so far, with every reply.

    Raises:
        UsageError: the budget does not hold the seed's validation.
        RunError: the folder is of another search.
        ModelError: a model cannot be reached.
    """
    with ExitStack() as stack:
        desk = stack.enter_context(
            closing(
                _Desk(
                    task,
                    method,
                    (model, optimizer_model, judge_model),
                    budget,
                    seed,
                    folder,
                    prompts,
                    guard,
                    on_spend,
                )
            )
        )
        desk.afford_seed()
        visible = Splits(task.data.train, task.data.val)
        search = stack.enter_context(
            closing(method.search(task.seed, visible, model=desk.asking, rng=random.Random(seed)))
        )
        ended = Ended.DONE
        try:
            trials = next(search)
            while True:
                trials = search.send(desk.evaluated(trials, on_progress))
        except StopIteration:
            pass
        except BudgetExceeded:
            ended = Ended.BUDGET
        if not desk.validations:
            raise UsageError(
                "the search ended before the seed was validated", hint="give a larger `--budget`"
            )
        whole = model if judge_model is None else Parted(model, judge_model)
        verdict = judged(task, desk.validations, whole, folder) if task.data.test else None
        first = desk.validations[0]
        return Optimized(
            first,
            best_of(desk.validations),
            tuple(desk.validations),
            ended,
            desk.meter.spend(),
            desk.used,
            verdict,
            desk.asking.lost,
        )


_AT_ONCE = 16
"""Trials under way at once; each asks for all of its examples together."""


class _Desk:
    """Where trials come in and evaluations go out."""

    def __init__(
        self,
        task: Task,
        method: Method,
        models: tuple[Model, Model | None, Model | None],
        budget: Budget | None,
        seed: int,
        folder: Path | None,
        prompts: Sequence[Path],
        guard: Guard | None,
        on_spend: Callable[[Spend], None] | None,
    ) -> None:
        self.task = task
        self.guard = guard or Guard.of(task)
        model, optimizer_model, judge = models
        asked = optimizer_model or model
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        before = Spend().plus(paid(folder, "replies.sqlite", model)).plus(paid(folder, "asked.sqlite", asked))
        if judge is not None:
            before = before.plus(paid(folder, "judged.sqlite", judge))
        self.meter = Meter(budget, spent=before)
        heard = None if on_spend is None else lambda: on_spend(self.meter.spend())
        run: Model = kept(Metered(model, self.meter), folder, "replies.sqlite")
        if judge is not None:
            run = Parted(run, kept(Metered(judge, self.meter), folder, "judged.sqlite"))
        self._model = Tallied(run, heard)
        self._asked = Tallied(kept(Metered(asked, self.meter), folder, "asked.sqlite"), heard)
        self.journal = SearchJournal(
            None if folder is None else folder / "trials.jsonl",
            _given(task, method, [model.name, asked.name, *([judge.name] if judge else [])], seed),
            task.data,
        )
        self.asking = Asking(self._asked, prompts, losses=self.journal)
        self.validations: list[Evaluation] = []
        self.used = Used()
        self._known: dict[tuple[str, str], Feedback] = {}
        self._whole = {example.id for example in task.data.val}

    def close(self) -> None:
        """Close journal and files."""
        self.journal.close()
        self._model.close()
        self._asked.close()

    def afford_seed(self) -> None:
        """Refuse a budget that does not hold the seed's validation.

        Raises:
            UsageError: it does not.
        """
        needed = len(self.task.data.val) * self.task.calls_per_example
        cap = self.meter.budget.calls
        if cap is not None and cap < needed:
            raise UsageError(
                f"validating the seed takes up to {needed} calls, and the budget allows {cap}",
                hint=f"`--budget calls={4 * needed}`, or fewer validation examples",
            )

    def evaluated(self, trials: Sequence[Trial], told: Callable[[Progress], None] | None) -> list[Evaluation]:
        """What came of the trials: from the journal, from examples known already, or from the task.

        Raises:
            BudgetExceeded: the budget does not hold the next trial; those before it are in the journal.
        """
        found: list[Evaluation] = []
        while len(found) < len(trials) and (kept := self.journal.replay(trials[len(found)])) is not None:
            self._learn(*kept)
            found.append(kept[0])
            self._tell(kept[0], told, is_replayed=True)
        rest = list(trials[len(found) :])
        while rest:
            some = rest if self._fits(rest) else rest[:1]
            for evaluation, used in self._run(some):
                self.journal.record(evaluation, used)
                self._learn(evaluation, used)
                found.append(evaluation)
                self._tell(evaluation, told, is_replayed=False)
            rest = rest[len(some) :]
        return found

    def _fits(self, trials: Sequence[Trial]) -> bool:
        """Whether the budget has room for all of them at once."""
        calls = sum(len(self._unknown(trial)) for trial in trials) * self.task.calls_per_example
        return not self.meter.shortage(Cost(calls=calls, dollars=0.0))

    def _unknown(self, trial: Trial) -> list[str]:
        return [each.id for each in trial.examples if not self._is_known(trial, each.id)]

    def _is_known(self, trial: Trial, example: str) -> bool:
        kept = self._known.get((trial.candidate.id, example))
        return kept is not None and (bool(kept.trace) or not trial.trace)

    def _run(self, trials: Sequence[Trial]) -> Iterator[tuple[Evaluation, Used]]:
        """Evaluate trials at once, each pair of candidate and example once, for the first that wants it."""
        refusals = {trial.candidate.id: self.guard.refusal(trial.candidate) for trial in trials}
        traced = {(trial.candidate.id, each.id) for trial in trials if trial.trace for each in trial.examples}
        taken: set[tuple[str, str]] = set()
        new = []
        for trial in trials:
            rest = [] if refusals[trial.candidate.id] else self._unknown(trial)
            fresh = [name for name in rest if (trial.candidate.id, name) not in taken]
            pairs = {(trial.candidate.id, name) for name in fresh}
            taken |= pairs
            examples = tuple(self.task.data.by_id[name] for name in fresh)
            new.append(replace(trial, examples=examples, trace=bool(pairs & traced)))
        had: dict[tuple[str, str], Feedback] = {}

        def of(trial: Trial, example: Example) -> Feedback:
            if why := refusals[trial.candidate.id]:
                return Feedback(example, None, Outcome.UNMEASURED, "", why)
            key = trial.candidate.id, example.id
            found = had.get(key) or self._known[key]
            return found if trial.trace else replace(found, trace=())

        with ThreadPoolExecutor(min(len(new), _AT_ONCE)) as pool:
            for trial, (evaluation, used) in zip(trials, pool.map(self._measured, new), strict=True):
                had |= {(trial.candidate.id, each.example.id): each for each in evaluation.feedback}
                yield Evaluation(trial, tuple(of(trial, example) for example in trial.examples)), used

    def _measured(self, trial: Trial) -> tuple[Evaluation, Used]:
        """What came of one trial, and what it used."""
        if not trial.examples:
            return Evaluation(trial, ()), Used()
        model = Tallied(self._model)
        (evaluation,) = self.task.evaluate([trial], model)
        return evaluation, model.tally()

    def _learn(self, evaluation: Evaluation, used: Used) -> None:
        trial = evaluation.trial
        self.used = self.used.plus(used).plus(self._asked.tally())
        for feedback in evaluation.feedback:
            if feedback.score is not None:
                self._known[trial.candidate.id, feedback.example.id] = feedback
        if trial.split == "val" and {each.id for each in trial.examples} == self._whole:
            self.validations.append(evaluation)

    def _tell(
        self, evaluation: Evaluation, told: Callable[[Progress], None] | None, *, is_replayed: bool
    ) -> None:
        if told is not None:
            best = best_of(self.validations) if self.validations else None
            told(Progress(evaluation, best, self.meter.spend(), self.used, is_replayed))


def _given(task: Task, method: Method, models: Sequence[str], seed: int) -> dict[str, JsonValue]:
    """What a search is a function of."""
    rows = [
        [split, each.id, dict(each.inputs), each.target, *each.accept]
        for split in ("train", "val")
        for each in getattr(task.data, split)
    ]
    digest = hashlib.sha256(json.dumps(rows, sort_keys=True, default=str).encode()).hexdigest()[:16]
    settings: dict[str, object] = (
        asdict(method) if is_dataclass(method) and not isinstance(method, type) else {}
    )
    return {
        "task": task.name,
        "data": digest,
        "method": type(method).__name__,
        "settings": json.loads(json.dumps(settings, default=str)),
        "models": list(models),
        "candidate": task.seed.id,
        "seed": seed,
    }
