"""HiGHS, from arrays: linear, mixed-integer linear and convex quadratic problems.

One `passModel` hands the model over; the solver runs in a thread of its own under `watching`. Duals and reduced
costs are derivatives of the objective in the model's own sense, for minimization and maximization alike.
"""

from __future__ import annotations

__all__ = ["Highs"]

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from agentopt.compiling.arrays import Compiled, Integrality
from agentopt.compiling.highs_model import build, silent
from agentopt.errors import EngineError
from agentopt.formulation.instance import Values
from agentopt.solvers.availability import availability
from agentopt.solvers.base import Availability, Feature, Limits, Report
from agentopt.solvers.cards import Card
from agentopt.solvers.gap import relative_gap
from agentopt.solvers.options import checked, unknown
from agentopt.solvers.semicontinuous import without_semicontinuous
from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination
from agentopt.solvers.trivial import settled
from agentopt.solvers.watching import Stop, watch

MAX_LOG = 200_000
"""Characters of log that are kept, the last ones."""

MAX_POOL = 10
"""Incumbents that are kept beside the best."""

_OURS = frozenset({"output_flag", "log_to_console", "log_file"})
"""Options that would make HiGHS write where it must not; the log is in the solution."""

_BLENDED = 1e-9
"""Smallest coefficient HiGHS keeps unless told otherwise."""


class Highs:
    """HiGHS through `highspy`.

    >>> from agentopt.solvers.cards import cards
    >>> Highs(cards()["highs"]).name
    'highs'
    """

    def __init__(self, card: Card) -> None:
        self.card = card
        self.name = card.name
        self.features = frozenset(Feature(each) for each in card.priority) | {
            Feature.GLOBAL,
            Feature.DUALS,
            Feature.WARM_START,
            Feature.INTERRUPT,
            Feature.PROGRESS,
            Feature.CONFLICT,
        }

    def available(self) -> Availability:
        """Whether highspy is installed in a version that can be trusted."""
        return availability(self.card)

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},  # noqa: B006 - never changed
        report: Report | None = None,
    ) -> Solution:
        """Solve the first objective of a model.

        Raises:
            EngineError: an option is unknown, or HiGHS does not take the model.
        """
        started = time.perf_counter()
        version = self.available().version
        chosen = _settings(self.card, compiled, limits, options)
        found = settled(compiled, self.name, version)
        if found is None:
            plain = without_semicontinuous(compiled)
            found = _Solve(self.card, version, compiled, plain, limits, report, chosen).run()
        shown = tuple((name, str(value)) for name, value in sorted(chosen.items()))
        return replace(found, options=shown, seconds=time.perf_counter() - started)


def _settings(
    card: Card, compiled: Compiled, limits: Limits, options: Mapping[str, object]
) -> dict[str, object]:
    """Native options: the card's defaults, the limits, then what the user asked for.

    Raises:
        EngineError: one that HiGHS does not have or take.
    """
    given = checked(card, options)
    found: dict[str, object] = {}
    if (compiled.integrality != Integrality.CONTINUOUS).any():
        found["mip_rel_gap"] = relative_gap(card, compiled, limits)
        if found["mip_rel_gap"] == 0:
            found["mip_abs_gap"] = 1e-9
    smallest = np.abs(compiled.matrix.values[compiled.matrix.values != 0]).min(initial=np.inf)
    if smallest <= _BLENDED:
        found["small_matrix_value"] = 1e-12
    if limits.seconds is not None:
        found["time_limit"] = float(limits.seconds)
    for name, value in given.known.items():
        found[card.options[name].native or name] = value
    if limits.threads is not None and "threads" not in options:
        found["threads"] = limits.threads
    found.update(given.native)
    probe = silent()
    for name, value in list(found.items()):
        if name in _OURS:
            raise EngineError(f"option `{name}` cannot be set", hint="the log is in the solution's `log`")
        found[name] = _set(card, probe, name, value)
    return found


def _set(card: Card, highs: Any, name: str, value: object) -> object:
    """Set one native option; the value in HiGHS's own type."""
    import highspy

    status, kind = highs.getOptionType(name)
    if status == highspy.HighsStatus.kError:
        raise unknown(card, name, [n for n in dir(highs.getOptions()) if not n.startswith("_")])
    read = {
        highspy.HighsOptionType.kBool: lambda v: {"true": True, "on": True, "false": False, "off": False}[
            str(v).casefold()
        ],
        highspy.HighsOptionType.kInt: lambda v: int(str(v)),
        highspy.HighsOptionType.kDouble: lambda v: float(str(v)),
        highspy.HighsOptionType.kString: str,
    }[kind]
    try:
        converted: object = read(value)
    except (ValueError, KeyError):
        raise EngineError(f"option `{name}` of {card.title} cannot be {value!r}") from None
    if highs.setOptionValue(name, converted) == highspy.HighsStatus.kError:
        raise EngineError(f"option `{name}` of {card.title} cannot be {value!r}")
    return converted


