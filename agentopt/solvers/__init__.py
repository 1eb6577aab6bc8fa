"""Engines: protocol, cards, routing, solutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentopt.solvers.base import Availability, Engine, Feature, Limits, Report
    from agentopt.solvers.card import Card, cards
    from agentopt.solvers.registry import engine, engines
    from agentopt.solvers.routing import route
    from agentopt.solvers.settling import solve
    from agentopt.solvers.solution import PointStatus, Progress, Solution, Termination

__all__ = [
    "Availability",
    "Card",
    "Engine",
    "Feature",
    "Limits",
    "PointStatus",
    "Progress",
    "Report",
    "Solution",
    "Termination",
    "cards",
    "engine",
    "engines",
    "route",
    "solve",
]

_HOMES = {
    "Availability": "base",
    "Card": "card",
    "Engine": "base",
    "Feature": "base",
    "Limits": "base",
    "PointStatus": "solution",
    "Progress": "solution",
    "Report": "base",
    "Solution": "solution",
    "Termination": "solution",
    "cards": "card",
    "engine": "registry",
    "engines": "registry",
    "route": "routing",
    "solve": "settling",
}


def __getattr__(name: str) -> object:
    """Import the module of a public name when it is first asked for."""
    if name in _HOMES:
        from importlib import import_module

        return getattr(import_module(f"agentopt.solvers.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
