"""Whether nothing is better: by the duals, by cases, by trying every point, or only by a second engine's
word.
"""

from __future__ import annotations

__all__ = ["check_optimal"]

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from agentopt.compiling.arrays import ProblemClass
from agentopt.formulation.instance import Values
from agentopt.solvers.solution import Termination
from agentopt.verification.branching import prove
from agentopt.verification.case import Case, shown
from agentopt.verification.duality import Linear, objective_bound, semidefinite, tangent, value_at
from agentopt.verification.linear import Oracle
from agentopt.verification.matrices import implied_rows
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.programs import Program, from_arrays
from agentopt.verification.refuting import allowed, better_point, refute
from agentopt.verification.trying import try_all

_TRUST = Fraction(1, 10**4)
"""Relative: duals that prove a bound farther from the objective than this are no duals of the answer."""
_EACH = 2e-5
"""Seconds a coefficient takes in the exact bounds that multipliers are tried for."""
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
    if value is not None and try_all(case, value):
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


# -- by multipliers ------------------------------------------------------------------------------------------


def _by_multipliers(case: Case, program: Program, target: Fraction) -> bool:
    """Linear and convex quadratic models: a bound from the engine's duals, or from those of another run."""
    if program.whole or program.semi or program.degree > 2:
        return False
    if case.left < _EACH * len(case.compiled.matrix.values):
        return False
    point = dict(enumerate(map(Fraction, case.answer.values.tolist())))
    linearized = _convex(program, point, case.within(0.4, 8.0))
    if linearized is None:
        return False
    sign = 1.0 if program.sense == "minimize" else -1.0
    matrices = bool(case.solution.matrices) and case.compiled.problem_class is ProblemClass.SDP
    if matrices:
        implied = implied_rows(case.compiled, case.solution.matrices, case.within(0.4, 8.0))
        linearized = replace(linearized, rows=(*linearized.rows, *(implied or ())))
    cost = tangent(program.objective, point) if program.objective.degree == 2 else program.objective.terms
    duals = case.solution.duals
    given: Fraction | None = None
    enough = target - allowed(target)
    if duals is not None:
        multipliers = _multipliers(linearized, duals, sign)
        if matrices:
            # The rows that the dual matrices imply count once, in the scale of the matrices.
            known = len(program.rows)
            multipliers = [*multipliers[:known], *(1.0 for _ in linearized.rows[known:])]
        given = objective_bound(linearized, cost, multipliers, enough=enough, deadline=case.deadline)
        if given is not None and given >= enough:
            _proved_by_duals(case, program, target, given, "the engine's duals")
            return True
        _doubt_duals(case, program, target, duals)
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
        own = objective_bound(
            linear, cost, outcome.multipliers.tolist(), None, target - allowed(target), case.deadline
        )
        if own is not None and (given is None or own > given):
            given = own
        if given is not None and given >= target - allowed(target):
            break
        if not shift and outcome.point is not None and _refuted(case, program, outcome.point, target):
            break
    return given


def _convex(program: Program, point: dict[int, Fraction], deadline: float) -> Program | None:
    """The program with its convex quadratic rows replaced by their tangents; None where convexity is
    not proved.
    """
    if program.objective.degree == 2 and not _semidefinite(program.objective, deadline):
        return None
    rows = []
    for row in program.rows:
        if row.body.degree < 2:
            rows.append(row)
            continue
        if row.low is None and _semidefinite(row.body, deadline):
            body = Polynomial(tangent(row.body, point))
        elif row.high is None and _semidefinite(-row.body, deadline):
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


def _semidefinite(form: Polynomial, deadline: float) -> bool:
    size = len({column for monomial in form.terms if len(monomial) == 2 for column in monomial})
    return size <= MAX_SQUARE and semidefinite(form, deadline)


MAX_SQUARE = 120
"""Columns of a quadratic form up to which its convexity is proved exactly."""


def _multipliers(program: Program, duals: Values, sign: float) -> Sequence[float]:
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


def _doubt_duals(case: Case, program: Program, target: Fraction, duals: Values) -> None:
    """Say so if the duals are not those of the answer; judged by the arrays, whose duals they are."""
    if program.degree == 2 or case.compiled.problem_class is ProblemClass.SDP:
        return  # they may belong to another point: no doubt, only no proof
    if case.left < _EACH * len(case.compiled.matrix.values):
        return
    arrays = from_arrays(case.compiled)
    sign = 1.0 if arrays.sense == "minimize" else -1.0
    given = objective_bound(
        arrays, arrays.objective.terms, _multipliers(arrays, duals, sign), None, None, case.deadline
    )
    if given is None:
        return  # they leave a column without a bound
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
            f"{proof.cases:,} case{'s' if proof.cases != 1 else ''}, each closed by a bound in "
            f"rational arithmetic",
            by="cases",
            cases=proof.cases,
            source=program.source,
        )
        return True
    return proof.better is not None and _refuted(case, program, proof.better, target)


def _refuted(case: Case, program: Program, point: Values, target: Fraction) -> bool:
    """Whether a point meets the formulation, exactly, and is better than the answer by more than is
    claimed.
    """
    better = better_point(case, point)
    if better is None:
        return False
    value = value_at(program.objective, dict(enumerate(map(Fraction, point.tolist()))))
    return refute(case, _signed(program, value), _signed(program, target), program.sense, "a proof by cases")


def _signed(program: Program, value: Fraction) -> Fraction:
    return value if program.sense == "minimize" else -value


def _side(program: Program) -> str:
    return "smaller" if program.sense == "minimize" else "larger"


def _of(program: Program) -> str:
    return (
        "rows read from the formulation" if program.source == "formulation" else "rows of the compiled arrays"
    )
