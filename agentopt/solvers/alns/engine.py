"""HiGHS with large-neighbourhood search beside it, for mixed-integer problems too large to be closed soon.

HiGHS works on the whole problem from the start: the first point, the bound and any proof are its own. The
search takes the second core, or shares the one there is, and gives HiGHS every better point it finds. So the
answer is never worse than the best point of either, and the search ends with HiGHS's proof.
"""

from __future__ import annotations

__all__ = ["Alns"]

import time
from collections.abc import Mapping
from dataclasses import replace

from agentopt.compiling.arrays import Compiled
from agentopt.solvers.alns.search import Search
from agentopt.solvers.availability import availability
from agentopt.solvers.base import Availability, Feature, Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.classes import check
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.race import Contest
from agentopt.solvers.solution import Solution
from agentopt.solvers.trivial import settled

_BENEATH = {"threads": 1, "mip_rel_gap": 1e-4}
"""How HiGHS solves the smaller problems; its proof of the whole is under the gap asked for."""


class Alns:
    """Adaptive large-neighbourhood search over HiGHS.

    >>> from agentopt.solvers.card import cards
    >>> Alns(cards()["alns"]).name
    'alns'
    """

    def __init__(self, card: Card) -> None:
        self.card = card
        self.name = card.name
        self.features = frozenset(Feature(each) for each in card.priority) | {
            Feature.GLOBAL,
            Feature.WARM_START,
            Feature.INTERRUPT,
            Feature.PROGRESS,
        }

    def available(self) -> Availability:
        """Whether HiGHS is installed."""
        return availability(self.card)

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> Solution:
        """Solve the first objective of a model.

        Raises:
            EngineError: the class is not one of `features`, or an option is unknown.
        """
        started = time.perf_counter()
        check(self, compiled)
        given = checked(self.card, options)
        for name in given.native:
            raise unknown(self.card, name)
        version = self.available().version
        found = settled(compiled, self.name, version)
        if found is None:
            contest = Contest(
                self.card,
                compiled,
                limits,
                {**given.known, "share": True},
                report,
                started,
                partner=lambda: (Search(_BENEATH), given.known),
            )
            found = replace(contest.run(), engine=self.name, version=version)
        shown = tuple((name, str(value)) for name, value in sorted(given.known.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)
