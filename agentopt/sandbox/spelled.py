"""A Pyomo model as text, for what LP files cannot say: columns with bounds, expressions over `v1`, `v2`, …

Exponentials, powers and quotients have no words in LP or MPS files, so a nonlinear model is kept as JSON of
this shape. It is written inside the sandbox and read outside like any reply of a model: as text of the
formulation's expression language, which is parsed and never evaluated.
"""

from __future__ import annotations

__all__ = ["Column", "Row", "SpelledModel", "component_name", "spelled"]

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

_HARMLESS = frozenset(["BuildAction", "BuildCheck", "RangeSet", "SetOf", "Suffix"])
"""Kinds of Pyomo components that state nothing."""

Name = tuple[str, tuple[str | int, ...]]
"""A component and an index: `("make", ("bench",))`."""


class Column(BaseModel):
    """A decision; None is no bound."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    lower: float | None
    upper: float | None
    domain: Literal["real", "integer", "binary"]


class Row(BaseModel):
    """`lower <= body <= upper`; None is no side."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    lower: float | None
    body: str
    upper: float | None


class SpelledModel(BaseModel):
    """The whole model; `columns` by the names that `objective` and the bodies use."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sense: Literal["minimize", "maximize"] | None
    objective: str
    columns: dict[str, Column]
    rows: list[Row]


def spelled(model: Any) -> SpelledModel:  # a Pyomo model
    """The model, its parameters filled in.

    Raises:
        ValueError: it has parts that are no variables, rows or one objective.
    """
    from pyomo.core.base.label import NumericLabeler
    from pyomo.core.expr.symbol_map import SymbolMap
    from pyomo.core.expr.visitor import expression_to_string
    from pyomo.environ import Block, Constraint, Expression, Objective, Param, Set, Var, maximize, value

    symbols = SymbolMap(labeler=NumericLabeler("v"))

    def text(expression: Any) -> str:
        return str(expression_to_string(expression, smap=symbols, compute_values=True))

    goals = list(model.component_data_objects(Objective, active=True))
    other = model.collect_ctypes(active=True) - {Block, Constraint, Expression, Objective, Param, Set, Var}
    if len(goals) > 1 or any(each.__name__ not in _HARMLESS for each in other):
        raise ValueError("the model has parts that cannot be spelled out")
    objective = text(goals[0].expr) if goals else "0"
    rows = [
        Row(
            name=component_name(each),
            lower=_side(value(each.lower)),
            body=text(each.body),
            upper=_side(value(each.upper)),
        )
        for each in model.component_data_objects(Constraint, active=True)
    ]
    columns = {}
    for symbol, part in symbols.bySymbol.items():
        fixed = part.value if part.fixed else None
        columns[symbol] = Column(
            name=component_name(part),
            lower=_side(part.lb if fixed is None else fixed),
            upper=_side(part.ub if fixed is None else fixed),
            domain="binary" if part.is_binary() else "integer" if part.is_integer() else "real",
        )
    sense = None if not goals else "maximize" if goals[0].sense == maximize else "minimize"
    return SpelledModel(sense=sense, objective=objective, columns=columns, rows=rows)


def component_name(part: Any) -> Name:  # a Pyomo component
    """The component and index of a variable or constraint, as plain data."""
    owner = part.parent_component()
    index = part.index()
    listed = () if index is None else index if isinstance(index, tuple) else (index,)
    plain = (each if isinstance(each, int) and not isinstance(each, bool) else str(each) for each in listed)
    return owner.name, tuple(plain)


def _side(number: Any) -> float | None:
    return None if number is None else float(number)
