"""The structure of a product mix before it is written: decisions, attributes, rows, by number keys."""

from __future__ import annotations

__all__ = ["IMPLIED", "Attr", "Limit", "LimitKind", "Name", "Part", "Plan", "PlanRow", "Side"]

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from agentopt.reader.reading import IMPLIED, Form, Relation
from agentopt.synthesis.banks import Attribute, Domain
from agentopt.synthesis.mix.marks import Book


@dataclass(slots=True)
class Name:
    """How a decision is called: in full and, if it has one, in short."""

    singular: str
    plural: str
    short: str = ""
    short_plural: str = ""

    @property
    def mass(self) -> bool:
        """Whether it is no countable thing (wheat)."""
        return self.singular == self.plural


@dataclass(slots=True)
class Attr:
    """A number of every decision.

    Attributes:
        kind: what is consumed, supplied, or a goal.
        entry: its words.
        res, unit: the noun and the unit that were drawn.
        keys: of its numbers, by decision; all the same where one number holds for all.
        same: whether one number holds for all.
        goal: whether it is (part of) the objective.
        average: whether its mean is limited, not its total.
        units: of numbers in another unit than the rest, by key.
    """

    kind: Literal["use", "need", "goal"]
    entry: Attribute
    res: str
    unit: str
    keys: list[int]
    same: bool = False
    goal: bool = False
    average: bool = False
    units: dict[int, str] = field(default_factory=dict)


LimitKind = Literal[
    "le", "ge", "lt", "gt", "eq", "range", "shared_le", "shared_ge", "average_le", "average_ge"
]


@dataclass(slots=True)
class Limit:
    """What the total of an attribute (or of several alike) is held against.

    Attributes:
        kind: how it is worded.
        attrs: indices of the attributes; one, unless it is shared.
        keys: of its numbers: one, or two of a range.
        unit: of its numbers; it may be another than that of the attribute (minutes, hours).
    """

    kind: LimitKind
    attrs: tuple[Attr, ...]
    keys: tuple[int, ...]
    unit: str


Part = tuple[int, int, int]
"""Of a sum: decision, key of the number (or IMPLIED), sign."""


@dataclass(slots=True)
class Side:
    """A constraint that is no limit of an attribute, as it is to be worded.

    Attributes:
        section: of the phrase bank.
        v, w: the decisions on the left and right.
        keys: of its numbers, in the order of `{n}` or `{lo}`, `{hi}` or the pairs.
        rows: of the plan.
        slots: of a composite, the number of each slot.
        group: what several decisions are called together.
    """

    section: str
    v: tuple[int, ...] = ()
    w: tuple[int, ...] = ()
    keys: tuple[int, ...] = ()
    rows: tuple[int, ...] = ()
    slots: dict[str, int] = field(default_factory=dict)
    group: str = ""


@dataclass(slots=True)
class PlanRow:
    """A row by keys; see `agentopt.reader.reading.Row`."""

    form: Form
    left: list[Part]
    relation: Relation
    key: int
    right: list[Part] = field(default_factory=list)
    strict: bool = False


@dataclass(slots=True)
class Plan:
    """A problem to be written; `casual` as colleagues and friends write, not textbooks."""

    domain: Domain
    book: Book
    names: list[Name]
    head: tuple[str, str]
    point: list[Fraction]
    attrs: list[Attr] = field(default_factory=list)
    limits: list[Limit] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)
    rows: list[PlanRow] = field(default_factory=list)
    sense: Literal["min", "max"] = "max"
    objective: list[Part] = field(default_factory=list)
    counted: bool = False
    goal: str = ""
    casual: bool = False

    def row(
        self,
        form: Form,
        left: list[Part],
        relation: Relation,
        key: int,
        right: list[Part] | None = None,
        *,
        strict: bool = False,
    ) -> int:
        """Note a row and return its index."""
        self.rows.append(PlanRow(form, left, relation, key, right or [], strict))
        return len(self.rows) - 1
