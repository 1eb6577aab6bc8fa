"""OPRO's two showcases: values are shown, the function is not."""

from __future__ import annotations

import itertools
import re

import pytest

from agentopt.assets import shipped
from agentopt.benchmarks.optimizers import chance_of
from agentopt.budget import Budget
from agentopt.errors import UsageError
from agentopt.evaluation.showcases import MALFORMED, Regression, Tour
from agentopt.evaluation.trials import Outcome, Trial
from agentopt.models.base import Request
from agentopt.optimizers.driver import Ended, optimize
from agentopt.optimizers.methods.opro_values import OproValues
from tests.optimizers.landscape import Landscape, task

PROMPTS = (shipped("prompts"),)


class _Neighbour(Landscape):
    """Proposes a neighbour of the last candidate shown, which is the best."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[str] = []

    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        self.shown.append(said)
        at = int(chance_of(said + str(request.sampling.index)) * 1e6)
        if request.component == "opro/regression":
            *_, (w, b) = re.findall(r"w=(-?\d+), b=(-?\d+), value", said)
            steps = [(-2, 0), (2, 0), (-1, 0), (1, 0), (0, -1), (0, 1), (1, -1), (-1, 1)]
            return f"I try\n[{int(w) + steps[at % 8][0]}, {int(b) + steps[at % 8][1]}]"
        *_, tour = re.findall(r"<trace>([\d,]+)</trace>", said)
        cities = tour.split(",")
        one, other = sorted((1 + at % (len(cities) - 1), 1 + at // 100 % (len(cities) - 1)))
        cities[one : other + 1] = reversed(cities[one : other + 1])
        return f"<trace>{','.join(cities)}</trace>"


@pytest.mark.parametrize("noise", [1, 2, 3])
def test_the_line_is_found_from_values_alone(noise: int) -> None:
    model = _Neighbour()
    given = Regression(noise=noise)
    found = optimize(given, OproValues(), model=model, budget=Budget(calls=400), prompts=PROMPTS)
    assert found.ended is Ended.DONE
    assert any(each.count(Outcome.RIGHT) for each in found.validations)
    values = [int(each) for each in re.findall(r"value=(\d+)", model.shown[-1])]
    assert values == sorted(values, reverse=True)
    assert len(values) <= 20


@pytest.mark.parametrize("places", [1, 2])
def test_tours_get_shorter_and_the_shortest_ends_the_search(places: int) -> None:
    given = Tour(cities=8, places=places)
    found = optimize(given, OproValues(), model=_Neighbour(), budget=Budget(calls=600), prompts=PROMPTS)
    assert found.best.score > found.seed.score
    assert (found.ended is Ended.DONE) == bool(found.best.count(Outcome.RIGHT))


def test_the_shortest_tour_is_the_shortest() -> None:
    given = Tour(cities=7, places=5)
    tours = ([0, *rest] for rest in itertools.permutations(range(1, 7)))
    assert given.shortest == pytest.approx(min(map(given.length, tours)))
    assert Tour(cities=40).shortest is None


@pytest.mark.parametrize("text", ["0, 1", "1, 0, 2", "0, 1, 1", "a tour"])
def test_what_is_no_tour_is_told_apart_from_a_long_one(text: str) -> None:
    given = Tour(cities=3)
    trial = Trial(given.seed.child({"tour": text}, "test"), given.data.val, "val")
    (found,) = given.evaluate([trial], Landscape())
    assert (found.score, found.count(Outcome.UNPARSED)) == (MALFORMED, 1)


def test_another_task_is_refused() -> None:
    with pytest.raises(UsageError, match="this task has `instruction`"):
        optimize(task(test=0), OproValues(), model=Landscape(), prompts=PROMPTS)
