"""Clarabel: convex problems stated as linear, second-order, exponential, power and semidefinite cones."""

from __future__ import annotations

__all__ = ["Clarabel"]

import time
from collections.abc import Mapping
from dataclasses import replace

from agentopt.compiling.arrays import Compiled
from agentopt.errors import EngineError
from agentopt.solvers.base import Feature, Limits, Report
from agentopt.solvers.carded import Carded
from agentopt.solvers.classes import check
from agentopt.solvers.options import checked
from agentopt.solvers.solution import Solution
from agentopt.solvers.trivial import settled


class Clarabel(Carded):
    """Clarabel through `clarabel`.

    >>> from agentopt.solvers.card import cards
    >>> Clarabel(cards()["clarabel"]).name
    'clarabel'
    """

    semidefinite = True

    abilities = frozenset({Feature.GLOBAL, Feature.DUALS, Feature.INTERRUPT, Feature.PROGRESS})

    def refuses(self, compiled: Compiled) -> str:
        """Why a model is not convex by the rules this engine knows; empty where it is."""
        from agentopt.solvers.conic.build import reason

        return reason(compiled)

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> Solution:
        """Solve the first objective of a model.

        Raises:
            EngineError: the class is not one of `features`, the model was not proved convex, or an option
                is unknown.
        """
        from agentopt.solvers.conic.run import Run

        started = time.perf_counter()
        check(self, compiled)
        version = self.available().version
        given = checked(self.card, options)
        found = settled(compiled, self.name, version)
        chosen = {**given.known, **given.native}
        if limits.seconds is not None:
            chosen.setdefault("time_limit", limits.seconds)
        if found is None:
            why = self.refuses(compiled)
            if why:
                raise EngineError(
                    f"`{self.name}` does not take this model: {why}",
                    hint="leave the engine out, or use `--engine scip`",
                )
            found = Run(self.card, version, compiled, limits, report, started, chosen).solution()
        shown = tuple((name, str(value)) for name, value in sorted(chosen.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)
