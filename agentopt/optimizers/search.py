"""The one protocol of all optimizers: a search is a generator of trials.

It yields the trials it wants and is sent what came of them, so that a method reads like the pseudocode of
its paper, while the driver owns evaluation, budget, journal and resume. A search is a pure function of its
arguments and of what it is sent: replaying the journal brings it back to where it was.
"""

from __future__ import annotations

__all__ = ["AskTell", "Method", "Search"]

import random
from collections.abc import Generator, Sequence
from typing import Protocol

from agentopt.evaluation.trials import Candidate, Evaluation, Splits, Trial
from agentopt.optimizers.asking import Asking

Search = Generator[Sequence[Trial], Sequence[Evaluation], None]
"""Yields trials, is sent an evaluation for each, in order; ends when the method has nothing more to try."""


class Method(Protocol):
    """An optimizer with its settings."""

    def search(self, seed: Candidate, data: Splits, *, model: Asking, rng: random.Random) -> Search:
        """A search from a candidate.

        Args:
            seed: where it begins.
            data: the examples it may use: those of `train` and `val`. The driver hides `test`.
            model: the optimizer model.
            rng: the only source of chance.
        """
        ...


class AskTell:
    """The same search, for callers who evaluate trials in a loop of their own.

    >>> from agentopt.evaluation.trials import Example
    >>> class Twice:
    ...     def search(self, seed, data, *, model, rng):
    ...         (first,) = yield [Trial(seed, data.val, "val")]
    ...         yield [Trial(seed.child({"text": "b"}, "twice"), data.val, "val")]
    >>> data = Splits((), (Example("1", {"question": "?"}),))
    >>> loop = AskTell(Twice().search(Candidate({"text": "a"}), data, model=None, rng=random.Random(0)))
    >>> tried = []
    >>> while trials := loop.ask():
    ...     tried += [trial.candidate.texts["text"] for trial in trials]
    ...     loop.tell([Evaluation(trial, ()) for trial in trials])
    >>> tried
    ['a', 'b']
    """

    def __init__(self, search: Search) -> None:
        self._search = search
        self._trials: Sequence[Trial] = next(search, ())

    def ask(self) -> Sequence[Trial]:
        """The trials to evaluate; none when the search has ended."""
        return self._trials

    def tell(self, evaluations: Sequence[Evaluation]) -> None:
        """What came of them, in order."""
        try:
            self._trials = self._search.send(evaluations)
        except StopIteration:
            self._trials = ()
