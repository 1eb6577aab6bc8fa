"""One certificate for one answer, from the formulation, its data and what the engine returned."""

from __future__ import annotations

__all__ = ["verify"]

import time

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Instance
from agentopt.solvers.solution import Solution, Termination
from agentopt.verification.absence import check_absence
from agentopt.verification.battery import falsify
from agentopt.verification.case import Case, Resolve
from agentopt.verification.certificate import Certificate
from agentopt.verification.counted import check_counted
from agentopt.verification.optimality import check_optimal
from agentopt.verification.points import check_objective, check_point
from agentopt.verification.second import check_second
from agentopt.verification.theorems import try_engine

_ABSENT = frozenset([Termination.INFEASIBLE, Termination.UNBOUNDED, Termination.INFEASIBLE_OR_UNBOUNDED])


def verify(
    instance: Instance,
    compiled: Compiled,
    solution: Solution,
    *,
    text: str | None = None,
    resolve: Resolve | None = None,
    battery: bool = True,
    seconds: float = 20.0,
) -> Certificate:
    """Check an answer outside the engine that gave it.

    Args:
        instance: the bound formulation; rows, bounds and objective are evaluated on it, not on the arrays.
        compiled: its arrays, which say which value belongs to which variable.
        solution: the engine's point and claims.
        text: the words of the problem, for the coverage of its numbers and sentences.
        resolve: solves changed arrays with the same engine, for the falsification tests.
        battery: whether to run those.
        seconds: kept; what there was no time for is listed as unknown. Ctrl-C ends verification early, with
            what is settled so far.
    """
    case = Case(instance, compiled, solution, time.monotonic() + seconds, resolve)
    try:
        _check(case, text, battery)
    except KeyboardInterrupt:
        case.say("unknown", "time", "checking was interrupted; what is not listed was not checked")
    return case.certificate()


def _check(case: Case, text: str | None, battery: bool) -> None:
    """Every part, in order; each adds what it found as soon as it is known."""
    solution = case.solution
    if solution.termination in _ABSENT:
        check_absence(case)
        proved = any(case.has("proved", check) for check in ("infeasible", "unbounded"))
        if not proved and case.is_small and case.left > 0 and not case.has("failed", "infeasible"):
            check_second(case, None)
    elif solution.has_point:
        feasible = check_point(case)
        value = check_objective(case)
        if feasible:
            check_optimal(case, value)
            if case.is_small and not case.has("proved", "optimal") and not case.has("failed", "optimal"):
                check_second(case, value)
        if battery and feasible and value is not None and solution.termination is Termination.OPTIMAL:
            falsify(case, value, text)
            try_engine(case, value)
    else:
        case.say("unknown", "feasible", f"the engine returned no point ({solution.termination})")
    if solution.has_point:
        check_counted(case, text)
    if text:
        from agentopt.verification.wording import check_words

        check_words(case, text)
