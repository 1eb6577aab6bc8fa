"""Rows, bounds and domains at a point, one by one and exactly."""

from __future__ import annotations

__all__ = ["Report", "Violation", "check_bounds", "check_rows"]

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

from agentopt.formulation.elements import Variable
from agentopt.verification.elements import Env, Missing, Value
from agentopt.verification.enclosures import ends
from agentopt.verification.exact import ABSOLUTE, RELATIVE, Evaluator, Gap
from agentopt.verification.point import WHOLE, Answer
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.statements import gaps


@dataclass(frozen=True)
class Violation:
    """One statement that does not hold: `where` is its name with the index, as in `meet_demand[topeka]`."""

    element: str
    where: str
    gap: Gap


@dataclass
class Report:
    """What was looked at.

    Attributes:
        num_rows: statements evaluated.
        worst: the greatest violation within the tolerance, 0 if every statement holds exactly.
        worst_at: where it is.
        failed: statements that surely do not hold, at most `MAX_KEPT` of `num_failed`.
        unsettled: (element, why) for what could not be evaluated.
        skipped: constraints the time did not suffice for.
    """

    num_rows: int = 0
    worst: Fraction = Fraction(0)
    worst_at: str = ""
    failed: list[Violation] = field(default_factory=list)
    num_failed: int = 0
    unsettled: list[tuple[str, str]] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

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
    evaluator: Evaluator, report: Report, deadline: float, only: frozenset[str] | None = None
) -> None:
    """Evaluate every constraint at every index; those after the deadline are skipped and say so."""
    for constraint in evaluator.parsed.constraints.values():
        name = constraint.name
        if only is not None and name not in only:
            continue
        if time.monotonic() > deadline:
            report.skipped.append(name)
            continue
        targets = [target for generator in constraint.generators for target in generator.targets]
        try:
            walk, scope = evaluator.walk(constraint.generators, {})
            measure = gaps(evaluator, constraint.statement, scope)
            for count, env in enumerate(walk({})):
                if count % _CLOCK == _CLOCK - 1 and time.monotonic() > deadline:
                    report.skipped.append(name)
                    break
                gap = measure(env)
                report.add(name, gap, partial(_indexed, evaluator, name, targets, env))
        except Missing as error:
            report.unsettled.append((name, error.message))
        except (ArithmeticError, RecursionError) as error:
            report.unsettled.append((name, str(error) or "it is not defined there"))


def _indexed(evaluator: Evaluator, name: str, targets: list[str], env: Env) -> str:
    labels = ", ".join(str(evaluator.labels[env[target]]) for target in targets)
    return f"{name}[{labels}]" if labels else name


def check_bounds(evaluator: Evaluator, answer: Answer, report: Report, deadline: float) -> None:
    """Evaluate every variable's bounds and domain."""
    for name, variable in evaluator.instance.formulation.variables.items():
        if time.monotonic() > deadline:
            report.skipped.append(name)
            continue
        try:
            for codes, value, low, high in bounds(evaluator, answer, name, variable):
                gap = _within(value, low, high, variable)
                report.add(name, gap, partial(_item, evaluator, name, codes))
        except Missing as error:
            report.unsettled.append((name, error.message))
        except ArithmeticError as error:
            report.unsettled.append((name, str(error) or "a bound is not defined there"))


def bounds(
    evaluator: Evaluator, answer: Answer, name: str, variable: Variable
) -> Iterator[tuple[tuple[int, ...], Fraction, Fraction | None, Fraction | None]]:
    """Index, value and exact bounds of each column of a variable; None for no bound."""
    formulas = evaluator.parsed.variables[name]
    rows = [tuple(row) for row in answer.blocks[name].codes.tolist()]
    sides: list[tuple[tuple[str, ...], Value] | None] = []
    for formula in (formulas.lower, formulas.upper):
        if formula is None:
            sides.append(None)
            continue
        scope = evaluator.scope(formula.indices, variable.over)
        sides.append((formula.indices, evaluator.number(formula.expression, scope)))
    for codes, value in zip(rows, map(Fraction, answer.part(name).tolist()), strict=True):
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
