"""SCIP beside other engines: a heuristic that hands it their points, an event handler that offers its own."""

from __future__ import annotations

__all__ = ["share"]

from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled
from agentopt.solvers.scip_model import Built
from agentopt.solvers.sharing import Shared


def share(model: Any, built: Built, compiled: Compiled, shared: Shared) -> None:
    """Make a SCIP model offer and take points; to be called before it is solved.

    Args:
        model: the SCIP model.
        built: its variables, in the order of the columns.
        compiled: the model as given; SCIP may have further columns.
        shared: what the engines share.
    """
    from pyscipopt.scip import PY_SCIP_EVENTTYPE, PY_SCIP_HEURTIMING, PY_SCIP_RESULT, Eventhdlr, Heur

    columns = built.variables[: compiled.num_columns]
    whole = len(built.variables) == len(columns)

    class Offering(Eventhdlr):
        def eventinit(self) -> None:
            self.model.catchEvent(PY_SCIP_EVENTTYPE.BESTSOLFOUND, self)

        def eventexec(self, event: Any) -> None:
            best = model.getBestSol()
            shared.offer(np.array([model.getSolVal(best, each) for each in columns], dtype=float))

    class Taking(Heur):
        def heurexec(self, heurtiming: Any, nodeinfeasible: bool) -> dict[str, object]:
            point = shared.take()
            if point is None:
                return {"result": PY_SCIP_RESULT.DIDNOTRUN}
            made = model.createOrigSol(self)
            for column, value in zip(columns, point.tolist(), strict=True):
                model.setSolVal(made, column, value)
            stored = model.trySol(made)
            return {"result": PY_SCIP_RESULT.FOUNDSOL if stored else PY_SCIP_RESULT.DIDNOTFIND}

    model.includeEventhdlr(Offering(), "offering", "offers its points to other engines")
    if whole:
        model.includeHeur(
            Taking(),
            "taking",
            "tries the points of other engines",
            "Y",
            timingmask=PY_SCIP_HEURTIMING.BEFORENODE | PY_SCIP_HEURTIMING.AFTERLPLOOP,
            usessubscip=False,
        )
