"""One certificate for one answer, from the formulation, its data and the point the engine returned."""

from __future__ import annotations

__all__ = ["verify"]

import time
from collections.abc import Callable

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Instance
from agentopt.solvers.solution import Solution
from agentopt.verification.certificate import Certificate, Finding
from agentopt.verification.exact import Evaluator
from agentopt.verification.point import Answer
from agentopt.verification.rows import Report, check_bounds, check_rows

Resolve = Callable[[Compiled], Solution]


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
    """Check an answer outside the engine that gave it."""
    deadline = time.monotonic() + seconds
    proved: list[Finding] = []
    unknown: list[Finding] = []
    failed: list[Finding] = []
    if solution.has_point and solution.values is not None:
        answer = Answer(compiled, solution.values)
        evaluator = Evaluator(instance, answer)
        report = Report()
        check_rows(evaluator, report, deadline)
        check_bounds(evaluator, answer, report, deadline)
        for each in report.failed:
            failed.append(
                Finding("feasible", f"{each.where} is violated by {float(each.gap.low):.6g}", each.element)
            )
        for element, why in report.unsettled:
            unknown.append(Finding("feasible", f"{element}: {why}", element))
        if not report.failed and not report.unsettled and not report.skipped:
            proved.append(
                Finding(
                    "feasible",
                    f"all {report.num_rows} rows and bounds hold, re-evaluated in exact arithmetic",
                )
            )
    return Certificate(tuple(proved), (), tuple(unknown), tuple(failed))
