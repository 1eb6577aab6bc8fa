"""The simulated task of the benchmark, with an optimizer model that only ever adds an instruction.

It measures how searches spend their trials, not how well prompts work.
"""

from __future__ import annotations

import re

from agentopt.benchmarks.optimizers import HIDDEN, Simulated, chance_of
from agentopt.evaluation.scorers import exact
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Candidate, Example, Splits
from agentopt.models.base import Request


class Landscape(Simulated):
    """Adds a hidden instruction to the best text it is shown."""

    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        if "question " in said and "<text>" not in said:
            return self._answer(said)
        best = re.findall(r"<text>(.*?)</text>\s*score", said, re.DOTALL)
        base = best[-1].strip() if best else "Answer."
        at = int(chance_of(said + str(request.sampling.index)) * len(HIDDEN))
        return f"<text>{base} {HIDDEN[at]}.</text>"


def task(*, val: int = 20, test: int = 40, salt: str = "") -> PromptTask:
    """Questions whose right answer is yes."""

    def examples(split: str, count: int) -> tuple[Example, ...]:
        return tuple(
            Example(f"{split}-{n}", {"question": f"question {salt}{split} {n}"}, "yes") for n in range(count)
        )

    splits = Splits(examples("train", 20), examples("val", val), examples("test", test))
    return PromptTask("landscape", Candidate({"instruction": "Answer."}), splits, exact)
