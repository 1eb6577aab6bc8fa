"""Optimization by prompting of numbers and tours (Yang et al., arXiv 2309.03409, section 3).

The model sees candidates with their values, the best last, and never the function. Departs from the authors'
program where a reply holds no pair or no whole tour: it is dropped, not asked for again without end.
"""

from __future__ import annotations

__all__ = ["OproValues"]

import random
from collections.abc import Sequence
from dataclasses import dataclass

from agentopt.errors import UsageError
from agentopt.evaluation.showcases import MALFORMED, read_pair, read_tour
from agentopt.evaluation.trials import Candidate, Evaluation, Outcome, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.search import Search

SHOWN = {"pair": 20, "tour": 10}
"""Candidates that are shown, as published."""


@dataclass(frozen=True)
class OproValues:
    """OPRO's two showcases: a task whose text is a `pair` or a `tour`.

    Attributes:
        keep: candidates that are shown; 20 pairs or 10 tours if 0.
        starts: random candidates to begin with, the seed among them.
        children: candidates asked for in a step.
        steps: at most; it ends before where a candidate is right.
        temperature: of the optimizer model.
    """

    keep: int = 0
    starts: int = 5
    children: int = 8
    steps: int = 500
    temperature: float = 1.0

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`.

        Raises:
            UsageError: the task is neither of the two.
        """
        name = next(iter(seed.texts))
        if name not in SHOWN:
            raise UsageError(
                f"`opro-values` improves a `pair` or a `tour`, and this task has `{name}`",
                hint="take `opro` for prompts",
            )
        cities = seed.texts[name].count(",") + 1
        starts = [
            seed,
            *(seed.child({name: _random(name, cities, rng)}, "start") for _ in range(1, self.starts)),
        ]
        history = list((yield [Trial(each, data.val, "val") for each in starts]))
        for _ in range(self.steps):
            if any(each.count(Outcome.RIGHT) for each in history):
                return
            whole = [each for each in history if each.score > MALFORMED]
            best = sorted(whole, key=lambda each: each.score)[-(self.keep or SHOWN[name]) :]
            if name == "pair":
                asked = {"pairs": _pairs(best)}
                replies = model.ask(
                    "opro/regression", [asked], temperature=self.temperature, samples=self.children
                )
                found = [f"[{pair[0]}, {pair[1]}]" for each in replies if (pair := read_pair(each))]
            else:
                (example, *_) = data.val
                shown = {"cities": example.inputs["cities"], "tours": _tours(best)}
                replies = model.ask("opro/tour", [shown], temperature=self.temperature, samples=self.children)
                tours = [read_tour(each, cities) for each in tagged(replies, "trace")]
                found = [", ".join(map(str, each)) for each in tours if each]
            known = {each.candidate.texts[name] for each in history}
            new = [
                seed.child({name: text}, "opro-values") for text in dict.fromkeys(found) if text not in known
            ]
            history += yield [Trial(child, data.val, "val") for child in new]


def _random(name: str, cities: int, rng: random.Random) -> str:
    """A pair between 10 and 20, or a tour."""
    if name == "pair":
        return f"[{rng.randint(10, 20)}, {rng.randint(10, 20)}]"
    return ", ".join(map(str, [0, *rng.sample(range(1, cities), cities - 1)]))


def _pairs(history: Sequence[Evaluation]) -> list[dict[str, int]]:
    shown = []
    for each in history:
        pair = read_pair(each.candidate.texts["pair"])
        assert pair is not None
        shown.append({"w": pair[0], "b": pair[1], "value": round(-each.score)})
    return shown


def _tours(history: Sequence[Evaluation]) -> list[dict[str, str]]:
    return [
        {"trace": each.candidate.texts["tour"].replace(" ", ""), "length": str(round(-each.score))}
        for each in history
    ]
