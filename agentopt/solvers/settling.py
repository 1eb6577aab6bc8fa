"""One call that solves any compiled model.

The engine is the one named, or the first of the route that is there; where a local engine finds no point,
the next of the route is asked, since that proves nothing. Objectives of several priorities are settled one
after the other: what one level reached becomes a row of the next, loosened by its `tolerance`.
"""

from __future__ import annotations

__all__ = ["solve"]

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from agentopt.compiling.arrays import Compiled, CompiledObjective
from agentopt.compiling.evaluate import objective_value
from agentopt.errors import AvailabilityError, EngineError
from agentopt.solvers.base import Engine, Feature, Limits, Report
from agentopt.solvers.classes import feature
from agentopt.solvers.levels import held, only
from agentopt.solvers.registry import engine as named
from agentopt.solvers.routing import require, route, routes
from agentopt.solvers.solution import PointStatus, Solution, Termination

_SETTLED = {Termination.OPTIMAL, Termination.LOCALLY_OPTIMAL}

LEAST_SECONDS = 0.1
"""Time a later step is given even when the earlier ones have used it up."""


def solve(
    compiled: Compiled,
    *,
    engine: str | None = None,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    options: Mapping[str, object] = {},
    report: Report | None = None,
    cards: Path | None = None,
    race: bool = False,
) -> Solution:
    """Solve a model with the engine its class is routed to, or the one named.

    With objectives of several priorities, `objective` and `bound` are those of the first level, and `message`
    says what each level came to.

    Args:
        compiled: the model.
        engine: its name; None for the route.
        limits: where to stop; the time is for all steps together.
        options: of the engine, by the names of its card or its own.
        report: called with progress; True asks to stop.
        cards: a folder of engine cards that goes before the usual ones.
        race: whether a second engine may join in on a mixed-integer linear problem, where no engine is
            named and no option given.

    Raises:
        AvailabilityError: the engine, or every one for the class, is not there; the hint says what to type.
        EngineError: the engine named does not solve the class, or an option is unknown.
    """
    started = time.perf_counter()

    def one(model: Compiled) -> Solution:
        left, spent = limits, time.perf_counter() - started
        if limits.seconds is not None and spent > 0.01:
            left = replace(limits, seconds=max(min(LEAST_SECONDS, limits.seconds), limits.seconds - spent))
        if engine is None and race and not options and feature(model) is Feature.MILP:
            return named("race", cards).solve(model, left, {}, report)
        if engine is None:
            return _routed(model, left, options, report, cards)
        chosen = named(engine, cards)
        require(chosen, model, cards)
        return chosen.solve(model, left, options, report)

    levels = compiled.levels
    found = one(compiled) if len(levels) < 2 else _by_level(compiled, levels, one)
    return replace(found, seconds=time.perf_counter() - started)


def _routed(
    compiled: Compiled,
    limits: Limits,
    options: Mapping[str, object],
    report: Report | None,
    cards: Path | None,
) -> Solution:
    """Solve with the first engine of the route; with the next where a local one comes to nothing."""
    chosen = route(compiled, cards)
    notes = [f"`{name}` would come first, but {why.reason}: {why.fix}" for name, why in chosen.skipped]
    started = time.perf_counter()
    found = chosen.engine.solve(compiled, limits, options, report)
    if Feature.GLOBAL not in chosen.engine.features and found.termination is Termination.ERROR:
        other = _global_engine(compiled, chosen.engine, cards)
        if other is not None:
            notes.append(f"`{found.engine}`: {found.message}")
            if limits.seconds is not None:
                left = limits.seconds - (time.perf_counter() - started)
                limits = replace(limits, seconds=max(LEAST_SECONDS, left))
            # Options are the first engine's; what the second has no words for is not asked of it.
            found = other.solve(compiled, limits, {}, report)
    return replace(found, message="; ".join([found.message, *notes])) if notes else found


def _global_engine(compiled: Compiled, first: Engine, cards: Path | None) -> Engine | None:
    others = [each for each in routes(compiled, cards) if each.name != first.name]
    return next((e for e in others if Feature.GLOBAL in e.features and e.available()), None)


def _by_level(
    compiled: Compiled, levels: tuple[CompiledObjective, ...], one: Callable[[Compiled], Solution]
) -> Solution:
    """Settle the levels in turn; stops where one does not come to an end, with the point reached so far."""
    model, notes = compiled, list[str]()
    found: list[Solution] = []
    for number, level in enumerate(levels):
        current = only(model, level)
        try:
            solution = one(current)
        except EngineError as error:
            if not found or isinstance(error, AvailabilityError):
                raise
            raise EngineError(
                f"objective `{level.name}`, after those of higher priority became constraints: "
                f"{error.message}",
                hint=error.hint,
            ) from error
        found.append(solution)
        if solution.has_point:
            notes.append(f"`{level.name}` {solution.objective:.10g}")
        if solution.termination not in _SETTLED or solution.values is None:
            if number:
                notes.append(f"`{level.name}`: {solution.message}")
            break
        if number + 1 < len(levels):
            model = held(model, level, solution.values)
    return _combined(compiled, levels, found, notes)


def _combined(
    compiled: Compiled, levels: tuple[CompiledObjective, ...], found: list[Solution], notes: list[str]
) -> Solution:
    """The last point there is, under the objective and bound of the first level."""
    first, last = found[0], found[-1]
    point = next((each for each in reversed(found) if each.has_point), None)
    if point is None or point.values is None:
        return last
    termination = last.termination
    if termination in _SETTLED and any(each.termination is Termination.LOCALLY_OPTIMAL for each in found):
        termination = Termination.LOCALLY_OPTIMAL
    elif termination in {Termination.INFEASIBLE, Termination.INFEASIBLE_OR_UNBOUNDED}:
        # The levels before had a point, so only tolerances can have lost it.
        termination = Termination.ERROR
    rows = compiled.num_rows
    return replace(
        last,
        termination=termination,
        point=PointStatus.FEASIBLE,
        values=point.values,
        objective=objective_value(levels[0], point.values),
        bound=first.bound,
        duals=None if last.duals is None else last.duals[:rows],
        pool=(),
        iterations=sum(each.iterations for each in found),
        nodes=sum(each.nodes for each in found),
        message="; ".join([last.message, *notes])
        if len(found) == 1
        else f"{last.message}; levels: {'; '.join(notes)}",
        log="\n".join(each.log for each in found)[-200_000:],
    )
