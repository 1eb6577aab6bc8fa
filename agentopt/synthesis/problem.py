"""A generated problem: what is asked in words, and what is meant."""

from __future__ import annotations

__all__ = ["GENERATOR_VERSION", "OUT_OF_SCOPE", "Problem"]

from collections.abc import Mapping
from dataclasses import dataclass, field

from agentopt.formulation.elements import Formulation
from agentopt.reader.reading import Mix

GENERATOR_VERSION = "5"
"""Raised whenever a seed no longer makes the problem it made before."""

OUT_OF_SCOPE = "out-of-scope"
"""The family of texts that are no problem the reader should answer."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A text with its meaning.

    Attributes:
        family: the class of problem, or `OUT_OF_SCOPE`.
        difficulty: 1 (small, plain wording) to 5.
        seed: with family and difficulty, makes it again.
        text: the problem in words.
        formulation: what it means; None when out of scope.
        tables: attached tables, CSV text by file name.
        reading: for a product mix, the meaning of every number by its token.
    """

    family: str
    difficulty: int
    seed: int
    text: str
    formulation: Formulation | None
    tables: Mapping[str, str] = field(default_factory=dict)
    reading: Mix | None = None
