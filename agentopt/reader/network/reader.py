"""The learned reader: several anonymisations of a text are read, and what most of them say is the reading."""

from __future__ import annotations

__all__ = ["NUM_READINGS", "Learned", "read"]

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from threadpoolctl import ThreadpoolController

from agentopt.reader.network.decoding import Chances, Decoded, chances, decode
from agentopt.reader.network.features import features
from agentopt.reader.network.forward import forward
from agentopt.reader.network.targets import FAMILIES
from agentopt.reader.network.weights import Network, shipped
from agentopt.reader.reading import Mix
from agentopt.reader.tokens import Token

NUM_READINGS = 3
"""Anonymisations that vote."""

MAX_TOKENS = 700
"""Longer texts are not read: nothing like them was trained on."""


@dataclass(frozen=True)
class Learned:
    """What the network makes of a text.

    Attributes:
        best: the reading of the probabilities averaged over the anonymisations.
        agreement: share of the anonymisations that state the same rows and objective.
        families: probability of each class of problem.
    """

    best: Decoded | None
    agreement: float
    families: dict[str, float]


def read(
    tokens: Sequence[Token],
    network: Network | None = None,
    *,
    readings: int = NUM_READINGS,
    enough: Callable[[Learned], bool] | None = None,
) -> Learned:
    """Read a text, the same way every time.

    Args:
        tokens: of the text.
        network: the shipped one if None.
        readings: anonymisations that vote.
        enough: told what the first anonymisation says, whether that will do; the others are not read then.
    """
    if not any(token.is_number for token in tokens) or len(tokens) > MAX_TOKENS:
        return Learned(None, 0.0, dict.fromkeys(FAMILIES, 0.0))
    network = network or shipped()
    seen = features(tokens, network.vocabulary, np.random.default_rng(0), readings=readings)
    votes: list[Chances] = []
    for words in (seen.words[:1], seen.words[1:]) if enough else (seen.words,):
        with _linear_algebra().limit(limits=1, user_api="blas"):  # two threads cost twice as much
            votes += chances(forward(network.weights, replace(seen, words=words)))
        found = _counted(tokens, votes)
        if enough and enough(found):
            break
    return found


def _counted(tokens: Sequence[Token], votes: Sequence[Chances]) -> Learned:
    """What the anonymisations say together."""
    whole = Chances.mean(votes)
    best = decode(tokens, whole)
    each = [decode(tokens, vote) for vote in votes] if len(votes) > 1 else [best]
    same = [vote is not None and best is not None and _says(vote.mix) == _says(best.mix) for vote in each]
    return Learned(best, sum(same) / len(same), dict(zip(FAMILIES, map(float, whole.family), strict=True)))


@cache
def _linear_algebra() -> ThreadpoolController:
    return ThreadpoolController()


def _says(mix: Mix) -> tuple[object, ...]:
    """What a reading states, without its mentions and the order of its rows."""
    rows = frozenset(
        (r.form, frozenset(r.left), r.relation, r.token, frozenset(r.right), r.strict) for r in mix.rows
    )
    return (len(mix.decisions), mix.sense, frozenset(mix.objective), rows)
