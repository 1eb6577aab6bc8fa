"""The certificate of an answer: what was proved, what was only not falsified, what is unknown."""

from __future__ import annotations

__all__ = ["Certificate", "Finding"]

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

_OF_THE_MODEL = frozenset(["crush", "sense", "capacity-monotone", "requirement-monotone"])


@dataclass(frozen=True)
class Finding:
    """One line of a certificate.

    Attributes:
        check: a short stable identifier; `agentopt.verification` lists them all.
        statement: a sentence for a person, with the figures.
        element: the formulation element it is about, or empty.
        data: figures for machines.
    """

    check: str
    statement: str
    element: str = ""
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Certificate:
    """What is known about an answer. Only `proved` may be called verified.

    Attributes:
        proved: facts established outside the engine.
        not_falsified: tests that could have refuted the model or the answer and did not; `num_tests` counts
            them.
        unknown: what was not or could not be checked, and why.
        failed: facts that contradict the answer or the model; an answer with any is not to be trusted.
        num_tests: falsification tests that were applicable and run.
    """

    proved: tuple[Finding, ...] = ()
    not_falsified: tuple[Finding, ...] = ()
    unknown: tuple[Finding, ...] = ()
    failed: tuple[Finding, ...] = ()
    num_tests: int = 0

    @property
    def accusations(self) -> tuple[Finding, ...]:
        """What failed and speaks of the model, which its author can mend; the rest is the engine's fault."""
        return tuple(finding for finding in self.failed if finding.check in _OF_THE_MODEL)

    @property
    def verdict(self) -> Literal["verified", "checked", "failed", "unknown"]:
        """`verified`: feasibility and optimality proved, or that there is no answer; `checked`: some proved,
        none failed; else as named.
        """
        if self.failed:
            return "failed"
        checks = {finding.check for finding in self.proved}
        if {"feasible", "optimal"} <= checks or self.is_negative:
            return "verified"
        return "checked" if self.proved else "unknown"

    @property
    def is_negative(self) -> bool:
        """Whether it is proved that there is no answer, or no best one."""
        return any(finding.check in {"infeasible", "unbounded"} for finding in self.proved)
