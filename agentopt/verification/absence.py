"""Claims that there is no answer: infeasible, by multipliers or by cases; unbounded, by a point and a
direction.
"""

from __future__ import annotations

__all__ = ["check_absence"]

from collections.abc import Sequence
from fractions import Fraction

from agentopt.solvers.solution import Termination
from agentopt.verification.branching import MAX_CASES, meets, prove
from agentopt.verification.case import Case
from agentopt.verification.duality import proves_empty
from agentopt.verification.linear import Oracle
from agentopt.verification.optimality import MAX_PROGRAM
from agentopt.verification.programs import Program, Row
from agentopt.verification.refuting import better_point

MAX_COLUMNS = 40_000
"""Columns up to which a claim that there is no answer is proved again."""


def check_absence(case: Case) -> None:
    """Settle an engine's claim that the model is infeasible or unbounded."""
    claim = case.solution.termination
    program = case.program
    settled = False
    if program is not None and program.degree <= 1 and len(program.lower) <= MAX_COLUMNS:
        if claim in {Termination.INFEASIBLE, Termination.INFEASIBLE_OR_UNBOUNDED}:
            settled = _infeasible(case, program)
        if not settled and claim in {Termination.UNBOUNDED, Termination.INFEASIBLE_OR_UNBOUNDED}:
            settled = _unbounded(case, program)
    if not settled:
        case.say(
            "unknown",
            str(claim).split()[0],
            f"that the model is {claim} is {case.solution.engine}'s claim; it was not proved "
            f"outside the engine",
            claim=str(claim),
        )


def _infeasible(case: Case, program: Program) -> bool:
    if not program.whole or case.compiled.num_columns > MAX_PROGRAM:
        oracle = Oracle(program)
        outcome = oracle.solve(oracle.lower, oracle.upper, case.left / 2)
        if outcome is None:
            return False
        if outcome.empty:
            multipliers = _shortest(
                program,
                None if outcome.multipliers is None else outcome.multipliers.tolist(),
                case.deadline,
            )
            if multipliers is None:
                return False
            rows = [row for row, y in zip(program.rows, multipliers, strict=True) if y]
            _say_empty(
                case,
                program,
                f"a combination of {_names(case, rows)} contradicts the bounds",
                by="multipliers",
            )
            return True
        if program.whole or outcome.point is None:
            return False
        return _has_point(case, program, outcome.point.tolist())
    proof = prove(program, None, Fraction(0), case.within(0.5, 10.0))
    if proof.closed:
        if proof.cases == 1:
            _say_empty(
                case,
                program,
                "the rows and bounds contradict each other, fractions allowed",
                by="multipliers",
            )
        else:
            _say_empty(case, program, f"each of {proof.cases:,} cases ends in a contradiction", by="cases")
        return True
    return (
        proof.better is not None
        and proof.cases <= MAX_CASES
        and _has_point(case, program, proof.better.tolist())
    )


def _shortest(
    program: Program, multipliers: Sequence[float] | None, deadline: float
) -> Sequence[float] | None:
    """The multipliers, if they prove that the program is empty, without those that are only noise."""
    if multipliers is None:
        return None
    largest = max(map(abs, multipliers), default=0.0)
    cleaned = [y if abs(y) > 1e-9 * largest else 0.0 for y in multipliers]
    for each in (cleaned, multipliers):
        if proves_empty(program, each, deadline=deadline):
            return each
    return None


def _names(case: Case, rows: Sequence[Row]) -> str:
    names = dict.fromkeys(
        block.name
        for row in rows
        if row.compiled is not None
        for block in case.compiled.rows
        if block.start <= row.compiled < block.start + len(block.codes)
    )
    if not names:
        return f"{len(rows)} rows"
    listed = ", ".join(f"`{name}`" for name in list(names)[:6])
    return listed + (" and others" if len(names) > 6 else "")


def _say_empty(case: Case, program: Program, how: str, **data: object) -> None:
    case.say(
        "proved",
        "infeasible",
        f"no values meet all constraints and bounds: {how}, in rational arithmetic",
        figures={"source": program.source, **data},
    )


def _has_point(case: Case, program: Program, values: Sequence[float]) -> bool:
    """A point that meets the formulation refutes the claim that there is none."""
    import numpy as np

    point = np.array(values)
    if not meets(program, point) or better_point(case, point) is None:
        return False
    names = case.compiled.values_by_name(point)
    scalars = {name: value for name, value in names.items() if not isinstance(value, dict)}
    case.say(
        "failed",
        "infeasible",
        f"{case.solution.engine} says that the model is infeasible, but there is a point that "
        f"meets every row and "
        "bound of the formulation",
        example=scalars,
    )
    return True


def _unbounded(case: Case, program: Program) -> bool:
    import numpy as np

    oracle = Oracle(program)
    candidates = [case.solution.ray, oracle.direction(case.left / 4)]
    direction = next(
        (d for each in candidates if each is not None and (d := _ray(program, each.tolist()))), None
    )
    if direction is None:
        return False
    feasible = prove(_without_objective(program), None, Fraction(0), case.within(0.5, 5.0))
    if feasible.better is None or better_point(case, feasible.better) is None:
        return False
    moving = [
        name
        for name, block in case.answer_blocks.items()
        if any(direction[k] for k in range(block.start, block.start + len(block.codes)))
    ]
    listed = ", ".join(f"`{name}`" for name in moving[:6])
    case.say(
        "proved",
        "unbounded",
        f"from a point that meets all constraints, {listed} can go on for ever and the objective "
        f"improves without "
        "limit (checked in rational arithmetic)",
        variables=moving,
        point=float(np.abs(feasible.better).max(initial=0.0)),
    )
    return True


def _without_objective(program: Program) -> Program:
    from dataclasses import replace

    from agentopt.verification.polynomials import Polynomial

    return replace(program, objective=Polynomial({}))


def _ray(program: Program, direction: Sequence[float]) -> list[Fraction] | None:
    """The direction as fractions, if it keeps every row and bound and improves the objective, exactly."""
    largest = max(map(abs, direction), default=0.0)
    if not largest:
        return None
    for denominator in (1000, 10**6):
        ray = [Fraction(value / largest).limit_denominator(denominator) for value in direction]
        if _recedes(program, ray):
            return ray
    return None


def _recedes(program: Program, ray: Sequence[Fraction]) -> bool:
    def keeps(step: Fraction, low: Fraction | None, high: Fraction | None) -> bool:
        return not ((low is not None and step < 0) or (high is not None and step > 0))

    def along(terms: object) -> Fraction:
        assert isinstance(terms, dict)
        return sum((value * ray[monomial[0]] for monomial, value in terms.items() if monomial), Fraction(0))

    return (
        all(keeps(step, low, high) for step, low, high in zip(ray, program.lower, program.upper, strict=True))
        and all(keeps(along(row.body.terms), row.low, row.high) for row in program.rows)
        and along(program.objective.terms) < 0
    )
