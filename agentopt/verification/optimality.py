"""Whether nothing is better: by the duals, by cases, by trying every point, or only by a second engine's word."""

from __future__ import annotations

__all__ = ["check_optimal"]

import time
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import prod

import numpy as np

from agentopt.compiling.arrays import ProblemClass
from agentopt.solvers.solution import Termination
from agentopt.verification.branching import prove
from agentopt.verification.case import Case, shown
from agentopt.verification.duality import Linear, objective_bound, semidefinite, tangent, value_at
from agentopt.verification.enclosures import ends
from agentopt.verification.exact import Evaluator, Missing
from agentopt.verification.linear import Oracle
from agentopt.verification.point import Answer
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.programs import Program
from agentopt.verification.rows import Report, check_rows

TOLERANCE = Fraction(1, 10**6)
"""Relative: an answer this close to a proven bound is optimal."""
_TRUST = Fraction(1, 10**4)
"""Relative: duals that prove a bound farther from the objective than this are no duals of the answer."""
MAX_POINTS = 4096
"""Integer points up to which all are tried."""
MAX_PROGRAM = 2000
"""Columns up to which a proof by cases is tried."""


def check_optimal(case: Case, value: Fraction | None) -> None:
    """Settle whether the answer is proved optimal, and say how far it is where it is not.

    Args:
        case: with a feasible point.
        value: its exact objective in the model's own sense, None where it is not known exactly.
    """
    if not case.compiled.objectives:
        case.say(
            "proved",
            "optimal",
            "nothing is minimized or maximized: any feasible answer will do",
            by="no objective",
        )
        return
    claim = case.solution.termination
    if len(case.compiled.levels) > 1:
        case.say(
            "unknown",
            "optimal",
            "objectives settled one after the other: that the earlier ones are optimal is the engine's claim",
        )
        return
    program = case.program
    if value is not None and program is not None:
        target = value if program.sense == "minimize" else -value
        if _by_multipliers(case, program, target) or _by_cases(case, program, target):
            return
    if value is not None and _by_trying(case, value):
        return
    if claim is Termination.LOCALLY_OPTIMAL:
        case.say(
            "unknown",
            "optimal",
            "the engine only claims that nothing near the answer is better",
            claim=str(claim),
        )
    elif claim is Termination.OPTIMAL:
        case.say(
            "unknown",
            "optimal",
            f"that nothing is better is {case.solution.engine}'s claim; it was not proved outside the engine",
            claim=str(claim),
        )
    else:
        gap = case.solution.gap
        far = (
            "how far it is from the best is not known"
            if gap is None
            else f"it may be up to {gap:.2%} from the best"
        )
        case.say(
            "unknown", "optimal", f"the engine stopped early ({claim}); {far}", claim=str(claim), gap=gap
        )


def allowed(value: Fraction) -> Fraction:
    """By how much a bound may be away from an objective that it proves optimal."""
    return TOLERANCE * max(Fraction(1), abs(value))


# -- by multipliers ------------------------------------------------------------------------------------------


def _by_multipliers(case: Case, program: Program, target: Fraction) -> bool:
    """Linear and convex quadratic models: a bound from the engine's duals, or from those of another run."""
    if program.whole or program.semi or program.degree > 2:
        return False
    point = dict(enumerate(map(Fraction, case.answer.values.tolist())))
    linearized = _convex(program, point)
    if linearized is None:
        return False
    sign = 1.0 if program.sense == "minimize" else -1.0
    cost = tangent(program.objective, point) if program.objective.degree == 2 else program.objective.terms
    duals = case.solution.duals
    given: Fraction | None = None
    enough = target - allowed(target)
    if duals is not None:
        multipliers = _multipliers(linearized, duals, sign)
        given = objective_bound(linearized, cost, multipliers, enough=enough)
        if given is not None and given >= enough:
            _proved_by_duals(case, program, target, given, "the engine's duals")
            return True
        _doubt_duals(case, program, target, given)
    given = _by_own_duals(case, linearized, cost, target, given)
    if given is not None and given >= enough:
        _proved_by_duals(case, program, target, given, "the duals of a second run")
        return True
    if case.has("failed", "optimal") or case.has("unknown", "optimal"):
        return True
    if given is not None and program.degree == 1:
        _bounded(case, program, target, given)
        return True
    return False


def _by_own_duals(
    case: Case, program: Program, cost: Linear, target: Fraction, given: Fraction | None
) -> Fraction | None:
    """The best bound from multipliers of further runs of an LP engine, or the one given."""
    if len(program.lower) > 20 * MAX_PROGRAM:
        return given
    linear = replace(program, objective=Polynomial(cost))
    for shift in (0.0, 1e-9, 1e-7):
        oracle = Oracle(linear, shift)
        outcome = oracle.solve(oracle.lower, oracle.upper, case.left / 4)
        if outcome is None or outcome.multipliers is None or outcome.empty:
            break
        own = objective_bound(linear, cost, outcome.multipliers.tolist(), enough=target - allowed(target))
        if own is not None and (given is None or own > given):
            given = own
        if given is not None and given >= target - allowed(target):
            break
        if not shift and outcome.point is not None and _refuted(case, program, outcome.point, target):
            break
    return given


def _convex(program: Program, point: dict[int, Fraction]) -> Program | None:
    """The program with its convex quadratic rows replaced by their tangents; None where convexity is not proved."""
    if program.objective.degree == 2 and not _semidefinite(program.objective):
        return None
    rows = []
    for row in program.rows:
        if row.body.degree < 2:
            rows.append(row)
            continue
        if row.low is None and _semidefinite(row.body):
            body = Polynomial(tangent(row.body, point))
        elif row.high is None and _semidefinite(-row.body):
            body = -Polynomial(tangent(-row.body, point))
        else:
            return None
        shift = body.constant
        rows.append(
            replace(
                row,
                body=body - shift,
                low=None if row.low is None else row.low - shift,
                high=None if row.high is None else row.high - shift,
            )
        )
    return replace(program, rows=tuple(rows))


