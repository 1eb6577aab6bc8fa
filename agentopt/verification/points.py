"""The point itself: rows, bounds, domains, the same with integers rounded, and the objective computed
again.
"""

from __future__ import annotations

__all__ = ["check_objective", "check_point"]

from fractions import Fraction

import numpy as np

from agentopt.formulation import tree as t
from agentopt.formulation.resolve import ParsedConstraint
from agentopt.verification.case import Case, shown
from agentopt.verification.elements import Missing
from agentopt.verification.enclosures import Number, ends
from agentopt.verification.estimates import Estimates
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import WHOLE, Answer
from agentopt.verification.polynomials import Polynomial
from agentopt.verification.rows import Report, Violation, check_bounds, check_rows
from agentopt.verification.statements import integral

MAX_SAID = 5
"""Violated rows a certificate spells out one by one."""


def check_point(case: Case) -> bool:
    """Settle whether the point meets the formulation; True if that is proved, also with integers rounded."""
    deadline = case.within(0.6, 60.0)
    rows, sides = Report(), Report()
    check_bounds(case.evaluator, case.answer, sides, deadline, case.estimates)
    check_rows(case.evaluator, rows, deadline, estimate=case.estimates)
    _say_failed(case, "bounds", sides)
    _say_failed(case, "rows", rows)
    _say_unsettled(case, rows, sides)
    if not (rows.complete and sides.complete):
        return False
    _say_strict(case)
    if not _check_rounded(case):
        return False
    worst = max((rows, sides), key=lambda report: report.worst)
    how = (
        ("exactly" if not rows.num_estimated + sides.num_estimated else "within the tolerance")
        if not worst.worst
        else f"within the tolerance; the largest violation is {float(worst.worst):.1e}, of {worst.worst_at}"
    )
    case.say(
        "proved",
        "feasible",
        f"all {_count(rows.num_rows, 'constraint')} and {_count(sides.num_rows, 'bound')} of the "
        f"formulation hold "
        f"{how} ({_by(rows, sides)})",
        rows=rows.num_rows,
        bounds=sides.num_rows,
        violation=max(float(worst.worst), rows.estimated_worst),
        estimated=rows.num_estimated + sides.num_estimated,
        at=worst.worst_at,
    )
    return True


def _by(rows: Report, sides: Report) -> str:
    if not rows.num_estimated + sides.num_estimated:
        return "re-evaluated in rational arithmetic"
    bounds = f" and {sides.num_estimated:,} bounds" if sides.num_estimated else ""
    return (
        f"{rows.num_estimated:,} constraints{bounds} to within {rows.estimated_worst:.1e} by floating point "
        "with a proven error bound, the rest in rational arithmetic"
    )


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' if number != 1 else ''}"


def _say_failed(case: Case, check: str, report: Report) -> None:
    constraints = case.instance.formulation.constraints
    for each in report.failed[:MAX_SAID]:
        case.say(
            "failed",
            "integrality" if check == "bounds" and _is_fraction(case, each) else check,
            f"{each.where} does not hold: it is off by "
            f"{shown(each.gap.low)}{_because(constraints, each.element)}",
            each.element,
            violation=float(each.gap.low),
            allowed=float(each.gap.allowed),
        )
    rest = report.num_failed - min(MAX_SAID, len(report.failed))
    if rest > 0:
        what = "rows do" if check == "rows" else "values do"
        case.say("failed", check, f"{rest:,} more {what} not hold", count=rest)


def _because(constraints: object, name: str) -> str:
    found = constraints.get(name) if isinstance(constraints, dict) else None
    if found is None:
        return ""
    return f": {found.that}" + (f" ({found.because})" if found.because else "")


def _is_fraction(case: Case, each: Violation) -> bool:
    """Whether a value is within its bounds but no integer."""
    if case.answer.kind(each.element) not in WHOLE:
        return False
    part = case.answer.part(each.element)
    away = np.abs(part - np.round(part))
    return bool(np.isclose(away, float(each.gap.low), rtol=1e-9, atol=0).any())


