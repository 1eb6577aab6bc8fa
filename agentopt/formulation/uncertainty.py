"""What is not known when it is decided: uncertain parameters, and which decisions may wait for them.

Either `scenarios`, each with a probability and its own values of the uncertain parameters, or an uncertainty
set: every parameter between two bounds around its stated value (a box), at most a `budget` of them away from
it at once (Bertsimas and Sim, 2004), and linear `constraints` that the values keep together (a polyhedron).
The variables named in `recourse` are decided once the values are known, all others before.
"""

from __future__ import annotations

__all__ = ["Measure", "Restriction", "Risk", "Scenarios", "Uncertain", "Uncertainty"]

from enum import StrEnum
from typing import Annotated

from pydantic import Field, JsonValue, model_validator

from agentopt.formulation.fields import Bound, ByName, Element, Names, Number, Plain, Scalar


class Uncertain(Element):
    """How one parameter may turn out.

    - with scenarios: `values`, or a table (`from`, `column`, `key`), over the scenarios first and then the
      parameter's own sets; `default` for what is not listed;
    - with a set: `deviation`, how far it may be from its stated value to either side, or `lower` and `upper`
      (the stated value where one is left out); numbers, or expressions over the index names in `with` that
      may use the parameter itself, for its stated value.
    """

    values: JsonValue = None
    from_: str | None = Field(default=None, alias="from")
    column: str | None = None
    key: Names | None = None
    default: Number | None = None
    deviation: Bound = None
    lower: Bound = None
    upper: Bound = None
    with_: Names | None = Field(default=None, alias="with")

    @model_validator(mode="after")
    def _one_definition(self) -> Uncertain:
        if self.values is not None and self.from_ is not None:
            raise ValueError("an uncertain parameter has `values` or a table, not both")
        if self.from_ is None and (self.column is not None or self.key is not None):
            raise ValueError("`column` and `key` need `from`, the table they are columns of")
        if self.deviation is not None and (self.lower is not None or self.upper is not None):
            raise ValueError("an uncertain parameter has a `deviation`, or `lower` and `upper`, not both")
        return self

    @property
    def in_scenarios(self) -> bool:
        """Whether it is given by scenario."""
        return self.values is not None or self.from_ is not None or self.default is not None

    @property
    def in_a_set(self) -> bool:
        """Whether it is given by bounds."""
        return self.deviation is not None or self.lower is not None or self.upper is not None


class Scenarios(Element):
    """The scenarios: `elements`, or the values of a `column` of a table (`from`).

    `probability` is a column of that table, or a mapping from scenarios to numbers; without it all are
    equally likely.
    """

    elements: list[Scalar] | None = None
    from_: str | None = Field(default=None, alias="from")
    column: str | None = None
    probability: str | JsonValue = None

    @model_validator(mode="after")
    def _one_definition(self) -> Scenarios:
        if (self.elements is None) == (self.from_ is None):
            raise ValueError("scenarios are `elements`, or the `column` of a table (`from`)")
        if self.from_ is not None and self.column is None:
            raise ValueError("scenarios from a table need `column`, where their names are")
        if isinstance(self.probability, str) and self.from_ is None:
            raise ValueError("`probability` names a column, but the scenarios are from no table")
        return self


class Measure(StrEnum):
    """What is made best of the values the objective has in the scenarios."""

    EXPECTED = "expected"
    CVAR = "cvar"
    """The mean of the worst share of `1 - level` (Rockafellar and Uryasev, 2000)."""
    WORST = "worst"


class Risk(Element):
    """A measure; with `cvar`, `weight` is its share beside the expected value."""

    measure: Measure = Measure.EXPECTED
    level: Annotated[float, Plain] = Field(default=0.9, ge=0, lt=1)
    weight: Annotated[float, Plain] = Field(default=1.0, ge=0, le=1)


class Restriction(Element):
    """A linear statement about uncertain parameters that holds however they turn out."""

    that: str
    for_: str | None = Field(default=None, alias="for")
    because: str = ""


class Uncertainty(Element):
    """What is uncertain, and what may wait.

    Attributes:
        recourse: variables decided once the uncertain parameters are known.
        parameters: the uncertain ones.
        scenarios: where they are given by scenario.
        risk: with scenarios, what is made best; against a set it is always the worst case.
        budget: of a set, how many uncertain numbers may be at a bound at once (fractions count as such).
        budgets: the same for the numbers of one parameter, by its name.
        constraints: of a set.
    """

    recourse: Names = Field(default_factory=list)
    parameters: Annotated[dict[str, Uncertain], ByName] = Field(default_factory=dict)
    scenarios: Scenarios | None = None
    risk: Risk = Field(default_factory=Risk)
    budget: Bound = None
    budgets: dict[str, Bound] = Field(default_factory=dict)
    constraints: Annotated[dict[str, Restriction], ByName] = Field(default_factory=dict)
