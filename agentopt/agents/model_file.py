"""The answer to a model that comes as arrays, from an LP or MPS file: solve, verify, explain.

There is nothing to formulate, check or bind, and nothing that a resume would save, so no graph is run.
"""

from __future__ import annotations

__all__ = ["run_compiled"]

import time

from agentopt.agents.answer import Answer, status_of
from agentopt.agents.context import Context, Event, EventKind
from agentopt.agents.explaining import explanation
from agentopt.agents.findings import negative
from agentopt.compiling.arrays import Compiled
from agentopt.solvers.base import Report
from agentopt.solvers.solution import Progress, Solution, Termination


def run_compiled(compiled: Compiled, context: Context) -> Answer:
    """The answer to arrays.

    Raises:
        AvailabilityError: no engine for the class is installed.
        EngineError: the engine was asked for something it cannot do.
    """
    from dataclasses import asdict

    from agentopt.solvers import solve
    from agentopt.verification import verify

    def tell(kind: EventKind, node: str, message: str = "", **data: object) -> None:
        if context.on_event is not None:
            context.on_event(Event(kind, node, message, data))

    def progress(report: Progress) -> bool | None:
        tell("progress", "solve", **asdict(report))
        return None

    def solved(arrays: Compiled, *, report: Report | None = None) -> Solution:
        return solve(
            arrays,
            engine=context.engine,
            limits=context.limits,
            options=context.options,
            report=report,
            race=context.race and report is not None,
        )

    began = time.monotonic()
    tell("start", "solve")
    tell("progress", "solve", compiled.size, columns=compiled.num_columns, rows=compiled.num_rows)
    solution = solved(compiled, report=progress)
    tell("end", "solve", seconds=time.monotonic() - began)
    began = time.monotonic()
    tell("start", "verify")
    certificate = verify(
        compiled.instance,
        compiled,
        solution,
        text=None,
        resolve=solved,
        battery=False,  # a file states no roles, so no falsification test has its preconditions
        seconds=context.seconds_to_verify(solution),
    )
    tell("end", "verify", seconds=time.monotonic() - began)
    diagnosis = None
    if negative(solution) is not None or solution.termination is Termination.ERROR:
        from agentopt.diagnosis import SECONDS, diagnose

        own = context.limits.seconds
        diagnosis = diagnose(compiled, solution, SECONDS if own is None else min(SECONDS, max(1.0, own)))
    return Answer(
        status_of(solution),
        compiled.instance.formulation,
        compiled.instance,
        compiled,
        solution,
        certificate,
        explanation(compiled, solution, None, diagnosis),
        diagnosis=diagnosis,
        warnings=tuple(compiled.warnings),
    )
