"""A better point refutes a claim of optimality, once it is seen to meet the formulation, exactly."""

from __future__ import annotations

__all__ = ["TOLERANCE", "allowed", "better_point", "refute"]

from fractions import Fraction

import numpy as np

from agentopt.formulation.instance import Values
from agentopt.solvers.solution import Termination
from agentopt.verification.case import Case, shown
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.rows import Report, check_bounds, check_rows

TOLERANCE = Fraction(1, 10**6)
"""Relative: an answer this close to a proven bound is optimal."""


def allowed(value: Fraction) -> Fraction:
    """By how much a bound may be away from an objective that it proves optimal."""
    return TOLERANCE * max(Fraction(1), abs(value))


def better_point(case: Case, point: Values) -> Evaluator | None:
    """An evaluator at another point if that point meets every row and bound of the formulation."""
    answer = Answer(case.compiled, np.asarray(point, dtype=float)).rounded()
    evaluator, report = Evaluator(case.instance, answer), Report()
    deadline = case.within(0.5, 5.0)
    check_rows(evaluator, report, deadline)
    check_bounds(evaluator, answer, report, deadline)
    return evaluator if report.complete else None


def refute(case: Case, value: Fraction, target: Fraction, sense: str, who: str) -> bool:
    """Say that something better is known, unless it lies within the gap the engine stopped at."""
    better = target - value if sense == "minimize" else value - target
    relative = better / max(Fraction(1), abs(target))
    if relative <= TOLERANCE:
        return False
    figures: dict[str, object] = {"objective": float(target), "better": float(value)}
    claimed = case.solution.gap or 0.0
    if case.solution.termination is not Termination.OPTIMAL or relative <= Fraction(claimed) * 2 + TOLERANCE:
        case.say(
            "unknown",
            "optimal",
            f"{who} found an answer with objective {shown(value)}; this one has {shown(target)}, "
            f"within the gap "
            "the engine stopped at"
            if case.solution.termination is Termination.OPTIMAL
            else f"{who} found a better answer with objective {shown(value)}; this one has {shown(target)}",
            figures=figures,
        )
        return True
    case.say(
        "failed",
        "optimal",
        f"{case.solution.engine} claims that {shown(target)} is the best, but {who} found an answer with "
        f"{shown(value)} that meets every row",
        figures=figures,
    )
    return True
