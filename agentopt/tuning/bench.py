"""The bench of a search: solves within a budget, and what a choice costs beside the defaults."""

from __future__ import annotations

__all__ = ["Bench", "Cap", "Kind", "Spent"]

import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agentopt.tuning.choices import Choice, described
from agentopt.tuning.measuring import Instance, Ledger, Measure, Solve

Kind = Literal["seconds", "iterations"]

SAME = 2e-4
"""Relative difference of two objectives, both called optimal, that is none: gaps up to 1e-4 are allowed."""

USUAL_SHIFT = {"seconds": 1.0, "iterations": 100.0}


class Spent(Exception):  # noqa: N818 - not an error: the search ends
    """What a search may cost is used up."""


@dataclass(frozen=True)
class Cap:
    """What solves may cost together; None where there is no cap.

    Attributes:
        solves: how many.
        seconds: of wall time, those of earlier sittings of the run included.
    """

    solves: int | None = None
    seconds: float | None = None

    def part(self, share: float) -> Cap:
        """A share of it."""
        return Cap(
            None if self.solves is None else int(self.solves * share),
            None if self.seconds is None else self.seconds * share,
        )


@dataclass
class Bench:
    """Solves instances, each once for each choice.

    Attributes:
        measure: makes a solve.
        ledger: where solves are kept, and taken from.
        kind: what is compared.
        time_limit: of one solve; an instance not finished counts as twice that (PAR-2). By iterations it
            counts as twice its own or the defaults' count, whichever is more.
        cap: raises `Spent` where the next solve is over it.
        heard: told of every solve, with the number of solves.
        shift: added to each cost before logarithms are taken; set by `calibrate`.
        wrong: choices under which an answer contradicts that of the defaults, and how.
    """

    measure: Measure
    ledger: Ledger
    kind: Kind
    time_limit: float
    cap: Cap
    heard: Callable[[int, Instance, Choice, Solve], None] | None = None
    shift: float = 1.0
    wrong: dict[Choice, str] = field(default_factory=dict)
    used: dict[tuple[str, Choice], Solve] = field(default_factory=dict)
    seconds: float = 0.0

    def solve(self, instance: Instance, choice: Choice) -> Solve:
        """A solve, from the ledger if it is there; counted once.

        Raises:
            Spent: it would be over the cap.
        """
        key = instance.digest, choice
        if key in self.used:
            return self.used[key]
        over = self.cap.solves is not None and len(self.used) >= self.cap.solves
        if over or (self.cap.seconds is not None and self.seconds >= self.cap.seconds):
            raise Spent
        found = self.ledger.get(instance, choice)
        if found is None:
            found = self.measure(instance, choice)
            self.ledger.add(instance, choice, found)
        self.used[key] = found
        self.seconds += found.seconds
        if self.heard is not None:
            self.heard(len(self.used), instance, choice, found)
        return found

    def calibrate(self, instances: Sequence[Instance]) -> None:
        """Solve instances under the defaults; the shift is the usual one, or their median cost if less.

        Raises:
            Spent: the cap does not reach for that.
        """
        costs = [self.cost(each, ()) for each in instances]
        self.shift = max(1e-3, min(USUAL_SHIFT[self.kind], statistics.median(costs)))

    def cost(self, instance: Instance, choice: Choice) -> float:
        """What an instance costs under a choice.

        Raises:
            Spent: it has to be solved, and that would be over the cap.
        """
        found = self.solve(instance, choice)
        if self.kind == "seconds":
            return found.seconds if found.finished else 2.0 * self.time_limit
        if found.finished:
            return float(found.iterations)
        usual = found if not choice else self.solve(instance, ())
        return 2.0 * max(1, found.iterations, usual.iterations)

    def change(self, instance: Instance, choice: Choice) -> float:
        """The logarithm of the shifted cost by that under the defaults; below 0 the choice is the better.

        A choice whose answer contradicts that of the defaults is put into `wrong`.

        Raises:
            Spent: as `cost`.
        """
        usual, own = self.cost(instance, ()), self.cost(instance, choice)
        fault = _contradiction(self.solve(instance, ()), self.solve(instance, choice))
        if fault:
            self.wrong.setdefault(choice, f"{described(choice)} on {instance.name}: {fault}")
        return math.log((own + self.shift) / (usual + self.shift))


def _contradiction(usual: Solve, own: Solve) -> str:
    """How two outcomes that both claim to be final exclude each other; empty where they do not."""
    if not (usual.finished and own.finished) or "locally" in usual.termination + own.termination:
        return ""
    if (usual.objective is None) != (own.objective is None):
        return f"{own.termination}, but {usual.termination} under the defaults"
    if usual.objective is None or own.objective is None:
        return ""
    if abs(usual.objective - own.objective) > SAME * max(1.0, abs(usual.objective)):
        return f"optimum {own.objective:.10g}, but {usual.objective:.10g} under the defaults"
    return ""
