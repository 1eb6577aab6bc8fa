"""The five elements as typed data: what a language model writes and a person edits.

Expressions stay text here, as written; `agentopt.formulation.parse` turns them into trees. A formulation may
be given as mappings (`sets: {PLANTS: {...}}`, comfortable in YAML) or as lists of named elements
(`sets: [{name: PLANTS, ...}]`, which a decoding schema can constrain); both validate to the same object.

`Formulation.load`, `check`, `solve` and `export` are faces of `agentopt.api`, imported when they are called.
"""

from __future__ import annotations

__all__ = [
    "Constraint",
    "Formulation",
    "IndexSet",
    "Objective",
    "Parameter",
    "Role",
    "Scalar",
    "Variable",
    "Waiver",
]

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, JsonValue, PrivateAttr, model_validator

from agentopt.formulation.fields import Bound, ByName, Element, Names, Number, Plain, Scalar, Whole
from agentopt.formulation.uncertainty import Uncertainty

if TYPE_CHECKING:
    from agentopt.api import Answer, Data
    from agentopt.formulation.diagnostics import Diagnostic


class Role(StrEnum):
    """What a parameter means for the decision; the falsification tests of a certificate rest on it."""

    CAPACITY = "capacity"
    """An upper limit on what is used: more never hurts."""
    REQUIREMENT = "requirement"
    """A lower limit on what is delivered: more never helps."""
    RATE = "rate"
    """Consumption or output of one unit of a decision."""
    COST = "cost"
    REWARD = "reward"
    RATIO = "ratio"
    """A share, percentage or proportion."""
    BOUND = "bound"
    """A limit on a single decision."""
    DATA = "data"
    """Anything else: distances, durations, counts."""


class IndexSet(Element):
    """A set, ordered as listed. Exactly one way of saying what is in it.

    - listed: `elements` (labels, or lists of labels for tuples);
    - a range: `first`, `last` and optionally `step`, all integers or the name of a scalar parameter;
    - a table: `from` (file, `book.xlsx#sheet`, `data.sqlite#table`) and `column` (one, or several for
      tuples); repeated values count once;
    - derived: `of`, one or several sets whose product is taken, with `where`, a condition over the index
      names given in `with`; or a set expression in `formula` (`A | B`, `A - B`, `A & B`).
    """

    meaning: str = ""
    elements: list[Scalar | list[Scalar]] | None = None
    first: Annotated[int | str | None, Plain] = None
    last: Annotated[int | str | None, Plain] = None
    step: Whole = 1
    from_: str | None = Field(default=None, alias="from")
    column: Names | None = None
    of: Names | None = None
    with_: Names | None = Field(default=None, alias="with")
    where: str | None = None
    formula: str | None = None

    @model_validator(mode="after")
    def _one_definition(self) -> IndexSet:
        given = [
            name
            for name, value in {
                "elements": self.elements,
                "last": self.last,
                "from": self.from_,
                "of": self.of,
                "formula": self.formula,
            }.items()
            if value is not None
        ]
        if len(given) > 1:
            raise ValueError(f"a set is defined in one way, not by {' and '.join(f'`{g}`' for g in given)}")
        if self.where is not None and (self.of is None or self.with_ is None):
            raise ValueError("`where` needs `of` (the sets to filter) and `with` (the index names it uses)")
        if self.column is not None and self.from_ is None:
            raise ValueError("`column` needs `from`, the table it is a column of")
        for name, named in (("of", self.of), ("column", self.column)):
            if named is not None and not named:
                raise ValueError(f"`{name}` is an empty list; name something, or leave it out")
        return self


class Parameter(Element):
    """A known number or table of numbers.

    - scalar: `value`, a number, best with `quote`, the words of the problem it comes from;
    - indexed: `over`, the sets, and `values`: nested mappings, nested lists in the sets' order, a mapping
      with keys such as `"seattle, chicago"`, or a list of `[label, ..., number]` rows;
    - from a table: `from`, `column` (the values), and `key`, the columns that hold the index, in the order of
      `over` (default: columns named like the sets or their elements' columns); a wide table, one column per
      element of the last set, is read when `column` is absent;
    - derived: `formula` over the index names in `with`.

    `default` is the value of every index not given. Without it a missing index is an error.
    """

    meaning: str = ""
    over: Names = Field(default_factory=list)
    unit: str | None = None
    role: Role = Role.DATA
    value: Number | None = None
    values: JsonValue = None
    quote: str | None = None
    from_: str | None = Field(default=None, alias="from")
    column: str | None = None
    key: Names | None = None
    with_: Names | None = Field(default=None, alias="with")
    formula: str | None = None
    default: Number | None = None

    @model_validator(mode="after")
    def _one_definition(self) -> Parameter:
        given = [
            name
            for name, value in {
                "value": self.value,
                "values": self.values,
                "from": self.from_,
                "formula": self.formula,
            }.items()
            if value is not None
        ]
        if len(given) > 1:
            raise ValueError(
                f"a parameter gets its numbers in one way, not by {' and '.join(f'`{g}`' for g in given)}"
            )
        if self.from_ is None and (self.column is not None or self.key is not None):
            raise ValueError("`column` and `key` need `from`, the table they are columns of")
        return self


