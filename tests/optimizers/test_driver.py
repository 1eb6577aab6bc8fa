"""One loop for all methods: what is tried, paid, kept and resumed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentopt.assets import shipped
from agentopt.benchmarks.optimizers import HIDDEN
from agentopt.budget import Budget
from agentopt.errors import RunError, UsageError
from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.models.base import Reply, Request, Watch
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.driver import Ended, Optimized, Progress, optimize
from agentopt.optimizers.methods.opro import Opro
from agentopt.optimizers.search import Search
from tests.optimizers.landscape import Landscape, task

PROMPTS = (shipped("prompts"),)


def _run(folder: Path | None, model: Landscape, calls: int, method: Opro | None = None) -> Optimized:
    return optimize(
        task(),
        method or Opro(children=2),
        model=model,
        budget=Budget(calls=calls),
        folder=folder,
        prompts=PROMPTS,
    )


def test_a_search_finds_better_texts_and_the_test_split_confirms_it(tmp_path: Path) -> None:
    found = _run(tmp_path, Landscape(), 900)
    assert found.ended is Ended.BUDGET
    assert found.best.score > found.seed.score
    assert any(each in found.best.candidate.texts["instruction"] for each in HIDDEN)
    assert found.verdict is not None
    assert {each.example.id for each in found.verdict.best.feedback} == {f"test-{n}" for n in range(40)}
    assert found.verdict.is_improved


class _Killed(Landscape):
    """Dies in the middle of a batch, as a process does that is killed."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self.after = after

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        replies: list[Reply] = []
        for place, request in enumerate(requests):
            if self.asked >= self.after:
                raise KeyboardInterrupt
            replies += super().generate([request], None if watch is None else watch.of([place]))
        return replies


@pytest.mark.parametrize("after", [1, 19, 20, 21, 22, 57, 101, 200])
def test_a_killed_search_ends_with_the_same_journal_and_pays_nothing_twice(
    tmp_path: Path, after: int
) -> None:
    whole = Landscape()
    _run(tmp_path / "whole", whole, 250)
    killed = _Killed(after)
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path / "killed", killed, 250)
    resumed = Landscape()
    _run(tmp_path / "killed", resumed, 250)
    journals = [(tmp_path / name / "trials.jsonl").read_bytes() for name in ("whole", "killed")]
    assert journals[0] == journals[1]
    assert killed.asked + resumed.asked == whole.asked


def test_a_finished_search_is_replayed_without_a_call(tmp_path: Path) -> None:
    _run(tmp_path, Landscape(), 100)
    again = Landscape()
    told: list[Progress] = []
    optimize(
        task(), Opro(children=2), model=again, budget=Budget(calls=100), folder=tmp_path, prompts=PROMPTS,
        on_progress=told.append,
    )  # fmt: skip
    assert again.asked == 0
    assert told
    assert all(each.is_replayed for each in told)


def test_a_larger_budget_goes_on_where_a_smaller_one_ended(tmp_path: Path) -> None:
    small = Landscape()
    _run(tmp_path / "grown", small, 100)
    more = Landscape()
    grown = _run(tmp_path / "grown", more, 300)
    at_once = Landscape()
    whole = _run(tmp_path / "whole", at_once, 300)
    assert grown.best == whole.best
    one, other = (tmp_path / name / "trials.jsonl" for name in ("grown", "whole"))
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("calls", [21, 25, 60, 137])
def test_the_budget_is_never_exceeded(tmp_path: Path, calls: int) -> None:
    model = Landscape()
    found = _run(tmp_path, model, calls)
    tested = 40 * (1 + (found.best.candidate != found.seed.candidate))  # outside of the budget
    assert model.asked <= calls + tested
    assert found.spend.calls <= calls


def test_a_journal_of_another_search_is_refused(tmp_path: Path) -> None:
    _run(tmp_path, Landscape(), 60)
    with pytest.raises(RunError, match="differs in settings"):
        _run(tmp_path, Landscape(), 60, Opro(children=3))


def test_a_budget_that_does_not_hold_the_seed_is_refused_before_a_call(tmp_path: Path) -> None:
    model = Landscape()
    with pytest.raises(UsageError, match="takes up to 20 calls, and the budget allows 19"):
        _run(tmp_path, model, 19)
    assert model.asked == 0


@dataclass(frozen=True)
class _Fixed:
    """Tries the texts it is given."""

    texts: tuple[str, ...]

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        assert not data.test
        yield [Trial(seed, data.val, "val")]
        yield [Trial(seed.child({"instruction": text}, "fixed"), data.val, "val") for text in self.texts]


def test_equal_candidates_are_paid_once() -> None:
    model = Landscape()
    same = "Answer. be brief."
    found = optimize(task(test=0), _Fixed((same, same, "Answer.")), model=model)
    assert model.asked == 40
    assert [each.score for each in found.validations][1:3] == [found.validations[1].score] * 2
    assert found.validations[3].score == found.seed.score


@dataclass(frozen=True)
class _TracedLater:
    """Wants the same twice in one batch, and the calls the second time only."""

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        plain, traced = yield [Trial(seed, data.val, "val"), Trial(seed, data.val, trace=True)]
        assert not any(each.trace for each in plain.feedback)
        assert all(each.trace for each in traced.feedback)


def test_calls_that_a_later_trial_of_a_batch_wants_are_had_for_one_price() -> None:
    model = Landscape()
    optimize(task(test=0), _TracedLater(), model=model)
    assert model.asked == 20


def test_a_candidate_that_copies_what_it_is_picked_by_is_refused() -> None:
    model = Landscape()
    data = task(test=0).data
    long = tuple(
        type(each)(each.id, {"question": f"question one two three four five six seven {each.id}"}, "yes")
        for each in data.val
    )
    told: list[Progress] = []
    copied = f"Answer. {long[3].inputs['question']} yes"
    given = task(test=0)
    found = optimize(
        type(given)("copied", given.seed, Splits(data.train, long), given.scorer),
        _Fixed((copied,)), model=model, on_progress=told.append,
    )  # fmt: skip
    assert model.asked == 20
    assert found.best.candidate == given.seed
    assert all("refused: `instruction` copies" in each.comment for each in told[-1].evaluation.feedback)
