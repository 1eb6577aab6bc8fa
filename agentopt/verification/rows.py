"""Rows, bounds and domains at a point, one by one and exactly."""

from __future__ import annotations

__all__ = ["Report", "Violation", "check_bounds", "check_rows"]

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from agentopt.formulation.elements import Variable
from agentopt.formulation.frames import Ints
from agentopt.formulation.resolve import ParsedConstraint
from agentopt.verification.elements import Env, Late, Missing, Value
from agentopt.verification.enclosures import ends
from agentopt.verification.exact import Evaluator
from agentopt.verification.gap import ABSOLUTE, RELATIVE, Gap
from agentopt.verification.point import WHOLE, Answer
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.statements import gaps


@dataclass(frozen=True)
class Violation:
    """One statement that does not hold: `where` is its name with the index, as in `meet_demand[topeka]`."""

    element: str
    where: str
    gap: Gap


class Cleared(Protocol):
    """What an estimate says of one constraint: its rows, their worst violation, and which it leaves open."""

    @property
    def num_rows(self) -> int:
        """All of them."""

    @property
    def worst(self) -> float:
        """A bound on the violation of those it clears."""

    @property
    def open(self) -> tuple[Env, ...]:
        """The indices of the others."""


class Estimator(Protocol):
    """Clears most rows or bounds at once; None where it cannot say anything."""

    def rows(self, constraint: ParsedConstraint) -> Cleared | None:
        """Of one constraint."""

    def bounds(self, name: str) -> NDArray[np.bool_] | None:
        """Which columns of a variable are surely within bounds that are expressions."""


@dataclass
class Report:
    """What was looked at.

    Attributes:
        num_rows: statements evaluated.
        worst: the greatest violation within the tolerance, 0 if every statement holds exactly.
        worst_at: where it is.
        num_estimated: statements among them that a proven error bound cleared.
        estimated_worst: by at most how much they are violated.
        failed: statements that surely do not hold, at most `MAX_KEPT` of `num_failed`.
        unsettled: (element, why) for what could not be evaluated.
        skipped: constraints the time did not suffice for.
    """

    num_rows: int = 0
    worst: Fraction = Fraction(0)
    worst_at: str = ""
    num_estimated: int = 0
    estimated_worst: float = 0.0
    failed: list[Violation] = field(default_factory=list)
    num_failed: int = 0
    unsettled: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    def clear(self, found: Cleared) -> None:
        """Count statements that an estimate cleared."""
        count = found.num_rows - len(found.open)
        self.num_rows += count
        self.num_estimated += count
        self.estimated_worst = max(self.estimated_worst, found.worst)

    @property
    def complete(self) -> bool:
        """Whether everything was evaluated and holds."""
        return not (self.num_failed or self.unsettled or self.skipped)

    def add(self, element: str, gap: Gap, where: Callable[[], str]) -> None:
        """Count one statement."""
        self.num_rows += 1
        if gap.holds:
            if gap.high > self.worst:
                self.worst, self.worst_at = gap.high, where()
        elif gap.fails:
            self.num_failed += 1
            if len(self.failed) < MAX_KEPT:
                self.failed.append(Violation(element, where(), gap))
        else:
            self.unsettled.append((element, f"{where()} holds or not within the width of an enclosure"))


MAX_KEPT = 20
_CLOCK = 64
"""Statements between looks at the clock."""


def check_rows(
    evaluator: Evaluator,
    report: Report,
    deadline: float,
    only: frozenset[str] | None = None,
    estimate: Estimator | None = None,
) -> None:
    """Evaluate every constraint at every index; those after the deadline are skipped and say so.

    `estimate` may clear most rows of a constraint at once and leave the rest.
    """
    for constraint in evaluator.parsed.constraints.values():
        name = constraint.name
        if only is not None and name not in only:
            continue
        if time.monotonic() > deadline:
            report.skipped.append(name)
            continue
        targets = [target for generator in constraint.generators for target in generator.targets]
        try:
            with evaluator.until(deadline):
                walk, scope = evaluator.walk(constraint.generators, {})
                measure = gaps(evaluator, constraint.statement, scope)
                cleared = None if estimate is None else estimate.rows(constraint)
                if cleared is not None:
                    report.clear(cleared)
                for count, env in enumerate(walk({}) if cleared is None else cleared.open):
                    if count % _CLOCK == _CLOCK - 1:
                        evaluator.look_at_clock()
                    gap = measure(env)
                    report.add(name, gap, partial(_indexed, evaluator, name, targets, env))
        except Late:
            report.skipped.append(name)
        except Missing as error:
            report.unsettled.append((name, error.message))
        except (ArithmeticError, RecursionError) as error:
            report.unsettled.append((name, str(error) or "it is not defined there"))


