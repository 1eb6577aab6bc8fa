"""Engines by name: one table, and the entry points of the group `agentopt.engines`.

An entry point's name is the engine's; it is called with its card, or None where no card has that name.
"""

from __future__ import annotations

__all__ = ["ENGINES", "bare", "cards", "engine", "engines"]

import functools
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import cast

from agentopt.errors import EngineError, nearest
from agentopt.solvers.base import Engine
from agentopt.solvers.card import Card, cards

ENGINES: Mapping[str, str] = {
    "highs": "agentopt.solvers.highs:Highs",
    "scip": "agentopt.solvers.scip:Scip",
    "ipopt": "agentopt.solvers.ipopt:Ipopt",
    "clarabel": "agentopt.solvers.conic.engine:Clarabel",
    "cpsat": "agentopt.solvers.cpsat:Cpsat",
    "knapsack": "agentopt.solvers.knapsack:Knapsack",
    "cutting": "agentopt.solvers.cutting:Cutting",
    "tsp": "agentopt.solvers.tsp:Tsp",
    "vrp": "agentopt.solvers.vrp:Vrp",
    "race": "agentopt.solvers.race:Race",
    "alns": "agentopt.solvers.alns.engine:Alns",
    "gradient": "agentopt.solvers.gradient:Gradient",
    "tpe": "agentopt.solvers.blackbox.engines:BlackBox",
    "cmaes": "agentopt.solvers.blackbox.engines:BlackBox",
    "consensus": "agentopt.solvers.blackbox.engines:BlackBox",
    "random": "agentopt.solvers.blackbox.engines:BlackBox",
}
"""Where each engine's class is; it is made with its card."""

_GROUP = "agentopt.engines"


def engines(override: Path | None = None) -> dict[str, Engine]:
    """Every engine there is, available or not.

    Args:
        override: a folder of cards that goes before the usual ones.

    Raises:
        SettingsError: a card is malformed.

    >>> engines()["highs"].name
    'highs'
    """
    known = cards(override)
    found: dict[str, Engine] = {name: _made(name, known[name], override) for name in ENGINES if name in known}
    for point in _plug_ins(tuple(map(str, sys.path))):
        if point.name not in found:
            found[point.name] = _placed(cast(Engine, point.load()(known.get(point.name))), known, override)
    return found


def engine(name: str, override: Path | None = None) -> Engine:
    """One engine by name; only its own module is imported.

    Raises:
        EngineError: there is none of that name; the hint has the nearest.
    """
    if name in ENGINES:
        known = cards(override)
        if name in known:
            return _made(name, known[name], override)
    found = engines(override)
    if name not in found:
        hint = nearest(name, found) or f"engines: {', '.join(sorted(found))}"
        raise EngineError(f"there is no engine `{name}`", hint=hint)
    return found[name]


def bare(name: str, override: Path | None = None) -> Engine:
    """An engine itself, even one whose card gives it a process of its own: what a worker runs.

    Raises:
        EngineError: there is none of that name.
    """
    if name in ENGINES:
        return cast(Engine, _class(ENGINES[name])(cards(override)[name]))
    found = engine(name, override)
    return cast(Engine, getattr(found, "engine", found))


def _made(name: str, card: Card, override: Path | None) -> Engine:
    return _placed(cast(Engine, _class(ENGINES[name])(card)), {name: card}, override)


def _placed(made: Engine, known: Mapping[str, Card], override: Path | None) -> Engine:
    """An engine, behind a worker process where its card asks for one."""
    if made.name not in known or known[made.name].process == "shared":
        return made
    from agentopt.solvers.isolated import Isolated

    return Isolated(made, override)


@functools.lru_cache(maxsize=4)
def _plug_ins(path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    """Looked up once a path: metadata of everything installed is read, and certificates solve often."""
    return tuple(entry_points(group=_GROUP))


def _class(home: str) -> type:
    module, _, attribute = home.partition(":")
    return cast(type, getattr(import_module(module), attribute))