def _semidefinite(form: Polynomial) -> bool:
    size = len({column for monomial in form.terms if len(monomial) == 2 for column in monomial})
    return size <= MAX_SQUARE and semidefinite(form)


MAX_SQUARE = 120
"""Columns of a quadratic form up to which its convexity is proved exactly."""


def _multipliers(program: Program, duals: np.ndarray, sign: float) -> Sequence[float]:  # type: ignore[type-arg]
    """The duals of the rows of the program, for minimization."""
    return [
        0.0 if row.compiled is None or row.compiled >= len(duals) else sign * float(duals[row.compiled])
        for row in program.rows
    ]


def _proved_by_duals(case: Case, program: Program, target: Fraction, bound: Fraction, whose: str) -> None:
    value, limit = _signed(program, target), _signed(program, bound)
    case.say(
        "proved",
        "optimal",
        f"no answer has a {_side(program)} objective than {shown(limit)}, which {whose} prove by rational "
        f"arithmetic ({_of(program)}); this one has {shown(value)}",
        by="dual bound",
        bound=float(limit),
        gap=float(max(Fraction(0), target - bound) / max(Fraction(1), abs(target))),
        source=program.source,
        convexity="exact" if program.degree == 2 else "linear",
    )


def _doubt_duals(case: Case, program: Program, target: Fraction, given: Fraction | None) -> None:
    if given is None or program.degree == 2:
        return  # they leave a column without a bound, or belong to another point: no doubt, only no proof
    if (
        target - given > _TRUST * max(Fraction(1), abs(target))
        and case.solution.termination is Termination.OPTIMAL
    ):
        case.say(
            "failed",
            "duals",
            f"the engine's duals only prove that the objective is not {_side(program)} than "
            f"{shown(_signed(program, given))}, and the answer has {shown(_signed(program, target))}: "
            "the shadow prices do not belong to it",
            bound=float(_signed(program, given)),
            objective=float(_signed(program, target)),
        )


def _bounded(case: Case, program: Program, target: Fraction, bound: Fraction) -> None:
    gap = (target - bound) / max(Fraction(1), abs(target))
    case.say(
        "unknown",
        "optimal",
        f"the answer is proved to be within {float(gap):.2%} of the best "
        f"(bound {shown(_signed(program, bound))}), not to be the best",
        bound=float(_signed(program, bound)),
        gap=float(gap),
    )


# -- by cases ------------------------------------------------------------------------------------------------


def _by_cases(case: Case, program: Program, target: Fraction) -> bool:
    """Mixed-integer linear models: branch and bound with exact bounds."""
    if program.degree > 1 or program.semi or not program.whole or len(program.lower) > MAX_PROGRAM:
        return False
    proof = prove(program, target, allowed(target), case.within(0.4, 8.0))
    if proof.closed:
        case.say(
            "proved",
            "optimal",
            f"no answer is better than {shown(_signed(program, target))} ({_of(program)}): "
            f"{proof.cases:,} case{'s' if proof.cases != 1 else ''}, each closed by a bound in rational arithmetic",
            by="cases",
            cases=proof.cases,
            source=program.source,
        )
        return True
    return proof.better is not None and _refuted(case, program, proof.better, target)


def _refuted(case: Case, program: Program, point: np.ndarray, target: Fraction) -> bool:  # type: ignore[type-arg]
    """Whether a point meets the formulation, exactly, and is better than the answer by more than is claimed."""
    better = better_point(case, point)
    if better is None:
        return False
    value = value_at(program.objective, dict(enumerate(map(Fraction, point.tolist()))))
    return refute(case, _signed(program, value), _signed(program, target), program.sense, "a proof by cases")


def better_point(case: Case, point: np.ndarray) -> Evaluator | None:  # type: ignore[type-arg]
    """An evaluator at another point if that point meets every row and bound of the formulation."""
    from agentopt.verification.rows import check_bounds

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
    figures = {"objective": float(target), "better": float(value)}
    claimed = case.solution.gap or 0.0
    if case.solution.termination is not Termination.OPTIMAL or relative <= Fraction(claimed) * 2 + TOLERANCE:
        case.say(
            "unknown",
            "optimal",
            f"{who} found an answer with objective {shown(value)}; this one has {shown(target)}, within the gap "
            "the engine stopped at"
            if case.solution.termination is Termination.OPTIMAL
            else f"{who} found a better answer with objective {shown(value)}; this one has {shown(target)}",
            **figures,
        )
        return True
    case.say(
        "failed",
        "optimal",
        f"{case.solution.engine} claims that {shown(target)} is the best, but {who} found an answer with "
        f"{shown(value)} that meets every row",
        **figures,
    )
    return True


# -- by trying every point -----------------------------------------------------------------------------------


def _by_trying(case: Case, value: Fraction) -> bool:
    """Models whose variables are all integers with few values: every point is tried on the formulation itself."""
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
        f"all {tried:,} points were tried in exact arithmetic, and none that meets the rows is better than {shown(value)}",
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


def _signed(program: Program, value: Fraction) -> Fraction:
    return value if program.sense == "minimize" else -value


def _side(program: Program) -> str:
    return "smaller" if program.sense == "minimize" else "larger"


def _of(program: Program) -> str:
    return (
        "rows read from the formulation" if program.source == "formulation" else "rows of the compiled arrays"
    )
