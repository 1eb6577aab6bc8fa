"""Methods that read example traces: better where something can be found, honest where nothing can."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import pytest

from agentopt.assets import shipped
from agentopt.benchmarks.optimizers import HIDDEN
from agentopt.budget import Budget
from agentopt.errors import UsageError
from agentopt.evaluation.scorers import exact
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Candidate, Evaluation, Example, Feedback, Outcome, Splits, Trial
from agentopt.models.base import Message
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.cases import THIS, batches, shown
from agentopt.optimizers.driver import Ended, Optimized, optimize
from agentopt.optimizers.methods.gepa import Gepa, chosen, merge
from agentopt.optimizers.methods.protegi import Protegi, upper_bounds
from agentopt.optimizers.methods.vml import Vml
from agentopt.optimizers.pareto import wins
from agentopt.optimizers.search import Method
from tests.optimizers.landscape import Landscape, task
from tests.optimizers.teacher import Teacher

PROMPTS = (shipped("prompts"),)
METHODS: dict[str, Method] = {
    "gepa": Gepa(),
    "protegi": Protegi(minibatch=10, pulls=2, samples=5, rounds=3),
    "vml": Vml(),
}
SALTS = ("a", "bb", "ccc")


def _run(
    method: Method, salt: str, model: Landscape, calls: int, *, test: int = 0, folder: Path | None = None
) -> Optimized:
    return optimize(
        task(salt=salt, test=test), method, model=model, budget=Budget(calls=calls), prompts=PROMPTS,
        folder=folder, seed=len(salt),
    )  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_method_finds_better_texts_on_the_landscape(name: str) -> None:
    found = [_run(METHODS[name], salt, Teacher(), 500) for salt in SALTS]
    assert all(each.best.score > each.seed.score for each in found)
    held = [sum(hidden in each.best.candidate.texts["instruction"] for hidden in HIDDEN) for each in found]
    assert min(held) >= 1


def test_no_improvement_is_claimed_where_nothing_can_be_improved() -> None:
    found = [
        _run(method, salt, Teacher(flat=True), 300, test=40) for method in METHODS.values() for salt in SALTS
    ]
    assert any(each.best.score > each.seed.score for each in found)  # luck on the validation split
    # Of 9 true nulls, more than 2 claims at the 5 % level have a probability below 1 in 100.
    assert sum(each.verdict is not None and each.verdict.is_improved for each in found) <= 2


@pytest.mark.parametrize("name", METHODS)
def test_a_search_that_ran_out_goes_on_as_if_it_had_not(name: str, tmp_path: Path) -> None:
    whole, first, more = Teacher(), Teacher(), Teacher()
    ended = _run(METHODS[name], "a", whole, 300, folder=tmp_path / "whole")
    _run(METHODS[name], "a", first, 110, folder=tmp_path / "grown")
    grown = _run(METHODS[name], "a", more, 300, folder=tmp_path / "grown")
    assert [each.candidate.id for each in grown.validations] == [
        each.candidate.id for each in ended.validations
    ]
    assert first.asked + more.asked == whole.asked


class _Silent(Landscape):
    """Says nothing that could be used."""

    def _say(self, request: object) -> str:
        return "I would rather not."


@pytest.mark.parametrize("name", METHODS)
def test_replies_without_the_asked_tags_are_passed_over_and_the_search_ends(name: str) -> None:
    found = optimize(
        task(test=0), METHODS[name], model=Landscape(), optimizer_model=_Silent(), prompts=PROMPTS
    )
    assert found.ended is Ended.DONE
    assert found.best.candidate == found.seed.candidate


@pytest.mark.parametrize("name", METHODS)
def test_a_task_without_training_examples_is_refused_before_anything_is_paid(name: str) -> None:
    model = Teacher()
    bare = replace(task(test=0), data=Splits((), task().data.val))
    with pytest.raises(UsageError, match="learns from training examples"):
        optimize(bare, METHODS[name], model=model, prompts=PROMPTS)
    assert model.asked == 0


def test_gepa_ends_where_the_minibatches_leave_nothing_to_learn() -> None:
    easy = replace(task(test=0), scorer=lambda reply, target: exact("yes", "yes"))
    found = optimize(easy, Gepa(), model=Teacher(), prompts=PROMPTS)
    assert found.ended is Ended.DONE
    assert len(found.validations) == 1


def test_gepa_validates_a_child_exactly_where_it_did_better_on_the_same_minibatch() -> None:
    done, model = task(test=0), Teacher()
    search = Gepa().search(
        done.seed,
        Splits(done.data.train, done.data.val),
        model=Asking(model, PROMPTS),
        rng=random.Random(0),
    )
    tried: list[Evaluation] = []
    trials = next(search)
    while len(tried) < 60:
        found = done.evaluate(trials, model)
        tried += found
        trials = search.send(found)
    accepted = rejected = 0
    for before, after, then in zip(tried, tried[1:], tried[2:], strict=False):
        is_gate = after.trial.split == "train" and not after.trial.trace
        if is_gate:
            assert after.candidate.parents == (before.candidate.id,)
            assert before.trial.examples == after.trial.examples
            assert before.trial.trace
            is_better = sum(after.scores.values()) > sum(before.scores.values())
            assert (then.trial == Trial(after.candidate, done.data.val, "val")) is is_better
            accepted, rejected = accepted + is_better, rejected + (not is_better)
    assert accepted
    assert rejected


def _two_texts(salt: str) -> PromptTask:
    """The landscape with its instruction in two texts."""
    one = task(salt=salt, test=0)
    seed = Candidate({"plan": "Plan.", "answer": "Answer."})
    return replace(
        one,
        seed=seed,
        render=lambda candidate, example: (
            Message("system", "\n".join(candidate.texts.values())),
            Message("user", example.inputs["question"]),
        ),
    )


def test_gepa_changes_texts_in_turn_and_merges_what_two_lines_have_learned() -> None:
    origins, changed = [], set()
    for salt in SALTS:
        found = optimize(
            _two_texts(salt),
            Gepa(),
            model=Teacher(),
            budget=Budget(calls=700),
            prompts=PROMPTS,
            seed=len(salt),
        )
        assert found.best.score > found.seed.score
        origins += [each.candidate.origin for each in found.validations]
        texts = found.best.candidate.texts
        changed |= {name for name, text in found.seed.candidate.texts.items() if texts[name] != text}
    assert changed == {"plan", "answer"}
    assert "merge" in origins


def _scored(candidate: Candidate, *scores: float | None) -> Evaluation:
    examples = tuple(Example(str(at), {"q": str(at)}) for at in range(len(scores)))
    told = [
        Feedback(each, score, Outcome.UNMEASURED if score is None else Outcome.WRONG)
        for each, score in zip(examples, scores, strict=True)
    ]
    return Evaluation(Trial(candidate, examples, "val"), tuple(told))


def test_a_merge_takes_from_each_what_it_changed_since_their_ancestor() -> None:
    seed = Candidate({"plan": "p", "answer": "a"})
    one, other = seed.child({"plan": "P"}, "gepa"), seed.child({"answer": "A"}, "gepa")
    pool = [_scored(seed, 0, 0, 0), _scored(one, 1, 1, 0), _scored(other, 0, 0, 1)]
    found = merge(pool, [], random.Random(0))
    assert found is not None
    assert found[0].texts == {"plan": "P", "answer": "A"}
    assert found[0].parents == (one.id, other.id)
    assert merge(pool, [found[0].parents], random.Random(0)) is None
    better_before = [_scored(seed, 0, 0.9, 0.9, 0.9), _scored(one, 1, 1, 1, 0), _scored(other, 0, 0, 0, 1)]
    assert merge(better_before, [], random.Random(0)) is None


def test_a_line_is_not_merged_with_its_own_descendant() -> None:
    seed = Candidate({"plan": "p", "answer": "a"})
    one = seed.child({"plan": "P"}, "gepa")
    two = one.child({"plan": "PP", "answer": "A"}, "gepa")
    pool = [_scored(seed, 0, 0), _scored(one, 1, 0), _scored(two, 0, 1)]
    assert merge(pool, [], random.Random(0)) is None


def test_parents_are_drawn_from_the_front_in_proportion_to_what_they_are_best_on() -> None:
    names = [Candidate({"text": each}) for each in "abcd"]
    pool = [
        _scored(names[0], 1, 0, 0, 0),
        _scored(names[1], 1, 1, 1, 0),
        _scored(names[2], 0, 0, 0, 1),
        _scored(names[3], None, None, None, None),
    ]
    assert wins(pool) == {1: 3, 2: 1}
    rng = random.Random(0)
    drawn = [chosen(pool, rng).candidate.texts["text"] for _ in range(400)]
    assert {each: drawn.count(each) for each in "abcd"} == pytest.approx(
        {"a": 0, "b": 300, "c": 100, "d": 0}, abs=40
    )
    assert chosen(pool[3:], rng) is pool[3]


def test_an_epoch_holds_every_example_and_no_batch_one_twice() -> None:
    examples = tuple(Example(str(at), {"q": str(at)}) for at in range(7))
    drawn = batches(examples, 3, random.Random(0))
    for _ in range(5):
        epoch = [next(drawn) for _ in range(3)]
        assert {each.id for batch in epoch for each in batch} == {each.id for each in examples}
        assert all(len({each.id for each in batch}) == 3 for batch in epoch)
    assert len(next(batches(examples, 64, random.Random(0)))) == 7


def test_prompts_show_a_text_once_and_nothing_of_what_was_not_measured() -> None:
    done = task(test=0)
    trial = Trial(done.seed, done.data.train[:2], trace=True)
    (seen,) = done.evaluate([trial], Landscape())
    lost = Feedback(done.data.train[2], None, Outcome.UNMEASURED, "", "no answer from the server")
    cases = shown([*seen.feedback, lost], "instruction", "Answer.")
    assert [each["input"] for each in cases] == ["question train 0", "question train 1"]
    assert [call["prompt"] for each in cases for call in each["calls"]] == [
        f"{THIS}\n\nquestion train {at}" for at in range(2)
    ]


def test_the_bandit_tries_first_what_it_never_tried_and_then_weighs_mean_against_doubt() -> None:
    known = [{"a": 1.0, "b": 1.0, "c": 1.0, "d": 0.0}, {"a": 0.5}, {}]
    assert max(range(3), key=lambda at: upper_bounds(known, 1.0)[at]) == 2
    assert upper_bounds(known[:2], 0.0) == [0.75, 0.5]
    bounds = upper_bounds(known[:2], 1.0)
    assert bounds[1] > bounds[0]


def test_the_momentum_of_vml_shows_the_step_before() -> None:
    seen: list[str] = []

    class _Listening(Asking):
        def ask(self, prompt, inputs, *, temperature=0.0, samples=1):  # type: ignore[no-untyped-def]
            seen.extend("" if each["last"] is None else each["last"]["new"] for each in inputs)
            return super().ask(prompt, inputs, temperature=temperature, samples=samples)

    done = task(test=0)
    for momentum in (True, False):
        model, steps = Teacher(), Vml(momentum=momentum, epochs=2)
        search = steps.search(
            done.seed,
            Splits(done.data.train, done.data.val),
            model=_Listening(model, PROMPTS),
            rng=random.Random(0),
        )
        trials, tried = next(search), []
        try:
            while True:
                tried += [each.candidate for each in trials if each.split == "train"]
                trials = search.send(done.evaluate(trials, model))
        except StopIteration:
            pass
        told = [each.texts["instruction"] for each in tried[1:]]
        assert seen == (["", *told] if momentum else [""] * 4)
        seen.clear()
