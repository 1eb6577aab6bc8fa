"""A task with a known landscape: a reply is right the likelier, the more hidden instructions a prompt holds.

The "model" is a program. It measures how searches spend their trials, not how well prompts work.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence

from agentopt.evaluation.scorers import exact
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Candidate, Example, Splits
from agentopt.models.base import Reply, Request, Usage, Watch

HIDDEN = (
    "be brief", "count twice", "name units", "draw a table", "check signs", "cite the rule", "round last",
    "list cases", "think aloud", "define terms", "test extremes", "restate the question",
)  # fmt: skip


class Landscape:
    """Answers tasks and proposals; a pure function of the request, so that it may be asked in any order.

    Args:
        flat: whether instructions do not matter: a task on which nothing can be improved.
    """

    def __init__(self, *, flat: bool = False, name: str = "landscape") -> None:
        self.name = name
        self.flat = flat
        self.asked = 0

    @property
    def identity(self) -> str:
        return self.name

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        replies = []
        for place, request in enumerate(requests):
            self.asked += 1
            usage = Usage(len(str(request.messages)) // 4, 5, 0.0)
            reply = Reply(self._say(request), usage, model=self.name)
            if watch is not None:
                watch.reply(place, reply)
            replies.append(reply)
        return replies

    def close(self) -> None:
        return

    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        if "question " in said and "<text>" not in said:
            held = 0 if self.flat else sum(each in said for each in HIDDEN)
            return "yes" if _chance(said) < 0.2 + 0.06 * held else "no"
        best = re.findall(r"<text>(.*?)</text>\s*score", said, re.DOTALL)
        base = best[-1].strip() if best else "Answer."
        at = int(_chance(said + str(request.sampling.index)) * len(HIDDEN))
        return f"<text>{base} {HIDDEN[at]}.</text>"


def _chance(text: str) -> float:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


def task(*, val: int = 20, test: int = 40, salt: str = "") -> PromptTask:
    """Questions whose right answer is yes."""

    def examples(split: str, count: int) -> tuple[Example, ...]:
        return tuple(
            Example(f"{split}-{n}", {"question": f"question {salt}{split} {n}"}, "yes") for n in range(count)
        )

    splits = Splits(examples("train", 20), examples("val", val), examples("test", test))
    return PromptTask("landscape", Candidate({"instruction": "Answer."}), splits, exact)
