"""SCIP, from arrays and expression graphs: optima over the whole feasible set, for every class of problem.

The problem is made with `pyscipopt` directly; the solver runs in a thread of its own under `watching`, and
an event handler notes incumbents and bounds as they come.
"""

from __future__ import annotations

__all__ = ["Scip"]

import contextlib
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, CompiledObjective, ProblemClass
from agentopt.compiling.evaluate import objective_value
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values
from agentopt.solvers.base import Feature, Limits, Report
from agentopt.solvers.card import Card
from agentopt.solvers.carded import Carded
from agentopt.solvers.classes import check
from agentopt.solvers.doubt import still_improves
from agentopt.solvers.gap import relative_gap
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.scip_model import Built, build
from agentopt.solvers.scip_sharing import share
from agentopt.solvers.semicontinuous import without_semicontinuous
from agentopt.solvers.sharing import Shared
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.tidy import tidied
from agentopt.solvers.trivial import settled
from agentopt.solvers.watching import Stop, watch

MAX_LOG = 200_000
"""Characters of log that are kept, the last ones."""

MAX_POOL = 10
"""Points that are kept beside the best."""

_TERMINATIONS = {
    "optimal": Termination.OPTIMAL,
    "gaplimit": Termination.OPTIMAL,
    "infeasible": Termination.INFEASIBLE,
    "unbounded": Termination.UNBOUNDED,
    "inforunbd": Termination.INFEASIBLE_OR_UNBOUNDED,
    "timelimit": Termination.TIME_LIMIT,
    "memlimit": Termination.MEMORY_LIMIT,
    "userinterrupt": Termination.INTERRUPTED,
    "terminate": Termination.INTERRUPTED,
    "primallimit": Termination.INTERRUPTED,
    "duallimit": Termination.INTERRUPTED,
}
"""SCIP's statuses; the limits on nodes, points and restarts are the rest."""

_MESSAGES = {
    "inforunbd": "infeasible or unbounded",
    "timelimit": "time limit reached",
    "memlimit": "memory limit reached",
    "gaplimit": "optimal within the gap limit",
    "userinterrupt": "interrupted",
}


