"""Methods that see scores only: better than the seed where there is something, honest where not."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from agentopt.assets import shipped
from agentopt.benchmarks.optimizers import HIDDEN
from agentopt.budget import Budget
from agentopt.evaluation.trials import Candidate, Evaluation, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.driver import Ended, Optimized, optimize
from agentopt.optimizers.methods.annealing import Annealing
from agentopt.optimizers.methods.best_of_n import BestOfN
from agentopt.optimizers.methods.evoprompt_de import EvoPromptDe
from agentopt.optimizers.methods.evoprompt_ga import EvoPromptGa
from agentopt.optimizers.methods.genetic import Genetic
from agentopt.optimizers.methods.genetic_crossover import GeneticCrossover
from agentopt.optimizers.methods.harmony import Harmony
from agentopt.optimizers.methods.hill_climbing import HillClimbing
from agentopt.optimizers.methods.random_paraphrase import RandomParaphrase
from agentopt.optimizers.methods.tabu import Tabu
from agentopt.optimizers.search import Method
from tests.optimizers.landscape import Landscape, task
from tests.optimizers.writer import Writer

PROMPTS = (shipped("prompts"),)
METHODS: dict[str, Method] = {
    "annealing": Annealing(),
    "best-of-n": BestOfN(),
    "evoprompt-de": EvoPromptDe(),
    "evoprompt-ga": EvoPromptGa(),
    "genetic": Genetic(),
    "genetic-crossover": GeneticCrossover(),
    "harmony": Harmony(),
    "hill-climbing": HillClimbing(),
    "random-paraphrase": RandomParaphrase(),
    "tabu": Tabu(),
}


def _run(
    method: Method, salt: str, model: Landscape, calls: int, *, test: int = 0, folder: Path | None = None
) -> Optimized:
    return optimize(
        task(salt=salt, test=test), method, model=model, budget=Budget(calls=calls), prompts=PROMPTS,
        folder=folder, seed=len(salt),
    )  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_method_finds_better_texts_on_the_landscape(name: str) -> None:
    found = [_run(METHODS[name], salt, Writer(), 600) for salt in ("a", "bb", "ccc")]
    assert all(each.best.score > each.seed.score for each in found)
    held = [sum(hidden in each.best.candidate.texts["instruction"] for hidden in HIDDEN) for each in found]
    assert min(held) >= 1


def test_no_improvement_is_claimed_where_nothing_can_be_improved() -> None:
    found = [
        _run(method, salt, Writer(flat=True), 200, test=40)
        for method in METHODS.values()
        for salt in ("a", "bb")
    ]
    assert any(each.best.score > each.seed.score for each in found)  # luck on the validation split
    # Of 20 true nulls, more than 3 claims at the 5 % level have a probability below 2 in 100.
    assert sum(each.verdict is not None and each.verdict.is_improved for each in found) <= 3


@pytest.mark.parametrize("name", METHODS)
def test_a_search_that_ran_out_goes_on_as_if_it_had_not(name: str, tmp_path: Path) -> None:
    whole = Writer()
    _run(METHODS[name], "a", whole, 250, folder=tmp_path / "whole")
    first, more = Writer(), Writer()
    _run(METHODS[name], "a", first, 110, folder=tmp_path / "grown")
    _run(METHODS[name], "a", more, 250, folder=tmp_path / "grown")
    one, other = (tmp_path / each / "trials.jsonl" for each in ("whole", "grown"))
    assert one.read_bytes() == other.read_bytes()
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
    assert found.best.candidate.texts["instruction"].startswith("Answer")


@pytest.mark.parametrize("name", METHODS)
def test_only_the_component_that_was_named_is_changed(name: str) -> None:
    texts = {"first": "Keep me.", "second": "Think step by step, and give the answer. Name units."}
    method = type(METHODS[name])(component="second")  # type: ignore[call-arg]
    data = task(test=0).data
    search = method.search(Candidate(texts), data, model=Asking(Writer(), PROMPTS), rng=random.Random(0))
    next(search)
    trials = search.send([Evaluation(Trial(Candidate(texts), data.val, "val"), ())])
    assert trials
    assert {each.candidate.texts["first"] for each in trials} == {"Keep me."}
