"""What a reader makes of a one-period problem: decisions, an objective and rows, each number by its place.

Every number is named by the index of its token, so that a reading says where all it claims was read, two
readings of one text can be compared, and a text that was generated with its reading can teach a reader.
`IMPLIED` stands for the one of what is counted without a number ("the number of desks", "more desks than
chairs").
"""

from __future__ import annotations

__all__ = ["IMPLIED", "Decision", "Form", "Mix", "Relation", "Row", "Term"]

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

IMPLIED = -1
"""In place of a token: the number one, which the text does not write."""

Relation = Literal["<=", ">=", "=="]

Form = Literal["limit", "ratio", "difference"]
"""How a row is meant:

- limit: `sum(left) relation number`, as in "at most 40 hours of labor", "no more than 20 desks";
- ratio: `sum(left) relation number * sum(right)`, as in "at least 30 % of all are desks", "twice as many
  desks as chairs", "no more desks than chairs" (the number is IMPLIED);
- difference: `sum(left) relation sum(right) + number`, as in "at least 10 more desks than chairs".
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """A quantity to be chosen.

    Attributes:
        name: its first mention, as written.
        places: every mention, as first and last token; the first is the one that introduces it.
    """

    name: str
    places: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A decision times a number; `sign` is -1 for what is deducted, such as a cost from a price."""

    decision: int
    token: int = IMPLIED
    sign: int = 1


@dataclass(frozen=True, slots=True)
class Row:
    """A constraint.

    Attributes:
        form: how the parts are put together.
        left, right: sums of terms; `right` is empty for a limit.
        relation: between them.
        token: the limit, multiplier or difference; IMPLIED for none.
        strict: worded as "more than" or "less than".
        anchor: the token the row hangs on: its number, or the word that compares.
    """

    form: Form
    left: tuple[Term, ...]
    relation: Relation
    token: int
    right: tuple[Term, ...] = ()
    strict: bool = False
    anchor: int = IMPLIED

    def tokens(self) -> Iterator[int]:
        """The number tokens it uses."""
        yield from (each.token for each in (*self.left, *self.right) if each.token != IMPLIED)
        if self.token != IMPLIED:
            yield self.token


@dataclass(frozen=True, slots=True)
class Mix:
    """A one-period problem: how much of each of a few named things.

    Attributes:
        decisions: in the order in which they are introduced.
        sense: the direction of the objective.
        objective: its terms; several may belong to one decision (price and cost).
        rows: the constraints; every decision is also at least zero.
    """

    decisions: tuple[Decision, ...]
    sense: Literal["minimize", "maximize"]
    objective: tuple[Term, ...]
    rows: tuple[Row, ...]

    def tokens(self) -> frozenset[int]:
        """The number tokens it uses."""
        used = {each.token for each in self.objective if each.token != IMPLIED}
        return frozenset(used.union(*(row.tokens() for row in self.rows)) if self.rows else used)