class Variable(Element):
    """A decision. `lower` is 0 unless said otherwise; `null` means no bound.

    Bounds and `start` are numbers or expressions over the index names in `with`. A semi-continuous or
    semi-integer variable is 0 or between its bounds.
    """

    meaning: str = ""
    over: Names = Field(default_factory=list)
    domain: Literal["real", "integer", "binary", "semicontinuous", "semiinteger"] = "real"
    lower: Bound = 0
    upper: Bound = None
    with_: Names | None = Field(default=None, alias="with")
    unit: str | None = None
    start: Bound = None


class Objective(Element):
    """What is made as small or as large as possible.

    With several objectives, those of higher `priority` are settled first (lexicographic; a later one may
    worsen an earlier by at most the fraction `tolerance`); within one priority they are added up by `weight`,
    each in its own direction.
    """

    name: str = ""
    minimize: str | None = None
    maximize: str | None = None
    unit: str | None = None
    meaning: str = ""
    weight: Annotated[float, Plain] = Field(default=1.0, gt=0)
    priority: Whole = 0
    tolerance: Annotated[float, Plain] = Field(default=0.0, ge=0)

    @model_validator(mode="after")
    def _one_direction(self) -> Objective:
        if (self.minimize is None) == (self.maximize is None):
            raise ValueError("an objective has either `minimize` or `maximize`")
        return self

    @property
    def sense(self) -> Literal["minimize", "maximize"]:
        """The direction."""
        return "minimize" if self.minimize is not None else "maximize"

    @property
    def expression(self) -> str:
        """The text of what is minimized or maximized."""
        return self.minimize if self.minimize is not None else self.maximize or ""


class Constraint(Element):
    """A statement that must hold, for every index in `for` (`"p in PLANTS, t in MONTHS if t > 1"`)."""

    that: str
    for_: str | None = Field(default=None, alias="for")
    because: str = Field(default="", description="the sentence of the problem it states, or why it holds")


class Waiver(Element):
    """A number of the text that the formulation does not use on purpose, and why."""

    number: str
    why: str


class Formulation(Element):
    """Sets, parameters, variables, objective and constraints, with what was assumed.

    `objective` may be absent (any feasible point will do), one, or a list. `report` names further quantities
    the person asked for, as expressions evaluated at the answer.

    >>> bakery = Formulation.load("example:bakery")
    >>> [found.message for found in bakery.check()]
    []
    >>> round(bakery.solve().objective, 2)
    1241.2
    """

    title: str = ""
    sets: Annotated[dict[str, IndexSet], ByName] = Field(default_factory=dict)
    parameters: Annotated[dict[str, Parameter], ByName] = Field(default_factory=dict)
    variables: Annotated[dict[str, Variable], ByName] = Field(default_factory=dict)
    objective: Objective | list[Objective] | None = None
    constraints: Annotated[dict[str, Constraint], ByName] = Field(default_factory=dict)
    report: dict[str, str] = Field(default_factory=dict)
    assumptions: list[str] = Field(default_factory=list)
    waived: list[Waiver] = Field(default_factory=list)
    uncertainty: Uncertainty | None = None

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """The objectives, none for a feasibility problem."""
        if self.objective is None:
            return ()
        return tuple(self.objective) if isinstance(self.objective, list) else (self.objective,)

    _origin: Path | None = PrivateAttr(default=None)

    @property
    def origin(self) -> Path | None:
        """The file it was read from, in whose folder the tables it names are looked up; None for none."""
        return self._origin

    def with_origin(self, path: Path) -> Formulation:
        """The same formulation, as read from a file."""
        found = self.model_copy()
        found._origin = path
        return found

    def __eq__(self, other: object) -> bool:
        # Where a formulation was read from is no part of what it states.
        return isinstance(other, Formulation) and self.__dict__ == other.__dict__

    @classmethod
    def load(cls, source: Path | str) -> Formulation:
        """The formulation in a YAML, JSON, LP or MPS file, gzipped or not, in a folder, or `example:NAME`.

        Raises:
            UsageError: there is no such file.
            FormulationError, CompileError: it does not hold what its name says.
        """
        from agentopt.api import load_formulation

        return load_formulation(source)

    def check(self, *, text: str | None = None) -> list[Diagnostic]:
        """Everything that can be found without data, errors first; quotes are looked up in `text`."""
        from agentopt.api import check_formulation

        return check_formulation(self, text=text)

    def solve(
        self,
        *,
        data: Data = None,
        engine: str | None = None,
        time_limit: float | None = None,
        mip_gap: float | None = None,
        threads: int | None = None,
        options: Mapping[str, object] | None = None,
    ) -> Answer:
        """The answer, with its certificate; the arguments are those of `agentopt.solve`.

        Raises:
            AgentoptError: the formulation or its data does not hold together, or no engine is there.
        """
        from agentopt.api import solve

        return solve(
            self,
            data=data,
            engine=engine,
            time_limit=time_limit,
            mip_gap=mip_gap,
            threads=threads,
            options=options,
        )

    def export(self, path: Path | str, *, data: Data = None) -> Path:
        """Write it as `.yaml` or `.json`, or with its data as `.lp`, `.mps`, `.nl` or Pyomo (`.py`).

        Raises:
            UsageError: the suffix is none of these, or the file cannot be written.
            CompileError, BindingError: the format cannot state the model, or the data does not fit.
        """
        from agentopt.api import export

        return export(self, path, data=data)

    def __str__(self) -> str:
        from agentopt.formulation.render import text

        return text(self)

    def _repr_latex_(self) -> str:
        from agentopt.formulation.render import latex

        return f"$$\n{latex(self)}\n$$"

    def _repr_html_(self) -> str:
        from agentopt.formulation.render import html

        return html(self)
