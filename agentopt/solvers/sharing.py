"""Engines side by side on one model: what each is given so that it can offer points and take others'.

An engine that can do so lists `Feature.SHARES` and takes `shared` as a further argument of `solve`. It offers
every improving point as it finds it, asks `take` wherever it can use a point, and is stopped through `stop`.
An engine in a process of its own does the same from the thread that listens to it.
"""

from __future__ import annotations

__all__ = ["Shared", "SharingEngine"]

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

from agentopt.compiling.arrays import Compiled
from agentopt.formulation.instance import Values
from agentopt.solvers.base import Engine, Limits, Report
from agentopt.solvers.solution import Solution
from agentopt.solvers.watching import Stop


class Shared(Protocol):
    """One engine's side of what is shared; safe to use from any thread.

    Attributes:
        stop: asked when the engine is to give what it has.
    """

    stop: Stop

    def offer(self, values: Values) -> None:
        """A point the engine found, shape (n,) for the columns of the model as given."""

    def take(self) -> Values | None:
        """A point of another engine, better than all this one has offered or taken; None without one."""


@runtime_checkable
class SharingEngine(Engine, Protocol):
    """An engine that works beside others."""

    def solve(
        self,
        compiled: Compiled,
        limits: Limits,
        options: Mapping[str, object],
        report: Report | None = None,
        *,
        shared: Shared | None = None,
    ) -> Solution:
        """Solve, as `Engine.solve` does, sharing points where `shared` is given."""
