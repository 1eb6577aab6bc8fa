"""One call that solves any compiled model: an engine by route, objectives of several priorities one after the other."""

from __future__ import annotations

__all__ = ["solve"]

from collections.abc import Mapping
from pathlib import Path

from agentopt.compiling.arrays import Compiled
from agentopt.solvers.base import Limits, Report
from agentopt.solvers.registry import engine as named
from agentopt.solvers.routing import require, route
from agentopt.solvers.solution import Solution


def solve(
    compiled: Compiled,
    *,
    engine: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    options: Mapping[str, object] = {},  # noqa: B006 - never changed
    report: Report | None = None,
    cards: Path | None = None,
) -> Solution:
    """Solve a model with the engine its class is routed to, or the one named.

    Raises:
        AvailabilityError: the engine, or every engine for the class, is not there; the hint says what to type.
        EngineError: the engine named does not solve the class, or an option is unknown.
    """
    if engine is None:
        chosen = route(compiled, cards).engine
    else:
        chosen = named(engine, cards)
        require(chosen, compiled)
    return chosen.solve(compiled, limits, options, report)
