"""A product mix as a sheet: decisions down the side, attributes across, and lines that limit their sums."""

from __future__ import annotations

__all__ = ["Attribute", "Line", "Number", "Sheet"]

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from agentopt.reader.measures import Measure, factor
from agentopt.reader.reading import IMPLIED, Form, Relation


@dataclass(frozen=True, slots=True)
class Number:
    """A number with its unit, and the token or the cell of an attached table it stands in."""

    value: Fraction
    unit: Measure | None = None
    token: int = IMPLIED
    place: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Attribute:
    """What one of each decision takes, gives or contains.

    Attributes:
        words: what it is called.
        stems: of its words, by which clauses speak of it.
        unit: that its numbers are counted in, if known.
        numbers: by decision; a decision without one takes nothing.
        is_share: whether the numbers are parts of a whole, as the iron in an ore.
    """

    words: str
    stems: frozenset[str]
    unit: Measure | None
    numbers: Mapping[int, Number]
    is_share: bool = False

    def amount(self, decision: int) -> Fraction:
        """The number of a decision in the attribute's unit."""
        number = self.numbers.get(decision)
        if number is None:
            return Fraction(0)
        return number.value * factor(number.unit, self.unit)


@dataclass(frozen=True, slots=True)
class Line:
    """A limit.

    Attributes:
        form: as of a row of a reading.
        attribute: whose sum is limited; None for the amounts themselves.
        decisions: that are summed.
        relation: between the sum and the number.
        number: the limit, multiplier or difference; None for the one of a comparison without a number.
        right: decisions on the other side of a ratio or difference.
        strict: worded as "more than" or "less than".
        anchor: the token it hangs on, if any.
        because: the words that say it, where no token does.
    """

    form: Form
    attribute: Attribute | None
    decisions: tuple[int, ...]
    relation: Relation
    number: Number | None
    right: tuple[int, ...] = ()
    strict: bool = False
    anchor: int = IMPLIED
    because: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A product mix.

    Attributes:
        names: of the decisions.
        places: their mentions in the text, as first and last token; empty where only a table names them.
        sense: of the objective.
        goal: attributes that are added up, with their sign; an attribute of None counts the amounts.
        lines: the limits.
        no_data: numbers that are understood to be no data, with what they are.
        doubts: what was assumed.
    """

    names: tuple[str, ...]
    places: tuple[tuple[tuple[int, int], ...], ...]
    sense: Literal["minimize", "maximize"]
    goal: tuple[tuple[Attribute | None, int], ...]
    lines: tuple[Line, ...]
    no_data: Mapping[int, str]
    doubts: tuple[str, ...] = ()
