"""What names mean: which sets an index ranges over, and which index fits where.

An `Axis` is one column of a set. A column of a derived set descends from the column it was derived from, so
an index of `LANES` (a subset of `PLANTS * MARKETS`) fits wherever an index of `PLANTS` does. Elements are
known here only when the formulation lists them; about elements that come from tables nothing is claimed.
"""

from __future__ import annotations

__all__ = ["Axis", "Fit", "Scope", "Shapes", "fit", "reserved"]

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from agentopt.formulation import tree as t
from agentopt.formulation.elements import IndexSet
from agentopt.formulation.instance import Label, canonical
from agentopt.formulation.resolve import Parsed

_MAX_KNOWN = 100_000


@dataclass(frozen=True)
class Axis:
    """What an index ranges over.

    Attributes:
        name: how messages call it: the set, or `LANES, column 2`.
        ancestors: the columns it is one of or descends from, itself included.
        within: its elements or a superset of them, where the formulation lists them; else None.
        numeric: whether its elements are numbers; None when unknown.
    """

    name: str
    ancestors: frozenset[tuple[str, int]] = frozenset()
    within: frozenset[Label] | None = None
    numeric: bool | None = None


Scope = Mapping[str, Axis | None]
"""The index names at a place, and what they range over (None: unknown because of another error)."""

Fit = Literal["fits", "unsure", "foreign"]


def fit(index: Axis | None, place: Axis | None) -> Fit:
    """Whether an index may stand at a place: surely, perhaps (elements unknown), or surely not.

    >>> fit(Axis("A", within=frozenset("ab")), Axis("B", within=frozenset("cd")))
    'foreign'
    """
    if index is None or place is None:
        return "fits"
    if index.ancestors & place.ancestors:
        return "fits"
    if index.within is not None and place.within is not None:
        return "fits" if index.within & place.within else "foreign"
    return "unsure"


def reserved() -> frozenset[str]:
    """Names with a meaning of their own, which no element may take."""
    # A variable may be called `routes`: `routes[...]` and `routes(...)` are never confused.
    forms = t.CONSTRAINT_FORMS - (t.SEQUENCING - {"alldifferent"}) - {"semidefinite"}
    functions = t.FUNCTIONS | t.AGGREGATES | t.ORDER_FUNCTIONS | forms
    return functions | {"pow", "range", "each"}


@dataclass
class Shapes:
    """The columns of every set of a formulation, worked out on demand."""

    parsed: Parsed
    _known: dict[str, tuple[Axis, ...] | None] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def axes(self, name: str) -> tuple[Axis, ...] | None:
        """The columns of a set; None when it is undeclared, circular, or of unknown width."""
        if name not in self._known:
            declared = self.parsed.formulation.sets.get(name)
            if declared is None or name in self._open:
                return None
            self._open.add(name)
            self._known[name] = self._named(name, self._define(name, declared))
            self._open.discard(name)
        return self._known[name]

    def over(self, names: Iterable[str]) -> tuple[Axis, ...] | None:
        """The columns of a product of sets; None when one of them is unknown."""
        found: list[Axis] = []
        for name in names:
            axes = self.axes(name)
            if axes is None:
                return None
            found.extend(axes)
        return tuple(found)

    def domain(self, node: t.Expr) -> tuple[Axis, ...] | None:
        """The columns of a set expression; None when unknown."""
        match node:
            case t.Name(id=name):
                return self.axes(name)
            case t.Call(function="range", arguments=arguments):
                return (_range(arguments),)
            case t.SetLiteral(elements=elements):
                labels = [_label(e) for e in elements]
                known = None if None in labels else [x for x in labels if x is not None]
                return (_listed("a list", known),)
            case t.SetOperation(operator=operator, left=left, right=right):
                first, second = self.domain(left), self.domain(right)
                return _combine(operator, first, second)
            case _:
                return None

    def _define(self, name: str, declared: IndexSet) -> tuple[Axis, ...] | None:
        if declared.elements is not None:
            rows = [e if isinstance(e, list) else [e] for e in declared.elements]
            widths = {len(row) for row in rows}
            if len(widths) != 1:
                return None if rows else (_listed(name, []),)
            return tuple(_listed(name, [canonical(x) for x in column]) for column in zip(*rows, strict=True))
        if declared.last is not None:
            first, last = declared.first if declared.first is not None else 1, declared.last
            if isinstance(first, int) and isinstance(last, int) and declared.step:
                values = range(first, last + (1 if declared.step > 0 else -1), declared.step)
                if abs(last - first) <= _MAX_KNOWN * abs(declared.step):
                    return (_listed(name, values),)
            return (Axis(name, numeric=True),)
        if declared.from_ is not None:
            return tuple(Axis(name) for _ in declared.column) if declared.column else None
        if declared.of is not None:
            return self.over(declared.of)
        formula = self.parsed.set_formulas.get(name)
        return self.domain(formula.expression) if formula is not None else None

    def _named(self, name: str, axes: tuple[Axis, ...] | None) -> tuple[Axis, ...] | None:
        if axes is None:
            return None
        return tuple(
            Axis(
                name if len(axes) == 1 else f"{name}, column {k + 1}" if not axis.ancestors else axis.name,
                axis.ancestors | {(name, k)},
                axis.within,
                axis.numeric,
            )
            for k, axis in enumerate(axes)
        )


def _listed(name: str, labels: Sequence[Label] | range | None) -> Axis:
    if labels is None:
        return Axis(name)
    numeric = all(isinstance(x, int | float) for x in labels) if labels else None
    return Axis(name, within=frozenset(labels), numeric=numeric)


def _label(node: t.Expr) -> Label | None:
    match node:
        case t.Number(value=value):
            return canonical(value)
        case t.Label(text=text):
            return canonical(text)
        case _:
            return None


def _range(arguments: Sequence[t.Expr]) -> Axis:
    values = [a.value for a in arguments if isinstance(a, t.Number) and isinstance(a.value, int)]
    if len(values) == len(arguments) and (len(values) < 3 or values[2]):
        found = range(*values)
        if abs(found.stop - found.start) <= _MAX_KNOWN * abs(found.step):
            return _listed("a range", found)
    return Axis("a range", numeric=True)


def _combine(
    operator: t.SetOperator, left: tuple[Axis, ...] | None, right: tuple[Axis, ...] | None
) -> tuple[Axis, ...] | None:
    if operator == "*":
        return None if left is None or right is None else (*left, *right)
    if operator == "-":
        return left
    if left is None or right is None or len(left) != len(right):
        return left if operator == "&" else None
    found = []
    for a, b in zip(left, right, strict=True):
        numeric = a.numeric if a.numeric == b.numeric else None
        if operator == "&":
            found.append(Axis(a.name, a.ancestors | b.ancestors, a.within, numeric))
        else:
            both = a.within is not None and b.within is not None
            within = (a.within or frozenset()) | (b.within or frozenset()) if both else None
            found.append(Axis("a union", a.ancestors & b.ancestors, within, numeric))
    return tuple(found)
