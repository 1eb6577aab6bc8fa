"""HiGHS with large-neighbourhood search beside it, for mixed-integer problems too large to be closed soon.

HiGHS works on the whole problem from the start: the first point, the bound and any proof are its own. The
search takes the second core, or shares the one there is, and gives HiGHS every better point it finds. So the
answer is never worse than the best point of either, and the search ends with HiGHS's proof.
"""

from __future__ import annotations

__all__ = ["Alns"]

from agentopt.compiling.arrays import Compiled
from agentopt.solvers.alns.search import Search
from agentopt.solvers.base import Limits, Report
from agentopt.solvers.race import Contender, Contest, Options

_BENEATH = {"threads": 1, "mip_rel_gap": 1e-4}
"""How HiGHS solves the smaller problems; its proof of the whole is under the gap asked for."""


class Alns(Contender):
    """Adaptive large-neighbourhood search over HiGHS.

    >>> from agentopt.solvers.card import cards
    >>> Alns(cards()["alns"]).name
    'alns'
    """

    def contest(
        self, compiled: Compiled, limits: Limits, options: Options, report: Report | None, started: float
    ) -> Contest:
        """HiGHS, and the search from its first point on."""
        return Contest(
            self.card,
            compiled,
            limits,
            {**options, "share": True},
            report,
            started,
            partner=lambda: (Search(_BENEATH), options),
        )
