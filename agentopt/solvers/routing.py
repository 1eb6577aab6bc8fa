"""Which engine solves which class: the priorities of the cards; HiGHS only where convexity is proved."""

from __future__ import annotations

__all__ = ["Route", "require", "route", "routes"]

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from agentopt.compiling.arrays import Compiled
from agentopt.compiling.evaluate import nonlinear_size
from agentopt.errors import AvailabilityError, EngineError
from agentopt.solvers.base import Availability, Engine, Feature
from agentopt.solvers.classes import check, feature, refusal
from agentopt.solvers.registry import ENGINES, cards, engine, engines

PREFERRED = 1000
"""The priority of an engine made for models of this size."""


@dataclass(frozen=True)
class Route:
    """Who solves a model.

    Attributes:
        engine: the first engine that can and is there.
        feature: the class as engines are asked for it.
        skipped: (engine, why not) of those that would have been preferred.
    """

    engine: Engine
    feature: Feature
    skipped: tuple[tuple[str, Availability], ...] = ()


def route(compiled: Compiled, override: Path | None = None) -> Route:
    """The engine for a model: by priority among those that solve its class and are there.

    Raises:
        AvailabilityError: none is there; the hint says what to type.
        EngineError: no engine solves the class.
    """
    wanted = feature(compiled)
    skipped: list[tuple[str, Availability]] = []
    for candidate in routes(compiled, override):
        available = candidate.available()
        if available:
            return Route(candidate, wanted, tuple(skipped))
        skipped.append((candidate.name, available))
    if not skipped:
        raise _nobody(compiled, wanted, override)
    reasons = "; ".join(f"{name}: {why.reason}" for name, why in skipped)
    raise AvailabilityError(
        f"no engine for problems of class {wanted.value} is there ({reasons})", hint=skipped[0][1].fix
    )


def _nobody(compiled: Compiled, wanted: Feature, override: Path | None) -> EngineError:
    """What is said where every engine for the class refuses the model, or there is none."""
    refused = [
        f"`{name}`: {why}"
        for name, card in cards(override).items()
        if name in ENGINES and card.rank(wanted.value) and (why := refusal(engine(name, override), compiled))
    ]
    if not refused:
        return EngineError(f"no engine solves problems of class {wanted.value}")
    return EngineError(
        f"no engine takes this problem of class {wanted.value} ({'; '.join(refused)})",
        hint="restate what they refuse, or leave it out",
    )


def routes(compiled: Compiled, override: Path | None = None) -> Iterator[Engine]:
    """The engines that solve a model's class, there or not, by the priority of their cards.

    An engine's module is imported when its turn comes; those of entry points without a card come last. A
    priority of 0 is for engines that are only asked for by name.
    """
    wanted = feature(compiled)
    known = cards(override)
    bare = any(not each.restated for each in compiled.structures)
    size = nonlinear_size(compiled)
    ranked = {
        name: card.rank(wanted.value)
        for name, card in known.items()
        if card.rank(wanted.value) > 0 and (bare or compiled.num_columns >= card.least_columns)
    } | {
        name: PREFERRED
        for name, card in known.items()
        if wanted.value in card.priority and 0 < card.preferred_from <= size
    }
    for name in sorted(ranked, key=lambda each: (-ranked[each], each)):
        if name in ENGINES or name in engines(override):
            candidate = engine(name, override)
            if not refusal(candidate, compiled):
                yield candidate
    for name, other in sorted(engines(override).items()):
        if name not in known and wanted in other.features and not refusal(other, compiled):
            yield other


def require(chosen: Engine, compiled: Compiled, override: Path | None = None) -> None:
    """See that an engine asked for by name can solve a model and is there: nobody installs it in vain.

    Raises:
        EngineError: it does not solve the model's class.
        AvailabilityError: it is not there.
    """
    if feature(compiled) not in chosen.features:
        check(chosen, compiled, [each.name for each in routes(compiled, override)])
    why = refusal(chosen, compiled)
    if why:
        raise EngineError(
            f"`{chosen.name}` does not take this model: {why}", hint=_others(chosen, compiled, override)
        )
    available = chosen.available()
    if not available:
        raise AvailabilityError(
            f"engine `{chosen.name}` is not available: {available.reason}", hint=available.fix
        )


def _others(chosen: Engine, compiled: Compiled, override: Path | None) -> str:
    names = [each.name for each in routes(compiled, override) if each.name != chosen.name]
    return f"leave the engine out, or name one of: {', '.join(names)}" if names else ""
