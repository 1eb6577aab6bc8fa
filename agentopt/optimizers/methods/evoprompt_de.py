"""EvoPrompt as differential evolution (Guo et al., EvoPrompt, 2024, section 3.3).

Departs from the authors' program in its beginning, as `evoprompt_ga` does, and in its order: a generation is
asked for and tried at once, against the best text at its beginning, where theirs goes member by member.
"""

from __future__ import annotations

__all__ = ["EvoPromptDe"]

import random
from dataclasses import dataclass

from agentopt.evaluation.trials import Candidate, Splits, Trial
from agentopt.optimizers.asking import Asking
from agentopt.optimizers.edits import tagged
from agentopt.optimizers.methods.evoprompt_ga import begun
from agentopt.optimizers.search import Search


@dataclass(frozen=True)
class EvoPromptDe:
    """What two members differ in, changed, goes into the best and is crossed with each; the better stays.

    Attributes:
        component: the text to improve; the first if empty.
        population: members.
        generations: after the first population.
        temperature: of the optimizer model.
        longest: characters of a text, at most.
    """

    component: str = ""
    population: int = 10
    generations: int = 10
    temperature: float = 0.5
    longest: int = 2000

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """As `Method.search`."""
        name = self.component or next(iter(seed.texts))
        members = list((yield [Trial(seed, data.val, "val")]))
        first = begun(seed, name, self.population - 1, model, self.temperature)
        members += yield [Trial(each, data.val, "val") for each in first]
        for _ in range(self.generations):
            best = max(members, key=lambda each: each.score).candidate
            asked = []
            for place, current in enumerate(members):
                others = [each.candidate for at, each in enumerate(members) if at != place]
                one, other = rng.sample(others, 2) if len(others) > 1 else (best, current.candidate)
                asked.append((one, other, best, current.candidate))
            replies = model.ask(
                "evoprompt/difference",
                [
                    dict(
                        zip(
                            ("first", "second", "best", "current"),
                            (each.texts[name] for each in four),
                            strict=True,
                        )
                    )
                    for four in asked
                ],
                temperature=self.temperature,
            )
            children = [
                (place, current.child({name: text}, "evoprompt-de", one, other, best))
                for place, ((one, other, best, current), reply) in enumerate(zip(asked, replies, strict=True))
                for text in tagged([reply], "text")
                if len(text) <= self.longest
            ]
            tried = yield [Trial(child, data.val, "val") for _, child in children]
            for (place, _), found in zip(children, tried, strict=True):
                if found.score > members[place].score:
                    members[place] = found
