"""What went wrong in a search that is nobody's wrong answer, told apart."""

from __future__ import annotations

__all__ = ["Faults", "faults_of"]

from collections.abc import Iterable
from dataclasses import dataclass

from agentopt.evaluation.scorers import FAILED
from agentopt.evaluation.trials import Evaluation, Outcome

REFUSED = "refused: "
"""How the remark of an example begins whose candidate was not tried."""


@dataclass(frozen=True)
class Faults:
    """Pairs of candidate and example, by what kept them from being measured.

    Attributes:
        transport: no reply came, or the server refused.
        scorer: the scorer or the judge failed.
        refused: the candidate was refused before it was tried.
        unparsed: there was a reply without a readable answer; it counts as wrong.
    """

    transport: int = 0
    scorer: int = 0
    refused: int = 0
    unparsed: int = 0

    def __str__(self) -> str:
        said = {
            "without a reply": self.transport,
            "not scored": self.scorer,
            "of refused candidates": self.refused,
            "without a readable answer (counted as wrong)": self.unparsed,
        }
        return ", ".join(f"{count:,} {what}" for what, count in said.items() if count) or "none"


def faults_of(evaluations: Iterable[Evaluation]) -> Faults:
    """The faults of a search; a pair that was told of twice counts once, by what came last."""
    last = {
        (evaluation.candidate.id, each.example.id): each
        for evaluation in evaluations
        for each in evaluation.feedback
    }
    unmeasured = [each.comment for each in last.values() if each.outcome is Outcome.UNMEASURED]
    refused = sum(comment.startswith(REFUSED) for comment in unmeasured)
    scorer = sum(comment.startswith(FAILED) for comment in unmeasured)
    unparsed = sum(each.outcome is Outcome.UNPARSED for each in last.values())
    return Faults(len(unmeasured) - refused - scorer, scorer, refused, unparsed)
