"""Which engine solves which class: the priorities of the cards; HiGHS only where convexity is proved."""

from __future__ import annotations

__all__ = ["Route", "require", "route", "routes"]

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentopt.compiling.arrays import Compiled
from agentopt.errors import AvailabilityError, EngineError
from agentopt.solvers.base import Availability, Engine, Feature
from agentopt.solvers.card import Card
from agentopt.solvers.classes import check, feature
from agentopt.solvers.registry import cards, engines


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
        raise EngineError(f"no engine solves problems of class {wanted.value}")
    reasons = "; ".join(f"{name}: {why.reason}" for name, why in skipped)
    raise AvailabilityError(
        f"no engine for problems of class {wanted.value} is there ({reasons})", hint=skipped[0][1].fix
    )


def routes(compiled: Compiled, override: Path | None = None) -> list[Engine]:
    """The engines that solve a model's class, there or not, by priority."""
    wanted = feature(compiled)
    known = cards(override)
    able = [each for each in engines(override).values() if wanted in each.features]
    return sorted(able, key=lambda each: (-_priority(known, each, wanted), each.name))


def require(engine: Engine, compiled: Compiled, override: Path | None = None) -> None:
    """See that an engine asked for by name is there and can solve a model.

    Raises:
        AvailabilityError: it is not there.
        EngineError: it does not solve the model's class.
    """
    available = engine.available()
    if not available:
        raise AvailabilityError(
            f"engine `{engine.name}` is not available: {available.reason}", hint=available.fix
        )
    check(engine, compiled, [each.name for each in routes(compiled, override)])


def _priority(known: Mapping[str, Card], engine: Engine, wanted: Feature) -> int:
    """The card's number; an engine of an entry point without a card comes after those with one."""
    card = known.get(engine.name)
    by_class: Mapping[str, int] = {} if card is None else {str(k): v for k, v in card.priority.items()}
    return by_class.get(wanted.value, 0)
