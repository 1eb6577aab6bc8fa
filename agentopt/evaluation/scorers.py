"""Scorers: from a reply and a target to a score, an outcome and a remark in words.

A scorer sees the target only after the answer is fixed. What it cannot read is `UNPARSED` and scores 0; a
scorer that fails itself leaves the example `UNMEASURED`, for its fault is none of the candidate's.
"""

from __future__ import annotations

__all__ = ["FAILED", "SCORERS", "Score", "Scorer", "choice", "exact", "numeric", "scored"]

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from agentopt.evaluation.trials import Call, Example, Feedback, Outcome


@dataclass(frozen=True)
class Score:
    """What a scorer says of a reply."""

    value: float
    outcome: Outcome
    output: str
    comment: str = ""


Scorer = Callable[[str, JsonValue], Score]

FAILED = "the scorer failed"
"""How the remark of an example begins that a scorer could not measure."""

_NUMBER = re.compile(r"-?\$?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?%?")
_LETTER = re.compile(r"\(([A-Z])\)|\b([A-Z])\b(?=[).:]|\s*$)", re.MULTILINE)
_ANSWER = re.compile(r"(?:answer|solution)\s*(?:is|:|=)?\s*(.+)", re.IGNORECASE)


def exact(reply: str, target: JsonValue) -> Score:
    r"""The last line, or what follows `answer:` in it, equals the target but for case, spaces and a stop.

    >>> exact("Let me see.\nThe answer is Yes.", "yes").outcome
    <Outcome.RIGHT: 'right'>
    """
    lines = [line for line in reply.strip().splitlines() if line.strip()]
    if not lines:
        return Score(0.0, Outcome.UNPARSED, "", "the reply is empty")
    found = _ANSWER.search(lines[-1])
    said = (found[1] if found else lines[-1]).strip()
    return _compared(_plain(said) == _plain(str(target)), said, target)


def numeric(reply: str, target: JsonValue, *, tolerance: float = 1e-6) -> Score:
    """The last number of the reply equals the target, relatively within `tolerance` (absolutely below 1).

    >>> numeric("That makes $1,200 in all.", 1200).value
    1.0
    """
    found = _NUMBER.findall(reply)
    if not found:
        return Score(0.0, Outcome.UNPARSED, "", "there is no number in the reply")
    said = found[-1].replace(",", "").replace("$", "")
    value = float(said.removesuffix("%")) / (100 if said.endswith("%") and _is_share(target) else 1)
    wanted = _number(target)
    return _compared(abs(value - wanted) <= tolerance * max(1.0, abs(wanted)), said, target)


def choice(reply: str, target: JsonValue) -> Score:
    """The last option letter of the reply, `(B)` or `B.`, is the target's.

    >>> choice("It cannot be (A), hence (C).", "(C)").value
    1.0
    """
    found = [one or other for one, other in _LETTER.findall(reply)]
    if not found:
        return Score(0.0, Outcome.UNPARSED, "", "there is no option letter in the reply")
    wanted = re.search(r"[A-Z]", str(target))
    return _compared(wanted is not None and found[-1] == wanted[0], f"({found[-1]})", target)


SCORERS: Mapping[str, Scorer] = {"exact": exact, "numeric": numeric, "choice": choice}
"""The scorers by the names a task file uses."""


_FAULTS = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What goes wrong in a scorer that a caller wrote."""


def scored(scorer: Scorer, example: Example, reply: str, trace: tuple[Call, ...] = ()) -> Feedback:
    """What a reply to an example is worth; a scorer that fails is told apart from a wrong answer.

    >>> scored(exact, Example("1", {"question": "?"}, "two", ("2",)), "Answer: 2").score
    1.0
    """
    try:
        tried = [scorer(reply, target) for target in (example.target, *example.accept)]
        found = max(tried, key=lambda each: each.value)
        if not math.isfinite(found.value):
            raise ValueError(f"its score is {found.value}")
    except _FAULTS as error:
        why = f"{FAILED}: {type(error).__name__}: {error}"
        return Feedback(example, None, Outcome.UNMEASURED, reply, why, trace)
    return Feedback(example, found.value, found.outcome, found.output, found.comment, trace)


def _compared(equal: bool, said: str, target: JsonValue) -> Score:
    if equal:
        return Score(1.0, Outcome.RIGHT, said, "right")
    return Score(0.0, Outcome.WRONG, said, f"answered {said!r}; right is {target!r}")


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[*`\"'’]", "", text).casefold().rstrip(" .!").split())


def _number(target: JsonValue) -> float:
    if isinstance(target, bool) or not isinstance(target, int | float | str):
        raise ValueError(f"the target {target!r} is no number")
    return float(str(target).replace(",", ""))


def _is_share(target: JsonValue) -> bool:
    return abs(_number(target)) <= 1
