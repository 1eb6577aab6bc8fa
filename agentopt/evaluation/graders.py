"""Graders: scorers that take time or ask a model, and so are given all replies of a trial at once.

A judge is a language model with a rubric. A program is a Python function of the user's, which runs in the
sandbox, for it may run what a model wrote. What either cannot do leaves an example unmeasured, never wrong.
"""

from __future__ import annotations

__all__ = ["JUDGE", "Grader", "Judge", "Program"]

import ast
import json
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from agentopt.errors import AvailabilityError, BudgetExceeded, ReplyError, UsageError, nearest
from agentopt.evaluation.scorers import FAILED, Score
from agentopt.evaluation.trials import Example, Outcome
from agentopt.models.base import Message, Model, Reply, Request, Sampling
from agentopt.models.metered import is_refused
from agentopt.prompts import load
from agentopt.prompts.replies import extract_tags
from agentopt.sandbox import Job, JobLimits, Sandbox, availability

JUDGE = "judge/score"
"""The component of a judge's calls."""

Pair = tuple[Example, str]


class Grader(Protocol):
    """Scores many replies at once.

    Attributes:
        calls_per_reply: model calls a reply takes, at most.
    """

    @property
    def calls_per_reply(self) -> int: ...  # noqa: D102

    def grade(self, pairs: Sequence[Pair], model: Model) -> list[Score | str]:
        """A score for each pair of example and reply, or why it could not be measured.

        Raises:
            BudgetExceeded: the budget does not hold them all.
            ModelError: a model cannot be reached.
        """
        ...


@dataclass(frozen=True)
class Judge:
    """A language model that marks replies by a rubric.

    Attributes:
        rubric: what is marked, in words.
        most: points of a perfect reply; a score is a share of them.
        right_from: the score from which on a reply counts as right.
        prompts: folders of prompt files, highest priority first.
    """

    rubric: str
    most: float = 10.0
    right_from: float = 0.5
    prompts: tuple[Path, ...] = ()
    calls_per_reply: int = 1

    def grade(self, pairs: Sequence[Pair], model: Model) -> list[Score | str]:
        """As `Grader.grade`; an empty reply is not shown to the judge."""
        shown = [pair for pair in pairs if pair[1].strip()]
        requests = [Request(self._messages(*pair), Sampling(), component=JUDGE) for pair in shown]
        replies = model.generate(requests) if requests else []
        if any(is_refused(reply) for reply in replies):
            raise BudgetExceeded(
                f"the budget ends before {len(requests)} replies are judged",
                hint="give a larger `--budget`; nothing is paid twice",
            )
        marked = iter(self._read(reply) for reply in replies)
        empty = Score(0.0, Outcome.UNPARSED, "", "the reply is empty")
        return [next(marked) if text.strip() else empty for _, text in pairs]

    def _messages(self, example: Example, reply: str) -> tuple[Message, ...]:
        prompt = load(JUDGE, self.prompts)
        targets = [str(each) for each in (example.target, *example.accept) if each is not None]
        turns = prompt.render(
            rubric=self.rubric,
            inputs=list(example.inputs.values()),
            reply=reply,
            target="\nor\n".join(targets),
            most=f"{self.most:g}",
        )
        return tuple(Message(turn.role, turn.content) for turn in turns)

    def _read(self, reply: Reply) -> Score | str:
        if reply.stop == "error":
            return f"{FAILED}: the judge gave no reply: {reply.error}"
        try:
            points = float(extract_tags(reply.text, ["points"])["points"])
        except (ReplyError, ValueError) as error:
            return f"{FAILED}: the judge gave no points: {error}"
        if not 0 <= points <= self.most:
            return f"{FAILED}: the judge gave {points:g} of {self.most:g} points"
        try:
            remark = extract_tags(reply.text, ["remark"])["remark"]
        except ReplyError:
            remark = ""
        value = points / self.most
        outcome = Outcome.RIGHT if value >= self.right_from else Outcome.WRONG
        return Score(value, outcome, f"{points:g} of {self.most:g} points", remark)


_MARK = "agentopt-scored:"
_CALL = """

import json as _json
with open("given.json", encoding="utf-8") as _file:
    _given = _json.load(_file)
_said = [{function}(_given["reply"], _target{inputs}) for _target in _given["targets"]]
print("\\n{mark}" + _json.dumps(_said))
"""


@dataclass
class Program:
    """A Python function `score(reply, target)` or `score(reply, target, inputs)`, in the sandbox.

    It returns a number, True or False, None where no answer can be read, or a number with a remark.

    Args:
        source: the program that defines it.
        function: its name.
        seconds: for one reply.
        right_from: the score from which on a reply counts as right.

    Raises:
        UsageError: the source is not Python, or does not define the function.
        AvailabilityError: programs cannot be confined here.
    """

    source: str
    function: str = "score"
    seconds: float = 10.0
    right_from: float = 1.0
    calls_per_reply: int = 0
    _inputs: str = field(default="", init=False, repr=False)
    _sandbox: Sandbox | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        self._inputs = ', _given["inputs"]' if _parameters(self.source, self.function) > 2 else ""
        if reason := availability():
            raise AvailabilityError(
                f"a Python scorer runs in the sandbox, and {reason}",
                hint="use another scorer, or a machine with Linux 5.13 or newer",
            )

    def grade(self, pairs: Sequence[Pair], model: Model) -> list[Score | str]:
        """As `Grader.grade`."""
        if self._sandbox is None:
            self._sandbox = Sandbox()
        with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
            return list(pool.map(self._graded, pairs))

    def close(self) -> None:
        """Let go of the sandbox; the next grading opens another."""
        if self._sandbox is not None:
            self._sandbox.close()
            self._sandbox = None

    def _graded(self, pair: Pair) -> Score | str:
        example, reply = pair
        given = {
            "reply": reply,
            "targets": [example.target, *example.accept],
            "inputs": dict(example.inputs),
        }
        call = _CALL.format(function=self.function, inputs=self._inputs, mark=_MARK)
        limits = JobLimits(seconds=self.seconds)
        assert self._sandbox is not None
        done = self._sandbox.run(
            Job(self.source + call, {"given.json": json.dumps(given).encode()}, "", limits)
        )
        if not done.ok:
            return f"{FAILED}: {done.told(limits)}"
        try:
            said = json.loads(done.output.rpartition(_MARK)[2])
            return max((self._score(each) for each in said), key=lambda each: each.value)
        except (ValueError, TypeError) as error:
            return f"{FAILED}: {error}"

    def _score(self, said: object) -> Score:
        value, remark = said if isinstance(said, list) and len(said) == 2 else (said, "")
        if value is None:
            return Score(0.0, Outcome.UNPARSED, "", str(remark) or "no answer could be read in the reply")
        if not isinstance(value, bool | int | float) or value != value or abs(value) == float("inf"):
            raise ValueError(f"`{self.function}` returned {said!r:.80}, not a number")
        outcome = Outcome.RIGHT if value >= self.right_from else Outcome.WRONG
        return Score(float(value), outcome, f"{float(value):g}", str(remark))


def _parameters(source: str, function: str) -> int:
    """How many parameters the function has."""
    try:
        tree = ast.parse(source)
    except SyntaxError as error:
        raise UsageError(f"the scorer is not Python: {error.msg}, line {error.lineno}") from error
    found: Mapping[str, ast.FunctionDef] = {
        node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)
    }
    if function not in found:
        raise UsageError(
            f"the scorer defines no function `{function}`",
            hint=nearest(function, found) or "def score(reply, target): return reply.strip() == target",
        )
    return len(found[function].args.args)