class Scip(Carded):
    """SCIP through `pyscipopt`.

    >>> from agentopt.solvers.card import cards
    >>> Scip(cards()["scip"]).name
    'scip'
    """

    abilities = frozenset(
        {Feature.GLOBAL, Feature.WARM_START, Feature.INTERRUPT, Feature.PROGRESS, Feature.SHARES}
    )

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
        *,
        shared: Shared | None = None,
    ) -> Solution:
        """Solve the first objective of a model; beside other engines where `shared` is given.

        Raises:
            EngineError: the class is not one of `features`;
                an option is unknown, or an expression has no exact form in SCIP.
        """
        started = time.perf_counter()
        check(self, compiled)
        version = self.available().version
        found = settled(compiled, self.name, version)
        run = _Solve(self.card, version, compiled, limits, report, started)
        if shared is not None:
            run.shared, run.stop = shared, shared.stop
        model = run.model(options)
        if found is None:
            found = run.run(model)
        shown = tuple((name, str(value)) for name, value in sorted(run.settings.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)


@dataclass
class _Solve:
    """One run: the model handed over, the run watched, the outcome read."""

    card: Card
    version: str
    compiled: Compiled
    limits: Limits
    report: Report | None
    started: float
    settings: dict[str, object] = field(default_factory=dict)
    stop: Stop = field(default_factory=Stop)
    latest: Progress | None = None
    shared: Shared | None = None

    def run(self, model: Any) -> Solution:
        plain = without_semicontinuous(self.compiled)
        built = build(plain, model)
        _start(model, built, plain)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "log"
            model.setLogfile(str(path))
            self.limit_time(model)
            if self.shared is not None:
                share(model, built, self.compiled, self.shared)
            failure = self.watched(model)
            model.setLogfile(None)
            log = path.read_text(encoding="utf-8", errors="replace")[-MAX_LOG:] if path.is_file() else ""
        found = self.read(model, built, log, failure)
        if found.termination is Termination.INFEASIBLE_OR_UNBOUNDED:
            found = self.told_apart(found)
        optimal = found.termination is Termination.OPTIMAL
        if optimal and found.values is not None and still_improves(self.compiled, found.values):
            message = f"at values of {np.abs(found.values).max():.0e} the objective still improves"
            found = replace(
                found,
                termination=Termination.UNBOUNDED,
                point=PointStatus.NONE,
                message=message,
                values=None,
                objective=None,
                bound=None,
                pool=(),
            )
        return found

    # -- settings --------------------------------------------------------------------------------------------

    def model(self, options: Mapping[str, object]) -> Any:
        """An empty SCIP model with its options set.

        Raises:
            EngineError: an option that SCIP does not have or take.
        """
        from pyscipopt import Model

        given = checked(self.card, options)
        found: dict[str, object] = {"limits/gap": relative_gap(self.card, self.compiled, self.limits)}
        if self.compiled.problem_class in {ProblemClass.LP, ProblemClass.MILP}:
            # Relative to the side of a row, SCIP's own 1e-6 would be too coarse to compare engines by.
            found["numerics/feastol"] = 1e-7
        if self.limits.seconds is not None:
            found["limits/time"] = float(self.limits.seconds)
        if self.limits.memory_mb is not None:
            found["limits/memory"] = float(self.limits.memory_mb)
        known = dict(given.known)
        emphasis = known.pop("emphasis", None)
        for name, value in known.items():
            found[self.card.options[name].native or name] = value
        found.update(given.native)
        model = Model()
        model.hideOutput()
        # Ctrl-C arrives in the caller's thread, which passes it on.
        model.setParam("misc/catchctrlc", False)
        if emphasis is not None:
            from pyscipopt.scip import PY_SCIP_PARAMEMPHASIS

            names = {"easy": "EASYCIP", "hard": "HARDLP"}
            model.setEmphasis(getattr(PY_SCIP_PARAMEMPHASIS, names.get(str(emphasis), str(emphasis).upper())))
        for native, wanted in found.items():
            _set(self.card, model, native, wanted)
        if emphasis is not None:
            found["emphasis"] = emphasis
        self.settings = found
        return model

    def limit_time(self, model: Any) -> None:
        """What the model took to build comes off the limit."""
        limit = self.settings.get("limits/time")
        if isinstance(limit, float):
            model.setParam("limits/time", max(0.0, limit - (time.perf_counter() - self.started)))

    # -- running ---------------------------------------------------------------------------------------------

    def watched(self, model: Any) -> BaseException | None:
        """Solve under the limits, noting progress."""
        _listen(model, self)
        return watch(
            model.optimizeNogil,
            cancel=model.interruptSolve,
            look=self.look,
            limits=self.limits,
            report=self.report,
            stop=self.stop,
        )

    def look(self) -> Progress:
        seconds = time.perf_counter() - self.started
        return Progress(seconds, None, None) if self.latest is None else replace(self.latest, seconds=seconds)

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, model: Any, built: Built, log: str, failure: BaseException | None) -> Solution:
        status = model.getStatus()
        termination = _TERMINATIONS.get(status, Termination.ITERATION_LIMIT)
        message = _MESSAGES.get(status, status)
        if status in {"userinterrupt", "terminate"} and self.stop.reason is not None:
            termination, message = self.stop.reason, self.stop.message
        if failure is not None:
            termination, message = Termination.ERROR, str(failure)
        columns = built.variables[: self.compiled.num_columns]
        read = [_values(model, point, columns) for point in model.getSols()[: MAX_POOL + 1]]
        points = [tidied(self.compiled, point) for point in read if point is not None]
        if termination in {Termination.INFEASIBLE, Termination.UNBOUNDED}:
            points = []
        objective = bound = None
        if points:
            first = self.compiled.objective
            objective = 0.0 if first is None else objective_value(first, points[0])
        if termination not in {Termination.INFEASIBLE, Termination.UNBOUNDED}:
            bound = _finite(model, model.getDualbound())
        return Solution(
            termination,
            PointStatus.FEASIBLE if points else PointStatus.NONE,
            self.card.name,
            self.version,
            objective=objective,
            bound=bound,
            values=points[0] if points else None,
            ray=_ray(model, columns) if termination is Termination.UNBOUNDED else None,
            pool=tuple(points[1:]),
            iterations=int(model.getNLPIterations()),
            nodes=int(model.getNTotalNodes()),
            message=message,
            log=log,
        )

    def told_apart(self, found: Solution) -> Solution:
        """Infeasible or unbounded: solved again without an objective, which is never unbounded."""
        zero = CompiledObjective("nothing", "minimize", np.zeros(self.compiled.num_columns))
        again = _Solve(
            self.card,
            self.version,
            replace(self.compiled, objectives=(zero,)),
            self.limits,
            self.report,
            self.started,
        )
        again.settings = dict(self.settings)
        model = again.model({name: value for name, value in self.settings.items() if name != "emphasis"})
        feasible = again.run(model)
        if feasible.termination is Termination.INFEASIBLE:
            return replace(found, termination=Termination.INFEASIBLE, message="infeasible", bound=None)
        if feasible.has_point:
            return replace(found, termination=Termination.UNBOUNDED, message="unbounded", bound=None)
        return found


