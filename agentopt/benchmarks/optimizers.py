"""Every optimizer of texts on one simulated task at equal budget, with intervals, controls among them.

    python -m agentopt.benchmarks.optimizers [--calls 600] [--seeds 5] [--only NAME...] [--flat] [--out FILE]

The "model" is a program: a reply is right the likelier, the more of twelve hidden instructions a text holds.
Asked for texts, it puts together those it is shown and adds an instruction half of the time. It measures how
searches spend their trials, not how well prompts work; `--flat` makes the instructions worthless, where any
improvement is a false one. Quality is what the simulation knows: the hidden instructions in the picked text.
"""

from __future__ import annotations

__all__ = ["HIDDEN", "Figures", "Simulated", "chance_of", "figures", "main"]

import argparse
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from agentopt.assets import shipped
from agentopt.budget import Budget
from agentopt.errors import AgentoptError
from agentopt.evaluation.scorers import exact
from agentopt.evaluation.tasks import PromptTask
from agentopt.evaluation.trials import Candidate, Example, Splits
from agentopt.models.base import Reply, Request, Usage, Watch
from agentopt.optimizers.driver import optimize
from agentopt.optimizers.registry import card, cards, method

HIDDEN = (
    "be brief", "count twice", "name units", "draw a table", "check signs", "cite the rule", "round last",
    "list cases", "think aloud", "define terms", "test extremes", "restate the question",
)  # fmt: skip
"""The instructions that help."""

SHOWCASES = ("opro-values",)
"""Methods that improve no prompts."""

_PASSAGE = re.compile(r"<(text|phrase|first|second|best|current)>(.*?)</\1>", re.DOTALL)