def _say_unsettled(case: Case, *reports: Report) -> None:
    for report in reports:
        for element, why in dict(report.unsettled).items():
            case.say("unknown", "feasible", f"`{element}` could not be evaluated exactly: {why}", element)
        if report.skipped:
            named = ", ".join(f"`{name}`" for name in dict.fromkeys(report.skipped))
            case.say(
                "unknown",
                "feasible",
                f"the time for checking ended before all of {named} was evaluated",
                skipped=list(dict.fromkeys(report.skipped)),
            )


def _say_strict(case: Case) -> None:
    """Strict comparisons of real quantities are solved closed: say where that is, as far as it is known."""
    for name in case.compiled.strict:
        constraint = case.evaluator.parsed.constraints.get(name)
        if constraint is None or _touching(case, constraint):
            case.say(
                "unknown",
                "strict",
                f"`{name}` is stated with `<` or `>`, was solved with `<=` or `>=`, and holds with equality",
                name,
            )


def _touching(case: Case, constraint: ParsedConstraint) -> bool:
    try:
        with case.evaluator.until(case.within(0.3, 5.0)):
            return _touches(case.evaluator, constraint.statement, constraint.generators)
    except (Missing, ArithmeticError):
        return True


def _touches(evaluator: Evaluator, statement: t.Expr, generators: tuple[t.Generator, ...]) -> bool:
    """Whether a strict comparison holds with equality at some index; True also where that cannot be told."""
    if not isinstance(statement, t.Compare):
        return True
    walk, scope = evaluator.walk(generators, {})
    for left, operator, right in zip(
        statement.operands, statement.operators, statement.operands[1:], strict=False
    ):
        if operator not in {"<", ">"} or (integral(evaluator, left) and integral(evaluator, right)):
            continue
        one, other = evaluator.number(left, scope), evaluator.number(right, scope)
        for env in walk({}):
            low, high = ends(one(env) - other(env))  # type: ignore[arg-type]  # no symbols stand at a point
            if not (high < 0 if operator == "<" else low > 0):
                return True
    return False


def _check_rounded(case: Case) -> bool:
    """Round what must be whole and look at the rows again; the rest may have to be settled anew."""
    answer = case.answer.rounded()
    moved = float(np.abs(answer.values - case.answer.values).max(initial=0.0))
    whole = [name for name in answer.blocks if answer.kind(name) in WHOLE]
    if not whole:
        return True
    if not moved:
        case.say("proved", "integrality", f"{_named(whole)} whole", variables=whole, moved=0.0)
        return True
    report = Report()
    evaluator = Evaluator(case.instance, answer)
    check_rows(
        evaluator,
        report,
        case.within(0.5, 30.0),
        estimate=None if case.estimates is None else Estimates(evaluator, answer),
    )
    if report.complete:
        case.say(
            "proved",
            "integrality",
            f"{_named(whole)} whole to within {moved:.1e}, and with "
            f"{'them' if len(whole) > 1 else 'it'} rounded every "
            "constraint still holds",
            variables=whole,
            moved=moved,
        )
        return True
    if report.num_failed and _settles(case, answer):
        case.say(
            "proved",
            "integrality",
            f"{_named(whole)} whole to within {moved:.1e}; with "
            f"{'them' if len(whole) > 1 else 'it'} rounded, the "
            "other variables can be chosen so that every constraint holds",
            variables=whole,
            moved=moved,
        )
        return True
    for each in report.failed[:MAX_SAID]:
        case.say(
            "failed",
            "integrality",
            f"the answer rests on whole numbers being off by {moved:.1e}: rounded, {each.where} is off by "
            f"{shown(each.gap.low)}",
            each.element,
            moved=moved,
            violation=float(each.gap.low),
        )
    _say_unsettled(case, report)
    return False


def _named(names: list[str]) -> str:
    shown_names = ", ".join(f"`{name}`" for name in names[:6]) + (" and others" if len(names) > 6 else "")
    return f"the values of {shown_names} are"


