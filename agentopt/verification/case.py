"""What the parts of one verification share: the model, the claim, the clock, and the findings so far."""

from __future__ import annotations

__all__ = ["Case", "Resolve", "shown"]

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from inspect import signature
from typing import Literal

from agentopt.compiling.arrays import Compiled, VariableBlock
from agentopt.errors import AgentoptError
from agentopt.formulation.instance import Instance
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.certificate import Certificate, Finding
from agentopt.verification.estimates import Estimates
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.programs import Program, from_arrays, from_formulation

Resolve = Callable[[Compiled], Solution]
List = Literal["proved", "not_falsified", "unknown", "failed"]


@dataclass
class Case:
    """One answer under verification.

    Attributes:
        instance, compiled, solution: the model, its arrays, and what the engine claims.
        deadline: on the monotonic clock.
        resolve: solves arrays with the engine that gave the answer; None if there is no way to.
        num_tests: falsification tests run.
        longest: seconds the longest solve by `resolve` took.
    """

    instance: Instance
    compiled: Compiled
    solution: Solution
    deadline: float
    resolve: Resolve | None = None
    num_tests: int = 0
    longest: float = 0.0
    _lists: dict[List, list[Finding]] = field(default_factory=dict)

    def say(
        self,
        where: List,
        check: str,
        statement: str,
        element: str = "",
        figures: Mapping[str, object] | None = None,
        **data: object,
    ) -> None:
        """Add a finding; its figures may be given together or one by one."""
        self._lists.setdefault(where, []).append(
            Finding(check, statement, element, {**(figures or {}), **data})
        )

    def certificate(self) -> Certificate:
        """All findings."""
        lists = {name: tuple(found) for name, found in self._lists.items()}
        return Certificate(**lists, num_tests=self.num_tests)

    def has(self, where: List, check: str) -> bool:
        """Whether there is a finding of a kind."""
        return any(each.check == check for each in self._lists.get(where, []))

    def again(self, compiled: Compiled) -> Solution | None:
        """Other arrays solved by the engine that gave the answer; None where that fails.

        A `resolve` that takes a `report` is asked to stop at the deadline.
        """
        if self.resolve is None or self.left <= 0:
            return None
        began = time.monotonic()
        try:
            if "report" in signature(self.resolve).parameters:
                found = self.resolve(compiled, report=lambda progress: self.left <= 0)  # type: ignore[call-arg]  # it does
            else:
                found = self.resolve(compiled)
        except AgentoptError:
            return None
        finally:
            self.longest = max(self.longest, time.monotonic() - began)
        if found.termination is Termination.INTERRUPTED and self.left > 0:
            raise KeyboardInterrupt  # it was pressed while the engine ran, and is meant for all of this
        return found

    @property
    def cost(self) -> float:
        """Seconds one more solve may take: twice what the first or any other took."""
        return 2 * max(self.longest, self.solution.seconds + self.compiled.seconds) + 0.01

    @property
    def left(self) -> float:
        """Seconds until the deadline, at least 0."""
        return max(0.0, self.deadline - time.monotonic())

    def within(self, share: float, most: float) -> float:
        """A deadline for a part that may use a share of the time that is left, and at most some seconds."""
        return time.monotonic() + min(self.left * share, most)

    @cached_property
    def answer(self) -> Answer:
        """The point the engine returned."""
        assert self.solution.values is not None
        return Answer(self.compiled, self.solution.values)

    @cached_property
    def answer_blocks(self) -> dict[str, VariableBlock]:
        """The columns of each declared variable."""
        return {block.name: block for block in self.compiled.variables if not block.auxiliary}

    @cached_property
    def evaluator(self) -> Evaluator:
        """Of the formulation, at the point."""
        return Evaluator(self.instance, self.answer)

    @cached_property
    def estimates(self) -> Estimates | None:
        """For large models, quick evaluation with a proven error bound."""
        if len(self.compiled.matrix.values) < MIN_ESTIMATED:
            return None
        return Estimates(self.evaluator, self.answer)

    @cached_property
    def program(self) -> Program | None:
        """The model as exact rows; None where it is no such thing."""
        import numpy as np

        if len(self.compiled.matrix.values) > MAX_EXACT:
            return None
        blank = Answer(self.compiled, np.zeros(self.compiled.num_columns))
        deadline = self.within(0.4, 10.0)
        try:
            return from_formulation(Evaluator(self.instance, blank.symbols), blank, deadline)
        except (AgentoptError, ArithmeticError):
            if time.monotonic() > deadline:
                return None
        try:
            return from_arrays(self.compiled)
        except AgentoptError:
            return None

    @property
    def is_small(self) -> bool:
        """Whether a second solve costs next to nothing."""
        return self.compiled.num_columns <= MAX_SMALL and self.compiled.num_rows <= 2 * MAX_SMALL


MIN_ESTIMATED = 20_000
"""Nonzeros from which rows are first looked at in floating point with a proven error bound."""
MAX_EXACT = 300_000
"""Nonzeros up to which a model is written out in fractions."""
MAX_SMALL = 200
"""Columns up to which a model is solved again by other means."""


def shown(value: float | Fraction) -> str:
    """A number for a sentence.

    >>> shown(Fraction(1, 3)), shown(1500000), shown(2.0)
    ('0.333333', '1,500,000', '2')
    """
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return f"{int(number):,}"
    return f"{number:,.6g}" if abs(number) < 1e6 else f"{number:,.2f}"