class Simulated:
    """Answers questions and writes texts; a pure function of the request.

    Args:
        flat: whether instructions do not matter: nothing can be improved.

    Attributes:
        asked: how many requests there were.
    """

    def __init__(self, *, flat: bool = False, name: str = "simulated") -> None:
        self.name = name
        self.asked = 0
        self._flat = flat

    @property
    def identity(self) -> str:
        """Its name."""
        return self.name

    def generate(self, requests: Sequence[Request], watch: Watch | None = None) -> list[Reply]:
        """As `Model.generate`."""
        replies = []
        for place, request in enumerate(requests):
            self.asked += 1
            text = self._say(request)
            usage = Usage(len(str(request.messages)) // 4, len(text) // 4, 0.0)
            replies.append(Reply(text, usage, model=self.name))
            if watch is not None:
                watch.reply(place, replies[-1])
        return replies

    def close(self) -> None:
        """As `Model.close`."""

    def _say(self, request: Request) -> str:
        said = "\n".join(message.content for message in request.messages)
        return self._answer(said) if request.component == "instruction" else self._written(said, request)

    def _answer(self, said: str) -> str:
        held = 0 if self._flat else sum(each in said for each in HIDDEN)
        return "yes" if chance_of(said) < 0.2 + 0.06 * held else "no"

    def _written(self, said: str, request: Request) -> str:
        """A text out of those that are shown; the last passage alone where only one is to be changed."""
        passages = _PASSAGE.findall(said)
        drawn = chance_of(f"{said} {request.sampling.index}")
        tag = "phrase" if request.component.endswith("/phrase") else "text"
        several = len({name for name, _ in passages}) > 1 and tag == "text"
        shown = " ".join(text for _, text in (passages if several else passages[-2:-1] or passages))
        if tag == "phrase":
            shown = next((text for name, text in passages if name == "phrase"), "")
        held = [each for each in HIDDEN if each in shown]
        if drawn < 0.5:
            held.append(HIDDEN[int(drawn * 2 * len(HIDDEN))])
        base = shown.strip() if tag == "phrase" else "Answer."
        return f"<{tag}>{_text(base, held)}</{tag}>"


@dataclass(frozen=True)
class Figures:
    """What a method came to over the seeds.

    Attributes:
        found: hidden instructions in the text it picked, the mean, with its 95 % interval over seeds.
        each: the same, seed by seed.
        improved: seeds on which the verdict was an improvement.
        calls: the mean of what was used.
        failed: why it could not run; empty if it could.
    """

    name: str
    found: float
    low: float
    high: float
    each: tuple[int, ...]
    improved: int
    calls: float
    failed: str = ""

    def __str__(self) -> str:
        if self.failed:
            return f"{self.name:18} could not run: {self.failed}"
        return (
            f"{self.name:18} {self.found:5.2f} ({self.low:.2f} to {self.high:.2f})  "
            f"improved {self.improved}/{len(self.each)}  {self.calls:.0f} calls"
        )


def figures(name: str, *, calls: int, seeds: int, flat: bool = False) -> Figures:
    """A method over the seeds: each is another task, other noise and other chance.

    >>> figures("best-of-n", calls=60, seeds=2).each
    (1, 0)
    """
    found, used, improved = [], [], 0
    for seed in range(seeds):
        try:
            done = optimize(
                _task(seed),
                method(name),
                model=Simulated(flat=flat),
                budget=Budget(calls=calls),
                seed=seed,
                prompts=(shipped("prompts"),),
            )
        except AgentoptError as error:
            return Figures(name, 0.0, 0.0, 0.0, (), 0, 0.0, error.message)
        text = done.best.candidate.texts["instruction"]
        found.append(sum(each in text for each in HIDDEN))
        used.append(done.spend.calls)
        improved += done.verdict is not None and done.verdict.is_improved
    drawn = np.random.default_rng(0).integers(0, seeds, (10_000, seeds))
    low, high = np.quantile(np.asarray(found)[drawn].mean(axis=1), [0.025, 0.975])
    return Figures(
        name, float(np.mean(found)), float(low), float(high), tuple(found), improved, float(np.mean(used))
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table, best first; the exit status is 1 where a method could not run."""
    parser = argparse.ArgumentParser(prog="python -m agentopt.benchmarks.optimizers")
    parser.add_argument("--calls", type=int, default=600, help="the budget, of a method and a seed")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--only", nargs="+", default=[], help="optimizers by name")
    parser.add_argument("--flat", action="store_true", help="a task on which nothing can be improved")
    parser.add_argument("--out", type=Path, help="also as JSON")
    given = parser.parse_args(arguments)
    names = [card(name).name for name in given.only] or _methods()
    rows = [figures(name, calls=given.calls, seeds=given.seeds, flat=given.flat) for name in names]
    rows.sort(key=lambda each: -each.found)
    for row in rows:
        sys.stdout.write(f"{row}\n")
    if given.out is not None:
        facts = {"calls": given.calls, "seeds": given.seeds, "flat": given.flat}
        given.out.write_text(
            json.dumps({**facts, "methods": [asdict(each) for each in rows]}, indent=1) + "\n"
        )
    return int(any(each.failed for each in rows))


def _methods() -> list[str]:
    """Those that need no more than a model to ask and scores."""
    return [each.name for each in cards().values() if each.needs == ("model",) and each.name not in SHOWCASES]


def _task(seed: int) -> PromptTask:
    def examples(split: str, count: int) -> tuple[Example, ...]:
        rows = (f"{split}-{number}" for number in range(count))
        return tuple(Example(each, {"question": f"question {seed} {each}"}, "yes") for each in rows)

    data = Splits(examples("train", 20), examples("val", 20), examples("test", 100))
    return PromptTask("simulated", Candidate({"instruction": "Answer."}), data, exact)


def _text(base: str, held: Iterable[str]) -> str:
    return " ".join([base, *(f"{each}." for each in dict.fromkeys(held) if each not in base)])


def chance_of(text: str) -> float:
    """A number from 0 to 1 that looks like chance, and is the same for the same text."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) / 2**64


if __name__ == "__main__":
    raise SystemExit(main())
