"""Every point of a model whose variables are integers with few values, tried on the formulation itself."""

from __future__ import annotations

__all__ = ["objective_value", "try_all"]

import time
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np

from agentopt.compiling.arrays import ProblemClass
from agentopt.verification.case import Case, shown
from agentopt.verification.elements import Missing
from agentopt.verification.enclosures import ends
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.refuting import allowed, refute
from agentopt.verification.rows import Report, check_rows

MAX_POINTS = 4096
"""Integer points up to which all are tried."""


def try_all(case: Case, value: Fraction) -> bool:
    """Models whose variables are all integers with few values: every point is tried on the
    formulation itself.
    """
    grids = _grids(case)
    if grids is None:
        return False
    deadline = case.within(0.4, 6.0)
    sense = case.compiled.levels[0].sense
    answer = Answer(case.compiled, case.answer.values.copy())
    columns = [block.start + k for block in answer.blocks.values() for k in range(len(block.codes))]
    tried = 0
    for point in product(*grids):
        if time.monotonic() > deadline:
            return False
        tried += 1
        answer.values[columns] = point
        evaluator, report = Evaluator(case.instance, Answer(case.compiled, answer.values)), Report()
        try:
            found = objective_value(evaluator)
        except (Missing, ArithmeticError):
            continue
        low, high = ends(found)
        better = value - high if sense == "minimize" else low - value
        if better <= allowed(value):
            continue
        check_rows(evaluator, report, deadline)
        if report.unsettled or report.skipped:
            return False
        if not report.num_failed:
            return refute(case, low, value, sense, "trying every point")
    case.say(
        "proved",
        "optimal",
        f"all {tried:,} points were tried in exact arithmetic, and none that meets the rows is "
        f"better than {shown(value)}",
        by="every point",
        points=tried,
    )
    return True


def _grids(case: Case) -> list[range] | None:
    compiled = case.compiled
    if compiled.problem_class in {ProblemClass.LP, ProblemClass.QP, ProblemClass.NLP}:
        return None
    grids = []
    for name, block in case.answer.blocks.items():
        if case.answer.kind(name) not in {"binary", "integer"}:
            return None
        for column in range(block.start, block.start + len(block.codes)):
            low, high = compiled.lower[column], compiled.upper[column]
            if not (np.isfinite(low) and np.isfinite(high)) or high - low >= MAX_POINTS:
                return None
            grids.append(range(int(np.ceil(low)), int(np.floor(high)) + 1))
    return grids if prod(map(len, grids)) <= MAX_POINTS else None


def objective_value(evaluator: Evaluator) -> Fraction:
    """The exact value of the one level of objectives, in the sense of its first.

    Raises:
        Missing: it is not rational, or has no value here.
    """
    parsed = evaluator.parsed.objectives
    first = parsed[0].objective.sense
    total = Fraction(0)
    for each in parsed:
        value = evaluator.number(each.expression, {})({})
        if not isinstance(value, Fraction):
            low, high = ends(value)  # type: ignore[arg-type]  # no symbols stand at a point
            value = (low + high) / 2
        weight = Fraction(repr(each.objective.weight)) * (1 if each.objective.sense == first else -1)
        total += value * weight
    return total
