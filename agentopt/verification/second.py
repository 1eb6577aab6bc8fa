"""A second, independent engine for small models: agreement is evidence, not proof; a better point is a
refutation.
"""

from __future__ import annotations

__all__ = ["check_second"]

from dataclasses import replace
from fractions import Fraction

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality, ProblemClass
from agentopt.errors import AgentoptError
from agentopt.solvers.base import Engine, Feature, Limits
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.case import Case, shown
from agentopt.verification.elements import Missing
from agentopt.verification.refuting import better_point, refute
from agentopt.verification.trying import objective_value

_LINEAR = frozenset([ProblemClass.LP, ProblemClass.MILP])
_CONTINUOUS = {
    ProblemClass.MIQP: ProblemClass.QP,
    ProblemClass.MIQCP: ProblemClass.QCP,
    ProblemClass.MINLP: ProblemClass.NLP,
}
_NONE = frozenset([Termination.INFEASIBLE, Termination.UNBOUNDED, Termination.INFEASIBLE_OR_UNBOUNDED])


def check_second(case: Case, value: Fraction | None) -> None:
    """Solve again with another engine and compare.

    Args:
        case: with a claim that is not proved.
        value: the exact objective of its point, None where there is none.
    """
    absent = case.solution.termination in _NONE
    why = (
        "objectives settled one after the other are not compared with a second engine"
        if len(case.compiled.levels) > 1
        else "without an exact objective there is nothing to compare with a second engine"
        if value is None and not absent
        else "there was no time to ask a second engine"
        if case.left <= 0
        else ""
    )
    asked = None if why else _other(case)
    if asked is None:
        why = why or "no second engine for this class of problem is here to compare with"
        case.say("unknown", "second-engine", why)
        return
    other, compiled = asked
    try:
        # No number of threads: HiGHS takes none but that of the first run of the process.
        found = other.solve(compiled, Limits(seconds=max(0.1, min(case.left * 0.6, 10.0))), {})
    except AgentoptError as error:
        case.say("unknown", "second-engine", f"{other.name} could not be asked: {error.message}")
        return
    if found.termination is Termination.INTERRUPTED:
        raise KeyboardInterrupt
    if absent:
        _compare_absence(case, found)
    elif value is not None:
        _compare(case, found, value, Feature.GLOBAL in other.features, compiled is not case.compiled)


def _other(case: Case) -> tuple[Engine, Compiled] | None:
    """Another engine and what to ask it: one that finds global optima, else a local one, which can refute.

    A local engine knows no whole values; it gets the model with those of the answer.
    """
    found = _able(case, case.compiled)
    if found is not None and (Feature.GLOBAL in found.features or case.compiled.problem_class in _LINEAR):
        return found, case.compiled
    if case.solution.termination in _NONE:
        return None
    if found is None and case.compiled.problem_class in _CONTINUOUS:
        fixed = _fixed(case)
        found = _able(case, fixed)
        return None if found is None else (found, fixed)
    return None if found is None else (found, case.compiled)


def _able(case: Case, compiled: Compiled) -> Engine | None:
    from agentopt.solvers.classes import feature, refusal
    from agentopt.solvers.registry import engines

    wanted = feature(compiled)
    able = [
        each
        for each in engines().values()
        if each.name != case.solution.engine
        and wanted in each.features
        and each.available()
        and not refusal(each, compiled)
    ]
    return min(able, key=lambda each: Feature.GLOBAL not in each.features, default=None)


def _fixed(case: Case) -> Compiled:
    """The model with its whole values as they are in the answer: what is left is continuous."""
    compiled = case.compiled
    whole = compiled.integrality != Integrality.CONTINUOUS
    lower, upper = compiled.lower.copy(), compiled.upper.copy()
    lower[whole] = upper[whole] = case.answer.rounded().values[whole]
    return replace(
        compiled,
        lower=lower,
        upper=upper,
        integrality=np.zeros_like(compiled.integrality),
        problem_class=_CONTINUOUS[compiled.problem_class],
    )


def _compare(case: Case, found: Solution, value: Fraction, everywhere: bool, fixed: bool) -> None:
    mine, theirs = case.solution.engine, found.engine
    claim = case.solution.termination
    if found.termination in _NONE and everywhere:
        case.say(
            "unknown",
            "second-engine",
            f"{theirs} says that the model is {found.termination}, against {mine}, whose answer meets it",
            claim=str(found.termination),
        )
        return
    if found.objective is None or found.values is None:
        case.say("unknown", "second-engine", f"{theirs} did not finish in the time there was")
        return
    sense = case.compiled.levels[0].sense if case.compiled.levels else "minimize"
    evaluator = better_point(case, found.values)
    exact = None
    if evaluator is not None:
        try:
            exact = objective_value(evaluator)
        except (Missing, ArithmeticError):
            exact = None
    if exact is not None and refute(case, exact, value, sense, theirs):
        return
    if not everywhere:
        held = ", with whole values as in the answer," if fixed else ""
        case.say(
            "unknown",
            "second-engine",
            f"{theirs}, which only looks near its starts,{held[1:]} found nothing better; no second engine "
            "that looks everywhere is here for this class of problem",
        )
        return
    if found.termination is not Termination.OPTIMAL:
        case.say("unknown", "second-engine", f"{theirs} found nothing better in the time there was")
        return
    margin = max(1e-6, case.solution.gap or 0.0, found.gap or 0.0) * max(1.0, abs(float(value)))
    if abs(found.objective - float(value)) <= margin:
        if claim is Termination.OPTIMAL:
            case.num_tests += 1
            case.say(
                "not_falsified",
                "second-engine",
                f"{mine} and {theirs}, independent of each other, find the same optimum, {shown(value)}",
                engines=[mine, theirs],
                objective=found.objective,
            )
        else:
            case.say(
                "unknown",
                "second-engine",
                f"{theirs} claims that {shown(found.objective)} is the best anywhere, which this "
                f"answer reaches",
                objective=found.objective,
            )
    else:
        case.say(
            "unknown",
            "second-engine",
            f"{theirs} claims that {shown(found.objective)} is the best, {mine}'s answer has {shown(value)}",
            objective=found.objective,
        )


def _compare_absence(case: Case, found: Solution) -> None:
    mine, theirs = case.solution.engine, found.engine
    claim = case.solution.termination
    agrees = found.termination is claim or (
        found.termination in _NONE and Termination.INFEASIBLE_OR_UNBOUNDED in (found.termination, claim)
    )
    if agrees:
        case.num_tests += 1
        case.say(
            "not_falsified",
            "second-engine",
            f"{mine} and {theirs}, independent of each other, say that the model is {claim}",
            engines=[mine, theirs],
        )
    elif (
        found.values is not None
        and claim is Termination.INFEASIBLE
        and better_point(case, found.values) is not None
    ):
        case.say(
            "failed",
            "infeasible",
            f"{mine} says that the model is infeasible, but {theirs} found an answer with objective "
            f"{shown(found.objective or 0.0)} that meets every row and bound",
            objective=found.objective,
        )
    else:
        case.say(
            "unknown",
            "second-engine",
            f"{mine} says that the model is {claim}, {theirs} says: {found.termination}",
            claim=str(found.termination),
        )