def _indexed(evaluator: Evaluator, name: str, targets: list[str], env: Env) -> str:
    labels = ", ".join(str(evaluator.labels[env[target]]) for target in targets)
    return f"{name}[{labels}]" if labels else name


def check_bounds(
    evaluator: Evaluator,
    answer: Answer,
    report: Report,
    deadline: float,
    estimate: Estimator | None = None,
) -> None:
    """Evaluate every variable's bounds and domain; `estimate` may clear those that are expressions."""
    for name, variable in evaluator.instance.formulation.variables.items():
        if time.monotonic() > deadline:
            report.skipped.append(name)
            continue
        try:
            stated = any(isinstance(side, str) for side in (variable.lower, variable.upper))
            cleared = estimate.bounds(name) if stated and estimate is not None else None
            open_ = _open_columns(answer, name, variable, cleared)
            report.num_rows += len(answer.part(name)) - len(open_)
            if cleared is not None:
                report.num_estimated += len(cleared) - len(open_)
            with evaluator.until(deadline):
                for codes, value, low, high in bounds(evaluator, answer, name, variable, open_):
                    gap = _within(value, low, high, variable)
                    report.add(name, gap, partial(_item, evaluator, name, codes))
        except Late:
            report.skipped.append(name)
        except Missing as error:
            report.unsettled.append((name, error.message))
        except ArithmeticError as error:
            report.unsettled.append((name, str(error) or "a bound is not defined there"))


def _open_columns(
    answer: Answer, name: str, variable: Variable, cleared: NDArray[np.bool_] | None = None
) -> Ints:
    """Places of the values of a variable that exact float comparisons do not show to be within its domain.

    `cleared` are those that are surely within bounds that are expressions.
    """
    part = answer.part(name)
    fine = np.ones(len(part), dtype=bool)
    if variable.domain.startswith("semi"):
        return np.arange(len(part))
    for bound, sign in ((variable.lower, 1), (variable.upper, -1)):
        if isinstance(bound, str):
            fine &= False if cleared is None else cleared
        elif bound is not None:
            # A float that is no whole number stands for a decimal near it: equality decides nothing.
            fine &= sign * part >= sign * bound if float(bound).is_integer() else sign * part > sign * bound
    if variable.domain == "binary":
        fine &= (part >= 0) & (part <= 1)
    if variable.domain in WHOLE:
        fine &= part == np.round(part)
    return np.flatnonzero(~fine)


def bounds(
    evaluator: Evaluator, answer: Answer, name: str, variable: Variable, columns: Ints | None = None
) -> Iterator[tuple[tuple[int, ...], Fraction, Fraction | None, Fraction | None]]:
    """Index, value and exact bounds of each column of a variable, or of some; None for no bound."""
    formulas = evaluator.parsed.variables[name]
    codes_, part = answer.blocks[name].codes, answer.part(name)
    if columns is not None:
        codes_, part = codes_[columns], part[columns]
    rows = [tuple(row) for row in codes_.tolist()]
    sides: list[tuple[tuple[str, ...], Value] | None] = []
    for formula in (formulas.lower, formulas.upper):
        if formula is None:
            sides.append(None)
            continue
        scope = evaluator.scope(formula.indices, variable.over)
        sides.append((formula.indices, evaluator.number(formula.expression, scope)))
    for count, (codes, value) in enumerate(zip(rows, map(Fraction, part.tolist()), strict=True), 1):
        if not count % _CLOCK:
            evaluator.look_at_clock()
        found: list[Fraction | None] = []
        for side, least in zip(sides, (True, False), strict=True):
            if side is None:
                found.append(None)
                continue
            number = side[1](dict(zip(side[0], codes, strict=False)))
            if isinstance(number, Polynomial):
                raise Missing("a bound depends on a variable")
            found.append(ends(number)[0 if least else 1])
        low, high = found
        if variable.domain == "binary":
            low, high = (
                max(low or Fraction(0), Fraction(0)),
                min(Fraction(1) if high is None else high, Fraction(1)),
            )
        yield codes, value, low, high


def _within(value: Fraction, low: Fraction | None, high: Fraction | None, variable: Variable) -> Gap:
    """How far a value is from its domain."""
    away = max(
        Fraction(0),
        Fraction(0) if low is None else low - value,
        Fraction(0) if high is None else value - high,
    )
    if variable.domain.startswith("semi"):
        away = min(away, abs(value))
    if variable.domain in WHOLE:
        away = max(away, abs(value - round(value)))
    return Gap(away, away, ABSOLUTE + RELATIVE * max(abs(low or Fraction(0)), abs(high or Fraction(0))))


def _item(evaluator: Evaluator, name: str, codes: tuple[int, ...]) -> str:
    return f"{name}[{evaluator.shown(codes)}]" if codes else name
