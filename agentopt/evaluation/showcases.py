"""The two showcases of optimization by prompting as tasks: linear regression and travelling salesman.

Source: Yang et al., Large Language Models as Optimizers, arXiv 2309.03409, section 3. A candidate is a pair
of numbers or a tour, written out; no model is asked to score it. Scores are values with the sign changed, for
higher is better. Departs from the authors' data in the generator of chance only.
"""

from __future__ import annotations

__all__ = ["MALFORMED", "Regression", "Tour", "read_pair", "read_tour"]

import math
import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from agentopt.evaluation.trials import Candidate, Evaluation, Example, Feedback, Outcome, Splits, Trial
from agentopt.models.base import Model

MALFORMED = -1e12
"""The score of a text that is no pair and no tour."""

EXACT_CITIES = 12
"""Cities up to which the shortest tour is computed."""


def read_pair(text: str) -> tuple[int, int] | None:
    """The last bracketed pair of numbers, rounded; None if there is none.

    >>> read_pair("Lower w helps: [14.6, 15]")
    (15, 15)
    """
    found = re.findall(r"\[\s*(-?\d{1,9}(?:\.\d+)?)\s*,\s*(-?\d{1,9}(?:\.\d+)?)\s*\]", text)
    return (round(float(found[-1][0])), round(float(found[-1][1]))) if found else None


def read_tour(text: str, cities: int) -> tuple[int, ...] | None:
    """A tour that begins with 0 and visits every city once; None if the text is none.

    >>> read_tour("0, 2, 1", 3), read_tour("0, 2, 2", 3)
    ((0, 2, 1), None)
    """
    tour = tuple(int(each) for each in re.findall(r"\d{1,6}", text))
    whole = tour[:1] == (0,) and sorted(tour) == list(range(cities))
    return tour if whole else None


@dataclass(frozen=True)
class Regression:
    """Fit a line to points that nobody sees: candidates are `[slope, intercept]`, values squared errors.

    Attributes:
        slope, intercept: of the line; finding them is right.
        points: x runs from 1 to as many.
        noise: the seed of the noise, whose deviation is 1, and of the first pair.
    """

    slope: int = 15
    intercept: int = 14
    points: int = 50
    noise: int = 1
    name: str = "linear-regression"
    calls_per_example: int = 0

    @property
    def seed(self) -> Candidate:
        """A pair between 10 and 20."""
        rng = random.Random(f"start {self.noise}")
        return Candidate({"pair": f"[{rng.randint(10, 20)}, {rng.randint(10, 20)}]"})

    @cached_property
    def data(self) -> Splits:
        """One example: the points."""
        inputs = {"points": f"{self.points} points, not shown"}
        return Splits((), (Example(f"noise-{self.noise}", inputs, [self.slope, self.intercept]),))

    @cached_property
    def ys(self) -> list[float]:
        """The y of each point."""
        rng = random.Random(self.noise)
        return [self.slope * x + self.intercept + rng.gauss(0, 1) for x in range(1, self.points + 1)]

    def value(self, slope: int, intercept: int) -> float:
        """The sum of squared errors."""
        return sum((y - slope * x - intercept) ** 2 for x, y in enumerate(self.ys, start=1))

    def evaluate(self, trials: Sequence[Trial], model: Model) -> list[Evaluation]:
        """As `Task.evaluate`; asks nothing."""
        return [
            Evaluation(trial, tuple(self._of(trial, each) for each in trial.examples)) for trial in trials
        ]

    def _of(self, trial: Trial, example: Example) -> Feedback:
        text = trial.candidate.texts["pair"]
        pair = read_pair(text)
        if pair is None:
            return Feedback(example, MALFORMED, Outcome.UNPARSED, text, "no pair [w, b]")
        value = self.value(*pair)
        right = pair == (self.slope, self.intercept)
        outcome = Outcome.RIGHT if right else Outcome.WRONG
        return Feedback(example, -value, outcome, text, f"value {value:.0f}")


@dataclass(frozen=True)
class Tour:
    """Find a short round tour: candidates are the cities in order, beginning with 0.

    Attributes:
        cities: with integer coordinates from -100 to 100.
        places: the seed of the coordinates and of the first tour.
    """

    cities: int = 10
    places: int = 1
    name: str = "travelling-salesman"
    calls_per_example: int = 0

    @property
    def seed(self) -> Candidate:
        """A random tour."""
        rest = list(range(1, self.cities))
        random.Random(f"start {self.places}").shuffle(rest)
        return Candidate({"tour": ", ".join(map(str, [0, *rest]))})

    @cached_property
    def points(self) -> list[tuple[int, int]]:
        """Where the cities are."""
        rng = random.Random(self.places)
        return [(rng.randint(-100, 100), rng.randint(-100, 100)) for _ in range(self.cities)]

    @cached_property
    def data(self) -> Splits:
        """One example: the cities with their coordinates."""
        shown = "\n".join(f"{city}: ({x}, {y})" for city, (x, y) in enumerate(self.points))
        return Splits((), (Example(f"places-{self.places}", {"cities": shown}),))

    def length(self, tour: Sequence[int]) -> float:
        """Of the round tour."""
        points = [self.points[city] for city in tour]
        return sum(math.dist(one, other) for one, other in zip(points, [*points[1:], points[0]], strict=True))

    @cached_property
    def shortest(self) -> float | None:
        """The length of the shortest tour; None where there are too many cities to say.

        Source: Held and Karp, A Dynamic Programming Approach to Sequencing Problems (1962).
        """
        if not 2 <= self.cities <= EXACT_CITIES:
            return None
        points, count = self.points, self.cities - 1
        away = [[math.dist(one, other) for other in points] for one in points]
        best = {(1 << city, city): away[0][city + 1] for city in range(count)}
        for visited in range(1, 1 << count):
            for last in range(count):
                here = best.get((visited, last))
                if here is None:
                    continue
                for city in range(count):
                    if not visited >> city & 1:
                        key = visited | 1 << city, city
                        best[key] = min(best.get(key, math.inf), here + away[last + 1][city + 1])
        whole = (1 << count) - 1
        return min(best[whole, last] + away[last + 1][0] for last in range(count))

    def evaluate(self, trials: Sequence[Trial], model: Model) -> list[Evaluation]:
        """As `Task.evaluate`; asks nothing."""
        return [
            Evaluation(trial, tuple(self._of(trial, each) for each in trial.examples)) for trial in trials
        ]

    def _of(self, trial: Trial, example: Example) -> Feedback:
        text = trial.candidate.texts["tour"]
        tour = read_tour(text, self.cities)
        if tour is None:
            return Feedback(example, MALFORMED, Outcome.UNPARSED, text, "not every city once, from 0 on")
        length = self.length(tour)
        shortest = self.shortest
        right = shortest is not None and length <= shortest * (1 + 1e-9)
        outcome = Outcome.RIGHT if right else Outcome.WRONG
        return Feedback(example, -length, outcome, text, f"length {length:.0f}")