@dataclass
class _Solve:
    """One run: the model handed over, the run watched, the outcome read."""

    card: Card
    version: str
    compiled: Compiled
    plain: Compiled
    limits: Limits
    report: Report | None
    settings: Mapping[str, object]
    started: float = field(default_factory=time.perf_counter)
    stop: Stop = field(default_factory=Stop)
    log: deque[str] = field(default_factory=deque)
    latest: Progress = Progress(0.0, None, None)
    pool: deque[Values] = field(default_factory=lambda: deque(maxlen=MAX_POOL + 1))

    def run(self) -> Solution:
        highs = self.highs(self.plain)
        self.start(highs)
        self.watched(highs.run)
        return self.read(highs)

    # -- running ---------------------------------------------------------------------------------------------

    def highs(self, model: Compiled, **extra: object) -> Any:
        """A HiGHS with the options and a model."""
        highs = silent()
        for name, value in {**self.settings, **extra}.items():
            highs.setOptionValue(name, value)
        build(model, highs=highs)
        self.listen(highs)
        return highs

    def start(self, highs: Any) -> None:
        """Give the start values, where some are given, to the search for integer points."""
        start = self.plain.start
        if start is None or not self.plain.integrality.any():
            return
        given = np.flatnonzero(~np.isnan(start))
        if len(given):
            highs.setSolution(len(given), given.astype(np.int32), start[given])

    def watched(self, work: Any) -> None:
        """Run something of HiGHS under the limits."""
        watch(
            work,
            cancel=_nothing,
            look=lambda: replace(self.latest, seconds=time.perf_counter() - self.started),
            limits=self.limits,
            report=self.report,
            stop=self.stop,
        )

    def listen(self, highs: Any) -> None:
        """Subscribe to what is logged, found and asked."""
        from highspy import cb

        kinds = cb.HighsCallbackType
        interrupts = {
            kinds.kCallbackSimplexInterrupt,
            kinds.kCallbackIpmInterrupt,
            kinds.kCallbackMipInterrupt,
            kinds.kHighsCallbackQpInterrupt,
        }

        def heard(kind: Any, message: str, out: Any, into: Any, _: Any) -> None:
            if kind in interrupts:
                if self.stop.reason is not None:
                    into.user_interrupt = True
                if kind == kinds.kCallbackMipInterrupt:
                    self.latest = _progress(out)
            elif kind == kinds.kCallbackLogging:
                self.log.append(message)
                if len(self.log) > 4000:
                    self.log.popleft()
            elif kind == kinds.kCallbackMipImprovingSolution:
                self.latest = _progress(out)
                self.pool.append(np.array(out.mip_solution)[: self.compiled.num_columns])
            else:
                self.latest = _progress(out)

        highs.setCallback(heard, None)
        for kind in (
            *interrupts,
            kinds.kCallbackLogging,
            kinds.kCallbackMipImprovingSolution,
            kinds.kCallbackMipLogging,
        ):
            highs.startCallback(kind)

    # -- reading ---------------------------------------------------------------------------------------------

    def read(self, highs: Any) -> Solution:
        status = highs.getModelStatus()
        termination = _terminations().get(status.name, Termination.ERROR)
        message = highs.modelStatusToString(status)
        info = highs.getInfo()
        discrete = bool(self.plain.integrality.any())
        if self.stop.reason is not None and status.name in {"kInterrupt", "kHighsInterrupt"}:
            termination, message = self.stop.reason, self.stop.message
        n, m = self.compiled.num_columns, self.compiled.num_rows
        values = objective = duals = reduced = bound = None
        point = PointStatus.NONE
        solution = highs.getSolution()
        if solution.value_valid and info.primal_solution_status:
            values = np.array(solution.col_value)[:n]
            objective = float(info.objective_function_value)
            point = PointStatus.FEASIBLE if info.primal_solution_status == 2 else PointStatus.INFEASIBLE
        if discrete:
            bound = _finite(info.mip_dual_bound)
        elif termination is Termination.OPTIMAL:
            bound = objective
            if solution.dual_valid:
                duals, reduced = np.array(solution.row_dual)[:m], np.array(solution.col_dual)[:n]
        return Solution(
            termination,
            point,
            self.card.name,
            self.version,
            objective=objective,
            bound=bound,
            values=values,
            duals=duals,
            reduced_costs=reduced,
            iterations=max(0, info.simplex_iteration_count),
            nodes=max(0, info.mip_node_count),
            message=message,
            log="".join(self.log)[-MAX_LOG:],
        )


def _nothing() -> None:
    """HiGHS asks whether to stop; it needs no telling."""


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _progress(out: Any) -> Progress:
    return Progress(
        0.0, _finite(out.mip_primal_bound), _finite(out.mip_dual_bound), max(0, int(out.mip_node_count))
    )


def _terminations() -> dict[str, Termination]:
    return {
        "kOptimal": Termination.OPTIMAL,
        "kInfeasible": Termination.INFEASIBLE,
        "kUnbounded": Termination.UNBOUNDED,
        "kUnboundedOrInfeasible": Termination.INFEASIBLE_OR_UNBOUNDED,
        "kTimeLimit": Termination.TIME_LIMIT,
        "kMemoryLimit": Termination.MEMORY_LIMIT,
        "kIterationLimit": Termination.ITERATION_LIMIT,
        "kSolutionLimit": Termination.ITERATION_LIMIT,
        "kObjectiveTarget": Termination.INTERRUPTED,
        "kObjectiveBound": Termination.INTERRUPTED,
        "kInterrupt": Termination.INTERRUPTED,
        "kHighsInterrupt": Termination.INTERRUPTED,
    }