def _listen(model: Any, solve: _Solve) -> None:
    from pyscipopt.scip import PY_SCIP_EVENTTYPE as SCIP_EVENTTYPE
    from pyscipopt.scip import Eventhdlr

    class Noting(Eventhdlr):
        def eventinit(self) -> None:
            for kind in (SCIP_EVENTTYPE.BESTSOLFOUND, SCIP_EVENTTYPE.NODESOLVED, SCIP_EVENTTYPE.LPSOLVED):
                self.model.catchEvent(kind, self)

        def eventexec(self, event: Any) -> None:
            incumbent = _finite(model, model.getPrimalbound()) if model.getNSols() else None
            bound = _finite(model, model.getDualbound())
            solve.latest = Progress(0.0, incumbent, bound, int(model.getNTotalNodes()))
            if solve.stop.reason is not None:
                model.interruptSolve()

    model.includeEventhdlr(Noting(), "noting", "notes incumbents and bounds")


def _set(card: Card, model: Any, name: str, value: object) -> None:
    """Set one native parameter."""
    if name.startswith("display/") or name == "misc/catchctrlc":
        raise EngineError(f"option `{name}` cannot be set", hint="the log is in the solution's `log`")
    try:
        model.getParam(name)
    except KeyError:
        raise unknown(card, name, model.getParams()) from None
    text = {"true": 1, "on": 1, "false": 0, "off": 0}
    read = text.get(value.casefold(), value) if isinstance(value, str) else value
    try:
        model.setParam(name, read)
    except (ValueError, TypeError, LookupError, OverflowError) as error:
        raise EngineError(f"option `{name}` of {card.title} cannot be {value!r}") from error


def _start(model: Any, built: Built, compiled: Compiled) -> None:
    """Give the start values, where some are given."""
    if compiled.start is None:
        return
    given = np.flatnonzero(~np.isnan(compiled.start)).tolist()
    if not given:
        return
    point = model.createPartialSol()
    for j in given:
        model.setSolVal(point, built.variables[j], float(compiled.start[j]))
    model.addSol(point)


def _values(model: Any, point: Any, columns: list[Any]) -> Values | None:
    values = np.array([model.getSolVal(point, each) for each in columns], dtype=float)
    return values if (np.abs(values) < model.infinity()).all() else None


def _ray(model: Any, columns: list[Any]) -> Values | None:
    if not model.hasPrimalRay():
        return None
    with contextlib.suppress(KeyError):
        return np.array([model.getPrimalRayVal(each) for each in columns], dtype=float)
    return None


def _finite(model: Any, value: float) -> float | None:
    return float(value) if abs(value) < model.infinity() else None