def _settles(case: Case, answer: Answer) -> bool:
    """Whether, with whole values fixed as rounded, the engine finds the rest, with the same objective."""
    from dataclasses import replace

    lower, upper = case.compiled.lower.copy(), case.compiled.upper.copy()
    for name, block in answer.blocks.items():
        if answer.kind(name) in WHOLE:
            part = slice(block.start, block.start + len(block.codes))
            lower[part] = upper[part] = answer.values[part]
    again = case.again(replace(case.compiled, lower=lower, upper=upper))
    if again is None or not again.has_point or again.values is None:
        return False
    values = again.values.copy()
    for name, block in answer.blocks.items():
        if answer.kind(name) in WHOLE:
            part = slice(block.start, block.start + len(block.codes))
            values[part] = answer.values[part]
    report = Report()
    check_rows(Evaluator(case.instance, Answer(case.compiled, values)), report, case.within(0.5, 30.0))
    first, second = case.solution.objective, again.objective
    same = first is None or second is None or abs(first - second) <= 1e-6 * max(1.0, abs(first))
    return report.complete and same


# -- objective -----------------------------------------------------------------------------------------------


def check_objective(case: Case) -> Fraction | None:
    """Compute every objective again and compare with what the engine says.

    Returns the value of the first level, as the engine sees it, if it is rational or nearly so.
    """
    levels = case.compiled.levels
    if not levels:
        return None
    found: list[Number] = []
    for parsed in case.evaluator.parsed.objectives:
        try:
            with case.evaluator.until(case.within(0.6, 30.0)):
                value = _value(case, parsed.expression)
        except (Missing, ArithmeticError, RecursionError) as error:
            why = str(error) or "it is not defined there"
            case.say(
                "unknown", "objective", f"`{parsed.name}` could not be evaluated exactly: {why}", parsed.name
            )
            return None
        found.append(value)
    totals = _totals(case, found)
    claimed = case.solution.objective
    if claimed is None:
        case.say("unknown", "objective", "the engine does not say what the objective is")
        return _middle(totals[0])
    fits = [k for k, each in enumerate(totals) if _close(each, claimed)]
    names = [parsed.name for parsed in case.evaluator.parsed.objectives]
    said = (
        shown(_middle(found[0]))
        if len(found) == 1
        else ", ".join(f"{name} = {shown(_middle(value))}" for name, value in zip(names, found, strict=True))
    )
    figures = {name: float(_middle(value)) for name, value in zip(names, found, strict=True)}
    if fits:
        case.say(
            "proved",
            "objective",
            f"the objective of the formulation at this answer is {said}, as the engine says"
            if len(found) == 1
            else (
                f"the objectives of the formulation at this answer are {said}; the engine says "
                f"{shown(claimed)}"
            ),
            claimed=claimed,
            values=figures,
        )
    elif len(levels) > 1:
        case.say(
            "unknown",
            "objective",
            f"the objectives are {said}; what the engine's {shown(claimed)} refers to is not clear",
            claimed=claimed,
            values=figures,
        )
    else:
        case.say(
            "failed",
            "objective",
            f"{case.solution.engine} says that the objective is {shown(claimed)}, but at its "
            f"answer the formulation "
            f"has {said}",
            claimed=claimed,
            values=figures,
        )
    return _middle(totals[0])


def _value(case: Case, expression: t.Expr) -> Number:
    """An objective at the point: exact, or for large models enclosed."""
    quick = None if case.estimates is None else case.estimates.objective(expression)
    value = case.evaluator.number(expression, {})({}) if quick is None else quick
    assert not isinstance(value, Polynomial)
    return value


def _totals(case: Case, found: list[Number]) -> list[Number]:
    """The value of each level, highest priority first, as engines see it."""
    parsed = case.evaluator.parsed.objectives
    totals: list[Number] = []
    for priority in sorted({each.objective.priority for each in parsed}, reverse=True):
        own = [k for k, each in enumerate(parsed) if each.objective.priority == priority]
        sense = parsed[own[0]].objective.sense
        total: Number = Fraction(0)
        for k in own:
            weight = Fraction(repr(parsed[k].objective.weight)) * (
                1 if parsed[k].objective.sense == sense else -1
            )
            total = total + found[k] * weight
        totals.append(total)
    return totals


def _middle(value: Number) -> Fraction:
    low, high = ends(value)
    return (low + high) / 2


def _close(value: Number, claimed: float) -> bool:
    if claimed != claimed or claimed in (float("inf"), float("-inf")):
        return False
    low, high = ends(value)
    margin = max(Fraction(1), abs(low), abs(high)) / 10**6
    return low - margin <= Fraction(claimed) <= high + margin
