"""The black-box engines as the others are: a card, availability, a place in the list; and which one suits.

They take a study, not arrays: `solve` of an engine here says so.
"""

from __future__ import annotations

__all__ = ["PROPOSERS", "BlackBox", "chosen", "made"]

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import NoReturn, cast

from agentopt.compiling.arrays import Compiled
from agentopt.errors import AvailabilityError, EngineError, nearest
from agentopt.solvers.availability import availability
from agentopt.solvers.base import Availability, Feature, Limits, Report
from agentopt.solvers.blackbox.proposing import Proposer
from agentopt.solvers.blackbox.space import Space
from agentopt.solvers.blackbox.study import Study
from agentopt.solvers.card import Card, cards
from agentopt.solvers.classes import check

PROPOSERS: Mapping[str, str] = {
    "tpe": "libraries:Tpe",
    "cmaes": "libraries:CmaEs",
    "consensus": "consensus:Consensus",
    "random": "proposing:Random",
}
"""Where each is; made with the space, a seed and the number of evaluations."""

FEW = 100
"""Evaluations up to which each is worth a model of the objective."""


class BlackBox:
    """An engine for objectives that are only evaluated.

    >>> from agentopt.solvers.card import cards
    >>> BlackBox(cards()["random"]).features
    frozenset({<Feature.BLACK_BOX: 'black-box'>})
    """

    def __init__(self, card: Card) -> None:
        self.card = card
        self.name = card.name
        self.features = frozenset({Feature.BLACK_BOX})

    def available(self) -> Availability:
        """Whether its package is installed."""
        return availability(self.card)

    def solve(
        self,
        compiled: Compiled,
        limits: Limits = Limits(),  # noqa: B008 - frozen
        options: Mapping[str, object] = {},
        report: Report | None = None,
    ) -> NoReturn:
        """Refuse: arrays have an objective that can be read.

        Raises:
            EngineError: always.
        """
        check(self, compiled)
        raise EngineError(f"`{self.name}` searches studies", hint="see `agentopt blackbox --help`")


def chosen(study: Study, evaluations: int, wanted: str | None) -> tuple[str, str]:
    """The engine for a study, and why.

    Raises:
        EngineError: there is none of the name.
        AvailabilityError: the one asked for is not installed.
    """
    known = cards()
    if wanted is not None:
        if wanted not in PROPOSERS:
            hint = nearest(wanted, PROPOSERS) or f"engines: {', '.join(PROPOSERS)}"
            raise EngineError(f"there is no black-box engine `{wanted}`", hint=hint)
        available = availability(known[wanted])
        if not available:
            raise AvailabilityError(
                f"engine `{wanted}` is not available: {available.reason}", hint=available.fix
            )
        return wanted, "asked for"
    words = any(each.choices for each in study.variables.values())
    if words:
        first, why = "tpe", "some variables are words"
    elif evaluations <= FEW:
        first, why = "tpe", f"at most {FEW} evaluations"
    else:
        first, why = "cmaes", f"numbers only, and more than {FEW} evaluations"
    available = availability(known[first])
    if available:
        return first, why
    return "consensus", f"`{first}` would come first, but {available.reason}: {available.fix}"


def made(name: str, box: Space, seed: int, evaluations: int) -> Proposer:
    """An engine that has seen nothing yet."""
    module, _, attribute = PROPOSERS[name].partition(":")
    make = getattr(import_module(f"agentopt.solvers.blackbox.{module}"), attribute)
    return cast(Callable[[Space, int, int], Proposer], make)(box, seed, evaluations)
