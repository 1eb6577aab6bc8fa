"""Gradient-based trainers as an engine: the formulation as a torch objective, named optimizers, many starts.

What comes out is optimal nearby at best: the first-order conditions hold within a tolerance. There is no
bound, and no start leading to a feasible point is no proof that there is none. It is asked for by name, or
first where an objective is a sum over so many points of a table that engines which look at each point one by
one would take minutes (`preferred_from` of its card).
"""

from __future__ import annotations

__all__ = ["Gradient"]

import time
from collections.abc import Mapping
from dataclasses import replace

from agentopt.compiling.arrays import Compiled
from agentopt.errors import AvailabilityError
from agentopt.solvers.base import Feature, Limits, Report
from agentopt.solvers.carded import Carded
from agentopt.solvers.classes import check
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.solution import Solution
from agentopt.solvers.trivial import settled


class Gradient(Carded):
    """Trainers over `torch`.

    >>> from agentopt.solvers.card import cards
    >>> Gradient(cards()["gradient"]).name
    'gradient'
    """

    abilities = frozenset({Feature.DUALS, Feature.WARM_START, Feature.INTERRUPT, Feature.PROGRESS})

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> Solution:
        """Train from several starts and give the best point.

        Raises:
            AvailabilityError: torch, or the package of the optimizer, is not installed.
            EngineError: the class is not one of `features`; an option or optimizer is unknown, or two do not
                go together.
        """
        started = time.perf_counter()
        check(self, compiled)
        given = checked(self.card, options)
        for name in given.native:
            raise unknown(self.card, name)
        there = self.available()
        found = settled(compiled, self.name, there.version)
        if found is None:
            if not there:
                raise AvailabilityError(
                    f"engine `{self.name}` is not available: {there.reason}", hint=there.fix
                )
            from agentopt.solvers.gradient_run import GradientRun

            found = GradientRun(
                self.card, there.version, compiled, limits, report, started, given.known
            ).run()
        chosen = dict(given.known)
        if limits.seconds is not None:
            chosen.setdefault("time_limit", limits.seconds)
        shown = tuple((name, str(value)) for name, value in sorted(chosen.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)
